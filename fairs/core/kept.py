"""What hot paths read again and again: kept in this process for a moment.

A gate sends hundreds of scans in a minute; whose token that is, which roles they hold and which gates there are is the same
each time. A commit of this process that touches the tables forgets it at once, another process within ``FAIRS_HOT_SECONDS``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

from flask import Flask, current_app

from fairs.config import Config
from fairs.core import changes

V = TypeVar("V")
_MOST = 1000


class Kept(Generic[V]):
    """Values by key, made when asked for. Safe for threads. ``tables`` are those that the values are read from."""

    def __init__(self, *tables: str) -> None:
        self._tables = frozenset(tables)
        self._values: dict[tuple[int, Hashable], tuple[float, V]] = {}
        self._generation = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value of ``key``, made anew by ``make`` when it is not known or too old."""
        seconds: float = current_app.extensions["fairs_hot_seconds"]
        if seconds <= 0:
            return make()
        place = (id(current_app._get_current_object()), key)  # type: ignore[attr-defined]
        known = self._values.get(place)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        generation = self._generation
        value = make()
        with self._lock:
            if generation == self._generation:
                if len(self._values) >= _MOST:
                    self._values.clear()
                self._values[place] = (time.monotonic() + seconds, value)
        return value

    def forget(self, changed: set[str]) -> None:
        """Forget all values when one of the tables has changed."""
        if not self._tables.isdisjoint(changed):
            with self._lock:
                self._generation += 1
                self._values.clear()


def kept(*tables: str) -> Kept[Any]:
    """A new memory that forgets when one of ``tables`` changes."""
    made: Kept[Any] = Kept(*tables)
    changes.on_commit(made.forget)
    return made


def init_app(app: Flask, config: Config) -> None:
    """For how long this application keeps values."""
    app.extensions["fairs_hot_seconds"] = config.hot_seconds
