"""What is owed back to one's own company, and the account to which it wants it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import actor, go, requires
from fairs.directory.models import Company
from fairs.directory.queries import companies_of, is_member
from fairs.payments.forms import METHOD_LABELS
from fairs.payments.models import Refund
from fairs.payments.permissions import SEE_OWN_CREDIT
from fairs.payments.queries import credits_of
from fairs.payments.refund_forms import AccountForm
from fairs.payments.transfer_models import PayoutAccount
from fairs.payments.transfers import give_account

bp = Blueprint("my_money", __name__)


@bp.get("/my/credits")
@requires(SEE_OWN_CREDIT)
def credits() -> str:  # noqa: A001  the page's name
    """What is owed back to one's own companies, what goes back, and where to."""
    return _page()


def _page(typed: AccountForm | None = None, company_id: int = 0) -> str:
    mine = companies_of(g.user.id)
    ids = [company.id for company in mine]
    refunds = db.session.scalars(
        select(Refund).where(Refund.company_id.in_(ids)).options(joinedload(Refund.company)).order_by(Refund.id.desc())
    ).all()  # fmt: skip
    accounts = {
        row.company_id: row
        for row in db.session.scalars(select(PayoutAccount).where(PayoutAccount.company_id.in_(ids)))
    }
    forms = {
        one.id: typed
        if typed is not None and one.id == company_id
        else AccountForm(formdata=None, prefix=f"c{one.id}-")
        for one in mine
    }
    return render_template(
        "payments/my_credits.html", companies=mine, credits=credits_of(ids), refunds=refunds, accounts=accounts,
        forms=forms, methods=METHOD_LABELS,
    )  # fmt: skip


@bp.post("/my/credits/<int:company_id>/account")
@requires(SEE_OWN_CREDIT)
def account(company_id: int) -> Any:
    """Keep the account to which one's company wants its refunds."""
    company = db.session.get(Company, company_id)
    if company is None or not is_member(g.user.id, company_id):
        raise NotFound
    form = AccountForm(prefix=f"c{company_id}-")
    if form.validate_on_submit():
        try:
            give_account(company, form.to_account(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The account is kept. Refunds go there from now on."), "success")
            return go(url_for("my_money.credits"))
    return _page(form, company_id), 422
