"""Deposits that do not come: one at each step of the reminders, one promised, one proposed for release."""

from __future__ import annotations

from datetime import date, time, timedelta

from flask import current_app
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.booths.models import BoothBooking
from fairs.booths.service import SUBJECT
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import set_to
from fairs.core.db import db
from fairs.dunning.models import DunningStep
from fairs.dunning.schedule import Schedule
from fairs.dunning.service import CallDraft, record_call, take_step
from fairs.dunning.states import Outcome, StepKind
from fairs.payments.models import Instalment, Invoice
from fairs.payments.queries import OWED

_SCHEDULE = Schedule()
#: How many days late each deposit is, and what came of the call, if there was one.
_CASES: tuple[tuple[int, Outcome | None], ...] = (
    (4, None), (11, None), (15, None), (16, Outcome.PROMISED), (23, Outcome.TALKED),
)  # fmt: skip


def load_reminders(fair: Fair, users: dict[str, User]) -> None:
    """What the job would have done on the days that have passed, for a few deposits."""
    sales = Actor(users["sales"].id, users["sales"].name)
    rows = db.session.execute(
        select(BoothBooking, Invoice, Instalment)
        .join(Invoice, Invoice.id == BoothBooking.invoice_id)
        .join(Instalment, Instalment.invoice_id == Invoice.id)
        .where(
            BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.RESERVED, Invoice.subject_type == SUBJECT,
            BoothBooking.bundle_id.is_(None), Invoice.state.in_(OWED), Invoice.received_minor == 0,
            Instalment.kind == "deposit",
        )
        .order_by(Instalment.due_on, BoothBooking.id)
        .limit(len(_CASES))
    ).all()  # fmt: skip
    for (booking, invoice, deposit), (late, outcome) in zip(rows, _CASES, strict=False):
        due = fair.today - timedelta(days=late)
        booking.deposit_due_on = deposit.due_on = due
        invoice.issued_on = deposit.issued_on = due - timedelta(days=fair.deposit_days)
        db.session.flush()
        _ask(fair, deposit, due, outcome, sales)


def _ask(fair: Fair, deposit: Instalment, due: date, outcome: Outcome | None, by: Actor) -> None:
    config = current_app.extensions["fairs_config"]
    for step in (StepKind.REMINDER, StepKind.WARNING, StepKind.CALL, StepKind.RELEASE):
        day = due + timedelta(days=_SCHEDULE.days(step) or 0)
        if day > fair.today:
            return
        with set_to(fair.at(day, time(9, 20))):
            take_step(deposit.id, config)
            if step is StepKind.CALL and outcome is not None:
                until = fair.today + timedelta(days=5) if outcome is Outcome.PROMISED else None
                draft = CallDraft(outcome, "Chị kế toán đang chờ giám đốc ký lệnh chuyển tiền.", until)
                record_call(_call_of(deposit), draft, by=by)


def _call_of(deposit: Instalment) -> DunningStep:
    own = select(DunningStep).where(DunningStep.instalment_id == deposit.id, DunningStep.step == StepKind.CALL)
    return db.session.scalars(own).one()
