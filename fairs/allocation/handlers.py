"""Plans do not lose booths that an allocation gives to somebody."""

from __future__ import annotations

from fairs.allocation.errors import BoothsAllocated
from fairs.allocation.queries import allocated_among
from fairs.core.events import subscribe
from fairs.floorplans.events import BoothsWillChange


@subscribe(BoothsWillChange)
def keep_allocated_booths(event: BoothsWillChange) -> None:
    """Refuse to take booths of a draft that waits for publication, or of offers that are out; they may move."""
    taken = {*event.dropped, *event.shrunk, *event.renumbered, *event.retyped, *event.blocked}
    codes = allocated_among(event.fair_id, taken)
    if codes:
        raise BoothsAllocated(booths=codes)
