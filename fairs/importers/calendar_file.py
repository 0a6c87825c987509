"""An importer's calendar as a file (RFC 5545) that Google, Apple and Outlook take; entries that come again replace the old ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import func, select

from fairs.audit.models import AuditEntry
from fairs.core.clock import now
from fairs.core.db import db
from fairs.importers.journey import CalendarEntry, calendar_of, register_event_source
from fairs.importers.models import Importer, ProgrammeEntry
from fairs.importers.programme import programme_of

_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def calendar_file(importer: Importer) -> bytes:
    """The importer's calendar in the reader's language, with the definitions of the time zones that it uses.

    SEQUENCE counts minutes, so that it grows with each change and no counter has to be kept.
    """
    from icalendar import Calendar

    zone = ZoneInfo(importer.fair.time_zone)
    calendar: Any = Calendar()
    calendar.add("prodid", "-//Fairs//Guests//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", importer.fair.name)
    calendar.add("x-wr-timezone", importer.fair.time_zone)
    for entry in calendar_of(importer):
        calendar.add_component(_event(entry, importer.created_at, zone))
    calendar.add_missing_timezones(
        first_date=importer.fair.starts_on - timedelta(days=366), last_date=importer.fair.ends_on + timedelta(days=366)
    )
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, made_at: datetime, zone: ZoneInfo) -> Any:
    from icalendar import Event

    changed = entry.changed_at or made_at
    event: Any = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now())
    event.add("last-modified", changed)
    event.add("sequence", max(0, int((changed - _EPOCH).total_seconds() // 60)))
    event.add("dtstart", _in_zone(entry.starts, zone))
    event.add("dtend", _in_zone(entry.ends, zone))
    event.add("summary", entry.title)
    if entry.place:
        event.add("location", entry.place)
    if entry.text:
        event.add("description", entry.text)
    event.add("status", "CANCELLED" if entry.is_called_off else "CONFIRMED")
    if not isinstance(entry.starts, datetime):
        event.add("transp", "TRANSPARENT")
    return event


def _in_zone(moment: datetime | date, zone: ZoneInfo) -> datetime | date:
    # A moment that comes in UTC is shown as that of the fair's place; another zone (an airport's) is kept.
    if isinstance(moment, datetime) and moment.tzinfo in (UTC, None):
        return moment.astimezone(zone)
    return moment


def fair_days(importer: Importer) -> Iterable[CalendarEntry]:
    """The fair's days with their hours."""
    fair = importer.fair
    changed = _fair_changed(importer)
    for number, day in enumerate(fair.days, 1):
        yield CalendarEntry(
            uid=f"{fair.slug}-day-{number}@fairs",
            starts=fair.at(day, fair.opens_at),
            ends=fair.at(day, fair.closes_at),
            title=_("%(fair)s, day %(number)s", fair=fair.name, number=number),
            place=fair.venue,
            changed_at=changed,
            is_called_off=fair.is_cancelled,
        )


def _fair_changed(importer: Importer) -> datetime:
    last = select(func.max(AuditEntry.created_at)).where(
        AuditEntry.subject_type == "Fair", AuditEntry.subject_id == importer.fair_id
    )
    return db.session.scalar(last) or importer.fair.created_at


def programme_entry(row: ProgrammeEntry) -> CalendarEntry:
    """An entry of the programme for a calendar."""
    return CalendarEntry(
        uid=f"programme-{row.id}@fairs", starts=row.starts_at, ends=row.ends_at, title=row.title, place=row.place, text=row.note,
        changed_at=row.changed_at, is_called_off=row.called_off_at is not None,
    )  # fmt: skip


register_event_source("fair", fair_days)
register_event_source("programme", lambda importer: map(programme_entry, programme_of(importer.fair_id)))
