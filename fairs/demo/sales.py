"""Daily sales and exit surveys of the demonstration: split, on paper, late, corrected, unusual, and some that are missing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.demo.year2020 import add
from fairs.exhibitors.models import Exhibitor
from fairs.sales.models import SalesReminder, SalesReturn, SalesRevision
from fairs.surveys.models import ExitSurvey

#: Per cent in cash and by card; the rest was ordered.
_WAYS = ((70, 30), (55, 30), (40, 35), (100, 0), (25, 60))
_VND_PER_USD = 23_170
_REMARKS = (
    "", "", "Khách quốc tế ngày thứ hai rất tốt (mẫu)", "", "Cần thêm biển chỉ dẫn giữa hai dãy (mẫu)", "", "Mạng chập chờn vào buổi chiều (mẫu)",
)  # fmt: skip


def _parts(amount: int, number: int, groups: Sequence[str]) -> dict[str, Any]:
    """How a day's amount was paid; every third booth says what it sold by product group."""
    cash, card = (amount * percent // 100 // 1_000 * 1_000 for percent in _WAYS[number % len(_WAYS)])
    first = amount * 65 // 100 // 1_000 * 1_000
    split = {groups[0]: first, groups[1]: amount - first} if len(groups) > 1 and number % 3 == 0 else {}
    return {
        "amount_minor": amount, "cash_minor": cash, "card_minor": card, "orders_minor": amount - cash - card, "groups": split,
    }  # fmt: skip


def _bookings(fair: Fair) -> list[tuple[BoothBooking, list[str]]]:
    query = (
        select(BoothBooking, Exhibitor)
        .join(BoothBooking.exhibitor)
        .where(BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
        .order_by(BoothBooking.id)
    )
    return [(booking, exhibitor.groups) for booking, exhibitor in db.session.execute(query).tuples()]


def load_sales(rng: random.Random, fair: Fair, users: dict[str, User]) -> int:
    """Yesterday's sales of most booths; every seventh did not declare and was asked for it. Today nobody has yet.

    One amount has a zero too many, one was corrected in the evening.
    """
    evening = fair.at(fair.starts_on, time(18, 20))
    rows, reminders = [], []
    for number, (booking, groups) in enumerate(_bookings(fair)):
        common = {
            "fair_id": fair.id,
            "booth_id": booking.booth_id,
            "exhibitor_id": booking.exhibitor_id,
            "day": fair.starts_on,
        }
        if number % 7 == 3:
            reminders.append({**common, "stage": "evening", "created_at": evening + timedelta(minutes=20)})
            continue
        amount = int(rng.lognormvariate(16.4, 0.5)) // 10_000 * 10_000
        rows.append({
            **common, **_parts(amount * 20 if number == 8 else amount, number, groups), "currency": "VND",
            "source": ("web", "web", "paper", "phone")[number % 4], "declared_at": evening + timedelta(seconds=7 * number),
            "revision": 2 if number == 2 else 1,
        })  # fmt: skip
    add(SalesReturn, rows)
    add(SalesReminder, reminders)
    corrected = next((row for row in rows if row["revision"] == 2), None)
    if corrected is not None:
        before = {
            "amount": corrected["amount_minor"] - 1_200_000, "cash": corrected["cash_minor"], "card": corrected["card_minor"],
            "orders": corrected["orders_minor"] - 1_200_000, "groups": {}, "source": "paper", "note": "", "currency": "VND",
        }  # fmt: skip
        desk = users["desk"]
        db.session.add(
            SalesRevision(
                fair_id=fair.id, booth_id=corrected["booth_id"], day=fair.starts_on, number=1, content=before, declared_at=evening,
                new_minor=corrected["amount_minor"], reason="Bỏ sót một đơn đặt hàng (mẫu)", by_id=desk.id, by_label=desk.name,
                created_at=evening + timedelta(minutes=40),
            )
        )  # fmt: skip
    return len(rows)


def returns_of(fair: Fair, slots: Sequence[tuple[int, int, date]], values: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of a fair that is over: (booth, exhibitor, day) with amounts; some came late, many on paper, the first day unsplit."""
    rows = []
    for number, ((booth, exhibitor, day), value) in enumerate(zip(slots, values, strict=True)):
        moment = fair.at(day, time(18, 30)) + timedelta(hours=22 if number % 19 == 7 else 0, seconds=number)
        parts = _parts(value, number, ())
        if number % 29 == 4:  # told as one sum
            parts |= {"cash_minor": None, "card_minor": None, "orders_minor": None}
        rows.append({
            "fair_id": fair.id, "booth_id": booth, "exhibitor_id": exhibitor, "day": day, "currency": "VND", **parts,
            "source": "paper" if number % 4 == 2 else "web", "declared_at": moment,
        })  # fmt: skip
    return rows


def load_surveys(fair: Fair) -> int:
    """Answers of four exhibitors out of five at a fair that is over; trade fairs sell abroad, public ones in dong."""
    rng = random.Random(fair.id)
    ids = list(dict.fromkeys(booking.exhibitor_id for booking, _groups in _bookings(fair)))
    rows = []
    for number, exhibitor_id in enumerate(ids):
        if number % 5 == 2:
            continue
        orders = rng.choice((0, 0, 1, 1, 2, 3))
        signed, expected = (
            orders * rng.randrange(4_000, 16_000, 500),
            rng.choice((0, 1, 1, 2)) * rng.randrange(5_000, 30_000, 1_000),
        )
        is_trade = fair.kind == "trade"
        unit, currency = (100, "USD") if is_trade else (_VND_PER_USD // 10, "VND")
        rows.append({
            "fair_id": fair.id, "exhibitor_id": exhibitor_id, "overall": rng.choice((3, 4, 4, 4, 5, 5, 2)),
            "visitors_quality": rng.choice((3, 4, 4, 5, 2)), "organisation": rng.choice((3, 4, 5, 5)), "signed_count": orders,
            "signed_minor": signed * unit, "signed_currency": currency, "expected_minor": expected * unit, "expected_currency": currency,
            "usd_signed": signed * 100 if is_trade else signed * 10, "usd_expected": expected * 100 if is_trade else expected * 10,
            "rate_on": fair.ends_on, "leads": rng.randrange(4, 90), "comes_again": rng.choice(("yes", "yes", "yes", "maybe", "no")),
            "remark": _REMARKS[number % len(_REMARKS)], "source": ("link", "web", "paper", "link")[number % 4],
            "answered_at": fair.at(fair.ends_on, time(16)) + timedelta(hours=5 * (number % 30)),
        })  # fmt: skip
    add(ExitSurvey, rows)
    return len(rows)
