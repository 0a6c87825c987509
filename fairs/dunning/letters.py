"""The letters: what is open, until when, how to pay; the document of the deposit or balance with its VietQR code goes with them."""

from __future__ import annotations

from fairs.booths.notices import reader_locale
from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core.db import db
from fairs.core.i18n import format_date, format_money
from fairs.dunning.queries import Asked, can_release, exhibitor_of, schedule_of
from fairs.dunning.states import StepKind
from fairs.messages.service import Notice, send
from fairs.payments.transfer import transfer_for


def send_letter(fair: Fair, asked: Asked, step: StepKind, config: Config) -> int:
    """Write the letter of a step into the outbox; gives its id. Inside transaction()."""
    invoice, exhibitor = asked.invoice, exhibitor_of(asked.invoice)
    company = invoice.company
    locale = reader_locale(exhibitor) if exhibitor is not None else "vi" if company.is_domestic else "en"
    transfer = transfer_for(invoice, config, fair.today)
    releasable = can_release(fair, asked.part.instalment, asked.booking) and schedule_of(fair.id).release is not None
    message = send(
        Notice(
            template=f"dunning/{step}",
            name=(exhibitor.contact_name if exhibitor is not None else "") or company.name,
            email=(exhibitor.contact_email if exhibitor is not None else "") or company.email or None,
            locale=locale,
            fair_id=fair.id,
            attachments=[("instalment", [asked.part.instalment.number, locale])],
            context={
                "company": company.name,
                "fair_name": fair.name_vi if locale == "vi" else fair.name_en,
                "kind": asked.part.instalment.kind,
                "invoice": invoice.number,
                "document": asked.part.instalment.number,
                "amount": format_money(asked.part.open, locale),
                "due": format_date(asked.part.instalment.due_on, locale),
                "days_late": (fair.today - asked.part.instalment.due_on).days,
                "booth": asked.booking.booth.code if asked.booking is not None and releasable else "",
                "bank": transfer.bank if transfer is not None else "",
                "account": transfer.account if transfer is not None else "",
                "holder": transfer.holder if transfer is not None else "",
                "payment_reference": invoice.payment_reference,
                "has_code": transfer is not None and transfer.code is not None,
                "page": f"/my/invoices/{invoice.number}",
            },
        )
    )
    db.session.flush()
    return message.id
