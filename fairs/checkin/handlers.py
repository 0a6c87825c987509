"""What a fair's new days mean for what the gates have counted: it stays on the day on which it happened."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.calendar.events import FairRescheduled
from fairs.checkin.models import Visit
from fairs.core.db import db
from fairs.core.events import subscribe


@subscribe(FairRescheduled)
def keep_visits(event: FairRescheduled) -> None:
    """Visits are shown day by day: they do not move, for they are proved by scans of that day."""
    counted = select(Visit.day, func.count()).where(Visit.fair_id == event.fair.id, Visit.counts.is_(True))
    for day, visits in db.session.execute(counted.group_by(Visit.day).order_by(Visit.day)):
        event.found.add("gates", "Visit.day", _l("Visits counted: %(n)s", n=visits), event.fair.code, day, day)
