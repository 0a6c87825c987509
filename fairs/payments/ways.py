"""Ways to pay an invoice that features above payments offer beside the transfer (a card page)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fairs.payments.models import Invoice


@dataclass(frozen=True, slots=True)
class PayWay:
    """A button on the company's own invoice page: where its POST goes and what it says."""

    label: Any
    icon: str
    endpoint: str
    values: dict[str, Any]
    hint: Any = ""


_ways: list[Callable[[Invoice], PayWay | None]] = []


def register_way(offer: Callable[[Invoice], PayWay | None]) -> Callable[[Invoice], PayWay | None]:
    """Register what gives the button for an invoice, or None when this way is not open for it."""
    if offer not in _ways:
        _ways.append(offer)
    return offer


def ways_to_pay(invoice: Invoice) -> list[PayWay]:
    """The ways open for this invoice now."""
    return [way for offer in _ways if (way := offer(invoice)) is not None]
