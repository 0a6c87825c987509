"""What can go wrong with notes."""

from flask_babel import lazy_gettext as _l

from fairs.core.errors import DomainError


class NotYours(DomainError):
    """Only the author corrects a note, and an organiser besides the author deletes it."""

    code = "not_yours"
    status = 403
    message = _l("Only the one who wrote this note may do that.")


class TooLate(DomainError):
    """A note is corrected within a day; later it is part of the history."""

    code = "too_late"
    status = 409
    message = _l("A note can be corrected for a day. Write another one.")
