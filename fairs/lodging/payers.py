"""Who pays for which night of a stay, and what: the organiser within the funded window and up to the ceiling, else the guest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from fairs.core.db import db
from fairs.core.money import Money
from fairs.hosting.models import Hosting
from fairs.hosting.queries import hostings_of
from fairs.lodging.models import RoomBlock, RoomNight, Stay
from fairs.lodging.states import HOLDING


@dataclass(frozen=True, slots=True)
class NightCost:
    """One night of a guest: their part of the room's price, and how much of it each side pays."""

    night: date
    price: Money
    organiser: Money
    guest: Money

    @property
    def is_funded(self) -> bool:
        """Whether the organiser pays at least a part of it."""
        return self.organiser.amount_minor > 0

    @property
    def is_split(self) -> bool:
        """Whether both pay: the price lies over the ceiling."""
        return self.is_funded and bool(self.guest)


@dataclass(frozen=True, slots=True)
class Span:
    """Nights in a row for which the same side pays the same: from ``first`` up to ``until`` (half-open)."""

    first: date
    until: date
    is_funded: bool
    is_split: bool


@dataclass(frozen=True, slots=True)
class Costs:
    """What a stay costs. ``cap_unclear``: the ceiling is in another currency than the price and was not applied."""

    nights: Sequence[NightCost]
    currency: str
    cap_unclear: bool = False

    @property
    def organiser(self) -> Money:
        """What the organiser pays."""
        return Money(sum(one.organiser.amount_minor for one in self.nights), self.currency)

    @property
    def guest(self) -> Money:
        """What the guest pays."""
        return Money(sum(one.guest.amount_minor for one in self.nights), self.currency)

    @property
    def total(self) -> Money:
        """What both pay."""
        return self.organiser + self.guest

    @property
    def spans(self) -> list[Span]:
        """Nights put together as long as the same side pays."""
        found: list[Span] = []
        for one in self.nights:
            until = date.fromordinal(one.night.toordinal() + 1)
            last = found[-1] if found else None
            if last and last.until == one.night and (last.is_funded, last.is_split) == (one.is_funded, one.is_split):
                found[-1] = Span(last.first, until, last.is_funded, last.is_split)
            else:
                found.append(Span(one.night, until, one.is_funded, one.is_split))
        return found


def is_funded(hosting: Hosting | None, night: date) -> bool:
    """Whether the support pays for this night: the window is half-open, and the tier covers the hotel."""
    if hosting is None or not hosting.is_granted or not hosting.tier.pays_hotel:
        return False
    return (
        hosting.funded_from is not None and hosting.funded_to is not None
        and hosting.funded_from <= night < hosting.funded_to
    )  # fmt: skip


def split(price: Money, hosting: Hosting | None, night: date) -> NightCost:
    """Who pays ``price`` for the night; what lies over the ceiling of a funded night is the guest's."""
    nothing = Money(0, price.currency)
    if hosting is None or not is_funded(hosting, night):
        return NightCost(night, price, nothing, price)
    ceiling = price.amount_minor
    if hosting.night_cap_minor and hosting.currency == price.currency:
        ceiling = min(ceiling, hosting.night_cap_minor)
    paid = Money(ceiling, price.currency)
    return NightCost(night, price, paid, price - paid)


def part_of(price: Money, guests: int, place: int) -> Money:
    """The part of one of ``guests`` who share a room; what does not divide falls on the first ones (``place`` from 0)."""
    whole, rest = divmod(price.amount_minor, max(1, guests))
    return Money(whole + (1 if place < rest else 0), price.currency)


def costs_of(stays: Sequence[Stay]) -> dict[int, Costs]:
    """What each of these stays costs, by its key; stays without a room are left out. Four statements however many."""
    placed = [stay for stay in stays if stay.block_id is not None]
    if not placed:
        return {}
    block_ids = sorted({stay.block_id for stay in placed if stay.block_id is not None})
    blocks = {one.id: one for one in db.session.scalars(select(RoomBlock).where(RoomBlock.id.in_(block_ids)))}
    own_prices = prices_of(block_ids)
    hostings = hostings_of([stay.importer_id for stay in placed])
    there = _guests_by_night([stay.room_id for stay in placed if stay.room_id is not None])
    found = {}
    for stay in placed:
        block = blocks[stay.block_id or 0]
        hosting = hostings.get(stay.importer_id)
        nights = []
        for night in stay.held_nights:
            room_price = Money(own_prices.get((block.id, night), block.price_minor), block.currency)
            guests = there.get((stay.room_id or 0, night), [stay.id])
            place = guests.index(stay.id) if stay.id in guests else 0
            nights.append(split(part_of(room_price, len(guests), place), hosting, night))
        unclear = bool(
            hosting
            and hosting.night_cap_minor
            and hosting.currency != block.currency
            and any(n.is_funded for n in nights)
        )
        found[stay.id] = Costs(nights, block.currency, unclear)
    return found


def prices_of(block_ids: Sequence[int]) -> Mapping[tuple[int, date], int]:
    """Prices of nights that differ from their block's, in minor units."""
    rows = db.session.execute(
        select(RoomNight.block_id, RoomNight.night, RoomNight.price_minor).where(
            RoomNight.block_id.in_(block_ids), RoomNight.price_minor.is_not(None)
        )
    )
    return {(block_id, night): price for block_id, night, price in rows if price is not None}


def _guests_by_night(room_ids: Sequence[int]) -> dict[tuple[int, date], list[int]]:
    """Who sleeps in each of these rooms in each night, in the order of their keys."""
    rows = db.session.scalars(select(Stay).where(Stay.room_id.in_(room_ids), Stay.state.in_(HOLDING)).order_by(Stay.id))
    found: dict[tuple[int, date], list[int]] = {}
    for stay in rows:
        for night in stay.held_nights:
            found.setdefault((stay.room_id or 0, night), []).append(stay.id)
    return found


@dataclass(frozen=True, slots=True)
class Attrition:
    """What a block owes for nights that were not used. Counts are room nights."""

    kept: int  # what was not given back by the release date
    used: int
    allowed: int  # may stay unused without penalty
    short: int  # unused beyond it
    due: Money


def attrition_of(quantity: int, taken: int, percent: int, price: Money) -> Attrition:
    """What falls due when ``taken`` of ``quantity`` room nights are used and ``percent`` of them may stay unused."""
    allowed = quantity * percent // 100
    short = max(0, quantity - taken - allowed)
    return Attrition(quantity, taken, allowed, short, Money(short * price.amount_minor, price.currency))


def payer_counts(costs: Mapping[int, Costs]) -> Counter[str]:
    """How many nights each side pays, over several stays."""
    counted: Counter[str] = Counter()
    for one in costs.values():
        counted.update("organiser" if night.is_funded else "guest" for night in one.nights)
    return counted
