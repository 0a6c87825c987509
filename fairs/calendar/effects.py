"""What moving or cancelling a fair does: effects and the people who are told, found once for preview and act."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from fairs.calendar.models import Fair
from fairs.core.db import Record
from fairs.core.i18n import format_date, format_datetime, format_money
from fairs.core.money import Money

#: Parts of a preview, in the order in which it shows them.
PARTS = {
    "fair": _l("The fair"),
    "money": _l("Invoices and payments"),
    "booths": _l("Booths"),
    "applications": _l("Applications and registrations"),
    "badges": _l("Badges and admission"),
    "gates": _l("Figures of the gates"),
    "travel": _l("Travel of guests"),
    "ceremonies": _l("Ceremonies"),
    "pages": _l("Links of mails"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """The days, hours and place that a fair gets. Days are whole days at the fair."""

    starts_on: date
    ends_on: date
    opens_at: time
    closes_at: time
    venue_vi: str
    venue_en: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that changes: ``old`` and ``new`` are days, moments, amounts or words; ``act`` makes it so.

    Without ``act`` it follows by itself (a badge is valid on the fair's days) or stays as it is, and is shown only.
    ``company_id``: that company's letter speaks of it.
    """

    part: str
    key: str
    what: Any
    subject: str
    old: Any
    new: Any
    act: Callable[[], object] | None = None
    company_id: int | None = None

    @property
    def changes(self) -> bool:
        """Whether something becomes different."""
        return bool(self.old != self.new)


@dataclass(slots=True)
class Recipient:
    """One reader of one notice, however many parts of the fair they have. ``pages`` are made when it is written."""

    name: str
    email: str
    locale: str
    reference: str
    roles: list[str] = field(default_factory=list)
    company_ids: set[int] = field(default_factory=set)
    pages: list[Callable[[], str]] = field(default_factory=list)


#: What a recipient is to the fair.
ROLES = {
    "exhibitor": _l("Exhibitor"),
    "importer": _l("Importer"),
    "visitor": _l("Visitor"),
    "badge": _l("Wearer of a badge"),
    "delegation": _l("Delegation"),
}


@dataclass(slots=True)
class Effects:
    """All that was found. Handlers add; the service shows or runs it."""

    items: list[Effect] = field(default_factory=list)
    people: dict[str, Recipient] = field(default_factory=dict)

    def add(self, part: str, key: str, what: Any, subject: str, old: Any, new: Any, **more: Any) -> None:
        """Add an effect; see :class:`Effect`."""
        self.items.append(Effect(part, key, what, subject, old, new, **more))

    def set(self, part: str, what: Any, subject: str, row: Record, name: str, new: Any, **more: Any) -> None:
        """Add the effect that ``row``'s attribute ``name`` becomes ``new``."""
        self.add(part, f"{type(row).__name__}.{name}", what, subject, getattr(row, name), new,
                 act=lambda: setattr(row, name, new), **more)  # fmt: skip

    def tell(
        self, role: str, *, name: str, email: str, locale: str, reference: str, identity: str,
        page: Callable[[], str] | None = None, company_id: int | None = None,
    ) -> None:  # fmt: skip
        """Have somebody told, once: who has the same address, or without one the same ``identity``, is one reader."""
        key = f"mail:{email.strip().lower()}" if email.strip() else identity
        person = self.people.setdefault(key, Recipient(name, email.strip(), locale, reference))
        if role not in person.roles:
            person.roles.append(role)
        if company_id is not None:
            person.company_ids.add(company_id)
        if page is not None:
            person.pages.append(page)

    def digest(self, *also: object) -> str:
        """A mark of all that was found and ``also``: it differs as soon as anything does, in whatever language it is read."""
        effects = [(e.part, e.key, e.subject, str(e.old), str(e.new)) for e in self.items]
        people = sorted((key, person.locale, sorted(person.roles)) for key, person in self.people.items())
        text = json.dumps([effects, people, [str(one) for one in also]], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def run(self) -> None:
        """Make every effect so, in the order in which they were found."""
        for effect in self.items:
            if effect.act is not None and effect.changes:
                effect.act()

    def of_companies(self, company_ids: Iterable[int]) -> list[Effect]:
        """The effects that these companies' letter speaks of."""
        wanted = set(company_ids)
        return [e for e in self.items if e.company_id in wanted and e.changes]


def shown(value: Any, locale: str | None = None) -> str:
    """A value of an effect as people read it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        return format_datetime(value, locale)
    if isinstance(value, date):
        return format_date(value, locale)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return format_money(value, locale) if isinstance(value, Money) else str(value)


def shift(fair: Fair, move: Move) -> timedelta:
    """By how much everything that lies before the opening moves: as the first day does."""
    return move.starts_on - fair.starts_on


def moved_day(fair: Fair, move: Move, day: date) -> date:
    """A deadline's new day; one that has passed stays.

    A fair that is moved to an earlier day leaves at least as long as its rule gives for a deposit, or as there was.
    """
    if day < fair.today:
        return day
    least = min(day, fair.today + timedelta(days=fair.deposit_days))
    return max(day + shift(fair, move), least)


def moved_moment(fair: Fair, move: Move, moment: datetime) -> datetime:
    """A moment of a deadline, at the same hour of its new day by the fair's clock; one that has passed stays."""
    local = moment.astimezone(ZoneInfo(fair.time_zone))
    day = moved_day(fair, move, local.date())
    return moment if day == local.date() else fair.at(day, local.time())
