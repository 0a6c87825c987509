"""What a typed text may mean, and what search gives back: shared by the kinds of things that are looked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists
from sqlalchemy.orm import aliased

from fairs.core.states import State
from fairs.core.text import fold, one_line

LEAST, LONGEST, MOST_WORDS = 2, 100, 8
MOST = 100
"""So many of a kind are shown."""
KEYS = 1000
"""So many people or companies are followed to their badges, invoices and the like by key."""
_NUMBER = re.compile(r"[+(]?[\d\s().\-/+]+")
_REFERENCE = re.compile(r"[A-Z0-9]{2,8}-(?:([EIBVPCASDGHLKTN])-|(INV|CN|CR|RF|R|PV|SP)[0-9]{0,2}-)\d{1,8}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text, taken apart. ``digits`` are those of a number as typed, ``phone`` without what stands for the country."""

    text: str
    words: tuple[str, ...]
    code: str
    digits: str = ""
    phone: str = ""
    email: str = ""
    letter: str = ""

    @property
    def looks_like_code(self) -> bool:
        """Whether it may be (part of) a reference or a booth: one word with a digit in it."""
        return len(self.words) == 1 and any(c.isdigit() for c in self.code)


def understand(text: str) -> Wanted | None:
    """What a typed text may mean; None when it is too short or too long to look for."""
    plain = one_line(text)
    words = tuple(dict.fromkeys(fold(plain).split()))[:MOST_WORDS]
    code = "".join(plain.split()).upper()
    if not len("".join(words)) >= LEAST or len(plain) > LONGEST:
        return None
    reference = _REFERENCE.fullmatch(code)
    digits = "".join(c for c in plain if c in "0123456789") if _NUMBER.fullmatch(plain) else ""
    if len(digits) < 3:
        digits = ""
    return Wanted(
        text=plain, words=words, code=code, digits=digits, phone=_national(plain, digits),
        email=plain.lower() if "@" in plain and " " not in plain else "",
        letter=(reference[1] or reference[2]) if reference else "",
    )  # fmt: skip


def _national(plain: str, digits: str) -> str:
    # Numbers are kept as +84912…; people type 0912…, 84 912…, 0084 912… or only the last digits.
    if digits.startswith("0084") or (digits.startswith("84") and (plain.startswith("+") or len(digits) >= 11)):
        digits = digits.removeprefix("00")[2:]
    elif digits.startswith("00"):
        digits = digits[2:]
    return digits.removeprefix("0")


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found: where it opens, and the keys by which it is meant exactly."""

    endpoint: str
    values: dict[str, Any]
    title: str
    text: str = ""
    state: State | None = None
    fair: str = ""
    country: str = ""
    lang: str = ""
    keys: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; ``more`` when there are others than were counted."""

    kind: str
    label: Any
    icon: str
    hits: tuple[Hit, ...]
    count: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a text brought: groups by kind, and the one thing that it names exactly."""

    groups: tuple[Group, ...] = ()
    exact: Hit | None = None

    @property
    def total(self) -> int:
        """How many hits there are to show."""
        return sum(len(group.hits) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Names:
    """People or companies that fit: their keys, or (when there are too many) the condition that finds them."""

    model: Any
    fits: Callable[[Any], ColumnElement[bool]]
    ids: tuple[int, ...]
    is_complete: bool

    def of(self, column: Any) -> ColumnElement[bool] | None:
        """The condition that ``column`` names one of them; None when nobody fits."""
        if self.is_complete:
            # Written out in the statement: PostgreSQL plans a list of constants faster than as many parameters.
            keys: Any = bindparam(None, self.ids, expanding=True, literal_execute=True)
            return column.in_(keys) if self.ids else None
        other = aliased(self.model)
        return exists().where(other.id == column, self.fits(other))


def all_words(column: Any, wanted: Wanted) -> ColumnElement[bool]:
    """Each word stands somewhere in the column, whatever their order."""
    return and_(*(column.contains(word, autoescape=True) for word in wanted.words))
