"""Where a person is on a day, by the gates that they passed: a fold over passes in the order of their times, nothing else.

Whatever the order in which passes arrive, the fold over all of them in the order of their times is the truth. A pass that is the
latest so far continues the fold; one that arrives late, or is taken back, has the day folded anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fairs.badges.states import BadgeCategory
from fairs.checkin.rules import CLOCKS_DIFFER
from fairs.checkin.states import ActKind, Verdict

#: Nobody enters by two gates of the same place within this time: two badges, or one of two clocks, are wrong.
IMPOSSIBLE = timedelta(minutes=3)
_LET_IN = frozenset(str(verdict) for verdict in Verdict if verdict.lets_in)


def did_pass(verdict: str, device_verdict: str | None, acts: Iterable[ActKind] = ()) -> bool:
    """Whether the person went through: what the guard was shown decides, then who took it back or let them in all the same."""
    done = set(acts)
    if ActKind.UNDO in done:
        return False
    return ActKind.ADMIT in done or (device_verdict or verdict) in _LET_IN


@dataclass(slots=True)
class Pass:
    """Somebody went through a gate. ``zone`` is the key of the hall behind it, ``is_inner`` whether that lies inside the fair."""

    moment: datetime
    scan_id: str
    is_in: bool
    gate_id: int
    zone: int | None
    is_inner: bool
    badge_id: int
    category: BadgeCategory
    country: str
    counts: bool = False

    @property
    def order(self) -> tuple[datetime, str]:
        """By time; of the same moment the same order each time."""
        return self.moment, self.scan_id


@dataclass(slots=True)
class Stay:
    """A person's day: a visit as it is kept. Badge, category and country are those of the first entry.

    ``is_unsure``: they were seen to enter a place in which they were, so that it is not known whether they are there now.
    """

    first_in_at: datetime
    badge_id: int
    category: BadgeCategory
    country: str
    inside_since: datetime | None
    left_at: datetime | None
    zone_id: int | None
    passed_at: datetime
    last_gate_id: int | None
    is_unsure: bool = False
    counts: bool = False  # whether it is a visit for the statistics: a visitor's, on a day of the fair

    def since_in(self, zone: int | None) -> datetime | None:
        """Since when they are in a zone (None: at the fair), as far as known."""
        return self.inside_since if zone is None or zone == self.zone_id else None


def step(stay: Stay | None, one: Pass) -> Stay | None:
    """The stay after a pass that is later than all before. Leaving without having been seen to enter proves no visit."""
    moment = one.moment
    if stay is None:
        if not one.is_in:
            return None
        return Stay(
            moment, one.badge_id, one.category, one.country, moment, None, one.zone, moment, one.gate_id, False, one.counts,
        )  # fmt: skip
    since, left, zone, is_unsure = stay.inside_since, stay.left_at, one.zone, stay.is_unsure
    if one.is_in:
        is_unsure = is_unsure or (
            since is not None and stay.zone_id == zone and moment - stay.passed_at > CLOCKS_DIFFER
        )
        since = since or moment
    elif one.is_inner:
        zone = None
    else:
        since, left, zone, is_unsure = None, moment, None, False
    # Not dataclasses.replace(): this is done for each of the thousands that a device hands in.
    return Stay(
        stay.first_in_at, stay.badge_id, stay.category, stay.country, since, left, zone, moment, one.gate_id, is_unsure, stay.counts,
    )  # fmt: skip


def fold(passes: Iterable[Pass], until: datetime | None = None) -> Stay | None:
    """The stay after these passes, or those until a moment."""
    stay = None
    for one in sorted(passes, key=lambda each: each.order):
        if until is not None and one.moment > until:
            break
        stay = step(stay, one)
    return stay


def clash(passes: Iterable[Pass], one: Pass) -> Pass | None:
    """The entry by another gate of the same place that cannot be the same person's, nearest in time."""
    if not one.is_in:
        return None
    near = [
        other
        for other in passes
        if other.is_in and other.gate_id != one.gate_id and other.zone == one.zone
        and abs(other.moment - one.moment) < IMPOSSIBLE and other.scan_id != one.scan_id
    ]  # fmt: skip
    return min(near, key=lambda other: (abs(other.moment - one.moment), other.order), default=None)
