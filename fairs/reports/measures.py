"""What the records say: one function per metric of the plan, each a few statements.

A measure is None when the fairs of an item hold no record of its kind: then a figure entered by hand stands in.
All amounts are in the target's unit, money in major units of the currency that is the unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, func, or_, select

from fairs.badges.states import BadgeCategory
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.checkin.models import Visit
from fairs.contracts.counting import standing
from fairs.contracts.models import Contract, SalesReturn
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.money import Money
from fairs.directory.models import Company
from fairs.exhibitors.sharing import count_co_exhibitors
from fairs.floorplans.models import Booth
from fairs.funding.models import Grant
from fairs.funding.states import GrantState
from fairs.hosting.models import Hosting
from fairs.hosting.room import SUBJECT
from fairs.hosting.states import GRANTED, HostingState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.programme.states import FigureLabel
from fairs.visitors.models import PublicCount

#: A booth of the plan is 9 m² (3 × 3 m, Decree 81/2018/NĐ-CP); larger stands count by their area.
BOOTH_CM2 = 90_000


@dataclass(frozen=True, slots=True)
class Beside:
    """A further number that belongs beside the figure and is never added to it. ``unit`` is "" or a currency."""

    label: Any
    value: Decimal | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure from records: its value, what it earned as a label, and what came on which day."""

    value: Decimal
    label: FigureLabel
    by_day: dict[date, Decimal] = field(default_factory=dict)
    beside: tuple[Beside, ...] = ()


Measure = Callable[[Sequence[Fair], date], Measured | None]


def fair_ids(fairs: Iterable[Fair]) -> list[int]:
    """Their keys, for SQL."""
    return [fair.id for fair in fairs]


def equivalents(area_cm2: int) -> Decimal:
    """Booths of 9 m² in an area, to two decimals."""
    return (Decimal(area_cm2) / BOOTH_CM2).quantize(Decimal("0.01"), ROUND_HALF_UP)


def booths(fairs: Sequence[Fair], as_of: date) -> Measured | None:
    """Confirmed bookings in booths of 9 m²; stands, net square metres and exhibitors (main and co-exhibitors) beside."""
    areas: Counter[date] = Counter()
    stands = exhibitors = 0
    for fair in fairs:
        rows = db.session.execute(
            select(
                BoothBooking.confirmed_at, BoothBooking.created_at, Booth.w_cm * Booth.h_cm, BoothBooking.exhibitor_id
            )
            .join(Booth, Booth.id == BoothBooking.booth_id)
            .where(BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
        )
        main = set()
        for confirmed, created, area, exhibitor_id in rows:
            day = local_day(confirmed or created, fair.time_zone)
            if day <= as_of:
                areas[day] += area
                stands += 1
                main.add(exhibitor_id)
        exhibitors += len(main) + count_co_exhibitors(main)
    if not stands:
        return None
    total = areas.total()
    beside = (
        Beside(_l("Stands"), Decimal(stands)),
        Beside(_l("Net space in m²"), (Decimal(total) / 10_000).quantize(Decimal("0.01"))),
        Beside(_l("Exhibitors, with co-exhibitors"), Decimal(exhibitors)),
    )
    return Measured(equivalents(total), FigureLabel.COUNTED, {d: equivalents(a) for d, a in areas.items()}, beside)


def visits(fairs: Sequence[Fair], as_of: date) -> Measured | None:
    """Visits that count (one per person and day); at a public fair with counters what these counted."""
    by_day: Counter[date] = Counter()
    people = 0
    counted_by_name = False
    for fair in fairs:
        counters = _counters(fair, as_of) if fair.kind == "public" else {}
        if counters:
            by_day.update(counters)
            continue
        rows = db.session.execute(
            select(Visit.day, func.count())
            .where(Visit.fair_id == fair.id, Visit.counts.is_(True), Visit.day <= as_of)
            .group_by(Visit.day)
        )
        for day, number in rows:
            by_day[day] += number
        counted_by_name = True
        people += db.session.scalar(_people(fair, as_of)) or 0
    if not by_day:
        return None
    beside = (Beside(_l("Different people"), Decimal(people)),) if counted_by_name else ()
    return Measured(Decimal(by_day.total()), FigureLabel.COUNTED, _decimals(by_day), beside)


def _people(fair: Fair, as_of: date) -> Any:
    return select(func.count(Visit.person_id.distinct())).where(
        Visit.fair_id == fair.id, Visit.counts.is_(True), Visit.day <= as_of
    )


def _counters(fair: Fair, as_of: date) -> dict[date, int]:
    rows = db.session.execute(
        select(PublicCount.day, func.sum(PublicCount.entries))
        .where(PublicCount.fair_id == fair.id, PublicCount.day <= as_of)
        .group_by(PublicCount.day)
    )
    return {day: int(number) for day, number in rows}


def _decimals(by_day: Counter[date]) -> dict[date, Decimal]:
    return {day: Decimal(number) for day, number in by_day.items()}


def first_visits(fairs: Sequence[Fair], as_of: date, *, supported: bool = False) -> Any:
    """(company, country, first day, people, visits) of importers from abroad who came; ``supported``: those who used support.

    Registered but absent never counts. Nationality is the company's address.
    """
    query = (
        select(
            Company.id.label("company_id"),
            Company.name,
            Company.country,
            func.min(Visit.day).label("first_day"),
            func.count(Visit.person_id.distinct()).label("people"),
            func.count().label("visits"),
        )
        .join(Importer, Importer.company_id == Company.id)
        .join(Visit, (Visit.fair_id == Importer.fair_id) & (Visit.person_id == Importer.person_id))
        .where(
            Importer.fair_id.in_(fair_ids(fairs)),
            Importer.state == ImporterState.APPROVED,
            Visit.counts.is_(True),
            Visit.day <= as_of,
            Company.country != "VN",
        )
        .group_by(Company.id, Company.name, Company.country)
        .order_by(Company.country, Company.name, Company.id)
    )
    return query.where(used_support()) if supported else query


def used_support() -> ColumnElement[bool]:
    """For a query with Importer and Visit: the support was granted, stands, and was used.

    Of a fair that grants support here, whoever came with a granted support counts; once it is accounted for, only where
    something was paid for it and not given back. A fair without any such record (2020 and earlier, when supports were decided
    on paper) knows it by the badge alone: a hosted importer's.
    """
    keeps_records = select(Hosting.id).where(Hosting.fair_id == Importer.fair_id).exists()
    paid = select(Grant.id).where(
        Grant.subject_type == SUBJECT, Grant.subject_id == Hosting.id, Grant.state == GrantState.SETTLED, Grant.actual_minor > 0
    )  # fmt: skip
    used = select(Hosting.id).where(
        Hosting.importer_id == Importer.id, Hosting.state.in_(GRANTED), or_(Hosting.state != HostingState.SETTLED, paid.exists())
    )  # fmt: skip
    return or_(used.exists(), and_(Visit.category == BadgeCategory.HOSTED, ~keeps_records))


def foreign_importers(fairs: Sequence[Fair], as_of: date) -> Measured | None:
    """Different companies from abroad whose approved importer came at least once; people and countries beside."""
    rows = db.session.execute(first_visits(fairs, as_of)).all()
    return _companies(rows) if rows else None


def _companies(rows: Sequence[Any], beside: tuple[Beside, ...] = ()) -> Measured:
    numbers = (
        Beside(_l("People"), Decimal(sum(row.people for row in rows))),
        Beside(_l("Countries"), Decimal(len({row.country for row in rows}))),
    )
    by_day = Counter(row.first_day for row in rows)
    return Measured(Decimal(len(rows)), FigureLabel.COUNTED, _decimals(by_day), (*numbers, *beside))


def supported_importers(fairs: Sequence[Fair], as_of: date) -> Measured | None:
    """Companies from abroad that got support and came (``used_support``). Never added to foreign_importers: a part of them.

    Beside it: the supports granted, used or not, what is committed for them, and what was paid (each in the fairs' currency).
    """
    rows = db.session.execute(first_visits(fairs, as_of, supported=True)).all()
    granted = db.session.scalar(
        select(func.count()).where(Hosting.fair_id.in_(fair_ids(fairs)), Hosting.state.in_(GRANTED))
    )
    if not rows and not granted:
        return None
    return _companies(
        rows, (Beside(_l("Supports granted"), Decimal(granted)), *_support_money(fairs)) if granted else ()
    )


def _support_money(fairs: Sequence[Fair]) -> list[Beside]:
    sums = db.session.execute(
        select(Grant.currency, Grant.state, func.sum(func.coalesce(Grant.actual_minor, Grant.amount_minor)))
        .where(
            Grant.fair_id.in_(fair_ids(fairs)), Grant.subject_type == SUBJECT,
            Grant.state.in_([GrantState.COMMITTED, GrantState.SETTLED]),
        )
        .group_by(Grant.currency, Grant.state)
        .order_by(Grant.currency, Grant.state)
    )  # fmt: skip
    words = {GrantState.COMMITTED: _l("Committed for support"), GrantState.SETTLED: _l("Paid for support")}
    return [Beside(words[state], Money(int(total), currency).decimal, currency) for currency, state, total in sums]


def export_value(fairs: Sequence[Fair], as_of: date) -> Measured | None:
    """USD of contracts signed and verified; MOUs and what waits to be verified stand beside, never added."""
    kind = standing().label("kind")
    rows = db.session.execute(
        select(Contract.signed_on, kind, func.count(), func.sum(Contract.usd_minor))
        .where(Contract.fair_id.in_(fair_ids(fairs)), Contract.signed_on <= as_of)
        .group_by(Contract.signed_on, kind)
    ).all()
    if not rows:
        return None
    by_day: Counter[date] = Counter()
    numbers, cents = Counter[str](), Counter[str]()
    for day, name, number, usd in rows:
        numbers[name] += number
        cents[name] += int(usd or 0)
        if name == "verified":
            by_day[day] += int(usd or 0)
    beside: tuple[Beside, ...] = (
        Beside(_l("Contracts signed and verified"), Decimal(numbers["verified"])),
        Beside(_l("MOU, verified"), usd_of(cents["mou"]), "USD"),
        Beside(_l("Signed, to be verified"), usd_of(cents["waiting"]), "USD"),
    )
    if numbers["cancelled_later"]:
        beside = (*beside, Beside(_l("Verified, cancelled later"), usd_of(cents["cancelled_later"]), "USD"))
    daily = {day: usd_of(value) for day, value in by_day.items()}
    return Measured(usd_of(cents["verified"]), FigureLabel.VERIFIED, daily, beside)


def usd_of(cents: int) -> Decimal:
    """USD of US cents."""
    return Decimal(cents).scaleb(-2)


def sales(fairs: Sequence[Fair], as_of: date) -> Measured | None:
    """Sum of the daily declarations in VND; beside it how many of the booth-days were declared at all."""
    rows = db.session.execute(
        select(SalesReturn.day, func.count(), func.sum(SalesReturn.amount_minor))
        .where(SalesReturn.fair_id.in_(fair_ids(fairs)), SalesReturn.day <= as_of, SalesReturn.currency == "VND")
        .group_by(SalesReturn.day)
    ).all()
    if not rows:
        return None
    declared = sum(number for _day, number, _sum in rows)
    expected = sum(_booth_days(fair, as_of) for fair in fairs)
    beside = (
        Beside(_l("Booth-days declared"), Decimal(declared)),
        Beside(_l("Booth-days not declared"), Decimal(max(0, expected - declared))),
        Beside(_l("Declared, in percent"), _percent(declared, expected)),
    )
    by_day = {day: Decimal(int(total)) for day, _number, total in rows}
    return Measured(sum(by_day.values(), Decimal(0)), FigureLabel.DECLARED, by_day, beside)


def _booth_days(fair: Fair, as_of: date) -> int:
    booked = db.session.scalar(
        select(func.count()).where(BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
    )
    return (booked or 0) * len([day for day in fair.days if day <= as_of])


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.1")) if whole else None


MEASURES: dict[str, Measure] = {
    "booths": booths,
    "visits": visits,
    "foreign_importers": foreign_importers,
    "supported_importers": supported_importers,
    "export_value": export_value,
    "sales": sales,
}
