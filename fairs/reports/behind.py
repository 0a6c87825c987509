"""The records behind each figure of a fair, as one select each: the figure is the sum of its column ``amount``, always.

Every select has the same columns: ``kind`` and ``id`` of the record, ``reference``, ``amount`` (a whole number; ``SCALES``
says how many decimals it stands for), ``day`` (or ``moment``, where the record has no day of its own), ``country``, ``name``,
``partner``, ``place`` and ``detail``; ``folded`` is what a search looks into. Names are those of companies and places, never of people. A day that lies after ``as_of`` is left out;
what has been corrected since then is as it is now.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased

from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.checkin.models import Gate, Visit
from fairs.contracts.counting import cancelled_later, headline, verified_mou
from fairs.contracts.models import Contract
from fairs.core.db import UTCDateTime
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor, StandCompany
from fairs.exhibitors.sharing import CO
from fairs.floorplans.models import Booth, BoothType
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.sales.models import SalesReturn
from fairs.surveys.models import ExitSurvey
from fairs.visitors.models import PublicCount

#: A booth of the plan is 9 m² (3 × 3 m, Decree 81/2018/NĐ-CP); larger stands count by their area.
BOOTH_CM2 = 90_000
COLUMNS = (
    "kind",
    "id",
    "reference",
    "amount",
    "day",
    "moment",
    "country",
    "name",
    "partner",
    "place",
    "detail",
    "folded",
)
#: Decimals of ``amount``: booths to two, areas are square centimetres, dollars are cents.
SCALES = {
    "booths": 2,
    "net_space": 4,
    "contracts_verified": 2,
    "contracts_cancelled": 2,
    "mou": 2,
    "estimated_orders": 2,
}
#: What ``detail`` says of a part of the net space: who occupies it, and at what price.
PAID, UNPAID, SPECIAL = "paid", "unpaid", "special"

Rows = Callable[[Fair, date], Select[Any]]
_DECIDED: Any = func.coalesce(BoothBooking.confirmed_at, BoothBooking.created_at, type_=UTCDateTime())
_AREA = Booth.w_cm * Booth.h_cm
_COMPANY = (Company.country, Company.name, Company.folded)


def _columns(kind: str, key: Any, amount: Any, **known: Any) -> list[Any]:
    empty: dict[str, Any] = {
        "day": cast(null(), Date), "moment": cast(null(), UTCDateTime()), "reference": literal(""), "country": literal(""),
        "name": literal(""), "partner": literal(""), "place": literal(""), "detail": literal(""), "folded": literal(""),
    }  # fmt: skip
    values = {**empty, **known, "kind": literal(kind, String), "id": key, "amount": amount}
    return [values[name].label(name) for name in COLUMNS]


def end_of(fair: Fair, day: date) -> datetime:
    """The moment at which the day is over where the fair takes place."""
    known = min(max(day, date(1970, 1, 1)), date(9000, 1, 1))
    return fair.at(known + timedelta(days=1), time(0))


def confirmed(fair: Fair, as_of: date) -> ColumnElement[bool]:
    """The bookings that occupy space: confirmed until the end of the day."""
    return and_(
        BoothBooking.fair_id == fair.id,
        BoothBooking.state == BookingState.CONFIRMED,
        end_of(fair, as_of) > _DECIDED,
    )


def booths(fair: Fair, as_of: date) -> Select[Any]:
    """Confirmed booths in booths of 9 m², each to two decimals."""
    hundredths = (_AREA * 100 + BOOTH_CM2 // 2) // BOOTH_CM2
    return _booked(fair, as_of, hundredths)


def _booked(fair: Fair, as_of: date, amount: Any, *further: ColumnElement[bool]) -> Select[Any]:
    is_paid = BoothBooking.price_minor > BoothBooking.support_minor
    columns = _columns(
        "BoothBooking", BoothBooking.id, amount, reference=BoothBooking.reference, moment=_DECIDED, country=Company.country,
        name=Company.name, partner=BoothType.code, place=Booth.code, detail=case((is_paid, PAID), else_=UNPAID),
        folded=Company.folded,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(BoothBooking)
        .join(Booth, Booth.id == BoothBooking.booth_id)
        .join(BoothType, BoothType.id == Booth.type_id)
        .join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .join(Company, Company.id == Exhibitor.company_id)
        .where(confirmed(fair, as_of), *further)
    )


def net_space(fair: Fair, as_of: date) -> Select[Any]:
    """Area occupied by exhibitors, paid and unpaid, and by special shows on theme (UFI); in square centimetres.

    Unpaid is what an exhibitor has free of charge. Special shows are the areas of the plan that are not for sale.
    """
    shows = select(
        *_columns(
            "Booth", Booth.id, _AREA, reference=Booth.code, name=BoothType.name_vi,
            partner=BoothType.code, place=Booth.code, detail=literal(SPECIAL),
        )
    ).join(BoothType, BoothType.id == Booth.type_id).where(
        Booth.fair_id == fair.id, BoothType.is_sold.is_(False), BoothType.counts_in_net_space.is_(True)
    )  # fmt: skip
    stands = _booked(fair, as_of, _AREA, BoothType.counts_in_net_space.is_(True))
    both = union_all(stands, shows).subquery()
    return select(*(both.c[name] for name in COLUMNS))


def exhibitors(fair: Fair, as_of: date) -> Select[Any]:
    """Main exhibitors: those who have a confirmed booth; nationality is the address on the contract."""
    columns = _columns(
        "Exhibitor", Exhibitor.id, literal(1), reference=Exhibitor.reference, country=Company.country, name=Company.name,
        folded=Company.folded, moment=func.min(_DECIDED, type_=UTCDateTime()), detail=Exhibitor.track,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(BoothBooking)
        .join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .join(Company, Company.id == Exhibitor.company_id)
        .where(confirmed(fair, as_of))
        .group_by(Exhibitor.id, Exhibitor.reference, Exhibitor.track, *_COMPANY)
    )


def co_exhibitors(fair: Fair, as_of: date) -> Select[Any]:
    """Companies with own staff and products on the stand of a main exhibitor, each once; who has a stand itself counts there.

    Represented companies are none (UFI).
    """
    main = select(BoothBooking.exhibitor_id).where(confirmed(fair, as_of))
    own = select(Exhibitor.company_id).where(Exhibitor.id.in_(main))
    columns = _columns(
        "StandCompany", func.min(StandCompany.id), literal(1), reference=func.min(Exhibitor.reference),
        country=Company.country, name=Company.name, folded=Company.folded,
    )  # fmt: skip
    return (
        select(*columns)
        .select_from(StandCompany)
        .join(Exhibitor, Exhibitor.id == StandCompany.exhibitor_id)
        .join(Company, Company.id == StandCompany.company_id)
        .where(StandCompany.exhibitor_id.in_(main), StandCompany.kind == CO, StandCompany.company_id.not_in(own))
        .group_by(StandCompany.company_id, *_COMPANY)
    )


def came(fair: Fair, as_of: date) -> ColumnElement[bool]:
    """The visits that count: one per person and day, of categories that count as visitors."""
    return and_(Visit.fair_id == fair.id, Visit.counts.is_(True), Visit.day <= as_of)


def visits(fair: Fair, as_of: date) -> Select[Any]:
    """Visits that count, by name."""
    return select(*_visit_columns()).where(came(fair, as_of))


def _visit_columns() -> list[Any]:
    return _columns(
        "Visit", Visit.id, literal(1), day=Visit.day, moment=Visit.first_in_at, country=Visit.country,
        detail=type_coerce(Visit.category, String),
    )  # fmt: skip


def visitors(fair: Fair, as_of: date) -> Select[Any]:
    """Different people: the first visit of each that counts."""
    first = (
        select(Visit.person_id.label("person_id"), func.min(Visit.day).label("day"))
        .where(came(fair, as_of))
        .group_by(Visit.person_id)
        .subquery()
    )
    return visits(fair, as_of).join(first, and_(first.c.person_id == Visit.person_id, first.c.day == Visit.day))


def counted(fair: Fair, as_of: date) -> Select[Any]:
    """Entries counted without names, by gate and hour; who comes back in is counted again."""
    columns = _columns(
        "PublicCount", PublicCount.id, PublicCount.entries, reference=Gate.code, day=PublicCount.day, name=Gate.name_vi,
        place=cast(PublicCount.hour, String), detail=PublicCount.method,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Gate, Gate.id == PublicCount.gate_id)
        .where(PublicCount.fair_id == fair.id, PublicCount.day <= as_of)
    )


def foreign_importers(fair: Fair, as_of: date) -> Select[Any]:
    """Companies from abroad whose approved importer came, each once. Registered but absent never counts."""
    columns = _columns(
        "Importer", func.min(Importer.id), literal(1), reference=func.min(Importer.reference), day=func.min(Visit.day),
        country=Company.country, name=Company.name, folded=Company.folded,
    )  # fmt: skip
    return _importers(fair, as_of, columns).group_by(Company.id, *_COMPANY)


def importer_people(fair: Fair, as_of: date) -> Select[Any]:
    """The people of these companies who came, each once."""
    columns = _columns(
        "Importer", Importer.id, literal(1), reference=Importer.reference, day=func.min(Visit.day), country=Company.country,
        name=Company.name, folded=Company.folded,
    )  # fmt: skip
    return _importers(fair, as_of, columns).group_by(Importer.id, Importer.reference, *_COMPANY)


def _importers(fair: Fair, as_of: date, columns: list[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Importer)
        .join(Company, Company.id == Importer.company_id)
        .join(Visit, and_(Visit.fair_id == Importer.fair_id, Visit.person_id == Importer.person_id))
        .where(
            Importer.fair_id == fair.id, Importer.state == ImporterState.APPROVED, came(fair, as_of), Company.country != "VN"
        )
    )  # fmt: skip


def contracts_verified(fair: Fair, as_of: date) -> Select[Any]:
    """Contracts signed and verified that stand, in US cents at the rate frozen when they were verified."""
    return _contracts(fair, as_of, headline())


def contracts_cancelled(fair: Fair, as_of: date) -> Select[Any]:
    """Contracts that were verified and cancelled later; no part of the headline."""
    return _contracts(fair, as_of, cancelled_later())


def mou(fair: Fair, as_of: date) -> Select[Any]:
    """Memoranda that were verified; beside the headline, never added."""
    return _contracts(fair, as_of, verified_mou())


def _contracts(fair: Fair, as_of: date, rule: ColumnElement[bool]) -> Select[Any]:
    exporter, importer = aliased(Company), aliased(Company)
    columns = _columns(
        "Contract", Contract.id, Contract.usd_minor, reference=Contract.reference, day=Contract.signed_on,
        country=importer.country, name=exporter.name, partner=importer.name, detail=type_coerce(Contract.state, String),
        folded=exporter.folded + literal(" ") + importer.folded,
    )  # fmt: skip
    return (
        select(*columns)
        .join(exporter, exporter.id == Contract.exporter_id)
        .join(importer, importer.id == Contract.importer_id)
        .where(Contract.fair_id == fair.id, Contract.signed_on <= as_of, Contract.usd_minor.is_not(None), rule)
    )


def sales(fair: Fair, as_of: date) -> Select[Any]:
    """What booths declared to have sold, in dong, by booth and day; who did not declare has no record."""
    columns = _columns(
        "SalesReturn", SalesReturn.id, SalesReturn.amount_minor, place=Booth.code, day=SalesReturn.day,
        country=Company.country, name=Company.name, detail=SalesReturn.source, folded=Company.folded,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Booth, Booth.id == SalesReturn.booth_id)
        .join(Exhibitor, Exhibitor.id == SalesReturn.exhibitor_id)
        .join(Company, Company.id == Exhibitor.company_id)
        .where(SalesReturn.fair_id == fair.id, SalesReturn.day <= as_of, SalesReturn.currency == "VND")
    )


def estimated(fair: Fair, as_of: date) -> Select[Any]:
    """Orders signed and expected within twelve months as exhibitors said in the exit survey (ước đạt), in US cents: an estimate
    beside verified contracts, never added to them. An answer without a rate of its currency has no amount yet."""
    columns = _columns(
        "ExitSurvey", ExitSurvey.id, ExitSurvey.usd_signed + ExitSurvey.usd_expected, reference=Exhibitor.reference,
        moment=ExitSurvey.answered_at, country=Company.country, name=Company.name, detail=ExitSurvey.source, folded=Company.folded,
    )  # fmt: skip
    return (
        select(*columns)
        .join(Exhibitor, Exhibitor.id == ExitSurvey.exhibitor_id)
        .join(Company, Company.id == Exhibitor.company_id)
        .where(
            ExitSurvey.fair_id == fair.id, ExitSurvey.answered_at < end_of(fair, as_of),
            ExitSurvey.usd_signed.is_not(None), ExitSurvey.usd_expected.is_not(None),
        )
    )  # fmt: skip
