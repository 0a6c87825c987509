"""The fair's terms of sale, and withdrawing from booths by them: in writing, with what is paid back shown before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.booths.errors import TooLateToWithdraw
from fairs.booths.models import BoothBooking, BoothWithdrawal
from fairs.booths.notices import tell_withdrawn
from fairs.booths.queries import bundle_of
from fairs.booths.rows import end_booking, kept_fair, lock_invoice, locked_bundle
from fairs.booths.sales_models import PriceRule, SalesTerms
from fairs.booths.service import SUBJECT, drop_invoice
from fairs.booths.states import LIVE, BookingState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.money import Money
from fairs.core.storage import StoredFile
from fairs.core.text import clean
from fairs.payments.credits import apply_credit
from fairs.payments.invoicing import InvoiceDraft, LineDraft, issue_invoice
from fairs.payments.models import Credit, Invoice


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """The terms of sale as entered; ``refund_scale`` holds pairs of days before the opening and percent paid back."""

    offer_hours: int
    withdrawal_days: int
    refund_scale: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Refund:
    """What a withdrawal today would mean. ``last_day`` is the last on which the terms allow it."""

    last_day: date
    days_before: int
    percent: int
    received: Money
    refund: Money

    @property
    def is_in_time(self) -> bool:
        """Whether the terms allow it still."""
        return self.days_before >= 0 and self.percent >= 0

    @property
    def kept(self) -> Money:
        """What the organiser keeps of the money received."""
        return self.received - self.refund


def terms_of(fair_id: int) -> SalesTerms:
    """The terms of a fair; those of Hanoi Giftshow (50 days, nothing paid back) where none were entered."""
    found = db.session.scalar(select(SalesTerms).where(SalesTerms.fair_id == fair_id))
    return found or SalesTerms(fair_id=fair_id, offer_hours=48, withdrawal_days=50, refund_scale=[])


def last_day_to_withdraw(fair: Fair) -> date:
    """The last day on which the fair's terms allow an exhibitor to withdraw."""
    return fair.starts_on - timedelta(days=terms_of(fair.id).withdrawal_days)


def last_early_day(fair: Fair) -> date | None:
    """The last day of booking by which a price rule of the fair is tied; None without such a rule."""
    return db.session.scalar(select(func.max(PriceRule.until)).where(PriceRule.fair_id == fair.id))


def save_terms(fair: Fair, draft: TermsDraft, *, by: Actor) -> SalesTerms:
    """Set the terms of sale; raises InvalidInput naming the field. Withdrawals made before stay as they were."""
    if not 1 <= draft.offer_hours <= 24 * 30:
        raise InvalidInput(_l("Between one hour and thirty days."), field="offer_hours")
    if not 0 <= draft.withdrawal_days <= 365:
        raise InvalidInput(_l("Between 0 and 365 days."), field="withdrawal_days")
    scale = sorted({(days, percent) for days, percent in draft.refund_scale}, reverse=True)
    if any(not 0 <= days <= 730 or not 0 <= percent <= 100 for days, percent in scale):
        raise InvalidInput(_l("Days between 0 and 730, percent between 0 and 100."), field="refund_scale")
    if len({days for days, _ in scale}) < len(scale):
        raise InvalidInput(_l("Each number of days stands once."), field="refund_scale")
    if any(later[1] > earlier[1] for earlier, later in pairwise(scale)):
        raise InvalidInput(_l("Who withdraws later does not get more back."), field="refund_scale")
    with transaction():
        row = db.session.scalar(select(SalesTerms).where(SalesTerms.fair_id == fair.id).with_for_update(key_share=True))
        before = {"hours": row.offer_hours, "days": row.withdrawal_days, "scale": row.refund_scale} if row else None
        row = row or SalesTerms(fair_id=fair.id)
        row.offer_hours, row.withdrawal_days = draft.offer_hours, draft.withdrawal_days
        row.refund_scale = [list(pair) for pair in scale]
        db.session.add(row)
        db.session.flush()
        after = {"hours": row.offer_hours, "days": row.withdrawal_days, "scale": row.refund_scale}
        record("booths.save_terms", row, by=by, before=before, after=after)
        return row


def percent_back(terms: SalesTerms, days_before: int) -> int:
    """The percentage paid back so many days before the opening: of the nearest row of the scale that is reached."""
    reached = [(days, percent) for days, percent in terms.refund_scale if days_before >= days]
    return max(reached, default=(0, 0))[1]


def refund_today(fair: Fair, booking: BoothBooking) -> Refund:
    """What the exhibitor would get back by withdrawing today; nothing is changed."""
    terms, days = terms_of(fair.id), fair.days_to_opening
    invoice = db.session.get(Invoice, booking.invoice_id) if booking.invoice_id else None
    received = invoice.received if invoice is not None else Money(0, booking.currency)
    in_time = days >= terms.withdrawal_days
    percent = percent_back(terms, days) if in_time else 0
    return Refund(last_day_to_withdraw(fair), days - terms.withdrawal_days, percent, received, received.share(percent))


def withdraw_booking(
    booking: BoothBooking, *, text: str, by: Actor, file: StoredFile | None = None, even_late: bool = False
) -> BoothWithdrawal:
    """Withdraw from a reserved or confirmed booking by the fair's terms, in writing; the exhibitor is told what comes of it.

    The invoice is cancelled, the part of the money that the terms give back is a credit, the rest an invoice of its own,
    paid from the same money (VAT 0: a compensation, no sale). ``even_late``: the application is withdrawn or the
    organiser agrees; nothing is paid back then. Raises InvalidInput without a text or letter, TooLateToWithdraw,
    InvalidTransition.
    """
    written = clean(text)
    if not written and file is None:
        raise InvalidInput(_l("A withdrawal is in writing: write it here, or upload the letter."), field="text")
    if len(written) > 1000:
        raise InvalidInput(_l("At most %(count)s characters.", count=1000), field="text")
    with transaction():
        kept_fair(booking.fair_id)
        lock_invoice(booking)
        rows = locked_bundle(booking)
        fair = db.session.get_one(Fair, rows[0].fair_id)
        if rows[0].state not in LIVE or rows[0].state is BookingState.HELD:
            raise InvalidTransition
        found = refund_today(fair, rows[0])
        if not found.is_in_time and not even_late:
            raise TooLateToWithdraw
        for row in rows:
            end_booking(row, BookingState.CANCELLED, str(_l("withdrawn by the exhibitor")), by, "booths.withdraw")
        codes = ", ".join(row.booth.code for row in rows)
        credit = drop_invoice(rows[0], by=by, reason=f"{codes}: {written[:200] or 'withdrawal'}")
        if credit is not None and found.kept:
            _keep(fair, rows[0], found, credit, codes, by)
        withdrawal = BoothWithdrawal(
            fair_id=fair.id, booking_id=rows[0].id, text=written, file_id=file.id if file is not None else None,
            days_before=fair.days_to_opening, refund_percent=found.percent, received_minor=found.received.amount_minor,
            refund_minor=found.refund.amount_minor, currency=found.received.currency, by_id=by.user_id, by_name=by.label,
        )  # fmt: skip
        db.session.add(withdrawal)
        db.session.flush()
        record(
            "booths.withdrawal",
            withdrawal,
            by=by,
            after={"booths": codes, "percent": found.percent, "refund": found.refund},
        )
        tell_withdrawn(fair, rows, found.received, found.refund, found.percent)
        return withdrawal


def _keep(fair: Fair, booking: BoothBooking, found: Refund, credit: Credit, codes: str, by: Actor) -> None:
    kept = 100 - found.percent
    line = LineDraft(
        "service", f"Rút khỏi gian {codes}: giữ lại {kept}% số đã nộp theo thể lệ",
        f"Withdrawal from booth {codes}: {kept} % of what was paid is kept by the terms", found.kept, 0,
    )  # fmt: skip
    draft = InvoiceDraft(
        fair_id=fair.id, fair_code=fair.code, company_id=booking.exhibitor.company_id, subject_type=SUBJECT,
        subject_id=booking.lead_id, lines=[line], deposit_percent=100, deposit_due_on=fair.today,
        balance_due_on=fair.today, issued_on=fair.today,
    )  # fmt: skip
    apply_credit(credit, issue_invoice(draft, by=by), on=fair.today, by=by)


def withdrawal_of(booking: BoothBooking) -> BoothWithdrawal | None:
    """The withdrawal that ended a booking."""
    return db.session.scalar(select(BoothWithdrawal).where(BoothWithdrawal.booking_id == bundle_of(booking)[0].id))
