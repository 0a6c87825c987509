"""The gate bundle: all that a device needs to judge badges without a network, as one binary file.

Format 1 (all numbers big-endian)::

    "FGB1"  4 bytes
    length  u32 of the header
    header  JSON in UTF-8: cursor, full, count, fair, gates, zones, categories, public keys, supervisors, server time
    records as many as ``count`` says, one after the other:
      8 bytes  look-up: the first of SHA-256("fairs gate\\0" + fingerprint of the code)
      8 bytes  typed look-up: ``codes.typed_digest`` of the short code, zeros where it is not known
      1 byte   bits 0-4 category (place in the header's list), bit 5 revoked, bit 6 replaced by another badge
      4 bytes  only with bit 5: when it was revoked, seconds since 1970
      1 byte   length of the box
      box      4 bytes of nonce (eight zeros follow), AES-128-GCM with a tag of 12 bytes

The box's key is the first 16 bytes of SHA-256("fairs record\\0" + fingerprint): who has the file and not the badge learns neither
names nor companies. Its text is language, country, name, company, passport name, separated by U+001F; U+0001 and on stand for the header's ``words``. The nonce comes from key and
text, so that the same record is the same bytes each time; a key encrypts a handful of texts in its life.
"""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload

from fairs.badges.models import Badge
from fairs.badges.queries import public_keys
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.checkin.devices import supervisors
from fairs.checkin.models import AccessZone, Gate, ZoneTally
from fairs.checkin.rulebook import fair_json, gate_json
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.text import fold
from fairs.directory.models import Company, Person

MAGIC = b"FGB1"
MIMETYPE = "application/vnd.fairs.gate-bundle"
#: A change may be committed some time after the moment that it carries: what was asked for is asked for again so far back.
OVERLAP = timedelta(minutes=2)
CATEGORIES = tuple(BadgeCategory)
_REVOKED, _REPLACED = 1 << 5, 1 << 6
_TAG = 12
_LONGEST_NAME, _LONGEST_COMPANY = 80, 60
#: Words that half of all names have are one byte each, U+0001 and on: without them 30,000 badges would not fit into 3 MB.
WORDS = (
    "Công ty TNHH ", "Công ty Cổ phần ", "Công ty ", "Hợp tác xã ", "Doanh nghiệp ", "Hộ kinh doanh ", "Thủ công mỹ nghệ", "Xuất nhập khẩu",
    "Sản xuất ", "Thương mại ", "Dịch vụ ", "Việt Nam", "Hà Nội", "Nguyễn ", "Trần ", "Phạm ", "Hoàng ", "Phan ", "Đặng ", "Huỳnh ", "Thị ", "Văn ", "Co., Ltd",
    "Company", "Limited", "Trading", "International",
)  # fmt: skip
_SHORTER = [(word, chr(index)) for index, word in enumerate(WORDS, 1)]
_CODES = {category: index for index, category in enumerate(CATEGORIES)}


def lookup_key(fingerprint: str) -> bytes:
    """By which a device finds the record of a code that it scanned."""
    return hashlib.sha256(b"fairs gate\0" + fingerprint.encode("ascii")).digest()[:8]


def record_key(fingerprint: str) -> bytes:
    """What opens a record's box."""
    return hashlib.sha256(b"fairs record\0" + fingerprint.encode("ascii")).digest()[:16]


def gate_bundle(
    fair: Fair,
    *,
    since: datetime | None = None,
    gate_codes: Collection[str] = (),
    gates_of: Fair | None = None,
    rehearsal_day: date | None = None,
) -> bytes:
    """The bundle of a fair, whole or what has changed ``since`` a cursor; with ``gate_codes`` only these gates.

    ``gates_of`` is the fair whose gates rehearse with this fair's badges, ``rehearsal_day`` the day as of which they judge.
    """
    asked_at = now()
    read_at, count, records = (asked_at, *_changed(fair.id, since)) if since is not None else _all(fair.id)
    header = {
        "format": 1,
        "cursor": (read_at - OVERLAP).isoformat(),
        "full": since is None,
        "count": count,
        "server_time": asked_at.isoformat(),
        "fair": fair_row(fair, rehearsal_day),
        "categories": [str(category) for category in CATEGORIES],
        "words": WORDS,
        "public_keys": _public_keys(fair.id),
        "supervisors": [
            {"id": user.id, "name": user.name or user.email, "salt": _text(pin.salt), "verifier": _text(pin.verifier),
             "rounds": pin.rounds}
            for pin, user in supervisors((gates_of or fair).id)
        ],
        **_places((gates_of or fair), gate_codes),
    }  # fmt: skip
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join((MAGIC, struct.pack(">I", len(head)), head, records))


def fair_row(fair: Fair, rehearsal_day: date | None = None) -> dict[str, Any]:
    """The fair as the rules of gates want it (see ``rules.judge``), with its name and time zone."""
    day = rehearsal_day or (fair.rehearsal_day or fair.today if fair.is_rehearsal else None)
    return {
        **fair_json(fair, is_rehearsal=day is not None), "slug": fair.slug, "name_vi": fair.name_vi, "name_en": fair.name_en,
        "time_zone": fair.time_zone, "rehearsal_day": day.isoformat() if day else None,
    }  # fmt: skip


def _places(fair: Fair, gate_codes: Collection[str]) -> dict[str, Any]:
    gates = db.session.scalars(
        select(Gate).options(joinedload(Gate.zone)).where(Gate.fair_id == fair.id).order_by(Gate.code)
    ).all()
    rows = db.session.execute(
        select(AccessZone, func.coalesce(ZoneTally.inside, 0))
        .outerjoin(ZoneTally, (ZoneTally.zone_id == AccessZone.id) & (ZoneTally.day == fair.today))
        .where(AccessZone.fair_id == fair.id)
        .order_by(AccessZone.code)
    ).all()
    return {
        "gates": [
            {**gate_json(gate), "name_vi": gate.name_vi, "name_en": gate.name_en, "zone": gate.zone.code if gate.zone else None}
            for gate in gates
            if not gate_codes or gate.code in gate_codes
        ],
        "zones": [
            {"code": zone.code, "name_vi": zone.name_vi, "name_en": zone.name_en, "capacity": zone.capacity,
             "warn_at": zone.warn_at, "inside": int(inside), "paused": zone.is_paused, "is_inner": zone.is_inner}
            for zone, inside in rows
        ],
    }  # fmt: skip


def _public_keys(fair_id: int) -> list[str]:
    """Those by which the server verifies: a withdrawn key opens nothing without a network either."""
    return [_text(key.public_bytes_raw()) for _id, key in sorted(public_keys(fair_id).items())]


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()


# --- records ----------------------------------------------------------------------------------------------------------

_ROWS: Select[Any] = (
    select(
        Badge.fingerprint, Badge.typed_digest, Badge.category, Badge.state, Badge.revoked_at, Badge.replaced_by_id,
        Person.name_language, func.coalesce(Company.country, Person.country),
        case((Person.badge_name != "", Person.badge_name), else_=Person.native_name), func.coalesce(Company.name, ""),
        Person.passport_name,
    )
    .join(Person, Person.id == Badge.person_id)
    .outerjoin(Company, Company.id == Badge.company_id)
    .order_by(Badge.id)
)  # fmt: skip

# The records of the last few fairs asked for, by what tells that nothing has changed: building 30,000 takes a second.
_kept: OrderedDict[tuple[int, int, Any, int], tuple[datetime, int, bytes]] = OrderedDict()
_lock = threading.Lock()
_MOST_KEPT = 3


def _all(fair_id: int) -> tuple[datetime, int, bytes]:
    """When they were read, how many there are, and the records themselves."""
    read_at = now()
    newest, number = db.session.execute(
        select(func.max(Badge.changed_at), func.count()).where(Badge.fair_id == fair_id)
    ).one()
    place = (id(current_app._get_current_object()), fair_id, newest, int(number))  # type: ignore[attr-defined]
    with _lock:
        known = _kept.get(place)
        if known is not None:
            _kept.move_to_end(place)
            return known
    made = (read_at, *_records(db.session.execute(_ROWS.where(Badge.fair_id == fair_id))))
    with _lock:
        for other in [one for one in _kept if one[:2] == place[:2]]:
            del _kept[other]
        _kept[place] = made
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _changed(fair_id: int, since: datetime) -> tuple[int, bytes]:
    return _records(db.session.execute(_ROWS.where(Badge.fair_id == fair_id, Badge.changed_at >= since)))


def _records(rows: Iterable[Any]) -> tuple[int, bytes]:
    parts: list[bytes] = []
    count = 0
    for (
        fingerprint,
        typed,
        category,
        state,
        revoked_at,
        replaced_by,
        language,
        country,
        name,
        company,
        passport,
    ) in rows:
        count += 1
        is_revoked = state is BadgeState.REVOKED
        flags = _CODES[category] | (_REVOKED if is_revoked else 0) | (_REPLACED if replaced_by is not None else 0)
        text = _face(language, country, name, company, passport)
        box = _box(record_key(fingerprint), text)
        parts.append(lookup_key(fingerprint))
        parts.append(typed or bytes(8))
        parts.append(bytes((flags,)))
        if is_revoked:
            parts.append(struct.pack(">I", int((revoked_at or datetime(1970, 1, 1, tzinfo=UTC)).timestamp())))
        parts.append(bytes((len(box),)))
        parts.append(box)
    return count, b"".join(parts)


def _face(language: str, country: str, name: str, company: str, passport: str) -> bytes:
    # A Vietnamese passport name is the name without its accents: the screen needs it no second time.
    latin = "" if fold(passport) == fold(name) else passport
    values = (
        language, country, _cut(name, _LONGEST_NAME), _cut(company, _LONGEST_COMPANY), _cut(latin, _LONGEST_COMPANY)
    )  # fmt: skip
    text = "\x1f".join(values).rstrip("\x1f")
    for word, sign in _SHORTER:
        text = text.replace(word, sign)
    return text.encode()


def _cut(text: str, most: int) -> str:
    raw = text.encode()
    return text if len(raw) <= most else raw[: most - 3].decode(errors="ignore") + "…"


def _box(key: bytes, text: bytes) -> bytes:
    nonce = hashlib.sha256(key + text).digest()[:4]
    return nonce + AESGCM(key).encrypt(nonce + bytes(8), text, None)[: _TAG - 16]
