"""What devices hand in: late and in any order, twice, with acts, wrong clocks and unknown codes; nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.accounts.models import User
from fairs.audit.models import AuditEntry
from fairs.badges.models import Badge
from fairs.badges.service import code_of, replace_badge, revoke_badge
from fairs.checkin.devices import DeviceDraft, add_device, enrol_device, new_enrolment, revoke_device
from fairs.checkin.models import Gate, GateDevice, Scan, ScanAct, ScanConflict, SupervisorPin, Visit, VisitTally
from fairs.checkin.quarantine import rejudge_unknown
from fairs.checkin.queries import counters
from fairs.checkin.recounting import differences, recount_tallies
from fairs.checkin.service import GateDraft, create_gate
from fairs.checkin.settling import settle_conflict
from fairs.checkin.states import ConflictKind, ConflictState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now, today
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from tests.factories.checkin import ZONE, Entrance, entrance
from tests.support.client import Client


@dataclass
class Post:
    """A gate with a device that hands in what it kept."""

    place: Entrance
    client: Client
    device: GateDevice
    token: str
    start: datetime
    count: int = 0

    def scan(self, code: Badge | str, after: float = 0, **changes: Any) -> dict[str, Any]:
        """A scan so many seconds after the start."""
        self.count += 1
        return {
            "id": f"e{self.count}", "device": "d", "seq": self.count, "code": code if isinstance(code, str) else code_of(code),
            "gate": "main", "direction": "in", "scanned_at": (self.start + timedelta(seconds=after)).isoformat(), **changes,
        }  # fmt: skip

    def act(self, kind: str, of: str, after: float = 0, **changes: Any) -> dict[str, Any]:
        """An act on a scan."""
        self.count += 1
        moment = (self.start + timedelta(seconds=after)).isoformat()
        return {"id": f"e{self.count}", "kind": kind, "of": of, "reason": "Nhầm", "scanned_at": moment, **changes}

    def send(self, *events: Any, token: str = "", **body: Any) -> list[dict[str, Any]]:
        """Hand in; the answers."""
        answer = self.client.post(
            f"/api/v1/fairs/{self.place.fair.slug}/scans", json={"scans": list(events), **body},
            headers={"Authorization": f"Bearer {token or self.token}"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.get_json()
        found: list[dict[str, Any]] = answer.get_json()["results"]
        return found

    def conflicts(self, kind: ConflictKind | None = None) -> Sequence[ScanConflict]:
        query = select(ScanConflict).where(ScanConflict.fair_id == self.place.fair.id).order_by(ScanConflict.id)
        return db.session.scalars(query if kind is None else query.where(ScanConflict.kind == kind)).all()

    def agrees(self) -> bool:
        """Whether tallies and counts agree."""
        return differences(self.place.fair) == []


def enrolled(place: Entrance, **changes: Any) -> tuple[GateDevice, str]:
    fair = place.fair
    values = {"gate_codes": (), "valid_from": fair.starts_on, "valid_to": fair.ends_on, **changes}
    device = add_device(fair, DeviceDraft("Máy 1", **values), by=SYSTEM)
    return enrol_device(new_enrolment(device, by=SYSTEM), {})


@pytest.fixture
def post(app: Flask, client: Client) -> Post:
    yesterday = today(ZONE) - timedelta(days=1)  # a whole day that is over, whatever the hour is now
    place = entrance(direction="both", starts_on=yesterday)
    device, token = enrolled(place)
    return Post(place, client, device, token, place.fair.at(yesterday, time(10)))


def visits() -> Sequence[Visit]:
    return db.session.scalars(select(Visit).order_by(Visit.id).execution_options(populate_existing=True)).all()


def rows(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_each_entry_is_answered_for_itself_and_what_cannot_be_taken_is_kept(post: Post) -> None:
    badge = post.place.badge()
    bad = [
        post.scan(badge, gate="nowhere"), post.scan(badge, scanned_at="yesterday"), {"id": "odd"}, "text", None, 7,
        post.scan(badge, colour="red"), post.scan(badge, scanned_at="1998-01-01T00:00:00Z"), {"kind": "dance", "id": "x1"},
        post.act("admit", "e1", reason=""),
    ]  # fmt: skip
    good = post.scan(badge)
    answers = post.send(*bad, good)
    assert [one["verdict"] for one in answers] == ["quarantined"] * len(bad) + ["welcome"]
    assert answers[-1]["id"] == good["id"]
    assert {one["problem"] for one in answers[:-1]} == {"unknown_gate", "bad_time", "bad_entry", "no_reason"}
    assert len(post.conflicts(ConflictKind.NOT_TAKEN)) == len(bad)
    again = post.send(*bad, good)
    assert all(one["repeated"] for one in again)
    assert len(post.conflicts(ConflictKind.NOT_TAKEN)) == len(bad)
    kept = "".join(str(one.detail) for one in post.conflicts())
    assert code_of(badge)[:20] not in kept


def test_a_revoked_device_and_one_out_of_its_scope_are_put_aside(post: Post) -> None:
    create_gate(post.place.fair, "other", GateDraft("Khác", "Other"), by=SYSTEM)
    _device, elsewhere = enrolled(post.place, gate_codes=("other",))
    badge = post.place.badge()
    assert post.send(post.scan(badge), token=elsewhere)[0]["problem"] == "other_gate"
    device, token = enrolled(post.place)
    revoke_device(device, by=SYSTEM)
    assert post.send(post.scan(badge), token=token)[0]["problem"] == "device_revoked"
    assert visits() == []


def test_a_visit_is_taken_back_within_ten_seconds_by_the_devices_clock(post: Post) -> None:
    scan = post.scan(post.place.badge())
    late = post.scan(post.place.badge())
    post.send(scan, late)
    assert counters(post.place.fair.id, post.place.fair.starts_on).visits == 2
    answers = post.send(post.act("undo", scan["id"], 9), post.act("undo", late["id"], 30))
    assert [one["outcome"] for one in answers] == ["done", "too_late"]
    assert len(visits()) == 1
    seen = counters(post.place.fair.id, post.place.fair.starts_on)
    assert (seen.visits, seen.inside) == (1, 1)
    assert post.agrees()
    assert rows(Scan) == 2


def test_an_act_waits_for_its_scan(post: Post) -> None:
    scan = post.scan(post.place.badge())
    undo = post.act("undo", scan["id"], 5)
    assert post.send(undo)[0]["outcome"] == "waiting"
    post.send(scan)
    assert visits() == []
    assert db.session.scalars(select(ScanAct.outcome)).all() == ["done"]
    assert post.agrees()


def test_a_supervisor_lets_somebody_in_all_the_same(post: Post) -> None:
    badge = post.place.badge()
    revoke_badge(badge, "Lost", by=SYSTEM)
    post.start = now()
    scan = post.scan(badge)
    assert post.send(scan)[0]["verdict"] == "revoked"
    assert post.send(post.act("admit", scan["id"], 3))[0]["outcome"] == "not_allowed"
    chief = supervisor(post.place)
    assert post.send(post.act("admit", scan["id"], 4, supervisor=chief.id))[0]["outcome"] == "done"
    assert len(visits()) == 1
    assert post.agrees()


def supervisor(place: Entrance) -> User:
    """A supervisor of gates with a PIN."""
    chief = place.user(Role.GATE_SUPERVISOR)
    with transaction():
        about = {"salt": b"s", "verifier": b"v", "rounds": 1, "changed_at": now()}
        db.session.add(SupervisorPin(fair_id=place.fair.id, user_id=chief.id, **about))
    return chief


def written(action: str) -> list[tuple[int | None, str]]:
    """Who did it, and with which reason, by the history."""
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
    return [(row.actor_id, (row.after or {}).get("reason", "")) for row in rows]


def test_a_supervisor_revokes_and_replaces_on_a_device(post: Post) -> None:
    lost, torn = post.place.badge(), post.place.badge()
    chief = supervisor(post.place)
    for kind in ("revoke", "replace"):
        assert post.send(post.act(kind, "", code=code_of(lost)))[0]["outcome"] == "not_allowed"
    first, second = post.scan(lost), post.scan(torn, 10)
    revoke = post.act("revoke", first["id"], 20, code=code_of(lost), reason="Mất thẻ", supervisor=chief.id)
    replaced = post.act("replace", second["id"], 30, code=code_of(torn), reason="Rách", supervisor=chief.id)
    late = post.scan(lost, 60, verdict="welcome")
    answers = post.send(first, second, revoke, replaced, late)
    assert [one["outcome"] for one in answers[2:4]] == ["done", "done"]
    assert answers[4]["verdict"] == "revoked"  # by the time at which it was pressed, not that of handing in
    for badge in (lost, torn):
        db.session.refresh(badge)
    assert (lost.revoked_at, lost.replaced_by_id) == (post.start + timedelta(seconds=20), None)
    assert torn.revoked_at == post.start + timedelta(seconds=30)
    new = db.session.get_one(Badge, torn.replaced_by_id)
    assert post.send(post.scan(new, 40))[0]["verdict"] in {"welcome", "already_inside"}
    assert post.conflicts(ConflictKind.REVOKED_MEANWHILE)[0].badge_id == lost.id
    assert [one["repeated"] for one in post.send(revoke, replaced)] == [True, True]
    assert rows(Badge) == 3
    again = post.send(post.act("revoke", "", 50, code=code_of(lost), supervisor=chief.id))[0]
    assert again["outcome"] == "failed"
    assert again["message"]
    assert (chief.id, "Mất thẻ") in written("badges.revoke")
    assert (chief.id, "Mất thẻ") in written("checkin.revoke")
    assert (chief.id, "Rách") in written("checkin.replace")


def test_a_supervisor_closes_and_opens_a_gate_on_a_device(post: Post) -> None:
    chief = supervisor(post.place)
    post.start, badge = now(), post.place.badge()
    gate = post.place.gate
    with transaction():
        db.session.get_one(Gate, gate.id).changed_at = post.start - timedelta(hours=1)

    def turn(kind: str, after: float, **changes: Any) -> str:
        act = post.act(kind, "", after, **{"gate": "main", "reason": "Đông quá", "supervisor": chief.id, **changes})
        answer = post.send(act)[0]
        db.session.refresh(gate)
        return str(answer.get("outcome", answer.get("problem")))

    assert turn("close_gate", -70, supervisor=None) == "not_allowed"
    assert gate.is_open
    assert turn("close_gate", -60) == "done"
    assert (gate.is_open, gate.close_reason, gate.closed_at) == (False, "Đông quá", post.start - timedelta(seconds=60))
    before, after = post.send(post.scan(badge, -90), post.scan(post.place.badge(), -30))
    assert (before["verdict"], after["verdict"]) == ("welcome", "gate_closed")
    assert turn("open_gate", -20, reason="Đã thoáng") == "done"
    assert gate.is_open
    # Handed in late, after somebody opened the gate again: it stays open, and the supervisor is told.
    assert turn("close_gate", -40) == "failed"
    assert gate.is_open
    assert len(post.conflicts(ConflictKind.NOT_TAKEN)) == 2
    assert turn("close_gate", -5, gate="nowhere") == "unknown_gate"
    assert (chief.id, "Đông quá") in written("checkin.close_gate")
    assert (chief.id, "Đã thoáng") in written("checkin.open_gate")
    create_gate(post.place.fair, "other", GateDraft("Khác", "Other"), by=SYSTEM)
    _device, elsewhere = enrolled(post.place, gate_codes=("other",))
    act = post.act("close_gate", "", -1, gate="main", supervisor=chief.id)
    assert post.send(act, token=elsewhere)[0]["problem"] == "other_gate"


def test_the_clock_is_put_right_and_a_day_off_is_noted(post: Post) -> None:
    ahead = timedelta(days=1)
    one, two = post.place.badge(), post.place.badge()
    moment = post.start + ahead
    post.send(
        post.scan(one, scanned_at=moment.isoformat()),
        post.scan(two, scanned_at=(post.start - timedelta(hours=5)).isoformat(), clock_offset_ms=-5 * 3_600_000),
        sent_at=(now() + ahead).isoformat(),
    )
    scans = db.session.scalars(select(Scan).order_by(Scan.id)).all()
    assert all(abs(scan.scanned_at - post.start) < timedelta(seconds=3) for scan in scans)
    assert {scan.device_time for scan in scans} == {moment, post.start - timedelta(hours=5)}
    [noted] = post.conflicts(ConflictKind.CLOCK)
    assert noted.device_id == post.device.id


def test_one_badge_at_two_gates_within_a_minute_is_shown(post: Post) -> None:
    create_gate(post.place.fair, "east", GateDraft("Đông", "East"), by=SYSTEM)
    badge = post.place.badge()
    post.send(post.scan(badge, 60, verdict="welcome"))
    post.send(post.scan(badge, 20, gate="east", verdict="welcome"))
    [found] = post.conflicts()
    assert (found.kind, found.badge_id) == (ConflictKind.TWO_GATES, badge.id)
    assert {found.scan_id, found.other_scan_id} == set(db.session.scalars(select(Scan.id)))
    assert len(visits()) == 1
    settle_conflict(post.place.fair, found, "undo", "Bản sao", by=SYSTEM)
    assert visits()[0].first_in_at == post.start + timedelta(seconds=60)
    assert post.agrees()


def test_admitted_without_a_network_though_revoked_by_then(post: Post) -> None:
    before, after = post.place.badge(), post.place.badge()
    for badge in (before, after):
        replace_badge(badge, "Lost", by=SYSTEM)
    db.session.flush()
    early = post.scan(before, -600, verdict="welcome")
    post.start = now()
    late = post.scan(after, 0, verdict="welcome")
    answers = post.send(early, late)
    assert [one["verdict"] for one in answers] == ["welcome", "replaced"]
    [found] = post.conflicts()
    assert (found.kind, found.detail["shown"]) == (ConflictKind.REVOKED_MEANWHILE, "welcome")
    assert len(visits()) == 2  # both went in; whether that holds, the supervisor says
    assert post.agrees()


def test_an_unknown_code_is_sealed_and_judged_again_when_it_is_known(post: Post) -> None:
    badge = post.place.badge()
    code, fingerprint = code_of(badge), badge.fingerprint
    with_it = [post.scan(code), post.scan(code, 400)]
    with transaction():
        db.session.get_one(Badge, badge.id).fingerprint = "0" * 32
    assert [one["verdict"] for one in post.send(*with_it)] == ["welcome"] * 2  # truly signed, only not heard of
    [found] = post.conflicts(ConflictKind.UNKNOWN_CODE)
    assert visits() == []
    assert rejudge_unknown(post.place.fair) == 0
    with transaction():
        db.session.get_one(Badge, badge.id).fingerprint = fingerprint
    assert rejudge_unknown(post.place.fair) == 2
    db.session.refresh(found)
    assert (found.state, found.badge_id) == (ConflictState.SETTLED, badge.id)
    assert visits()[0].first_in_at == post.start
    assert db.session.scalars(select(Scan.sealed_code)).all() == [None, None]
    assert post.agrees()


def test_late_scans_never_undo_what_is_known_whatever_their_order(post: Post) -> None:
    badge = post.place.badge()
    out = post.scan(badge, 300, direction="out")
    post.send(out)
    post.send(post.scan(badge, 500))
    post.send(post.scan(badge, 0))
    [visit] = visits()
    assert (visit.first_in_at, visit.inside_since) == (post.start, post.start + timedelta(seconds=500))
    assert visit.left_at == post.start + timedelta(seconds=300)
    assert post.agrees()


def test_a_recount_mends_what_was_broken(app: Flask, post: Post) -> None:
    post.send(*(post.scan(post.place.badge(), number) for number in range(5)))
    assert post.agrees()
    with transaction():
        db.session.scalars(select(VisitTally)).first().visits += 3  # type: ignore[union-attr]
    slug = post.place.fair.slug
    runner = app.test_cli_runner()
    assert runner.invoke(args=["checkin", "recount", slug, "--check"]).exit_code == 1
    assert runner.invoke(args=["checkin", "recount", slug]).exit_code == 0
    assert runner.invoke(args=["checkin", "recount", slug, "--check"]).exit_code == 0
    assert recount_tallies(post.place.fair) == []


def test_scans_of_hours_without_a_network_come_in_batches(post: Post) -> None:
    badges = [post.place.badge() for _ in range(25)]
    events = []
    for number in range(1500):
        way = "out" if number % 3 == 2 else "in"
        events.append(post.scan(badges[number % 25], -number * 0.6, direction=way))
    for start in range(0, 1500, 500):
        answers = post.send(*events[start : start + 500])
        assert {one["repeated"] for one in answers} == {False}
    assert rows(Scan) == 1500
    assert len(visits()) == 25
    assert post.agrees()
