"""What can go wrong with cases."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class NotDecided(Conflict):
    """A violation is solved by a decision, not by a note."""

    code = "violation_not_decided"
    message = _l("First the violation has to be confirmed or dropped.")


class NotHeard(Conflict):
    """The exhibitor may still answer."""

    code = "exhibitor_not_heard"
    message = _l("The exhibitor has not been heard, and the day to answer has not passed.")


class NoMatch(Conflict):
    """Only something found and something looked for fit together."""

    code = "no_match"
    message = _l("Only a thing found and a thing looked for of this fair fit together.")
