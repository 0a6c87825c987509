"""Closing a day's money: each movement belongs to exactly one closing, so that balances follow from each other.

A movement has a day of its own (received, paid back, paid) and a moment at which it was written down. It belongs to the
closing of its own day while that is open. Is that day closed, it was *booked after closing*: it belongs to the day on which
it was written down, or, where that is closed too, to the next one. So a statement line of yesterday that is recorded today
stands in today's closing, set apart, and opening balance + movements + booked after closing = closing balance.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.budgets.closing_models import ClosingEntry, DayClosing
from fairs.budgets.errors import DayClosed
from fairs.budgets.events import DayClosing as DayAsked
from fairs.budgets.models import Voucher
from fairs.budgets.states import SPENT, ClosingState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import local_day, now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.events import publish
from fairs.core.i18n import format_date
from fairs.core.money import Money
from fairs.core.text import one_line
from fairs.payments.models import CreditNote, Invoice, LedgerEntry, Payment, Refund
from fairs.payments.states import IN_HAND, EntryKind, RefundState

METHODS = ("transfer", "cash", "card")
RECENT = timedelta(days=7)  # a fair without closings is asked for one only while money moves


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came in (above zero) or went out, with its own day and when it was written down."""

    kind: str  # payment | refund | voucher
    document_id: int
    number: str
    who: str
    method: str
    amount_minor: int
    currency: str
    day: date
    booked_at: datetime

    @property
    def amount(self) -> Money:
        """With its sign."""
        return Money(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Belonging:
    """A movement and the day to whose closing it belongs."""

    movement: Movement
    closing_day: date
    late: bool


def _not_closed(kind: str, key: Any) -> Any:
    return ~select(ClosingEntry.id).where(ClosingEntry.kind == kind, ClosingEntry.document_id == key).exists()


def _unclosed(fair_id: int) -> Iterator[Movement]:
    """All movements of a fair that no closing holds yet."""
    for paid in db.session.scalars(
        select(Payment).where(Payment.fair_id == fair_id, Payment.state.in_(IN_HAND), _not_closed("payment", Payment.id))
        .options(joinedload(Payment.company))
    ):  # fmt: skip
        booked = paid.confirmed_at or paid.created_at
        yield Movement("payment", paid.id, paid.number or "", paid.company.name, paid.method, paid.amount_minor,
                       paid.currency, paid.received_on or local_day(booked, "UTC"), booked)  # fmt: skip
    entry = and_(LedgerEntry.kind == EntryKind.REFUND, LedgerEntry.document_id == Refund.id)
    for back, booked in db.session.execute(
        select(Refund, LedgerEntry.created_at).join(LedgerEntry, entry)
        .where(Refund.fair_id == fair_id, Refund.state == RefundState.DONE, _not_closed("refund", Refund.id))
        .options(joinedload(Refund.company))
    ):  # fmt: skip
        yield Movement("refund", back.id, back.number, back.company.name, back.method, -back.amount_minor,
                       back.currency, back.done_on or local_day(booked, "UTC"), booked)  # fmt: skip
    for row in db.session.scalars(
        select(Voucher).where(Voucher.fair_id == fair_id, Voucher.state.in_(SPENT), _not_closed("voucher", Voucher.id))
    ):
        at = row.paid_at or row.created_at
        yield Movement("voucher", row.id, row.number, row.payee, row.method, -row.total_minor, row.currency,
                       row.paid_on or local_day(at, "UTC"), at)  # fmt: skip


def last_closed(fair_id: int) -> date | None:
    """The latest day that is closed."""
    return db.session.scalar(
        select(func.max(DayClosing.day)).where(DayClosing.fair_id == fair_id, DayClosing.state == ClosingState.CLOSED)
    )


def open_movements(fair: Fair) -> list[Belonging]:
    """The movements that no closing holds, each with the day to whose closing it belongs, in the order of booking."""
    last = last_closed(fair.id)
    found = []
    for movement in _unclosed(fair.id):
        if last is None or movement.day > last:
            found.append(Belonging(movement, movement.day, False))
        else:
            booked = local_day(movement.booked_at, fair.time_zone)
            found.append(Belonging(movement, max(booked, last + timedelta(days=1)), True))
    return sorted(found, key=lambda one: (one.movement.booked_at, one.movement.kind, one.movement.document_id))


def open_days(fair: Fair, found: Sequence[Belonging] | None = None) -> list[date]:
    """Days with movements that are not closed, the earliest first. Of a fair that never closed one: only its latest."""
    days = sorted({one.closing_day for one in (open_movements(fair) if found is None else found)})
    return days if last_closed(fair.id) is not None else days[-1:]


# --- the picture of a day -----------------------------------------------------------------------------------------


def picture(fair: Fair, day: date) -> tuple[dict[str, Any], list[Belonging]]:
    """What a closing of ``day`` would say, as plain JSON, and the movements that would belong to it.

    Amounts are minor units. At a fair's first closing all that moved before is the opening balance.
    """
    last = last_closed(fair.id)
    mine = [one for one in open_movements(fair) if one.closing_day <= day]
    is_first = last is None
    before = [one for one in mine if is_first and one.closing_day < day]
    opening: dict[tuple[str, str], int] = defaultdict(int)
    for method, currency, total in db.session.execute(
        select(ClosingEntry.method, ClosingEntry.currency, func.sum(ClosingEntry.amount_minor))
        .join(DayClosing, DayClosing.id == ClosingEntry.closing_id)
        .where(DayClosing.fair_id == fair.id)
        .group_by(ClosingEntry.method, ClosingEntry.currency)
    ):
        opening[currency, method] += int(total)
    for one in before:
        opening[one.movement.currency, one.movement.method] += one.movement.amount_minor
    shown = [one for one in mine if one not in before]
    asked = DayAsked(fair.id, day)
    publish(asked)
    facts = {
        "fair": {"code": fair.code, "name_vi": fair.name_vi, "name_en": fair.name_en},
        "day": day.isoformat(),
        "is_first": is_first,
        "balances": _balances(opening, shown, fair.currency),
        "movements": [_line(one) for one in shown if not one.late],
        "late": [_line(one) for one in shown if one.late],
        "numbers": _numbers(fair, day),
        "blocks": [asdict(block) for block in asked.blocks],
    }
    return json.loads(json.dumps(facts, ensure_ascii=False)), mine


def _line(one: Belonging) -> dict[str, Any]:
    moved = one.movement
    return {
        "kind": moved.kind, "number": moved.number, "who": moved.who, "method": moved.method, "day": moved.day.isoformat(),
        "amount_minor": moved.amount_minor, "currency": moved.currency, "booked_at": moved.booked_at.isoformat(),
    }  # fmt: skip


def _balances(opening: dict[tuple[str, str], int], shown: Sequence[Belonging], currency: str) -> list[dict[str, Any]]:
    rows: dict[tuple[str, str], dict[str, int]] = {}
    keys = set(opening) | {(one.movement.currency, one.movement.method) for one in shown} | {(currency, "transfer")}
    for key in sorted(keys, key=lambda key: (key[0] != currency, key[0], METHODS.index(key[1]))):
        rows[key] = {"opening": opening.get(key, 0), "payment": 0, "refund": 0, "voucher": 0, "late": 0}
    for one in shown:
        moved = one.movement
        rows[moved.currency, moved.method]["late" if one.late else moved.kind] += moved.amount_minor
    return [{"currency": key[0], "method": key[1], **row, "closing": sum(row.values())} for key, row in rows.items()]


def _numbers(fair: Fair, day: date) -> list[dict[str, Any]]:
    """The numbers given out on a day by series: first, last, how many, and those between that no document has."""
    begin = fair.at(day, time())
    end = fair.at(day + timedelta(days=1), time())
    found = []
    for model, given in (
        (Invoice, Invoice.created_at), (CreditNote, CreditNote.created_at), (Payment, Payment.confirmed_at),
        (Refund, Refund.created_at), (Voucher, Voucher.created_at),
    ):  # fmt: skip
        column: Any = model.number
        mine = db.session.scalars(
            select(column).where(model.fair_id == fair.id, column.is_not(None), given >= begin, given < end)
        ).all()
        by_series: dict[str, list[str]] = defaultdict(list)
        for number in mine:
            by_series[number.rsplit("-", 1)[0]].append(number)
        for series, used in sorted(by_series.items()):
            first, last = min(used), max(used)
            there = set(db.session.scalars(select(column).where(column.between(first, last))))
            low, high = int(first.rsplit("-", 1)[1]), int(last.rsplit("-", 1)[1])
            missing = [name for name in (f"{series}-{n:05d}" for n in range(low, high + 1)) if name not in there]
            found.append({"series": series, "first": first, "last": last, "count": len(used), "missing": missing})
    return found


# --- closing ------------------------------------------------------------------------------------------------------


def close_day(fair: Fair, day: date, *, by: Actor, counted: Money | None = None, note: str = "") -> DayClosing:
    """Close a day with one's name: what it held never changes any more.

    ``counted`` is the cash counted by hand; what it differs by from the books stands in the closing and needs a ``note``.
    Raises DayClosed for a day at or before the latest closed one, Conflict when an earlier day is open, InvalidInput for a
    day to come.
    """
    if day > fair.today:
        raise InvalidInput(_("This day lies in the future."), field="day")
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=MINE, populate_existing=True)
        last = last_closed(fair.id)
        if last is not None and day <= last:
            raise DayClosed
        earlier = [one for one in _open_before(fair, day) if last is not None]
        due = db.session.scalars(
            select(DayClosing.day).where(
                DayClosing.fair_id == fair.id, DayClosing.state == ClosingState.DUE, DayClosing.day < day
            )
        ).all()
        if earlier or due:
            raise Conflict(_("Close %(day)s first.", day=format_date(min([*earlier, *due]))))
        facts, mine = picture(fair, day)
        cash = next(
            (
                row["closing"]
                for row in facts["balances"]
                if row["method"] == "cash" and row["currency"] == fair.currency
            ),
            0,
        )
        if counted is not None and counted.amount_minor != cash and not note.strip():
            raise InvalidInput(_("The cash differs from the books: say why."), field="note")
        at = now()
        facts["cash"] = {"expected": cash, "counted": counted.amount_minor if counted is not None else None}
        facts |= {"closed_at": at.isoformat(), "by": by.label, "note": one_line(note)[:400]}
        row = db.session.scalar(select(DayClosing).where(DayClosing.fair_id == fair.id, DayClosing.day == day))
        if row is None:
            row = DayClosing(
                fair_id=fair.id, day=day, state=ClosingState.DUE, snapshot={}, sha256="", by_name="", note=""
            )
            db.session.add(row)
            db.session.flush()
        row.move_to(ClosingState.CLOSED)
        row.closed_at, row.by_id, row.by_name = at, by.user_id, by.label[:250]
        row.counted_minor = counted.amount_minor if counted is not None else None
        row.note, row.snapshot, row.sha256 = facts["note"], facts, digest(facts)
        db.session.add_all(
            ClosingEntry(
                closing_id=row.id, kind=one.movement.kind, document_id=one.movement.document_id, day_of=one.movement.day,
                late=one.late, method=one.movement.method, amount_minor=one.movement.amount_minor,
                currency=one.movement.currency,
            )
            for one in mine
        )  # fmt: skip
        db.session.flush()
        record("budgets.close_day", row, by=by, after={"day": day, "movements": len(mine), "sha256": row.sha256})
        return row


def _open_before(fair: Fair, day: date) -> list[date]:
    return [one for one in open_days(fair) if one < day]


def digest(facts: dict[str, Any]) -> str:
    """The mark of a picture, by which a printed one is compared with the kept one."""
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def note_due_days(fair: Fair) -> int:
    """Write down which days before today have movements and are not closed, so that somebody is asked; gives how many."""
    found = open_movements(fair)
    if last_closed(fair.id) is None:
        found = [one for one in found if now() - one.movement.booked_at < RECENT]
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=MINE, populate_existing=True)
        known = set(db.session.scalars(select(DayClosing.day).where(DayClosing.fair_id == fair.id)))
        days = [one for one in open_days(fair, found) if one < fair.today and one not in known]
        db.session.add_all(
            DayClosing(fair_id=fair.id, day=one, state=ClosingState.DUE, snapshot={}, sha256="", by_name="", note="")
            for one in days
        )
    return len(days)


def closings(fair_id: int) -> Sequence[DayClosing]:
    """The closings of a fair, the latest day first; days that are due among them."""
    return db.session.scalars(
        select(DayClosing).where(DayClosing.fair_id == fair_id).order_by(DayClosing.day.desc())
    ).all()


def closing_of(fair_id: int, day: date) -> DayClosing | None:
    """The closing of a day, due or done."""
    return db.session.scalar(select(DayClosing).where(DayClosing.fair_id == fair_id, DayClosing.day == day))
