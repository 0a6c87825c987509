"""Booths, days and declarations of a fair, as pages and services read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.core.text import clean, fold
from fairs.directory.models import Company, Membership
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.sales.models import SalesReminder, SalesReturn, SalesRevision

CURRENCY = "VND"  # between residents prices are in VND


@dataclass(slots=True)
class BoothSales:
    """A confirmed booth and what was declared for it, by day."""

    booking: BoothBooking
    declared: dict[date, SalesReturn] = field(default_factory=dict)

    @property
    def total(self) -> Money:
        """What was declared on all days."""
        return Money(sum(row.amount_minor for row in self.declared.values()), CURRENCY)

    def missing(self, fair: Fair) -> list[date]:
        """Days that have begun and were not declared: those that are over first, then today."""
        return [day for day in begun(fair) if day not in self.declared]


def begun(fair: Fair) -> list[date]:
    """The days of the fair that have begun: only they can be declared."""
    return [day for day in fair.days if day <= fair.today]


@dataclass(slots=True)
class SalesTable:
    """Booths × days of a fair."""

    fair: Fair
    booths: list[BoothSales]

    @property
    def days(self) -> list[date]:
        """The days that have begun: only they can be declared."""
        return begun(self.fair)

    def sum_of(self, day: date) -> Money:
        """What was declared for a day."""
        return Money(sum(b.declared[day].amount_minor for b in self.booths if day in b.declared), CURRENCY)

    def declared_on(self, day: date) -> int:
        """How many booths declared the day."""
        return sum(day in b.declared for b in self.booths)

    @property
    def total(self) -> Money:
        """What was declared in all."""
        return Money(sum(b.total.amount_minor for b in self.booths), CURRENCY)

    @property
    def missing(self) -> int:
        """Booth-days that are over and were not declared."""
        return sum(day not in b.declared for b in self.booths for day in self.days if day < self.fair.today)

    @property
    def late(self) -> int:
        """Declarations that came after noon of the next day."""
        return sum(row.is_late(self.fair.time_zone) for b in self.booths for row in b.declared.values())


def confirmed_bookings(fair_id: int) -> Select[BoothBooking]:
    """The confirmed bookings of a fair in the order of their booths, with booth, exhibitor and company."""
    return (
        select(BoothBooking)
        .join(BoothBooking.booth)
        .join(BoothBooking.exhibitor)
        .join(Exhibitor.company)
        .options(
            joinedload(BoothBooking.booth).joinedload(Booth.type),
            joinedload(BoothBooking.booth).joinedload(Booth.zone),
            joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company).joinedload(Company.village),
        )
        .where(BoothBooking.fair_id == fair_id, BoothBooking.state == BookingState.CONFIRMED)
        .order_by(Booth.code)
    )


def sales_table(fair: Fair, *, text: str = "", missing_on: date | None = None) -> SalesTable:
    """All confirmed booths with their declarations; narrowed to a booth or company, or to who did not declare a day."""
    query = confirmed_bookings(fair.id)
    folded = fold(clean(text)[:100])
    if folded:
        query = query.where(
            Company.folded.contains(folded, autoescape=True) | Booth.code.ilike(f"{clean(text)[:12]}%", escape="\\")
        )
    booths = _with_declarations(fair.id, db.session.scalars(query).all())
    if missing_on is not None:
        booths = [one for one in booths if missing_on not in one.declared]
    return SalesTable(fair, booths)


def sales_of_user(fair: Fair, user_id: int) -> SalesTable:
    """The confirmed booths of the companies for which the user acts."""
    mine = select(Membership.company_id).where(Membership.user_id == user_id)
    rows = db.session.scalars(confirmed_bookings(fair.id).where(Exhibitor.company_id.in_(mine))).all()
    return SalesTable(fair, _with_declarations(fair.id, rows))


def sales_of_exhibitor(exhibitor: Exhibitor) -> SalesTable:
    """The exhibitor's confirmed booths."""
    query = confirmed_bookings(exhibitor.fair_id).where(BoothBooking.exhibitor_id == exhibitor.id)
    return SalesTable(exhibitor.fair, _with_declarations(exhibitor.fair_id, db.session.scalars(query).all()))


def booth_sales(fair: Fair, code: str) -> BoothSales:
    """One confirmed booth; raises NotFound."""
    rows = db.session.scalars(confirmed_bookings(fair.id).where(Booth.code == code[:12].strip().upper())).all()
    if not rows:
        raise NotFound
    return _with_declarations(fair.id, rows)[0]


def _with_declarations(fair_id: int, bookings: Sequence[BoothBooking]) -> list[BoothSales]:
    found = {booking.booth_id: BoothSales(booking) for booking in bookings}
    query = select(SalesReturn).where(SalesReturn.fair_id == fair_id, SalesReturn.currency == CURRENCY)
    if len(found) <= 20:  # one company's booths; all of a fair are read at once
        query = query.where(SalesReturn.booth_id.in_(list(found)))
    for row in db.session.scalars(query):
        if row.booth_id in found:
            found[row.booth_id].declared[row.day] = row
    return list(found.values())


def revisions_of(booth_id: int) -> Sequence[SalesRevision]:
    """What a booth's declarations said before, newest first."""
    query = select(SalesRevision).where(SalesRevision.booth_id == booth_id)
    return db.session.scalars(query.order_by(SalesRevision.id.desc())).all()


# --- who did not declare --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToCall:
    """An exhibitor to be called: the booths and days that are over and not declared, and when mail was sent."""

    exhibitor: Exhibitor
    open: Sequence[tuple[str, date]]  # booth, day
    reminded: Sequence[SalesReminder]

    @property
    def codes(self) -> list[str]:
        """The booths, each once."""
        return list(dict.fromkeys(code for code, _day in self.open))


def to_call(table: SalesTable) -> list[ToCall]:
    """Who has not declared a day that is over, or the present one after closing, with contact and reminders."""
    fair = table.fair
    query = select(SalesReminder).where(SalesReminder.fair_id == fair.id).order_by(SalesReminder.id)
    sent: dict[int, list[SalesReminder]] = {}
    for row in db.session.scalars(query):
        sent.setdefault(row.exhibitor_id, []).append(row)
    found: dict[int, list[tuple[str, date]]] = {}
    exhibitors: dict[int, Exhibitor] = {}
    for one in table.booths:
        days = [day for day in one.missing(fair) if day < fair.today]
        if days:
            exhibitors[one.booking.exhibitor_id] = one.booking.exhibitor
            found.setdefault(one.booking.exhibitor_id, []).extend((one.booking.booth.code, day) for day in days)
    return [ToCall(exhibitors[key], rows, _of_days(sent.get(key, ()), rows)) for key, rows in found.items()]


def _of_days(sent: Iterable[SalesReminder], rows: Sequence[tuple[str, date]]) -> list[SalesReminder]:
    days = {day for _code, day in rows}
    return [one for one in sent if one.day in days]
