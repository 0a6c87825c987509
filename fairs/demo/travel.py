"""How the guests of the demonstration travel: flights from the towns where they live, vehicles of the day of arrival, one changed flight."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.hospitality.airports import airport
from fairs.hospitality.manifests import issue_version
from fairs.hospitality.queries import proposal
from fairs.hospitality.rules import FlightDraft
from fairs.hospitality.runs import RunDraft, make_runs, save_run
from fairs.hospitality.service import save_flight
from fairs.hospitality.states import Direction, RunKind
from fairs.hosting.models import Hosting
from fairs.hosting.states import GRANTED
from fairs.importers.models import Importer

#: By country: the airport, number, hour of landing in Ha Noi and hours in the air; number, hour of leaving and hours back.
CONNECTIONS = {
    "JP": ("NRT", "VN311", "14:05", 6.0, "VN310", "00:20", 5.0), "KR": ("ICN", "VN417", "13:20", 4.8, "VN416", "23:15", 4.2),
    "CN": ("PVG", "VN553", "12:45", 3.8, "VN552", "15:10", 3.5), "TW": ("TPE", "BR397", "11:30", 3.3, "BR398", "12:45", 2.8),
    "HK": ("HKG", "VN593", "12:50", 2.2, "VN592", "10:15", 2.0), "SG": ("SIN", "SQ192", "11:55", 3.6, "SQ191", "13:00", 3.4),
    "TH": ("BKK", "TG560", "09:35", 1.9, "TG561", "10:35", 1.9), "AU": ("SYD", "VN786", "16:40", 9.6, "VN787", "22:10", 9.2),
    "US": ("SFO", "VN99", "05:40", 16.0, "VN98", "21:00", 13.0), "CA": ("YVR", "CX838", "15:10", 16.5, "CX837", "18:40", 15.5),
    "GB": ("LHR", "VN54", "05:05", 12.3, "VN55", "01:15", 14.0), "FR": ("CDG", "VN18", "06:40", 12.0, "VN19", "23:40", 13.5),
    "DE": ("FRA", "VN36", "06:15", 11.6, "VN37", "23:10", 13.3), "NL": ("AMS", "KL805", "06:55", 12.1, "KL806", "22:50", 13.6),
    "IT": ("MXP", "QR976", "07:30", 14.0, "QR977", "18:10", 14.5), "ES": ("MAD", "QR976", "07:30", 15.5, "QR977", "18:10", 16.0),
    "AE": ("DXB", "EK394", "12:50", 6.8, "EK395", "01:30", 7.0), "IN": ("DEL", "VN972", "06:20", 4.6, "VN971", "19:05", 5.1),
    "RU": ("SVO", "SU290", "07:45", 9.4, "SU291", "09:50", 10.0),
}  # fmt: skip
OTHERS = ("FRA", "VN36", "06:15", 11.6, "VN37", "23:10", 13.3)
DRIVERS = (
    ("Nguyễn Văn Lái", "+84912000101", "Ford Transit", "29B-000.01"), ("Trần Đức Xe", "+84912000102", "Hyundai Solati", "29B-000.02"),
    ("Lê Quang Đường", "+84912000103", "Ford Transit", "29B-000.03"), ("Phạm Minh Đón", "+84912000104", "Toyota Hiace", "29B-000.04"),
)  # fmt: skip
HAN = "HAN"


def load_travel(rng: random.Random, fair: Fair, users: dict[str, User]) -> int:
    """Flights of most guests, runs of the day before the opening with drivers, and a flight that was changed."""
    user = users["hospitality"]
    by = Actor(user.id, user.name)
    guests = db.session.scalars(
        select(Importer)
        .join(Hosting, Hosting.importer_id == Importer.id)
        .where(Hosting.fair_id == fair.id, Hosting.state.in_(GRANTED))
        .order_by(Importer.id)
    ).all()
    flying = []
    for number, guest in enumerate(guests):
        if number % 7 == 6:  # these have not told theirs yet
            continue
        # Most come the day before, some earlier.
        come, go = _journey(guest, fair, days_before=2 if rng.random() < 0.2 else 1)
        save_flight(guest, come, by=by)
        if number % 5 != 4:
            save_flight(guest, go, by=by)
        flying.append((guest, come))
    _runs(fair, by)
    _change(flying, by)
    return len(flying)


def _journey(guest: Importer, fair: Fair, *, days_before: int) -> tuple[FlightDraft, FlightDraft]:
    code, number, lands, hours, back, leaves, home = CONNECTIONS.get(guest.company.country, OTHERS)
    away, here = airport(code), airport(HAN)
    if away is None or here is None:
        raise LookupError(code)
    arrives = datetime.combine(fair.starts_on - timedelta(days=days_before), time.fromisoformat(lands))
    departs = away.local(here.moment(arrives) - timedelta(hours=hours)).replace(tzinfo=None, second=0)
    day = fair.ends_on + timedelta(days=1 if leaves < "19" else 0)
    off = datetime.combine(day, time.fromisoformat(leaves))
    landed = away.local(here.moment(off) + timedelta(hours=home)).replace(tzinfo=None, second=0)
    return (
        FlightDraft(Direction.ARRIVAL, number, code, HAN, departs, arrives),
        FlightDraft(Direction.DEPARTURE, back, HAN, code, off, landed),
    )


def _runs(fair: Fair, by: Actor) -> None:
    day, window, capacity = fair.starts_on - timedelta(days=1), timedelta(minutes=60), 7
    plan = proposal(fair, day, RunKind.ARRIVAL, window=window, capacity=capacity)
    runs = make_runs(fair, day, RunKind.ARRIVAL, window=window, capacity=capacity, mark=plan.mark, by=by)
    for number, run in enumerate(runs):
        name, phone, vehicle, plate = DRIVERS[number % len(DRIVERS)]
        draft = RunDraft(
            run.kind, run.leaves_at, capacity, run.airport, "Sân bay Nội Bài, nhà ga T2", "Khách sạn", "Cửa A2, biển tên hội chợ / Exit A2",
            vehicle, plate, name, phone, "+84912000100",
        )  # fmt: skip
        issue_version(save_run(fair, draft, by=by, run=run), by=by)


def _change(flying: list[tuple[Importer, FlightDraft]], by: Actor) -> None:
    """The first who comes with others the day before now comes in the evening: the list that was printed is no longer right."""
    for guest, come in flying:
        if come.number == "VN311" or guest is flying[-1][0]:
            late = replace(
                come,
                number="VN313",
                departs=come.departs + timedelta(hours=5),
                arrives=come.arrives + timedelta(hours=5),
            )
            save_flight(guest, late, by=by)
            return
