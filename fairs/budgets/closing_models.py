"""Daily closings with the movements that belong to them, and the codes of accounts. Amounts are minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, UniqueConstraint, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from fairs.budgets.states import CLOSING_TRANSITIONS, ClosingState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState


class DayClosing(HasState, Record):
    """A day's money at a fair: due once there were movements, then closed with a picture that never changes."""

    __tablename__ = "day_closings"
    __table_args__ = (
        UniqueConstraint("fair_id", "day"),
        Index("ix_day_closings_fair_state", "fair_id", "state", "day"),
    )
    TRANSITIONS = CLOSING_TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    day: Mapped[date]
    state: Mapped[ClosingState] = mapped_column(StateType(ClosingState), default=ClosingState.DUE)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[str] = mapped_column(String(250), default="")
    counted_minor: Mapped[int | None] = mapped_column(BigInteger)  # cash counted by hand
    note: Mapped[str] = mapped_column(String(400), default="")
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sha256: Mapped[str] = mapped_column(String(64), default="")


class ClosingEntry(Record):
    """A movement of money in the closing to which it belongs: each belongs to one, so that sums over closings are true.

    ``day_of`` is the movement's own day; ``late`` says that this day was closed when it was booked.
    """

    __tablename__ = "closing_entries"
    __table_args__ = (UniqueConstraint("kind", "document_id"),)

    closing_id: Mapped[int] = mapped_column(ForeignKey("day_closings.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # payment | refund | voucher
    document_id: Mapped[int] = mapped_column(BigInteger)
    day_of: Mapped[date]
    late: Mapped[bool] = mapped_column(default=False)
    method: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[int] = mapped_column(BigInteger)  # above zero it came in
    currency: Mapped[str] = mapped_column(String(3))


class AccountCode(Record):
    """The accounts of a kind of booking at a fair, once somebody has set or checked them."""

    __tablename__ = "account_codes"
    __table_args__ = (UniqueConstraint("fair_id", "kind"),)

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    kind: Mapped[str] = mapped_column(String(30))
    debit: Mapped[str] = mapped_column(String(20))
    credit: Mapped[str] = mapped_column(String(20))
    is_checked: Mapped[bool] = mapped_column(default=False)


def _refuse(_mapper: Any, _connection: Any, _row: object) -> None:
    raise RuntimeError("a closing is never changed")


def _refuse_closed(_mapper: Any, _connection: Any, row: DayClosing) -> None:
    # From DUE to CLOSED it is written once; afterwards nothing of it changes.
    if ClosingState.CLOSED in (inspect(row).attrs.state.history.deleted or ()) or (
        row.state is ClosingState.CLOSED and not inspect(row).attrs.state.history.has_changes()
    ):
        raise RuntimeError("a closing is never changed")


for _event in ("before_update", "before_delete"):
    event.listen(ClosingEntry, _event, _refuse)
event.listen(DayClosing, "before_update", _refuse_closed)
