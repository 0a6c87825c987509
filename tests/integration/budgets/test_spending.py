"""Budgets in versions, what vouchers take of their lines, overruns, sponsors' money; rivals for the last of a line."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.budgets.errors import BelowUsed, LineExceeded, NotEditable
from fairs.budgets.models import Commitment, FairBudget, FairLine, Voucher
from fairs.budgets.queries import approved_budget, base_of, by_source, differences, duplicates_of, fair_lines
from fairs.budgets.service import (
    ItemDraft,
    approve_budget,
    ask_overrun,
    decide_overrun,
    new_version,
    return_budget,
    save_item,
    submit_budget,
)
from fairs.budgets.spending import (
    CommitmentDraft,
    VoucherDraft,
    VoucherPart,
    approve_voucher,
    change_voucher,
    commit,
    counter,
    pay_voucher,
    refuse_voucher,
    release_commitment,
    return_voucher,
    submit_voucher,
)
from fairs.budgets.sponsor_queries import sponsorship
from fairs.budgets.sponsoring import end_sponsor, invoice_instalment, receive_in_kind
from fairs.budgets.states import (
    BudgetState,
    Category,
    CommitmentState,
    MoneySource,
    SponsorState,
    VoucherState,
)
from fairs.core.db import db
from fairs.core.errors import Conflict, InvalidInput, InvalidTransition, SamePerson
from fairs.core.storage import Upload
from fairs.payments.credits import day_of_money
from fairs.payments.models import Credit, Invoice, LedgerEntry
from fairs.payments.states import InvoiceState
from tests.factories.budgets import MILLION, Treasury, treasury
from tests.factories.deals import vnd


@pytest.fixture
def place(app: Flask) -> Treasury:
    return treasury()


def use(line: FairLine) -> tuple[int, int, int]:
    """Committed, spent and left, in millions."""
    return line.committed_minor // MILLION, line.spent_minor // MILLION, line.left.amount_minor // MILLION


def state_of(row: Commitment) -> str:
    """The state as it is in the database."""
    db.session.refresh(row)
    return str(row.state)


# --- versions -------------------------------------------------------------------------------------------------------


def test_a_budget_is_approved_by_a_second_person_and_never_edited(place: Treasury) -> None:
    budget = place.submitted()
    with pytest.raises(SamePerson):
        approve_budget(budget, decision_number="1/QĐ", decision_on=place.fair.today, by=place.finance)
    return_budget(budget, reason="Thiếu dự phòng", by=place.organiser)
    save_item(
        budget, ItemDraft("C", "Dự phòng", Category.CONTINGENCY, MoneySource.CITY, vnd(5 * MILLION)), by=place.finance
    )
    place.approve(submit_budget(budget, by=place.finance))
    assert [(one.code, one.planned_minor // MILLION) for one in fair_lines(place.fair.id)] == [
        ("A.1", 100),
        ("B.1", 50),
        ("C", 5),
    ]
    with pytest.raises(NotEditable):
        save_item(budget, ItemDraft("D", "D", Category.OTHER, MoneySource.CITY, vnd(1)), by=place.finance)


def test_an_adjustment_is_a_version_that_shows_what_differs(place: Treasury) -> None:
    place.approved()
    with pytest.raises(InvalidInput):
        new_version(place.fair, by=place.finance)  # why?
    draft = place.draft({"A.1": 80, "D.1": 20}, reason="Giảm mặt bằng")
    with pytest.raises(Conflict):
        new_version(place.fair, by=place.finance, reason="Nữa")
    found = {one.code: one.by.amount_minor // MILLION for one in differences(base_of(draft), draft) if one.is_changed}
    assert found == {"A.1": -20, "D.1": 20}
    place.approve(submit_budget(draft, by=place.finance))
    states = db.session.scalars(select(FairBudget.state).order_by(FairBudget.version)).all()
    assert states == [BudgetState.REPLACED, BudgetState.APPROVED]
    assert place.line().planned == vnd(80 * MILLION)


def test_a_line_is_never_planned_with_less_than_is_used(place: Treasury) -> None:
    place.approved()
    place.paid(60)
    place.commitment(20)
    draft = place.draft({"A.1": 70}, reason="Cắt giảm")
    with pytest.raises(BelowUsed):
        submit_budget(draft, by=place.finance)


def test_a_copy_from_another_fair_grows(place: Treasury) -> None:
    other = treasury()
    draft = other.draft()
    price = ItemDraft(
        "Q", "Quà", Category.HOSTING, MoneySource.CITY, quantity=Decimal(30), unit_price=vnd(1_000_001), unit="suất"
    )
    assert save_item(draft, price, by=other.finance).amount == vnd(30_000_030)
    source = other.approve(submit_budget(draft, by=other.finance))
    copy = new_version(place.fair, by=place.finance, copy_of=source, growth=Decimal(10))
    assert {one.code: one.amount_minor for one in copy.items} == {
        "A.1": 110 * MILLION,
        "B.1": 55 * MILLION,
        "Q": 30 * 1_100_001,
    }
    with pytest.raises(InvalidInput, match="30"):
        ItemDraft("X", "X", Category.OTHER, MoneySource.CITY, vnd(31), quantity=Decimal(3), unit_price=vnd(10)).total(
            "VND"
        )


# --- spending -------------------------------------------------------------------------------------------------------


def test_a_voucher_takes_commits_and_spends(place: Treasury) -> None:
    place.approved()
    draft = place.voucher(30)
    assert use(place.line()) == (0, 0, 100)
    submit_voucher(draft, by=place.finance)
    assert use(place.line()) == (30, 0, 70)
    return_voucher(draft, reason="Thiếu hóa đơn", by=place.organiser)
    assert use(place.line()) == (0, 0, 100)
    submit_voucher(draft, by=place.finance)
    with pytest.raises(SamePerson):
        approve_voucher(draft, by=place.finance)
    approve_voucher(draft, by=place.organiser)
    with pytest.raises(InvalidInput):
        pay_voucher(draft, on=day_of_money(), by=place.finance)  # a transfer has a reference
    pay_voucher(draft, on=day_of_money(), reference="FT1", by=place.finance)
    assert use(place.line()) == (0, 30, 70)
    with pytest.raises(InvalidTransition):
        refuse_voucher(draft, reason="Muộn", by=place.organiser)
    refuse_voucher(place.waiting(10), reason="Sai", by=place.organiser)
    assert use(place.line()) == (0, 30, 70)
    assert len(set(db.session.scalars(select(Voucher.number)))) == 2


def test_a_commitment_is_settled_by_vouchers_and_the_rest_released(place: Treasury) -> None:
    place.approved()
    promised = place.commitment(60)
    assert use(place.line()) == (60, 0, 40)
    place.paid(40, commitment=promised)
    assert use(place.line()) == (20, 40, 40)
    with pytest.raises(LineExceeded):
        place.waiting(30, commitment=promised)
    waiting = place.waiting(20, commitment=promised)
    assert state_of(promised) == CommitmentState.USED
    return_voucher(waiting, reason="Sai", by=place.organiser)
    assert state_of(promised) == CommitmentState.OPEN
    release_commitment(promised, reason="Quyết toán thấp hơn", by=place.finance)
    assert use(place.line()) == (0, 40, 60)
    with pytest.raises(LineExceeded):
        submit_voucher(waiting, by=place.finance)


def test_a_paid_voucher_is_undone_by_a_counter_voucher(place: Treasury) -> None:
    place.approved()
    promised = place.commitment(50)
    paid = place.paid(50, commitment=promised)
    undone = counter(paid, reason="Chuyển nhầm", by=place.finance)
    with pytest.raises(Conflict):
        counter(paid, reason="Lần nữa", by=place.finance)
    with pytest.raises(SamePerson):
        approve_voucher(undone, by=place.finance)
    assert use(place.line()) == (0, 50, 50)
    approve_voucher(undone, by=place.organiser)
    pay_voucher(undone, on=day_of_money(), reference="FT2", by=place.finance)
    assert db.session.get_one(Voucher, paid.id).state is VoucherState.VOIDED
    assert use(place.line()) == (50, 0, 50)  # the contract still has to be paid
    with pytest.raises(Conflict):
        counter(undone, reason="Không", by=place.finance)


def test_above_the_plan_only_with_a_permitted_overrun(place: Treasury) -> None:
    place.approved()
    with pytest.raises(LineExceeded):
        place.waiting(101)
    asked = ask_overrun(place.line(), vnd(10 * MILLION), reason="Giá thuê tăng", by=place.finance)
    with pytest.raises(SamePerson):
        decide_overrun(asked, grant=True, by=place.finance)
    decide_overrun(asked, grant=True, by=place.organiser)
    place.paid(105)
    assert place.line().over == vnd(5 * MILLION)
    # The adjustment plans what was permitted; the permission that nobody used ends with it.
    place.approved({"A.1": 105}, reason="Theo thực tế")
    assert (place.line().overrun_minor, place.line().left.amount_minor) == (0, 0)


def test_papers_that_were_handed_in_before_are_pointed_out(place: Treasury) -> None:
    place.approved()
    paper = Upload("hoadon.pdf", b"%PDF-1.4\nsame\n%%EOF")
    first = place.waiting(1, external_number="0001234", scan=paper)
    by_number = place.voucher(1, external_number="0001234", payee="CÔNG TY DÀN DỰNG  MẪU")
    other_payee = place.voucher(1, external_number="0001234", payee="Người khác")
    by_paper = place.voucher(1, payee="Người khác nữa", scan=paper)
    assert [one.id for one in duplicates_of(by_number)] == [first.id]
    assert duplicates_of(other_payee) == []
    assert [one.id for one in duplicates_of(by_paper)] == [first.id]
    with pytest.raises(InvalidInput):
        place.voucher(1, scan=Upload("x.pdf", b"MZ no paper"))


def test_only_drafts_change(place: Treasury) -> None:
    place.approved()
    draft = VoucherDraft("Khác", "Khác", [VoucherPart(place.line("B.1").id, vnd(7))], day_of_money(), "cash")
    changed = change_voucher(place.voucher(1), draft, by=place.organiser)
    assert (changed.payee, changed.total, changed.lines[0].line.code) == ("Khác", vnd(7), "B.1")
    submit_voucher(changed, by=place.finance)
    with pytest.raises(NotEditable):
        change_voucher(changed, draft, by=place.finance)
    other = treasury()
    other.approved()
    with pytest.raises(InvalidInput):
        place.voucher(1, parts=[VoucherPart(other.line().id, vnd(1))])


RIVALS = 8


def test_rivals_for_the_last_of_a_line(real_app: Flask) -> None:
    """100 are planned, eight vouchers of 30 are submitted at once: three are taken. Numbers have no gaps."""
    with real_app.app_context():
        place = treasury()
        place.approved()
        ids = [place.voucher(30).id for _ in range(RIVALS // 2)]
        line_id, finance = place.line().id, place.finance
        fair_id = place.fair.id
    together = Barrier(RIVALS)

    def act(n: int) -> bool:
        with real_app.app_context():
            together.wait(30)
            try:
                if n < len(ids):
                    submit_voucher(db.session.get_one(Voucher, ids[n]), by=finance)
                else:
                    draft = CommitmentDraft("Bên B", "Hợp đồng", vnd(30 * MILLION), day_of_money())
                    commit(db.session.get_one(FairLine, line_id), draft, by=finance)
            except LineExceeded:
                return False
            return True

    with ThreadPoolExecutor(RIVALS) as pool:
        got = list(pool.map(act, range(RIVALS)))
    assert got.count(True) == 3
    with real_app.app_context():
        line = db.session.get_one(FairLine, line_id)
        assert use(line) == (90, 0, 10)
        numbers = db.session.scalars(
            select(Voucher.number).where(Voucher.fair_id == fair_id).order_by(Voucher.id)
        ).all()
        assert [int(number[-5:]) for number in numbers] == list(range(1, len(ids) + 1))


# --- sponsors -------------------------------------------------------------------------------------------------------


def test_a_sponsors_money_comes_as_any_other(place: Treasury) -> None:
    place.approved()
    sponsor = place.sponsor(30, vat_percent=8)
    invoice = invoice_instalment(sponsor, sponsor.instalments[0].id, by=place.finance)
    with pytest.raises(Conflict):
        invoice_instalment(sponsor, sponsor.instalments[0].id, by=place.finance)
    assert invoice.total == vnd(32_400_000)
    place.office.receipt(invoice, 10 * MILLION)
    assert sponsorship(place.fair.id, sponsor.number).state is SponsorState.INVOICED
    place.office.receipt(invoice, 22_400_000)
    assert sponsorship(place.fair.id, sponsor.number).state is SponsorState.RECEIVED
    received = dict(by_source(place.fair, fair_lines(place.fair.id)))[MoneySource.SPONSORS].received
    assert received == vnd(32_400_000)
    assert db.session.scalar(select(func.sum(LedgerEntry.amount_minor))) == 0


def test_what_comes_in_kind_is_no_money(place: Treasury) -> None:
    place.approved()
    sponsor = place.sponsor(20, in_kind=True)
    receive_in_kind(sponsor, on=day_of_money(), by=place.finance)
    assert db.session.scalar(select(func.count()).select_from(Invoice)) == 0
    assert MoneySource.SPONSORS not in dict(by_source(place.fair, fair_lines(place.fair.id)))


def test_a_sponsor_who_falls_through_owes_nothing(place: Treasury) -> None:
    sponsor = place.sponsor(30)
    invoice = invoice_instalment(sponsor, sponsor.instalments[0].id, by=place.finance)
    place.office.receipt(invoice, 10 * MILLION)
    end_sponsor(sponsor, reason="Rút", by=place.finance)
    assert db.session.get_one(Invoice, invoice.id).state is InvoiceState.CANCELLED
    assert db.session.scalar(select(Credit.amount_minor)) == 10 * MILLION
    assert approved_budget(place.fair.id) is None
