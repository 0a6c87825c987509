"""Asking for answers to the exit survey: when it opens, some days later, and before it closes. By mail, or by a card with a code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from fairs.accounts.queries import user_by_email
from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.i18n import format_date
from fairs.core.links import new_link
from fairs.exhibitors.models import Exhibitor
from fairs.messages.service import Notice, send
from fairs.surveys.models import ExitSurvey, SurveyReminder
from fairs.surveys.queries import Window, asked, survey_of, window_of

FROM_HOUR, AFTERNOON, UNTIL_HOUR = time(8, 0), time(14, 0), time(20, 0)
AGAIN_AFTER = timedelta(days=3)
LINK_LASTS = timedelta(days=60)  # after closing, so that it says that the survey is over


def stage_at(window: Window, moment: datetime) -> str | None:
    """Which mail is due at ``moment``: the first in the afternoon of the day it opens, each only by day; None: none."""
    local = moment.astimezone(ZoneInfo(window.fair.time_zone))
    day, hour = local.date(), local.time().replace(tzinfo=None)
    if not window.opens_on <= day <= window.closes_on or not FROM_HOUR <= hour < UNTIL_HOUR:
        return None
    if day == window.opens_on:
        return "open" if hour >= AFTERNOON else None
    if day >= window.closes_on - timedelta(days=1):
        return "last"
    return "again" if day >= window.opens_on + AGAIN_AFTER else "open"


def remind(fair: Fair) -> int:
    """Write to every exhibitor with an e-mail address who has not answered, once at each stage; gives back how many letters."""
    window = window_of(fair)
    stage = stage_at(window, now())
    if stage is None or not window.is_open:
        return 0
    answered = select(ExitSurvey.exhibitor_id).where(ExitSurvey.fair_id == fair.id)
    said = select(SurveyReminder.exhibitor_id).where(SurveyReminder.fair_id == fair.id, SurveyReminder.stage == stage)
    waiting = asked(fair.id).where(Exhibitor.id.not_in(answered), Exhibitor.id.not_in(said)).order_by(Exhibitor.id)
    found = [one.id for one in db.session.scalars(waiting) if one.contact_email or one.company.email]
    return sum(_write(window, exhibitor_id, stage) for exhibitor_id in found)


def _write(window: Window, exhibitor_id: int, stage: str) -> bool:
    with transaction():
        # Two workers at once: the second waits here and then sees what the first has written.
        exhibitor = db.session.get_one(Exhibitor, exhibitor_id, with_for_update=MINE, populate_existing=True)
        if survey_of(exhibitor_id) is not None or _reminder(exhibitor_id, stage) is not None:
            return False
        token = _link(window, exhibitor, stage)
        email = exhibitor.contact_email or exhibitor.company.email
        user = user_by_email(email)
        locale = (user.locale if user is not None else None) or exhibitor.locale
        fair = window.fair
        send(Notice(
            "surveys/invitation", exhibitor.contact_name or exhibitor.company.name, email, locale,
            {"fair_name": fair.name_vi if locale == "vi" else fair.name_en, "company": exhibitor.company.name,
             "last_day": format_date(window.closes_on, locale), "is_first": stage == "open", "page": f"/x/{token}"}, fair.id,
        ))  # fmt: skip
    return True


def _reminder(exhibitor_id: int, stage: str) -> SurveyReminder | None:
    query = select(SurveyReminder).where(SurveyReminder.exhibitor_id == exhibitor_id, SurveyReminder.stage == stage)
    return db.session.scalar(query)


def _link(window: Window, exhibitor: Exhibitor, stage: str) -> str:
    row = _reminder(exhibitor.id, stage)
    if row is None:
        row = SurveyReminder(fair_id=exhibitor.fair_id, exhibitor_id=exhibitor.id, stage=stage)
        db.session.add(row)
        db.session.flush()
    return new_link(row, expires_at=window.fair.at(window.closes_on, time(23, 59)) + LINK_LASTS)


def card_links(fair: Fair, exhibitors: Sequence[Exhibitor]) -> list[tuple[Exhibitor, str]]:
    """A link for each exhibitor's printed card; those of earlier cards stay good."""
    window, found = window_of(fair), []
    with transaction():
        for one in exhibitors:
            row = db.session.get_one(Exhibitor, one.id, with_for_update=MINE, populate_existing=True)
            found.append((row, f"/x/{_link(window, row, 'card')}"))
    return found
