"""Money that comes for a booth that was lost: the booth comes back while it is free, else the money is owed back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from fairs.audit.service import record
from fairs.booths.models import BoothBooking, BoothWithdrawal
from fairs.booths.notices import tell_lost, tell_reserved
from fairs.booths.pricing import PriceLine, Quote, due_days
from fairs.booths.queries import nearest_free
from fairs.booths.rows import expire_overdue, locked_booths
from fairs.booths.service import invoice_for, settle_state
from fairs.booths.states import LIVE, BookingState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db
from fairs.core.sequences import next_reference
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.payments.credits import apply_credit, credit_late_money
from fairs.payments.events import MoneyCameLate
from fairs.payments.models import Invoice
from fairs.payments.states import InvoiceState
from fairs.payments.vat import vat_of


def invoices_of_booking(booking_id: int) -> set[int]:
    """The invoices of a booking and of those that it is one with."""
    ids = (BoothBooking.id == booking_id) | (BoothBooking.bundle_id == booking_id)
    return {one for one in db.session.scalars(select(BoothBooking.invoice_id).where(ids)) if one is not None}


def use_late_money(event: MoneyCameLate) -> None:
    """Put money for a cancelled invoice to use. Inside the transaction of the receipt, which holds the invoice.

    Where the booking lives on under another invoice (it was moved), that one is paid. Where it ended, it is made anew at
    the price of old while its booths are free and the exhibitor has no other. Else the money is a credit, and the exhibitor
    reads which booths are free.
    """
    ids = (BoothBooking.id == event.subject_id) | (BoothBooking.bundle_id == event.subject_id)
    rows = db.session.scalars(select(BoothBooking).where(ids).order_by(BoothBooking.id)).all()
    if not rows:
        return
    fair = db.session.get_one(Fair, rows[0].fair_id)
    current = db.session.get(Invoice, rows[0].invoice_id) if rows[0].invoice_id else None
    if rows[0].state in LIVE and current is not None and current.id != event.invoice_id:
        current = db.session.get_one(Invoice, current.id, with_for_update=MINE, populate_existing=True)
        if current.state not in {InvoiceState.CANCELLED, InvoiceState.WAIVED} and (
            current.currency,
            current.company_id,
        ) == (event.amount.currency, event.company_id):
            credit = credit_late_money(event, reason=f"→ {current.number}")
            apply_credit(credit, current, on=fair.today, by=event.by)
        return
    if current is None or current.id != event.invoice_id:
        return  # a further invoice of the booking: nothing to bring back
    made = _bring_back(fair, rows, current, event.by)
    if not made:
        credit_late_money(event, reason=current.note)
        tell_lost(fair, rows, event.amount, [booth.code for booth in nearest_free(rows[0].booth)])
        return
    invoice = db.session.get_one(Invoice, made[0].invoice_id)
    credit = credit_late_money(event, reason=f"→ {invoice.number}")
    apply_credit(credit, invoice, on=fair.today, by=event.by)


def _bring_back(fair: Fair, rows: Sequence[BoothBooking], old: Invoice, by: Actor) -> list[BoothBooking]:
    exhibitor = db.session.get_one(Exhibitor, rows[0].exhibitor_id, with_for_update=MINE, populate_existing=True)
    booths = locked_booths([row.booth_id for row in rows])
    wanted = [booth.id for booth in booths]
    expire_overdue(BoothBooking.booth_id.in_(wanted) | (BoothBooking.exhibitor_id == exhibitor.id))
    taken = select(BoothBooking.id).where(
        BoothBooking.state.in_(LIVE), BoothBooking.booth_id.in_(wanted) | (BoothBooking.exhibitor_id == exhibitor.id)
    )
    withdrawn = select(BoothWithdrawal.id).where(BoothWithdrawal.booking_id == rows[0].lead_id)
    if (
        fair.is_over
        or exhibitor.state is not ExhibitorState.ACCEPTED
        or any(booth.is_blocked for booth in booths)
        or db.session.scalar(taken.limit(1)) is not None
        or db.session.scalar(withdrawn.limit(1)) is not None
    ):
        return []
    made = [
        BoothBooking(
            fair_id=fair.id, booth_id=row.booth_id, exhibitor_id=exhibitor.id, origin=row.origin,
            reference=next_reference(fair.code, "B"), state=BookingState.HELD, price_minor=row.price_minor,
            support_minor=row.support_minor, currency=row.currency, decision_number=row.decision_number,
            fascia_name=row.fascia_name, fascia_check=row.fascia_check, terms_accepted_at=row.terms_accepted_at or now(),
        )
        for row in rows
    ]  # fmt: skip
    db.session.add_all(made)
    db.session.flush()
    lines = tuple(PriceLine(line.kind, line.text_vi, line.text_en, line.net, line.vat_percent) for line in old.lines)
    offer = Quote(lines, old.currency, vat_of(fair, "booth"), fair.deposit_percent, *due_days(fair))
    for one in made:
        one.bundle_id = made[0].id if len(made) > 1 else None
        settle_state(one, offer)
    invoice = invoice_for(fair, made, offer, by)
    for one, before in zip(made, rows, strict=True):
        record(
            "booths.reinstate",
            one,
            by=by,
            after={"booth": one.booth.code, "invoice": invoice.number, "instead": before.reference},
        )
    tell_reserved(fair, made, invoice, offer)
    return made
