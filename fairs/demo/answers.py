"""What the parties of the demonstration's contracts say of them: asked, confirmed, disputed, lapsed; two signed on a screen."""

from __future__ import annotations

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.contracts.confirming import answer_own, ask_confirmation, party_of
from fairs.contracts.content import content_hash
from fairs.contracts.models import Confirmation, Contract
from fairs.contracts.signing import sign_contract
from fairs.contracts.states import Answer, ContractState, Verification
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.demo.sitework import drawn_signature

_NAMES = {"exporter": "Nguyễn Văn Mẫu", "importer": "Sample Buyer"}


def load_answers(fair: Fair, users: dict[str, User]) -> int:
    """Answers to some of the fair's signed contracts; returns how many contracts have one."""
    clerk = Actor(users["deals"].id, users["deals"].name)
    query = (
        select(Contract)
        .where(Contract.fair_id == fair.id, Contract.state == ContractState.SIGNED)
        .order_by(Contract.id)
    )
    signed = db.session.scalars(query).all()
    waiting = [one for one in signed if one.verification is Verification.LOGGED and one.evidence_id is not None]
    verified = [one for one in signed if one.verification is Verification.VERIFIED]
    for contract in verified[:2]:
        _answer(contract, "importer", "confirmed")
    if verified[2:]:
        _lapsed(verified[2], clerk)
    if waiting:
        _answer(
            waiting[0], "importer", "disputed", "The value in the paper is lower: part of the order was taken back."
        )
    for contract in waiting[1:2]:
        for side, name in _NAMES.items():
            _answer(contract, side, "confirmed")
            sign_contract(
                contract, side, name=name, drawing=drawn_signature(), seen=content_hash(contract), by=clerk,
                witness=clerk.user_id,
            )  # fmt: skip
    for contract in waiting[2:3]:
        for side in _NAMES:
            ask_confirmation(contract, side, by=clerk)
    return len(waiting[:3]) + len(verified[:3])


def _answer(contract: Contract, side: str, verdict: str, remark: str = "") -> None:
    by = Actor(None, party_of(contract, side).name)
    answer_own(contract, side, verdict, name=_NAMES[side], remark=remark, seen=content_hash(contract), by=by)


def _lapsed(contract: Contract, clerk: Actor) -> None:
    """Asked before the contract was corrected."""
    db.session.add(
        Confirmation(
            contract_id=contract.id, side="importer", state=Answer.LAPSED, content_sha256="0" * 64, asked_by_id=clerk.user_id,
            answered_name=_NAMES["importer"], answered_at=now(),
        )
    )  # fmt: skip
    db.session.flush()
