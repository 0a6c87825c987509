"""States of budgets, commitments, vouchers, overruns, sponsorships and daily closings; groups of lines and sources of money."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class Category(State):
    """What a line of a fair's budget is for."""

    VENUE = "venue", _l("Venue and halls"), "secondary", "building"
    CONSTRUCTION = "construction", _l("Construction and decoration"), "secondary", "hammer"
    PROMOTION = "promotion", _l("Promotion and communication"), "secondary", "speakerphone"
    HOSTING = "hosting", _l("Hosting of importers"), "secondary", "bed"
    EVENTS = "events", _l("Events and competitions"), "secondary", "award"
    PERSONNEL = "personnel", _l("Personnel and security"), "secondary", "users"
    OFFICE = "office", _l("Office, printing and transport"), "secondary", "printer"
    CONTINGENCY = "contingency", _l("Contingency"), "secondary", "lifebuoy"
    OTHER = "other", _l("Other costs"), "secondary", "dots"


class MoneySource(State):
    """Who pays for a line of a fair's budget."""

    CITY = "city", _l("City budget"), "blue", "building-bank"
    COUNTERPART = "counterpart", _l("Counterpart funds"), "teal", "building-store"
    SPONSORS = "sponsors", _l("Sponsors"), "purple", "award"
    FEES = "fees", _l("Fees of exhibitors"), "orange", "receipt"


class BudgetState(State):
    """A version of a fair's budget. An approved one is never edited: an adjustment is a further version."""

    DRAFT = "draft", _l("Draft"), "secondary", "pencil"
    SUBMITTED = "submitted", _l("Waits for approval"), "yellow", "clock"
    APPROVED = "approved", _l("Approved"), "green", "check"
    REPLACED = "replaced", _l("Replaced by an adjustment"), "secondary", "history"
    DROPPED = "dropped", _l("Dropped"), "secondary", "x"


B = BudgetState
BUDGET_TRANSITIONS: dict[BudgetState, frozenset[BudgetState]] = {
    B.DRAFT: frozenset({B.SUBMITTED, B.DROPPED}),
    B.SUBMITTED: frozenset({B.APPROVED, B.DRAFT}),
    B.APPROVED: frozenset({B.REPLACED}),
    B.REPLACED: frozenset(),
    B.DROPPED: frozenset(),
}


class OverrunState(State):
    """The wish to spend more on a line than its plan says."""

    REQUESTED = "requested", _l("Waits for approval"), "yellow", "clock"
    GRANTED = "granted", _l("Permitted"), "green", "check"
    REFUSED = "refused", _l("Refused"), "red", "x"


OVERRUN_TRANSITIONS: dict[OverrunState, frozenset[OverrunState]] = {
    OverrunState.REQUESTED: frozenset({OverrunState.GRANTED, OverrunState.REFUSED}),
    OverrunState.GRANTED: frozenset(),
    OverrunState.REFUSED: frozenset(),
}


class CommitmentState(State):
    """A contract or order by which money of a line is promised."""

    OPEN = "open", _l("Committed"), "blue", "file-check"
    USED = "used", _l("Settled by vouchers"), "green", "check"
    RELEASED = "released", _l("Rest released"), "secondary", "arrow-back-up"


COMMITMENT_TRANSITIONS: dict[CommitmentState, frozenset[CommitmentState]] = {
    CommitmentState.OPEN: frozenset({CommitmentState.USED, CommitmentState.RELEASED}),
    CommitmentState.USED: frozenset({CommitmentState.OPEN}),  # a voucher was refused or voided
    CommitmentState.RELEASED: frozenset(),
}


class VoucherState(State):
    """A payment voucher: written by one person, approved by another, paid; what is paid is undone by a counter-voucher."""

    DRAFT = "draft", _l("Draft"), "secondary", "pencil"
    SUBMITTED = "submitted", _l("Waits for approval"), "yellow", "clock"
    APPROVED = "approved", _l("Approved, not paid"), "blue", "circle-check"
    PAID = "paid", _l("Paid out"), "green", "check"
    REFUSED = "refused", _l("Refused"), "red", "x"
    VOIDED = "voided", _l("Voided by a counter-voucher"), "secondary", "arrow-back-up"


V = VoucherState
VOUCHER_TRANSITIONS: dict[VoucherState, frozenset[VoucherState]] = {
    V.DRAFT: frozenset({V.SUBMITTED, V.REFUSED}),
    V.SUBMITTED: frozenset({V.APPROVED, V.DRAFT, V.REFUSED}),
    V.APPROVED: frozenset({V.PAID, V.REFUSED}),
    V.PAID: frozenset({V.VOIDED}),
    V.REFUSED: frozenset(),
    V.VOIDED: frozenset(),
}
SPENT = (V.PAID, V.VOIDED)  # counts as spent; the counter-voucher of a voided one takes it off again


class SponsorState(State):
    """A sponsor's promise, from the word to the money or the goods."""

    PROMISED = "promised", _l("Promised"), "secondary", "message"
    AGREED = "agreed", _l("Agreement signed"), "blue", "signature"
    INVOICED = "invoiced", _l("Invoice sent"), "yellow", "file-invoice"
    RECEIVED = "received", _l("Received in full"), "green", "check"
    ENDED = "ended", _l("Fell through"), "red", "x"


S = SponsorState
SPONSOR_TRANSITIONS: dict[SponsorState, frozenset[SponsorState]] = {
    S.PROMISED: frozenset({S.AGREED, S.ENDED}),
    S.AGREED: frozenset({S.INVOICED, S.RECEIVED, S.ENDED}),
    S.INVOICED: frozenset({S.RECEIVED, S.ENDED}),
    S.RECEIVED: frozenset(),
    S.ENDED: frozenset(),
}


class ClosingState(State):
    """A day's money at a fair."""

    DUE = "due", _l("To be closed"), "yellow", "clock"
    CLOSED = "closed", _l("Day closed"), "green", "lock"


CLOSING_TRANSITIONS: dict[ClosingState, frozenset[ClosingState]] = {
    ClosingState.DUE: frozenset({ClosingState.CLOSED}),
    ClosingState.CLOSED: frozenset(),
}
