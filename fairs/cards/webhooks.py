"""Where the card company's messages arrive: checked, stored, answered. Who may speak is known by the signature alone."""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, current_app, request
from flask.blueprints import BlueprintSetupState
from prometheus_client import Counter
from werkzeug.exceptions import HTTPException

from fairs.cards.inbox import store_event
from fairs.cards.stripe_client import BadSignature, read_message
from fairs.config import Config
from fairs.core.limits import limiter
from fairs.core.web import public

log = logging.getLogger(__name__)

hooks = Blueprint("card_webhooks", __name__)
PATH = "/webhooks/stripe"
LARGEST = 256 * 1024  # bytes; the largest messages are about 30 kB
# Many messages come at once after an interruption, all from a few addresses.
LIMIT = "1200 per minute"

REFUSED = Counter("fairs_webhooks_refused", "Messages that were not taken, by reason.", ["reason"], registry=None)


def _refuse(reason: str) -> Any:
    REFUSED.labels(reason).inc()
    log.warning("webhook refused: %s", reason, extra={"fields": {"provider": "stripe", "reason": reason}})
    return {"code": reason}, 400


def _only_small_ones() -> Any:
    # Before anything else looks at the request: libraries read a body of JSON in search of a user.
    if request.path != PATH:
        return None
    if (request.content_length or 0) > LARGEST:
        return _refuse("too_large")
    request.max_content_length = LARGEST  # for one that does not say how long it is
    try:
        request.get_data()
    except HTTPException:
        return _refuse("too_large")
    return None


@hooks.record_once
def _watch(state: BlueprintSetupState) -> None:
    state.app.before_request_funcs.setdefault(None, []).insert(0, _only_small_ones)


@hooks.post(PATH)
@public
@limiter.limit(LIMIT)
def stripe_message() -> Any:
    """Store a signed message and answer; what it brings about happens later. 400 for whatever is not one, without a change."""
    config: Config = current_app.extensions["fairs_config"]
    try:
        told = read_message(request.get_data(), request.headers.get("Stripe-Signature", ""), config)
    except BadSignature as problem:
        return _refuse(str(problem))
    return {"received": True, "known": not store_event(told)}
