"""Contracts that may be one deal: found, kept, merged and set free, by one person or two at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from fairs.audit.queries import history
from fairs.contracts.counting import headline, verified_once
from fairs.contracts.duplicates import candidates, candidates_of, compare_together, refresh_all, refresh_fair
from fairs.contracts.errors import BothVerified, NotMergeable
from fairs.contracts.likeness_words import why_text
from fairs.contracts.merging import (
    complements,
    copies_of,
    make_call_off,
    merge_contracts,
    set_apart,
    undo_merge,
)
from fairs.contracts.models import Contract
from fairs.contracts.pair_models import ContractPair
from fairs.contracts.queries import ContractFilter, sums
from fairs.contracts.rules import ContractDraft, LineDraft
from fairs.contracts.service import edit_contract, log_contract, move_contract
from fairs.contracts.states import ContractKind, ContractState, PairState
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.permissions import Role
from tests.factories.checkin import new_fair
from tests.factories.deals import Office, acting, office, scan
from tests.support.queries import counted_queries
from tests.support.rivals import at_once


@pytest.fixture
def place(app: Flask) -> Iterator[Office]:
    found = office()
    found.rate()
    with force_locale("en"):
        yield found


def pairs() -> list[tuple[str, str, PairState]]:
    rows = db.session.scalars(select(ContractPair).order_by(ContractPair.id))
    return [(pair.first.reference, pair.second.reference, pair.state) for pair in rows]


def twice(place: Office, **values: Any) -> tuple[Contract, Contract]:
    """A deal that both sides reported."""
    one = place.contract(number="HD-07/2026", **values)
    return one, place.contract(number="HĐ 7/26", reported_by="importer", **values)


def goods(amount: str, quantity: int = 10) -> dict[str, Any]:
    return {
        "value": Decimal(amount),
        "lines": (LineDraft("6913", "Bình gốm", Decimal(quantity), "PCE", Decimal(amount)),),
    }


def totals(place: Office) -> dict[str, Any]:
    found = sums(place.fair.id, ContractFilter())
    return {
        name: (getattr(found, name).count, getattr(found, name).usd) for name in ("verified", "waiting", "part", "mou")
    }


def test_what_both_sides_log_is_a_pair_at_once(place: Office) -> None:
    one, other = twice(place)
    assert pairs() == [(one.reference, other.reference, PairState.OPEN)]
    [found] = candidates(place.fair)
    assert (found.a, found.b) == (one.reference, other.reference)
    assert why_text(found.reasons) == (
        "same exporter, same importer, same number, same value, same day, same goods and quantities, "
        "reported by different sides"
    )
    assert [hit.b for hit in candidates_of(one)] == [other.reference]


def test_a_change_makes_and_unmakes_a_pair(place: Office) -> None:
    one = place.contract(number="HD-07/2026")
    other = place.contract(number="", **goods("99000"))
    assert pairs() == []
    edit_contract(other, place.fair, place.draft(number=""), by=SYSTEM)
    assert pairs() == [(one.reference, other.reference, PairState.OPEN)]
    edit_contract(other, place.fair, place.draft(**goods("99000")), by=SYSTEM)
    assert pairs() == []


def test_other_fairs_and_years_are_compared_and_rehearsals_are_not(place: Office) -> None:
    one = place.contract(number="HD-07/2026")
    later = Office(new_fair(), place.exporter, place.importer)
    other = later.contract(number="HD 07/2026")
    assert [(hit.a, hit.b) for hit in candidates(place.fair)] == [(one.reference, other.reference)]
    assert [(hit.a, hit.b) for hit in candidates(later.fair)] == [(one.reference, other.reference)]
    assert candidates(place.fair, all_years=False) == []
    with transaction():
        later.fair.is_rehearsal = True
    assert candidates(place.fair) == candidates(later.fair) == []


def test_a_second_record_of_the_company_and_another_currency(place: Office) -> None:
    place.rate("EUR", "27000")
    one = place.contract(number="", **goods("27000"))
    namesake = place.company("Mihon Trading Co., Ltd", "JP")
    other = place.contract(number="", currency="EUR", importer_id=namesake.id, **goods("25000"))
    [found] = candidates(place.fair)
    assert (found.a, found.b) == (one.reference, other.reference)
    assert "value in USD within 0 %" in why_text(found.reasons)
    assert "value" not in why_text(found.reasons, hides_values=True).replace("values close together", "")


def test_a_contract_kept_as_call_offs_becomes_a_framework(place: Office) -> None:
    whole = place.contract(number="HD-07/2026", **goods("9000", 90))
    parts = [place.contract(number="", **goods(value, n)) for value, n in (("5000", 50), ("4000", 40))]
    refs = [(whole.reference, part.reference, PairState.OPEN) for part in parts]
    assert sorted(pairs()) == refs
    make_call_off(parts[0], whole, by=SYSTEM, reason="Đợt 1")
    assert (parts[0].kind, parts[0].parent_id, whole.kind) == (ContractKind.CALL_OFF, whole.id, ContractKind.FRAMEWORK)
    make_call_off(parts[1], whole, by=SYSTEM)
    assert {state for *_refs, state in pairs()} == {PairState.CALL_OFF}
    assert candidates(place.fair) == []
    with pytest.raises(NotMergeable, match="call-off already"):
        make_call_off(parts[0], parts[1], by=SYSTEM)
    with pytest.raises(NotMergeable, match="call-off of the other"):
        merge_contracts(whole, parts[0], by=SYSTEM)


def test_two_deals_are_asked_about_once(place: Office) -> None:
    one, other = twice(place)
    with pytest.raises(InvalidInput) as error:
        set_apart(one, other, by=SYSTEM, reason=" ")
    assert error.value.field == "reason"
    set_apart(one, other, by=SYSTEM, reason="Hai container")
    refresh_fair(place.fair)
    assert refresh_all() == 1
    assert pairs() == [(one.reference, other.reference, PairState.NOT_DUPLICATE)]
    assert candidates(place.fair) == []
    assert history(one)[0].action == history(other)[0].action == "contracts.apart"
    edit_contract(
        other, place.fair, place.draft(number="HĐ 07/2026", signed_on=place.fair.today - timedelta(1)), by=SYSTEM
    )
    assert pairs() == [(one.reference, other.reference, PairState.OPEN)]


def test_a_merged_record_counts_nowhere_and_can_be_set_free(place: Office) -> None:
    clerk = acting(place.user(Role.DEALS))
    one = place.verified(by=clerk, number="HD-07/2026")
    other = place.verified(by=clerk, number="HĐ 7/26", reported_by="importer")
    before = totals(place)
    assert before["verified"][0] == 2
    with pytest.raises(BothVerified):
        merge_contracts(one, other, by=clerk)
    merge_contracts(one, other, by=clerk, reason="Cùng một hợp đồng", compared=True)
    assert totals(place)["verified"] == (1, one.usd)
    assert copies_of(one) == [other]
    assert candidates(place.fair) == []
    assert history(other)[0].action == "contracts.merge"
    assert history(one)[0].action == "contracts.take_in"
    undo_merge(other, by=clerk)
    assert totals(place) == before
    assert pairs() == [(one.reference, other.reference, PairState.OPEN)]
    with pytest.raises(NotMergeable):
        undo_merge(other, by=clerk)


def test_what_the_one_that_stays_lacks_is_taken_over_and_given_back(place: Office) -> None:
    one = place.contract(number="", delivery="")
    other = place.contract(number="HD-07/2026", delivery="45 ngày", evidence=scan("paper"))
    assert complements(one, other) == ["number", "delivery"]
    merge_contracts(one, other, by=SYSTEM, take=["number", "evidence", "delivery"])
    assert (one.number, one.delivery) == ("HD-07/2026", "45 ngày")
    undo_merge(other, by=SYSTEM)
    assert (one.number, one.delivery, other.number) == ("", "", "HD-07/2026")


def test_what_cannot_be_merged(place: Office) -> None:
    one, other = twice(place)
    third = place.contract(number="HD-7/2026")
    with pytest.raises(NotMergeable, match="one record"):
        merge_contracts(one, one, by=SYSTEM)
    merge_contracts(one, other, by=SYSTEM)
    with pytest.raises(NotMergeable, match="meantime"):
        merge_contracts(third, other, by=SYSTEM)
    with pytest.raises(NotMergeable, match="let that one stay"):
        merge_contracts(third, one, by=SYSTEM)
    move_contract(third, place.fair, ContractState.CANCELLED, by=SYSTEM, reason="Thôi")
    with pytest.raises(NotMergeable, match="cancelled"):
        merge_contracts(one, third, by=SYSTEM)
    assert pairs() == [(one.reference, other.reference, PairState.MERGED)]


def test_a_framework_with_call_offs_stays(place: Office) -> None:
    one, other = twice(place)
    make_call_off(place.contract(**goods("100")), other, by=SYSTEM)
    with pytest.raises(NotMergeable, match="has call-offs"):
        merge_contracts(one, other, by=SYSTEM)


def test_two_people_merge_in_opposite_directions(real_app: Flask) -> None:
    with real_app.app_context():
        keys = [contract.id for contract in twice(office())]

    def merge(kept: int, gone: int) -> None:
        merge_contracts(db.session.get_one(Contract, kept), db.session.get_one(Contract, gone), by=SYSTEM)

    assert at_once(real_app, [lambda: merge(*keys), lambda: merge(*reversed(keys))]) == {"done": 1, "not_mergeable": 1}
    with real_app.app_context():
        merged = db.session.scalars(select(Contract.merged_into_id).order_by(Contract.id)).all()
    assert merged in ([None, keys[0]], [keys[1], None])


def test_two_clerks_log_the_same_deal_at_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = office()
        first = place.contract(number="HD-07/2026").id
        fair, drafts = place.fair, [place.draft(number="HĐ 7/26"), place.draft(number="HD 7/2026")]

    def log(draft: ContractDraft) -> None:
        log_contract(fair, draft, by=SYSTEM, evidence=scan())

    assert at_once(real_app, [partial(log, draft) for draft in drafts]) == {"done": 2}
    with real_app.app_context():
        found = db.session.execute(select(ContractPair.first_id, ContractPair.second_id)).all()
    assert sorted(map(tuple, found)) == [(first, first + 1), (first, first + 2), (first + 1, first + 2)]


def test_many_are_compared_once(place: Office) -> None:
    place.contract(number="HD-07/2026")
    with compare_together():
        for n in (1, 2):
            place.contract(number=f"HĐ 7/26 {' ' * n}")
        assert pairs() == []
    assert len(pairs()) == 3


def test_comparing_takes_a_constant_number_of_statements(place: Office) -> None:
    twice(place)
    with counted_queries() as few:
        candidates(place.fair)
    for n in range(3):
        twice(place, value=Decimal("1500.50") + n, lines=goods(str(Decimal("1500.50") + n))["lines"])
    with counted_queries() as many:
        assert len(candidates(place.fair)) >= 4
    assert len(many) == len(few)


def everything(place: Office) -> list[Contract]:
    return list(db.session.scalars(select(Contract).where(Contract.fair_id == place.fair.id)))


ACTS = st.lists(
    st.tuples(st.sampled_from(["merge", "undo", "apart"]), st.integers(0, 3), st.integers(0, 3)), max_size=8
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_sums_are_those_of_the_records_through_any_history(place: Office, acts: list[tuple[str, int, int]]) -> None:
    clerk = acting(place.user(Role.DEALS))
    deals = [place.verified(by=clerk, number=f"HD-0{n % 2 + 7}/2026", **goods(str(1000 + n))) for n in range(4)]
    before = totals(place)
    for act, left, right in acts:
        one, other = deals[left], deals[right]
        try:
            if act == "merge":
                merge_contracts(one, other, by=SYSTEM, compared=True)
            elif act == "undo":
                undo_merge(one, by=SYSTEM)
            else:
                set_apart(one, other, by=SYSTEM, reason="Khác")
        except DomainError as error:
            assert error.code in {"not_mergeable", "not_found", "invalid_transition"}  # noqa: PT017
        own = Contract.fair_id == place.fair.id
        for condition in (headline(), verified_once()):
            total = db.session.scalar(select(func.sum(Contract.usd_minor)).where(own, condition))
            assert total == sum(deal.usd_minor or 0 for deal in everything(place) if deal.counts)
    for deal in deals:
        if deal.merged_into_id is not None:
            undo_merge(deal, by=SYSTEM)
    assert totals(place) == before


def test_the_command_lists_what_nobody_decided(app: Flask, place: Office) -> None:
    one, other = twice(place)
    run = app.test_cli_runner()
    result = run.invoke(args=["contracts", "duplicates", place.fair.slug, "--json"])
    [found] = json.loads(result.output)
    assert (found["a"], found["b"]) == (one.reference, other.reference)
    assert 0.9 < found["score"] <= 1
    assert "number_equal" in found["reasons"]
    assert one.reference in run.invoke(args=["contracts", "duplicates", place.fair.slug]).output
    assert run.invoke(args=["contracts", "duplicates", "no-fair"]).exit_code == 1
