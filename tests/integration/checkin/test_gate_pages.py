"""The gates' page, the scan log and the gate's screen, with and without its script."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.audit.models import AuditEntry
from fairs.badges.service import code_of
from fairs.checkin.models import Gate, Scan, Visit
from fairs.checkin.service import check_in
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from tests.factories.checkin import Entrance, entrance, new_fair, scan_of
from tests.support.client import Client, csrf, login
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets

STAFF = [Role.ORGANISER, Role.GATE_SUPERVISOR, Role.FRONT_DESK]


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


def address(place: Entrance, rest: str) -> str:
    return f"/fairs/{place.fair.slug}/{rest}"


def screen_json(place: Entrance, *codes: Any, **changes: Any) -> dict[str, Any]:
    scans = [scan_of(code) for code in codes]
    return {
        "device": "d", "sent_at": now().isoformat(),
        "scans": [
            {"id": scan.id, "seq": n, "code": scan.code, "direction": "in", "scanned_at": scan.scanned_at.isoformat(),
             "method": "camera", **changes} for n, scan in enumerate(scans)
        ],
    }  # fmt: skip


def send(place: Entrance, client: Client, body: Any, query: str = "") -> Any:
    return client.post(address(place, f"gates/main/scans{query}"), json=body, headers={"X-CSRFToken": csrf(client)})


# --- who may what -------------------------------------------------------------------------------------------------

SEES = {Role.ORGANISER, Role.GATE_SUPERVISOR, Role.FRONT_DESK, Role.AUDITOR, Role.VIEWER, Role.LEADERSHIP, Role.ADMIN}
SCANS = {Role.ORGANISER, Role.GATE_SUPERVISOR, Role.FRONT_DESK, Role.ADMIN}
MANAGES = {Role.ORGANISER, Role.GATE_SUPERVISOR, Role.ADMIN}


@pytest.mark.parametrize("role", [*Role, None])
def test_each_role_reaches_what_is_its_own(place: Entrance, client: Client, role: Role | None) -> None:
    login(client, place.user(*([role] if role else [])))
    pages = {
        "gates": SEES, "gates/figures": SEES, "scans": SEES, "scans?format=xlsx": SEES, "gates/main/scan": SCANS,
        "gates/new": MANAGES, "gates/main/edit": MANAGES,
    }  # fmt: skip
    answers = {page: client.get(address(place, page)).status_code for page in pages}
    assert answers == {page: 200 if role in allowed else 403 for page, allowed in pages.items()}
    assert send(place, client, screen_json(place)).status_code == (200 if role in SCANS else 403)
    closing = client.submit(address(place, "gates/main/close")).status_code
    assert closing == (303 if role in MANAGES else 403)


def test_a_role_at_another_fair_opens_nothing_here(place: Entrance, client: Client) -> None:
    login(client, entrance().user(Role.ORGANISER))
    for page in ("gates", "scans", "gates/main/scan", "gates/new"):
        assert client.get(address(place, page)).status_code == 403
    assert send(place, client, screen_json(place, "x")).status_code == 403


def test_nobody_signed_in_is_sent_to_sign_in(place: Entrance, client: Client) -> None:
    answer = client.get(address(place, "gates/main/scan"))
    assert (answer.status_code, "/account/login" in answer.location) == (302, True)
    assert send(place, client, screen_json(place, "x")).status_code == 302


def test_gates_of_another_fair_are_not_found(place: Entrance, client: Client) -> None:
    other = entrance()
    user = place.user(Role.ORGANISER)
    login(client, user)
    db.session.get_one(Gate, other.gate.id)
    assert client.get(address(place, "gates/nowhere/scan")).status_code == 404
    assert client.submit(address(place, "gates/nowhere/close")).status_code == 404
    assert client.get(address(place, "gates/nowhere/edit")).status_code == 404


# --- setting up ---------------------------------------------------------------------------------------------------


def test_set_up_rename_close_and_open(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    draft = {"name_vi": "Cổng B", "name_en": "Gate B", "code": "B-2", "direction": "both"}
    assert client.submit(address(place, "gates/new"), draft).status_code == 303
    gate = db.session.scalars(select(Gate).where(Gate.code == "B-2")).one()
    assert (gate.name_vi, gate.direction, gate.is_open) == ("Cổng B", "both", True)
    changed = {"name_vi": "Cổng Bắc", "name_en": "", "direction": "out", "code": "other"}
    assert client.submit(address(place, "gates/B-2/edit"), changed).status_code == 303
    assert client.submit(address(place, "gates/B-2/close")).status_code == 303
    db.session.refresh(gate)
    assert (gate.code, gate.name_vi, gate.direction, gate.is_open) == ("B-2", "Cổng Bắc", "out", False)
    page = client.get(address(place, "gates/B-2/scan")).get_data(as_text=True)
    assert 'data-open="no"' in page
    assert client.submit(address(place, "gates/B-2/open")).status_code == 303
    db.session.refresh(gate)
    assert gate.is_open
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_id == gate.id).order_by(AuditEntry.id)
    )
    assert [action for action in actions if action.startswith("checkin.")] == [
        "checkin.create_gate", "checkin.change_gate", "checkin.close_gate", "checkin.open_gate",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "main"}, {"code": ""}, {"code": "a b"}, {"code": "../x"}, {"code": "cổng"}, {"code": "x" * 21},
        {"name_vi": ""}, {"name_vi": "x" * 121}, {"name_en": "x" * 121}, {"direction": "up"}, {"direction": ""},
    ],
)  # fmt: skip
def test_bad_gates_are_refused_with_what_was_typed(place: Entrance, client: Client, changes: dict[str, str]) -> None:
    login(client, place.user(Role.ORGANISER))
    draft = {"name_vi": "Cổng thử", "name_en": "Trial", "code": "ok", "direction": "in", **changes}
    answer = client.submit(address(place, "gates/new"), draft)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "error-summary" in page
    assert draft["name_vi"] in page
    assert db.session.scalar(select(func.count()).select_from(Gate)) == 1


def test_names_of_gates_are_plain_text(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.ORGANISER))
    name = "<script>alert(1)</script>{{7*7}}"
    client.submit(address(place, "gates/new"), {"name_vi": name, "name_en": name, "code": "odd", "direction": "in"})
    for page in ("gates", "gates/odd/scan", "gates/odd/edit", "scans"):
        text = client.get(address(place, page)).get_data(as_text=True)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in text


# --- figures and log ----------------------------------------------------------------------------------------------


def test_figures_and_log_show_what_happened(place: Entrance, client: Client) -> None:
    badge = place.badge(person=place.person("Trần Thị Gốm"), company=place.company("Sample GmbH", country="DE"))
    check_in(place.fair, place.gate, [scan_of(badge), scan_of("rubbish")], by=SYSTEM)
    login(client, place.user(Role.GATE_SUPERVISOR))
    page = client.get(address(place, "gates")).get_data(as_text=True)
    assert re.search(r'stat-value">1</span>', page)
    log = client.get(address(place, "scans")).get_data(as_text=True)
    assert "Trần Thị Gốm" in log
    assert "Mã không hợp lệ" in log
    assert badge.reference in client.get(address(place, "scans?q=tran thi gom")).get_data(as_text=True)
    assert badge.reference in client.get(address(place, f"scans?q={badge.reference.lower()}")).get_data(as_text=True)
    for query in ("q=nobody", "verdict=revoked", "gate=other", "day=2020-01-01", "kind=rehearsal", "direction=out"):
        assert badge.reference not in client.get(address(place, f"scans?{query}")).get_data(as_text=True)
    assert badge.reference not in client.get(address(place, "scans?verdict=refused")).get_data(as_text=True)


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=W10", "cursor=WzEsMl0", "cursor=WyJ4IiwieSJd", "cursor=" + "A" * 500]
)
def test_broken_cursors_are_refused(place: Entrance, client: Client, query: str) -> None:
    login(client, place.user(Role.AUDITOR))
    assert client.get(address(place, f"scans?{query}")).status_code == 422


@pytest.mark.parametrize(
    "query",
    ["day=x", "day=0000-00-00", "verdict=x&gate=" + "g" * 300, "q=" + "ă" * 3000, "q=%25&kind=x", "day=9999-12-31"],
)
def test_odd_filters_do_no_harm(place: Entrance, client: Client, query: str) -> None:
    login(client, place.user(Role.AUDITOR))
    for page in ("scans", "gates", "gates/figures"):
        assert client.get(address(place, f"{page}?{query}")).status_code == 200


def test_the_log_has_pages_at_constant_cost(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.AUDITOR))
    costs = []
    for count in (1, 59):
        check_in(
            place.fair, place.gate, [scan_of(place.badge(company=place.company())) for _ in range(count)], by=SYSTEM
        )
        with counted_queries() as statements:
            page = client.get(address(place, "scans")).get_data(as_text=True)
        costs.append(len(statements))
    assert costs[0] == costs[1]
    cursor = re.search(r"cursor=([\w-]+)", page)
    assert cursor
    first = re.findall(r"F\w+-P-\d+", page)
    second = re.findall(r"F\w+-P-\d+", client.get(address(place, f"scans?cursor={cursor[1]}")).get_data(as_text=True))
    assert (len(first), len(second), len({*first, *second})) == (50, 10, 60)


def test_the_gates_page_costs_the_same_however_much_is_on_it(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    costs = []
    for _ in range(2):
        for country in ("DE", "JP", "FR"):
            check_in(place.fair, place.gate, [scan_of(place.badge(company=place.company(country=country)))], by=SYSTEM)
        with counted_queries() as statements:
            assert client.get(address(place, "gates/figures")).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_the_sheet_holds_text_and_no_formulas(place: Entrance, client: Client) -> None:
    badge = place.badge(person=place.person('=HYPERLINK("http://x")'), company=place.company("+1+1"))
    check_in(place.fair, place.gate, [scan_of(badge)], by=SYSTEM)
    login(client, place.user(Role.GATE_SUPERVISOR))
    answer = client.get(address(place, "scans?format=xlsx"))
    (rows,) = read_sheets(answer.data)
    expected = [("text", badge.reference), ("text", '=HYPERLINK("http://x")'), ("text", "+1+1")]
    assert [cell for cell in rows[1] if cell in expected] == expected
    assert all(kind != "formula" for row in rows for kind, _ in row)


# --- the screen ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", STAFF)
def test_a_screen_scans(place: Entrance, client: Client, role: Role) -> None:
    badge = place.badge(
        person=place.person("見本 花子", name_language="ja"), company=place.company("Mihon", country="JP")
    )
    login(client, place.user(role))
    answer = send(place, client, screen_json(place, badge, badge, "x")).get_json()
    assert [result["verdict"] for result in answer["results"]] == ["welcome", "already_inside", "unknown"]
    first = answer["results"][0]
    assert first["badge"] | {"reference": ""} == {
        "reference": "", "category": "trade", "category_label": "Khách thương mại", "name": "見本 花子", "language": "ja",
        "passport_name": "", "company": "Mihon", "country": "JP", "country_name": "Nhật Bản",
    }  # fmt: skip
    assert answer["counters"] == {"visits": 1, "inside": 1}
    assert answer["is_open"] is True
    assert (
        "Mời ra quầy đón tiếp"
        in send(place, client, screen_json(place, code_of(entrance().badge()))).get_json()["results"][0]["advice"]
    )


def test_the_whole_request_costs_few_statements(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    body = screen_json(place, place.badge())
    with counted_queries() as statements:
        assert send(place, client, body).status_code == 200
    # Fair, settings, user, roles, gate, all gates; badge, visit, two inserts, three tallies; counters; fair and user are read again.
    assert len(statements) <= 18, "\n".join(statements)


def test_a_wrong_clock_is_put_right(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    body = screen_json(place, place.badge())
    wrong = now() + timedelta(days=400)
    body["sent_at"] = wrong.isoformat()
    body["scans"][0]["scanned_at"] = (wrong - timedelta(seconds=90)).isoformat()
    assert send(place, client, body).get_json()["results"][0]["verdict"] == "welcome"
    scan = db.session.scalars(select(Scan)).one()
    assert timedelta(seconds=80) < now() - scan.scanned_at < timedelta(seconds=120)


@pytest.mark.parametrize(
    "body",
    [
        None, [], "x", {}, {"scans": []}, {"sent_at": "x", "scans": []}, {"sent_at": "2026-01-01T00:00:00", "scans": []},
        {"sent_at": "0001-01-01T00:00:00Z", "scans": "x"},
        {"sent_at": "2026-01-01T00:00:00Z", "scans": [], "more": 1},
    ],
)  # fmt: skip
def test_bad_bodies_are_a_problem(place: Entrance, client: Client, body: Any) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    answer = send(place, client, body)
    assert (answer.status_code, answer.mimetype, answer.get_json()["code"]) == (
        422, "application/problem+json", "bad_scan",
    )  # fmt: skip


@pytest.mark.parametrize("change", [{"sent_at": "9999-12-31T23:59:59Z"}, {"sent_at": "0001-01-01T00:00:00Z"}])
def test_absurd_clocks_are_bounded(place: Entrance, client: Client, change: dict[str, str]) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    answer = send(place, client, screen_json(place, "x") | change)
    assert answer.status_code in {200, 422}


def test_a_screen_without_a_token_is_refused(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    assert client.post(address(place, "gates/main/scans"), json=screen_json(place, "x")).status_code == 400


def test_the_form_works_without_a_script(place: Entrance, client: Client) -> None:
    badge = place.badge(person=place.person("Lê Văn Tám"))
    login(client, place.user(Role.FRONT_DESK))
    page = client.get(address(place, "gates/main/scan")).get_data(as_text=True)
    scan_id = re.search(r'name="scan_id" value="(\w+)"', page)
    assert scan_id
    data = {"code": badge.short_code, "scan_id": scan_id[1], "direction": "in"}
    for _ in range(2):  # sent again by reloading
        answer = client.submit(address(place, "gates/main/scan"), data).get_data(as_text=True)
        assert "verdict-welcome" in answer
        assert "Lê Văn Tám" in answer
    assert db.session.scalar(select(func.count()).select_from(Scan)) == 1
    again = client.submit(address(place, "gates/main/scan"), {"code": badge.short_code}).get_data(as_text=True)
    assert "verdict-already_inside" in again
    empty = client.submit(address(place, "gates/main/scan"), {"code": ""})
    assert (empty.status_code, "code-error" in empty.get_data(as_text=True)) == (422, True)
    assert client.submit(address(place, "gates/main/scan"), {"code": "x" * 1001}).status_code == 422


def test_only_the_screen_may_compile_wasm(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    policy = "Content-Security-Policy"
    assert "'wasm-unsafe-eval'" in client.get(address(place, "gates/main/scan")).headers[policy]
    assert "'wasm-unsafe-eval'" not in client.get(address(place, "gates")).headers[policy]


# --- rehearsal ----------------------------------------------------------------------------------------------------


def test_a_supervisor_rehearses_another_fair_at_this_gate(place: Entrance, client: Client) -> None:
    coming = Entrance(new_fair(starts_on=now().date() + timedelta(days=60)), place.gate)
    badge = coming.badge()
    user = place.user(Role.GATE_SUPERVISOR)
    from fairs.accounts.service import grant_role

    grant_role(user, Role.GATE_SUPERVISOR, fair_id=coming.fair.id, by=SYSTEM)
    login(client, user)
    day = coming.fair.starts_on
    answer = client.get(address(place, f"gates/rehearse?gate=main&badges_of={coming.fair.slug}&rehearsal={day}"))
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "DIỄN TẬP" in page
    sent = re.search(r'data-send="([^"]+)"', page)
    assert sent
    url = sent[1].replace("&amp;", "&")
    answer = client.post(url, json=screen_json(place, badge, badge), headers={"X-CSRFToken": csrf(client)}).get_json()
    assert [result["verdict"] for result in answer["results"]] == ["welcome", "already_inside"]
    assert answer["counters"] == {"visits": 0, "inside": 0}
    scans = db.session.scalars(select(Scan)).all()
    assert [(scan.fair_id, scan.gate_id, scan.day, scan.is_rehearsal) for scan in scans] == [
        (coming.fair.id, place.gate.id, day, True)
    ] * 2
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 0
    # At work the same badge is one of another fair.
    assert send(place, client, screen_json(place, badge)).get_json()["results"][0]["verdict"] == "other_fair"


def test_rehearsal_is_for_who_sets_up_gates_of_both_fairs(place: Entrance, client: Client) -> None:
    other = new_fair()
    login(client, place.user(Role.FRONT_DESK))
    assert client.get(address(place, f"gates/main/scan?rehearsal={place.fair.today}")).status_code == 403
    answer = send(place, client, screen_json(place, "x"), f"?rehearsal={place.fair.today}")
    assert answer.status_code == 403
    login(client, place.user(Role.GATE_SUPERVISOR))
    assert client.get(address(place, f"gates/main/scan?rehearsal={place.fair.today}")).status_code == 200
    query = f"rehearsal={place.fair.today}&badges_of={other.slug}"
    assert client.get(address(place, f"gates/main/scan?{query}")).status_code == 403
    for odd in ("rehearsal=soon", f"rehearsal={place.fair.today}&badges_of=nowhere"):
        assert client.get(address(place, f"gates/main/scan?{odd}")).status_code == 404
    assert client.get(address(place, "gates/rehearse?gate=main")).status_code == 303
