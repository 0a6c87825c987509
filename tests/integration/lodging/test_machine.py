"""Everything that can happen to hotel nights, in random order and at the same moment: no night is sold twice.

A state machine of hypothesis books, changes, shares, cancels, releases no-shows, moves flights, changes blocks, places everybody at
once and takes it back, on real commits; ``rush`` lets several act at once. ``FAIRS_DRILL=200`` runs so many examples.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError
from fairs.core.events import publish
from fairs.hospitality.events import TravelChanged
from fairs.hosting.events import HostingEnded, HostingGranted
from fairs.hosting.models import Hosting
from fairs.lodging.blocks import NightDraft, give_back, set_nights
from fairs.lodging.models import Placing, RoomBlock, RoomNight, Stay
from fairs.lodging.placing import plan_placing, run_placing, undo_placing
from fairs.lodging.queries import current_stay
from fairs.lodging.service import cancel_stay, change_stay, place_stay, release_room
from fairs.lodging.states import HOLDING, LIVE, StayState
from fairs.lodging.using import check_in, check_out, mark_no_show, undo_check_out, undo_no_show
from fairs.lodging.wishes import Wishes, accept_sharing, save_wishes
from tests.factories.lodging import inn

DRILL = os.environ.get("FAIRS_DRILL", "")
EXAMPLES, STEPS, GUESTS = int(DRILL or "4"), 14, 6


class House:
    """A fair by its key, and its things by number: every thread reads them anew."""

    def __init__(self, fair_id: int) -> None:
        self.fair = db.session.get_one(Fair, fair_id)
        self.first = self.fair.starts_on - timedelta(days=1)

    def block(self, number: int) -> RoomBlock:
        found = db.session.scalars(
            select(RoomBlock).where(RoomBlock.fair_id == self.fair.id).order_by(RoomBlock.id)
        ).all()
        return found[number % len(found)]

    def guest(self, number: int) -> Hosting:
        found = db.session.scalars(select(Hosting).where(Hosting.fair_id == self.fair.id).order_by(Hosting.id)).all()
        return found[number % len(found)]

    def stay(self, number: int) -> Stay:
        guest = self.guest(number)
        stay = current_stay(guest.importer_id)
        if stay is None or stay.state not in LIVE:
            with transaction():
                publish(HostingGranted(guest, SYSTEM))
            stay = current_stay(guest.importer_id)
        assert stay is not None
        return stay

    def days(self, number: int) -> tuple[date, date]:
        first = self.first + timedelta(days=number % 3 - 1)
        return first, first + timedelta(days=1 + number % 4)


def _wish_each_other(house: House, a: int, b: int) -> tuple[Stay, Stay]:
    one, other = house.stay(a), house.stay(b)
    save_wishes(one, Wishes(share_with=other.importer.reference, accessible=a % 5 == 0), by=SYSTEM)
    accept_sharing(other, one, by=SYSTEM)
    return one, other


def _share(house: House, a: int, b: int) -> None:
    one, other = _wish_each_other(house, a, a + 1 + b % (GUESTS - 1))
    place_stay(one, house.block(b), by=SYSTEM)
    place_stay(other, house.block(b), with_stay=one, by=SYSTEM)


def _move(house: House, a: int, b: int) -> None:
    change_stay(house.stay(a), *house.days(b), block=house.block(a + b), by=SYSTEM)


def _fly(house: House, a: int, b: int) -> None:
    first, until = house.days(b)
    with transaction():
        publish(TravelChanged(house.guest(a).importer, first if b % 3 else None, until, SYSTEM))


def _end(house: House, a: int, _b: int) -> None:
    with transaction():
        publish(HostingEnded(house.guest(a), SYSTEM, "Rút"))


def _miss(house: House, a: int, b: int) -> None:
    stay = house.stay(a)
    mark_no_show(stay, stay.arrives_on + timedelta(days=b % 3), "Không đến", by=SYSTEM)


def _return(house: House, a: int, _b: int) -> None:
    stay = current_stay(house.guest(a).importer_id)
    if stay is not None:
        (undo_no_show if stay.state is StayState.NO_SHOW else undo_check_out)(stay, by=SYSTEM)


def _use(house: House, a: int, b: int) -> None:
    stay = house.stay(a)
    if stay.state is StayState.BOOKED:
        check_in(stay, stay.arrives_on, by=SYSTEM)
    else:
        check_out(stay, stay.arrives_on + timedelta(days=b % 4), by=SYSTEM)


def _resize(house: House, a: int, b: int) -> None:
    first, until = house.days(b)
    count = (until - first).days
    set_nights(house.block(a), {first + timedelta(days=n): NightDraft((a + b) % 4) for n in range(count)}, by=SYSTEM)


def _undo(house: House, _a: int, _b: int) -> None:
    placing = db.session.scalars(
        select(Placing).where(Placing.fair_id == house.fair.id).order_by(Placing.id.desc())
    ).first()
    if placing is not None:
        undo_placing(placing, by=SYSTEM)


OPS: dict[str, Callable[[House, int, int], Any]] = {
    "place": lambda house, a, b: place_stay(house.stay(a), house.block(b), by=SYSTEM),
    "change": lambda house, a, b: change_stay(house.stay(a), *house.days(b), by=SYSTEM),
    "move": _move, "share": _share, "wish": _wish_each_other, "fly": _fly, "end": _end, "miss": _miss, "return": _return,
    "use": _use, "resize": _resize, "undo": _undo,
    "cancel": lambda house, a, _b: cancel_stay(house.stay(a), "Không cần nữa", by=SYSTEM),
    "release": lambda house, a, _b: release_room(house.stay(a), by=SYSTEM),
    "give_back": lambda house, a, _b: give_back(house.block(a), by=SYSTEM),
    "place_all": lambda house, _a, _b: run_placing(house.fair, plan_placing(house.fair).mark, by=SYSTEM),
}  # fmt: skip
numbers = st.integers(0, 23)
acts = st.tuples(st.sampled_from(["place", "place", "change", "move", "share", "fly", *OPS]), numbers, numbers)


def _do(app: Flask, fair_id: int, act: tuple[str, int, int], begin: Callable[[], Any] | None = None) -> None:
    name, a, b = act
    if begin is not None:
        begin()  # before a connection is taken
    with app.app_context(), suppress(DomainError):  # refused with a reason: as it should be
        OPS[name](House(fair_id), a, b)


def machine_of(app: Flask) -> type[RuleBasedStateMachine]:
    """The machine on this application's database."""

    class Nights(RuleBasedStateMachine):
        fair_id = 0

        @initialize()
        def open_hotels(self) -> None:
            with app.app_context():
                house = inn()
                house.block(rooms=2, beds=2)
                house.block(rooms=1, beds=2, accessible=True)
                for _ in range(GUESTS):
                    house.stay(3)
                self.fair_id = house.fair.id

        @rule(act=acts)
        def one(self, act: tuple[str, int, int]) -> None:
            _do(app, self.fair_id, act)

        @rule(both=st.lists(acts, min_size=2, max_size=4))
        def rush(self, both: list[tuple[str, int, int]]) -> None:
            together = Barrier(len(both))
            with ThreadPoolExecutor(len(both)) as pool:
                list(pool.map(lambda act: _do(app, self.fair_id, act, lambda: together.wait(30)), both))

        @invariant()
        def holds(self) -> None:
            if self.fair_id:
                with app.app_context():
                    check(self.fair_id)

    return Nights


def check(fair_id: int) -> None:
    """What is always true, counted here in another way than the service does."""
    stays = db.session.scalars(select(Stay).where(Stay.fair_id == fair_id)).all()
    blocks = {one.id: one for one in db.session.scalars(select(RoomBlock).where(RoomBlock.fair_id == fair_id))}
    rooms: dict[tuple[int, date], set[int]] = {}
    beds: dict[tuple[int, date], int] = {}
    for stay in stays:
        assert (stay.block_id is None) == (stay.room_id is None) == (stay.hotel_id is None)
        assert stay.state not in HOLDING or stay.block_id in blocks
        assert stay.state is not StayState.WANTED or stay.block_id is None
        for night in stay.held_nights:
            rooms.setdefault((stay.block_id or 0, night), set()).add(stay.room_id or 0)
            beds[stay.room_id or 0, night] = beds.get((stay.room_id or 0, night), 0) + 1
            assert beds[stay.room_id or 0, night] <= blocks[stay.block_id or 0].beds, "more guests than beds"
    nights = db.session.scalars(select(RoomNight).where(RoomNight.block_id.in_(blocks))).all()
    for row in nights:
        assert row.taken == len(rooms.pop((row.block_id, row.night), ())), "the count is not what the stays are"
        assert row.taken <= row.quantity, "a night is sold twice"
    assert not rooms, "a night that no block has"
    live: dict[int, list[Stay]] = {}
    for stay in stays:
        if stay.state in LIVE:
            assert all(
                stay.leaves_on <= other.arrives_on or other.leaves_on <= stay.arrives_on
                for other in live.get(stay.importer_id, ())
            ), "one guest in two places"
            live.setdefault(stay.importer_id, []).append(stay)


@pytest.mark.timeout(0 if DRILL else 180)
def test_no_night_is_sold_twice(real_app: Flask) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine_of(real_app),
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None, print_blob=False,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate] if DRILL else list(Phase),
        ),
    )  # fmt: skip


def test_eight_clients_want_the_last_two_rooms(real_app: Flask) -> None:
    with real_app.app_context():
        house = inn()
        block = house.block(rooms=2)
        keys = [house.stay().id for _ in range(8)]
        block_id, fair_id = block.id, house.fair.id
    together, refused = Barrier(8), []

    def client(stay_id: int) -> None:
        together.wait(30)
        with real_app.app_context():
            try:
                place_stay(db.session.get_one(Stay, stay_id), db.session.get_one(RoomBlock, block_id), by=SYSTEM)
            except DomainError as error:
                refused.append(error.code)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, keys))
    with real_app.app_context():
        assert refused == ["no_room"] * 6
        placed = select(Stay).where(Stay.fair_id == fair_id, Stay.state == StayState.BOOKED)
        assert len(db.session.scalars(placed).all()) == 2
        check(fair_id)
