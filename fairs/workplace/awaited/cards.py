"""Messages of the card company with which a person has to deal."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from fairs.cards.lists import KIND_LABELS
from fairs.cards.models import WebhookEvent
from fairs.cards.permissions import MANAGE_CARDS
from fairs.cards.states import EventState
from fairs.core.i18n import format_money
from fairs.payments.models import Payment
from fairs.workplace.inbox import Kind, Why, always


def _who(event: WebhookEvent) -> str:
    return event.payment.company.name if event.payment else _("Card payments")


def _what(event: WebhookEvent) -> str:
    about = str(KIND_LABELS.get(event.kind, event.kind))
    return f"{about} · {format_money(event.amount)}" if event.amount else about


_LOAD = (joinedload(WebhookEvent.payment).joinedload(Payment.company),)

KINDS = (
    Kind(
        key="card-failure",
        states=(EventState.FAILED,),
        model=WebhookEvent,
        where=(WebhookEvent.state == EventState.FAILED,),
        permission=MANAGE_CARDS,
        counts_from=WebhookEvent.created_at,
        days=1,
        icon="credit-card-off",
        reason=_l("Message of the card company failed"),
        title=lambda n: ngettext(
            "%(num)s message of the card company could not be carried out",
            "%(num)s messages of the card company could not be carried out",
            n,
        ),
        who=_who,
        what=_what,
        button=_l("Look at it"),
        page=lambda event: ("cards.message", {"event_id": event.id}),
        list_page=("cards.messages", {"state": "failed"}),
        at=always,
        load=_LOAD,
    ),
    Kind(
        key="card-attention",
        states=(EventState.ATTENTION,),
        model=WebhookEvent,
        where=(WebhookEvent.state == EventState.ATTENTION,),
        permission=MANAGE_CARDS,
        counts_from=WebhookEvent.created_at,
        days=3,  # a dispute has to be answered within some days
        icon="credit-card",
        reason=_l("Word of the card company"),
        title=lambda n: ngettext(
            "%(num)s message of the card company needs a person",
            "%(num)s messages of the card company need a person",
            n,
        ),
        who=_who,
        what=_what,
        button=_l("Look at it"),
        page=lambda event: ("cards.message", {"event_id": event.id}),
        list_page=("cards.messages", {"state": "attention"}),
        at=always,
        load=_LOAD,
    ),
)

NOBODY = {
    EventState: {
        EventState.RECEIVED: Why.AUTOMATIC,
        EventState.PROCESSED: Why.FINAL,
        EventState.IGNORED: Why.FINAL,
    },
}
