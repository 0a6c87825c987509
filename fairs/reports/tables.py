"""A table of records as the page behind a figure shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fairs.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Records:
    """A table: texts and numbers as shown. ``numeric`` are the columns to the right; ``missing`` cells hold None."""

    title: str
    heads: Sequence[str]
    rows: list[list[Any]]
    numeric: frozenset[int] = frozenset()
    total: Sequence[Any] = ()
    note: str = ""
    missing: str = "—"
    urls: Sequence[str] = ()  # of the first cells, for those who may see them
    permission: Permission | None = None
