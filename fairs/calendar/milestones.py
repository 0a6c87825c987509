"""Recording that a step of a fair was done, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.calendar.errors import AlreadyRecorded
from fairs.calendar.models import Fair, Milestone
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.storage import Upload, store_upload
from fairs.core.text import clean

EARLIEST = timedelta(days=730)
#: The steps that a person records, by the keys of their rules in the timeline.
KEYS = frozenset({"permit", "plan", "rooms", "report", "follow_up_3", "follow_up_6", "follow_up_12"})


@dataclass(frozen=True, slots=True)
class MilestoneDraft:
    """What the paper says: the day, its number, a remark, a scan."""

    done_on: date
    number: str = ""
    note: str = ""
    scan: Upload | None = None


def record_milestone(fair: Fair, key: str, draft: MilestoneDraft, *, by: Actor) -> Milestone:
    """Record that the step ``key`` (a rule that no other record proves) was done.

    Raises NotFound for another key, InvalidInput for a day to come or one far before the fair, AlreadyRecorded.
    """
    if key not in KEYS:
        raise NotFound
    if draft.done_on > fair.today:
        raise InvalidInput(_l("This day lies in the future."), field="done_on")
    if draft.done_on < fair.starts_on - EARLIEST:
        raise InvalidInput(_l("This day lies more than two years before the fair."), field="done_on")
    with transaction():
        # The fair's row is the lock: of two who record one step at once the second sees the first.
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        if _find(fair.id, key) is not None:
            raise AlreadyRecorded
        file = store_upload(draft.scan, field="scan") if draft.scan is not None else None
        row = Milestone(
            fair_id=fair.id, key=key, done_on=draft.done_on, number=clean(draft.number)[:60], note=clean(draft.note)[:400],
            file_id=file.id if file else None, by_id=by.user_id, by_name=by.label[:250],
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        record("calendar.record_milestone", row, by=by, after=_content(row, file.sha256 if file else None))
        return row


def take_back_milestone(fair: Fair, key: str, *, by: Actor) -> None:
    """Take a recorded step back: it counts as not done. Raises NotFound. The history keeps what was recorded."""
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        row = _find(fair.id, key)
        if row is None:
            raise NotFound
        record("calendar.take_back_milestone", row, by=by, before=_content(row, None))
        db.session.delete(row)


def milestones_of(fair_id: int) -> dict[str, Milestone]:
    """What was recorded by hand, by the rule's key."""
    rows = db.session.scalars(
        select(Milestone).options(joinedload(Milestone.file)).where(Milestone.fair_id == fair_id)
    ).all()
    return {row.key: row for row in rows}


def _find(fair_id: int, key: str) -> Milestone | None:
    return db.session.scalar(select(Milestone).where(Milestone.fair_id == fair_id, Milestone.key == key))


def _content(row: Milestone, sha256: str | None) -> dict[str, object]:
    return {
        "key": row.key, "done_on": row.done_on, "number": row.number, "note": row.note, "file": row.file_id,
        "sha256": sha256,
    }  # fmt: skip
