"""What can go wrong between the queue and the paper."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, NotFound


class StationClosed(Conflict):
    """A closed station gets no jobs."""

    code = "station_closed"
    message = _l("This station is closed.")


class LeaseLost(Conflict):
    """A report of a lease that is over: the job was settled or given to another station meanwhile."""

    code = "lease_lost"
    message = _l("This job was settled without you.")


class StillPrinting(Conflict):
    """Nobody decides about a job while a station works on it."""

    code = "still_printing"
    message = _l("A station prints this badge right now. Wait a minute for its report.")


class UnknownBlank(NotFound):
    """None of two scanned codes is a blank."""

    code = "unknown_blank"
    message = _l("None of the two codes is a blank badge of this fair.")


class BlankTaken(Conflict):
    """The blank has another wearer."""

    code = "blank_taken"
    message = _l("This blank is bound to somebody else.")


class BlankVoid(Conflict):
    """The blank was taken out of use."""

    code = "blank_void"
    message = _l("This blank is void. Take another one.")


class WrongBlank(Conflict):
    """The blank is printed for another category."""

    code = "wrong_blank"
    message = _l("This blank is for another category.")
