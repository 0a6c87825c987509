"""Starts the card company on this machine and speaks to it as a payer, or as a test."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from fairs.config import ROOT
from fairs.core.db import db
from fairs.payments.models import Credit, Invoice, LedgerEntry
from scripts.progress import end_group
from tests.support.card_company import KEY, SECRET, sign
from tests.support.client import Client
from tests.support.mail import free_port

GOOD, REFUSED, STRONG = "4242424242424242", "4000000000000341", "4000002500003155"


@dataclass(frozen=True)
class CardCompany:
    """The running card company."""

    address: str

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an installation that takes cards there."""
        return {"stripe_secret_key": KEY, "stripe_webhook_secret": SECRET, "stripe_api_base": self.address}

    def test(self, what: str, **values: Any) -> Any:
        """Ask for something that only a test may."""
        return self._post(f"/_test/{what}", json.dumps(values).encode())

    def pay(self, url: str, **values: str) -> tuple[int, str]:
        """Fill in the page for card data; gives the status and where it led, or the page."""
        request = urllib.request.Request(url, urlencode(values).encode())
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers.get("Location") or error.read().decode()

    def get(self, path: str) -> Any:
        """Read something of the API."""
        request = urllib.request.Request(self.address + path, headers={"Authorization": f"Bearer {KEY}"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def sessions(self, token: str) -> list[dict[str, Any]]:
        """The pages for card data that were made for an attempt."""
        return [one for one in self.test("sessions") if one["client_reference_id"] == token]

    def events(self, object_id: str, kind: str = "", *, patience: float = 5) -> list[dict[str, Any]]:
        """The signed messages about a thing; waits until there is one."""
        until = time.monotonic() + patience
        while True:
            found = [
                one for one in self.test("events")
                if json.loads(one["body"])["data"]["object"]["id"] == object_id and one["kind"].startswith(kind)
            ]  # fmt: skip
            if found or time.monotonic() > until:
                return found
            time.sleep(0.05)

    def _post(self, path: str, body: bytes) -> Any:
        with urllib.request.urlopen(urllib.request.Request(self.address + path, body), timeout=20) as answer:
            return json.loads(answer.read())


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """The page that it leads to is ours."""


@contextmanager
def running_card_company() -> Iterator[CardCompany]:
    """localstripe and what it lacks, each a process of its own, on free ports."""
    behind, port = free_port(), free_port()
    children: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="fairs-cards-") as folder:
        try:
            for command in (
                ["-m", "localstripe", "--port", str(behind), "--from-scratch"],
                ["-m", "tests.support.card_company", str(port), str(behind)],
            ):
                place = folder if "localstripe" in command else str(ROOT)
                with open(f"{folder}/log", "ab") as out:
                    children.append(
                        subprocess.Popen(
                            [sys.executable, *command], cwd=place, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                            start_new_session=True,
                        )
                    )  # fmt: skip
                _wait(
                    f"http://localhost:{behind}/" if place == folder else f"http://localhost:{port}/_test/calls",
                    children,
                    f"{folder}/log",
                )
            yield CardCompany(f"http://127.0.0.1:{port}")
        finally:
            for child in children:
                end_group(child, patience=2)


def _wait(address: str, children: list[subprocess.Popen[bytes]], log: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and children[-1].poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.05)
        else:
            return
    with open(log, encoding="utf-8", errors="replace") as text:
        raise AssertionError(f"the card company does not answer:\n{text.read()[-2000:]}")


def deliver(client: Client, events: list[dict[str, Any]], *, expect_known: bool = False, fresh: bool = False) -> None:
    """Deliver signed messages as they were sent; ``fresh``: signed anew, as a redelivery is."""
    assert events
    for event in events:
        body = event["body"].encode()
        headers = {"Stripe-Signature": sign(body) if fresh else event["signature"]}
        answer = client.post("/webhooks/stripe", data=body, headers=headers, content_type="application/json")
        assert answer.status_code == 200, answer.get_data(as_text=True)
        if expect_known:
            assert answer.json == {"received": True, "known": True}


def ledger_holds(invoice: Invoice) -> bool:
    """Whether what the ledger says of the company at the fair is what its documents say."""
    ours = {"fair_id": invoice.fair_id, "company_id": invoice.company_id, "currency": invoice.currency}
    booked = db.session.scalar(select(func.sum(LedgerEntry.amount_minor)).filter_by(**ours))
    owed = db.session.scalar(
        select(func.sum(Invoice.total_minor - Invoice.credited_minor - Invoice.received_minor)).filter_by(**ours)
    )
    credit = db.session.scalar(select(func.coalesce(func.sum(Credit.amount_minor), 0)).filter_by(**ours))
    return bool(booked == owed - credit)
