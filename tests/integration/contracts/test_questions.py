"""What is unusual about a contract is asked, never refused; a person answers before it is verified."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.badges.states import BadgeCategory
from fairs.checkin.models import Gate, Visit
from fairs.checkin.service import GateDraft, create_gate
from fairs.contracts.models import Contract
from fairs.contracts.outliers import AlreadyAnswered, answer_question, open_questions, refresh, refresh_all
from fairs.contracts.question_models import ContractQuestion
from fairs.contracts.question_texts import question_text
from fairs.contracts.rules import LineDraft
from fairs.contracts.service import edit_contract, verify_contract
from fairs.contracts.states import QuestionState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.permissions import Role
from fairs.directory.models import Company
from tests.factories.checkin import Entrance
from tests.factories.deals import ALL_CHECKS, Office, acting, office
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.rivals import at_once


def deal(place: Office, value: int, *, quantity: int = 100, heading: str = "6913", **others: Any) -> Contract:
    """A contract of one line."""
    line = LineDraft(heading, "Bình gốm", Decimal(quantity), "PCE", Decimal(value))
    return place.contract(value=Decimal(value), lines=(line,), **others)


def kinds(contract: Contract) -> list[str]:
    return [row.kind for row in open_questions(contract.id)]


def ready() -> Office:
    place = office()
    place.rate()
    return place


def test_the_exporters_own_history(app: Flask) -> None:
    place = ready()
    other = acting(place.user(Role.DEALS))
    for number in range(3):
        verify_contract(deal(place, 10_100 + number, quantity=1000), place.fair, ALL_CHECKS, by=other)
    usual = deal(place, 25_300, quantity=2500)
    assert kinds(usual) == []
    far = deal(place, 44_700, quantity=4400)
    assert kinds(far) == ["history"]
    assert kinds(deal(place, 2_100, quantity=210)) == ["history"]
    stranger = deal(place, 44_800, quantity=4400, exporter_id=place.company("Xưởng mới").id)
    assert kinds(stranger) == []


def test_the_other_contracts_of_the_fair_and_the_price_of_a_heading(app: Flask) -> None:
    place = ready()
    for number in range(5):
        deal(place, 1_010 + number, exporter_id=place.company().id)
    assert kinds(deal(place, 9_900, quantity=990, exporter_id=place.company().id)) == []
    assert kinds(deal(place, 12_300, quantity=1200, exporter_id=place.company().id)) == ["fair"]
    assert kinds(deal(place, 1_500, quantity=1, exporter_id=place.company().id)) == ["price"]
    cheap = deal(place, 1_500, quantity=100_000, exporter_id=place.company().id)
    [row] = open_questions(cheap.id)
    assert (row.kind, row.facts["less"], row.facts["prices"] >= 5) == ("price", True, True)
    assert kinds(deal(place, 1_500, quantity=1, heading="4602", exporter_id=place.company().id)) == []


def test_round_and_very_large_values(app: Flask) -> None:
    place = ready()
    assert kinds(deal(place, 300_000)) == ["round"]
    assert kinds(deal(place, 310_000, exporter_id=place.company().id)) == []
    assert kinds(deal(place, 600_001, exporter_id=place.company().id)) == ["large"]
    assert kinds(deal(place, 90_000, exporter_id=place.company().id)) == []


def test_questions_keep_nobody_from_logging_but_are_answered_before_verification(app: Flask) -> None:
    place = ready()
    contract = deal(place, 300_000)
    other = acting(place.user(Role.DEALS))
    with pytest.raises(InvalidInput) as refused:
        verify_contract(contract, place.fair, ALL_CHECKS, by=other)
    assert refused.value.field == "note"
    [row] = open_questions(contract.id)
    assert "300" in question_text(row)
    with pytest.raises(InvalidInput):
        answer_question(row, "right", " ", by=other)
    with pytest.raises(InvalidInput):
        answer_question(row, "maybe", "x", by=other)
    answer_question(row, "asked", "Đã gọi cho hai bên", by=other)
    with pytest.raises(AlreadyAnswered):
        answer_question(row, "right", "x", by=other)
    assert verify_contract(contract, place.fair, ALL_CHECKS, by=other).counts


def test_the_note_of_the_second_person_answers_the_questions(app: Flask) -> None:
    place = ready()
    contract = deal(place, 300_000)
    verify_contract(contract, place.fair, ALL_CHECKS, by=acting(place.user(Role.DEALS)), note="Đã xem bản gốc")
    assert open_questions(contract.id) == []
    row = db.session.scalars(select(ContractQuestion)).one()
    assert (row.state, row.answer, row.note) == (QuestionState.ANSWERED, "right", "Đã xem bản gốc")


def test_an_answer_belongs_to_what_the_contract_said(app: Flask) -> None:
    place = ready()
    contract = deal(place, 300_000)
    [row] = open_questions(contract.id)
    answer_question(row, "right", "Đã xem bản gốc", by=SYSTEM)
    refresh(place.fair)
    assert kinds(contract) == []
    line = LineDraft("6913", "Bình gốm", Decimal(100), "PCE", Decimal(400_000))
    edit_contract(contract, place.fair, place.draft(value=Decimal(400_000), lines=(line,)), by=SYSTEM)
    assert kinds(contract) == ["round"]
    edit_contract(contract, place.fair, place.draft(), by=SYSTEM)
    assert kinds(contract) == []
    assert db.session.scalars(select(ContractQuestion)).one().state is QuestionState.LAPSED


def come(place: Office, company: Company) -> None:
    """Somebody of the company passes a gate today, as an importer."""
    door = Entrance(
        place.fair,
        db.session.scalars(select(Gate)).first()
        or create_gate(place.fair, "main", GateDraft("Cổng", "Gate", "in"), by=SYSTEM),
    )
    badge = door.badge(BadgeCategory.IMPORTER, person=door.person(country=company.country), company=company)
    with transaction():
        db.session.add(
            Visit(
                fair_id=place.fair.id, day=place.fair.today, person_id=badge.person_id, badge_id=badge.id,
                category=BadgeCategory.IMPORTER, counts=True, country=company.country, first_in_at=now(),
            )
        )  # fmt: skip


def test_signed_on_a_day_the_importer_did_not_come(app: Flask) -> None:
    place = ready()
    assert kinds(place.contract()) == []  # no gate has counted anybody that day
    come(place, place.company("Khách khác", "JP"))
    contract = place.contract()
    assert kinds(contract) == ["no_visit"]
    come(place, place.importer)
    refresh(place.fair)
    assert kinds(contract) == []


def test_as_many_queries_for_three_contracts_as_for_one(app: Flask) -> None:
    place = ready()
    made = []
    for contracts in (1, 2):
        for _number in range(contracts):
            deal(place, 300_000, exporter_id=place.company().id)
        with counted_queries() as queries:
            refresh(place.fair)
        made.append(len(queries))
    assert made[0] == made[1]


def test_two_that_look_at_once_ask_once(real_app: Flask) -> None:
    with real_app.app_context():
        key = deal(ready(), 300_000).id
    assert at_once(real_app, [refresh_all, refresh_all, refresh_all]) == {"done": 3}
    with real_app.app_context():
        assert [row.kind for row in db.session.scalars(select(ContractQuestion))] == ["round"]
        row = open_questions(key)[0].id

    def reply() -> None:
        answer_question(db.session.get_one(ContractQuestion, row), "right", "Đã xem", by=SYSTEM)

    assert at_once(real_app, [reply, reply]) == {"done": 1, "question_answered": 1}


def test_the_pages(app: Flask, client: Client) -> None:
    place = ready()
    contract = deal(place, 300_000)
    [row] = open_questions(contract.id)
    base = f"/fairs/{place.fair.slug}/deals/questions"
    login(client, place.user(Role.DEALS))
    assert contract.reference in client.get(base).text
    assert contract.reference not in client.get(f"{base}?state=answered").text
    assert client.get(f"{base}?format=xlsx").status_code == 200
    assert f"{base}/{row.id}" in client.get(f"/fairs/{place.fair.slug}/deals/{contract.reference}").text
    assert client.get(f"{base}/{row.id}").status_code == 200
    assert client.get(f"{base}/{row.id}/answer").status_code == 405
    assert client.submit(f"{base}/{row.id}/answer", {"answer": "right"}).status_code == 422
    for role, status in ((Role.AUDITOR, 200), (Role.FINANCE, 403)):
        login(client, place.user(role))
        assert client.get(f"{base}/{row.id}").status_code == status
        assert client.submit(f"{base}/{row.id}/answer", {"answer": "right", "note": "x"}).status_code == 403
    login(client, place.user(Role.ORGANISER))
    assert client.submit(f"{base}/{row.id}/answer", {"answer": "right", "note": "Đã xem"}).status_code == 303
    stranger = office()
    login(client, stranger.user(Role.DEALS))
    assert client.get(f"/fairs/{stranger.fair.slug}/deals/questions/{row.id}").status_code == 404


def test_a_whole_fair_far_from_the_plans_ratios(app: Flask) -> None:
    place = ready()
    other = acting(place.user(Role.DEALS))
    for number in range(5):
        contract = deal(place, 310_000 + number, exporter_id=place.company().id)
        verify_contract(contract, place.fair, ALL_CHECKS, by=other)
    refresh(place.fair)
    assert (
        db.session.scalars(select(ContractQuestion)).all() == []
    )  # nobody came and no booth stands: nothing to divide by
    come(place, place.company("Khách khác", "JP"))
    refresh(place.fair)
    row = db.session.scalars(select(ContractQuestion).where(ContractQuestion.contract_id.is_(None))).one()
    assert (row.kind, row.facts["ratio"], row.facts["contracts"]) == ("per_importer", 1_550_010, 5)
    assert "9,400" in question_text(row) or "9.400" in question_text(row)
    answer_question(row, "right", "Một nhà nhập khẩu lớn", by=other)
    refresh(place.fair)
    db.session.refresh(row)
    assert row.state is QuestionState.ANSWERED
