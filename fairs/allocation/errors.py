"""What can go wrong with an allocation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class RunInProgress(Conflict):
    """One run of a fair at a time."""

    code = "run_in_progress"
    message = _l("A run of this fair is being computed. Wait for it or cancel it.")


class NobodyToPlace(Conflict):
    """There is nothing to allocate."""

    code = "nobody_to_place"
    message = _l("Every accepted exhibitor has a booth already.")


class RunChanged(Conflict):
    """The run is not in the state in which the page showed it."""

    code = "run_changed"
    message = _l("This run has changed in the meantime. Look at it again.")


class BoothsAllocated(Conflict):
    """A plan may not drop booths that an allocation gives to somebody."""

    code = "booths_allocated"
    message = _l("An allocation gives these booths to exhibitors.")
