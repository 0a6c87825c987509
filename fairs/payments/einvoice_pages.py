"""Handing the data of deposits, balances and credit notes to the provider of e-invoices, and reading back its numbers."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.money import Money
from fairs.core.sheets import sheet_response
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.payments.documents import einvoices_of
from fairs.payments.einvoice import (
    Answer,
    EDocument,
    Wanted,
    documents_in,
    export_by_id,
    exports_of,
    make_export,
    offered,
    read_answer,
)
from fairs.payments.forms import AnswerForm
from fairs.payments.lists import day_of
from fairs.payments.permissions import EXPORT_EINVOICES, VIEW_INVOICES

bp = Blueprint("einvoices", __name__)
SHOWN = 20
KINDS = {
    "deposit": _l("Deposit"), "balance": _l("Balance"), "whole": _l("Whole invoice"), "adjustment": _l("Adjustment"),
}  # fmt: skip


def _wanted(today: date, args: Any) -> Wanted:
    """The period (this month), and which documents of it."""
    last = monthrange(today.year, today.month)[1]
    return Wanted(
        day_of(args.get("since", "")) or today.replace(day=1),
        day_of(args.get("until", "")) or today.replace(day=last),
        args.get("which") == "paid",
        args.get("repeat") == "all",
    )


@bp.get("/fairs/<fair_slug>/money/e-invoices")
@requires(VIEW_INVOICES)
def index() -> str:
    """What can be handed over for a period, what was handed over when, and the form for the provider's answer."""
    return _page(AnswerForm(formdata=None), None)


def _page(form: AnswerForm, answer: Answer | None, error: DomainError | None = None) -> str:
    fair = current_fair()
    wanted = _wanted(fair.today, request.args if request.method == "GET" else request.form)
    found = offered(fair, wanted) if wanted.since <= wanted.until else []
    exports = exports_of(fair.id)
    numbers = {item.number for one in exports for item in one.items}
    return render_template(
        "payments/einvoices.html", documents=found[:SHOWN], count=len(found), sums=_sums(found), wanted=wanted,
        exports=exports, kinds=KINDS, form=form, answer=answer, error=error, waiting=len(numbers - einvoices_of(numbers).keys()),
        has_seller=bool(current_app.extensions["fairs_config"].department_tax_code),
        is_foreign=any(one.invoice.currency != "VND" for one in found), EXPORT_EINVOICES=EXPORT_EINVOICES,
    )  # fmt: skip


def _sums(documents: list[EDocument]) -> list[Money]:
    found: Counter[str] = Counter()
    for one in documents:
        found[one.invoice.currency] += one.total.amount_minor
    return [Money(amount, currency) for currency, amount in sorted(found.items(), key=lambda item: item[0] != "VND")]


@bp.post("/fairs/<fair_slug>/money/e-invoices")
@requires(EXPORT_EINVOICES)
def export() -> Any:
    """Record the export; its files can then be loaded as often as needed."""
    fair = current_fair()
    try:
        made = make_export(fair, _wanted(fair.today, request.form), by=actor())
    except DomainError as error:
        return _page(AnswerForm(formdata=None), None, error), 422
    count = len(made.items)
    flash(
        ngettext("%(num)s document is ready for the provider.", "%(num)s documents are ready for the provider.", count),
        "success",
    )
    return go(url_for("einvoices.index"))


@bp.get("/fairs/<fair_slug>/money/e-invoices/<int:export_id>/<any('xml.zip','xlsx'):form>")
@requires(VIEW_INVOICES)
def download(export_id: int, form: str) -> Response:
    """The files of an export: one XML for each document in a ZIP, or sheets."""
    from fairs.payments.einvoice_files import archive, sheets_of  # heavy: loaded by who exports

    fair = current_fair()
    made = export_by_id(fair.id, export_id)
    documents = documents_in(made, fair)
    known = einvoices_of([*(one.number for one in documents), *(one.adjusts for one in documents if one.adjusts)])
    name = f"{fair.slug}-e-invoices-{made.id}"
    if form == "xlsx":
        return sheet_response(sheets_of(documents, known), name, time_zone=fair.time_zone)
    response = Response(
        archive(documents, known, current_app.extensions["fairs_config"], made.created_at), mimetype="application/zip"
    )
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.zip")
    return response


@bp.post("/fairs/<fair_slug>/money/e-invoices/answer")
@requires(EXPORT_EINVOICES)
def answer() -> Any:
    """Read series, number and day of the e-invoices from the provider's sheet."""
    form = AnswerForm()
    found = None
    if form.validate():
        try:
            upload = form.file.upload()
            if upload is None:
                raise InvalidInput(_("Please choose a file."), field="file")
            found = read_answer(current_fair(), upload, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            if not found.problems:
                flash(
                    ngettext("%(num)s e-invoice is noted.", "%(num)s e-invoices are noted.", found.new)
                    + (" " + _("%(n)s were known already.", n=found.known) if found.known else ""),
                    "success",
                )
                return go(url_for("einvoices.index"))
    return _page(form, found), 422


register_nav(NavItem("einvoices", _l("E-invoices"), "file-export", "einvoices.index", VIEW_INVOICES, 104))
