"""How far a selection has come on its way to a signed decision."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class SelectionState(State):
    """A selection: prepared, handed to the one who signs, signed."""

    DRAFT = "draft", _l("Being prepared"), "secondary", "pencil"
    SUBMITTED = "submitted", _l("Handed in for signature"), "yellow", "send"
    RETURNED = "returned", _l("Returned to be mended"), "orange", "arrow-back-up"
    SIGNED = "signed", _l("Signed"), "green", "signature"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


S = SelectionState
EDITABLE = frozenset({S.DRAFT, S.RETURNED})
OPEN = frozenset({S.DRAFT, S.SUBMITTED, S.RETURNED})
TRANSITIONS: dict[SelectionState, frozenset[SelectionState]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.CANCELLED}),
    S.SUBMITTED: frozenset({S.SIGNED, S.RETURNED, S.CANCELLED}),
    S.RETURNED: frozenset({S.SUBMITTED, S.CANCELLED}),
    S.SIGNED: frozenset(),  # a correction is a new decision
    S.CANCELLED: frozenset(),
}
