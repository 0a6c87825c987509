"""States of an outgoing message."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class MessageState(State):
    """Where a message is on its way."""

    QUEUED = "queued", _l("Queued"), "secondary", "clock"
    SENT = "sent", _l("Sent"), "green", "check"
    KEPT = "kept", _l("Kept here"), "blue", "inbox"
    TO_PRINT = "to_print", _l("To print"), "yellow", "printer"
    PRINTED = "printed", _l("Printed"), "green", "printer"
    FAILED = "failed", _l("Failed"), "red", "alert-triangle"


TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.QUEUED: frozenset({MessageState.SENT, MessageState.KEPT, MessageState.FAILED}),
    MessageState.TO_PRINT: frozenset({MessageState.PRINTED}),
    MessageState.PRINTED: frozenset({MessageState.TO_PRINT}),
    MessageState.FAILED: frozenset({MessageState.QUEUED}),
}
