"""What payments tells the features above."""

from __future__ import annotations

from dataclasses import dataclass

from fairs.core.actor import Actor
from fairs.payments.models import Invoice


@dataclass(frozen=True, slots=True)
class MoneyReceived:
    """Money was recorded against an invoice. ``deposit_covered``: at least the first instalment is paid in full."""

    invoice: Invoice
    deposit_covered: bool
    by: Actor
