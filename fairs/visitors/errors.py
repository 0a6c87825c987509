"""What can go wrong with a visitor's registration."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, DomainError


class AlreadyRegistered(Conflict):
    """Told to staff and programs only: on the public form nobody learns who is registered."""

    code = "already_registered"
    message = _l("This person is registered for the fair already.")


class RegistrationClosed(Conflict):
    """The fair takes no registrations now."""

    code = "registration_closed"
    message = _l("Registration for this fair is closed.")


class KioskRevoked(DomainError):
    """The link of a kiosk that staff have revoked."""

    code = "kiosk_revoked"
    status = 410
    message = _l("This kiosk is closed. Please go to the registration desk.")
