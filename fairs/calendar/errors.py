"""What can go wrong with the days of a fair."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class FairCancelled(Conflict):
    """Nothing is decided, booked or given out at a fair that does not take place."""

    code = "fair_cancelled"
    message = _l("This fair is cancelled: nothing more is decided, booked or given out.")


class CannotReschedule(Conflict):
    """The fair's days cannot be moved in its present state."""

    code = "cannot_reschedule"
    message = _l("This fair cannot be rescheduled: it is over or cancelled.")


class CannotCancel(Conflict):
    """The fair cannot be cancelled in its present state."""

    code = "cannot_cancel"
    message = _l("Only a fair that is published, open for booking or running can be cancelled.")


class PreviewOutdated(Conflict):
    """Somebody changed something since the preview was shown, or sent the form before."""

    code = "preview_outdated"
    message = _l("Something has changed since this preview was made. Nothing was done: look at the new preview below.")


class AlreadyRecorded(Conflict):
    """Somebody recorded this step of the fair before."""

    code = "already_recorded"
    message = _l("This is recorded already. Take it back first if it was wrong.")
