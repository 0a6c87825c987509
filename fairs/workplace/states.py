"""How a date of the fair's timeline stands."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class DateState(State):
    """Of one date: derived from records and the clock, kept nowhere."""

    DONE = "done", _l("Done"), "green", "circle-check"
    LATE = "late", _l("Late"), "red", "alert-triangle"
    DUE = "due", _l("Due now"), "yellow", "clock"
    AHEAD = "ahead", _l("Ahead"), "blue", "circle-dashed"
    PAST = "past", _l("Past"), "secondary", "history"
    DROPPED = "dropped", _l("Dropped"), "secondary", "calendar-off"
