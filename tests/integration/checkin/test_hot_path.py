"""What gates rely on for a moment: kept in memory, forgotten at once when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import ApiToken, RoleGrant
from fairs.accounts.service import end_grant, revoke_token
from fairs.app import create_app
from fairs.calendar.changes import move_of, preview_move, reschedule_fair
from fairs.checkin.service import GateDraft, create_gate
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from tests.factories.checkin import Entrance, entrance, scan_json, scan_of
from tests.support.client import Client
from tests.support.queries import counted_queries


@pytest.fixture
def remembering(real_app: Flask) -> Iterator[Flask]:
    """The application as in production: it remembers for longer than the test lasts."""
    application = create_app(replace(real_app.extensions["fairs_config"], hot_seconds=600))
    application.test_client_class = Client
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def place(remembering: Flask) -> Iterator[Entrance]:
    with remembering.app_context():
        yield entrance()


@pytest.fixture
def gate(place: Entrance, remembering: Flask) -> Any:
    """Sends a scan of a new badge: the answer."""
    headers = place.bearer(Role.GATE_SUPERVISOR)

    def send(**changes: Any) -> Any:
        scan = {**scan_json(scan_of(place.badge()), place.gate), **changes}
        return remembering.test_client().post(
            f"/api/v1/fairs/{place.fair.slug}/scans", json={"scans": [scan]}, headers=headers
        )

    return send


def test_a_scan_is_two_look_ups_two_inserts_and_three_tallies(place: Entrance, remembering: Flask) -> None:
    headers = place.bearer(Role.GATE_SUPERVISOR)
    client = remembering.test_client()
    for _ in range(3):  # the first notes that the token was used, the second is remembered
        scan = scan_json(scan_of(place.badge()), place.gate)
        with counted_queries() as statements:
            client.post(f"/api/v1/fairs/{place.fair.slug}/scans", json={"scans": [scan]}, headers=headers)
    # The installation's own settings are looked at every few seconds, whatever is asked.
    own = [text for text in statements if "installation_settings" not in text]
    assert [text.split()[0] for text in own] == ["SELECT", "SELECT", *["INSERT"] * 5]


def test_a_revoked_token_opens_nothing_any_more(gate: Any) -> None:
    assert gate().status_code == 200
    revoke_token(db.session.scalars(select(ApiToken).order_by(ApiToken.id.desc())).first(), by=SYSTEM)  # type: ignore[arg-type]
    assert gate().status_code == 401


def test_a_role_that_ended_scans_no_more(gate: Any) -> None:
    assert gate().status_code == 200
    end_grant(db.session.scalars(select(RoleGrant).order_by(RoleGrant.id.desc())).first(), by=SYSTEM)  # type: ignore[arg-type]
    assert gate().status_code == 403


def test_a_fair_that_moved_is_judged_by_its_new_days(gate: Any, place: Entrance) -> None:
    assert gate().get_json()["results"][0]["verdict"] == "welcome"
    later = place.fair.today + timedelta(days=30)
    move = replace(move_of(place.fair), starts_on=later, ends_on=later)
    _found, seen = preview_move(place.fair, move, by=SYSTEM)
    reschedule_fair(place.fair, move, reason="Bão", seen=seen, by=SYSTEM)
    assert gate().get_json()["results"][0]["verdict"] == "wrong_day"


def test_a_new_gate_is_known_at_once(gate: Any, place: Entrance) -> None:
    assert gate(gate="new").status_code == 422
    create_gate(place.fair, "new", GateDraft("Cổng mới", "New gate"), by=SYSTEM)
    assert gate(gate="new").status_code == 200
