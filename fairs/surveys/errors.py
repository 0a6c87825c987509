"""What can go wrong with the exit survey."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class SurveyClosed(Conflict):
    """The survey is not open: too early, too late, the fair is reported or was called off, or the company has no booth."""

    code = "survey_closed"
    message = _l("The exit survey is not open.")


class AnsweredMeanwhile(Conflict):
    """Somebody else has answered or corrected since the form was opened."""

    code = "answered_meanwhile"
    message = _l("Somebody answered for this company in the meantime. Compare, then save again to correct it.")
