"""Hotels and room blocks: what a hotel keeps, for which nights, and what goes back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import EXPONENTS, Money
from fairs.core.text import one_line
from fairs.importers.models import Importer
from fairs.lodging.errors import BelowTaken, ReleasePassed
from fairs.lodging.holding import lock_nights
from fairs.lodging.models import Hotel, RoomBlock, RoomNight, Stay
from fairs.lodging.states import HOLDING

MOST_NIGHTS = 90
MOST_ROOMS = 2000
REMIND_BEFORE = timedelta(days=14)
"""So long before the release date of a block free rooms are spoken of."""


@dataclass(frozen=True, slots=True)
class HotelDraft:
    """What is known of a hotel."""

    name: str
    address_vi: str = ""
    address_en: str = ""
    phone: str = ""
    email: str = ""
    check_in_from: time = time(14, 0)
    check_out_until: time = time(12, 0)
    list_due_on: date | None = None
    locale: str = "vi"


@dataclass(frozen=True, slots=True)
class BlockDraft:
    """What the contract with the hotel says of one room type."""

    room_type: str
    price: Money
    beds: int = 2
    smoking: bool = False
    accessible: bool = False
    contract_number: str = ""
    vat_included: bool = True
    breakfast_included: bool = True
    release_on: date | None = None
    attrition_percent: int = 0


@dataclass(frozen=True, slots=True)
class NightDraft:
    """Rooms of a night; ``price_minor`` where it differs from the block's."""

    quantity: int
    price_minor: int | None = None


def save_hotel(fair: Fair, draft: HotelDraft, *, by: Actor, hotel: Hotel | None = None) -> Hotel:
    """Add a hotel, or change ``hotel``. Raises InvalidInput with the field."""
    name = one_line(draft.name)[:200]
    if not name:
        raise InvalidInput(_l("Please fill this in."), field="name")
    with transaction():
        db.session.execute(select(Fair.id).where(Fair.id == fair.id).with_for_update(key_share=True))
        same = select(Hotel.id).where(
            Hotel.fair_id == fair.id, Hotel.name == name, Hotel.id != (hotel.id if hotel else 0)
        )
        if db.session.scalar(same) is not None:
            raise InvalidInput(_l("This fair has a hotel of this name already."), field="name")
        values = {**asdict(draft), "name": name, "address_vi": one_line(draft.address_vi)[:300]}
        values["address_en"] = one_line(draft.address_en)[:300]
        if hotel is None:
            row = Hotel(fair_id=fair.id, **values)
            db.session.add(row)
        else:
            row = db.session.get_one(Hotel, hotel.id, with_for_update=MINE, populate_existing=True)
            for key, value in values.items():
                setattr(row, key, value)
        db.session.flush()
        record("lodging.hotel", row, by=by, after={"name": name})
        return row


def save_block(hotel: Hotel, draft: BlockDraft, *, by: Actor, block: RoomBlock | None = None) -> RoomBlock:
    """Add a room type to a hotel, or change ``block``. Raises InvalidInput with the field.

    Beds cannot become fewer than guests share a room of the block already.
    """
    kind = one_line(draft.room_type)[:60]
    if not kind:
        raise InvalidInput(_l("Please fill this in."), field="room_type")
    if draft.price.currency not in EXPONENTS or draft.price.amount_minor < 0:
        raise InvalidInput(field="price")
    if not 1 <= draft.beds <= 12:
        raise InvalidInput(_l("Between 1 and 12."), field="beds")
    if not 0 <= draft.attrition_percent <= 100:
        raise InvalidInput(_l("Between 0 and 100."), field="attrition_percent")
    with transaction():
        db.session.get_one(Hotel, hotel.id, with_for_update=MINE, populate_existing=True)
        same = select(RoomBlock.id).where(
            RoomBlock.hotel_id == hotel.id, RoomBlock.room_type == kind, RoomBlock.id != (block.id if block else 0)
        )
        if db.session.scalar(same) is not None:
            raise InvalidInput(_l("This hotel has a block of this room type already."), field="room_type")
        values = asdict(draft)
        del values["price"]
        values |= {
            "room_type": kind, "contract_number": one_line(draft.contract_number)[:60], "price_minor": draft.price.amount_minor,
            "currency": draft.price.currency,
            "remind_on": draft.release_on - REMIND_BEFORE if draft.release_on is not None else None,
        }  # fmt: skip
        if block is None:
            row = RoomBlock(fair_id=hotel.fair_id, hotel_id=hotel.id, **values)
            db.session.add(row)
        else:
            row = db.session.get_one(RoomBlock, block.id, with_for_update=MINE, populate_existing=True)
            if draft.beds < row.beds and _most_in_a_room(row) > draft.beds:
                raise InvalidInput(_l("More guests than that share a room of this block."), field="beds")
            for key, value in values.items():
                setattr(row, key, value)
        db.session.flush()
        record(
            "lodging.block", row, by=by, after={"room_type": kind, "price": draft.price, "release_on": draft.release_on}
        )
        return row


def set_release(block: RoomBlock, day: date) -> None:
    """Another release date; inside transaction()."""
    block.release_on, block.remind_on = day, day - REMIND_BEFORE


def set_nights(block: RoomBlock, nights: Mapping[date, NightDraft], *, by: Actor) -> None:
    """Set the rooms of these nights; nights that are new are added. All or nothing.

    Raises BelowTaken with who stays, at the field ``night-<day>``, and InvalidInput.
    """
    for day, wanted in nights.items():
        if not 0 <= wanted.quantity <= MOST_ROOMS:
            raise InvalidInput(_l("Between 0 and %(n)s.", n=MOST_ROOMS), field=f"night-{day.isoformat()}")
    if not nights:
        return
    if len(nights) > MOST_NIGHTS:
        raise InvalidInput(_l("At most %(n)s nights at a time.", n=MOST_NIGHTS), field="until")
    first, last = min(nights), max(nights)
    with transaction():
        # New nights of a block are added by one at a time.
        db.session.get_one(RoomBlock, block.id, with_for_update=MINE, populate_existing=True)
        rows = {row.night: row for row in lock_nights([(block.id, first, last + timedelta(days=1))])}
        before, after = {}, {}
        for day, wanted in sorted(nights.items()):
            row = rows.get(day)
            if row is None:
                db.session.add(
                    RoomNight(block_id=block.id, night=day, quantity=wanted.quantity, price_minor=wanted.price_minor)
                )
            elif wanted.quantity < row.taken:
                raise BelowTaken(day, row.taken, guests_in(block.id, day), field=f"night-{day.isoformat()}")
            else:
                before[day.isoformat()] = row.quantity
                row.quantity, row.price_minor = wanted.quantity, wanted.price_minor
            after[day.isoformat()] = wanted.quantity
        db.session.flush()
        record("lodging.nights", block, by=by, before=before, after=after)


def give_back(block: RoomBlock, *, by: Actor) -> int:
    """Give the rooms of coming nights that nobody has back to the hotel without cost; how many room nights that were.

    Raises ReleasePassed after the release date: what is kept then belongs to the contract, less the attrition.
    """
    with transaction():
        row = db.session.get_one(RoomBlock, block.id, with_for_update=MINE, populate_existing=True)
        fair = db.session.get_one(Fair, row.fair_id)
        if row.release_on is not None and fair.today > row.release_on:
            raise ReleasePassed
        count = 0
        for night in lock_nights([(row.id, fair.today, date.max)]):
            count += night.free
            night.given_back += night.free
            night.quantity = night.taken
        row.released_at = now()
        record("lodging.give_back", row, by=by, after={"nights": count})
        return count


def guests_in(block_id: int, night: date) -> list[str]:
    """Names of the guests who have a room of the block in this night."""
    rows = db.session.scalars(
        select(Stay)
        .options(joinedload(Stay.importer).joinedload(Importer.person))
        .where(
            Stay.block_id == block_id, Stay.state.in_(HOLDING), Stay.arrives_on <= night,
            func.coalesce(Stay.released_from, Stay.leaves_on) > night,
        )
        .order_by(Stay.id)
    )  # fmt: skip
    return [row.importer.person.display_name for row in rows]


def _most_in_a_room(block: RoomBlock) -> int:
    counted: dict[tuple[int, date], int] = {}
    for stay in db.session.scalars(select(Stay).where(Stay.block_id == block.id, Stay.state.in_(HOLDING))):
        for night in stay.held_nights:
            key = (stay.room_id or 0, night)
            counted[key] = counted.get(key, 0) + 1
    return max(counted.values(), default=0)
