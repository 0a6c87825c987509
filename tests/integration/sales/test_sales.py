"""Daily sales of a public fair: declared by the exhibitor or typed by staff, corrected with a trace, never filled in."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

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
from fairs.directory.reference import load_reference as load_groups
from fairs.exhibitors.journey import journey
from fairs.exhibitors.models import Exhibitor
from fairs.messages.models import OutboxMessage
from fairs.reports.measures import sales as measured_sales
from fairs.sales.coverage import coverage
from fairs.sales.errors import DeclaredMeanwhile, NoSalesReturns, UnusualAmount
from fairs.sales.models import SalesReminder, SalesReturn, SalesRevision
from fairs.sales.outliers import questions
from fairs.sales.queries import sales_table, to_call
from fairs.sales.reminding import remind
from fairs.sales.service import DayDraft, Way, confirm_amount, declare_sales
from tests.factories.booths import Ground, new_ground
from tests.factories.people import report_fair
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.rivals import at_once
from tests.support.sheets import read_sheets

CODES = ("A-002", "A-003", "A-004", "A-005", "A-008", "A-009")


def dong(amount: int) -> Money:
    return Money(amount, "VND")


def draft(cash: int = 0, card: int = 0, orders: int = 0, **groups: int) -> DayDraft:
    return DayDraft(dong(cash), dong(card), dong(orders), {code: dong(value) for code, value in groups.items()})


def public_ground(**settings: Any) -> Ground:
    """A public fair whose second day it is."""
    ground = new_ground(**settings)
    load_groups()
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


def shown(booking: BoothBooking, *groups: str) -> None:
    with transaction():
        db.session.get_one(Exhibitor, booking.exhibitor_id).group_codes = "|".join(groups)


def amounts() -> list[tuple[int, str]]:
    rows = db.session.scalars(select(SalesReturn).order_by(SalesReturn.day, SalesReturn.id))
    return [(row.amount_minor, row.source) for row in rows]


def acts() -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.subject_type == "SalesReturn").order_by(AuditEntry.id)
    return list(db.session.scalars(query))


def _journey(app: Flask, booking: BoothBooking) -> Any:
    with app.test_request_context("/"), force_locale("en"):
        return {
            step.label: step for step in journey(db.session.get_one(BoothBooking, booking.id).exhibitor)
        }["Daily sales"]  # fmt: skip


def test_an_exhibitor_declares_day_by_day(app: Flask, client: Client) -> None:
    ground = public_ground()
    booking = confirmed(ground, "A-002")
    shown(booking, "CER", "SLK")
    fair, user = ground.fair, ground.user(of=booking.exhibitor)
    yesterday, today = fair.days[0].isoformat(), fair.days[1].isoformat()
    login(client, user)
    client.get("/language/en")
    start, path = f"/my/{fair.slug}/sales", f"/my/{fair.slug}/sales/A-002"
    assert client.get(start).headers["Location"] == path
    assert (_journey(app, booking).state, "2 days are not declared" in _journey(app, booking).text) == ("now", True)
    page = client.get(path).text  # the day that is over comes first
    assert (f'action="{path}?day={yesterday}"' in page, "Sold nothing" in page, "Silk" in page) == (True, True, True)
    typed = {"cash": "2.000.000", "card": "500.000", "orders": "1.500.000", "group_CER": "3.000.000", "seen": "0"}
    answer = client.submit(f"{path}?day={yesterday}", {**typed, "group_SLK": "999.999", "act": "save"})
    assert (answer.status_code, "999.999" in answer.text, "3,999,999" in answer.text) == (422, True, True)
    for field, bad in (
        ("cash", "viele"),
        ("card", "-1"),
        ("orders", "12,5"),
        ("cash", "9" * 30),
        ("cash", "1.000.000.000.000"),
    ):
        answer = client.submit(f"{path}?day={yesterday}", {**typed, field: bad, "act": "save"})
        assert (answer.status_code, f'value="{bad}"' in answer.text, amounts()) == (422, True, []), bad
    assert (
        client.submit(f"{path}?day={yesterday}", {"seen": "0", "act": "save"}).status_code == 422
    )  # empty says nothing
    assert (
        client.submit(f"{path}?day={yesterday}", {**typed, "group_SLK": "1.000.000", "act": "save"}).status_code == 303
    )
    row = db.session.scalars(select(SalesReturn)).one()
    assert (row.amount_minor, row.parts, row.groups) == (
        4_000_000, {"cash": dong(2_000_000), "card": dong(500_000), "orders": dong(1_500_000)},
        {"CER": 3_000_000, "SLK": 1_000_000},
    )  # fmt: skip
    assert f'action="{path}?day={today}"' in client.get(path).text  # the next one that is missing
    assert client.submit(f"{path}?day={today}", {"seen": "0", "cash": "x", "act": "nothing"}).status_code == 303
    assert amounts() == [(4_000_000, "web"), (0, "web")]
    assert _journey(app, booking).state == "done"
    for day in (fair.days[2].isoformat(), "2001-01-01"):  # not begun, before the fair
        assert client.submit(f"{path}?day={day}", {**typed, "group_SLK": "1.000.000"}).status_code == 422
    assert acts() == ["sales.declare", "sales.declare"]


def test_a_correction_keeps_what_stood_there_and_says_why(app: Flask, client: Client) -> None:
    ground = public_ground()
    booking = confirmed(ground, "A-002")
    user, day = ground.user(of=booking.exhibitor), ground.fair.days[0]
    declare_sales(booking, day, draft(5_000_000), by=SYSTEM)
    login(client, user)
    client.get("/language/en")
    path = f"/my/{ground.fair.slug}/sales/A-002?day={day.isoformat()}"
    change = {"cash": "6.000.000", "seen": "1", "act": "save"}
    answer = client.submit(path, change)
    assert (answer.status_code, "say why the figure changes" in answer.text) == (422, True)
    assert client.submit(path, {**change, "reason": "Quên một hóa đơn"}).status_code == 303
    page = client.get(path).text
    assert all(text in page for text in ("₫5,000,000 → ₫6,000,000", "Quên một hóa đơn", user.name))
    stale = client.submit(path, {**change, "cash": "7.000.000", "reason": "khác"})  # shown before the correction
    assert (
        stale.status_code,
        "in the meantime" in stale.text,
        'name="seen" type="hidden" value="2"' in stale.text,
    ) == (422, True, True)
    [kept] = db.session.scalars(select(SalesRevision)).all()
    assert (kept.number, kept.old, kept.new, kept.by_id) == (1, dong(5_000_000), dong(6_000_000), user.id)
    assert (amounts(), acts()) == ([(6_000_000, "web")], ["sales.declare", "sales.correct"])
    same = declare_sales(booking, day, draft(6_000_000), by=SYSTEM)  # the same again is no correction
    assert same.revision == 2
    declare_sales(booking, ground.fair.today, draft(1_000), by=SYSTEM, way=Way(sure=True))
    declare_sales(
        booking, ground.fair.today, draft(2_000), by=SYSTEM, way=Way(sure=True)
    )  # today: no reason is asked for


def test_staff_type_slips_and_the_table_shows_who_did_not(app: Flask, client: Client) -> None:
    ground = public_ground()
    fair = ground.fair
    bookings = [confirmed(ground, code) for code in ("A-002", "A-003", "A-004")]
    ground.reserve("A-005")
    login(client, ground.user(Role.FRONT_DESK))
    client.get("/language/en")
    base, day = f"/fairs/{fair.slug}/sales", fair.days[0].isoformat()
    slips = f"{base}/type?day={day}&source=paper"
    assert (client.get(slips).status_code, "0 of 3" in client.get(slips).text) == (200, True)
    unknown = client.get(f"{slips}&booth=Z-99")
    assert (unknown.status_code, 'value="Z-99"' in unknown.text) == (422, True)
    assert "autofocus" in client.get(f"{slips}&booth=a-002").text
    done = client.submit(
        f"{slips}&booth=A-002", {"cash": "4.000.000", "source": "paper", "note": "Phiếu 7", "seen": "0"}
    )
    assert (done.status_code, f"day={day}" in done.headers["Location"]) == (303, True)
    assert (
        client.submit(f"{base}/A-003?day={day}", {"act": "nothing", "source": "phone", "seen": "0"}).status_code == 303
    )
    assert client.submit(f"{base}/A-004?day={day}", {"cash": "1", "source": "dream", "seen": "0"}).status_code == 422
    assert amounts() == [(4_000_000, "paper"), (0, "phone")]
    page = client.get(base).text
    assert (page.count('class="gap"'), "A-005" in page) == (1, False)
    missing = client.get(f"{base}?missing={day}").text
    assert ("A-004" in missing, ">A-002<" in missing) == (True, False)
    assert "Nothing fits" in client.get(f"{base}?q=zzz").text
    for odd in ("missing=x", "missing=0001-01-01", "q=%00%25", "q=" + "x" * 3000):
        assert client.get(f"{base}?{odd}").status_code == 200, odd
    (sheet,) = read_sheets(client.get(f"{base}?format=xlsx").data)
    assert [[value for kind, value in row if kind == "number"] for row in sheet[1:]] == [
        ["4000000", "4000000", "0", "0"], ["0", "0", "0", "0"], ["0", "1", "0"],
    ]  # fmt: skip
    measured = measured_sales([fair], fair.days[0])
    assert measured is not None
    assert [measured.value, *(one.value for one in measured.beside[:2])] == [4_000_000, 2, 1]
    behind = client.get(f"{base}/returns?day={day}&source=paper").text
    assert ("A-002" in behind, "A-003" in behind) == (True, False)
    (sheet,) = read_sheets(client.get(f"{base}/returns?format=xlsx").data)
    assert len(sheet) == 3
    for odd in ("day=x", "zone=%00", "group=%25", "zone=-&group=-", "late=yes&changed=yes", "sort=zzz"):
        assert client.get(f"{base}/returns?{odd}").status_code == 200, odd
    [call] = to_call(sales_table(fair))
    assert (call.codes, "A-004" in client.get(f"{base}/calls").text) == (["A-004"], True)
    assert len(read_sheets(client.get(f"{base}/calls?format=xlsx").data)[0]) == 2
    assert client.submit(f"{base}/A-002/take-back", {"day": day, "reason": "nhầm"}).status_code == 303
    assert client.submit(f"{base}/A-002/take-back", {"day": "x"}).status_code == 303
    assert amounts() == [(0, "phone")]
    again = declare_sales(bookings[0], fair.days[0], draft(1), by=SYSTEM, way=Way(sure=True))
    assert (again.revision, "taken back" in client.get(f"{base}/A-002").text) == (2, True)


def test_strangers_and_those_who_only_look(app: Flask, new_client: Any) -> None:
    ground = public_ground()
    booking, other = confirmed(ground, "A-002"), confirmed(ground, "A-003")
    declare_sales(booking, ground.fair.days[0], draft(7_654_321), by=SYSTEM)
    stranger, auditor, leader = new_client(), new_client(), new_client()
    login(stranger, ground.user(of=other.exhibitor))
    login(auditor, ground.user(Role.AUDITOR))
    login(leader, ground.user(Role.LEADERSHIP))
    slug, day = ground.fair.slug, ground.fair.today.isoformat()
    path, data = f"/my/{slug}/sales/A-002", {"cash": "5", "seen": "0"}
    assert (stranger.get(path).status_code, stranger.submit(f"{path}?day={day}", data).status_code) == (404, 404)
    assert stranger.submit(f"{path}/confirm", {"day": day}).status_code == 404
    assert stranger.get(f"/my/{slug}/sales/A-999").status_code == 404
    assert stranger.get(f"/fairs/{slug}/sales").status_code == 403
    assert auditor.get(f"/fairs/{slug}/sales/A-002").status_code == 200
    assert auditor.submit(f"/fairs/{slug}/sales/A-002?day={day}", data).status_code == 404
    assert auditor.submit(f"/fairs/{slug}/sales/A-002/take-back", {"day": "x"}).status_code == 403
    assert [leader.get(f"/fairs/{slug}/sales{part}").status_code for part in ("", "/A-002", "/returns", "/calls", "/sums")] == [
        403, 403, 403, 403, 200,
    ]  # fmt: skip
    page = leader.get(f"/fairs/{slug}/sales/sums").text
    assert ("/sales/returns" in page, "A-002" in page) == (False, False)
    assert len(amounts()) == 1


def test_what_cannot_be_declared(app: Flask) -> None:
    ground = public_ground()
    fair, booking = ground.fair, confirmed(ground, "A-002")
    for day, wrong, field in (
        (fair.days[2], draft(5), "day"), (fair.days[0] - timedelta(days=1), draft(5), "day"),
        (fair.days[0], DayDraft(cash=Money(5, "USD")), "cash"), (fair.days[0], draft(1, -1), "card"),
        (fair.days[0], draft(0, 0, 10**12), "orders"), (fair.days[0], draft(5, CER=4), "group_CER"),
        (fair.days[0], draft(5, XXX=5), "group_XXX"), (fair.days[0], draft(5, CER=6, SLK=-1), "group_SLK"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as error:
            declare_sales(booking, day, wrong, by=SYSTEM)
        assert error.value.field == field
    with pytest.raises(NoSalesReturns):
        declare_sales(ground.reserve("A-004"), fair.days[0], draft(5), by=SYSTEM)
    trade = new_ground()
    with pytest.raises(NoSalesReturns):
        declare_sales(confirmed(trade, "A-002"), trade.fair.starts_on, draft(5), by=SYSTEM)
    report_fair(change_state(fair, FairState.CLOSED, by=SYSTEM))
    with pytest.raises(NoSalesReturns):
        declare_sales(booking, fair.days[0], draft(5), by=SYSTEM)
    assert amounts() == []


def test_late_is_after_noon_of_the_next_day(app: Flask) -> None:
    ground = public_ground()
    fair, booking = ground.fair, confirmed(ground, "A-002")
    row = declare_sales(booking, fair.days[0], draft(5_000_000), by=SYSTEM)
    noon = datetime.combine(fair.days[1], time(12), ZoneInfo(fair.time_zone))
    found = []
    for moment in (noon, noon + timedelta(seconds=1)):
        with transaction():
            db.session.get_one(SalesReturn, row.id).declared_at = moment
        whole = coverage(sales_table(fair)).whole
        found.append((sales_table(fair).late, whole.late, whole.declared, whole.expected))
    assert found == [(0, 0, 1, 1), (1, 1, 1, 1)]


def test_an_unusual_amount_is_a_question_answered_once(app: Flask, client: Client) -> None:
    ground = public_ground()
    fair, day = ground.fair, ground.fair.days[0]
    bookings = [confirmed(ground, code) for code in CODES]
    for booking in bookings[:5]:
        declare_sales(booking, day, draft(10_000_000), by=SYSTEM)
    last = bookings[5]
    with pytest.raises(UnusualAmount):
        declare_sales(last, day, draft(10_000), by=SYSTEM)  # three zeros forgotten
    declare_sales(last, day, draft(0), by=SYSTEM)  # nothing sold is a clear answer
    reason = Way(source="paper", reason="phiếu", sure=True, own=False)
    declare_sales(last, day, draft(400_000_000), by=SYSTEM, way=reason)  # the clerk: the slip says so
    assert [(one.row.amount_minor if one.row else 0, one.is_open) for one in questions(sales_table(fair))] == [
        (400_000_000, True)
    ]
    login(client, ground.user(of=last.exhibitor))
    client.get("/language/en")
    path = f"/my/{fair.slug}/sales/A-009"
    assert "Is it right?" in client.get(path).text
    assert client.submit(f"{path}/confirm", {"day": day.isoformat()}).status_code == 303
    assert "Is it right?" not in client.get(path).text
    assert [one.is_open for one in questions(sales_table(fair))] == [False]
    change = {"cash": "500.000.000", "seen": "2", "reason": "đếm lại", "act": "save"}
    asked = client.submit(f"{path}?day={day.isoformat()}", change)
    assert (asked.status_code, 'name="sure"' in asked.text) == (422, True)
    assert client.submit(f"{path}?day={day.isoformat()}", {**change, "sure": "y"}).status_code == 303
    assert [one.is_open for one in questions(sales_table(fair)) if one.row] == [False]  # said so itself, asked no more
    report_fair(change_state(fair, FairState.CLOSED, by=SYSTEM))
    with pytest.raises(NoSalesReturns):
        confirm_amount(last, day, by=SYSTEM)


def test_sums_by_area_zone_and_group(app: Flask, client: Client) -> None:
    ground = public_ground()
    fair, day = ground.fair, ground.fair.days[0]
    first, second = confirmed(ground, "A-002"), confirmed(ground, "A-003")
    shown(first, "CER", "SLK")
    shown(second, "CER")
    declare_sales(first, day, draft(1_000_000, 2_000_000, 3_000_000, SLK=2_000_000, CER=4_000_000), by=SYSTEM)
    with transaction():  # a declaration of old: one sum
        old = declare_sales(second, day, draft(5_000_000), by=SYSTEM)
        old.cash_minor = old.card_minor = old.orders_minor = None
    found = coverage(sales_table(fair))
    whole = found.whole
    assert (whole.cash, whole.card, whole.orders, whole.unsplit, whole.amount.amount_minor) == (
        1_000_000, 2_000_000, 3_000_000, 5_000_000, 11_000_000,
    )  # fmt: skip
    assert [(share.declared, share.expected, share.percent, share.area_percent) for share in found.days] == [
        (2, 2, 100, 100),
        (0, 2, 0, 0),
    ]
    assert [money.amount_minor for _label, money in found.by_group] == [9_000_000, 2_000_000]
    assert sum(share.amount.amount_minor for share in found.zones) == whole.amount.amount_minor
    assert sum(share.amount.amount_minor for share in found.groups) == whole.amount.amount_minor
    login(client, ground.user(Role.ORGANISER))
    client.get("/language/en")
    page = client.get(f"/fairs/{fair.slug}/sales/sums").text
    assert all(text in page for text in ("11,000,000", f"returns?day={day.isoformat()}", "data-chart"))
    assert "not split" in client.get(f"/fairs/{fair.slug}/sales/returns").text


def test_reminders_go_out_once_in_the_evening_and_once_in_the_morning(app: Flask, time_machine: Any) -> None:
    ground = public_ground()
    fair = ground.fair
    first, second, third = (confirmed(ground, code) for code in ("A-002", "A-003", "A-004"))
    with transaction():
        for booking, mail in ((first, "a@fairs.example"), (second, "b@fairs.example"), (third, "")):
            db.session.get_one(Exhibitor, booking.exhibitor_id).contact_email = mail
    today, zone = fair.today, ZoneInfo(fair.time_zone)
    declare_sales(first, today, draft(9_000_000), by=SYSTEM)
    sent = []
    evening, morning = (
        datetime.combine(today, time(18, 40), zone),
        datetime.combine(today + timedelta(days=1), time(8), zone),
    )
    for moment in (
        datetime.combine(today, time(18, 10), zone), evening, evening + timedelta(hours=1), morning,
        morning + timedelta(hours=1), datetime.combine(today + timedelta(days=1), time(12, 5), zone),
    ):  # fmt: skip
        time_machine.move_to(moment)
        sent.append(remind(fair))
    assert sent == [0, 1, 0, 1, 0, 0]
    mails = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "sales/reminder")).all()
    assert [mail.recipient for mail in mails] == ["b@fairs.example"] * 2
    assert f"/my/{fair.slug}/sales/A-003?day={today.isoformat()}" in mails[0].body
    stages = db.session.execute(select(SalesReminder.stage, SalesReminder.booth_id).order_by(SalesReminder.id)).all()
    assert [(stage, booth) for stage, booth in stages] == [("evening", second.booth_id), ("morning", second.booth_id)]


def test_two_who_declare_the_same_day_at_once(real_app: Flask) -> None:
    with real_app.app_context():
        ground = public_ground()
        booking, day = confirmed(ground, "A-002"), ground.fair.days[0]
        booking_id = booking.id

        def one(amount: int) -> object:
            return declare_sales(
                db.session.get_one(BoothBooking, booking_id), day, draft(amount), by=SYSTEM, way=Way(seen=0)
            )

        assert at_once(real_app, [lambda: one(5_000_000), lambda: one(6_000_000)]) == {
            "done": 1,
            DeclaredMeanwhile.code: 1,
        }
        db.session.expire_all()
        assert (len(amounts()), db.session.scalar(select(func.count()).select_from(SalesRevision))) == (1, 0)


def test_two_workers_remind_once(real_app: Flask, time_machine: Any) -> None:
    with real_app.app_context():
        ground = public_ground()
        booking, fair_id = confirmed(ground, "A-002"), ground.fair.id
        with transaction():
            db.session.get_one(Exhibitor, booking.exhibitor_id).contact_email = "a@fairs.example"
        fair = ground.fair
        time_machine.move_to(datetime.combine(fair.today, time(19), ZoneInfo(fair.time_zone)))
        assert at_once(real_app, [lambda: remind(db.session.get_one(Fair, fair_id)) for _ in range(3)]) == {"done": 3}
        db.session.expire_all()
        assert db.session.scalar(select(func.count()).where(OutboxMessage.kind == "sales/reminder")) == 1


def test_the_pages_cost_the_same_however_many_booths(app: Flask, client: Client) -> None:
    ground = public_ground()
    login(client, ground.user(Role.ORGANISER))
    paths = [f"/fairs/{ground.fair.slug}/sales{part}" for part in ("", "/sums", "/returns", "/calls", "/questions")]

    def cost(*codes: str) -> list[int]:
        for code in codes:
            declare_sales(confirmed(ground, code), ground.fair.days[1], draft(5_000_000), by=SYSTEM)
        found = []
        for path in paths:
            client.get(path)
            with counted_queries() as statements:
                assert client.get(path).status_code == 200
            found.append(len(statements))
        return found

    assert cost("A-002") == cost("A-003", "A-004")
