"""What booths sell at a public fair, as their exhibitors declare it day by day. Nobody audits it, nobody fills it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.money import Money
from fairs.core.text import clean, fold
from fairs.directory.models import Company, Membership
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.sales.errors import NoSalesReturns
from fairs.sales.models import SalesReturn

CURRENCY = "VND"  # between residents prices are in VND
SOURCES = ("web", "paper", "phone")
LARGEST_DAY = 1_000_000_000_000  # VND; above it is a typing mistake


@dataclass(slots=True)
class BoothSales:
    """A confirmed booth and what was declared for it, by day."""

    booking: BoothBooking
    declared: dict[date, SalesReturn] = field(default_factory=dict)

    @property
    def total(self) -> Money:
        """What was declared on all days."""
        return Money(sum(row.amount_minor for row in self.declared.values()), CURRENCY)


@dataclass(slots=True)
class SalesTable:
    """Booths × days of a fair."""

    fair: Fair
    booths: list[BoothSales]

    @property
    def days(self) -> list[date]:
        """The days that have begun: only they can be declared."""
        return [day for day in self.fair.days if day <= self.fair.today]

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


# --- reading ------------------------------------------------------------------------------------------------------


def _confirmed(fair_id: int) -> Select[BoothBooking]:
    return (
        select(BoothBooking)
        .join(BoothBooking.booth)
        .join(BoothBooking.exhibitor)
        .join(Exhibitor.company)
        .options(
            joinedload(BoothBooking.booth),
            joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company).joinedload(Company.village),
        )
        .where(BoothBooking.fair_id == fair_id, BoothBooking.state == BookingState.CONFIRMED)
        .order_by(Booth.code)
    )


def sales_table(fair: Fair, *, text: str = "", missing_on: date | None = None) -> SalesTable:
    """All confirmed booths with their declarations; narrowed to a booth or company, or to who did not declare a day."""
    query = _confirmed(fair.id)
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
    rows = db.session.scalars(_confirmed(fair.id).where(Exhibitor.company_id.in_(mine))).all()
    return SalesTable(fair, _with_declarations(fair.id, rows))


def sales_of_exhibitor(exhibitor: Exhibitor) -> SalesTable:
    """The exhibitor's confirmed booths."""
    rows = db.session.scalars(_confirmed(exhibitor.fair_id).where(BoothBooking.exhibitor_id == exhibitor.id)).all()
    return SalesTable(exhibitor.fair, _with_declarations(exhibitor.fair_id, rows))


def booth_sales(fair: Fair, code: str) -> BoothSales:
    """One confirmed booth; raises NotFound."""
    rows = db.session.scalars(_confirmed(fair.id).where(Booth.code == code[:12].upper())).all()
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


# --- writing ------------------------------------------------------------------------------------------------------


def declare_sales(
    booking: BoothBooking, amounts: dict[date, Money], *, by: Actor, source: str = "web", note: str = ""
) -> list[SalesReturn]:
    """Keep what a booth sold on some days; a day declared again is corrected, the old value stays in the history.

    Raises NoSalesReturns where nothing can be declared, and InvalidInput for a day or an amount that cannot be.
    """
    if source not in SOURCES:
        raise InvalidInput(_l("Please say where the form came from."), field="source")
    with transaction():
        row = db.session.get_one(BoothBooking, booking.id, with_for_update=True, populate_existing=True)
        fair = db.session.get_one(Fair, row.fair_id)
        _check_open(fair, row)
        kept = []
        for day, amount in sorted(amounts.items()):
            _check(fair, day, amount)
            kept.append(_keep(row, day, amount, source, clean(note)[:200], by))
        db.session.flush()
    return kept


def _check_open(fair: Fair, booking: BoothBooking) -> None:
    if fair.kind != "public" or booking.state is not BookingState.CONFIRMED:
        raise NoSalesReturns
    if fair.state is FairState.REPORTED:
        raise NoSalesReturns(_l("The fair has been reported: its figures stand."))


def _check(fair: Fair, day: date, amount: Money) -> None:
    place = day_field(day)
    if day not in fair.days or day > fair.today:
        raise InvalidInput(_l("This day of the fair has not begun yet."), field=place)
    if amount.currency != CURRENCY or not 0 <= amount.amount_minor <= LARGEST_DAY:
        raise InvalidInput(_l("Write what was sold on the day in dong; 0 when nothing was sold."), field=place)


def day_field(day: date) -> str:
    """Name of the day's field in forms."""
    return f"day_{day:%Y%m%d}"


def _keep(booking: BoothBooking, day: date, amount: Money, source: str, note: str, by: Actor) -> SalesReturn:
    row = db.session.scalar(
        select(SalesReturn).where(SalesReturn.booth_id == booking.booth_id, SalesReturn.day == day).with_for_update()
    )
    before = None
    if row is None:
        row = SalesReturn(
            fair_id=booking.fair_id, booth_id=booking.booth_id, exhibitor_id=booking.exhibitor_id, day=day,
            amount_minor=amount.amount_minor, currency=amount.currency, note=note, source=source,
        )  # fmt: skip
        db.session.add(row)
    elif row.amount_minor == amount.amount_minor:
        return row
    else:
        before = {"amount": row.amount, "source": row.source}
        row.amount_minor, row.source, row.note = amount.amount_minor, source, note or row.note
        row.exhibitor_id = booking.exhibitor_id
    db.session.flush()
    after = {"amount": amount, "source": source, "day": day, "booth": booking.booth.code, "note": note}
    record(f"sales.{'correct' if before else 'declare'}", row, by=by, before=before, after=after)
    return row


def take_back_sales(booking: BoothBooking, day: date, *, by: Actor) -> None:
    """Undo a declaration that was typed for the wrong booth or day: the day is undeclared again. Raises as declare_sales."""
    with transaction():
        row = db.session.get_one(BoothBooking, booking.id, with_for_update=True, populate_existing=True)
        _check_open(db.session.get_one(Fair, row.fair_id), row)
        found = db.session.scalar(
            select(SalesReturn).where(SalesReturn.booth_id == row.booth_id, SalesReturn.day == day).with_for_update()
        )
        if found is not None:
            before = {"amount": found.amount, "source": found.source, "day": day, "booth": row.booth.code}
            record("sales.take_back", found, by=by, before=before)
            db.session.delete(found)
