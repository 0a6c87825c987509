"""ZIP files that anybody can open and check: every file with its SHA-256, the same content always in the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from html import escape
from typing import Any, Self

from fairs.core.storage import StoredFile, open_key
from fairs.core.text import slugify

_DAY = (1980, 1, 1, 0, 0, 0)  # no moment of making: two archives of the same content are the same
_STYLE = (
    "body{font-family:sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;line-height:1.5}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #bbb;padding:.25rem .6rem;text-align:left;vertical-align:top}"
    "td.n{text-align:right}code{font-size:.85em;overflow-wrap:anywhere}"
)


class Out:
    """Where a ZIP is written to: nothing is read back, so it may be a store that only takes."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self.is_over = False

    def write(self, data: bytes) -> int:
        """Hand on some bytes; none any more when the work was given up."""
        if not self.is_over:
            self._target.write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def close(self) -> None:
        """Who gave the target closes it."""


class Package:
    """A ZIP in the making with the hashes of its files; at the end of its block it adds SHA256SUMS."""

    def __init__(self, target: Any) -> None:
        self._out = Out(target)
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED)
        self.hashes: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._zip.writestr(_info("SHA256SUMS"), self.sums().encode())
        self._out.is_over = kind is not None
        with suppress(ValueError):  # a file that was being written when the work was given up
            self._zip.close()

    def add(self, name: str, content: bytes) -> str:
        """Add a file; gives back its hash."""
        self._zip.writestr(_info(name), content)
        self.hashes[name] = hashlib.sha256(content).hexdigest()
        return self.hashes[name]

    def add_stored(self, name: str, file: StoredFile) -> str | None:
        """Add a stored file piece by piece; None where the store has lost it."""
        try:
            source = open_key(file.key)
        except FileNotFoundError:
            return None
        digest = hashlib.sha256()
        with source, self._zip.open(_info(name), "w") as entry:
            while piece := source.read(1 << 20):
                digest.update(piece)
                entry.write(piece)
        self.hashes[name] = digest.hexdigest()
        return self.hashes[name]

    def sums(self, *, without: Iterable[str] = ()) -> str:
        """The list of hashes as ``sha256sum`` writes and checks it, in the order of the names."""
        left_out = set(without)
        return "".join(f"{digest}  {name}\n" for name, digest in sorted(self.hashes.items()) if name not in left_out)


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def csv_of(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table as CSV: UTF-8 with the mark that spreadsheets look for, commas, all texts as they are but for formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _harmless(cell: Any) -> Any:
    # A name that begins like a formula would be run by the spreadsheet that opens the file.
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "@", "+", "\t", "\r"} else cell


def json_of(value: Any) -> bytes:
    """Plain JSON to be read: sorted keys, so that the same values make the same bytes."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, default=str) + "\n").encode()


def page_of(title: str, parts: Iterable[str]) -> bytes:
    """A plain HTML page; ``parts`` are HTML already."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    ).encode()


def table_of(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """An HTML table of plain texts; a cell that is a pair is a link: (address, text)."""
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>\n" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _cell(cell: Any) -> str:
    if isinstance(cell, tuple):
        return f'<td><a href="{escape(cell[0])}">{escape(str(cell[1]))}</a></td>'
    return f'<td class="n">{cell}</td>' if isinstance(cell, int) else f"<td>{escape(str(cell))}</td>"


def safe_name(file: StoredFile) -> str:
    """A file's name as it can stand on every disk, with its extension."""
    stem, dot, ending = file.name.rpartition(".")
    ending = re.sub(r"[^a-z0-9]", "", ending.lower())[:5] if dot else ""
    return f"{slugify(stem or file.name)[:60] or 'file'}.{ending or 'bin'}"
