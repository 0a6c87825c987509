"""States of an invitation to a ceremony."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class ReplyState(State):
    """What a delegation answered to an invitation."""

    DRAFT = "draft", _l("Not invited yet"), "secondary", "pencil"
    INVITED = "invited", _l("Invited"), "blue", "send"
    LATER = "later", _l("Answers later"), "yellow", "clock"
    ACCEPTED = "accepted", _l("Comes"), "green", "check"
    DECLINED = "declined", _l("Does not come"), "red", "x"


_ANSWERS = frozenset({ReplyState.ACCEPTED, ReplyState.DECLINED, ReplyState.LATER})

TRANSITIONS: dict[ReplyState, frozenset[ReplyState]] = {
    # Staff note an answer that came by telephone, also before a mail went out.
    ReplyState.DRAFT: frozenset({ReplyState.INVITED}) | _ANSWERS,
    ReplyState.INVITED: _ANSWERS,
    ReplyState.LATER: frozenset({ReplyState.ACCEPTED, ReplyState.DECLINED}),
    ReplyState.ACCEPTED: frozenset({ReplyState.DECLINED}),
    ReplyState.DECLINED: frozenset({ReplyState.ACCEPTED}),
}
