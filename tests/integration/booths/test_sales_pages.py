"""Pages of selling: what exhibitors and clerks do there, bad input beside its field, a constant number of queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.booths.models import BookingRequest, BoothBooking, BoothWithdrawal
from fairs.booths.queries import current_booking, states_of
from fairs.booths.requests import ask_extension, ask_transfer
from fairs.booths.sales_models import PriceRule, SalesTerms, WaitingEntry
from fairs.booths.service import BoothOrder, hold_booths, offer_booths
from fairs.booths.states import BookingState, RequestState, WaitingState
from fairs.booths.waiting import Wish, join_waiting
from fairs.booths.withdrawal import TermsDraft, save_terms
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.exhibitors.models import Exhibitor
from tests.factories.booths import Ground, new_ground
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def ground(app: Flask) -> Ground:
    return new_ground()


@pytest.fixture
def as_user(app: Flask, ground: Ground, new_client: Callable[[], Client]) -> Callable[..., Client]:
    def make(*roles: Role, of: Any = None) -> Client:
        client = new_client()
        user = ground.user(*roles, of=of)
        with transaction():
            user.locale = "en"
        login(client, user)
        return client

    return make


def staff(ground: Ground, page: str) -> str:
    return f"/fairs/{ground.fair.slug}/{page}"


def my(ground: Ground, exhibitor: Exhibitor, page: str = "") -> str:
    return f"/my/{ground.fair.slug}/booth/{exhibitor.reference}{page}"


def test_neighbours_are_added_on_the_panel_and_held_together(ground: Ground, as_user: Any) -> None:
    exhibitor = ground.exhibitor()
    client = as_user(of=exhibitor)
    panel = client.get(
        f"/f/{ground.fair.slug}/plan/booths/A-001?with=A-002,A-009,nonsense", headers={"HX-Request": "true"}
    )
    assert "Together: A-001, A-002" in panel.text
    assert 'data-with="A-002,A-003"' in panel.text
    assert "A-009" not in panel.text.partition("panel-together")[2].partition("panel-action")[0]
    assert client.submit(my(ground, exhibitor, "/hold"), {"booth": "A-001", "with": "A-002"}).status_code == 303
    assert states_of(ground.fair.id) == {"A-001": "held", "A-002": "held"}
    review = client.get(my(ground, exhibitor, "/review")).text
    assert "A-001, A-002" in review
    assert "₫27,216,000" in review
    assert client.submit(my(ground, exhibitor, "/hold"), {"booth": "A-001", "with": "A-009"}).status_code == 303
    assert client.submit(my(ground, exhibitor, "/hold"), {"booth": "A-001", "with": "zz"}).status_code in {303, 404}


def test_a_program_holds_booths_together(ground: Ground, client: Client) -> None:
    exhibitor = ground.exhibitor()
    headers = ground.bearer(ground.user(of=exhibitor)) | {"Idempotency-Key": "one"}
    path = f"/api/v1/fairs/{ground.fair.slug}/booths/A-001/hold"
    first = client.post(path, json={"with": ["A-002"]}, headers=headers)
    assert (first.status_code, first.json["booths"]) == (201, ["A-001", "A-002"])
    assert first.json["price"] == {"amount_minor": 25_200_000, "currency": "VND"}
    assert client.post(path, json={"with": ["A-002"]}, headers=headers).json == first.json
    apart = client.post(path, json={"with": ["A-009"]}, headers=headers | {"Idempotency-Key": "two"})
    assert (apart.status_code, apart.json["code"]) == (409, "not_adjacent")


def test_an_offer_is_seen_accepted_or_refused(ground: Ground, as_user: Any) -> None:
    exhibitor = ground.exhibitor()
    until = now() + timedelta(days=2)
    offer_booths(ground.fair, exhibitor, [ground.booth("A-002")], until=until, origin="offer", by=SYSTEM)
    client = as_user(of=exhibitor)
    page = client.get(my(ground, exhibitor, "/review")).text
    assert "is offered to you until" in page
    assert "Refuse the offer" in page
    answer = client.submit(my(ground, exhibitor, "/review"), {"fascia_name": exhibitor.company.name, "terms": "y"})
    assert answer.status_code == 303
    assert states_of(ground.fair.id) == {"A-002": "reserved"}


def test_an_exhibitor_asks_withdraws_and_waits(ground: Ground, as_user: Any) -> None:
    save_terms(ground.fair, TermsDraft(24, 20, [(30, 50)]), by=SYSTEM)
    booking, other = ground.reserve("A-002"), ground.exhibitor()
    exhibitor = booking.exhibitor
    client, stranger = as_user(of=exhibitor), as_user(of=other)
    page = client.get(my(ground, exhibitor, "/changes"))
    assert "Paid back if you withdraw today" in page.text
    assert stranger.get(my(ground, exhibitor, "/changes")).status_code == 404
    for what, data, message in (
        ("extend", {"until": "x", "reason": "Chờ"}, ""),
        ("extend", {"until": "2001-01-01", "reason": "Chờ"}, "Choose a day from today"),
        ("transfer", {"t-other": "F-E-9999", "t-reason": "Chờ"}, "no exhibitor of this number"),
        ("swap", {"s-other": "Z-1", "s-reason": "Chờ"}, "Nobody has a booth"),
        ("withdraw", {"text": " "}, "A withdrawal is in writing"),
    ):
        answer = client.submit(my(ground, exhibitor, f"/changes/{what}"), data)
        assert answer.status_code == 422, what
        assert message in answer.text
    assert (
        client.submit(
            my(ground, exhibitor, "/changes/transfer"), {"t-other": other.reference, "t-reason": "Đổi"}
        ).status_code
        == 303
    )
    request = db.session.scalars(select(BookingRequest)).one()
    assert "asks you" in stranger.get(my(ground, other)).text
    agree = f"/requests/{request.id}/agree"
    assert client.submit(my(ground, exhibitor, agree)).status_code == 404
    assert stranger.submit(my(ground, other, agree)).status_code == 303
    assert db.session.get_one(BookingRequest, request.id).agreed_at is not None
    assert client.submit(my(ground, exhibitor, f"/requests/{request.id}/take-back")).status_code == 303
    assert client.submit(my(ground, exhibitor, "/changes/withdraw"), {"text": "Xin rút"}).status_code == 303
    assert db.session.scalars(select(BoothWithdrawal)).one().text == "Xin rút"
    assert client.get(my(ground, exhibitor, "/changes")).status_code in {302, 303}
    wish = {"booth_count": "9", "open_sides": "1", "zone": "", "kind": ""}
    assert client.submit(my(ground, exhibitor, "/waiting"), wish).status_code == 422
    assert (
        client.submit(my(ground, exhibitor, "/waiting"), wish | {"booth_count": "6", "open_sides": "4"}).status_code
        == 303
    )
    assert "Your place" in client.get(my(ground, exhibitor, "/waiting")).text
    assert client.submit(my(ground, exhibitor, "/waiting/leave")).status_code == 303
    assert db.session.scalars(select(WaitingEntry)).one().state is WaitingState.LEFT


def test_a_clerk_extends_moves_swaps_and_files_what_is_wrong_beside_its_field(ground: Ground, as_user: Any) -> None:
    booking, other = ground.reserve("A-002"), ground.reserve("A-004")
    clerk = as_user(Role.BOOTH_SALES)
    base = staff(ground, f"booth-sales/bookings/{booking.reference}")
    assert clerk.get(base).status_code == 200
    assert as_user(Role.FINANCE).get(base).status_code == 403
    for act, data, message in (
        ("move", {"booths": "Z-9", "reason": "x"}, "no booth Z-9"),
        ("move", {"booths": "A-004", "reason": "x"}, "just taken booth A-004"),
        ("move", {"booths": "A-003"}, "Reason"),
        ("swap", {"s-other": "A-009", "s-reason": "x"}, "Nobody has a booth"),
        ("extend", {"until": "2001-01-01", "reason": "x"}, "Choose a day"),
        ("transfer", {"t-other": "nobody", "t-reason": "x"}, "no exhibitor of this number"),
        ("withdraw", {"text": "Xin rút"}, "too late"),
        ("fascia", {"fascia_name": ""}, "fascia"),
    ):
        answer = clerk.submit(f"{base}/{act}", data)
        assert answer.status_code == 422, act
        assert message in answer.text, act
    assert clerk.submit(f"{base}/swap", {"s-other": "a-004", "s-reason": "Hai bên"}).status_code == 303
    assert clerk.submit(f"{base}/move", {"booths": "A-003", "reason": "Cột"}).status_code == 303
    assert clerk.submit(f"{base}/fascia", {"fascia_name": "TÊN KHÁC"}).status_code == 303
    assert states_of(ground.fair.id) == {"A-002": "reserved", "A-003": "reserved"}
    assert db.session.get_one(BoothBooking, booking.id).fascia_name == "TÊN KHÁC"
    assert "Changed places" in clerk.get(staff(ground, f"bookings/{other.reference}")).text


def test_offers_requests_and_the_waiting_list_of_a_clerk(ground: Ground, as_user: Any) -> None:
    clerk, exhibitor = as_user(Role.BOOTH_SALES), ground.exhibitor()
    day = (ground.fair.today + timedelta(days=3)).isoformat()
    offer = {"exhibitor": exhibitor.reference, "booths": "A-001, a-002", "until": day}
    assert clerk.get(staff(ground, "booth-sales/offers/new?booths=A-001")).status_code == 200
    assert "no booth X" in clerk.submit(staff(ground, "booth-sales/offers/new"), offer | {"booths": "X"}).text
    assert clerk.submit(staff(ground, "booth-sales/offers/new"), offer).status_code == 303
    held = current_booking(exhibitor.id)
    assert held is not None
    assert held.state is BookingState.HELD
    request = ask_extension(held, ground.fair.today + timedelta(days=9), reason="Họp hội đồng", by=SYSTEM)
    page = staff(ground, f"booth-sales/requests/{request.id}")
    assert "Họp hội đồng" in clerk.get(staff(ground, "booth-sales/requests")).text
    assert "Say why" in clerk.submit(page, {"grant": "no"}).text
    assert clerk.submit(page, {"grant": "yes"}).status_code == 303
    assert db.session.get_one(BookingRequest, request.id).state is RequestState.APPROVED
    waiting = {
        "exhibitor": ground.exhibitor().reference,
        "booth_count": "6",
        "open_sides": "4",
        "zone": "CER",
        "kind": "",
    }
    new = staff(ground, "booth-sales/waiting/new")
    assert "no exhibitor of this number" in clerk.submit(new, waiting | {"exhibitor": "x"}).text
    entry = clerk.submit(new, waiting).headers["Location"]
    assert "by a clerk" in clerk.get(entry).text
    assert clerk.get(staff(ground, "booth-sales/waiting?format=xlsx")).status_code == 200
    assert clerk.submit(f"{entry}/leave").status_code == 303


def test_prices_rules_and_terms_with_a_worked_example(ground: Ground, as_user: Any) -> None:
    organiser, page = as_user(Role.ORGANISER), staff(ground, "prices/")
    rule = {
        "text_vi": "Đặt sớm", "text_en": "Early bird", "position": "10", "percent": "-10", "currency": "VND", "zone": "CER",
        "kind": "", "sides": "", "track": "", "until": ground.fair.today.isoformat(),
    }  # fmt: skip
    for wrong, message in (
        ({"percent": "1,5"}, "Whole percent"),
        ({"percent": ""}, "one of them"),
        ({"text_vi": ""}, "Text"),
    ):
        answer = organiser.submit(page + "rules", rule | wrong)
        assert answer.status_code == 422
        assert message in answer.text
    assert organiser.submit(page + "rules", rule).status_code == 303
    stored = db.session.scalars(select(PriceRule)).one()
    shown = organiser.get(page + "?kind=SHELL9&zone=CER&sides=1").text
    assert "Early bird (-10 %)" in shown
    assert "₫11,664,000" in shown
    assert "Write the day as" in organiser.get(page + "?day=soon").text
    assert organiser.submit(page + f"rules/{stored.id}", rule | {"percent": "-20"}).status_code == 303
    assert "-20" in organiser.get(page + f"rules/{stored.id}").text
    base = {"kind": "SHELL9", "currency": "USD", "amount": "900", "basis": "booth", "corner_percent": "0"}
    assert organiser.submit(page + "base", base).status_code == 303
    assert "No price in US dollars for" in organiser.get(page).text
    terms = {"offer_hours": "24", "withdrawal_days": "40", "refund_scale": "90 50\n60 20%"}
    assert "two numbers a line" in organiser.submit(page + "terms", terms | {"refund_scale": "viel"}).text
    assert organiser.submit(page + "terms", terms).status_code == 303
    assert db.session.scalars(select(SalesTerms)).one().refund_scale == [[90, 50], [60, 20]]
    assert organiser.submit(page + f"rules/{stored.id}/remove").status_code == 303
    assert as_user(Role.FINANCE).get(page).status_code == 403


def test_pages_cost_the_same_however_many_rows(ground: Ground, as_user: Any) -> None:
    clerk = as_user(Role.BOOTH_SALES)
    pages = [staff(ground, path) for path in ("booth-sales/waiting", "booth-sales/requests")]
    seen = []
    for number in (1, 2):
        for step in range(number):
            join_waiting(ground.exhibitor(), Wish(6, 4), by=SYSTEM)
            booking = ground.reserve(f"A-{number * 3 + step:03d}")
            ask_transfer(booking, ground.exhibitor(), reason="Đổi", by=SYSTEM)
        for page in pages:
            clerk.get(page)
            with counted_queries() as queries:
                assert clerk.get(page).status_code == 200
            seen.append(len(queries))
    assert seen[:2] == seen[2:]


def test_the_panel_costs_the_same_however_many_booths_are_taken_together(ground: Ground, as_user: Any) -> None:
    client = as_user(of=ground.exhibitor())
    counts = []
    for beside in ("A-002", "A-002,A-003,A-004"):
        path = f"/f/{ground.fair.slug}/plan/booths/A-001?with={beside}"
        client.get(path, headers={"HX-Request": "true"})
        with counted_queries() as queries:
            client.get(path, headers={"HX-Request": "true"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_same_booth_is_not_held_with_itself_or_with_too_many(ground: Ground) -> None:
    booth = ground.booth("A-001")
    assert len(hold_booths(ground.fair, [booth, booth], ground.exhibitor(), BoothOrder(), by=SYSTEM)) == 1
