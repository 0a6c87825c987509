"""Pages of reminders: the list, an invoice's history, calls, releases, the schedule, who sees what."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.dunning.models import DunningStep
from fairs.dunning.queries import schedule_of
from fairs.dunning.service import run_due
from fairs.dunning.states import StepKind
from fairs.payments.models import Invoice
from tests.factories.booths import Ground, new_ground
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def ground(app: Flask) -> Ground:
    return new_ground()


def signed_in(client: Client, ground: Ground, role: Role) -> Client:
    login(client, ground.user(role))
    client.get("/language/en")
    return client


def pass_days(app: Flask, clock: Any, ground: Ground, invoice: Invoice, *days: int) -> None:
    """The job runs on these days after the deposit was due."""
    for late in days:
        day = invoice.instalments[0].due_on + timedelta(days=late)
        clock.move_to(datetime.combine(day, time(9), ZoneInfo("Asia/Ho_Chi_Minh")))
        run_due(ground.fair, app.extensions["fairs_config"])


def invoice_of(booking: BoothBooking) -> Invoice:
    return db.session.get_one(Invoice, booking.invoice_id)


def step(kind: StepKind) -> DunningStep:
    return db.session.scalars(select(DunningStep).where(DunningStep.step == kind)).one()


def test_from_the_call_to_the_release(app: Flask, ground: Ground, client: Client, time_machine: Any) -> None:
    booking = ground.reserve()
    invoice = invoice_of(booking)
    pass_days(app, time_machine, ground, invoice, 3, 10, 14)
    signed_in(client, ground, Role.BOOTH_SALES)
    path = f"/fairs/{ground.fair.slug}/reminders"
    page = client.get(path).get_data(as_text=True)
    for said in (invoice.number, "14 days late", "Record the call"):
        assert said in page, said
    call = f"{path}/steps/{step(StepKind.CALL).id}"
    for wrong in ({}, {"outcome": "promised"}, {"outcome": "deferred"}, {"outcome": "promised", "until": "1999-01-01"}):
        assert client.submit(f"{call}/call", wrong).status_code == 422
    assert client.submit(f"{call}/call", {"outcome": "talked", "note": "chờ giám đốc"}).status_code == 303
    assert client.submit(f"{call}/call", {"outcome": "talked"}).status_code == 422  # somebody was faster
    pass_days(app, time_machine, ground, invoice, 21)
    release = f"{path}/steps/{step(StepKind.RELEASE).id}"
    shown = client.get(release).get_data(as_text=True)
    for said in (booking.reference, "chờ giám đốc", "Reminder", "Warning"):
        assert said in shown, said
    assert client.submit(f"{release}/defer", {"until": "x", "defer_reason": "y"}).status_code == 422
    until = (ground.fair.today + timedelta(days=2)).isoformat()
    assert client.submit(f"{release}/defer", {"until": until, "defer_reason": "xin thêm"}).status_code == 303
    assert client.submit(f"{release}/release", {"reason": ""}).status_code == 422
    assert client.submit(f"{release}/release", {"reason": "Quá hạn"}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(BoothBooking, booking.id).state is BookingState.CANCELLED
    assert "Booth released" in client.get(f"{path}/invoices/{invoice.number}").get_data(as_text=True)
    assert "Nothing is overdue" in client.get(path).get_data(as_text=True)


def test_the_schedule_is_set_and_refused_in_place(ground: Ground, client: Client) -> None:
    signed_in(client, ground, Role.FINANCE)
    path = f"/fairs/{ground.fair.slug}/reminders/settings"
    days = {"notice": "7", "reminder": "2", "warning": "9", "call": "", "release": "30"}
    for wrong in ({"warning": "2"}, {"reminder": "x"}, {"release": "", "auto_release": "y"}, {"notice": "0"}):
        answer = client.submit(path, {**days, **wrong})
        assert answer.status_code == 422
        assert 'value="30"' in answer.get_data(as_text=True) or "release" in wrong
    assert client.submit(path, {**days, "auto_release": "y"}).status_code == 303
    found = schedule_of(ground.fair.id)
    assert (found.notice, found.warning, found.call, found.release, found.auto_release) == (7, 9, None, 30, True)
    assert "released automatically" in client.get(f"/fairs/{ground.fair.slug}/reminders").get_data(as_text=True)


def test_the_list_costs_the_same_for_three(app: Flask, ground: Ground, client: Client, time_machine: Any) -> None:
    first = invoice_of(ground.reserve("A-001"))
    pass_days(app, time_machine, ground, first, -2)
    signed_in(client, ground, Role.FINANCE)
    path = f"/fairs/{ground.fair.slug}/reminders?view=all"

    def cost() -> int:
        client.get(path)
        with counted_queries() as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    one = cost()
    ground.reserve("A-002")
    ground.reserve("A-003")
    run_due(ground.fair, app.extensions["fairs_config"])
    assert cost() == one
    [sheet] = read_sheets(client.get(f"{path}&format=xlsx").data)
    assert len(sheet) == 7  # two payments of each invoice, and the heads


@pytest.mark.parametrize(
    ("role", "seen", "acts", "sets"),
    [(Role.BOOTH_SALES, 200, 404, 403), (Role.AUDITOR, 200, 403, 403), (Role.FRONT_DESK, 403, 403, 403)],
)
def test_who_sees_and_who_acts(ground: Ground, client: Client, role: Role, seen: int, acts: int, sets: int) -> None:
    signed_in(client, ground, role)
    path = f"/fairs/{ground.fair.slug}/reminders"
    assert client.get(path).status_code == seen
    assert client.get(f"{path}/steps/999999").status_code == acts
    assert client.get(f"{path}/settings").status_code == sets
