"""Pages of daily closings, and of the exports for accounting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.budgets import accounting, closing
from fairs.budgets.forms import AccountForm, CloseForm, PeriodForm
from fairs.budgets.permissions import EDIT_ACCOUNTS, EXPORT_ACCOUNTS, PAY_VOUCHERS, VIEW_FAIR_BUDGET
from fairs.budgets.states import ClosingState
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import LOCALES, current_locale
from fairs.core.money import Money
from fairs.core.sheets import sheet_response
from fairs.core.web import NavItem, actor, go, register_nav, requires

bp = Blueprint("closings", __name__, url_prefix="/fairs/<fair_slug>/closings")
accounts = Blueprint("accounting", __name__, url_prefix="/fairs/<fair_slug>/accounting")


@bp.get("")
@requires(VIEW_FAIR_BUDGET)
def index() -> str:
    """The days that are to be closed, and those that are."""
    fair = current_fair()
    found = closing.open_movements(fair)
    rows = closing.closings(fair.id)
    due = sorted({*closing.open_days(fair, found), *(one.day for one in rows if one.state is ClosingState.DUE)})
    moved = {day: sum(one.closing_day == day for one in found) for day in due}
    return render_template(
        "budgets/closings.html", due=[(day, moved[day]) for day in due], closed=[one for one in rows if one.state is ClosingState.CLOSED],
        today=fair.today, CLOSE=PAY_VOUCHERS, EXPORT=EXPORT_ACCOUNTS,
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise NotFound from error
    if not 1990 <= day.year <= 2100:
        raise NotFound
    return day


@bp.get("/<day>")
@requires(VIEW_FAIR_BUDGET)
def show(day: str) -> str:
    """A closed day as it was kept, or an open one as it would be."""
    return _show(_day(day), CloseForm(formdata=None))


def _show(day: date, form: CloseForm) -> str:
    fair = current_fair()
    row = closing.closing_of(fair.id, day)
    is_closed = row is not None and row.state is ClosingState.CLOSED
    last = closing.last_closed(fair.id)
    facts: dict[str, Any] | None = None
    if is_closed and row is not None:
        facts = row.snapshot
    elif last is None or day > last:
        facts, _mine = closing.picture(fair, day)
    if facts is None:
        raise NotFound
    first = min((one for one in closing.open_days(fair) if one < day), default=None) if not is_closed else None
    return render_template(
        "budgets/closing.html", day=day, row=row if is_closed else None, facts=facts, form=form, CLOSE=PAY_VOUCHERS,
        first=first if last is not None else None, is_future=day > fair.today,
        money=Money, as_day=date.fromisoformat,
    )  # fmt: skip


@bp.post("/<day>")
@requires(PAY_VOUCHERS)
def close(day: str) -> Any:
    """Close a day with one's name."""
    fair, on, form = current_fair(), _day(day), CloseForm()
    if form.validate_on_submit():
        try:
            counted = form.counted.money(fair.currency) if form.counted.data is not None else None
            closing.close_day(fair, on, by=actor(), counted=counted, note=form.note.data or "")
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The day is closed."), "success")
            return go(url_for("closings.show", day=on.isoformat()))
    return _show(on, form), 422


@bp.get("/<day>/closing.pdf")
@requires(VIEW_FAIR_BUDGET)
def document(day: str) -> Response:
    """A closed day as PDF, in the reader's language or ``?lang=``."""
    fair = current_fair()
    row = closing.closing_of(fair.id, _day(day))
    if row is None or row.state is not ClosingState.CLOSED:
        raise NotFound
    asked = request.args.get("lang", "")
    locale = asked if asked in LOCALES else current_locale()
    from fairs.budgets.pdf import closing_pdf  # heavy: loaded by who prints

    answer = Response(
        closing_pdf(row, fair, current_app.extensions["fairs_config"], locale), mimetype="application/pdf"
    )
    answer.headers.set("Content-Disposition", "inline", filename=f"{fair.slug}-{row.day}-{locale}.pdf")
    return answer


# --- accounting ---------------------------------------------------------------------------------------------------


@accounts.get("")
@requires(EXPORT_ACCOUNTS)
def export() -> Any:
    """The journal of a period, to be looked at and taken along; ``format`` is xlsx or csv. The codes of accounts."""
    fair = current_fair()
    form = PeriodForm(request.args) if request.args.get("begin") or request.args.get("end") else PeriodForm(
        formdata=None, data={"begin": fair.today.replace(day=1), "end": fair.today}
    )  # fmt: skip
    rows: list[accounting.JournalRow] = []
    asked = bool(request.args.get("begin") or request.args.get("end"))
    is_right = form.validate() if asked else True
    if is_right and form.begin.data > form.end.data:
        form.end.errors = [_("This day lies before the first.")]
        is_right = False
    if is_right and form.end.data - form.begin.data > timedelta(days=400):
        form.end.errors = [_("At most 400 days at a time.")]
        is_right = False
    if is_right:
        rows = accounting.journal(fair, form.begin.data, form.end.data)
        name = f"{fair.slug}-journal-{form.begin.data}-{form.end.data}"
        if request.args.get("format") == "xlsx":
            return sheet_response(accounting.journal_sheets(rows), name, time_zone=fair.time_zone)
        if request.args.get("format") == "csv":
            answer = Response(accounting.journal_csv(rows), mimetype="text/csv; charset=utf-8")
            answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.csv")
            return answer
    page = render_template(
        "budgets/accounting.html", form=form, rows=rows[:40], count=len(rows), balances=accounting.balances(rows),
        codes=accounting.accounts_of(fair.id).values(), kinds=accounting.KIND_LABELS, EDIT=EDIT_ACCOUNTS, is_right=is_right,
    )  # fmt: skip
    return page, 200 if is_right else 422


@accounts.route("/accounts/<account_kind>", methods=["GET", "POST"])
@requires(EDIT_ACCOUNTS)
def account(account_kind: str) -> Any:
    """The accounts of a kind of booking."""
    fair = current_fair()
    found = accounting.accounts_of(fair.id).get(account_kind)
    if found is None:
        raise NotFound
    form = AccountForm(data={"debit": found.debit, "credit": found.credit, "is_checked": found.is_checked})
    if form.validate_on_submit():
        try:
            accounting.set_account(
                fair, account_kind, debit=form.debit.data or "", credit=form.credit.data or "",
                is_checked=bool(form.is_checked.data), by=actor(),
            )  # fmt: skip
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("accounting.export"))
    page = render_template(
        "budgets/account.html", form=form, account=found, suggested=accounting.DEFAULTS[account_kind]
    )
    return page, 422 if form.is_submitted() else 200


register_nav(NavItem("closings", _l("Daily closing"), "calendar-check", "closings.index", VIEW_FAIR_BUDGET, 117))
