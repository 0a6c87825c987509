"""An exhibitor's way from a booth to the opening, as steps for their own pages and slips."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from fairs.booths.models import BoothBooking
from fairs.booths.queries import bundle_of, codes_of, current_booking
from fairs.booths.service import may_book_now
from fairs.booths.states import BookingState
from fairs.core.db import db
from fairs.core.i18n import format_date, format_datetime, format_money, format_time
from fairs.directory.slips import Step
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.payments.models import Invoice


def stages(exhibitor: Exhibitor) -> list[Step]:
    """Booth, deposit, balance, opening: done, to be done now with its day, or later."""
    booking = current_booking(exhibitor.id)
    invoice = db.session.get(Invoice, booking.invoice_id) if booking is not None and booking.invoice_id else None
    opening = exhibitor.fair.starts_on
    return [
        _booth(exhibitor, booking),
        *_payments(booking, invoice),
        Step(_("Opening"), "next", _("The fair opens on %(day)s.", day=format_date(opening)), opening, icon="flag"),
    ]


def _booth(exhibitor: Exhibitor, booking: BoothBooking | None) -> Step:
    label, icon = _("Booth"), "layout-grid"
    fair_slug = exhibitor.fair.slug
    page = url_for("my_booth.status", fair_slug=fair_slug, reference=exhibitor.reference)
    if booking is None:
        if exhibitor.state is not ExhibitorState.ACCEPTED:
            return Step(label, "next", _("Once you are accepted you choose a booth on the plan."), icon=icon)
        if not may_book_now(exhibitor.fair):
            return Step(label, "now", _("Booking is closed now. The organiser can book for you."), icon=icon)
        return Step(label, "now", _("Choose a free booth on the plan."), None, page, _("Choose a booth"), icon)
    code = codes_of(bundle_of(booking))
    if booking.state is BookingState.HELD:
        until = format_datetime(booking.hold_until) if booking.is_offer else format_time(booking.hold_until)
        text = _("Booth %(code)s is held for you until %(time)s.", code=code, time=until)
        return Step(label, "now", text, booking.hold_until, page, _("Review and reserve"), icon)
    if booking.state is BookingState.RESERVED:
        return Step(
            label, "done", _("Booth %(code)s is reserved for you.", code=code), booking.created_at, page, icon=icon
        )
    return Step(label, "done", _("Booth %(code)s is confirmed.", code=code), booking.confirmed_at, page, icon=icon)


def _payments(booking: BoothBooking | None, invoice: Invoice | None) -> list[Step]:
    if booking is None or invoice is None or not invoice.total:
        if booking is not None and invoice is not None:
            text = _("Waived by decision %(number)s: you owe nothing.", number=booking.decision_number)
            return [Step(_("Payment"), "done", text, booking.confirmed_at, icon="certificate")]
        return []
    words = {"deposit": _("Deposit"), "balance": _("Balance")}
    steps, covered, asked = [], 0, False
    for part in invoice.instalments:
        covered += part.owed.amount_minor
        text = _("%(amount)s by %(day)s.", amount=format_money(part.amount), day=format_date(part.due_on))
        if invoice.received_minor >= covered:
            steps.append(
                Step(words[part.kind], "done", _("%(amount)s received.", amount=format_money(part.amount)), icon="cash")
            )
            continue
        url = "" if asked else url_for("payments.my_invoice", number=invoice.number)
        steps.append(
            Step(
                words[part.kind],
                "next" if asked else "now",
                text,
                part.due_on,
                url,
                "" if asked else _("How to pay"),
                "cash",
            )
        )
        asked = True
    return steps
