"""Booths reserved and not paid for, and invoices whose money has not come."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import and_, exists, func
from sqlalchemy.orm import joinedload

from fairs.booths.models import OFFERED_BY, BookingRequest, BoothBooking
from fairs.booths.permissions import MANAGE_BOOKINGS
from fairs.booths.service import SUBJECT
from fairs.booths.states import LIVE, BookingState, RequestState, WaitingState
from fairs.core.i18n import format_money
from fairs.dunning.models import DunningStep
from fairs.dunning.states import StepState
from fairs.exhibitors.models import Exhibitor
from fairs.payments.models import Credit, Invoice
from fairs.payments.permissions import RECORD_RECEIPT
from fairs.payments.queries import OWED, first_open_day
from fairs.payments.states import CreditState, InvoiceState, PaymentState
from fairs.workplace.inbox import INVOLVED, TODAY, Kind, Why, always

# Nobody asks for money for a booth that was given up.
_FOR_ENDED_BOOKING = exists().where(
    and_(
        Invoice.subject_type == SUBJECT,
        BoothBooking.id == Invoice.subject_id,
        BoothBooking.state.not_in(LIVE),
    )
)

# Whoever calls or decides on a release has an item of their own.
_CALLED_ABOUT = exists().where(and_(DunningStep.invoice_id == Invoice.id, DunningStep.state == StepState.OPEN))

KINDS = (
    Kind(
        key="offer",
        states=(BookingState.HELD,),
        model=BoothBooking,
        where=(
            BoothBooking.state == BookingState.HELD,
            BoothBooking.origin.in_(OFFERED_BY),
            # Booths offered together are one offer.
            func.coalesce(BoothBooking.bundle_id, BoothBooking.id) == BoothBooking.id,
            func.date(BoothBooking.hold_until) <= TODAY,
        ),
        permission=MANAGE_BOOKINGS,
        counts_from=BoothBooking.hold_until,
        days=0,
        icon="gift",
        reason=_l("Offer runs out"),
        title=lambda n: ngettext("%(num)s offer of a booth runs out", "%(num)s offers of booths run out", n),
        who=lambda booking: booking.exhibitor.company.name,
        what=lambda booking: _("Booth %(code)s", code=booking.booth.code) + f" · {booking.reference}",
        button=_l("Ask or extend"),
        page=lambda booking: ("bookings.booking", {"reference": booking.reference}),
        list_page=("bookings.index", {"state": "held"}),
        load=(joinedload(BoothBooking.booth), joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company)),
    ),
    Kind(
        key="booth-request",
        states=(RequestState.OPEN,),
        model=BookingRequest,
        where=(
            BookingRequest.state == RequestState.OPEN,
            # Nobody decides before the other exhibitor has agreed, nor on what they filed themselves.
            BookingRequest.other_exhibitor_id.is_(None) | BookingRequest.agreed_at.is_not(None),
            func.coalesce(BookingRequest.by_id, 0).not_in(INVOLVED),
            func.coalesce(BookingRequest.for_id, 0).not_in(INVOLVED),
        ),
        permission=MANAGE_BOOKINGS,
        counts_from=BookingRequest.created_at,
        days=2,
        icon="message-question",
        reason=_l("Request about a booth"),
        title=lambda n: ngettext(
            "%(num)s request about a booth waits for an answer", "%(num)s requests about booths wait for an answer", n
        ),
        who=lambda request: request.booking.exhibitor.company.name,
        what=lambda request: _("Booth %(code)s", code=request.booking.booth.code),
        button=_l("Answer"),
        page=lambda request: ("booth_sales.one_request", {"request_id": request.id}),
        list_page=("booth_sales.requests", {}),
        load=(
            joinedload(BookingRequest.booking).joinedload(BoothBooking.booth),
            joinedload(BookingRequest.booking).joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company),
        ),
    ),
    Kind(
        key="fascia",
        states=(),
        model=BoothBooking,
        where=(
            BoothBooking.fascia_check.is_(True),
            BoothBooking.state.in_((BookingState.RESERVED, BookingState.CONFIRMED)),
            func.coalesce(BoothBooking.bundle_id, BoothBooking.id) == BoothBooking.id,
        ),
        permission=MANAGE_BOOKINGS,
        counts_from=BoothBooking.terms_accepted_at,
        days=7,
        icon="text-caption",
        reason=_l("Name on the fascia board"),
        title=lambda n: ngettext(
            "%(num)s name on a fascia board is not the company’s own",
            "%(num)s names on fascia boards are not the companies’ own",
            n,
        ),
        who=lambda booking: booking.exhibitor.company.name,
        what=lambda booking: f"{booking.booth.code} · {booking.fascia_name}",
        button=_l("Agree or change"),
        page=lambda booking: ("booth_sales.change", {"reference": booking.reference}),
        list_page=("bookings.index", {"state": "live"}),
        load=(joinedload(BoothBooking.booth), joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company)),
    ),
    Kind(
        key="invoice",
        states=(InvoiceState.OPEN, InvoiceState.PARTLY_PAID),
        model=Invoice,
        where=(Invoice.state.in_(OWED), first_open_day() < TODAY, ~_FOR_ENDED_BOOKING, ~_CALLED_ABOUT),
        permission=RECORD_RECEIPT,
        counts_from=first_open_day(),
        days=0,
        icon="cash",
        reason=_l("Payment overdue"),
        title=lambda n: ngettext("%(num)s payment is overdue", "%(num)s payments are overdue", n),
        who=lambda invoice: invoice.company.name,
        what=lambda invoice: _(
            "%(open)s still open · %(number)s", open=format_money(invoice.open_amount), number=invoice.number
        ),
        button=_l("Check the receipt"),
        page=lambda invoice: ("payments.invoice", {"number": invoice.number}),
        list_page=("payments.index", {"due": "overdue"}),
        load=(joinedload(Invoice.company),),
    ),
    Kind(
        key="credit",
        states=(CreditState.OPEN,),
        model=Credit,
        where=(Credit.state == CreditState.OPEN, Credit.amount_minor > Credit.reserved_minor),
        permission=RECORD_RECEIPT,
        counts_from=Credit.created_at,
        days=30,  # importers and exhibitors elsewhere are refunded within a month
        icon="receipt-refund",
        reason=_l("To be paid back"),
        title=lambda n: ngettext("%(num)s credit is to be paid back", "%(num)s credits are to be paid back", n),
        who=lambda credit: credit.company.name,
        what=lambda credit: f"{format_money(credit.free)} · {credit.number}",
        button=_l("Pay back"),
        page=lambda credit: ("refunds.credit", {"credit_number": credit.number}),
        list_page=("refunds.credits", {"state": "open"}),
        at=always,
        load=(joinedload(Credit.company),),
    ),
)

NOBODY = {
    BookingState: {
        BookingState.RESERVED: Why.AUTOMATIC,  # reminders ask for the deposit; calls and releases are kinds of their own
        BookingState.CONFIRMED: Why.FINAL,
        BookingState.EXPIRED: Why.FINAL,
        BookingState.CANCELLED: Why.FINAL,
    },
    RequestState: {
        RequestState.APPROVED: Why.FINAL,
        RequestState.REFUSED: Why.FINAL,
        RequestState.TAKEN_BACK: Why.FINAL,
    },
    WaitingState: {
        WaitingState.WAITING: Why.AUTOMATIC,  # served as soon as a booth fits
        WaitingState.OFFERED: Why.COMPANY,
        WaitingState.SERVED: Why.FINAL,
        WaitingState.LAPSED: Why.FINAL,
        WaitingState.LEFT: Why.FINAL,
    },
    InvoiceState: {
        InvoiceState.PAID: Why.FINAL,
        InvoiceState.WAIVED: Why.FINAL,
        InvoiceState.CANCELLED: Why.FINAL,
    },
    CreditState: {CreditState.SETTLED: Why.FINAL},
    PaymentState: {
        PaymentState.CREATED: Why.COMPANY,
        PaymentState.PENDING: Why.AUTOMATIC,
        PaymentState.CONFIRMED: Why.FINAL,
        PaymentState.FAILED: Why.COMPANY,
        PaymentState.CANCELLED: Why.FINAL,
        PaymentState.REFUNDED: Why.FINAL,
    },
}
