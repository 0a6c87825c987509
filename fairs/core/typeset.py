"""Lines of text in any script on a PDF canvas: measured, broken, shrunk to fit a box, drawn.

Everything is measured at size 1 and scaled, so that finding the size that fits is arithmetic. Shaped text (Arabic,
Thai, Devanagari) is drawn glyph by glyph and carries the characters along, for search and screen readers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import uharfbuzz
from reportlab.pdfbase.ttfonts import ShapeData, ShapedStr
from reportlab.pdfgen.canvas import Canvas

from fairs.core import fonts
from fairs.core.fonts import Run

ELLIPSIS = "…"
# Between lines, over the height of the letters.
_LEADING = 1.08
_LONGEST = 400

_EAST = r"\u2e80-\u30ff\u31a0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
# No line begins with these, none ends with those.
_CLOSING = "、。，．・：；？！）］｝」』】〉》〕ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々〻"
_OPENING = "（［｛「『【〈《〔"
# Where a line may break besides at a blank: after a hyphen or slash in a word, between East Asian characters.
_BREAKS = re.compile(
    rf"(?<=[^\W\d][-/–])(?=[^\W\d])|(?<=[{_EAST}])(?=[{_EAST}\w])(?<![{_OPENING}])(?![{_CLOSING}])"
    rf"|(?<=[\w)])(?=[{_EAST}])(?![{_CLOSING}])"
)
_UNSPACED = re.compile("[\u0e00-\u0e7f\uac00-\ud7a3]")
_THAI_BEFORE, _THAI_AFTER = "เแโใไ", "ะาำๅๆฯ"


class Glyph(NamedTuple):
    """A shaped glyph, at size 1: its number in the font, how far the pen moves, where it stands from the pen, its own width."""

    number: int
    advance: float
    dx: float
    dy: float
    width: float


Shaped = tuple[Glyph, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line at size 1: its pieces from left to right, as (distance from the left edge, font, text or shaped glyphs).

    ``spoken`` is set when the glyphs do not spell the text: it goes along as ActualText, in the order of writing.
    (PDFium, alone among readers, then gives the letters of right-to-left words backwards when text is copied.)
    """

    pieces: tuple[tuple[float, str, str | Shaped], ...]
    width: float
    ascent: float
    descent: float
    spoken: str

    def draw(self, canvas: Canvas, x: float, y: float, size: float) -> None:
        """Draw with the baseline's left end at (x, y), in points, in the canvas's fill colour."""
        if self.spoken:
            text = self.spoken.encode("utf-16-be").hex().upper()
            canvas.addLiteral(f"/Span <</ActualText <FEFF{text}>>> BDC")
        for left, font, shown in self.pieces:
            out = canvas.beginText(x + left * size, y)
            loaded = fonts.ttf(font)
            out.setFont(font, size)
            out.textOut(shown if isinstance(shown, str) else _for_canvas(loaded, shown))
            canvas.drawText(out)
        if self.spoken:
            canvas.addLiteral("EMC")


@lru_cache(maxsize=1024)
def line(text: str, language: str | None = None, *, bold: bool = False) -> Line:
    """The text as one line, measured. ``language`` is that of the text (BCP 47), not of the document."""
    pieces: list[tuple[float, str, str | Shaped]] = []
    width, ascent, descent = 0.0, 0.0, 0.0
    spoken = ""
    for run in fonts.runs(text, language, bold=bold):
        shown, advance = _shaped(run) if run.shape else (run.text, fonts.face(run.font).width(run.text))
        spoken = spoken or (fonts.tidy(text) if run.shape else "")
        pieces.append((width, run.font, shown))
        width += advance
        room = fonts.metrics(run)
        ascent, descent = max(ascent, room.ascent), max(descent, room.descent)
    return Line(tuple(pieces), width, ascent or 0.97, descent or 0.25, spoken)


def _shaped(run: Run) -> tuple[Shaped, float]:
    """The run's glyphs in order of drawing, and their width at size 1."""
    face = fonts.face(run.font)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run.text)
    buffer.direction = "rtl" if run.rtl else "ltr"
    buffer.guess_segment_properties()
    uharfbuzz.shape(face.font, buffer)
    em = face.upem
    glyphs = tuple(
        Glyph(
            info.codepoint, place.x_advance / em, place.x_offset / em, place.y_offset / em,
            face.font.get_glyph_h_advance(info.codepoint) / em,
        )
        for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    )  # fmt: skip
    return glyphs, sum(glyph.advance for glyph in glyphs)


def _for_canvas(font: Any, glyphs: Shaped) -> ShapedStr:
    """Shaped glyphs as reportlab draws them: as characters, in thousandths of the size."""
    chars = ""
    shapes: Any = []
    with fonts.LOCK:
        for glyph in glyphs:
            codes = font.face.glyphToChar.get(glyph.number)
            # A glyph that no character stands for alone (a joined form) gets a place in the private area.
            code = (
                codes[0]
                if codes
                else font.hbAddPrivate(f"gid{glyph.number}", glyph.number, round(glyph.advance * 1000))
            )
            chars += chr(code)
            advance, dx, dy = (round(value * 1000) for value in (glyph.advance, glyph.dx, glyph.dy))
            shapes.append(ShapeData(0, advance, 0, dx, dy, font.face.charWidths[code]))
    return ShapedStr(chars, shapes)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines at a size, ready to be drawn. Heights are in points."""

    lines: tuple[Line, ...]
    size: float
    leading: float
    truncated: bool = False

    @property
    def height(self) -> float:
        """From the top of the first line's letters to the bottom of the last one's."""
        if not self.lines:
            return 0.0
        return (len(self.lines) - 1) * self.leading + (self.lines[0].ascent + self.lines[-1].descent) * self.size

    @property
    def width(self) -> float:
        """Of the longest line."""
        return max((ln.width for ln in self.lines), default=0.0) * self.size

    def draw(self, canvas: Canvas, x: float, top: float, width: float = 0.0, align: str = "left") -> float:
        """Draw into the box that begins at (x, top) and is ``width`` wide; returns the bottom edge."""
        y = top
        for i, ln in enumerate(self.lines):
            y -= self.leading if i else ln.ascent * self.size
            slack = width - ln.width * self.size
            ln.draw(canvas, x + {"left": 0.0, "center": slack / 2, "right": slack}[align], y, self.size)
        return top - self.height


def fit(
    text: str,
    width: float,
    height: float,
    *,
    language: str | None = None,
    bold: bool = False,
    largest: float,
    smallest: float,
    lines: int = 1,
) -> Block:
    """The text as large as the box allows, on at most so many lines, evenly broken; it never leaves the box.

    Sizes and the box are in points. Breaks at blanks (and between East Asian characters); where that makes the text
    too small, inside words; and where even ``smallest`` is too large, the end is cut off with an ellipsis.
    """
    text = fonts.tidy(text)[:_LONGEST]
    whole = line(text, language, bold=bold)
    if not text:
        return Block((), largest, 0.0)
    box = (whole, width, height, language)
    tokens = _tokens(text)
    block = _even(tokens, *box, bold=bold, largest=largest, lines=lines)
    if block.size < largest and _UNSPACED.search(text):
        # Long Korean and Thai words may be broken too, where that makes the text much larger.
        broken = _even(_tokens(text, _UNSPACED), *box, bold=bold, largest=largest, lines=lines)
        if broken.size > 1.3 * block.size:
            block = broken
    if block.size >= smallest:
        return block
    if any(w * smallest > width for w, _ in _widths(tokens, language, bold=bold)):
        tokens = _clusters(text)
        block = _even(tokens, *box, bold=bold, largest=largest, lines=lines)
    return block if block.size >= smallest else _cut(tokens, *box, bold=bold, size=smallest, lines=lines)


def _tokens(text: str, breakable: re.Pattern[str] | None = None) -> list[tuple[str, bool]]:
    """(token, whether a blank precedes it): what may not be broken, but for words with ``breakable`` characters."""
    found: list[tuple[str, bool]] = []
    for word in text.split(" "):
        if breakable and breakable.search(word):
            parts = [part for part, _ in _clusters(word)]
        else:
            parts = _BREAKS.split(word)
        found += [(part, i == 0 and bool(found)) for i, part in enumerate(parts)]
    return found


def _clusters(text: str) -> list[tuple[str, bool]]:
    """As _tokens, but every letter with its marks is one: the last resort."""
    found: list[tuple[str, bool]] = []
    blank = False
    for char in text:
        if char == " ":
            blank = True
            continue
        joined = unicodedata.category(char) in {"Mn", "Mc", "Cf"} or char in _THAI_AFTER or char in _CLOSING
        if found and not blank and (joined or found[-1][0][-1] in _THAI_BEFORE):
            found[-1] = (found[-1][0] + char, found[-1][1])
        else:
            found.append((char, blank))
        blank = False
    return found


def _even(
    tokens: Sequence[tuple[str, bool]],
    whole: Line,
    width: float,
    height: float,
    language: str | None,
    *,
    bold: bool,
    largest: float,
    lines: int,
) -> Block:
    """Broken so that the longest line is as short as possible, on the number of lines that allows the largest size."""
    em = whole.ascent + whole.descent
    best = Block((whole,), min(largest, width / max(whole.width, 1e-9), height / em), 0.0)
    for count in range(2, min(lines, len(tokens)) + 1):
        ceiling = height / (em + (count - 1) * em * _LEADING)
        if best.size >= min(largest, ceiling):
            break
        broken = [line(part, language, bold=bold) for part in _split(tokens, count, language, bold=bold)]
        size = min(largest, ceiling, width / max(ln.width for ln in broken))
        # More lines have to be worth it.
        if size > best.size * 1.04:
            best = Block(tuple(broken), size, em * _LEADING * size)
    return best


def _split(tokens: Sequence[tuple[str, bool]], count: int, language: str | None, *, bold: bool) -> list[str]:
    """The tokens on ``count`` lines, the longest as short as possible."""
    widths = _widths(tokens, language, bold=bold)
    low, high = max(w for w, _ in widths), sum(w + gap for w, gap in widths)
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (low, middle) if len(_filled(widths, middle)) <= count else (middle, high)
    ends = _filled(widths, high)
    return [_join(tokens[i:j]) for i, j in zip([0, *ends], ends, strict=False)]


def _widths(tokens: Sequence[tuple[str, bool]], language: str | None, *, bold: bool) -> list[tuple[float, float]]:
    """Of each token at size 1, and of the blank before it."""
    blank = fonts.face(f"{fonts.LATIN}-{'Bold' if bold else 'Regular'}").width(" ")
    return [(line(token, language, bold=bold).width, blank if gap else 0.0) for token, gap in tokens]


def _filled(widths: Sequence[tuple[float, float]], room: float) -> list[int]:
    """Where each line ends when lines of ``room`` are filled one after another; a line holds at least one token."""
    ends: list[int] = []
    used = 0.0
    for i, (width, blank) in enumerate(widths):
        if i and used + blank + width > room:
            ends.append(i)
            used = width
        else:
            used += blank + width if i else width
    return [*ends, len(widths)]


def _join(tokens: Sequence[tuple[str, bool]]) -> str:
    return "".join((" " if gap else "") + token for token, gap in tokens).strip()


def _cut(
    tokens: Sequence[tuple[str, bool]],
    whole: Line,
    width: float,
    height: float,
    language: str | None,
    *,
    bold: bool,
    size: float,
    lines: int,
) -> Block:
    """At a fixed size, as much as the box holds, with an ellipsis at the end."""
    em = whole.ascent + whole.descent
    leading = em * _LEADING * size
    lines = max(1, min(lines, 1 + int((height - em * size) / leading)))
    room = width / size
    start = 0
    found: list[Line] = []
    for end in _filled(_widths(tokens, language, bold=bold), room)[:lines]:
        shown = _join(tokens[start:end])
        if len(found) == lines - 1 and end < len(tokens):
            while line(shown + ELLIPSIS, language, bold=bold).width > room and shown:
                shown = _join(_clusters(shown)[:-1])
            shown = shown.rstrip(" ,.;-") + ELLIPSIS
        found.append(line(shown, language, bold=bold))
        start = end
    return Block(tuple(found), min(size, height / em), leading, truncated=start < len(tokens))


def wrap(text: str, width: float, size: float, *, language: str | None = None, bold: bool = False) -> Block:
    """The text at a fixed size, broken greedily to the width; line ends in it are kept. For running text."""
    found: list[Line] = []
    room = width / size
    for paragraph in text.splitlines() or [""]:
        tokens = _tokens(fonts.tidy(paragraph))
        if max(w for w, _ in _widths(tokens, language, bold=bold)) > room:
            # A word wider than the column is broken anywhere, the others stay whole.
            tokens = [part for token in tokens for part in _broken(token, room, language, bold=bold)]
        start, ends = 0, _filled(_widths(tokens, language, bold=bold), room)
        while start < len(tokens):
            end = next(one for one in ends if one > start)
            shown = line(_join(tokens[start:end]), language, bold=bold)
            while shown.width > room and end > start + 1:
                # Set together, tokens can be wider than each alone: a mark takes its Korean syllable apart.
                end -= 1
                shown = line(_join(tokens[start:end]), language, bold=bold)
            if end not in ends:
                ends = [end + one for one in _filled(_widths(tokens[end:], language, bold=bold), room)]
            found.append(shown)
            start = end
    ascent = max((ln.ascent for ln in found), default=0.97)
    descent = max((ln.descent for ln in found), default=0.25)
    return Block(tuple(found), size, max(1.38, (ascent + descent) * _LEADING) * size)


def _broken(token: tuple[str, bool], room: float, language: str | None, *, bold: bool) -> list[tuple[str, bool]]:
    text, gap = token
    if line(text, language, bold=bold).width <= room:
        return [token]
    return [(part, gap and i == 0) for i, (part, _) in enumerate(_clusters(text))]
