"""The live board of a fair: who is inside, who came, zones, gates, devices; all of it from the tallies that scans keep.

A board is made at most once in ``FAIRS_HOT_SECONDS`` by each process, whoever looks: a hundred screens cost no more than one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.checkin.board_models import BoardScreen
from fairs.checkin.counting import count_day, totals_by_day
from fairs.checkin.models import AccessZone, GateDevice, ZoneTally
from fairs.checkin.queries import Figures, GateActivity, activity, figures, gates_of, open_conflicts, opening_hours
from fairs.checkin.states import DeviceState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import localized
from fairs.core.kept import Kept, kept
from fairs.core.links import close_links, linked, new_link
from fairs.core.states import State
from fairs.core.text import one_line

#: A device that was not heard of for so long is called silent.
SILENT_AFTER = timedelta(minutes=5)
MOST_DEVICES = 40
MOST_SCREENS = 20
#: Links of big screens end with the fair, and a little later for who looks back.
_SCREENS_LIVE = timedelta(days=7)


class ZoneState(State):
    """How full a zone is. Not kept: it follows from the people inside."""

    FREE = "free", _l("Free"), "green", "circle-check"
    WARNING = "warning", _l("Nearly full"), "yellow", "alert-triangle"
    FULL = "full", _l("Full: entry paused"), "red", "player-pause"
    PAUSED = "paused", _l("Entry paused by hand"), "red", "player-pause"


@dataclass(frozen=True, slots=True)
class ZoneFigures:
    """A hall or area with who is in it. ``unsure`` people may be in it or not: leaving or entering is in doubt."""

    code: str
    name_vi: str
    name_en: str
    capacity: int | None
    warn_at: int
    is_paused: bool
    inside: int
    unsure: int

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)

    @property
    def percent(self) -> int | None:
        """Share of the capacity, rounded down, so that 100 is full; None where nobody has set one."""
        return 100 * self.inside // self.capacity if self.capacity else None

    @property
    def state(self) -> ZoneState:
        """Whether people may still go in."""
        if self.is_paused:
            return ZoneState.PAUSED
        if not self.capacity:
            return ZoneState.FREE
        if self.inside >= self.capacity:
            return ZoneState.FULL
        return ZoneState.WARNING if 100 * self.inside >= self.warn_at * self.capacity else ZoneState.FREE


@dataclass(frozen=True, slots=True)
class GateFigures:
    """A gate with what passed it on the day; ``counted`` are people without badges, None where nobody counts."""

    code: str
    name_vi: str
    name_en: str
    is_open: bool
    passed: GateActivity
    counted: int | None

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return localized(self)


@dataclass(frozen=True, slots=True)
class DeviceFigures:
    """A device in use: what it still keeps, and for how many minutes nobody heard of it (None: never)."""

    name: str
    backlog: int
    silent_minutes: int | None
    last_seen_at: datetime | None

    @property
    def is_silent(self) -> bool:
        """Whether it should have called by now."""
        return self.silent_minutes is None or self.silent_minutes >= SILENT_AFTER.total_seconds() // 60

    @property
    def is_in_trouble(self) -> bool:
        """Whether scans may be missing here."""
        return self.backlog > 0 and self.is_silent


@dataclass(frozen=True, slots=True)
class Counted:
    """People without badges at a public fair."""

    on_day: int
    in_all: int
    by_hour: list[tuple[int, int]]
    by_day: list[tuple[date, int]]


@dataclass(frozen=True, slots=True)
class Board:
    """What the board shows of a day. ``unsure``: by so many the number inside may be wrong, up or down."""

    fair_id: int
    day: date
    is_today: bool
    figures: Figures
    unsure: int
    zones: list[ZoneFigures]
    gates: list[GateFigures]
    devices: list[DeviceFigures]
    open_conflicts: int
    counted: Counted | None

    @property
    def troubled(self) -> int:
        """Devices that keep scans and are not heard of."""
        return sum(device.is_in_trouble for device in self.devices)

    def etag(self, *readers: object) -> str:
        """Another one whenever something that ``readers`` see is different."""
        return hashlib.sha256(repr((self, readers)).encode()).hexdigest()[:24]


_boards: Kept[Board] = kept()
_screens: Kept[tuple[int, int]] = kept("access_links", "board_screens")


def board_of(fair_id: int, day: date | None = None) -> Board:
    """The board of a day (today, else the fair's nearest day); of this moment or a second or two old."""
    return _boards.get((fair_id, day), lambda: _make(db.session.get_one(Fair, fair_id), day))


def day_shown(fair: Fair, asked: date | None) -> date:
    """The day asked for when the fair has it, else today, else its first or last day."""
    return asked if asked in fair.days else min(max(fair.today, fair.starts_on), fair.ends_on)


def _make(fair: Fair, asked: date | None) -> Board:
    day = day_shown(fair, asked)
    seen, is_public = activity(fair.id, day), fair.kind == "public"
    counts = count_day(fair, day) if is_public else None
    gates = counts.gates if counts is not None else gates_of(fair.id)
    return Board(
        fair_id=fair.id, day=day, is_today=day == fair.today, figures=figures(fair, day), unsure=_unsure(fair.id, day),
        zones=_zones(fair.id, day),
        gates=[
            GateFigures(
                gate.code, gate.name_vi, gate.name_en, gate.is_open, seen.get(gate.id, GateActivity()),
                counts.by_gate(gate) if counts is not None else None,
            ) for gate in gates
        ],
        devices=_devices(fair.id), open_conflicts=sum(open_conflicts(fair.id).values()),
        counted=_counted(fair, day) if counts is not None else None,
    )  # fmt: skip


def _unsure(fair_id: int, day: date) -> int:
    return db.session.scalar(
        select(ZoneTally.unsure).where(ZoneTally.fair_id == fair_id, ZoneTally.day == day, ZoneTally.zone_id.is_(None))
    ) or 0  # fmt: skip


def _zones(fair_id: int, day: date) -> list[ZoneFigures]:
    rows = db.session.execute(
        select(
            AccessZone.code, AccessZone.name_vi, AccessZone.name_en, AccessZone.capacity, AccessZone.warn_at,
            AccessZone.is_paused, func.coalesce(ZoneTally.inside, 0), func.coalesce(ZoneTally.unsure, 0),
        )
        .outerjoin(ZoneTally, (ZoneTally.zone_id == AccessZone.id) & (ZoneTally.day == day))
        .where(AccessZone.fair_id == fair_id)
        .order_by(AccessZone.code)
    )  # fmt: skip
    return [ZoneFigures(*row[:6], max(0, row[6]), row[7]) for row in rows]


def _devices(fair_id: int) -> list[DeviceFigures]:
    moment = now()
    rows = db.session.execute(
        select(GateDevice.name, GateDevice.backlog, GateDevice.last_seen_at)
        .where(GateDevice.fair_id == fair_id, GateDevice.state == DeviceState.ACTIVE)
        .order_by(GateDevice.name, GateDevice.id)
    )
    found = [
        DeviceFigures(name, backlog, None if seen is None else max(0, int((moment - seen).total_seconds() // 60)), seen)
        for name, backlog, seen in rows
    ]
    # What is in trouble first. Of a device that is well the minute alone would make every board another one.
    found.sort(key=lambda one: (not one.is_in_trouble, not one.is_silent, -one.backlog, one.name))
    return [one if one.is_silent else DeviceFigures(one.name, one.backlog, 0, None) for one in found[:MOST_DEVICES]]


def _counted(fair: Fair, day: date) -> Counted:
    by_day, counts = totals_by_day(fair), count_day(fair, day)
    by_hour = {hour: counts.by_hour(hour) or 0 for hour in counts.hours}
    return Counted(
        counts.total, sum(by_day.values()), opening_hours(fair, by_hour),
        [(one, by_day.get(one, 0)) for one in sorted({*fair.days, *by_day})],
    )  # fmt: skip


# --- big screens --------------------------------------------------------------------------------------------------


def screens_of(fair_id: int) -> Sequence[BoardScreen]:
    """The big screens whose links are open, newest first."""
    return db.session.scalars(
        select(BoardScreen)
        .where(BoardScreen.fair_id == fair_id, BoardScreen.revoked_at.is_(None))
        .order_by(BoardScreen.id.desc())
    ).all()


def open_screen(fair: Fair, name: str, *, by: Actor) -> tuple[BoardScreen, str]:
    """A link for a screen in the hall, and its token, which is never seen again. Raises InvalidInput."""
    name = one_line(name)[:60]
    if not name:
        raise InvalidInput(_l("Say where the screen stands."), field="name")
    expires_at = max(now(), fair.at(fair.ends_on, fair.closes_at)) + _SCREENS_LIVE
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True)
        if len(screens_of(fair.id)) >= MOST_SCREENS:
            raise InvalidInput(_l("At most %(n)s screens at a time. Close one first.", n=MOST_SCREENS), field="name")
        screen = BoardScreen(fair_id=fair.id, name=name, by_id=by.user_id)
        db.session.add(screen)
        db.session.flush()
        token = new_link(screen, expires_at=expires_at)
        record("checkin.open_screen", screen, by=by, after={"name": name})
    return screen, token


def close_screen(fair: Fair, screen_id: int, *, by: Actor) -> BoardScreen:
    """The link opens nothing any more; raises NotFound."""
    with transaction():
        screen = db.session.scalar(
            select(BoardScreen)
            .where(BoardScreen.id == min(screen_id, 2**62), BoardScreen.fair_id == fair.id)
            .with_for_update()
        )
        if screen is None:
            raise NotFound
        if screen.revoked_at is None:
            screen.revoked_at = now()
            close_links(screen)
            record("checkin.close_screen", screen, by=by, before={"name": screen.name})
    return screen


def fair_of_screen(token: str) -> int:
    """The key of the fair whose board the token opens; raises NotFound and LinkExpired."""

    def look() -> tuple[int, int]:
        screen = linked(token, BoardScreen)
        return screen.fair_id, screen.id

    return _screens.get(token[:60], look)[0]
