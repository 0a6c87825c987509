"""Nobody is supported twice: found across fairs, funds and records of a company; a second person decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, SamePerson
from fairs.core.money import Money
from fairs.documents.service import submit_selection
from fairs.funding.duplicates import same_companies
from fairs.funding.errors import ClashWaits, DuplicateSupport
from fairs.funding.models import Grant
from fairs.funding.queries import clashes_of, grants_of_companies
from fairs.funding.service import add_receipt, decide_clash, settle_grant
from fairs.funding.states import ClashKind, ClashState, GrantState
from tests.factories.support import scan_of, support_place


def test_one_item_at_a_fair_once(app: Flask) -> None:
    place = support_place()
    exhibitor = place.supported()
    other = place.other_grant(exhibitor, "KC-DOM-JOIN")
    with pytest.raises(DuplicateSupport, match=other.reference):
        place.proposed(exhibitor, reason="Khoản khác")


def test_another_fund_for_the_same_cost_needs_a_second_person(app: Flask) -> None:
    place = support_place()
    exhibitor = place.supported()
    other = place.other_grant(exhibitor)
    with pytest.raises(DuplicateSupport, match=other.reference) as refused:
        place.proposed(exhibitor)
    assert refused.value.field == "reason"
    selection = place.proposed(exhibitor, reason="Khoản kia cho chuyến đi").selection
    with pytest.raises(ClashWaits):
        submit_selection(selection, by=place.by)
    [clash] = clashes_of([place.grant(selection).id])
    assert (clash.kind, clash.other_id) == (ClashKind.SAME_COST, other.id)
    with pytest.raises(SamePerson):
        decide_clash(clash, is_duplicate=False, note="Đã xem", by=place.by)
    with pytest.raises(InvalidInput):
        decide_clash(clash, is_duplicate=False, note=" ", by=place.other)
    decide_clash(clash, is_duplicate=False, note="Đã đối chiếu hai quyết định", by=place.other)
    assert place.sign(submit_selection(selection, by=place.by)).decision_number == "12/QĐ-SCT"


def test_a_duplicate_leaves_the_selection(app: Flask) -> None:
    place = support_place()
    exhibitor = place.supported()
    place.other_grant(exhibitor)
    selection = place.proposed(exhibitor, reason="Không trùng").selection
    grant = place.grant(selection)
    decide_clash(clashes_of([grant.id])[0], is_duplicate=True, note="Cùng một gian hàng", by=place.other)
    assert (place.grant(selection).state, len(selection.items)) == (GrantState.RELEASED, 0)


@pytest.mark.parametrize("same", ["branch", "folded name"])
def test_a_company_under_two_records(app: Flask, same: str) -> None:
    place = support_place()
    first = place.supported(name="Gốm Đông Á", tax_code="0100109106")
    place.proposed(first)
    twin = {"name": "Gom  dong a"} if same == "folded name" else {"name": "Tên khác", "tax_code": "0100109106-001"}
    second = place.supported(name="Tạm", country="VN")
    with transaction():
        for name, value in twin.items():
            setattr(second.company, name, value)
        if same == "folded name":
            second.company.folded = first.company.folded
    with pytest.raises(DuplicateSupport, match="Gốm Đông Á"):
        place.proposed(second)
    assert len(grants_of_companies(same_companies(second.company))) == 1


@pytest.mark.parametrize(("shift", "clashes"), [(1, True), (30, False)])
def test_the_same_item_elsewhere_at_the_same_time(app: Flask, shift: int, clashes: bool) -> None:
    place, elsewhere = support_place(), support_place()
    exhibitor = place.supported()
    with transaction():
        elsewhere.fair.starts_on = place.fair.starts_on + timedelta(days=shift)
        elsewhere.fair.ends_on = place.fair.ends_on + timedelta(days=shift)
    elsewhere.other_grant(exhibitor, "KC-DOM-JOIN")
    if clashes:
        with pytest.raises(DuplicateSupport, match=f"SF.*{elsewhere.fair.code[2:]}-G-"):
            place.proposed(exhibitor)
    else:
        assert place.proposed(exhibitor).amount is not None


def test_a_receipt_is_used_once(app: Flask) -> None:
    place = support_place()
    selection = place.signed(many=2)
    one, two = (db.session.get_one(Grant, key) for key in _keys(selection.id))
    add_receipt(one, scan=scan_of("ticket"), ticket="VN 123", by=place.by)
    for values in ({"scan": scan_of("ticket"), "ticket": ""}, {"scan": None, "ticket": "vn123"}):
        with pytest.raises(DuplicateSupport, match=one.reference):
            add_receipt(two, by=place.by, **values)  # type: ignore[arg-type]
    add_receipt(two, scan=None, ticket="VN123", reason="Một hóa đơn cho hai gian", by=place.by)
    with pytest.raises(ClashWaits):
        settle_grant(two, Money(1, "VND"), by=place.by)
    [clash] = clashes_of([two.id])
    assert (clash.kind, clash.state) == (ClashKind.TICKET, ClashState.WAITING)
    decide_clash(clash, is_duplicate=False, note="Đúng", by=place.other)
    assert settle_grant(two, Money(1, "VND"), by=place.by).state is GrantState.SETTLED


def _keys(selection_id: int) -> list[int]:
    from fairs.funding.queries import grants_of_selection

    return [grant.id for grant in grants_of_selection(selection_id)]
