"""Holding, reserving, confirming, releasing: the rules of booking a booth, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from fairs.audit.queries import history
from fairs.booths.errors import (
    BookingClosed,
    BoothBlocked,
    BoothsInUse,
    BoothTaken,
    DecisionMissing,
    HasBooth,
    HoldExpired,
    NoPrice,
    NotAccepted,
    PriceChanged,
    TermsNotAccepted,
)
from fairs.booths.models import BoothBooking
from fairs.booths.queries import bookings_matching, current_booking, nearest_free, states_of
from fairs.booths.service import (
    BoothOrder,
    book_for,
    cancel_booking,
    expire_due,
    hold_booth,
    quote,
    release_hold,
    reserve,
)
from fairs.booths.states import BookingState
from fairs.calendar.service import change_settings, change_state
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.money import Money
from fairs.exhibitors.service import withdraw_application
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.generator import Layout
from fairs.floorplans.models import BoothPrice
from fairs.floorplans.service import block_booth, generate_booths, set_price, unblock_booth
from fairs.messages.models import OutboxMessage
from fairs.payments.models import Invoice
from fairs.payments.service import ReceiptDraft, record_receipt
from fairs.payments.states import InvoiceState
from tests.factories.booths import Ground, new_ground

S = BookingState


@pytest.fixture
def ground(app: Flask) -> Ground:
    return new_ground()


def _later(minutes: float) -> Any:
    return time_machine.travel(now() + timedelta(minutes=minutes), tick=False)


def _pay(booking: BoothBooking, amount: int) -> None:
    invoice = db.session.get_one(Invoice, booking.invoice_id)
    draft = ReceiptDraft(Money(amount, "VND"), db.session.get_one(type(booking), booking.id).created_at.date(), "cash")
    record_receipt(invoice, draft, by=SYSTEM)


# --- holding ------------------------------------------------------------------------------------------------------


def test_a_hold_lasts_the_minutes_of_the_fair(ground: Ground) -> None:
    booking = ground.hold()
    assert booking.state is S.HELD
    assert booking.hold_until is not None
    assert timedelta(minutes=19) < booking.hold_until - now() <= timedelta(minutes=20)
    assert booking.reference == f"{ground.fair.code}-B-0001"
    assert (booking.price_minor, booking.support_minor) == (13_200_000, 0)
    assert states_of(ground.fair.id) == {"A-001": "held"}
    assert [entry.action for entry in history(booking)] == ["booths.hold"]


def test_holding_again_gives_the_same_hold_and_no_more_time(ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    first = ground.hold("A-001", exhibitor)
    until = first.hold_until
    with _later(5):
        again = ground.hold("A-001", exhibitor)
    assert (again.id, again.hold_until) == (first.id, until)


def test_the_second_is_told_and_shown_the_nearest_free_booths(ground: Ground) -> None:
    ground.hold("A-002")
    with pytest.raises(BoothTaken) as error:
        ground.hold("A-002")
    nearest = error.value.details["nearest"]
    assert {one["code"] for one in nearest[:3]} == {"A-001", "A-003", "A-008"}
    assert nearest[0]["price"]["currency"] == "VND"
    assert error.value.status == 409


def test_an_expired_hold_is_free_at_once_without_any_sweeper(ground: Ground) -> None:
    first = ground.hold()
    with _later(21):
        assert states_of(ground.fair.id) == {}
        second = ground.hold()
        assert second.id != first.id
        assert second.state is S.HELD
    assert db.session.get_one(BoothBooking, first.id).state is S.EXPIRED


def test_the_sweeper_only_tidies_up(ground: Ground) -> None:
    booking = ground.hold()
    assert expire_due() == 0
    with _later(21):
        assert expire_due() == 1
        assert expire_due() == 0
    assert db.session.get_one(BoothBooking, booking.id).state is S.EXPIRED


def test_changing_the_booth_gives_the_earlier_one_back(ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    first = ground.hold("A-001", exhibitor)
    second = ground.hold("A-005", exhibitor)
    assert db.session.get_one(BoothBooking, first.id).state is S.CANCELLED
    assert states_of(ground.fair.id) == {"A-005": "held"}
    assert current_booking(exhibitor.id) == second


def test_a_change_that_fails_keeps_the_earlier_hold(ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    first = ground.hold("A-001", exhibitor)
    ground.hold("A-002")
    with pytest.raises(BoothTaken):
        ground.hold("A-002", exhibitor)
    assert db.session.get_one(BoothBooking, first.id).state is S.HELD


def test_one_booth_for_each_exhibitor_unless_staff_give_a_second(ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    ground.reserve("A-001", exhibitor)
    with pytest.raises(HasBooth):
        ground.hold("A-002", exhibitor)
    assert ground.hold("A-002", exhibitor, as_staff=True).state is S.HELD


@pytest.mark.parametrize("state", [s for s in ExhibitorState if s is not ExhibitorState.ACCEPTED])
def test_only_the_accepted_book(ground: Ground, state: ExhibitorState) -> None:
    with pytest.raises(NotAccepted):
        ground.hold("A-001", ground.exhibitor(state=state))


@pytest.mark.parametrize("state", [FairState.PUBLISHED, FairState.DRAFT])
def test_nobody_books_before_booking_opens(ground: Ground, state: FairState) -> None:
    exhibitor = ground.exhibitor()
    for step in (FairState.PUBLISHED, FairState.DRAFT):
        change_state(ground.fair, step, by=SYSTEM)
        if step is state:
            break
    with pytest.raises(BookingClosed):
        ground.hold("A-001", exhibitor)


def test_after_the_last_day_of_booking_only_staff_book(ground: Ground) -> None:
    change_settings(ground.fair, {"booking_closes_at": now() - timedelta(minutes=1)}, by=SYSTEM)
    with pytest.raises(BookingClosed):
        ground.hold()
    assert ground.hold(as_staff=True).state is S.HELD


def test_blocked_booths_are_not_for_sale_until_they_are_unblocked(ground: Ground) -> None:
    block_booth(ground.booth(), "Khu kỹ thuật", by=SYSTEM)
    assert states_of(ground.fair.id) == {"A-001": "blocked"}
    with pytest.raises(BoothBlocked):
        ground.hold()
    unblock_booth(ground.booth(), by=SYSTEM)
    assert ground.hold().state is S.HELD


def test_a_kind_without_a_price_cannot_be_booked(ground: Ground) -> None:
    with transaction() as session:
        session.delete(session.scalars(select(BoothPrice).where(BoothPrice.fair_id == ground.fair.id)).one())
    with pytest.raises(NoPrice):
        ground.hold()


def test_booths_and_exhibitors_of_another_fair_are_not_found(ground: Ground) -> None:
    other = new_ground()
    with pytest.raises(NotFound):
        hold_booth(ground.fair, other.booth(), ground.exhibitor(), BoothOrder(), by=SYSTEM)
    with pytest.raises(NotFound):
        hold_booth(ground.fair, ground.booth(), other.exhibitor(), BoothOrder(), by=SYSTEM)


def test_a_hold_is_given_back(ground: Ground) -> None:
    booking = release_hold(ground.hold(), by=SYSTEM)
    assert booking.state is S.CANCELLED
    assert release_hold(booking, by=SYSTEM).state is S.CANCELLED
    assert states_of(ground.fair.id) == {}
    with pytest.raises(InvalidTransition):
        release_hold(ground.reserve("A-003"), by=SYSTEM)


# --- reserving ----------------------------------------------------------------------------------------------------


def test_a_reservation_has_an_invoice_with_deposit_and_balance(ground: Ground) -> None:
    booking = ground.reserve("A-002")
    invoice = db.session.get_one(Invoice, booking.invoice_id)
    assert booking.state is S.RESERVED
    assert booking.hold_until is None
    assert booking.deposit_due_on == ground.fair.today + timedelta(days=7)
    assert (invoice.subject_type, invoice.subject_id) == ("BoothBooking", booking.id)
    assert (invoice.state, invoice.total_minor) == (InvoiceState.OPEN, 12_960_000)
    assert [(part.kind, part.amount_minor) for part in invoice.instalments] == [
        ("deposit", 6_480_000),
        ("balance", 6_480_000),
    ]
    assert invoice.instalments[0].due_on == booking.deposit_due_on


def test_reserving_twice_changes_nothing(ground: Ground) -> None:
    booking = ground.reserve()
    again = reserve(booking, fascia_name="ANOTHER", terms_accepted=True, by=SYSTEM)
    assert (again.id, again.fascia_name) == (booking.id, booking.exhibitor.company.name)
    assert db.session.scalar(select(func.count()).select_from(Invoice)) == 1


def test_a_reservation_needs_name_and_terms_and_time(ground: Ground) -> None:
    booking = ground.hold()
    with pytest.raises(InvalidInput) as error:
        reserve(booking, fascia_name="  ", terms_accepted=True, by=SYSTEM)
    assert error.value.field == "fascia_name"
    with pytest.raises(InvalidInput):
        reserve(booking, fascia_name="x" * 121, terms_accepted=True, by=SYSTEM)
    with pytest.raises(TermsNotAccepted):
        reserve(booking, fascia_name="A", terms_accepted=False, by=SYSTEM)
    with _later(20), pytest.raises(HoldExpired):
        reserve(booking, fascia_name="A", terms_accepted=True, by=SYSTEM)
    assert db.session.get_one(BoothBooking, booking.id).invoice_id is None


def test_nobody_owes_a_price_that_they_have_not_seen(ground: Ground) -> None:
    booking = ground.hold("A-002")
    price = db.session.scalars(select(BoothPrice).where(BoothPrice.fair_id == ground.fair.id)).one()
    set_price(ground.fair, price.type, Money(15_000_000, "VND"), by=SYSTEM)
    with pytest.raises(PriceChanged):
        reserve(booking, fascia_name="A", terms_accepted=True, by=SYSTEM)
    assert db.session.get_one(BoothBooking, booking.id).price_minor == 15_000_000
    assert reserve(booking, fascia_name="A", terms_accepted=True, by=SYSTEM).state is S.RESERVED


def test_the_exhibitor_is_told_in_their_language_or_on_paper(ground: Ground) -> None:
    ground.reserve("A-002", ground.exhibitor(contact_email="mau@fairs.example"))
    ground.reserve(
        "A-003", ground.exhibitor(company=ground.company("Sample Ltd", "JP"), contact_email="jp@fairs.example")
    )
    ground.reserve("A-004", ground.exhibitor())
    told = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    assert [(m.recipient, m.channel, m.locale) for m in told] == [
        ("mau@fairs.example", "email", "vi"), ("jp@fairs.example", "email", "en"), ("", "print", "vi"),
    ]  # fmt: skip
    assert told[1].subject == "Booth A-003 is reserved for you – Test fair"
    assert "₫6,480,000" in told[1].body
    assert f"/my/{ground.fair.slug}/booth/" in told[0].body
    assert "12.960.000" in told[0].body


def test_a_clerk_books_for_a_caller_in_one_step(ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    booking = book_for(ground.fair, ground.booth(), exhibitor, fascia_name="Cơ sở mẫu", by=SYSTEM)
    assert booking.state is S.RESERVED
    with pytest.raises(BoothTaken):
        book_for(ground.fair, ground.booth(), ground.exhibitor(), fascia_name="B", by=SYSTEM)


def test_a_booking_that_fails_half_way_leaves_nothing(ground: Ground) -> None:
    exhibitor = ground.exhibitor(supported=True)
    with pytest.raises(DecisionMissing):
        book_for(ground.fair, ground.booth(), exhibitor, fascia_name="A", by=SYSTEM)
    assert states_of(ground.fair.id) == {}
    assert current_booking(exhibitor.id) is None


# --- confirming ---------------------------------------------------------------------------------------------------


def test_the_deposit_confirms(ground: Ground) -> None:
    booking = ground.reserve("A-002")
    _pay(booking, 6_000_000)
    assert booking.state is S.RESERVED
    _pay(booking, 480_000)
    assert booking.state is S.CONFIRMED
    assert booking.confirmed_at is not None
    _pay(booking, 6_480_000)
    assert [entry.action for entry in history(booking)] == ["booths.confirm", "booths.reserve", "booths.hold"]
    subjects = [m.kind for m in db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]
    assert subjects == ["booths/reserved", "booths/confirmed"]


def test_a_supported_exhibitor_is_confirmed_by_the_decision_and_the_price_is_kept_as_support(ground: Ground) -> None:
    exhibitor = ground.exhibitor(supported=True, decision="123/QĐ-SCT")
    booking = ground.reserve("A-001", exhibitor)
    invoice = db.session.get_one(Invoice, booking.invoice_id)
    assert booking.state is S.CONFIRMED
    assert (booking.price_minor, booking.support_minor, booking.decision_number) == (
        13_200_000,
        13_200_000,
        "123/QĐ-SCT",
    )
    assert (invoice.state, invoice.total_minor, invoice.instalments) == (InvoiceState.WAIVED, 0, [])
    assert sum(line.net_minor for line in invoice.lines if line.net_minor > 0) == 13_200_000
    assert booking.deposit_due_on is None


def test_an_overdue_deposit_is_flagged_and_never_expires_by_itself(ground: Ground) -> None:
    booking = ground.reserve("A-002")
    overdue = lambda: db.session.scalars(bookings_matching(ground.fair, state="overdue")).unique().all()  # noqa: E731
    assert overdue() == []
    with _later(8 * 24 * 60):
        assert expire_due() == 0
        assert overdue() == [booking]
        assert states_of(ground.fair.id) == {"A-002": "reserved"}


def test_money_received_for_a_booking_that_is_cancelled_is_owed_back(ground: Ground) -> None:
    booking = ground.reserve("A-002")
    _pay(booking, 1_000_000)
    cancel_booking(booking, reason="Rút", by=SYSTEM)
    invoice = db.session.get_one(Invoice, booking.invoice_id)
    assert (invoice.state, [credit.amount_minor for credit in invoice.credits]) == (InvoiceState.CANCELLED, [1_000_000])


# --- ending -------------------------------------------------------------------------------------------------------


def test_cancelling_frees_the_booth_cancels_the_invoice_and_tells_why(ground: Ground) -> None:
    booking = ground.reserve("A-002")
    with pytest.raises(InvalidInput):
        cancel_booking(booking, reason=" ", by=SYSTEM)
    cancel_booking(booking, reason="Đổi mặt bằng", by=SYSTEM)
    assert booking.state is S.CANCELLED
    assert states_of(ground.fair.id) == {}
    assert db.session.get_one(Invoice, booking.invoice_id).state is InvoiceState.CANCELLED
    last = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert last is not None
    assert "Đổi mặt bằng" in last.body
    with pytest.raises(InvalidTransition):
        cancel_booking(booking, reason="again", by=SYSTEM)


def test_whoever_withdraws_gives_the_booth_back(ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    booking = ground.reserve("A-002", exhibitor)
    withdraw_application(exhibitor, by=SYSTEM, reason="")
    assert booking.state is S.CANCELLED
    assert states_of(ground.fair.id) == {}


def test_booked_booths_are_neither_blocked_nor_dropped(ground: Ground) -> None:
    booking = ground.hold("A-003")
    with pytest.raises(BoothsInUse):
        block_booth(ground.booth("A-003"), "x", by=SYSTEM)
    with pytest.raises(BoothsInUse):
        generate_booths(ground.hall, Layout(run=5, most=2), by=SYSTEM)
    release_hold(booking, by=SYSTEM)
    # A hold that ended leaves no paper: the booth may go.
    assert len(generate_booths(ground.hall, Layout(run=5, most=2), by=SYSTEM)) == 2
    sold = ground.reserve("A-002")
    cancel_booking(sold, reason="x", by=SYSTEM)
    with pytest.raises(BoothsInUse) as refused:
        generate_booths(ground.hall, Layout(run=5, most=1), by=SYSTEM)
    assert "A-002" in str(refused.value)


def test_nearest_free_leaves_out_taken_and_blocked_booths(ground: Ground) -> None:
    ground.hold("A-001")
    block_booth(ground.booth("A-003"), "x", by=SYSTEM)
    near = [booth.code for booth in nearest_free(ground.booth("A-002"))]
    assert near[0] == "A-008"
    assert not {"A-001", "A-002", "A-003"} & set(near)
    assert len(near) == 5


def test_the_quote_is_what_is_invoiced(ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    offer = quote(ground.fair, ground.booth("A-001"), exhibitor)
    booking = ground.reserve("A-001", exhibitor)
    invoice = db.session.get_one(Invoice, booking.invoice_id)
    assert offer.total == invoice.total
    assert [line.net for line in offer.lines] == [line.net for line in invoice.lines]
    assert isinstance(booking.created_at, datetime)
