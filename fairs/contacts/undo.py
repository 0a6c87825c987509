"""Taking an import back: what it made and nothing else uses goes, the rest stays and says why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Table, delete, literal, select, union_all, update

from fairs.audit.service import record
from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.service import locked
from fairs.contacts.states import ImportKind, ImportState, RowState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import Base, db, transaction
from fairs.directory.models import Company, Person
from fairs.funding.external_models import ExternalSupport
from fairs.invitations.models import Invitee
from fairs.invitations.states import InviteeState

_STEP = 250
# Who uses it, by table; others are "elsewhere".
_USES: Mapping[str, Any] = {
    "importers": _l("is registered as an importer"), "invitees": _l("is among those invited"),
    "badges": _l("has a badge"), "people": _l("has other people"), "exhibitors": _l("is an exhibitor"),
    "visitors": _l("is registered as a visitor"), "contracts": _l("has contracts"), "consents": _l("has given a consent"),
    "notes": _l("has notes"), "contact_rows": _l("is in another list"), "hostings": _l("is supported"), "memberships": _l("has an account"),
}  # fmt: skip


def kept_because(reason: str) -> str:
    """Why a row stays, in the reader's language."""
    what, _, rest = reason.partition(":")
    if what == "state":
        return str(_l("The invitation has gone on since: %(state)s", state=InviteeState(rest).label))
    word = _USES.get(rest, _l("is used elsewhere"))
    return str(_l("The person %(why)s", why=word) if what == "person" else _l("The company %(why)s", why=word))


def carry_on_undo(import_id: int) -> None:
    """Take back what is not taken back yet, people first, then their companies. Bears repetition and being ended anywhere."""
    while _step(import_id):
        pass


def _step(import_id: int) -> bool:
    with transaction():
        found = locked(import_id)
        if found.state is not ImportState.UNDOING:
            return False
        found.touched_at = now()
        if found.kind is ImportKind.SUPPORT:
            db.session.execute(delete(ExternalSupport).where(ExternalSupport.import_id == found.id))
            db.session.execute(
                update(ContactRow)
                .where(ContactRow.import_id == found.id, ContactRow.state == RowState.IMPORTED)
                .values(state=RowState.UNDONE)
            )
        elif rows := _rows(found, ContactRow.state == RowState.IMPORTED):
            _people(found, rows)
            return True
        elif rows := _rows(found, ContactRow.made_company.is_(True)):
            _companies(found, rows)
            return True
        found.move_to(ImportState.UNDONE)
        found.undone_at = now()
        record("contacts.undone", found, by=Actor(None, found.undone_by))
        return False


def _rows(found: ContactImport, condition: ColumnElement[bool]) -> Sequence[ContactRow]:
    query = select(ContactRow).where(ContactRow.import_id == found.id, condition)
    return db.session.scalars(query.order_by(ContactRow.row, ContactRow.id).limit(_STEP)).all()


def _people(found: ContactImport, rows: Sequence[ContactRow]) -> None:
    reasons: dict[int, str] = {}
    _invitees(found, rows, reasons)
    made = {row.person_id for row in rows if row.made_person and row.person_id is not None and row.id not in reasons}
    used = users_of(Person, made, found.id)
    gone = made - set(used)
    for row in rows:
        person_id = row.person_id
        if person_id in used and row.id not in reasons and row.made_person:
            reasons[row.id] = f"person:{used[person_id]}"
        if person_id in gone:
            row.person_id, row.made_person = None, False
    _empty_again(rows)
    _forget(found, ContactRow.person_id, gone)
    _delete(Person, gone)
    for row in rows:
        row.reason = reasons.get(row.id, "")
        row.move_to(RowState.KEPT if row.reason else RowState.UNDONE)


def _invitees(found: ContactImport, rows: Sequence[ContactRow], reasons: dict[int, str]) -> None:
    """Remove the invitees who were not written to yet."""
    keys = {row.invitee_id: row for row in rows if row.invitee_id is not None}
    if not keys:
        return
    query = select(Invitee.id, Invitee.state).where(Invitee.id.in_(keys)).with_for_update()
    there = {row.id: row.state for row in db.session.execute(query)}
    fresh = {key for key, state in there.items() if state is InviteeState.NEW}
    used = users_of(Invitee, fresh, found.id)
    for key, row in keys.items():
        if key in there and there[key] is not InviteeState.NEW:
            reasons[row.id] = f"state:{there[key]}"
        elif key in used:
            reasons[row.id] = f"person:{used[key]}"
        else:
            row.invitee_id = None
    _forget(found, ContactRow.invitee_id, fresh - set(used))
    _delete(Invitee, fresh - set(used))


def _companies(found: ContactImport, rows: Sequence[ContactRow]) -> None:
    made = {row.company_id for row in rows if row.company_id is not None}
    used = users_of(Company, made, found.id)
    gone = made - set(used)
    for row in rows:
        row.made_company = False
        if row.company_id in used and not row.reason:
            row.reason = f"company:{used[row.company_id]}"
            if row.state is RowState.UNDONE:
                row.move_to(RowState.KEPT)
    _forget(found, ContactRow.company_id, gone)
    _delete(Company, gone)


def _empty_again(rows: Sequence[ContactRow]) -> None:
    """Take back what was filled in for people and companies that were known before, where nobody has changed it since."""
    for model, key in ((Person, "person"), (Company, "company")):
        wanted = {getattr(row, f"{key}_id"): row.filled[key] for row in rows if row.filled.get(key)}
        if not wanted:
            continue
        for known in db.session.scalars(select(model).where(model.id.in_(wanted))):
            for name, value in wanted[known.id].items():
                if getattr(known, name) == value:
                    setattr(known, name, None if name == "company_id" else "")


def _forget(found: ContactImport, column: Any, keys: Collection[int]) -> None:
    """No row of the import names these any more; several rows may name one."""
    db.session.flush()
    if keys:
        db.session.execute(
            update(ContactRow).where(ContactRow.import_id == found.id, column.in_(keys)).values({column.key: None})
            .execution_options(synchronize_session=False)
        )  # fmt: skip


def _delete(model: type[Any], keys: Collection[int]) -> None:
    if keys:
        db.session.execute(delete(model).where(model.id.in_(keys)).execution_options(synchronize_session=False))


def users_of(model: type[Any], keys: Collection[int], import_id: int) -> dict[int, str]:
    """For each key that anything uses one table that does so; one statement. Rows of the import itself do not count."""
    if not keys:
        return {}
    parts = []
    for table, name, kind in _references(model.__tablename__, model.__name__):
        column = table.c[name]
        query = select(literal(table.name).label("used_by"), column.label("used")).where(column.in_(keys))
        if kind:
            query = query.where(table.c.subject_type == kind)
        if table.name == ContactRow.__tablename__:
            query = query.where(table.c.import_id != import_id)
        parts.append(query)
    # In the order of the words: "is registered as an importer" says more than "has a badge".
    order = {name: at for at, name in enumerate(_USES)}
    found: dict[int, str] = {}
    for used_by, key in db.session.execute(union_all(*parts)):
        if key not in found or order.get(used_by, 99) < order.get(found[key], 99):
            found[key] = used_by
    return found


@cache
def _references(target: str, kind: str) -> list[tuple[Table, str, str]]:
    """All columns of the database that name rows of ``target``: foreign keys, and subjects by type and key."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == target for key in column.foreign_keys):
                found.append((table, column.name, ""))
        if {"subject_type", "subject_id"} <= set(table.columns.keys()) and not table.name.startswith("audit"):
            found.append((table, "subject_id", kind))
    return found
