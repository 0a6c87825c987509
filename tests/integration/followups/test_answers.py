"""What the parties answer: by link, in their account, on the telephone; and what counts where they differ."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from fairs.audit.models import AuditEntry
from fairs.contracts.models import Contract
from fairs.contracts.service import move_contract
from fairs.contracts.states import ContractState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError
from fairs.core.links import new_link
from fairs.core.permissions import Role
from fairs.followups.answers import AnswerDraft, all_done, answer, decide
from fairs.followups.models import FollowUp, FollowUpDecision
from fairs.followups.queries import counted, decisions_of, follow_ups_of, suggested_state, usd_cents
from fairs.followups.service import ask_due
from fairs.followups.states import FollowUpState
from fairs.messages.models import OutboxMessage
from tests.factories.followups import aged, old_office, question
from tests.support.client import Client, login
from tests.support.queries import counted_queries

S = FollowUpState


def link_of(row: FollowUp) -> str:
    with transaction():
        return f"/u/{new_link(row, expires_at=now() + timedelta(days=60))}"


def again(row: FollowUp) -> FollowUp:
    db.session.expire_all()
    return db.session.get_one(FollowUp, row.id)


def test_the_mail_has_a_link_that_opens_the_page_and_changes_nothing(app: Flask, client: Client) -> None:
    record = aged(old_office())
    ask_due()
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == "gom@people.example")).first()
    assert mail is not None
    found = re.search(r"/u/[\w-]+", mail.body)
    assert found is not None
    before = db.session.scalar(select(func.count(AuditEntry.id)))
    page = client.get(found[0])
    assert page.status_code == 200 and record.reference in page.text
    assert page.headers["Cache-Control"].startswith("no-store") or "private" in page.headers["Cache-Control"]
    assert again(question(record)).state is S.ASKED
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before
    assert client.submit(found[0], {"kind": "all"}).status_code == 303
    row = again(question(record))
    assert (row.state, row.shipped_minor, row.paid_minor, row.way) == (S.ANSWERED, 150_050, 150_050, "link")
    assert client.submit(found[0], {"kind": "all"}).status_code == 303  # the same button twice
    acts = select(func.count(AuditEntry.id)).where(AuditEntry.action == "followups.answer")
    assert db.session.scalar(acts) == 1


def test_partly_and_not_carried_out_with_their_fields(app: Flask, client: Client) -> None:
    record = aged(old_office())
    row = question(record)
    path = link_of(row)
    bad = client.submit(
        path, {"kind": "partly", "p-outcome": "partly", "p-shipped": "abc", "p-paid": "1", "p-remark": "Chờ"}
    )
    assert bad.status_code == 422 and "abc" in bad.text and "Chờ" in bad.text
    above = {"kind": "partly", "p-outcome": "partly", "p-shipped": "2000", "p-paid": "0"}
    page = client.submit(path, above)
    assert page.status_code == 422 and "p-sure" in page.text
    assert again(row).state is S.PLANNED
    assert client.submit(path, {**above, "p-sure": "y"}).status_code == 303
    assert again(row).shipped_minor == 200_000
    more = {
        "kind": "partly", "p-outcome": "delayed", "p-shipped": "500", "p-paid": "250.25", "p-reasons": "logistics",
        "p-repeat_count": "2", "p-repeat_value": "1000", "p-repeat_currency": "USD", "p-name": "Bà Lan",
        "p-next_order_on": (record.signed_on + timedelta(days=400)).isoformat(),
    }  # fmt: skip
    assert client.submit(path, more).status_code == 303
    row = again(row)
    assert (row.outcome, row.shipped_minor, row.paid_minor, row.reasons) == ("delayed", 50_000, 25_025, ["logistics"])
    assert (row.repeat_count, row.repeat_minor, row.repeat_usd_minor, row.answered_name) == (
        2,
        100_000,
        100_000,
        "Bà Lan",
    )
    assert client.submit(path, {"kind": "failed"}).status_code == 422
    assert client.submit(path, {"kind": "failed", "f-reasons": "other"}).status_code == 422
    assert client.submit(path, {"kind": "failed", "f-reasons": ["price", "buyer_withdrew"]}).status_code == 303
    row = again(row)
    assert (row.outcome, row.shipped_minor, row.reasons) == ("failed", 0, ["price", "buyer_withdrew"])


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (AnswerDraft("gone", Decimal(1), Decimal(1)), "outcome"),
        (AnswerDraft("partly", None, Decimal(1)), "shipped"),
        (AnswerDraft("partly", Decimal(1), Decimal(-1)), "paid"),
        (AnswerDraft("partly", Decimal(10**13), Decimal(1)), "shipped"),
        (AnswerDraft("partly", Decimal("1.005"), Decimal(1)), "shipped"),
        (AnswerDraft("partly", Decimal(1), Decimal(1), repeat_value=Decimal(5)), "repeat_count"),
        (AnswerDraft("partly", Decimal(1), Decimal(1), repeat_count=5000), "repeat_count"),
        (AnswerDraft("partly", Decimal(1), Decimal(1), repeat_count=1, repeat_value=Decimal(1), repeat_currency="XXX"), "repeat_currency"),
        (AnswerDraft("failed"), "reasons"),
        (AnswerDraft("partly", Decimal(1), Decimal(1), remark="x" * 401), "remark"),
    ],
)  # fmt: skip
def test_bad_input_is_told_at_its_field(app: Flask, draft: AnswerDraft, field: str) -> None:
    row = question(aged(old_office()))
    with pytest.raises(DomainError) as problem:
        answer(row, draft, by=SYSTEM, way="link", confirmed=True)
    assert problem.value.field == field
    assert again(row).state is S.PLANNED


def test_links_that_are_over_unknown_or_of_cancelled_contracts(app: Flask, client: Client) -> None:
    place = old_office()
    record = aged(place)
    path = link_of(question(record))
    assert client.get("/u/nonsense").status_code == 404 == client.submit("/u/nonsense", {"kind": "all"}).status_code
    with time_machine.travel(now() + timedelta(days=61), tick=False):
        assert client.get(path).status_code == 410 == client.submit(path, {"kind": "all"}).status_code
    move_contract(record, place.fair, ContractState.CANCELLED, by=SYSTEM, reason="Mẫu")
    assert client.get(path).status_code == 200
    assert client.submit(path, {"kind": "all"}).status_code == 409
    assert again(question(record)).state is S.PLANNED


def test_a_company_answers_in_its_account_and_strangers_find_nothing(app: Flask, client: Client) -> None:
    place = old_office()
    record = aged(place)
    ask_due()
    mine, theirs = question(record), question(record, side="importer")
    paths = [f"/my/follow-ups/{row.id}" for row in (mine, theirs)]
    login(client, place.member(place.exporter))
    assert record.reference in client.get("/my/follow-ups").text
    assert [client.get(path).status_code for path in paths] == [200, 404]
    assert again(mine).state is S.ASKED
    assert client.submit(paths[1], {"kind": "all"}).status_code == 404
    assert client.submit(paths[0], {"kind": "all"}).status_code == 303
    assert (again(mine).way, again(theirs).state) == ("account", S.ASKED)
    login(client, place.member(place.exporter))  # a team mate may correct it
    assert client.submit(paths[0], {"kind": "failed", "f-reasons": "price"}).status_code == 303
    login(client, place.member(place.company("Người lạ")))
    assert record.reference not in client.get("/my/follow-ups").text
    assert [client.get(path).status_code for path in paths] == [404, 404]


def test_answers_that_differ_count_with_the_lower_until_a_clerk_decides(app: Flask, client: Client) -> None:
    place = old_office()
    record = aged(place)
    seller, buyer = question(record), question(record, side="importer")
    answer(seller, all_done(seller), by=SYSTEM, way="link")
    assert counted(follow_ups_of(record.id), None).differs is False
    answer(buyer, AnswerDraft("partly", Decimal(900), Decimal(1000)), by=SYSTEM, way="link")
    rows = [row for row in follow_ups_of(record.id) if row.month == 3]
    found = counted(rows, None)
    assert (found.shipped_minor, found.paid_minor, found.open) == (90_000, 100_000, True)
    base = f"/fairs/{place.fair.slug}/deals/{record.reference}/follow-up"
    login(client, place.user(Role.AUDITOR))
    assert client.get(base).status_code == 200
    assert client.submit(f"{base}/3/decide", {"m3-shipped": "1", "m3-paid": "1", "m3-reason": "x"}).status_code == 403
    login(client, place.user(Role.DEALS))
    assert "say different things" in client.get(f"{base}?lang=en").text
    assert client.submit(f"{base}/3/decide", {"m3-shipped": "1200", "m3-paid": "1000"}).status_code == 422
    form = {"m3-shipped": "1200", "m3-paid": "1000", "m3-reason": "Theo tờ khai hải quan"}
    assert client.submit(f"{base}/3/decide", form).status_code == 303
    db.session.expire_all()
    found = counted(rows, decisions_of(record.id)[3])
    assert (found.shipped_minor, found.paid_minor, found.differs, found.open) == (120_000, 100_000, True, False)
    # A new answer is a new question: the decision between the two of before does not stand.
    answer(buyer, AnswerDraft("partly", Decimal(950), Decimal(1000)), by=SYSTEM, way="link")
    assert db.session.scalars(select(FollowUpDecision)).all() == []
    with pytest.raises(DomainError):
        decide(record, 6, Decimal(1), Decimal(1), "x", by=SYSTEM)


def test_the_status_of_the_contract_moves_only_by_a_click(app: Flask, client: Client) -> None:
    place = old_office()
    record = aged(place)
    row = question(record)
    answer(row, AnswerDraft("partly", Decimal(500), Decimal(0)), by=SYSTEM, way="link")
    assert db.session.get_one(Contract, record.id).state is ContractState.SIGNED
    assert suggested_state(record, counted([again(row)], None)) is ContractState.PART_SHIPPED
    base = f"/fairs/{place.fair.slug}/deals/{record.reference}/follow-up"
    login(client, place.user(Role.DEALS))
    assert client.submit(f"{base}/move", {"target": "part_shipped"}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Contract, record.id).state is ContractState.PART_SHIPPED
    answer(row, AnswerDraft("failed", reasons=["payment"]), by=SYSTEM, way="link")
    assert suggested_state(record, counted([again(row)], None)) is ContractState.CANCELLED
    assert client.submit(f"{base}/move", {"target": "cancelled"}).status_code == 422
    assert (
        client.submit(f"{base}/move", {"target": "cancelled", "cancel_reason": "Không thanh toán"}).status_code == 303
    )
    assert client.submit(f"{base}/move", {"target": "signed"}).status_code == 404


def test_staff_type_a_call_and_the_list_has_the_numbers(app: Flask, client: Client) -> None:
    place = old_office()
    record = aged(place)
    login(client, place.user(Role.DEALS))
    base = f"/fairs/{place.fair.slug}/deals"
    page = client.get(f"{base}/follow-ups?state=planned&month=3")
    assert page.status_code == 200 and page.text.count("+84 24 3333 4444") >= 2
    path = f"{base}/{record.reference}/follow-up/3/exporter"
    assert client.get(path).status_code == 200
    assert client.submit(path, {"kind": "all"}).status_code == 303
    row = again(question(record))
    assert (row.way, row.looked_at is not None) == ("phone", True)
    assert client.get(f"{base}/{record.reference}/follow-up/4/exporter").status_code == 404
    assert client.get(f"{base}/follow-ups?format=xlsx").status_code == 200
    login(client, place.user(Role.FINANCE))
    assert client.get(f"{base}/follow-ups").status_code == 403 == client.get(path).status_code


def test_amounts_in_dollars_are_rounded_half_up() -> None:
    assert [usd_cents(minor, 3, 100) for minor in (0, 1, 2, 3)] == [0, 33, 67, 100]
    assert usd_cents(1, 2, 1) == 1
    assert usd_cents(None, 2, 1) is None is usd_cents(1, 2, None)


def test_pages_take_as_many_queries_for_three_contracts_as_for_one(app: Flask, client: Client) -> None:
    place = old_office()
    login(client, place.user(Role.DEALS))
    slug = place.fair.slug
    made: dict[str, list[int]] = {}
    for contracts in (1, 2):
        for _number in range(contracts):
            row = question(aged(place))
            answer(row, all_done(row), by=SYSTEM, way="link")
        for path in (f"/fairs/{slug}/deals/follow-ups", f"/fairs/{slug}/realised", "/deals/realised"):
            client.get(path)
            with counted_queries() as queries:
                assert client.get(path).status_code == 200
            made.setdefault(path, []).append(len(queries))
    assert all(one == three for one, three in made.values()), made
