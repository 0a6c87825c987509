"""What an exhibitor is told about a booking: in their language, by e-mail, or on paper when they have none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from fairs.accounts.queries import user_by_email
from fairs.booths.models import BoothBooking
from fairs.booths.pricing import Quote
from fairs.calendar.models import Fair
from fairs.core.i18n import format_date, format_money, format_number
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.events import BoothMove, BoothPlace
from fairs.messages.service import Notice, send
from fairs.payments.models import Invoice


def reader_locale(exhibitor: Exhibitor) -> str:
    """The exhibitor's language: of the contact's account, else Vietnamese for domestic companies and English for others."""
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
    to: Exhibitor | None = None,
) -> None:
    booking = bookings[0]
    exhibitor = to or booking.exhibitor
    locale = reader_locale(exhibitor)
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
    locale = reader_locale(bookings[0].exhibitor)
    _send("reserved", fair, bookings, {
        "invoice": invoice.number,
        "payment_reference": invoice.payment_reference,
        "total": format_money(offer.total, locale),
        "deposit": format_money(offer.deposit, locale),
        "deposit_due": format_date(offer.deposit_due_on, locale),
        "balance": format_money(offer.balance, locale),
        "balance_due": format_date(offer.balance_due_on, locale),
    }, attachments=[("invoice", [invoice.number, locale]), *_part_of(invoice, 0, locale)])  # fmt: skip


def _part_of(invoice: Invoice, place: int, locale: str) -> list[tuple[str, Any]]:
    """The document of the deposit (0) or the balance (1), where an invoice is paid in two."""
    parts = invoice.instalments
    return [("instalment", [parts[place].number, locale])] if len(parts) > 1 else []


def tell_confirmed(fair: Fair, bookings: Sequence[BoothBooking], invoice: Invoice | None) -> None:
    """The booth is confirmed: by the deposit, or by the decision on support."""
    booking, locale = bookings[0], reader_locale(bookings[0].exhibitor)
    _send("confirmed", fair, bookings, {
        "decision": booking.decision_number,
        "support": _support(bookings, locale),
        "open_amount": format_money(invoice.open_amount, locale) if invoice is not None and invoice.open_amount else "",
        "starts_on": format_date(fair.starts_on, locale),
        "ends_on": format_date(fair.ends_on, locale),
    }, attachments=_part_of(invoice, 1, locale) if invoice is not None and invoice.open_amount else [])  # fmt: skip


def tell_released(fair: Fair, bookings: Sequence[BoothBooking]) -> None:
    """The booking was cancelled by the organiser, and why."""
    _send("released", fair, bookings, {"reason": bookings[0].end_reason})


def _support(bookings: Sequence[BoothBooking], locale: str) -> str:
    waived = Money(sum(one.support_minor for one in bookings), bookings[0].currency)
    return format_money(waived, locale) if waived else ""


def tell_offered(fair: Fair, bookings: Sequence[BoothBooking], offer: Quote) -> None:
    """Booths are offered: what they cost, until when to accept."""
    locale, until = reader_locale(bookings[0].exhibitor), bookings[0].hold_until
    moment = until.astimezone(ZoneInfo(fair.time_zone)) if until is not None else None
    _send("offered", fair, bookings, {
        "until": f"{moment:%H:%M}, {format_date(moment.date(), locale)}" if moment is not None else "",
        "total": format_money(offer.total, locale),
        "origin": bookings[0].origin,
    })  # fmt: skip


def tell_extended(fair: Fair, bookings: Sequence[BoothBooking], until: date, reason: str) -> None:
    """There is more time: to accept an offer, or to pay the deposit."""
    locale = reader_locale(bookings[0].exhibitor)
    _send("extended", fair, bookings, {
        "until": format_date(until, locale), "held": bookings[0].state == "held", "reason": reason,
    })  # fmt: skip


def tell_other_booth(
    fair: Fair, bookings: Sequence[BoothBooking], before: str, totals: tuple[Money, Money] | None, reason: str
) -> None:
    """The booking stands elsewhere now, and what that costs."""
    locale = reader_locale(bookings[0].exhibitor)
    old, new = totals or (None, None)
    _send("other_booth", fair, bookings, {
        "before": before, "reason": reason,
        "old_total": format_money(old, locale) if old is not None else "",
        "new_total": format_money(new, locale) if new is not None else "",
    })  # fmt: skip


def tell_withdrawn(fair: Fair, bookings: Sequence[BoothBooking], received: Money, refund: Money, percent: int) -> None:
    """The withdrawal is taken: what was paid, what is paid back by the terms."""
    locale = reader_locale(bookings[0].exhibitor)
    _send("withdrawn", fair, bookings, {
        "received": format_money(received, locale) if received else "",
        "refund": format_money(refund, locale),
        "percent": percent,
    })  # fmt: skip


def tell_asked(fair: Fair, bookings: Sequence[BoothBooking], other: Exhibitor, kind: str, reason: str) -> None:
    """Another exhibitor asks this one to take over a booth, or to change places."""
    _send("asked", fair, bookings, {
        "kind": kind, "reason": reason, "asker": bookings[0].exhibitor.company.name,
        "page": f"/my/{fair.slug}/booth/{other.reference}",
    }, to=other)  # fmt: skip


def tell_answered(fair: Fair, bookings: Sequence[BoothBooking], kind: str, *, granted: bool, answer: str) -> None:
    """The organiser has answered a request."""
    _send("answered", fair, bookings, {"kind": kind, "granted": granted, "answer": answer})


def tell_lost(fair: Fair, bookings: Sequence[BoothBooking], amount: Money, nearest: Sequence[str]) -> None:
    """Money came for a booth that somebody else has now: it is owed back, these are free."""
    locale = reader_locale(bookings[0].exhibitor)
    _send("lost", fair, bookings, {"amount": format_money(amount, locale), "nearest": ", ".join(nearest)})


def tell_replanned(fair: Fair, booking: BoothBooking, move: BoothMove) -> None:
    """The booth stands elsewhere now: where it was and where it is. The booking stays as it is."""
    hall, locale = booking.booth.hall, reader_locale(booking.exhibitor)
    _send("replanned", fair, [booking], {
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
