"""What can go wrong with an application to exhibit."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class ApplicationsClosed(Conflict):
    """The fair takes no applications now."""

    code = "applications_closed"
    message = _l("This fair does not take applications at the moment.")


class AlreadyApplied(Conflict):
    """The company has an application at this fair that is under way."""

    code = "already_applied"
    message = _l("This company has applied to this fair already.")


class NotEditable(Conflict):
    """A handed-in application is not changed any more."""

    code = "not_editable"
    message = _l("This application has been handed in and cannot be changed. Withdraw it to apply again.")


class DecisionMissing(InvalidInput):
    """A supported place counts only by a decision."""

    code = "decision_missing"
    message = _l("A supported place counts only with the number and the day of the decision on support.")


class AppraisalMissing(Conflict):
    """This fair decides only on what was appraised."""

    code = "appraisal_missing"
    message = _l("At this fair an application is appraised before it is decided on.")
