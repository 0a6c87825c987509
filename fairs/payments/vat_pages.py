"""The table of VAT rates: which percent from which day, and by which law."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.core.errors import DomainError
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.payments.credits import day_of_money
from fairs.payments.forms import VatRateForm
from fairs.payments.permissions import MANAGE_VAT, VIEW_INVOICES
from fairs.payments.vat import KINDS, add_rate, remove_rate, spans, vat_on

bp = Blueprint("vat", __name__)


@bp.get("/vat-rates")
@requires(VIEW_INVOICES)
def index() -> str:
    """All rates with their days and legal basis, and the form of the next one."""
    return _page(VatRateForm(formdata=None))


def _page(form: VatRateForm) -> str:
    today = day_of_money()
    return render_template(
        "payments/vat.html", spans=spans(), kinds=KINDS, form=form, today=today, MANAGE_VAT=MANAGE_VAT,
        now={kind: vat_on(today, kind) for kind in ("booth", "service")},
    )  # fmt: skip


@bp.post("/vat-rates")
@requires(MANAGE_VAT)
def add() -> Any:
    """Enter a rate that begins on a day to come, or today."""
    form = VatRateForm()
    if form.validate():
        try:
            add_rate(
                form.kind.data or "", form.percent.data or 0, form.valid_from.data, form.basis.data or "", by=actor()
            )
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The rate is entered."), "success")
            return go(url_for("vat.index"))
    return _page(form), 422


@bp.post("/vat-rates/<int:rate_id>/remove")
@requires(MANAGE_VAT)
def remove(rate_id: int) -> Any:
    """Take back a rate that has not begun."""
    try:
        remove_rate(rate_id, by=actor())
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error), "danger")
    else:
        flash(_("The rate is taken back."), "success")
    return go(url_for("vat.index"))


register_nav(NavItem("vat", _l("VAT rates"), "percentage", "vat.index", VIEW_INVOICES, 938, for_fair=False))
