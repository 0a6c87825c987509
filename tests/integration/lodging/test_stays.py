"""Stays and blocks: all or nothing, who pays, sharing, no-shows, flights and support, placing many, rooming lists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput, InvalidTransition
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.hospitality.events import TravelChanged
from fairs.hosting.events import HostingEnded, HostingGranted
from fairs.hosting.states import SupportTier
from fairs.lodging.blocks import BlockDraft, HotelDraft, NightDraft, give_back, save_block, save_hotel, set_nights
from fairs.lodging.errors import BelowTaken, NoRoom, ReleasePassed, RoomFull, StayOverlaps
from fairs.lodging.matrix import matrix_of
from fairs.lodging.models import RoomBlock, RoomNight, Stay
from fairs.lodging.payers import attrition_of, costs_of
from fairs.lodging.placing import plan_placing, run_placing, undo_placing
from fairs.lodging.queries import UsedNight, current_stay, nights_used
from fairs.lodging.rooming import COLUMNS, next_version, send_list
from fairs.lodging.rooming_files import document
from fairs.lodging.service import cancel_stay, change_stay, place_stay, release_room, want_room
from fairs.lodging.states import StayIssue, StayState
from fairs.lodging.using import (
    check_in,
    check_out,
    mark_no_show,
    note_confirmations,
    undo_check_in,
    undo_check_out,
    undo_no_show,
)
from fairs.lodging.wishes import Wishes, confirm_stay, mark_of, save_wishes
from fairs.messages.render import render_attachment
from tests.factories.importers import mails_to, rows_of
from tests.factories.lodging import Inn, inn


@pytest.fixture
def house(app: Flask) -> Inn:
    return inn()


def taken(block: RoomBlock) -> list[int]:
    """Rooms taken in each night of the block."""
    query = select(RoomNight.taken).where(RoomNight.block_id == block.id).order_by(RoomNight.night)
    return list(db.session.scalars(query))


def test_nights_are_half_open_and_a_full_night_is_named(house: Inn) -> None:
    block = house.block(rooms=1)
    first = house.placed(block, 2)
    assert taken(block) == [0, 1, 1, 0, 0, 0]
    house.placed(block, 2, begin=2)  # arrives on the day on which the other leaves
    third = house.stay(3, begin=1)
    with pytest.raises(NoRoom) as refused:
        place_stay(third, block, by=SYSTEM)
    assert refused.value.nights == [house.day(1), house.day(2), house.day(3)]
    with pytest.raises(NoRoom):
        change_stay(first, house.day(0), house.day(9), by=SYSTEM)
    assert (first.leaves_on, taken(block)) == (house.day(2), [0, 1, 1, 1, 1, 0])
    cancel_stay(first, "Không đến", by=SYSTEM)
    assert taken(block) == [0, 0, 0, 1, 1, 0]


def test_a_move_to_another_hotel_is_all_or_nothing(house: Inn) -> None:
    here, there = house.block(rooms=1), house.block(rooms=1, nights=3)
    stay = house.placed(here)
    with pytest.raises(NoRoom):
        change_stay(stay, stay.arrives_on, stay.leaves_on, block=there, by=SYSTEM)
    assert (stay.block_id, taken(here), taken(there)) == (here.id, [0, 1, 1, 1, 1, 0], [0, 0, 0])
    change_stay(stay, house.day(-1), house.day(2), block=there, by=SYSTEM)
    assert (stay.hotel.name if stay.hotel else "", taken(here), taken(there)) == (there.hotel.name, [0] * 6, [1, 1, 1])
    with pytest.raises(StayOverlaps):
        want_room(stay.importer, house.day(1), house.day(5), by=SYSTEM)


def test_fewer_rooms_than_are_taken_are_refused_with_who_stays(house: Inn) -> None:
    block = house.block(rooms=2)
    stay = house.placed(block, 1)
    with pytest.raises(BelowTaken) as refused:
        set_nights(block, {house.day(-1): NightDraft(0), house.day(0): NightDraft(0)}, by=SYSTEM)
    assert refused.value.guests == [stay.importer.person.display_name]
    assert refused.value.field == f"night-{house.day(0).isoformat()}"
    assert [row.quantity for row in db.session.scalars(select(RoomNight).where(RoomNight.block_id == block.id))] == [
        2
    ] * 6


def test_free_rooms_go_back_until_the_release_date(house: Inn) -> None:
    block = house.block(rooms=3, release_on=house.fair.today + timedelta(days=5))
    house.placed(block, 2)
    assert give_back(block, by=SYSTEM) == 16
    line = matrix_of(house.fair).lines[0]
    assert (line.kept, line.taken, line.given_back) == (2, 2, 16)
    passed = house.block(rooms=3, release_on=house.fair.today - timedelta(days=1))
    with pytest.raises(ReleasePassed):
        give_back(passed, by=SYSTEM)


def test_what_falls_due_beyond_the_attrition() -> None:
    found = attrition_of(100, 70, 20, Money(1_500_000, "VND"))
    assert (found.allowed, found.short, found.due) == (20, 10, Money(15_000_000, "VND"))
    assert attrition_of(100, 85, 20, Money(1, "VND")).short == 0


def test_the_guest_pays_outside_the_window_and_over_the_ceiling(house: Inn) -> None:
    block = house.block(price=2_000_000)
    stay = place_stay(house.stay(5, begin=-1), block, by=SYSTEM)  # the ceiling is 1,900,000
    cost = costs_of([stay])[stay.id]
    assert [one.guest.amount_minor for one in cost.nights] == [2_000_000, 100_000, 100_000, 100_000, 100_000]
    assert (cost.organiser, cost.guest) == (Money(7_600_000, "VND"), Money(2_400_000, "VND"))
    travel = place_stay(house.stay(2, guest=house.guest(tier=SupportTier.TRAVEL)), house.block(), by=SYSTEM)
    assert not costs_of([travel])[travel.id].organiser


def test_sharing_takes_one_room_and_needs_both(house: Inn) -> None:
    block = house.block(rooms=1)
    one, other = house.pair()
    place_stay(one, block, by=SYSTEM)
    place_stay(other, block, with_stay=one, by=SYSTEM)
    assert taken(block) == [0, 1, 1, 1, 1, 0]
    assert [cost.organiser.amount_minor for cost in costs_of([one, other]).values()] == [3_000_000, 3_000_000]
    change_stay(other, house.day(0), house.day(5), by=SYSTEM)
    assert taken(block) == [0, 1, 1, 1, 1, 1]
    cancel_stay(one, "Không đến", by=SYSTEM)
    assert taken(block) == [0, 1, 1, 1, 1, 1]
    stranger = house.stay()
    with pytest.raises(InvalidInput):
        place_stay(stranger, block, with_stay=other, by=SYSTEM)
    with pytest.raises(InvalidInput):
        save_wishes(stranger, Wishes(share_with="F-I-9999"), by=SYSTEM)


def test_a_room_has_no_more_guests_than_beds(house: Inn) -> None:
    block = house.block(rooms=2, beds=1)
    one, other = house.pair()
    place_stay(one, block, by=SYSTEM)
    with pytest.raises(RoomFull):
        place_stay(other, block, with_stay=one, by=SYSTEM)
    assert (other.state, taken(block)) == (StayState.WANTED, [0, 1, 1, 1, 1, 0])


def test_a_no_show_frees_its_nights_and_comes_back_while_they_are_free(house: Inn) -> None:
    block = house.block(rooms=1)
    stay = house.placed(block)
    mark_no_show(stay, house.day(1), "Lỡ chuyến bay", by=SYSTEM)
    assert taken(block) == [0, 1, 0, 0, 0, 0]
    undo_no_show(stay, by=SYSTEM)
    assert taken(block) == [0, 1, 1, 1, 1, 0]
    mark_no_show(stay, house.day(1), "Lỡ chuyến bay", by=SYSTEM)
    house.placed(block, 1, begin=2)
    with pytest.raises(NoRoom) as refused:
        undo_no_show(stay, by=SYSTEM)
    assert (refused.value.nights, stay.state) == ([house.day(2)], StayState.NO_SHOW)


def test_nights_used_are_those_between_check_in_and_check_out(house: Inn) -> None:
    stay = house.placed(house.block(rooms=1), 5)
    assert nights_used(stay.importer_id) == []
    with pytest.raises(InvalidInput):
        check_in(stay, house.day(5), by=SYSTEM)
    check_in(stay, house.day(1), by=SYSTEM)
    with pytest.raises(InvalidTransition):
        place_stay(stay, house.block(), by=SYSTEM)
    check_out(stay, house.day(3), by=SYSTEM)
    price = Money(1_500_000, "VND")
    assert nights_used(stay.importer_id) == [UsedNight(house.day(1), True, price), UsedNight(house.day(2), True, price)]
    undo_check_out(stay, by=SYSTEM)
    undo_check_in(stay, by=SYSTEM)
    assert (stay.state, stay.released_from) == (StayState.BOOKED, None)


def test_support_brings_a_wish_for_a_room_and_its_end_frees_it(house: Inn) -> None:
    hosting, block = house.guest(), house.block(rooms=1)
    with transaction():
        publish(HostingGranted(hosting, SYSTEM))
        publish(HostingGranted(hosting, SYSTEM))
        publish(HostingGranted(house.guest(tier=SupportTier.TRAVEL), SYSTEM))
    stays = db.session.scalars(select(Stay).where(Stay.fair_id == house.fair.id)).all()
    assert [(one.state, one.arrives_on, one.nights) for one in stays] == [(StayState.WANTED, house.first, 4)]
    place_stay(stays[0], block, by=SYSTEM)
    with transaction():
        publish(HostingEnded(hosting, SYSTEM, "Trả lại suất"))
    assert (stays[0].state, taken(block)) == (StayState.CANCELLED, [0] * 6)
    kinds = [mail.kind for mail in mails_to(hosting.person.email)]
    assert kinds[-2:] == ["lodging/placed", "lodging/cancelled"]


def test_a_changed_flight_moves_the_nights_or_asks_somebody(house: Inn) -> None:
    block = house.block(rooms=1)
    stay = house.placed(block, 2)

    def fly(first: int, until: int) -> None:
        with transaction():
            publish(TravelChanged(stay.importer, house.day(first), house.day(until), SYSTEM))

    fly(0, 3)
    assert (stay.leaves_on, taken(block), stay.issue) == (house.day(3), [0, 1, 1, 1, 0, 0], StayIssue.NONE)
    house.placed(block, 1, begin=3)
    fly(0, 4)
    assert (stay.leaves_on, stay.issue, stay.needs_until) == (house.day(3), StayIssue.FLIGHT, house.day(4))
    fly(0, 3)
    assert stay.issue is StayIssue.NONE
    assert mails_to(stay.importer.person.email)[-1].kind == "lodging/changed"


def test_the_guest_agrees_to_what_the_page_showed(house: Inn) -> None:
    stay = house.placed(house.block())
    seen = mark_of(stay)
    change_stay(stay, house.day(0), house.day(5), by=SYSTEM)
    with pytest.raises(Conflict):
        confirm_stay(stay, seen, by=SYSTEM)
    confirm_stay(stay, mark_of(stay), by=SYSTEM)
    assert stay.confirmed_at is not None
    change_stay(stay, house.day(0), house.day(4), by=SYSTEM)
    assert stay.confirmed_at is None


def test_placing_everybody_by_wishes_and_taking_it_back(house: Inn) -> None:
    plain, special = house.block(rooms=2, beds=2), house.block(rooms=1, accessible=True, price=1_700_000)
    one, other = house.pair()
    wheelchair, alone, late = house.stay(), house.stay(), house.stay()
    save_wishes(wheelchair, Wishes(accessible=True), by=SYSTEM)
    plan = plan_placing(house.fair)
    assert {place.stay.id: place.block.id for place in plan.placed if place.block} == {
        wheelchair.id: special.id, one.id: plain.id, other.id: plain.id, alone.id: plain.id
    }  # fmt: skip
    assert [place.stay.id for place in plan.left_over] == [late.id]
    assert "…" not in str(plan.left_over[0].reason)
    placing = run_placing(house.fair, plan.mark, by=SYSTEM)
    assert (one.room_id == other.room_id, taken(plain), taken(special)) == (
        True,
        [0, 2, 2, 2, 2, 0],
        [0, 1, 1, 1, 1, 0],
    )
    with pytest.raises(Conflict):
        run_placing(house.fair, plan.mark, by=SYSTEM)
    confirm_stay(alone, mark_of(alone), by=SYSTEM)
    assert undo_placing(placing, by=SYSTEM) == (3, 1)
    assert (taken(plain), alone.state, one.state) == ([0, 1, 1, 1, 1, 0], StayState.BOOKED, StayState.WANTED)
    with pytest.raises(Conflict):
        undo_placing(placing, by=SYSTEM)


def test_the_next_rooming_list_has_only_what_changed(house: Inn) -> None:
    block = house.block(rooms=5)
    stays = [house.placed(block) for _ in range(3)]
    first = next_version(block.hotel)
    kept = send_list(block.hotel, first.mark, by=SYSTEM)
    assert (kept.number, len(kept.rows), kept.sha256) == (1, 3, first.mark)
    with pytest.raises(Conflict):
        send_list(block.hotel, next_version(block.hotel).mark, by=SYSTEM)
    note_confirmations([(stays[0], "H-77")], by=SYSTEM)
    assert next_version(block.hotel).changes == []  # the hotel's own number is no change for it
    change_stay(stays[0], house.day(1), house.day(4), by=SYSTEM)
    release_room(stays[1], by=SYSTEM)
    new = house.placed(block, 2)
    version = next_version(block.hotel)
    found = {change["kind"]: change for change in version.changes}
    assert {kind: change["row"]["key"] for kind, change in found.items()} == {
        "amended": stays[0].id, "cancelled": stays[1].id, "new": new.id
    }  # fmt: skip
    arrival = next(field for field in found["amended"]["fields"] if field[0] == "arrives_on")
    assert arrival == ["arrives_on", house.day(0).isoformat(), house.day(1).isoformat()]
    with pytest.raises(Conflict):
        send_list(block.hotel, first.mark, by=SYSTEM)
    second = send_list(block.hotel, version.mark, by=SYSTEM)
    mail = mails_to(block.hotel.email)[-1]
    assert [kind for kind, _id in mail.attachments] == ["rooming_list_pdf", "rooming_list_xlsx"]
    assert render_attachment("rooming_list_pdf", second.id).content.startswith(b"%PDF")
    assert document(next_version(block.hotel)).startswith(b"%PDF")
    with force_locale("vi"):
        head = str(COLUMNS["passport_name"])
    names = [row[head] for row in rows_of(render_attachment("rooming_list_xlsx", second.id).content)]
    assert sorted(names) == sorted(s.importer.person.passport_name for s in (stays[0], stays[1], new))


def test_a_name_is_given_once_and_bad_values_are_refused_at_the_place(house: Inn) -> None:
    hotel = house.hotel()
    with pytest.raises(InvalidInput) as refused:
        save_hotel(house.fair, HotelDraft(hotel.name), by=SYSTEM)
    assert refused.value.field == "name"
    house.block(hotel=hotel)
    for draft, field in (
        (BlockDraft("Twin", Money(1, "VND")), "room_type"), (BlockDraft("King", Money(1, "VND"), beds=0), "beds"),
        (BlockDraft("King", Money(1, "VND"), attrition_percent=101), "attrition_percent"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as refused:
            save_block(hotel, draft, by=SYSTEM)
        assert refused.value.field == field
    assert current_stay(house.guest().importer_id) is None
