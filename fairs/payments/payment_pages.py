"""Pages of payments: the fair's list, one with its receipts and credits, and its receipt on paper."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.audit.queries import history
from fairs.calendar.context import current_fair
from fairs.core.errors import NotFound
from fairs.core.lists import download, known, page_of
from fairs.core.web import NavItem, register_nav, requires
from fairs.payments.forms import METHOD_LABELS
from fairs.payments.lists import PAYMENTS, wanted_payments
from fairs.payments.models import Payment
from fairs.payments.papers import paper_of, require_own
from fairs.payments.payment_queries import payment_by_id, payment_sums
from fairs.payments.permissions import SEE_OWN_INVOICE, VIEW_INVOICES
from fairs.payments.states import IN_HAND, PaymentState
from fairs.payments.story import events_of

bp = Blueprint("payment_pages", __name__)


@bp.get("/fairs/<fair_slug>/money/payments")
@requires(VIEW_INVOICES)
def index() -> str | Response:
    """The fair's payments; as a sheet with ``?format=xlsx``."""
    fair, wanted = current_fair(), wanted_payments(request.args)
    if request.args.get("format") == "xlsx":
        return download(PAYMENTS, fair, known(PAYMENTS, request.args))
    return render_template(
        "payments/payments.html",
        page=page_of(PAYMENTS, fair, request.args, cursor=request.args.get("cursor")),
        sums=sorted(payment_sums(fair.id, wanted), key=lambda one: one.amount.currency != fair.currency),
        states=[(str(state), state.label) for state in PaymentState],
        methods=METHOD_LABELS,
        method_choices=[(key, label) for key, label in METHOD_LABELS.items() if key != "credit"],
        wanted=wanted,
        is_filtered=any((wanted.state, wanted.method, wanted.since, wanted.until, wanted.text)),
    )


@bp.get("/fairs/<fair_slug>/money/payments/<int:payment_id>")
@requires(VIEW_INVOICES)
def show(payment_id: int) -> str:
    """One payment: what it stands for, what is left of it, what happened to it."""
    payment = payment_by_id(payment_id, current_fair().id)
    return render_template(
        "payments/payment.html", payment=payment, methods=METHOD_LABELS, events=events_of(history(payment)),
        is_here=payment.state in IN_HAND,
    )  # fmt: skip


@bp.get("/fairs/<fair_slug>/money/payments/<int:payment_id>/receipt.pdf")
@requires(VIEW_INVOICES)
def receipt(payment_id: int) -> Response:
    """The receipt of money that is here, as PDF."""
    return paper_of(_received(payment_by_id(payment_id, current_fair().id)))


@bp.get("/my/payments/<int:payment_id>/receipt.pdf")
@requires(SEE_OWN_INVOICE)
def my_receipt(payment_id: int) -> Response:
    """The receipt of one's own payment, as PDF."""
    payment = payment_by_id(payment_id)
    require_own(payment.company_id, payment.fair_id)
    return paper_of(_received(payment))


def _received(payment: Payment) -> Payment:
    if payment.state not in IN_HAND:
        raise NotFound(_("There is a receipt only for money that is here."))
    return payment


register_nav(NavItem("payments", _l("Payments"), "cash", "payment_pages.index", VIEW_INVOICES, 103))
