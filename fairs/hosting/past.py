"""What earlier fairs tell of guests: visits from the gates, deals from the verified contracts. Constant statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select

from fairs.calendar.models import Fair
from fairs.checkin.models import Visit
from fairs.contracts.counting import headline
from fairs.contracts.models import Contract
from fairs.core.db import db
from fairs.core.money import Money
from fairs.hosting.models import Hosting
from fairs.importers.models import Importer


@dataclass
class PastFair:
    """A guest and the company at one earlier fair. ``usd`` is the value of the deals whose rate is known."""

    fair_id: int
    own_visits: int = 0
    company_visits: int = 0
    deals: int = 0
    usd_minor: int = 0
    was_supported: bool = False

    @property
    def usd(self) -> Money:
        """The value of the deals in US dollars."""
        return Money(self.usd_minor, "USD")


@dataclass
class Past:
    """All earlier fairs of one guest, the latest first."""

    fairs: list[PastFair] = field(default_factory=list)

    @property
    def visits(self) -> int:
        """Days on which the person came."""
        return sum(one.own_visits for one in self.fairs)

    @property
    def company_visits(self) -> int:
        """Days on which somebody of the company came, the person included."""
        return sum(one.company_visits for one in self.fairs)

    @property
    def deals(self) -> int:
        """Verified contracts of the company."""
        return sum(one.deals for one in self.fairs)

    @property
    def usd(self) -> Money:
        """Their value."""
        return Money(sum(one.usd_minor for one in self.fairs), "USD")

    @property
    def attended(self) -> int:
        """At how many earlier fairs the person or a colleague was."""
        return sum(1 for one in self.fairs if one.company_visits)


def pasts_of(guests: Sequence[tuple[int, int]], before: date) -> dict[tuple[int, int], Past]:
    """Earlier fairs (those that begin before ``before``) of guests as (company, person); four statements for all."""
    companies = sorted({company for company, _person in guests})
    people = sorted({person for _company, person in guests})
    found: dict[tuple[int, int], dict[int, PastFair]] = {guest: {} for guest in guests}
    if not guests:
        return {}
    by_company = defaultdict(list)
    for guest in guests:
        by_company[guest[0]].append(guest)
    earlier = select(Fair.id).where(Fair.starts_on < before, Fair.is_rehearsal.is_(False))

    def at(guest: tuple[int, int], fair_id: int) -> PastFair:
        return found[guest].setdefault(fair_id, PastFair(fair_id))

    own = select(Visit.person_id, Visit.fair_id, func.count()).where(
        Visit.person_id.in_(people), Visit.fair_id.in_(earlier)
    )
    visits: dict[tuple[int, int], int] = {
        (person, fair_id): int(number)
        for person, fair_id, number in db.session.execute(own.group_by(Visit.person_id, Visit.fair_id))
    }
    for guest in guests:
        for (person, fair_id), number in visits.items():
            if person == guest[1]:
                past = at(guest, fair_id)
                past.own_visits = past.company_visits = number
    colleagues = (
        select(Importer.company_id, Visit.fair_id, Visit.person_id, func.count())
        .join(Visit, (Visit.fair_id == Importer.fair_id) & (Visit.person_id == Importer.person_id))
        .where(Importer.company_id.in_(companies), Importer.fair_id.in_(earlier))
        .group_by(Importer.company_id, Visit.fair_id, Visit.person_id)
    )
    for company, fair_id, person, number in db.session.execute(colleagues):
        for guest in by_company[company]:
            if person != guest[1]:
                at(guest, fair_id).company_visits += int(number)
    deals = (
        select(Contract.importer_id, Contract.fair_id, func.count(), func.sum(Contract.usd_minor))
        .where(
            Contract.importer_id.in_(companies), Contract.fair_id.in_(earlier), headline()
        )
        .group_by(Contract.importer_id, Contract.fair_id)
    )  # fmt: skip
    for company, fair_id, number, usd in db.session.execute(deals):
        for guest in by_company[company]:
            past = at(guest, fair_id)
            past.deals, past.usd_minor = int(number), int(usd or 0)
    supported = select(Hosting.company_id, Hosting.fair_id).where(
        Hosting.company_id.in_(companies), Hosting.fair_id.in_(earlier), Hosting.granted_at.is_not(None)
    )
    for company, fair_id in db.session.execute(supported):
        for guest in by_company[company]:
            at(guest, fair_id).was_supported = True
    return {
        guest: Past(sorted(fairs.values(), key=lambda one: one.fair_id, reverse=True)) for guest, fairs in found.items()
    }
