"""The exit survey: exhibitors who have not answered and can be asked at their booth or on the telephone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.surveys.models import ExitSurvey
from fairs.surveys.permissions import TYPE_SURVEYS
from fairs.surveys.queries import STAYS_OPEN
from fairs.workplace.inbox import Kind

_BOOTH = select(BoothBooking.id).where(
    BoothBooking.exhibitor_id == Exhibitor.id, BoothBooking.state == BookingState.CONFIRMED
)
_ANSWER = select(ExitSurvey.id).where(ExitSurvey.exhibitor_id == Exhibitor.id)


def _asked_now(fair: Fair) -> bool:
    """From the last day on, while answers still come in; later who did not answer is shown as such and left alone."""
    is_over = not fair.is_cancelled and fair.state != "reported" and fair.is_public
    return is_over and fair.ends_on <= fair.today <= fair.ends_on + STAYS_OPEN


def _ends(model: Any) -> Any:
    return select(Fair.ends_on).where(Fair.id == model.fair_id).scalar_subquery()


KINDS = (
    Kind(
        key="survey-missing",
        states=(),  # of an accepted application, which waits for nobody any more
        model=Exhibitor,
        where=(Exhibitor.state == ExhibitorState.ACCEPTED, _BOOTH.exists(), ~_ANSWER.exists()),
        permission=TYPE_SURVEYS,
        counts_from=_ends(Exhibitor),
        days=STAYS_OPEN // timedelta(days=1),
        icon="clipboard-check",
        reason=_l("Exit survey not answered"),
        title=lambda n: ngettext("%(num)s exhibitor has not answered", "%(num)s exhibitors have not answered", n),
        who=lambda exhibitor: exhibitor.company.name,
        what=lambda exhibitor: _("Exit survey") + f" · {exhibitor.reference}",
        button=_l("Ask and type"),
        page=lambda exhibitor: ("surveys.answer", {"reference": exhibitor.reference}),
        list_page=("surveys.answers", {"answered": "no"}),
        at=_asked_now,
        load=(joinedload(Exhibitor.company),),
    ),
)
NOBODY: dict[Any, Any] = {}
