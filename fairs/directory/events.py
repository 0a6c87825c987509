"""What happens to people and companies, for features above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fairs.directory.models import Company, Person


@dataclass(frozen=True, slots=True)
class Renamed:
    """A person or company has another name, country or language of its name: what shows them elsewhere follows."""

    row: Company | Person
