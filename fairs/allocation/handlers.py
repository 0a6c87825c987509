"""Plans do not lose booths that an allocation gives to somebody."""

from __future__ import annotations

from fairs.allocation.errors import BoothsAllocated
from fairs.allocation.queries import allocated_among
from fairs.core.events import subscribe
from fairs.floorplans.events import BoothsWillChange


@subscribe(BoothsWillChange)
def keep_allocated_booths(event: BoothsWillChange) -> None:
    """Refuse to change or remove booths of a draft that waits for publication, or of offers that are out."""
    codes = allocated_among(event.fair_id, {*event.changed, *event.removed})
    if codes:
        raise BoothsAllocated(booths=codes)
