"""products; counters and sales declarations typed in; how to get to a fair

Revision: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "count_entries",
        sa.Column("entry_id", sa.String(length=40), nullable=False),
        sa.Column("fair_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_count_entries_by_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fairs.id"], name=op.f("fk_count_entries_fair_id")),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name=op.f("fk_count_entries_gate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_entries")),
        sa.UniqueConstraint("fair_id", "entry_id", name=op.f("uq_count_entries_fair_id_entry_id")),
    )
    with op.batch_alter_table("count_entries", schema=None) as batch_op:
        batch_op.create_index("ix_count_entries_fair_day", ["fair_id", "day", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_count_entries_gate_id"), ["gate_id"], unique=False)

    op.create_table(
        "products",
        sa.Column("company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name_vi", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("description_vi", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("group_code", sa.String(length=10), nullable=False),
        sa.Column("hs_code", sa.String(length=10), nullable=False),
        sa.Column("village_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("minimum_order", sa.Integer(), nullable=True),
        sa.Column("capacity_month", sa.Integer(), nullable=True),
        sa.Column("price_min_minor", sa.BigInteger(), nullable=True),
        sa.Column("price_max_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("incoterm", sa.String(length=3), nullable=False),
        sa.Column("certificates", sa.String(length=400), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("folded", sa.String(length=600), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "price_max_minor IS NULL OR price_max_minor >= price_min_minor", name=op.f("ck_products_price")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_products_company_id")),
        sa.ForeignKeyConstraint(["village_id"], ["craft_villages.id"], name=op.f("fk_products_village_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
    )
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.create_index("ix_products_company", ["company_id", "position", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_products_folded"), ["folded"], unique=False)
        batch_op.create_index("ix_products_group", ["group_code", "is_public"], unique=False)
        batch_op.create_index("ix_products_shown", ["is_public", "position", "id"], unique=False)
        batch_op.create_index("ix_products_village", ["village_id", "is_public"], unique=False)

    op.create_table(
        "product_photos",
        sa.Column("product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=24), nullable=False),
        sa.Column("large_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("thumb_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("thumb_width", sa.Integer(), nullable=False),
        sa.Column("thumb_height", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["large_id"], ["stored_files.id"], name=op.f("fk_product_photos_large_id")),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name=op.f("fk_product_photos_product_id")),
        sa.ForeignKeyConstraint(["thumb_id"], ["stored_files.id"], name=op.f("fk_product_photos_thumb_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_photos")),
        sa.UniqueConstraint("token", name=op.f("uq_product_photos_token")),
    )
    with op.batch_alter_table("product_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_photos_product_id"), ["product_id"], unique=False)

    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("travel_vi", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("travel_en", sa.Text(), nullable=False, server_default=""))

    with op.batch_alter_table("gates", schema=None) as batch_op:
        batch_op.add_column(sa.Column("count_method", sa.String(length=300), nullable=False, server_default=""))

    with op.batch_alter_table("sales_returns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=10), nullable=False, server_default="web"))


def downgrade() -> None:
    with op.batch_alter_table("sales_returns", schema=None) as batch_op:
        batch_op.drop_column("source")

    with op.batch_alter_table("gates", schema=None) as batch_op:
        batch_op.drop_column("count_method")

    with op.batch_alter_table("fairs", schema=None) as batch_op:
        batch_op.drop_column("travel_en")
        batch_op.drop_column("travel_vi")

    with op.batch_alter_table("product_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_photos_product_id"))

    op.drop_table("product_photos")
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.drop_index("ix_products_village")
        batch_op.drop_index("ix_products_shown")
        batch_op.drop_index("ix_products_group")
        batch_op.drop_index(batch_op.f("ix_products_folded"))
        batch_op.drop_index("ix_products_company")

    op.drop_table("products")
    with op.batch_alter_table("count_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_count_entries_gate_id"))
        batch_op.drop_index("ix_count_entries_fair_day")

    op.drop_table("count_entries")
