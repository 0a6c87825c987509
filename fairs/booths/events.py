"""What bookings tell."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoothsFreed:
    """Booths of a fair have become free: who waits for one may get it."""

    fair_id: int
