"""Rules of gates as their page shows and keeps them, halls with their capacity, the count for an evacuation."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.badges.service import replace_badge
from fairs.badges.states import BadgeCategory
from fairs.checkin.board import board_of
from fairs.checkin.errors import BadRules, ZoneExists, ZoneInUse
from fairs.checkin.evacuation import evacuation, occupancy
from fairs.checkin.models import AccessZone, Gate, GateDevice
from fairs.checkin.queries import counters
from fairs.checkin.reasons import offline_words
from fairs.checkin.rulebook import row, standard_rows
from fairs.checkin.service import GateDraft, change_gate, check_in, create_gate, set_gate_open
from fairs.checkin.setup import (
    ZoneDraft,
    create_zone,
    exported,
    imported,
    moved_rows,
    remove_zone,
    save_rules,
    set_zone_paused,
)
from fairs.checkin.states import DeviceState, Verdict
from fairs.checkin.words import reason
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from tests.factories.checkin import Entrance, entrance, new_fair, scan_of
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Any) -> Entrance:
    return entrance(direction="both")


def hall(place: Entrance, code: str = "a", **values: Any) -> AccessZone:
    """A hall into which the gate leads from now on."""
    zone = create_zone(place.fair, code, ZoneDraft("Nhà A", "Hall A", **values), by=SYSTEM)
    change_gate(place.gate, GateDraft("Cổng chính", "Main gate", "both", zone=zone), by=SYSTEM)
    return zone


def one(place: Entrance, *args: Any, **kwargs: Any) -> Any:
    return check_in(place.fair, place.gate, [scan_of(*args, **kwargs)], by=SYSTEM)[0]


def page(client: Client, place: Entrance) -> str:
    return f"/fairs/{place.fair.slug}/gates/{place.gate.code}/rules"


def sent(rows: list[dict[str, Any]], act: str = "save", **more: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    data: dict[str, Any] = {"rows": len(rows), "act": act, **more}
    for n, values in enumerate(rows):
        data |= {f"r{n}-{name}": value for name, value in values.items()}
    return data


def test_rows_are_typed_moved_tried_and_saved(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.GATE_SUPERVISOR))
    rows: list[dict[str, Any]] = [{"categories": ["press", "vip"], "days": "fair", "starts": "8", "ends": "18h30", "allow": "yes"},
            {"days": "build_up", "allow": "yes", "staff_only": "1"}]  # fmt: skip
    added = client.submit(page(client, place), sent(rows, "add"))
    assert 'name="rows" value="3"' in added.get_data(as_text=True)
    swapped = client.submit(page(client, place), sent(rows, "up-1")).get_data(as_text=True)
    assert swapped.index('name="r0-staff_only" value="1" checked') < swapped.index('value="18h30"')
    gone = client.submit(page(client, place), sent(rows, "remove-0")).get_data(as_text=True)
    assert "18h30" not in gone
    tried = client.submit(
        page(client, place),
        sent(rows, "try", category="trade", day=place.fair.starts_on.isoformat(), hour="10:00", direction="in"),
    )
    assert "Không qua cổng này" in tried.get_data(as_text=True)
    assert db.session.get_one(Gate, place.gate.id).rules == []
    assert client.submit(page(client, place), sent(rows)).status_code == 303
    kept = db.session.get_one(Gate, place.gate.id)
    assert kept.rules == [row(["vip", "press"], "fair", "08:00", "18:30"), row(days="build_up", staff_only=True)]
    assert db.session.scalar(select(AuditEntry).where(AuditEntry.action == "checkin.change_rules")) is not None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("starts", "25:00", "09:00"), ("ends", "later", "09:00"), ("days", "someday", "Vui lòng chọn trong danh sách"),
        ("categories", "king", "Vui lòng chọn trong danh sách"), ("ends", "08:00", "trùng nhau"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_by_is_said_at_its_place(
    place: Entrance, client: Client, field: str, value: str, words: str
) -> None:
    login(client, place.user(Role.ORGANISER))
    answer = client.submit(page(client, place), sent([{"days": "fair", "starts": "08:00", field: value}]))
    text = answer.get_data(as_text=True)
    assert (answer.status_code, f'id="r0-{field}-error"' in text, words in text) == (422, True, True)
    assert field in {"categories", "days"} or value in text


def test_named_days_and_odd_forms_are_no_accident(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.ORGANISER))
    odd = client.submit(page(client, place), sent([{"days": "dates", "dates": "tomorrow"}]))
    assert (odd.status_code, 'id="r0-dates-error"' in odd.get_data(as_text=True)) == (422, True)
    good = client.submit(page(client, place), sent([{"days": "dates", "dates": "2026-10-15, 2026-10-14"}]))
    assert good.status_code == 303
    assert db.session.get_one(Gate, place.gate.id).rules[0]["days"] == ["2026-10-14", "2026-10-15"]
    for act, more in (
        ("copy", {"from": "x/y"}),
        ("import", {"text": "{"}),
        ("import", {"text": '{"format":1,"rules":[7]}'}),
    ):
        assert client.submit(page(client, place), sent([], act, **more)).status_code == 422
    for data in (
        {"rows": "99999999", "act": "add"},
        {"rows": "-1", "act": "up-0"},
        {"rows": "x", "act": "try", "hour": "9"},
    ):
        assert client.submit(page(client, place), data).status_code in {200, 422}


def test_rules_travel_between_gates_fairs_and_systems(place: Entrance, client: Client) -> None:
    rows = [row(["trade"], ["2026-10-14"], "09:00"), *standard_rows(place.fair)]
    gate = save_rules(place.gate, rows, by=SYSTEM)
    assert imported(exported(gate)) == gate.rules
    later = new_fair(starts_on=place.fair.starts_on + timedelta(days=365))
    assert moved_rows(rows, place.fair, later)[0]["days"] == ["2027-10-14"]
    other = create_gate(place.fair, "b", GateDraft("Cổng B", "Gate B"), by=SYSTEM)
    login(client, place.user(Role.ORGANISER))
    data = sent([], "copy") | {"from": f"{place.fair.slug}/main"}
    copied = client.submit(f"/fairs/{place.fair.slug}/gates/b/rules", data).get_data(as_text=True)
    assert f'name="rows" value="{len(rows)}"' in copied
    assert db.session.get_one(Gate, other.id).rules == []
    file = client.get(f"/fairs/{place.fair.slug}/gates/main/rules/export")
    assert json.loads(file.get_data(as_text=True))["rules"] == gate.rules
    with pytest.raises(BadRules):
        save_rules(gate, [{"days": "fair", "colour": "red"}], by=SYSTEM)


def test_only_who_sets_up_gates_changes_rules_and_halls(place: Entrance, client: Client) -> None:
    hall(place)
    login(client, place.user(Role.FRONT_DESK))
    assert client.get(page(client, place)).status_code == 403
    assert client.submit(f"/fairs/{place.fair.slug}/halls/a/pause", {}).status_code == 403
    assert client.get(f"/fairs/{place.fair.slug}/halls").status_code == 200
    assert client.get(f"/fairs/{place.fair.slug}/halls/evacuation").status_code == 200


def test_the_usual_rows_decide_on_scans(app: Any) -> None:
    place = entrance(starts_on=date(2026, 11, 12))  # over, so that no hour of it lies ahead
    save_rules(place.gate, standard_rows(place.fair), by=SYSTEM)
    first = place.fair.starts_on
    contractor, visitor = place.badge(BadgeCategory.CONTRACTOR), place.badge()
    before = place.fair.at(first - timedelta(days=1), now().time().replace(hour=22))
    assert one(place, contractor, at=before).verdict is Verdict.WELCOME
    early = one(place, visitor, at=place.fair.at(first, now().time().replace(hour=3)))
    assert (early.verdict, reason(early, place.fair)) == (Verdict.NOT_NOW, "Được vào trong khoảng 09:00–18:00.")


def test_a_hall_warns_fills_up_and_is_paused(place: Entrance) -> None:
    zone = hall(place, capacity=5)
    results = [one(place, place.badge()) for _ in range(6)]
    assert [result.verdict for result in results] == [Verdict.WELCOME] * 5 + [Verdict.FULL]
    assert [bool(result.judgement and result.judgement.warn_capacity) for result in results] == [False] * 4 + [True] * 2
    assert one(place, place.badge(BadgeCategory.SERVICE)).verdict is Verdict.WELCOME
    set_zone_paused(zone, True, by=SYSTEM, reason="Đông quá")
    assert one(place, place.badge()).verdict is Verdict.PAUSED
    late = scan_of(place.badge(), at=now() - timedelta(hours=1))
    assert check_in(place.fair, place.gate, [late], by=SYSTEM)[0].verdict is not Verdict.PAUSED
    with pytest.raises(ZoneInUse):
        remove_zone(zone, by=SYSTEM)
    with pytest.raises(ZoneExists):
        create_zone(place.fair, "a", ZoneDraft("X", ""), by=SYSTEM)


def test_a_closed_gate_says_why_and_still_takes_what_was_scanned_before(place: Entrance) -> None:
    set_gate_open(place.gate, False, by=SYSTEM, reason="Mưa to")
    gate = db.session.get_one(Gate, place.gate.id)
    assert (gate.close_reason, one(place, place.badge()).verdict) == ("Mưa to", Verdict.GATE_CLOSED)
    earlier = scan_of(place.badge(), at=now() - timedelta(minutes=5))
    assert check_in(place.fair, gate, [earlier], by=SYSTEM)[0].verdict is not Verdict.GATE_CLOSED
    assert one(place, place.badge(), direction="out").verdict is Verdict.GOODBYE


def test_a_replaced_badge_says_since_when(place: Entrance) -> None:
    old = place.badge()
    replace_badge(old, "Lost", by=SYSTEM)
    result = one(place, old)
    assert result.verdict is Verdict.REPLACED
    assert reason(result, place.fair).startswith("Đã thay thẻ lúc ")


def test_the_count_for_an_evacuation_says_how_sure_it_is(place: Entrance) -> None:
    zone = hall(place, capacity=50)
    for _ in range(4):
        one(place, place.badge())
    one(place, place.badge(), direction="out")  # never seen to enter
    gone = place.badge()
    one(place, gone)
    one(place, gone, direction="out")
    with transaction():
        db.session.add(
            GateDevice(fair_id=place.fair.id, name="Cổng A", state=DeviceState.ACTIVE, gate_codes=["main"], backlog=2,
                       valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1))
        )  # fmt: skip
    found = evacuation(place.fair)
    assert (found.whole.inside, found.whole.least, found.whole.most) == (4, 2, 7)
    assert [(one.zone and one.zone.id, one.inside, one.least, one.most) for one in found.places] == [(zone.id, 4, 2, 6)]
    assert len(found.whole.reasons) == 2
    # Whatever is read, the count is one: of the board, of the fair's figures, of the halls.
    one(place, place.badge(), at=now() - timedelta(seconds=1))
    board = board_of(place.fair.id)
    counts = {
        evacuation(place.fair).whole.inside,
        board.figures.inside,
        counters(place.fair.id, place.fair.today).inside,
    }
    assert counts == {5}
    assert {board.zones[0].inside, occupancy(place.fair)[0].inside, evacuation(place.fair).places[0].inside} == {5}


def test_pages_cost_the_same_for_one_hall_and_for_three(place: Entrance, client: Client) -> None:
    hall(place)
    login(client, place.user(Role.ORGANISER))
    costs = []
    for more in ((), ("b", "c")):
        for code in more:
            create_zone(place.fair, code, ZoneDraft(code, code), by=SYSTEM)
            create_gate(place.fair, f"g{code}", GateDraft("Cổng", "Gate"), by=SYSTEM)
        for path in ("halls", "halls/evacuation", "gates", "gates/main/rules"):
            client.get(f"/fairs/{place.fair.slug}/{path}")
            with counted_queries() as statements:
                assert client.get(f"/fairs/{place.fair.slug}/{path}").status_code == 200
            costs.append(len(statements))
    assert costs[:4] == costs[4:]


def test_all_words_of_a_device_are_there_in_both_languages(app: Any) -> None:
    vectors = json.loads((Path(__file__).parents[2] / "data/gate-vectors.json").read_text())
    codes = {case["expect"]["reason_code"] for case in vectors["cases"]}
    vi, en = offline_words("vi"), offline_words("en")
    assert codes <= set(en["reasons"]) == set(vi["reasons"])
    assert set(en["titles"]) == {str(verdict) for verdict in Verdict}
    assert not [code for code, words in en["reasons"].items() if words and vi["reasons"][code] == words]
    assert not [code for code, words in en["advice"].items() if vi["advice"][code] == words]
