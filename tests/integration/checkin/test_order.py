"""In whatever order devices hand in what they kept, and however often: the same days of the same people, the same figures."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from fairs.badges.models import Badge
from fairs.badges.service import code_of
from fairs.badges.states import BadgeCategory
from fairs.checkin.entries import ActInput, Event, ScanInput
from fairs.checkin.facts import fair_info
from fairs.checkin.ingest import take_events
from fairs.checkin.models import GateDevice, Visit
from fairs.checkin.recounting import differences, kept_tallies
from fairs.checkin.rules import Direction
from fairs.checkin.service import GateDraft, create_gate
from fairs.checkin.states import ActKind, DeviceState
from fairs.core.actor import SYSTEM
from fairs.core.clock import today
from fairs.core.db import db, transaction
from tests.factories.checkin import ZONE, Entrance, entrance

PEOPLE = (BadgeCategory.TRADE, BadgeCategory.IMPORTER, BadgeCategory.EXHIBITOR)
#: Seconds after the start, who, by which gate, which way, what the guard was shown, and whether it was taken back after so many.
STEPS = st.lists(
    st.tuples(
        st.integers(0, 900), st.integers(0, 2), st.integers(0, 1), st.sampled_from(Direction),
        st.sampled_from([None, "welcome", "wrong_day"]), st.sampled_from([None, None, None, 4, 40]),
    ),
    min_size=1, max_size=14, unique_by=lambda step: step[0],
)  # fmt: skip


class Day:
    """A fair with two gates, three people and a device."""

    def __init__(self) -> None:
        self.place: Entrance = entrance(direction="both", starts_on=today(ZONE) - timedelta(days=1))
        second = create_gate(self.place.fair, "east", GateDraft("Đông", "East", "both"), by=SYSTEM)
        self.gates = [self.place.gate.id, second.id]
        self.people: list[Badge] = [self.place.badge(category) for category in PEOPLE]
        self.codes = [code_of(badge) for badge in self.people]
        fair = self.place.fair
        with transaction():
            device = GateDevice(
                fair_id=fair.id, name="d", state=DeviceState.ACTIVE, valid_from=fair.starts_on, valid_to=fair.ends_on
            )
            db.session.add(device)
        self.device = device.id

    def events(self, steps: list[Any], start: datetime) -> list[tuple[int, Event]]:
        """What the device kept, in the order of its times."""
        found: list[tuple[datetime, int, Event]] = []
        for number, (second, who, gate, way, shown, undone) in enumerate(steps):
            moment = start + timedelta(seconds=second)
            scan = ScanInput(f"s{number}", self.codes[who], moment, way, "d", number, "camera", moment, shown)
            found.append((moment, self.gates[gate], scan))
            if undone is not None:
                later = moment + timedelta(seconds=undone)
                act = ActInput(f"u{number}", ActKind.UNDO, later, of=f"s{number}", reason="x", device_time=later)
                found.append((later, 0, act))
        return [(gate, event) for _moment, gate, event in sorted(found, key=lambda one: one[0])]

    def take(self, events: list[tuple[int, Event]]) -> None:
        """Hand in."""
        take_events(self.place.fair, events, by=SYSTEM, device_id=self.device)

    def state(self) -> Any:
        """All days and tallies, without keys."""
        who = {badge.person_id: number for number, badge in enumerate(self.people)}
        gates = {key: number for number, key in enumerate(self.gates)}
        query = select(Visit).where(Visit.fair_id == self.place.fair.id).execution_options(populate_existing=True)
        visits = {
            who[row.person_id]: (
                row.first_in_at, row.inside_since, row.left_at, row.passed_at, gates.get(row.last_gate_id or 0),
                row.is_unsure, row.counts,
            ) for row in db.session.scalars(query)
        }  # fmt: skip
        tallies = kept_tallies(self.place.fair.id)
        tallies["gates"] = {(gates[key[0]], *key[1:]): row for key, row in tallies["gates"].items()}
        assert differences(self.place.fair) == []
        assert fair_info(self.place.fair).gates.keys() == gates.keys()
        return visits, tallies


@given(steps=STEPS, data=st.data())
@settings(
    max_examples=12, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_any_order_of_upload_comes_to_the_same(app: Flask, steps: list[Any], data: st.DataObject) -> None:
    in_time, mixed = Day(), Day()
    start = in_time.place.fair.at(in_time.place.fair.starts_on, time(10))
    in_time.take(in_time.events(steps, start))
    events = mixed.events(steps, start)
    order = data.draw(st.permutations(events))
    again = data.draw(st.lists(st.sampled_from(events), max_size=4))
    parts = data.draw(st.integers(1, 4))
    for part in range(parts):
        mixed.take(order[part::parts])
    mixed.take(again)
    assert mixed.state() == in_time.state()
