"""Halls, zones, prices and layouts through services and pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.floorplans.errors import CodeTaken, NothingFits, OutsideHall
from fairs.floorplans.generator import Layout
from fairs.floorplans.models import Booth, BoothType
from fairs.floorplans.plans import draft_of
from fairs.floorplans.queries import booth_types, prices_of, zones_of
from fairs.floorplans.reference import load_reference
from fairs.floorplans.service import HallDraft, ZoneDraft, create_hall, generate_booths, save_hall, save_zone, set_price
from tests.factories.booths import Ground, new_ground
from tests.support.client import Client, login


@pytest.fixture
def ground(app: Flask) -> Ground:
    return new_ground()


@pytest.fixture
def organiser(ground: Ground, new_client: Callable[[], Client]) -> Client:
    client = new_client()
    login(client, ground.user(Role.ORGANISER))
    return client


def _draft(**values: Any) -> HallDraft:
    return HallDraft(
        **{"code": "B", "name_vi": "Nhà B", "name_en": "Hall B", "width_cm": 3_000, "depth_cm": 2_000, **values}
    )


def test_reference_is_loaded_once(app: Flask) -> None:
    assert load_reference() == load_reference() == db.session.scalar(select(func.count()).select_from(BoothType))
    kinds = {kind.code: kind for kind in booth_types()}
    assert kinds["SHELL9"].is_sold
    assert not kinds["DEMO"].is_sold
    assert all(kind.includes_vi for kind in kinds.values() if kind.includes_en)


@pytest.mark.parametrize(
    ("values", "error"),
    [({"code": "b"}, InvalidInput), ({"code": ""}, InvalidInput), ({"code": "A"}, CodeTaken), ({"width_cm": 0}, InvalidInput),
     ({"depth_cm": 10**6}, InvalidInput), ({"name_en": " "}, InvalidInput),
     ({"doors": [{"x": 2_900, "y": 0, "w": 300, "h": 50}]}, OutsideHall), ({"columns": [{"x": -1, "y": 0, "w": 9, "h": 9}]}, OutsideHall)],
)  # fmt: skip
def test_odd_halls_are_refused(ground: Ground, values: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        create_hall(ground.fair, _draft(**values), by=SYSTEM)


def test_a_hall_cannot_shrink_below_its_booths(ground: Ground) -> None:
    hall = create_hall(ground.fair, _draft(), by=SYSTEM)
    generate_booths(hall, Layout(prefix="B"), by=SYSTEM)
    with pytest.raises(OutsideHall):
        save_hall(ground.fair, _draft(width_cm=1_000), by=SYSTEM, hall=hall)
    with pytest.raises(InvalidInput):
        save_hall(ground.fair, _draft(code="C"), by=SYSTEM, hall=hall)


def test_laying_out_anew_keeps_the_records_of_numbers_that_stay(ground: Ground) -> None:
    before = {
        booth.code: booth.id for booth in db.session.scalars(select(Booth).where(Booth.hall_id == ground.hall.id))
    }
    generate_booths(ground.hall, Layout(run=3, zones=(("SLK", 1),)), by=SYSTEM)
    after = {booth.code: booth for booth in db.session.scalars(select(Booth).where(Booth.hall_id == ground.hall.id))}
    assert 0 < len(after) < len(before)
    assert all(before[code] == booth.id for code, booth in after.items())
    assert {booth.zone.code for booth in after.values() if booth.zone} == {"SLK"}


def test_corners_may_have_a_kind_of_their_own(ground: Ground) -> None:
    booths = generate_booths(ground.hall, Layout(run=6), by=SYSTEM, corner_type_code="SHELL9C")
    assert {booth.type.code for booth in booths if booth.open_sides == 1} == {"SHELL9"}
    assert {booth.type.code for booth in booths if booth.open_sides > 1} == {"SHELL9C"}


@pytest.mark.parametrize(
    ("layout", "error"),
    [(Layout(aisle=5_000), InvalidInput), (Layout(booth_w=10), InvalidInput), (Layout(run=0), InvalidInput),
     (Layout(margin=1_200), NothingFits), (Layout(zones=(("ZZ", 1),)), InvalidInput)],
)  # fmt: skip
def test_odd_layouts_are_refused(ground: Ground, layout: Layout, error: type[Exception]) -> None:
    with pytest.raises(error):
        generate_booths(ground.hall, layout, by=SYSTEM)


def test_two_halls_do_not_number_alike(ground: Ground) -> None:
    hall = create_hall(ground.fair, _draft(), by=SYSTEM)
    with pytest.raises(InvalidInput):
        generate_booths(hall, Layout(prefix="A"), by=SYSTEM)
    with pytest.raises(NotFound):
        generate_booths(hall, Layout(prefix="B"), by=SYSTEM, type_code="NONE")


@pytest.mark.parametrize(
    ("amount", "values"),
    [
        (Money(-1, "VND"), {}),
        (Money(1, "EUR"), {}),
        (Money(1, "VND"), {"basis": "year"}),
        (Money(1, "VND"), {"corner_percent": 101}),
    ],
)
def test_odd_prices_are_refused(ground: Ground, amount: Money, values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        set_price(ground.fair, booth_types()[0], amount, by=SYSTEM, **values)


def test_zones_are_saved_and_changed(ground: Ground) -> None:
    zone = save_zone(ground.fair, ZoneDraft("wd", "Gỗ", "Wood", 3, ("WDC", "FUR")), by=SYSTEM)
    assert (zone.code, zone.group_codes) == ("WD", "WDC|FUR")
    with pytest.raises(CodeTaken):
        save_zone(ground.fair, ZoneDraft("WD", "Khác", "Other"), by=SYSTEM)
    with pytest.raises(InvalidInput):
        save_zone(ground.fair, ZoneDraft("X Y", "Khác", "Other"), by=SYSTEM)


# --- pages --------------------------------------------------------------------------------------------------------

HALL = {"code": "b", "name_vi": "Nhà B", "name_en": "Hall B", "width": "30", "depth": "20,5", "least_aisle": "2"}
LAYOUT = {
    "replace_all": "y",
    "booth_w": "3", "booth_d": "3", "aisle": "3", "margin": "3", "door_clear": "3", "run": "5", "most": "500",
    "back_to_back": "y", "kind": "SHELL9", "corner_kind": "SHELL9C", "zones": ["CER", "SLK"],
}  # fmt: skip


def _base(ground: Ground) -> str:
    return f"/fairs/{ground.fair.slug}/floorplan"


def test_from_an_empty_fair_to_booths(ground: Ground, organiser: Client) -> None:
    door = {"doors-0-wall": "bottom", "doors-0-start": "10", "doors-0-width": "4", "doors-0-label": "Cửa"}
    saved = organiser.submit(f"{_base(ground)}/halls/new", {**HALL, **door, "columns": "15 10 0,5 0,5"})
    assert saved.location == f"{_base(ground)}/halls/B"
    assert organiser.submit(f"{saved.location}/generate", LAYOUT).status_code == 303
    page = organiser.get(saved.location).get_data(as_text=True)
    assert "B-001" in page
    assert db.session.scalar(select(func.count()).where(Booth.code.startswith("B-"))) == 0
    looked = organiser.get(f"{saved.location}/publish").get_data(as_text=True)
    assert "B-001" in looked
    corner = {"kind": "SHELL9C", "amount": "12.000.000", "basis": "booth", "corner_percent": "0", "currency": "VND"}
    assert (
        organiser.submit(f"{saved.location}/publish", {"revision": "1"}).status_code == 422
    )  # corners have no price yet
    assert organiser.submit(f"/fairs/{ground.fair.slug}/prices/base", corner).status_code == 303
    assert organiser.submit(f"{saved.location}/publish", {"revision": "0"}).status_code == 422
    assert organiser.submit(f"{saved.location}/publish", {"revision": "1"}).status_code == 422  # a column in an aisle
    published = organiser.submit(f"{saved.location}/publish", {"revision": "1", "accept": "y"})
    assert published.location == f"{saved.location}/versions/1"
    assert (db.session.scalar(select(func.count()).where(Booth.code.startswith("B-"))) or 0) > 10
    assert organiser.get(published.location).status_code == 200
    assert 'value="20.5"' in organiser.get(f"{_base(ground)}/halls/B/edit").get_data(as_text=True)


@pytest.mark.parametrize(
    "change",
    [{"width": "x"}, {"width": "-5"}, {"width": "99999"}, {"code": ""}, {"code": "ABCDE"}, {"name_vi": ""}, {"columns": "1 2 3"},
     {"columns": "a b c d"}, {"doors-0-wall": "left"}, {"doors-0-wall": "left", "doors-0-start": "19", "doors-0-width": "9"},
     {"doors-0-wall": "inside"}, {"name_vi": "x" * 500}, {"code": "A"}],
)  # fmt: skip
def test_odd_hall_forms_keep_what_was_typed(ground: Ground, organiser: Client, change: dict[str, str]) -> None:
    answer = organiser.submit(f"{_base(ground)}/halls/new", {**HALL, **change})
    assert answer.status_code == 422
    assert "Hall B" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "change",
    [
        {"aisle": "x"},
        {"aisle": "-1"},
        {"run": "0"},
        {"most": "9999999"},
        {"kind": "NONE"},
        {"zones": ["ZZ"]},
        {"margin": "19"},
    ],
)
def test_odd_layout_forms_change_nothing(ground: Ground, organiser: Client, change: dict[str, Any]) -> None:
    answer = organiser.submit(f"{_base(ground)}/halls/A/generate", {**LAYOUT, **change})
    assert answer.status_code == 422
    assert draft_of(ground.hall) is None


def test_prices_and_zones_by_form(ground: Ground, organiser: Client) -> None:
    price = {"kind": "RAW", "amount": "1.250.000", "basis": "m2", "corner_percent": "0", "currency": "VND"}
    assert organiser.submit(f"/fairs/{ground.fair.slug}/prices/base", price).status_code == 303
    raw = next(row for row in prices_of(ground.fair.id).values() if row.type.code == "RAW")
    assert (raw.amount_minor, raw.basis) == (1_250_000, "m2")
    for odd in ({"amount": "abc"}, {"amount": "-1"}, {"amount": "9" * 30}, {"corner_percent": "500"}, {"basis": "x"}):
        assert organiser.submit(f"/fairs/{ground.fair.slug}/prices/base", {**price, **odd}).status_code == 422
    assert organiser.submit(f"/fairs/{ground.fair.slug}/prices/base", {**price, "kind": "DEMO"}).status_code == 422
    zone = {"code": "wd", "name_vi": "Gỗ", "name_en": "Wood", "tint": "3"}
    assert organiser.submit(f"{_base(ground)}/zones", zone).status_code == 303
    assert "WD" in [one.code for one in zones_of(ground.fair.id)]
    assert organiser.submit(f"{_base(ground)}/zones", {**zone, "tint": "99"}).status_code == 422
    assert organiser.submit(f"{_base(ground)}/zones", {**zone, "groups": ["NOPE"]}).status_code == 422


@pytest.mark.parametrize("page", ["/", "/halls/new", "/halls/A", "/halls/A/edit", "/halls/A/publish", "/import"])
def test_only_organisers_and_sales_edit(ground: Ground, new_client: Callable[[], Client], page: str) -> None:
    for roles, status in (((Role.ORGANISER,), 200), ((Role.BOOTH_SALES,), 200), ((Role.FINANCE,), 403), ((), 403)):
        client = new_client()
        login(client, ground.user(*roles))
        assert client.get(_base(ground) + page).status_code == status
