"""What can go wrong with reminders."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class NotOverdue(Conflict):
    """Money has come, or the invoice ended: nobody is asked any more."""

    code = "not_overdue"
    message = _l("The money has come meanwhile, or the invoice has ended. Nothing is to be done any more.")


class DecidedMeanwhile(Conflict):
    """Somebody else was faster."""

    code = "decided_meanwhile"
    message = _l("Somebody has dealt with this meanwhile.")
