"""Extending, moving, swapping, withdrawing, passing on, late money, the waiting list: each rule once, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from fairs.audit.queries import history
from fairs.booths.errors import (
    AlreadyAsked,
    AlreadyWaiting,
    BoothTaken,
    HasBooth,
    NotAdjacent,
    NotAgreed,
    TooLateToWithdraw,
)
from fairs.booths.models import BoothBooking
from fairs.booths.moves import extend_booking, move_booking, swap_bookings
from fairs.booths.price_rules import RuleDraft, remove_rule, save_rule
from fairs.booths.queries import current_booking, states_of
from fairs.booths.requests import agree, answer_request, ask_extension, ask_swap, ask_transfer, set_fascia
from fairs.booths.service import BoothOrder, cancel_booking, confirm, hold_booths, quote, release_hold, reserve
from fairs.booths.states import BookingState, RequestState, WaitingState
from fairs.booths.waiting import Wish, entry_of, join_waiting, leave_waiting, position_of, serve_waiting
from fairs.booths.withdrawal import TermsDraft, save_terms, withdraw_booking
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition, SamePerson
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.exhibitors.service import withdraw_application
from fairs.floorplans.models import BoothPrice
from fairs.floorplans.service import block_booth, set_price, unblock_booth
from fairs.messages.models import OutboxMessage
from fairs.payments.models import Credit, Invoice
from fairs.payments.states import InvoiceState
from tests.factories.awaiting import items_of, reader
from tests.factories.booths import Ground, new_ground
from tests.factories.deals import Office
from tests.integration.booths.test_machine import check

S = BookingState


@pytest.fixture
def ground(app: Flask) -> Ground:
    return new_ground()


@pytest.fixture(autouse=True)
def _nothing_lost(request: pytest.FixtureRequest) -> Any:
    """After each test the books are right."""
    ground = request.getfixturevalue("ground")
    yield
    check(ground.fair.id)


def pay(booking: BoothBooking, amount: int | None = None) -> None:
    invoice = db.session.get_one(Invoice, booking.invoice_id)
    company = booking.exhibitor.company
    Office(booking.exhibitor.fair, company, company).receipt(invoice, amount or invoice.total_minor)


def invoice_of(booking: BoothBooking) -> Invoice:
    return db.session.get_one(Invoice, booking.invoice_id)


def credits_of(ground: Ground) -> list[int]:
    query = select(Credit.amount_minor).where(Credit.fair_id == ground.fair.id).order_by(Credit.id)
    return list(db.session.scalars(query))


def told() -> list[str]:
    return list(db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)))


# --- prices -------------------------------------------------------------------------------------------------------


def test_companies_from_abroad_pay_in_dollars_where_there_is_such_a_price(ground: Ground) -> None:
    abroad = ground.exhibitor(company=ground.company("Sample Ltd", "JP"))
    assert quote(ground.fair, ground.booth("A-002"), abroad).currency == "VND"
    kind = db.session.scalars(select(BoothPrice).where(BoothPrice.fair_id == ground.fair.id)).one().type
    set_price(ground.fair, kind, Money(90_000, "USD"), by=SYSTEM)
    assert quote(ground.fair, ground.booth("A-002"), abroad).price == Money(90_000, "USD")
    assert quote(ground.fair, ground.booth("A-002"), ground.exhibitor()).price == Money(12_000_000, "VND")


def test_a_rule_stands_on_the_invoice_and_changes_no_booking_made_before(ground: Ground) -> None:
    before = ground.reserve("A-002")
    today = ground.fair.today
    rule = save_rule(ground.fair, RuleDraft("Đặt sớm", "Early bird", 10, percent=-10, until=today), by=SYSTEM)
    early = ground.reserve("A-003")
    assert [(line.kind, line.net_minor, line.text_en) for line in invoice_of(early).lines][1:] == [
        ("discount", -1_200_000, "Early bird (-10 %)")
    ]
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        assert quote(ground.fair, ground.booth("A-004"), ground.exhibitor()).price.amount_minor == 12_000_000
    remove_rule(rule, by=SYSTEM)
    assert (before.price_minor, early.price_minor) == (12_000_000, 10_800_000)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"percent": None}, "percent"),
        ({"percent": 5, "amount": Money(1, "VND")}, "percent"),
        ({"percent": -101}, "percent"),
        ({"percent": None, "amount": Money(1, "EUR")}, "currency"),
        ({"percent": 5, "text_en": " "}, "text_en"),
        ({"percent": 5, "position": 0}, "position"),
    ],
)
def test_odd_rules_are_refused(ground: Ground, values: dict[str, Any], field: str) -> None:
    draft = RuleDraft(**{"text_vi": "Quy tắc", "text_en": "Rule", "position": 1, **values})
    with pytest.raises(InvalidInput) as error:
        save_rule(ground.fair, draft, by=SYSTEM)
    assert error.value.field == field


# --- more time, another place -------------------------------------------------------------------------------------


def test_more_time_moves_the_deposit_and_is_told(ground: Ground) -> None:
    booking = ground.reserve("A-002")
    day = ground.fair.today + timedelta(days=14)
    extend_booking(booking, day, reason="Chờ ngân hàng", by=SYSTEM)
    assert (booking.deposit_due_on, invoice_of(booking).instalments[0].due_on) == (day, day)
    assert told()[-1] == "booths/extended"
    with pytest.raises(InvalidInput) as error:
        extend_booking(booking, day, reason="Lần nữa", by=SYSTEM)
    assert error.value.field == "until"
    with pytest.raises(InvalidInput):
        extend_booking(booking, ground.fair.starts_on, reason="Đến ngày hội chợ", by=SYSTEM)
    pay(booking)
    with pytest.raises(InvalidTransition):
        extend_booking(booking, day + timedelta(days=1), reason="Thêm", by=SYSTEM)


def test_who_moves_pays_the_difference_and_keeps_what_was_paid(ground: Ground) -> None:
    booking = ground.reserve("A-002")
    pay(booking, 6_480_000)
    old = invoice_of(booking)
    move_booking(booking, [ground.booth("A-001")], reason="Cột nhà", by=SYSTEM)
    new = invoice_of(booking)
    assert (booking.booth.code, booking.state, booking.price_minor) == ("A-001", S.CONFIRMED, 13_200_000)
    assert (old.state, new.received_minor, new.total_minor) == (InvoiceState.CANCELLED, 6_480_000, 14_256_000)
    assert new.instalments[0].due_on == old.instalments[0].due_on
    pay(booking, new.open_amount.amount_minor)
    move_booking(booking, [ground.booth("A-003")], reason="Trả lại góc", by=SYSTEM)
    assert (invoice_of(booking).state, credits_of(ground)[-1]) == (InvoiceState.PAID, 1_296_000)
    assert states_of(ground.fair.id) == {"A-003": "confirmed"}
    pay_old = Office(ground.fair, booking.exhibitor.company, booking.exhibitor.company)
    pay_old.receipt(old, 100)  # by the reference of the first invoice
    assert credits_of(ground)[-1] == 100
    assert told().count("booths/other_booth") == 2


def test_a_booking_moves_to_free_adjacent_booths_only(ground: Ground) -> None:
    rows = hold_booths(
        ground.fair, [ground.booth("A-001"), ground.booth("A-002")], ground.exhibitor(), BoothOrder(), by=SYSTEM
    )
    ground.hold("A-004")
    with pytest.raises(BoothTaken):
        move_booking(rows[0], [ground.booth("A-004"), ground.booth("A-005")], reason="x", by=SYSTEM)
    with pytest.raises(NotAdjacent):
        move_booking(rows[0], [ground.booth("A-003"), ground.booth("A-005")], reason="x", by=SYSTEM)
    with pytest.raises(InvalidInput):
        move_booking(rows[0], [ground.booth("A-003")], reason="x", by=SYSTEM)
    move_booking(rows[0], [ground.booth("A-002"), ground.booth("A-003")], reason="Một gian sang bên", by=SYSTEM)
    assert states_of(ground.fair.id) == {"A-002": "held", "A-003": "held", "A-004": "held"}


def test_two_change_places_and_each_pays_its_new_booth(ground: Ground) -> None:
    one, other = ground.reserve("A-001"), ground.reserve("A-002")
    swap_bookings(one, other, reason="Hai bên đề nghị", by=SYSTEM)
    assert [(b.booth.code, b.price_minor) for b in (one, other)] == [("A-002", 12_000_000), ("A-001", 13_200_000)]
    assert [invoice_of(b).total_minor for b in (one, other)] == [12_960_000, 14_256_000]


# --- withdrawing --------------------------------------------------------------------------------------------------


def test_who_withdraws_gets_back_what_the_terms_say(ground: Ground) -> None:
    save_terms(ground.fair, TermsDraft(24, 20, [(60, 80), (30, 50)]), by=SYSTEM)
    booking = ground.reserve("A-002")
    pay(booking)
    withdrawn = withdraw_booking(booking, text="Không tham gia được.", by=SYSTEM)
    assert (withdrawn.refund_percent, withdrawn.refund_minor, credits_of(ground)) == (50, 6_480_000, [6_480_000])
    kept = db.session.scalars(select(Invoice).where(Invoice.state == InvoiceState.PAID)).one()
    assert (kept.total_minor, kept.lines[0].vat_percent) == (6_480_000, 0)
    assert states_of(ground.fair.id) == {}
    assert told()[-1] == "booths/withdrawn"


def test_after_the_day_of_the_terms_nobody_withdraws_but_an_application_still_can(ground: Ground) -> None:
    booking = ground.reserve("A-002")  # 42 days before; the terms say 50
    pay(booking)
    with pytest.raises(TooLateToWithdraw):
        withdraw_booking(booking, text="Xin rút", by=SYSTEM)
    with pytest.raises(InvalidInput):
        withdraw_booking(booking, text=" ", by=SYSTEM)
    withdraw_application(booking.exhibitor, by=SYSTEM, reason="Phá sản")
    assert (booking.state, credits_of(ground)) == (S.CANCELLED, [0])  # all of it went to what is kept


@pytest.mark.parametrize(
    "draft",
    [TermsDraft(0, 50), TermsDraft(24, 500), TermsDraft(24, 50, [(30, 101)]), TermsDraft(24, 50, [(60, 10), (30, 20)])],
)
def test_odd_terms_are_refused(ground: Ground, draft: TermsDraft) -> None:
    with pytest.raises(InvalidInput):
        save_terms(ground.fair, draft, by=SYSTEM)


# --- requests -----------------------------------------------------------------------------------------------------


def test_a_booth_is_passed_on_once_the_other_agrees_and_a_second_person_grants_it(ground: Ground) -> None:
    booking, to = ground.reserve("A-002"), ground.exhibitor()
    pay(booking, 6_480_000)
    asker, clerk = ground.user(of=booking.exhibitor), ground.user()
    by = Actor(asker.id, asker.name)
    request = ask_transfer(booking, to, reason="Đổi kế hoạch", by=by)
    with pytest.raises(AlreadyAsked):
        ask_transfer(booking, to, reason="Đổi kế hoạch", by=by)
    with pytest.raises(NotAgreed):
        answer_request(request, True, answer="", by=Actor(clerk.id, clerk.name))
    agree(request, by=SYSTEM)
    with pytest.raises(SamePerson):
        answer_request(request, True, answer="", by=by)
    answer_request(request, True, answer="", by=Actor(clerk.id, clerk.name))
    taken = current_booking(to.id)
    assert taken is not None
    assert (taken.booth.code, taken.state, booking.state) == ("A-002", S.RESERVED, S.CANCELLED)
    assert (invoice_of(taken).company_id, invoice_of(taken).received_minor) == (to.company_id, 0)
    assert credits_of(ground) == [6_480_000]


def test_a_request_is_refused_with_a_reason_or_granted_and_done(ground: Ground) -> None:
    one, other = ground.reserve("A-001"), ground.reserve("A-002")
    request = ask_swap(one, other, reason="Gần nhau hơn", by=SYSTEM)
    agree(request, by=SYSTEM)
    answer_request(request, True, answer="", by=SYSTEM)
    assert one.booth.code == "A-002"
    asked = ask_extension(one, ground.fair.today + timedelta(days=20), reason="Chờ tiền", by=SYSTEM)
    with pytest.raises(InvalidInput):
        answer_request(asked, False, answer=" ", by=SYSTEM)
    answer_request(asked, False, answer="Hết hạn rồi", by=SYSTEM)
    assert asked.state is RequestState.REFUSED
    assert told()[-1] == "booths/answered"


# --- late money ---------------------------------------------------------------------------------------------------


def test_late_money_brings_a_free_booth_back_at_the_price_of_old(ground: Ground) -> None:
    booking = ground.reserve("A-002")
    cancel_booking(booking, reason="Chưa đặt cọc", by=SYSTEM)
    set_price(ground.fair, booking.booth.type, Money(15_000_000, "VND"), by=SYSTEM)
    pay(booking, 6_480_000)
    again = current_booking(booking.exhibitor_id)
    assert again is not None
    assert (again.id != booking.id, again.booth.code, again.state) == (True, "A-002", S.CONFIRMED)
    assert (again.price_minor, invoice_of(again).received_minor) == (12_000_000, 6_480_000)


def test_late_money_for_a_lost_booth_is_owed_back_and_the_nearest_are_named(ground: Ground) -> None:
    booking = ground.reserve("A-002", ground.exhibitor(contact_email="mau@fairs.example"))
    cancel_booking(booking, reason="Chưa đặt cọc", by=SYSTEM)
    ground.hold("A-002")
    pay(booking, 12_960_000)
    assert current_booking(booking.exhibitor_id) is None
    assert credits_of(ground) == [12_960_000]
    last = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert last is not None
    assert last.kind == "booths/lost"
    assert "A-008" in last.body


# --- the waiting list ---------------------------------------------------------------------------------------------


def _fill(ground: Ground, *but: str) -> None:
    """Nothing is free except these."""
    for number in range(1, 25):
        code = f"A-{number:03d}"
        if code not in but:
            block_booth(ground.booth(code), "Giữ", by=SYSTEM)


def test_what_becomes_free_goes_to_the_first_whom_it_fits_and_then_to_the_next(ground: Ground) -> None:
    held = ground.reserve("A-002")
    _fill(ground, "A-002")
    corner = join_waiting(ground.exhibitor(), Wish(open_sides=2), by=SYSTEM)
    first = join_waiting(ground.exhibitor(), Wish(), by=SYSTEM)
    second = join_waiting(ground.exhibitor(), Wish(zone=held.booth.zone), by=SYSTEM, source="staff")
    assert [position_of(entry) for entry in (corner, first, second)] == [1, 2, 3]
    with pytest.raises(AlreadyWaiting):
        join_waiting(first.exhibitor, Wish(), by=SYSTEM)
    cancel_booking(held, reason="Rút", by=SYSTEM)
    assert [entry.state.value for entry in (corner, first, second)] == ["waiting", "offered", "waiting"]
    assert told()[-1] == "booths/offered"
    release_hold(first.booking, by=SYSTEM)  # type: ignore[arg-type]
    assert (first.state, second.state) == (WaitingState.LAPSED, WaitingState.OFFERED)
    with time_machine.travel(now() + timedelta(hours=49), tick=False):
        serve_waiting()
        assert second.state is WaitingState.LAPSED
        assert states_of(ground.fair.id).get("A-002") is None
        assert [entry.action for entry in history(second)] == ["waiting.settle", "waiting.offer", "waiting.join"]


def test_who_accepts_is_served_and_who_leaves_gives_the_offer_to_the_next(ground: Ground) -> None:
    _fill(ground)
    entries = [join_waiting(ground.exhibitor(), Wish(), by=SYSTEM) for _ in range(3)]
    unblock_booth(ground.booth("A-005"), by=SYSTEM)
    leave_waiting(entries[0], by=SYSTEM)
    assert [entry.state.value for entry in entries] == ["lapsed", "offered", "waiting"]
    booking = entries[1].booking
    assert booking is not None
    reserve(booking, fascia_name="A", terms_accepted=True, by=SYSTEM)
    serve_waiting()
    assert entries[1].state is WaitingState.SERVED
    with pytest.raises(HasBooth):
        join_waiting(entries[1].exhibitor, Wish(), by=SYSTEM)


def test_several_booths_side_by_side_are_offered_together(ground: Ground) -> None:
    _fill(ground, "A-001", "A-003")
    entry = join_waiting(ground.exhibitor(), Wish(booth_count=2), by=SYSTEM)
    assert entry.state is WaitingState.WAITING
    unblock_booth(ground.booth("A-002"), by=SYSTEM)
    assert entry_of(entry.exhibitor_id) is entry
    assert entry.state is WaitingState.OFFERED
    assert states_of(ground.fair.id)["A-001"] == states_of(ground.fair.id)["A-002"] == "held"


def test_a_name_that_is_not_the_exhibitors_awaits_an_agreement(ground: Ground) -> None:
    held = ground.hold()
    booking = confirm(reserve(held, fascia_name="MỘT TÊN KHÁC", terms_accepted=True, by=SYSTEM), by=SYSTEM)
    sales = reader(ground.fair, Role.BOOTH_SALES)
    assert items_of(sales, booking) == ["fascia"]
    set_fascia(booking, "MỘT TÊN KHÁC", by=SYSTEM)
    assert items_of(sales, booking) == []
