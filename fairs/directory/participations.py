"""What companies and people have been at which fair: features above tell it, the directory shows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fairs.core.states import State
from fairs.directory.models import Company, Person


@dataclass(frozen=True, slots=True)
class Participation:
    """A company or person at one fair, in one part (exhibitor, importer, visitor)."""

    fair_name: str
    starts_on: date
    part: Any
    reference: str
    state: State
    url: str = ""
    who: str = ""


Provider = Callable[[Company | Person], Sequence[Participation]]
_providers: list[Provider] = []


def register_participations(provider: Provider) -> None:
    """Add a feature's answer; registering the same function twice changes nothing."""
    if provider not in _providers:
        _providers.append(provider)


def participations(subject: Company | Person) -> list[Participation]:
    """All parts in all fairs, the latest fair first."""
    found = [item for provider in _providers for item in provider(subject)]
    return sorted(found, key=lambda item: (item.starts_on, item.reference), reverse=True)
