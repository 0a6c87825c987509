"""Asking for payments step by step: each once, a person calls and releases, money stops everything."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.booths.models import BoothBooking
from fairs.booths.moves import extend_booking
from fairs.booths.states import BookingState
from fairs.config import Config
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.dunning import service
from fairs.dunning.errors import DecidedMeanwhile, NotOverdue
from fairs.dunning.letters import send_letter
from fairs.dunning.models import DunningStep
from fairs.dunning.queries import asked_of_invoice
from fairs.dunning.schedule import Schedule
from fairs.dunning.service import CallDraft, defer, record_call, release, run_due, save_schedule
from fairs.dunning.states import Outcome, StepKind, StepState
from fairs.messages.models import OutboxMessage
from fairs.messages.render import render_attachment
from fairs.notes.models import Note
from fairs.payments.models import CreditNote, Invoice
from fairs.payments.service import ReceiptDraft, record_receipt
from fairs.payments.states import InvoiceState
from tests.factories.booths import Ground, new_ground

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class Late:
    """A reserved booth whose deposit does not come, and the days that pass."""

    def __init__(self, app: Flask, clock: Any) -> None:
        self.config: Config = app.extensions["fairs_config"]
        self.clock = clock
        self.ground: Ground = new_ground()
        self.fair = self.ground.fair
        exhibitor = self.ground.exhibitor(contact_email="owner@village.example")
        self.booking: BoothBooking = self.ground.reserve(exhibitor=exhibitor)
        self.invoice = db.session.get_one(Invoice, self.booking.invoice_id)
        self.deposit = self.invoice.instalments[0]
        user = self.ground.user(Role.BOOTH_SALES)
        self.by = Actor(user.id, user.name)

    def go(self, days_after_due: int) -> None:
        """It is so many days after the deposit's first day."""
        day = self.deposit.due_on + timedelta(days=days_after_due)
        self.clock.move_to(datetime.combine(day, time(9), ZONE))

    def on(self, days_after_due: int) -> list[str]:
        """What was begun up to then, by instalment kind and step, the job having run on that day."""
        self.go(days_after_due)
        run_due(self.fair, self.config)
        return self.steps()

    def steps(self) -> list[str]:
        own = select(DunningStep).where(DunningStep.instalment_id == self.deposit.id).order_by(DunningStep.id)
        return [str(one.step) for one in db.session.scalars(own)]

    def step(self, kind: StepKind) -> DunningStep:
        own = select(DunningStep).where(DunningStep.instalment_id == self.deposit.id, DunningStep.step == kind)
        return db.session.scalars(own.execution_options(populate_existing=True)).one()

    def day(self, days_after_due: int) -> date:
        return self.deposit.due_on + timedelta(days=days_after_due)

    def letters(self) -> list[str]:
        kinds = select(OutboxMessage.kind).where(OutboxMessage.kind.startswith("dunning/"))
        return list(db.session.scalars(kinds.order_by(OutboxMessage.id)))

    def pay(self, amount: int | None = None) -> None:
        sum_ = Money(amount or self.deposit.amount_minor, "VND")
        record_receipt(self.invoice, ReceiptDraft(sum_, self.fair.today, "cash"), by=SYSTEM)

    def released_by_plan(self) -> DunningStep:
        for days in (3, 10, 14):
            self.on(days)
        record_call(self.step(StepKind.CALL), CallDraft(Outcome.TALKED, "hẹn trả lời"), by=self.by)
        self.on(21)
        return self.step(StepKind.RELEASE)


@pytest.fixture
def late(app: Flask, time_machine: Any) -> Late:
    return Late(app, time_machine)


def test_the_whole_way_to_the_release(late: Late) -> None:
    assert late.on(-5) == ["notice"]
    assert late.on(2) == ["notice"]
    assert late.on(3) == ["notice", "reminder"]
    assert late.on(3) == ["notice", "reminder"]  # a second run sends nothing
    assert late.on(10)[-1] == "warning"
    assert late.on(14)[-1] == "call"
    assert late.letters() == ["dunning/notice", "dunning/reminder", "dunning/warning"]
    call = late.step(StepKind.CALL)
    assert call.state is StepState.OPEN
    assert late.on(30)[-1] == "call"  # nobody called yet: the booth is not proposed for release
    record_call(call, CallDraft(Outcome.WRONG_NUMBER, "số không có thật"), by=late.by)
    assert db.session.scalar(select(Note.text).where(Note.company_id == late.invoice.company_id)) is not None
    assert late.on(36)[-1] == "call"
    assert late.on(37)[-1] == "release"  # a week after the call, as the schedule sets them apart
    proposal = late.step(StepKind.RELEASE)
    with pytest.raises(InvalidInput):
        release(proposal, reason=" ", by=late.by)
    release(proposal, reason="Quá hạn đặt cọc", by=late.by)
    booking = db.session.get_one(BoothBooking, late.booking.id)
    assert (booking.state, late.invoice.state) == (BookingState.CANCELLED, InvoiceState.CANCELLED)
    assert db.session.scalar(select(func.count()).select_from(CreditNote)) == 1
    with pytest.raises(DecidedMeanwhile):
        release(proposal, reason="lần nữa", by=late.by)


def test_the_letter_says_what_is_open_and_brings_the_invoice(late: Late) -> None:
    late.on(10)
    letter = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "dunning/reminder")).one()
    assert letter.recipient == "owner@village.example"
    assert letter.locale == "vi"
    for said in (late.invoice.number, late.deposit.number, late.invoice.payment_reference, "/my/invoices/"):
        assert said in letter.body
    [[kind, reference]] = letter.attachments
    assert render_attachment(kind, reference).content.startswith(b"%PDF")


def test_who_is_late_already_is_asked_step_by_step(late: Late) -> None:
    assert late.on(40) == ["reminder"]
    assert late.on(46) == ["reminder"]
    assert late.on(47) == ["reminder", "warning"]
    assert late.on(51)[-1] == "call"


def test_a_promise_stops_everything_until_its_day_is_over(late: Late) -> None:
    for days in (3, 10, 14):
        late.on(days)
    call = late.step(StepKind.CALL)
    with pytest.raises(InvalidInput):
        record_call(call, CallDraft(Outcome.PROMISED), by=late.by)
    record_call(call, CallDraft(Outcome.NOT_REACHED, until=late.day(16)), by=late.by)
    assert (call.state, call.pause_until) == (StepState.OPEN, late.day(15))
    late.on(16)
    record_call(call, CallDraft(Outcome.PROMISED, until=late.day(30)), by=late.by)
    assert late.on(30)[-1] == "call"
    assert late.on(31)[-1] == "release"
    proposal = late.step(StepKind.RELEASE)
    defer(proposal, late.day(33), reason="Giám đốc xin thêm vài ngày", by=late.by)
    assert (proposal.state, proposal.outcome, proposal.pause_until) == (StepState.OPEN, Outcome.DEFERRED, late.day(33))


def test_money_stops_everything_and_comes_before_a_release(late: Late) -> None:
    proposal = late.released_by_plan()
    late.pay(1_000_000)
    assert late.step(StepKind.RELEASE).state is StepState.OPEN  # a part only
    late.pay(late.deposit.amount_minor - 1_000_000)
    assert late.step(StepKind.RELEASE).state is StepState.LAPSED
    with pytest.raises(DecidedMeanwhile):
        release(proposal, reason="quá hạn", by=late.by)
    assert db.session.get_one(BoothBooking, late.booking.id).state is BookingState.CONFIRMED
    before = late.steps()
    assert late.on(25) == before


def test_a_new_day_settles_what_waits_and_is_asked_for_again(late: Late) -> None:
    proposal = late.released_by_plan()
    extend_booking(late.booking, late.day(28), reason="Đề nghị gia hạn", by=late.by)
    with pytest.raises(NotOverdue):
        release(proposal, reason="quá hạn", by=late.by)
    run_due(late.fair, late.config)
    assert late.step(StepKind.RELEASE).state is StepState.LAPSED
    db.session.refresh(late.deposit)
    late.on(21)  # counted from the new day
    assert late.step(StepKind.RELEASE).state is StepState.OPEN


def test_booths_go_by_themselves_only_with_the_switch_on(late: Late) -> None:
    late.released_by_plan()
    run_due(late.fair, late.config)
    assert db.session.get_one(BoothBooking, late.booking.id).state is BookingState.RESERVED
    with pytest.raises(InvalidInput):
        save_schedule(late.fair, Schedule(reminder=None, warning=None, auto_release=True), by=late.by)
    with pytest.raises(InvalidInput):
        save_schedule(late.fair, Schedule(reminder=10, warning=10), by=late.by)
    save_schedule(late.fair, Schedule(auto_release=True), by=late.by)
    run_due(late.fair, late.config)
    assert db.session.get_one(BoothBooking, late.booking.id).state is BookingState.CANCELLED
    assert late.step(StepKind.RELEASE).outcome is Outcome.RELEASED_BY_ITSELF


def test_a_balance_is_reminded_and_called_about_but_its_booth_is_not_released(late: Late) -> None:
    late.pay()
    balance = late.invoice.instalments[1]
    save_schedule(late.fair, Schedule(notice=None), by=late.by)

    def on(days: int) -> str:
        moment = datetime.combine(balance.due_on + timedelta(days=days), time(9), ZONE)
        late.clock.move_to(moment)
        run_due(late.fair, late.config)
        [_deposit, asked] = asked_of_invoice(late.fair, late.invoice)
        return str(asked.last.step) if asked.last is not None else ""

    assert [on(days) for days in (0, 3, 10, 14)] == ["", "reminder", "warning", "call"]
    [_deposit, asked] = asked_of_invoice(late.fair, late.invoice)
    assert asked.waiting is not None
    until = late.fair.today + timedelta(days=2)
    record_call(asked.waiting, CallDraft(Outcome.PROMISED, until=until), by=late.by)
    assert on(16) == "call"
    assert asked_of_invoice(late.fair, late.invoice)[1].waiting is None
    on(17)  # the promise was not kept: call again, on the same row
    [_deposit, asked] = asked_of_invoice(late.fair, late.invoice)
    assert asked.waiting is not None
    assert asked.waiting.step is StepKind.CALL


def test_killed_between_two_letters_the_next_run_goes_on(late: Late, monkeypatch: pytest.MonkeyPatch) -> None:
    other = late.ground.reserve("A-004")
    second = db.session.get_one(Invoice, other.invoice_id)
    sent: list[int] = []

    def dies(*arguments: Any) -> int:
        if sent:
            raise SystemExit("killed")
        sent.append(send_letter(*arguments))
        return sent[0]

    late.go(3)
    with monkeypatch.context() as patch:
        patch.setattr(service, "send_letter", dies)
        with pytest.raises(SystemExit):
            run_due(late.fair, late.config)
    assert len(late.letters()) == 1
    run_due(late.fair, late.config)
    assert late.letters() == ["dunning/reminder"] * 2
    asked_for = select(DunningStep.invoice_id).order_by(DunningStep.id)
    assert list(db.session.scalars(asked_for)) == [late.invoice.id, second.id]
