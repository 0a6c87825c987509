"""What an exhibitor is told about a booking: in their language, by e-mail, or on paper when they have none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairs.accounts.queries import user_by_email
from fairs.booths.models import BoothBooking
from fairs.booths.pricing import Quote
from fairs.calendar.models import Fair
from fairs.core.i18n import format_date, format_money, format_number
from fairs.floorplans.events import BoothMove, BoothPlace
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
    booking: BoothBooking,
    context: dict[str, Any],
    attachments: Sequence[tuple[str, Any]] = (),
) -> None:
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
                "booth": booking.booth.code,
                "reference": booking.reference,
                "page": f"/my/{fair.slug}/booth/{exhibitor.reference}",
                **context,
            },
        )
    )


def tell_reserved(fair: Fair, booking: BoothBooking, invoice: Invoice, offer: Quote) -> None:
    """The booth is reserved: what to pay by when."""
    locale = reader_locale(booking)
    _send("reserved", fair, booking, {
        "invoice": invoice.number,
        "payment_reference": invoice.payment_reference,
        "total": format_money(offer.total, locale),
        "deposit": format_money(offer.deposit, locale),
        "deposit_due": format_date(offer.deposit_due_on, locale),
        "balance": format_money(offer.balance, locale),
        "balance_due": format_date(offer.balance_due_on, locale),
    }, attachments=[("invoice", [invoice.number, locale])])  # fmt: skip


def tell_confirmed(fair: Fair, booking: BoothBooking, invoice: Invoice | None) -> None:
    """The booth is confirmed: by the deposit, or by the decision on support."""
    locale = reader_locale(booking)
    _send("confirmed", fair, booking, {
        "decision": booking.decision_number,
        "support": format_money(booking.support, locale) if booking.support else "",
        "open_amount": format_money(invoice.open_amount, locale) if invoice is not None and invoice.open_amount else "",
        "starts_on": format_date(fair.starts_on, locale),
        "ends_on": format_date(fair.ends_on, locale),
    })  # fmt: skip


def tell_released(fair: Fair, booking: BoothBooking) -> None:
    """The booking was cancelled by the organiser, and why."""
    _send("released", fair, booking, {"reason": booking.end_reason})


def tell_moved(fair: Fair, booking: BoothBooking, move: BoothMove) -> None:
    """The booth stands elsewhere now: where it was and where it is. The booking stays as it is."""
    hall, locale = booking.booth.hall, reader_locale(booking)
    _send("moved", fair, booking, {
        "hall": hall.name_vi if locale == "vi" else hall.name_en,
        "before": _place(move.before, locale),
        "after": _place(move.after, locale),
        "plan": f"/f/{fair.slug}/plan?booth={booking.booth.code}",
    })  # fmt: skip


def _place(place: BoothPlace, locale: str) -> dict[str, str]:
    metres = {
        name: format_number(value / 100, locale)
        for name, value in (("x", place.x), ("y", place.y), ("w", place.w), ("h", place.h))
    }
    return {**metres, "beside": ", ".join(place.beside)}
