"""States of a question to a party of a contract, and what a party can say of the deal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class FollowUpState(State):
    """Whether a party was asked, and whether it answered."""

    PLANNED = "planned", _l("Planned"), "secondary", "calendar"
    ASKED = "asked", _l("Asked"), "yellow", "clock"
    ANSWERED = "answered", _l("Answered"), "green", "circle-check"
    NO_ANSWER = "no_answer", _l("Not answered"), "orange", "mail-off"
    SKIPPED = "skipped", _l("Left out"), "secondary", "x"


S = FollowUpState
TRANSITIONS: dict[FollowUpState, frozenset[FollowUpState]] = {
    # A party may answer before it is asked: by telephone, or in its own account.
    S.PLANNED: frozenset({S.ASKED, S.ANSWERED, S.SKIPPED}),
    S.ASKED: frozenset({S.ANSWERED, S.NO_ANSWER, S.SKIPPED}),
    # A late answer is welcome.
    S.NO_ANSWER: frozenset({S.ANSWERED, S.SKIPPED}),
    S.ANSWERED: frozenset(),
    # A contract may count again: a merge is undone, a framework contract goes.
    S.SKIPPED: frozenset({S.PLANNED}),
}

MONTHS = (3, 6, 12)
SIDES = {"exporter": _l("Exporter"), "importer": _l("Importer")}

#: How the deal goes, in the words of the party.
OUTCOMES = {
    "as_planned": _l("As planned"),
    "partly": _l("Partly carried out"),
    "delayed": _l("Delayed"),
    "failed": _l("Not carried out"),
}
REASONS = {
    "price": _l("Price"),
    "quality": _l("Quality of the goods"),
    "certification": _l("Certificates or permits were missing"),
    "logistics": _l("Transport"),
    "payment": _l("Payment"),
    "buyer_withdrew": _l("The buyer withdrew"),
    "not_delivered": _l("The exporter could not deliver"),
    "other": _l("Other"),
}
#: How an answer reached us.
WAYS = {"link": _l("By the link of the mail"), "account": _l("In the company's account"), "phone": _l("By telephone")}

#: Why a question is left out.
LEFT_OUT = {
    "cancelled": _l("The contract is cancelled."),
    "merged": _l("The record was merged into another."),
    "part": _l("The contract does not count by itself any more."),
    "late": _l("Its day had passed long before the contract was verified, or a later question was due as well."),
}
