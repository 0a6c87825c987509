"""Stays: a room is wanted, given, changed, used, or given back. Each act is one transaction: all of it or nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.text import clean
from fairs.hosting.queries import hosting_of
from fairs.importers.models import Importer
from fairs.importers.service import link_for
from fairs.lodging.errors import StayOverlaps
from fairs.lodging.holding import change
from fairs.lodging.models import Room, RoomBlock, Stay
from fairs.lodging.payers import costs_of
from fairs.lodging.queries import stays_in_room
from fairs.lodging.states import HOLDING, LIVE, StayState
from fairs.messages.service import Notice, send

LONGEST = 60
"""Nights of one stay; more is a typing error."""
S = StayState


def want_room(importer: Importer, first: date, until: date, *, by: Actor) -> Stay:
    """The guest needs a room from ``first`` up to ``until``, the day of leaving. Raises InvalidInput and StayOverlaps."""
    check_days(first, until)
    with transaction():
        _lock_guest(importer.id)
        alone(importer.id, first, until)
        stay = Stay(
            fair_id=importer.fair_id, importer_id=importer.id, state=S.WANTED, arrives_on=first, leaves_on=until,
            changed_at=now(),
        )  # fmt: skip
        db.session.add(stay)
        db.session.flush()
        record("lodging.want", stay, by=by, after={"from": first, "until": until})
        return stay


def place_stay(stay: Stay, block: RoomBlock, *, by: Actor, with_stay: Stay | None = None, tell: bool = True) -> Stay:
    """Give a stay a room of ``block``, or the room of ``with_stay``; also moves one that has a room elsewhere.

    Raises NoRoom with the full nights, RoomFull, InvalidTransition, and InvalidInput when the two do not both wish to share.
    """
    with transaction():
        row = locked(stay)
        if row.state not in (S.WANTED, S.BOOKED):
            raise InvalidTransition  # nobody is moved who sleeps there already
        room_id = _room_of(row, block, with_stay)
        _move(row, row.arrives_on, row.leaves_on, block, room_id, by=by, action="lodging.place")
        if tell:
            tell_guest(row, "placed")
        return row


def change_stay(
    stay: Stay, first: date, until: date, *, by: Actor, block: RoomBlock | None = None, tell: bool = True
) -> Stay:
    """Other nights, and with ``block`` another hotel or room type: all of it or nothing.

    A stay without a room only gets its days; one that is checked in may only leave earlier or later. Raises NoRoom, RoomFull,
    InvalidInput, StayOverlaps and InvalidTransition.
    """
    check_days(first, until)
    with transaction():
        row = locked(stay)
        if row.state not in LIVE:
            raise InvalidTransition
        if row.state is S.CHECKED_IN and (first != row.arrives_on or block not in (None, row.block)):
            raise InvalidTransition(_l("The guest has checked in: only the day of leaving can be changed."))
        alone(row.importer_id, first, until, but=row.id)
        before = (row.arrives_on, row.leaves_on, row.block_id)
        if row.block_id is None and block is None:
            row.arrives_on, row.leaves_on, row.changed_at = first, until, now()
            row.clear_issue()
            db.session.flush()
            record("lodging.change", row, by=by, before=_days(*before), after=_days(first, until, None))
            return row
        target = block or db.session.get_one(RoomBlock, row.block_id)
        room_id = row.room_id if target.id == row.block_id else None
        _move(row, first, until, target, room_id, by=by, action="lodging.change")
        if tell and (row.arrives_on, row.leaves_on, row.block_id) != before:
            tell_guest(row, "changed")
        return row


def cancel_stay(stay: Stay, reason: str, *, by: Actor, tell: bool = True) -> Stay:
    """The guest needs no room any more: its nights are free at once. Raises InvalidInput and InvalidTransition."""
    text = clean(reason)[:400]
    if not text:
        raise InvalidInput(_l("Please give the reason."), field="reason")
    with transaction():
        row = locked(stay)
        row.require_move(S.CANCELLED)
        had_room = row.block_id is not None
        before = _days(row.arrives_on, row.leaves_on, row.block_id)

        def act() -> None:
            row.move_to(S.CANCELLED)
            row.reason, row.changed_at = text, now()
            row.clear_issue()

        change([row], (), act)
        record("lodging.cancel", row, by=by, before=before, after={"reason": text})
        if tell and had_room:
            tell_guest(row, "cancelled", reason=text)
        return row


def release_room(stay: Stay, *, by: Actor) -> Stay:
    """Take the room away; the guest waits for one again. Raises InvalidTransition."""
    with transaction():
        row = locked(stay)
        row.require_move(S.WANTED)

        def act() -> None:
            row.move_to(S.WANTED)
            row.hotel_id = row.block_id = row.room_id = None
            row.confirmation, row.confirmed_at, row.changed_at = "", None, now()

        change([row], (), act)
        db.session.expire(row, ["hotel", "block"])
        record("lodging.release", row, by=by)
        return row


def check_days(first: date, until: date) -> None:
    """Raise InvalidInput unless ``until`` lies behind ``first``, by a sensible number of nights."""
    if until <= first:
        raise InvalidInput(_l("The day of leaving has to be after the day of arrival."), field="leaves_on")
    if (until - first).days > LONGEST:
        raise InvalidInput(_l("At most %(n)s nights.", n=LONGEST), field="leaves_on")


def _move(
    row: Stay, first: date, until: date, block: RoomBlock, room_id: int | None, *, by: Actor, action: str
) -> None:
    before = _days(row.arrives_on, row.leaves_on, row.block_id)
    if block.fair_id != row.fair_id:
        raise NotFound
    alone(row.importer_id, first, until, but=row.id)

    def act() -> None:
        if row.state is S.WANTED:
            row.move_to(S.BOOKED)
        if (row.block_id, row.arrives_on, row.leaves_on) != (block.id, first, until):
            row.confirmed_at = None
        if row.hotel_id != block.hotel_id:
            row.confirmation = ""
        row.room_id = room_id or _new_room(block)
        row.block_id, row.hotel_id = block.id, block.hotel_id
        row.arrives_on, row.leaves_on, row.released_from = first, until, None
        row.changed_at = now()
        row.clear_issue()

    change([row], [(block.id, first, until)], act)
    db.session.expire(row, ["hotel", "block"])
    record(action, row, by=by, before=before, after=_days(first, until, block.id))


def _new_room(block: RoomBlock) -> int:
    room = Room(block_id=block.id)
    db.session.add(room)
    db.session.flush()
    return room.id


def _room_of(row: Stay, block: RoomBlock, other: Stay | None) -> int | None:
    """The room to share; raises InvalidInput unless both wish it and the other has a room of this block."""
    if other is None:
        # Who is moved within the type keeps the room, unless somebody else is in it: then they part.
        return row.room_id if row.block_id == block.id and not stays_in_room(row) else None
    theirs = db.session.get_one(Stay, other.id, populate_existing=True)
    if theirs.shares_with_id != row.id or row.shares_with_id != theirs.id:
        raise InvalidInput(_l("Both guests have to name each other before they share a room."), field="block")
    if theirs.state not in HOLDING or theirs.block_id != block.id:
        raise InvalidInput(_l("The other guest has no room of this type."), field="block")
    return theirs.room_id


def _lock_guest(importer_id: int) -> None:
    db.session.execute(select(Importer.id).where(Importer.id == importer_id).with_for_update(key_share=True))


def locked(stay: Stay) -> Stay:
    """The stay as it is now, locked after its guest: every act locks in this order. Inside transaction()."""
    _lock_guest(stay.importer_id)
    return db.session.get_one(Stay, stay.id, with_for_update=MINE, populate_existing=True)


def alone(importer_id: int, first: date, until: date, *, but: int = 0) -> None:
    """Raise StayOverlaps when the guest is expected somewhere else in these nights; ``but`` is the stay that may be."""
    taken = select(Stay.id).where(
        Stay.importer_id == importer_id,
        Stay.id != but,
        Stay.state.in_(LIVE),
        Stay.arrives_on < until,
        Stay.leaves_on > first,
    )
    if db.session.scalar(taken.limit(1)) is not None:
        raise StayOverlaps(field="arrives_on")


def whole(row: Stay) -> list[tuple[int, date, date]]:
    """All nights of a stay, also those that it does not take now."""
    return [(row.block_id, row.arrives_on, row.leaves_on)] if row.block_id is not None else []


def _days(first: date, until: date, block_id: int | None) -> dict[str, Any]:
    return {"from": first, "until": until, "block": block_id}


def tell_guest(row: Stay, template: str, **context: Any) -> None:
    """Write to the guest about their stay, with the link to their page; inside transaction()."""
    importer = row.importer
    costs = costs_of([row]).get(row.id)
    send(
        Notice(
            template=f"lodging/{template}", name=importer.person.display_name, email=importer.person.email or None,
            locale=importer.locale, fair_id=row.fair_id,
            context={
                "stay": row, "hotel": row.hotel, "fair": importer.fair, "token": link_for(importer), "costs": costs, **context
            },
        )
    )  # fmt: skip


def funded_window(importer: Importer) -> tuple[date, date] | None:
    """The nights that the guest's support pays for, half-open; None without such support."""
    hosting = hosting_of(importer.id)
    if hosting is None or not hosting.is_granted or hosting.funded_nights < 1:
        return None
    first, until = hosting.funded_from, hosting.funded_to
    return (first, until) if first is not None and until is not None else None
