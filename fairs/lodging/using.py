"""What really happens: guests arrive, leave, do not come; each step can be taken back while the nights are still free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.text import clean, one_line
from fairs.lodging.holding import change
from fairs.lodging.models import Stay
from fairs.lodging.service import alone, locked, whole
from fairs.lodging.states import StayState

S = StayState


def mark_no_show(stay: Stay, day: date, reason: str, *, by: Actor) -> Stay:
    """The guest did not come: the nights from ``day`` on are free, those before it stay taken (the hotel charges them).

    Raises InvalidInput when the day lies outside the stay, and InvalidTransition.
    """
    text = clean(reason)[:400]
    if not text:
        raise InvalidInput(_l("Please give the reason."), field="reason")
    with transaction():
        row = locked(stay)
        row.require_move(S.NO_SHOW)
        if not row.arrives_on <= day <= row.leaves_on:
            raise InvalidInput(_l("This day is not one of the stay."), field="day")

        def act() -> None:
            row.move_to(S.NO_SHOW)
            row.released_from, row.reason, row.settled_at, row.changed_at = day, text, None, now()

        change([row], (), act)
        record("lodging.no_show", row, by=by, after={"released_from": day, "reason": text})
        return row


def undo_no_show(stay: Stay, *, by: Actor) -> Stay:
    """The guest came after all: they have all their nights again. Raises NoRoom when a night was given away meanwhile."""
    with transaction():
        row = locked(stay)
        if row.state is not S.NO_SHOW:
            raise InvalidTransition
        alone(row.importer_id, row.arrives_on, row.leaves_on, but=row.id)

        def act() -> None:
            row.move_to(S.BOOKED)
            row.released_from, row.reason, row.settled_at, row.changed_at = None, "", None, now()

        change([row], whole(row), act)
        record("lodging.undo_no_show", row, by=by)
        return row


def settle_no_show(stay: Stay, note: str, *, by: Actor) -> Stay:
    """It is agreed with the hotel who pays for the nights that were kept. Raises InvalidInput and InvalidTransition."""
    text = clean(note)
    if not text:
        raise InvalidInput(_l("Please write what was agreed with the hotel."), field="note")
    with transaction():
        row = locked(stay)
        if row.state is not S.NO_SHOW:
            raise InvalidTransition
        row.settled_at, row.reason = now(), f"{row.reason} · {text}"[:400]
        record("lodging.settle", row, by=by, after={"note": text})
        return row


def check_in(stay: Stay, day: date, *, by: Actor) -> Stay:
    """The guest arrived on ``day``. Raises InvalidTransition, and InvalidInput when they should not be there yet or any more."""
    with transaction():
        row = locked(stay)
        row.require_move(S.CHECKED_IN)
        if not row.arrives_on <= day < row.leaves_on:
            raise InvalidInput(_l("This day is not one of the stay."), field="day")
        row.move_to(S.CHECKED_IN)
        row.arrived_on, row.changed_at = day, now()
        record("lodging.check_in", row, by=by, after={"day": day})
        return row


def undo_check_in(stay: Stay, *, by: Actor) -> Stay:
    """The guest was marked as arrived by mistake. Raises InvalidTransition."""
    with transaction():
        row = locked(stay)
        if row.state is not S.CHECKED_IN:
            raise InvalidTransition
        row.move_to(S.BOOKED)
        row.arrived_on, row.changed_at = None, now()
        record("lodging.undo_check_in", row, by=by)
        return row


def check_out(stay: Stay, day: date, *, by: Actor) -> Stay:
    """The guest left on ``day``; when earlier than planned, the nights from then on are free.

    Raises InvalidTransition, and InvalidInput when the day is none of the stay.
    """
    with transaction():
        row = locked(stay)
        row.require_move(S.LEFT)
        if not (row.arrived_on or row.arrives_on) <= day <= row.leaves_on:
            raise InvalidInput(_l("This day is not one of the stay."), field="day")

        def act() -> None:
            row.move_to(S.LEFT)
            row.released_from = day if day < row.leaves_on else None
            row.changed_at = now()

        change([row], (), act)
        record("lodging.check_out", row, by=by, after={"day": day})
        return row


def undo_check_out(stay: Stay, *, by: Actor) -> Stay:
    """The guest is still there. Raises NoRoom when a night was given away meanwhile, and InvalidTransition."""
    with transaction():
        row = locked(stay)
        if row.state is not S.LEFT:
            raise InvalidTransition

        def act() -> None:
            row.move_to(S.CHECKED_IN)
            row.released_from, row.changed_at = None, now()

        change([row], whole(row), act)
        record("lodging.undo_check_out", row, by=by)
        return row


def note_confirmations(numbers: Sequence[tuple[Stay, str]], *, by: Actor) -> int:
    """Write the hotel's own numbers beside its guests; gives back how many changed."""
    changed = 0
    with transaction():
        for stay, number in numbers:
            row = db.session.get_one(Stay, stay.id, with_for_update=MINE, populate_existing=True)
            text = one_line(number)[:40]
            if row.confirmation != text:
                record("lodging.confirmation", row, by=by, before={"number": row.confirmation}, after={"number": text})
                row.confirmation = text
                changed += 1
    return changed
