"""States of an importer's registration."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class ImporterState(State):
    """From the form to the badge."""

    UNCONFIRMED = "unconfirmed", _l("E-mail not confirmed"), "secondary", "mail"
    SUBMITTED = "submitted", _l("Waiting for a decision"), "yellow", "clock"
    APPROVED = "approved", _l("Approved"), "green", "check"
    REFUSED = "refused", _l("Refused"), "red", "x"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "secondary", "arrow-back-up"


S = ImporterState
TRANSITIONS: dict[ImporterState, frozenset[ImporterState]] = {
    S.UNCONFIRMED: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.APPROVED, S.REFUSED, S.WITHDRAWN}),
    S.APPROVED: frozenset({S.WITHDRAWN}),
    S.REFUSED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
