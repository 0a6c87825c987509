"""PDF written page by page while it is made: thousands of pages from several processes, with little memory.

Pages are operators that the caller has put together. Text is written by numbers of glyphs, which are the same in every
process, so pages can be drawn anywhere and put into one file in any order; each font is embedded once, at the end, with
the glyphs that were used.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from functools import cache
from typing import IO

import uharfbuzz
from PIL import Image

from fairs.core import fonts
from fairs.core.typeset import Block, Line, Shaped

#: What was drawn: font, and its text or shaped glyphs.
Uses = tuple[tuple[str, str | Shaped], ...]


class _Glyphs(dict[str, str]):
    """Numbers of a font's glyphs by character, as four hexadecimal digits, looked up when first drawn."""

    def __init__(self, font: str) -> None:
        super().__init__()
        self._numbers = fonts.face(font).numbers

    def __missing__(self, char: str) -> str:
        self[char] = number = f"{self._numbers[char]:04X}"
        return number


@cache
def _glyphs(font: str) -> _Glyphs:
    return _Glyphs(font)


def line_ops(line: Line, x: float, y: float, size: float) -> str:
    """Operators, for inside BT and ET, that write a line with the left end of its baseline at (x, y), in points."""
    out = []
    if line.spoken:
        out.append(f"/Span <</ActualText <FEFF{line.spoken.encode('utf-16-be').hex().upper()}>>> BDC")
    for left, font, shown in line.pieces:
        out.append(f"/{font} {size:.2f} Tf 1 0 0 1 {x + left * size:.2f} {y:.2f} Tm")
        if isinstance(shown, str):
            out.append(f"<{''.join(map(_glyphs(font).__getitem__, shown))}> Tj")
        else:
            out.append(_shaped_ops(shown, size))
    if line.spoken:
        out.append("EMC")
    return "\n".join(out)


def _shaped_ops(glyphs: Shaped, size: float) -> str:
    """Shaped glyphs where HarfBuzz put them: moves in thousandths between them, raised where they stand above the line."""
    out = []
    row: list[str] = []
    rise = move = 0.0
    for glyph in glyphs:
        if glyph.dy != rise:
            if row:
                out.append(f"[{''.join(row)}] TJ")
                row = []
            rise = glyph.dy
            out.append(f"{rise * size:.2f} Ts")
        move += glyph.dx
        row.append(f"{-move * 1000:.0f}<{glyph.number:04X}>" if abs(move) > 0.0005 else f"<{glyph.number:04X}>")
        move = glyph.advance - glyph.dx - glyph.width
    out.append(f"[{''.join(row)}] TJ")
    if rise:
        out.append("0 Ts")
    return " ".join(out)


def block_ops(block: Block, x: float, top: float, width: float, align: str) -> tuple[str, Uses]:
    """Operators that write a block into the box that begins at (x, top), and what they use."""
    y = top
    out = ["BT"]
    for i, line in enumerate(block.lines):
        y -= block.leading if i else line.ascent * block.size
        slack = width - line.width * block.size
        out.append(line_ops(line, x + {"left": 0.0, "center": slack / 2, "right": slack}[align], y, block.size))
    out.append("ET")
    return "\n".join(out), tuple((font, shown) for line in block.lines for _left, font, shown in line.pieces)


class Used:
    """The glyphs that pages use, by font, with the character that each stands for (0 where there is none)."""

    def __init__(self) -> None:
        self.glyphs: dict[str, dict[int, int]] = {}
        self._chars: dict[str, set[str]] = {}

    def add(self, uses: Uses) -> None:
        """Note what was drawn."""
        for font, shown in uses:
            if isinstance(shown, str):
                self._chars.setdefault(font, set()).update(shown)
            else:
                known = self.glyphs.setdefault(font, {})
                for glyph in shown:
                    known.setdefault(glyph.number, 0)  # what it says travels with the line (ActualText)

    def settle(self) -> Used:
        """As numbers of glyphs, ready to travel to another process."""
        for font, chars in self._chars.items():
            known, numbers = self.glyphs.setdefault(font, {}), fonts.face(font).numbers
            for char in chars:
                known[numbers[char]] = known.get(numbers[char]) or ord(char)
        self._chars.clear()
        return self

    def merge(self, other: Used) -> None:
        """Add what another part of the document uses."""
        for font, glyphs in other.glyphs.items():
            known = self.glyphs.setdefault(font, {})
            for number, code in glyphs.items():
                known[number] = known.get(number) or code


class PdfFile:
    """A PDF that is written to ``out`` piece by piece; ``close`` writes fonts and the table of contents."""

    def __init__(self, out: IO[bytes], title: str = "") -> None:
        self._out = out
        self._at = 0
        self._offsets: list[int] = [0]
        self._kids: list[int] = []
        self._xobjects: dict[str, int] = {}
        self.used = Used()
        self._write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        self._pages, self._fonts, self._shared = self._reserve(), self._reserve(), self._reserve()
        self._title = title

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)

    def _reserve(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _put(self, number: int, body: bytes) -> int:
        self._offsets[number] = self._at
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        return number

    def _stream(self, entries: str, data: bytes, *, packed: bool = False) -> int:
        if not packed and "/Filter" not in entries:
            data, entries = zlib.compress(data), entries + "/Filter /FlateDecode"
        head = f"<<{entries}{'/Filter /FlateDecode' if packed else ''}/Length {len(data)}>>\nstream\n".encode("latin-1")
        return self._put(self._reserve(), head + data + b"\nendstream")

    def add_page(
        self, width: float, height: float, content: bytes, pictures: Mapping[str, bytes] | None = None
    ) -> None:
        """A page in points; the content is compressed (zlib). ``pictures`` are JPEGs that only this page shows."""
        number = self._stream("", content, packed=True)
        own = f"{self._shared} 0 R"
        if pictures:
            shared = "".join(f"/{name} {at} 0 R" for name, at in self._xobjects.items())
            own = f"<<{shared}{''.join(f'/{name} {self._jpeg(data)} 0 R' for name, data in pictures.items())}>>"
        page = (
            f"<</Type /Page /Parent {self._pages} 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] /Contents {number} 0 R"
            f" /Resources <</Font {self._fonts} 0 R /XObject {own}>>>>"
        )
        self._kids.append(self._put(self._reserve(), page.encode("latin-1")))

    def add_form(self, name: str, width: float, height: float, content: bytes) -> None:
        """Something that many pages show under this name (``/name Do``). Given again it is there already."""
        if name not in self._xobjects:
            entries = (
                f"/Type /XObject /Subtype /Form /BBox [0 0 {width:.2f} {height:.2f}]"
                f" /Resources <</Font {self._fonts} 0 R /XObject {self._shared} 0 R>>"
            )
            self._xobjects[name] = self._stream(entries, content)

    def add_picture(self, name: str, content: bytes) -> None:
        """A picture (PNG, JPEG) that many pages show under this name, on the unit square; what is transparent stays so."""
        if name in self._xobjects:
            return
        with Image.open(io.BytesIO(content)) as opened:
            mask = ""
            if opened.has_transparency_data:
                layer = opened.convert("RGBA")
                size = f"/Width {layer.width} /Height {layer.height} /BitsPerComponent 8"
                alpha = self._stream(
                    f"/Type /XObject /Subtype /Image {size} /ColorSpace /DeviceGray", layer.getchannel("A").tobytes()
                )
                mask, opened = f" /SMask {alpha} 0 R", layer  # type: ignore[assignment]  # noqa: PLW2901
            plain = opened.convert("RGB")
        size = f"/Width {plain.width} /Height {plain.height} /BitsPerComponent 8"
        self._xobjects[name] = self._stream(
            f"/Type /XObject /Subtype /Image {size} /ColorSpace /DeviceRGB{mask}", plain.tobytes()
        )

    def _jpeg(self, content: bytes) -> int:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.format != "JPEG" or opened.mode != "RGB":
                again = io.BytesIO()
                opened.convert("RGB").save(again, "JPEG", quality=88)
                content = again.getvalue()
            width, height = opened.size
        entries = (
            f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8 /ColorSpace /DeviceRGB"
        )
        return self._stream(entries + "/Filter /DCTDecode", content)

    @property
    def page_count(self) -> int:
        """Pages so far."""
        return len(self._kids)

    def close(self) -> None:
        """Write what is left; ``out`` stays open."""
        self.used.settle()
        found = "".join(f"/{font} {self._font(font, glyphs)} 0 R" for font, glyphs in sorted(self.used.glyphs.items()))
        self._put(self._fonts, f"<<{found}>>".encode("latin-1"))
        shared = "".join(f"/{name} {number} 0 R" for name, number in self._xobjects.items())
        self._put(self._shared, f"<<{shared}>>".encode("latin-1"))
        kids = " ".join(f"{number} 0 R" for number in self._kids)
        self._put(self._pages, f"<</Type /Pages /Count {len(self._kids)} /Kids [{kids}]>>".encode("latin-1"))
        root = self._put(self._reserve(), f"<</Type /Catalog /Pages {self._pages} 0 R>>".encode("latin-1"))
        title = f"<FEFF{self._title.encode('utf-16-be').hex().upper()}>"
        info = self._put(self._reserve(), f"<</Title {title}>>".encode("latin-1"))
        start = self._at
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % len(self._offsets))
        self._write("".join(f"{offset:010d} 00000 n \n" for offset in self._offsets[1:]).encode("latin-1"))
        trailer = (
            f"trailer\n<</Size {len(self._offsets)} /Root {root} 0 R /Info {info} 0 R>>\nstartxref\n{start}\n%%EOF\n"
        )
        self._write(trailer.encode("latin-1"))

    def _font(self, name: str, glyphs: Mapping[int, int]) -> int:
        found = fonts.face(name)
        face, upem, measure = found.face, found.upem, found.font
        wanted = uharfbuzz.SubsetInput()
        wanted.glyph_set.update(glyphs)
        wanted.layout_feature_tag_set.clear()
        wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
        for table in ("GSUB", "GPOS", "GDEF", "BASE", "STAT", "DSIG", "vhea", "vmtx", "VORG", "cmap", "name", "meta"):
            wanted.drop_table_tag_set.add(int.from_bytes(table.encode("ascii")))
        data = wanted.subset(face).blob.data
        file = self._stream(f"/Length1 {len(data)}", data)
        extents = measure.get_font_extents("ltr")
        # The corners of all glyphs stand in the table head; height of capitals and width of stems are for substitution only.
        box = " ".join(
            f"{side * 1000 / upem:.0f}" for side in struct.unpack(">4h", face.reference_table("head").data[36:44])
        )
        tag = "".join(chr(65 + zlib.crc32(f"{n}{sorted(glyphs)}".encode()) % 26) for n in range(6))
        base = f"/{tag}+{name}"
        descriptor = self._put(
            self._reserve(),
            f"<</Type /FontDescriptor /FontName {base} /Flags 4 /FontBBox [{box}] /ItalicAngle 0 /Ascent"
            f" {extents.ascender * 1000 / upem:.0f} /Descent {extents.descender * 1000 / upem:.0f} /CapHeight 700 /StemV 90 /FontFile2 {file} 0 R>>".encode(
                "latin-1"
            ),
        )
        widths = " ".join(f"{n} [{measure.get_glyph_h_advance(n) * 1000 / upem:.0f}]" for n in sorted(glyphs))
        inner = self._put(
            self._reserve(),
            f"<</Type /Font /Subtype /CIDFontType2 /BaseFont {base} /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity)"
            f" /Supplement 0>> /FontDescriptor {descriptor} 0 R /CIDToGIDMap /Identity /DW 1000 /W [{widths}]>>".encode(
                "latin-1"
            ),
        )
        spoken = self._stream("", _to_unicode(glyphs))
        return self._put(
            self._reserve(),
            f"<</Type /Font /Subtype /Type0 /BaseFont {base} /Encoding /Identity-H /DescendantFonts [{inner} 0 R]"
            f" /ToUnicode {spoken} 0 R>>".encode("latin-1"),
        )


def _to_unicode(glyphs: Mapping[int, int]) -> bytes:
    """The table by which readers copy and search text."""
    known = [(number, chr(code).encode("utf-16-be").hex().upper()) for number, code in sorted(glyphs.items()) if code]
    parts = []
    for start in range(0, len(known), 100):
        some = known[start : start + 100]
        rows = "\n".join(f"<{number:04X}> <{text}>" for number, text in some)
        parts.append(f"{len(some)} beginbfchar\n{rows}\nendbfchar")
    body = "\n".join(parts)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CIDSystemInfo <</Registry (Adobe) /Ordering (UCS)"
        " /Supplement 0>> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def 1 begincodespacerange <0000> <FFFF>"
        f" endcodespacerange\n{body}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")
