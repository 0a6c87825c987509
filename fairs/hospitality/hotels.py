"""In which hotel guests stay: lodging, which lies above, says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

_provider: list[Callable[[Sequence[int]], Mapping[int, str]]] = []


def register_hotels(provider: Callable[[Sequence[int]], Mapping[int, str]]) -> None:
    """Let ``provider(importer_ids)`` name the hotels of guests, by the key of their registration, in one statement."""
    _provider[:] = [provider]


def hotels_of(importer_ids: Sequence[int]) -> Mapping[int, str]:
    """The hotels of these guests by the key of their registration; who has none is missing."""
    return _provider[0](importer_ids) if _provider and importer_ids else {}
