"""The live board: figures from tallies, zones and their limits, devices, big screens with a link, and polling that costs nothing."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from fairs.badges.states import BadgeCategory
from fairs.checkin import board as live
from fairs.checkin.board import ZoneState, board_of, close_screen, fair_of_screen, open_screen
from fairs.checkin.board_models import BoardScreen
from fairs.checkin.counting import CountInput, count_people
from fairs.checkin.models import AccessZone, Gate, GateDevice, GateTally, ScanConflict, Visit, VisitTally, ZoneTally
from fairs.checkin.queries import activity, counters, figures
from fairs.checkin.recounting import recount_tallies
from fairs.checkin.service import check_in
from fairs.checkin.states import ConflictKind, DeviceState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now, set_to
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.links import LinkExpired
from fairs.core.permissions import Role
from tests.factories.checkin import Entrance, entrance, scan_of
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance(direction="both")


def zone_of(place: Entrance, capacity: int | None, inside: int, **values: Any) -> None:
    with transaction():
        zone = AccessZone(
            fair_id=place.fair.id,
            code=f"Z{capacity}-{inside}",
            name_vi="Nhà A",
            name_en="Hall A",
            capacity=capacity,
            **values,
        )
        db.session.add(zone)
        db.session.flush()
        db.session.add(ZoneTally(fair_id=place.fair.id, zone_id=zone.id, day=place.fair.today, inside=inside, unsure=2))


def came(place: Entrance) -> None:
    """Five people of three kinds; one leaves, one is refused, one comes again."""
    start = now() - timedelta(seconds=30)
    trade = [place.badge(company=place.company(country=country)) for country in ("DE", "DE", "VN")]
    others = [place.badge(BadgeCategory.VIP), place.badge(BadgeCategory.ORGANISER)]
    scans = [scan_of(badge, at=start + timedelta(milliseconds=n)) for n, badge in enumerate([*trade, *others])]
    scans += [
        scan_of(trade[0], at=start + timedelta(seconds=5), direction="out"),
        scan_of(trade[1], at=start + timedelta(seconds=6)),
    ]
    check_in(place.fair, place.gate, [*scans, scan_of("rubbish")], by=SYSTEM)
    recount_tallies(place.fair)


def test_tallies_say_what_the_visits_say(place: Entrance) -> None:
    came(place)
    day = place.fair.today
    counted = [Visit.fair_id == place.fair.id, Visit.counts.is_(True)]
    found = figures(place.fair, day)
    assert found.visits == db.session.scalar(select(func.count()).where(*counted)) == 4
    assert found.people == db.session.scalar(select(func.count(Visit.person_id.distinct())).where(*counted))
    assert found.foreign_visits == 2
    assert (
        found.inside
        == db.session.scalar(select(func.count(Visit.inside_since)).where(Visit.fair_id == place.fair.id))
        == 4
    )
    by_country = db.session.execute(select(Visit.country, func.count()).where(*counted).group_by(Visit.country))
    assert {(country, visits) for country, visits, _people in found.by_country} == {tuple(row) for row in by_country}
    by_category = db.session.execute(select(Visit.category, func.count()).where(*counted).group_by(Visit.category))
    assert {(category, visits) for category, visits, _people in found.by_category} == {
        tuple(row) for row in by_category
    }
    assert sum(number for _hour, number in found.by_hour) == found.visits_on_day == counters(place.fair.id, day).visits
    seen = activity(place.fair.id, day)[place.gate.id]
    assert (seen.passed_in, seen.passed_out, seen.refused, seen.passed) == (6, 1, 1, 7)


def test_a_zone_warns_then_pauses(place: Entrance) -> None:
    for capacity, inside, values in (
        (100, 79, {}), (100, 80, {}), (100, 100, {}), (100, 130, {}), (None, 500, {}), (100, 1, {"is_paused": True}), (10, -3, {}),
    ):  # fmt: skip
        zone_of(place, capacity, inside, **values)
    states = {zone.code: (zone.state, zone.percent) for zone in board_of(place.fair.id).zones}
    assert states == {
        "Z100-79": (ZoneState.FREE, 79), "Z100-80": (ZoneState.WARNING, 80), "Z100-100": (ZoneState.FULL, 100),
        "Z100-130": (ZoneState.FULL, 130), "ZNone-500": (ZoneState.FREE, None), "Z100-1": (ZoneState.PAUSED, 1),
        "Z10--3": (ZoneState.FREE, 0),
    }  # fmt: skip


def test_the_page_shows_who_is_inside_and_what_is_in_doubt(place: Entrance, client: Client) -> None:
    came(place)
    zone_of(place, 100, 85)
    with transaction():
        whole = db.session.scalars(select(ZoneTally).where(ZoneTally.zone_id.is_(None))).one()
        whole.unsure = 3
        for name, backlog, minutes in (("Máy im lặng", 12, 40), ("Máy tốt", 0, 1), ("Máy đang gửi", 5, 0)):
            db.session.add(GateDevice(
                fair_id=place.fair.id, name=name, state=DeviceState.ACTIVE, valid_from=place.fair.starts_on,
                valid_to=place.fair.ends_on, backlog=backlog, last_seen_at=now() - timedelta(minutes=minutes),
            ))  # fmt: skip
        db.session.add(ScanConflict(fair_id=place.fair.id, entry_id="two_gates:1", kind=ConflictKind.TWO_GATES))
    board = board_of(place.fair.id)
    assert [device.name for device in board.devices] == ["Máy im lặng", "Máy đang gửi", "Máy tốt"]
    assert (board.troubled, board.open_conflicts, board.unsure) == (1, 1, 3)
    login(client, place.user(Role.AUDITOR))
    page = client.get(f"/fairs/{place.fair.slug}/board?lang=en").get_data(as_text=True)
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    for text in ("1 to 7 people", "Nearly full", "85 ± 2 / 100", "1 device keeps scans and is not heard of.", "40 minutes ago",
                 "1 conflict at the gates is to be settled."):  # fmt: skip
        assert text in words, text


@pytest.mark.parametrize("kind", ["trade", "public"])
def test_nothing_new_is_answered_with_304(app: Flask, client: Client, kind: str) -> None:
    place = entrance(direction="both")
    with transaction():
        db.session.merge(place.fair).kind = kind
    came(place)
    login(client, place.user(Role.VIEWER))
    address = f"/fairs/{place.fair.slug}/board/figures"
    first = client.get(address)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "private, no-cache")
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.get(f"{address}?day=9999-99-99", headers={"If-None-Match": "x"}).status_code == 200
    if kind == "public":
        count_people(place.fair, [(place.gate, CountInput.at(place.fair, now(), id="c1", change=7))], by=SYSTEM)
        assert board_of(place.fair.id).counted.on_day == 7  # type: ignore[union-attr]
    else:
        check_in(place.fair, place.gate, [scan_of(place.badge())], by=SYSTEM)
        recount_tallies(place.fair)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_board_costs_the_same_however_much_is_on_it(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.ORGANISER))
    client.get(f"/fairs/{place.fair.slug}/board")
    costs = []
    for n in (1, 3):
        for m in range(n):
            zone_of(place, 10 * n + m + 1, n)
        came(place)
        with counted_queries() as statements:
            assert client.get(f"/fairs/{place.fair.slug}/board/figures").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_a_screen_needs_nobody_signed_in_and_ends_when_closed(place: Entrance, client: Client, new_client: Any) -> None:
    badge = place.badge(person=place.person("Trần Thị Bí Mật"))
    check_in(place.fair, place.gate, [scan_of(badge)], by=SYSTEM)
    recount_tallies(place.fair)
    login(client, place.user(Role.GATE_SUPERVISOR))
    base = f"/fairs/{place.fair.slug}/board"
    assert client.submit(f"{base}/screens", {"name": " "}).status_code == 422
    made = client.submit(f"{base}/screens", {"name": "Sảnh chính"})
    found = re.search(r'href="[^"]*(/board/[\w-]{20,})"', made.get_data(as_text=True))
    assert found and made.headers["Cache-Control"] == "no-store"
    wall = new_client()
    page = wall.get(found[1])
    assert page.status_code == 200 and "Bí Mật" not in page.get_data(as_text=True)
    part = wall.get(f"{found[1]}/figures")
    assert wall.get(f"{found[1]}/figures", headers={"If-None-Match": part.headers["ETag"]}).status_code == 304
    (screen,) = live.screens_of(place.fair.id)
    other = entrance()
    with pytest.raises(NotFound):
        close_screen(other.fair, screen.id, by=SYSTEM)
    assert client.submit(f"{base}/screens/{screen.id}/close").status_code == 303
    assert [wall.get(path).status_code for path in (found[1], f"{found[1]}/figures", "/board/nonsense")] == [
        404,
        404,
        404,
    ]
    login(wall, place.user(Role.VIEWER))
    assert wall.submit(f"{base}/screens", {"name": "x"}).status_code == 403


def test_links_of_screens_are_few_and_end_with_the_fair(place: Entrance) -> None:
    _screen, token = open_screen(place.fair, "Sảnh", by=SYSTEM)
    assert fair_of_screen(token) == place.fair.id
    with transaction():
        db.session.add_all(BoardScreen(fair_id=place.fair.id, name=str(n)) for n in range(live.MOST_SCREENS))
    with pytest.raises(InvalidInput):
        open_screen(place.fair, "Thêm", by=SYSTEM)
    old = entrance(starts_on=date(2026, 1, 5))
    _screen, token = open_screen(old.fair, "Sảnh", by=SYSTEM)
    with set_to(now() + timedelta(days=30)), pytest.raises(LinkExpired):
        fair_of_screen(token)


def test_a_million_scans_are_read_in_milliseconds(place: Entrance) -> None:
    """As many rows as a million scans can make: 4 days, 10 hours, 8 categories, 30 countries."""
    fair, moment = place.fair, now()
    rows = [
        {"fair_id": fair.id, "day": day, "hour": hour, "category": category, "country": f"{chr(65 + n // 26)}{chr(65 + n % 26)}",
         "counts": category.counts_as_visitor, "visits": 5, "people": 4, "created_at": moment}
        for day in fair.days for hour in range(8, 18) for category in list(BadgeCategory)[:8] for n in range(30)
    ]  # fmt: skip
    with transaction():
        db.session.execute(insert(VisitTally), rows)
        db.session.execute(
            insert(GateTally),
            [{"fair_id": fair.id, "gate_id": place.gate.id, "day": day, "passed_in": 250_000, "passed_out": 0, "refused": 10,
              "last_at": moment, "created_at": moment} for day in fair.days],
        )  # fmt: skip
    best = min(_seconds(lambda: board_of(fair.id)) for _ in range(3))
    assert db.session.scalar(select(func.count()).select_from(Gate)) == 1
    assert best < 0.2  # 50 ms on a quiet machine; tests share theirs


def _seconds(act: Any) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin
