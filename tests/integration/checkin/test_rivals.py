"""Many gates at the same moment, each with a transaction of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from fairs.calendar.models import Fair
from fairs.checkin.models import Gate, Scan, Visit
from fairs.checkin.queries import counters
from fairs.checkin.service import GateDraft, ScanInput, check_in, create_gate
from fairs.checkin.states import Verdict
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from tests.factories.checkin import entrance, scan_of

CLIENTS = 20


def _together(app: Flask, fair_id: int, gate_ids: list[int], batches: list[list[ScanInput]]) -> list[list[Any]]:
    start = Barrier(len(batches))

    def scan(number: int) -> list[Any]:
        start.wait()
        with app.app_context():
            fair = db.session.get_one(Fair, fair_id)
            gate = db.session.get_one(Gate, gate_ids[number % len(gate_ids)])
            return check_in(fair, gate, batches[number], by=SYSTEM)

    with ThreadPoolExecutor(len(batches)) as pool:
        return list(pool.map(scan, range(len(batches))))


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_one_badge_at_two_gates_by_twenty_clients_is_one_visit(real_app: Flask) -> None:
    with real_app.app_context():
        place = entrance()
        second = create_gate(place.fair, "second", GateDraft("Cổng 2", "Gate 2"), by=SYSTEM)
        badge = place.badge()
        batches = [[scan_of(badge)] for _ in range(CLIENTS)]
        fair_id, gates = place.fair.id, [place.gate.id, second.id]
    results = _together(real_app, fair_id, gates, batches)
    assert sorted(str(result.verdict) for (result,) in results) == ["already_inside"] * (CLIENTS - 1) + ["welcome"]
    assert sum(result.counted for (result,) in results) == 1
    with real_app.app_context():
        assert (_count(Visit), _count(Scan)) == (1, CLIENTS)
        assert counters(fair_id, results[0][0].day).visits == 1


def test_one_scan_sent_by_twenty_connections_is_one_scan(real_app: Flask) -> None:
    with real_app.app_context():
        place = entrance()
        known, unknown = scan_of(place.badge()), scan_of("no badge")
        fair_id, gates = place.fair.id, [place.gate.id]
    results = _together(real_app, fair_id, gates, [[known, unknown]] * CLIENTS)
    assert {(first.verdict, second.verdict) for first, second in results} == {(Verdict.WELCOME, Verdict.UNKNOWN)}
    assert [sum(not pair[index].is_repeat for pair in results) for index in (0, 1)] == [1, 1]
    with real_app.app_context():
        assert (_count(Visit), _count(Scan)) == (1, 2)


def test_batches_with_the_same_people_in_other_orders_do_not_block_each_other(real_app: Flask) -> None:
    with real_app.app_context():
        place = entrance()
        badges = [place.badge() for _ in range(12)]
        batches = [[scan_of(badge) for badge in (badges if number % 2 else badges[::-1])] for number in range(10)]
        fair_id, gates = place.fair.id, [place.gate.id]
    results = _together(real_app, fair_id, gates, batches)
    assert sum(result.counted for batch in results for result in batch) == 12
    with real_app.app_context():
        assert (_count(Visit), _count(Scan)) == (12, 120)
