"""Finding payment references in what is left of a transfer's text after two banks have had it.

Banks strip accents and signs, break words, glue them together and cut the end. A reference is taken for sure only where all of
it stands there; where a character is wrong, missing or cut off it is a suggestion. Amounts play no part here.
"""

from __future__ import annotations

import re
import string
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fairs.core.text import fold

_TAIL = 7  # six digits and the check character, after the fair's code
_LEAST = 4  # so many digits after the fair's code are needed to suggest what was cut off
_MOST = 10  # suggestions: one digit and the check character may be cut off
_ALPHABET = string.digits + string.ascii_uppercase
_ALIKE = str.maketrans("OI", "01")  # read as each other by people, and typed so


@dataclass(frozen=True, slots=True)
class Hit:
    """A reference found in a text: ``how`` is sure, glued, typo or cut; only sure ones may be acted upon by themselves."""

    reference: str
    how: str

    @property
    def is_sure(self) -> bool:
        """Whether all of it stands in the text."""
        return self.how == "sure"


@dataclass(slots=True)
class _Text:
    """A text glued together, with the places where a word ended."""

    glued: str
    ends: set[int]

    @classmethod
    def of(cls, text: str) -> _Text:
        words = re.findall(r"[A-Z0-9]+", fold(text).upper())
        ends, length = set(), 0
        for word in words:
            length += len(word)
            ends.add(length)
        return cls("".join(words).translate(_ALIKE), ends)


class References:
    """All references that a text may name, prepared for many texts."""

    def __init__(self, references: Iterable[str]) -> None:
        self._by_plain: dict[str, str | None] = {}
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        self._by_start: dict[str, list[str]] = defaultdict(list)
        codes = set()
        for reference in references:
            plain = reference.translate(_ALIKE)
            # Two that differ only by O and 0 cannot be told apart: neither is ever sure.
            self._by_plain[plain] = None if plain in self._by_plain else reference
            code, tail = plain[:-_TAIL], plain[-_TAIL:]
            codes.add(code)
            self._by_tail[tail].append(reference)
            for length in range(_LEAST, _TAIL):
                self._by_start[code + tail[:length]].append(reference)
        longest_first = sorted((code for code in codes if code), key=lambda code: (-len(code), code))
        self._codes = re.compile(f"(?=({'|'.join(longest_first)}))") if longest_first else None
        self._code_list = longest_first

    def find(self, text: str) -> list[Hit]:
        """The references in a text, in their order; suggestions only when none is sure."""
        if self._codes is None:
            return []
        read = _Text.of(text)
        sure = list(self._standing(read))
        if sure:
            return sure
        hits: dict[str, Hit] = {}
        for hit in (*self._cut(read), *self._mistyped(read)):
            hits.setdefault(hit.reference, hit)
        return list(hits.values())[:_MOST]

    def _starts(self, glued: str) -> Iterator[tuple[int, str]]:
        """Places of each fair's code; codes may begin with one another."""
        assert self._codes is not None  # noqa: S101  asked by find()
        for match in self._codes.finditer(glued):
            for code in self._code_list:
                if glued.startswith(code, match.start()):
                    yield match.start(), code

    def _standing(self, read: _Text) -> Iterator[Hit]:
        found: set[str] = set()
        taken = 0
        for at, code in self._starts(read.glued):
            end = at + len(code) + _TAIL
            reference = self._by_plain.get(read.glued[at:end])
            if at < taken or reference is None or reference in found:
                continue
            how = "sure" if self._is_whole(read, at, end) else "glued"
            if how == "sure":
                found.add(reference)
                taken = end
                yield Hit(reference, how)

    @staticmethod
    def _is_whole(read: _Text, at: int, end: int) -> bool:
        """Whether the last characters belong to it: a cut reference may be followed by a word that fits the check character."""
        if end in read.ends:
            return True
        broken = any(at < place < end for place in read.ends)
        return not broken and not (read.glued[end - 1].isdigit() and read.glued[end].isdigit())

    def _cut(self, read: _Text) -> Iterator[Hit]:
        for at, code in self._starts(read.glued):
            rest = read.glued[at + len(code) : at + len(code) + _TAIL]
            whole = self._by_plain.get(code + rest)
            if whole is not None:
                yield Hit(whole, "glued")
                continue
            digits = re.match(r"\d*", rest)
            length = min(digits.end() if digits else 0, _TAIL - 1)
            begin = code + rest[:length]
            at_end = at + len(begin) == len(read.glued)
            if length < _LEAST or (length < _TAIL - 1 and not at_end):
                continue
            fitting = self._by_start.get(begin, [])
            if len(fitting) <= _MOST:
                yield from (Hit(reference, "cut") for reference in fitting)

    def _mistyped(self, read: _Text) -> Iterator[Hit]:
        """One character wrong, missing, too many, or two swapped: the check character says that something is, not what."""
        for at, code in self._starts(read.glued):
            length = len(code) + _TAIL
            for size in (length, length - 1, length + 1):
                window = read.glued[at : at + size]
                if len(window) == size:
                    yield from self._near(window, len(code), length)
        for match in re.finditer(rf"(?=(\d{{{_TAIL - 1}}}[0-9A-Z]))", read.glued):
            for reference in self._by_tail.get(match[1], ()):
                code = reference[:-_TAIL].translate(_ALIKE)
                before = read.glued[max(0, match.start() - len(code)) : match.start()]
                if len(before) == len(code) and sum(a != b for a, b in zip(before, code, strict=True)) == 1:
                    yield Hit(reference, "typo")

    def _near(self, window: str, code: int, length: int) -> Iterator[Hit]:
        tries: Iterable[str]
        if len(window) == length:
            tries = (
                *(
                    window[:at] + letter + window[at + 1 :]
                    for at in range(code, length)
                    for letter in (_ALPHABET if at == length - 1 else string.digits)
                ),
                *(
                    window[:at] + window[at + 1] + window[at] + window[at + 2 :]
                    for at in range(code, length - 1)
                    if window[at] != window[at + 1]
                ),
            )
        elif len(window) < length:
            tries = (
                window[:at] + letter + window[at:]
                for at in range(code, length)
                for letter in (_ALPHABET if at == length - 1 else string.digits)
            )
        else:
            tries = (window[:at] + window[at + 1 :] for at in range(code, length + 1))
        for one in tries:
            reference = self._by_plain.get(one)
            if reference is not None:
                yield Hit(reference, "typo")
