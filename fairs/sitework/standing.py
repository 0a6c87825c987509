"""Where an exhibitor stands: the booths that are booked, and what is still owed at the fair.

Several booths of one exhibitor may share an invoice; all of this goes by bookings and invoices as they are now.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from fairs.booths.models import BoothBooking
from fairs.booths.service import SUBJECT as BOOKING
from fairs.booths.states import LIVE, BookingState
from fairs.budgets.sponsor_queries import SUBJECT as SPONSORSHIP
from fairs.core.db import db
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.payments.models import Invoice
from fairs.payments.queries import OWED
from fairs.sitework.models import SiteSettings

BOOKED = (BookingState.RESERVED, BookingState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Standing:
    """An exhibitor's booked booths and open invoices at the fair."""

    bookings: Sequence[BoothBooking]
    owed: Sequence[Invoice]

    @property
    def is_confirmed(self) -> bool:
        """Whether at least one booth is confirmed."""
        return any(one.state is BookingState.CONFIRMED for one in self.bookings)

    @property
    def is_clear(self) -> bool:
        """Whether every booth is confirmed and nothing is owed: what build-up and leaving ask for."""
        return self.is_confirmed and not self.owed and all(one.state is BookingState.CONFIRMED for one in self.bookings)

    @property
    def debts(self) -> list[Money]:
        """What is owed, one sum per currency."""
        sums: dict[str, int] = defaultdict(int)
        for invoice in self.owed:
            sums[invoice.currency] += invoice.open_amount.amount_minor
        return [Money(amount, currency) for currency, amount in sorted(sums.items())]

    @property
    def codes(self) -> str:
        """The booths by their codes."""
        return ", ".join(one.booth.code for one in self.bookings)

    @property
    def area_cm2(self) -> int:
        """Area of all booths, in square centimetres."""
        return sum(one.booth.area_cm2 for one in self.bookings)


def asked_for() -> ColumnElement[bool]:
    """The condition that money is asked for as an exhibitor's: owed, not as a sponsor's, not for a booth that was given up."""
    stands = exists().where(
        and_(
            or_(BoothBooking.invoice_id == Invoice.id, BoothBooking.id == Invoice.subject_id),
            BoothBooking.state.in_(LIVE),
        )
    )
    return and_(
        Invoice.state.in_(OWED), Invoice.subject_type != SPONSORSHIP, or_(Invoice.subject_type != BOOKING, stands)
    )


def standings(fair_id: int, exhibitor_ids: Collection[int]) -> dict[int, Standing]:
    """Where each of these exhibitors stands; three statements however many they are."""
    ids = list(exhibitor_ids)
    bookings: dict[int, list[BoothBooking]] = defaultdict(list)
    for booking in db.session.scalars(
        select(BoothBooking)
        .join(BoothBooking.booth)
        .where(BoothBooking.exhibitor_id.in_(ids), BoothBooking.state.in_(BOOKED))
        .options(
            joinedload(BoothBooking.booth).joinedload(Booth.hall), joinedload(BoothBooking.booth).joinedload(Booth.type)
        )
        .order_by(Booth.code)
    ):
        bookings[booking.exhibitor_id].append(booking)
    companies = {
        company: key
        for key, company in db.session.execute(select(Exhibitor.id, Exhibitor.company_id).where(Exhibitor.id.in_(ids)))
    }
    owed: dict[int, list[Invoice]] = defaultdict(list)
    query = select(Invoice).where(Invoice.fair_id == fair_id, Invoice.company_id.in_(companies), asked_for())
    for invoice in db.session.scalars(query.order_by(Invoice.id)):
        owed[companies[invoice.company_id]].append(invoice)
    return {key: Standing(bookings[key], owed[key]) for key in ids}


def standing_of(exhibitor: Exhibitor) -> Standing:
    """Where one exhibitor stands."""
    return standings(exhibitor.fair_id, [exhibitor.id])[exhibitor.id]


def booked_exhibitors(fair_id: int) -> Sequence[int]:
    """The exhibitors of a fair who have a reserved or confirmed booth."""
    return db.session.scalars(
        select(BoothBooking.exhibitor_id)
        .where(BoothBooking.fair_id == fair_id, BoothBooking.state.in_(BOOKED))
        .distinct()
        .order_by(BoothBooking.exhibitor_id)
    ).all()


def settings_of(fair_id: int) -> SiteSettings:
    """The fair's rules of site work; the defaults where nothing was set."""
    found = db.session.scalar(select(SiteSettings).where(SiteSettings.fair_id == fair_id))
    return found or SiteSettings(fair_id=fair_id, staff_per_9m2=2, staff_due_days=7, most_contractors=10)


def quota(standing: Standing, settings: SiteSettings) -> int:
    """How many staff badges the booths bring: so many for each 9 m² of all of them together, rounded up."""
    return math.ceil(standing.area_cm2 * settings.staff_per_9m2 / 90_000)
