"""Handing out money documents as PDF: invoice, deposit, balance, credit note, receipt."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g, request

from fairs.accounts.queries import matching_grant
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.i18n import LOCALES, current_locale
from fairs.directory.queries import is_member
from fairs.payments.models import CreditNote, Instalment, Invoice, Payment
from fairs.payments.permissions import VIEW_INVOICES


def require_own(company_id: int, fair_id: int) -> None:
    """A member of the company, or staff of the fair that sees its money; to everybody else there is nothing (NotFound)."""
    if matching_grant(g.grants, VIEW_INVOICES, fair_id) is None and not is_member(g.user.id, company_id):
        raise NotFound


def paper_of(subject: Invoice | CreditNote | Payment, part: Instalment | None = None) -> Response:
    """The document as PDF, in the reader's language or ``?lang=``; with ``part`` that instalment of the invoice."""
    asked = request.args.get("lang", "")
    locale = asked if asked in LOCALES else current_locale()
    content = content_of(subject, locale, part)
    response = Response(content, mimetype="application/pdf")
    number = part.number if part is not None else subject.number
    response.headers.set("Content-Disposition", "inline", filename=f"{number}-{locale}.pdf")
    return response


def content_of(subject: Invoice | CreditNote | Payment, locale: str, part: Instalment | None = None) -> bytes:
    """The bytes of the PDF."""
    from fairs.payments import pdf  # heavy: loaded by who prints

    fair = db.session.get_one(Fair, subject.fair_id)
    config: Any = current_app.extensions["fairs_config"]
    if isinstance(subject, CreditNote):
        return pdf.credit_note_pdf(subject, fair, config, locale)
    if isinstance(subject, Payment):
        return pdf.receipt_pdf(subject, fair, config, locale)
    if part is not None:
        return pdf.instalment_pdf(subject, part, fair, config, locale)
    return pdf.invoice_pdf(subject, fair, config, locale)


def instalment_of(invoice: Invoice, kind: str) -> Instalment:
    """The invoice's deposit or balance; raises NotFound."""
    found = next((part for part in invoice.instalments if part.kind == kind), None)
    if found is None:
        raise NotFound
    return found
