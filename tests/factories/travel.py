"""Guests who fly and are driven."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.hospitality.models import Flight, TransferRun
from fairs.hospitality.rules import FlightDraft
from fairs.hospitality.runs import RunDraft, save_run
from fairs.hospitality.service import save_flight
from fairs.hospitality.states import Direction, RunKind
from fairs.hosting.models import Hosting
from fairs.hosting.states import SupportTier
from tests.factories.guests import granted_guest
from tests.factories.importers import Reception


def landing(fair: Fair, hour: str = "14:05", *, day: date | None = None, number: str = "VN311") -> FlightDraft:
    """From Narita to Ha Noi, by default the day before the fair; ``hour`` is that of landing."""
    arrives = datetime.combine(day or fair.starts_on - timedelta(days=1), time.fromisoformat(hour))
    # Two hours between the clocks, six in the air.
    return FlightDraft(Direction.ARRIVAL, number, "NRT", "HAN", arrives - timedelta(hours=4), arrives)


def leaving(fair: Fair, hour: str = "23:30", *, day: date | None = None, number: str = "VN310") -> FlightDraft:
    """Back to Narita, by default on the evening of the last day."""
    departs = datetime.combine(day or fair.ends_on, time.fromisoformat(hour))
    return FlightDraft(Direction.DEPARTURE, number, "HAN", "NRT", departs, departs + timedelta(hours=7))


def flying(place: Reception, hour: str = "14:05", **changes: Any) -> tuple[Hosting, Flight]:
    """A guest with support who lands then."""
    hosting = granted_guest(place, tier=SupportTier.BOTH)
    return hosting, save_flight(hosting.importer, landing(place.fair, hour, **changes), by=SYSTEM)


def run(
    fair: Fair, hour: str = "15:00", *, kind: RunKind = RunKind.ARRIVAL, day: date | None = None, **changes: Any
) -> TransferRun:
    """A vehicle from (or to) the airport, by default the day before the fair."""
    leaves_at = fair.at(day or fair.starts_on - timedelta(days=1), time.fromisoformat(hour))
    values = {"capacity": 4, "airport": "HAN", "driver_name": "Nguyễn Văn Tài", "driver_phone": "0912345678", **changes}
    return save_run(fair, RunDraft(kind, leaves_at, **values), by=SYSTEM)
