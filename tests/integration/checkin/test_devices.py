"""Devices at the gates: enrolled once, scoped, revoked; supervisors and their PINs; the pages of both."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.queries import active_grants
from fairs.accounts.service import end_grant
from fairs.audit.models import AuditEntry
from fairs.checkin.devices import (
    DeviceDraft,
    add_device,
    enrol_device,
    new_enrolment,
    revoke_device,
    set_pin,
    supervisors,
    withdraw_pin,
)
from fairs.checkin.errors import EnrolmentOver
from fairs.checkin.models import GateDevice
from fairs.checkin.service import GateDraft, create_gate
from fairs.checkin.states import DeviceState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Forbidden, InvalidInput, InvalidTransition
from fairs.core.permissions import Role
from tests.factories.checkin import Entrance, entrance
from tests.factories.people import PASSWORD, acting, make_user
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import sheet_rows
from tests.unit.checkin.bundle_reader import read_bundle

ENROL = "/api/v1/gate-devices/enrol"


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


def device_of(place: Entrance, name: str = "A 1", gates: tuple[str, ...] = (), days: int = 3) -> GateDevice:
    first = place.fair.starts_on
    return add_device(place.fair, DeviceDraft(name, gates, first, first + timedelta(days=days)), by=SYSTEM)


def enrolled(place: Entrance, **values: Any) -> tuple[GateDevice, dict[str, str]]:
    device, token = enrol_device(new_enrolment(device_of(place, **values), by=SYSTEM), {"browser": "x"})
    return device, {"Authorization": f"Bearer {token}"}


def bundle_path(place: Entrance) -> str:
    return f"/api/v1/fairs/{place.fair.slug}/gate-bundle"


def test_a_code_enrols_once_and_only_for_a_quarter_of_an_hour(
    place: Entrance, client: Client, time_machine: Any
) -> None:
    device = device_of(place)
    code = new_enrolment(device, by=SYSTEM)
    older, code = code, new_enrolment(device, by=SYSTEM)
    assert client.post(ENROL, json={"code": older}).status_code == 422
    made = client.post(ENROL, json={"code": code, "facts": {"browser": "B", "persisted": True}}).get_json()
    assert made["fair"] == place.fair.slug
    assert made["token"].startswith("gd_")
    again = client.post(ENROL, json={"code": code})
    assert (again.status_code, again.get_json()["code"]) == (422, "enrolment_over")
    assert db.session.get_one(GateDevice, device.id).state is DeviceState.ACTIVE
    assert made["token"] not in str(db.session.execute(select(GateDevice.__table__)).all())
    late = new_enrolment(device_of(place, "A 2"), by=SYSTEM)
    time_machine.move_to(now() + timedelta(minutes=16), tick=False)
    with pytest.raises(EnrolmentOver):
        enrol_device(late, {})


def test_a_device_opens_its_own_fair_and_nothing_else(place: Entrance, client: Client) -> None:
    _device, token = enrolled(place)
    assert client.get(bundle_path(place), headers=token).status_code == 200
    assert client.get(bundle_path(entrance()), headers=token).status_code == 403
    assert client.get(f"/api/v1/fairs/{place.fair.slug}/visitors", headers=token).status_code == 403
    assert client.get("/api/v1/fairs", headers=token).status_code != 500
    assert client.get(f"/fairs/{place.fair.slug}/gates", headers=token).status_code in {302, 401}
    assert client.get(bundle_path(place), headers={"Authorization": "Bearer gd_nonsense"}).status_code == 401


def test_a_device_knows_only_the_gates_and_days_of_its_scope(
    place: Entrance, client: Client, time_machine: Any
) -> None:
    _device, token = enrolled(place, gates=("main",), days=0)
    _other, wide = enrolled(place, name="B")
    create_gate(place.fair, "side", GateDraft("Cổng phụ", "Side gate"), by=SYSTEM)
    gates = [
        [gate["code"] for gate in read_bundle(client.get(bundle_path(place), headers=one).data).header["gates"]]
        for one in (token, wide)
    ]
    assert gates == [["main"], ["main", "side"]]
    time_machine.move_to(now() + timedelta(days=1), tick=False)
    refused = client.get(bundle_path(place), headers=token)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "device_not_today")


def test_a_revoked_device_is_told_so(place: Entrance, client: Client) -> None:
    device, token = enrolled(place)
    revoke_device(device, by=SYSTEM)
    for answer in (
        client.get(bundle_path(place), headers=token),
        client.post(f"/api/v1/fairs/{place.fair.slug}/gate-pulse", json={}, headers=token),
        client.post(f"/api/v1/fairs/{place.fair.slug}/gate-people", json={"name": "An"}, headers=token),
    ):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "device_revoked")
    with pytest.raises(InvalidTransition):
        new_enrolment(device, by=SYSTEM)


def test_enrolled_anew_the_earlier_token_ends(place: Entrance, client: Client) -> None:
    device, first = enrolled(place)
    code = new_enrolment(device, by=SYSTEM)
    assert client.get(bundle_path(place), headers=first).status_code == 200  # until the new code is used
    _device, token = enrol_device(code, {})
    assert client.get(bundle_path(place), headers=first).status_code == 401
    assert client.get(bundle_path(place), headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a_pulse_says_how_the_device_is(place: Entrance, client: Client) -> None:
    device, token = enrolled(place)
    body = {
        "gate": "main",
        "backlog": 37,
        "clock_offset_ms": -86_400_000,
        "facts": {"persisted": False, "free_mb": 12, "x": [1]},
    }
    answer = client.post(f"/api/v1/fairs/{place.fair.slug}/gate-pulse", json=body, headers=token).get_json()
    assert answer["gate"] == {"passed_in": 0, "passed_out": 0, "refused": 0}
    row = db.session.get_one(GateDevice, device.id, populate_existing=True)
    assert (row.backlog, row.clock_offset_ms, row.facts) == (37, -86_400_000, {"persisted": False, "free_mb": 12})


def test_people_are_found_by_name_without_a_code(place: Entrance, client: Client) -> None:
    _device, token = enrolled(place)
    badge = place.badge(person=place.person("Nguyễn Thị Bưởi"))
    entrance().badge()
    found = client.post(f"/api/v1/fairs/{place.fair.slug}/gate-people", json={"name": "buoi"}, headers=token)
    assert [one["reference"] for one in found.get_json()["people"]] == [badge.reference]
    assert badge.short_code not in found.text
    assert (
        client.post(f"/api/v1/fairs/{place.fair.slug}/gate-people", json={"name": "x"}, headers=token).status_code
        == 422
    )


# --- supervisors --------------------------------------------------------------------------------------------------


def test_only_who_sets_up_gates_has_a_pin(place: Entrance) -> None:
    boss = make_user("Boss", Role.GATE_SUPERVISOR, place.fair, password=True)
    desk = make_user("Desk", Role.FRONT_DESK, place.fair, password=True)
    with pytest.raises(Forbidden):
        set_pin(place.fair, desk, "482910", PASSWORD, by=acting(desk))
    for pin, password, field in (
        ("482910", "wrong", "password"),
        ("48291", PASSWORD, "pin"),
        ("123456", PASSWORD, "pin"),
        ("٤٨٢٩١٠", PASSWORD, "pin"),
    ):
        with pytest.raises(InvalidInput) as refused:
            set_pin(place.fair, boss, pin, password, by=acting(boss))
        assert refused.value.field == field
    row = set_pin(place.fair, boss, "482910", PASSWORD, by=acting(boss))
    assert row.rounds >= 600_000
    assert [user.id for _pin, user in supervisors(place.fair.id)] == [boss.id]
    assert withdraw_pin(place.fair, boss.id, by=acting(boss))
    assert supervisors(place.fair.id) == []
    actions = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == boss.id)))
    assert actions == ["checkin.set_pin", "checkin.withdraw_pin"]


def test_who_lost_the_role_unlocks_nothing(place: Entrance) -> None:
    boss = make_user("Boss", Role.GATE_SUPERVISOR, place.fair, password=True)
    set_pin(place.fair, boss, "482910", PASSWORD, by=acting(boss))
    end_grant(active_grants(boss.id)[0], by=SYSTEM)
    assert supervisors(place.fair.id) == []


# --- pages --------------------------------------------------------------------------------------------------------


def test_staff_name_a_device_show_its_code_and_revoke_it(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    start = f"/fairs/{place.fair.slug}/gate-devices"
    day = place.fair.starts_on.isoformat()
    wrong = client.submit(f"{start}/new", {"name": "", "valid_from": day, "valid_to": "x", "gate_codes": "nowhere"})
    assert wrong.status_code == 422
    assert "x" in wrong.text
    backwards = client.submit(f"{start}/new", {"name": "A", "valid_from": day, "valid_to": "2020-01-01"})
    assert backwards.status_code == 422
    made = client.submit(f"{start}/new", {"name": "Gate A 2", "valid_from": day, "valid_to": day, "gate_codes": "main"})
    page = made.headers["Location"]
    shown = client.submit(f"{page}/enrol")
    code = re.search(r"/gate/#enrol=([\w-]+)", shown.text)
    assert code is not None
    assert "<svg" in shown.text
    assert client.post(ENROL, json={"code": code[1]}).status_code == 200
    assert "Gate A 2" in client.get(start).text
    assert client.submit(f"{page}/revoke").status_code == 303
    assert client.submit(f"{page}/revoke").status_code == 409
    assert client.get(f"{start}/99999").status_code == 404


def test_the_page_of_a_pin_keeps_no_pin(place: Entrance, client: Client) -> None:
    boss = make_user("Boss", Role.GATE_SUPERVISOR, place.fair, password=True)
    login(client, boss)
    path = f"/fairs/{place.fair.slug}/gate-pin"
    wrong = client.submit(path, {"pin": "482910", "again": "482911", "password": PASSWORD})
    assert wrong.status_code == 422
    assert "482910" not in wrong.text
    assert client.submit(path, {"pin": "482910", "again": "482910", "password": PASSWORD}).status_code == 303
    assert "482910" not in str(db.session.execute(select(AuditEntry.after)).all())


def test_the_list_costs_the_same_for_three_devices(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.ORGANISER))
    path = f"/fairs/{place.fair.slug}/gate-devices"
    counts = []
    for names in (("A",), ("B", "C")):
        for name in names:
            enrolled(place, name=name)
        client.get(path)
        with counted_queries() as seen:
            assert client.get(path).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_list_of_devices_filters_sorts_exports_and_revokes_many(place: Entrance, client: Client) -> None:
    for code in ("B1", "B10"):
        create_gate(place.fair, code, GateDraft(f"Cổng {code}", f"Gate {code}"), by=SYSTEM)
    login(client, place.user(Role.ORGANISER))
    client.get("/language/en")
    quiet, _token = enrolled(place, name="Zed")
    device_of(place, "Alpha", gates=("B10",))
    revoke_device(device_of(place, "Beta", gates=("B1",)), by=SYSTEM)
    with transaction():
        db.session.get_one(GateDevice, quiet.id).last_seen_at = now() - timedelta(minutes=6)
    path = f"/fairs/{place.fair.slug}/gate-devices"

    def names(query: str) -> list[str]:
        return re.findall(r">(Alpha|Beta|Zed)</a></th>", client.get(f"{path}?{query}").text)

    assert names("") == ["Zed", "Alpha", "Beta"]
    assert names("sort=name") == ["Alpha", "Beta", "Zed"]
    assert names("sort=-seen") == ["Zed", "Alpha", "Beta"] or names("sort=-seen") == ["Zed", "Beta", "Alpha"]
    assert names("state=silent") == ["Zed"]
    assert names("state=revoked&q=bet") == ["Beta"]
    assert names("gate=B1") == ["Zed", "Beta"], "who may scan at all gates may here, too"
    assert names("gate=x%22&q=%25") == []
    [_heads, *rows] = sheet_rows(client.get(f"{path}?sort=name&format=xlsx").data)
    assert [row[:3] for row in rows] == [
        ["Alpha", "To be enrolled", "Gate B10"],
        ["Beta", "Revoked", "Gate B1"],
        ["Zed", "Silent", "All gates"],
    ]
    run = client.submit(f"/fairs/{place.fair.slug}/lists/gate_devices/act", {"action": "revoke", "all": "1"}).headers[
        "Location"
    ]
    client.submit(f"{run}/do")
    assert set(db.session.scalars(select(GateDevice.state))) == {DeviceState.REVOKED}


def test_the_application_holds_nothing_of_any_fair(place: Entrance, client: Client) -> None:
    page = client.get("/gate/")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert place.fair.name_en not in page.text
    assert "'wasm-unsafe-eval'" in page.headers["Content-Security-Policy"]
    assert "'wasm-unsafe-eval'" not in client.get("/").headers["Content-Security-Policy"]
    manifest = client.get("/gate/manifest.webmanifest").get_json(force=True)
    assert all(client.get(icon["src"]).status_code == 200 for icon in manifest["icons"])
    worker = client.get("/gate/sw.js")
    assert worker.mimetype == "text/javascript"
    assert all(
        client.get(path).status_code == 200 for path in re.findall(r'"(/static/[^"]+)"', worker.text.split("\n")[0])
    )
