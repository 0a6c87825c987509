"""Fonts for PDFs: which TrueType file draws which character, by script and by language.

One family carries Latin and Vietnamese (Be Vietnam Pro), Noto Sans the rest of Latin, Cyrillic, Greek and
Devanagari, and each of Arabic, Thai and the four Han traditions its own. The same Han character is drawn
differently in Japan, Korea, Taiwan and China, so the language decides; a font of ten megabytes is only loaded when
a text needs it.

The files are copied by the front-end build; without it they are taken from its packages.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import uharfbuzz
from bidi import algorithm
from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from fairs.config import ROOT

LATIN, WIDE = "BeVietnamPro", "NotoSans"
ARABIC, THAI = "NotoSansArabic", "NotoSansThai"
JAPANESE, KOREAN, SIMPLIFIED, TRADITIONAL = "NotoSansJP", "NotoSansKR", "NotoSansSC", "NotoSansTC"
HAN = (SIMPLIFIED, TRADITIONAL, JAPANESE, KOREAN)

#: What stands for a character that no font of ours can draw.
REPLACEMENT = "\ufffd"

#: reportlab keeps reading positions and subsets in shared objects: everything that draws holds this lock.
LOCK = threading.RLock()

# Streams in plain binary: a fifth smaller than in letters, and faster by a third.
rl_config.useA85 = 0

# Without a glyph of their own: controls, direction marks, variation selectors, byte order mark. The joiners stay.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)
_SPACES = re.compile(r"\s+")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_BRACKETS = {"(": ")", "[": "]", "{": "}", "«": "»", "“": "”", "‹": "›", "（": "）"}
_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
_BOPOMOFO = re.compile("[\u3100-\u312f\u31a0-\u31bf]")
_IDEOGRAPH = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")
_THAI = re.compile("[\u0e00-\u0e7f]")
_INDIC = re.compile("[\u0900-\u097f]")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one font and one direction, its characters in the order of reading."""

    text: str
    font: str
    shape: bool
    rtl: bool


@dataclass(frozen=True, slots=True)
class Metrics:
    """Room that a line needs above and below its baseline, as a share of the font size."""

    ascent: float
    descent: float


# Measured on the tallest letters, such as vowels under tones in Thai; stacked accents on capitals see below.
_METRICS = {
    LATIN: Metrics(0.97, 0.25),
    WIDE: Metrics(0.97, 0.27),
    ARABIC: Metrics(1.02, 0.48),
    THAI: Metrics(1.08, 0.46),
    **dict.fromkeys(HAN, Metrics(0.92, 0.18)),
}
_STACKED = Metrics(1.18, 0.25)
_STACKED_CAPITALS = re.compile("[ẤẦẨẪẬẮẰẲẴẶẾỀỂỄỆỐỒỔỖỘ]")


def metrics(run: Run) -> Metrics:
    """Line metrics of a run, without any gap between lines."""
    family = run.font.split("-", maxsplit=1)[0]
    if family in {LATIN, WIDE} and _STACKED_CAPITALS.search(run.text):
        return _STACKED
    return _METRICS[family]


def folders() -> Iterator[Path]:
    """Where font files may lie, in order of preference."""
    yield ROOT / "static" / "dist" / "fonts" / "pdf"
    yield ROOT / "node_modules" / "@expo-google-fonts"


@cache
def find(family: str, *, bold: bool = False) -> Path:
    """The TrueType file of a family. Raises FileNotFoundError, saying how to get it, when there is none."""
    built, packages = folders()
    path = built / f"{family}-{'Bold' if bold else 'Regular'}.ttf"
    if path.is_file():
        return path
    weight = "700Bold" if bold else "400Regular"
    for path in packages.glob(f"*/{weight}/{family}_{weight}.ttf"):
        return path
    raise FileNotFoundError(f"The font {family} is missing: run `npm ci` and `npm run build`.")


class Face:
    """A font as HarfBuzz sees it: its file is mapped, not read, so that ten megabytes of Han characters cost next to nothing."""

    def __init__(self, name: str) -> None:
        family, _, weight = name.partition("-")
        blob = uharfbuzz.Blob.from_file_path(str(find(family, bold=weight == "Bold")))
        self.face = uharfbuzz.Face(blob)
        self.font = uharfbuzz.Font(self.face)
        self.upem: int = self.face.upem
        self.numbers = _Numbers(self.font)
        self.widths = _Widths(self)

    def width(self, text: str) -> float:
        """Of the text at size 1, unshaped."""
        return math.fsum(map(self.widths.__getitem__, text))


class _Numbers(dict[str, int]):
    """Glyphs by character, looked up when first asked for; 0 where there is none."""

    def __init__(self, font: Any) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, char: str) -> int:
        self[char] = number = self._font.get_nominal_glyph(ord(char)) or 0
        return number


class _Widths(dict[str, float]):
    """Widths at size 1 by character."""

    def __init__(self, face: Face) -> None:
        super().__init__()
        self._face = face

    def __missing__(self, char: str) -> float:
        advance: int = self._face.font.get_glyph_h_advance(self._face.numbers[char])
        self[char] = width = advance / self._face.upem
        return width


@cache
def face(name: str) -> Face:
    """The font called ``BeVietnamPro-Bold``; raises FileNotFoundError."""
    return Face(name)


@cache
def ttf(name: str) -> Any:
    """The same font loaded into reportlab, which draws by name (a TTFont, whose types say less than it has)."""
    family, _, weight = name.partition("-")
    with LOCK:
        # Readable ASCII would put a hundred Latin glyphs into every subset of a Han font.
        font = TTFont(name, str(find(family, bold=weight == "Bold")), asciiReadable=family == LATIN)
        pdfmetrics.registerFont(font)
        font.hbFont(10)  # from now on it gives shaped glyphs a place
    return font


def _name(family: str, *, bold: bool) -> str:
    return f"{family}-{'Bold' if bold else 'Regular'}"


class _Coverage:
    """The characters of a family. The private area is left out: what is there means something else in every font."""

    def __init__(self, family: str) -> None:
        self._codes = face(_name(family, bold=True)).face.unicodes

    def __contains__(self, char: str) -> bool:
        return ord(char) in self._codes and not 0xE000 <= ord(char) < 0xF900


@cache
def _coverage(family: str) -> _Coverage:
    return _Coverage(family)


@cache
def _latin() -> frozenset[str]:
    """The characters of the family that draws most texts, for a quick look."""
    known = _coverage(LATIN)
    return frozenset(char for char in map(chr, range(0x10000)) if char in known)


def is_plain(text: str) -> bool:
    """Whether the family of most texts has all of its characters: nothing is missing and nothing is shaped."""
    return _latin().issuperset(text)


def plain_width(text: str, *, bold: bool = False) -> float:
    """Of a plain text at size 1."""
    return face(_name(LATIN, bold=bold)).width(text)


def tidy(text: str) -> str:
    """NFC, every blank a single space, nothing invisible: what is measured and drawn."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()


def language_of_country(country_code: str | None) -> str | None:
    """The tradition in which names of a country (ISO 3166 alpha-2) write Han characters, None where it does not matter."""
    return {"JP": "ja", "KR": "ko", "KP": "ko", "CN": "zh-Hans", "SG": "zh-Hans", "MY": "zh-Hans"}.get(
        country_code or "", "zh-Hant" if country_code in {"TW", "HK", "MO"} else None
    )


def _han_family(text: str, language: str | None) -> str:
    """The Han tradition of a text: its own kana or hangul first, then its language, then what can draw it."""
    if _KANA.search(text):
        return JAPANESE
    if _HANGUL.search(text):
        return KOREAN
    subtags = (language or "").replace("_", "-").lower().split("-")
    if subtags[0] == "ja":
        return JAPANESE
    if subtags[0] == "ko":
        return KOREAN
    if subtags[0] in {"zh", "yue", "nan", "hak"}:
        if "hans" in subtags:
            return SIMPLIFIED
        if subtags[0] != "zh" or {"hant", "tw", "hk", "mo"} & set(subtags):
            return TRADITIONAL
        return SIMPLIFIED
    if _BOPOMOFO.search(text):
        return TRADITIONAL
    ideographs = set(_IDEOGRAPH.findall(text))
    return next((family for family in HAN if all(char in _coverage(family) for char in ideographs)), SIMPLIFIED)


def _families(text: str, language: str | None) -> list[str | None]:
    """For each character the family that draws it; None for one that fits in with its neighbours."""
    latin_set = _latin()
    found: list[str | None] = []
    han = ""
    for char in text:
        if _IDEOGRAPH.match(char) or _KANA.match(char) or _HANGUL.match(char) or _BOPOMOFO.match(char):
            han = han or _han_family(text, language)
            found.append(han)
        elif _ARABIC.match(char):
            found.append(ARABIC)
        elif _THAI.match(char):
            found.append(THAI)
        elif char.isalpha():
            found.append(LATIN if char in latin_set else WIDE)
        else:
            found.append(None)
    letters = {char for char, family in zip(text, found, strict=True) if family in {LATIN, WIDE}}
    if WIDE in found and any(unicodedata.name(c, "").startswith("LATIN") for c in letters - latin_set):
        # One letter that Be Vietnam Pro lacks (ķ, ŏ): the whole text in the wider family, not a mixed word.
        found = [WIDE if family == LATIN else family for family in found]
    return found


def _settle(text: str, families: list[str | None], language: str | None) -> Iterator[tuple[str, str]]:
    """(character, family) for all: neutral ones join the text before them, else after them; gaps are filled."""
    following = list(families)
    for i in range(len(text) - 2, -1, -1):
        following[i] = following[i] or following[i + 1]
    before: str | None = None
    for i, char in enumerate(text):
        before = families[i] or before or following[i] or LATIN
        wanted = (before, following[i] or LATIN, LATIN, WIDE)
        family = next((f for f in wanted if char in _coverage(f)), None)
        if family is None and (char in "\u200c\u200d" or unicodedata.combining(char)):
            family = before
        if family is None and ord(char) > 0x2000:
            preferred = _han_family(text, language)
            family = next((f for f in (preferred, *HAN) if char in _coverage(f)), None)
        yield (char, family) if family else (REPLACEMENT, WIDE)


def missing_glyphs(text: str, language: str | None = None) -> str:
    """The characters of the text that no font can draw, each once; empty when all is well."""
    text = tidy(text)
    if _latin().issuperset(text):
        return ""
    drawn = _settle(text, _families(text, language), language)
    return "".join(dict.fromkeys(char for char, (shown, _) in zip(text, drawn, strict=True) if shown != char))


def _levels(text: str) -> list[int]:
    """Embedding level of each character by the Unicode bidirectional algorithm; odd is right to left."""
    if not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return [0] * len(text)
    base = algorithm.get_base_level(text)
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, "LR"[base]
    algorithm.get_embedding_levels(text, storage)
    marked = list(enumerate(storage["chars"]))
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage, False)
    _pair_brackets(storage["chars"], "LR"[base])
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    kept = {id(char) for char in storage["chars"]}
    levels: list[int] = []
    for _, char in marked:
        # Joiners take no part in the algorithm; they stay with the letter before them.
        levels.append(char["level"] if id(char) in kept or not levels else levels[-1])
    # Blanks at the end of a line follow the paragraph (rule L1).
    for i in range(len(text) - 1, -1, -1):
        if not text[i].isspace():
            break
        levels[i] = base
    return levels


def _pair_brackets(chars: list[dict[str, Any]], direction: str) -> None:
    """Rule N0, which python-bidi leaves out: both brackets of a pair take one direction, so they match on paper."""
    strong = [{"AL": "R", "EN": "R", "AN": "R"}.get(char["type"], char["type"]) for char in chars]
    pairs: list[tuple[int, int]] = []
    opened: list[int] = []
    for i, char in enumerate(chars):
        if char["ch"] in _BRACKETS:
            opened.append(i)
        elif opened and char["ch"] == _BRACKETS[chars[opened[-1]]["ch"]]:
            pairs.append((opened.pop(), i))
    for start, end in sorted(pairs):
        inside = {kind for kind in strong[start + 1 : end] if kind in "LR"}
        if not inside:
            continue
        before = next((kind for kind in reversed(strong[:start]) if kind in "LR"), direction)
        kind = direction if direction in inside else before
        for i in (start, end):
            chars[i]["type"] = strong[i] = kind


@lru_cache(maxsize=512)
def runs(text: str, language: str | None = None, *, bold: bool = False) -> tuple[Run, ...]:
    """The text split by font and direction, the runs in the order in which they stand on paper, left to right.

    ``language`` is a BCP 47 tag (``ja``, ``zh-Hant``, ``zh-TW``) and decides about Han characters. A character
    without a glyph becomes U+FFFD; ask ``missing_glyphs`` first where that matters.
    """
    text = tidy(text)
    if _latin().issuperset(text):
        return (Run(text, _name(LATIN, bold=bold), False, False),) if text else ()
    settled = list(_settle(text, _families(text, language), language))
    levels = _levels("".join(char for char, _ in settled))
    found: list[tuple[int, Run]] = []
    for (family, level), group in groupby(zip(settled, levels, strict=True), key=lambda item: (item[0][1], item[1])):
        part = "".join(char for (char, _), _ in group)
        shape = family in {ARABIC, THAI} or level % 2 == 1 or any(_needs_shaping(char) for char in part)
        found.append((level, Run(part, _name(family, bold=bold), shape, level % 2 == 1)))
    return tuple(run for _, run in _visual(found))


def _needs_shaping(char: str) -> bool:
    return unicodedata.combining(char) != 0 or bool(_INDIC.match(char))


def _visual(found: list[tuple[int, Run]]) -> list[tuple[int, Run]]:
    """Rule L2: from the highest level down to the lowest odd one, turn every sequence at that level or above."""
    order = list(found)
    for level in range(max((lvl for lvl, _ in order), default=0), 0, -1):
        i = 0
        while i < len(order):
            j = i
            while j < len(order) and order[j][0] >= level:
                j += 1
            order[i:j] = order[i:j][::-1]
            i = max(j, i + 1)
    return order
