"""Placing many guests at once: who goes where, who cannot and why; looked at first, done in one transaction, taken back whole."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, NotFound
from fairs.hosting.models import Hosting
from fairs.hosting.queries import hostings_of
from fairs.importers.models import Importer
from fairs.lodging.errors import in_words
from fairs.lodging.holding import Span, change
from fairs.lodging.models import Placing, Room, RoomBlock, Stay
from fairs.lodging.queries import WITH_GUEST, blocks_of, nights_of
from fairs.lodging.states import HOLDING, LIVE, StayState


@dataclass(slots=True)
class Place:
    """Where a guest would go: a block, or nowhere with the reason. ``beside``: the stay whose room is shared."""

    stay: Stay
    block: RoomBlock | None = None
    beside: Stay | None = None
    reason: Any = ""
    notes: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All guests who wait, in the order in which they were looked at. ``mark`` tells whether it is still the same plan."""

    places: Sequence[Place]
    mark: str

    @property
    def placed(self) -> list[Place]:
        """Who gets a room."""
        return [one for one in self.places if one.block is not None]

    @property
    def left_over(self) -> list[Place]:
        """Who gets none, and why."""
        return [one for one in self.places if one.block is None]


def plan_placing(fair: Fair) -> Plan:
    """Where the waiting guests would go by their wishes and the price. Nothing is written; a handful of statements.

    Who needs an accessible room comes first, then guests who both wish to share, then by the number of nights.
    """
    waiting = db.session.scalars(
        select(Stay)
        .options(*WITH_GUEST)
        .where(Stay.fair_id == fair.id, Stay.state == StayState.WANTED)
        .order_by(Stay.id)
    ).all()
    blocks = blocks_of(fair.id)
    free = {
        (block_id, day): row.free
        for block_id, nights in nights_of([one.id for one in blocks]).items()
        for day, row in nights.items()
    }
    desk = _Desk(blocks, free, hostings_of([one.importer_id for one in waiting]), _partners(fair, waiting))
    order = sorted(
        waiting,
        key=lambda one: (not one.accessible, desk.pair(one) is None, -(one.leaves_on - one.arrives_on).days, one.id),
    )
    places: dict[int, Place] = {}
    for stay in order:
        if stay.id not in places:
            for place in desk.find(stay):
                places[place.stay.id] = place
    found = list(places.values())
    text = "|".join(
        f"{p.stay.id}:{p.stay.arrives_on}:{p.stay.leaves_on}:{p.block.id if p.block else 0}:{p.beside.id if p.beside else 0}"
        for p in found
    )
    return Plan(found, hashlib.sha256(text.encode()).hexdigest()[:32])


class _Desk:
    """The rooms that are still free while guests are placed one after another."""

    def __init__(
        self, blocks: Sequence[RoomBlock], free: dict[tuple[int, date], int], hostings: Mapping[int, Hosting],
        partners: Mapping[int, Stay],
    ) -> None:  # fmt: skip
        self.blocks, self.free, self.hostings, self.partners = blocks, free, hostings, partners

    def pair(self, stay: Stay) -> Stay | None:
        """The guest who wishes to share a room with this one, as this one does with them."""
        return self.partners.get(stay.id)

    def find(self, stay: Stay) -> list[Place]:
        """Where the guest goes; together with the one they share with, when both wait."""
        other = self.pair(stay)
        if other is not None and other.state is StayState.WANTED:
            block = self.best([stay, other])
            if block is not None:
                self.take(block, {*_nights(stay), *_nights(other)})
                note = _l("together with %(name)s", name=other.importer.person.display_name)
                back = _l("together with %(name)s", name=stay.importer.person.display_name)
                return [Place(stay, block, None, "", (note,)), Place(other, block, stay, "", (back,))]
        elif other is not None and other.block_id is not None and other.state in HOLDING:
            own = [night for night in _nights(stay) if night not in set(other.held_nights)]
            block = next(one for one in self.blocks if one.id == other.block_id)
            if block.beds > 1 and all(self.free.get((block.id, night), 0) > 0 for night in own):
                self.take(block, own)
                note = _l("in the room of %(name)s", name=other.importer.person.display_name)
                return [Place(stay, block, other, "", (note,))]
        block = self.best([stay])
        if block is None:
            return [Place(stay, reason=self.why_not(stay))]
        self.take(block, _nights(stay))
        notes: list[Any] = []
        if other is not None:
            notes.append(_l("not together with %(name)s: no such room", name=other.importer.person.display_name))
        if stay.smoking and not block.smoking:
            notes.append(_l("no smoking room is free"))
        if self.over_ceiling(stay, block):
            notes.append(_l("the price is over the ceiling: the guest pays the rest"))
        return [Place(stay, block, None, "", tuple(notes))]

    def best(self, stays: Sequence[Stay]) -> RoomBlock | None:
        """The block that fits best: as wished, within the ceiling, no more beds than needed, cheap."""
        nights = {night for stay in stays for night in _nights(stay)}
        accessible, smoking = any(one.accessible for one in stays), any(one.smoking for one in stays)
        fitting = [
            one
            for one in self.blocks
            if one.beds >= len(stays)
            and (one.accessible or not accessible)
            and (smoking or not one.smoking)
            and all(self.free.get((one.id, night), 0) > 0 for night in nights)
        ]
        return min(
            fitting,
            key=lambda one: (
                one.smoking != smoking, one.accessible != accessible, any(self.over_ceiling(stay, one) for stay in stays),
                one.beds, one.price_minor, one.id,
            ),
            default=None,
        )  # fmt: skip

    def over_ceiling(self, stay: Stay, block: RoomBlock) -> bool:
        """Whether the room costs more than the support pays for a night."""
        hosting = self.hostings.get(stay.importer_id)
        return bool(
            hosting and hosting.night_cap_minor and hosting.currency == block.currency
            and block.price_minor > hosting.night_cap_minor
        )  # fmt: skip

    def take(self, block: RoomBlock, nights: Sequence[date] | set[date]) -> None:
        """One room less in these nights."""
        for night in nights:
            self.free[block.id, night] -= 1

    def why_not(self, stay: Stay) -> Any:
        """Why no block fits."""
        if not self.blocks:
            return _l("There is no room block yet.")
        kinds = [
            one for one in self.blocks if (one.accessible or not stay.accessible) and (stay.smoking or not one.smoking)
        ]
        if not kinds:
            return _l("No block has rooms as the guest needs them.")
        fewest = min(
            ([night for night in _nights(stay) if self.free.get((one.id, night), 0) < 1] for one in kinds), key=len
        )
        return _l("Full or without a room block: %(nights)s", nights=in_words(fewest))


def run_placing(fair: Fair, mark: str, *, by: Actor) -> Placing:
    """Do what the plan ``mark`` showed, all of it or nothing. Raises Conflict when the plan is another one by now."""
    with transaction():
        waiting = select(Stay.importer_id).where(Stay.fair_id == fair.id, Stay.state == StayState.WANTED)
        _lock(waiting)
        plan = plan_placing(fair)
        if plan.mark != mark or not plan.placed:
            raise Conflict(_l("Guests or rooms have changed in the meantime. Please look at the plan again."))
        chosen = plan.placed
        new: list[Span] = [(p.block.id, p.stay.arrives_on, p.stay.leaves_on) for p in chosen if p.block is not None]

        def act() -> None:
            for place in chosen:
                stay, block = place.stay, place.block
                if block is None:
                    continue
                stay.move_to(StayState.BOOKED)
                stay.room_id = place.beside.room_id if place.beside is not None else _room(block)
                stay.block_id, stay.hotel_id, stay.changed_at = block.id, block.hotel_id, now()

        change([place.stay for place in chosen], new, act)
        placing = Placing(
            fair_id=fair.id,
            by_id=by.user_id,
            by_name=by.name[:250],
            items=[[p.stay.id, p.stay.room_id] for p in chosen],
        )
        db.session.add(placing)
        db.session.flush()
        for place in chosen:
            db.session.expire(place.stay, ["hotel", "block"])
            after = {"from": place.stay.arrives_on, "until": place.stay.leaves_on, "block": place.stay.block_id}
            record("lodging.place", place.stay, by=by, after=after)
        record("lodging.placing", placing, by=by, after={"guests": len(chosen), "left": len(plan.left_over)})
        return placing


def undo_placing(placing: Placing, *, by: Actor) -> tuple[int, int]:
    """Take the rooms back of those who still have them and have not agreed yet; how many that were, and how many stay.

    Raises Conflict when it was taken back already.
    """
    with transaction():
        row = db.session.get_one(Placing, placing.id, with_for_update=MINE, populate_existing=True)
        if row.undone_at is not None:
            raise Conflict(_l("This was taken back already."))
        rooms: dict[int, int] = {int(stay): int(room) for stay, room in row.items}
        _lock(select(Stay.importer_id).where(Stay.id.in_(rooms)))
        stays = [
            stay
            for stay in db.session.scalars(
                select(Stay).where(Stay.id.in_(rooms)).order_by(Stay.id).with_for_update(key_share=True)
                .execution_options(populate_existing=True)
            )
            if stay.state is StayState.BOOKED and stay.room_id == rooms[stay.id] and stay.confirmed_at is None
        ]  # fmt: skip

        def act() -> None:
            for stay in stays:
                stay.move_to(StayState.WANTED)
                stay.hotel_id = stay.block_id = stay.room_id = None
                stay.confirmation, stay.changed_at = "", now()

        change(stays, (), act)
        for stay in stays:
            db.session.expire(stay, ["hotel", "block"])
            record("lodging.release", stay, by=by)
        row.undone_at = now()
        record("lodging.undo_placing", row, by=by, after={"guests": len(stays)})
        return len(stays), len(rooms) - len(stays)


def placings_of(fair_id: int) -> Sequence[Placing]:
    """The last ten placings of the fair, newest first."""
    query = select(Placing).where(Placing.fair_id == fair_id).order_by(Placing.id.desc()).limit(10)
    return db.session.scalars(query).all()


def placing_by_id(fair_id: int, placing_id: int) -> Placing:
    """The placing; raises NotFound, also for one of another fair."""
    found = db.session.get(Placing, placing_id)
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def _partners(fair: Fair, waiting: Sequence[Stay]) -> dict[int, Stay]:
    """Of the waiting stays those whose guest and another one name each other, with that other stay."""
    named = {one.id: one.shares_with_id for one in waiting if one.shares_with_id is not None}
    if not named:
        return {}
    others = db.session.scalars(
        select(Stay)
        .options(*WITH_GUEST)
        .where(Stay.fair_id == fair.id, Stay.id.in_(named.values()), Stay.state.in_(LIVE))
    )
    by_id = {one.id: one for one in others}
    return {
        mine: by_id[other] for mine, other in named.items() if other in by_id and by_id[other].shares_with_id == mine
    }


def _lock(importer_ids: Any) -> None:
    """Guests in the order of their keys, then their stays: as every other act locks them."""
    guests = db.session.scalars(
        select(Importer.id).where(Importer.id.in_(importer_ids)).order_by(Importer.id).with_for_update(key_share=True)
    ).all()
    db.session.scalars(
        select(Stay).where(Stay.importer_id.in_(guests), Stay.state.in_(LIVE)).order_by(Stay.id).with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip


def _room(block: RoomBlock) -> int:
    room = Room(block_id=block.id)
    db.session.add(room)
    db.session.flush()
    return room.id


def _nights(stay: Stay) -> list[date]:
    return [stay.arrives_on + timedelta(days=n) for n in range(stay.nights)]
