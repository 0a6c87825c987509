"""Documents of money: a credit note by hand, and what was handed to the provider of e-invoices last month."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.money import Money
from fairs.payments.einvoice import Wanted, make_export
from fairs.payments.invoicing import LineDraft
from fairs.payments.models import Invoice
from fairs.payments.preview import issue_by_hand
from fairs.payments.states import InvoiceState


def load_money_documents(giftshow: Fair, souvenirs: Fair, users: dict[str, User]) -> None:
    """Two credit notes, one beyond what is still open, and one export for the provider."""
    finance = Actor(users["finance"].id, users["finance"].name)
    for state, share in ((InvoiceState.PARTLY_PAID, 10), (InvoiceState.PAID, 15)):
        query = select(Invoice).where(Invoice.fair_id == giftshow.id, Invoice.state == state)
        invoice = db.session.scalars(query.order_by(Invoice.id).offset(8).limit(1)).first()
        if invoice is None:
            continue
        line = invoice.lines[0]
        off = Money(line.net_minor, line.currency).share(share)
        draft = LineDraft(line.kind, line.text_vi, line.text_en, off, line.vat_percent)
        issue_by_hand(invoice, [draft], reason=f"Giảm {share}% do thay đổi vị trí lối đi", by=finance)
    last = souvenirs.today.replace(day=1) - timedelta(days=1)
    old = select(Invoice.id).where(Invoice.fair_id == souvenirs.id, Invoice.issued_on <= last, Invoice.total_minor > 0)
    if db.session.scalar(old.limit(1)) is not None:
        make_export(souvenirs, Wanted(last.replace(day=1), last), by=finance)
