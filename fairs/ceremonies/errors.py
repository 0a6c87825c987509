"""Why a ceremony cannot be answered or seated so."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class CeremonyOver(Conflict):
    """It has begun: answers and invitations come too late."""

    code = "ceremony_over"
    message = _l("This ceremony has begun or is over.")


class NoSeat(Conflict):
    """More people than seats."""

    code = "no_seat"
    message = _l("There are fewer seats than people who come.")
