"""A fair is marked as reported only when what was reported is kept."""

from __future__ import annotations

from fairs.calendar.events import FairMoved
from fairs.calendar.states import FairState
from fairs.closing.errors import NoSnapshot
from fairs.closing.snapshots import has_snapshot
from fairs.core.events import subscribe


@subscribe(FairMoved)
def on_fair_moved(event: FairMoved) -> None:
    """Refuse the report of a fair without kept figures; a rehearsal reports nothing to anybody."""
    if event.target is FairState.REPORTED and not event.fair.is_rehearsal and not has_snapshot(event.fair.id):
        raise NoSnapshot
