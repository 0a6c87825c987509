"""Daily sales of a public fair: declared by the exhibitor or typed by staff, corrected with a trace, never filled in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.calendar.service import change_state
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.exhibitors.journey import journey
from fairs.reports.measures import sales as measured_sales
from fairs.sales.errors import NoSalesReturns
from fairs.sales.models import SalesReturn
from fairs.sales.service import day_field, declare_sales, sales_table
from tests.factories.booths import Ground, new_ground
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


def public_ground(**settings: Any) -> Ground:
    """A public fair whose second day it is."""
    ground = new_ground(**settings)
    today = ground.fair.today
    with transaction():  # published days are moved with all that hangs on them; here nothing does yet
        fair = db.session.get_one(Fair, ground.fair.id)
        fair.kind, fair.starts_on, fair.ends_on = "public", today - timedelta(days=1), today + timedelta(days=2)
    change_state(ground.fair, FairState.RUNNING, by=SYSTEM)
    return ground


def confirmed(ground: Ground, code: str) -> BoothBooking:
    booking = ground.hold(code)
    with transaction():
        row = db.session.get_one(BoothBooking, booking.id)
        row.state, row.confirmed_at = BookingState.CONFIRMED, now()
    return db.session.get_one(BoothBooking, booking.id)


def amounts() -> list[tuple[int, str]]:
    return [(row.amount_minor, row.source) for row in db.session.scalars(select(SalesReturn).order_by(SalesReturn.day))]


def test_an_exhibitor_declares_and_corrects(app: Flask, client: Client) -> None:
    ground = public_ground()
    booking = confirmed(ground, "A-002")
    fair, user = ground.fair, ground.user(of=booking.exhibitor)
    login(client, user)
    start, path = f"/my/{fair.slug}/sales", f"/my/{fair.slug}/sales/A-002"
    assert client.get(start).headers["Location"] == path
    way = {step.label: step for step in _journey(app, booking)}
    assert (way["Daily sales"].state, "2 days are not declared" in way["Daily sales"].text) == ("now", True)
    first, second = day_field(fair.days[0]), day_field(fair.days[1])
    assert (first in (page := client.get(path).text), second in page, day_field(fair.days[2]) in page) == (
        True,
        True,
        False,
    )
    assert client.submit(path, {first: "12.500.000", second: ""}).status_code == 303
    assert amounts() == [(12_500_000, "web")]
    assert client.submit(path, {first: "11.000.000", second: "0"}).status_code == 303
    assert amounts() == [(11_000_000, "web"), (0, "web")]
    acts = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_type == "SalesReturn").order_by(AuditEntry.id)
    ).all()
    assert [act.action for act in acts] == [
        "sales.declare",
        "sales.correct",
        "sales.declare",
    ]
    assert (acts[1].before or {})["amount"]["amount_minor"] == 12_500_000
    assert client.submit(path, {first: "", second: ""}).status_code == 303  # empty says nothing and wipes nothing
    assert amounts() == [(11_000_000, "web"), (0, "web")]
    for bad in ("viele", "-1", "12,5", "9" * 30, "1.000.000.000.001"):
        answer = client.submit(path, {first: bad, second: "5"})
        assert (answer.status_code, bad in answer.text) == (422, True), bad
    assert amounts() == [(11_000_000, "web"), (0, "web")]
    assert {step.label: step.state for step in _journey(app, booking)}["Daily sales"] == "done"


def _journey(app: Flask, booking: BoothBooking) -> Any:
    with app.test_request_context("/"), force_locale("en"):
        return journey(db.session.get_one(BoothBooking, booking.id).exhibitor)


def test_staff_type_it_and_the_table_shows_who_did_not(app: Flask, client: Client) -> None:
    ground = public_ground()
    fair = ground.fair
    bookings = [confirmed(ground, code) for code in ("A-002", "A-003", "A-004")]
    ground.reserve("A-005")
    login(client, ground.user(Role.FRONT_DESK))
    client.get("/language/en")
    base = f"/fairs/{fair.slug}/sales"
    day = day_field(fair.days[0])
    assert client.submit(f"{base}/A-002", {day: "4.000.000", "source": "paper", "note": "Phiếu 7"}).status_code == 303
    assert client.submit(f"{base}/A-003", {day: "0", "source": "phone"}).status_code == 303
    assert client.submit(f"{base}/A-003", {day: "1", "source": "dream"}).status_code == 422
    assert amounts() == [(4_000_000, "paper"), (0, "phone")]
    page = client.get(base).text
    assert (page.count('class="gap"'), "A-005" in page) == (1, False)
    sums = re.findall(r"<strong>([^<]*)</strong></td></tr>", page)
    assert sums == ["4,000,000", "0", "–", "4,000,000"]  # nothing declared is no zero
    missing = client.get(f"{base}?missing={fair.days[0].isoformat()}").text
    assert ("A-004" in missing, ">A-002<" in missing) == (True, False)
    assert "Nothing fits" in client.get(f"{base}?q=zzz").text
    for odd in ("missing=x", "missing=0001-01-01", "q=%00%25", "q=" + "x" * 3000):
        assert client.get(f"{base}?{odd}").status_code == 200, odd
    (sheet,) = read_sheets(client.get(f"{base}?format=xlsx").data)
    assert [[value for kind, value in row if kind == "number"] for row in sheet[1:]] == [
        ["4000000", "4000000", "0"], ["0", "0", "0"], ["0", "1"],
    ]  # fmt: skip
    measured = measured_sales([fair], fair.days[0])
    assert measured is not None
    assert [measured.value, *(one.value for one in measured.beside[:2])] == [4_000_000, 2, 1]
    assert client.submit(f"{base}/A-002/take-back", {"day": fair.days[0].isoformat()}).status_code == 303
    assert client.submit(f"{base}/A-002/take-back", {"day": "x"}).status_code == 303
    assert amounts() == [(0, "phone")]
    assert len(sales_table(fair).booths) == len(bookings)


def test_strangers_and_those_who_only_look(app: Flask, new_client: Any) -> None:
    ground = public_ground()
    booking, other = confirmed(ground, "A-002"), confirmed(ground, "A-003")
    stranger, auditor = new_client(), new_client()
    login(stranger, ground.user(of=other.exhibitor))
    login(auditor, ground.user(Role.AUDITOR))
    path, slug = f"/my/{ground.fair.slug}/sales/A-002", ground.fair.slug
    data = {day_field(ground.fair.days[0]): "5"}
    assert (stranger.get(path).status_code, stranger.submit(path, data).status_code) == (404, 404)
    assert stranger.get(f"/my/{slug}/sales/A-999").status_code == 404
    assert stranger.get(f"/fairs/{slug}/sales").status_code == 403
    assert (
        auditor.get(f"/fairs/{slug}/sales/A-002").status_code,
        auditor.submit(f"/fairs/{slug}/sales/A-002", data).status_code,
    ) == (200, 404)
    assert auditor.submit(f"/fairs/{slug}/sales/A-002/take-back", {"day": "x"}).status_code == 403
    assert amounts() == []
    assert booking.state is BookingState.CONFIRMED


def test_what_cannot_be_declared(app: Flask) -> None:
    ground = public_ground()
    fair, booking = ground.fair, confirmed(ground, "A-002")
    for day, money in (
        (fair.days[2], Money(5, "VND")),
        (fair.days[0] - timedelta(days=1), Money(5, "VND")),
        (fair.days[0], Money(5, "USD")),
        (fair.days[0], Money(-1, "VND")),
    ):
        with pytest.raises(InvalidInput):
            declare_sales(booking, {day: money}, by=SYSTEM)
    with pytest.raises(NoSalesReturns):
        declare_sales(ground.reserve("A-004"), {fair.days[0]: Money(5, "VND")}, by=SYSTEM)
    trade = new_ground()
    with pytest.raises(NoSalesReturns):
        declare_sales(confirmed(trade, "A-002"), {}, by=SYSTEM)
    for state in (FairState.CLOSED, FairState.REPORTED):
        change_state(fair, state, by=SYSTEM)
    with pytest.raises(NoSalesReturns):
        declare_sales(booking, {fair.days[0]: Money(5, "VND")}, by=SYSTEM)
    assert amounts() == []


def test_the_table_costs_the_same_however_many_booths(app: Flask, client: Client) -> None:
    ground = public_ground()
    login(client, ground.user(Role.ORGANISER))
    path = f"/fairs/{ground.fair.slug}/sales"

    def cost(*codes: str) -> int:
        for code in codes:
            declare_sales(confirmed(ground, code), {ground.fair.days[0]: Money(5_000, "VND")}, by=SYSTEM)
        client.get(path)
        with counted_queries() as statements:
            assert client.get(path).status_code == 200
        return len(statements)

    assert cost("A-002") == cost("A-003", "A-004")
