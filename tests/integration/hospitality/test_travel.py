"""Flights that change and what follows; runs that are never overfull; drivers by link; who may see what."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from fairs.calendar.changes import move_of, preview_cancel, preview_move
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.events import publish, subscribe
from fairs.core.permissions import Role
from fairs.hospitality.errors import RunClosed, RunFull
from fairs.hospitality.events import TravelChanged
from fairs.hospitality.manifests import current_rows, issue_version
from fairs.hospitality.models import Flight, TransferRun, TransferSeat
from fairs.hospitality.queries import flights_of, proposal, seats_of
from fairs.hospitality.rules import warnings
from fairs.hospitality.runs import make_runs, move_run, new_drive_link
from fairs.hospitality.service import cancel_flight, mark_flights, save_flight
from fairs.hospitality.states import Direction, FlightState, RunKind, RunState, SeatState
from fairs.hospitality.transfers import give_place, mark_seat
from fairs.hosting.events import HostingEnded
from fairs.importers.models import Importer
from fairs.importers.service import link_for
from fairs.workplace.timeline import timeline
from tests.factories.awaiting import items_of, reader
from tests.factories.guests import approved_importer, granted_guest
from tests.factories.importers import Reception, mails_to, reception, rows_of
from tests.factories.travel import flying, landing, leaving, run
from tests.support.client import login
from tests.support.queries import counted_queries

told: list[TravelChanged] = []


@subscribe(TravelChanged)
def note_change(event: TravelChanged) -> None:
    told.append(event)


def seat_of(importer: Importer) -> TransferSeat:
    [seat] = seats_of(importer.id)
    return seat


def typed(fair: Any, way: str = "arrival", **changes: str) -> dict[str, str]:
    draft = landing(fair) if way == "arrival" else leaving(fair)
    values = {
        "number": draft.number, "from_airport": draft.from_airport, "to_airport": draft.to_airport,
        "departs_on": draft.departs.date().isoformat(), "departs_at": f"{draft.departs:%H:%M}",
        "arrives_on": draft.arrives.date().isoformat(), "arrives_at": f"{draft.arrives:%H:%M}", **changes,
    }  # fmt: skip
    return {f"{way}-{key}": value for key, value in values.items()}


# --- flights ---------------------------------------------------------------------------------------------------------


def test_a_changed_flight_moves_the_nights_the_drive_and_the_guest_reads_of_it(app: Flask) -> None:
    place = reception()
    hosting, flight = flying(place)
    guest = hosting.importer
    early, late = run(place.fair, "15:00"), run(place.fair, "19:00")
    assert seat_of(guest).state is SeatState.NEEDS_PLACE  # there was no run when the flight was entered
    give_place(guest, early, by=SYSTEM)
    issue_version(early, by=SYSTEM)
    before = len(mails_to(guest.person.email))
    told.clear()

    save_flight(guest, landing(place.fair, "18:00", number="VN313"), by=SYSTEM)
    seat = seat_of(guest)
    assert (seat.run_id, seat.state) == (late.id, SeatState.BOOKED)
    assert [(one.arrives_on, one.leaves_on) for one in told] == [(place.fair.starts_on - timedelta(days=1), None)]
    mail = mails_to(guest.person.email)[before:]
    assert [one.kind for one in mail] == ["hospitality/flight_changed"]
    assert "VN313" in mail[0].body
    assert "19:00" in mail[0].body
    assert [(row["reference"], row.mark) for row in current_rows([early])[early.id]] == [(guest.reference, "gone")]

    save_flight(guest, landing(place.fair, "23:00", number="VN315"), by=SYSTEM)
    assert (seat_of(guest).run_id, seat_of(guest).state) == (None, SeatState.NEEDS_PLACE)

    night = landing(place.fair, "00:30", number="VN317")
    save_flight(guest, night, by=SYSTEM)
    assert told[-1].arrives_on == place.fair.starts_on - timedelta(days=2)

    cancel_flight(db.session.get_one(Flight, flight.id), by=SYSTEM)
    assert seats_of(guest.id) == []
    assert told[-1].arrives_on is None
    assert list(flights_of(guest.id)) == []
    assert mails_to(guest.person.email)[-1].kind == "hospitality/flight_cancelled"


def test_a_change_that_concerns_nobody_is_told_to_nobody(app: Flask) -> None:
    place = reception()
    hosting, _flight = flying(place)
    before, heard = len(mails_to(hosting.importer.person.email)), len(told)
    flight = save_flight(hosting.importer, replace(landing(place.fair), ticket_number="738 1234567890"), by=SYSTEM)
    assert flight.ticket_number == "7381234567890"
    assert (len(mails_to(hosting.importer.person.email)), len(told)) == (before, heard)


def test_what_is_only_unusual_is_said_and_taken(app: Flask) -> None:
    place = reception()
    _hosting, flight = flying(place, day=place.fair.ends_on + timedelta(days=1))
    with app.test_request_context(), force_locale("en"):
        assert warnings([flight], place.fair) == ["The arrival is after the end of the fair."]


def test_without_support_nobody_is_driven_unasked(app: Flask) -> None:
    place = reception()
    guest = approved_importer(place)
    save_flight(guest, landing(place.fair), by=SYSTEM)
    assert seats_of(guest.id) == []
    hosting, _flight = flying(place)
    assert len(seats_of(hosting.importer_id)) == 1
    with transaction():
        publish(HostingEnded(hosting, SYSTEM, "Không đến"))
    assert seats_of(hosting.importer_id) == []


def test_a_missed_flight_frees_the_place_and_the_new_one_finds_another(app: Flask) -> None:
    place = reception()
    hosting, flight = flying(place)
    first, second = run(place.fair, "15:00"), run(place.fair, "19:00")
    give_place(hosting.importer, first, by=SYSTEM)
    mark_flights([flight], FlightState.MISSED, by=SYSTEM)
    assert seats_of(hosting.importer_id) == []
    again = save_flight(hosting.importer, landing(place.fair, "18:00", number="VN313"), by=SYSTEM)
    assert (again.id, again.state) == (flight.id, FlightState.PLANNED)
    assert seat_of(hosting.importer).run_id == second.id


# --- runs ------------------------------------------------------------------------------------------------------------


def test_a_proposal_takes_everybody_and_is_made_with_one_click(app: Flask) -> None:
    place = reception()
    guests = [flying(place, hour)[0].importer for hour in ("14:05", "14:30", "14:50", "18:00")]
    day, window = place.fair.starts_on - timedelta(days=1), timedelta(minutes=60)
    plan = proposal(place.fair, day, RunKind.ARRIVAL, window=window, capacity=2)
    runs = make_runs(place.fair, day, RunKind.ARRIVAL, window=window, capacity=2, mark=plan.mark, by=SYSTEM)
    assert [seat_of(one).run_id for one in guests] == [runs[0].id, runs[0].id, runs[1].id, runs[2].id]
    assert proposal(place.fair, day, RunKind.ARRIVAL, window=window, capacity=2).runs == []
    with pytest.raises(RunFull):
        give_place(guests[2], runs[0], by=SYSTEM)
    cancelled = move_run(runs[0], RunState.CANCELLED, by=SYSTEM)
    # One finds the free place of the next run, for the other there is none.
    assert sorted(str(seat_of(one).state) for one in guests[:2]) == ["booked", "needs_place"]
    with pytest.raises(RunClosed):
        give_place(guests[3], cancelled, by=SYSTEM)


def test_eight_at_once_for_the_last_places(real_app: Flask) -> None:
    with real_app.app_context():
        place = reception()
        vehicle = run(place.fair, capacity=3).id
        guests = [granted_guest(place).importer_id for _ in range(8)]
    together = Barrier(8)

    def book(guest: int) -> str:
        with real_app.app_context():
            together.wait(30)
            try:
                give_place(db.session.get_one(Importer, guest), db.session.get_one(TransferRun, vehicle), by=SYSTEM)
            except RunFull:
                return "full"
            return "booked"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(book, guests))
    assert sorted(answers) == ["booked"] * 3 + ["full"] * 5
    with real_app.app_context():
        assert (
            db.session.scalar(select(func.count()).select_from(TransferSeat).where(TransferSeat.run_id == vehicle)) == 3
        )


def test_moves_and_flight_changes_at_once_never_overfill(real_app: Flask) -> None:
    """Places given by hand while flights change and move by themselves: each guest has one place, no run too many."""
    with real_app.app_context():
        place = reception()
        fair = place.fair
        runs = [run(fair, hour, capacity=2).id for hour in ("15:00", "15:30")]
        guests = [flying(place)[0].importer_id for _ in range(6)]
    together = Barrier(6)

    def act(number: int) -> None:
        with real_app.app_context():
            together.wait(30)
            guest = db.session.get_one(Importer, guests[number])
            for turn in range(3):
                try:
                    if number % 2:
                        save_flight(
                            guest, landing(guest.fair, ("14:05", "14:20", "18:00")[(number + turn) % 3]), by=SYSTEM
                        )
                    else:
                        give_place(guest, db.session.get_one(TransferRun, runs[(number + turn) % 2]), by=SYSTEM)
                except RunFull:
                    continue

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(6)))
    with real_app.app_context():
        rows = db.session.execute(
            select(TransferSeat.run_id, func.count())
            .where(TransferSeat.run_id.is_not(None))
            .group_by(TransferSeat.run_id)
        ).all()
        assert all(number <= 2 for _run, number in rows)
        assert [len(seats_of(guest)) for guest in guests] == [1] * 6


def test_lists_have_versions_that_mark_what_changed(app: Flask) -> None:
    place = reception()
    vehicle = run(place.fair)
    first, second = (flying(place)[0].importer for _ in range(2))
    assert {seat_of(one).run_id for one in (first, second)} == {vehicle.id}  # both flights suit it
    version = issue_version(vehicle, by=SYSTEM)
    assert (version.number, [row["mark"] for row in version.rows]) == (1, ["", ""])
    assert issue_version(vehicle, by=SYSTEM).number == 1
    save_flight(first, landing(place.fair, "14:15", number="JL751"), by=SYSTEM)
    save_flight(second, landing(place.fair, "23:50", number="VN315"), by=SYSTEM)
    third = flying(place)[0].importer
    version = issue_version(vehicle, by=SYSTEM)
    marks = {row["reference"]: row["mark"] for row in version.rows}
    assert (version.number, marks) == (
        2,
        {first.reference: "changed", second.reference: "gone", third.reference: "new"},
    )


# --- pages -----------------------------------------------------------------------------------------------------------


def test_staff_enter_a_flight_on_the_guests_screen(app: Flask, client: Any) -> None:
    place = reception()
    guest = granted_guest(place).importer
    page = f"{place.staff}/guests/{guest.reference}"
    login(client, place.user(Role.HOSPITALITY))
    client.get("/language/en")
    assert "The flight to the fair is missing" in client.get(page).text
    wrong = client.submit(f"{page}/flights/arrival", typed(place.fair, number="310", arrives_at="25:70"))
    assert wrong.status_code == 422
    assert 'value="310"' in wrong.text
    assert "Write a time as 14:05." in wrong.text
    assert client.submit(f"{page}/flights/arrival", typed(place.fair, number="310")).status_code == 422
    line = f"VN 311 {place.fair.starts_on:%d%b} NRT HAN 1000 1405"
    assert client.submit(f"{page}/flights/arrival", {"arrival-itinerary": line}).status_code == 303
    assert client.submit(f"{page}/flights/departure", typed(place.fair, "departure")).status_code == 303
    assert client.submit(f"{page}/flights/sideways", {}).status_code == 404
    [come, go] = flights_of(guest.id)
    assert (come.number, go.number) == ("VN311", "VN310")
    assert client.submit(f"{page}/flights/departure/cancel").status_code == 303
    assert [one.direction for one in flights_of(guest.id)] == [Direction.ARRIVAL]
    called = {"call-kind": "call-out", "call-text": "Khách đến sớm", "call-follow_up_on": ""}
    assert client.submit(f"{page}/notes", called).status_code == 303
    assert "Khách đến sớm" in client.get(page).text


def test_the_guest_enters_flights_and_looking_changes_nothing(app: Flask, client: Any, new_client: Any) -> None:
    place = reception()
    guest = granted_guest(place).importer
    with transaction():
        token = link_for(guest)
    assert f"/i/{token}/flights" in client.get(f"/i/{token}").text
    assert client.get(f"/i/{token}/flights").status_code == 200
    assert flights_of(guest.id) == []
    wrong = client.submit(f"/i/{token}/flights/arrival", typed(place.fair, from_airport="ZZZZ"))
    assert (wrong.status_code, "ZZZZ" in wrong.text) == (422, True)
    assert client.submit(f"/i/{token}/flights/arrival", typed(place.fair)).status_code == 303
    assert [one.number for one in flights_of(guest.id)] == ["VN311"]
    assert client.submit(f"/i/{token}/flights/arrival/cancel").status_code == 303
    assert flights_of(guest.id) == []
    assert new_client().get("/i/" + "x" * 32 + "/flights").status_code == 404


def test_the_board_marks_a_whole_flight(app: Flask, client: Any) -> None:
    place = reception()
    guests = [flying(place)[0].importer for _ in range(3)]
    vehicle = run(place.fair)
    for guest in guests[:2]:
        give_place(guest, vehicle, by=SYSTEM)
    day = (place.fair.starts_on - timedelta(days=1)).isoformat()
    board = f"{place.staff}/travel?day={day}"
    login(client, place.user(Role.HOSPITALITY))
    page = client.get(board).text
    assert all(guest.person.passport_name in page for guest in guests)
    key = re.findall(r'name="flight" value="([^"]+)"', page)[0]
    mark = f"{place.staff}/travel/mark"
    assert client.submit(mark, {"flight": key, "act": "missed", "guest": guests[2].reference}).status_code == 303
    assert client.submit(mark, {"flight": key, "act": "flown"}).status_code == 303
    assert client.submit(mark, {"flight": key, "act": "met"}).status_code == 303
    assert [flights_of(guest.id)[0].state for guest in guests] == [
        FlightState.FLOWN,
        FlightState.FLOWN,
        FlightState.MISSED,
    ]
    assert [seat_of(guest).state for guest in guests[:2]] == [SeatState.MET, SeatState.MET]
    assert client.submit(mark, {"flight": "x:y", "act": "met"}).status_code == 404
    assert client.submit(mark, {"flight": key, "act": "eaten"}).status_code == 422
    assert len(rows_of(client.get(board + "&format=xlsx").data)) == 3
    assert client.get(board + "&screen=1&state=missed").text.count("board-flight") >= 1
    assert client.get(f"{place.staff}/travel?day=nonsense&direction=up&airport=%00").status_code == 200


def test_runs_are_planned_and_lists_printed_on_pages(app: Flask, client: Any) -> None:
    place = reception()
    guest = flying(place)[0].importer
    day = (place.fair.starts_on - timedelta(days=1)).isoformat()
    base = f"{place.staff}/travel/transfers"
    login(client, place.user(Role.HOSPITALITY))
    page = client.get(f"{base}?day={day}").text
    mark = re.findall(r'name="mark" value="([^"]+)"', page)[0]
    plan = {"day": day, "kind": "arrival", "window": "60", "capacity": "16", "mark": mark}
    assert client.submit(f"{base}/make", {**plan, "mark": "other"}).status_code == 409
    assert client.submit(f"{base}/make", plan).status_code == 303
    vehicle = seat_of(guest).run
    assert vehicle is not None
    here = f"{base}/{vehicle.reference}"
    edited = {
        "kind": "arrival",
        "airport": "HAN",
        "day": day,
        "leaves_at": "15:00",
        "capacity": "7",
        "driver_name": "Tài",
        "driver_phone": "0912345678",
    }
    assert client.submit(f"{here}/edit", {**edited, "capacity": "0"}).status_code == 422
    assert client.submit(f"{here}/edit", {**edited, "driver_phone": "abc"}).status_code == 422
    assert client.submit(f"{here}/edit", edited).status_code == 303
    assert client.get(f"{here}/manifest.pdf").status_code == 404
    assert client.submit(f"{here}/manifest").status_code == 303
    assert client.get(f"{here}/manifest.pdf").data.startswith(b"%PDF")
    assert len(rows_of(client.get(f"{here}/manifest.xlsx?version=1").data)) == 1
    assert client.submit(f"{base}/manifests", {"day": day}).status_code == 303
    assert client.get(f"{base}/manifests.pdf?day={day}").data.startswith(b"%PDF")
    seat = seat_of(guest)
    assert client.submit(f"{here}/places/{seat.id}", {"act": "free"}).status_code == 303
    assert client.submit(f"{here}/guests", {"guest": guest.reference}).status_code == 303
    assert client.submit(f"{here}/guests", {"guest": "nobody"}).status_code == 422
    assert client.submit(f"{here}/state", {"state": "flying"}).status_code == 422
    assert client.submit(f"{here}/state", {"state": "cancelled"}).status_code == 303
    assert seat_of(guest).state is SeatState.NEEDS_PLACE
    new = {"kind": "shuttle", "day": day, "leaves_at": "8h30", "capacity": "16"}
    assert client.submit(f"{base}/new", new).status_code == 303
    assert client.submit(f"{base}/new", {**new, "kind": "arrival"}).status_code == 422


def test_a_drivers_link_opens_one_list_until_the_run_is_over(app: Flask, client: Any, new_client: Any) -> None:
    place = reception()
    guest, other = (flying(place)[0].importer for _ in range(2))
    vehicle, another = run(place.fair), run(place.fair)
    give_place(guest, vehicle, by=SYSTEM)
    give_place(other, another, by=SYSTEM)
    old = new_drive_link(vehicle, by=SYSTEM)
    token = new_drive_link(vehicle, by=SYSTEM)
    page = f"/drive/{token}"
    assert client.get(f"/drive/{old}").status_code == 404  # rotated
    shown = client.get(page)
    assert guest.person.passport_name in shown.text
    assert other.person.passport_name not in shown.text
    assert guest.person.email not in shown.text  # no more than a driver needs
    assert '<html lang="vi">' in shown.text
    assert "noindex" in shown.headers["X-Robots-Tag"]
    assert seat_of(guest).state is SeatState.BOOKED
    seat = seat_of(guest)
    assert guest.person.passport_name in client.get(f"{page}/sign/{seat.id}").text
    assert client.get(f"{page}/sign/{seat_of(other).id}").status_code == 404
    assert client.submit(f"{page}/places/{seat_of(other).id}", {"state": "met"}).status_code == 404
    assert client.submit(f"{page}/places/{seat.id}", {"state": "dropped"}).status_code == 422
    for state in ("called", "not_found", "met", "booked", "met"):
        assert client.submit(f"{page}/places/{seat.id}", {"state": state}).status_code == 303
        assert str(seat_of(guest).state) == state
    assert client.submit(f"{page}/seen").status_code == 303
    save_flight(other, replace(landing(place.fair), number="JL751"), by=SYSTEM)
    give_place(other, vehicle, by=SYSTEM)
    assert 'action="/drive' in client.get(page).text
    assert [row.mark for row in current_rows([vehicle])[vehicle.id]] == ["", "new"]
    assert client.submit(f"{page}/state", {"state": "done"}).status_code == 303
    with time_machine.travel(vehicle.leaves_at + timedelta(hours=12, seconds=1), tick=False):
        assert new_client().get(page).status_code == 410
        assert new_client().submit(f"{page}/places/{seat.id}", {"state": "booked"}).status_code == 410


@pytest.mark.parametrize("role", [Role.FINANCE, Role.FRONT_DESK, None])
def test_who_may_only_look_and_who_may_not_even_that(app: Flask, client: Any, role: Role | None) -> None:
    place, elsewhere = reception(), reception()
    hosting, _flight = flying(place)
    vehicle = run(place.fair)
    user = place.user(role) if role else elsewhere.user(Role.HOSPITALITY)
    login(client, user)
    reads = 200 if role is Role.FINANCE else 403
    for path in (
        "guests",
        f"guests/{hosting.importer.reference}",
        "travel",
        "travel/transfers",
        f"travel/transfers/{vehicle.reference}",
    ):
        assert client.get(f"{place.staff}/{path}").status_code == reads, path
    for path in (
        f"guests/{hosting.importer.reference}/flights/arrival",
        f"travel/transfers/{vehicle.reference}/link",
        "travel/mark",
    ):
        assert client.submit(f"{place.staff}/{path}").status_code == 403, path
    if role is None:  # what is of another fair is not found at one's own
        assert client.get(f"{elsewhere.staff}/guests/{hosting.importer.reference}").status_code == 404
        assert client.get(f"{elsewhere.staff}/travel/transfers/{vehicle.reference}").status_code == 404


def test_the_list_of_guests_is_narrowed(app: Flask, client: Any) -> None:
    place = reception()
    with_flight, without = flying(place)[0].importer, granted_guest(place).importer
    vehicle = run(place.fair)
    give_place(with_flight, vehicle, by=SYSTEM)
    login(client, place.user(Role.HOSPITALITY))

    def shown(**query: str) -> set[str]:
        page = client.get(f"{place.staff}/guests", query_string=query)
        assert page.status_code == 200
        return set(re.findall(r'data-row="([^"]+)"', page.text))

    both = {with_flight.reference, without.reference}
    assert shown() == shown(tier="both") == shown(country="JP") == shown(flight="departure") == both
    assert shown(flight="none") == shown(flight="arrival") == {without.reference}
    assert shown(day=(place.fair.starts_on - timedelta(days=1)).isoformat()) == {with_flight.reference}
    assert (
        shown(changed="yes")
        == shown(tier="none")
        == shown(tier="x")
        == shown(day=place.fair.ends_on.isoformat())
        == set()
    )
    issue_version(vehicle, by=SYSTEM)
    save_flight(with_flight, landing(place.fair, "14:20"), by=SYSTEM)
    assert shown(changed="yes") == {with_flight.reference}
    sheet = rows_of(client.get(f"{place.staff}/guests?format=xlsx").data)
    assert both == {value for row in sheet for value in row.values() if value in both}


def test_pages_cost_the_same_for_one_guest_and_for_three(app: Flask, client: Any) -> None:
    place = reception()
    vehicle = run(place.fair)
    day = (place.fair.starts_on - timedelta(days=1)).isoformat()
    login(client, place.user(Role.HOSPITALITY))
    token = new_drive_link(vehicle, by=SYSTEM)
    paths = [f"{place.staff}/guests", f"{place.staff}/travel?day={day}", f"{place.staff}/travel/transfers?day={day}",
             f"{place.staff}/travel/transfers/{vehicle.reference}", f"/drive/{token}"]  # fmt: skip

    def costs() -> list[int]:
        found = []
        for path in paths:
            assert client.get(path).status_code == 200
            with counted_queries() as statements:
                client.get(path)
            found.append(len(statements))
        return found

    flying(place)
    run(place.fair)
    one = costs()
    for _ in range(2):
        flying(place)
        run(place.fair)
    assert costs() == one


# --- the fair moves or is called off ---------------------------------------------------------------------------------


def test_drives_do_not_take_place_when_the_fair_moves_or_is_called_off(app: Flask) -> None:
    place = reception()
    guest = flying(place)[0].importer
    vehicle = run(place.fair)
    give_place(guest, vehicle, by=SYSTEM)
    days = timedelta(days=30)
    move = move_of(place.fair)
    later = replace(move, starts_on=move.starts_on + days, ends_on=move.ends_on + days)
    found, _mark = preview_move(place.fair, later, by=SYSTEM)
    assert [item.subject for item in found.items if item.part == "travel"] == [vehicle.reference]
    off, _mark = preview_cancel(place.fair, "Bão", by=SYSTEM)
    assert [item.subject for item in off.items if item.part == "travel"] == [vehicle.reference]
    with transaction():
        for item in found.items:
            if item.part == "travel" and item.act is not None:
                item.act()
    assert db.session.get_one(TransferRun, vehicle.id).state is RunState.CANCELLED
    assert (seat_of(guest).state, flights_of(guest.id)[0].state) == (SeatState.NEEDS_PLACE, FlightState.PLANNED)


def test_a_mark_needs_a_place(app: Flask) -> None:
    place: Reception = reception()
    guest = flying(place)[0].importer
    vehicle = run(place.fair)
    give_place(guest, vehicle, by=SYSTEM)
    seat = mark_seat(seat_of(guest), SeatState.MET, by=SYSTEM)
    assert seat.marked_at is not None
    assert seat.marked_at <= now()


def test_missing_flights_await_hospitality_and_stand_on_the_timeline(app: Flask) -> None:
    place = reception(days_ahead=20)
    hosting = granted_guest(place)

    def state() -> str:
        with app.test_request_context():
            return next(str(item.state) for item in timeline(place.fair) if item.rule.key == "flights")

    assert items_of(reader(place.fair, Role.HOSPITALITY), hosting) == ["flight-missing"]
    assert items_of(reader(place.fair, Role.FINANCE), hosting) == []
    assert state() == "late"
    save_flight(hosting.importer, landing(place.fair), by=SYSTEM)
    assert items_of(reader(place.fair, Role.HOSPITALITY), hosting) == []
    assert state() == "done"


def test_a_flights_number_and_a_runs_reference_are_found(app: Flask, client: Any) -> None:
    place = reception()
    guest = flying(place)[0].importer
    vehicle = run(place.fair)
    login(client, place.user(Role.HOSPITALITY))
    by_number = client.get("/search?q=vn+0311", follow_redirects=True)
    assert guest.reference in by_number.request.path + by_number.text
    answer = client.get(f"/search?q={vehicle.reference.lower()}")
    assert answer.headers["Location"].endswith(f"/travel/transfers/{vehicle.reference}")
