"""Contracts: what is refused, USD by the rate of the day, the second person, following on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.audit.queries import history
from fairs.contracts.errors import (
    AlreadyVerified,
    ChangedMeanwhile,
    EvidenceKnown,
    InvalidContract,
    NotVerifiable,
    RateKnown,
)
from fairs.contracts.models import Contract, ExchangeRate
from fairs.contracts.queries import ContractFilter, list_contracts, sums, version
from fairs.contracts.rates import RateDraft, UnusualRate, convert, save_rate
from fairs.contracts.rules import LineDraft
from fairs.contracts.service import (
    edit_contract,
    log_contract,
    move_contract,
    return_contract,
    verify_contract,
)
from fairs.contracts.states import ContractState, Verification
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, InvalidTransition, SamePerson
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.messages.models import OutboxMessage
from tests.factories.deals import ALL_CHECKS, Office, acting, lent, office, scan


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def usd(amount: str) -> Money:
    return Money.from_decimal(Decimal(amount), "USD")


def line(**values: Any) -> LineDraft:
    right = {
        "hs_code": "6913",
        "description": "Bình",
        "quantity": Decimal(1),
        "unit": "PCE",
        "amount": Decimal("1500.50"),
    }
    return LineDraft(**{**right, **values})


def test_a_contract_is_written_down(place: Office) -> None:
    clerk = place.user(Role.DEALS)
    contract = place.contract(by=acting(clerk))
    assert contract.reference == f"{place.fair.code}-C-000001"
    assert place.contract().reference == f"{place.fair.code}-C-000002"
    assert contract.value == usd("1500.50")
    assert [(each.hs_code, each.amount) for each in contract.lines] == [
        ("4420.11", usd("1000.50")),
        ("6913", usd("500")),
    ]
    assert contract.lines[1].quantity == Decimal("12.5")
    assert (contract.verification, contract.counts) == (Verification.LOGGED, False)
    assert contract.logged_by_id == clerk.id
    assert contract.evidence is not None
    (entry,) = history(contract)
    assert (entry.action, entry.actor_id) == ("contracts.log", clerk.id)


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"exporter_id": None}, ["exporter"]),
        ({"exporter_id": 10**12}, ["exporter"]),
        ({"importer_id": -1}, ["importer"]),
        ({"value": None}, ["value"]),
        ({"value": Decimal(0)}, ["value"]),
        ({"value": Decimal(-1)}, ["value"]),
        ({"value": Decimal(10**12 + 1)}, ["value"]),
        ({"value": Decimal("1500.505")}, ["value"]),
        ({"value": Decimal("1500.51")}, ["value"]),
        ({"currency": "XXX"}, ["currency"]),
        ({"currency": ""}, ["currency"]),
        ({"state": "nonsense"}, ["state"]),
        ({"state": "shipped"}, ["state"]),
        ({"signed_on": None}, ["signed_on"]),
        ({"incoterm": "DDU"}, ["incoterm"]),
        ({"incoterm_place": "x" * 121}, ["incoterm_place"]),
        ({"number": "x" * 81}, ["number"]),
        ({"payment_terms": "x" * 201}, ["payment_terms"]),
        ({"delivery": "x" * 201}, ["delivery"]),
        ({"note": "x" * 4001}, ["note"]),
        ({"reported_by": "nobody"}, ["reported_by"]),
        ({"booth_code": "Z-999"}, ["booth_code"]),
        ({"booth_code": "x" * 400}, ["booth_code"]),
        ({"lines": ()}, ["lines-0-hs_code"]),
        ({"lines": (line(hs_code="0101"),)}, ["lines-0-hs_code"]),
        ({"lines": (line(hs_code=""),)}, ["lines-0-hs_code"]),
        ({"lines": (line(description=" "),)}, ["lines-0-description"]),
        ({"lines": (line(description="x" * 301),)}, ["lines-0-description"]),
        ({"lines": (line(quantity=Decimal(0)),)}, ["lines-0-quantity"]),
        ({"lines": (line(quantity=Decimal(-1)),)}, ["lines-0-quantity"]),
        ({"lines": (line(quantity=Decimal("0.0001")),)}, ["lines-0-quantity"]),
        ({"lines": (line(quantity=None),)}, ["lines-0-quantity"]),
        ({"lines": (line(unit="XYZ"),)}, ["lines-0-unit"]),
        ({"lines": (line(amount=Decimal(0)),)}, ["lines-0-amount"]),
        ({"lines": (line(amount=Decimal(-5)),)}, ["lines-0-amount"]),
        ({"lines": (line(amount=None),)}, ["lines-0-amount"]),
        ({"lines": (line(amount=Decimal("1500.505")),)}, ["lines-0-amount"]),
        ({"lines": (line(),) * 61}, ["lines-0-hs_code"]),
        ({"lines": (line(), line(amount=Decimal(1)))}, ["value"]),
        ({"value": None, "incoterm": "", "lines": (line(hs_code="x"), line(unit=""))}, ["incoterm", "lines-0-hs_code", "lines-1-unit", "value"]),
    ],
)  # fmt: skip
def test_every_problem_is_named_with_its_field(place: Office, values: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(InvalidContract) as raised:
        log_contract(place.fair, place.draft(**values), by=SYSTEM)
    assert [problem.field for problem in raised.value.problems] == fields
    assert all(str(problem) for problem in raised.value.problems)
    assert db.session.scalar(select(func.count()).select_from(Contract)) == 0


def test_parties_are_one_from_here_and_one_from_abroad(place: Office) -> None:
    foreign, domestic = place.company(country="FR").id, place.company().id
    for values, field in (
        ({"exporter_id": foreign}, "exporter"),
        ({"importer_id": domestic}, "importer"),
        ({"importer_id": place.exporter.id}, "importer"),
    ):
        with pytest.raises(InvalidContract) as raised:
            log_contract(place.fair, place.draft(**values), by=SYSTEM)
        assert field in [problem.field for problem in raised.value.problems]


def test_days(place: Office) -> None:
    today = place.fair.today
    for day, right in (
        (today, True), (today - timedelta(days=365), True), (today - timedelta(days=366), False),
        (today + timedelta(days=1), False),
    ):  # fmt: skip
        if right:
            assert place.contract(signed_on=day).signed_on == day
        else:
            with pytest.raises(InvalidContract):
                place.contract(signed_on=day)


def test_a_lead_may_be_without_value_and_lines_an_mou_not(place: Office) -> None:
    lead = place.contract(state="lead", value=Decimal(0), lines=())
    assert (lead.state, lead.value) == (ContractState.LEAD, usd("0"))
    assert place.contract(state="lead", value=None, lines=()).value == usd("0")
    with pytest.raises(InvalidContract):
        place.contract(state="mou", value=Decimal(0), lines=())


def test_currencies_without_cents(place: Office) -> None:
    lines = (line(amount=Decimal(150_000)),)
    assert place.contract(currency="JPY", value=Decimal(150_000), lines=lines).value == Money(150_000, "JPY")
    with pytest.raises(InvalidContract):
        place.contract(currency="JPY", value=Decimal("150000.5"), lines=lines)


def test_the_same_scan_serves_one_contract_only(place: Office) -> None:
    paper = scan("one")
    first = place.contract(evidence=paper)
    with pytest.raises(EvidenceKnown) as raised:
        place.contract(evidence=Upload("another-name.png", paper.content))
    assert first.reference in str(raised.value)
    assert raised.value.field == "evidence"
    second = place.contract()
    with pytest.raises(EvidenceKnown):
        edit_contract(second, place.fair, place.draft(), by=SYSTEM, evidence=paper)
    edit_contract(first, place.fair, place.draft(), by=SYSTEM, evidence=paper)
    # Written down twice by mistake: once the wrong one is cancelled, its scan is free.
    move_contract(first, place.fair, ContractState.CANCELLED, by=SYSTEM, reason="logged twice")
    assert place.contract(evidence=paper).evidence is not None


@pytest.mark.parametrize(
    "content", [b"", b"MZ\x90", b"<svg xmlns='x'/>", b"%PDF-1.7 /JavaScript", b"\x89PNG\r\n\x1a\n broken", b"x" * 100]
)
def test_a_file_is_judged_by_its_content(place: Office, content: bytes) -> None:
    with pytest.raises(InvalidInput) as raised:
        place.contract(evidence=Upload("scan.pdf", content))
    assert raised.value.field == "evidence"


def test_usd_by_the_rate_of_the_day(place: Office) -> None:
    today = place.fair.today
    euro = {"currency": "EUR", "value": Decimal(1000), "lines": (line(amount=Decimal(1000)),)}
    contract = place.contract(**euro)
    assert contract.usd is None
    assert convert(contract.value, today).missing == ("USD", "EUR")
    place.rate("USD", "25000", days_ago=2, source="SBV")
    assert convert(contract.value, today).missing == ("EUR",)
    place.rate("EUR", "27500.50", days_ago=7, source="VCB")
    db.session.refresh(contract)
    assert contract.usd == usd("1100.02")
    assert (contract.rate_vnd, contract.rate_usd_vnd) == (Decimal("27500.5"), Decimal(25000))
    assert (contract.rate_on, contract.rate_source) == (today - timedelta(days=7), "VCB; SBV")
    # A later rate serves from its day on.
    place.rate("EUR", "26000", days_ago=1)
    db.session.refresh(contract)
    assert contract.usd == usd("1040")
    early = place.contract(**{**euro, "signed_on": today - timedelta(days=2)})
    assert early.usd == usd("1100.02")


def test_rates_older_than_a_week_or_later_do_not_serve(place: Office) -> None:
    place.rate("USD", "25000", days_ago=8)
    dong = {"currency": "VND", "value": Decimal(25_000_000), "lines": (line(amount=Decimal(25_000_000)),)}
    assert place.contract(**dong).usd is None
    place.rate("USD", "25000", days_ago=0)
    assert place.contract(**dong).usd == usd("1000")
    assert place.contract(**{**dong, "signed_on": place.fair.today - timedelta(days=1)}).usd == usd("1000")
    assert place.contract(**{**dong, "signed_on": place.fair.today - timedelta(days=20)}).usd is None


def test_rounding_to_the_cent(place: Office) -> None:
    place.rate("USD", "25400")
    place.rate("JPY", "168.017")
    value = Money(1_515_000, "JPY")
    assert convert(value, place.fair.today).usd == usd("10021.49")
    assert convert(Money(127, "VND"), place.fair.today).usd == usd("0.01")  # half a cent goes up
    assert convert(Money(126, "VND"), place.fair.today).usd == usd("0.00")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"currency": "VND"}, "currency"), ({"currency": "XXX"}, "currency"), ({"vnd": Decimal(0)}, "vnd"),
        ({"vnd": Decimal(-1)}, "vnd"), ({"vnd": Decimal(10**7)}, "vnd"), ({"source": " "}, "source"),
    ],
)  # fmt: skip
def test_rates_that_are_refused(place: Office, values: dict[str, Any], field: str) -> None:
    right: dict[str, Any] = {"currency": "USD", "day": place.fair.today, "vnd": Decimal(25_000), "source": "SBV"}
    with pytest.raises(InvalidInput) as raised:
        save_rate(RateDraft(**{**right, **values}), by=SYSTEM)
    assert raised.value.field == field
    with pytest.raises(InvalidInput):
        save_rate(RateDraft(**{**right, "day": place.fair.today + timedelta(days=1)}), by=SYSTEM)


def test_a_rate_is_entered_once_and_corrected(place: Office) -> None:
    place.rate("USD", "25000", days_ago=1)
    draft = RateDraft("USD", place.fair.today - timedelta(days=1), Decimal(25_100), "SBV")
    with pytest.raises(RateKnown):
        save_rate(draft, by=SYSTEM)
    rate = db.session.scalars(select(ExchangeRate)).one()
    assert save_rate(draft, by=SYSTEM, rate=rate).vnd == Decimal(25_100)
    wrong = RateDraft("USD", place.fair.today, Decimal("25.1"), "SBV")
    with pytest.raises(UnusualRate):
        save_rate(wrong, by=SYSTEM)
    assert save_rate(wrong, by=SYSTEM, confirmed=True).vnd == Decimal("25.1")


def test_a_second_person_verifies(place: Office) -> None:
    place.rate()
    clerk, second = place.user(Role.DEALS), place.user(Role.DEALS)
    contract = place.contract(by=acting(clerk))
    seen = version(contract)
    with pytest.raises(SamePerson):
        verify_contract(contract, place.fair, ALL_CHECKS, by=acting(clerk))
    row = verify_contract(contract, place.fair, ALL_CHECKS, by=acting(second), seen=seen)
    assert (row.verification, row.verified_by_id, row.counts) == (Verification.VERIFIED, second.id, True)
    assert row.usd == usd("1500.50")
    entry = history(row)[0]
    assert entry.action == "contracts.verify"
    assert entry.after is not None
    assert entry.after["checks"] == ALL_CHECKS
    assert entry.after["sha256"] == row.evidence.sha256  # type: ignore[union-attr]
    with pytest.raises(AlreadyVerified):
        verify_contract(row, place.fair, ALL_CHECKS, by=acting(second))
    with pytest.raises(AlreadyVerified):
        edit_contract(row, place.fair, place.draft(), by=acting(clerk))


def test_lent_roles_verify_nothing_of_their_own_side(place: Office) -> None:
    a, b, c = (place.user(Role.DEALS) for _ in range(3))
    helper = place.user()
    a_for_b = lent(b, Role.DEALS, a, place.fair)
    helper_for_a = lent(a, Role.DEALS, helper, place.fair)
    # Logged by A for B: neither of them, nor who acts for them.
    contract = place.contract(by=a_for_b)
    assert (contract.logged_by_id, contract.logged_for_id) == (a.id, b.id)
    for by in (acting(a), acting(b), a_for_b, helper_for_a):
        with pytest.raises(SamePerson):
            verify_contract(contract, place.fair, ALL_CHECKS, by=by)
    # Logged by A: not by A for B, not by somebody for A.
    own = place.contract(by=acting(a))
    for by in (a_for_b, helper_for_a):
        with pytest.raises(SamePerson):
            verify_contract(own, place.fair, ALL_CHECKS, by=by)
    assert verify_contract(own, place.fair, ALL_CHECKS, by=acting(b)).counts
    assert verify_contract(contract, place.fair, ALL_CHECKS, by=acting(c)).counts


def test_who_changed_it_does_not_verify_it_either(place: Office) -> None:
    clerk, editor, third = (place.user(Role.DEALS) for _ in range(3))
    contract = place.contract(by=acting(clerk))
    edit_contract(contract, place.fair, place.draft(note="corrected"), by=acting(editor))
    for user in (clerk, editor):
        with pytest.raises(SamePerson):
            verify_contract(contract, place.fair, ALL_CHECKS, by=acting(user))
    assert verify_contract(contract, place.fair, ALL_CHECKS, by=acting(third)).counts


@pytest.mark.parametrize("missing", list(ALL_CHECKS))
def test_every_point_has_to_be_ticked(place: Office, missing: str) -> None:
    contract = place.contract(by=acting(place.user(Role.DEALS)))
    with pytest.raises(InvalidInput) as raised:
        verify_contract(contract, place.fair, {**ALL_CHECKS, missing: False}, by=acting(place.user(Role.DEALS)))
    assert raised.value.field == missing


def test_what_cannot_be_verified(place: Office) -> None:
    second = acting(place.user(Role.DEALS))
    euro = {"currency": "EUR", "value": Decimal(1000), "lines": (line(amount=Decimal(1000)),)}
    without_scan = log_contract(place.fair, place.draft(), by=SYSTEM)
    for contract in (without_scan, place.contract(**euro), place.contract(state="lead")):
        with pytest.raises(NotVerifiable):
            verify_contract(contract, place.fair, ALL_CHECKS, by=second)
    far = place.contract(signed_on=place.fair.starts_on - timedelta(days=31))
    with pytest.raises(InvalidInput) as raised:
        verify_contract(far, place.fair, ALL_CHECKS, by=second)
    assert raised.value.field == "note"
    assert verify_contract(far, place.fair, ALL_CHECKS, by=second, note="Đàm phán tại hội chợ trước").counts


def test_nobody_verifies_what_they_have_not_seen(place: Office) -> None:
    clerk, second = place.user(Role.DEALS), place.user(Role.DEALS)
    contract = place.contract(by=acting(clerk))
    seen = version(contract)
    edit_contract(contract, place.fair, place.draft(note="other"), by=acting(clerk), seen=seen)
    with pytest.raises(ChangedMeanwhile):
        verify_contract(contract, place.fair, ALL_CHECKS, by=acting(second), seen=seen)
    with pytest.raises(ChangedMeanwhile):
        edit_contract(contract, place.fair, place.draft(), by=acting(clerk), seen=seen)


def test_frozen_at_verification(place: Office) -> None:
    place.rate("USD", "25000")
    place.rate("EUR", "27500")
    euro = {"currency": "EUR", "value": Decimal(1000), "lines": (line(amount=Decimal(1000)),)}
    frozen = place.verified(by=acting(place.user(Role.DEALS)), **euro)
    waiting = place.contract(**euro)
    rate = db.session.scalars(select(ExchangeRate).where(ExchangeRate.currency == "EUR")).one()
    save_rate(RateDraft("EUR", place.fair.today, Decimal(28_000), "SBV"), by=SYSTEM, rate=rate)
    db.session.expire_all()
    assert (frozen.usd, waiting.usd) == (usd("1100"), usd("1120"))
    assert (frozen.rate_vnd, frozen.rate_source) == (Decimal(27_500), "SBV")


def test_sent_back_and_corrected(place: Office) -> None:
    clerk, second = place.user(Role.DEALS), place.user(Role.DEALS)
    contract = place.contract(by=acting(clerk))
    for reason, error in (("", InvalidInput), ("x" * 401, InvalidInput)):
        with pytest.raises(error):
            return_contract(contract, reason, by=acting(second))
    with pytest.raises(SamePerson):
        return_contract(contract, "Sai trị giá", by=acting(clerk))
    return_contract(contract, "Sai trị giá", by=acting(second))
    assert (contract.verification, contract.return_reason) == (Verification.RETURNED, "Sai trị giá")
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert mail.recipient == clerk.email
    assert contract.reference in mail.subject
    assert "Sai trị giá" in mail.body
    with pytest.raises(NotVerifiable):
        verify_contract(contract, place.fair, ALL_CHECKS, by=acting(second))
    edit_contract(contract, place.fair, place.draft(), by=acting(clerk))
    assert contract.verification is Verification.LOGGED
    assert verify_contract(contract, place.fair, ALL_CHECKS, by=acting(second)).return_reason == ""


def test_following_on(place: Office) -> None:
    second = acting(place.user(Role.DEALS))
    contract = place.verified(by=second)
    for state in (ContractState.PART_SHIPPED, ContractState.SHIPPED, ContractState.PAID):
        assert move_contract(contract, place.fair, state, by=SYSTEM).counts
    with pytest.raises(InvalidTransition):
        move_contract(contract, place.fair, ContractState.SIGNED, by=SYSTEM, signed_on=place.fair.today)
    with pytest.raises(InvalidInput):
        move_contract(contract, place.fair, ContractState.CANCELLED, by=SYSTEM)
    assert not move_contract(contract, place.fair, ContractState.CANCELLED, by=SYSTEM, reason="Khách hủy").counts


def test_an_mou_that_is_signed_is_verified_anew(place: Office) -> None:
    clerk, second = place.user(Role.DEALS), place.user(Role.DEALS)
    mou = place.verified(by=acting(second), state="mou")
    assert not mou.counts
    with pytest.raises(InvalidInput):
        move_contract(mou, place.fair, ContractState.SIGNED, by=acting(clerk))
    move_contract(mou, place.fair, ContractState.SIGNED, by=acting(clerk), signed_on=place.fair.today)
    assert (mou.state, mou.verification, mou.counts) == (ContractState.SIGNED, Verification.LOGGED, False)
    with pytest.raises(SamePerson):
        verify_contract(mou, place.fair, ALL_CHECKS, by=acting(clerk))
    assert verify_contract(mou, place.fair, ALL_CHECKS, by=acting(second)).counts
    lead = place.contract(state="lead", value=Decimal(0), lines=())
    with pytest.raises(DomainError):
        move_contract(lead, place.fair, ContractState.SIGNED, by=SYSTEM, signed_on=place.fair.today)


def test_figures_are_never_mixed(place: Office) -> None:
    second = acting(place.user(Role.DEALS))
    place.verified(by=second)
    place.verified(by=second, state="mou", value=Decimal(200), lines=(line(amount=Decimal(200)),))
    place.contract(value=Decimal(30), lines=(line(amount=Decimal(30)),))
    place.contract(state="mou", value=Decimal(4), lines=(line(amount=Decimal(4)),))
    place.contract(state="lead", value=Decimal(0), lines=())
    place.contract(currency="EUR", value=Decimal(9), lines=(line(amount=Decimal(9)),))
    gone = place.verified(by=second)
    move_contract(gone, place.fair, ContractState.CANCELLED, by=SYSTEM, reason="x")
    found = sums(place.fair.id, ContractFilter())
    assert (found.verified.count, found.verified.usd) == (1, usd("1500.50"))
    assert (found.mou.count, found.mou.usd) == (1, usd("200"))
    assert (found.waiting.count, found.waiting.usd, found.waiting.without_rate) == (2, usd("30"), 1)
    assert (found.mou_waiting.count, found.mou_waiting.usd) == (1, usd("4"))
    assert (found.leads.count, found.cancelled_later.count, found.cancelled.count) == (1, 1, 0)
    assert found.cancelled_later.usd == usd("1500.50")
    other = office()
    assert sums(other.fair.id, ContractFilter()).verified.count == 0


def test_filters_and_pages(place: Office) -> None:
    france = place.company("Exemple Décoration", country="FR")
    one = place.contract(importer_id=france.id, number="HD/01-26")
    two = place.contract(state="mou")
    assert [c.reference for c in list_contracts(place.fair.id, ContractFilter()).items] == [
        two.reference,
        one.reference,
    ]
    for wanted in (
        ContractFilter(country="FR"), ContractFilter(state=ContractState.SIGNED), ContractFilter(text="decoration"),
        ContractFilter(text="hd/01"), ContractFilter(text=one.reference.lower()),
        ContractFilter(text="bat trang", country="FR"),
    ):  # fmt: skip
        assert [c.reference for c in list_contracts(place.fair.id, wanted).items] == [one.reference], wanted
    page = list_contracts(place.fair.id, ContractFilter(), sort="signed", limit=1)
    rest = list_contracts(place.fair.id, ContractFilter(), sort="signed", limit=1, cursor=page.next)
    assert [c.reference for c in (*page.items, *rest.items)] == [one.reference, two.reference]
    assert rest.next is None


def test_two_clerks_with_one_scan(real_app: Flask) -> None:
    with real_app.app_context():
        place = office()
        fair, draft, paper = place.fair, place.draft(), scan()
    start = Barrier(4)

    def attempt(_number: int) -> str:
        with real_app.app_context():
            start.wait()
            try:
                return log_contract(fair, draft, by=Actor(None, "x"), evidence=paper).reference
            except EvidenceKnown:
                return "known"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(attempt, range(4)))
    assert outcomes == [f"{fair.code}-C-000001", "known", "known", "known"]


def test_two_who_verify_at_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = office()
        contract_id, fair = place.contract().id, place.fair
        actors = [acting(place.user(Role.DEALS)) for _ in range(4)]
    start = Barrier(4)

    def attempt(by: Actor) -> str:
        with real_app.app_context():
            contract = db.session.get_one(Contract, contract_id)
            start.wait()
            try:
                verify_contract(contract, fair, ALL_CHECKS, by=by)
            except AlreadyVerified:
                return "already"
            return "verified"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, actors)) == ["already"] * 3 + ["verified"]
