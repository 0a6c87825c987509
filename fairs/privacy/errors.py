"""What can go wrong with a request about personal data."""

from flask_babel import lazy_gettext as _l

from fairs.core.errors import DomainError


class StillOpen(DomainError):
    """Something about the person is not finished; ``details`` names it."""

    code = "still_open"
    status = 409
    message = _l("Something about this person is not finished. It is listed on the page, with what to do first.")


class Erased(DomainError):
    """The person's data were erased already."""

    code = "erased"
    status = 409
    message = _l("The data of this person were erased already.")
