"""Pages of the lists by which the bank is told to pay claims."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.claims.forms import DoneForm
from fairs.claims.models import ClaimTransfer
from fairs.claims.permissions import PAY_CLAIMS, VIEW_CLAIMS
from fairs.claims.queries import to_pay, transfer_by_number, transfers_of
from fairs.claims.states import ClaimState
from fairs.claims.transfers import HEADS, fetched, finish_transfer, make_transfer, transfer_rows
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.money import Money
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.web import actor, go, requires

bp = Blueprint("claim_transfers", __name__, url_prefix="/fairs/<fair_slug>/claims/transfers")


@bp.get("")
@requires(VIEW_CLAIMS)
def index() -> str:
    """Approved claims that wait to be paid, and the lists that were made."""
    return _page()


def _sum(made: ClaimTransfer) -> Money:
    return sum((one.amount for one in made.payments if one.failed_at is None), Money(0, made.currency))


def _page(error: Any = None) -> str:
    fair = current_fair()
    return render_template(
        "claims/transfers.html", waiting=to_pay(fair.id), lists=[(one, _sum(one)) for one in transfers_of(fair.id)],
        error=error, key=uuid4().hex, picked=set(request.form.getlist("pick")) if error else None, PAY_CLAIMS=PAY_CLAIMS,
        S=ClaimState,
    )  # fmt: skip


@bp.post("")
@requires(PAY_CLAIMS)
def send() -> Any:
    """Put the chosen claims on a list for the bank."""
    picks = [reference for reference in request.form.getlist("pick") if "\x00" not in reference][:500]
    key = request.form.get("key", "").replace("\x00", "")[:60]
    try:
        made = make_transfer(current_fair(), picks, key=key, by=actor())
    except DomainError as error:
        db.session.expire_all()
        return _page(error), error.status
    return go(url_for("claim_transfers.show", claim_list=made.number))


def _list(number: str) -> ClaimTransfer:
    return transfer_by_number(current_fair().id, number)


@bp.get("/<claim_list>")
@requires(VIEW_CLAIMS)
def show(claim_list: str) -> str:
    """One list: its claims, its file, and what has become of them."""
    return _list_page(_list(claim_list), DoneForm(formdata=None, data={"done_on": current_fair().today}))


def _list_page(made: ClaimTransfer, form: DoneForm) -> str:
    return render_template(
        "claims/transfer.html", made=made, sum=_sum(made), form=form, PAY_CLAIMS=PAY_CLAIMS, S=ClaimState,
        is_open=any(one.failed_at is None and one.claim.state is ClaimState.IN_TRANSFER for one in made.payments),
    )  # fmt: skip


@bp.post("/<claim_list>/file.xlsx")
@requires(PAY_CLAIMS)
def file(claim_list: str) -> Response:
    """The file for the bank, in the fields of a SWIFT transfer; the accounts in it are read, which the history says."""
    made, fair = _list(claim_list), current_fair()
    fetched(made, by=actor())
    made = _list(claim_list)
    return sheet_response([Sheet(made.number, list(HEADS), transfer_rows(made))], made.number, time_zone=fair.time_zone)


@bp.post("/<claim_list>/done")
@requires(PAY_CLAIMS)
def done(claim_list: str) -> Any:
    """All of the list that are at the bank were paid, by the bank's number of the batch."""
    made, form = _list(claim_list), DoneForm()
    if form.validate_on_submit():
        try:
            number = finish_transfer(made, reference=form.reference.data or "", on=form.done_on.data, by=actor())
        except DomainError as error:
            db.session.expire_all()
            form.add_error(error)
        else:
            flash(_("%(n)s claims are recorded as paid. The guests get their receipts.", n=number), "success")
            return go(url_for("claim_transfers.show", claim_list=made.number))
    return _list_page(_list(claim_list), form), 422
