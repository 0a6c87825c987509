"""Why a claim does not go on."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class Incomplete(Conflict):
    """Something of the checklist is missing."""

    code = "claim_incomplete"
    message = _l("Something is missing: see the list.")


class Duplicate(InvalidInput):
    """The same file or ticket number was handed in before."""

    code = "suspected_duplicate"
    message = _l("This was handed in before.")


class DuplicateWaits(Conflict):
    """A second person has to look at a suspected duplicate."""

    code = "duplicate_waits"
    message = _l("A second person has to look at the suspected duplicate first.")


class RateMissing(InvalidInput):
    """No exchange rate is known for a receipt's day."""

    code = "rate_missing"
    message = _l("There is no exchange rate for the day of this receipt: write it with its source.")


class NotReviewed(InvalidInput):
    """A line was not looked at."""

    code = "not_reviewed"
    message = _l("Decide each line first.")


class AlreadyListed(Conflict):
    """A claim of the selection is no longer waiting to be paid: nothing was put on a list."""

    code = "already_listed"
    message = _l("One of these claims is no longer waiting to be paid. Look at the list again; nothing was changed.")


class WasHere(Conflict):
    """The guest was scanned at the gate."""

    code = "was_here"
    message = _l("This guest was checked in: there is nothing to charge for not coming.")
