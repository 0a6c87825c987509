"""Fairs: created, changed, moved through their lifecycle; what is wrong is told and nothing typed is lost."""

from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.calendar.queries import fair_by_slug
from fairs.calendar.service import FairDraft, change_settings, change_state, create_fair
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, InvalidTransition
from fairs.core.permissions import Role
from tests.factories.people import make_fair, make_user
from tests.support.client import Client, login

NEW = {
    "name_vi": "Hội chợ Quà tặng 2027", "name_en": "Giftshow 2027", "kind": "trade", "starts_on": "2027-11-10", "ends_on": "13/11/2027",
    "slug": "giftshow-2027", "code": "gs27", "venue_vi": "Cung Triển lãm", "venue_en": "Exhibition Palace",
}  # fmt: skip


@pytest.fixture
def organiser(app: Flask, client: Client) -> Fair:
    """A fair whose organiser is signed in."""
    fair = make_fair("CA1")
    login(client, make_user("Ha", Role.ORGANISER, fair))
    return fair


def settings_form(client: Client, fair: Fair) -> dict[str, str]:
    """What the form of the settings holds now, as a browser would send it."""
    page = client.get(f"/fairs/{fair.slug}/settings").text
    values = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] != "csrf_token" and ("checkbox" not in tag or "checked" in tag):
            values[name[1]] = html.unescape(value[1]) if value else ""
    for name_, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL):
        values[name_] = html.unescape(text)
    return values


def test_an_administrator_creates_a_fair_that_outsiders_do_not_see_yet(client: Client, app: Flask) -> None:
    login(client, make_user("An", Role.ADMIN))
    answer = client.submit("/fairs/new", NEW)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/fairs/giftshow-2027/")
    fair = fair_by_slug("giftshow-2027")
    assert fair is not None
    assert (fair.state, fair.code, fair.starts_on, fair.ends_on) == (
        FairState.DRAFT,
        "GS27",
        date(2027, 11, 10),
        date(2027, 11, 13),
    )
    assert len(fair.days) == 4 and not fair.accepts_booking
    assert app.test_client().get("/f/giftshow-2027/").status_code == 404
    login(client, make_user("Ha", Role.ORGANISER, make_fair("CA1")))
    assert client.get("/fairs/new").status_code == 403 and client.submit("/fairs/new", NEW).status_code == 403


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name_vi": ""}, "name_vi"), ({"name_en": "x" * 201}, "name_en"), ({"kind": "secret"}, "kind"), ({"starts_on": "2027-02-30"}, "starts_on"),
        ({"ends_on": "2027-11-09"}, "ends_on"), ({"ends_on": "2028-11-09"}, "ends_on"), ({"ends_on": ""}, "ends_on"), ({"slug": "Hội chợ"}, "slug"),
        ({"slug": "a--b"}, "slug"), ({"slug": "../x"}, "slug"), ({"slug": "x" * 61}, "slug"), ({"slug": "fair-ca1"}, "slug"), ({"code": "CA1"}, "code"),
        ({"code": "G"}, "code"), ({"code": "GS-27"}, "code"), ({"code": "ĐĐ27"}, "code"), ({"venue_vi": "x" * 251}, "venue_vi"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_new_fair_is_told_at_its_field(
    client: Client, app: Flask, changes: dict[str, str], field: str
) -> None:
    make_fair("CA1")
    login(client, make_user("An", Role.ADMIN))
    answer = client.submit("/fairs/new", NEW | changes)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    for name, typed in NEW.items():
        if name not in {field, "kind", "starts_on", "ends_on"}:
            assert html.escape(typed) in answer.text, name
    assert fair_by_slug("giftshow-2027") is None


def test_saving_what_the_form_shows_changes_nothing(client: Client, organiser: Fair) -> None:
    change_settings(
        organiser, {"summary_vi": "Dòng một\nDòng hai <b>", "balance_due_on": organiser.starts_on}, by=SYSTEM
    )
    before = {column.key: getattr(organiser, column.key) for column in Fair.__table__.columns}
    assert client.submit(f"/fairs/{organiser.slug}/settings", settings_form(client, organiser)).status_code == 303
    after = {column.key: getattr(organiser, column.key) for column in Fair.__table__.columns}
    assert {
        key: (before[key], after[key])
        for key in before
        if str(before[key]).replace("\r\n", "\n") != str(after[key]).replace("\r\n", "\n")
    } == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": "2030-01-02", "ends_on": "2030-01-01"}, "ends_on"), ({"starts_on": "01/01/1900"}, "starts_on"), ({"opens_at": "9"}, "opens_at"),
        ({"opens_at": "25:00"}, "opens_at"), ({"closes_at": "08:00"}, "closes_at"), ({"closes_at": ""}, "closes_at"), ({"hold_minutes": "-5"}, "hold_minutes"),
        ({"hold_minutes": "9" * 30}, "hold_minutes"), ({"deposit_percent": "101"}, "deposit_percent"), ({"deposit_percent": "50%"}, "deposit_percent"),
        ({"vat_percent": "1.5"}, "vat_percent"), ({"balance_due_on": "2099-12-31"}, "balance_due_on"), ({"balance_due_on": "31.12.2026"}, "balance_due_on"),
        ({"importer_reply_days": ""}, "importer_reply_days"), ({"terms_vi": "x" * 20_001}, "terms_vi"), ({"summary_en": "x" * 1_001}, "summary_en"),
        ({"name_vi": "\u202e\u200b"}, "name_vi"), ({"city": "x" * 101}, "city"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_settings_is_told_and_what_was_typed_stays(
    client: Client, organiser: Fair, changes: dict[str, str], field: str
) -> None:
    form = settings_form(client, organiser) | {
        "importer_decider": "<script>alert(1)</script> {{7*7}}",
        "summary_vi": "Chưa mất",
    }
    answer = client.submit(f"/fairs/{organiser.slug}/settings", form | changes)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}}" in answer.text and "<script>alert" not in answer.text
    assert "Chưa mất" in answer.text
    db.session.expire_all()
    assert organiser.summary_vi == ""


@pytest.mark.parametrize("before", FairState)
def test_the_page_offers_exactly_the_steps_that_are_possible(client: Client, app: Flask, before: FairState) -> None:
    fair = make_fair("LC1", before)
    login(client, make_user("Ha", Role.ORGANISER, fair))
    page = client.get(f"/fairs/{fair.slug}/settings").text
    for after in FairState:
        fair = db.session.scalars(select(Fair)).one()
        # Cancelling is a page of its own: it does more than a step.
        possible = after in Fair.TRANSITIONS.get(before, frozenset()) and after is not FairState.CANCELLED
        assert (f'action="/fairs/{fair.slug}/state/{after}"' in page) is possible
        if not possible:
            assert client.submit(f"/fairs/{fair.slug}/state/{after}").status_code == 409
            with pytest.raises(InvalidTransition):
                change_state(fair, after, by=SYSTEM)
    assert client.submit(f"/fairs/{fair.slug}/state/nonsense").status_code == 404


def test_two_who_move_a_fair_at_once_do_not_skip_a_step(real_app: Flask) -> None:
    with real_app.app_context():
        slug = make_fair("RC1", FairState.PUBLISHED).slug

    def move(target: FairState) -> bool:
        with real_app.app_context():
            fair = fair_by_slug(slug)
            assert fair is not None
            try:
                change_state(fair, target, by=SYSTEM)
            except InvalidTransition:
                return False
            return True

    with ThreadPoolExecutor(2) as pool:
        moved = list(pool.map(move, [FairState.DRAFT, FairState.BOOKING_OPEN]))
    assert sorted(moved) == [False, True]


def test_two_who_create_the_same_fair_at_once_get_one(real_app: Flask) -> None:
    draft = FairDraft("same", "SAME", "Hội chợ", "Fair", date(2027, 1, 1), date(2027, 1, 2))

    def create(_n: int) -> str:
        with real_app.app_context():
            try:
                create_fair(draft, by=SYSTEM)
            except DomainError as error:
                return str(error.field)
            return "made"

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(create, range(4)))
    assert made.count("made") == 1 and set(made) <= {"made", "slug", "code"}


def test_only_known_settings_are_taken(app: Flask) -> None:
    fair = make_fair("CA1")
    change_settings(
        fair,
        {"slug": "other", "code": "XX", "state": FairState.REPORTED, "id": 9, "nonsense": 1, "city": "Huế"},
        by=SYSTEM,
    )
    kept = db.session.scalars(select(Fair)).one()
    assert (kept.slug, kept.code, kept.state, kept.city) == ("fair-ca1", "CA1", FairState.BOOKING_OPEN, "Huế")
    with pytest.raises(InvalidInput):
        change_settings(fair, {"opens_at": time(18), "closes_at": time(9)}, by=SYSTEM)


def test_the_switcher_keeps_the_page_and_knows_only_ones_own_fairs(client: Client, app: Flask) -> None:
    fairs = [make_fair(code) for code in ("SW1", "SW2", "SW3")]
    user = make_user("Ha", Role.ORGANISER, fairs[0])
    from fairs.accounts.service import grant_role

    grant_role(user, Role.ORGANISER, fair_id=fairs[1].id, by=SYSTEM)
    login(client, user)
    page = client.get("/fairs/fair-sw1/team").text
    assert 'href="/fairs/fair-sw2/team"' in page and "fair-sw3" not in page and "Fair SW3" not in page
    page = client.get("/account/me").text
    assert 'href="/fairs/fair-sw2/"' in page
    listed = client.get("/fairs").text
    assert "SW1" in listed and "SW2" in listed and "SW3" not in listed


@pytest.mark.parametrize(
    ("state", "rehearsal", "band"),
    [("closed", False, "band-closed"), ("running", True, "band-rehearsal"), ("running", False, None)],
)
def test_a_closed_fair_and_a_rehearsal_wear_a_band(
    client: Client, app: Flask, state: str, rehearsal: bool, band: str | None
) -> None:
    fair = make_fair("BD1", FairState(state))
    change_settings(fair, {"is_rehearsal": rehearsal}, by=SYSTEM)
    login(client, make_user("Ha", Role.ORGANISER, fair))
    assert set(re.findall(r"band-\w+", client.get(f"/fairs/{fair.slug}/").text)) == ({band} if band else set())


def test_the_api_lists_public_fairs_only(client: Client, app: Flask) -> None:
    make_fair("AP1", FairState.DRAFT)
    shown, rehearsal = make_fair("AP2"), make_fair("AP3")
    change_settings(rehearsal, {"is_rehearsal": True}, by=SYSTEM)
    answer = client.get("/api/v1/fairs").get_json()
    assert answer == {
        "items": [{
            "slug": shown.slug, "name": shown.name_vi, "state": "booking_open", "starts_on": shown.starts_on.isoformat(),
            "ends_on": shown.ends_on.isoformat(), "time_zone": "Asia/Ho_Chi_Minh", "currency": "VND",
        }], "next": None,
    }  # fmt: skip
    english = client.get("/api/v1/fairs", headers={"Accept-Language": "en"}).get_json()
    assert english["items"][0]["name"] == shown.name_en


def test_a_fair_knows_its_days(app: Flask, time_machine: Any) -> None:
    fair = make_fair("DY1", in_days=1)
    assert (fair.days_to_opening, fair.day_number) == (1, None)
    time_machine.move_to(now() + timedelta(days=1))
    assert (fair.days_to_opening, fair.day_number) == (0, 1)
    time_machine.move_to(now() + timedelta(days=4))
    assert (fair.days_to_opening, fair.day_number) == (-4, None)
