"""The acts upon invoices, payments and credit notes as the pages tell them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.audit.models import AuditEntry
from fairs.core.i18n import format_money
from fairs.core.money import Money
from fairs.payments.states import PaymentState

ACTIONS = {
    "payments.issue": (_l("Invoice issued"), "file-invoice", None),
    "payments.receive": (_l("Money received"), "cash", "success"),
    "payments.take_back": (_l("Wrong receipt taken off"), "arrow-back-up", "warning"),
    "payments.receive_late": (_l("Money came after the cancelling"), "clock-dollar", "warning"),
    "payments.credit_note": (_l("Credit note issued"), "file-minus", "warning"),
    "payments.cancel": (_l("Invoice cancelled"), "x", "danger"),
    "payments.begin": (_l("Payment begun"), "point", None),
    "payments.confirm": (_l("Money received"), "cash", "success"),
    "payments.note": (_l("The payment went on"), "arrow-right", None),
}


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the history as the page shows it."""

    at: datetime
    title: Any
    text: str
    actor: str
    icon: str
    tone: str | None


def events_of(entries: Iterable[AuditEntry]) -> list[Event]:
    """The acts in words, as they come."""
    return [_event(entry) for entry in entries]


def _event(entry: AuditEntry) -> Event:
    title, icon, tone = ACTIONS.get(entry.action, (entry.action, "point", None))
    after = entry.after or {}
    state = after.get("state")
    if entry.action == "payments.note" and state in set(PaymentState):
        title, icon = PaymentState(state).label, PaymentState(state).icon
    amount = after.get("amount")
    parts = [format_money(Money(amount["amount_minor"], amount["currency"]))] if amount else []
    parts += [str(after[key]) for key in ("receipt", "number", "reason", "because") if after.get(key)]
    return Event(entry.at, title, " · ".join(parts), entry.actor_label, icon, tone)
