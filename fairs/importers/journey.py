"""The cards of an importer's own page, in the order of the journey. Features above register theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
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

    ``tone`` is done, now, waiting, problem or later. ``template`` with ``context`` adds more below the facts.
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
