"""How far a claim has come, what its proofs and lines are, and what becomes of a charge."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class ClaimState(State):
    """The reimbursement of one supported guest."""

    LOCKED = "locked", _l("Locked: obligations are open"), "secondary", "lock"
    OPEN = "open", _l("Open: the guest hands in papers"), "blue", "edit"
    SUBMITTED = "submitted", _l("Handed in, to be reviewed"), "yellow", "inbox"
    RETURNED = "returned", _l("Sent back for more"), "orange", "arrow-back-up"
    REVIEWED = "reviewed", _l("Reviewed, to be approved"), "cyan", "user-check"
    APPROVED = "approved", _l("Approved, to be paid"), "green", "circle-check"
    IN_TRANSFER = "in_transfer", _l("At the bank"), "blue", "building-bank"
    PAID = "paid", _l("Paid out"), "green", "cash"
    CLOSED = "closed", _l("Accounted for, nothing to pay"), "green", "check"
    REFUSED = "refused", _l("Refused"), "secondary", "x"
    EXPIRED = "expired", _l("Expired"), "secondary", "clock-x"
    NO_SHOW = "no_show", _l("Did not come"), "orange", "user-x"
    RECOVERED = "recovered", _l("Recovered"), "orange", "receipt-refund"


C = ClaimState
EDITABLE = (C.OPEN, C.RETURNED)
"""The guest can change papers, amounts and account."""
WITH_GUEST = (C.LOCKED, C.OPEN, C.RETURNED)
"""The guest has to do something, until the claim's last day."""
ENDED = (C.PAID, C.CLOSED, C.REFUSED, C.EXPIRED, C.NO_SHOW, C.RECOVERED)
"""Nothing more is paid: 30 days later papers and passport are removed."""
TRANSITIONS: dict[ClaimState, frozenset[ClaimState]] = {
    C.LOCKED: frozenset({C.OPEN, C.REFUSED, C.EXPIRED, C.NO_SHOW}),
    C.OPEN: frozenset({C.SUBMITTED, C.REFUSED, C.EXPIRED, C.NO_SHOW}),
    C.SUBMITTED: frozenset({C.RETURNED, C.REVIEWED, C.REFUSED, C.EXPIRED}),
    C.RETURNED: frozenset({C.SUBMITTED, C.REFUSED, C.EXPIRED}),
    C.REVIEWED: frozenset({C.SUBMITTED, C.APPROVED, C.REFUSED, C.EXPIRED}),
    C.APPROVED: frozenset({C.IN_TRANSFER, C.CLOSED, C.SUBMITTED}),
    C.IN_TRANSFER: frozenset({C.PAID, C.RETURNED}),
    C.PAID: frozenset({C.RECOVERED}),
    C.CLOSED: frozenset(),
    C.REFUSED: frozenset(),
    C.EXPIRED: frozenset(),
    C.NO_SHOW: frozenset(),
    C.RECOVERED: frozenset(),
}


class Proof(State):
    """An item of the checklist. The first three unlock the claim, the others belong to its papers."""

    CHECK_INS = "check_ins", _l("Check-ins at the fair"), "secondary", "door-enter"
    MEETINGS = "meetings", _l("Meetings held"), "secondary", "users"
    SURVEY = "survey", _l("Survey answered"), "secondary", "clipboard-check"
    BOARDING_IN = "boarding_in", _l("Boarding pass to the fair"), "secondary", "plane-arrival"
    BOARDING_OUT = "boarding_out", _l("Boarding pass home"), "secondary", "plane-departure"
    TICKET = "ticket", _l("E-ticket receipt"), "secondary", "ticket"
    FOLIO = "folio", _l("Itemised hotel folio"), "secondary", "bed"
    ACCOUNT = "account", _l("Bank account"), "secondary", "building-bank"


UNLOCKING = (Proof.CHECK_INS, Proof.MEETINGS, Proof.SURVEY)
PAPERS = (Proof.BOARDING_IN, Proof.BOARDING_OUT, Proof.TICKET, Proof.FOLIO)
"""Proofs that are files."""


class LineKind(State):
    """What a line of the claim is for."""

    TRAVEL = "travel", _l("Journey"), "blue", "plane"
    NIGHT = "night", _l("Night"), "cyan", "bed"


class Decision(State):
    """What the reviewer said of a line."""

    OPEN = "open", _l("Not looked at yet"), "secondary", "clock"
    ACCEPTED = "accepted", _l("Accepted"), "green", "check"
    REDUCED = "reduced", _l("Reduced"), "orange", "arrow-down"
    STRUCK = "struck", _l("Struck"), "red", "x"


class WaiverState(State):
    """An item that shall not be asked for: proposed by one, decided by another."""

    ASKED = "asked", _l("Waits for a second person"), "orange", "hourglass"
    WAIVED = "waived", _l("Waived"), "green", "circle-check"
    KEPT = "kept", _l("Not waived"), "secondary", "x"


W = WaiverState
WAIVER_TRANSITIONS: dict[WaiverState, frozenset[WaiverState]] = {
    W.ASKED: frozenset({W.WAIVED, W.KEPT}),
    W.WAIVED: frozenset(),
    W.KEPT: frozenset(),
}


class ChargeKind(State):
    """Why a guest owes us."""

    NO_SHOW = "no_show", _l("Room or ticket of a guest who did not come"), "orange", "user-x"
    RECOVERY = "recovery", _l("Paid, but not due"), "orange", "receipt-refund"


class ChargeState(State):
    """Money that a guest owes: proposed by one, approved by another, then recovered or written off."""

    PROPOSED = "proposed", _l("Proposed"), "yellow", "user-up"
    OWED = "owed", _l("Owed"), "orange", "receipt"
    RECOVERED = "recovered", _l("Recovered"), "green", "cash"
    WRITTEN_OFF = "written_off", _l("Written off"), "secondary", "eraser"
    DROPPED = "dropped", _l("Not charged"), "secondary", "x"


H = ChargeState
CHARGE_TRANSITIONS: dict[ChargeState, frozenset[ChargeState]] = {
    H.PROPOSED: frozenset({H.OWED, H.DROPPED}),
    H.OWED: frozenset({H.RECOVERED, H.WRITTEN_OFF}),
    H.RECOVERED: frozenset(),
    H.WRITTEN_OFF: frozenset(),
    H.DROPPED: frozenset(),
}
