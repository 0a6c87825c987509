"""What a fair's new days, and a decision about who counts, mean for what the gates have counted."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update

from fairs.badges.events import CountingDecided
from fairs.calendar.events import FairRescheduled
from fairs.checkin.models import Visit
from fairs.checkin.recounting import recount_tallies
from fairs.core.db import db
from fairs.core.events import subscribe


@subscribe(FairRescheduled)
def keep_visits(event: FairRescheduled) -> None:
    """Visits are shown day by day: they do not move, for they are proved by scans of that day."""
    counted = select(Visit.day, func.count()).where(Visit.fair_id == event.fair.id, Visit.counts.is_(True))
    for day, visits in db.session.execute(counted.group_by(Visit.day).order_by(Visit.day)):
        event.found.add("gates", "Visit.day", _l("Visits counted: %(n)s", n=visits), event.fair.code, day, day)


@subscribe(CountingDecided)
def count_anew(event: CountingDecided) -> None:
    """Visits that were made stay; whether they count is the fair's decision."""
    mine = (Visit.fair_id == event.fair.id, Visit.category == event.category)
    db.session.execute(update(Visit).where(*mine).values(counts=event.counts))
    recount_tallies(event.fair)
