"""Asking exhibitors for the days that they have not declared: in the evening after closing and once more in the morning."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from fairs.accounts.queries import user_by_email
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.i18n import format_date
from fairs.exhibitors.models import Exhibitor
from fairs.messages.service import Notice, send
from fairs.sales.models import IN_TIME_UNTIL, SalesReminder, SalesReturn
from fairs.sales.queries import sales_table

AFTER_CLOSING = timedelta(minutes=30)
MORNING = time(7, 30)


def due(fair: Fair, moment: datetime) -> tuple[date, str] | None:
    """Which day is asked for at ``moment``, and whether it is the evening or the morning; None when nobody is asked.

    In the evening of each day of the fair from half an hour after closing, and the next morning until the noon after which it is late.
    """
    local = moment.astimezone(ZoneInfo(fair.time_zone))
    today = local.date()
    if today in fair.days and local >= fair.at(today, fair.closes_at) + AFTER_CLOSING:
        return today, "evening"
    yesterday = today - timedelta(days=1)
    if yesterday in fair.days and MORNING <= local.time().replace(tzinfo=None) < IN_TIME_UNTIL:
        return yesterday, "morning"
    return None


def remind(fair: Fair) -> int:
    """Write to every exhibitor who has an e-mail address and a booth without declaration; gives back how many letters.

    One letter for all booths of an exhibitor, each booth and day once in the evening and once in the morning. Who has no address
    stands on the list of those to be called.
    """
    asked = due(fair, now())
    if fair.kind != "public" or fair.state not in {FairState.RUNNING, FairState.CLOSED} or asked is None:
        return 0
    day, stage = asked
    booths: dict[int, dict[int, str]] = {}
    for one in sales_table(fair, missing_on=day).booths:
        exhibitor = one.booking.exhibitor
        if exhibitor.contact_email or exhibitor.company.email:
            booths.setdefault(exhibitor.id, {})[one.booking.booth_id] = one.booking.booth.code
    return sum(_write(fair, exhibitor_id, codes, day, stage) for exhibitor_id, codes in booths.items())


def _write(fair: Fair, exhibitor_id: int, codes: dict[int, str], day: date, stage: str) -> bool:
    with transaction():
        # Two workers at once: the second waits here and then sees what the first has written.
        exhibitor = db.session.get_one(Exhibitor, exhibitor_id, with_for_update=MINE, populate_existing=True)
        ids = list(codes)
        said = set(
            db.session.scalars(
                select(SalesReminder.booth_id).where(
                    SalesReminder.booth_id.in_(ids), SalesReminder.day == day, SalesReminder.stage == stage
                )
            )
        )
        declared = set(
            db.session.scalars(
                select(SalesReturn.booth_id).where(SalesReturn.booth_id.in_(ids), SalesReturn.day == day)
            )
        )
        still = [booth_id for booth_id in ids if booth_id not in said | declared]
        if not still:
            return False
        db.session.add_all(
            SalesReminder(fair_id=fair.id, booth_id=booth_id, exhibitor_id=exhibitor_id, day=day, stage=stage)
            for booth_id in still
        )
        db.session.flush()
        email = exhibitor.contact_email or exhibitor.company.email
        user = user_by_email(email)
        locale = (user.locale if user is not None else None) or exhibitor.locale
        page = (
            f"/my/{fair.slug}/sales"
            if len(still) > 1
            else f"/my/{fair.slug}/sales/{codes[still[0]]}?day={day.isoformat()}"
        )
        send(Notice(
            "sales/reminder", exhibitor.contact_name or exhibitor.company.name, email, locale,
            {"fair_name": fair.name_vi if locale == "vi" else fair.name_en, "day": format_date(day, locale),
             "booths": ", ".join(codes[booth_id] for booth_id in still), "page": page}, fair.id,
        ))  # fmt: skip
    return True
