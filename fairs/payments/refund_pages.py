"""Pages of credits, refunds and transfer lists, for finance and for who approves."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.accounts.models import User
from fairs.accounts.queries import matching_grant
from fairs.audit.queries import history
from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import format_money
from fairs.core.lists import download, known, page_of
from fairs.core.money import Money
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.payments.forms import METHOD_LABELS
from fairs.payments.models import Credit, Invoice, Receipt, Refund
from fairs.payments.permissions import APPROVE_REFUND, RECORD_RECEIPT, VIEW_INVOICES
from fairs.payments.queries import OWED, credit_by_number, credit_sums
from fairs.payments.refund_forms import DoneForm, RefundForm, UseForm, WhyForm
from fairs.payments.refund_lists import CREDITS, REFUNDS
from fairs.payments.refunds import REFUND_METHODS, approve_refund, fail_refund, finish_refund
from fairs.payments.states import UNDER_WAY, CreditState, RefundState
from fairs.payments.transfers import (
    ask_refund,
    payout_account,
    read_account,
    transfer_content,
    use_credit,
)

bp = Blueprint("refunds", __name__)
_ACTS = {
    "payments.credit": (_l("Credit made"), "receipt-refund", None),
    "payments.apply_credit": (_l("Used for an invoice"), "file-invoice", "success"),
    "payments.request_refund": (_l("Refund asked for"), "message-question", None),
    "payments.approve_refund": (_l("Approved"), "circle-check", "success"),
    "payments.send_refund": (_l("Sent to the bank"), "send", None),
    "payments.finish_refund": (_l("Paid back"), "check", "success"),
    "payments.fail_refund": (_l("Not paid back"), "alert-triangle", "danger"),
    "payments.read_account": (_l("Account read in full"), "eye", "warning"),
    "payments.transfer_list": (_l("Transfer list made"), "list", None),
    "payments.read_list": (_l("File for the bank fetched"), "download", "warning"),
}


@bp.get("/fairs/<fair_slug>/credits")
@requires(VIEW_INVOICES)
def credits() -> str | Response:  # noqa: A001  the page's name
    """What companies have to their credit; as a sheet with ``?format=xlsx``."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(CREDITS, fair, known(CREDITS, request.args))
    return render_template(
        "payments/credits.html", page=page_of(CREDITS, fair, request.args, cursor=request.args.get("cursor")),
        sums=credit_sums(fair.id), states=[(str(state), state.label) for state in CreditState],
    )  # fmt: skip


def _credit(number: str) -> Credit:
    return credit_by_number(current_fair().id, number)


def _open_invoices(credit: Credit) -> list[Invoice]:
    query = select(Invoice).where(
        Invoice.company_id == credit.company_id, Invoice.fair_id == credit.fair_id,
        Invoice.currency == credit.currency, Invoice.state.in_(OWED),
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Invoice.id)))


def _use_form(credit: Credit, invoices: list[Invoice]) -> UseForm:
    form = UseForm()
    form.invoice.choices = [
        (one.number, f"{one.number} · {_('%(amount)s still open', amount=format_money(one.open_amount))}")
        for one in invoices
    ]
    return form


@bp.get("/fairs/<fair_slug>/credits/<credit_number>")
@requires(VIEW_INVOICES)
def credit(credit_number: str) -> str:
    """One credit: where it came from, what it was used for, what can be done with it."""
    found = _credit(credit_number)
    return _credit_page(found, _use_form(found, _open_invoices(found)))


def _credit_page(found: Credit, form: UseForm) -> str:
    used = db.session.scalars(
        select(Receipt).where(Receipt.credit_id == found.id, Receipt.amount_minor > 0)
        .options(joinedload(Receipt.invoice)).order_by(Receipt.id)
    ).all()  # fmt: skip
    refunds = db.session.scalars(select(Refund).where(Refund.credit_id == found.id).order_by(Refund.id)).all()
    return render_template(
        "payments/credit.html", credit=found, used=used, refunds=refunds, form=form, methods=METHOD_LABELS,
        is_open=found.state is CreditState.OPEN, events=events_of(found), RECORD_RECEIPT=RECORD_RECEIPT,
        reserved=Money(found.reserved_minor, found.currency),
    )  # fmt: skip


@bp.post("/fairs/<fair_slug>/credits/<credit_number>/use")
@requires(RECORD_RECEIPT)
def use(credit_number: str) -> Any:
    """Pay an open invoice of the same company from the credit."""
    found = _credit(credit_number)
    invoices = _open_invoices(found)
    form = _use_form(found, invoices)
    if form.validate_on_submit():
        chosen = next((one for one in invoices if one.number == form.invoice.data), None)
        if chosen is None:
            form.invoice.errors = [_("Please choose from the list.")]
        else:
            try:
                used = use_credit(found, chosen, by=actor())
            except DomainError as error:
                form.add_error(error)
            else:
                flash(_("%(amount)s of the credit now stands on %(number)s.", amount=format_money(used),
                        number=chosen.number), "success")  # fmt: skip
                return go(url_for("refunds.credit", credit_number=found.number))
    return _credit_page(_credit(credit_number), form), 422


@bp.route("/fairs/<fair_slug>/credits/<credit_number>/refund", methods=["GET", "POST"])
@requires(RECORD_RECEIPT)
def ask(credit_number: str) -> Any:
    """Ask for money of a credit to go back."""
    found = _credit(credit_number)
    own = payout_account(found.company_id)
    form = RefundForm(
        data={
            "amount": found.free.decimal, "method": "transfer", "reason": found.reason, "own_account": own is not None,
            "seen": str(found.free.amount_minor),
        }
    )  # fmt: skip
    form.offer(found, has_account=own is not None)
    if form.validate_on_submit():
        try:
            draft = form.to_draft(found, own.account if own else {})
            made = ask_refund(found, draft, seen_minor=form.seen_minor, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("%(number)s is asked for. A second person approves it.", number=made.number), "success")
            return go(url_for("refunds.refund", refund_number=made.number))
    page = render_template("payments/refund_form.html", credit=_credit(credit_number), form=form, own=own)
    return page, 422 if form.errors else 200


@bp.get("/fairs/<fair_slug>/credits/refunds")
@requires(VIEW_INVOICES)
def index() -> str | Response:
    """The fair's refunds."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(REFUNDS, fair, known(REFUNDS, request.args))
    return render_template(
        "payments/refunds.html", page=page_of(REFUNDS, fair, request.args, cursor=request.args.get("cursor")),
        states=[(str(state), state.label) for state in RefundState],
        ways=[(way, METHOD_LABELS[way]) for way in REFUND_METHODS], methods=METHOD_LABELS,
        is_filtered=any(request.args.get(name) for name in ("state", "method", "q")),
    )  # fmt: skip


def _refund(number: str) -> Refund:
    found = db.session.scalar(
        select(Refund).where(Refund.fair_id == current_fair().id, Refund.number == number)
        .options(joinedload(Refund.company), joinedload(Refund.credit), joinedload(Refund.transfer_list))
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


@bp.get("/fairs/<fair_slug>/credits/refunds/<refund_number>")
@requires(VIEW_INVOICES)
def refund(refund_number: str) -> str:
    """One refund: how much, where to, who asked and who approved, and what is next."""
    return _refund_page(_refund(refund_number))


def _refund_page(found: Refund, *, why: WhyForm | None = None, done: DoneForm | None = None, full: Any = None) -> str:
    fair = current_fair()
    people = {
        user.id: user.name or user.email
        for user in db.session.scalars(select(User).where(User.id.in_(
            [one for one in (found.requested_by_id, found.approved_by_id) if one is not None])))
    }  # fmt: skip
    grant = matching_grant(g.grants, APPROVE_REFUND, fair.id)
    first = {found.requested_by_id, found.requested_for_id} - {None}
    mine = {g.user.id, grant.lent_by_id if grant else None} & first
    return render_template(
        "payments/refund.html", refund=found, people=people, may_approve=grant is not None and not mine, is_mine=bool(mine),
        methods=METHOD_LABELS, events=events_of(found), why=why or WhyForm(formdata=None), full=full,
        done=done or DoneForm(formdata=None, done_on=fair.today), content=transfer_content(found.number),
        is_under_way=found.state in UNDER_WAY, APPROVE_REFUND=APPROVE_REFUND, RECORD_RECEIPT=RECORD_RECEIPT,
    )  # fmt: skip


@bp.post("/fairs/<fair_slug>/credits/refunds/<refund_number>/approve")
@requires(APPROVE_REFUND)
def approve(refund_number: str) -> Any:
    """A second person agrees."""
    made = approve_refund(_refund(refund_number), by=actor())
    flash(_("%(number)s is approved.", number=made.number), "success")
    return go(url_for("refunds.refund", refund_number=made.number))


@bp.post("/fairs/<fair_slug>/credits/refunds/<refund_number>/refuse")
@requires(APPROVE_REFUND)
def refuse(refund_number: str) -> Any:
    """It is not paid back: the credit is free again."""
    return _fail(refund_number, (RefundState.REQUESTED, RefundState.APPROVED))


@bp.post("/fairs/<fair_slug>/credits/refunds/<refund_number>/failed")
@requires(RECORD_RECEIPT)
def failed(refund_number: str) -> Any:
    """It came back from the bank: the credit is free again."""
    return _fail(refund_number, (RefundState.IN_TRANSIT, RefundState.APPROVED))


def _fail(number: str, states: tuple[RefundState, ...]) -> Any:
    found, form = _refund(number), WhyForm()
    if form.validate_on_submit():
        try:
            if found.state is not RefundState.FAILED and found.state not in states:
                found.require_move(RefundState.REQUESTED)  # says that it is too late
            fail_refund(found, because=form.because.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Recorded. The credit is free again."), "success")
            return go(url_for("refunds.refund", refund_number=number))
    return _refund_page(_refund(number), why=form), 422


@bp.post("/fairs/<fair_slug>/credits/refunds/<refund_number>/done")
@requires(RECORD_RECEIPT)
def finish(refund_number: str) -> Any:
    """The money has gone, by the bank's reference or the voucher's number."""
    found, form = _refund(refund_number), DoneForm()
    if form.validate_on_submit():
        try:
            finish_refund(found, reference=form.reference.data or "", on=form.done_on.data, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Recorded: paid back."), "success")
            return go(url_for("refunds.refund", refund_number=refund_number))
    return _refund_page(_refund(refund_number), done=form), 422


@bp.post("/fairs/<fair_slug>/credits/refunds/<refund_number>/account")
@requires(RECORD_RECEIPT)
def account(refund_number: str) -> Any:
    """The page with the account in full; the reading is in the history."""
    full = read_account(_refund(refund_number), by=actor())
    return _refund_page(_refund(refund_number), full=full)


def events_of(thing: Any) -> list[dict[str, Any]]:
    """The history of a credit, refund or list in words."""
    found = []
    for entry in history(thing):
        title, icon, tone = _ACTS.get(entry.action, (entry.action, "point", None))
        after = entry.after or {}
        amount = after.get("amount")
        text = " · ".join(
            part
            for part in (
                format_money(Money(amount["amount_minor"], amount["currency"])) if amount else "",
                after.get("invoice") or after.get("because") or after.get("reference") or "",
            )
            if part
        )
        found.append(
            {"at": entry.at, "title": title, "text": text, "actor": entry.actor_label, "icon": icon, "tone": tone}
        )
    return found


register_nav(NavItem("refunds", _l("Credits and refunds"), "receipt-refund", "refunds.credits", VIEW_INVOICES, 109))
