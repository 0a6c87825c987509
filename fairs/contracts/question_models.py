"""Questions about contracts whose figures are unusual. They refuse nothing: a person answers them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.contracts.models import Contract
from fairs.contracts.states import QUESTION_TRANSITIONS, QuestionState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState

ANSWERS = {
    "right": _l("It is right"),
    "corrected": _l("It was wrong and is corrected"),
    "asked": _l("The parties were asked, and it is right"),
}


class ContractQuestion(HasState, Record):
    """One unusual thing about a contract, or about all contracts of a fair (``contract_id`` empty).

    ``subject`` names what it is about, for the constraint; ``facts`` are the numbers of its text; ``content_sha256`` is what
    the contract said: an answer belongs to that content.
    """

    __tablename__ = "contract_questions"
    __table_args__ = (
        UniqueConstraint("subject", "kind"),
        Index("ix_contract_questions_fair_state", "fair_id", "state", "id"),
    )
    TRANSITIONS = QUESTION_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contracts.id"), index=True)
    subject: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(20))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[QuestionState] = mapped_column(StateType(QuestionState), default=QuestionState.OPEN)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[str] = mapped_column(String(10), default="")  # a key of ANSWERS
    note: Mapped[str] = mapped_column(String(400), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    contract: Mapped[Contract | None] = relationship()
