"""Reference data of the directory: product groups and craft villages."""

from __future__ import annotations

from sqlalchemy import select

from fairs.core.db import db, transaction
from fairs.core.domain import rows
from fairs.directory.models import CraftVillage, ProductGroup


def load_reference() -> None:
    """Add the product groups and craft villages that are missing; what an organiser changed stays."""
    with transaction():
        groups = set(db.session.scalars(select(ProductGroup.code)))
        for row in rows("product-groups"):
            if row["code"] not in groups:
                db.session.add(
                    ProductGroup(
                        code=row["code"],
                        name_vi=row["name_vi"],
                        name_en=row["name_en"],
                        hs_headings=row["hs_headings_2022"],
                        zone=row["hall_zone"],
                    )
                )
        villages = set(db.session.scalars(select(CraftVillage.name)))
        for row in rows("craft-villages-hanoi"):
            if row["village_vi"] not in villages:
                db.session.add(
                    CraftVillage(
                        name=row["village_vi"],
                        craft_vi=row["craft_vi"],
                        craft_en=row["craft_en"],
                        group_code=row["product_group"],
                        commune_2020=row["commune_2020_vi"],
                        district_2020=row["district_2020_vi"],
                        commune_2025=row["commune_2025_vi"],
                    )
                )
        db.session.flush()
