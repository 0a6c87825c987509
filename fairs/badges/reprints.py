"""Why a badge is printed again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class ReprintReason(State):
    """Why a badge that was printed before is printed once more."""

    BAD_PRINT = "bad_print", _l("Badly printed"), "secondary", "printer"
    NOT_OUT = "not_out", _l("Did not come out of the printer"), "secondary", "printer-off"
    DAMAGED = "damaged", _l("Torn or wet"), "secondary", "scissors"
    CHANGED = "changed", _l("Name or company was put right"), "secondary", "pencil"
    OTHER = "other", _l("Another reason"), "secondary", "dots"
