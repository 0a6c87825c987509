"""Badges as PDF: how many a second, with how much memory. Run as a process of its own, so that memory is its own."""

from __future__ import annotations

import json
import resource
import sys
import time

from sqlalchemy import select

from fairs.app import create_app
from fairs.badges.faces import faces
from fairs.badges.models import Badge
from fairs.badges.pdf import render_badges
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.db import db

COUNT = 700


def main() -> None:
    """Draw 700 badges and print the figures."""
    app = create_app()
    with app.app_context():
        fair = db.session.scalars(select(Fair).where(Fair.state == FairState.RUNNING)).one()
        badges = db.session.scalars(select(Badge).where(Badge.fair_id == fair.id).order_by(Badge.id).limit(COUNT)).all()
        drawn = faces(badges)
        render_badges(drawn[:5])
        started = time.perf_counter()
        content = render_badges(drawn)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump(
        {"per_second": round(len(drawn) / seconds, 1), "peak_mb": round(peak, 1), "bytes": len(content)}, sys.stdout
    )


if __name__ == "__main__":
    main()
