"""What the worker does for gates: codes that became known, acts whose scans came later."""

from __future__ import annotations

from sqlalchemy import or_, select

from fairs.calendar.models import Fair
from fairs.checkin.acts import WAITING, do_waiting
from fairs.checkin.facts import fair_info
from fairs.checkin.models import Scan, ScanAct
from fairs.checkin.quarantine import rejudge_unknown
from fairs.core.db import db
from fairs.jobs.queue import periodic


@periodic(minute="*/5")
def judge_again() -> None:
    """Judge unknown codes again, and do acts that came before their scans."""
    sealed = select(Scan.id).where(Scan.fair_id == Fair.id, Scan.sealed_code.is_not(None)).exists()
    waiting = select(ScanAct.id).where(ScanAct.fair_id == Fair.id, ScanAct.outcome == WAITING).exists()
    for fair in db.session.scalars(select(Fair).where(or_(sealed, waiting)).order_by(Fair.id)).all():
        do_waiting(fair_info(fair))
        rejudge_unknown(fair)
