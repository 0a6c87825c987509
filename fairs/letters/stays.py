"""When and where a guest stays, as far as it is known: from hotel and flights of the features above, else from what they said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fairs.calendar.models import Fair
from fairs.hosting.models import Hosting
from fairs.importers.models import Importer


@dataclass(frozen=True, slots=True)
class Known:
    """What a feature above knows of a guest's stay: hotel, flights. ``gate`` is the airport of arrival (IATA)."""

    arrives_on: date | None = None
    leaves_on: date | None = None
    address_vi: str = ""
    address_en: str = ""
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """The days and the address that a letter says. ``first`` and ``last`` are days at the fair's place, both included."""

    first: date
    last: date
    address_vi: str = ""
    address_en: str = ""
    gate: str = ""


Source = Callable[[Sequence[int]], Mapping[int, Known]]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Let a feature above say what it knows, by the importer's key; in a constant number of statements."""
    if source not in _sources:
        _sources.append(source)


def stays_of(fair: Fair, importers: Sequence[Importer], hostings: Mapping[int, Hosting]) -> dict[int, Stay]:
    """The stay of each importer, by key. What is not known yet: the days they named, the paid nights, the days of the fair."""
    keys = [one.id for one in importers]
    known = [source(keys) for source in _sources]
    return {one.id: _stay(fair, one, hostings.get(one.id), [found[one.id] for found in known if one.id in found])
            for one in importers}  # fmt: skip


def _stay(fair: Fair, importer: Importer, hosting: Hosting | None, known: Sequence[Known]) -> Stay:
    paid = hosting if hosting is not None and hosting.is_granted else None
    first = _first([one.arrives_on for one in known] + [importer.stays_from, paid.funded_from if paid else None])
    last = _first([one.leaves_on for one in known] + [importer.stays_to, paid.funded_to if paid else None])
    first, last = first or fair.starts_on, last or fair.ends_on
    return Stay(
        first, max(first, last), next((one.address_vi for one in known if one.address_vi), ""),
        next((one.address_en for one in known if one.address_en), ""), next((one.gate for one in known if one.gate), ""),
    )  # fmt: skip


def _first(days: Sequence[date | None]) -> date | None:
    return next((day for day in days if day is not None), None)
