"""Pages of a fair's figures: all of them, the records behind one, the statement with its downloads."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.errors import InvalidInput
from fairs.core.i18n import current_locale
from fairs.core.permissions import Permission
from fairs.core.sheets import sheet_response
from fairs.core.web import NavItem, register_nav, requires
from fairs.reports import words
from fairs.reports.bullet import bullet, sparkline
from fairs.reports.sums import group_name
from fairs.statements import listing
from fairs.statements.figures import day_of, figure_of, figures_of, kind_of
from fairs.statements.pdf import moment_of, statement_pdf
from fairs.statements.permissions import VIEW_FIGURES
from fairs.statements.plan import planned
from fairs.statements.sentence import sentence_vi
from fairs.statements.sheets import statement_sheets
from fairs.statements.statement import statement_of
from fairs.statements.tables import definitions, in_full, shown, tables_of

bp = Blueprint("statements", __name__, url_prefix="/fairs/<fair_slug>")
_LAST = time(23, 59)


def _as_of(fair: Fair) -> datetime:
    """The moment asked for: the end of a day that is over, else now."""
    text = request.args.get("as_of", "")
    if not text:
        return now()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(field="as_of") from error
    if day < date(1990, 1, 1):
        raise InvalidInput(field="as_of")
    return now() if day >= fair.today else fair.at(day, _LAST)


def _may(permission: Permission) -> bool:
    return matching_grant(g.get("grants") or [], permission, current_fair().id) is not None


@bp.get("/figures")
@requires(VIEW_FIGURES)
def index() -> str:
    """The figures of the fair, each with its label, its target and the way to its records; the sentence to copy."""
    fair = current_fair()
    as_of = _as_of(fair)
    figures = figures_of(fair, as_of=as_of)
    return render_template(
        "statements/figures.html", figures=figures, targets=planned(fair, figures), sentence=sentence_vi(fair, figures, as_of),
        as_of=as_of, day=day_of(fair, as_of), words=words, in_full=in_full, bullet=bullet, sparkline=sparkline,
    )  # fmt: skip


@bp.get("/figures/<key>")
@requires(VIEW_FIGURES)
def records(key: str) -> Any:
    """The records behind a figure; who may not see single ones sees sums by country and by day."""
    fair = current_fair()
    as_of = _as_of(fair)
    until = day_of(fair, as_of)
    kind, wanted = kind_of(fair, key, until), listing.wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        sheets = listing.sheets_of(fair, kind, until, wanted, may=_may)
        return sheet_response(sheets, f"{fair.slug}-{key.replace('_', '-')}", time_zone=fair.time_zone)
    context: dict[str, Any] = {
        "fair": fair,
        "kind": kind,
        "until": until,
        "as_of": as_of,
        "in_full": in_full,
        "shown": shown,
    }
    figure = figure_of(fair, key, as_of=as_of)
    if not listing.may_see_records(kind, _may):
        groups = listing.groups_of(fair, kind, until)
        return render_template("statements/sums.html", **context, figure=figure, groups=groups, group_name=group_name)
    number, total = listing.totals_of(fair, kind, until, wanted)
    return render_template(
        "statements/records.html", **context, figure=figure, wanted=wanted, number=number, total=total, cell=listing.cell,
        heads=listing.heads_of(kind), page=listing.page_of(fair, kind, until, wanted, request.args.get("cursor")),
        countries=listing.countries_of(fair, kind, until), url_of=lambda row: listing.page_url_of(row, _may),
    )  # fmt: skip


@bp.get("/statement")
@requires(VIEW_FIGURES)
def statement() -> str | Response:
    """The statement in the form of UFI; ``?format=pdf`` and ``?format=xlsx`` download it."""
    fair = current_fair()
    found = statement_of(fair, _as_of(fair))
    wanted = request.args.get("format")
    name = f"{fair.slug}-statement"
    if wanted == "xlsx":
        return sheet_response(statement_sheets(found, moment_of(found), _may), name, time_zone=fair.time_zone)
    if wanted == "pdf":
        language = "en" if request.args.get("language", current_locale()) == "en" else "vi"
        answer = Response(statement_pdf(found, language), mimetype="application/pdf")
        answer.headers.set("Content-Disposition", "attachment", filename=f"{name}-{language}.pdf")
        return answer
    return render_template(
        "statements/statement.html", statement=found, tables=tables_of(found), definitions=definitions(), shown=shown,
        moment=moment_of(found), sentence=sentence_vi(fair, list(found.figures.values()), found.as_of),
    )  # fmt: skip


@bp.app_context_processor
def links() -> dict[str, Any]:
    """``figure_url("visits")`` for the pages of features below: the records behind a total, for those who may see them."""

    def figure_url(key: str, **args: Any) -> str | None:
        fair = g.get("fair")
        if fair is None or matching_grant(g.get("grants") or [], VIEW_FIGURES, fair.id) is None:
            return None
        return url_for("statements.records", fair_slug=fair.slug, key=key, **args)

    return {"figure_url": figure_url}


register_nav(
    NavItem("figures", _l("Figures"), "chart-bar", "statements.index", VIEW_FIGURES, 90, pages=("statements",))
)
