"""What people may ask for, how it reached us, and how far it is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class RequestKind(State):
    """What is asked for."""

    EXPORT = "export", _l("A copy of the data"), "blue", "file-download"
    CORRECTION = "correction", _l("A correction"), "cyan", "pencil"
    ERASURE = "erasure", _l("Erasure"), "red", "eraser"
    WITHDRAWAL = "withdrawal", _l("Withdrawal of a consent"), "orange", "shield-off"


class Channel(State):
    """How a request came in. On the own page the link proves who asks; else staff say how it was proved."""

    OWN_PAGE = "own_page", _l("Own page"), "secondary", "device-mobile"
    MAIL = "mail", _l("Mail"), "secondary", "mail"
    PHONE = "phone", _l("Telephone"), "secondary", "phone"
    DESK = "desk", _l("Desk"), "secondary", "building-store"


class RequestState(State):
    """How far a request is."""

    RECEIVED = "received", _l("To be answered"), "yellow", "inbox"
    PREPARING = "preparing", _l("Being prepared"), "blue", "loader"
    PROPOSED = "proposed", _l("Proposed, waits for a second person"), "orange", "user-up"
    DONE = "done", _l("Done"), "green", "check"
    REFUSED = "refused", _l("Refused with a reason"), "secondary", "x"
    TAKEN_BACK = "taken_back", _l("Taken back"), "secondary", "arrow-back-up"


R = RequestState
OPEN = (R.RECEIVED, R.PREPARING, R.PROPOSED)
"""Still to be answered."""
TRANSITIONS: dict[RequestState, frozenset[RequestState]] = {
    R.RECEIVED: frozenset({R.PROPOSED, R.DONE, R.REFUSED, R.TAKEN_BACK}),
    R.PREPARING: frozenset({R.DONE, R.RECEIVED}),
    R.PROPOSED: frozenset({R.RECEIVED, R.DONE, R.REFUSED, R.TAKEN_BACK}),
    R.DONE: frozenset(),
    R.REFUSED: frozenset(),
    R.TAKEN_BACK: frozenset(),
}
