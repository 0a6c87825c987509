"""What the charts of the plan's page show: by day, by country, by product group. The same numbers stand in tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.contracts.counting import headline
from fairs.contracts.models import Contract, ContractLine
from fairs.core.db import db
from fairs.core.i18n import format_date, localized
from fairs.directory.models import ProductGroup
from fairs.reports.measures import fair_ids, first_visits, usd_of
from fairs.reports.queries import Figure, Kpi
from fairs.reports.words import country

MOST_COUNTRIES = 12


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: ``series`` are (name, values), one value for each of ``labels``."""

    key: str
    title: str
    kind: str  # bar | hbar
    labels: list[str]
    series: list[tuple[str, list[float]]]
    unit: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the script that draws it."""
        series = [{"name": name, "values": values} for name, values in self.series]
        return {"kind": self.kind, "labels": self.labels, "series": series, "unit": self.unit}


def charts_of(kpi: Kpi) -> list[Chart]:
    """The charts that have something to show."""
    charts = [_visits_by_day(kpi), _importers_by_country(kpi), _value_by_group(kpi), _sales_by_day(kpi)]
    return [chart for chart in charts if chart is not None]


def _daily(figure: Figure) -> dict[date, Decimal]:
    daily, before = {}, Decimal(0)
    for day, total in figure.trend:
        daily[day], before = total - before, total
    return daily


def _visits_by_day(kpi: Kpi) -> Chart | None:
    figures = [f for f in kpi.figures if f.target.metric == "visits" and f.from_records]
    if not figures:
        return None
    days = sorted({day for figure in figures for day, _total in figure.trend})
    series = []
    for figure in figures:
        daily = _daily(figure)
        series.append((figure.target.item.number, [float(daily.get(day, 0)) for day in days]))
    return Chart("visits", _("Visits by day"), "bar", [format_date(day) for day in days], series)


def _sales_by_day(kpi: Kpi) -> Chart | None:
    figure = kpi.find("4b", "sales")
    if figure is None or not figure.from_records:
        return None
    daily = _daily(figure)
    values = [float(value) for value in daily.values()]
    name = _("Declared sales, VND")
    return Chart(
        "sales", _("Declared sales by day"), "bar", [format_date(day) for day in daily], [(name, values)], "VND"
    )


def _fairs_with(kpi: Kpi, metric: str) -> Sequence[Fair]:
    found = {fair.id: fair for f in kpi.figures if f.target.metric == metric and f.from_records for fair in f.fairs}
    return list(found.values())


def _importers_by_country(kpi: Kpi) -> Chart | None:
    fairs = _fairs_with(kpi, "foreign_importers")
    if not fairs:
        return None
    numbers = Counter(row.country for row in db.session.execute(first_visits(fairs, kpi.as_of)))
    top = numbers.most_common(MOST_COUNTRIES)
    labels, values = [country(code) for code, _n in top], [float(number) for _code, number in top]
    rest = numbers.total() - sum(number for _code, number in top)
    if rest:
        labels.append(_("%(number)s other countries", number=len(numbers) - len(top)))
        values.append(float(rest))
    series = [(_("Importer companies"), values)]
    return Chart("countries", _("Importer companies by country"), "hbar", labels, series)


def _value_by_group(kpi: Kpi) -> Chart | None:
    """Verified contracts by product group of their lines' HS heading. A line's part is in USD at the contract's rate."""
    fairs = _fairs_with(kpi, "export_value")
    if not fairs:
        return None
    group_of = {
        heading.strip()[:4]: group
        for group in reversed(db.session.scalars(select(ProductGroup).order_by(ProductGroup.id)).all())
        for heading in group.hs_headings.split("|")
        if heading.strip()
    }
    cents: Counter[str] = Counter()
    names: dict[str, str] = {}
    rows = db.session.execute(
        select(ContractLine.hs_code, ContractLine.amount_minor, Contract.value_minor, Contract.usd_minor)
        .join(Contract, Contract.id == ContractLine.contract_id)
        .where(Contract.fair_id.in_(fair_ids(fairs)), Contract.signed_on <= kpi.as_of, headline())
    )
    for hs_code, part, whole, usd in rows:
        group = group_of.get(hs_code[:4])
        code = group.code if group else ""
        names[code] = _group_name(group)
        cents[code] += round((usd or 0) * part / whole) if whole else 0
    ordered = cents.most_common()
    series = [(_("Verified, USD"), [float(usd_of(value)) for _code, value in ordered])]
    labels = [names[code] for code, _value in ordered]
    return Chart("groups", _("Export value by product group"), "hbar", labels, series, "USD")


def _group_name(group: ProductGroup | None) -> str:
    return localized(group) if group else _("Other")
