"""Pages of cards: paying for the company, attempts and messages for finance."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.cards.forms import CloseForm
from fairs.cards.inbox import close_event, try_event_again
from fairs.cards.lists import ATTEMPTS, EVENTS, KIND_LABELS
from fairs.cards.models import CardAttempt
from fairs.cards.permissions import MANAGE_CARDS, PAY_BY_CARD, VIEW_CARDS
from fairs.cards.queries import attempt_by_token, event_of, refunds_waiting
from fairs.cards.service import RETURN_PATH, amount_by_card, call_off, start_payment
from fairs.cards.states import EventState
from fairs.cards.stripe_client import StripeGateway
from fairs.cards.webhooks import hooks
from fairs.config import Config
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import format_money
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.lists import download, known, page_of
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.queries import is_member
from fairs.payments.models import Invoice
from fairs.payments.queries import invoice_by_number
from fairs.payments.states import IN_HAND, PaymentState
from fairs.payments.ways import PayWay, register_way

bp = Blueprint("cards", __name__)
blueprints = (bp, hooks)
signed = (hooks,)

PARTS = {"instalment": False, "all": True}
# What a person can do something about; any other word of the card company is shown as it is.
REASONS = {
    "refund_not_made_here": _l(
        "Money was given back on the card company’s own pages. Record it here too, or ask who did it."
    ),
    "contradicts_the_books": _l(
        "What the card company says contradicts the books: look at the refund on its own pages."
    ),
    "unknown_there": _l(
        "The card company does not know what its message is about: a test key beside a real one, perhaps."
    ),
}


def _config() -> Config:
    config: Config = current_app.extensions["fairs_config"]
    return config


def _takes_cards() -> bool:
    return _config().takes_cards


@register_way
def pay_instalment(invoice: Invoice) -> PayWay | None:
    """The button for the next instalment."""
    return _way(invoice, "instalment")


@register_way
def pay_all(invoice: Invoice) -> PayWay | None:
    """The button for all that is open, where it is more than the next instalment."""
    if amount_by_card(invoice, whole=True) == amount_by_card(invoice, whole=False):
        return None
    return _way(invoice, "all")


def _way(invoice: Invoice, part: str) -> PayWay | None:
    amount = amount_by_card(invoice, whole=PARTS[part])
    if not amount or not _takes_cards() or not is_member(g.user.id, invoice.company_id):
        return None
    label = _("Pay %(amount)s by card", amount=format_money(amount))
    return PayWay(label, "credit-card", "cards.pay", {"number": invoice.number, "part": part})


@bp.post("/my/invoices/<number>/card/<part>")
@requires(PAY_BY_CARD)
@limiter.limit(PUBLIC_FORM)
def pay(number: str, part: str) -> Any:
    """Go to the card company's page to pay the next instalment (``instalment``) or all that is open (``all``)."""
    invoice = invoice_by_number(number)
    if invoice is None or part not in PARTS or not _takes_cards() or not is_member(g.user.id, invoice.company_id):
        raise NotFound
    config = _config()
    try:
        attempt = start_payment(StripeGateway(config), config, invoice, whole=PARTS[part], by=actor())
    except DomainError as error:
        flash(str(error), "danger")
        return go(url_for("payments.my_invoice", number=number))
    is_asked = attempt.url and attempt.payment.state not in IN_HAND
    return go(attempt.url if is_asked else url_for("cards.result", token=attempt.token))


def _own(token: str) -> CardAttempt:
    attempt = attempt_by_token(token)
    if attempt is None or not is_member(g.user.id, attempt.payment.company_id):
        raise NotFound
    return attempt


def _shown(attempt: CardAttempt, *, came_back: bool) -> dict[str, Any]:
    state = attempt.payment.state
    return {
        "attempt": attempt,
        "payment": attempt.payment,
        "is_paid": state in IN_HAND,
        # After a refused card the page there takes another one: that may be on its way.
        "is_waiting": state in {PaymentState.CREATED, PaymentState.PENDING}
        or (state is PaymentState.FAILED and attempt.is_open),
        "came_back": came_back and bool(attempt.url) and attempt.is_open and not attempt.is_called_off,
        "part": "all" if amount_by_card(attempt.invoice, whole=True) == attempt.payment.amount else "instalment",
        "can_pay": bool(amount_by_card(attempt.invoice, whole=True)) and _takes_cards(),
    }


@bp.get(f"{RETURN_PATH}<token>")
@requires(PAY_BY_CARD)
def result(token: str) -> str:
    """What became of a payment by card, as far as the card company has told us."""
    return render_template("cards/result.html", **_shown(_own(token), came_back="back" in request.args))


@bp.get(f"{RETURN_PATH}<token>/state")
@requires(PAY_BY_CARD)
def result_state(token: str) -> Any:
    """The part of that page that changes; 204 while it does not."""
    attempt = _own(token)
    if request.args.get("seen") == attempt.payment.state:
        return "", 204
    return render_template("cards/_result.html", **_shown(attempt, came_back=False))


@bp.post(f"{RETURN_PATH}<token>/cancel")
@requires(PAY_BY_CARD)
def cancel(token: str) -> Any:
    """Do not pay by card after all."""
    attempt = _own(token)
    call_off(attempt)
    flash(
        _("The payment by card is called off. What you paid there until now, if anything, is received all the same."),
        "info",
    )
    return go(url_for("payments.my_invoice", number=attempt.invoice.number))


@bp.get("/fairs/<fair_slug>/cards")
@requires(VIEW_CARDS)
def index() -> str | Response:
    """The fair's payments by card, and the refunds to cards that are under way."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(ATTEMPTS, fair, known(ATTEMPTS, request.args))
    return render_template(
        "cards/list.html",
        page=page_of(ATTEMPTS, fair, request.args, cursor=request.args.get("cursor")),
        states=[(str(state), state.label) for state in PaymentState],
        is_filtered=bool(request.args.get("state") or request.args.get("q")),
        refunds=refunds_waiting(fair.id),
        reasons=REASONS,
    )


@bp.get("/fairs/<fair_slug>/cards/messages")
@requires(VIEW_CARDS)
def messages() -> str | Response:
    """What the card company told about the fair's payments."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(EVENTS, fair, known(EVENTS, request.args))
    return render_template(
        "cards/messages.html",
        page=page_of(EVENTS, fair, request.args, cursor=request.args.get("cursor")),
        states=[(str(state), state.label) for state in EventState],
        kinds=KIND_LABELS,
        is_filtered=bool(request.args.get("state")),
    )


@bp.route("/fairs/<fair_slug>/cards/messages/<int:event_id>", methods=["GET", "POST"])
@requires(VIEW_CARDS)
def message(event_id: int) -> Any:
    """One message; whoever deals with it says what was done."""
    fair = current_fair()
    event, form = event_of(fair.id, event_id), CloseForm()
    may_act = matching_grant(g.grants, MANAGE_CARDS, fair.id) is not None
    if request.method == "POST" and not may_act:
        raise NotFound
    if form.validate_on_submit():
        try:
            close_event(event, form.note.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Recorded."), "success")
            return go(url_for("cards.messages"))
    page = render_template(
        "cards/message.html", event=event, form=form, kinds=KIND_LABELS, reasons=REASONS, may_act=may_act,
        is_awaited=event.state in {EventState.FAILED, EventState.ATTENTION},
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.post("/fairs/<fair_slug>/cards/messages/<int:event_id>/again")
@requires(MANAGE_CARDS)
def again(event_id: int) -> Any:
    """Have a failed message carried out once more."""
    try_event_again(event_of(current_fair().id, event_id), by=actor())
    flash(_("It is carried out once more."), "success")
    return go(url_for("cards.message", event_id=event_id))


register_nav(NavItem("cards", _l("Card payments"), "credit-card", "cards.index", VIEW_CARDS, 104, when=_takes_cards))
