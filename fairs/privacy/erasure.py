"""Erasure as pseudonymisation: whatever says who it was goes; counts, vouchers and signed papers stay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, Table, Text, cast, delete, func, literal, or_, select, update

from fairs.accounts.models import User
from fairs.audit.models import AuditEntry
from fairs.badges.models import Badge
from fairs.badges.service import revoke_badge
from fairs.badges.states import BadgeState
from fairs.claims.models import Claim
from fairs.claims.proofs import remove_papers
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.events import publish
from fairs.core.links import AccessLink
from fairs.core.rest import StoredAnswer
from fairs.core.storage import StoredFile, discard
from fairs.core.tokens import new_token
from fairs.directory.events import Renamed
from fairs.directory.models import Filing, Person
from fairs.identity.service import document_of, remove_passport
from fairs.messages.models import OutboxMessage
from fairs.messages.states import MessageState
from fairs.privacy.holdings import LISTS, Holding, owned

ERASED = "[…]"
"""What stands where a name stood."""
SHORTEST = 5
"""Shorter names would be found in other words: they are not looked for in texts."""


def identifiers(person: Person) -> list[str]:
    """What tells who somebody is when it stands in a text: names, address, telephone; the longest first."""
    found = {person.native_name, person.passport_name, person.badge_name, person.email, person.phone}
    return sorted((one for one in found if _is_telling(one)), key=len, reverse=True)


def _is_telling(text: str) -> bool:
    # Four Han characters are a whole name.
    return len(text) >= SHORTEST or (
        len(text) >= 2 and not text.isascii() and all(ord(c) > 0x2E7F for c in text if not c.isspace())
    )


def ids_of(person_id: int) -> dict[str, list[int]]:
    """The keys of all rows that belong to a person, by table."""
    known: dict[str, list[int]] = {"people": [person_id]}
    for holding in owned():
        rows = holding.rows
        query = select(rows.c.id).where(rows.c[holding.column].in_(known.get(holding.of, [])))
        found = db.session.scalars(query.order_by(rows.c.id)).all()
        known[holding.table] = sorted({*known.get(holding.table, []), *found})
    return known


def erase(person: Person, *, by: Actor) -> dict[str, Any]:
    """Erase what says who the person was; inside transaction(). Gives back the rows by table, and where a name is still found."""
    row = db.session.get_one(Person, person.id, with_for_update=True, populate_existing=True)
    words, address, mine = identifiers(row), row.email, ids_of(row.id)
    _revoke_badges(mine.get("badges", []), by)
    for claim in db.session.scalars(select(Claim).where(Claim.person_id == row.id)).all():
        remove_papers(claim, by=by)
    document = document_of(row.id)
    if document is not None:
        remove_passport(document, by=by)
    for holding in owned():
        _blank(holding, mine[holding.table])
        _strike(holding.rows, words, mine[holding.table])
    _close_doors(mine)
    _forget_account(row)
    row.native_name = f"#{row.id}"
    row.passport_name = row.badge_name = row.name_language = row.email = row.phone = row.job_title = ""
    row.user_id = None
    db.session.flush()
    publish(Renamed(row))
    for table in LISTS:
        _strike(db.metadata.tables[table], words)
    _clean_messages(words, address)
    _clean_history(words)
    if words:
        db.session.execute(delete(StoredAnswer).where(_contains(StoredAnswer.__table__.c.body, words)))
    db.session.expire_all()
    return {"rows": {table: len(ids) for table, ids in mine.items() if ids}, "traces": traces(words)}


def _revoke_badges(badge_ids: list[int], by: Actor) -> None:
    live = select(Badge).where(Badge.id.in_(badge_ids), Badge.state == BadgeState.ACTIVE)
    for badge in db.session.scalars(live).all():
        revoke_badge(badge, "Erased", by=by)


def _blank(holding: Holding, ids: list[int]) -> None:
    rows = holding.rows
    for column in holding.files:
        files = db.session.scalars(select(rows.c[column]).where(rows.c.id.in_(ids), rows.c[column].is_not(None))).all()
        db.session.execute(update(rows).where(rows.c.id.in_(ids)).values({column: None}))
        for file_id in files:
            discard(db.session.get_one(StoredFile, file_id))
    # What a release has not got yet, or has no more, is not there to be emptied.
    names = [name for name in holding.blank if name in rows.c]
    if names and ids:
        db.session.execute(
            update(rows).where(rows.c.id.in_(ids)).values({name: _emptied(rows.c[name]) for name in names})
        )


def _emptied(column: Any) -> Any:
    """What stands in a column that says who somebody was: nothing, else a mark, else an empty value of its kind."""
    if column.nullable:
        return db.null()
    if column.unique:
        return literal("erased-") + cast(column.table.c.id, String)
    if isinstance(column.type, JSON):
        default = column.default.arg(None) if column.default is not None and column.default.is_callable else {}
        return [] if isinstance(default, list) else {}
    return ERASED if column.name in _MARKED else ""


#: Texts that pages show as the heart of a record: a mark says that something stood there.
_MARKED = ("text", "name")


def _strike(rows: Table, words: list[str], ids: list[int] | None = None) -> None:
    """Take the name out of all texts of a table, or of these rows of it."""
    columns = list(_texts(rows)) if ids != [] and words else []
    if not columns:
        return
    query = select(rows.c.id, *columns).where(or_(*(_contains(column, words) for column in columns)))
    if ids is not None:
        query = query.where(rows.c.id.in_(ids))
    for found in db.session.execute(query).mappings().all():
        values = {column.name: _struck(found[column], words) for column in columns if found[column] is not None}
        db.session.execute(update(rows).where(rows.c.id == found[rows.c.id]).values(values))


#: Records that links of mails and slips open, by the table of their rows.
OPENED = {"importers": "Importer", "visitors": "Visitor", "privacy_requests": "PrivacyRequest"}


def _close_doors(mine: dict[str, list[int]]) -> None:
    for table, kind in OPENED.items():
        ids = mine.get(table, [])
        db.session.execute(delete(AccessLink).where(AccessLink.subject_type == kind, AccessLink.subject_id.in_(ids)))
        for filing in db.session.scalars(
            select(Filing).where(Filing.subject_type == kind, Filing.subject_id.in_(ids))
        ).all():
            scan_id, filing.scan_id, filing.note = filing.scan_id, None, ""
            db.session.flush()
            if scan_id is not None:
                discard(db.session.get_one(StoredFile, scan_id))


def _forget_account(person: Person) -> None:
    """An account that was the person's alone signs in nobody any more; acts done by it keep its number."""
    if person.user_id is not None:
        user = db.session.get_one(User, person.user_id)
        user.name, user.email, user.active = "", f"erased-{user.id}@erased.invalid", False
        user.password = user.tf_totp_secret = user.mf_recovery_codes = None
        user.fs_uniquifier = new_token()


def _contains(column: Any, words: list[str]) -> ColumnElement[bool]:
    """Whether a text, or JSON as it is written, contains one of the words."""
    if isinstance(column.type, JSON):
        column, words = cast(column, Text), [_escaped(word) for word in words]
    return or_(*(column.contains(word, autoescape=True) for word in words))


def _escaped(word: str) -> str:
    return json.dumps(word)[1:-1]


def _clean_messages(words: list[str], address: str) -> None:
    """Mails to the person lose their text; one that did not go out yet never does. In others the name is struck out."""
    rows: Any = OutboxMessage.__table__
    if address:
        gone = update(rows).where(rows.c.recipient == address)
        db.session.execute(
            gone.where(rows.c.state.in_([MessageState.QUEUED, MessageState.FAILED])).values(state=MessageState.KEPT)
        )
        blank = {
            "recipient": "",
            "recipient_name": ERASED,
            "subject": ERASED,
            "body": "",
            "last_error": "",
            "attachments": [],
        }
        db.session.execute(gone.values(**blank))
    columns = ("recipient_name", "subject", "body")
    found = select(rows.c.id, *(rows.c[name] for name in columns)).where(
        or_(*(_contains(rows.c[name], words) for name in columns))
    ) if words else None  # fmt: skip
    for entry in db.session.execute(found).all() if found is not None else ():
        values = {name: _struck(getattr(entry, name), words) for name in columns}
        db.session.execute(update(rows).where(rows.c.id == entry.id).values(**values))


def _clean_history(words: list[str]) -> None:
    """Entries of the history stay, the name in them does not. Written past the model, which lets nobody change an entry."""
    if not words:
        return
    rows: Any = AuditEntry.__table__
    columns = (rows.c.actor_label, rows.c.before, rows.c.after)
    found = select(rows.c.id, *columns).where(or_(*(_contains(column, words) for column in columns)))
    for entry in db.session.execute(found).all():
        values = {
            "actor_label": _struck(entry.actor_label, words),
            "before": _struck(entry.before, words),
            "after": _struck(entry.after, words),
        }
        values = {name: db.null() if value is None else value for name, value in values.items()}
        db.session.execute(update(rows).where(rows.c.id == entry.id).values(**values))


def _struck(value: Any, words: list[str]) -> Any:
    if isinstance(value, str):
        for word in words:
            value = value.replace(word, ERASED)
        return value
    if isinstance(value, dict):
        return {key: _struck(one, words) for key, one in value.items()}
    if isinstance(value, list):
        return [_struck(one, words) for one in value]
    return value


def _texts(table: Table) -> Iterator[Any]:
    for column in table.c:
        kind: object = column.type
        if isinstance(kind, String | JSON):
            yield column


def traces(words: Iterable[str]) -> dict[str, int]:
    """How many rows of each table still contain one of the words, for a person to look at: notes about a company, papers."""
    wanted = list(words)
    found: dict[str, int] = {}
    for table in db.metadata.sorted_tables if wanted else ():
        columns = list(_texts(table))
        if columns:
            query = (
                select(func.count()).select_from(table).where(or_(*(_contains(column, wanted) for column in columns)))
            )
            count = db.session.scalar(query) or 0
            if count:
                found[table.name] = count
    return found


def forget_farewells() -> int:
    """The last mail, that the data were erased, loses its address once it went out; gives back how many did."""
    rows: Any = OutboxMessage.__table__
    sent = (MessageState.SENT, MessageState.KEPT, MessageState.FAILED)
    query = select(rows.c.id).where(rows.c.kind == "privacy/erased", rows.c.state.in_(sent), rows.c.recipient != "")
    ids = db.session.scalars(query).all()
    if ids:
        values = {"recipient": "", "recipient_name": ERASED, "body": "", "last_error": "", "next_try_at": now()}
        db.session.execute(update(rows).where(rows.c.id.in_(ids)).values(**values))
        db.session.execute(
            update(rows).where(rows.c.id.in_(ids), rows.c.state == MessageState.FAILED).values(state=MessageState.KEPT)
        )
    return len(ids)
