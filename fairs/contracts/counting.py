"""Which contracts make the figures, as conditions for SQL; ``Contract.counts`` says the same of one record."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import aliased

from fairs.contracts.models import Contract
from fairs.contracts.states import ContractState, Verification

#: How a contract stands to the figures; amounts of different standing are never added.
STANDINGS = ("verified", "waiting", "incomplete", "mou", "mou_waiting", "leads", "cancelled_later", "cancelled", "part")
#: Nothing is signed yet, or not any more.
BEFORE_SIGNING = (ContractState.LEAD, ContractState.MOU, ContractState.CANCELLED)


def headline() -> ColumnElement[bool]:
    """Signed (or further), verified, standing, no copy of another record, and not a call-off of a framework that counts.

    Framework and call-offs are one deal (brief, section 5: "one or the other counts"): the framework as soon as it is
    verified itself, until then its call-offs.
    """
    parent = aliased(Contract)
    framework = select(parent.id).where(parent.id == Contract.parent_id, _verified_deal(parent)).exists()
    return and_(_verified_deal(Contract), ~framework)


def verified_once() -> ColumnElement[bool]:
    """What was verified as signed, whether it still stands or was cancelled later: the sum of a closing report."""
    parent = aliased(Contract)
    framework = select(parent.id).where(parent.id == Contract.parent_id, _verified(parent)).exists()
    return and_(_verified(Contract), ~framework)


def cancelled_later() -> ColumnElement[bool]:
    """Verified as signed and cancelled afterwards: shown apart, and not in the headline any more."""
    return and_(verified_once(), Contract.state == ContractState.CANCELLED)


def verified_mou() -> ColumnElement[bool]:
    """Memoranda that a second person has verified: beside the headline, never added."""
    return and_(
        Contract.state == ContractState.MOU,
        Contract.verification == Verification.VERIFIED,
        Contract.merged_into_id.is_(None),
    )


def _verified_deal(contract: type[Contract]) -> ColumnElement[bool]:
    return and_(contract.state.not_in(BEFORE_SIGNING), _checked(contract))


def _verified(contract: type[Contract]) -> ColumnElement[bool]:
    was_signed = or_(
        contract.state.not_in(BEFORE_SIGNING),
        and_(contract.state == ContractState.CANCELLED, contract.cancelled_from.not_in(BEFORE_SIGNING)),
    )
    return and_(was_signed, _checked(contract))


def _checked(contract: type[Contract]) -> ColumnElement[bool]:
    return and_(contract.verification == Verification.VERIFIED, contract.merged_into_id.is_(None))


def standing() -> ColumnElement[str]:
    """One of STANDINGS for each contract: ``verified`` is the headline; ``waiting`` signed and to be verified;
    ``cancelled_later`` was in the headline once; ``part`` belongs to a framework contract that counts, or to the record that
    it was merged into."""
    verified = Contract.verification == Verification.VERIFIED
    return case(
        (Contract.merged_into_id.is_not(None), "part"),
        (cancelled_later(), "cancelled_later"),
        (Contract.state == ContractState.CANCELLED, "cancelled"),
        (Contract.verification == Verification.INCOMPLETE, "incomplete"),
        (Contract.state == ContractState.LEAD, "leads"),
        (and_(Contract.state == ContractState.MOU, verified), "mou"),
        (Contract.state == ContractState.MOU, "mou_waiting"),
        (headline(), "verified"),
        (verified, "part"),
        else_="waiting",
    )
