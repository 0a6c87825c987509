"""The pages of printing and the queue for programs: who may, what they say, bad input."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.badges.models import Badge
from fairs.badges.service import code_of
from fairs.badges.states import BadgeState
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.printing.blanks import BatchDraft, batch_faces, make_batch
from fairs.printing.leases import lease_next, report_failed
from fairs.printing.models import BlankBatch, PrintJob, PrintStation
from fairs.printing.service import enqueue
from fairs.printing.states import JobState
from fairs.printing.stations import StationDraft, enrol_station, open_station, save_station
from tests.factories.checkin import Entrance, entrance
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Entrance:
    """A running fair."""
    return entrance()


@pytest.fixture
def desk(place: Entrance, client: Client) -> Client:
    """Signed in as the front desk."""
    login(client, place.user(Role.FRONT_DESK))
    return client


def at(place: Entrance, path: str = "") -> str:
    """An address of printing at the fair."""
    return f"/fairs/{place.fair.slug}/printing{path}"


def station_of(place: Entrance, **values: Any) -> PrintStation:
    """An open station."""
    return open_station(save_station(place.fair, StationDraft("Quầy 1", **values), by=SYSTEM), by=SYSTEM)


def test_from_the_badge_to_the_queue_and_off_it(place: Entrance, desk: Client) -> None:
    badge, station = place.badge(), station_of(place)
    assert "/printing/jobs" in desk.get(f"/fairs/{place.fair.slug}/badges/{badge.reference}").text
    desk.submit(at(place, "/jobs"), {"badge": badge.reference})
    [job] = db.session.scalars(select(PrintJob))
    assert badge.reference in desk.get(at(place)).text
    for data, state in (({"act": "move", "station": station.id}, "queued"), ({"act": "cancel"}, "cancelled")):
        assert desk.submit(at(place, f"/jobs/{job.id}"), data).status_code == 303
        assert db.session.get_one(PrintJob, job.id).state == state
    desk.submit(at(place, "/jobs"), {"badge": badge.reference})
    lease = lease_next(db.session.get_one(PrintStation, station.id), by=SYSTEM)
    assert lease is not None
    page = desk.submit(at(place, f"/jobs/{lease.job.id}"), {"act": "again"}, follow_redirects=True)
    assert "Wait a minute" in page.text or "Hãy chờ trạm" in page.text
    report_failed(station, lease.job, lease.number, reason="paper_out", note="Hết giấy", by=SYSTEM)
    assert "Hết giấy" in desk.get(at(place, "?state=failed")).text
    assert desk.get(at(place, "?state=all&format=xlsx")).mimetype.endswith("sheet")
    desk.submit(at(place, f"/jobs/{lease.job.id}"), {"act": "again"})
    assert db.session.get_one(PrintJob, lease.job.id).state is JobState.QUEUED


@pytest.mark.parametrize(
    "query", ["?state=x", "?station=abc&category=zz", "?sort=-name", "?sort=ended&state=all", "?q=%00"]
)
def test_the_queue_takes_any_address(place: Entrance, desk: Client, query: str) -> None:
    enqueue([place.badge(), place.badge()], by=SYSTEM)
    assert desk.get(at(place, query)).status_code == 200


def test_the_queue_takes_the_same_statements_for_one_and_three(place: Entrance, desk: Client) -> None:
    counts = []
    station_of(place)
    for more in (1, 2):
        enqueue([place.badge(company=place.company()) for _ in range(more)], by=SYSTEM)
        with counted_queries() as found:
            desk.get(at(place))
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_bad_input_stays_where_it_was_typed(place: Entrance, desk: Client) -> None:
    station = station_of(place)
    for path, data in (
        ("/stations/new", {"name": "", "place": "Sảnh Mẫu"}),
        ("/stations/new", {"name": "quầy 1", "place": "Sảnh Mẫu"}),
        ("/stations/new", {"name": "Mới", "place": "Sảnh Mẫu", "categories": "kings"}),
    ):
        answer = desk.submit(at(place, path), data)
        assert answer.status_code == 422
        assert "Sảnh Mẫu" in answer.text
    for path, data, status in (
        ("/jobs/99999999", {"act": "cancel"}, 404),
        ("/jobs", {"badge": "XX"}, 404),
        ("/stations/99999999999999999999", {}, 404),
        (f"/stations/{station.id}/state", {"state": "ajar"}, 422),
        (f"/stations/{station.id}/print", {"act": "dance"}, 422),
        (f"/stations/{station.id}/print", {"act": "printed", "job": "x", "lease": "1"}, 404),
        ("/blanks/bind", {"code": ""}, 422),
        ("/blanks/bind", {"code": "nonsense"}, 422),
        ("/replace", {"q": ""}, 422),
    ):
        assert desk.submit(at(place, path), data).status_code == status, path


def test_a_computer_with_the_address_works_the_queue_alone(place: Entrance, desk: Client, new_client: Any) -> None:
    badge, station = place.badge(), station_of(place)
    page = desk.submit(at(place, f"/stations/{station.id}/enrol"), {"act": "new"})
    token = re.findall(r"/print/(ps_[\w-]+)", page.text)[0]
    computer: Client = new_client()
    assert computer.get("/print/ps_nonsense").status_code == 404
    enqueue([badge], by=SYSTEM)
    taken = computer.submit(f"/print/{token}", {"act": "lease"}, headers={"Fairs-Station": "1"})
    assert "data-fresh" in taken.text
    [job] = db.session.scalars(select(PrintJob))
    assert computer.get(f"/print/{token}/{job.id}.pdf").data.startswith(b"%PDF")
    assert "frame-ancestors 'self'" in computer.get(f"/print/{token}/{job.id}.pdf").headers["Content-Security-Policy"]
    # Loaded anew the page asks instead of printing.
    again = computer.submit(f"/print/{token}", {"act": "lease"}, headers={"Fairs-Station": "1"})
    assert "data-fresh" not in again.text
    said = {"job": job.id, "lease": 1}
    assert computer.submit(f"/print/{token}", {"act": "failed", "reason": "", **said}).status_code == 422
    assert computer.submit(f"/print/{token}", {"act": "printed", **said}).status_code == 303
    job = db.session.get_one(PrintJob, job.id)
    assert (job.state, job.ended_by) == (JobState.PRINTED, "Quầy 1")
    assert computer.submit(f"/print/{token}", {"act": "lease"}, headers={"Fairs-Station": "1"}).status_code == 204
    desk.submit(at(place, f"/stations/{station.id}/enrol"), {"act": "end"})
    assert computer.get(f"/print/{token}").status_code == 404


def test_programs_print_with_the_stations_token_or_somebodys(place: Entrance, client: Client) -> None:
    station = station_of(place)
    other = open_station(save_station(place.fair, StationDraft("Quầy 2"), by=SYSTEM), by=SYSTEM)
    enqueue([place.badge(), place.badge()], by=SYSTEM)
    api = f"/api/v1/fairs/{place.fair.slug}/print-jobs"
    own = {"Authorization": f"Bearer {enrol_station(station, by=SYSTEM)}"}
    job = client.post(f"{api}/lease", json={}, headers=own).get_json()["job"]
    assert (job["lease"], job["resumed"], job["state"]) == (1, False, "leased")
    assert client.post(f"{api}/lease", json={}, headers=own).get_json()["job"]["resumed"]
    assert client.get(job["pdf"], headers=own).mimetype == "application/pdf"
    said = {"lease": 1}
    assert client.post(f"{api}/{job['id']}/renew", json=said, headers=own).status_code == 200
    for _ in range(2):
        answer = client.post(f"{api}/{job['id']}/printed", json=said, headers=own)
        assert answer.get_json()["state"] == "printed"
    staff = place.bearer(Role.FRONT_DESK)
    second = client.post(f"{api}/lease", json={"station": other.id}, headers=staff).get_json()["job"]
    failed = {"lease": 1, "reason": "jam", "station": other.id}
    assert client.post(f"{api}/{second['id']}/failed", json=failed, headers=own).status_code == 404
    assert client.post(f"{api}/{second['id']}/failed", json=failed, headers=staff).get_json()["state"] == "failed"
    assert client.post(f"{api}/lease", json={}, headers=own).get_json() == {"job": None}
    late = client.post(f"{api}/{second['id']}/printed", json=said, headers=own)
    assert (late.status_code, late.get_json()["code"]) == (409, "lease_lost")
    elsewhere = entrance()
    for headers, status in (
        ({}, 401),
        ({"Authorization": "Bearer ps_nonsense"}, 401),
        (place.bearer(Role.DEALS), 403),
        (elsewhere.bearer(Role.FRONT_DESK), 403),
    ):
        assert client.post(f"{api}/lease", json={"station": station.id}, headers=headers).status_code == status
    there = f"/api/v1/fairs/{elsewhere.fair.slug}/print-jobs/lease"
    assert client.post(there, json={}, headers=own).status_code == 403


def test_blanks_are_made_printed_and_bound_on_pages(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.ORGANISER))
    assert client.submit(at(place, "/blanks"), {"category": "trade", "quantity": "0"}).status_code == 422
    client.submit(at(place, "/blanks"), {"category": "trade", "quantity": "3", "note": "Quầy B"})
    [batch] = db.session.scalars(select(BlankBatch))
    assert "Quầy B" in client.get(at(place, "/blanks")).text
    assert client.get(at(place, f"/blanks/{batch.id}.pdf")).data.startswith(b"%PDF")
    first, second, _third = batch_faces(batch)
    badge = place.badge()
    step = client.submit(at(place, "/blanks/bind"), {"code": code_of(badge)})
    assert badge.reference in step.text
    done = client.submit(at(place, "/blanks/bind"), {"first": code_of(badge), "code": first.short_code})
    new = db.session.scalar(select(Badge).where(Badge.state == BadgeState.ACTIVE))
    assert new is not None and new.reference in done.text
    taken = client.submit(at(place, "/blanks/bind"), {"first": first.code, "code": place.badge().short_code})
    assert taken.status_code == 422 and new.reference in taken.text
    wrong = client.submit(at(place, f"/blanks/{batch.id}/void"), {"first": "2", "last": "9", "reason": "Rách"})
    assert wrong.status_code == 422
    client.submit(at(place, f"/blanks/{batch.id}/void"), {"first": "2", "last": "3", "reason": "Rách"})
    assert client.get(at(place, f"/blanks/{batch.id}.pdf")).status_code == 409
    void = client.submit(at(place, "/blanks/bind"), {"first": second.code, "code": place.badge().short_code})
    assert void.status_code == 422


def test_a_lost_badge_is_replaced_in_two_clicks(place: Entrance, desk: Client) -> None:
    person = place.person("Trần Thị Mẫu", phone="+84912345678", email="mau@people.example")
    badge = place.badge(person=person)
    found = desk.submit(at(place, "/replace"), {"q": "trần thị"})
    assert "678" in found.text and "+84912345678" not in found.text and "ma•••@people.example" in found.text
    answer = desk.submit(at(place, f"/replace/{badge.reference}"), {"why": "lost"})
    old = db.session.get_one(Badge, badge.id)
    new = db.session.get_one(Badge, old.replaced_by_id)
    assert answer.headers["Location"].endswith(f"/badges/{new.reference}")
    assert (old.state, new.state, new.person_id) == (BadgeState.REVOKED, BadgeState.ACTIVE, person.id)
    assert (
        new.reference in desk.submit(at(place, "/replace"), {"q": old.reference}).text
    )  # the old number finds the new badge
    assert new.reference in desk.submit(at(place, "/replace"), {"q": old.short_code}).text
    station_of(place)
    desk.submit(at(place, f"/replace/{new.reference}"), {"why": "damaged"})
    assert db.session.scalar(select(PrintJob.state)) is JobState.QUEUED
    assert desk.submit(at(place, f"/replace/{new.reference}"), {}).status_code == 303  # twice: told, not done again
    assert len(db.session.scalars(select(Badge)).all()) == 3


def test_keys_are_changed_on_their_page(place: Entrance, client: Client, app: Flask) -> None:
    badge = place.badge()
    login(client, place.user(Role.ORGANISER))
    address = f"/fairs/{place.fair.slug}/badge-keys"
    assert client.submit(f"{address}/rotate", {"reason": ""}).status_code == 422
    client.submit(f"{address}/rotate", {"reason": "Trước hội chợ"})
    assert "Trước hội chợ" in client.get(address).text
    refused = client.submit(f"{address}/{badge.key_id}/withdraw", {"reason": ""})
    assert refused.status_code == 422
    gone = client.submit(f"{address}/{badge.key_id}/withdraw", {"reason": "Lộ"})
    assert badge.reference in client.get(gone.headers["Location"]).text
    assert client.submit(f"{address}/{badge.key_id}/withdraw", {"reason": "Lộ"}).status_code == 422
    result = app.test_cli_runner().invoke(args=["badges", "rotate-key", place.fair.slug, "--reason", "Hằng năm"])
    assert result.exit_code == 0, result.output
    assert app.test_cli_runner().invoke(args=["badges", "rotate-key", "nowhere", "--reason", "x"]).exit_code == 1


def test_strangers_find_nothing(place: Entrance, client: Client) -> None:
    station = station_of(place)
    batch = make_batch(place.fair, BatchDraft(place.badge().category, 1), by=SYSTEM)
    elsewhere = entrance()
    login(client, elsewhere.user(Role.ORGANISER))
    other = f"/fairs/{elsewhere.fair.slug}/printing"
    for path in (f"/stations/{station.id}", f"/stations/{station.id}/print", f"/blanks/{batch.id}.pdf"):
        assert client.get(f"{other}{path}").status_code == 404
        assert client.get(at(place, path)).status_code == 403
