"""Kinds of letters, how far a letter and a wish for one have come."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class LetterKind(State):
    """What a letter is for. Each kind has a register of its own."""

    INVITATION = "invitation", _l("Letter of invitation"), "blue", "mail-opened"
    VISA = "visa", _l("Visa support letter"), "cyan", "e-passport"


class LetterState(State):
    """A letter that is out. Whether it has expired is told by its day."""

    ISSUED = "issued", _l("Issued"), "green", "file-check"
    REPLACED = "replaced", _l("Replaced by a later one"), "secondary", "replace"
    REVOKED = "revoked", _l("Revoked"), "red", "file-x"


class Standing(State):
    """What the check of a letter answers."""

    VALID = "valid", _l("Valid"), "green", "shield-check"
    EXPIRED = "expired", _l("Expired"), "orange", "clock-x"
    REPLACED = "replaced", _l("Replaced by a later letter"), "orange", "replace"
    REVOKED = "revoked", _l("Revoked"), "red", "shield-x"


class WishState(State):
    """An importer asks for a letter."""

    OPEN = "open", _l("Wanted"), "yellow", "hand-stop"
    ANSWERED = "answered", _l("Letter issued"), "green", "check"
    REFUSED = "refused", _l("No letter"), "secondary", "x"


L, W = LetterState, WishState
LETTER_TRANSITIONS: dict[LetterState, frozenset[LetterState]] = {
    L.ISSUED: frozenset({L.REPLACED, L.REVOKED}),
    L.REPLACED: frozenset(),
    L.REVOKED: frozenset(),
}
WISH_TRANSITIONS: dict[WishState, frozenset[WishState]] = {
    W.OPEN: frozenset({W.ANSWERED, W.REFUSED}),
    W.ANSWERED: frozenset({W.OPEN}),
    W.REFUSED: frozenset({W.OPEN, W.ANSWERED}),
}
