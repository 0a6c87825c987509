"""The one place that gives out nights: rows locked in the order of block and night, counted anew, never more than there are.

Every change of who is where goes through :func:`change`. Whoever adds, moves or takes away a guest's night locks that night's
row first, so the count that is written is the count there is, on both databases.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select

from fairs.core.db import db, in_transaction
from fairs.lodging.errors import NoRoom, RoomFull
from fairs.lodging.models import RoomBlock, RoomNight, Stay
from fairs.lodging.states import HOLDING

Span = tuple[int, date, date]
"""A block and its nights from the first day up to the second (half-open)."""


def span_of(stay: Stay) -> Span | None:
    """The nights that a stay takes now; None when it takes none."""
    if stay.block_id is None or stay.holds_until <= stay.arrives_on:
        return None
    return stay.block_id, stay.arrives_on, stay.holds_until


def lock_nights(spans: Iterable[Span | None]) -> Sequence[RoomNight]:
    """Lock the rows of these nights, in the order of block and night, as they are in the database now. Inside transaction()."""
    if not in_transaction():
        raise RuntimeError("nights are locked inside transaction()")
    wanted = [
        and_(RoomNight.block_id == block_id, RoomNight.night >= first, RoomNight.night < until)
        for block_id, first, until in dict.fromkeys(span for span in spans if span is not None)
    ]
    if not wanted:
        return ()
    return db.session.scalars(
        select(RoomNight)
        .where(or_(*wanted))
        .order_by(RoomNight.block_id, RoomNight.night)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def change(stays: Sequence[Stay], new: Iterable[Span], act: Callable[[], None]) -> None:
    """Lock all nights that the stays have and the ``new`` ones that they get, ``act``, count anew.

    The stays' rows are locked by the caller. Raises NoRoom with the nights that are full and RoomFull where a room has fewer
    beds than guests; then nothing is changed, for the caller's transaction or savepoint ends.
    """
    wanted = list(new)
    nights = lock_nights([*(span_of(stay) for stay in stays), *wanted])
    act()
    db.session.flush()
    there = {(row.block_id, row.night) for row in nights}
    missing = [day for block, first, until in wanted for day in _days(first, until) if (block, day) not in there]
    full = count_anew(nights)
    if missing or full:
        raise NoRoom(sorted({*missing, *full}))
    _check_beds({stay.room_id for stay in stays if stay.room_id is not None})


def count_anew(nights: Sequence[RoomNight]) -> list[date]:
    """Write how many rooms are taken in these locked nights; gives back the nights that would be overbooked, unchanged."""
    if not nights:
        return []
    rows = db.session.execute(
        select(RoomNight.id, func.count(func.distinct(Stay.room_id)))
        .join(
            Stay,
            and_(
                Stay.block_id == RoomNight.block_id, Stay.state.in_(HOLDING), Stay.arrives_on <= RoomNight.night,
                func.coalesce(Stay.released_from, Stay.leaves_on) > RoomNight.night,
            ),
        )
        .where(RoomNight.id.in_([row.id for row in nights]))
        .group_by(RoomNight.id)
    )  # fmt: skip
    taken: dict[int, int] = {row[0]: row[1] for row in rows}
    full = [row.night for row in nights if taken.get(row.id, 0) > row.quantity]
    if not full:
        for row in nights:
            row.taken = taken.get(row.id, 0)
        db.session.flush()
    return full


def _check_beds(room_ids: set[int]) -> None:
    if not room_ids:
        return
    guests: dict[int, Counter[date]] = defaultdict(Counter)
    rows = db.session.scalars(select(Stay).where(Stay.room_id.in_(room_ids), Stay.state.in_(HOLDING)))
    blocks = {}
    for stay in rows:
        guests[stay.room_id or 0].update(stay.held_nights)
        blocks[stay.room_id or 0] = stay.block_id
    crowded = {room: max(nights.values(), default=0) for room, nights in guests.items()}
    if any(most > 1 for most in crowded.values()):
        query = select(RoomBlock.id, RoomBlock.beds).where(RoomBlock.id.in_(set(blocks.values())))
        beds: dict[int, int] = {row[0]: row[1] for row in db.session.execute(query)}
        if any(most > beds.get(blocks[room] or 0, 1) for room, most in crowded.items()):
            raise RoomFull


def _days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((until - first).days)]
