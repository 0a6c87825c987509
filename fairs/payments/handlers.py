"""What payments offers to messages, and the notice of money received."""

from __future__ import annotations

from typing import Any

from flask import current_app

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.messages.render import Attachment, register_renderer
from fairs.payments.queries import invoice_by_number


def attach_invoice(reference: Any) -> Attachment:
    """The invoice as an attachment; ``reference`` is its number, or ``[number, locale]`` for the reader's language."""
    number, locale = (reference, None) if isinstance(reference, str) else reference
    invoice = invoice_by_number(number)
    if invoice is None:
        raise NotFound
    fair = db.session.get_one(Fair, invoice.fair_id)
    locale = locale or ("vi" if invoice.company.is_domestic else "en")
    from fairs.payments.pdf import invoice_pdf  # heavy: loaded by who prints

    content = invoice_pdf(invoice, fair, current_app.extensions["fairs_config"], locale)
    return Attachment(f"{invoice.number}-{locale}.pdf", content, "application/pdf")


register_renderer("invoice", attach_invoice)
