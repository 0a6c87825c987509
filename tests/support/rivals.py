"""Several clients at the same moment, each with a thread and a connection of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from fairs.core.errors import DomainError


def at_once(app: Flask, acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """What becomes of these acts, begun at the same moment: how often "done", and each code of a refusal."""
    together = Barrier(len(acts))

    def client(act: Callable[[], object]) -> str:
        together.wait(30)  # before a connection is taken
        with app.app_context():
            try:
                act()
            except DomainError as error:
                return error.code
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(client, acts))
