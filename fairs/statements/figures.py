"""The figures of one fair: each is the sum of its records, whatever happens to them.

What is counted, declared, verified or estimated stands side by side and is never added up. The definitions are those of UFI
(brief, section 2); the records come from ``reports.behind``, as those of the plan's figures do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, null, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.calendar.models import Fair
from fairs.contracts.content import content_of
from fairs.contracts.models import Contract
from fairs.core.clock import local_day, now
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.programme.states import FigureLabel
from fairs.reports import behind
from fairs.reports.behind import COLUMNS, SCALES, Rows

_BATCH = 500
C, V, D, E = FigureLabel.COUNTED, FigureLabel.VERIFIED, FigureLabel.DECLARED, FigureLabel.ESTIMATED


@dataclass(frozen=True, slots=True)
class FigureRecord:
    """One record behind a figure; ``value`` is what it adds, in the figure's unit. ``content`` is plain JSON, without names of people."""

    kind: str
    id: int
    reference: str
    value: Decimal
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FairFigure:
    """A figure: ``unit`` is "", "m2", "USD" or "VND"; ``endpoint`` the page with its records; ``trend`` is cumulative by day."""

    key: str
    label: Any
    value: Decimal
    unit: str
    source: FigureLabel
    endpoint: tuple[str, dict[str, Any]]
    count: int = 0
    trend: list[tuple[date, Decimal]] = field(default_factory=list)

    @property
    def updated_on(self) -> date | None:
        """The latest day on which something was added."""
        return self.trend[-1][0] if self.trend else None


@dataclass(frozen=True, slots=True)
class Kind:
    """What a figure is: its words, its unit, where it comes from, the records behind it."""

    key: str
    label: Any
    unit: str
    source: FigureLabel
    rows: Rows

    @property
    def scale(self) -> int:
        """Decimals of the records' whole numbers."""
        return SCALES.get(self.key, 0)

    @property
    def is_without_names(self) -> bool:
        """Whether it was counted at gates, without names."""
        return self.rows is behind.counted

    @property
    def has_days(self) -> bool:
        """Whether each record has a day of its own."""
        return self.key in _WITH_DAY

    def decimal(self, amount: int | None) -> Decimal:
        """A sum of the records' whole numbers in the figure's unit."""
        return Decimal(int(amount or 0)).scaleb(-self.scale)


KINDS = (
    Kind("booths", _l("Booths of 9 m²"), "", C, behind.booths),
    Kind("net_space", _l("Net space"), "m2", C, behind.net_space),
    Kind("exhibitors", _l("Main exhibitors"), "", C, behind.exhibitors),
    Kind("co_exhibitors", _l("Co-exhibitors"), "", C, behind.co_exhibitors),
    Kind("visits", _l("Visits"), "", C, behind.visits),
    Kind("visitors", _l("Visitors (different people)"), "", C, behind.visitors),
    Kind("foreign_importers", _l("Importers from abroad (companies)"), "", C, behind.foreign_importers),
    Kind("importer_people", _l("People of importers from abroad"), "", C, behind.importer_people),
    Kind("contracts_verified", _l("Export contracts, signed and verified"), "USD", V, behind.contracts_verified),
    Kind("contracts_cancelled", _l("Verified contracts, cancelled later"), "USD", V, behind.contracts_cancelled),
    Kind("mou", _l("MOU, verified"), "USD", V, behind.mou),
    Kind("sales", _l("Sales, as declared"), "VND", D, behind.sales),
    Kind("estimated_orders", _l("Orders signed and expected (exit survey)"), "USD", E, behind.estimated),
)
#: What a fair does not have (sales at a trade fair, export contracts at a public one) is no figure of it, not a zero.
_ONLY_WITH_RECORDS = {
    "trade": frozenset({"contracts_cancelled", "mou", "sales", "estimated_orders"}),
    "public": frozenset(
        {"foreign_importers", "importer_people", "contracts_verified", "contracts_cancelled", "mou", "estimated_orders"}
    ),
}
_COUNTED = Kind("visits", _l("Visits (entries counted at the gates)"), "", C, behind.counted)


def day_of(fair: Fair, as_of: datetime | None = None) -> date:
    """The day of the fair until which (inclusive) records are counted; default: today."""
    return local_day(as_of or now(), fair.time_zone)


def kinds_of(fair: Fair, as_of: date) -> list[Kind]:
    """What is counted at the fair. A public fair that counts at its gates without names has visits and knows no people."""
    if fair.kind != "public" or not _has_counts(fair, as_of):
        return list(KINDS)
    return [_COUNTED if kind.key == "visits" else kind for kind in KINDS if kind.key != "visitors"]


def _has_counts(fair: Fair, as_of: date) -> bool:
    rows = behind.counted(fair, as_of).subquery()
    return db.session.scalar(select(rows.c.id).limit(1)) is not None


def kind_of(fair: Fair, key: str, as_of: date) -> Kind:
    """The figure of this name at the fair; raises NotFound."""
    found = next((kind for kind in kinds_of(fair, as_of) if kind.key == key), None)
    if found is None:
        raise NotFound
    return found


def figures_of(fair: Fair, *, as_of: datetime | None = None) -> list[FairFigure]:
    """The figures of the fair until the end of the day of ``as_of`` (default: now). A constant number of statements."""
    day = day_of(fair, as_of)
    figures = [_figure(fair, kind, day) for kind in kinds_of(fair, day)]
    return [figure for figure in figures if figure.count or figure.key not in _ONLY_WITH_RECORDS[fair.kind]]


def figure_of(fair: Fair, key: str, *, as_of: datetime | None = None) -> FairFigure:
    """One of the figures, also where it has no record; raises NotFound."""
    day = day_of(fair, as_of)
    return _figure(fair, kind_of(fair, key, day), day)


def _figure(fair: Fair, kind: Kind, day: date) -> FairFigure:
    daily = _by_day(fair, kind, day)
    days = sorted(one for one in daily if one is not None)
    total, count = sum(amount for amount, _n in daily.values()), sum(number for _a, number in daily.values())
    # What has no day (special shows on the plan) is there from the first day on.
    sums = accumulate((daily[one][0] for one in days), initial=daily.get(None, (0, 0))[0])
    trend = [(one, kind.decimal(amount)) for one, amount in zip(days, list(sums)[1:], strict=True)]
    endpoint = ("statements.records", {"fair_slug": fair.slug, "key": kind.key})
    return FairFigure(kind.key, kind.label, kind.decimal(total), kind.unit, kind.source, endpoint, count, trend)


def _by_day(fair: Fair, kind: Kind, day: date) -> dict[date | None, tuple[int, int]]:
    rows = kind.rows(fair, day).subquery()
    query = select(rows.c.day, rows.c.moment, func.sum(rows.c.amount), func.count()).group_by(rows.c.day, rows.c.moment)
    if kind.has_days:
        query = select(rows.c.day, null(), func.sum(rows.c.amount), func.count()).group_by(rows.c.day)
    found: dict[date | None, tuple[int, int]] = {}
    for own, moment, amount, number in db.session.execute(query):
        one = own or (local_day(moment, fair.time_zone) if moment is not None else None)
        before = found.get(one, (0, 0))
        found[one] = (before[0] + int(amount), before[1] + number)
    return found


#: Their records know the day of the fair: thousands of visits are summed by the database.
_WITH_DAY = frozenset(
    {"visits", "visitors", "foreign_importers", "importer_people", "contracts_verified", "contracts_cancelled", "mou", "sales"}
)  # fmt: skip


def records_behind(fair: Fair, key: str, *, as_of: datetime | None = None) -> Iterator[FigureRecord]:
    """The records whose values add up to the figure, by kind and number; raises NotFound for a figure the fair has not."""
    day = day_of(fair, as_of)
    kind = kind_of(fair, key, day)
    rows = kind.rows(fair, day).subquery()
    query = select(*(rows.c[name] for name in COLUMNS)).order_by(rows.c.kind, rows.c.id)
    found = db.session.execute(query.execution_options(yield_per=_BATCH)).mappings().partitions()
    return _records(fair, kind, found)


def _records(fair: Fair, kind: Kind, found: Any) -> Iterator[FigureRecord]:
    for part in found:
        contracts = _contents([row["id"] for row in part if row["kind"] == "Contract"])
        for row in part:
            content = contracts.get(row["id"]) if row["kind"] == "Contract" else None
            yield FigureRecord(
                row["kind"], row["id"], row["reference"], kind.decimal(row["amount"]), content or _content(fair, row)
            )


def _content(fair: Fair, row: Any) -> dict[str, Any]:
    day = row["day"] or (local_day(row["moment"], fair.time_zone) if row["moment"] is not None else None)
    said = {name: row[name] for name in ("country", "name", "partner", "place", "detail") if row[name]}
    return {"reference": row["reference"], "amount": row["amount"], **({"day": day.isoformat()} if day else {}), **said}


def _contents(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    if not ids:
        return {}
    query = (
        select(Contract)
        .where(Contract.id.in_(ids))
        .options(
            joinedload(Contract.exporter), joinedload(Contract.importer), joinedload(Contract.parent),
            selectinload(Contract.lines),
        )
    )  # fmt: skip
    return {
        row.id: {
            **content_of(row), "state": row.state.value, "revision": row.revision, "usd_minor": row.usd_minor,
            "rate_vnd": _text(row.rate_vnd), "rate_usd_vnd": _text(row.rate_usd_vnd), "rate_source": row.rate_source,
        }
        for row in db.session.scalars(query)
    }  # fmt: skip


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number.normalize(), "f")
