"""The work with the card company: woken after each commit that made some, and each minute for what is left."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import current_app

from fairs.cards.due import register_waker
from fairs.cards.inbox import process_event
from fairs.cards.models import CardAttempt, CardRefund, WebhookEvent
from fairs.cards.payback import pay_back
from fairs.cards.queries import due
from fairs.cards.service import check_attempt
from fairs.cards.stripe_client import StripeGateway
from fairs.config import Config
from fairs.core.clock import now
from fairs.jobs.queue import periodic, task

log = logging.getLogger(__name__)


def work(config: Config) -> None:
    """Do all that is due; one failure does not keep the rest from being done. Without keys nothing is done, nor lost."""
    if not config.takes_cards:
        return
    moment = now()
    found: list[tuple[int, Callable[[StripeGateway, int], None]]] = [
        *((key, process_event) for key in due(WebhookEvent, WebhookEvent.next_try_at, moment)),
        *((key, lambda gateway, key: check_attempt(gateway, config, key)) for key in due(CardAttempt, CardAttempt.next_check_at, moment)),
        *((key, pay_back) for key in due(CardRefund, CardRefund.next_try_at, moment)),
    ]  # fmt: skip
    if not found:
        return
    gateway = StripeGateway(config)
    for key, act in found:
        try:
            act(gateway, key)
        except Exception:
            log.exception("work with the card company failed; it is tried again")


@task(retries=0)
def do_card_work() -> None:
    """Do what is due."""
    work(current_app.extensions["fairs_config"])


@periodic(minute="*/1")
def sweep_card_work() -> None:
    """Do what a lost wake-up left."""
    work(current_app.extensions["fairs_config"])


register_waker(do_card_work)
