"""What the daily closing asks the features beside and above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class ClosingBlock:
    """What a feature adds to a day's closing (cash shifts, say): a title in both languages, heads and rows as text."""

    title_vi: str
    title_en: str
    heads_vi: Sequence[str]
    heads_en: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(slots=True)
class DayClosing:
    """A day is being closed, or looked at before it is: whoever handles the event may add blocks."""

    fair_id: int
    day: date
    blocks: list[ClosingBlock] = field(default_factory=list)
