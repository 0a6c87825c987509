"""Money that comes stops everything, and so does the end of an invoice."""

from __future__ import annotations

from sqlalchemy import select

from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.dunning.models import DunningStep
from fairs.dunning.service import lapse
from fairs.dunning.states import StepState
from fairs.payments.credits import day_of_money
from fairs.payments.events import InvoiceCancelled, MoneyReceived
from fairs.payments.models import Invoice
from fairs.payments.queries import coverage


def _lapse_of(invoice_id: int, by: Actor, *, only_paid: bool) -> None:
    waiting = select(DunningStep).where(DunningStep.invoice_id == invoice_id, DunningStep.state == StepState.OPEN)
    steps = db.session.scalars(waiting.with_for_update()).all()
    if not steps:
        return
    paid = {
        part.instalment.id
        for part in coverage(db.session.get_one(Invoice, invoice_id), day_of_money())
        if part.is_paid or not only_paid
    }
    for step in steps:
        if step.instalment_id in paid:
            lapse(step, by=by)


@subscribe(MoneyReceived)
def stop_on_money(event: MoneyReceived) -> None:
    """Calls and proposals for an instalment that is paid now are not needed any more."""
    _lapse_of(event.invoice_id, event.by, only_paid=True)


@subscribe(InvoiceCancelled)
def stop_on_end(event: InvoiceCancelled) -> None:
    """Nobody asks for an invoice that has ended."""
    _lapse_of(event.invoice_id, event.by, only_paid=False)
