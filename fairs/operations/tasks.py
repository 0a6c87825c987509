"""The worker's sign of life: a moment kept in the queue's own storage, so that it also proves that both share the queue."""

from __future__ import annotations

from datetime import datetime

from fairs.core.clock import now
from fairs.jobs.queue import huey, periodic

HEARTBEAT = "fairs.heartbeat"


@periodic(minute="*/1")
def beat() -> None:
    """Say that the worker runs."""
    huey.put(HEARTBEAT, now().isoformat())


@huey.on_startup()
def first_beat() -> None:
    """The worker has started."""
    huey.put(HEARTBEAT, now().isoformat())


def last_beat() -> datetime | None:
    """When the worker last said so; None when it never has."""
    kept = huey.get(HEARTBEAT, peek=True)
    return datetime.fromisoformat(kept) if kept else None
