"""Lists of others: handed in, columns chosen, compared with the directory, decided, started. Importing itself is importing.py."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contacts.columns import Layout, detect, heads_of, missing
from fairs.contacts.files import Sheet, open_file
from fairs.contacts.matching import Judged, judge_all
from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.queries import counts_of, directory_for, group_words
from fairs.contacts.reading import read_contacts
from fairs.contacts.states import ImportKind, ImportState, RowState
from fairs.contacts.support import judge_supports, read_supports
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.crypto import decrypt, encrypt
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, DomainError, InvalidInput
from fairs.core.storage import StoredFile, Upload, discard, keep
from fairs.core.text import fold, one_line
from fairs.directory.queries import product_groups
from fairs.invitations.states import SourceKind

SEALED_TYPE = "application/octet-stream"
AT_ONCE = 300  # a file of more rows is compared and imported by the worker, while the person goes on
_KEPT = timedelta(days=14)  # a file that nobody went on with
READY = (RowState.NEW, RowState.KNOWN)


@dataclass(frozen=True, slots=True)
class ListSource:
    """Who gave a list: for contacts a kind and a name, for support the office."""

    name: str
    kind: str = ""


def check_source(source: ListSource, kind: ImportKind) -> ListSource:
    """The source in normal form; raises InvalidInput with ``source_kind`` or ``source_name``."""
    name = one_line(source.name)[:200]
    if not name:
        raise InvalidInput(_l("Please fill this in."), field="source_name")
    if kind is ImportKind.CONTACTS and source.kind not in set(SourceKind):
        raise InvalidInput(_l("Please choose from the list."), field="source_kind")
    return ListSource(name, source.kind if kind is ImportKind.CONTACTS else "")


def hand_in(fair: Fair, kind: ImportKind, upload: Upload, source: ListSource, *, by: Actor) -> ContactImport:
    """Keep a file, encrypted, for a look at its columns. Raises InvalidInput for a file that is no list, with the reason."""
    source = check_source(source, kind)
    layout = detect(open_file(upload), kind)
    with transaction():
        stored = keep("list", encrypt(upload.content), SEALED_TYPE)
        row = ContactImport(
            fair_id=fair.id, kind=kind, state=ImportState.UPLOADED, source_kind=source.kind, source_name=source.name,
            file_name=one_line(upload.name)[:200] or "list", sha256=hashlib.sha256(upload.content).hexdigest(), file_id=stored.id,
            layout=layout.as_json(), by_id=by.user_id, by_name=by.name[:200], for_id=by.for_user_id,
            for_name=(by.for_name or "")[:200], touched_at=now(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        record("contacts.hand_in", row, by=by, after={"file": row.file_name, "kind": kind})
        return row


def sheets_of(found: ContactImport) -> list[Sheet]:
    """The sheets of an import's file; raises Conflict when it is no longer there."""
    if found.file is None:
        raise Conflict(_l("The file is no longer there. Please hand it in again."))
    try:
        return open_file(Upload(found.file_name, decrypt(found.file.read())))
    except (FileNotFoundError, InvalidToken) as error:
        raise Conflict(_l("The file is no longer there. Please hand it in again.")) from error


def judge(fair: Fair, kind: ImportKind, sheets: Sequence[Sheet], layout: Layout, source_name: str) -> list[Judged]:
    """What each row would become, compared with the directory. Writes nothing."""
    sheet = sheets[layout.sheet]
    if kind is ImportKind.SUPPORT:
        return judge_supports(read_supports(sheet, layout, fair.currency), source_name)
    words = group_words(product_groups())

    def group_of(text: str) -> list[str]:
        whole = words.get(fold(text))
        parts = (
            [whole]
            if whole
            else [words.get(fold(part), "") for part in text.replace("/", ";").replace("|", ";").split(";")]
        )
        if not all(parts):
            parts = [words.get(fold(part), "") for part in text.replace(";", ",").split(",")]
        return [part for part in dict.fromkeys(parts) if part] if all(parts) else []

    lines = read_contacts(sheet, layout, group_of)
    return judge_all(lines, directory_for([line.contact for line in lines if not line.problems]))


def locked(import_id: int) -> ContactImport:
    """The import, locked until the transaction ends."""
    return db.session.get_one(ContactImport, import_id, with_for_update=True, populate_existing=True)


def keep_layout(found: ContactImport, layout: Layout) -> None:
    """Keep where the heads stand and what the columns are, for another look; raises Conflict when rows are compared already."""
    with transaction():
        row = locked(found.id)
        if row.state is not ImportState.UPLOADED:
            raise Conflict
        row.layout, row.touched_at = layout.as_json(), now()


def choose_layout(found: ContactImport, layout: Layout, *, by: Actor) -> ContactImport:
    """Keep the layout that a person chose and have the rows compared; what was decided before is decided anew.

    Raises InvalidInput (``columns``) when it is not enough, Conflict when the import has begun.
    """
    lacks = missing(layout, found.kind)
    if lacks is not None:
        raise InvalidInput(lacks, field="columns")
    with transaction():
        row = locked(found.id)
        if row.state is ImportState.PREVIEW:
            row.move_to(ImportState.UPLOADED)
        if row.state is not ImportState.UPLOADED:
            raise Conflict
        row.move_to(ImportState.CHECKING)
        row.layout, row.touched_at = layout.as_json(), now()
        record("contacts.columns", row, by=by, after={"row": layout.row, "columns": list(layout.columns)})
    return row


def check(import_id: int) -> None:
    """Compare the rows with the directory and keep what each would become, in one transaction; bears repetition."""
    found = db.session.get(ContactImport, import_id)
    if found is None or found.state is not ImportState.CHECKING:
        return
    try:
        layout = Layout.from_json(found.layout)
        sheets = sheets_of(found)
        judged = judge(db.session.get_one(Fair, found.fair_id), found.kind, sheets, layout, found.source_name)
    except DomainError:
        # The file is gone or the columns do not fit it: the page of the columns says so.
        with transaction():
            row = locked(import_id)
            if row.state is ImportState.CHECKING:
                row.move_to(ImportState.UPLOADED)
        return
    with transaction():
        row = locked(import_id)
        if row.state is not ImportState.CHECKING:
            return
        db.session.execute(delete(ContactRow).where(ContactRow.import_id == row.id))
        if judged:
            db.session.execute(insert(ContactRow), [_values(row, one, layout) for one in judged])
        row.layout = {**row.layout, "heads": _heads(sheets[layout.sheet], layout)}
        row.move_to(ImportState.PREVIEW)
        row.touched_at = now()


def _heads(sheet: Sheet, layout: Layout) -> list[str]:
    return [head[:120] for head in heads_of(sheet, layout.row, layout.head_rows)]


def _values(row: ContactImport, one: Judged, layout: Layout) -> dict[str, Any]:
    line = one.line
    is_wrong = one.state is RowState.WRONG
    # A passport's number stays in the sealed file.
    hidden = {at for at, role in enumerate(layout.columns) if role == "passport"}
    cells = ["•••" if at in hidden and cell else cell[:500] for at, cell in enumerate(line.cells)] if is_wrong else []
    return {
        "import_id": row.id, "row": line.row, "state": one.state, "data": line.contact.as_json(), "problems": line.problems,
        "hints": line.hints, "cells": cells, "found": one.found, "filled": {}, "company_key": "" if is_wrong else line.contact.key,
        "person_choice": "", "company_choice": "", "person_id": one.person_id, "company_id": one.company_id, "invitee_id": None,
        "made_person": False, "made_company": False, "reason": "", "created_at": now(),
    }  # fmt: skip


def columns_again(found: ContactImport, *, by: Actor) -> None:
    """Back to the columns, before anything is imported; raises Conflict."""
    with transaction():
        row = locked(found.id)
        if row.state is not ImportState.PREVIEW:
            raise Conflict
        row.move_to(ImportState.UPLOADED)
        record("contacts.columns_again", row, by=by)


def start_import(found: ContactImport, *, by: Actor) -> ContactImport:
    """Let the worker import all rows that are new, known or decided; unsure ones stay for a person.

    Pressed twice it runs once. Raises InvalidInput when there is nothing to import, Conflict when it has begun or ended.
    """
    with transaction():
        row = locked(found.id)
        if row.state is ImportState.RUNNING:
            return row
        if row.state not in (ImportState.PREVIEW, ImportState.WAITING):
            raise Conflict
        counts = counts_of([row.id])[row.id]
        if not sum(counts.get(state, 0) for state in READY):
            raise InvalidInput(_l("There is no row that could be imported."))
        row.move_to(ImportState.RUNNING)
        row.touched_at = now()
        row.by_id, row.by_name, row.for_id, row.for_name = (
            by.user_id,
            by.name[:200],
            by.for_user_id,
            (by.for_name or "")[:200],
        )
        forget_file(row)
        record("contacts.start", row, by=by, after={str(state): many for state, many in counts.items()})
    return row


def start_undo(found: ContactImport, *, by: Actor) -> ContactImport:
    """Let the worker take an import back. Pressed twice it runs once; raises Conflict when there is nothing to undo."""
    with transaction():
        row = locked(found.id)
        if row.state in (ImportState.UNDOING, ImportState.UNDONE):
            return row
        if row.state not in (ImportState.DONE, ImportState.WAITING):
            raise Conflict
        row.move_to(ImportState.UNDOING)
        row.touched_at, row.undone_by = now(), by.label[:200]
        record("contacts.undo", row, by=by)
    return row


def forget_file(row: ContactImport) -> None:
    """Throw the file away; its rows are kept where they are needed. Inside transaction()."""
    stored = row.file or (db.session.get(StoredFile, row.file_id) if row.file_id else None)
    row.file_id = None
    row.file = None
    db.session.flush()
    if stored is not None:
        discard(stored)


def drop_import(found: ContactImport, *, by: Actor) -> None:
    """Throw away a list of which nothing is imported; raises Conflict otherwise."""
    with transaction():
        row = locked(found.id)
        if row.state not in (ImportState.UPLOADED, ImportState.PREVIEW):
            raise Conflict
        record("contacts.drop", row, by=by, after={"file": row.file_name})
        _drop(row)


def _drop(row: ContactImport) -> None:
    forget_file(row)
    db.session.execute(delete(ContactRow).where(ContactRow.import_id == row.id))
    db.session.execute(delete(ContactImport).where(ContactImport.id == row.id))
    db.session.expunge(row)


def forget_uploads() -> None:
    """Remove lists that were handed in and that nobody went on with for two weeks. Inside transaction()."""
    old = db.session.scalars(
        select(ContactImport).where(
            ContactImport.state.in_((ImportState.UPLOADED, ImportState.PREVIEW)),
            ContactImport.touched_at < now() - _KEPT,
        )
    ).all()
    for one in old:
        _drop(one)
