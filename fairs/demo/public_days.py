"""The running public fair of the demonstration: counters at its gates, with gaps."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.checkin.models import CountEntry, Gate
from fairs.checkin.states import CountSource
from fairs.core.clock import now
from fairs.core.db import db
from fairs.demo.year2020 import add
from fairs.visitors.models import PublicCount

METHODS = (
    "Bấm trên điện thoại tại cổng, sai số khoảng 3 %; khách quay lại được tính lại (mẫu)",
    "Cảm biến cửa, sai số khoảng 5 %; khách quay lại được tính lại (mẫu)",
)
#: Share of a day's people by hour, from nine o'clock on.
_BY_HOUR = (60, 110, 130, 70, 65, 95, 120, 140, 90)


def load_counts(rng: random.Random, fair: Fair, users: dict[str, User]) -> int:
    """Yesterday hour by hour with one gap, a tally typed later and a correction; this morning so far."""
    gates = list(db.session.scalars(select(Gate).where(Gate.fair_id == fair.id).order_by(Gate.id)))
    for gate, method in zip(gates, METHODS, strict=True):
        gate.count_method = method
    gatekeeper, local_hour = users["gate"].id, 9
    sums: dict[tuple[int, Any, int], int] = {}
    entries: list[dict[str, Any]] = []

    def enter(gate: Gate, day: Any, hour: int, change: int, source: CountSource, note: str = "") -> None:
        sums[gate.id, day, hour] = sums.get((gate.id, day, hour), 0) + change
        entries.append({
            "entry_id": f"demo-{len(entries) + 1}", "fair_id": fair.id, "gate_id": gate.id, "day": day, "hour": hour,
            "change": change, "source": source, "note": note, "by_id": gatekeeper,
            "created_at": now() - timedelta(minutes=len(entries)),
        })  # fmt: skip

    for day, last in ((fair.starts_on, 17), (fair.today, local_hour)):
        for hour in range(9, last + 1):
            for number, gate in enumerate(gates):
                if number == 1 and hour == 12 and day == fair.starts_on:
                    continue  # nobody counted at the side gate over noon
                source = CountSource.TURNSTILE if number else CountSource.TAP
                people = _BY_HOUR[hour - 9] * (2 if number else 5) + rng.randrange(40)
                enter(gate, day, hour, people // 2 if day == fair.today else people, source)
    note = "Điện thoại hết pin, đếm trên giấy từ 15 giờ 20 đến 15 giờ 45 (mẫu)"
    enter(gates[0], fair.starts_on, 15, 84, CountSource.PAPER, note)
    enter(gates[0], fair.starts_on, 16, -12, CountSource.CORRECTION, "Bấm nhầm đoàn học sinh hai lần (mẫu)")
    add(CountEntry, entries)
    methods = {gate.id: gate.count_method for gate in gates}
    add(
        PublicCount,
        [
            {"fair_id": fair.id, "gate_id": gate, "day": day, "hour": hour, "entries": number, "method": methods[gate]}
            for (gate, day, hour), number in sums.items()
        ],
    )
    return sum(sums.values())
