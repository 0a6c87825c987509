"""The worker's part: passports go thirty days after the last fair of their owners, unless a claim still needs them."""

from __future__ import annotations

from fairs.jobs.queue import periodic
from fairs.letters.removal import let_go


@periodic(hour="3", minute="45")
def let_passports_go() -> None:
    """Name the day of removal, before the nightly removal looks for it."""
    let_go()
