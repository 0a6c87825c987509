"""Jobs that tidy up behind the core."""

from __future__ import annotations

from fairs.core.db import transaction
from fairs.core.rest import forget_answers
from fairs.jobs.queue import periodic


@periodic(hour="3", minute="20")
def forget_old_answers() -> None:
    """Answers kept for Idempotency-Key are removed after two days."""
    with transaction():
        forget_answers()
