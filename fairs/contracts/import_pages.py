"""Pages of imported contracts: the file, what was found in it by sheet, row and column, importing, progress."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import defer

from fairs.calendar.context import current_fair
from fairs.contracts.import_models import ContractImport
from fairs.contracts.import_template import template
from fairs.contracts.importing import AT_ONCE, KNOWN, LOGGED, NEW, WRONG, hand_in, start
from fairs.contracts.permissions import LOG_CONTRACT
from fairs.contracts.reading import MOST_CONTRACTS
from fairs.contracts.tasks import go_on, go_on_later
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.forms import Form, UploadField
from fairs.core.i18n import current_locale
from fairs.core.sheets import XLSX, Sheet, sheet_response
from fairs.core.web import actor, go, requires, wants_fragment

bp = Blueprint("contract_imports", __name__, url_prefix="/fairs/<fair_slug>/deals/import")
_SHOWN = 200


class ImportForm(Form):
    """A spreadsheet of contracts."""

    file = UploadField(_l("Spreadsheet"))


@bp.route("", methods=["GET", "POST"])
@requires(LOG_CONTRACT)
def index() -> Any:
    """Hand a spreadsheet in; what was handed in before."""
    fair = current_fair()
    form = ImportForm()
    if form.validate_on_submit():
        upload = form.file.upload()
        try:
            if upload is None:
                raise InvalidInput(_("Please choose a file."), field="file")
            found = hand_in(fair, upload, by=actor())
        except InvalidInput as error:
            form.add_error(error)
        else:
            _go_on(found)
            return go(url_for("contract_imports.show", contract_import_id=found.id))
    before = db.session.scalars(
        select(ContractImport)
        .where(ContractImport.fair_id == fair.id)
        .options(defer(ContractImport.findings), defer(ContractImport.beside))
        .order_by(ContractImport.id.desc())
        .limit(20)
    ).all()
    page = render_template("contracts/import.html", form=form, before=before, most=MOST_CONTRACTS)
    return (page, 422) if form.errors else page


def _go_on(found: ContractImport) -> None:
    """A short file at once, a long one in the worker."""
    if found.total <= AT_ONCE:
        go_on(found.id)
    else:
        go_on_later(found.id)


@bp.get("/template.xlsx")
@requires(LOG_CONTRACT)
def empty() -> Response:
    """The workbook to fill in."""
    answer = Response(template(), mimetype=XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename="contracts.xlsx")
    return answer


def _found(key: int) -> ContractImport:
    found = db.session.get(ContractImport, key) if key < 2**31 else None
    if found is None or found.fair_id != current_fair().id:
        raise NotFound
    return found


@bp.get("/<int:contract_import_id>")
@requires(LOG_CONTRACT)
def show(contract_import_id: int) -> Any:
    """What was found in the file, how far it is, or what became of it."""
    found = _found(contract_import_id)
    if request.args.get("format") == "xlsx":
        return _problems_sheet(found)
    return _page(found)


def _page(found: ContractImport, error: str = "") -> str:
    outcome = request.args.get("outcome", "")
    rows = [one for one in found.findings if not outcome or one["outcome"] == outcome]
    # What is to be mended stands first.
    rows.sort(key=lambda one: one["outcome"] != WRONG)
    return render_template(
        "contracts/_import_progress.html" if wants_fragment() else "contracts/import_show.html",
        found=found,
        rows=rows[:_SHOWN],
        hidden=max(0, len(rows) - _SHOWN),
        outcome=outcome,
        outcomes=OUTCOMES,
        stages=STAGES,
        counts={key: found.count(key) for key in OUTCOMES},
        language="vi" if current_locale() == "vi" else "en",
        error=error,
    )


#: Verdict: label, tone, icon.
OUTCOMES = {
    NEW: (_l("New"), "info", "file-plus"), KNOWN: (_l("Known already"), "neutral", "file-certificate"),
    WRONG: (_l("To be corrected"), "danger", "alert-triangle"), LOGGED: (_l("Logged"), "success", "check"),
}  # fmt: skip
STAGES = {
    "checking": (_l("Being looked over"), "info"), "ready": (_l("Waits for your decision"), "warning"),
    "running": (_l("Being imported"), "info"), "done": (_l("Imported"), "success"), "refused": (_l("Nothing was imported"), "danger"),
}  # fmt: skip


@bp.post("/<int:contract_import_id>")
@requires(LOG_CONTRACT)
def run(contract_import_id: int) -> Any:
    """Import the good contracts, or all or nothing."""
    found = _found(contract_import_id)
    try:
        start(found, whole=request.form.get("how") == "whole", by=actor())
    except DomainError as error:
        return _page(_found(contract_import_id), str(error)), error.status
    _go_on(found)
    done = _found(contract_import_id)
    if not done.is_busy:
        flash(_("%(count)s contracts are logged.", count=done.count(LOGGED)), "success")
    return go(url_for("contract_imports.show", contract_import_id=contract_import_id))


def _problems_sheet(found: ContractImport) -> Response:
    """What is to be corrected, as a sheet to work through."""
    language = "vi" if current_locale() == "vi" else "en"
    told = [(one["number"], problem) for one in found.findings for problem in one["problems"]]
    told += [("", problem) for problem in found.beside]
    rows = [
        (problem["sheet"], problem["row"], number, problem["head"][language], problem["message"][language])
        for number, problem in told
    ]
    heads = [_("Sheet"), _("Row"), _("Number of the contract"), _("Column"), _("What is wrong")]
    return sheet_response(
        [Sheet(_("To be corrected"), heads, rows)], "contracts-problems", time_zone=current_fair().time_zone
    )
