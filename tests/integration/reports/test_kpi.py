"""The plan's figures equal what plain SQL over the raw rows says; hand entries stand in only where records are missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from fairs.accounts.service import create_user, grant_role
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.domain import rows
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.permissions import Role
from fairs.funding.models import Grant
from fairs.funding.states import GrantState
from fairs.hosting.models import Hosting
from fairs.hosting.states import HostingState, SupportTier
from fairs.importers.models import Importer
from fairs.programme.errors import NotQuantified
from fairs.programme.models import Target
from fairs.programme.queries import find_target, targets_of
from fairs.programme.reference import load_plan_2020
from fairs.programme.service import FigureDraft, enter_figure
from fairs.programme.states import FigureLabel
from fairs.reports.queries import Kpi, Standing, kpi
from fairs.reports.records import records_of
from tests.factories.hosting import hosting_rules
from tests.factories.programme import SmallYear, small_year
from tests.factories.support import budget
from tests.support.client import login
from tests.support.queries import counted_queries

pytestmark = pytest.mark.usefixtures("app")
YEAR_END = date(2020, 12, 31)


def _actual(result: Kpi, number: str, metric: str) -> Decimal | None:
    figure = result.find(number, metric)
    assert figure is not None
    return figure.actual


def _sql(statement: str, **values: Any) -> Decimal:
    return Decimal(str(db.session.execute(text(statement), values).scalar_one()))


RAW = {
    (
        "4a",
        "booths",
    ): """select coalesce(sum(b.w_cm * b.h_cm), 0) / 90000.0 from booth_bookings k join booths b on b.id = k.booth_id
        where k.state = 'confirmed' and k.fair_id = (select id from fairs where code = 'TT20')""",
    (
        "4b",
        "booths",
    ): """select coalesce(sum(b.w_cm * b.h_cm), 0) / 90000.0 from booth_bookings k join booths b on b.id = k.booth_id
        where k.state = 'confirmed' and k.fair_id = (select id from fairs where code = 'PP20')""",
    (
        "4a",
        "visits",
    ): """select count(*) from visits where category in ('trade', 'importer', 'hosted', 'public', 'vip', 'speaker')
        and fair_id = (select id from fairs where code = 'TT20')""",
    ("4b", "visits"): "select sum(entries) from public_counts",
    ("4a", "foreign_importers"): """select count(distinct c.id) from companies c join importers i on i.company_id = c.id
        join visits v on v.person_id = i.person_id and v.fair_id = i.fair_id where c.country <> 'VN' and i.state = 'approved'""",
    (
        "4c",
        "supported_importers",
    ): """select count(distinct c.id) from companies c join importers i on i.company_id = c.id
        join visits v on v.person_id = i.person_id and v.fair_id = i.fair_id
        where c.country <> 'VN' and i.state = 'approved' and v.category = 'hosted'""",
    ("4a", "export_value"): """select sum(usd_minor) / 100.0 from contracts
        where state in ('signed', 'part_shipped', 'shipped', 'paid') and verification = 'verified'""",
    ("4b", "sales"): "select sum(amount_minor) from sales_returns",
}
EXPECTED = {
    ("4a", "booths"): "6.33", ("4b", "booths"): "3", ("4a", "visits"): "8", ("4b", "visits"): "720",
    ("4a", "foreign_importers"): "2", ("4c", "supported_importers"): "1", ("4a", "export_value"): "12500.5",
    ("4b", "sales"): "14500000",
}  # fmt: skip


def test_figures_equal_a_recomputation_from_raw_rows() -> None:
    small_year()
    result = kpi(2020, YEAR_END)
    for (number, metric), statement in RAW.items():
        actual = _actual(result, number, metric)
        assert actual is not None
        assert actual == round(_sql(statement), 2) == Decimal(EXPECTED[number, metric]), (number, metric)


def test_labels_and_numbers_beside() -> None:
    small_year()
    result = kpi(2020, YEAR_END)
    labels = {key: figure.label for key in RAW if (figure := result.find(*key)) is not None}
    assert labels == {
        ("4a", "booths"): "counted", ("4b", "booths"): "counted", ("4a", "visits"): "counted", ("4b", "visits"): "counted",
        ("4a", "foreign_importers"): "counted", ("4c", "supported_importers"): "counted",
        ("4a", "export_value"): "verified", ("4b", "sales"): "declared",
    }  # fmt: skip
    importers, deals, sales = (
        result.find("4a", "foreign_importers"), result.find("4a", "export_value"), result.find("4b", "sales"),
    )  # fmt: skip
    assert importers is not None and deals is not None and sales is not None
    assert [b.value for b in importers.beside] == [3, 2]  # people, countries
    assert [b.value for b in deals.beside] == [3, Decimal("7000.00"), Decimal("9000.00")]
    assert [b.value for b in sales.beside] == [3, 3, Decimal("50.0")]  # declared, not declared, percent


def test_a_day_in_between_counts_only_what_was_there() -> None:
    small_year()
    result = kpi(2020, date(2020, 10, 15))
    assert _actual(result, "4a", "visits") == 5
    assert _actual(result, "4a", "export_value") == Decimal("2500.00")
    assert _actual(result, "4b", "visits") is None
    trend = kpi(2020, YEAR_END).find("4a", "visits")
    assert trend is not None
    assert trend.trend == [(date(2020, 10, 15), Decimal(5)), (date(2020, 10, 16), Decimal(8))]


def test_the_records_behind_a_figure_add_up_to_it_and_gaps_stay_gaps() -> None:
    small_year()
    result = kpi(2020, YEAR_END)
    totals = {key: records_of(figure, YEAR_END)[0].total for key in RAW if (figure := result.find(*key)) is not None}
    assert totals["4a", "visits"][-1] == "8"
    assert totals["4b", "visits"][3] == "720"
    assert totals["4b", "sales"][-1] == "14.500.000"
    sales = result.find("4b", "sales")
    assert sales is not None
    [table] = records_of(sales, YEAR_END)
    assert [row[2:] for row in table.rows] == [
        ["5.000.000", "7.500.000", "12.500.000"], ["2.000.000", None, "2.000.000"], [None, None, None],
    ]  # fmt: skip


def _support(year: SmallYear, name: str, state: HostingState, paid: int | None = None) -> Hosting:
    importer = db.session.scalars(select(Importer).where(Importer.reference == f"TT20-I-{name}")).one()
    row = Hosting(
        fair_id=year.trade.id, importer_id=importer.id, company_id=importer.company_id, person_id=importer.person_id,
        reference=f"TT20-H-{name}", state=state, tier=SupportTier.BOTH, is_second=True,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    if paid is not None:
        rule, line = hosting_rules()[0], budget()
        db.session.add(
            Grant(
                fair_id=year.trade.id, reference=f"TT20-G-{name}", state=GrantState.SETTLED, rule_id=rule.id, rule_code=rule.code,
                rule=rule.snapshot(), purpose=rule.purpose, percent=100, subject_type="Hosting", subject_id=row.id,
                person_id=row.person_id, title=name, budget_line_id=line.id, full_minor=900, amount_minor=900,
                actual_minor=paid, currency="VND",
            )
        )  # fmt: skip
        db.session.flush()
    return row


def test_support_counts_where_it_was_granted_and_used(client: Any) -> None:
    with transaction():
        year = small_year()
        _support(year, "A", HostingState.SETTLED, paid=700)  # came, and something was paid
        _support(year, "B", HostingState.APPLIED)  # a colleague who only asked
        _support(year, "C", HostingState.SETTLED, paid=0)  # came with a hosted badge, nothing was paid
        _support(year, "E", HostingState.GRANTED)  # never came
    figure = kpi(2020, YEAR_END).find("4c", "supported_importers")
    assert figure is not None
    assert (figure.actual, figure.label) == (1, FigureLabel.COUNTED)
    assert [(beside.value, beside.unit) for beside in figure.beside] == [(1, ""), (1, ""), (3, ""), (700, "VND")]
    counted, used, unused = records_of(figure, YEAR_END)
    assert ([row[0] for row in counted.rows], [row[0] for row in used.rows]) == (["Maison"], ["TT20-H-A"])
    assert [row[0] for row in unused.rows] == ["TT20-H-C", "TT20-H-E"]
    assert (used.rows[0][8], used.total[-1]) == ("2", "700\N{NO-BREAK SPACE}₫")
    assert _actual(kpi(2020, date(2020, 10, 14)), "4c", "supported_importers") == 0  # granted, nobody here yet
    user = create_user("organiser@fairs.example", "Organiser", by=SYSTEM, confirmed=True)
    grant_role(user, Role.ORGANISER, fair_id=year.trade.id, by=SYSTEM)
    login(client, user)
    seen = client.get(figure.records_url).get_data(as_text=True)
    assert f"/fairs/{year.trade.slug}/hosting/TT20-H-A" in seen


def test_the_plan_of_2020_is_loaded_completely_and_only_once() -> None:
    programme = load_plan_2020()
    load_plan_2020()
    table = rows("plan-2020-targets")
    targets = targets_of(programme)
    assert len(table) == len(targets) == 35

    def number(value: str) -> Decimal | None:
        return Decimal(value) if value else None

    assert [(t.item.number, t.metric, t.minimum, t.maximum, t.unit, t.kind.value, t.item.name_vi, t.item.name_en) for t in targets] == [
        (r["item"], r["metric"], number(r["target_min"]), number(r["target_max"]), r["unit"], r["target_kind"],
         r["programme_vi"], r["programme_en"]) for r in table
    ]  # fmt: skip
    for target in targets:
        assert target.metric_vi and target.metric_en
        assert bool(target.counting_rule_vi) == bool(target.counting_rule_en)
    parents = {target.item.parent.code for target in targets if target.item.parent is not None}
    assert parents == {"2", "4", "5"}


def test_nothing_is_invented(app: Flask) -> None:
    load_plan_2020()
    result = kpi(2020, YEAR_END)
    assert {figure.actual for figure in result.figures} == {None}
    assert {figure.standing for figure in result.figures} == {Standing.OPEN, Standing.FREE}
    with pytest.raises(NotFound):
        kpi(2019)


def _draft(value: int, day: date = YEAR_END, label: FigureLabel = FigureLabel.DECLARED) -> FigureDraft:
    return FigureDraft(Decimal(value), label, day, "Báo cáo số 1")


def _target(number: str, metric: str) -> Target:
    found = find_target(2020, number, metric)
    assert found is not None
    return found


def test_the_newest_figure_by_hand_counts_and_records_go_before_it() -> None:
    small_year()
    abroad, visits = _target("4d", "enterprise_participations"), _target("4a", "visits")
    enter_figure(abroad, _draft(20, date(2020, 6, 1), FigureLabel.ESTIMATED), by=SYSTEM)
    enter_figure(abroad, _draft(31), by=SYSTEM)
    enter_figure(abroad, _draft(33), by=SYSTEM)
    enter_figure(visits, _draft(99_999), by=SYSTEM)
    result = kpi(2020, YEAR_END)
    figure = result.find("4d", "enterprise_participations")
    assert figure is not None
    assert (figure.actual, figure.label, figure.standing) == (33, "declared", Standing.BELOW)
    assert [value for _day, value in figure.trend] == [20, 31, 33]
    assert _actual(kpi(2020, date(2020, 7, 1)), "4d", "enterprise_participations") == 20
    assert _actual(result, "4a", "visits") == 8
    assert _sql("select count(*) from audit_entries where action = 'programme.enter_figure'") == 4


@pytest.mark.parametrize(
    ("number", "metric", "draft", "error"),
    [
        ("5e", "", _draft(5), NotQuantified),
        ("4d", "export_value", _draft(5, label=FigureLabel.VERIFIED), InvalidInput),
        ("4d", "export_value", _draft(5, label=FigureLabel.COUNTED), InvalidInput),
        ("4d", "export_value", _draft(5, date(2099, 1, 1)), InvalidInput),
        ("4d", "export_value", _draft(-1), InvalidInput),
        ("4d", "export_value", FigureDraft(Decimal(5), FigureLabel.DECLARED, YEAR_END, ""), InvalidInput),
    ],
)
def test_what_may_not_be_entered(number: str, metric: str, draft: FigureDraft, error: type[DomainError]) -> None:
    load_plan_2020()
    with pytest.raises(error):
        enter_figure(_target(number, metric), draft, by=SYSTEM)


@pytest.mark.parametrize(
    ("number", "metric", "value", "standing"),
    [
        ("4d", "enterprise_participations", 39, Standing.BELOW),
        ("4d", "enterprise_participations", 40, Standing.REACHED),
        ("4d", "enterprise_participations", 46, Standing.ABOVE),
        ("4d", "export_value", 1_710_000, Standing.CLOSE),
        ("4d", "export_value", 1_709_000, Standing.BELOW),
        ("1", "trainees", 1_649, Standing.BELOW),
        ("1", "average_income", 3_600_000, Standing.REACHED),
        ("budget", "city_budget", 27_999_000_000, Standing.WITHIN),
        ("budget", "city_budget", 27_999_000_001, Standing.OVER),
    ],
)
def test_standing(number: str, metric: str, value: int, standing: Standing) -> None:
    load_plan_2020()
    enter_figure(_target(number, metric), _draft(value), by=SYSTEM)
    figure = kpi(2020, YEAR_END).find(number, metric)
    assert figure is not None
    assert figure.standing is standing


def test_the_number_of_queries_does_not_grow_with_the_entries(app: Flask) -> None:
    small_year()
    kpi(2020, YEAR_END)
    with counted_queries() as before:
        kpi(2020, YEAR_END)
    for target in targets_of(load_plan_2020()):
        if target.is_quantified:
            enter_figure(target, _draft(1), by=SYSTEM)
    db.session.expire_all()
    with counted_queries() as after:
        kpi(2020, YEAR_END)
    assert len(after) <= len(before) + 3
