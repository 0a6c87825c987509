"""What the travel of guests tells the features above, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fairs.core.actor import Actor

if TYPE_CHECKING:
    from fairs.importers.models import Importer


@dataclass(frozen=True, slots=True)
class TravelChanged:
    """A flight was entered, changed or cancelled. The days are those at the fair's place; None where none is known.

    ``arrives_on`` is the first night's day, ``leaves_on`` the day of leaving: nights are half-open.
    """

    importer: Importer
    arrives_on: date | None
    leaves_on: date | None
    by: Actor
