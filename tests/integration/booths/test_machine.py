"""Everything that can happen to booths, in random order and at the same moment: no booth is sold twice, no money is lost.

A state machine of hypothesis does what exhibitors, clerks, finance, the waiting list and the allocation do, on real commits;
``rush`` lets several of them act at once from threads. ``FAIRS_DRILL=200`` runs so many examples instead of a few.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select, update

from fairs.booths.models import BoothBooking
from fairs.booths.moves import extend_booking, move_booking, swap_bookings
from fairs.booths.requests import transfer_booking
from fairs.booths.sales_models import WaitingEntry
from fairs.booths.service import (
    BoothOrder,
    cancel_booking,
    expire_due,
    hold_booths,
    offer_booths,
    release_hold,
    reserve,
)
from fairs.booths.states import LIVE, BookingState, WaitingState
from fairs.booths.waiting import Wish, join_waiting, serve_waiting
from fairs.booths.withdrawal import TermsDraft, save_terms, withdraw_booking
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.floorplans.service import block_booth, unblock_booth
from fairs.payments.models import Credit, Invoice, Payment, Receipt
from fairs.payments.service import ReceiptDraft, record_receipt
from fairs.payments.states import InvoiceState
from tests.factories.booths import new_ground

DRILL = os.environ.get("FAIRS_DRILL", "")
EXAMPLES, STEPS = int(DRILL or "8"), 18
EXHIBITORS = 7
_banks = count(1)
Op = Callable[["Sale", int, int], Any]


class Sale:
    """A fair by its key, and its things by number: every thread reads them anew."""

    def __init__(self, fair_id: int) -> None:
        self.fair = db.session.get_one(Fair, fair_id)

    def booth(self, number: int) -> Booth:
        # The first island only: with few booths they meet.
        found = db.session.scalars(
            select(Booth).where(Booth.fair_id == self.fair.id).order_by(Booth.code).limit(8)
        ).all()
        return found[number % len(found)]

    def exhibitor(self, number: int) -> Exhibitor:
        found = db.session.scalars(
            select(Exhibitor).where(Exhibitor.fair_id == self.fair.id).order_by(Exhibitor.id)
        ).all()
        return found[number % len(found)]

    def booking(self, number: int, *states: BookingState) -> BoothBooking | None:
        query = select(BoothBooking).where(BoothBooking.fair_id == self.fair.id, BoothBooking.state.in_(states or LIVE))
        found = db.session.scalars(query.order_by(BoothBooking.id)).all()
        return found[number % len(found)] if found else None

    def invoice(self, number: int) -> Invoice | None:
        found = db.session.scalars(select(Invoice).where(Invoice.fair_id == self.fair.id).order_by(Invoice.id)).all()
        return found[-1 - number % len(found)] if found else None


def _hold(sale: Sale, a: int, b: int) -> None:
    booths = [sale.booth(b)] if a % 3 else [sale.booth(b), sale.booth(b + 1)]
    hold_booths(sale.fair, booths, sale.exhibitor(a), BoothOrder(as_staff=a % 5 == 0), by=SYSTEM)


def _offer(sale: Sale, a: int, b: int) -> None:
    until = now() + timedelta(days=2)
    offer_booths(sale.fair, sale.exhibitor(a), [sale.booth(b)], until=until, origin="offer", by=SYSTEM)


def _allocate(sale: Sale, a: int, b: int) -> None:
    for step in range(3):
        try:
            offer_booths(
                sale.fair, sale.exhibitor(a + step), [sale.booth(b + 2 * step), sale.booth(b + 2 * step + 1)],
                until=now() + timedelta(days=5), origin="allocation", by=SYSTEM,
            )  # fmt: skip
        except DomainError:
            continue


def _reserve(sale: Sale, a: int, _b: int) -> None:
    booking = sale.booking(a, BookingState.HELD)
    if booking is not None:
        reserve(booking, fascia_name="BIỂN", terms_accepted=True, by=SYSTEM)


def _book(sale: Sale, a: int, b: int) -> None:
    booths = [sale.booth(b), sale.booth(b + 1)] if a % 4 == 0 else [sale.booth(b)]
    held = hold_booths(sale.fair, booths, sale.exhibitor(a), BoothOrder(), by=SYSTEM)
    reserve(held[0], fascia_name="BIỂN", terms_accepted=True, by=SYSTEM)


def _expire(sale: Sale, a: int, b: int) -> None:
    booking = sale.booking(a, BookingState.HELD)
    if booking is not None:
        with transaction():
            mine = (BoothBooking.id == booking.lead_id) | (BoothBooking.bundle_id == booking.lead_id)
            past = update(BoothBooking).where(mine, BoothBooking.state == BookingState.HELD)
            db.session.execute(past.values(hold_until=now() - timedelta(seconds=1)))
    if b % 2:
        expire_due()


def _extend(sale: Sale, a: int, b: int) -> None:
    booking = sale.booking(a, BookingState.HELD, BookingState.RESERVED)
    if booking is not None:
        extend_booking(booking, sale.fair.today + timedelta(days=b % 12), reason="Chờ ngân hàng", by=SYSTEM)


def _pay(sale: Sale, a: int, b: int) -> None:
    invoice = sale.invoice(a)
    if invoice is None:
        return
    amount = [invoice.total_minor // 2, invoice.total_minor, 1_234_567][b % 3]
    if amount:
        draft = ReceiptDraft(Money(amount, invoice.currency), sale.fair.today, "transfer", f"FT{next(_banks)}")
        record_receipt(invoice, draft, by=SYSTEM)


def _cancel(sale: Sale, a: int, _b: int) -> None:
    booking = sale.booking(a)
    if booking is not None:
        cancel_booking(booking, reason="Đổi mặt bằng", by=SYSTEM)


def _release(sale: Sale, a: int, _b: int) -> None:
    booking = sale.booking(a, BookingState.HELD)
    if booking is not None:
        release_hold(booking, by=SYSTEM)


def _withdraw(sale: Sale, a: int, _b: int) -> None:
    booking = sale.booking(a, BookingState.RESERVED, BookingState.CONFIRMED)
    if booking is not None:
        withdraw_booking(booking, text="Không tham gia được", by=SYSTEM)


def _move(sale: Sale, a: int, b: int) -> None:
    booking = sale.booking(a)
    if booking is not None:
        booths = [sale.booth(b), sale.booth(b + 1)] if booking.bundle_id else [sale.booth(b)]
        move_booking(booking, booths, reason="Cột nhà", by=SYSTEM)


def _swap(sale: Sale, a: int, b: int) -> None:
    one, other = sale.booking(a), sale.booking(b)
    if one is not None and other is not None:
        swap_bookings(one, other, reason="Hai bên đề nghị", by=SYSTEM)


def _transfer(sale: Sale, a: int, b: int) -> None:
    booking = sale.booking(a, BookingState.RESERVED, BookingState.CONFIRMED)
    if booking is not None:
        transfer_booking(booking, sale.exhibitor(b), reason="Nhượng lại", by=SYSTEM)


def _freeze(sale: Sale, a: int, b: int) -> None:
    if a % 2:
        block_booth(sale.booth(b), "Giữ lại", by=SYSTEM)
    else:
        unblock_booth(sale.booth(b), by=SYSTEM)


def _wait(sale: Sale, a: int, b: int) -> None:
    join_waiting(sale.exhibitor(a), Wish(booth_count=1 + b % 2, open_sides=1 + a % 2), by=SYSTEM)


def _serve(_sale: Sale, _a: int, _b: int) -> None:
    serve_waiting()


OPS: dict[str, Op] = {
    "hold": _hold, "offer": _offer, "allocate": _allocate, "reserve": _reserve, "book": _book, "expire": _expire,
    "extend": _extend, "pay": _pay, "cancel": _cancel, "release": _release, "withdraw": _withdraw, "move": _move,
    "swap": _swap, "transfer": _transfer, "freeze": _freeze, "wait": _wait, "serve": _serve,
}  # fmt: skip
numbers = st.integers(0, 23)
acts = st.tuples(st.sampled_from(["book", "pay", "reserve", *OPS]), numbers, numbers)


def _do(app: Flask, fair_id: int, act: tuple[str, int, int], begin: Callable[[], Any] | None = None) -> None:
    name, a, b = act
    if begin is not None:
        begin()  # before a connection is taken
    with app.app_context(), suppress(DomainError):  # refused with a reason: as it should be
        OPS[name](Sale(fair_id), a, b)


def machine_of(app: Flask) -> type[RuleBasedStateMachine]:
    """The machine on this application's database."""

    class Booths(RuleBasedStateMachine):
        fair_id = 0

        @initialize()
        def open_fair(self) -> None:
            with app.app_context():
                ground = new_ground()
                for _ in range(EXHIBITORS):
                    ground.exhibitor()
                save_terms(ground.fair, TermsDraft(24, 10, [(30, 70), (20, 20)]), by=SYSTEM)
                self.fair_id = ground.fair.id

        @rule(act=acts)
        def one(self, act: tuple[str, int, int]) -> None:
            _do(app, self.fair_id, act)

        @rule(both=st.lists(acts, min_size=2, max_size=4))
        def rush(self, both: list[tuple[str, int, int]]) -> None:
            together = Barrier(len(both))
            with ThreadPoolExecutor(len(both)) as pool:
                list(pool.map(lambda act: _do(app, self.fair_id, act, lambda: together.wait(30)), both))

        def teardown(self) -> None:
            """Nobody waits any longer, or every later fair's freed booth would look at this one's list, too."""
            with app.app_context(), transaction():
                mine = update(WaitingEntry).where(WaitingEntry.fair_id == self.fair_id)
                db.session.execute(mine.values(state=WaitingState.LEFT))

        @invariant()
        def holds(self) -> None:
            if self.fair_id:
                with app.app_context():
                    check(self.fair_id)

    return Booths


def check(fair_id: int) -> None:
    """What is always true: see the names of the parts."""
    bookings = db.session.scalars(select(BoothBooking).where(BoothBooking.fair_id == fair_id)).all()
    live = [booking for booking in bookings if booking.state in LIVE]
    invoices = {one.id: one for one in db.session.scalars(select(Invoice).where(Invoice.fair_id == fair_id))}
    _each_booth_once(live)
    _bundles_are_whole(bookings)
    _who_is_reserved_has_an_invoice(live, invoices)
    _no_money_is_lost(fair_id, invoices)
    offered = select(WaitingEntry).where(WaitingEntry.fair_id == fair_id, WaitingEntry.state == WaitingState.OFFERED)
    assert all(entry.booking_id is not None for entry in db.session.scalars(offered))


def _each_booth_once(live: list[BoothBooking]) -> None:
    assert len({booking.booth_id for booking in live}) == len(live), "a booth with two live bookings"
    assert all(booking.booth is not None for booking in live), "a live booking without a booth"
    assert not [one.reference for one in live if one.booth.is_blocked and not one.is_overdue_hold], "sold though frozen"


def _bundles_are_whole(bookings: Any) -> None:
    together = defaultdict(list)
    for booking in bookings:
        together[booking.lead_id].append(booking)
    for lead, rows in together.items():
        ended = {row.is_live for row in rows}
        assert len(ended) == 1, f"bundle {lead} ended in part"
        if rows[0].is_live:
            seen = {(row.state, row.exhibitor_id, row.invoice_id, row.hold_until, row.deposit_due_on) for row in rows}
            assert len(seen) == 1, f"bundle {lead} differs within"


def _who_is_reserved_has_an_invoice(live: list[BoothBooking], invoices: dict[int, Invoice]) -> None:
    for booking in live:
        if booking.state is not BookingState.HELD:
            invoice = invoices[booking.invoice_id or 0]
            assert invoice.state is not InvoiceState.CANCELLED
            assert invoice.company_id == booking.exhibitor.company_id
            assert invoice.subject_id == booking.lead_id
    current = {booking.invoice_id for booking in live}
    for invoice in invoices.values():
        if invoice.state not in {InvoiceState.CANCELLED, InvoiceState.PAID}:
            assert invoice.id in current, f"{invoice.number} is asked for though nobody has the booth"


def _no_money_is_lost(fair_id: int, invoices: dict[int, Invoice]) -> None:
    receipts = db.session.scalars(select(Receipt).where(Receipt.fair_id == fair_id)).all()
    by_invoice = defaultdict(int)
    for receipt in receipts:
        by_invoice[receipt.invoice_id] += receipt.amount_minor
    assert all(by_invoice[one.id] == one.received_minor for one in invoices.values())
    credits_ = db.session.scalars(select(Credit).where(Credit.fair_id == fair_id)).all()
    came_in = sum(db.session.scalars(select(Payment.amount_minor).where(Payment.fair_id == fair_id)))
    stands = sum(one.received_minor for one in invoices.values())
    assert came_in == stands + sum(credit.amount_minor for credit in credits_), "money is lost"
    assert all(credit.amount_minor >= 0 for credit in credits_)


@pytest.mark.timeout(0 if DRILL else 180)
def test_nothing_is_sold_twice_and_no_money_is_lost(real_app: Flask) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine_of(real_app),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None, print_blob=False,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate] if DRILL else list(Phase),
        ),
    )  # fmt: skip
