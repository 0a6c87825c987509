"""The exit survey: answered signed in, by link or on paper, corrected with a trace; its sums stand beside verified contracts."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.audit.models import AuditEntry
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.calendar.service import change_state
from fairs.calendar.states import FairState
from fairs.contracts.models import ExchangeRate
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.exhibitors.models import Exhibitor
from fairs.messages.models import OutboxMessage
from fairs.surveys.errors import AnsweredMeanwhile, SurveyClosed
from fairs.surveys.models import ExitSurvey, SurveyReminder, SurveyRevision
from fairs.surveys.permissions import TYPE_SURVEYS
from fairs.surveys.queries import results_of, window_of
from fairs.surveys.reminding import remind
from fairs.surveys.service import SurveyDraft, answer_survey, convert_missing, set_days
from tests.factories.awaiting import items_of, reader, unanswered_survey
from tests.factories.booths import Ground, new_ground
from tests.factories.people import report_fair
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.rivals import at_once
from tests.support.sheets import read_sheets

TYPED = {
    "overall": "4", "visitors_quality": "5", "signed_count": "2", "signed": "12,000.50", "signed_currency": "USD",
    "expected": "250.000.000", "expected_currency": "VND", "leads": "31", "comes_again": "yes", "remark": "Thêm biển chỉ dẫn", "seen": "0",
}  # fmt: skip


def last_day(kind: str = "trade") -> Ground:
    """A fair whose last day it is, with rates of the day."""
    ground = new_ground()
    today = ground.fair.today
    with transaction():
        fair = db.session.get_one(Fair, ground.fair.id)
        fair.kind, fair.starts_on, fair.ends_on = kind, today - timedelta(days=2), today
        db.session.add(ExchangeRate(currency="USD", day=today, vnd=Decimal(25_000), source="mẫu"))
    change_state(ground.fair, FairState.RUNNING, by=SYSTEM)
    return ground


def exhibitor(ground: Ground, code: str, mail: str = "") -> Exhibitor:
    booking = ground.hold(code)
    with transaction():
        row = db.session.get_one(BoothBooking, booking.id)
        row.state, row.confirmed_at = BookingState.CONFIRMED, now()
        found = db.session.get_one(Exhibitor, row.exhibitor_id)
        found.contact_email = mail
    return found


def usd(amount: int) -> Money:
    return Money(amount * 100, "USD")


@pytest.mark.parametrize("kind", ["trade", "public"])
def test_an_exhibitor_answers_and_corrects(app: Flask, client: Client, kind: str) -> None:
    ground = last_day(kind)
    one = exhibitor(ground, "A-002")
    login(client, ground.user(of=one))
    client.get("/language/en")
    path = f"/my/{ground.fair.slug}/survey/{one.reference}"
    assert client.get(f"/my/{ground.fair.slug}/survey").headers["Location"] == path
    for name, bad, words in (
        ("overall", "", "Please fill this in"), ("overall", "9", "choose from the list"), ("signed", "-5", "5"),
        ("signed", "1.000.000.000.001", "orders"), ("expected", "nhiều", "number"), ("signed_count", "0", "how many"),
        ("leads", "-1", "Between"), ("signed", "1.234", "orders"),
    ):  # fmt: skip
        typed = {**TYPED, name: bad, **({"signed_count": "0"} if bad == "1.234" else {})}
        answer = client.submit(path, typed)
        assert (answer.status_code, words in answer.text, "Thêm biển chỉ dẫn" in answer.text) == (422, True, True), (
            name,
            bad,
        )
    assert client.submit(path, TYPED).status_code == 303
    row = db.session.scalars(select(ExitSurvey)).one()
    assert (row.signed, row.expected, row.usd_signed, row.usd_expected, row.source) == (
        Money(1_200_050, "USD"), Money(250_000_000, "VND"), 1_200_050, 1_000_000, "web",
    )  # fmt: skip
    assert client.submit(path, TYPED).status_code == 422  # shown before the first answer
    change = {**TYPED, "overall": "2", "seen": "1", "reason": "Khách hủy"}
    assert client.submit(path, change).status_code == 303
    [kept] = db.session.scalars(select(SurveyRevision)).all()
    assert (kept.number, kept.content["overall"], kept.reason) == (1, 4, "Khách hủy")
    assert "Khách hủy" in client.get(path).text
    entries = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "ExitSurvey")).all()
    assert list(entries) == ["surveys.answer", "surveys.correct"]
    report_fair(change_state(ground.fair, FairState.CLOSED, by=SYSTEM))
    with pytest.raises(SurveyClosed):
        answer_survey(one, SurveyDraft(5), by=SYSTEM, source="paper")
    assert client.submit(path, {**change, "seen": "2"}).status_code in (409, 422)
    assert db.session.scalars(select(ExitSurvey.overall)).one() == 2


def test_results_beside_verified_contracts(app: Flask, client: Client, new_client: Any) -> None:
    ground = last_day()
    fair = ground.fair
    first, second, third = (exhibitor(ground, code) for code in ("A-002", "A-003", "A-004"))
    answer_survey(first, SurveyDraft(5, 4, 3, 1, usd(1_000), usd(2_000), 10, "yes"), by=SYSTEM)
    answer_survey(second, SurveyDraft(2, expected=Money(500_000, "JPY"), comes_again="no"), by=SYSTEM, source="phone")
    found = results_of(fair)
    assert (found.asked, found.answered, found.missing, found.percent, found.area_percent) == (
        3, 2, 1, Decimal("66.7"), Decimal("66.7"),
    )  # fmt: skip
    assert (found.estimated, found.without_rate, found.scores["overall"].mean, found.again["no"]) == (
        usd(3_000), 1, Decimal("3.5"), 1,
    )  # fmt: skip
    with transaction():
        db.session.add(ExchangeRate(currency="JPY", day=fair.today, vnd=Decimal(175), source="mẫu"))
    assert (convert_missing(fair), results_of(fair).estimated) == (1, usd(6_500))
    organiser, leader = client, new_client()
    login(organiser, ground.user(Role.ORGANISER))
    login(leader, ground.user(Role.LEADERSHIP))
    base = f"/fairs/{fair.slug}/survey"
    for one in (organiser, leader):
        one.get("/language/en")
    page = leader.get(base).text
    assert ("$6,500.00" in page, "never added" in page, "/survey/answers" in page) == (True, True, False)
    assert [leader.get(f"{base}/{part}").status_code for part in ("answers", first.reference)] == [403, 403]
    missing = organiser.get(f"{base}/answers?answered=no").text
    assert (third.company.name in missing, first.company.name in missing) == (True, False)
    for odd in ("answered=x", "again=%00", "estimate=unrated", "q=%25%00", "sort=zz", "sort=-reference"):
        assert organiser.get(f"{base}/answers?{odd}").status_code == 200, odd
    (sheet,) = read_sheets(organiser.get(f"{base}/answers?format=xlsx").data)
    assert len(sheet) == 4
    typed = organiser.submit(f"{base}/{third.reference}", {**TYPED, "source": "paper"})
    assert (typed.status_code, db.session.scalars(select(ExitSurvey.source).order_by(ExitSurvey.id)).all()) == (
        303, ["web", "phone", "paper"],
    )  # fmt: skip
    assert organiser.get(f"{base}/{third.reference}").status_code == 200


def test_its_days(app: Flask, client: Client) -> None:
    ground = last_day()
    fair, one = ground.fair, exhibitor(ground, "A-002")
    assert (window_of(fair).opens_on, window_of(fair).closes_on) == (fair.ends_on, fair.ends_on + timedelta(days=14))
    for opens, closes, field in (
        (fair.starts_on - timedelta(days=1), None, "opens_on"), (None, fair.ends_on - timedelta(days=1), "closes_on"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as error:
            set_days(fair, opens, closes, by=SYSTEM)
        assert error.value.field == field
    login(client, ground.user(Role.ORGANISER))
    tomorrow = fair.today + timedelta(days=1)
    path = f"/fairs/{fair.slug}/survey/days"
    assert client.submit(path, {"opens_on": "x", "closes_on": ""}).status_code == 422
    assert client.submit(path, {"opens_on": tomorrow.isoformat(), "closes_on": ""}).status_code == 303
    with pytest.raises(SurveyClosed):
        answer_survey(one, SurveyDraft(5), by=SYSTEM)
    set_days(fair, fair.starts_on, fair.starts_on, by=SYSTEM)  # closed for exhibitors, not yet for paper
    with pytest.raises(SurveyClosed):
        answer_survey(one, SurveyDraft(5), by=SYSTEM)
    answer_survey(one, SurveyDraft(5), by=SYSTEM, source="paper")
    without = ground.exhibitor()
    with pytest.raises(SurveyClosed):
        answer_survey(without, SurveyDraft(5), by=SYSTEM, source="paper")


def test_mails_with_a_link_that_needs_no_account(app: Flask, client: Client, time_machine: Any) -> None:
    ground = last_day()
    fair = ground.fair
    one, other = exhibitor(ground, "A-002", "a@fairs.example"), exhibitor(ground, "A-003", "b@fairs.example")
    exhibitor(ground, "A-004")
    answer_survey(other, SurveyDraft(5), by=SYSTEM)

    def at(day: date, hour: int) -> int:
        time_machine.move_to(datetime.combine(day, time(hour), ZoneInfo(fair.time_zone)))
        return remind(fair)

    last = fair.ends_on
    sent = [
        at(last, 10), at(last, 15), at(last, 16), at(last + timedelta(days=1), 9), at(last + timedelta(days=3), 9),
        at(last + timedelta(days=4), 9), at(last + timedelta(days=13), 9), at(last + timedelta(days=15), 9),
    ]  # fmt: skip
    assert sent == [0, 1, 0, 0, 1, 0, 1, 0]
    mails = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "surveys/invitation")).all()
    assert {mail.recipient for mail in mails} == {"a@fairs.example"}
    found = re.search(r"/x/[\w-]+", mails[0].body)
    assert found is not None
    time_machine.move_to(datetime.combine(last + timedelta(days=2), time(9), ZoneInfo(fair.time_zone)))
    page = client.get(found[0])
    assert (page.status_code, one.company.name in page.text, page.headers["Referrer-Policy"]) == (
        200,
        True,
        "no-referrer",
    )
    assert db.session.scalar(select(func.count()).select_from(ExitSurvey)) == 1  # opening it changes nothing
    assert client.submit(found[0], {**TYPED, "overall": ""}).status_code == 422
    assert client.submit(found[0], TYPED).status_code == 303
    row = db.session.scalars(select(ExitSurvey).where(ExitSurvey.exhibitor_id == one.id)).one()
    assert row.source == "link"
    assert client.get("/x/nothing-here").status_code == 404
    assert at(last + timedelta(days=13), 9) == 0


def test_cards_with_codes(app: Flask, client: Client) -> None:
    ground = last_day()
    one = exhibitor(ground, "A-002")
    exhibitor(ground, "A-003")
    answer_survey(one, SurveyDraft(4), by=SYSTEM)
    login(client, ground.user(Role.FRONT_DESK))
    for _time in range(2):  # a second print brings new codes, those of the first stay good
        page = client.submit(f"/fairs/{ground.fair.slug}/survey/cards", {})
        assert (page.status_code, page.text.count('<svg class="qr"')) == (200, 1)
    assert db.session.scalar(select(func.count()).where(SurveyReminder.stage == "card")) == 1


def test_two_who_answer_at_once(real_app: Flask) -> None:
    with real_app.app_context():
        ground = last_day()
        one = exhibitor(ground, "A-002", "a@fairs.example").id

        def answer(mark: int) -> object:
            return answer_survey(db.session.get_one(Exhibitor, one), SurveyDraft(mark), by=SYSTEM, seen=0)

        assert at_once(real_app, [lambda: answer(1), lambda: answer(5)]) == {"done": 1, AnsweredMeanwhile.code: 1}
        db.session.expire_all()
        assert db.session.scalar(select(func.count()).select_from(ExitSurvey)) == 1


def test_strangers(app: Flask, client: Client) -> None:
    ground = last_day()
    one, other = exhibitor(ground, "A-002"), exhibitor(ground, "A-003")
    login(client, ground.user(of=other))
    path = f"/my/{ground.fair.slug}/survey/{one.reference}"
    assert (client.get(path).status_code, client.submit(path, TYPED).status_code) == (404, 404)
    assert client.get(f"/fairs/{ground.fair.slug}/survey").status_code == 403
    assert client.get(f"/fairs/{ground.fair.slug}/survey/{one.reference}").status_code == 403


def test_the_pages_cost_the_same_however_many_answer(app: Flask, client: Client) -> None:
    ground = last_day()
    login(client, ground.user(Role.ORGANISER))
    paths = [f"/fairs/{ground.fair.slug}/survey{part}" for part in ("", "/answers")]

    def cost(*codes: str) -> list[int]:
        for code in codes:
            answer_survey(exhibitor(ground, code), SurveyDraft(4), by=SYSTEM)
        found = []
        for path in paths:
            client.get(path)
            with counted_queries() as statements:
                assert client.get(path).status_code == 200
            found.append(len(statements))
        return found

    assert cost("A-002") == cost("A-003", "A-004")


def test_who_has_not_answered_is_awaited_by_those_who_type(app: Flask) -> None:
    found = unanswered_survey()
    for role in Role:
        shown = items_of(reader(found.fair, role), found.record)
        assert shown == (["survey-missing"] if role in TYPE_SURVEYS.roles else []), role
    found.act()
    assert items_of(reader(found.fair, Role.ADMIN), found.record) == []
