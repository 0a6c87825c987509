"""Grants: what a rule gives, versions of rules, settlement, release, and a fair that is called off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from fairs.calendar.changes import cancel_fair, preview_cancel
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.money import Money
from fairs.documents.models import Selection
from fairs.documents.states import SelectionState
from fairs.exhibitors.errors import NoIndicativePrice, NotForSupport, StandsInSelection
from fairs.exhibitors.service import accept_as_paying, refuse_application, withdraw_application
from fairs.funding.errors import RuleNotUsable, TooMuch
from fairs.funding.models import SupportRule
from fairs.funding.queries import rules, rules_in_force
from fairs.funding.reference import load_rules
from fairs.funding.rules import RuleDraft, add_rule, amount_by, change_rule, close_rule
from fairs.funding.service import recover_grant, release_grant, settle_grant
from fairs.funding.states import GrantState, Purpose
from tests.factories.exhibitors import new_office
from tests.factories.support import SupportPlace, budget, rule, support_place

G = GrantState


def vnd(amount: int) -> Money:
    return Money(amount, "VND")


def draft(**values: object) -> RuleDraft:
    known = {"code": "T-1", "purpose": Purpose.BOOTH, "programme_vi": "Mẫu", "programme_en": "", "legal_basis_vi": "TT 1",
             "legal_basis_en": "", "item_vi": "Thuê gian hàng", "item_en": "", "rate_percent": 80, **values}  # fmt: skip
    return RuleDraft(**known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "booths", "expected"),
    [
        ({}, 1, 8_000_000),
        ({"cap_amount": 5_000_000, "cap_unit": "VND/enterprise"}, 1, 5_000_000),
        ({"cap_amount": 9_000_000, "cap_unit": "VND/enterprise"}, 1, 8_000_000),
        ({"cap_amount": 2, "cap_unit": "booths/unit"}, 4, 4_000_000),
        ({"rate_percent": 33}, 1, 3_300_000),
    ],
)
def test_rate_and_cap(values: dict[str, object], booths: int, expected: int) -> None:
    one = draft(**values)
    row = SupportRule(rate_percent=one.rate_percent, cap_amount=one.cap_amount, cap_unit=one.cap_unit)
    assert amount_by(row, vnd(10_000_000), booths=booths) == vnd(expected)
    with pytest.raises(InvalidInput):
        amount_by(row, vnd(10_000_000), percent=(one.rate_percent or 0) + 1)


def test_the_table_is_loaded_once(app: Flask) -> None:
    assert load_rules() == load_rules() == len(rules()) == 22
    assert rule("KC-MACHINE").cap == vnd(300_000_000)
    in_force = {one.code for one in rules_in_force(date(2020, 10, 1))}
    assert "KC-DOM-JOIN" in in_force and "EX-HANOI-WEEK" not in in_force and "KC-LOCAL" not in in_force


def test_a_rule_that_was_used_gets_a_next_version(app: Flask) -> None:
    place = support_place()
    unused = change_rule(rule("KC-OVS"), replace(_again(rule("KC-OVS")), rate_percent=90), by=place.by)
    assert (unused.version, unused.rate_percent) == (1, 90)
    place.proposed()
    used = rule()
    changed = change_rule(used, replace(_again(used), rate_percent=50), by=place.by)
    assert (changed.version, changed.is_newest, used.rate_percent) == (2, True, 80)
    assert place.grant().rule["rate_percent"] == 80 and place.grant().amount == vnd(8_000_000)
    assert [one.version for one in rules() if one.code == used.code] == [2]
    with pytest.raises(InvalidInput):
        add_rule(_again(changed), by=place.by)


def _again(known: SupportRule) -> RuleDraft:
    return RuleDraft(**{name: getattr(known, name) for name in RuleDraft.__dataclass_fields__})


def test_only_a_rule_in_force_supports(app: Flask) -> None:
    place = support_place()
    close_rule(place.terms.rule, closed=True, by=place.by)
    with pytest.raises(RuleNotUsable):
        place.proposed()
    close_rule(place.terms.rule, closed=False, by=place.by)
    assert place.proposed().amount == vnd(8_000_000)


def test_whom_a_selection_takes(app: Flask) -> None:
    place = support_place()
    with pytest.raises(NotForSupport):
        place.proposed(place.office.submitted())
    two = place.supported()
    with transaction():
        two.booth_count = 2
    assert place.proposed(two).amount == vnd(16_000_000)
    for act in (lambda: refuse_application(two, by=place.by, note="Không"), lambda: accept_as_paying(two, by=place.by)):
        with pytest.raises(StandsInSelection):
            act()
    without = SupportPlace(new_office(), replace(place.terms, line=budget()))
    with pytest.raises(NoIndicativePrice):
        without.proposed()


def test_settling_gives_back_what_is_left(app: Flask) -> None:
    place = support_place()
    grant = place.grant(place.signed())
    with pytest.raises(TooMuch):
        settle_grant(grant, vnd(8_000_001), by=place.by)
    settle_grant(grant, vnd(6_000_000), by=place.by)
    line = place.line()
    assert (line.committed_minor, line.spent_minor, line.left) == (0, 6_000_000, vnd(94_000_000))
    with pytest.raises(InvalidTransition):
        release_grant(grant, reason="Nhầm", by=place.by)
    recover_grant(grant, reason="Trả lại", by=place.by)
    assert (place.line().left, place.grant().state) == (vnd(100_000_000), G.RECOVERED)


def test_who_withdraws_frees_the_money(app: Flask) -> None:
    place = support_place()
    exhibitor = place.supported()
    place.proposed(exhibitor)
    withdraw_application(exhibitor, by=SYSTEM, reason="Bận")
    assert place.grant().state is G.RELEASED
    selection = place.signed()
    from fairs.exhibitors.models import Exhibitor

    withdraw_application(db.session.get_one(Exhibitor, selection.items[0].subject_id), by=SYSTEM, reason="Bận")
    assert (place.line().committed_minor, place.grant(selection).state) == (0, G.RELEASED)


def test_a_fair_called_off_frees_the_money(app: Flask) -> None:
    place = support_place()
    place.signed()
    open_one = place.proposed().selection
    found, seen = preview_cancel(place.fair, "Dịch bệnh", by=SYSTEM)
    assert {effect.key for effect in found.items} >= {"Grant.state", "Selection.state"}
    cancel_fair(place.fair, reason="Dịch bệnh", typed_code=place.fair.code, seen=seen, by=SYSTEM)
    assert place.line().committed_minor == 0
    assert db.session.get_one(Selection, open_one.id).state is SelectionState.CANCELLED
    assert place.grant(open_one).state is G.RELEASED
