"""States of statements and of their lines, and what a line was found to be."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class StatementState(State):
    """A statement, from the file to the books."""

    UPLOADED = "uploaded", _l("To be looked over"), "yellow", "eye"
    RUNNING = "running", _l("Being recorded"), "blue", "loader"
    DONE = "done", _l("Read"), "green", "check"


STATEMENT_TRANSITIONS: dict[StatementState, frozenset[StatementState]] = {
    StatementState.UPLOADED: frozenset({StatementState.RUNNING}),
    StatementState.RUNNING: frozenset({StatementState.DONE}),
    StatementState.DONE: frozenset(),
}


class LineState(State):
    """A line of a statement. What is recorded stays recorded: it is put right by a refund or a credit."""

    MATCHED = "matched", _l("Will be recorded"), "blue", "progress-check"
    WAITING = "waiting", _l("Waits for a person"), "yellow", "user-question"
    PROPOSED = "proposed", _l("Waits for a second person"), "orange", "users"
    RECORDED = "recorded", _l("Recorded"), "green", "check"
    IGNORED = "ignored", _l("Set aside"), "secondary", "eye-off"


L = LineState
LINE_TRANSITIONS: dict[LineState, frozenset[LineState]] = {
    L.MATCHED: frozenset({L.RECORDED, L.WAITING}),
    L.WAITING: frozenset({L.PROPOSED, L.RECORDED, L.IGNORED}),
    L.PROPOSED: frozenset({L.RECORDED, L.WAITING}),
    L.RECORDED: frozenset(),
    L.IGNORED: frozenset({L.WAITING}),
}


class LineKind(State):
    """What a line was found to be."""

    EXACT = "exact", _l("Exact"), "green", "equal"
    SHORT = "short", _l("Too little"), "yellow", "arrow-down"
    OVER = "over", _l("Too much"), "blue", "arrow-up"
    SPLIT = "split", _l("One invoice in several lines"), "green", "arrows-join"
    MANY = "many", _l("Several invoices in one line"), "blue", "arrows-split"
    DUPLICATE = "duplicate", _l("Paid already"), "orange", "copy"
    UNSURE = "unsure", _l("Reference is not right"), "orange", "help-circle"
    PAYER = "payer", _l("Payer is not the exhibitor"), "orange", "user-question"
    CHARGES = "charges", _l("Short by bank charges"), "blue", "building-bank"
    REFUND = "refund", _l("Refund"), "purple", "receipt-refund"
    OTHER_FAIR = "other_fair", _l("From another fair’s statement"), "purple", "arrows-exchange"
    CLOSED = "closed", _l("Invoice is cancelled"), "red", "file-x"
    UNKNOWN = "unknown", _l("No reference"), "secondary", "help-circle"
    OUTGOING = "outgoing", _l("Outgoing"), "secondary", "arrow-up-right"
