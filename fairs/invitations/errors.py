"""What can go wrong with invitations."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, DomainError


class NewerMail(DomainError):
    """The link is of an earlier mail: a newer one has the valid link."""

    code = "newer_mail"
    status = 410
    message = _l("A newer mail of ours has the valid link. Please open that one.")


class InvitationExpired(DomainError):
    """The last day of the invitation has passed."""

    code = "invitation_expired"
    status = 410
    message = _l("This invitation has expired. Write to the organiser if you would still like to come.")


class InvitationsClosed(Conflict):
    """The fair takes no registrations now, so nobody is invited."""

    code = "invitations_closed"
    message = _l("This fair takes no registrations now: publish it first, or it is over.")


class NotInvitable(Conflict):
    """This invitee cannot be written to as things are."""

    code = "not_invitable"


class QuotaUsedUp(Conflict):
    """A source has named as many as it may."""

    code = "quota_used_up"
    message = _l("The quota is used up.")


class TooManyDelegates(Conflict):
    """A company has named as many colleagues as it may."""

    code = "too_many_delegates"
    message = _l("Your company has named as many colleagues as it may. Please write to the organiser for more.")


class CampaignEmpty(Conflict):
    """Nobody fits the segment."""

    code = "campaign_empty"
    message = _l("Nobody fits this segment: there is nobody to write to.")
