"""What can go wrong with the support of importers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class AlreadySupported(Conflict):
    """One support for each company at a fair; a second one needs a reason and a second person."""

    code = "already_supported"


class SettingsMissing(InvalidInput):
    """The fair has no rule, budget line or cap for what is to be granted."""

    code = "hosting_settings_missing"
    message = _l("Enter the rule, the budget line and the amounts on the page of settings first.")


class NotConcerned(Conflict):
    """The importer is not approved, so that no support can be proposed."""

    code = "importer_not_approved"
    message = _l("The registration is refused or withdrawn: there is nobody to support.")


class DecidedSingly(Conflict):
    """A second support of one company is decided on its own page."""

    code = "decided_singly"
    message = _l("A second support of its company: decide on its own page, where the reason stands.")


class TooLate(Conflict):
    """The day until which the guest could confirm is past."""

    code = "reply_too_late"
    message = _l("The day until which you could confirm is over. Please write to us.")
