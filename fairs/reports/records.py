"""The records behind a figure as a table whose total is the figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from fairs.badges.categories import counting, decided_in_words
from fairs.badges.states import BadgeCategory
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.checkin.models import Gate, Visit
from fairs.contracts.counting import headline, verified_mou
from fairs.contracts.models import Contract
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.i18n import country_name, format_date
from fairs.directory.models import Company
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.reports import behind
from fairs.reports.measures import equivalents, first_visits, usd_of
from fairs.reports.queries import Figure
from fairs.reports.sums import group_name, grouped, pooled
from fairs.reports.supported import support_proofs, support_table
from fairs.reports.tables import Records
from fairs.reports.words import amount
from fairs.sales.models import SalesReturn
from fairs.visitors.models import PublicCount


def records_of(figure: Figure, as_of: date, sees_deals: Callable[[Fair], bool] = lambda _fair: False) -> list[Records]:
    """The tables behind a figure that was computed; empty for one entered by hand.

    ``sees_deals`` says at which fairs the reader may see a single contract's value; of others there are sums by country and day.
    """
    if not figure.from_records:
        return []
    if figure.target.metric == "export_value":
        return [table for fair in figure.fairs for table in _contracts(fair, as_of, single=sees_deals(fair))]
    make = _MAKERS.get(figure.target.metric)
    return [] if make is None else [table for fair in figure.fairs for table in make(fair, as_of)]


def _confirmed(fair: Fair, *columns: Any) -> Sequence[Any]:
    """These columns of each confirmed booking with its booth and company, by booth."""
    return db.session.execute(
        select(*columns)
        .select_from(BoothBooking)
        .join(Booth, Booth.id == BoothBooking.booth_id)
        .join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .join(Company, Company.id == Exhibitor.company_id)
        .where(BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
        .order_by(Booth.code)
    ).all()


def _booths(fair: Fair, as_of: date) -> list[Records]:
    rows = _confirmed(
        fair, Booth.code, Company.name, Booth.w_cm * Booth.h_cm, BoothBooking.confirmed_at, BoothBooking.created_at
    )
    shown, area, booths = [], 0, Decimal(0)
    for code, company, size, confirmed, created in rows:
        day = local_day(confirmed or created, fair.time_zone)
        if day <= as_of:
            shown.append([code, company, amount(Decimal(size) / 10_000), amount(equivalents(size)), format_date(day)])
            area += size
            booths += equivalents(size)
    heads = [_("Booth"), _("Exhibitor"), _("m²"), _("Booths of 9 m²"), _("Confirmed on")]
    total = [_("Total"), "", amount(Decimal(area) / 10_000), amount(booths), ""]
    return [Records(fair.name, heads, shown, frozenset({2, 3}), total)]


def _visits(fair: Fair, as_of: date) -> list[Records]:
    if fair.kind == "public" and (counted := _counts(fair, as_of)).rows:
        return [counted]
    rows = db.session.execute(
        select(Visit.day, Visit.category, func.count())
        .where(Visit.fair_id == fair.id, Visit.day <= as_of)
        .group_by(Visit.day, Visit.category)
    ).all()
    counts = {(day, category): number for day, category, number in rows}
    days = sorted({day for day, _category in counts})
    here = {category for _day, category in counts}
    shown: list[list[Any]] = []
    counting_here = counting(fair)
    ordered = [c for c in BadgeCategory if c in here and c in counting_here]
    for category in ordered:
        numbers = [counts.get((day, category), 0) for day in days]
        shown.append([str(category.label), *map(_number, numbers), _number(sum(numbers))])
    per_day = [sum(counts.get((day, category), 0) for category in ordered) for day in days]
    total = [_("Total"), *map(_number, per_day), _number(sum(per_day))]
    heads = [_("Category"), *(format_date(day) for day in days), _("Visits")]
    note = _("One visit per person and day. Staff, press, service and organisers are not counted; re-entries neither.")
    note = " ".join([note, *decided_in_words(fair)])
    return [Records(fair.name, heads, shown, frozenset(range(1, len(days) + 2)), total, note)]


def _number(value: int) -> str:
    return amount(Decimal(value))


def _counts(fair: Fair, as_of: date) -> Records:
    rows = db.session.execute(
        select(PublicCount, Gate)
        .join(Gate, Gate.id == PublicCount.gate_id)
        .where(PublicCount.fair_id == fair.id, PublicCount.day <= as_of)
        .order_by(PublicCount.day, PublicCount.hour, Gate.code)
    ).all()
    shown = [
        [format_date(count.day), f"{count.hour:02d}:00–{count.hour + 1:02d}:00", gate.name, _number(count.entries), count.method]
        for count, gate in rows
    ]  # fmt: skip
    total = [_("Total"), "", "", _number(sum(count.entries for count, _gate in rows)), ""]
    note = _("Counters know no faces: who comes back in is counted again.")
    heads = [_("Day"), _("Hour"), _("Gate"), _("Entries"), _("How it was counted")]
    return Records(fair.name, heads, shown, frozenset({3}), total, note)


def _importers(fair: Fair, as_of: date, *, supported: bool = False) -> list[Records]:
    rows = db.session.execute(first_visits([fair], as_of, supported=supported)).all()
    shown = [
        [row.name, country_name(row.country), _number(row.people), _number(row.visits), format_date(row.first_day)]
        for row in rows
    ]
    heads = [_("Company"), _("Country"), _("People"), _("Visits"), _("First came on")]
    total = [
        _("%(number)s companies", number=_number(len(rows))),
        _("%(number)s countries", number=_number(len({row.country for row in rows}))),
        _number(sum(row.people for row in rows)), _number(sum(row.visits for row in rows)), "",
    ]  # fmt: skip
    note = _("Only who came is counted; registered but absent is not.")
    return [Records(fair.name, heads, shown, frozenset({2, 3}), total, note)]


def _supported(fair: Fair, as_of: date) -> list[Records]:
    """The companies that count, and the supports behind them with what proves each."""
    proofs = support_proofs(fair, as_of)
    return [*_importers(fair, as_of, supported=True), *(support_table(fair, rows, used=used) for used, rows in proofs)]


def _contracts(fair: Fair, as_of: date, *, single: bool) -> list[Records]:
    if not single:
        return [*_sums(fair, as_of, behind.contracts_verified, _("signed and verified")),
                *_sums(fair, as_of, behind.mou, _("MOU, shown beside and not counted"))]  # fmt: skip
    signed = _contract_table(fair, as_of, (headline(), Contract.usd_minor.is_not(None)), _("signed and verified"))
    beside = _contract_table(fair, as_of, (verified_mou(),), _("MOU, shown beside and not counted"))
    return [signed, beside] if beside.rows else [signed]


def _sums(fair: Fair, as_of: date, rows: behind.Rows, what: str) -> list[Records]:
    """By country and by day: the value of one contract is for the parties, deals staff and the auditor."""
    note = _("Single values are for the parties, deals staff and the auditor; here are the sums that make the figure.")
    tables = []
    for column, head in (("country", _("Country")), ("day", _("Signed on"))):
        groups = pooled(grouped(rows(fair, as_of), column))
        shown = [
            [group_name(column, group.key), _number(group.count), amount(usd_of(group.amount), "USD")]
            for group in groups
        ]
        total = [
            _("Total"), _number(sum(group.count for group in groups)),
            amount(usd_of(sum(group.amount for group in groups)), "USD"),
        ]  # fmt: skip
        if groups:
            heads = [head, _("Contracts"), _("Value in USD")]
            tables.append(Records(f"{fair.name}: {what}", heads, shown, frozenset({1, 2}), total, note))
    return tables


def _contract_table(fair: Fair, as_of: date, rules: tuple[Any, ...], what: str) -> Records:
    exporter, importer = aliased(Company), aliased(Company)
    rows = db.session.execute(
        select(
            Contract.reference, exporter.name, importer.name, importer.country, Contract.signed_on, Contract.usd_minor
        )
        .join(exporter, exporter.id == Contract.exporter_id)
        .join(importer, importer.id == Contract.importer_id)
        .where(Contract.fair_id == fair.id, Contract.signed_on <= as_of, *rules)
        .order_by(Contract.reference)
    ).all()
    shown = [
        [reference, seller, buyer, country_name(country), format_date(day), amount(usd_of(usd or 0), "USD")]
        for reference, seller, buyer, country, day, usd in rows
    ]
    heads = [_("Contract"), _("Exporter"), _("Importer"), _("Country"), _("Signed on"), _("Value in USD")]
    total = [
        _("%(number)s contracts", number=_number(len(rows))), "", "", "", "",
        amount(usd_of(sum(row[5] or 0 for row in rows)), "USD"),
    ]  # fmt: skip
    return Records(f"{fair.name}: {what}", heads, shown, frozenset({5}), total)


def _sales(fair: Fair, as_of: date) -> list[Records]:
    booths = _confirmed(fair, Booth.id, Booth.code, Company.name)
    declared = {
        (row.booth_id, row.day): row.amount_minor
        for row in db.session.scalars(
            select(SalesReturn).where(
                SalesReturn.fair_id == fair.id, SalesReturn.day <= as_of, SalesReturn.currency == "VND"
            )
        )
    }
    days = [day for day in fair.days if day <= as_of]
    shown: list[list[Any]] = []
    for booth_id, code, company in booths:
        values = [declared.get((booth_id, day)) for day in days]
        known = [value for value in values if value is not None]
        cells = [None if value is None else _number(value) for value in values]
        shown.append([code, company, *cells, _number(sum(known)) if known else None])
    per_day = [sum(value for (_booth, day), value in declared.items() if day == wanted) for wanted in days]
    total = [_("Total"), "", *map(_number, per_day), _number(sum(declared.values()))]
    heads = [_("Booth"), _("Exhibitor"), *(format_date(day) for day in days), _("Declared, VND")]
    expected = len(booths) * len(days)
    note = _(
        "%(done)s of %(all)s booth-days were declared. Who did not declare is shown and never filled in.",
        done=_number(len(declared)),
        all=_number(expected),
    )
    return [
        Records(
            fair.name, heads, shown, frozenset(range(2, len(days) + 3)), total, note, missing=_("not declared"),
        )
    ]  # fmt: skip


_MAKERS: dict[str, Callable[[Fair, date], list[Records]]] = {
    "booths": _booths,
    "visits": _visits,
    "foreign_importers": _importers,
    "supported_importers": _supported,
    "sales": _sales,
}
