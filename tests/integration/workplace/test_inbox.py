"""The inbox: each record that awaits a person is there once for those who may do it, and leaves when it is done."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from fairs.accounts.service import grant_role
from fairs.booths.service import cancel_booking
from fairs.calendar.service import change_state
from fairs.calendar.states import FairState
from fairs.contracts.service import edit_contract
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.exhibitors.models import Exhibitor
from fairs.payments.models import Invoice
from fairs.programme.reference import load_plan_2020
from fairs.workplace.awaited import KIND_BY_KEY, KINDS
from fairs.workplace.inbox import Inbox
from tests.factories.awaiting import SITUATIONS, Awaiting, invoice, items_of, reader
from tests.factories.booths import Ground, new_ground
from tests.factories.deals import acting, lent, office
from tests.factories.people import report_fair
from tests.support.client import Client, login
from tests.support.queries import counted_queries


def test_each_kind_has_a_situation_for_each_of_its_states() -> None:
    assert {key: len(makers) for key, makers in SITUATIONS.items()} == {kind.key: len(kind.states) for kind in KINDS}


@pytest.mark.parametrize(
    ("key", "make"),
    [(key, make) for key, makers in SITUATIONS.items() for make in makers],
    ids=[f"{key}-{number}" for key, makers in SITUATIONS.items() for number, _ in enumerate(makers)],
)
def test_awaited_once_by_those_who_may_and_gone_when_done(app: Flask, key: str, make: Callable[[], Awaiting]) -> None:
    found = make()
    permission = KIND_BY_KEY[key].permission
    if found.later:
        assert items_of(reader(found.fair, Role.ADMIN), found.record) == []
    with time_machine.travel(now() + found.later, tick=False):
        for role in Role:
            expected = [key] if role in permission.roles else []
            shown = [one for one in items_of(reader(found.fair, role), found.record) if one == key]
            assert shown == expected, role
        assert items_of(reader(found.fair, Role.ADMIN), found.record) == [key]
        found.act()
        assert key not in items_of(reader(found.fair, Role.ADMIN), found.record)


def test_who_wrote_a_contract_down_or_changed_it_is_not_asked_to_verify_it(app: Flask) -> None:
    place = office()
    place.rate()
    clerk, editor, lender, other = (place.user(Role.DEALS) for _ in range(4))
    contract = place.contract(by=acting(clerk))
    edit_contract(contract, place.fair, place.draft(note="Sửa"), by=acting(editor))
    edit_contract(
        contract, place.fair, place.draft(note="Sửa nữa"), by=lent(lender, Role.DEALS, place.user(), place.fair)
    )

    def shown(user: Any, lent_by: Any = None) -> list[str]:
        someone = reader(place.fair, Role.DEALS, user=user.id, lent_by=lent_by.id if lent_by else None)
        return items_of(someone, contract)

    assert shown(clerk) == shown(editor) == shown(lender) == []
    assert shown(other) == ["contract"]
    assert shown(other, lent_by=clerk) == []


def test_nobody_asks_for_money_for_a_booth_that_was_given_up(app: Flask) -> None:
    ground = new_ground()
    booking = ground.reserve()
    bill = db.session.get_one(Invoice, booking.invoice_id)
    place = invoice()  # another one, which stays
    with time_machine.travel(now() + timedelta(days=60), tick=False):
        office_of(ground, bill).receipt(bill, 1_000)
        assert items_of(reader(ground.fair, Role.FINANCE), bill) == ["invoice"]
        cancel_booking(booking, reason="Trả lại gian", by=SYSTEM)
        assert items_of(reader(ground.fair, Role.FINANCE), bill) == []
        assert items_of(reader(place.fair, Role.FINANCE), place.record) == ["invoice"]


def office_of(ground: Ground, bill: Invoice) -> Any:
    """The means to record receipts at the ground's fair."""
    from tests.factories.deals import Office

    return Office(ground.fair, bill.company, bill.company)


def test_a_fair_that_is_reported_awaits_nobody(app: Flask) -> None:
    place = office()
    place.rate()
    contract = place.contract()
    place.fair = report_fair(change_state(place.fair, FairState.CLOSED, by=SYSTEM))
    assert items_of(reader(place.fair, Role.ADMIN), contract) == []


def applications(ground: Ground, number: int, *, first: date) -> list[Exhibitor]:
    """So many that wait, each promised a day later than the one before; the first five on the same day."""
    from fairs.exhibitors.states import ExhibitorState

    return [
        ground.exhibitor(state=ExhibitorState.SUBMITTED, decide_by=first + timedelta(days=max(0, n - 4)))
        for n in range(number)
    ]


def test_a_long_list_is_read_page_by_page_the_earliest_first(app: Flask) -> None:
    ground = new_ground()
    made = applications(ground, 9, first=ground.fair.today - timedelta(days=2))
    made.append(ground.exhibitor(state=made[0].state, decide_by=None))
    box = Inbox(reader(ground.fair, Role.ORGANISER), KINDS)
    kind = KIND_BY_KEY["application"]
    seen, cursor = [], None
    for _page in range(4):
        items, cursor = box.items(kind, limit=3, cursor=cursor)
        seen += [item.record_id for item in items]
    assert cursor is None
    assert seen == [one.id for one in made]
    group = box.groups(each=2)[0]
    # Promised two days ago (five of them) and yesterday (one).
    assert (group.count.total, group.count.late, group.due, len(group.items)) == (10, 6, made[0].decide_by, 2)


def in_english(client: Client, user: Any) -> None:
    """Signed in, with pages in English."""
    login(client, user)
    client.get("/language/en")


def test_the_pages_of_an_organiser(client: Client) -> None:
    ground = new_ground()
    user = ground.user(Role.ORGANISER)
    in_english(client, user)
    start, base = f"/fairs/{ground.fair.slug}/", f"/fairs/{ground.fair.slug}/inbox"
    page = client.get(start).text
    assert "Nothing waits for you" in page
    assert "Next: " in page
    late = applications(ground, 12, first=ground.fair.today - timedelta(days=1))[0]

    page = client.get(start).text
    assert "12 applications wait for their appraisal" in page
    assert f"/exhibitors/{late.reference}" in page
    assert re.search(r'topbar-inbox".*?class="count">12<', page, re.DOTALL)
    page = client.get(base).text
    assert page.count('class="need-who"') == 10
    assert f"{base}?kind=application" in page
    assert client.get(f"{base}?kind=application").text.count('class="need-who"') == 12
    assert "Nothing of this kind waits for you" in client.get(f"{base}?kind=mail").text
    assert client.get(f"{base}?kind=nonsense").status_code == 404
    for cursor in ("x", "bnVsbA", "WyJ4IiwgMV0", "WzEsIDFd", "W251bGwsIHRydWVd", "WyIyMDIwLTAxLTAxIiwgLTFd"):
        assert client.get(f"{base}?kind=application&cursor={cursor}").status_code == 422, cursor
    for begin in ("0001-01-01T00:00:00+14:00", "2026-01-01T00:00:00", "2026-01-01", 5):
        cursor = base64.urlsafe_b64encode(json.dumps([begin, 1]).encode()).decode()
        assert client.get(f"{base}?kind=letter&cursor={cursor}").status_code == 422, begin


def test_the_inbox_of_all_fairs_is_where_people_with_several_begin(client: Client, new_client: Any) -> None:
    here, there, foreign = new_ground(), new_ground(), new_ground()
    user = here.user(Role.ORGANISER)
    in_english(client, user)
    assert client.get("/start").headers["Location"] == f"/fairs/{here.fair.slug}/"
    grant_role(user, Role.ORGANISER, fair_id=there.fair.id, by=SYSTEM)
    assert client.get("/start").headers["Location"] == "/inbox"
    for ground in (here, there, foreign):
        applications(ground, 2, first=ground.fair.today)
    page = client.get("/inbox").text
    assert "4 applications wait for their appraisal" in page
    assert page.count('class="card fair-tile"') == 2
    assert page.count("2 things wait for you") == 2
    assert foreign.fair.slug not in page

    stranger, guest = new_client(), new_client()
    login(stranger, here.user(of=here.company()))
    assert stranger.get("/inbox").status_code == 403
    assert stranger.get(f"/fairs/{here.fair.slug}/inbox").status_code == 403
    assert "topbar-inbox" not in stranger.get("/my").text
    assert "/account/login" in guest.get("/inbox").headers["Location"]


def test_the_leadership_sees_the_plan_of_the_year_and_what_is_late_with_others(client: Client) -> None:
    with transaction():
        load_plan_2020()
    ground = new_ground()
    applications(ground, 7, first=ground.fair.today - timedelta(days=1))
    in_english(client, ground.user(Role.LEADERSHIP))
    for path in ("/inbox", f"/fairs/{ground.fair.slug}/"):
        page = client.get(path).text
        assert "Plan of the year 2020" in page
        assert "5 applications wait for their appraisal" in page
        assert "Organiser" in page


def test_the_pages_cost_the_same_however_much_waits(client: Client) -> None:
    ground = new_ground()
    in_english(client, ground.user(Role.ADMIN))
    paths = (
        f"/fairs/{ground.fair.slug}/",
        f"/fairs/{ground.fair.slug}/inbox",
        "/inbox",
        f"/fairs/{ground.fair.slug}/settings",
    )

    def costs() -> list[int]:
        found = []
        for path in paths:
            with counted_queries() as statements:
                assert client.get(path).status_code == 200
            found.append(len(statements))
        return found

    applications(ground, 4, first=ground.fair.today)
    few = costs()
    applications(ground, 30, first=ground.fair.today)
    assert costs() == few
    someone = reader(ground.fair, Role.ADMIN)
    assert ground.fair.today
    with counted_queries() as statements:
        Inbox(someone, KINDS).counts()
    assert len(statements) == 1
