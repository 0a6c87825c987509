"""What is known against a company from this and earlier fairs, shown to whoever appraises it; features above know it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class EarlierFinding:
    """One finding that stands: which rule, when and where, why it was confirmed, and what the company said to it."""

    at: datetime
    fair_name: str
    reference: str
    what: Any
    text: str
    reason: str
    statement: str = ""


FindingProvider = Callable[[int], Sequence[EarlierFinding]]
_providers: list[FindingProvider] = []


def register_earlier(provider: FindingProvider) -> None:
    """Add what a feature above knows of a company, by its key; twice changes nothing."""
    if provider not in _providers:
        _providers.append(provider)


def earlier_findings(company_id: int) -> list[EarlierFinding]:
    """Everything that is known, the latest first."""
    found = [finding for provider in _providers for finding in provider(company_id)]
    return sorted(found, key=lambda finding: finding.at, reverse=True)
