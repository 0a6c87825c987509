"""Errors of budgets and vouchers."""

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class LineExceeded(Conflict):
    """More than is left of a line of the budget; an overrun must be permitted first."""

    code = "line_exceeded"
    message = _l("This is more than is left of the line.")


class NotEditable(Conflict):
    """Only a draft can be changed."""

    code = "not_editable"
    message = _l("Only a draft can be changed. An approved budget is adjusted by a further version.")


class BelowUsed(InvalidInput):
    """The plan of a line would be less than what is committed and spent of it."""

    code = "below_used"
    message = _l("A line is planned with less than is committed and spent of it already.")


class DayClosed(Conflict):
    """The day, or a later one, is closed already."""

    code = "day_closed"
    message = _l("This day is closed already. What is booked now belongs to the next closing.")
