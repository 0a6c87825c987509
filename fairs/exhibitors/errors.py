"""What can go wrong with an application to exhibit."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


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


class DecisionMissing(Conflict):
    """A supported place comes by a signed decision, not by a press of a button."""

    code = "decision_missing"
    message = _l("A supported place comes by a signed decision: propose it for support, or accept as paying.")


class AppraisalMissing(Conflict):
    """This fair decides only on what was appraised."""

    code = "appraisal_missing"
    message = _l("At this fair an application is appraised before it is decided on.")


class NotForSupport(Conflict):
    """Paying, or already decided."""

    code = "not_for_support"
    message = _l("Only applications for a supported place are proposed for support.")


class NoIndicativePrice(Conflict):
    """Support is a part of the price, and there is none."""

    code = "no_indicative_price"
    message = _l("The fair has no price for this kind of booth yet, so there is nothing to support.")


class StandsInSelection(Conflict):
    """A decision about the application is being prepared."""

    code = "stands_in_selection"
