"""What payments tells the features above."""

from __future__ import annotations

from dataclasses import dataclass

from fairs.core.actor import Actor


@dataclass(frozen=True, slots=True)
class MoneyReceived:
    """Money was recorded against an invoice. ``deposit_covered``: at least the first instalment is paid in full."""

    invoice_id: int
    subject_type: str
    subject_id: int
    deposit_covered: bool
    fully_paid: bool
    by: Actor
