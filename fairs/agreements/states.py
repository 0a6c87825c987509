"""States of an agreement with an exhibitor."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class AgreementState(State):
    """What became of an agreement; its text never changes, in whatever state."""

    ISSUED = "issued", _l("To be accepted"), "yellow", "writing"
    ACCEPTED = "accepted", _l("Accepted online"), "green", "circle-check"
    SCANNED = "scanned", _l("Signed on paper"), "green", "file-check"
    SUPERSEDED = "superseded", _l("Replaced"), "secondary", "replace"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


A = AgreementState
TRANSITIONS: dict[AgreementState, frozenset[AgreementState]] = {
    A.ISSUED: frozenset({A.ACCEPTED, A.SCANNED, A.SUPERSEDED, A.CANCELLED}),
    A.ACCEPTED: frozenset({A.SUPERSEDED, A.CANCELLED}),
    A.SCANNED: frozenset({A.SUPERSEDED, A.CANCELLED}),
    A.SUPERSEDED: frozenset(),
    A.CANCELLED: frozenset(),
}
IN_FORCE = frozenset({A.ISSUED, A.ACCEPTED, A.SCANNED})
BINDING = frozenset({A.ACCEPTED, A.SCANNED})
