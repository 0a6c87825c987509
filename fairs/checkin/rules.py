"""What a gate says to a badge, and who counts as a visit: pure rules, without database or web.

Source of the rules: the UFI definitions (a visit is one person on one day, re-entries are not counted and are proved by
an entry log; exhibitor staff, press, service and organisers are no visitors).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from fairs.checkin.states import Verdict

#: Clocks of two devices never agree to the second: who is scanned twice within this time was inside, whatever they say.
CLOCKS_DIFFER = timedelta(minutes=2)


class Direction(StrEnum):
    """Which way somebody passes a gate."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Presented:
    """What is known of a code when it is judged: ``inside`` whether its wearer is inside already, ``is_called_off`` the fair."""

    is_known: bool
    is_of_this_fair: bool = False
    is_revoked: bool = False
    inside: bool = False
    is_called_off: bool = False


def judge(presented: Presented, direction: Direction, day: date, fair_days: Collection[date]) -> Verdict:
    """The verdict on a code. The first reason that refuses wins, in the order in which a guard would ask.

    Who leaves is let go on any day: a fair may end after midnight.
    """
    if not presented.is_known:
        return Verdict.UNKNOWN
    if not presented.is_of_this_fair:
        return Verdict.OTHER_FAIR
    if presented.is_revoked:
        return Verdict.REVOKED
    if direction is Direction.OUT:
        return Verdict.GOODBYE
    if presented.is_called_off:
        return Verdict.FAIR_CANCELLED
    if day not in fair_days:
        return Verdict.WRONG_DAY
    return Verdict.ALREADY_INSIDE if presented.inside else Verdict.WELCOME


@dataclass(frozen=True, slots=True)
class Presence:
    """Where a person is on a day, by the scans known so far. Times are aware."""

    first_in_at: datetime | None = None
    inside_since: datetime | None = None
    left_at: datetime | None = None

    def is_inside_at(self, moment: datetime) -> bool:
        """Whether the person was inside already when they were scanned at ``moment``.

        A scan that was kept on a device and arrives late may lie before the entry that is known.
        """
        return self.inside_since is not None and self.inside_since - CLOCKS_DIFFER <= moment

    def after(self, direction: Direction, moment: datetime) -> Presence:
        """The presence after passing a gate. A late report never undoes what a newer scan said."""
        if direction is Direction.OUT:
            left = self.left_at if self.left_at is not None and self.left_at > moment else moment
            stays = self.inside_since is not None and self.inside_since > moment
            return Presence(self.first_in_at, self.inside_since if stays else None, left)
        first = moment if self.first_in_at is None else min(self.first_in_at, moment)
        if self.left_at is not None and self.left_at > moment:
            return Presence(first, self.inside_since, self.left_at)
        since = moment if self.inside_since is None else min(self.inside_since, moment)
        return Presence(first, since, self.left_at)
