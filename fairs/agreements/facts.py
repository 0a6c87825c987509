"""What an agreement speaks of, read from the records: booths, price lines, due days, terms. Two statements for any number."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from fairs.agreements.models import AgreementTemplate
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.payments.models import Invoice

BOOKED = (BookingState.RESERVED, BookingState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Facts:
    """An exhibitor's reserved and confirmed booths with their invoices (one for several booths that share it)."""

    fair: Fair
    exhibitor: Exhibitor
    bookings: Sequence[BoothBooking]
    invoices: Sequence[Invoice]

    @property
    def codes(self) -> str:
        """The booths by their codes."""
        return ", ".join(one.booth.code for one in self.bookings)

    @property
    def area_m2(self) -> float:
        """Area of all booths."""
        return sum(one.booth.area_cm2 for one in self.bookings) / 10_000

    @property
    def total(self) -> Money:
        """All invoices with VAT."""
        currency = self.invoices[0].currency if self.invoices else self.bookings[0].currency
        return Money(sum(one.total_minor for one in self.invoices), currency)

    @property
    def dues(self) -> list[tuple[Invoice, str, date, Money]]:
        """What is due by when: invoice, kind of instalment, day, amount."""
        parts = [(one, part.kind, part.due_on, part.amount) for one in self.invoices for part in one.instalments]
        return sorted(parts, key=lambda part: (part[2], part[0].id))

    def digest(self, template: AgreementTemplate) -> str:
        """A mark of everything that both sides agree upon; another one means that a new agreement is due."""
        company = self.exhibitor.company
        parts: list[Any] = [
            template.version, self.fair.name_vi, self.fair.name_en, self.fair.starts_on, self.fair.ends_on,
            self.fair.venue_vi, self.fair.terms_vi, self.fair.terms_en, company.name, company.name_en, company.tax_code,
            company.address, company.commune, company.country,
            [[one.booth.code, one.booth.area_cm2, one.price_minor, one.support_minor, one.currency] for one in self.bookings],
            [[one.number, line.text_vi, line.text_en, line.net_minor, line.vat_minor]
             for one in self.invoices for line in one.lines],
            [[number.number, kind, day, amount.amount_minor] for number, kind, day, amount in self.dues],
        ]  # fmt: skip
        text = json.dumps(parts, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


def facts_of(fair: Fair, exhibitor_ids: Sequence[int] | None = None) -> dict[int, Facts]:
    """The facts by exhibitor, of those who have a reserved or confirmed booth; None: of the whole fair."""
    query = (
        select(BoothBooking)
        .where(BoothBooking.fair_id == fair.id, BoothBooking.state.in_(BOOKED))
        .options(
            joinedload(BoothBooking.booth).joinedload(Booth.hall), joinedload(BoothBooking.booth).joinedload(Booth.type),
            joinedload(BoothBooking.exhibitor).joinedload(Exhibitor.company),
        )
        .order_by(BoothBooking.id)
    )  # fmt: skip
    if exhibitor_ids is not None:
        query = query.where(BoothBooking.exhibitor_id.in_(exhibitor_ids))
    by_exhibitor: dict[int, list[BoothBooking]] = defaultdict(list)
    for booking in db.session.scalars(query):
        by_exhibitor[booking.exhibitor_id].append(booking)
    wanted = {one.invoice_id for found in by_exhibitor.values() for one in found if one.invoice_id is not None}
    invoices = {
        one.id: one
        for one in db.session.scalars(
            select(Invoice)
            .where(Invoice.id.in_(wanted))
            .options(selectinload(Invoice.lines), selectinload(Invoice.instalments))
        )
    }
    return {
        key: Facts(
            fair, found[0].exhibitor, sorted(found, key=lambda one: one.booth.code),
            [invoices[n] for n in dict.fromkeys(one.invoice_id for one in found) if n in invoices],
        )
        for key, found in by_exhibitor.items()
    }  # fmt: skip
