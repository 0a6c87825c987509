"""The rows of a gate's rules as a form: numbered fields, so that rows are added, removed and moved without a script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from fairs.checkin.errors import RowProblem
from fairs.checkin.rulebook import MOST_ROWS, Row
from fairs.core.text import one_line

_HOUR = re.compile(r"(\d{1,2})(?:[:.h](\d{2})?)?$")
_DATES = "dates"


@dataclass(slots=True)
class TypedRow:
    """One row as it stands in the form, with what is wrong with it by field."""

    categories: list[str] = field(default_factory=list)
    days: str = "fair"
    dates: str = ""
    starts: str = ""
    ends: str = ""
    allow: bool = True
    once: bool = False
    staff_only: bool = False
    problems: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Row) -> TypedRow:
        """A kept row as it stands in the form."""
        days = row["days"]
        named = isinstance(days, list)
        return cls(
            list(row["categories"]), _DATES if named else days, ", ".join(days) if named else "", row["from"] or "",
            row["to"] or "", row["allow"], row["once"], row["staff_only"],
        )  # fmt: skip

    @classmethod
    def read(cls, form: MultiDict[str, str], number: int) -> TypedRow:
        """The row with this number as it was sent."""

        def text(name: str, most: int = 20) -> str:
            return one_line(form.get(f"r{number}-{name}", ""))[:most]

        return cls(
            [one_line(value)[:20] for value in form.getlist(f"r{number}-categories")][:40],
            text("days") or "fair", text("dates", 900), text("starts"), text("ends"), text("allow") != "no",
            bool(text("once")), bool(text("staff_only")),
        )  # fmt: skip

    def row(self) -> Row:
        """The row to check and keep; what cannot be read stays as it is, for the check to say so."""
        dates = [one for one in re.split(r"[,;\s]+", self.dates) if one]
        return {
            "categories": self.categories, "days": dates if self.days == _DATES else self.days,
            "from": _hour(self.starts), "to": _hour(self.ends), "allow": self.allow, "once": self.once,
            "staff_only": self.staff_only,
        }  # fmt: skip


def _hour(text: str) -> str | None:
    """``8``, ``8h30``, ``08.30`` as 08:30; None when empty."""
    if not text:
        return None
    found = _HOUR.fullmatch(text)
    return f"{int(found[1]):02d}:{found[2] or '00'}" if found else text


def read_rows(form: MultiDict[str, str]) -> list[TypedRow]:
    """All rows that were sent, in their order."""
    try:
        count = int(form.get("rows", "0"))
    except ValueError:
        count = 0
    return [TypedRow.read(form, number) for number in range(min(max(count, 0), MOST_ROWS + 1))]


def shown_rows(rows: Sequence[Row]) -> list[TypedRow]:
    """Kept rows as they stand in the form."""
    return [TypedRow.of(row) for row in rows]


def note_problems(rows: Sequence[TypedRow], problems: Sequence[RowProblem]) -> None:
    """Put each problem at the place it speaks of."""
    names: Mapping[str, str] = {"from": "starts", "to": "ends"}
    for problem in problems:
        if problem.row < len(rows):
            name = names.get(problem.field, problem.field or "categories")
            name = "dates" if name == "days" and rows[problem.row].days == _DATES else name
            rows[problem.row].problems[name] = problem.message


def changed_rows(rows: list[TypedRow], act: str) -> list[TypedRow] | None:
    """The rows after a press of add, remove-2, up-2 or down-2; None for any other act."""
    if act == "add":
        return [*rows, TypedRow()]
    name, _dash, digits = act.partition("-")
    if name not in {"remove", "up", "down"} or not digits.isdecimal() or len(digits) > 3 or int(digits) >= len(rows):
        return None
    at = int(digits)
    if name == "remove":
        return rows[:at] + rows[at + 1 :]
    to = at - 1 if name == "up" else at + 1
    if 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return rows
