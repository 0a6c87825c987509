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

    LOGGED = "logged", _l("To be verified"), "yellow", "clock"
    VERIFIED = "verified", _l("Verified"), "green", "rosette-discount-check"
    RETURNED = "returned", _l("Sent back"), "red", "arrow-back-up"


VERIFICATION_TRANSITIONS: dict[Verification, frozenset[Verification]] = {
    Verification.LOGGED: frozenset({Verification.VERIFIED, Verification.RETURNED}),
    Verification.RETURNED: frozenset({Verification.LOGGED}),
    # An MOU that gets signed has a new paper, which is verified anew.
    Verification.VERIFIED: frozenset({Verification.LOGGED}),
}
