"""The lists of payments by card and of the card company's messages: their addresses and spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.cards.models import CardAttempt, WebhookEvent
from fairs.cards.permissions import VIEW_CARDS
from fairs.cards.queries import attempts_matching, events_matching
from fairs.cards.states import EventState
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.payments.states import PaymentState

# What the card company calls the things of which it speaks.
KIND_LABELS = {
    "checkout.session.completed": _l("Page for card data filled in"),
    "checkout.session.expired": _l("Page for card data ran out"),
    "checkout.session.async_payment_succeeded": _l("Slow payment has come"),
    "checkout.session.async_payment_failed": _l("Slow payment has failed"),
    "payment_intent.succeeded": _l("Payment has come"),
    "payment_intent.payment_failed": _l("Card refused"),
    "payment_intent.canceled": _l("Payment cancelled"),
    "charge.refunded": _l("Money given back"),
    "refund.created": _l("Refund begun"),
    "refund.updated": _l("Refund changed"),
    "refund.failed": _l("Refund failed"),
    "charge.refund.updated": _l("Refund changed"),
    "charge.dispute.created": _l("Payment disputed"),
}


def _attempts(fair: Any, args: Args) -> Select[CardAttempt]:
    state = args.get("state", "")
    known = PaymentState(state) if state in set(PaymentState) else None
    return attempts_matching(fair.id, args.get("q", "")[:200], known)


def _attempt_sheets(_fair: Any, query: Select[CardAttempt]) -> Sequence[Sheet]:
    heads = [
        _("Begun"), _("Company"), _("Invoice"), _("State"), _("Amount"), _("Paid back"), _("Currency"), _("Receipt"),
        _("Reference of the card company"), _("Received on"), _("Why it ended"),
    ]  # fmt: skip
    rows = (
        [
            row.created_at, row.invoice.company.name, row.invoice.number, str(row.payment.state.label), row.payment.amount,
            row.payment.refunded, row.payment.currency, row.payment.number, row.payment.external_reference,
            row.payment.received_on, row.payment.ended_because,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Card payments"), heads, rows)]


def _events(fair: Any, args: Args) -> Select[WebhookEvent]:
    state = args.get("state", "")
    return events_matching(fair.id, EventState(state) if state in set(EventState) else None)


def _event_sheets(_fair: Any, query: Select[WebhookEvent]) -> Sequence[Sheet]:
    heads = [
        _("Arrived"), _("Message"), _("Number at the card company"), _("Speaks of"), _("State"), _("Tries"), _("Last error"),
        _("Company"), _("Invoice"), _("What was done"),
    ]  # fmt: skip
    rows = (
        [
            row.created_at, row.kind, row.event_id, row.object_id, str(row.state.label), row.tries, row.last_error,
            row.payment.company.name if row.payment else "",
            row.payment.invoice.number if row.payment and row.payment.invoice else "", row.note,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Messages"), heads, rows)]


ATTEMPTS = register_list(
    ListSpec(
        "card-payments", _l("Card payments"), "cards.index", VIEW_CARDS, ("state", "q"), query=_attempts,
        keys=lambda _args: [(CardAttempt.id, True)], reference=CardAttempt.id,
        name_of=lambda row: row.invoice.company.name, sheets=_attempt_sheets,
    )
)  # fmt: skip
EVENTS = register_list(
    ListSpec(
        "card-messages", _l("Messages of the card company"), "cards.messages", VIEW_CARDS, ("state",), query=_events,
        keys=lambda _args: [(WebhookEvent.id, True)], reference=WebhookEvent.id, name_of=lambda row: row.kind,
        sheets=_event_sheets, record=("cards.message", "event_id"),
    )
)  # fmt: skip
