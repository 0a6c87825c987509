"""A person decides about two records that may be one deal: merged, two deals after all, or call-off and framework."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select

from fairs.audit.service import record
from fairs.contracts.confirming import lapse
from fairs.contracts.content import content_of
from fairs.contracts.duplicates import refresh
from fairs.contracts.errors import BothVerified, NotMergeable
from fairs.contracts.models import Contract
from fairs.contracts.pair_models import ContractPair
from fairs.contracts.states import ContractKind, ContractState, PairState, Verification
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.text import clean

#: What the record that stays may take over where it has nothing itself; a verified one takes nothing.
TAKEABLE = {
    "number": _l("Number of the contract"),
    "evidence": _l("Evidence"),
    "booth_code": _l("Booth"),
    "payment_terms": _l("Payment terms"),
    "delivery": _l("Delivery"),
}
_OWN_WORDS = ("reference", "fair_id", "booth", "framework", "kind")


def complements(kept: Contract, other: Contract) -> list[str]:
    """Names out of TAKEABLE of what the other record has and the one that stays lacks; nothing where that one is verified."""
    if kept.verification is Verification.VERIFIED or kept.state is ContractState.CANCELLED:
        return []
    return [name for name in TAKEABLE if _has(other, name) and not _has(kept, name)]


def _has(contract: Contract, name: str) -> bool:
    return contract.evidence_id is not None if name == "evidence" else bool(getattr(contract, name))


def says_the_same(one: Contract, other: Contract) -> bool:
    """Whether the parties agreed upon the same in both, whatever reference, fair and booth they stand under."""
    left, right = ({k: v for k, v in content_of(c).items() if k not in _OWN_WORDS} for c in (one, other))
    return left == right


def merge_contracts(
    kept: Contract,
    other: Contract,
    *,
    by: Actor,
    reason: str = "",
    take: Collection[str] = (),
    compared: bool = False,
) -> Contract:
    """The other record is the same deal as the one that stays: it counts nowhere from now on, and can be set free again.

    ``take`` names what the one that stays takes over (see ``complements``). Raises NotMergeable (merged meanwhile, cancelled,
    copies or call-offs of its own, call-off and framework), BothVerified unless ``compared``, InvalidInput.
    """
    reason = _short(reason)
    with transaction():
        kept, other = _both(kept, other)
        obstacle = _obstacle(kept, other)
        if obstacle is not None:
            raise obstacle
        verified = Verification.VERIFIED
        if kept.verification is other.verification is verified and not says_the_same(kept, other) and not compared:
            raise BothVerified(field="compared")
        taken = _take(kept, other, take)
        other.merged_into_id = kept.id
        pair = _pair(kept, other, by, PairState.MERGED, reason)
        pair.taken = taken
        db.session.flush()
        after = {"into": kept.reference, "reason": reason}
        record("contracts.merge", other, by=by, before={"into": None}, after=after)
        record("contracts.take_in", kept, by=by, after={"merged": other.reference, "taken": taken, "reason": reason})
        refresh(other)
        return kept


def _obstacle(kept: Contract, other: Contract) -> NotMergeable | None:
    for one in (kept, other):
        if one.merged_into_id is not None:
            return NotMergeable(
                _l("%(reference)s was merged into another record in the meantime.", reference=one.reference)
            )
        if one.state is ContractState.CANCELLED:
            return NotMergeable(_l("%(reference)s is cancelled.", reference=one.reference))
    if other.parent_id == kept.id or kept.parent_id == other.id:
        return NotMergeable(_l("One is a call-off of the other: they are counted once already."))
    if _number(Contract.merged_into_id == other.id):
        return NotMergeable(
            _l("Other records were merged into %(reference)s: let that one stay.", reference=other.reference)
        )
    if _number(Contract.parent_id == other.id):
        return NotMergeable(_l("%(reference)s has call-offs: let that one stay.", reference=other.reference))
    return None


def _number(condition: Any) -> int:
    return db.session.scalar(select(func.count(Contract.id)).where(condition)) or 0


def _take(kept: Contract, other: Contract, take: Collection[str]) -> list[str]:
    offered = complements(kept, other)
    taken = [name for name in TAKEABLE if name in take and name in offered]
    for name in taken:
        if name == "evidence":
            kept.evidence_id, kept.evidence = other.evidence_id, other.evidence
        else:
            setattr(kept, name, getattr(other, name))
    if taken:
        db.session.flush()
        lapse(kept)
    return taken


def undo_merge(other: Contract, *, by: Actor, reason: str = "") -> Contract:
    """The record that was merged stands by itself again and counts as it did; what the other took over goes back as long as
    nobody has verified it since. Raises NotMergeable when it is not merged."""
    reason = _short(reason)
    with transaction():
        into = db.session.scalar(select(Contract.merged_into_id).where(Contract.id == other.id))
        if into is None:
            raise NotMergeable(_l("This record is not merged into another one."))
        kept, other = _both(db.session.get_one(Contract, into), other)
        if other.merged_into_id != kept.id:
            raise NotMergeable(_l("This record is not merged into another one."))
        other.merged_into_id = None
        pair = _find(kept, other)
        if pair is not None:
            _give_back(kept, other, pair.taken)
            pair.move_to(PairState.OPEN)
            pair.taken, pair.decided_by_id, pair.decided_at, pair.reason = [], None, None, ""
        db.session.flush()
        record(
            "contracts.unmerge", other, by=by, before={"into": kept.reference}, after={"into": None, "reason": reason}
        )
        record("contracts.release", kept, by=by, after={"released": other.reference, "reason": reason})
        refresh(other)
        return other


def _give_back(kept: Contract, other: Contract, taken: Collection[str]) -> None:
    if kept.verification is Verification.VERIFIED:
        return
    for name in taken:
        column = "evidence_id" if name == "evidence" else name
        if getattr(kept, column) == getattr(other, column):
            setattr(kept, column, None if name == "evidence" else "")
    if taken:
        db.session.flush()
        db.session.refresh(kept, ["evidence"])
        lapse(kept)


def set_apart(one: Contract, other: Contract, *, by: Actor, reason: str) -> ContractPair:
    """The two are two deals: nobody is asked again until one of them says something else. Raises InvalidInput, NotFound
    when the two were no pair, NotMergeable when they are merged."""
    reason = _short(reason)
    if not reason:
        raise InvalidInput(_l("Say how you know that these are two deals."), field="reason")
    with transaction():
        one, other = _both(one, other)
        pair = _find(one, other)
        if pair is None:
            raise NotFound
        if pair.state is PairState.MERGED:
            raise NotMergeable(_l("These two are merged already: undo that first."))
        pair = _pair(one, other, by, PairState.NOT_DUPLICATE, reason)
        db.session.flush()
        for contract, against in ((one, other), (other, one)):
            record("contracts.apart", contract, by=by, after={"other": against.reference, "reason": reason})
        return pair


def make_call_off(call_off: Contract, framework: Contract, *, by: Actor, reason: str = "") -> Contract:
    """The one is called off from the other, which becomes a framework contract: one or the other counts.

    Raises NotMergeable: other parties, merged or cancelled, a framework below another, call-offs of its own.
    """
    reason = _short(reason)
    with transaction():
        framework, call_off = _both(framework, call_off)
        obstacle = _no_family(call_off, framework)
        if obstacle is not None:
            raise obstacle
        before = {"kind": call_off.kind, "parent_id": call_off.parent_id}
        call_off.kind, call_off.parent_id = ContractKind.CALL_OFF, framework.id
        if framework.kind is not ContractKind.FRAMEWORK:
            record(
                "contracts.framework", framework, by=by, before={"kind": framework.kind}, after={"kind": "framework"}
            )
            framework.kind = ContractKind.FRAMEWORK
        _pair(framework, call_off, by, PairState.CALL_OFF, reason)
        db.session.flush()
        db.session.refresh(call_off, ["parent"])
        lapse(call_off)
        lapse(framework)
        after = {"kind": "call_off", "framework": framework.reference, "reason": reason}
        record("contracts.call_off", call_off, by=by, before=before, after=after)
        refresh(call_off)
        return call_off


def _no_family(call_off: Contract, framework: Contract) -> NotMergeable | None:
    for one in (call_off, framework):
        if one.merged_into_id is not None:
            return NotMergeable(
                _l("%(reference)s was merged into another record in the meantime.", reference=one.reference)
            )
        if one.state is ContractState.CANCELLED:
            return NotMergeable(_l("%(reference)s is cancelled.", reference=one.reference))
    if (call_off.exporter_id, call_off.importer_id) != (framework.exporter_id, framework.importer_id):
        return NotMergeable(_l("The parties are two records of the register: correct one of the contracts first."))
    if call_off.parent_id is not None:
        return NotMergeable(_l("%(reference)s is a call-off already.", reference=call_off.reference))
    if framework.parent_id is not None:
        return NotMergeable(_l("%(reference)s is a call-off itself.", reference=framework.reference))
    if call_off.kind is ContractKind.FRAMEWORK or _number(Contract.parent_id == call_off.id):
        return NotMergeable(_l("%(reference)s is a framework contract itself.", reference=call_off.reference))
    return None


def _both(one: Contract, other: Contract) -> tuple[Contract, Contract]:
    """Both rows locked, the older first, so that two people who act in opposite directions wait for each other."""
    if one.id == other.id:
        raise NotMergeable(_l("These are one record, not two."))
    rows = {
        key: db.session.get_one(Contract, key, with_for_update=True, populate_existing=True)
        for key in sorted((one.id, other.id))
    }
    return rows[one.id], rows[other.id]


def _find(one: Contract, other: Contract) -> ContractPair | None:
    first, second = sorted((one.id, other.id))
    return db.session.scalar(
        select(ContractPair)
        .where(ContractPair.first_id == first, ContractPair.second_id == second)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _pair(one: Contract, other: Contract, by: Actor, state: PairState, reason: str) -> ContractPair:
    """The pair of the two, decided; it is made where a person saw what the rule did not."""
    pair = _find(one, other)
    if pair is None:
        first, second = sorted((one, other), key=lambda contract: contract.id)
        pair = ContractPair(
            fair_id=second.fair_id, first_id=first.id, second_id=second.id, state=PairState.OPEN, reasons=[], taken=[]
        )
        db.session.add(pair)
    if pair.state is not state:
        pair.move_to(state)
    pair.decided_by_id, pair.decided_at, pair.reason = by.user_id, now(), reason
    return pair


def copies_of(contract: Contract) -> list[Contract]:
    """Records that were merged into this one."""
    query = select(Contract).where(Contract.merged_into_id == contract.id).order_by(Contract.id)
    return list(db.session.scalars(query))


def pair_of(one_id: int, other_id: int) -> ContractPair | None:
    """What is known of the two, in whatever order they are named."""
    pairs = or_(
        (ContractPair.first_id == one_id) & (ContractPair.second_id == other_id),
        (ContractPair.first_id == other_id) & (ContractPair.second_id == one_id),
    )
    return db.session.scalar(select(ContractPair).where(pairs))


def _short(text: str) -> str:
    text = clean(text)
    if len(text) > 400:
        raise InvalidInput(_l("At most %(max)d characters.", max=400), field="reason")
    return text
