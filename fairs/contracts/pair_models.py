"""Pairs of contracts that may be one deal: found by the rule, decided by a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.accounts.models import User
from fairs.contracts.models import Contract
from fairs.contracts.states import PAIR_TRANSITIONS, PairState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState


class ContractPair(HasState, Record):
    """Two contracts that may be one deal, the older first, and what a person decided.

    ``fair_id`` is the fair of the newer one, whose deals staff are asked. ``reasons`` are [key, measure] for
    ``likeness_words.reason_text``; ``said_sha256`` is the hash of what the rule compared: a decision stands until one of the two says
    something else. ``taken`` names what the record that stayed took over from the other.
    """

    __tablename__ = "contract_pairs"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="older_first"),
        Index("ix_contract_pairs_fair_state", "fair_id", "state"),
    )
    TRANSITIONS = PAIR_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    first_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("contracts.id"), index=True)
    state: Mapped[PairState] = mapped_column(StateType(PairState), default=PairState.OPEN)
    is_split: Mapped[bool] = mapped_column(default=False)
    score: Mapped[int] = mapped_column(default=0)
    reasons: Mapped[list[list[str]]] = mapped_column(JSON, default=list)
    said_sha256: Mapped[str] = mapped_column(String(64), default="")
    taken: Mapped[list[str]] = mapped_column(JSON, default=list)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(400), default="")

    first: Mapped[Contract] = relationship(foreign_keys=[first_id])
    second: Mapped[Contract] = relationship(foreign_keys=[second_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    def other(self, contract_id: int) -> Contract:
        """The one of the two that is not this."""
        return self.second if contract_id == self.first_id else self.first
