"""The card company on this machine: localstripe, run as it is, and beside it the parts of Stripe that it lacks.

``python -m tests.support.card_company PORT LOCALSTRIPE_PORT`` answers Stripe's addresses. Checkout Sessions with their page for
card data, idempotency keys, limits and outcomes of refunds, disputes and the redelivery of messages are done here; payments,
cards, strong authentication, charges and refunds are localstripe's. Below ``/_test/`` it does what a test asks for.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs, urlencode

SECRET = "whsec_local"
KEY = "sk_test_local"
Answer = tuple[int, Any]


class Refused(Exception):
    """An answer of Stripe that is an error."""

    def __init__(self, status: int, code: str, kind: str = "invalid_request_error") -> None:
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": code}}


@dataclass
class State:
    """What this process knows; everything else is localstripe's."""

    behind: str
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    disputes: dict[str, dict[str, Any]] = field(default_factory=dict)
    refund_status: dict[str, tuple[str, str]] = field(default_factory=dict)
    keys: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    key_locks: dict[str, threading.Lock] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    deliver_to: str = ""
    is_down: bool = False
    next_refund: str = "succeeded"
    lock: threading.RLock = field(default_factory=threading.RLock)

    def ask(self, method: str, path: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask localstripe; raises Refused with its answer."""
        body = urlencode(values or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.behind + path, body, {"Authorization": f"Bearer {KEY}"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return dict(json.loads(answer.read()))
        except urllib.error.HTTPError as error:
            told = json.loads(error.read() or b"{}").get("error", {})
            kind = "card_error" if error.code == 402 else told.get("type", "api_error")
            raise Refused(error.code, told.get("code") or told.get("message", ""), kind) from None

    def tell(self, kind: str, thing: dict[str, Any]) -> None:
        """Sign a message about a thing, keep it, and deliver it until it is taken."""
        event = {
            "id": f"evt_{token_hex(8)}",
            "object": "event",
            "type": kind,
            "created": int(time.time()),
            "data": {"object": thing},
        }
        self.keep(json.dumps(event).encode(), sign(json.dumps(event).encode()))

    def keep(self, body: bytes, signature: str) -> None:
        """Keep a signed message, and deliver it if there is somebody to deliver to."""
        event = {"body": body.decode(), "signature": signature, "kind": json.loads(body)["type"]}
        with self.lock:
            self.events.append(event)
        if self.deliver_to:
            threading.Thread(target=self._deliver, args=(event,), daemon=True).start()

    def _deliver(self, event: dict[str, Any]) -> None:
        # Stripe goes on for three days, and signs each delivery anew.
        body = event["body"].encode()
        for _attempt in range(200):
            headers = {"Content-Type": "application/json", "Stripe-Signature": sign(body)}
            try:
                with urllib.request.urlopen(urllib.request.Request(self.deliver_to, body, headers), timeout=10):
                    return
            except OSError:
                time.sleep(0.5)


def sign(body: bytes, *, secret: str = SECRET, at: float | None = None) -> str:
    """The header by which a message is known as the card company's."""
    moment = int(time.time() if at is None else at)
    mark = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={mark}"


def _tree(query: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, values in parse_qs(query, keep_blank_values=True).items():
        *path, last = name.replace("]", "").split("[")
        place = found
        for part in path:
            place = place.setdefault(part, {})
        place[last] = values[-1]
    return found


class Company:
    """What the addresses of Stripe do."""

    def __init__(self, state: State, address: str) -> None:
        self.state = state
        self.address = address

    def call(self, method: str, path: str, values: dict[str, Any], key: str, raw: str) -> Answer:
        """One call of the API, once per idempotency key."""
        self.state.calls.append(f"{method} {path}")
        if self.state.is_down:
            return 503, {"error": {"type": "api_error", "message": "down"}}
        if not key:
            return self._do(method, path, values)
        with self.state.lock:
            lock = self.state.key_locks.setdefault(key, threading.Lock())
        with lock:
            known = self.state.keys.get(key)
            if known is not None and known[0] != path + raw:
                return 400, {"error": {"type": "idempotency_error", "message": "other parameters"}}
            answer = known[1] if known is not None else self._do(method, path, values)
            if answer[0] < 500:
                self.state.keys[key] = (path + raw, answer)
            return answer

    def _do(self, method: str, path: str, values: dict[str, Any]) -> Answer:
        try:
            parts = path.strip("/").split("/")[1:]
            if parts[:2] == ["checkout", "sessions"]:
                return 200, self._session(parts[2:], values)
            if parts[0] == "disputes":
                return 200, self._found(self.state.disputes, parts[1])
            if parts == ["refunds"] and method == "POST":
                return 200, self._new_refund(values)
            return 200, self._passed_on(method, path, parts, values)
        except Refused as refused:
            return refused.status, refused.body

    def _found(self, things: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
        if name not in things:
            raise Refused(404, "resource_missing")
        return things[name]

    def _session(self, rest: list[str], values: dict[str, Any]) -> dict[str, Any]:
        if not rest:
            return self._new_session(values)
        session = self._found(self.state.sessions, rest[0])
        if session["status"] == "open" and session["expires_at"] <= time.time():
            self.end(session)
        if rest[1:] == ["expire"]:
            if session["status"] != "open":
                raise Refused(400, "checkout_session_not_open")
            self.end(session)
        return session

    def _new_session(self, values: dict[str, Any]) -> dict[str, Any]:
        price = values["line_items"]["0"]["price_data"]
        amount, currency, expires = int(price["unit_amount"]), price["currency"], int(values["expires_at"])
        # As Stripe: half a dollar at least, eight digits at most, half an hour to a day.
        if amount < (50 if currency == "usd" else 10_000):
            raise Refused(400, "amount_too_small")
        if amount > 99_999_999:
            raise Refused(400, "amount_too_large")
        if not 1700 <= expires - time.time() <= 86_400:
            raise Refused(400, "expires_at")
        name = f"cs_test_{token_hex(12)}"
        session = {
            "id": name, "object": "checkout.session", "status": "open", "payment_status": "unpaid", "amount_total": amount,
            "currency": currency, "client_reference_id": values["client_reference_id"], "metadata": values["metadata"],
            "payment_intent": None, "url": f"{self.address}/pay/{name}", "expires_at": expires, "livemode": False,
            "success_url": values["success_url"], "cancel_url": values["cancel_url"],
            "_intent": values["payment_intent_data"], "_text": price["product_data"]["name"],
        }  # fmt: skip
        self.state.sessions[name] = session
        return session

    def end(self, session: dict[str, Any]) -> None:
        """Nobody can pay there any more."""
        session.update(status="expired", url=None)
        self.state.tell("checkout.session.expired", session)

    def _new_refund(self, values: dict[str, Any]) -> dict[str, Any]:
        intent = self.state.ask("GET", f"/v1/payment_intents/{values['payment_intent']}")
        if intent["status"] != "succeeded":
            raise Refused(400, "charge_not_captured")
        done = [one for one in self._refunds(intent["id"]) if one["status"] not in {"failed", "canceled"}]
        if sum(one["amount"] for one in done) + int(values["amount"]) > intent["amount"]:
            raise Refused(400, "charge_already_refunded")
        flat = {name: value for name, value in values.items() if name != "metadata"}
        flat |= {f"metadata[{name}]": value for name, value in values.get("metadata", {}).items()}
        made = self.state.ask("POST", "/v1/refunds", flat)
        self.state.refund_status[made["id"]] = (self.state.next_refund, "lost_or_stolen_card")
        if self.state.next_refund == "succeeded":
            self.state.tell("charge.refunded", {"id": made["charge"], "object": "charge"})
        return self._refund(made)

    def _refunds(self, intent_id: str) -> list[dict[str, Any]]:
        return [self._refund(one) for one in self.state.ask("GET", f"/v1/refunds?payment_intent={intent_id}")["data"]]

    def _refund(self, made: dict[str, Any]) -> dict[str, Any]:
        status, reason = self.state.refund_status.get(made["id"], (made["status"], ""))
        charge = self.state.ask("GET", f"/v1/charges/{made['charge']}")
        failed = {"failure_reason": reason} if status == "failed" else {}
        return {**made, "status": status, "payment_intent": charge["payment_intent"], **failed}

    def _passed_on(self, method: str, path: str, parts: list[str], values: dict[str, Any]) -> dict[str, Any]:
        if parts == ["refunds"]:
            return {"object": "list", "data": self._refunds(values["payment_intent"]), "has_more": False, "url": path}
        made = self.state.ask(method, path, values)
        if parts[0] == "payment_intents":
            made["amount_received"] = made["amount"] if made["status"] == "succeeded" else 0
            if parts[2:] == ["cancel"]:
                self.state.tell("payment_intent.canceled", made)
        return self._refund(made) if parts[0] == "refunds" else made


class Page:
    """The page for card data, in a browser."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.state = company.state

    def show(self, name: str, problem: str = "") -> tuple[int, str]:
        """The form, or that there is none any more."""
        session = self.state.sessions.get(name)
        if session is None or session["status"] != "open":
            return 410, _html("<p>This page is closed.</p>")
        amount = f"{session['amount_total']} {session['currency'].upper()}"
        return 200, _html(
            f"<h1>{escape(session['_text'])}</h1><p>{amount}</p><p role=alert>{escape(problem)}</p><form method=post><label>Card number "
            f"<input name=number value=4242424242424242></label> <button>Pay</button></form>"
            f"<p><a href='{escape(session['cancel_url'])}'>Back</a></p>"
        )

    def pay(self, name: str, values: dict[str, Any]) -> tuple[int, str]:
        """Pay with a card; strong authentication asks once more. Gives where to go next, or the page again."""
        session = self.state.sessions[name]
        if session["status"] != "open":
            return 410, _html("<p>This page is closed.</p>")
        try:
            if "success" in values:
                intent = self._authenticate(session, values["success"])
            else:
                intent = self._new_intent(session, values["number"])
        except Refused as refused:
            return self.show(name, str(refused.body["error"]["code"]))
        if intent["status"] == "requires_action":
            buttons = "".join(
                f"<button name=success value={value}>{text}</button>"
                for value, text in (("true", "Complete"), ("false", "Fail"))
            )
            return 200, _html(f"<form method=post>{buttons}</form>")
        if intent["status"] != "succeeded":
            self.state.tell("payment_intent.payment_failed", intent)
            return self.show(name, "authentication failed")
        session.update(status="complete", payment_status="paid", url=None)
        self.state.tell("checkout.session.completed", session)
        return 303, session["success_url"]

    def _new_intent(self, session: dict[str, Any], number: str) -> dict[str, Any]:
        card = {
            "type": "card",
            "card[number]": number,
            "card[exp_month]": 12,
            "card[exp_year]": 2030,
            "card[cvc]": "123",
        }
        method = self.state.ask("POST", "/v1/payment_methods", card)
        named = {f"metadata[{name}]": value for name, value in session["_intent"]["metadata"].items()}
        order = {
            "amount": session["amount_total"],
            "currency": session["currency"],
            "payment_method": method["id"],
            **named,
        }
        intent = self.state.ask("POST", "/v1/payment_intents", order)
        session["payment_intent"] = intent["id"]
        return self.state.ask("POST", f"/v1/payment_intents/{intent['id']}/confirm")

    def _authenticate(self, session: dict[str, Any], success: str) -> dict[str, Any]:
        intent = self.state.ask("GET", f"/v1/payment_intents/{session['payment_intent']}")
        values = {"success": success, "client_secret": intent["client_secret"]}
        return self.state.ask("POST", f"/v1/payment_intents/{intent['id']}/_authenticate", values)


def _html(body: str) -> str:
    return f"<!doctype html><html lang=en><title>Card</title><meta charset=utf-8><main>{body}</main></html>"


def handler(company: Company) -> type[BaseHTTPRequestHandler]:
    """What answers on the port."""
    state, page = company.state, Page(company)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Nothing is written."""

        def _answer(self, status: int, body: Any, kind: str = "application/json") -> None:
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            if status == 303:
                self.send_header("Location", str(body))
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            self._any("GET")

        def do_POST(self) -> None:
            self._any("POST")

        def _any(self, method: str) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            path, _, query = self.path.partition("?")
            if path.startswith("/pay/"):
                name = path.removeprefix("/pay/")
                self._answer(
                    *(page.show(name) if method == "GET" else page.pay(name, _tree(raw))), "text/html; charset=utf-8"
                )
            elif path == "/_test/catch":
                state.keep(raw.encode(), self.headers["Stripe-Signature"])
                self._answer(200, {})
            elif path.startswith("/_test/"):
                self._answer(200, _tested(company, path.removeprefix("/_test/"), json.loads(raw or "{}")))
            elif not path.startswith("/v1/"):
                self._answer(404, {})
            else:
                values = _tree(raw if method == "POST" else query)
                full = self.path if method == "GET" and "refunds" not in path else path
                self._answer(*company.call(method, full, values, self.headers.get("Idempotency-Key", ""), raw))

    return Handler


def _tested(company: Company, name: str, values: dict[str, Any]) -> Any:
    state = company.state
    acts: dict[str, Callable[[], Any]] = {
        "events": lambda: state.events,
        "calls": lambda: state.calls,
        "sessions": lambda: list(state.sessions.values()),
        "set": lambda: [setattr(state, key, value) for key, value in values.items()],
        "tell": lambda: state.tell(values["kind"], values["thing"]),
        "dispute": lambda: state.disputes.update({values["id"]: values}),
        "refund_status": lambda: state.refund_status.update({values["id"]: (values["status"], "lost_or_stolen_card")}),
        "refund_outside": lambda: state.ask("POST", "/v1/refunds", values),
        "session": lambda: state.sessions[values["id"]].update(values),
        "end": lambda: company.end(state.sessions[values["id"]]),
    }
    return acts[name]()


def main(port: int, behind: int) -> None:
    """Answer on ``port``, with localstripe on ``behind``."""
    address = f"http://127.0.0.1:{port}"
    company = Company(State(f"http://localhost:{behind}"), address)
    server = ThreadingHTTPServer(("127.0.0.1", port), handler(company))
    hook = json.dumps({"url": f"{address}/_test/catch", "secret": SECRET}).encode()
    request = urllib.request.Request(
        f"http://localhost:{behind}/_config/webhooks/all", hook, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10):
        pass
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
