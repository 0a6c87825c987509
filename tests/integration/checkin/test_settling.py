"""Conflicts settled on a device at a gate: who may, what is written down, and that it happens once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.accounts.queries import active_grants
from fairs.accounts.service import end_grant
from fairs.audit.models import AuditEntry
from fairs.badges.models import Badge
from fairs.badges.states import BadgeState
from fairs.checkin.devices import revoke_device, set_pin
from fairs.checkin.models import Scan, ScanAct, ScanConflict
from fairs.checkin.service import GateDraft, create_gate
from fairs.checkin.settling import settle_conflict
from fairs.checkin.states import ActKind, ConflictState
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from tests.factories.checkin import entrance
from tests.factories.people import PASSWORD, acting, make_user
from tests.integration.checkin.test_devices import enrolled
from tests.integration.checkin.test_ingest import Post, post
from tests.support.queries import counted_queries

__all__ = ["post"]


@pytest.fixture
def boss(post: Post) -> User:
    """A gate supervisor with a PIN."""
    user = make_user("Boss", Role.GATE_SUPERVISOR, post.place.fair, password=True)
    set_pin(post.place.fair, user, "482910", PASSWORD, by=acting(user))
    return user


def copied(post: Post) -> Badge:
    """A badge that two gates saw within a minute."""
    if post.count == 0:
        create_gate(post.place.fair, "east", GateDraft("Đông", "East"), by=SYSTEM)
    badge = post.place.badge()
    post.send(post.scan(badge, 60, verdict="welcome"))
    post.send(post.scan(badge, 20, gate="east", verdict="welcome"))
    return badge


def call(post: Post, path: str = "", body: dict[str, Any] | None = None, **headers: str) -> Any:
    where = f"/api/v1/fairs/{post.place.fair.slug}/gate-conflicts{path}"
    headers = headers or {"Authorization": f"Bearer {post.token}"}
    return (
        post.client.get(where, headers=headers) if body is None else post.client.post(where, json=body, headers=headers)
    )


def said(boss: User, way: str = "undo", **changes: Any) -> dict[str, Any]:
    return {"id": "s-1", "way": way, "reason": "Bản sao", "supervisor": boss.id, **changes}


def test_the_supervisor_settles_at_the_gate_with_name_reason_and_time(post: Post, boss: User) -> None:
    badge = copied(post)
    listed = call(post).get_json()
    assert listed["open"] == 1
    [one] = listed["conflicts"]
    assert (one["kind"], one["name"], one["reference"]) == ("two_gates", badge.person.display_name, badge.reference)
    assert {scan["gate"] for scan in one["scans"]} == {"Đông", "Cổng chính"}
    assert [way["way"] for way in one["ways"]] == ["keep", "undo", "undo_other", "revoke"]
    assert badge.short_code not in str(listed)

    for way in ({"way": "burn"}, {"reason": "  "}, {"id": ""}, {"supervisor": "x"}):
        assert call(post, f"/{one['id']}/settle", said(boss, **way)).status_code == 422
    answers = [call(post, f"/{one['id']}/settle", said(boss)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    assert answers[0].get_json()["settled_by"] == "Boss"
    row = db.session.get_one(ScanConflict, one["id"], populate_existing=True)
    assert (row.state, row.settled_by_id, row.outcome) == (ConflictState.SETTLED, boss.id, "undo:Bản sao")
    acts = db.session.scalars(select(ScanAct).order_by(ScanAct.id)).all()
    assert sorted((act.kind, act.supervisor_id, act.reason) for act in acts) == sorted(
        [(ActKind.UNDO, boss.id, "Bản sao"), (ActKind.SETTLE, boss.id, "Bản sao")]
    )
    assert next(act for act in acts if act.kind is ActKind.SETTLE).device_id == post.device.id
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "checkin.settle")).one()
    assert (noted.actor_id, noted.after["reason"]) == (boss.id, "Bản sao")
    assert call(post).get_json() == {"open": 0, "conflicts": []}
    assert post.agrees()


def test_the_badge_is_revoked_and_who_comes_second_is_told(post: Post, boss: User) -> None:
    badge = copied(post)
    [one] = call(post).get_json()["conflicts"]
    assert call(post, f"/{one['id']}/settle", said(boss, "revoke")).status_code == 200
    assert db.session.get_one(Badge, badge.id, populate_existing=True).state is BadgeState.REVOKED
    assert call(post, f"/{one['id']}/settle", said(boss, "revoke")).status_code == 200  # the same, sent again
    late = call(post, f"/{one['id']}/settle", said(boss, "keep", id="s-2"))
    assert (late.status_code, late.headers["Content-Type"]) == (409, "application/problem+json")
    copied(post)
    [other] = call(post).get_json()["conflicts"]
    taken = call(post, f"/{other['id']}/settle", said(boss, "keep"))  # the id of what was done before
    assert (taken.status_code, db.session.get_one(ScanConflict, other["id"]).state) == (422, ConflictState.OPEN)


def test_only_a_supervisor_of_this_fair_on_a_device_of_this_fair(post: Post, boss: User) -> None:
    copied(post)
    [one] = call(post).get_json()["conflicts"]
    path = f"/{one['id']}/settle"
    desk = make_user("Desk", Role.FRONT_DESK, post.place.fair, password=True)
    for person in (desk.id, 999_999, None):
        refused = call(post, path, said(boss, supervisor=person))
        assert (refused.status_code, refused.get_json()["code"]) == (403, "not_supervisor")
    # Another fair's device sees nothing, also under its own fair's address.
    elsewhere = entrance()
    _device, token = enrolled(elsewhere)
    assert [call(post, **token).status_code, call(post, path, said(boss), **token).status_code] == [403, 403]
    foreign = f"/api/v1/fairs/{elsewhere.fair.slug}/gate-conflicts"
    assert post.client.get(foreign, headers=token).get_json()["open"] == 0
    chief = make_user("Chief", Role.GATE_SUPERVISOR, elsewhere.fair, password=True)
    set_pin(elsewhere.fair, chief, "482911", PASSWORD, by=acting(chief))
    assert post.client.post(f"{foreign}{path}", json=said(chief), headers=token).status_code == 404
    # A program of somebody who may only scan sees and does not settle; one of a supervisor acts in their name.
    scanning, managing = post.place.bearer(Role.FRONT_DESK), post.place.bearer(Role.GATE_SUPERVISOR)
    assert [call(post, **scanning).status_code, call(post, path, said(boss), **scanning).status_code] == [200, 403]
    assert call(post, **managing).get_json()["open"] == 1
    copied(post)
    newest = call(post, **managing).get_json()["conflicts"][0]
    done = call(post, f"/{newest['id']}/settle", said(boss, "keep", supervisor=None), **managing)
    assert done.get_json()["settled_by"].startswith("User")
    # The person lost the role: the PIN that unlocked the device is worth nothing.
    end_grant(active_grants(boss.id)[0], by=SYSTEM)
    assert call(post, path, said(boss)).get_json()["code"] == "not_supervisor"
    revoke_device(post.device, by=SYSTEM)
    for answer in (call(post), call(post, path, said(boss))):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "device_revoked")
    assert db.session.get_one(ScanConflict, one["id"], populate_existing=True).state is ConflictState.OPEN


def test_the_list_costs_the_same_for_three(post: Post, boss: User) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            copied(post)
        call(post)
        with counted_queries() as seen:
            assert call(post).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    settle_conflict(post.place.fair, db.session.scalars(select(ScanConflict).limit(1)).one(), "keep", "Đúng", by=SYSTEM)
    assert call(post).get_json()["open"] == 2
    assert db.session.scalars(select(Scan)).first() is not None
