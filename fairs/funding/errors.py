"""What can go wrong with rules and grants."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class RuleNotUsable(InvalidInput):
    """Closed, not valid on the day, or without a rate."""

    code = "rule_not_usable"
    message = _l("This rule is not in force, or has no rate.")


class DuplicateSupport(Conflict):
    """The company or person seems to be supported for the same thing already."""

    code = "duplicate_support"


class ClashWaits(Conflict):
    """A suspected duplicate has not been decided by a second person."""

    code = "clash_waits"


class CeilingReached(Conflict):
    """A ceiling of places or money has less left than is needed."""

    code = "ceiling_reached"


class TooMuch(InvalidInput):
    """More than the decision committed."""

    code = "more_than_committed"
    message = _l("More than the decision commits. An amendment of the decision is needed first.")
