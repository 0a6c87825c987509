"""Why a letter cannot be issued."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict


class NotInvited(Conflict):
    """Only who is approved gets a letter."""

    code = "not_approved"
    message = _l("The registration is not approved.")


class PassportIncomplete(Conflict):
    """Something of the passport is missing."""

    code = "passport_incomplete"
    message = _l("Passport data are missing.")


class PassportExpires(Conflict):
    """The passport ends before the stay does."""

    code = "passport_expires"
    message = _l("The passport expires before the end of the stay.")


class LetterInForce(Conflict):
    """The guest has a letter of this kind; it can be replaced."""

    code = "letter_in_force"
    message = _l("The guest has a letter of this kind. Replace it if something in it is wrong.")


class LetterRemoved(Conflict):
    """What the letter said of the passport was removed, and with it the letter."""

    code = "letter_removed"
    status = 410
    message = _l("This letter was removed with the passport data. Its number stays in the register.")
