"""What can go wrong with a selection and its papers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class SelectionClosed(Conflict):
    """Handed in, signed or cancelled: its subjects stay as they are."""

    code = "selection_closed"
    message = _l("This selection has been handed in: nobody is added or taken out any more.")


class AlreadySelected(Conflict):
    """The subject stands in another selection of the kind that is still open."""

    code = "already_selected"


class NothingSelected(Conflict):
    """A decision about nobody."""

    code = "nothing_selected"
    message = _l("There is nobody in this selection yet.")


class NumberTaken(InvalidInput):
    """Another paper of the kind has this number in this year."""

    code = "number_taken"


class NumberLooksAlike(InvalidInput):
    """Another paper of the year has the same running number with another sign: probably a typing error."""

    code = "number_looks_alike"


class NotSignedYet(Conflict):
    """Only a signed decision is amended or revoked."""

    code = "not_signed_yet"
    message = _l("Only a signed decision can be amended or revoked. Change the draft instead.")
