"""Which booths stand wall to wall."""

from __future__ import annotations

from collections.abc import Sequence

from fairs.floorplans.geometry import Rect
from fairs.floorplans.models import Booth


def are_adjacent(booths: Sequence[Booth]) -> bool:
    """Whether the booths hang together, each sharing a side with another one."""
    reached, ahead = {booths[0].id}, [booths[0]]
    while ahead:
        here = ahead.pop()
        for other in booths:
            if other.id not in reached and share_side(here, other):
                reached.add(other.id)
                ahead.append(other)
    return len(reached) == len(booths)


def share_side(a: Booth, b: Booth) -> bool:
    """Whether two booths stand wall to wall in one hall."""
    return a.hall_id == b.hall_id and _rect(a).touches(_rect(b))


def _rect(booth: Booth) -> Rect:
    return Rect(booth.x_cm, booth.y_cm, booth.w_cm, booth.h_cm)
