"""What others ask of a closing."""

from __future__ import annotations

from sqlalchemy import exists, select

from fairs.closing.models import ClosingWork, FairSnapshot
from fairs.closing.states import WorkState
from fairs.core.db import db


def closing_facts(fair_id: int) -> tuple[bool, bool]:
    """Whether the fair's figures are kept, and whether an archive is made; one statement."""
    kept = exists().where(FairSnapshot.fair_id == fair_id)
    made = exists().where(
        ClosingWork.fair_id == fair_id, ClosingWork.kind == "archive", ClosingWork.state == WorkState.DONE
    )
    found = db.session.execute(select(kept, made)).one()
    return bool(found[0]), bool(found[1])
