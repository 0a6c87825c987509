"""Which booths stand wall to wall."""

from __future__ import annotations

from collections.abc import Sequence

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
    if a.hall_id != b.hall_id:
        return False
    across = min(a.x_cm + a.w_cm, b.x_cm + b.w_cm) - max(a.x_cm, b.x_cm)
    along = min(a.y_cm + a.h_cm, b.y_cm + b.h_cm) - max(a.y_cm, b.y_cm)
    return (across == 0 and along > 0) or (along == 0 and across > 0)
