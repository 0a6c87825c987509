"""Pages of a fair's budget: what is planned, committed and spent by line, its versions, adjustments and overruns."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.budgets import closing_pages, queries, service, sheet, spending_pages, sponsor_pages, sponsor_queries
from fairs.budgets.forms import ApproveForm, CommitmentForm, ItemForm, OverrunForm, ReasonForm, SheetForm, StartForm
from fairs.budgets.models import FairBudget, FairLine
from fairs.budgets.permissions import APPROVE_FAIR_BUDGET, EDIT_FAIR_BUDGET, VIEW_FAIR_BUDGET, WRITE_VOUCHERS
from fairs.budgets.spending import commit
from fairs.budgets.states import BudgetState, Category
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, Forbidden, InvalidInput, NotFound, SamePerson
from fairs.core.forms import Form
from fairs.core.i18n import format_money
from fairs.core.money import Money
from fairs.core.sheets import XLSX
from fairs.core.text import slugify
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.history import entries
from fairs.payments.credits import day_of_money
from fairs.programme.queries import budget_lines

bp = Blueprint("fair_budget", __name__, url_prefix="/fairs/<fair_slug>/budget")
blueprints = [bp, spending_pages.bp, sponsor_pages.bp, closing_pages.bp, closing_pages.accounts]

HISTORY: dict[str, tuple[Any, str, str]] = {
    "budgets.draw_up": (_l("Drawn up"), "pencil", "neutral"),
    "budgets.line": (_l("Line written"), "pencil", "neutral"),
    "budgets.remove_line": (_l("Line taken out"), "trash", "warning"),
    "budgets.import": (_l("Lines read from a sheet"), "file-import", "neutral"),
    "budgets.submit": (_l("Handed in for approval"), "send", "info"),
    "budgets.return": (_l("Given back"), "arrow-back-up", "warning"),
    "budgets.approve": (_l("Approved"), "check", "success"),
    "budgets.drop": (_l("Dropped"), "x", "warning"),
}


@bp.get("")
@requires(VIEW_FAIR_BUDGET)
def index() -> str:
    """What is planned, committed, spent and left by line and source; the versions."""
    return _index()


def _index(start: StartForm | None = None, adjust: ReasonForm | None = None) -> str:
    fair = current_fair()
    lines = queries.fair_lines(fair.id)
    versions = queries.budget_versions(fair.id)
    others = [
        (fair_of.slug, f"{fair_of.name} · {format_money(budget.total)}")
        for fair_of, budget in queries.fairs_with_budget(fair.id)
    ]
    groups = [(one, [line for line in lines if line.category is one]) for one in Category]
    return render_template(
        "budgets/index.html", lines=lines, total=queries.sum_of(lines, fair.currency), versions=versions,
        groups=[(one, mine, queries.sum_of(mine, fair.currency)) for one, mine in groups if mine],
        sources=queries.by_source(fair, lines), approved=next((one for one in versions if one.state is BudgetState.APPROVED), None),
        draft=next((one for one in versions if one.state in queries.OPEN_STATES), None),
        in_kind=sponsor_queries.sponsor_sums(sponsor_queries.sponsorships(fair.id), fair.currency),
        start=start or StartForm(formdata=None, fairs=others), adjust=adjust or ReasonForm(formdata=None),
        EDIT=EDIT_FAIR_BUDGET, over=[line for line in lines if line.over],
    )  # fmt: skip


@bp.post("/versions")
@requires(EDIT_FAIR_BUDGET)
def begin() -> Any:
    """The first version: empty, or copied from another fair; or an adjustment of the one in force."""
    fair = current_fair()
    others = {fair_of.slug: (fair_of, budget) for fair_of, budget in queries.fairs_with_budget(fair.id)}
    start = StartForm(fairs=[(slug, pair[0].name) for slug, pair in others.items()])
    adjust = ReasonForm()
    is_adjustment = queries.approved_budget(fair.id) is not None
    form: Any = adjust if is_adjustment else start
    if form.validate_on_submit():
        source = others.get(start.copy_of.data or "")
        try:
            budget = service.new_version(
                fair, by=actor(), reason=(adjust.reason.data or "") if is_adjustment else "",
                copy_of=source[1] if source and not is_adjustment else None, growth=start.growth.data or Decimal(0),
            )  # fmt: skip
        except InvalidInput as error:
            form.add_error(error)
        except DomainError as error:
            flash(str(error), "warning")
            return go(url_for("fair_budget.index"))
        else:
            return go(url_for("fair_budget.version", version=budget.version))
    return _index(None if is_adjustment else start, adjust if is_adjustment else None), 422


def _budget(version: int) -> FairBudget:
    return queries.budget_version(current_fair().id, version if version < 10**6 else 0)


@bp.get("/versions/<int:version>")
@requires(VIEW_FAIR_BUDGET)
def version(version: int) -> str:
    """One version: its lines, what differs from the one before, and what can be done with it."""
    return _version(_budget(version))


def _version(budget: FairBudget, form: Form | None = None) -> str:
    forms: dict[str, Any] = {
        "approve": ApproveForm(formdata=None, data={"decision_on": current_fair().today}), "reason": ReasonForm(formdata=None),
    }  # fmt: skip
    if form is not None:
        forms["approve" if isinstance(form, ApproveForm) else "reason"] = form
    base = queries.base_of(budget)
    found = queries.differences(base, budget)
    involved = {budget.by_id, budget.for_id, budget.submitted_by_id, budget.submitted_for_id}
    return render_template(
        "budgets/version.html", budget=budget, base=base, rows=found, changed=[one for one in found if one.is_changed],
        forms=forms, uses=queries.plan_line_use(budget), events=entries(budget, HISTORY), EDIT=EDIT_FAIR_BUDGET,
        APPROVE=APPROVE_FAIR_BUDGET, is_own=bool(actor().involved & involved), zero=Money(0, budget.currency),
    )  # fmt: skip


@bp.get("/versions/<int:version>/budget.xlsx")
@requires(VIEW_FAIR_BUDGET)
def download(version: int) -> Response:
    """A version as a sheet, ready to print and to be read in again."""
    budget = _budget(version)
    return _sheet(budget, f"{current_fair().slug}-du-toan-{budget.version}")


@bp.get("/template.xlsx")
@requires(EDIT_FAIR_BUDGET)
def template() -> Response:
    """The empty sheet."""
    return _sheet(None, f"{current_fair().slug}-du-toan")


def _sheet(budget: FairBudget | None, name: str) -> Response:
    answer = Response(sheet.budget_workbook(budget, current_fair()), mimetype=XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{slugify(name)}.xlsx")
    return answer


@bp.route("/versions/<int:version>/line", methods=["GET", "POST"])
@requires(EDIT_FAIR_BUDGET)
def item(version: int) -> Any:
    """A further line of a draft, or with ``?code=`` one of its lines."""
    budget, code = _budget(version), request.args.get("code", "")
    known = next((one for one in budget.items if one.code == code), None)
    if code and known is None:
        raise NotFound
    lines = budget_lines()
    data = {} if known is None else {
        "code": known.code, "name_vi": known.name_vi, "name_en": known.name_en, "category": str(known.category),
        "source": str(known.source), "plan_line": str(known.plan_line_id or ""), "unit": known.unit,
        "quantity": known.quantity, "unit_price": known.unit_price.decimal if known.unit_price else None,
        "amount": known.amount.decimal if known.unit_price is None else None, "note": known.note,
    }  # fmt: skip
    form = ItemForm(data=data, plan_lines=lines)
    if form.validate_on_submit():
        try:
            service.save_item(budget, form.draft(budget.currency), by=actor(), item=known)
        except DomainError as error:
            if error.status == 409:
                raise
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            if request.form.get("do") == "next":
                return go(url_for("fair_budget.item", version=version))
            return go(url_for("fair_budget.version", version=version))
    page = render_template("budgets/item.html", budget=_budget(version), form=form, known=known)
    return page, 422 if form.is_submitted() else 200


@bp.post("/versions/<int:version>/line/remove")
@requires(EDIT_FAIR_BUDGET)
def remove(version: int) -> Any:
    """Take a line out of a draft."""
    service.remove_item(_budget(version), request.form.get("code", ""), by=actor())
    flash(_("The line is taken out."), "success")
    return go(url_for("fair_budget.version", version=version))


@bp.route("/versions/<int:version>/import", methods=["GET", "POST"])
@requires(EDIT_FAIR_BUDGET)
def read(version: int) -> Any:
    """Lines from a sheet: looked over first, then put in the place of the draft's lines."""
    budget, form = _budget(version), SheetForm()
    rows: list[sheet.ReadRow] | None = None
    if form.validate_on_submit():
        try:
            packed = request.form.get("rows", "")
            upload = form.file.upload()
            if packed and upload is None:
                rows = sheet.unpacked(packed, budget.currency)
                if any(row.problems for row in rows) or not rows:
                    raise InvalidInput(_("Mend the rows in the sheet and hand it in again."))
                service.replace_items(budget, [row.draft for row in rows if row.draft is not None], by=actor())
                flash(_("%(number)s lines are in the draft.", number=len(rows)), "success")
                return go(url_for("fair_budget.version", version=version))
            if upload is None:
                raise InvalidInput(_("Please choose a file."), field="file")
            rows = sheet.read_items(upload, budget.currency)
        except InvalidInput as error:
            form.add_error(error)
    wrong = [row for row in rows or () if row.problems]
    page = render_template(
        "budgets/import.html", budget=budget, form=form, rows=rows, wrong=wrong,
        packed=sheet.packed(rows) if rows and not wrong else "", heads=[column.heads[0] for column in sheet.COLUMNS],
        total=sum((row.draft.total(budget.currency) for row in rows or () if row.draft), Money(0, budget.currency)),
    )  # fmt: skip
    return page, 422 if form.errors or wrong else 200


def _act(budget: FairBudget, act: Callable[[], Any], done: str, form: Form | None = None) -> Any:
    """Do something with a version; what is wrong stands at the form, or above the page."""
    number = budget.version
    if form is None or form.validate_on_submit():
        try:
            act()
        except DomainError as error:
            if isinstance(error, Forbidden | NotFound | SamePerson):
                raise
            if form is None:
                flash(str(error), "warning")
                return go(url_for("fair_budget.version", version=number))
            form.add_error(error)
        else:
            flash(done, "success")
            return go(url_for("fair_budget.version", version=number))
    return _version(_budget(number), form), 422


@bp.post("/versions/<int:version>/submit")
@requires(EDIT_FAIR_BUDGET)
def submit(version: int) -> Any:
    """Hand a draft in for approval."""
    budget = _budget(version)
    return _act(budget, lambda: service.submit_budget(budget, by=actor()), _("Handed in. A second person approves it."))


@bp.post("/versions/<int:version>/drop")
@requires(EDIT_FAIR_BUDGET)
def drop(version: int) -> Any:
    """Give a draft up."""
    budget = _budget(version)
    return _act(budget, lambda: service.drop_budget(budget, by=actor()), _("The draft is dropped."))


@bp.post("/versions/<int:version>/approve")
@requires(APPROVE_FAIR_BUDGET)
def approve(version: int) -> Any:
    """Approve a version by a decision."""
    budget, form = _budget(version), ApproveForm()

    def act() -> None:
        number, day = form.decision_number.data or "", form.decision_on.data
        service.approve_budget(budget, decision_number=number, decision_on=day, by=actor())

    return _act(budget, act, _("Approved: this version is in force."), form)


@bp.post("/versions/<int:version>/return")
@requires(APPROVE_FAIR_BUDGET)
def give_back(version: int) -> Any:
    """Give a version back to be mended."""
    budget, form = _budget(version), ReasonForm()
    return _act(
        budget, lambda: service.return_budget(budget, reason=form.reason.data or "", by=actor()), _("Given back."), form
    )


# --- one line -----------------------------------------------------------------------------------------------------


def _line(code: str) -> FairLine:
    return queries.fair_line(current_fair().id, code)


@bp.get("/lines/<line_code>")
@requires(VIEW_FAIR_BUDGET)
def line(line_code: str) -> str:
    """A line: what is used of it by which contract and voucher, and overruns."""
    return _line_page(_line(line_code))


def _line_page(found: FairLine, form: Form | None = None) -> str:
    forms: dict[str, Any] = {
        "overrun": OverrunForm(formdata=None), "commit": CommitmentForm(formdata=None, data={"signed_on": day_of_money()}),
    }  # fmt: skip
    if form is not None:
        forms["overrun" if isinstance(form, OverrunForm) else "commit"] = form
    fair = current_fair()
    return render_template(
        "budgets/line.html", line=found, forms=forms, commitments=queries.commitments(fair.id, line=found),
        vouchers=[(one, _part(one, found)) for one in queries.vouchers_on(found)], overruns=queries.overruns_of(found), WRITE=WRITE_VOUCHERS,
        EDIT=EDIT_FAIR_BUDGET, APPROVE=APPROVE_FAIR_BUDGET, involved=actor().involved,
    )  # fmt: skip


def _part(voucher: Any, line: FairLine) -> Money:
    return Money(sum(part.amount_minor for part in voucher.lines if part.line_id == line.id), line.currency)


def _on_line(found: FairLine, form: Form, act: Callable[[], Any], done: str) -> Any:
    code = found.code
    if form.validate_on_submit():
        try:
            act()
        except DomainError as error:
            if isinstance(error, Forbidden | NotFound | SamePerson):
                raise
            form.add_error(error)
        else:
            flash(done, "success")
            return go(url_for("fair_budget.line", line_code=code))
    return _line_page(_line(code), form), 422


@bp.post("/lines/<line_code>/overruns")
@requires(EDIT_FAIR_BUDGET)
def ask(line_code: str) -> Any:
    """Ask for more of a line than is planned."""
    found, form = _line(line_code), OverrunForm()

    def act() -> None:
        service.ask_overrun(found, form.amount.money(found.currency), reason=form.reason.data or "", by=actor())

    return _on_line(found, form, act, _("Asked for. A second person decides."))


@bp.post("/lines/<line_code>/overruns/<int:overrun_id>")
@requires(APPROVE_FAIR_BUDGET)
def decide(line_code: str, overrun_id: int) -> Any:
    """Permit or refuse an overrun."""
    found = queries.overrun(current_fair().id, overrun_id if overrun_id < 2**62 else 0)
    grant = request.form.get("do") == "grant"
    try:
        service.decide_overrun(found, grant=grant, by=actor())
    except SamePerson:
        raise
    except DomainError as error:
        flash(str(error), "warning")
    else:
        flash(_("Permitted.") if grant else _("Refused."), "success")
    return go(url_for("fair_budget.line", line_code=line_code))


@bp.post("/lines/<line_code>/commitments")
@requires(WRITE_VOUCHERS)
def promise(line_code: str) -> Any:
    """Commit an amount of a line by a contract or an order."""
    found, form = _line(line_code), CommitmentForm()
    return _on_line(
        found, form, lambda: commit(found, form.draft(found.currency), by=actor()), _("The amount is committed.")
    )


register_nav(NavItem("fair_budget", _l("Budget and spending"), "wallet", "fair_budget.index", VIEW_FAIR_BUDGET, 115))
