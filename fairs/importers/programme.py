"""The programme of a fair's guests, and whom they call."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.text import clean, one_line
from fairs.directory.service import check_country, normal_phone
from fairs.importers.models import GuestContact, ProgrammeEntry

AROUND = timedelta(days=14)
"""How far before and after the fair something of its programme may lie."""


def programme_of(fair_id: int) -> Sequence[ProgrammeEntry]:
    """The programme of a fair's guests in order of time, with what was called off."""
    query = select(ProgrammeEntry).where(ProgrammeEntry.fair_id == fair_id)
    return db.session.scalars(query.order_by(ProgrammeEntry.starts_at, ProgrammeEntry.id)).all()


def contact_of(fair_id: int) -> GuestContact | None:
    """Whom the guests of a fair call; None until somebody wrote it down."""
    return db.session.scalar(select(GuestContact).where(GuestContact.fair_id == fair_id))


def entry_of(fair_id: int, entry_id: int) -> ProgrammeEntry:
    """One entry of a fair's programme; raises NotFound."""
    row = db.session.get(ProgrammeEntry, entry_id)
    if row is None or row.fair_id != fair_id:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry of the programme as typed; times are those of the fair's place."""

    title_vi: str
    title_en: str
    title_ja: str = ""
    day: date | None = None
    starts: str = ""
    ends: str = ""
    place: str = ""
    note: str = ""


_TIME = re.compile(r"([01]?\d|2[0-3])[:hH.]([0-5]\d)")


def _hour(text: str, field: str) -> time:
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise InvalidInput(_l("Please write a time like 14:30."), field=field)
    return time(int(found[1]), int(found[2]))


def save_entry(fair: Fair, draft: EntryDraft, *, by: Actor, entry: ProgrammeEntry | None = None) -> ProgrammeEntry:
    """Add an entry to the programme, or change one; what was called off takes place again. Raises InvalidInput."""
    for field in ("title_vi", "title_en"):
        if not clean(getattr(draft, field)):
            raise InvalidInput(_l("Please fill this in."), field=field)
    if draft.day is None:
        raise InvalidInput(_l("Please fill this in."), field="day")
    if not fair.starts_on - AROUND <= draft.day <= fair.ends_on + AROUND:
        raise InvalidInput(_l("This day lies more than two weeks before or after the fair."), field="day")
    starts, ends = (
        fair.at(draft.day, _hour(text, field)) for text, field in ((draft.starts, "starts"), (draft.ends, "ends"))
    )
    if ends <= starts:
        raise InvalidInput(_l("The end lies before the beginning."), field="ends")
    values = {
        "title_vi": one_line(draft.title_vi)[:200], "title_en": one_line(draft.title_en)[:200],
        "title_ja": one_line(draft.title_ja)[:200], "place": one_line(draft.place)[:250], "note": one_line(draft.note)[:400],
        "starts_at": starts, "ends_at": ends, "called_off_at": None,
    }  # fmt: skip
    with transaction():
        if entry is None:
            row = ProgrammeEntry(fair_id=fair.id, changed_at=now(), **values)
            db.session.add(row)
            db.session.flush()
        else:
            row = db.session.get_one(ProgrammeEntry, entry.id, with_for_update=True, populate_existing=True)
            if all(getattr(row, key) == value for key, value in values.items()):
                return row
            for key, value in values.items():
                setattr(row, key, value)
            row.changed_at = now()
        record("importers.programme", row, by=by, after={"title": row.title_en, "starts_at": row.starts_at})
        return row


def call_off_entry(entry: ProgrammeEntry, *, by: Actor) -> ProgrammeEntry:
    """Say that an entry does not take place; twice changes nothing."""
    with transaction():
        row = db.session.get_one(ProgrammeEntry, entry.id, with_for_update=True, populate_existing=True)
        if row.called_off_at is None:
            row.called_off_at = row.changed_at = now()
            record("importers.programme_off", row, by=by, after={"title": row.title_en})
        return row


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """Whom the guests call, as typed."""

    name: str = ""
    phone: str = ""
    email: str = ""
    hours: str = ""
    embassies: str = ""


def save_contact(fair: Fair, draft: ContactDraft, *, by: Actor) -> GuestContact:
    """Keep whom the guests of a fair call; raises InvalidInput with the field."""
    if not clean(draft.name):
        raise InvalidInput(_l("Please fill this in."), field="name")
    values = {
        "name": one_line(draft.name)[:200], "phone": normal_phone(draft.phone, "VN"), "hours": one_line(draft.hours)[:120],
        "email": normal_email(draft.email) if draft.email else "", "embassies": _embassies(draft.embassies),
    }  # fmt: skip
    with transaction():
        # Two who write the first one at once wait for each other at the fair's row.
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        row = contact_of(fair.id) or GuestContact(fair_id=fair.id)
        for key, value in values.items():
            setattr(row, key, value)
        row.changed_at = now()
        db.session.add(row)
        db.session.flush()
        record("importers.contacts", row, by=by, after=values)
        return row


def _embassies(text: str) -> str:
    lines = []
    for line in clean(text).splitlines():
        if not line.strip():
            continue
        code, colon, words = line.partition(":")
        if not colon or not words.strip() or len(code.strip()) != 2:
            raise InvalidInput(
                _l("One line for each country, with its code: JP: Embassy of Japan, +84 24 3846 3000"),
                field="embassies",
            )
        lines.append(f"{check_country(code.strip().upper(), field='embassies')}: {one_line(words)}")
    return "\n".join(lines)[:4000]
