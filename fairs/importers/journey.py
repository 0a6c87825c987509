"""What an importer's own page shows: cards in the order of the journey, parts below them, entries of the calendar.

Features above register theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from fairs.importers.models import Importer


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do on a card: a button that posts, or a link. ``url`` carries the page's token."""

    label: Any
    url: str
    post: bool = False
    icon: str = "arrow-right"


@dataclass(frozen=True, slots=True)
class Card:
    """One step of the journey: where it stands, what is next, who decides by when. Made in the reader's language.

    ``tone`` is done, now, waiting, problem or later: the guest sees what is "now" first; what is done or comes later is folded,
    unless ``is_open`` keeps it open. ``template`` with ``context`` adds more below the facts.
    """

    key: str
    title: Any
    icon: str
    tone: str
    state: Any
    text: Any = ""
    decider: str = ""
    due: date | None = None
    facts: Sequence[tuple[Any, Any]] = ()
    action: Action | None = None
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    is_open: bool = False

    @property
    def is_folded(self) -> bool:
        """Whether only its head is shown at first."""
        return self.tone in {"done", "later"} and not self.is_open


Provider = Callable[[Importer, str], Card | None]
_providers: dict[str, tuple[int, Provider]] = {}


def register_card(key: str, order: int, provider: Provider) -> None:
    """Let ``provider(importer, token)`` give a card of the page, or None when it has nothing to say.

    Orders: invitation 10, approval 20, support 30, letter 40, flights 50, hotel 60, transfer 70, badge 80, programme 90, claim 100.
    """
    _providers[key] = (order, provider)


def cards_of(importer: Importer, token: str) -> list[Card]:
    """The cards of an importer's page, in the order of the journey."""
    ordered = sorted(_providers.values(), key=lambda pair: pair[0])
    found = (provider(importer, token) for _order, provider in ordered)
    return [card for card in found if card is not None]


@dataclass(frozen=True, slots=True)
class Part:
    """Something below the journey, as what is known of the guest: a template that gets ``context``."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)


PartProvider = Callable[[Importer, str], Part | None]
_parts: dict[str, tuple[int, PartProvider]] = {}


def register_part(key: str, order: int, provider: PartProvider) -> None:
    """Let ``provider(importer, token)`` give a part below the journey. Orders: contacts 10, what you told us 20, personal data 30."""
    _parts[key] = (order, provider)


def parts_of(importer: Importer, token: str) -> list[Part]:
    """The parts below an importer's journey, in order."""
    ordered = sorted(_parts.values(), key=lambda pair: pair[0])
    found = (provider(importer, token) for _order, provider in ordered)
    return [part for part in found if part is not None]


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One entry of a guest's calendar, its texts in the reader's language.

    ``uid`` stays the same for ever; ``changed_at`` is when it last changed. ``starts`` and ``ends`` are aware moments, or days
    for what lasts whole days (``ends`` is then the day after the last).
    """

    uid: str
    starts: datetime | date
    ends: datetime | date
    title: str
    place: str = ""
    text: str = ""
    changed_at: datetime | None = None
    is_called_off: bool = False


EventSource = Callable[[Importer], Iterable[CalendarEntry]]
_event_sources: dict[str, EventSource] = {}


def register_event_source(key: str, source: EventSource) -> None:
    """Let ``source(importer)`` give entries of the importer's calendar."""
    _event_sources[key] = source


def calendar_of(importer: Importer) -> list[CalendarEntry]:
    """All entries of an importer's calendar, in order of time."""
    entries = [entry for source in _event_sources.values() for entry in source(importer)]
    return sorted(entries, key=lambda entry: (_day(entry.starts), str(entry.starts), entry.uid))


def _day(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
