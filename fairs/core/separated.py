"""Texts with separated columns (CSV) as people's programs write them: in which letters, divided by which mark."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

from flask_babel import lazy_gettext as _l

from fairs.core.errors import InvalidInput
from fairs.core.text import one_line

MOST_COLUMNS = 500
_SAMPLE = 80  # rows that show how a CSV is divided
_VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", letter + mark)
    for letter in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY"
    for mark in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
) | frozenset("đĐ")
_SIGNS = frozenset("₫€£–—‘’“”…•·°§©®™«»×\u00a0")
# UTF-8 that was read as a Western page and saved again.
_TWICE = re.compile("á»|áº|Ä‘|Ä\u0090|Ã[\u0080-\u00bf]|Ã¡|Ã¢|Ã£|Ãª|Ã©|Æ°|Æ¡")
# Letters of the old Vietnamese fonts (TCVN3, VNI), which other programs show as signs in the middle of words.
_OLD_FONT = re.compile(r"[A-Za-z][¡¢¥¦§¨ª«¬­®¯¸µ¶·¹¼½¾]|[¡¢¥¦§¨ª«¬­®¯¸µ¶·¹¼½¾][A-Za-z]")


def decoded(content: bytes) -> str:
    """The text of a CSV in UTF-8, UTF-16, windows-1258 or windows-1252; NFC.

    Raises InvalidInput, with the line, where the letters would come out wrong: nothing is guessed.
    """
    text = _unicode(content)
    if text is None:
        text = _single_bytes(content)
    for pattern in (_TWICE, re.compile("\ufffd")):
        if spoilt := pattern.search(text):
            raise _unreadable(text, spoilt.start())
    if "\0" in text:
        raise InvalidInput(_l("Only spreadsheets (XLSX, ODS, CSV) can be handed in."), field="file")
    return unicodedata.normalize("NFC", text)


def _unreadable(text: str, at: int) -> InvalidInput:
    line = text[:at].count("\n") + 1
    message = _l(
        "The letters of line %(line)s cannot be read: the file is in an unknown encoding. Please save it as “CSV UTF-8” or XLSX.",
        line=line,
    )
    return InvalidInput(message, field="file")


def _unicode(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        kind = "utf-16"
    elif content[:400].count(b"\0") > len(content[:400]) // 4:
        # Every second byte is empty: UTF-16 without its mark.
        kind = "utf-16-le" if content[1:400:2].count(b"\0") >= content[0:400:2].count(b"\0") else "utf-16-be"
    else:
        kind = "utf-8-sig"
    try:
        return content.decode(kind)
    except UnicodeDecodeError as error:
        if kind == "utf-8-sig":
            return None
        message = _l("Only spreadsheets (XLSX, ODS, CSV) can be handed in.")
        raise InvalidInput(message, field="file") from error


def _single_bytes(content: bytes) -> str:
    problem: InvalidInput | None = None
    for kind, fits in (("cp1258", _is_vietnamese), ("cp1252", _is_western)):
        try:
            text = unicodedata.normalize("NFC", content.decode(kind))
        except UnicodeDecodeError as error:
            problem = problem or _unreadable(content[: error.start].decode("latin-1"), error.start)
            continue
        wrong = fits(text)
        if wrong is None:
            return text
        problem = problem or _unreadable(text, wrong)
    raise problem or _unreadable("", 0)


def _is_vietnamese(text: str) -> int | None:
    """None when all letters are Vietnamese and one is of no other language; else the place of the first that is wrong."""
    own = False
    for at, letter in enumerate(text):
        if letter < "\x80":
            continue
        if letter not in _VIETNAMESE and letter not in _SIGNS:
            return at
        own = own or letter in "đĐơƠưƯăĂ" or letter >= "\u1e00"
    old = _OLD_FONT.search(text)
    return old.start() if old else (None if own else 0)


# What windows-1258 has for đ and for the marks of tones shows in windows-1252 as letters that stand so in no Western name.
_MISREAD = re.compile("[ÐðÞþ]|[aeiouyAEIOUYâêôÂÊÔãÃõÕýÝ][ÌÒìò]")


def _is_western(text: str) -> int | None:
    if misread := _MISREAD.search(text):
        return misread.start()
    for at, letter in enumerate(text):
        if letter >= "\x80" and not ("À" <= letter <= "ÿ" or letter in _SIGNS or letter in "ŒœŠšŽžŸ"):
            return at
    old = _OLD_FONT.search(text)
    return old.start() if old else None


def divided(text: str) -> list[tuple[int, list[str]]]:
    """The rows with the number of the line in which each begins; raises InvalidInput for what cannot be divided."""
    sample = text.splitlines()[:_SAMPLE]
    delimiter = max(";\t,|", key=lambda mark: _evenness(sample, mark))
    # An unclosed quotation mark would swallow the rest of the file: a row never holds so much.
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    rows, begins = [], 1
    try:
        for row in lines:
            if lines.line_num - begins > 30:
                message = _l("Line %(line)s: a quotation mark is not closed.", line=begins)
                raise InvalidInput(message, field="file")
            if len(row) > MOST_COLUMNS:
                raise InvalidInput(_l("At most %(count)s columns.", count=MOST_COLUMNS), field="file")
            rows.append((begins, [_guarded(one_line(cell)) for cell in row]))
            begins = lines.line_num + 1
    except csv.Error as error:
        message = _l("Line %(line)s cannot be read as CSV.", line=lines.line_num)
        raise InvalidInput(message, field="file") from error
    return rows


def _evenness(sample: list[str], delimiter: str) -> tuple[int, int]:
    """How many rows are divided into the same number of columns, and into how many."""
    try:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 2]
    except csv.Error:
        return 0, 0
    if not widths:
        return 0, 0
    usual = max(set(widths), key=widths.count)
    return widths.count(usual), usual


def _guarded(cell: str) -> str:
    # ="0123" is how programs keep a spreadsheet from dropping the zero: it is a text, not a formula.
    match = re.fullmatch(r'="([^"]*)"', cell)
    return match[1] if match else cell
