"""Reading hotels, blocks and stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.hospitality.models import Flight
from fairs.hospitality.states import Direction, FlightState
from fairs.importers.models import Importer
from fairs.lodging.models import Hotel, RoomBlock, RoomingList, RoomNight, Stay
from fairs.lodging.payers import costs_of
from fairs.lodging.states import HOLDING, LIVE, TAKING, StayState

WITH_GUEST = (
    joinedload(Stay.importer).joinedload(Importer.person),
    joinedload(Stay.importer).joinedload(Importer.company),
)
WITH_ROOM = (joinedload(Stay.hotel), joinedload(Stay.block))


@dataclass(frozen=True, slots=True)
class UsedNight:
    """A night that the guest really slept in the hotel, and the price of their part of the room.

    ``is_funded``: it lies in the window that the support pays for. The ceiling of a night is not applied to ``price``.
    """

    night: date
    is_funded: bool
    price: Money


def stay_of(importer_id: int) -> Stay | None:
    """The guest's stay that stands, with its hotel."""
    return db.session.scalar(
        select(Stay)
        .options(*WITH_ROOM)
        .where(Stay.importer_id == importer_id, Stay.state.in_(TAKING))
        .order_by(Stay.id.desc())
        .limit(1)
    )


def current_stay(importer_id: int) -> Stay | None:
    """The stay that matters now: the newest one that is not cancelled, whether it has a room yet or not."""
    return db.session.scalar(
        select(Stay)
        .options(*WITH_ROOM)
        .where(Stay.importer_id == importer_id, Stay.state != StayState.CANCELLED)
        .order_by(Stay.id.desc())
        .limit(1)
    )


def stay_by_id(fair_id: int, stay_id: int) -> Stay:
    """The stay; raises NotFound, also for one of another fair."""
    found = db.session.get(Stay, stay_id)
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def nights_used(importer_id: int) -> list[UsedNight]:
    """The nights that a guest who checked in has slept there, in order; none for who did not come."""
    stays = db.session.scalars(
        select(Stay)
        .options(joinedload(Stay.importer).joinedload(Importer.fair))
        .where(Stay.importer_id == importer_id, Stay.state.in_([StayState.CHECKED_IN, StayState.LEFT]))
        .order_by(Stay.arrives_on, Stay.id)
    ).all()
    costs = costs_of(stays)
    found = []
    for stay in stays:
        until = stay.holds_until if stay.state is StayState.LEFT else min(stay.holds_until, stay.importer.fair.today)
        slept_from = max(stay.arrives_on, stay.arrived_on or stay.arrives_on)
        for one in costs[stay.id].nights if stay.id in costs else ():
            if slept_from <= one.night < until:
                found.append(UsedNight(one.night, one.is_funded, one.price))
    return found


def hotels_of(fair_id: int) -> Sequence[Hotel]:
    """The fair's hotels by name."""
    return db.session.scalars(select(Hotel).where(Hotel.fair_id == fair_id).order_by(Hotel.name)).all()


def hotel_by_id(fair_id: int, hotel_id: int) -> Hotel:
    """The hotel; raises NotFound, also for one of another fair."""
    found = db.session.get(Hotel, hotel_id)
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def block_by_id(fair_id: int, block_id: int) -> RoomBlock:
    """The block with its hotel; raises NotFound, also for one of another fair."""
    found = db.session.get(RoomBlock, block_id, options=[joinedload(RoomBlock.hotel)])
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def blocks_of(fair_id: int, hotel_id: int | None = None) -> Sequence[RoomBlock]:
    """The fair's blocks, or a hotel's, by hotel and type."""
    query = (
        select(RoomBlock).join(RoomBlock.hotel).options(joinedload(RoomBlock.hotel)).where(RoomBlock.fair_id == fair_id)
    )
    if hotel_id is not None:
        query = query.where(RoomBlock.hotel_id == hotel_id)
    return db.session.scalars(query.order_by(Hotel.name, RoomBlock.room_type)).all()


def nights_of(block_ids: Sequence[int]) -> Mapping[int, dict[date, RoomNight]]:
    """The nights of these blocks, by block and day."""
    found: dict[int, dict[date, RoomNight]] = {block_id: {} for block_id in block_ids}
    query = select(RoomNight).where(RoomNight.block_id.in_(block_ids)).order_by(RoomNight.night)
    for row in db.session.scalars(query):
        found[row.block_id][row.night] = row
    return found


def full_nights(nights: Mapping[date, RoomNight], first: date, until: date) -> list[date]:
    """Of the nights from ``first`` up to ``until`` those in which a block has no free room, or none at all."""
    days = [first + timedelta(days=n) for n in range((until - first).days)]
    return [day for day in days if day not in nights or nights[day].free < 1]


def stays_in_room(stay: Stay) -> Sequence[Stay]:
    """The other stays that have a part of this stay's room at the same time, with their guests."""
    if stay.room_id is None or stay.state not in HOLDING:
        return ()
    others = db.session.scalars(
        select(Stay)
        .options(*WITH_GUEST)
        .where(Stay.room_id == stay.room_id, Stay.id != stay.id, Stay.state.in_(HOLDING))
        .order_by(Stay.id)
    )
    return [one for one in others if one.arrives_on < stay.holds_until and stay.arrives_on < one.holds_until]


def sharers_of(stays: Sequence[Stay]) -> dict[int, list[Stay]]:
    """For each stay those who share its room, in one statement for all."""
    rooms = {stay.room_id for stay in stays if stay.room_id is not None and stay.state in HOLDING}
    by_room: dict[int, list[Stay]] = {}
    if rooms:
        query = (
            select(Stay).options(*WITH_GUEST).where(Stay.room_id.in_(rooms), Stay.state.in_(HOLDING)).order_by(Stay.id)
        )
        for one in db.session.scalars(query):
            by_room.setdefault(one.room_id or 0, []).append(one)
    return {
        stay.id: [
            one for one in by_room.get(stay.room_id or 0, ())
            if one.id != stay.id and one.arrives_on < stay.holds_until and stay.arrives_on < one.holds_until
        ]
        for stay in stays
    }  # fmt: skip


def flights_by_guest(importer_ids: Sequence[int]) -> dict[tuple[int, Direction], Flight]:
    """The live flight of each guest in each direction, in one statement."""
    query = select(Flight).where(
        Flight.importer_id.in_(importer_ids), Flight.state.in_([FlightState.PLANNED, FlightState.FLOWN])
    )
    return {(one.importer_id, one.direction): one for one in db.session.scalars(query.order_by(Flight.id))}


def wish_pairs(fair_id: int) -> dict[int, int]:
    """For each live stay the one whose guest it wishes to share a room with."""
    rows = db.session.execute(
        select(Stay.id, Stay.shares_with_id).where(
            Stay.fair_id == fair_id, Stay.state.in_(LIVE), Stay.shares_with_id.is_not(None)
        )
    )
    return {mine: other for mine, other in rows if other is not None}


def lists_of(hotel_id: int) -> Sequence[RoomingList]:
    """The rooming lists that a hotel was sent, newest first."""
    return db.session.scalars(
        select(RoomingList).where(RoomingList.hotel_id == hotel_id).order_by(RoomingList.number.desc())
    ).all()


def last_list(hotel_id: int) -> RoomingList | None:
    """The rooming list that a hotel was sent last."""
    return db.session.scalar(
        select(RoomingList).where(RoomingList.hotel_id == hotel_id).order_by(RoomingList.number.desc()).limit(1)
    )


def release_days(fair_id: int) -> Sequence[date]:
    """The release dates of the fair's blocks, in order."""
    rows = (
        select(RoomBlock.release_on).where(RoomBlock.fair_id == fair_id, RoomBlock.release_on.is_not(None)).distinct()
    )
    return [day for day in db.session.scalars(rows.order_by(RoomBlock.release_on)) if day is not None]


def first_list_due(fair: Fair) -> date | None:
    """The first day on which a hotel wants its rooming list; None when none has said."""
    return db.session.scalar(select(func.min(Hotel.list_due_on)).where(Hotel.fair_id == fair.id))


def missing_lists(fair_id: int) -> tuple[int, int]:
    """How many hotels with guests want a rooming list by a day, and how many of them were sent none."""
    has_guests = exists().where(Stay.hotel_id == Hotel.id, Stay.state == StayState.BOOKED)
    was_sent = exists().where(RoomingList.hotel_id == Hotel.id)
    rows = db.session.execute(
        select(Hotel.id, was_sent).where(Hotel.fair_id == fair_id, Hotel.list_due_on.is_not(None), has_guests)
    ).all()
    return len(rows), sum(1 for _hotel, sent in rows if not sent)
