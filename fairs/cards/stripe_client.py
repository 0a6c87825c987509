"""The only place that talks to Stripe. What comes back is put into plain facts; Stripe's errors become two of ours.

Stripe's library is loaded with the first call: half a second that most processes never need.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from fairs.cards.errors import CardsRefused, CardsUnavailable, UnknownThere
from fairs.config import Config
from fairs.core.money import Money

T = TypeVar("T")
TIMEOUT = (5.0, 20.0)  # seconds to connect, seconds to answer
LONGEST = 100  # characters of an id or a kind
TOLERANCE = 300  # seconds by which a signature may be old
# Stripe counts both as we do: dong whole, dollars in cents.
CURRENCIES = ("VND", "USD")


@dataclass(frozen=True, slots=True)
class SessionOrder:
    """What a page for card data is to ask for. ``token`` names the payment; asked twice with it there is one page."""

    token: str
    amount: Money
    text: str
    return_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A page for card data. ``status``: open, complete or expired; complete may still be unpaid (a slow method)."""

    id: str
    token: str
    url: str
    status: str
    is_paid: bool
    amount: Money
    intent_id: str | None


@dataclass(frozen=True, slots=True)
class IntentFacts:
    """A payment at Stripe. ``failure`` is the code of the last card's refusal."""

    id: str
    token: str
    status: str
    received: Money
    failure: str


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """A refund at Stripe: pending, requires_action, succeeded, failed or canceled. ``key`` is our refund's."""

    id: str
    key: str
    intent_id: str | None
    status: str
    amount: Money
    failure: str


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """Somebody's bank asks a payment back."""

    id: str
    intent_id: str | None
    amount: Money
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """A signed message: its own id, of which kind, about which object, when."""

    event_id: str
    kind: str
    object_id: str
    sent_at: datetime


class BadSignature(Exception):
    """A message that is not Stripe's, or too old; the text is a word for logs and counts."""


def read_message(body: bytes, signature: str, config: Config) -> Told:
    """Check a message's signature over its raw body and read what it is about. Raises BadSignature.

    Several secrets, newest first, are taken while one is being changed.
    """
    import stripe

    secrets = [part.strip() for part in config.stripe_webhook_secret.split(",") if part.strip()]
    if not secrets:
        raise BadSignature("not_set_up")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadSignature("malformed") from None
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(text, signature, secret)
        except (stripe.SignatureVerificationError, ValueError):
            continue
        try:  # known as Stripe's; now only its age counts
            stripe.WebhookSignature.verify_header(text, signature, secret, TOLERANCE)
        except stripe.SignatureVerificationError:
            raise BadSignature("stale") from None
        return _told(text)
    raise BadSignature("forged")


def _told(text: str) -> Told:
    try:
        read = json.loads(text)
        told = Told(
            read["id"], read["type"], read["data"]["object"]["id"], datetime.fromtimestamp(read["created"], UTC)
        )
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        raise BadSignature("malformed") from None
    parts: tuple[object, ...] = (told.event_id, told.kind, told.object_id)
    for part in parts:
        if not isinstance(part, str) or not 0 < len(part) <= LONGEST or not part.isprintable():
            raise BadSignature("malformed")
    return told


class StripeGateway:
    """Stripe, as far as we use it. Every method may raise CardsUnavailable or CardsRefused (UnknownThere)."""

    def __init__(self, config: Config) -> None:
        import stripe

        addresses: Any = {"api": config.stripe_api_base.rstrip("/")} if config.stripe_api_base else None
        self._errors = stripe
        self._client = stripe.StripeClient(
            config.stripe_secret_key, base_addresses=addresses, max_network_retries=0,  # our jobs try again, with the same keys
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
        )  # fmt: skip

    def create_session(self, order: SessionOrder) -> SessionFacts:
        """The page for card data of this order; the same one however often it is asked for."""
        params: Any = {
            "mode": "payment",
            "line_items": [{
                "quantity": 1,
                "price_data": {
                    "currency": order.amount.currency.lower(), "unit_amount": order.amount.amount_minor,
                    "product_data": {"name": order.text},
                },
            }],
            "client_reference_id": order.token,
            "metadata": {"fairs_payment": order.token},
            "payment_intent_data": {"metadata": {"fairs_payment": order.token}, "description": order.text},
            "success_url": order.return_url, "cancel_url": f"{order.return_url}?back=1",
            "expires_at": int(order.expires_at.timestamp()),
        }  # fmt: skip
        options: Any = {"idempotency_key": f"fairs-session-{order.token}"}
        return _session(self._ask(lambda: self._client.v1.checkout.sessions.create(params, options)))

    def session(self, session_id: str) -> SessionFacts:
        """A page as it is now."""
        return _session(self._ask(lambda: self._client.v1.checkout.sessions.retrieve(session_id)))

    def expire_session(self, session_id: str) -> SessionFacts:
        """End a page; refused when it is not open any more."""
        return _session(self._ask(lambda: self._client.v1.checkout.sessions.expire(session_id)))

    def intent(self, intent_id: str) -> IntentFacts:
        """A payment as it is now."""
        return _intent(self._ask(lambda: self._client.v1.payment_intents.retrieve(intent_id)))

    def cancel_intent(self, intent_id: str) -> IntentFacts:
        """End a payment; refused when the money has come."""
        return _intent(self._ask(lambda: self._client.v1.payment_intents.cancel(intent_id)))

    def create_refund(self, intent_id: str, amount: Money, key: str) -> RefundFacts:
        """Give money of a payment back; the same refund however often it is asked for with this key."""
        params: Any = {
            "payment_intent": intent_id, "amount": amount.amount_minor, "metadata": {"fairs_refund": key},
        }  # fmt: skip
        options: Any = {"idempotency_key": f"fairs-refund-{key}"}
        return _refund(self._ask(lambda: self._client.v1.refunds.create(params, options)))

    def refund(self, refund_id: str) -> RefundFacts:
        """A refund as it is now."""
        return _refund(self._ask(lambda: self._client.v1.refunds.retrieve(refund_id)))

    def refunds_of(self, intent_id: str) -> Sequence[RefundFacts]:
        """All refunds of a payment."""
        params: Any = {"payment_intent": intent_id, "limit": 100}
        return [_refund(row) for row in self._ask(lambda: self._client.v1.refunds.list(params)).data]

    def charge_intent(self, charge_id: str) -> str | None:
        """The payment that a charge belongs to."""
        return _id(self._ask(lambda: self._client.v1.charges.retrieve(charge_id)).payment_intent)

    def dispute(self, dispute_id: str) -> DisputeFacts:
        """A dispute as it is now."""
        row = self._ask(lambda: self._client.v1.disputes.retrieve(dispute_id))
        return DisputeFacts(row.id, _id(row.payment_intent), _money(row.amount, row.currency), str(row.reason)[:80])

    def _ask(self, call: Callable[[], T]) -> T:
        errors = self._errors
        try:
            return call()
        except errors.InvalidRequestError as error:
            if error.http_status == 404:
                raise UnknownThere(error.code or "not_found") from error
            raise CardsRefused(error.code or "invalid_request") from error
        except errors.CardError as error:
            raise CardsRefused(error.code or "card_error") from error
        except errors.StripeError as error:  # unreachable, too many requests, an error there, a wrong key of ours
            raise CardsUnavailable(type(error).__name__) from error


def _money(amount: int | None, currency: str | None) -> Money:
    return Money(int(amount or 0), str(currency).upper())


def _id(value: Any) -> str | None:
    # An id, or the whole thing where Stripe was asked for it.
    return value if value is None or isinstance(value, str) else str(value.id)


def _from(metadata: Any, name: str) -> str:
    return str(metadata.to_dict().get(name) or "") if metadata else ""


def _session(row: Any) -> SessionFacts:
    return SessionFacts(
        row.id, _from(row.metadata, "fairs_payment"), row.url or "", row.status, row.payment_status == "paid",
        _money(row.amount_total, row.currency), _id(row.payment_intent),
    )  # fmt: skip


def _intent(row: Any) -> IntentFacts:
    failure = row.last_payment_error.code if row.last_payment_error else ""
    return IntentFacts(
        row.id,
        _from(row.metadata, "fairs_payment"),
        row.status,
        _money(row.amount_received, row.currency),
        failure or "",
    )


def _refund(row: Any) -> RefundFacts:
    failure = getattr(row, "failure_reason", None) or ""
    return RefundFacts(
        row.id, _from(row.metadata, "fairs_refund"), _id(row.payment_intent), str(row.status), _money(row.amount, row.currency), failure
    )  # fmt: skip
