"""Pages of the lists by which the bank is told to pay refunds."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from fairs.audit.service import record
from fairs.calendar.context import current_fair
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, NotFound
from fairs.core.money import Money
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.web import actor, go, requires
from fairs.payments.models import Refund
from fairs.payments.permissions import RECORD_RECEIPT, VIEW_INVOICES
from fairs.payments.refund_forms import DoneForm
from fairs.payments.refund_pages import events_of
from fairs.payments.states import RefundState
from fairs.payments.transfer_models import TransferList
from fairs.payments.transfers import finish_list, make_transfer_list, transfer_content, transfer_rows

bp = Blueprint("transfers", __name__)


@bp.get("/fairs/<fair_slug>/credits/transfers")
@requires(VIEW_INVOICES)
def index() -> str:
    """Approved transfers that wait to be sent, and the lists that were made."""
    return _transfers_page()


def _transfers_page(error: Any = None) -> str:
    fair = current_fair()
    waiting = db.session.scalars(
        select(Refund).where(Refund.fair_id == fair.id, Refund.state == RefundState.APPROVED, Refund.method == "transfer")
        .options(joinedload(Refund.company)).order_by(Refund.id)
    ).all()  # fmt: skip
    lists = db.session.scalars(
        select(TransferList).where(TransferList.fair_id == fair.id).options(selectinload(TransferList.refunds))
        .order_by(TransferList.id.desc()).limit(100)
    ).all()  # fmt: skip
    return render_template(
        "payments/transfers.html", waiting=waiting, lists=[(one, _sum(one)) for one in lists], error=error,
        key=uuid4().hex, picked=set(request.form.getlist("pick")) if error else None, RECORD_RECEIPT=RECORD_RECEIPT,
    )  # fmt: skip


def _sum(made: TransferList) -> Money:
    return sum((one.amount for one in made.refunds), Money(0, made.currency))


@bp.post("/fairs/<fair_slug>/credits/transfers")
@requires(RECORD_RECEIPT)
def send() -> Any:
    """Put the chosen refunds on a list for the bank."""
    picks = [number for number in request.form.getlist("pick") if "\x00" not in number][:500]
    key = request.form.get("key", "").replace("\x00", "")[:60]
    try:
        made = make_transfer_list(current_fair(), picks, key=key, by=actor())
    except DomainError as error:
        db.session.expire_all()
        return _transfers_page(error), error.status
    return go(url_for("transfers.show", list_number=made.number))


def _list(number: str) -> TransferList:
    found = db.session.scalar(
        select(TransferList).where(TransferList.fair_id == current_fair().id, TransferList.number == number)
        .options(selectinload(TransferList.refunds).joinedload(Refund.company))
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


@bp.get("/fairs/<fair_slug>/credits/transfers/<list_number>")
@requires(VIEW_INVOICES)
def show(list_number: str) -> str:
    """One list: its refunds, its file, and what has become of them."""
    return _list_page(_list(list_number), DoneForm(formdata=None, done_on=current_fair().today))


def _list_page(made: TransferList, form: DoneForm) -> str:
    return render_template(
        "payments/transfer_list.html", made=made, sum=_sum(made), form=form, events=events_of(made),
        is_open=any(one.state is RefundState.IN_TRANSIT for one in made.refunds), content_of=transfer_content,
        RECORD_RECEIPT=RECORD_RECEIPT,
    )  # fmt: skip


@bp.post("/fairs/<fair_slug>/credits/transfers/<list_number>/file.xlsx")
@requires(RECORD_RECEIPT)
def file(list_number: str) -> Response:
    """The file for the bank, the same each time; the accounts in it are read, which the history says."""
    made, fair = _list(list_number), current_fair()
    with transaction():
        record("payments.read_list", made, by=actor(), after={"number": made.number})
    # The heads are those of the banks' own templates, so they are Vietnamese whoever reads.
    heads = [
        "STT", "Tên người thụ hưởng", "Số tài khoản", "Ngân hàng thụ hưởng", "Mã ngân hàng (BIN)", "Số tiền", "Loại tiền",
        "Nội dung chuyển tiền",
    ]  # fmt: skip
    return sheet_response([Sheet(made.number, heads, transfer_rows(made))], made.number, time_zone=fair.time_zone)


@bp.post("/fairs/<fair_slug>/credits/transfers/<list_number>/done")
@requires(RECORD_RECEIPT)
def done(list_number: str) -> Any:
    """All of the list that are in transit have gone, by the bank's reference of the batch."""
    made, form = _list(list_number), DoneForm()
    if form.validate_on_submit():
        try:
            count = finish_list(made, reference=form.reference.data or "", on=form.done_on.data, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("%(n)s refunds are recorded as paid back.", n=count), "success")
            return go(url_for("transfers.show", list_number=made.number))
    return _list_page(_list(list_number), form), 422
