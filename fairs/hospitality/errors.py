"""What can go wrong with journeys and transfers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, DomainError


class NotComing(Conflict):
    """The registration does not stand, so nothing of a journey is arranged."""

    code = "not_coming"
    message = _l("This registration is not approved or was withdrawn: no journey is arranged for it.")


class AlreadyFlown(Conflict):
    """A flight that was flown stays as it is."""

    code = "already_flown"
    message = _l("This flight was flown already. If that was marked by mistake, take it back on the board first.")


class RunFull(Conflict):
    """All places of the vehicle are taken."""

    code = "run_full"
    message = _l("All places of this vehicle are taken.")


class RunClosed(Conflict):
    """The run was driven or cancelled."""

    code = "run_closed"
    message = _l("This run was driven or cancelled: nothing of it can change.")


class PlanStale(Conflict):
    """What was proposed is not what would be made now."""

    code = "plan_stale"
    message = _l("Flights have changed meanwhile. Please look at the new proposal.")


class DriveLinkExpired(DomainError):
    """The driver's link was ours, but its time is over."""

    code = "drive_link_expired"
    status = 410
    message = _l("This link has expired. Ask the coordinator for a new one.")
