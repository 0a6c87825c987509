"""The plan of the year: its page, the records behind each figure, downloads."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.models import Fair
from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.core.clock import today
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.web import MARK, NavItem, go, register_nav, requires
from fairs.programme.models import Target
from fairs.programme.permissions import ENTER_FIGURES, VIEW_BUDGET, VIEW_PROGRAMME
from fairs.programme.queries import budget_lines, entries_for, find_target, years
from fairs.programme.states import FigureLabel
from fairs.reports import words
from fairs.reports.bullet import bullet, sparkline
from fairs.reports.charts import charts_of
from fairs.reports.outputs import FORMATS, MIMETYPES, labels_note, make
from fairs.reports.queries import ZONE, Figure, Kpi, Standing, fairs_of, kpi
from fairs.reports.records import records_of

bp = Blueprint("reports", __name__)


def _as_of() -> date | None:
    text = request.args.get("as_of", "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(field="as_of") from error


@bp.get("/programmes")
@requires(VIEW_PROGRAMME)
def programmes() -> Any:
    """The latest plan; without any, a page that says how to load one."""
    known = years()
    if known:
        return go(url_for("reports.programme", year=known[0]))
    return render_template("reports/none.html")


@bp.get("/programmes/<int:year>")
@requires(VIEW_PROGRAMME)
def programme(year: int) -> Any:
    """Each target with its figure, and the charts; ``?format=`` downloads it."""
    result = kpi(year, _as_of())
    wanted = request.args.get("format")
    if wanted in FORMATS:
        return _download(result, wanted)
    return render_template(
        "reports/programme.html", kpi=result, rows=_rows(result), years=years(), budget=result.find("budget", "city_budget"),
        risks=_risks(result), sentence=words.summary_vi(result), charts=charts_of(result), words=words, bullet=bullet,
        sparkline=sparkline, labels=FigureLabel, labels_note=labels_note(), ENTER_FIGURES=ENTER_FIGURES,
        today=today(ZONE), lines=budget_lines(year), VIEW_BUDGET=VIEW_BUDGET, fairs=[fair for fair in fairs_of(year) if _opens_figures(fair)],
    )  # fmt: skip


def _download(result: Kpi, form: str) -> Response:
    answer = Response(make(result, form), mimetype=MIMETYPES[form])
    name = f"plan-{result.programme.year}-{result.as_of.isoformat()}.{form}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _rows(result: Kpi) -> list[dict[str, Any]]:
    """Figures under their items; an item that only holds others is a heading."""
    rows: list[dict[str, Any]] = []
    parent = item = None
    for figure in result.figures:
        above = figure.target.item.parent_id
        if above is not None and above != parent:
            rows.append({"heading": figure.target.item.parent})
        parent = above
        rows.append({"figure": figure, "first": figure.target.item_id != item, "depth": int(above is not None)})
        item = figure.target.item_id
    return rows


def _risks(result: Kpi) -> list[Figure]:
    """The three targets that lie furthest below their figure, those of the system first."""
    missed = [f for f in result.figures if f.standing in {Standing.BELOW, Standing.CLOSE, Standing.OVER}]
    return sorted(missed, key=lambda f: (f.target.item.scope != "in_system", f.share or 0))[:3]


@bp.get("/programmes/<int:year>/records/<item>/<metric>")
@requires(VIEW_PROGRAMME)
def records(year: int, item: str, metric: str) -> str:
    """What a figure is made of: the records, or the figures entered by hand with their evidence."""
    target = find_target(year, item, "" if metric == "none" else metric)
    if target is None:
        raise NotFound
    result = kpi(year, _as_of())
    figure = _figure_of(result, target)
    return render_template(
        "reports/records.html", kpi=result, figure=figure, target=target, tables=records_of(figure, result.as_of, _sees_deals),
        entries=entries_for(target), words=words, bullet=bullet, ENTER_FIGURES=ENTER_FIGURES,
    )  # fmt: skip


def _opens_figures(fair: Fair) -> bool:
    """Whether the reader may open the fair's own page of figures, which lies above this feature."""
    asked = getattr(current_app.view_functions["statements.index"], MARK)
    return matching_grant(g.get("grants") or [], asked, fair.id) is not None


def _sees_deals(fair: Fair) -> bool:
    return matching_grant(g.get("grants") or [], VIEW_CONTRACTS, fair.id) is not None


def _figure_of(result: Kpi, target: Target) -> Figure:
    return next(figure for figure in result.figures if figure.target.id == target.id)


register_nav(
    NavItem(
        "programme", _l("Plan of the year"), "target-arrow", "reports.programmes", VIEW_PROGRAMME, 935, for_fair=False
    )
)
