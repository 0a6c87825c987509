"""What can go wrong in the directory."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, Forbidden


class CompanyExists(Conflict):
    """A company with this tax code is in the register already."""

    code = "company_exists"
    message = _l("A company with this tax code is registered already.")


class SlipRefused(Forbidden):
    """The slip's token and PIN do not fit. The same answer for both, so that neither can be tried alone."""

    code = "slip_refused"
    message = _l("This code and PIN do not fit together.")


class SlipLocked(Forbidden):
    """Too many wrong PINs; the slip rests for a while."""

    code = "slip_locked"
    status = 429
    message = _l("Too many wrong PINs. Please try again in 15 minutes or call us.")


class InvitationOver(Conflict):
    """An invitation was used, taken back or has expired; an unknown one gets the same answer."""

    code = "invitation_over"
    message = _l("This invitation is no longer valid. Please ask your colleague for a new one.")


class OwnersOnly(Forbidden):
    """Only the person who registered the company decides who joins."""

    code = "owners_only"
    message = _l("Only the person who registered the company can do this.")


class LastOwner(Conflict):
    """A company keeps at least one owner."""

    code = "last_owner"
    message = _l("The company would have nobody in charge. Invite somebody first, or ask the organiser.")
