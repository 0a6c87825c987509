"""What can go wrong with accounts and roles."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class EmailTaken(Conflict):
    """There is an account with this address already."""

    code = "email_taken"
    message = _l("There is already an account with this e-mail address.")


class NotYoursToLend(InvalidInput):
    """Only who holds a role by themselves can lend it."""

    code = "not_yours_to_lend"
    message = _l("Only a role that you hold yourself can be lent.")
