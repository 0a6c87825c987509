"""Reading stays."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.core.db import db
from fairs.lodging.models import Stay
from fairs.lodging.states import TAKING


def stay_of(importer_id: int) -> Stay | None:
    """The guest's stay that stands, with its hotel."""
    return db.session.scalar(
        select(Stay)
        .options(joinedload(Stay.hotel))
        .where(Stay.importer_id == importer_id, Stay.state.in_(TAKING))
        .order_by(Stay.id.desc())
        .limit(1)
    )
