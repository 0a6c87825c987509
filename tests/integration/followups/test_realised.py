"""Realised against signed: every sum is that of its records, nothing unknown is filled in, single values only for deals."""

from __future__ import annotations

from decimal import Decimal

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairs.contracts.models import Contract
from fairs.contracts.service import move_contract
from fairs.contracts.states import ContractState
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.followups.answers import AnswerDraft, all_done, answer
from fairs.followups.queries import Counted
from fairs.followups.realised import Line, MonthLine, kinds, lines_of, realised, records
from fairs.followups.service import ask_due
from tests.factories.followups import aged, old_office, question
from tests.support.client import Client, login
from tests.support.sheets import read_sheets


def test_sums_of_a_fair(app: Flask, client: Client) -> None:
    place = old_office()
    done, silent, gone, cancelled = (aged(place) for _number in range(4))
    ask_due()
    row = question(done)
    answer(row, all_done(row), by=SYSTEM, way="link")
    other = question(done, side="importer")
    draft = AnswerDraft(
        "partly", Decimal(1000), Decimal(400), repeat_count=2, repeat_value=Decimal(50), repeat_currency="USD"
    )
    answer(other, draft, by=SYSTEM, way="link")
    lost = question(gone)
    answer(lost, AnswerDraft("failed", reasons=["price", "payment"]), by=SYSTEM, way="phone")
    move_contract(cancelled, place.fair, ContractState.CANCELLED, by=SYSTEM, reason="Mẫu")
    with transaction():
        db.session.get_one(Contract, cancelled.id).cancelled_from = ContractState.SIGNED
    found = realised(lines_of([place.fair]))
    three, six, _twelve = found.months
    assert (found.signed.count, found.signed.usd) == (3, 3 * 150_050)
    assert (found.cancelled.count, found.cancelled.usd) == (1, 150_050)
    assert (three.answered.count, three.silent.count, three.sides_asked, three.sides_answered) == (2, 1, 6, 3)
    assert (three.shipped.usd, three.paid.usd, three.differs.count, three.response) == (100_000, 40_000, 1, 50)
    assert (six.asked.count, six.response) == (0, None)
    assert (found.repeats, found.repeat.usd, found.failed.count) == (2, 5_000, 1)
    assert found.reasons == {"price": 1, "payment": 1}
    assert silent.reference in {line.reference for line, _cents in records(lines_of([place.fair]), "silent-3")}

    base = f"/fairs/{place.fair.slug}/realised"
    login(client, place.user(Role.LEADERSHIP))
    page = client.get(f"{base}?lang=en")
    assert page.status_code == 200 and done.reference not in page.text and "of=shipped-3" not in page.text
    assert client.get(f"{base}/records?of=shipped-3").status_code == 403
    assert len(read_sheets(client.get(f"{base}?format=xlsx").data)) == 1  # no single contract
    assert place.fair.name_en in client.get("/deals/realised?lang=en").text
    login(client, place.user(Role.DEALS))
    assert "of=shipped-3" in client.get(f"{base}?lang=en").text
    for of in kinds():
        assert client.get(f"{base}/records?of={of}").status_code == 200, of
    assert done.reference in client.get(f"{base}/records?of=shipped-3").text
    assert client.get(f"{base}/records?of=nonsense").status_code == 404
    assert client.get(f"{base}/records?of=paid-3&format=xlsx").status_code == 200
    login(client, place.user(Role.HOSPITALITY))
    assert client.get(base).status_code == 403 == client.get("/deals/realised").status_code


@st.composite
def lines(draw: st.DrawFn) -> list[Line]:
    made = []
    for number in range(draw(st.integers(0, 8))):
        usd = draw(st.none() | st.integers(1, 10**9))
        line = Line(number, 1, f"C{number}", "", "", "JP", usd, draw(st.booleans()))
        for month in (3, 6, 12):
            answers = draw(st.integers(0, 2))
            if draw(st.booleans()):
                reasons = tuple(draw(st.sets(st.sampled_from(["price", "payment"])))) if answers else ()
                amount = draw(st.integers(0, 10**9)) if answers and usd else None
                counts = Counted(answers, amount, amount, bool(reasons), answers == 2, reasons=reasons)
                line.months[month] = MonthLine(counts, max(answers, 1), amount, amount, answers or None, amount)
        made.append(line)
    return made


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(lines())
def test_every_sum_is_that_of_its_records(made: list[Line]) -> None:
    found = realised(made)
    shown = {"signed": found.signed, "cancelled": found.cancelled, "repeat": found.repeat, "failed": found.failed}
    for month in found.months:
        for kind in ("asked", "answered", "silent", "shipped", "paid", "differs"):
            shown[f"{kind}-{month.month}"] = getattr(month, kind)
        assert month.answered.count + month.silent.count == month.asked.count
    for of, total in shown.items():
        behind = records(made, of)
        assert (total.count, total.usd) == (len(behind), sum(cents for _line, cents in behind))
    for key, number in found.reasons.items():
        assert number == len(records(made, f"reason-{key}"))
    assert found.signed.count + found.cancelled.count == len(made)
