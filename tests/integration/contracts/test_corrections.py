"""Corrections as revisions, later cancellations, call-offs, prices, disputes; and two people at the same moment."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from fairs.audit.queries import history
from fairs.calendar.models import Fair
from fairs.contracts.content import content_hash, fingerprint
from fairs.contracts.errors import AlreadyVerified, ChangedMeanwhile, InvalidContract, NotVerifiable, NotVerified
from fairs.contracts.evidence import MOST_PAGES
from fairs.contracts.findings import FINDINGS, Finding, findings, register_findings
from fairs.contracts.models import Contract, ContractRevision
from fairs.contracts.pages import checklist
from fairs.contracts.queries import ContractFilter, revisions_of, sums, version
from fairs.contracts.rules import LineDraft
from fairs.contracts.service import CLEARED, correct_contract, edit_contract, move_contract, verify_contract
from fairs.contracts.states import Answer, ContractKind, ContractState, Verification
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import UTC
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, SamePerson
from fairs.core.hs import edition_of
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from tests.factories.deals import ALL_CHECKS, Office, acting, office, scan
from tests.support.rivals import at_once


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def pdf(pages: int, text: str = "") -> Upload:
    """A PDF of so many pages."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in range(pages):
        canvas.drawString(50, 800, f"{text} {page}")
        canvas.showPage()
    canvas.save()
    return Upload("scan.pdf", out.getvalue())


def one_line(amount: int | str, **values: Any) -> dict[str, Any]:
    line = LineDraft("6913", "Bình", Decimal(1), "PCE", Decimal(amount))
    return {"value": Decimal(amount), "lines": (replace(line, **values),)}


def people(place: Office, number: int) -> list[Actor]:
    return [acting(place.user(Role.DEALS)) for _ in range(number)]


def problems(place: Office, **values: Any) -> dict[str | None, str]:
    with pytest.raises(InvalidContract) as raised:
        place.contract(**values)
    return {problem.field: str(problem) for problem in raised.value.problems}


def test_a_correction_keeps_what_was_verified_and_is_verified_anew_by_another(place: Office) -> None:
    place.rate("USD", "25000")
    place.rate("EUR", "27500")
    clerk, second, third = people(place, 3)
    contract = place.contract(by=clerk)
    verify_contract(contract, place.fair, ALL_CHECKS, by=second)
    verified_hash, first_file = content_hash(contract), contract.evidence_id
    corrected = place.draft(currency="EUR", number="HD-02", **one_line(2000))
    row = correct_contract(contract, place.fair, corrected, "Hoá đơn ghi 2.000 EUR", by=third, evidence=scan())
    assert (row.revision, row.verification, row.counts) == (2, Verification.LOGGED, False)
    assert (row.verified_by_id, row.verified_at) == (None, None)
    assert row.evidence_id != first_file
    (kept,) = revisions_of(row)
    assert (kept.number, kept.sha256, kept.reason) == (1, verified_hash, "Hoá đơn ghi 2.000 EUR")
    assert fingerprint(kept.content) == verified_hash
    assert (kept.usd_minor, kept.evidence_id) == (150_050, first_file)
    assert (kept.verified_by_id, kept.corrected_by_id) == (second.user_id, third.user_id)
    assert sums(place.fair.id, ContractFilter()).verified.count == 0
    for by in (clerk, third):
        with pytest.raises(SamePerson):
            verify_contract(row, place.fair, ALL_CHECKS, by=by)
    # The rate is that of the day of signature as it is known now, and frozen from here on.
    verify_contract(row, place.fair, ALL_CHECKS, by=second)
    assert row.usd_minor == 220_000
    place.rate("EUR", "30000", days_ago=1)
    db.session.refresh(row)
    assert (row.usd_minor, row.counts) == (220_000, True)
    assert [entry.action for entry in history(row)][:2] == ["contracts.verify", "contracts.correct"]


def test_what_cannot_be_corrected(place: Office) -> None:
    clerk, second = people(place, 2)
    contract = place.contract(by=clerk)
    with pytest.raises(NotVerified):
        correct_contract(contract, place.fair, place.draft(number="x"), "why", by=clerk)
    verify_contract(contract, place.fair, ALL_CHECKS, by=second)
    seen = version(contract)
    for reason in ("", "  ", "x" * 401):
        with pytest.raises(InvalidInput) as raised:
            correct_contract(contract, place.fair, place.draft(number="x"), reason, by=clerk)
        assert raised.value.field == "reason"
    with pytest.raises(InvalidInput) as raised:
        correct_contract(contract, place.fair, place.draft(), "nothing is different", by=clerk)
    assert raised.value.field == "reason"
    with pytest.raises(InvalidContract):
        correct_contract(contract, place.fair, place.draft(value=Decimal(0)), "why", by=clerk)
    db.session.refresh(contract)
    assert (contract.revision, contract.verification, contract.counts) == (1, Verification.VERIFIED, True)
    assert db.session.scalars(select(ContractRevision)).all() == []
    correct_contract(contract, place.fair, place.draft(number="x"), "why", by=clerk, seen=seen)
    verify_contract(contract, place.fair, ALL_CHECKS, by=second)
    with pytest.raises(ChangedMeanwhile):
        correct_contract(contract, place.fair, place.draft(number="y"), "why", by=clerk, seen=seen)
    move_contract(contract, place.fair, ContractState.CANCELLED, by=clerk, reason="x")
    with pytest.raises(InvalidTransition):
        correct_contract(contract, place.fair, place.draft(number="y"), "why", by=clerk)


def test_verified_and_cancelled_later_is_told_apart(place: Office) -> None:
    clerk, second = people(place, 2)
    contract = place.contract(by=clerk)
    verify_contract(contract, place.fair, ALL_CHECKS, by=second)
    move_contract(contract, place.fair, ContractState.SHIPPED, by=clerk)
    with pytest.raises(InvalidInput) as raised:
        move_contract(contract, place.fair, ContractState.CANCELLED, by=clerk, reason=" ")
    assert raised.value.field == "cancel_reason"
    row = move_contract(contract, place.fair, ContractState.CANCELLED, by=clerk, reason="Không trả tiền")
    assert (row.cancelled_from, row.cancel_reason) == (ContractState.SHIPPED, "Không trả tiền")
    assert row.cancelled_at is not None
    assert (row.verification, row.counts) == (Verification.VERIFIED, False)
    other = place.contract()
    move_contract(other, place.fair, ContractState.CANCELLED, by=clerk, reason="x")
    found = sums(place.fair.id, ContractFilter())
    assert (found.cancelled_later.count, found.cancelled_later.usd.amount_minor) == (1, 150_050)
    assert (found.cancelled.count, found.verified.count) == (1, 0)


def test_a_signed_memorandum_keeps_what_was_verified(place: Office) -> None:
    clerk, second = people(place, 2)
    mou = place.contract(state="mou", by=clerk)
    verify_contract(mou, place.fair, ALL_CHECKS, by=second)
    move_contract(mou, place.fair, ContractState.SIGNED, by=clerk, signed_on=place.fair.today)
    (kept,) = revisions_of(mou)
    assert (kept.content["is_mou"], mou.revision, mou.verification) == (True, 2, Verification.LOGGED)


def test_what_was_logged_in_a_hurry_counts_nowhere_until_it_is_complete(place: Office) -> None:
    clerk, second = people(place, 2)
    contract = place.incomplete()
    assert sums(place.fair.id, ContractFilter()).incomplete.count == 1
    with pytest.raises(NotVerifiable):
        verify_contract(contract, place.fair, ALL_CHECKS, by=second)
    with pytest.raises(InvalidContract):
        edit_contract(contract, place.fair, place.draft(incoterm=""), by=clerk)
    row = edit_contract(contract, place.fair, place.draft(), by=clerk, evidence=scan())
    assert row.verification is Verification.LOGGED
    assert verify_contract(row, place.fair, ALL_CHECKS, by=second).counts


def test_a_merged_record_is_not_verified(place: Office) -> None:
    kept, copy = place.contract(), place.contract()
    with transaction():
        db.session.get_one(Contract, copy.id).merged_into_id = kept.id
    with pytest.raises(NotVerifiable):
        verify_contract(copy, place.fair, ALL_CHECKS, by=people(place, 1)[0])


def test_a_dispute_is_cleared_up_before_anybody_verifies(place: Office) -> None:
    contract, second = place.contract(), people(place, 1)[0]
    place.answer(contract, "importer", Answer.DISPUTED, "Giá khác")
    assert next((f.tone, "Giá khác" in str(f.text)) for f in findings(contract, place.fair)) == ("bad", True)
    with pytest.raises(InvalidInput) as raised:
        verify_contract(contract, place.fair, ALL_CHECKS, by=second)
    assert raised.value.field == CLEARED
    with pytest.raises(InvalidInput) as raised:
        verify_contract(contract, place.fair, {**ALL_CHECKS, CLEARED: True}, by=second)
    assert raised.value.field == "note"
    row = verify_contract(contract, place.fair, {**ALL_CHECKS, CLEARED: True}, by=second, note="Đã gọi điện")
    assert row.counts
    # An answer belongs to the content that it was given to.
    other = place.contract()
    said = place.answer(other, "importer", Answer.DISPUTED, "Giá khác")
    edit_contract(other, place.fair, place.draft(number="HD-9"), by=SYSTEM)
    db.session.refresh(said)
    assert said.state is Answer.LAPSED
    assert verify_contract(other, place.fair, ALL_CHECKS, by=second).counts


def test_what_the_system_found(place: Office) -> None:
    contract = place.contract(lines=(LineDraft("9601", "Lược sừng", Decimal(1), "PCE", Decimal("1500.50")),))
    texts = [str(f.text) for f in findings(contract, place.fair)]
    assert any("CITES" in text for text in texts)
    assert len(texts) == 3  # and neither side was asked
    parties = next(check for check in checklist(contract, place.fair) if check.name == "parties")
    assert parties.fits is False
    before = list(FINDINGS)
    try:
        register_findings(_twin)
        assert findings(contract, place.fair)[0] == Finding("2 possible duplicates", "bad")
    finally:
        FINDINGS[:] = before


def _twin(_contract: Contract, _fair: Fair) -> list[Finding]:
    return [Finding("2 possible duplicates", "bad")]


def test_price_and_quantity_are_the_amount(place: Office) -> None:
    third = one_line("33.33", quantity=Decimal(3), price=Decimal("11.109"))
    assert place.contract(**third).lines[0].price == Decimal("11.109")
    found = problems(place, **one_line("33.34", quantity=Decimal(3), price=Decimal("11.109")))
    assert "0.01" in found["lines-0-price"].replace(",", ".")
    blank = LineDraft("6913", "Bình", Decimal(3), "PCE", None, Decimal("11.109"))
    filled = place.contract(value=Decimal("33.33"), lines=(blank,))
    assert filled.lines[0].amount_minor == 3_333
    assert list(problems(place, **one_line(10, price=Decimal(0)))) == ["lines-0-price"]
    assert list(problems(place, **one_line(10, price=Decimal(-1)))) == ["lines-0-price"]
    assert list(problems(place, **one_line(10, price=Decimal("0.0000001")))) == ["lines-0-price"]
    assert list(problems(place, **one_line(10, price=Decimal(10**12)))) == ["lines-0-price"]
    dong = one_line(100_001, quantity=Decimal("0.5"), price=Decimal(200_001))
    assert place.contract(currency="VND", **dong).lines[0].amount_minor == 100_001


@pytest.mark.parametrize("value", [Decimal(0), Decimal(-1), Decimal(10**12), Decimal(10**15)])
def test_impossible_values(place: Office, value: Decimal) -> None:
    assert "value" in problems(place, value=value)


def test_one_cent_off_is_said_to_the_cent(place: Office) -> None:
    found = problems(place, value=Decimal("1500.51"))
    assert list(found) == ["value"]
    assert "0.01" in found["value"].replace(",", ".")


def test_a_day_before_the_fair_was_planned(place: Office) -> None:
    assert "signed_on" in problems(place, signed_on=date(2001, 1, 1))


def test_goods_are_read_by_the_edition_of_their_day(app: Flask) -> None:
    assert (edition_of(date(2021, 12, 31)), edition_of(date(2022, 1, 1))) == (2017, 2022)
    old = office(starts_on=date(2020, 11, 12))
    with transaction():
        db.session.get_one(Fair, old.fair.id).created_at = datetime(2020, 1, 1, tzinfo=UTC)
    line = LineDraft("4420.10", "Hộp sơn mài", Decimal(100), "PCE", Decimal("1500.50"))
    contract = old.contract(signed_on=date(2020, 11, 13), lines=(line,))
    assert {line.hs_edition for line in contract.lines} == {2017}
    assert {line.hs_edition for line in office().contract().lines} == {2022}


def test_payment_and_kind_are_chosen_from_lists(place: Office) -> None:
    assert place.contract(payment_method="LC").payment_method == "LC"
    assert list(problems(place, payment_method="CASH")) == ["payment_method"]
    assert list(problems(place, kind="x")) == ["kind"]


def test_of_a_framework_and_its_call_offs_one_side_counts(place: Office) -> None:
    clerk, second = people(place, 2)
    framework = place.contract(kind="framework", number="FW-01", by=clerk)
    one = place.contract(kind="call_off", framework=framework.reference.lower(), by=clerk, **one_line(500))
    other_fair = Office(office().fair, place.exporter, place.importer)
    two = other_fair.contract(kind="call_off", framework="fw-01", by=clerk, **one_line(700))
    assert (one.parent_id, two.parent_id) == (framework.id, framework.id)
    for row, fair in ((one, place.fair), (two, other_fair.fair)):
        assert verify_contract(
            row, fair, ALL_CHECKS, by=second if row is one else acting(other_fair.user(Role.DEALS))
        ).counts
    assert sums(place.fair.id, ContractFilter()).verified.usd.amount_minor == 50_000
    verify_contract(framework, place.fair, ALL_CHECKS, by=second)
    found = sums(place.fair.id, ContractFilter())
    assert (found.verified.usd.amount_minor, found.part.count) == (150_050, 1)
    db.session.expire_all()
    assert (framework.counts, one.counts, two.counts) == (True, False, False)
    # While the framework is corrected its call-offs stand for the deal.
    correct_contract(framework, place.fair, place.draft(kind="framework", number="FW-02"), "Sai số", by=clerk)
    assert sums(place.fair.id, ContractFilter()).verified.usd.amount_minor == 50_000


def test_a_framework_that_cannot_be_named(place: Office) -> None:
    framework = place.contract(kind="framework", number="FW-01")
    single = place.contract(number="S-01")
    foreign = place.contract(kind="framework", number="FW-09", importer_id=place.company(country="FR").id)
    for name in ("", "nothing", single.reference, foreign.reference):
        assert list(problems(place, kind="call_off", framework=name)) == ["framework"], name
    place.contract(kind="framework", number="FW-01")
    assert list(problems(place, kind="call_off", framework="FW-01")) == ["framework"]
    place.contract(kind="call_off", framework=framework.reference)
    with pytest.raises(InvalidContract) as raised:
        edit_contract(framework, place.fair, place.draft(kind="call_off", framework=framework.reference), by=SYSTEM)
    assert "framework" in [problem.field for problem in raised.value.problems]
    for values in ({"kind": "single"}, {"kind": "framework", "importer_id": place.company(country="DE").id}):
        with pytest.raises(InvalidContract) as raised:
            edit_contract(framework, place.fair, place.draft(**values), by=SYSTEM)
        assert [problem.field for problem in raised.value.problems] == ["kind"]
    move_contract(framework, place.fair, ContractState.CANCELLED, by=SYSTEM, reason="x")
    assert list(problems(place, kind="call_off", framework=framework.reference)) == ["framework"]


def test_frameworks_of_fairs_that_one_may_not_see_are_not_found(place: Office) -> None:
    elsewhere = Office(office().fair, place.exporter, place.importer)
    framework = elsewhere.contract(kind="framework", number="FW-77")
    clerk = acting(place.user(Role.DEALS))
    with pytest.raises(InvalidContract):
        place.contract(kind="call_off", framework="FW-77", by=clerk)
    both = place.user(Role.ADMIN)
    assert place.contract(kind="call_off", framework="FW-77", by=acting(both)).parent_id == framework.id
    party = acting(place.member(place.exporter))
    assert place.contract(kind="call_off", framework="FW-77", by=party).kind is ContractKind.CALL_OFF


def test_a_scan_has_a_reasonable_number_of_pages(place: Office) -> None:
    assert place.contract(evidence=pdf(MOST_PAGES)).evidence is not None
    with pytest.raises(InvalidInput) as raised:
        place.contract(evidence=pdf(300))
    assert raised.value.field == "evidence"
    assert "300" in str(raised.value)


def test_two_clerks_at_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = office()
        contract, fair = place.contract(), place.fair
        contract_id, seen = contract.id, version(contract)
        actors = people(place, 4)
        drafts = [place.draft(number=f"HD-{n}") for n in range(4)]

    def change(number: int) -> Any:
        row = db.session.get_one(Contract, contract_id)
        return edit_contract(row, fair, drafts[number], by=actors[number], seen=seen)

    outcome = at_once(real_app, [lambda n=n: change(n) for n in range(4)])  # type: ignore[misc]
    assert outcome == {"done": 1, "changed_meanwhile": 3}


def test_two_who_correct_and_two_who_verify_at_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = office()
        contract, fair = place.contract(), place.fair
        contract_id = contract.id
        one, two, three, four, five = people(place, 5)
        verify_contract(contract, fair, ALL_CHECKS, by=one)
        drafts = [place.draft(number=f"HD-{n}") for n in range(2)]

    def correct(number: int, by: Actor) -> Any:
        return correct_contract(db.session.get_one(Contract, contract_id), fair, drafts[number], "why", by=by)

    outcome = at_once(real_app, [lambda: correct(0, two), lambda: correct(1, three)])
    assert outcome == {"done": 1, NotVerified.code: 1}

    def verify(by: Actor) -> Any:
        return verify_contract(db.session.get_one(Contract, contract_id), fair, ALL_CHECKS, by=by)

    outcome = at_once(real_app, [lambda: verify(four), lambda: verify(five)])
    assert outcome == {"done": 1, AlreadyVerified.code: 1}
    with real_app.app_context():
        row = db.session.get_one(Contract, contract_id)
        assert (row.revision, row.counts, len(revisions_of(row))) == (2, True, 1)
