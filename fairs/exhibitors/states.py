"""States of an application to exhibit."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class ExhibitorState(State):
    """How far a company's application to a fair has come."""

    DRAFT = "draft", _l("Draft"), "secondary", "pencil"
    SUBMITTED = "submitted", _l("Submitted"), "yellow", "clock"
    APPRAISED = "appraised", _l("Appraised"), "cyan", "clipboard-check"
    ACCEPTED = "accepted", _l("Accepted"), "green", "check"
    WAITLISTED = "waitlisted", _l("On the waiting list"), "blue", "list"
    REFUSED = "refused", _l("Refused"), "red", "x"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "secondary", "arrow-back-up"


S = ExhibitorState
TRANSITIONS: dict[ExhibitorState, frozenset[ExhibitorState]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.APPRAISED, S.ACCEPTED, S.WAITLISTED, S.REFUSED, S.WITHDRAWN}),
    S.APPRAISED: frozenset({S.ACCEPTED, S.WAITLISTED, S.REFUSED, S.WITHDRAWN}),
    S.WAITLISTED: frozenset({S.ACCEPTED, S.REFUSED, S.WITHDRAWN}),
    S.ACCEPTED: frozenset({S.WITHDRAWN}),
    S.REFUSED: frozenset(),
    S.WITHDRAWN: frozenset({S.SUBMITTED}),
}
