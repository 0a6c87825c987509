"""Pages of hotels, the panel of a guest's nights, and the guest's own page: who may, what is kept, what is refused where."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.importers.service import link_for
from fairs.lodging.models import Hotel, RoomBlock, RoomingList, RoomNight, Stay
from fairs.lodging.queries import current_stay
from fairs.lodging.service import place_stay
from fairs.lodging.states import StayIssue, StayState
from fairs.lodging.using import mark_no_show
from fairs.lodging.wishes import raise_issue
from fairs.workplace.awaited import KINDS
from fairs.workplace.inbox import Inbox
from tests.factories.awaiting import reader
from tests.factories.importers import rows_of
from tests.factories.lodging import Inn, inn
from tests.support.client import login
from tests.support.queries import counted_queries


@pytest.fixture
def house(app: Flask) -> Inn:
    return inn()


@pytest.fixture
def desk(house: Inn, client: Any) -> Any:
    login(client, house.reception.user(Role.HOSPITALITY))
    return client


def test_a_hotel_and_its_rooms_are_written_down(house: Inn, desk: Any) -> None:
    at = f"{house.reception.staff}/hotels"
    wrong = desk.submit(f"{at}/new", {"name": "Khách sạn Sen", "check_in_from": "lúc hai giờ", "address_vi": ""})
    assert (wrong.status_code, "Khách sạn Sen" in wrong.text) == (422, True)
    facts = {
        "name": "Khách sạn Sen",
        "address_vi": "Số 1",
        "check_in_from": "14:00",
        "check_out_until": "12:00",
        "locale": "vi",
    }
    assert desk.submit(f"{at}/new", facts).status_code == 303
    hotel = db.session.scalars(select(Hotel)).one()
    block = {"room_type": "Twin", "beds": "2", "price": "1.500.000", "currency": "VND", "attrition_percent": "10"}
    assert desk.submit(f"{at}/{hotel.id}/blocks/new", {**block, "beds": "0"}).status_code == 422
    assert desk.submit(f"{at}/{hotel.id}/blocks/new", block).status_code == 303
    row = db.session.scalars(select(RoomBlock)).one()
    assert (row.price_minor, row.vat_included) == (1_500_000, False)
    nights = {"first": house.day(0).isoformat(), "until": house.day(4).isoformat(), "quantity": "3", "night_price": ""}
    assert desk.submit(f"{at}/blocks/{row.id}/nights", nights).status_code == 303
    assert len(db.session.scalars(select(RoomNight)).all()) == 4
    stay = house.placed(row, 2)
    refused = desk.submit(f"{at}/blocks/{row.id}/nights", {**nights, "quantity": "0"})
    assert (refused.status_code, stay.importer.person.display_name in refused.text) == (422, True)
    for until in (house.day(0).isoformat(), "1/1/9999", "hôm nay"):
        assert desk.submit(f"{at}/blocks/{row.id}/nights", {**nights, "until": until}).status_code == 422


def test_matrix_list_and_rooming_list_ask_the_same_for_one_row_and_for_three(house: Inn, desk: Any) -> None:
    block = house.block(rooms=5)
    at = f"{house.reception.staff}/hotels"
    counts: dict[str, list[int]] = {}
    for turn in range(2):
        house.placed(block)
        house.stay()
        for path in ("", "/stays", f"/{block.hotel_id}/rooming", "/placing", f"/{block.hotel_id}"):
            assert desk.get(at + path).status_code == 200
            with counted_queries() as seen:
                assert desk.get(at + path).status_code == 200
            counts.setdefault(path, []).append(len(seen))
        house.placed(block)
        house.block(hotel=block.hotel, room_type=f"King {turn}", rooms=1)
    assert all(first == then for first, then in counts.values()), counts


def test_the_list_is_filtered_and_comes_as_a_sheet(house: Inn, desk: Any) -> None:
    block = house.block(rooms=5)
    mine, other = house.placed(block), house.stay(2, begin=-1)
    at = f"{house.reception.staff}/hotels/stays"
    name, waiting = mine.importer.person.display_name, other.importer.person.display_name
    for query, wanted in (
        ("state=wanted", waiting), (f"hotel={block.hotel_id}", name), (f"night={house.day(0)}", name),
        (f"arrives={house.day(-1)}", waiting), ("payer=guest", waiting), ("payer=organiser", name), (f"q={name}", name),
    ):  # fmt: skip
        shown = desk.get(f"{at}?{query}").text
        assert [name in shown, waiting in shown] == [wanted == name, wanted == waiting], query
    for query in ("night=x", "hotel=x", "arrives=2026-99-99", "sort=nothing", "wish=none"):
        assert desk.get(f"{at}?{query}").status_code == 200
    assert desk.get(f"{at}?cursor=x").status_code == 422
    assert len(rows_of(desk.get(f"{at}?format=xlsx").data)) == 2
    assert len(rows_of(desk.get(f"{house.reception.staff}/hotels?format=xlsx").data)) == 4


def test_the_matrix_tells_only_what_is_new(house: Inn, desk: Any) -> None:
    block = house.block(rooms=1)
    at = f"{house.reception.staff}/hotels?part=matrix"
    page = desk.get(at).text
    mark = page.partition("mark=")[2].partition('"')[0]
    assert desk.get(f"{at}&mark={mark}").status_code == 204
    house.placed(block)
    assert "1/1" in desk.get(f"{at}&mark={mark}").text


def test_a_guest_is_placed_changed_and_missing_on_the_screen(house: Inn, desk: Any) -> None:
    block, full = house.block(rooms=1), house.block(rooms=0)
    stay = house.stay()
    screen = f"{house.reception.staff}/guests/{stay.importer.reference}"
    page = desk.get(screen).text
    assert (block.hotel.name in page, full.hotel.name in page) == (True, True)
    assert desk.submit(f"{screen}/nights/place", {"block": str(block.id), "beside": ""}).status_code == 303
    days = {"days-arrives_on": house.day(0).isoformat(), "days-leaves_on": house.day(9).isoformat()}
    refused = desk.submit(f"{screen}/nights/days", days)
    assert (refused.status_code, 'id="panel-nights"' in refused.text) == (422, True)
    assert house.day(9).isoformat() in refused.text
    assert desk.submit(f"{screen}/nights/days", {**days, "days-leaves_on": "31/02/2026"}).status_code == 422
    assert desk.submit(f"{screen}/nights/wishes", {"wishes-share_with": "F-I-0000"}).status_code == 422
    assert desk.submit(f"{screen}/nights/no-show", {"no-show-day": "", "no-show-reason": ""}).status_code == 422
    missing = {"no-show-day": house.day(0).isoformat(), "no-show-reason": "Lỡ chuyến bay"}
    assert desk.submit(f"{screen}/nights/no-show", missing).status_code == 303
    db.session.expire_all()
    found = current_stay(stay.importer_id)
    assert (found.state if found else None) == StayState.NO_SHOW
    assert desk.submit(f"{screen}/nights/settle", {"settle-note": "Khách trả"}).status_code == 303
    assert desk.submit(f"{screen}/nights/fly", {}).status_code == 404
    assert desk.submit(f"{screen}/nights/place", {"block": "x"}).status_code == 404


def test_strangers_and_readers(house: Inn, client: Any) -> None:
    stay, other = house.placed(house.block()), inn()
    foreign = other.block()
    at = house.reception.staff
    login(client, house.reception.user(Role.FINANCE))
    assert client.get(f"{at}/hotels").status_code == 200
    assert client.submit(f"{at}/guests/{stay.importer.reference}/nights/release", {}).status_code == 403
    assert client.get(f"{at}/hotels/placing").status_code == 403
    login(client, house.reception.user(Role.HOSPITALITY))
    assert client.get(f"{at}/hotels/{foreign.hotel_id}").status_code == 404
    assert client.get(f"{at}/hotels/blocks/{foreign.id}").status_code == 404
    assert (
        client.submit(f"{at}/guests/{stay.importer.reference}/nights/place", {"block": str(foreign.id)}).status_code
        == 404
    )
    login(client, house.reception.user(Role.JURY))
    assert client.get(f"{at}/hotels").status_code == 403


def test_the_guest_sees_agrees_and_wishes(house: Inn, new_client: Any) -> None:
    phone, (stay, other) = new_client(), house.pair()
    place_stay(stay, house.block(price=2_000_000), by=SYSTEM)
    with transaction():
        token, theirs = link_for(stay.importer), link_for(other.importer)
        nobody = link_for(house.guest().importer)
    at = f"/i/{token}/hotel"
    before = (stay.confirmed_at, stay.changed_at)
    page = phone.get(at)
    assert (page.status_code, "1.900.000" in page.text or "1,900,000" in page.text) == (200, True)
    db.session.expire_all()
    assert (stay.confirmed_at, stay.changed_at) == before
    mark = page.text.partition('name="mark" value="')[2].partition('"')[0]
    assert phone.submit(f"{at}/confirm", {"mark": "x"}).status_code == 409
    assert phone.submit(f"{at}/confirm", {"mark": mark}).status_code == 303
    wrong = phone.submit(at, {"share_with": "F-I-9999", "diet": "Halal"})
    assert (wrong.status_code, "Halal" in wrong.text) == (422, True)
    assert phone.submit(at, {"diet": "Halal", "accessible": "y"}).status_code == 303
    db.session.expire_all()
    assert (stay.diet, stay.accessible, stay.shares_with_id, stay.confirmed_at is not None) == (
        "Halal",
        True,
        None,
        True,
    )
    assert phone.submit(f"{at}/share", {"stay": str(other.id)}).status_code == 303
    db.session.expire_all()
    assert stay.shares_with_id == other.id
    assert phone.submit(f"{at}/share", {"stay": "x"}).status_code == 404
    assert phone.get(f"/i/{theirs}/hotel").status_code == 200
    assert phone.get(f"/i/{nobody}/hotel").status_code == 404
    assert phone.get(f"/i/{token}").status_code == 200
    assert phone.get("/i/nonsense/hotel").status_code == 404


def test_a_list_goes_to_the_hotel_and_its_numbers_come_back(house: Inn, desk: Any) -> None:
    block = house.block()
    stay = house.placed(block)
    at = f"{house.reception.staff}/hotels/{block.hotel_id}"
    page = desk.get(f"{at}/rooming").text
    mark = page.partition('name="mark" value="')[2].partition('"')[0]
    assert desk.submit(f"{at}/rooming", {"mark": "x"}).status_code == 303
    assert desk.submit(f"{at}/rooming", {"mark": mark}).status_code == 303
    assert desk.submit(f"{at}/confirmations", {f"number-{stay.id}": "H-12"}).status_code == 303
    assert db.session.get_one(Stay, stay.id, populate_existing=True).confirmation == "H-12"
    sent = db.session.scalars(select(RoomingList.id)).one()
    assert desk.get(f"{house.reception.staff}/hotels/rooming/{sent}.pdf").data.startswith(b"%PDF")
    assert desk.get(f"{at}/rooming/next.doc").status_code == 404


def test_what_awaits_hospitality(house: Inn) -> None:
    block = house.block(release_on=house.fair.today)
    stay = house.placed(block)
    with transaction():
        raise_issue(stay, StayIssue.FLIGHT, house.day(1), house.day(9), by=SYSTEM)
    mark_no_show(house.placed(block), house.day(0), "Không đến", by=SYSTEM)
    house.stay()
    box = Inbox(reader(house.fair, Role.HOSPITALITY), KINDS)
    found = {kind.key for kind in KINDS if box.items(kind, limit=5)[0]}
    assert found >= {"room-wanted", "nights-issue", "no-show", "room-release"}
