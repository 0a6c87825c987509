"""Kinds of notes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class NoteKind(State):
    """What is kept of a dealing with a company or person."""

    NOTE = "note", _l("Note"), "secondary", "note"
    CALL = "call", _l("Telephone call"), "blue", "phone"
    MEETING = "meeting", _l("Meeting"), "green", "users"


class Direction(State):
    """Who called whom."""

    OUT = "out", _l("We called"), "secondary", "phone-outgoing"
    IN = "in", _l("They called"), "secondary", "phone-incoming"
