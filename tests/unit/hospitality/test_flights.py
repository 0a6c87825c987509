"""Times by the clock of each airport, over the date line and through changes of the clock; what is refused and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from fairs.calendar.models import Fair
from fairs.core.errors import InvalidInput
from fairs.hospitality.airports import airport, airports
from fairs.hospitality.itinerary import read_line
from fairs.hospitality.models import Flight
from fairs.hospitality.planning import Rider, propose
from fairs.hospitality.rules import FlightDraft, checked, first_night, flight_number, leaving_day
from fairs.hospitality.states import Direction, RunKind

FAIR = Fair(starts_on=date(2027, 1, 14), ends_on=date(2027, 1, 17), time_zone="Asia/Ho_Chi_Minh")
TO_HAN = FlightDraft(
    Direction.ARRIVAL, "vn 0311", "nrt", "HAN", datetime(2027, 1, 12, 10, 0), datetime(2027, 1, 12, 14, 5)
)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("start", "departs", "arrives", "moments"),
    [
        ("NRT", (2027, 1, 12, 10, 0), (2027, 1, 12, 14, 5), (at(2027, 1, 12, 1, 0), at(2027, 1, 12, 7, 5))),
        ("CDG", (2027, 1, 12, 13, 55), (2027, 1, 13, 7, 0), (at(2027, 1, 12, 12, 55), at(2027, 1, 13, 0, 0))),
        # Over the date line: two days later by the calendar, fifteen and a half hours in the air.
        ("LAX", (2027, 1, 10, 23, 0), (2027, 1, 12, 5, 30), (at(2027, 1, 11, 7, 0), at(2027, 1, 11, 22, 30))),
        # Summer time begins in Europe in the night of 28 March 2027: Paris is two hours ahead of UTC that noon.
        ("CDG", (2027, 3, 28, 13, 55), (2027, 3, 29, 6, 0), (at(2027, 3, 28, 11, 55), at(2027, 3, 28, 23, 0))),
        # Summer time ends on 31 October 2027: half past two comes twice, the first is meant.
        ("CDG", (2027, 10, 31, 2, 30), (2027, 10, 31, 19, 0), (at(2027, 10, 31, 0, 30), at(2027, 10, 31, 12, 0))),
    ],
)  # fmt: skip
def test_times_of_a_ticket_are_moments(
    start: str, departs: tuple[int, ...], arrives: tuple[int, ...], moments: tuple[datetime, datetime]
) -> None:
    draft = replace(TO_HAN, from_airport=start, departs=datetime(*departs), arrives=datetime(*arrives))  # type: ignore[arg-type]
    values = checked(draft, FAIR, None)
    assert (values["departs_at"], values["arrives_at"]) == moments
    assert (values["number"], values["from_airport"]) == ("VN311", start)


def test_home_across_the_date_line_one_lands_before_one_has_left_by_the_calendar() -> None:
    draft = FlightDraft(
        Direction.DEPARTURE, "VN98", "HAN", "SFO", datetime(2027, 1, 18, 0, 30), datetime(2027, 1, 17, 22, 0)
    )
    values = checked(draft, FAIR, None)
    assert values["arrives_at"] - values["departs_at"] == timedelta(hours=12, minutes=30)
    assert leaving_day(Flight(**values), FAIR) == date(2027, 1, 17)  # one leaves the hotel the evening before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": "310"}, "number"), ({"number": "12310"}, "number"), ({"number": "VN0"}, "number"), ({"number": "V\x00"}, "number"),
        ({"from_airport": "XXQ"}, "from_airport"), ({"from_airport": "TYO"}, "from_airport"), ({"to_airport": "Hà Nội"}, "to_airport"),
        ({"from_airport": "HAN"}, "to_airport"),
        ({"to_airport": "BKK"}, "to_airport"),
        ({"arrives": datetime(2027, 1, 12, 7, 0)}, "arrives_on"),
        ({"arrives": datetime(2027, 1, 12, 8, 10)}, "arrives_at"),
        ({"arrives": datetime(2027, 1, 13, 14, 5)}, "arrives_at"),
        ({"from_airport": "CDG", "departs": datetime(2027, 3, 28, 2, 30), "arrives": datetime(2027, 3, 28, 20, 0)}, "departs_at"),
        ({"direction": Direction.DEPARTURE}, "from_airport"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_where_it_stands(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        checked(replace(TO_HAN, **change), FAIR, None)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_nobody_flies_home_before_they_have_come() -> None:
    home = Flight(direction=Direction.DEPARTURE, departs_at=at(2027, 1, 12, 7, 0), arrives_at=at(2027, 1, 12, 13, 0))
    with pytest.raises(InvalidInput) as refusal:
        checked(TO_HAN, FAIR, home)
    assert refusal.value.field == "arrives_on"


@pytest.mark.parametrize(
    ("hour", "night"), [("04:59", date(2027, 1, 11)), ("05:00", date(2027, 1, 12)), ("23:50", date(2027, 1, 12))]
)
def test_who_lands_in_the_small_hours_takes_the_night_that_is_ending(hour: str, night: date) -> None:
    arrives = datetime.combine(date(2027, 1, 12), time.fromisoformat(hour))
    flight = Flight(**checked(replace(TO_HAN, departs=arrives - timedelta(hours=4), arrives=arrives), FAIR, None))
    assert first_night(flight, FAIR) == night


@pytest.mark.parametrize(
    ("line", "number", "way", "departs", "arrives"),
    [
        ("VN 310 12JAN NRT HAN 1000 1405", "VN310", "NRTHAN", datetime(2027, 1, 12, 10), datetime(2027, 1, 12, 14, 5)),
        ("1 VN310 Y 12JAN 2 NRTHAN HK1 1000 1405", "VN310", "NRTHAN", datetime(2027, 1, 12, 10), datetime(2027, 1, 12, 14, 5)),
        ("AF258 12JAN27 CDG-HAN 13:55 07:00+1", "AF258", "CDGHAN", datetime(2027, 1, 12, 13, 55), datetime(2027, 1, 13, 7)),
        ("vn 37 28dec fra han 1355 0700 29dec", "VN37", "FRAHAN", datetime(2026, 12, 28, 13, 55), datetime(2026, 12, 29, 7)),
        ("VN99 10JAN LAX HAN 2300 0530", "VN99", "LAXHAN", datetime(2027, 1, 10, 23), datetime(2027, 1, 12, 5, 30)),
        ("VN98 18JAN HAN SFO 0030 2200", "VN98", "HANSFO", datetime(2027, 1, 18, 0, 30), datetime(2027, 1, 17, 22)),
    ],
)  # fmt: skip
def test_a_line_of_an_itinerary_is_read(line: str, number: str, way: str, departs: datetime, arrives: datetime) -> None:
    leg = read_line(line, FAIR.starts_on)
    assert (leg.number, leg.from_airport + leg.to_airport, leg.departs, leg.arrives) == (number, way, departs, arrives)


@pytest.mark.parametrize(
    "line",
    ["", "hello", "VN310 31FEB NRT HAN 1000 1405", "VN310 12JAN NRT HAN 2500 1405", "VN310 12JAN QQQ HAN 1000 1405"],
)
def test_another_line_says_how_it_should_look(line: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_line(line, FAIR.starts_on)
    assert refusal.value.field == "itinerary"


def test_numbers_of_flights() -> None:
    assert [flight_number(text) for text in ("vn310", "VN 0310", "U2 8001", "5J-752", "JL751A")] == [
        "VN310",
        "VN310",
        "U28001",
        "5J752",
        "JL751A",
    ]


def test_the_table_of_airports() -> None:
    table = airports()
    assert len(table) > 7000
    tokyo = airport("nrt")
    assert tokyo is not None
    assert (tokyo.city, tokyo.country, tokyo.time_zone) == ("Tokyo", "JP", "Asia/Tokyo")
    for one in table.values():
        assert one.local(at(2027, 1, 1, 0, 0)).utcoffset() is not None


def test_runs_are_filled_by_time_window_and_places() -> None:
    def rider(seat: int, minute: int, code: str = "HAN") -> Rider:
        return Rider(seat, code, at(2027, 1, 13, 6, 0) + timedelta(minutes=minute))

    riders = [rider(1, 0), rider(2, 5), rider(3, 5), rider(4, 60), rider(5, 61), rider(6, 0, "SGN")]

    def runs(kind: RunKind, capacity: int) -> list[tuple[str, str, list[int]]]:
        made = propose(kind, reversed(riders), window=timedelta(minutes=60), capacity=capacity)
        return [(run.airport, f"{run.leaves_at:%H:%M}", [one.seat_id for one in run.riders]) for run in made]

    assert runs(RunKind.ARRIVAL, 16) == [("SGN", "06:45", [6]), ("HAN", "07:45", [1, 2, 3, 4]), ("HAN", "07:46", [5])]
    assert runs(RunKind.ARRIVAL, 2) == [
        ("SGN", "06:45", [6]), ("HAN", "06:50", [1, 2]), ("HAN", "07:45", [3, 4]), ("HAN", "07:46", [5]),
    ]  # fmt: skip
    assert runs(RunKind.DEPARTURE, 16)[:2] == [("HAN", "03:00", [1, 2, 3, 4]), ("SGN", "03:00", [6])]
