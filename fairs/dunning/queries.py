"""Reading reminders: the fair's schedule, what is owed and by when, what was done and what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from fairs.booths.models import BoothBooking
from fairs.booths.service import SUBJECT
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import clean, fold
from fairs.directory.models import Company
from fairs.dunning.models import DunningStep, DunningTerms
from fairs.dunning.schedule import Next, Schedule, next_step
from fairs.dunning.states import StepKind, StepState
from fairs.exhibitors.models import Exhibitor
from fairs.payments.models import Instalment, Invoice
from fairs.payments.queries import OWED, Covered, coverage, next_open


def schedule_of(fair_id: int) -> Schedule:
    """The fair's schedule; the usual one where none was set."""
    row = db.session.scalar(select(DunningTerms).where(DunningTerms.fair_id == fair_id))
    if row is None:
        return Schedule()
    return Schedule(
        row.notice_days, row.reminder_days, row.warning_days, row.call_days, row.release_days, row.auto_release
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """An instalment that is not paid: how much is open, what was done, what comes next, the booking that hangs on it."""

    invoice: Invoice
    part: Covered
    steps: Sequence[DunningStep]
    next: Next | None
    booking: BoothBooking | None

    @property
    def last(self) -> DunningStep | None:
        """The last step that was done or that waits for a person."""
        return max(
            (one for one in self.steps if one.state is not StepState.LAPSED),
            key=lambda one: list(StepKind).index(one.step), default=None,
        )  # fmt: skip

    @property
    def waiting(self) -> DunningStep | None:
        """The step that waits for a person."""
        return next((one for one in self.steps if one.state is StepState.OPEN), None)


def is_unpaid() -> ColumnElement[bool]:
    """The condition on an instalment (joined to its invoice) that the money received does not cover it."""
    until = aliased(Instalment)
    asked = (
        select(func.sum(until.amount_minor - until.credited_minor))
        .where(
            until.invoice_id == Instalment.invoice_id,
            or_(until.due_on < Instalment.due_on, and_(until.due_on == Instalment.due_on, until.id <= Instalment.id)),
        )
        .correlate(Instalment)
        .scalar_subquery()
    )
    return and_(
        Invoice.state.in_(OWED), Instalment.amount_minor > Instalment.credited_minor, asked > Invoice.received_minor
    )


@dataclass(frozen=True, slots=True)
class ReminderFilter:
    """What the list shows: ``view`` is overdue, soon, call, release, or all that is not paid."""

    view: str = "all"
    text: str = ""


def unpaid(fair: Fair, wanted: ReminderFilter) -> Select[Instalment]:
    """The fair's instalments that are not paid, with invoice and company."""
    query = (
        select(Instalment)
        .join(Invoice, Invoice.id == Instalment.invoice_id)
        .join(Company, Company.id == Invoice.company_id)
        .where(Invoice.fair_id == fair.id, is_unpaid())
    )
    if wanted.view == "overdue":
        query = query.where(Instalment.due_on < fair.today)
    elif wanted.view == "soon":
        query = query.where(Instalment.due_on >= fair.today)
    elif wanted.view in {StepKind.CALL, StepKind.RELEASE}:
        query = query.where(
            select(DunningStep.id)
            .where(
                DunningStep.instalment_id == Instalment.id, DunningStep.step == StepKind(wanted.view),
                DunningStep.state == StepState.OPEN,
            )
            .exists()
        )  # fmt: skip
    text = clean(wanted.text)
    if text:
        plain = "".join(text.split()).upper()
        query = query.where(
            or_(Invoice.number.contains(plain, autoescape=True), Company.folded.contains(fold(text), autoescape=True))
        )
    return query


def asked_of(fair: Fair, instalments: Sequence[Instalment]) -> list[Asked]:
    """These instalments with all that a row shows; three statements, however many."""
    invoices = {
        one.id: one
        for one in db.session.scalars(
            select(Invoice)
            .where(Invoice.id.in_({part.invoice_id for part in instalments}))
            .options(joinedload(Invoice.company), selectinload(Invoice.instalments))
        )
    }
    steps = steps_of(list(invoices))
    bookings = bookings_of(list(invoices))
    schedule, found = schedule_of(fair.id), []
    for instalment in instalments:
        invoice = invoices[instalment.invoice_id]
        part = next(one for one in coverage(invoice, fair.today) if one.instalment.id == instalment.id)
        found.append(_asked(fair, schedule, invoice, part, steps, bookings))
    return found


def _asked(
    fair: Fair, schedule: Schedule, invoice: Invoice, part: Covered, steps: Mapping[int, list[DunningStep]],
    bookings: Mapping[int, BoothBooking],
) -> Asked:  # fmt: skip
    own, booking = steps.get(part.instalment.id, []), bookings.get(invoice.id)
    first = next_open(invoice, fair.today)
    # Of an invoice the earliest payment is asked for, or two letters would ask for two things.
    if first is None or first.instalment.id != part.instalment.id:
        return Asked(invoice, part, own, None, booking)
    can = can_release(fair, part.instalment, booking)
    coming = next_step(schedule, part.instalment.due_on, invoice.issued_on, own, fair.today, can_release=can)
    return Asked(invoice, part, own, coming, booking)


def asked_of_invoice(fair: Fair, invoice: Invoice) -> list[Asked]:
    """Every instalment of an invoice with what was done for it, paid ones as well."""
    steps, bookings, schedule = steps_of([invoice.id]), bookings_of([invoice.id]), schedule_of(fair.id)
    return [_asked(fair, schedule, invoice, part, steps, bookings) for part in coverage(invoice, fair.today)]


def can_release(fair: Fair, instalment: Instalment, booking: BoothBooking | None) -> bool:
    """A booth is released for its deposit, while it is reserved and the fair is not over; a confirmed one never."""
    is_reserved = booking is not None and booking.state is BookingState.RESERVED
    return instalment.kind == "deposit" and is_reserved and not fair.is_over


def steps_of(invoice_ids: Sequence[int]) -> dict[int, list[DunningStep]]:
    """The steps of these invoices, by instalment, in the order in which they were begun."""
    found = defaultdict(list)
    query = select(DunningStep).where(DunningStep.invoice_id.in_(invoice_ids)).options(joinedload(DunningStep.message))
    for step in db.session.scalars(query.order_by(DunningStep.id)):
        found[step.instalment_id].append(step)
    return found


def bookings_of(invoice_ids: Sequence[int]) -> dict[int, BoothBooking]:
    """The booking that each invoice is for (the first of several made together), while it has this invoice."""
    query = (
        select(BoothBooking)
        .join(Invoice, and_(Invoice.id == BoothBooking.invoice_id, Invoice.subject_type == SUBJECT))
        .where(BoothBooking.invoice_id.in_(invoice_ids))
        .options(joinedload(BoothBooking.booth), joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company))
        .order_by(BoothBooking.id.desc())
    )
    return {booking.invoice_id: booking for booking in db.session.scalars(query) if booking.invoice_id is not None}


def exhibitor_of(invoice: Invoice) -> Exhibitor | None:
    """The company's participation at the invoice's fair: whom letters go to."""
    return db.session.scalar(
        select(Exhibitor)
        .where(Exhibitor.fair_id == invoice.fair_id, Exhibitor.company_id == invoice.company_id)
        .options(joinedload(Exhibitor.company))
        .order_by(Exhibitor.id.desc())
        .limit(1)
    )


def step_by_id(fair_id: int, step_id: int) -> DunningStep:
    """A step of the fair with its invoice; raises NotFound."""
    found = db.session.scalar(
        select(DunningStep)
        .where(DunningStep.id == step_id, DunningStep.fair_id == fair_id)
        .join(DunningStep.invoice)
        .options(contains_eager(DunningStep.invoice).joinedload(Invoice.company), joinedload(DunningStep.instalment))
    )
    if found is None:
        raise NotFound
    return found
