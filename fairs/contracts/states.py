"""States of an export contract, and of its verification."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class ContractState(State):
    """How far the deal has come."""

    LEAD = "lead", _l("Lead"), "secondary", "plant"
    MOU = "mou", _l("MOU"), "blue", "writing"
    SIGNED = "signed", _l("Signed"), "green", "signature"
    PART_SHIPPED = "part_shipped", _l("Partly shipped"), "cyan", "ship"
    SHIPPED = "shipped", _l("Shipped"), "cyan", "ship"
    PAID = "paid", _l("Settled"), "green", "cash"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


S = ContractState
TRANSITIONS: dict[ContractState, frozenset[ContractState]] = {
    S.LEAD: frozenset({S.MOU, S.SIGNED, S.CANCELLED}),
    S.MOU: frozenset({S.SIGNED, S.CANCELLED}),
    S.SIGNED: frozenset({S.PART_SHIPPED, S.SHIPPED, S.PAID, S.CANCELLED}),
    S.PART_SHIPPED: frozenset({S.SHIPPED, S.CANCELLED}),
    S.SHIPPED: frozenset({S.PAID, S.CANCELLED}),
    S.PAID: frozenset({S.CANCELLED}),
    S.CANCELLED: frozenset(),
}


class Verification(State):
    """Whether a second person has checked the contract. Only signed and verified counts in the headline."""

    INCOMPLETE = "incomplete", _l("Incomplete"), "orange", "progress"
    LOGGED = "logged", _l("To be verified"), "yellow", "clock"
    VERIFIED = "verified", _l("Verified"), "green", "rosette-discount-check"
    RETURNED = "returned", _l("Sent back"), "red", "arrow-back-up"


VERIFICATION_TRANSITIONS: dict[Verification, frozenset[Verification]] = {
    # Logged in a hurry at a ceremony: it counts nowhere until the clerk has finished it.
    Verification.INCOMPLETE: frozenset({Verification.LOGGED}),
    Verification.LOGGED: frozenset({Verification.VERIFIED, Verification.RETURNED}),
    Verification.RETURNED: frozenset({Verification.LOGGED}),
    # An MOU that gets signed has a new paper, and a correction is a new revision: both are verified anew.
    Verification.VERIFIED: frozenset({Verification.LOGGED}),
}


class ContractKind(State):
    """A framework contract and its call-offs are one deal: where the framework counts, its call-offs do not."""

    SINGLE = "single", _l("Single contract"), "secondary", "file-text"
    FRAMEWORK = "framework", _l("Framework contract"), "blue", "folders"
    CALL_OFF = "call_off", _l("Call-off"), "cyan", "file-arrow-right"


class Answer(State):
    """What the other side says of a contract that was reported to us."""

    ASKED = "asked", _l("Asked"), "yellow", "clock"
    CONFIRMED = "confirmed", _l("Confirmed"), "green", "circle-check"
    DISPUTED = "disputed", _l("Disputed"), "red", "alert-triangle"
    LAPSED = "lapsed", _l("Lapsed: the contract changed"), "secondary", "history"


ANSWER_TRANSITIONS: dict[Answer, frozenset[Answer]] = {
    Answer.ASKED: frozenset({Answer.CONFIRMED, Answer.DISPUTED, Answer.LAPSED}),
    # Whoever disputed may confirm once it is cleared up, and the other way round.
    Answer.CONFIRMED: frozenset({Answer.DISPUTED, Answer.LAPSED}),
    Answer.DISPUTED: frozenset({Answer.CONFIRMED, Answer.LAPSED}),
    Answer.LAPSED: frozenset(),
}


class PairState(State):
    """What a person decided about two records that may be one deal."""

    OPEN = "open", _l("To be decided"), "yellow", "help-circle"
    NOT_DUPLICATE = "not_duplicate", _l("Two deals"), "secondary", "equal-not"
    MERGED = "merged", _l("Merged"), "green", "arrow-merge"
    CALL_OFF = "call_off", _l("Call-off of the other"), "cyan", "file-arrow-right"


PAIR_TRANSITIONS: dict[PairState, frozenset[PairState]] = {
    PairState.OPEN: frozenset({PairState.NOT_DUPLICATE, PairState.MERGED, PairState.CALL_OFF}),
    # Asked again where one of the two changed, and decided otherwise by whoever looks again.
    PairState.NOT_DUPLICATE: frozenset({PairState.OPEN, PairState.MERGED, PairState.CALL_OFF}),
    PairState.MERGED: frozenset({PairState.OPEN}),
    PairState.CALL_OFF: frozenset({PairState.OPEN}),
}


class QuestionState(State):
    """Whether a person has answered the question."""

    OPEN = "open", _l("Open question"), "yellow", "help-circle"
    ANSWERED = "answered", _l("Answered"), "green", "circle-check"
    LAPSED = "lapsed", _l("Lapsed: the figures changed"), "secondary", "history"


QUESTION_TRANSITIONS: dict[QuestionState, frozenset[QuestionState]] = {
    QuestionState.OPEN: frozenset({QuestionState.ANSWERED, QuestionState.LAPSED}),
    # Asked anew when the contract says something else and that is unusual, too.
    QuestionState.ANSWERED: frozenset({QuestionState.OPEN}),
    QuestionState.LAPSED: frozenset({QuestionState.OPEN}),
}
