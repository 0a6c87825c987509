"""What staff file for somebody who called, wrote or stands at the desk, and the slip that opens it for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import Record, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.sequences import next_number
from fairs.core.storage import Upload, store_upload
from fairs.core.text import clean
from fairs.core.tokens import digest, new_pin, new_token, pin_digest, pin_matches
from fairs.directory.errors import SlipLocked, SlipRefused
from fairs.directory.models import Filing

SOURCES = ("paper", "phone", "commune")
MAX_FAILED_TRIES = 5
LOCK_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class FiledSlip:
    """What is printed once and never kept in clear: the address part of the QR code and the PIN."""

    filing: Filing
    token: str
    pin: str


def file_on_behalf(
    subject: Record, *, fair_id: int | None, source: str, by: Actor, note: str = "", scan: Upload | None = None
) -> FiledSlip:
    """Keep that staff filed ``subject`` for somebody (source: paper, phone or commune), with the paper's scan.

    Raises InvalidInput for an unknown source or an unacceptable scan. The reference is printed, too.
    """
    if source not in SOURCES or by.user_id is None:
        raise InvalidInput(_l("Please say where the form came from."), field="source")
    token, pin = new_token(), new_pin()
    hashed = digest(token)
    with transaction():
        stored = store_upload(scan, field="scan") if scan is not None else None
        filing = Filing(
            fair_id=fair_id, subject_type=type(subject).__name__, subject_id=subject.id, source=source,
            note=clean(note), typed_by_id=by.user_id, scan_id=stored.id if stored else None,
            reference=f"F-{next_number('filing'):06d}", token_hash=hashed, pin_hash=pin_digest(pin, hashed),
        )  # fmt: skip
        db.session.add(filing)
        db.session.flush()
        record("directory.file_on_behalf", filing, by=by, after={"subject": filing.subject_type, "source": source})
    return FiledSlip(filing, token, pin)


def new_slip(filing: Filing, *, by: Actor) -> FiledSlip:
    """A fresh token and PIN for a lost slip; the old ones open nothing any more."""
    token, pin = new_token(), new_pin()
    with transaction():
        row = db.session.get_one(Filing, filing.id, with_for_update=True, populate_existing=True)
        row.token_hash = digest(token)
        row.pin_hash = pin_digest(pin, row.token_hash)
        row.failed_tries, row.locked_until = 0, None
        record("directory.new_slip", row, by=by)
    return FiledSlip(row, token, pin)


def open_filing(token: str, pin: str) -> Filing:
    """The filing that token and PIN open; raises SlipRefused, or SlipLocked after five wrong PINs."""
    with transaction():
        filing = db.session.scalar(select(Filing).where(Filing.token_hash == digest(token)).with_for_update())
        if filing is None:
            raise SlipRefused(field="pin")
        if filing.locked_until is not None and filing.locked_until > now():
            raise SlipLocked(field="pin")
        right = pin_matches(pin.strip(), filing.token_hash, filing.pin_hash)
        filing.failed_tries = 0 if right else filing.failed_tries + 1
        locked = filing.failed_tries >= MAX_FAILED_TRIES
        if locked:
            filing.failed_tries, filing.locked_until = 0, now() + LOCK_FOR
    # Raised after the commit: the failed try must stay counted.
    if locked:
        raise SlipLocked(field="pin")
    if not right:
        raise SlipRefused(field="pin")
    return filing
