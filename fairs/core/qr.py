"""QR codes as a matrix of modules, drawn as one path: in a PDF, in an SVG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from markupsafe import Markup, escape

#: Light border that readers need, in modules (ISO/IEC 18004).
QUIET_ZONE = 4

#: One row of the code after another, a byte per module: 1 is dark.
Matrix = tuple[bytes, ...]

_DARK = re.compile(b"\x01+")
_TO_MODULES = bytes([1, *[0] * 255])  # black is 0 in a picture


class TooLong(ValueError):
    """The text does not fit into the asked version, or into any."""


def matrix(
    text: str, *, version: int | None = None, level: Literal["L", "M", "Q", "H"] = "M", mask: int | None = None
) -> Matrix:
    """The modules of the code, row by row, 1 for dark, without the quiet zone.

    Without ``version`` the smallest that holds the text. Level M survives the loss of 15 %, H of 30 %. A ``mask``
    (0 to 7) saves looking for the best one, three quarters of the time; for random content any is as good. Raises TooLong.
    """
    import zxingcpp  # drawn in C++: 0.1 ms, seven times faster than in Python

    wanted: dict[str, Any] = {} if version is None else {"version": version}
    if mask is not None:
        wanted["data_mask"] = mask
    if not text.isascii():
        wanted["eci"] = "UTF-8"  # otherwise readers guess
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, **wanted)
    except ValueError as error:
        raise TooLong(f"{len(text)} characters do not fit into this QR code.") from error
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    side = image.shape[0]
    modules = bytes(memoryview(image)).translate(_TO_MODULES)
    return tuple(modules[row * side : (row + 1) * side] for row in range(side))


def _bars(modules: Matrix) -> Iterator[tuple[int, int, int]]:
    """(column, row, length) of every horizontal run of dark modules."""
    for y, row in enumerate(modules):
        for bar in _DARK.finditer(row):
            yield bar.start(), y, bar.end() - bar.start()


def pdf_path(modules: Matrix, x: float, y: float, size: float) -> str:
    """PDF operators that draw the code black, as one path, into the square whose lower left corner is (x, y).

    In points; the quiet zone of 4 modules is the caller's to keep free around it.
    """
    side = len(modules)
    # From module units, rows downwards, to points: the operators stay short integers.
    scale = size / side
    bars = "".join(
        [known[row[a:b]] for row, pieces in zip(modules, _bar_tables(side), strict=True) for known, a, b in pieces]
    )
    return f"q 0 g {scale:.5f} 0 0 {-scale:.5f} {x:.3f} {y + size:.3f} cm {bars}f Q"


class _Bars(dict[bytes, str]):
    """The operators for six modules at a place of a row: there are 64, and all codes share them."""

    def __init__(self, row: int, left: int) -> None:
        super().__init__()
        self._row, self._left = row, left

    def __missing__(self, six: bytes) -> str:
        bars = (
            f"{self._left + bar.start()} {self._row} {bar.end() - bar.start()} 1 re " for bar in _DARK.finditer(six)
        )
        self[six] = found = "".join(bars)
        return found


@cache
def _bar_tables(side: int) -> list[list[tuple[_Bars, int, int]]]:
    """For each row of a code its places of eight modules, with what was drawn there before."""
    return [[(_Bars(row, left), left, left + 6) for left in range(0, side, 6)] for row in range(side)]


def svg(modules: Matrix, *, title: str = "", css_class: str = "qr") -> Markup:
    """The code as an SVG element with its quiet zone, without size or inline style: the style sheet sizes it."""
    side = len(modules) + 2 * QUIET_ZONE
    path = "".join(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z" for x, y, length in _bars(modules))
    label = f'role="img" aria-label="{escape(title)}"' if title else 'aria-hidden="true"'
    return Markup(  # noqa: S704  the title is escaped, the rest are numbers
        f'<svg class="{escape(css_class)}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges" {label}>'
        f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{path}"/></svg>'
    )
