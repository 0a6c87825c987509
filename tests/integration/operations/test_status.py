"""The status page, the figures for Prometheus, and logs that say nothing of people."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from fairs.core import logs
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import transaction
from fairs.core.permissions import Role
from fairs.jobs.queue import huey
from fairs.messages.service import write
from fairs.messages.states import MessageState
from fairs.operations.backup import make_backup
from fairs.operations.status import status
from fairs.operations.tasks import HEARTBEAT, beat
from tests.factories.checkin import Entrance, entrance, scan_of
from tests.support.client import Client, login


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


def facts(key: str) -> dict[str, Any]:
    (subject,) = [subject for subject in status() if subject.key == key]
    return {fact.label: fact for fact in subject.facts}


def test_only_the_administrator_sees_it(place: Entrance, client: Client) -> None:
    assert client.get("/admin/status").status_code == 302
    login(client, place.user(Role.ORGANISER, fair=place.fair))
    assert client.get("/admin/status").status_code == 403
    login(client, place.user(Role.ADMIN))
    page = client.get("/admin/status")
    assert page.status_code == 200
    assert "jobs run" in page.get_data(as_text=True)  # no worker has ever run here


def test_the_worker(place: Entrance, app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert facts("worker")["Last sign of life"].tone == "danger"
        beat.call_local()
        assert facts("worker")["Last sign of life"].tone == "success"
        huey.put(HEARTBEAT, (now() - timedelta(minutes=5)).isoformat())
        stopped = facts("worker")["Last sign of life"]
        assert (stopped.tone, stopped.value) == ("danger", "5 minutes ago")
        assert "jobs run" in stopped.advice


def test_mail(place: Entrance, app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        with transaction():
            for state in (MessageState.QUEUED, MessageState.FAILED):
                made = write(recipient="a@example.org", name="A", locale="vi", subject="s", body="b", kind="test")
                made.state, made.created_at = state, now() - timedelta(minutes=11)
        mail = facts("mail")
        assert (mail["Waiting"].value, mail["Waiting"].tone) == ("1", "warning")
        assert (mail["Failed"].value, mail["Failed"].tone) == ("1", "warning")
        assert mail["Server"].tone == "danger"


def test_the_last_backup(real_app: Flask, tmp_path: Path) -> None:
    with real_app.test_request_context(headers={"Accept-Language": "en"}):
        assert facts("backup")["Last backup"].tone == "danger"
        make_backup(tmp_path / "x.tar.gz")
        assert facts("backup")["Last backup"].tone == "success"
        assert facts("database")["Revision"].tone == "success"


def test_metrics_count_requests_and_say_what_waits(place: Entrance, client: Client) -> None:
    from fairs.checkin.service import check_in

    badge = place.badge(person=place.person("Trần Thị Bí Mật"))
    check_in(place.fair, place.gate, [scan_of(badge)], by=SYSTEM)
    client.get(f"/f/{place.fair.slug}/?secret=tran-thi")
    text = client.get("/metrics").get_data(as_text=True)
    lines = text.splitlines()
    assert any(
        line.startswith('fairs_requests_total{endpoint="site.fair",method="GET",status="200"}') for line in lines
    )
    assert any(line.startswith('fairs_request_seconds_bucket{endpoint="site.fair",le="0.1"}') for line in lines)
    assert f'fairs_visits{{fair="{place.fair.slug}"}} 1.0' in lines
    assert 'fairs_outbox_messages{state="failed"} 0.0' in lines
    assert "tran-thi" not in text and "Bí Mật" not in text


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 404),
        ("192.0.2.1", {}, 404),
    ],
)
def test_metrics_without_a_token_are_for_this_machine(
    app: Flask, client: Client, address: str, headers: dict[str, str], status: int
) -> None:
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers)
    assert answer.status_code == status


@pytest.fixture
def token(app: Flask) -> Iterator[str]:
    """The token of /metrics, set where the server is started."""
    settings = app.extensions["fairs_installation"]
    before = settings.from_environment
    settings.from_environment = replace(before, metrics_token="a long token")
    yield "a long token"
    settings.from_environment = before


def test_metrics_with_a_token(client: Client, token: str) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer another"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.fixture
def log(app: Flask) -> Iterator[io.StringIO]:
    """The log of the application as lines of JSON."""
    config, stream = app.extensions["fairs_config"], io.StringIO()
    logs.configure(replace(config, log_format="json"), stream)
    yield stream
    logs.configure(config)


def test_logs_tell_what_happened_but_not_to_whom(place: Entrance, client: Client, log: io.StringIO) -> None:
    personal = {"Hoàng Văn Kín", "Hoang+Van+Kin", "kin@example.org", "0912345678", "912345678", "Công ty Kín"}
    data = {
        "name": "Hoàng Văn Kín", "email": "kin@example.org", "phone": "0912345678", "company_name": "Công ty Kín", "country": "VN",
        "consent_registration": "y",
    }  # fmt: skip
    answer = client.submit(f"/f/{place.fair.slug}/visit?from=kin@example.org", data)
    assert answer.status_code in {302, 303}
    client.get("/nowhere/kin@example.org?q=0912345678")
    try:
        raise ValueError("Hoàng Văn Kín <kin@example.org> 0912345678")
    except ValueError:
        logging.getLogger("fairs.test").exception("something failed at %s", "visitors.visit")
        logging.getLogger("library").exception("no way to reach kin@example.org")
        logging.getLogger("library").error("no way to reach %s", "kin@example.org")
    written = log.getvalue()
    for secret in personal:
        assert secret not in written
    lines = [json.loads(line) for line in written.splitlines()]
    requests = [line for line in lines if line["message"] == "request"]
    assert [line["endpoint"] for line in requests] == ["visitors.visit", "none"]
    assert requests[0]["status"] == answer.status_code and requests[0]["ms"] > 0
    assert requests[0]["request_id"] == answer.headers["X-Request-ID"]
    (failure,) = [line for line in lines if line["logger"] == "fairs.test"]
    assert failure["exception"] == "ValueError" and failure["at"][-1].startswith(
        "integration/operations/test_status.py"
    )
