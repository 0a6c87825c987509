"""The files that an exhibitor's slip offers: the invoice of the booth. It is told here because all layers are below."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from fairs.booths.queries import current_booking
from fairs.core.db import db
from fairs.directory.slips import SlipDocument
from fairs.exhibitors.journey import register_documents
from fairs.exhibitors.models import Exhibitor
from fairs.payments.models import Invoice
from fairs.payments.states import InvoiceState


def exhibitor_documents(exhibitor: Exhibitor) -> Sequence[SlipDocument]:
    """The invoice of the present booking, where there is one."""
    booking = current_booking(exhibitor.id)
    invoice = db.session.get(Invoice, booking.invoice_id) if booking is not None and booking.invoice_id else None
    if invoice is None or invoice.state is InvoiceState.CANCELLED:
        return []
    return [SlipDocument(_("Invoice %(number)s", number=invoice.number), "invoice", invoice.number)]


register_documents(exhibitor_documents)
