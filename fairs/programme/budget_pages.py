"""Budget lines of the plan: what may be committed, what is, and what is left."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.core.errors import DomainError, NotFound
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.programme.budget import save_budget_line
from fairs.programme.forms import LineForm
from fairs.programme.models import BudgetLine, Programme
from fairs.programme.permissions import MANAGE_BUDGET, VIEW_BUDGET
from fairs.programme.queries import budget_line, budget_lines, budget_years, items_of, programme_of

bp = Blueprint("budget", __name__, url_prefix="/budget")


@bp.get("")
@requires(VIEW_BUDGET)
def index() -> Any:
    """The lines of the latest plan."""
    known = budget_years()
    if known:
        return go(url_for("budget.show", year=known[0]))
    return render_template("programme/budget_none.html")


def _programme(year: int) -> Programme:
    found = programme_of(year) if year < 10_000 else None
    if found is None:
        raise NotFound
    return found


@bp.get("/<int:year>")
@requires(VIEW_BUDGET)
def show(year: int) -> str:
    """Each line with its ceiling, what is committed, spent and left."""
    return _show(_programme(year), None)


def _show(programme: Programme, form: LineForm | None) -> str:
    lines = budget_lines(programme.year)
    return render_template(
        "programme/budget.html", programme=programme, lines=lines, years=budget_years(), MANAGE_BUDGET=MANAGE_BUDGET,
        form=form or LineForm(formdata=None, items=items_of(programme)), failed=form is not None,
    )  # fmt: skip


@bp.post("/<int:year>")
@requires(MANAGE_BUDGET)
def add(year: int) -> Any:
    """Another line of an item."""
    programme = _programme(year)
    items = items_of(programme)
    form = LineForm(items=items)
    if form.validate_on_submit():
        item = next(one for one in items if str(one.id) == form.item.data)
        try:
            save_budget_line(item, form.draft("VND"), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The budget line is entered."), "success")
            return go(url_for("budget.show", year=year))
    return _show(programme, form), 422


def _line(line_id: int) -> BudgetLine:
    found = budget_line(line_id)
    if found is None:
        raise NotFound
    return found


@bp.route("/lines/<int:line_id>", methods=["GET", "POST"])
@requires(MANAGE_BUDGET)
def edit(line_id: int) -> Any:
    """Another ceiling or name."""
    line = _line(line_id)
    values = {
        "source": line.source.value,
        "name": line.name,
        "ceiling": line.ceiling.decimal,
        "item": str(line.item_id),
    }
    form = LineForm(data=values, items=[line.item])
    if form.validate_on_submit():
        try:
            save_budget_line(line.item, form.draft(line.currency), by=actor(), line=line)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("budget.show", year=line.item.programme.year))
    page = render_template("programme/budget_line.html", line=_line(line_id), form=form)
    return page, 422 if form.is_submitted() else 200


register_nav(NavItem("budget", _l("Budget lines"), "wallet", "budget.index", VIEW_BUDGET, 936, for_fair=False))
