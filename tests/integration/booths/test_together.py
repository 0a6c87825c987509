"""Several booths together, and offers: held, reserved, confirmed and ended as one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from fairs.booths.errors import BoothTaken, HasBooth, NotAccepted, NotAdjacent, PriceChanged
from fairs.booths.models import BoothBooking
from fairs.booths.queries import bundle_of, current_booking, states_of
from fairs.booths.service import (
    BoothOrder,
    cancel_booking,
    expire_due,
    hold_booths,
    offer_booths,
    release_hold,
    reserve,
)
from fairs.booths.states import BookingState
from fairs.core.actor import SYSTEM
from fairs.core.clock import local_day, now
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.service import set_price
from fairs.messages.models import OutboxMessage
from fairs.payments.models import Invoice
from tests.factories.booths import Ground, new_ground
from tests.factories.deals import Office

S = BookingState


@pytest.fixture
def ground(app: Flask) -> Ground:
    return new_ground()


def _hold(ground: Ground, *codes: str, exhibitor: Exhibitor | None = None) -> list[BoothBooking]:
    booths = [ground.booth(code) for code in codes]
    return hold_booths(ground.fair, booths, exhibitor or ground.exhibitor(), BoothOrder(), by=SYSTEM)


def test_adjacent_booths_are_held_reserved_paid_and_given_back_together(ground: Ground) -> None:
    rows = _hold(ground, "A-002", "A-001")
    assert {row.bundle_id for row in rows} == {rows[0].id}
    reserve(rows[1], fascia_name="BIỂN", terms_accepted=True, by=SYSTEM)
    assert [row.state for row in rows] == [S.RESERVED, S.RESERVED]
    invoice = db.session.get_one(Invoice, rows[0].invoice_id)
    assert {row.invoice_id for row in rows} == {invoice.id}
    assert invoice.subject_id == rows[0].id
    assert [line.net_minor for line in invoice.lines] == [12_000_000, 1_200_000, 12_000_000]
    Office(ground.fair, rows[0].exhibitor.company, rows[0].exhibitor.company).receipt(
        invoice, invoice.instalments[0].amount_minor
    )
    assert [row.state for row in rows] == [S.CONFIRMED, S.CONFIRMED]
    cancel_booking(rows[0], reason="Đổi", by=SYSTEM)
    assert states_of(ground.fair.id) == {}


def test_all_or_none(ground: Ground) -> None:
    ground.hold("A-002")
    exhibitor = ground.exhibitor()
    with pytest.raises(BoothTaken) as error:
        _hold(ground, "A-001", "A-002", exhibitor=exhibitor)
    assert error.value.details["booth"] == "A-002"
    with pytest.raises(NotAdjacent):
        _hold(ground, "A-001", "A-003", exhibitor=exhibitor)
    with pytest.raises(NotAdjacent):
        _hold(ground, "A-001", "A-008", exhibitor=exhibitor)  # across a corner
    assert states_of(ground.fair.id) == {"A-002": "held"}


def test_a_neighbour_is_added_without_more_time_and_given_back_with_the_rest(ground: Ground) -> None:
    exhibitor = ground.exhibitor()
    first = _hold(ground, "A-001", exhibitor=exhibitor)[0]
    with time_machine.travel(now() + timedelta(minutes=5), tick=False):
        both = _hold(ground, "A-001", "A-002", exhibitor=exhibitor)
        assert _hold(ground, "A-002", "A-001", exhibitor=exhibitor) == both
    assert {row.hold_until for row in both} == {first.hold_until}
    assert current_booking(exhibitor.id) == both[0]
    release_hold(both[1], by=SYSTEM)
    assert states_of(ground.fair.id) == {}


def test_together_they_expire_even_when_only_one_is_wanted(ground: Ground) -> None:
    rows = _hold(ground, "A-001", "A-002")
    with time_machine.travel(now() + timedelta(minutes=21), tick=False):
        ground.hold("A-002")
        assert [db.session.get_one(BoothBooking, row.id).state for row in rows] == [S.EXPIRED, S.EXPIRED]
        assert expire_due() == 0


def _offer(
    ground: Ground, *codes: str, exhibitor: Exhibitor | None = None, until: datetime | None = None
) -> list[BoothBooking]:
    return offer_booths(
        ground.fair, exhibitor or ground.exhibitor(contact_email="mau@fairs.example"), [ground.booth(code) for code in codes],
        until=until or now() + timedelta(days=2), origin="offer", by=SYSTEM,
    )  # fmt: skip


def test_an_offer_is_told_with_its_deadline_and_accepted_by_reserving(ground: Ground) -> None:
    rows = _offer(ground, "A-001", "A-002")
    assert all(row.is_offer for row in rows)
    told = db.session.scalars(select(OutboxMessage)).one()
    assert told.kind == "booths/offered"
    assert "A-001, A-002" in told.body
    assert f"{local_day(now() + timedelta(days=2), ground.fair.time_zone):%d/%m/%Y}" in told.body
    assert reserve(rows[0], fascia_name="BIỂN", terms_accepted=True, by=SYSTEM).state is S.RESERVED
    assert [one.id for one in bundle_of(rows[1])] == [one.id for one in rows]


def test_an_offer_is_refused_where_it_cannot_be_made(ground: Ground) -> None:
    taken = ground.exhibitor()
    ground.hold("A-003", taken)
    with pytest.raises(HasBooth):
        _offer(ground, "A-005", exhibitor=taken)
    with pytest.raises(BoothTaken):
        _offer(ground, "A-003")
    with pytest.raises(NotAccepted):
        _offer(ground, "A-005", exhibitor=ground.exhibitor(state=ExhibitorState.SUBMITTED))
    with pytest.raises(InvalidInput):
        _offer(ground, "A-005", until=now())
    assert states_of(ground.fair.id) == {"A-003": "held"}


def test_an_offer_not_taken_is_free_again_and_a_changed_price_is_shown_first(ground: Ground) -> None:
    rows = _offer(ground, "A-002")
    kind = rows[0].booth.type
    set_price(ground.fair, kind, Money(13_000_000, "VND"), by=SYSTEM)
    with pytest.raises(PriceChanged):
        reserve(rows[0], fascia_name="A", terms_accepted=True, by=SYSTEM)
    with time_machine.travel(now() + timedelta(days=2, minutes=1), tick=False):
        assert states_of(ground.fair.id) == {}
        assert expire_due() == 1
