"""What an exhibitor is told about a booking: in their language, by e-mail, or on paper when they have none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from fairs.accounts.queries import user_by_email
from fairs.booths.models import BoothBooking
from fairs.booths.pricing import Quote
from fairs.calendar.models import Fair
from fairs.core.i18n import format_date, format_money
from fairs.core.money import Money
from fairs.messages.service import Notice, send
from fairs.payments.models import Invoice


def reader_locale(booking: BoothBooking) -> str:
    """The exhibitor's language: of the contact's account, else Vietnamese for domestic companies and English for others."""
    exhibitor = booking.exhibitor
    user = user_by_email(exhibitor.contact_email) if exhibitor.contact_email else None
    if user is not None and user.locale:
        return user.locale
    return "vi" if exhibitor.company.is_domestic else "en"


def _send(
    template: str,
    fair: Fair,
    bookings: Sequence[BoothBooking],
    context: dict[str, Any],
    attachments: Sequence[tuple[str, Any]] = (),
) -> None:
    booking = bookings[0]
    exhibitor, locale = booking.exhibitor, reader_locale(booking)
    send(
        Notice(
            template=f"booths/{template}",
            name=exhibitor.contact_name or exhibitor.company.name,
            email=exhibitor.contact_email or exhibitor.company.email or None,
            locale=locale,
            fair_id=fair.id,
            attachments=attachments,
            context={
                "company": exhibitor.company.name,
                "fair_name": fair.name_vi if locale == "vi" else fair.name_en,
                "booth": ", ".join(one.booth.code for one in bookings),
                "reference": booking.reference,
                "page": f"/my/{fair.slug}/booth/{exhibitor.reference}",
                **context,
            },
        )
    )


def tell_reserved(fair: Fair, bookings: Sequence[BoothBooking], invoice: Invoice, offer: Quote) -> None:
    """The booth is reserved: what to pay by when."""
    locale = reader_locale(bookings[0])
    _send("reserved", fair, bookings, {
        "invoice": invoice.number,
        "payment_reference": invoice.payment_reference,
        "total": format_money(offer.total, locale),
        "deposit": format_money(offer.deposit, locale),
        "deposit_due": format_date(offer.deposit_due_on, locale),
        "balance": format_money(offer.balance, locale),
        "balance_due": format_date(offer.balance_due_on, locale),
    }, attachments=[("invoice", [invoice.number, locale])])  # fmt: skip


def tell_confirmed(fair: Fair, bookings: Sequence[BoothBooking], invoice: Invoice | None) -> None:
    """The booth is confirmed: by the deposit, or by the decision on support."""
    booking, locale = bookings[0], reader_locale(bookings[0])
    _send("confirmed", fair, bookings, {
        "decision": booking.decision_number,
        "support": _support(bookings, locale),
        "open_amount": format_money(invoice.open_amount, locale) if invoice is not None and invoice.open_amount else "",
        "starts_on": format_date(fair.starts_on, locale),
        "ends_on": format_date(fair.ends_on, locale),
    })  # fmt: skip


def tell_released(fair: Fair, bookings: Sequence[BoothBooking]) -> None:
    """The booking was cancelled by the organiser, and why."""
    _send("released", fair, bookings, {"reason": bookings[0].end_reason})


def _support(bookings: Sequence[BoothBooking], locale: str) -> str:
    waived = Money(sum(one.support_minor for one in bookings), bookings[0].currency)
    return format_money(waived, locale) if waived else ""


def tell_offered(fair: Fair, bookings: Sequence[BoothBooking], offer: Quote) -> None:
    """Booths are offered: what they cost, until when to accept."""
    locale, until = reader_locale(bookings[0]), bookings[0].hold_until
    moment = until.astimezone(ZoneInfo(fair.time_zone)) if until is not None else None
    _send("offered", fair, bookings, {
        "until": f"{moment:%H:%M}, {format_date(moment.date(), locale)}" if moment is not None else "",
        "total": format_money(offer.total, locale),
        "origin": bookings[0].origin,
    })  # fmt: skip
