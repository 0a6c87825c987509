"""Many want one booth at the same moment: exactly one gets it, on both databases, with real transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.booths.errors import BoothTaken, HasBooth
from fairs.booths.models import BoothBooking
from fairs.booths.moves import move_booking, swap_bookings
from fairs.booths.service import BoothOrder, cancel_booking, hold_booth, offer_booths, release_hold, reserve
from fairs.booths.states import LIVE, BookingState
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.payments.models import Invoice
from fairs.payments.service import ReceiptDraft, record_receipt
from tests.factories.booths import new_ground
from tests.integration.booths.test_machine import check

CLIENTS = 24


def _rush(app: Flask, booth_id: int, exhibitors: list[int]) -> list[str]:
    """Everybody holds at once; what each was told."""
    together = Barrier(len(exhibitors))

    def client(exhibitor_id: int) -> str:
        together.wait(30)  # before a connection is taken: the pool is smaller than the crowd
        with app.app_context():
            fair_id = db.session.get_one(Exhibitor, exhibitor_id).fair_id
            fair, booth = db.session.get_one(Fair, fair_id), db.session.get_one(Booth, booth_id)
            exhibitor = db.session.get_one(Exhibitor, exhibitor_id)
            try:
                return hold_booth(fair, booth, exhibitor, BoothOrder(), by=SYSTEM).reference
            except BoothTaken as error:
                return "taken" if error.details["nearest"] else "taken without a way out"

    with ThreadPoolExecutor(len(exhibitors)) as pool:
        return list(pool.map(client, exhibitors))


def _live(app: Flask, booth_id: int) -> list[BoothBooking]:
    with app.app_context():
        query = select(BoothBooking).where(BoothBooking.booth_id == booth_id, BoothBooking.state.in_(LIVE))
        return list(db.session.scalars(query))


@pytest.mark.parametrize("before", ["free", "expired hold", "live hold"])
def test_one_booth_many_clients(real_app: Flask, before: str) -> None:
    with real_app.app_context():
        ground = new_ground()
        exhibitors = [ground.exhibitor().id for _ in range(CLIENTS)]
        booth_id = ground.booth().id
        if before != "free":
            first = ground.hold()
            if before == "expired hold":
                with transaction():
                    db.session.get_one(BoothBooking, first.id).hold_until = now() - timedelta(seconds=1)
    told = _rush(real_app, booth_id, exhibitors)
    assert len(_live(real_app, booth_id)) == 1
    assert told.count("taken") == (CLIENTS if before == "live hold" else CLIENTS - 1)


def test_one_exhibitor_in_many_tabs_has_one_hold(real_app: Flask) -> None:
    with real_app.app_context():
        ground = new_ground()
        exhibitor, booth_id = ground.exhibitor().id, ground.booth().id
    told = _rush(real_app, booth_id, [exhibitor] * CLIENTS)
    assert len(set(told)) == 1
    assert len(_live(real_app, booth_id)) == 1


def test_one_exhibitor_who_wants_many_booths_at_once_keeps_one(real_app: Flask) -> None:
    with real_app.app_context():
        ground = new_ground()
        exhibitor_id, fair_id = ground.exhibitor().id, ground.fair.id
        booths = list(db.session.scalars(select(Booth.id).where(Booth.fair_id == fair_id).limit(20)))
    together = Barrier(len(booths))

    def client(booth_id: int) -> bool:
        together.wait(30)
        with real_app.app_context():
            fair, booth = db.session.get_one(Fair, fair_id), db.session.get_one(Booth, booth_id)
            exhibitor = db.session.get_one(Exhibitor, exhibitor_id)
            try:
                hold_booth(fair, booth, exhibitor, BoothOrder(), by=SYSTEM)
            except HasBooth:
                return False
            return True

    with ThreadPoolExecutor(len(booths)) as pool:
        assert all(pool.map(client, booths))
    with real_app.app_context():
        query = select(BoothBooking).where(
            BoothBooking.exhibitor_id == exhibitor_id, BoothBooking.state == BookingState.HELD
        )
        assert len(db.session.scalars(query).all()) == 1


def test_a_double_click_on_reserve_makes_one_invoice(real_app: Flask) -> None:
    with real_app.app_context():
        booking_id = new_ground().hold().id
    together = Barrier(8)

    def client(_: int) -> None:
        together.wait(30)
        with real_app.app_context():
            booking = db.session.get_one(BoothBooking, booking_id)
            reserve(booking, fascia_name="A", terms_accepted=True, by=SYSTEM)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    with real_app.app_context():
        assert len(db.session.scalars(select(Invoice)).all()) == 1


def _at_once(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Each act in a thread of its own, at the same moment; what it gave, or the error by which it was refused."""
    together = Barrier(len(acts))

    def client(act: Callable[[], Any]) -> Any:
        together.wait(30)
        with app.app_context():
            try:
                return act()
            except DomainError as error:
                return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(client, acts))


def test_paying_and_cancelling_at_once_leaves_a_booth_or_a_credit(real_app: Flask) -> None:
    with real_app.app_context():
        ground = new_ground()
        booking = ground.reserve()
        booking_id, invoice_id, fair_id = booking.id, booking.invoice_id, ground.fair.id
        rival, booth_id = ground.exhibitor().id, booking.booth_id

    def pay() -> Any:
        invoice = db.session.get_one(Invoice, invoice_id)
        draft = ReceiptDraft(invoice.total, db.session.get_one(Fair, fair_id).today, "transfer", "FT1")
        return record_receipt(invoice, draft, by=SYSTEM).number

    def cancel() -> Any:
        return cancel_booking(db.session.get_one(BoothBooking, booking_id), reason="Rút", by=SYSTEM).reference

    def hold() -> Any:
        booth, exhibitor = db.session.get_one(Booth, booth_id), db.session.get_one(Exhibitor, rival)
        return hold_booth(db.session.get_one(Fair, fair_id), booth, exhibitor, BoothOrder(), by=SYSTEM).reference

    _at_once(real_app, pay, cancel, hold)
    with real_app.app_context():
        check(fair_id)
        assert len(_live(real_app, booth_id)) <= 1


def test_reserving_an_offer_while_it_is_refused_does_one_of_both(real_app: Flask) -> None:
    with real_app.app_context():
        ground = new_ground()
        until = now() + timedelta(days=1)
        booths = [ground.booth("A-001"), ground.booth("A-002")]
        held = offer_booths(ground.fair, ground.exhibitor(), booths, until=until, origin="offer", by=SYSTEM)
        first, second, fair_id = held[0].id, held[1].id, ground.fair.id

    def take() -> Any:
        return reserve(db.session.get_one(BoothBooking, first), fascia_name="A", terms_accepted=True, by=SYSTEM).state

    def refuse() -> Any:
        return release_hold(db.session.get_one(BoothBooking, second), by=SYSTEM).state

    told = _at_once(real_app, take, refuse)
    assert sum(isinstance(one, DomainError) for one in told) == 1
    with real_app.app_context():
        check(fair_id)


def test_two_moves_to_one_booth_and_back(real_app: Flask) -> None:
    with real_app.app_context():
        ground = new_ground()
        one, other = ground.reserve("A-001").id, ground.reserve("A-002").id
        free, fair_id = ground.booth("A-005").id, ground.fair.id

    def move(booking_id: int) -> Any:
        booking = db.session.get_one(BoothBooking, booking_id)
        return move_booking(booking, [db.session.get_one(Booth, free)], reason="Đổi", by=SYSTEM).reference

    def swap() -> Any:
        first, second = db.session.get_one(BoothBooking, one), db.session.get_one(BoothBooking, other)
        return swap_bookings(first, second, reason="Đổi", by=SYSTEM)

    told = _at_once(real_app, lambda: move(one), lambda: move(other), swap)
    assert sum(isinstance(result, DomainError) for result in told[:2]) == 1
    assert len(_live(real_app, free)) == 1
    with real_app.app_context():
        check(fair_id)
