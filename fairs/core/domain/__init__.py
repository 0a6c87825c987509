"""The domain tables that ship with the program (CSV, UTF-8), read when reference data or the demonstration is loaded."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).parent


def rows(name: str) -> list[dict[str, str]]:
    """The rows of ``<name>.csv`` by their header."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
