"""The pages of the allocation, by hand and without scripts; who may do what; the minutes; a constant number of queries."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select

from fairs.allocation.computing import carry_out
from fairs.allocation.models import AllocationRun
from fairs.allocation.queries import run_by_number
from fairs.allocation.service import begin
from fairs.allocation.states import AllocationState
from fairs.booths.models import BoothBooking
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from tests.factories.booths import Ground, new_ground
from tests.integration.allocation.test_runs import wish
from tests.support.client import login
from tests.support.jobs import run_jobs
from tests.support.queries import counted_queries

RULES = {
    "zone": "30", "wish": "40", "seniority": "2", "open_sides": "10", "village": "20", "rival": "6", "orphan": "4",
    "unplaced": "2000", "village_reach": "2400", "rival_reach": "100", "year_points": "3", "area_points": "1",
    "week_points": "1", "supported_booths": "", "supported_area_m2": "", "zone_quotas": "",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_english(client: Any) -> None:
    """Texts are looked at in English."""
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"


def run_of(ground: Ground, number: int = 1) -> AllocationRun:
    """A run as it is in the database."""
    db.session.expire_all()
    return run_by_number(ground.fair.id, number)


def test_from_the_rules_to_the_offers(app: Flask, client: Any) -> None:
    ground = new_ground()
    one, two = (wish(ground, ground.exhibitor(), code) for code in ("A-001", "A-003"))
    base = f"/fairs/{ground.fair.slug}/allocation"
    login(client, ground.user(Role.ORGANISER))
    assert "No run yet" in client.get(f"{base}?lang=en").text
    wrong = client.submit(f"{base}/rules", RULES | {"wish": "lots", "zone_quotas": "Q 3"})
    assert wrong.status_code == 422
    assert "Write a whole number." in wrong.text
    assert "Write a zone and a number" in wrong.text
    assert 'value="lots"' in wrong.text
    assert client.submit(f"{base}/rules", RULES | {"zone_quotas": ""}).status_code == 303
    assert client.submit(f"{base}/rules", RULES | {"wish": "50", "zone_quotas": "CER 4"}).status_code == 303
    assert client.submit(f"{base}/apart", {"first": one.reference, "second": "GS99-E-0001"}).status_code == 422
    assert client.submit(f"{base}/apart", {"first": one.reference, "second": two.reference}).status_code == 303
    assert client.submit(f"{base}/start", {"seconds": "1", "seed": "1"}).status_code == 422
    assert client.submit(f"{base}/start", {"seconds": "10", "seed": "1"}).status_code == 303
    assert "It begins as soon as the worker is free." in client.get(f"{base}/1").text
    run_jobs(app)
    assert run_of(ground).state is AllocationState.DONE
    page = client.get(f"{base}/1").text
    assert "Wish 1 met: booth A-001" in page
    asked = client.get(f"{base}/1?who={one.reference}&to=A-011").text
    assert re.search(r"The score would change by -\d+, from", asked)
    # Back to back with the one from whom it is to be kept apart.
    assert "This cannot be done" in client.get(f"{base}/1?who={one.reference}&to=A-009").text
    refused = client.submit(f"{base}/1/places/{one.reference}/move", {"booths": "A-002, A-777"})
    assert (refused.status_code, "There is no booth A-777 in this run." in refused.text) == (422, True)
    assert "not 2." in client.submit(f"{base}/1/places/{one.reference}/move", {"booths": "A-005, A-006"}).text
    assert client.submit(f"{base}/1/places/{one.reference}/move", {"booths": "a-011"}).status_code == 303
    assert run_of(ground).edited
    assert client.submit(f"{base}/1/again", {}).status_code == 303
    run_jobs(app)
    assert "Who stands elsewhere" in client.get(f"{base}/2/compare/1").text
    place = next(p for p in run_of(ground, 2).places if p.exhibitor_id == one.id)
    assert (place.booth_ids, place.locked) == ([ground.booth("A-011").id], True)
    assert client.submit(f"{base}/2/places/{one.reference}/lock", {"locked": "0"}).status_code == 303
    assert "2 exhibitors get a letter" in client.get(f"{base}/2/publish").text
    late = (ground.fair.starts_on + timedelta(days=1)).isoformat()
    assert client.submit(f"{base}/2/publish", {"until": late}).status_code == 422
    day = (ground.fair.today + timedelta(days=5)).isoformat()
    assert client.submit(f"{base}/2/publish", {"until": day}).status_code == 303
    run_jobs(app)
    assert {b.origin for b in db.session.scalars(select(BoothBooking))} == {"allocation"}
    assert "2 offers are out" in client.get(f"{base}/2").text
    assert run_of(ground).state is AllocationState.DISCARDED


def test_the_minutes_say_who_got_what_and_why(app: Flask, client: Any) -> None:
    ground = new_ground()
    wish(ground, ground.exhibitor(), "A-001")
    run = begin(ground.fair, by=SYSTEM)
    carry_out(run.id)
    base = f"/fairs/{ground.fair.slug}/allocation/1"
    login(client, ground.user(Role.AUDITOR))
    word = client.get(f"{base}/minutes.docx?lang=vi")
    document = Document(io.BytesIO(word.data))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "BIÊN BẢN PHÂN BỔ GIAN HÀNG" in texts
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert run.mark in cells
    assert "Được nguyện vọng 1: gian A-001." in cells
    assert client.get(f"{base}/minutes.pdf").data.startswith(b"%PDF")
    assert client.get(f"{base}/minutes.txt").status_code == 404
    # An auditor looks, and changes nothing.
    assert client.submit(f"{base}/discard", {}).status_code == 403
    assert client.get(f"{base}/publish").status_code == 403
    login(client, ground.user(Role.FRONT_DESK))
    assert client.get(base).status_code == 403


def test_a_page_of_a_run_takes_the_same_number_of_queries_for_one_and_for_three(app: Flask, client: Any) -> None:
    ground = new_ground()
    login(client, ground.user(Role.ORGANISER))
    base = f"/fairs/{ground.fair.slug}/allocation"
    counts = []
    for number, more in ((1, 1), (2, 2)):
        for _ in range(more):
            wish(ground, ground.exhibitor(), "A-001", "SLK")
        carry_out(begin(ground.fair, by=SYSTEM).id)
        client.get(f"{base}/{number}")
        with counted_queries() as queries:
            assert client.get(f"{base}/{number}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
