"""What a document can contain: plain values, without any idea of paper. ``fairs.core.pdf`` sets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who issues the document. ``details`` are address, telephone, tax code: one line each.

    ``national`` puts the country's name and motto on the right and the ``parent`` body over the name, as Decree
    30/2020/NĐ-CP asks of administrative documents; otherwise ``right`` may hold lines such as number and date.
    """

    name: str
    details: Sequence[str] = ()
    parent: str = ""
    right: Sequence[str] = ()
    national: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; line ends in it are kept."""

    text: str
    style: Literal["body", "small", "heading", "strong"] = "body"
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Labels and values, one pair a line, in one or two columns side by side."""

    rows: Sequence[tuple[str, str]]
    columns: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, where its cells stand, and its share of the width."""

    label: str
    weight: float = 1.0
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings that are repeated on every page; then totals as (label, value), the last one strong."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[tuple[str, str]] = ()
    sums: Sequence[str] = ()  # a last row, one value for each column


@dataclass(frozen=True, slots=True)
class QrBlock:
    """A QR code of ``size`` millimetres with a heading, lines, and something large to copy, such as a PIN."""

    data: str
    heading: str = ""
    lines: Sequence[str] = ()
    large: str = ""
    size: float = 34


@dataclass(frozen=True, slots=True)
class Signature:
    """A place to sign: in which role, a hint under it, and the name in print."""

    role: str
    hint: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Places to sign, side by side, never apart from each other."""

    signatures: Sequence[Signature]
    place_and_date: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that must not be overlooked, in a tinted box."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Empty room, in millimetres."""

    height: float = 4


Block = Paragraph | KeyValues | Table | QrBlock | SignatureBlock | Notice | Gap
