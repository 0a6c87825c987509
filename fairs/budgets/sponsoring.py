"""Sponsors: what they promise, the agreement, the invoices by which their money comes, what they give in kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.budgets.models import SponsorInstalment, Sponsorship
from fairs.budgets.sponsor_queries import SUBJECT
from fairs.budgets.states import SponsorState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from fairs.core.money import LARGEST, Money
from fairs.core.storage import Upload, discard, store_upload
from fairs.core.text import clean, one_line
from fairs.payments.credits import day_of_money
from fairs.payments.invoicing import InvoiceDraft, LineDraft, cancel_with_credit, issue_invoice
from fairs.payments.models import Invoice
from fairs.payments.numbers import document_number
from fairs.payments.states import InvoiceState

SERIES = "SP"
MOST_INSTALMENTS = 12


@dataclass(frozen=True, slots=True)
class SponsorDraft:
    """A promise as entered; ``instalments`` are days and amounts without VAT that add up to what is promised."""

    company_id: int
    package: str
    promised: Money
    in_kind: bool = False
    description: str = ""
    benefits: str = ""
    vat_percent: int = 0
    instalments: Sequence[tuple[date, Money]] = ()


def promise(fair: Fair, draft: SponsorDraft, *, by: Actor) -> Sponsorship:
    """Write down what a company promises. Raises InvalidInput."""
    with transaction():
        values = _checked(fair, draft)
        row = Sponsorship(
            number=document_number(fair.code, SERIES, day_of_money()), fair_id=fair.id, state=SponsorState.PROMISED,
            agreement_number="", ended_because="", instalments=_parts(draft), **values,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        record("budgets.sponsor", row, by=by, after={"number": row.number, "promised": row.promised})
        return row


def change_sponsor(sponsor: Sponsorship, draft: SponsorDraft, *, by: Actor) -> Sponsorship:
    """Another promise, as long as nothing was invoiced or received. Raises InvalidTransition, InvalidInput."""
    with transaction():
        row = _locked(sponsor)
        if row.state not in (SponsorState.PROMISED, SponsorState.AGREED):
            raise InvalidTransition
        values = _checked(db.session.get_one(Fair, row.fair_id), draft)
        before = {"promised": row.promised}
        for name, value in values.items():
            setattr(row, name, value)
        row.instalments[:] = _parts(draft)
        db.session.flush()
        record("budgets.change_sponsor", row, by=by, before=before, after={"promised": row.promised})
        return row


def _checked(fair: Fair, draft: SponsorDraft) -> dict[str, object]:
    if not draft.package.strip():
        raise InvalidInput(_l("Please fill this in."), field="package")
    if draft.promised.currency != fair.currency or not 0 < draft.promised.amount_minor <= LARGEST:
        raise InvalidInput(_l("Write an amount above zero."), field="promised")
    if draft.in_kind and not draft.description.strip():
        raise InvalidInput(_l("Say what is given."), field="description")
    if not 0 <= draft.vat_percent <= 20:
        raise InvalidInput(_l("Between %(min)s and %(max)s.", min=0, max=20), field="vat_percent")
    if not draft.in_kind:
        if not draft.instalments:
            raise InvalidInput(_l("Say by when the money is expected."), field="parts-0-due_on")
        if len(draft.instalments) > MOST_INSTALMENTS:
            raise InvalidInput(_l("At most %(count)s lines.", count=MOST_INSTALMENTS))
        if any(amount.amount_minor <= 0 for _day, amount in draft.instalments):
            raise InvalidInput(_l("Write an amount above zero."), field="parts-0-amount")
        if sum(amount.amount_minor for _day, amount in draft.instalments) != draft.promised.amount_minor:
            raise InvalidInput(_l("The instalments do not add up to what is promised."), field="promised")
    return {
        "company_id": draft.company_id, "package": one_line(draft.package)[:120], "in_kind": draft.in_kind,
        "description": one_line(draft.description)[:400], "benefits": clean(draft.benefits)[:4000],
        "promised_minor": draft.promised.amount_minor, "currency": fair.currency,
        "vat_percent": 0 if draft.in_kind else draft.vat_percent,
    }  # fmt: skip


def _parts(draft: SponsorDraft) -> list[SponsorInstalment]:
    if draft.in_kind:
        return []
    return [
        SponsorInstalment(due_on=day, amount_minor=amount.amount_minor, currency=amount.currency)
        for day, amount in draft.instalments
    ]


def agree(sponsor: Sponsorship, *, number: str, on: date, scan: Upload | None, by: Actor) -> Sponsorship:
    """The agreement is signed; the scan is judged by its content. Raises InvalidInput, InvalidTransition."""
    if not number.strip():
        raise InvalidInput(_l("Please fill this in."), field="agreement_number")
    if on > day_of_money():
        raise InvalidInput(_l("This day lies in the future."), field="agreed_on")
    with transaction():
        row = _locked(sponsor)
        row.move_to(SponsorState.AGREED)
        row.agreement_number, row.agreed_on = one_line(number)[:80], on
        if scan is not None:
            old, row.scan_id = row.scan, store_upload(scan, field="scan").id
            db.session.flush()
            if old is not None:
                discard(old)
            db.session.refresh(row, ["scan"])
        record("budgets.agree_sponsor", row, by=by, after={"number": row.agreement_number, "on": on})
        return row


def invoice_instalment(sponsor: Sponsorship, instalment_id: int, *, by: Actor) -> Invoice:
    """Ask a sponsor for an instalment by an invoice: from here its money comes as any other does.

    Raises NotFound, Conflict when it was asked for already, InvalidTransition before the agreement.
    """
    with transaction():
        fair, on = db.session.get_one(Fair, sponsor.fair_id), day_of_money()
        seen = db.session.get(SponsorInstalment, instalment_id)
        if seen is None or seen.sponsorship_id != sponsor.id:
            raise NotFound
        line = LineDraft(
            "sponsor", f"Tài trợ {fair.name_vi}: {sponsor.package}",
            f"Sponsorship of {fair.name_en or fair.name_vi}: {sponsor.package}", seen.amount, sponsor.vat_percent,
        )  # fmt: skip
        due = max(seen.due_on, on)
        draft = InvoiceDraft(fair.id, fair.code, sponsor.company_id, SUBJECT, sponsor.id, [line], 100, due, due, on)
        # Invoices and series of numbers before our row, as when money comes: the other order could deadlock. What turns out
        # not to be allowed is rolled back with its number.
        invoice = issue_invoice(draft, by=by)
        row = _locked(sponsor)
        if row.state not in (SponsorState.AGREED, SponsorState.INVOICED):
            raise InvalidTransition
        part = next((one for one in row.instalments if one.id == instalment_id), None)
        if part is None or part.amount_minor != seen.amount_minor:
            raise Conflict
        if part.invoice is not None and part.invoice.state is not InvoiceState.CANCELLED:
            raise Conflict(_l("There is an invoice for this instalment already."))
        part.invoice_id = invoice.id
        if row.state is SponsorState.AGREED:
            row.move_to(SponsorState.INVOICED)
        db.session.flush()
        db.session.refresh(part, ["invoice"])
        record("budgets.invoice_sponsor", row, by=by, after={"invoice": invoice.number, "total": invoice.total})
        return invoice


def note_money(sponsorship_id: int, *, by: Actor) -> None:
    """Money came for a sponsor's invoice: once all instalments are paid, all is received. Inside transaction()."""
    row = _locked(db.session.get_one(Sponsorship, sponsorship_id))
    paid = [part.invoice is not None and part.invoice.state is InvoiceState.PAID for part in row.instalments]
    if row.state is SponsorState.INVOICED and paid and all(paid):
        row.move_to(SponsorState.RECEIVED)
        row.received_on = day_of_money()
        record("budgets.sponsor_paid", row, by=by, after={"number": row.number})


def receive_in_kind(sponsor: Sponsorship, *, on: date, by: Actor) -> Sponsorship:
    """What was promised in kind is here. Raises InvalidTransition before the agreement, or for a promise of money."""
    if on > day_of_money():
        raise InvalidInput(_l("This day lies in the future."), field="received_on")
    with transaction():
        row = _locked(sponsor)
        if not row.in_kind:
            raise InvalidTransition
        row.move_to(SponsorState.RECEIVED)
        row.received_on = on
        record("budgets.receive_in_kind", row, by=by, after={"number": row.number, "value": row.promised})
        return row


def end_sponsor(sponsor: Sponsorship, *, reason: str, by: Actor) -> Sponsorship:
    """The promise falls through: invoices that are not paid in full end by a credit note, what came is owed back."""
    if not reason.strip():
        raise InvalidInput(_l("Please say why."), field="reason")
    with transaction():
        # Invoices are locked before our rows, as when money comes.
        for invoice in db.session.scalars(
            select(Invoice).where(Invoice.subject_type == SUBJECT, Invoice.subject_id == sponsor.id).order_by(Invoice.id)
        ):  # fmt: skip
            if invoice.state not in (InvoiceState.CANCELLED, InvoiceState.PAID):
                cancel_with_credit(invoice, by=by, reason=reason)
        row = _locked(sponsor)
        row.move_to(SponsorState.ENDED)
        row.ended_because = clean(reason)[:400]
        record("budgets.end_sponsor", row, by=by, after={"number": row.number, "reason": row.ended_because})
        return row


def _locked(sponsor: Sponsorship) -> Sponsorship:
    row = db.session.get_one(Sponsorship, sponsor.id, with_for_update=True, populate_existing=True)
    db.session.refresh(row, ["instalments"])
    return row
