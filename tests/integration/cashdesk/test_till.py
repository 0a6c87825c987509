"""Cash at the desk: taken once, receipts that are never edited, the count, and the hand-over to another person."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.cashdesk.errors import DifferenceNotAgreed, NoOpenShift, NotEnoughCash, NotYourShift, ShiftOpenAlready
from fairs.cashdesk.models import CashEntry, CashShift
from fairs.cashdesk.service import (
    Count,
    agree_to_difference,
    count_again,
    count_shift,
    open_new_shift,
    save_settings,
    take_over,
)
from fairs.cashdesk.states import CashKind, ShiftState
from fairs.cashdesk.till import CashDraft, PettyDraft, move_petty, pay_out_refund, take_cash, void
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition, SamePerson
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.payments.errors import InvoiceClosed, ReceivedMeanwhile
from fairs.payments.invoicing import LineDraft
from fairs.payments.models import Invoice, Payment, Refund
from fairs.payments.refunds import approve_refund
from fairs.payments.states import InvoiceState, PaymentState, RefundState
from tests.factories.deals import Office, office, vnd
from tests.support.rivals import at_once


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def person(place: Office, role: Role = Role.FINANCE) -> Actor:
    user = place.user(role)
    return Actor(user.id, user.name)


def cash(amount: int, **values: object) -> CashDraft:
    return CashDraft(vnd(amount), str(values.pop("token", uuid4().hex)), **values)  # type: ignore[arg-type]


def counted(total: int) -> dict[str, Count]:
    """So many dong in notes of 1,000."""
    return {"VND": Count({1_000: total // 1_000}, reason="lệch quỹ")}


def test_cash_is_a_payment_with_a_receipt_and_change(place: Office) -> None:
    by = person(place, Role.FRONT_DESK)
    shift = open_new_shift(place.fair, vnd(500_000), by=by)
    invoice = place.invoice()
    entry = take_cash(shift, invoice, cash(6_480_000, tendered=vnd(6_500_000)), by=by)
    payment = db.session.get_one(Payment, entry.payment_id)
    assert (payment.method, payment.number, payment.state) == ("cash", entry.number, PaymentState.CONFIRMED)
    assert (entry.change, invoice.received) == (vnd(20_000), vnd(6_480_000))
    assert shift.tills[0].expected == vnd(6_980_000)
    for wrong in (cash(7_000_000), cash(100_000, tendered=vnd(50_000))):
        with pytest.raises(InvalidInput):
            take_cash(shift, invoice, wrong, by=by)
    take_cash(shift, invoice, cash(6_480_000), by=by)
    assert invoice.state is InvoiceState.PAID
    with pytest.raises(InvoiceClosed):
        take_cash(shift, invoice, cash(1_000), by=by)


def test_a_form_sent_twice_counts_once_and_what_changed_meanwhile_is_seen(place: Office) -> None:
    by, other = person(place), person(place)
    shift, theirs = (open_new_shift(place.fair, vnd(0), by=one) for one in (by, other))
    invoice = place.invoice()
    draft = cash(1_000_000, seen_minor=0, token="one-form")
    assert take_cash(shift, invoice, draft, by=by).id == take_cash(shift, invoice, draft, by=by).id
    with pytest.raises(ReceivedMeanwhile):
        take_cash(theirs, invoice, cash(1_000_000, seen_minor=0), by=other)
    assert invoice.received == vnd(1_000_000)
    with pytest.raises(NotYourShift):
        take_cash(theirs, invoice, cash(1_000_000), by=by)
    with pytest.raises(ShiftOpenAlready):
        open_new_shift(place.fair, vnd(0), by=by)


def test_small_amounts_and_no_more_than_there_is(place: Office) -> None:
    by = person(place)
    shift = open_new_shift(place.fair, vnd(100_000), by=by)
    taxi = PettyDraft(CashKind.PAID_OUT, vnd(80_000), "a", "Taxi đi ngân hàng", "Nguyễn Văn Mẫu")
    entry = move_petty(shift, taxi, by=by)
    assert entry.number.split("-")[1].startswith("CO")
    with pytest.raises(NotEnoughCash):
        move_petty(shift, PettyDraft(CashKind.PAID_OUT, vnd(80_000), "b", "Taxi", "Mẫu"), by=by)
    for text, name, amount in (("", "Mẫu", 1), ("Taxi", "", 1), ("Taxi", "Mẫu", 0)):
        with pytest.raises(InvalidInput):
            move_petty(shift, PettyDraft(CashKind.PAID_IN, vnd(amount), "c", text, name), by=by)
    back = void(entry, reason="ghi nhầm", by=by, shift=shift)
    assert isinstance(back, CashEntry)
    assert (back.kind, back.amount, back.corrects_id) == (CashKind.PAID_IN, vnd(80_000), entry.id)
    for twice in (entry, back):
        with pytest.raises(InvalidTransition):
            void(twice, reason="ghi nhầm", by=by, shift=shift)
    assert shift.tills[0].expected == vnd(100_000)


def test_a_wrong_receipt_goes_back_by_a_refund_that_another_approves(place: Office) -> None:
    by, second = person(place, Role.FRONT_DESK), person(place)
    shift = open_new_shift(place.fair, vnd(0), by=by)
    invoice = place.invoice()
    entry = take_cash(shift, invoice, cash(12_960_000), by=by)
    refunds = void(entry, reason="gõ nhầm số tiền", by=by)
    assert isinstance(refunds, list)
    [refund] = refunds
    assert (invoice.state, invoice.received) == (InvoiceState.OPEN, vnd(0))
    with pytest.raises(InvalidTransition):  # asked for, not approved yet
        pay_out_refund(shift, refund, person="Mẫu", token="t", by=by)
    with pytest.raises(SamePerson):
        approve_refund(refund, by=by)
    approve_refund(refund, by=second)
    out = pay_out_refund(shift, refund, person="Mẫu", token="t", by=by)
    assert pay_out_refund(shift, refund, person="Mẫu", token="t", by=by).id == out.id
    done = db.session.get_one(Refund, refund.id)
    assert (done.state, done.external_reference) == (RefundState.DONE, out.number)
    assert (out.amount, out.corrects_id) == (vnd(-12_960_000), entry.id)
    assert db.session.get_one(Payment, entry.payment_id).state is PaymentState.REFUNDED
    assert shift.tills[0].expected == vnd(0)
    with pytest.raises(InvalidTransition):
        void(entry, reason="lần nữa", by=by)
    take_cash(shift, invoice, cash(1_296_000), by=by)
    assert invoice.state is InvoiceState.PARTLY_PAID


def test_a_shift_is_counted_agreed_to_and_handed_over_to_another(place: Office) -> None:
    by, other, boss = person(place, Role.FRONT_DESK), person(place), person(place, Role.ORGANISER)
    save_settings(place.fair, vnd(50_000), by=boss)
    shift = open_new_shift(place.fair, vnd(1_000_000), by=by)
    with pytest.raises(NotYourShift):
        count_shift(shift, counted(1_000_000), by=other)
    with pytest.raises(InvalidInput):
        count_shift(shift, {"VND": Count({1_000: 990})}, by=by)  # differs without a reason
    assert shift.state is ShiftState.OPEN
    count_shift(shift, counted(960_000), by=by)
    assert not shift.waits_for_agreement
    count_again(shift, by=by)
    count_shift(shift, counted(900_000), by=by)
    assert (shift.waits_for_agreement, shift.tills[0].difference) == (True, vnd(-100_000))
    with pytest.raises(NoOpenShift):
        take_cash(shift, place.invoice(), cash(1_000), by=by)
    with pytest.raises(DifferenceNotAgreed):
        take_over(shift, {"VND": vnd(900_000)}, by=other)
    with pytest.raises(SamePerson):
        agree_to_difference(shift, by=by)
    agree_to_difference(shift, by=boss)
    with pytest.raises(SamePerson):
        take_over(shift, {"VND": vnd(900_000)}, by=by)
    with pytest.raises(SamePerson):  # lent by the cashier: the same hands
        take_over(shift, {"VND": vnd(900_000)}, by=Actor(other.user_id, "A", by.user_id, "B"))
    with pytest.raises(InvalidInput):
        take_over(shift, {"VND": vnd(890_000)}, by=other)
    done = take_over(shift, {"VND": vnd(900_000)}, by=other)
    assert (done.state, done.receiver_id) == (ShiftState.HANDED_OVER, other.user_id)
    assert done.handover_number is not None
    with pytest.raises(InvalidTransition):
        take_over(shift, {"VND": vnd(900_000)}, by=boss)
    with pytest.raises(InvalidTransition):
        count_again(shift, by=by)


def test_a_supervisor_counts_for_a_cashier_who_is_away_and_does_not_take_it_over(place: Office) -> None:
    by, boss = person(place, Role.FRONT_DESK), person(place)
    shift = open_new_shift(place.fair, vnd(0), by=by)
    count_shift(shift, counted(0), by=boss, as_supervisor=True)
    with pytest.raises(SamePerson):
        take_over(shift, {"VND": vnd(0)}, by=boss)


def test_each_currency_is_counted_by_itself(place: Office) -> None:
    by, other = person(place), person(place)
    shift = open_new_shift(place.fair, vnd(0), by=by)
    line = LineDraft("booth", "Gian hàng", "Booth", Money(500_00, "USD"), 0)
    take_cash(shift, place.invoice(lines=[line]), CashDraft(Money(250_00, "USD"), "usd"), by=by)
    with pytest.raises(InvalidInput) as missing:
        count_shift(shift, counted(0), by=by)
    assert missing.value.field == "total_USD"
    count_shift(shift, {**counted(0), "USD": Count(total=Money(249_00, "USD"), reason="rate")}, by=by)
    assert shift.waits_for_agreement  # any difference in another currency
    agree_to_difference(shift, by=other)


def test_two_cashiers_at_once_take_an_invoice_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = office()
        people = [person(place), person(place)]
        shifts = [open_new_shift(place.fair, vnd(0), by=one) for one in people]
        invoice = place.invoice()

    def take(number: int) -> Callable[[], object]:
        def act() -> object:
            shift = db.session.get_one(CashShift, shifts[number].id)
            seen = cash(12_960_000, seen_minor=0)
            return take_cash(shift, db.session.get_one(Invoice, invoice.id), seen, by=people[number])

        return act

    assert sorted(at_once(real_app, [take(0), take(1)]).elements()) == ["done", "received_meanwhile"]
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CashEntry)) == 1
