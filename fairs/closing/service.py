"""Signing off points of the checklist, and taking a signature back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.closing.models import ClosingTick
from fairs.closing.points import point_of
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.text import one_line

LONGEST_NOTE = 400


def sign_point(fair: Fair, key: str, note: str, *, not_applicable: bool = False, by: Actor) -> ClosingTick:
    """Sign a point off as it is, with a note that says why. Signed again, the newer note stands; the history keeps both.

    Raises NotFound for another point and InvalidInput (note).
    """
    if point_of(fair, key) is None:
        raise NotFound
    text = one_line(note)
    if not text:
        raise InvalidInput(_l("Write what was decided, and on what ground."), field="note")
    if len(text) > LONGEST_NOTE:
        raise InvalidInput(_l("At most %(max)d characters.", max=LONGEST_NOTE), field="note")
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        tick = _tick_of(fair, key)
        before = None if tick is None else {"note": tick.note, "not_applicable": tick.not_applicable}
        if tick is None:
            tick = ClosingTick(fair_id=fair.id, key=key)
            db.session.add(tick)
        tick.note, tick.not_applicable, tick.by_id, tick.by_name = text, not_applicable, by.user_id, by.label[:250]
        db.session.flush()
        after = {"point": key, "note": text, "not_applicable": not_applicable}
        record("closing.sign", tick, by=by, fair_id=fair.id, before=before, after=after)
    return tick


def take_back(fair: Fair, key: str, *, by: Actor) -> None:
    """Take a signature back; raises NotFound."""
    with transaction():
        tick = _tick_of(fair, key)
        if tick is None:
            raise NotFound
        record("closing.unsign", tick, by=by, fair_id=fair.id, before={"point": key, "note": tick.note})
        db.session.delete(tick)


def _tick_of(fair: Fair, key: str) -> ClosingTick | None:
    return db.session.scalar(
        select(ClosingTick).where(ClosingTick.fair_id == fair.id, ClosingTick.key == key).with_for_update()
    )
