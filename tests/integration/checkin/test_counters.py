"""Counters of public fairs: presses, tallies, turnstiles, corrections; an id counts once, nothing counted is overwritten."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.calendar.service import change_settings, change_state
from fairs.calendar.states import FairState
from fairs.checkin.counting import CountInput, count_day, count_people
from fairs.checkin.errors import BadCount, NoCounters
from fairs.checkin.models import CountEntry
from fairs.checkin.service import GateDraft, change_gate, create_gate
from fairs.checkin.states import CountSource
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.visitors.models import PublicCount
from tests.factories.checkin import ZONE, Entrance, entrance
from tests.factories.people import report_fair
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets

HALF_PAST_TEN = time(10, 30)


def public_fair(time_machine: Any, **settings: Any) -> Entrance:
    """A public fair that opened yesterday; it is half past ten."""
    made = entrance(**settings)
    change_settings(made.fair, {"kind": "public"}, by=SYSTEM)
    time_machine.move_to(
        datetime.combine(made.fair.starts_on + timedelta(days=1), HALF_PAST_TEN, ZoneInfo(ZONE)), tick=False
    )
    change_gate(made.gate, GateDraft("Cổng chính", "Main gate", "in", "Bấm tay, sai số 3 %"), by=SYSTEM)
    return made


def sums() -> dict[tuple[int, int], int]:
    rows = db.session.scalars(select(PublicCount).order_by(PublicCount.day, PublicCount.hour))
    return {(row.day.day, row.hour): row.entries for row in rows}


def test_presses_of_the_button_are_added_up(app: Flask, client: Client, time_machine: Any) -> None:
    place = public_fair(time_machine)
    login(client, place.user(Role.GATE_SUPERVISOR))
    client.get("/language/en")
    path = f"/fairs/{place.fair.slug}/gates/main/count"
    assert 'value="1"' in client.get(path).text
    for entry_id, change in (("a", "1"), ("b", "5"), ("b", "5"), ("c", "-1")):
        assert client.submit(path, {"entry_id": entry_id, "change": change}).status_code == 303
    answer = client.submit(
        path,
        {"entry_id": "d", "change": "7", "at": "2020-01-01T00:00:00+07:00"},
        headers={"Accept": "application/json"},
    )
    assert (answer.status_code, "not open" in answer.json["message"]) == (422, True)
    answer = client.submit(path, {"entry_id": "e", "change": "7"}, headers={"Accept": "application/json"})
    assert answer.json == {"hour": 10, "in_hour": 12, "in_day": 12}
    assert sums() == {(place.fair.today.day, 10): 12}
    row = db.session.scalars(select(PublicCount)).one()
    assert (row.method, row.gate_id) == ("Bấm tay, sai số 3 %", place.gate.id)
    assert [one.change for one in db.session.scalars(select(CountEntry).order_by(CountEntry.id))] == [1, 5, -1, 7]
    for odd in (
        {"entry_id": "f"},
        {"entry_id": "", "change": "1"},
        {"entry_id": "g", "change": "zehn"},
        {"entry_id": "h", "change": "1", "at": "gestern"},
        {"entry_id": "i", "change": "-999"},
    ):
        assert client.submit(path, odd, headers={"Accept": "application/json"}).status_code == 422, odd
    assert sums() == {(place.fair.today.day, 10): 12}


def test_a_tally_and_a_correction_are_typed_later_and_stay_visible(
    app: Flask, client: Client, time_machine: Any
) -> None:
    place = public_fair(time_machine)
    login(client, place.user(Role.FRONT_DESK))
    client.get("/language/en")
    path = f"/fairs/{place.fair.slug}/gates/counts"
    day = place.fair.starts_on.isoformat()
    typed = {
        "entry_id": "t1",
        "gate": "main",
        "day": day,
        "hour": "14",
        "kind": "paper",
        "change": "120",
        "note": "Phiếu 3",
    }
    assert client.submit(f"{path}/type", typed).headers["Location"] == f"{path}?day={day}"
    correction = {**typed, "entry_id": "t2", "kind": "correction", "change": "-20", "note": ""}
    answer = client.submit(f"{path}/type", correction)
    assert (answer.status_code, "Say why the count is corrected." in answer.text, 'value="-20"' in answer.text) == (
        422,
        True,
        True,
    )
    for bad, told in (
        ({"change": "-500", "note": "x"}, "only 120 are counted here"), ({"hour": "24"}, "Between 0 and 23."),
        ({"day": "2019-01-01"}, "not open on this day"), ({"gate": "zz"}, "Please choose from the list."),
        ({"kind": "tap"}, "Please choose from the list."), ({"change": "0"}, "Write a number of people"),
        ({"day": place.fair.today.isoformat(), "hour": "11", "note": "x"}, "This hour has not begun yet."),
        ({"kind": "paper", "note": "x"}, "Only a correction takes people away."),
    ):  # fmt: skip
        answer = client.submit(f"{path}/type", {**correction, "note": "x", **bad})
        assert (answer.status_code, told in answer.text) == (422, True), bad
    assert client.submit(f"{path}/type", {**correction, "note": "Đoàn bấm hai lần"}).status_code == 303
    assert sums() == {(place.fair.starts_on.day, 14): 100}
    acts = db.session.scalars(
        select(AuditEntry).where(AuditEntry.subject_type == "CountEntry").order_by(AuditEntry.id)
    ).all()
    assert [(act.action, act.before, (act.after or {})["entries"]) for act in acts] == [
        ("checkin.count_paper", {"entries": 0}, 120), ("checkin.count_correction", {"entries": 120}, 100),
    ]  # fmt: skip
    page = client.get(f"{path}?day={day}").text
    for part in ("Đoàn bấm hai lần", "Phiếu 3", "no count", "Bấm tay, sai số 3 %"):
        assert part in page, part
    counters, entries = read_sheets(client.get(f"{path}?format=xlsx").data)
    assert [row[3][1] for row in counters[1:] if row[3][0] == "number"] == ["100"]
    assert [row[4][1] for row in entries[1:]] == ["-20", "120"]


def test_a_turnstile_sends_its_readings_again_without_harm(app: Flask, client: Client, time_machine: Any) -> None:
    place = public_fair(time_machine)
    create_gate(place.fair, "side", GateDraft("Cổng phụ", "Side gate"), by=SYSTEM)
    headers = place.bearer(Role.GATE_SUPERVISOR)
    url = f"/api/v1/fairs/{place.fair.slug}/counts"
    at = datetime.combine(place.fair.starts_on, time(9, 59, 59), ZoneInfo(ZONE)).isoformat()
    batch = {"counts": [
        {"id": "x1", "gate": "main", "entries": 40, "counted_at": at}, {"id": "x2", "gate": "side", "entries": 2, "counted_at": at},
        {"id": "x1", "gate": "main", "entries": 40, "counted_at": at},
    ]}  # fmt: skip
    first = client.post(url, json=batch, headers=headers)
    assert [(r["id"], r["hour"], r["hour_total"], r["repeated"]) for r in first.json["results"]] == [
        ("x1", 9, 40, False), ("x2", 9, 2, False), ("x1", 9, 40, True),
    ]  # fmt: skip
    assert [r["repeated"] for r in client.post(url, json=batch, headers=headers).json["results"]] == [True] * 3
    assert sum(sums().values()) in {40, 2, 42} and db.session.query(CountEntry).count() == 2
    one = batch["counts"][0]
    for bad in (
        {"gate": "zz"},
        {"entries": -1},
        {"entries": 2.5},
        {"id": "no way"},
        {"counted_at": "2020-01-01T00:00:00"},
        {"more": 1},
    ):
        assert client.post(url, json={"counts": [{**one, "id": "y", **bad}]}, headers=headers).status_code == 422, bad
    assert client.post(url, json=batch, headers=place.bearer(Role.DEALS)).status_code == 403


def test_who_counts_where_and_until_when(app: Flask, new_client: Any, time_machine: Any) -> None:
    place = public_fair(time_machine)
    day = place.fair.starts_on
    entry = CountInput("a", day, 9, 5)
    assert count_people(place.fair, [(place.gate, entry)], by=SYSTEM)[0].hour_total == 5
    assert count_day(place.fair, day).total == 5
    for wrong in (
        CountInput("b", day, 9, 20_001),
        CountInput("", day, 9, 1),
        CountInput("c", day, 9, -7, CountSource.CORRECTION, "x"),
    ):
        with pytest.raises(BadCount):
            count_people(place.fair, [(place.gate, CountInput("fine", day, 9, 1)), (place.gate, wrong)], by=SYSTEM)
    assert count_day(place.fair, day).total == 5  # all or nothing
    viewer, stranger = new_client(), new_client()
    login(viewer, place.user(Role.AUDITOR))
    login(stranger, place.user())
    base = f"/fairs/{place.fair.slug}/gates"
    assert (viewer.get(f"{base}/counts").status_code, viewer.get(f"{base}/main/count").status_code) == (200, 403)
    assert viewer.submit(f"{base}/main/count", {"entry_id": "z", "change": "1"}).status_code == 403
    assert stranger.get(f"{base}/counts").status_code == 403
    report_fair(change_state(place.fair, FairState.CLOSED, by=SYSTEM))
    with pytest.raises(NoCounters):
        count_people(place.fair, [(place.gate, CountInput("late", day, 9, 1))], by=SYSTEM)
    trade = entrance()
    with pytest.raises(NoCounters):
        count_people(trade.fair, [(trade.gate, CountInput("t", trade.fair.starts_on, 9, 1))], by=SYSTEM)
    clerk = new_client()
    login(clerk, trade.user(Role.GATE_SUPERVISOR))
    clerk.get("/language/en")
    assert "counts its visitors by badge" in clerk.get(f"/fairs/{trade.fair.slug}/gates/counts").text


def test_the_page_costs_the_same_however_many_entries(app: Flask, client: Client, time_machine: Any) -> None:
    place = public_fair(time_machine)
    change_settings(place.fair, {"summary_vi": "x"}, by=SYSTEM)
    login(client, place.user(Role.ORGANISER))
    path = f"/fairs/{place.fair.slug}/gates/counts?day={place.fair.starts_on.isoformat()}"

    def cost(number: int) -> int:
        entries = [
            CountInput(f"{number}-{n}", place.fair.starts_on, 9 + n, 3, CountSource.PAPER) for n in range(number)
        ]
        count_people(place.fair, [(place.gate, entry) for entry in entries], by=SYSTEM)
        client.get(path)
        with counted_queries() as statements:
            assert client.get(path).status_code == 200
        return len(statements)

    assert cost(1) == cost(3)
