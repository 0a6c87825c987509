"""Keeping and reading passports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import insert, select

from fairs.audit.service import record
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now, today
from fairs.core.crypto import decrypt, encrypt, keyed_digest, rotate
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.events import publish
from fairs.core.storage import Upload, discard, judge, keep
from fairs.core.text import is_latin, one_line
from fairs.directory.events import Renamed
from fairs.directory.models import Person
from fairs.directory.service import check_country
from fairs.identity.events import PassportRemoved
from fairs.identity.models import DocumentReading, TravelDocument

SEALED_TYPE = "application/octet-stream"
SEXES = ("M", "F", "X")
SHOWN = 3
"""Characters of a number that are shown without a line of the log: its last ones."""


@dataclass(frozen=True, slots=True)
class PassportDraft:
    """A passport as typed; what is empty keeps what is known. ``name`` becomes the person's name as in the passport."""

    number: str = ""
    birth_date: date | None = None
    nationality: str = ""
    expires_on: date | None = None
    scan: Upload | None = None
    name: str = ""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Passport:
    """What a passport says, opened for one purpose."""

    name: str
    number: str
    birth_date: date | None
    nationality: str
    expires_on: date | None
    sex: str = ""


def normal_number(text: str) -> str:
    """A passport's number as it is compared: capital letters and digits. Raises InvalidInput for what is none."""
    number = "".join(one_line(text).upper().split()).replace("-", "")
    if not (5 <= len(number) <= 20 and number.isascii() and number.isalnum() and any(c.isdigit() for c in number)):
        raise InvalidInput(_l("A passport number has 5 to 20 letters and digits."), field="number")
    return number


def document_of(person_id: int) -> TravelDocument | None:
    """The person's passport, still sealed."""
    return db.session.scalar(select(TravelDocument).where(TravelDocument.person_id == person_id))


def save_passport(person: Person, draft: PassportDraft, *, by: Actor) -> TravelDocument:
    """Keep a passport, or what changed of it. Raises InvalidInput with the field."""
    number = normal_number(draft.number) if draft.number.strip() else ""
    nationality = check_country(draft.nationality, field="nationality") if draft.nationality else ""
    if draft.birth_date is not None and not date(1900, 1, 1) <= draft.birth_date < today("UTC"):
        raise InvalidInput(_l("A birth date lies in the past."), field="birth_date")
    if draft.expires_on is not None and draft.expires_on < today("UTC"):
        raise InvalidInput(_l("This passport has expired."), field="expires_on")
    if draft.sex and draft.sex not in SEXES:
        raise InvalidInput(_l("Please choose from the list."), field="sex")
    name = one_line(draft.name)
    if name and (not is_latin(name) or any(letter.isdigit() for letter in name)):
        raise InvalidInput(
            _l("Please use Latin letters only, as in the passport: for example “Tanaka Hanako”."), field="name"
        )
    kind = judge(draft.scan, field="scan") if draft.scan is not None else ""
    with transaction():
        # Two who save at once wait for each other at the person's row.
        owner = db.session.get_one(Person, person.id, with_for_update=True, populate_existing=True)
        row = document_of(person.id)
        if row is None:
            row = TravelDocument(person_id=person.id)
            db.session.add(row)
        if name:
            owner.passport_name = name[:200]
            db.session.flush()
            publish(Renamed(owner))
        if number:
            row.number_sealed, row.number_digest = encrypt(number.encode()), keyed_digest(number)
        if draft.birth_date is not None:
            row.birth_sealed = encrypt(draft.birth_date.isoformat().encode())
        row.nationality = nationality or row.nationality or ""
        row.expires_on = draft.expires_on or row.expires_on
        row.sex = draft.sex or row.sex or ""
        if draft.scan is not None:
            _keep_scan(row, draft.scan, kind)
        row.purged_at = None
        db.session.flush()
        given = {"name": name, "number": number, "birth": draft.birth_date, "scan": draft.scan}
        parts = [part for part, value in given.items() if value]
        record("identity.save", row, by=by, after={"parts": parts})
    return row


def _keep_scan(row: TravelDocument, scan: Upload, kind: str) -> None:
    old = row.scan
    row.scan = keep("passport", encrypt(scan.content), SEALED_TYPE)
    row.scan_type, row.scan_sha256 = kind, hashlib.sha256(scan.content).hexdigest()
    if old is not None:
        db.session.flush()
        discard(old)


def read_passport(person: Person, *, purpose: str, by: Actor) -> Passport | None:
    """Open number and birth date for a purpose: a line of the log says who, when and what for. Inside or outside transaction()."""
    return read_passports([person], purpose=purpose, by=by).get(person.id)


def read_passports(people: Sequence[Person], *, purpose: str, by: Actor) -> Mapping[int, Passport]:
    """Open the passports of many, by the person's key; who has none is left out. One line of the log for each.

    Three statements, however many they are. Inside or outside transaction().
    """
    with transaction():
        rows = documents_of([person.id for person in people])
        found = {
            person.id: opened(rows[person.id], person.passport_name)
            for person in people
            if person.id in rows and rows[person.id].has_number
        }
        log_readings([rows[key] for key in found], "number", purpose, by=by)
        return found


def documents_of(person_ids: Collection[int]) -> dict[int, TravelDocument]:
    """The passports of many people in one statement, still sealed, by the person's key."""
    rows = db.session.scalars(select(TravelDocument).where(TravelDocument.person_id.in_(person_ids)))
    return {row.person_id: row for row in rows}


def opened(row: TravelDocument, name: str) -> Passport:
    """The document's values; whoever opens it writes the line of the log (``log_readings``)."""
    return Passport(
        name, decrypt(row.number_sealed or b"").decode(),
        date.fromisoformat(decrypt(row.birth_sealed).decode()) if row.birth_sealed else None,
        row.nationality, row.expires_on, row.sex,
    )  # fmt: skip


def masked_number(row: TravelDocument | None) -> str:
    """The number with all but its last three characters hidden; empty without one. Not a reading: nothing is logged."""
    return mask(decrypt(row.number_sealed).decode()) if row is not None and row.number_sealed else ""


def mask(number: str) -> str:
    """All but the last three characters of a number hidden."""
    return "•" * max(len(number) - SHOWN, SHOWN) + number[-SHOWN:]


def read_scan(document: TravelDocument, *, purpose: str, by: Actor) -> tuple[bytes, str] | None:
    """Open the scan (bytes and content type) for a purpose, with a line of the log; None when there is none."""
    with transaction():
        if document.scan is None:
            return None
        _log(document, "scan", purpose, by=by)
        return decrypt(document.scan.read()), document.scan_type


def _log(row: TravelDocument, part: str, purpose: str, *, by: Actor) -> None:
    log_readings([row], part, purpose, by=by)


def log_readings(rows: Sequence[TravelDocument], part: str, purpose: str, *, by: Actor) -> None:
    """A line of the log for each document that is opened; in one statement, inside transaction()."""
    if rows:
        lines = [
            {
                "document_id": row.id, "part": part, "purpose": purpose[:120], "by_id": by.user_id,
                "by_name": by.label[:250], "created_at": now(),
            }
            for row in rows
        ]  # fmt: skip
        db.session.execute(insert(DocumentReading), lines)


def readings_of(document: TravelDocument, *, limit: int = 20) -> Sequence[DocumentReading]:
    """Who read the document, the latest first."""
    return db.session.scalars(
        select(DocumentReading)
        .where(DocumentReading.document_id == document.id)
        .order_by(DocumentReading.id.desc())
        .limit(limit)
    ).all()


def passport_digest(number: str) -> str:
    """What tells whether two passport numbers are the same, without keeping them; raises InvalidInput."""
    return keyed_digest(normal_number(number))


def remove_after(person_id: int, day: date) -> None:
    """Let the person's passport be removed from ``day`` on: 30 days after the claim closes. Inside transaction()."""
    row = document_of(person_id)
    if row is not None:
        row.purge_on = day


def remove_passport(document: TravelDocument, *, by: Actor) -> None:
    """Remove number, birth date and scan now; that there was one, and who read it, stays. Publishes PassportRemoved."""
    with transaction():
        row = db.session.get_one(TravelDocument, document.id, with_for_update=True, populate_existing=True)
        scan, row.scan = row.scan, None
        row.number_sealed = row.birth_sealed = row.expires_on = row.purge_on = None
        row.number_digest = row.scan_sha256 = row.scan_type = row.nationality = row.sex = ""
        row.purged_at = now()
        db.session.flush()
        if scan is not None:
            discard(scan)
        record("identity.remove", row, by=by)
        publish(PassportRemoved(row.person_id, by))


Hold = Callable[[Collection[int]], Collection[int]]
_holds: list[Hold] = []


def register_hold(hold: Hold) -> None:
    """Let a feature above keep passports that it still needs: of the people's keys it gives back those to be kept."""
    if hold not in _holds:
        _holds.append(hold)


def held(person_ids: Collection[int]) -> set[int]:
    """Those of the people whose passport somebody still needs, as for a claim that is open."""
    return {key for hold in _holds for key in hold(person_ids)}


def remove_due() -> int:
    """Remove every passport whose day has come and that nobody needs any more; gives back how many."""
    due = db.session.scalars(
        select(TravelDocument).where(TravelDocument.purge_on <= today("Asia/Ho_Chi_Minh")).order_by(TravelDocument.id)
    ).all()
    keep_on = held([row.person_id for row in due]) if due else set()
    going = [row for row in due if row.person_id not in keep_on]
    for row in going:
        remove_passport(row, by=SYSTEM)
    return len(going)


def rotate_documents() -> int:
    """Seal everything anew by the newest key and take the digests again, inside transaction(); gives back how many."""
    rows = db.session.scalars(select(TravelDocument).order_by(TravelDocument.id).with_for_update()).all()
    for row in rows:
        if row.number_sealed:
            row.number_sealed = rotate(row.number_sealed)
            row.number_digest = keyed_digest(decrypt(row.number_sealed).decode())
        if row.birth_sealed:
            row.birth_sealed = rotate(row.birth_sealed)
        if row.scan is not None:
            # A new file beside the old one: until the commit the old bytes are those that count.
            before, row.scan = row.scan, keep("passport", rotate(row.scan.read()), SEALED_TYPE)
            db.session.flush()
            discard(before)
    db.session.flush()
    return len([row for row in rows if row.number_sealed or row.birth_sealed or row.scan])
