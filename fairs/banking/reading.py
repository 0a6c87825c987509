"""From the rows of a statement file to its lines: read right as a whole, or refused with the number of each wrong row."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.banking.figures import Unreadable, manner_of, read_amount, read_day
from fairs.banking.files import Sheet
from fairs.banking.layouts import Layout
from fairs.core.text import fold
from fairs.payments.numbers import normal_reference

_MONEY = ("credit", "debit", "amount", "balance")
_IN = frozenset({"c", "cr", "co", "ghi co", "credit", "+", "in", "thu"})
_OUT = frozenset({"d", "dr", "no", "ghi no", "debit", "-", "out", "chi"})
_TOTALS = re.compile(
    r"^(tong|cong|luy ke|so du|du dau|du cuoi|phat sinh trong|total|sum|opening|closing|balance (brought|carried)|sub ?total)\b"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row, under which head (None: with the row as a whole)."""

    row: int
    head: str
    message: Any


@dataclass(slots=True)
class Line:
    """A line as read. ``number`` is the bank's of the transaction; ``uid`` is unique within the account."""

    row: int
    booked_on: date
    amount_minor: int
    text: str
    payer: str
    number: str
    balance_minor: int | None
    uid: str = ""


@dataclass(slots=True)
class Reading:
    """A file as read. With ``problems`` nothing of it may be used; ``doubled`` lines stand in it twice."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: int = 0
    doubled: int = 0
    balance_breaks_at: int | None = None


def read_lines(sheets: Sequence[Sheet], layout: Layout, currency: str, *, today: date) -> Reading:
    """All lines below the heads. Empty rows, repeated heads, totals and signatures are left out."""
    reader = _Reader(sheets[layout.sheet], layout, currency, today)
    reading = reader.read()
    if not reading.lines and not reading.problems:
        reading.problems.append(Problem(layout.row, "", _l("There are no lines under the heads.")))
    if not reading.problems:
        _name(reading, currency)
        reading.balance_breaks_at = _first_break(reading.lines)
    return reading


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)


class _Reader:
    def __init__(self, sheet: Sheet, layout: Layout, currency: str, today: date) -> None:
        self.layout, self.currency, self.today = layout, currency, today
        self.formulas = sheet.formulas
        self.rows = [(number, cells) for number, cells in sheet.rows if number > layout.row]
        self.manners = {role: manner_of(self._column(role)) for role in _MONEY if role in layout.columns}
        known = {manner for manner in self.manners.values() if manner}
        self.manner = known.pop() if len(known) == 1 else None
        debits = (
            [text for text in self._column("debit") if re.search("[1-9]", text)] if "debit" in layout.columns else []
        )
        # Some banks write what goes out with a minus in its own column as well.
        self.debits_signed = bool(debits) and all(text.strip().startswith(("-", "−", "(")) for text in debits)
        self.reading = Reading()

    def _column(self, role: str) -> list[str]:
        at = self.layout.columns[role]
        return [cells[at] for _number, cells in self.rows if at < len(cells)]

    def read(self) -> Reading:
        last: Line | None = None
        for number, cells in self.rows:
            values = {role: cells[at] if at < len(cells) else "" for role, at in self.layout.columns.items()}
            if not any(cells):
                last = None
                continue
            if self._is_no_line(cells, values):
                self.reading.skipped += 1
                last = None
                continue
            if not _has_digit(values["date"]) and not self._has_amount(values):
                # A long text that goes on in the next row; below the lines stand signatures.
                if last is not None and [cell for cell in cells if cell] == [values["text"]]:
                    last.text = f"{last.text} {values['text']}"[:1000]
                else:
                    self.reading.skipped += 1
                continue
            last = self._line(number, values)
            if last is not None:
                self.reading.lines.append(last)
        return self.reading

    def _has_amount(self, values: dict[str, str]) -> bool:
        return any(_has_digit(values.get(role, "")) for role in ("credit", "debit", "amount"))

    def _is_no_line(self, cells: list[str], values: dict[str, str]) -> bool:
        if tuple(cells) == self.layout.heads:
            return True
        if _has_digit(values["date"]):
            return False
        words = [fold(cell) for cell in cells if re.search(r"[^\W\d_]", cell)]
        return any(_TOTALS.search(word) for word in words)

    def _problem(self, row: int, role: str, message: Any) -> None:
        head = self.layout.heads[self.layout.columns[role]] if role in self.layout.columns else ""
        self.reading.problems.append(Problem(row, head, message))

    def _line(self, row: int, values: dict[str, str]) -> Line | None:
        before = len(self.reading.problems)
        for role, at in self.layout.columns.items():
            text = values[role]
            if text.startswith("=") or ((row, at) in self.formulas and not text):
                self._problem(row, role, _l("A formula stands here without its value. Please write the value."))
        if len(self.reading.problems) > before:
            return None
        day = self._day(row, values["date"])
        amount = self._amount(row, values)
        balance = self._figure(row, "balance", values)
        if len(self.reading.problems) > before or day is None or amount is None:
            return None
        if amount == 0:
            self.reading.skipped += 1
            return None
        number = normal_reference(values.get("number", "")) or ""
        return Line(row, day, amount, values["text"][:1000], values.get("payer", "")[:200], number[:60], balance)

    def _day(self, row: int, text: str) -> date | None:
        try:
            return read_day(text, latest=self.today)
        except Unreadable as error:
            self._problem(row, "date", error.message)
            return None

    def _figure(self, row: int, role: str, values: dict[str, str]) -> int | None:
        try:
            return read_amount(values.get(role, ""), self.currency, self.manners.get(role) or self.manner)
        except Unreadable as error:
            self._problem(row, role, error.message)
            return None

    def _amount(self, row: int, values: dict[str, str]) -> int | None:
        before = len(self.reading.problems)
        figures = {
            role: self._figure(row, role, values)
            for role in ("credit", "debit", "amount")
            if role in self.layout.columns
        }
        if len(self.reading.problems) > before:
            return None
        if "amount" in figures:
            return self._signed(row, figures["amount"], values)
        money_in, money_out = figures.get("credit") or 0, figures.get("debit") or 0
        if money_in and money_out:
            self._problem(row, "debit", _l("Money in and money out stand in one line."))
            return None
        if figures.get("credit") is None and figures.get("debit") is None:
            self._problem(row, "credit", _l("This line has no amount."))
            return None
        if money_out < 0 and not self.debits_signed:
            self._problem(
                row, "debit", _l("Only some amounts of this column are below zero: which way did the money go?")
            )
            return None
        return money_in - abs(money_out) if money_out else money_in

    def _signed(self, row: int, amount: int | None, values: dict[str, str]) -> int | None:
        if amount is None:
            self._problem(row, "amount", _l("This line has no amount."))
            return None
        if "sign" not in self.layout.columns:
            return amount
        word = fold(values["sign"]).strip(". ")
        if word not in _IN | _OUT:
            self._problem(row, "sign", _l("It cannot be told whether this came in or went out."))
            return None
        return abs(amount) if word in _IN else -abs(amount)


_SHORT = 6  # a number of fewer characters is a count of the day, not the number of a transaction


def _name(reading: Reading, currency: str) -> None:
    """Give each line its uid: the bank's number with day and amount, else a digest of all it says and how often before.

    The same number, day, amount and text twice is one line; with another text the column is no number of transactions.
    """
    seen: Counter[str] = Counter()
    kept: list[Line] = []
    known: dict[str, Line] = {}
    for line in reading.lines:
        text = re.sub(r"[^a-z0-9]", "", fold(line.text))
        if len(line.number) >= _SHORT:
            line.uid = f"{line.number}:{line.booked_on:%Y%m%d}:{line.amount_minor}{currency}"
            first = known.get(line.uid)
            if first is None:
                known[line.uid] = line
            elif re.sub(r"[^a-z0-9]", "", fold(first.text)) == text:
                reading.doubled += 1
                continue
            else:
                message = _l(
                    "Line %(row)s has the same number, day and amount and another text. Is this the number of the transaction?",
                    row=first.row,
                )
                reading.problems.append(Problem(line.row, line.number, message))
        else:
            said = f"{line.booked_on}|{line.number}|{line.amount_minor}{currency}|{text}|{line.balance_minor}"
            seen[said] += 1
            line.uid = "#" + hashlib.sha256(f"{said}|{seen[said]}".encode()).hexdigest()[:32]
        kept.append(line)
    reading.lines = kept


def _first_break(lines: Sequence[Line]) -> int | None:
    """The row at which the running balance does not follow from the line before, in whichever order the bank lists."""
    known = [line for line in lines if line.balance_minor is not None]
    if len(known) < 3 or len(known) != len(lines):
        return None
    breaks: list[list[int]] = [[], []]
    for one, other in itertools.pairwise(known):
        if one.balance_minor is None or other.balance_minor is None:
            continue
        if one.balance_minor + other.amount_minor != other.balance_minor:
            breaks[0].append(other.row)
        if other.balance_minor + one.amount_minor != one.balance_minor:
            breaks[1].append(other.row)
    best = min(breaks, key=len)
    return best[0] if best else None
