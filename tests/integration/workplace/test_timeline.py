"""The timeline of a fair: every date with its state by the records; what is done on paper is recorded and taken back."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.calendar.errors import AlreadyRecorded
from fairs.calendar.milestones import KEYS, MilestoneDraft, record_milestone
from fairs.calendar.models import Fair, Milestone
from fairs.calendar.states import FairState
from fairs.claims.service import open_claim
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.exhibitors.states import ExhibitorState
from fairs.hosting.service import confirm_hosting, put_on_reserve
from fairs.payments.models import Invoice
from fairs.payments.service import ReceiptDraft, record_receipt
from fairs.workplace.queries import dates
from fairs.workplace.rules import BY_KEY, RULES
from fairs.workplace.states import DateState
from fairs.workplace.timeline import PROOFS, late_milestones, next_dates, timeline
from tests.factories.booths import new_ground
from tests.factories.hosting import hosting_place
from tests.factories.people import make_fair
from tests.integration.calendar.test_rescheduling import by, move
from tests.support.client import Client, login
from tests.support.queries import counted_queries


def states(fair: Fair) -> dict[str, tuple[date, DateState]]:
    """Each date by its rule's key."""
    return {item.rule.key: (item.day, item.state) for item in timeline(fair)}


def test_every_rule_can_be_judged() -> None:
    assert {rule.proof for rule in RULES} == {*PROOFS, "milestone", "day"}
    assert {rule.key for rule in RULES if rule.proof in {"milestone", "report"}} == KEYS
    assert len(BY_KEY) == len(RULES)


def test_dates_follow_the_rules_and_the_records(app: Flask) -> None:
    ground = new_ground()
    fair, today = ground.fair, ground.fair.today
    found = states(fair)
    assert found["permit"] == (fair.starts_on - timedelta(days=30), DateState.DUE)
    assert found["plan"] == (fair.starts_on - timedelta(days=60), DateState.LATE)
    assert found["report"] == (fair.ends_on + timedelta(days=30), DateState.AHEAD)
    assert found["booking_opens"][1] is DateState.DONE and found["opening"] == (fair.starts_on, DateState.AHEAD)
    assert [item.rule.key for item in late_milestones(fair)] == ["plan"]
    assert "deposits" not in found

    booking = ground.reserve()
    invoice = db.session.get_one(Invoice, booking.invoice_id)
    assert states(fair)["deposits"] == (booking.deposit_due_on, DateState.DUE)
    late = ground.exhibitor(state=ExhibitorState.SUBMITTED, decide_by=today - timedelta(days=1))
    assert states(fair)["decisions"] == (late.decide_by, DateState.LATE)
    assert [item.rule.key for item in next_dates(fair)] == ["plan", "decisions", "deposits"]
    assert [ahead.is_late for ahead in dates(fair)][:3] == [True, True, False]
    record_receipt(invoice, ReceiptDraft(Money(invoice.total_minor, "VND"), today, "transfer", "FT9"), by=SYSTEM)
    assert "deposits" not in states(fair) and states(fair)["balance"][1] is DateState.DONE


def test_two_weeks_later_every_date_is_two_weeks_later(demo: Flask) -> None:
    fair = db.session.scalars(select(Fair).where(Fair.state == FairState.BOOKING_OPEN)).one()
    before = states(fair)
    move(fair, by(fair, 14))
    after = states(fair)
    assert before.keys() == after.keys()
    overdue = {
        key for key, (day, _) in before.items() if key in {"decisions", "importers", "deposits"} and day < fair.today
    }
    for key, (day, _) in before.items():
        assert after[key][0] == (day if key in overdue and after[key][0] == day else day + timedelta(days=14)), key


def test_a_finished_year_has_nothing_open_and_a_cancelled_fair_drops_the_rest(demo: Flask) -> None:
    giftshow = db.session.scalars(select(Fair).where(Fair.slug == "giftshow-2020")).one()
    assert {item.state for item in timeline(giftshow)} <= {DateState.DONE, DateState.PAST}
    cancelled = make_fair("TLC", FairState.CANCELLED)
    assert {item.state for item in timeline(cancelled)} <= {DateState.DONE, DateState.PAST, DateState.DROPPED}
    assert late_milestones(cancelled) == [] == next_dates(cancelled, days=1000)


def test_what_is_on_paper_is_recorded_shown_and_taken_back(app: Flask, client: Client) -> None:
    ground = new_ground()
    fair = ground.fair
    page = f"/fairs/{fair.slug}/timeline"
    login(client, ground.user(Role.ORGANISER))
    form = {"done_on": fair.today.isoformat(), "number": "1203/SCT-QLTM", "note": "Bản gốc ở văn thư"}
    future = {**form, "done_on": (fair.today + timedelta(days=1)).isoformat()}
    for wrong, field in (({**form, "done_on": ""}, "done_on"), (future, "done_on"), ({**form, "number": "x" * 61}, "number"),
                         ({**form, "done_on": "1991-01-01"}, "done_on")):  # fmt: skip
        answer = client.submit(f"{page}/plan", wrong)
        assert answer.status_code == 422 and f'id="{field}-error"' in answer.text and "Bản gốc ở văn thư" in answer.text
    scan = {"scan": (BytesIO(b"%PDF-1.4\n%%EOF"), "phep.pdf")}
    assert client.submit(f"{page}/plan", {**form, **scan}, content_type="multipart/form-data").status_code == 303
    shown = client.get(page).text
    assert "1203/SCT-QLTM" in shown and f"{page}/plan/scan" in shown
    assert client.get(f"{page}/plan/scan").data.startswith(b"%PDF")
    assert states(fair)["plan"][1] is DateState.DONE
    assert client.submit(f"{page}/plan", form).status_code == 422  # recorded before
    with pytest.raises(AlreadyRecorded):
        record_milestone(fair, "plan", MilestoneDraft(fair.today), by=SYSTEM)
    with pytest.raises(NotFound):
        record_milestone(fair, "opening", MilestoneDraft(fair.today), by=SYSTEM)
    with pytest.raises(InvalidInput):
        record_milestone(fair, "permit", MilestoneDraft(fair.today + timedelta(days=1)), by=SYSTEM)
    assert client.get(f"{page}/opening").status_code == 404 == client.get(f"{page}/permit/scan").status_code

    login(client, ground.user(Role.DEALS))
    assert client.get(f"{page}/plan").status_code == 404 == client.submit(f"{page}/plan/take-back").status_code
    assert client.get(f"{page}/follow_up_3").status_code == 200
    login(client, ground.user(Role.FINANCE))
    assert client.get(page).status_code == 200 and client.get(f"{page}/permit").status_code == 403
    login(client, ground.user())
    assert client.get(page).status_code == 403

    login(client, ground.user(Role.ORGANISER))
    assert client.submit(f"{page}/plan/take-back").status_code == 303
    assert client.submit(f"{page}/plan/take-back").status_code == 404
    db.session.expire_all()
    assert db.session.scalars(select(Milestone)).all() == [] and states(fair)["plan"][1] is DateState.LATE
    kept = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.contains("milestone"))).all()
    assert sorted(kept) == ["calendar.record_milestone", "calendar.take_back_milestone"]


def test_the_page_costs_the_same_however_full_the_fair_is(app: Flask, client: Client) -> None:
    ground = new_ground()
    login(client, ground.user(Role.ORGANISER))
    page, counts = f"/fairs/{ground.fair.slug}/timeline", []
    for number in (1, 3):
        for _ in range(number):
            ground.reserve(f"A-{ground.count + 1:03d}")
            ground.exhibitor(state=ExhibitorState.SUBMITTED)
        record_milestone(ground.fair, ["permit", "plan"][number > 1], MilestoneDraft(ground.fair.today), by=SYSTEM)
        client.get(page)
        with counted_queries() as statements:
            assert client.get(page).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    for query in ("?state=late", "?owner=finance", "?state=nonsense", "?owner=%00", "?state=late&owner=deals"):
        assert client.get(page + query).status_code == 200


def test_the_dates_of_support_follow_its_records(app: Flask) -> None:
    place = hosting_place(apply_by=None, decide_by=None, reply_days=10)
    fair = place.fair
    assert {"hosting_apply", "hosting_decide", "hosting_reply", "reserve", "claims_paid", "papers"}.isdisjoint(
        states(fair)
    )
    waiting = place.applied()
    decide = fair.starts_on - timedelta(days=30)
    assert states(fair)["hosting_decide"][0] == decide
    put_on_reserve(waiting, by=place.first)
    row = place.granted()
    open_claim(row)
    found = {item.rule.key: item for item in timeline(fair)}
    assert found["hosting_decide"].state is DateState.DONE
    assert found["reserve"].day == fair.starts_on - timedelta(days=11)
    assert "1" in found["reserve"].detail and "1" in found["hosting_reply"].detail
    assert found["claims_paid"].day == fair.ends_on + timedelta(days=40)
    assert found["papers"].day == fair.ends_on + timedelta(days=70)
    assert states(fair)["hosting_reply"][0] == fair.starts_on - timedelta(days=1)
    confirm_hosting(row, by=SYSTEM)
    assert states(fair)["hosting_reply"][1] is DateState.DONE
    hosting_place(at=place.reception, apply_by=decide, decide_by=decide, reply_days=10)
    assert states(fair)["hosting_apply"][0] == decide
