"""What can go wrong at the cash desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, Forbidden


class ShiftOpenAlready(Conflict):
    """One open shift for each cashier and fair."""

    code = "shift_open"
    message = _l("You have an open shift at this fair already. Count it before you open another.")


class NoOpenShift(Conflict):
    """Cash moves within an open shift only."""

    code = "no_open_shift"
    message = _l("Open a shift first: cash is taken and paid out within a shift only.")


class NotYourShift(Forbidden):
    """Only the cashier counts their own till."""

    code = "not_your_shift"
    message = _l("This is another cashier’s shift.")


class NotEnoughCash(Conflict):
    """More would go out than there is."""

    code = "not_enough_cash"
    message = _l("There is not so much cash in the till.")


class DifferenceNotAgreed(Conflict):
    """A large difference needs a supervisor first."""

    code = "difference_not_agreed"
    message = _l("The difference is above the set amount: a supervisor has to agree first.")
