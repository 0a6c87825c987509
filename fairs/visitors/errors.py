"""What can go wrong with a visitor's registration."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class AlreadyRegistered(Conflict):
    """Told to staff and programs only: on the public form nobody learns who is registered."""

    code = "already_registered"
    message = _l("This person is registered for the fair already.")


class RegistrationClosed(Conflict):
    """The fair takes no registrations now."""

    code = "registration_closed"
    message = _l("Registration for this fair is closed.")
