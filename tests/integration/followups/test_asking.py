"""Planning, asking and reminding: each question once, at its day, however often and by whomever the task runs."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from fairs.contracts.models import Contract
from fairs.contracts.service import move_contract
from fairs.contracts.states import ContractState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.followups.answers import AnswerDraft, all_done, answer
from fairs.followups.models import FollowUp
from fairs.followups.service import ask_due, due_day, plan, remind_due
from fairs.followups.states import FollowUpState
from fairs.messages.models import OutboxMessage
from tests.factories.followups import aged, old_office, question
from tests.support.queries import counted_queries
from tests.support.rivals import at_once

S = FollowUpState


@pytest.mark.parametrize(
    ("signed", "month", "due"),
    [
        (date(2020, 10, 9), 3, date(2021, 1, 9)),
        (date(2020, 8, 31), 6, date(2021, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2020, 12, 31), 12, date(2021, 12, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_the_day_of_a_question(signed: date, month: int, due: date) -> None:
    assert due_day(signed, month) == due


def mails() -> Counter[tuple[str, str | None]]:
    rows = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind.startswith("followups/")))
    return Counter((row.kind, row.recipient) for row in rows)


def states(record: Contract) -> dict[tuple[int, str], FollowUpState]:
    rows = db.session.scalars(select(FollowUp).where(FollowUp.contract_id == record.id))
    return {(row.month, row.side): row.state for row in rows}


def test_both_sides_are_asked_reminded_twice_and_closed(app: Flask) -> None:
    place = old_office()
    record = aged(place)
    assert set(states(record).values()) == {S.PLANNED} and len(states(record)) == 6
    assert (plan(), ask_due(), ask_due()) == (0, 2, 0)
    assert mails() == {("followups/ask", "gom@people.example"): 1, ("followups/ask", "buy@people.example"): 1}
    row = question(record)
    answer(row, all_done(row), by=SYSTEM, way="link")
    begin = now()
    for days, sent, state in (
        (6, 0, S.ASKED),
        (7, 1, S.ASKED),
        (8, 0, S.ASKED),
        (14, 1, S.ASKED),
        (21, 0, S.NO_ANSWER),
    ):
        with time_machine.travel(begin + timedelta(days=days), tick=False):
            assert remind_due() == sent, days
            assert question(record, side="importer").state is state, days
    assert states(record)[3, "exporter"] is S.ANSWERED
    assert mails()["followups/remind", "buy@people.example"] == 2
    late = question(record, side="importer")
    answer(late, all_done(late), by=SYSTEM, way="phone")  # a late answer is welcome
    assert states(record)[3, "importer"] is S.ANSWERED


def test_who_has_no_address_waits_for_a_call(app: Flask) -> None:
    record = aged(old_office(exporter="", importer=""))
    assert (ask_due(), mails()) == (0, Counter())
    assert states(record)[3, "exporter"] is S.PLANNED


def test_only_the_latest_of_several_due_questions_is_asked_and_none_that_is_long_past(app: Flask) -> None:
    place = old_office()
    half_a_year, years = aged(place, days=200), aged(place, days=900)
    assert ask_due() == 2
    assert states(half_a_year) == {
        (3, "exporter"): S.SKIPPED, (3, "importer"): S.SKIPPED, (6, "exporter"): S.ASKED, (6, "importer"): S.ASKED,
        (12, "exporter"): S.PLANNED, (12, "importer"): S.PLANNED,
    }  # fmt: skip
    assert set(states(years).values()) == {S.SKIPPED}
    assert question(years).left_out == "late"


def test_a_cancelled_contract_is_left_out_and_a_merge_can_be_undone(app: Flask) -> None:
    place = old_office()
    record, copy = aged(place), aged(place)
    with transaction():
        db.session.get_one(Contract, copy.id).merged_into_id = record.id
    move_contract(record, place.fair, ContractState.CANCELLED, by=SYSTEM, reason="Bên mua rút")
    plan()
    assert {question(record).left_out, question(copy).left_out} == {"cancelled", "merged"}
    assert set(states(record).values()) == set(states(copy).values()) == {S.SKIPPED}
    assert ask_due() == 0
    with transaction():
        db.session.get_one(Contract, copy.id).merged_into_id = None
    plan()
    assert set(states(copy).values()) == {S.PLANNED}


def test_questions_move_with_the_day_of_signature(app: Flask) -> None:
    place = old_office()
    record = aged(place)
    moved = place.fair.today - timedelta(days=40)
    with transaction():
        db.session.get_one(Contract, record.id).signed_on = moved
    plan()
    assert question(record).due_on == due_day(moved, 3)
    assert ask_due() == 0


def test_planning_takes_as_many_queries_for_three_contracts_as_for_one(app: Flask) -> None:
    place = old_office()
    made = []
    for contracts in (1, 2):
        for _number in range(contracts):
            place.verified(by=SYSTEM)
        with counted_queries() as queries:
            plan()
        made.append(len(queries))
    assert made[0] == made[1]


def test_tasks_that_run_at_once_ask_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = old_office()
        records = [aged(place).id for _number in range(3)]
        with transaction():
            for row in db.session.scalars(select(FollowUp)).all():
                db.session.delete(row)

    def run() -> None:
        plan()
        ask_due()

    assert at_once(real_app, [run, run, run]) == {"done": 3}
    with real_app.app_context():
        rows = db.session.scalars(select(FollowUp)).all()
        assert Counter(row.contract_id for row in rows) == dict.fromkeys(records, 6)
        assert sum(mails().values()) == 6


def test_two_answers_at_once_are_one(real_app: Flask) -> None:
    with real_app.app_context():
        row = question(aged(old_office()))
        key = row.id

    def click() -> None:
        mine = db.session.get_one(FollowUp, key)
        answer(mine, all_done(mine), by=SYSTEM, way="link")

    def partly() -> None:
        mine = db.session.get_one(FollowUp, key)
        answer(mine, AnswerDraft("partly", Decimal(10), Decimal(5)), by=SYSTEM, way="link")

    assert at_once(real_app, [click, click, partly]) == {"done": 3}
    with real_app.app_context():
        kept = db.session.get_one(FollowUp, key)
        assert kept.state is S.ANSWERED
        assert (kept.shipped_minor, kept.paid_minor) in {(150_050, 150_050), (1_000, 500)}
