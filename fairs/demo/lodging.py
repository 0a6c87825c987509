"""Hotels of the fair that is being booked: blocks by night, guests in them, a rooming list that was sent and what changed since."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.money import Money
from fairs.hosting.models import Hosting
from fairs.hosting.states import GRANTED
from fairs.importers.models import Importer
from fairs.lodging.blocks import BlockDraft, HotelDraft, NightDraft, save_block, save_hotel, set_nights
from fairs.lodging.models import Hotel, RoomBlock, Stay
from fairs.lodging.placing import plan_placing, run_placing
from fairs.lodging.queries import current_stay
from fairs.lodging.rooming import next_version, send_list
from fairs.lodging.service import cancel_stay, change_stay, funded_window, want_room
from fairs.lodging.states import LIVE, StayState
from fairs.lodging.using import note_confirmations
from fairs.lodging.wishes import Wishes, confirm_stay, mark_of, save_wishes

#: Hotels and streets are invented. Room type, beds, price in dong, rooms, further marks of the block.
HOTELS: tuple[tuple[HotelDraft, tuple[tuple[str, int, int, int, dict[str, bool]], ...]], ...] = (
    (
        HotelDraft(
            "Khách sạn Sen Trắng", "Số 18 phố Gốm Cũ, phường Cửa Nam, Hà Nội", "18 Gom Cu Street, Cua Nam Ward, Hanoi",
            "+84 24 5555 0181", "datphong@sentrang.example", time(14, 0), time(12, 0),
        ),
        (("Superior Twin", 2, 1_650_000, 10, {}), ("Deluxe King", 1, 1_850_000, 6, {})),
    ),
    (
        HotelDraft(
            "Lụa Vàng Boutique Hotel", "Số 7 ngõ Tơ Tằm, phường Hoàn Kiếm, Hà Nội", "7 To Tam Lane, Hoan Kiem Ward, Hanoi",
            "+84 24 5555 0072", "reservations@luavang.example", time(15, 0), time(11, 0), None, "en",
        ),
        (
            ("Classic Double", 2, 1_480_000, 8, {}), ("Accessible Room", 2, 1_550_000, 2, {"accessible": True}),
            ("Smoking Room", 1, 1_500_000, 3, {"smoking": True}),
        ),
    ),
    (
        HotelDraft(
            "Khách sạn Sông Hồng Xanh", "Số 102 đường Bến Đò, phường Hồng Hà, Hà Nội", "102 Ben Do Road, Hong Ha Ward, Hanoi",
            "+84 24 5555 1020", "sales@songhongxanh.example", time(14, 0), time(12, 0),
        ),
        (("Executive Suite", 2, 2_400_000, 3, {}),),
    ),
)  # fmt: skip
_WISHES = {
    2: Wishes(diet="Ăn chay / vegetarian"), 4: Wishes(smoking=True), 6: Wishes(accessible=True, wishes="Ground floor, please"),
    9: Wishes(diet="Halal"), 11: Wishes(wishes="Quiet room, high floor"), 15: Wishes(diet="No peanuts (allergy)"),
}  # fmt: skip
_PAIRS = ((0, 1), (7, 8), (12, 13))
_LONGER = {3: (-1, 0), 10: (0, 2), 14: (-2, 1)}  # nights more before and behind those that are funded


def load_lodging(fair: Fair, users: dict[str, User]) -> int:
    """Blocks, stays of nearly all guests with a hotel, one list sent, three changes since; how many stays."""
    by = Actor(users["hospitality"].id, users["hospitality"].name)
    hotels = [_hotel(fair, number, by) for number in range(len(HOTELS))]
    stays = [stay for stay in (_wanted(importer, by) for importer in _guests(fair)) if stay is not None][:29]
    for place, wanted in _WISHES.items():
        if place < len(stays):
            save_wishes(stays[place], wanted, by=by)
    for pair in _PAIRS:
        if max(pair) < len(stays):
            first, second = stays[pair[0]], stays[pair[1]]
            for one, other in ((first, second), (second, first)):
                save_wishes(one, Wishes(share_with=other.importer.reference), by=by)
    for place, (before, behind) in _LONGER.items():
        if place < len(stays):
            stay = stays[place]
            change_stay(stay, stay.arrives_on + timedelta(days=before), stay.leaves_on + timedelta(days=behind), by=by)
    if not stays or not plan_placing(fair).placed:
        return len(stays)
    run_placing(fair, plan_placing(fair).mark, by=by)
    _list_and_after(hotels[0], by)
    return len(stays)


def _guests(fair: Fair) -> list[Importer]:
    rows = db.session.scalars(
        select(Hosting).where(Hosting.fair_id == fair.id, Hosting.state.in_(GRANTED)).order_by(Hosting.id)
    )
    return [row.importer for row in rows if row.tier.pays_hotel]


def _wanted(importer: Importer, by: Actor) -> Stay | None:
    stay, window = current_stay(importer.id), funded_window(importer)
    if stay is not None and stay.state in LIVE:
        return stay
    return want_room(importer, *window, by=by) if window is not None else None


def _hotel(fair: Fair, number: int, by: Actor) -> Hotel:
    draft, blocks = HOTELS[number]
    hotel = save_hotel(fair, draft, by=by)
    hotel.list_due_on = fair.starts_on - timedelta(days=10)
    first = fair.starts_on - timedelta(days=3)
    for kind, beds, price, rooms, more in blocks:
        block = save_block(
            hotel,
            BlockDraft(
                kind, Money(price, "VND"), beds, contract_number=f"HĐ-{fair.code}-KS{number + 1}",
                release_on=fair.starts_on - timedelta(days=38 if number == 1 else 30), attrition_percent=15, **more,
            ),
            by=by,
        )  # fmt: skip
        set_nights(block, _nights(first, 9, rooms), by=by)
    return hotel


def _nights(first: date, count: int, rooms: int) -> dict[date, NightDraft]:
    """Fewer rooms on the first and the last two nights: most guests come for the fair itself."""
    quantity = {0: max(1, rooms // 3), count - 1: max(1, rooms // 3), count - 2: max(1, rooms // 2)}
    return {first + timedelta(days=n): NightDraft(quantity.get(n, rooms)) for n in range(count)}


def _list_and_after(hotel: Hotel, by: Actor) -> None:
    """The hotel has version 1 and has confirmed a few; since then one leaves earlier, one is cancelled, one is new."""
    there = list(
        db.session.scalars(
            select(Stay).where(Stay.hotel_id == hotel.id, Stay.state == StayState.BOOKED).order_by(Stay.id)
        )
    )
    send_list(hotel, next_version(hotel).mark, by=by)
    note_confirmations([(stay, f"ST{4100 + stay.id}") for stay in there[:5]], by=by)
    for stay in there[:4]:
        confirm_stay(stay, mark_of(stay), by=Actor(None, stay.importer.reference))
    if len(there) < 5:
        return
    moved, gone = there[-1], there[-2]
    change_stay(moved, moved.arrives_on, moved.leaves_on - timedelta(days=1), by=by)
    cancel_stay(gone, "Khách không đến được", by=by)
    block = db.session.get_one(RoomBlock, moved.block_id)
    guest = want_room(gone.importer, gone.arrives_on + timedelta(days=1), gone.leaves_on, by=by)
    change_stay(guest, guest.arrives_on, guest.leaves_on, by=by, block=block)
