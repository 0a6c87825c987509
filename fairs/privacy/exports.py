"""A copy of everything about one person: a ZIP with data.json, the same to read as data.html, and the files."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, select

from fairs.calendar.models import Fair
from fairs.claims.models import ClaimFile
from fairs.claims.proofs import read_file
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.storage import StoredFile
from fairs.directory.models import Company, Filing, Person
from fairs.identity.service import document_of, read_passport, read_scan
from fairs.messages.models import OutboxMessage
from fairs.privacy.erasure import OPENED, ids_of
from fairs.privacy.holdings import owned

PURPOSE = "Copy of the person's own data"
_PERSON = (
    "native_name", "passport_name", "badge_name", "email", "phone", "country", "job_title", "locale", "created_at",
)  # fmt: skip


@dataclass
class Section:
    """One heading of the copy with its records: pairs of a column's name and a plain value."""

    key: str
    title: Any
    records: list[Mapping[str, Any]] = field(default_factory=list)


View = Callable[[Sequence[Section], Sequence[str], str], str]
_views: dict[str, View] = {}


def register_view(view: View) -> None:
    """Say how a copy is drawn to be read: ``view(sections, names of files, locale)`` gives HTML."""
    _views["html"] = view


def make_copy(person: Person, locale: str) -> bytes:
    """The ZIP, to be read in ``locale``; inside transaction(), for opening a passport is written down."""
    sections, files = collect(person)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        plain = {
            "made_at": now().isoformat(),
            **{section.key: section.records for section in sections},
        }
        archive.writestr("data.json", json.dumps(plain, ensure_ascii=False, indent=2))
        archive.writestr("data.html", _views["html"](sections, [name for name, _content in files], locale))
        for name, content in files:
            archive.writestr(f"files/{name}", content)
    return buffer.getvalue()


def collect(person: Person) -> tuple[list[Section], list[tuple[str, bytes]]]:
    """Everything about a person by section, and their files (name, bytes)."""
    mine = ids_of(person.id)
    names = _Names()
    files: list[tuple[str, bytes]] = []
    main = {name: _plain(getattr(person, name)) for name in _PERSON}
    main["company"] = person.company.name if person.company else None
    sections = [Section("person", _l("Person"), [main])]
    for holding in owned():
        section = Section(holding.table, holding.title)
        rows = holding.rows
        for row in db.session.execute(
            select(rows).where(rows.c.id.in_(mine[holding.table])).order_by(rows.c.id)
        ).mappings():
            section.records.append(dict(_record(rows, row, {*holding.hidden, *holding.files}, names)))
            files += _files(rows, row, holding.hidden)
        if holding.table == "travel_documents":
            _open_passport(person, section, files)
        if section.records:
            sections.append(section)
    for claim_file in db.session.scalars(select(ClaimFile).where(ClaimFile.id.in_(mine["claim_files"]))):
        content = read_file(claim_file, by=SYSTEM)
        files += [(claim_file.name, content)] if content is not None else []
    files += _papers(mine)
    mails = Section("messages", _l("Messages to you"))
    if person.email:
        query = select(OutboxMessage).where(OutboxMessage.recipient == person.email).order_by(OutboxMessage.id)
        mails.records = [
            {"subject": one.subject, "body": one.body, "sent_at": _plain(one.sent_at)}
            for one in db.session.scalars(query)
        ]
    return [*sections, *([mails] if mails.records else [])], _apart(files)


class _Names:
    """Names of fairs and companies by their keys, each looked up once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], str] = {}

    def get(self, column: str, key: int) -> str | None:
        model: Any = {"fair_id": Fair, "company_id": Company}.get(column)
        if model is None:
            return None
        if (column, key) not in self._known:
            row = db.session.get(model, key)
            self._known[column, key] = "" if row is None else row.name_en if model is Fair else row.name
        return self._known[column, key]


def _record(rows: Table, row: Mapping[Any, Any], hidden: set[str], names: _Names) -> Iterator[tuple[str, Any]]:
    for column in rows.c:
        value = row[column]
        if column.name in hidden or column.name == "id" or value is None or value == "":
            continue
        if column.foreign_keys:
            name = names.get(column.name, value)
            if name:
                yield column.name.removesuffix("_id"), name
            continue
        yield column.name, _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return None
    return value


def _files(rows: Table, row: Mapping[Any, Any], hidden: Sequence[str]) -> list[tuple[str, bytes]]:
    found = []
    for column in rows.c:
        points_at_file = any(key.column.table.name == "stored_files" for key in column.foreign_keys)
        # A passport's scan is sealed: it is opened apart.
        if points_at_file and column.name not in (*hidden, "scan_id") and row[column] is not None:
            found += _content(row[column])
    return found


def _content(file_id: int) -> list[tuple[str, bytes]]:
    stored = db.session.get_one(StoredFile, file_id)
    try:
        return [(stored.name, stored.read())]
    except FileNotFoundError:
        return []


def _open_passport(person: Person, section: Section, files: list[tuple[str, bytes]]) -> None:
    passport = read_passport(person, purpose=PURPOSE, by=SYSTEM)
    if passport is not None and section.records:
        section.records[0] = {
            **section.records[0], "number": passport.number, "birth_date": _plain(passport.birth_date),
        }  # fmt: skip
    document = document_of(person.id)
    scan = read_scan(document, purpose=PURPOSE, by=SYSTEM) if document is not None else None
    if scan is not None:
        ending = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}.get(scan[1], "bin")
        files.append((f"passport.{ending}", scan[0]))


def _papers(mine: Mapping[str, list[int]]) -> list[tuple[str, bytes]]:
    """Scans of forms that staff typed for the person."""
    found = []
    for table, kind in OPENED.items():
        query = select(Filing.scan_id).where(
            Filing.subject_type == kind, Filing.subject_id.in_(mine.get(table, [])), Filing.scan_id.is_not(None)
        )
        for scan_id in db.session.scalars(query):
            found += _content(scan_id or 0)
    return found


def _apart(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Each file under a name of its own."""
    return [(f"{number:02d}-{name}", content) for number, (name, content) in enumerate(files, 1)]
