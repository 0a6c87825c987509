"""Keeping and reading passports."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now, today
from fairs.core.crypto import decrypt, encrypt, keyed_digest
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.storage import Upload, discard, judge, keep
from fairs.core.text import one_line
from fairs.directory.models import Person
from fairs.directory.service import check_country
from fairs.identity.models import DocumentReading, TravelDocument

SEALED_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class PassportDraft:
    """A passport as typed; an empty ``number`` keeps the one that is known."""

    number: str = ""
    birth_date: date | None = None
    nationality: str = ""
    expires_on: date | None = None
    scan: Upload | None = None


@dataclass(frozen=True, slots=True)
class Passport:
    """What a passport says, opened for one purpose."""

    name: str
    number: str
    birth_date: date | None
    nationality: str
    expires_on: date | None


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
    kind = judge(draft.scan, field="scan") if draft.scan is not None else ""
    with transaction():
        # Two who save at once wait for each other at the person's row.
        db.session.get_one(Person, person.id, with_for_update=True, populate_existing=True)
        row = document_of(person.id)
        if row is None:
            row = TravelDocument(person_id=person.id)
            db.session.add(row)
        if number:
            row.number_sealed, row.number_digest = encrypt(number.encode()), keyed_digest(number)
        if draft.birth_date is not None:
            row.birth_sealed = encrypt(draft.birth_date.isoformat().encode())
        row.nationality = nationality or row.nationality or ""
        row.expires_on = draft.expires_on or row.expires_on
        if draft.scan is not None:
            _keep_scan(row, draft.scan, kind)
        row.purged_at = None
        db.session.flush()
        parts = [
            name for name, given in (("number", number), ("birth", draft.birth_date), ("scan", draft.scan)) if given
        ]
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
    with transaction():
        row = document_of(person.id)
        if row is None or row.number_sealed is None:
            return None
        _log(row, "number", purpose, by=by)
        return Passport(
            person.passport_name, decrypt(row.number_sealed).decode(),
            date.fromisoformat(decrypt(row.birth_sealed).decode()) if row.birth_sealed else None,
            row.nationality, row.expires_on,
        )  # fmt: skip


def read_scan(document: TravelDocument, *, purpose: str, by: Actor) -> tuple[bytes, str] | None:
    """Open the scan (bytes and content type) for a purpose, with a line of the log; None when there is none."""
    with transaction():
        if document.scan is None:
            return None
        _log(document, "scan", purpose, by=by)
        return decrypt(document.scan.read()), document.scan_type


def _log(row: TravelDocument, part: str, purpose: str, *, by: Actor) -> None:
    db.session.add(
        DocumentReading(document_id=row.id, part=part, purpose=purpose[:120], by_id=by.user_id, by_name=by.label[:250])
    )


def passport_digest(number: str) -> str:
    """What tells whether two passport numbers are the same, without keeping them; raises InvalidInput."""
    return keyed_digest(normal_number(number))


def remove_after(person_id: int, day: date) -> None:
    """Let the person's passport be removed from ``day`` on: 30 days after the claim closes. Inside transaction()."""
    row = document_of(person_id)
    if row is not None:
        row.purge_on = day


def remove_passport(document: TravelDocument, *, by: Actor) -> None:
    """Remove number, birth date and scan now; that there was one, and who read it, stays."""
    with transaction():
        row = db.session.get_one(TravelDocument, document.id, with_for_update=True, populate_existing=True)
        scan, row.scan = row.scan, None
        row.number_sealed = row.birth_sealed = row.expires_on = row.purge_on = None
        row.number_digest = row.scan_sha256 = row.scan_type = row.nationality = ""
        row.purged_at = now()
        db.session.flush()
        if scan is not None:
            discard(scan)
        record("identity.remove", row, by=by)


def remove_due() -> int:
    """Remove every passport whose day has come; gives back how many."""
    due = db.session.scalars(
        select(TravelDocument).where(TravelDocument.purge_on <= today("Asia/Ho_Chi_Minh")).order_by(TravelDocument.id)
    ).all()
    for row in due:
        remove_passport(row, by=SYSTEM)
    return len(due)
