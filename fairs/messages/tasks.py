"""Delivery of the outbox: woken after each commit that wrote a notice, and each minute for what is left."""

from __future__ import annotations

from flask import current_app

from fairs.jobs.queue import periodic, task
from fairs.messages.service import deliver_due, register_waker


@task(retries=0)
def deliver_outbox() -> None:
    """Deliver what is due."""
    deliver_due(current_app.extensions["fairs_config"])


@periodic(minute="*/1")
def sweep_outbox() -> None:
    """Deliver what a lost wake-up left."""
    deliver_due(current_app.extensions["fairs_config"])


register_waker(deliver_outbox)
