"""Plans do not lose booths that an allocation gives to somebody."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.allocation.errors import BoothsAllocated
from fairs.allocation.queries import allocated_among
from fairs.core.events import subscribe
from fairs.floorplans.events import BoothsWillChange


@subscribe(BoothsWillChange)
def keep_allocated_booths(event: BoothsWillChange) -> None:
    """What a draft that waits for publication, or an offer that is out, gives to somebody is not taken away; it may move."""
    refused = {*event.dropped, *event.shrunk, *event.renumbered, *event.retyped, *event.blocked}
    codes = allocated_among(event.fair_id, refused)
    if codes:
        message = _l(
            "Given to exhibitors by an allocation: %(booths)s. Discard it, or move those people first.",
            booths=", ".join(codes),
        )
        raise BoothsAllocated(message, booths=codes)
