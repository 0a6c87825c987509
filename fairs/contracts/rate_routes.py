"""The page of exchange rates."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.contracts.forms import RateForm, whole
from fairs.contracts.models import ExchangeRate
from fairs.contracts.permissions import EDIT_RATES
from fairs.contracts.rates import UnusualRate, recent_rates, save_rate
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import format_date
from fairs.core.web import actor, go, requires

bp = Blueprint("rates", __name__)


@bp.route("/fairs/<fair_slug>/deals/rates", methods=["GET", "POST"])
@requires(EDIT_RATES)
def index() -> Any:
    """Rates by day: enter one, correct one (``?rate=``)."""
    rate = _chosen()
    form = RateForm(obj=rate, data=None if rate else {"day": current_fair().today})
    ask = False
    if form.validate_on_submit():
        try:
            saved = save_rate(form.to_draft(), by=actor(), rate=rate, confirmed=form.confirmed.data)
            flash(
                _("The rate of %(currency)s for %(day)s is kept.", currency=saved.currency, day=format_date(saved.day)),
                "success",
            )
            return go(url_for("rates.index"))
        except DomainError as error:
            ask = isinstance(error, UnusualRate)
            form.add_error(error)
    page = render_template("contracts/rates.html", form=form, rate=rate, rates=recent_rates(), ask=ask)
    return (page, 422) if form.errors else page


def _chosen() -> ExchangeRate | None:
    key = whole(request.args.get("rate"))
    if "rate" not in request.args:
        return None
    found = db.session.get(ExchangeRate, key) if key is not None and key < 2**31 else None
    if found is None:
        raise NotFound
    return found
