"""A line of an itinerary as airlines and travel agencies write it: ``VN 310 12JAN NRT HAN 1000 1405``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import lazy_gettext as _l

from fairs.core.errors import InvalidInput
from fairs.hospitality.airports import Airport, airport

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
SHORTEST, LONGEST = timedelta(minutes=20), timedelta(hours=20)

_DAY = rf"(?P<{{0}}day>\d{{{{1,2}}}})(?P<{{0}}month>{'|'.join(MONTHS)})(?P<{{0}}year>\d{{{{4}}}}|\d{{{{2}}}})?"
# The number of the line, the booking class, the weekday and the state of the seat (HK1) may stand in between.
_LINE = re.compile(
    r"^(?:\d{1,2}[ .])?\s*(?P<number>(?:[A-Z][A-Z0-9]|[0-9][A-Z])\s?\d{1,4})(?:\s?[A-Z])?\s+"
    + _DAY.format("")
    + r"\s+(?:(?:[1-7]|MON|TUE|WED|THU|FRI|SAT|SUN)\s+)?(?P<start>[A-Z]{3})[\s/-]*(?P<end>[A-Z]{3})\s+(?:[A-Z]{2}\d{1,2}\s+)?"
    r"(?P<out>\d{1,2}:?\d{2})\s+(?P<in>\d{1,2}:?\d{2})(?:\s*\+(?P<plus>\d)|\s+" + _DAY.format("to_") + r")?(?:\s.*)?$"
)


@dataclass(frozen=True, slots=True)
class Leg:
    """What such a line says; the times are naive, by the clock of each airport."""

    number: str
    from_airport: str
    to_airport: str
    departs: datetime
    arrives: datetime


def read_line(text: str, near: date) -> Leg:
    """Read one line; a day without a year is the one nearest to ``near``. Raises InvalidInput for ``itinerary``."""
    found = _LINE.match(" ".join(text.upper().split()))
    if found is None:
        raise _unreadable()
    start, end = airport(found["start"]), airport(found["end"])
    if start is None or end is None:
        code = found["start"] if start is None else found["end"]
        raise InvalidInput(_l("We know no airport %(code)s.", code=code), field="itinerary")
    day = _day(found["day"], found["month"], found["year"], near)
    departs = datetime.combine(day, _time(found["out"]))
    if found["to_day"]:
        arrives = datetime.combine(_day(found["to_day"], found["to_month"], found["to_year"], near), _time(found["in"]))
    elif found["plus"]:
        arrives = datetime.combine(day + timedelta(days=int(found["plus"])), _time(found["in"]))
    else:
        arrives = _likely(start, end, departs, _time(found["in"]))
    return Leg(found["number"].replace(" ", ""), start.code, end.code, departs, arrives)


def _unreadable() -> InvalidInput:
    return InvalidInput(
        _l("This line cannot be read. It should look like this: VN 310 12JAN NRT HAN 1000 1405"), field="itinerary"
    )


def _day(day: str, month: str, year: str | None, near: date) -> date:
    number = MONTHS.index(month) + 1
    years = [int(year) + (2000 if len(year) == 2 else 0)] if year else [near.year - 1, near.year, near.year + 1]
    days = []
    for one in years:
        try:
            days.append(date(one, number, int(day)))
        except ValueError:
            continue
    if not days:
        raise _unreadable()
    return min(days, key=lambda one: abs(one - near))


def _time(text: str) -> time:
    digits = text.replace(":", "").zfill(4)
    if int(digits[:2]) > 23 or int(digits[2:]) > 59:
        raise _unreadable()
    return time(int(digits[:2]), int(digits[2:]))


def _likely(start: Airport, end: Airport, departs: datetime, arrival: time) -> datetime:
    """The day on which one lands at that hour after a flight of a possible length: across the date line even a day earlier."""
    first = datetime.combine(departs.date(), arrival)
    for days in (0, 1, -1, 2):
        candidate = first + timedelta(days=days)
        try:
            took = end.moment(candidate) - start.moment(departs)
        except ValueError:
            continue
        if SHORTEST <= took <= LONGEST:
            return candidate
    return first
