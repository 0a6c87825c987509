"""What selections tell the features above, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fairs.core.actor import Actor

if TYPE_CHECKING:
    from fairs.documents.models import Selection, SelectionItem


@dataclass(frozen=True, slots=True)
class DecisionSigned:
    """Number, day and signed scan are entered: now the subjects move. ``selection.correction`` says what it does to them."""

    selection: Selection
    items: Sequence[SelectionItem]
    day: date
    by: Actor


@dataclass(frozen=True, slots=True)
class SelectionCancelled:
    """The selection leads to no decision."""

    selection: Selection
    items: Sequence[SelectionItem]
    by: Actor
    reason: str


@dataclass(frozen=True, slots=True)
class SubjectRemoved:
    """A subject was taken out before the selection was handed in; the row is about to go."""

    selection: Selection
    item: SelectionItem
    by: Actor
