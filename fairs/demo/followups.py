"""What became of the demonstration's contracts: answers after 3, 6 and 12 months, failures, differences, and silence."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.contracts.counting import headline
from fairs.contracts.models import Contract
from fairs.contracts.question_models import ContractQuestion
from fairs.contracts.states import QuestionState
from fairs.core.clock import now
from fairs.core.db import db
from fairs.demo.year2020 import add
from fairs.followups.models import FollowUp, FollowUpDecision
from fairs.followups.queries import usd_cents
from fairs.followups.service import due_day
from fairs.followups.states import MONTHS, REASONS, SIDES, FollowUpState

S = FollowUpState
NOTE = "Số liệu mẫu"
#: Of a hundred parties so many answer; of a hundred contracts so many are lost.
ANSWERS = {3: 74, 6: 66, 12: 58}
LOST = 7
SHIPPED = {3: (0, 60), 6: (40, 100), 12: (85, 100)}


def load_follow_ups(rng: random.Random, users: dict[str, User]) -> int:
    """The questions about every fair that ended at least three months ago, in bulk. Inside transaction()."""
    day = now().date()
    rows: list[dict[str, Any]] = []
    decisions: list[dict[str, Any]] = []
    query = select(Contract).where(headline()).options(joinedload(Contract.exporter), joinedload(Contract.importer))
    fairs = {fair.id: fair for fair in db.session.scalars(select(Fair)) if due_day(fair.ends_on, 3) <= day}
    for contract in db.session.scalars(query.where(Contract.fair_id.in_(fairs)).order_by(Contract.id)):
        zone = ZoneInfo(fairs[contract.fair_id].time_zone)
        lost = rng.randrange(100) < LOST
        reason = rng.choice([key for key in REASONS if key != "other"])
        for month in MONTHS:
            due = due_day(contract.signed_on, month)
            share = 0 if lost else rng.randint(*SHIPPED[month])
            made = [_row(contract, month, side, due) for side in SIDES]
            if due <= day:
                for row in made:
                    _close(rng, row, contract, share, reason if lost else "", zone)
                decision = _decision(rng, contract, made, users)
                if decision is not None:
                    decisions.append(decision)
            rows += made
    if rows:
        add(FollowUp, rows)
    if decisions:
        add(FollowUpDecision, decisions)
    return len(rows)


def _row(contract: Contract, month: int, side: str, due: Any) -> dict[str, Any]:
    return {
        "fair_id": contract.fair_id, "contract_id": contract.id, "month": month, "side": side, "due_on": due,
        "state": S.PLANNED, "left_out": "", "asked_at": None, "reminders": 0, "reminded_at": None, "answered_at": None,
        "answered_by_id": None, "answered_name": "", "way": "", "outcome": "", "shipped_minor": None, "paid_minor": None,
        "currency": "", "reason_codes": "", "remark": "", "repeat_count": None, "repeat_minor": None,
        "repeat_currency": "", "repeat_usd_minor": None, "next_order_on": None, "looked_at": None, "created_at": now(),
    }  # fmt: skip


def _close(
    rng: random.Random, row: dict[str, Any], contract: Contract, share: int, reason: str, zone: ZoneInfo
) -> None:
    """Asked on its day, and answered or not."""
    asked = datetime.combine(row["due_on"], time(8, 20), zone)
    row["asked_at"] = asked
    if rng.randrange(100) >= ANSWERS[row["month"]]:
        row |= {"state": S.NO_ANSWER, "reminders": 2, "reminded_at": asked + timedelta(days=14)}
        return
    # Now and then the importer has received, or the exporter been paid, less than the other says.
    if rng.randrange(100) < 8 and row["side"] == "importer" and share:
        share = max(5, share - 20)
    shipped, paid = contract.value_minor * share // 100, contract.value_minor * max(0, share - 10) // 100
    if share >= 97:
        shipped = paid = contract.value_minor
    answered = asked + timedelta(days=rng.randrange(1, 12), hours=rng.randrange(8))
    outcome = "failed" if reason else "as_planned" if share >= 60 else "delayed" if share < 20 else "partly"
    row |= {
        "state": S.ANSWERED, "answered_at": answered, "way": rng.choice(["link", "link", "account", "phone"]),
        "outcome": outcome, "shipped_minor": shipped, "paid_minor": paid, "currency": contract.currency,
        "reason_codes": reason or ("logistics" if outcome == "delayed" else ""), "remark": NOTE,
        "answered_name": "", "looked_at": answered + timedelta(days=2),
    }  # fmt: skip
    if row["month"] >= 6 and share > 70 and rng.randrange(100) < 35:
        again = contract.value_minor * rng.randint(20, 60) // 100
        row |= {
            "repeat_count": rng.randint(1, 3), "repeat_minor": again, "repeat_currency": contract.currency,
            "repeat_usd_minor": usd_cents(again, contract.value_minor, contract.usd_minor),
        }  # fmt: skip


def _decision(
    rng: random.Random, contract: Contract, made: list[dict[str, Any]], users: dict[str, User]
) -> dict[str, Any] | None:
    """Most differences were decided by a clerk; some are still open."""
    values = {(row["shipped_minor"], row["paid_minor"]) for row in made if row["state"] is S.ANSWERED}
    if len(values) < 2 or rng.randrange(100) < 30:
        return None
    shipped, paid = max(values)
    return {
        "contract_id": contract.id, "month": made[0]["month"], "shipped_minor": shipped, "paid_minor": paid,
        "currency": contract.currency, "reason": "Theo tờ khai hải quan và báo có của ngân hàng (số liệu mẫu)",
        "decided_by_id": users["deals"].id, "decided_for_id": None, "decided_at": now(), "created_at": now(),
    }  # fmt: skip


def answer_old_questions(users: dict[str, User]) -> None:
    """The questions about fairs that are over were answered, but for the unusual prices. Inside transaction()."""
    over = [fair.id for fair in db.session.scalars(select(Fair)) if fair.is_over]
    db.session.execute(
        update(ContractQuestion)
        .where(ContractQuestion.fair_id.in_(over), ContractQuestion.kind != "price")
        .values(
            state=QuestionState.ANSWERED, answer="asked", answered_by_id=users["deals"].id, answered_at=now(),
            note="Đại diện ký tại khách sạn, có ảnh lễ ký (số liệu mẫu)",
        )
    )  # fmt: skip
