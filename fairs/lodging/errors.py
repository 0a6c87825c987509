"""Errors of lodging."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict
from fairs.core.i18n import format_date


class NoRoom(Conflict):
    """At least one night has no free room; nothing was changed. ``nights`` are those that are full."""

    code = "no_room"
    message = _l("No room is free on all nights.")

    def __init__(self, nights: Sequence[date], *, field: str | None = None) -> None:
        self.nights = list(nights)
        message = _l("No room is free in the night of %(nights)s.", nights=in_words(nights)) if nights else None
        super().__init__(message, field=field, nights=[night.isoformat() for night in nights])


class RoomFull(Conflict):
    """More guests would sleep in a room than it has beds."""

    code = "room_full"
    message = _l("This room has no bed left on these nights.")


class StayOverlaps(Conflict):
    """The guest has another stay in some of these nights."""

    code = "stay_overlaps"
    message = _l("This guest has a stay in these nights already.")


class BelowTaken(Conflict):
    """A night would have fewer rooms than are given to guests. ``guests`` are the names of those who stay."""

    code = "below_taken"

    def __init__(self, night: date, taken: int, guests: Sequence[str], *, field: str) -> None:
        self.guests = list(guests)
        message = _l(
            "%(taken)s rooms are taken in the night of %(night)s: %(guests)s. Place them elsewhere first.",
            taken=taken, night=in_words([night]), guests=", ".join(guests),
        )  # fmt: skip
        super().__init__(message, field=field)


class ReleasePassed(Conflict):
    """The day until which rooms go back without cost is over."""

    code = "release_passed"
    message = _l("The release date is over: what goes back now has to be agreed with the hotel.")


def in_words(nights: Sequence[Any]) -> str:
    """Nights as people read them: single days with commas, at most five."""
    shown = ", ".join(format_date(night) for night in nights[:5])
    return f"{shown} …" if len(nights) > 5 else shown
