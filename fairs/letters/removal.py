"""When passports are removed of people for whom no claim says so: thirty days after their last fair."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.clock import today
from fairs.core.db import db, transaction
from fairs.identity.models import TravelDocument
from fairs.identity.service import held, remove_after
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState

KEEP = timedelta(days=30)
"""After the fair, as after a claim (domain brief, 7)."""


def expected(person_ids: Collection[int]) -> Collection[int]:
    """Who of them is registered for a fair that is to come, or was less than thirty days ago: the passport is needed for it, though
    a claim of an earlier fair has closed."""
    return db.session.scalars(
        select(Importer.person_id)
        .join(Fair, Fair.id == Importer.fair_id)
        .where(
            Importer.person_id.in_(person_ids), Importer.state.in_((ImporterState.SUBMITTED, ImporterState.APPROVED)),
            Fair.ends_on > today("Asia/Ho_Chi_Minh") - KEEP, Fair.state != FairState.CANCELLED,
        )
    ).all()  # fmt: skip


def let_go() -> int:
    """Name the day of removal for passports whose owners' last fair is over and that nobody needs; gives back how many.

    Who is registered for a fair to come keeps it. Who is at no fair at all has it removed at once.
    """
    last = (
        select(TravelDocument.person_id, func.max(Fair.ends_on))
        .outerjoin(Importer, Importer.person_id == TravelDocument.person_id)
        .outerjoin(Fair, Fair.id == Importer.fair_id)
        .where(TravelDocument.purge_on.is_(None), TravelDocument.purged_at.is_(None))
        .group_by(TravelDocument.person_id)
    )
    day = today("Asia/Ho_Chi_Minh")
    with transaction():
        rows: Sequence[Any] = db.session.execute(last).all()
        # SQLite gives a day that went through an aggregate back as text; who is at no fair has none.
        found: dict[int, date] = {
            person: (date.fromisoformat(str(ends)) + KEEP if ends is not None else day) for person, ends in rows
        }
        due = {person: until for person, until in found.items() if until <= day}
        for person in due.keys() - (held(list(due)) if due else set()):
            remove_after(person, due[person])
        return len(due)
