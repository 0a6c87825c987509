"""Where a person is on a day, by scans in whatever order they arrive: pure, without database or web."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fairs.checkin.rules import Direction


@dataclass(frozen=True, slots=True)
class Presence:
    """Where a person is on a day, by the scans known so far. Times are aware.

    ``zone`` is the key of the hall they are in, None for the fair as such; ``passed_at`` when they last passed any gate.
    """

    first_in_at: datetime | None = None
    inside_since: datetime | None = None
    left_at: datetime | None = None
    zone: int | None = None
    passed_at: datetime | None = None

    def since_in(self, zone: int | None) -> datetime | None:
        """Since when the person is in a zone as far as is known (None: at the fair at all), or None."""
        if zone is None or self.inside_since is None:
            return self.inside_since
        return self.passed_at if self.zone == zone else None

    def after(
        self, direction: Direction, moment: datetime, zone: int | None = None, *, stays: bool = False
    ) -> Presence:
        """The presence after passing a gate of ``zone``. A late report never undoes what a newer scan said.

        One is in one zone at a time: who enters another hall has left the first. ``stays``: the zone lies inside the fair,
        so who leaves it is still at the fair.
        """
        place, passed = self.zone, self.passed_at
        is_latest = passed is None or passed <= moment
        if is_latest:
            place, passed = zone if direction is Direction.IN else None, moment
        if direction is Direction.OUT:
            if stays:
                return Presence(self.first_in_at, self.inside_since, self.left_at, place, passed)
            left = self.left_at if self.left_at is not None and self.left_at > moment else moment
            since = self.inside_since
            if since is not None and since <= moment:
                since = None if is_latest else passed  # came back: the newer scan says so
            return Presence(self.first_in_at, since, left, place, passed)
        first = moment if self.first_in_at is None else min(self.first_in_at, moment)
        if self.left_at is not None and self.left_at > moment:
            return Presence(first, self.inside_since, self.left_at, place, passed)
        since = moment if self.inside_since is None else min(self.inside_since, moment)
        return Presence(first, since, self.left_at, place, passed)
