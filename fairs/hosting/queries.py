"""Reading the support of importers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from fairs.core.db import db
from fairs.hosting.models import Hosting


def hosting_of(importer_id: int) -> Hosting | None:
    """The support of an importer, whatever its state."""
    return db.session.scalar(select(Hosting).where(Hosting.importer_id == importer_id))


def hostings_of(importer_ids: Sequence[int]) -> dict[int, Hosting]:
    """The support of many importers in one statement, by the importer's key."""
    rows = db.session.scalars(select(Hosting).where(Hosting.importer_id.in_(importer_ids)))
    return {row.importer_id: row for row in rows}
