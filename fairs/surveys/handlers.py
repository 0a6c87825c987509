"""What the exit survey gives to an exhibitor's way through a fair."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from fairs.core.i18n import format_date
from fairs.directory.slips import Step
from fairs.exhibitors.journey import register_stages
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.surveys.queries import survey_of, window_of


def survey_stage(exhibitor: Exhibitor) -> Sequence[Step]:
    """Whether the survey is answered, while it is open."""
    if exhibitor.state is not ExhibitorState.ACCEPTED:
        return []
    window = window_of(exhibitor.fair)
    if not window.takes_paper:
        return []
    label, icon = _("Exit survey"), "clipboard-check"
    url = url_for("my_survey.own", fair_slug=exhibitor.fair.slug)
    if survey_of(exhibitor.id) is not None:
        return [Step(label, "done", _("Answered. Thank you."), url=url, icon=icon)]
    if not window.is_open:
        return []
    text = _("Until %(day)s: satisfaction, orders signed and expected.", day=format_date(window.closes_on))
    return [Step(label, "now", text, window.closes_on, url, _("Answer"), icon)]


register_stages(survey_stage)
