"""What a gate says to a badge: pure rules, without database or web.

The device at a gate judges by the same rules without a network: ``frontend/scanner/rules.ts`` has them in TypeScript, with the
same names and the same JSON. ``tests/data/gate-vectors.json`` says what both must answer.

Source of the rules: the UFI definitions (a visit is one person on one day, re-entries are not counted and are proved by
an entry log; exhibitor staff, press, service and organisers are no visitors).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from fairs.checkin.states import Verdict

#: Clocks of two devices never agree to the second: who is scanned twice within this time was inside, whatever they say.
CLOCKS_DIFFER = timedelta(minutes=2)
#: Categories of people who work at the fair, for rules that are for staff only.
STAFF = frozenset({"exhibitor", "coexhibitor", "organiser", "contractor", "service"})
#: Who may enter a hall that is full or paused: those who have to see to it.
ENTER_FULL = frozenset({"organiser", "service"})
#: Names of days; a rule may name dates instead.
DAY_KINDS = ("all", "fair", "build_up", "dismantling", "last_day")

_ONE_DAY = timedelta(days=1)
_MIDNIGHT = 24 * 60


class Direction(StrEnum):
    """Which way somebody passes a gate."""

    IN = "in"
    OUT = "out"


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _days(values: Iterable[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, values))


def minute_of_day(text: str) -> int:
    """``08:30`` as minutes since midnight; ``24:00`` is the end of the day."""
    return int(text[:2]) * 60 + int(text[3:5])


def hour_of(minute: int) -> str:
    """Minutes since midnight as ``08:30``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a code and its wearer when it is judged.

    ``known``: its badge is; ``signed``: its signature is true; ``other_fair``: it belongs to another one. ``category`` is None for
    a badge that is not known. The times are all of the day, and of the zone that the gate leads into (or of the fair as such);
    they are on the same clock as the moment: all naive and of the fair's clock, or all aware.
    """

    known: bool
    signed: bool = False
    other_fair: bool = False
    category: str | None = None
    revoked_at: datetime | None = None
    replaced_at: datetime | None = None
    inside_since: datetime | None = None
    first_in_at: datetime | None = None
    last_out_at: datetime | None = None
    entries_today: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Seen:
        """The same as a device writes it."""
        return cls(
            data["known"], data.get("signed", False), data.get("other_fair", False), data.get("category"),
            _moment(data.get("revoked_at")), _moment(data.get("replaced_at")), _moment(data.get("inside_since")),
            _moment(data.get("first_in_at")), _moment(data.get("last_out_at")), data.get("entries_today", 0),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a gate's rules: whom (``categories``, empty for all), on which days, in which hours, whether they may enter.

    ``starts`` and ``ends`` are minutes since midnight, the end not included; hours over midnight belong to the day on which they
    begin. ``once``: one entry a day. ``staff_only``: only categories of :data:`STAFF`.
    """

    categories: frozenset[str] = frozenset()
    days: str | frozenset[date] = "all"
    starts: int | None = None
    ends: int | None = None
    allow: bool = True
    once: bool = False
    staff_only: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rule:
        """A rule as it is kept; :func:`fairs.checkin.rulebook.check_rules` says whether it is one."""
        days, starts, ends = data.get("days", "all"), data.get("from"), data.get("to")
        return cls(
            frozenset(data.get("categories", ())),
            days if isinstance(days, str) else _days(days),
            None if starts is None else minute_of_day(starts),
            None if ends is None else minute_of_day(ends),
            data.get("allow", True), data.get("once", False), data.get("staff_only", False),
        )  # fmt: skip

    @property
    def hours(self) -> str | None:
        """``08:00–18:00``, or None for the whole day."""
        if self.starts is None and self.ends is None:
            return None
        return f"{hour_of(self.starts or 0)}–{hour_of(_MIDNIGHT if self.ends is None else self.ends)}"


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """The hall behind a gate: how many are in it now, and whether a supervisor stopped entry. ``warn_at`` in percent."""

    code: str
    capacity: int | None = None
    warn_at: int = 80
    inside: int = 0
    paused: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ZoneFacts:
        """The same as the gates' bundle has it."""
        return cls(data["code"], data["capacity"], data["warn_at"], data["inside"], data["paused"])

    @property
    def is_full(self) -> bool:
        """Whether as many are inside as may be."""
        return self.capacity is not None and self.inside >= self.capacity

    @property
    def is_filling(self) -> bool:
        """Whether the share of the capacity is reached at which to warn."""
        return self.capacity is not None and self.inside * 100 >= self.capacity * self.warn_at


@dataclass(frozen=True, slots=True)
class GateFacts:
    """A gate as it is judged by. ``rules`` are never empty of meaning: no rule admits nobody.

    What is handed in late is judged without its zone: how full a hall was an hour ago decides nothing any more.
    """

    code: str
    rules: tuple[Rule, ...]
    direction: str = "both"
    is_open: bool = True
    zone: ZoneFacts | None = None
    unknown_signed: str = "admit"

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> GateFacts:
        """The same as the gates' bundle has it."""
        zone = data.get("zone")
        return cls(
            data["code"], tuple(map(Rule.from_json, data["rules"])), data["direction"], data["is_open"],
            None if zone is None else ZoneFacts.from_json(zone), data["unknown_signed"],
        )  # fmt: skip

    @property
    def has_once(self) -> bool:
        """Whether a rule asks how often somebody has entered on the day."""
        return any(rule.once for rule in self.rules)


@dataclass(frozen=True, slots=True)
class FairFacts:
    """The days of a fair. In a rehearsal hours are not judged: people try their gates in the evening before."""

    fair_days: frozenset[date]
    build_up_days: frozenset[date] = frozenset()
    dismantling_days: frozenset[date] = frozenset()
    is_called_off: bool = False
    is_rehearsal: bool = False
    kinds: Mapping[str, frozenset[date]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        last = frozenset({max(self.fair_days)}) if self.fair_days else frozenset()
        everything = self.fair_days | self.build_up_days | self.dismantling_days
        kinds = (everything, self.fair_days, self.build_up_days, self.dismantling_days, last)
        object.__setattr__(self, "kinds", dict(zip(DAY_KINDS, kinds, strict=True)))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FairFacts:
        """The same as the gates' bundle has it."""
        return cls(
            _days(data["fair_days"]), _days(data["build_up_days"]), _days(data["dismantling_days"]),
            data["is_called_off"], data.get("is_rehearsal", False),
        )  # fmt: skip

    def days_of(self, rule: Rule) -> frozenset[date]:
        """The days of a rule as dates."""
        return self.kinds[rule.days] if isinstance(rule.days, str) else rule.days


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict and the key of its words (``words.offline_words``).

    ``since``: inside since, or entered at (once a day). ``at``: when the badge was revoked or replaced. ``day``: the next day on which
    the wearer may enter; ``hours``: the hours of the rule that decided or came nearest. ``warn_capacity``: the hall is filling up.
    """

    verdict: Verdict
    reason_code: str
    since: datetime | None = None
    at: datetime | None = None
    day: date | None = None
    hours: str | None = None
    warn_capacity: bool = False

    def to_json(self) -> dict[str, Any]:
        """The same as a device has it."""
        since, at, day = self.since, self.at, self.day
        return {
            "verdict": str(self.verdict), "reason_code": self.reason_code,
            "since": since and since.isoformat(timespec="seconds"), "at": at and at.isoformat(timespec="seconds"),
            "day": day and day.isoformat(), "hours": self.hours, "warn_capacity": self.warn_capacity,
        }  # fmt: skip


_GOODBYE = Judgement(Verdict.GOODBYE, "goodbye")
_WELCOME = {
    (known, warn): Judgement(Verdict.WELCOME, "welcome" if known else "unheard_welcome", warn_capacity=warn)
    for known in (True, False)
    for warn in (True, False)
}


def judge(seen: Seen, gate: GateFacts, fair: FairFacts, direction: Direction, moment: datetime) -> Judgement:
    """The verdict on a code. ``moment`` is on the fair's clock. The first reason that refuses wins, in the order in which a
    guard would ask: unknown, of another fair, replaced or revoked by then, fair called off, gate closed, exit only, entry paused, hall full,
    category, day and hour, once a day.

    Who leaves with a badge of this fair is let go on any day and by any gate: a fair may end after midnight.
    """
    refused = _code_refused(seen, moment)
    if refused is not None:
        return refused
    if direction == Direction.OUT:
        return _GOODBYE
    refused = _gate_refused(seen, gate, fair)
    if refused is not None:
        return refused
    warn = gate.zone is not None and gate.zone.is_filling
    rule = _deciding(seen.category, gate.rules, fair, moment)
    if rule is None:
        return _nearest(seen.category, gate.rules, fair, moment, warn)
    if not rule.allow:
        return _barred(rule, warn)
    if rule.once and seen.entries_today and _began(seen.first_in_at, moment):
        return Judgement(Verdict.USED, "used", since=seen.first_in_at, warn_capacity=warn)
    since, left = seen.inside_since, seen.last_out_at
    if since is not None and since - CLOCKS_DIFFER <= moment and (left is None or left < since):
        return Judgement(Verdict.ALREADY_INSIDE, "again", since=since, warn_capacity=warn)
    return _WELCOME[seen.known, warn]


def _code_refused(seen: Seen, moment: datetime) -> Judgement | None:
    """Why a code opens no gate, in and out; None when it may."""
    if seen.other_fair:
        return Judgement(Verdict.OTHER_FAIR, "other_fair")
    if not seen.known and not seen.signed:
        return Judgement(Verdict.UNKNOWN, "unknown")
    if seen.replaced_at is not None and seen.replaced_at - CLOCKS_DIFFER <= moment:
        return Judgement(Verdict.REPLACED, "replaced", at=seen.replaced_at)
    if seen.revoked_at is not None and seen.revoked_at - CLOCKS_DIFFER <= moment:
        return Judgement(Verdict.REVOKED, "revoked", at=seen.revoked_at)
    return None


def _gate_refused(seen: Seen, gate: GateFacts, fair: FairFacts) -> Judgement | None:
    """Why nobody enters here now, whoever comes, or None."""
    if not seen.known and gate.unknown_signed != "admit":
        return Judgement(Verdict.UNKNOWN, "unheard")
    if fair.is_called_off:
        return Judgement(Verdict.FAIR_CANCELLED, "called_off")
    if not gate.is_open:
        return Judgement(Verdict.GATE_CLOSED, "gate_closed")
    if gate.direction == Direction.OUT:
        return Judgement(Verdict.NOT_HERE, "exit_only")
    zone = gate.zone
    if zone is not None and seen.category not in ENTER_FULL:
        if zone.paused:
            return Judgement(Verdict.PAUSED, "paused", warn_capacity=zone.is_filling)
        if zone.is_full:
            return Judgement(Verdict.FULL, "full", warn_capacity=zone.is_filling)
    return None


def _began(first_in_at: datetime | None, moment: datetime) -> bool:
    """Whether the known entry came before; what is handed in late may lie before it, and the earlier one counts."""
    return first_in_at is None or first_in_at - CLOCKS_DIFFER <= moment


def _speaks_of(rule: Rule, category: str | None) -> bool:
    """Whether a rule is for people of this category.

    A badge that is truly signed but not heard of yet has none: it gets the benefit of the doubt, except where only staff may pass.
    """
    if category is None:
        return not rule.staff_only and (rule.allow or not rule.categories)
    return (not rule.categories or category in rule.categories) and (not rule.staff_only or category in STAFF)


def _deciding(category: str | None, rules: tuple[Rule, ...], fair: FairFacts, moment: datetime) -> Rule | None:
    """The first rule that speaks of this category, day and hour."""
    today, minute = moment.date(), moment.hour * 60 + moment.minute
    for rule in rules:
        if not _speaks_of(rule, category):
            continue
        day, starts, ends = today, rule.starts, rule.ends
        if (starts is not None or ends is not None) and not fair.is_rehearsal:
            starts, ends = starts or 0, _MIDNIGHT if ends is None else ends
            if starts < ends:
                if not starts <= minute < ends:
                    continue
            elif minute < ends:
                day = today - _ONE_DAY
            elif minute < starts:
                continue
        if day in fair.days_of(rule):
            return rule
    return None


def _nearest(category: str | None, rules: tuple[Rule, ...], fair: FairFacts, moment: datetime, warn: bool) -> Judgement:
    """Why nobody of this category may enter now, by the rule that comes nearest: first the hour, then the day, then the category."""
    today, minute = moment.date(), moment.hour * 60 + moment.minute
    mine = [rule for rule in rules if rule.allow and _speaks_of(rule, category)]
    if not mine:
        staff = any(rule.staff_only for rule in rules if rule.allow)
        return Judgement(Verdict.NOT_HERE, "staff_only" if staff else "category", warn_capacity=warn)
    of_today = [rule for rule in mine if today in fair.days_of(rule)]
    if of_today:
        later = [rule for rule in of_today if (rule.starts or 0) > minute]
        if later:
            next_one = min(later, key=lambda rule: rule.starts or 0)
            return Judgement(Verdict.NOT_NOW, "hours_later", hours=next_one.hours, warn_capacity=warn)
        last_one = max(of_today, key=lambda rule: rule.starts or 0)
        return Judgement(Verdict.NOT_NOW, "hours_over", hours=last_one.hours, warn_capacity=warn)
    later_days = [day for rule in mine for day in fair.days_of(rule) if day > today]
    if later_days:
        return Judgement(Verdict.WRONG_DAY, "day_later", day=min(later_days), warn_capacity=warn)
    return Judgement(Verdict.WRONG_DAY, "day_over", warn_capacity=warn)


def _barred(rule: Rule, warn: bool) -> Judgement:
    """A rule refuses: what of it, if it speaks of hours or days."""
    if rule.hours is not None:
        return Judgement(Verdict.NOT_NOW, "barred_hours", hours=rule.hours, warn_capacity=warn)
    if rule.days != "all":
        return Judgement(Verdict.WRONG_DAY, "barred_day", warn_capacity=warn)
    return Judgement(Verdict.NOT_HERE, "barred", warn_capacity=warn)
