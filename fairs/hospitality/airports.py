"""Airports by their IATA code: city, country, time zone. The table is an extract of the package airportsdata (MIT)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

TABLE = Path(__file__).parent / "data" / "airports.csv"


@dataclass(frozen=True, slots=True)
class Airport:
    """An airport; ``country`` is its ISO 3166 code, ``time_zone`` an IANA name."""

    code: str
    city: str
    country: str
    time_zone: str

    def moment(self, local: datetime) -> datetime:
        """The moment of a time as it stands on a ticket (naive, local); raises ValueError for an hour that the clock skips.

        Of an hour that comes twice, when summer time ends, the first is meant.
        """
        # As UTC: Python subtracts two times of one zone without looking at its changes of the clock.
        moment = local.replace(tzinfo=ZoneInfo(self.time_zone)).astimezone(UTC)
        if self.local(moment).replace(tzinfo=None) != local:
            raise ValueError(local)
        return moment

    def local(self, moment: datetime) -> datetime:
        """A moment by the airport's clock."""
        return moment.astimezone(ZoneInfo(self.time_zone))


@lru_cache(maxsize=1)
def airports() -> dict[str, Airport]:
    """All airports by code; read once."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Airport(row["code"], row["city"] or row["code"], row["country"], row["time_zone"])
            for row in csv.DictReader(file)
        }


def airport(code: str) -> Airport | None:
    """The airport with this code, in whatever case."""
    return airports().get(code.strip().upper())


def local_time(moment: datetime, code: str) -> datetime:
    """A moment by the clock of the airport ``code``; by UTC where the code is unknown."""
    found = airport(code)
    return found.local(moment) if found is not None else moment


@lru_cache(maxsize=16)
def countries_in(time_zone: str) -> frozenset[str]:
    """The countries whose airports keep this time: for ``Asia/Ho_Chi_Minh`` that is Viet Nam alone."""
    return frozenset(one.country for one in airports().values() if one.time_zone == time_zone)
