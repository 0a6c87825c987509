"""Settlement of a fair: what was invoiced, credited, received, paid back, and what is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from fairs.core.db import db
from fairs.core.money import Money
from fairs.payments.models import Credit, CreditNote, CreditNoteLine, Invoice, InvoiceLine, Payment, Refund
from fairs.payments.states import IN_HAND, UNDER_WAY, RefundState


@dataclass
class Settlement:
    """The figures of one currency, in minor units; keys are kinds of lines, rates of VAT, and methods."""

    currency: str
    invoiced: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # net, by kind of line
    credited: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    vat_invoiced: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    vat_credited: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    received: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refunded: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refunds_under_way: int = 0
    credits_left: int = 0
    open: int = 0

    def money(self, amount_minor: int) -> Money:
        """An amount of this currency."""
        return Money(amount_minor, self.currency)

    def total(self, by_key: Mapping[Any, int]) -> Money:
        """The sum of one part."""
        return self.money(sum(by_key.values()))

    @property
    def kinds(self) -> list[str]:
        """Kinds of lines that occur, in the order of an invoice."""
        order = ("booth", "surcharge", "discount", "support", "service")
        known = {*self.invoiced, *self.credited}
        return [kind for kind in order if kind in known] + sorted(known - set(order))

    @property
    def rates(self) -> list[int]:
        """Rates of VAT that occur."""
        return sorted({*self.vat_invoiced, *self.vat_credited})

    @property
    def owed(self) -> Money:
        """Invoices less credit notes, with VAT."""
        return self.money(
            sum(self.invoiced.values()) + sum(self.vat_invoiced.values())
            - sum(self.credited.values()) - sum(self.vat_credited.values())
        )  # fmt: skip

    @property
    def kept(self) -> Money:
        """Received less what went back."""
        return self.money(sum(self.received.values()) - sum(self.refunded.values()))

    @property
    def balance(self) -> Money:
        """What is open less the credits left: by the equation the same as owed less kept."""
        return self.money(self.open - self.credits_left)


def settlements(fair_id: int) -> list[Settlement]:
    """The settlement of the fair, one for each currency; a fixed number of statements."""
    found: dict[str, Settlement] = {}

    def at(currency: str) -> Settlement:
        return found.setdefault(currency, Settlement(currency))

    for head, line, nets, vats in (
        (Invoice, InvoiceLine, "invoiced", "vat_invoiced"), (CreditNote, CreditNoteLine, "credited", "vat_credited"),
    ):  # fmt: skip
        key = InvoiceLine.invoice_id if line is InvoiceLine else CreditNoteLine.credit_note_id
        rows = db.session.execute(
            select(line.currency, line.kind, line.vat_percent, func.sum(line.net_minor), func.sum(line.vat_minor))
            .join(head, head.id == key)
            .where(head.fair_id == fair_id)
            .group_by(line.currency, line.kind, line.vat_percent)
        )
        for currency, kind, rate, net, vat in rows:
            getattr(at(currency), nets)[kind] += int(net)
            getattr(at(currency), vats)[rate] += int(vat)
    for currency, method, amount in _grouped(Payment, Payment.method, Payment.state.in_(IN_HAND), fair_id):
        at(currency).received[method] += int(amount)
    for currency, method, amount in _grouped(Refund, Refund.method, Refund.state == RefundState.DONE, fair_id):
        at(currency).refunded[method] += int(amount)
    for currency, _method, amount in _grouped(Refund, Refund.method, Refund.state.in_(UNDER_WAY), fair_id):
        at(currency).refunds_under_way += int(amount)
    left = Invoice.total_minor - Invoice.credited_minor - Invoice.received_minor
    for model, column, name in ((Invoice, left, "open"), (Credit, Credit.amount_minor, "credits_left")):
        sums = select(model.currency, func.sum(column)).where(model.fair_id == fair_id).group_by(model.currency)
        for currency, amount in db.session.execute(sums):
            setattr(at(currency), name, int(amount or 0))
    return [found[currency] for currency in sorted(found)]


def _grouped(model: Any, method: Any, condition: Any, fair_id: int) -> Any:
    return db.session.execute(
        select(model.currency, method, func.sum(model.amount_minor))
        .where(model.fair_id == fair_id, condition)
        .group_by(model.currency, method)
    )
