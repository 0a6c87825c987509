"""What the drill runs: web server and worker that can be ended at a step, mail server, card company, a payer."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from sqlalchemy import update

from fairs.app import create_app
from fairs.cards.models import CardAttempt, CardRefund, WebhookEvent
from fairs.cards.tasks import do_card_work
from fairs.config import ROOT, Config
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.messages.models import OutboxMessage
from fairs.messages.tasks import deliver_outbox
from scripts import setup
from scripts.progress import end_group
from tests.factories.deals import Office, office
from tests.factories.people import PASSWORD
from tests.support.cards import GOOD, CardCompany, running_card_company
from tests.support.databases import Databases, Kind
from tests.support.mail import SmtpServer, free_port, running_smtp_server

PATIENCE = 30.0  # seconds until what must happen has happened


class DrillFailed(Exception):
    """Something was lost, done twice, or did not happen; the message says what."""


def until(what: str, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until it holds; raises DrillFailed."""
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise DrillFailed(f"waited {patience:.0f} s in vain: {what}")
        time.sleep(0.05)


class Stage:
    """A whole installation whose processes may be ended at any moment."""

    def __init__(self, folder: Path, kind: Kind, databases: Databases, smtp: SmtpServer, company: CardCompany) -> None:
        self.smtp, self.company = smtp, company
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / "log"
        settings = {f"FAIRS_{name.upper()}": value for name, value in company.settings.items()}
        own = {name: value for name, value in setup.environment().items() if not name.startswith("FAIRS_")}
        self.env = own | settings | {
            "FAIRS_INSTANCE": str(folder / "instance"), "FAIRS_DEMO": "1", "FAIRS_RATE_LIMITS": "0", "FAIRS_BASE_URL": self.address,
            "FAIRS_MAIL_SERVER": smtp.host, "FAIRS_MAIL_PORT": str(smtp.port), "FAIRS_MAIL_TLS": "0", "WEB_CONCURRENCY": "1",
            "PORT": str(self.port), "FAIRS_DATABASE_URL": databases.migrated(kind),
        }  # fmt: skip
        self.app: Flask = create_app(Config.from_env(self.env))
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        company.test("set", deliver_to=f"{self.address}/webhooks/stripe")

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Inside, the drill reads (and prepares) the installation's data as a process of its own."""
        with self.app.app_context():
            yield

    def prepare(self) -> tuple[Office, int]:
        """A fair, and a person who pays for its exporter; gives the fair's office and the person's key."""
        from fairs.accounts.security import hashed
        from fairs.accounts.service import create_user
        from fairs.core.actor import SYSTEM
        from fairs.directory.service import join_company

        with self.looking():
            place = office()
            user = create_user(
                "payer@people.example", "Người trả", by=SYSTEM, confirmed=True, password_hash=hashed(PASSWORD)
            )
            join_company(user.id, place.exporter, by=SYSTEM)
            return place, user.id

    # --- processes ----------------------------------------------------------------------------------------------------

    def start(self, name: str, *, kill_at: str = "") -> None:
        """Start ``web`` or ``worker``, to end at that step; an earlier one of that name is ended."""
        self.kill(name)
        web = [str(setup.PYTHON), "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
        command = web if name == "web" else setup.flask("jobs", "run")
        tied = [str(setup.PYTHON), "-S", "-E", str(ROOT / "scripts" / "tied.py"), *command]
        env = self.env | ({"FAIRS_KILL_AT": kill_at} if kill_at else {})
        with self.log.open("ab") as out:
            self.children[name] = subprocess.Popen(
                tied, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        if name == "web":
            until("the web server answers", self._answers)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def kill(self, name: str) -> None:
        """End a process and all it started, unasked, as a power cut does."""
        child = self.children.pop(name, None)
        if child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def expect_death(self, name: str, step: str) -> None:
        """Wait until the process has ended at its step."""
        until(f"the {name} ends at {step}", lambda: self.children[name].poll() is not None)

    def end(self) -> None:
        """End everything."""
        for child in self.children.values():
            end_group(child, patience=5)

    def let_time_pass(self) -> None:
        """The waiting times of what failed are over, and the minute of the sweeps has come."""
        with self.looking():
            with transaction() as session:
                for model, column in (
                    (WebhookEvent, "next_try_at"), (CardAttempt, "next_check_at"), (CardRefund, "next_try_at"), (OutboxMessage, "next_try_at"),
                ):  # fmt: skip
                    known = getattr(model, column)
                    session.execute(update(model).where(known.is_not(None)).values({column: now()}))
            do_card_work()
            deliver_outbox()

    def scalar(self, query: Any) -> Any:
        """One value of the database, read afresh."""
        with self.looking():
            return db.session.scalar(query)

    def mails(self) -> Counter[str]:
        """How often each mail came, by its Message-ID."""
        return Counter(str(mail["Message-ID"]) for mail in self.smtp.messages)


class Payer:
    """A member of the company in a browser without a face."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.http = requests.Session()

    def sign_in(self) -> None:
        """With the password, as a person does."""
        page = self.http.get(f"{self.stage.address}/account/login", timeout=20).text
        values = {"email": "payer@people.example", "password": PASSWORD, "csrf_token": _token(page)}
        self.http.post(f"{self.stage.address}/account/login", data=values, timeout=20).raise_for_status()

    def press(self, number: str, part: str = "all") -> str | None:
        """Press the button on the invoice's page; gives the address of the page for card data, None when nobody answered."""
        try:
            page = self.http.get(f"{self.stage.address}/my/invoices/{number}", timeout=20).text
            answer = self.http.post(
                f"{self.stage.address}/my/invoices/{number}/card/{part}", data={"csrf_token": _token(page)}, timeout=20,
                allow_redirects=False,
            )  # fmt: skip
        except requests.ConnectionError:
            return None
        if answer.status_code != 303:
            raise DrillFailed(f"the button was answered by {answer.status_code}")
        return answer.headers["Location"]

    def pay(self, url: str) -> None:
        """Fill in the page for card data."""
        status, _where = self.stage.company.pay(url, number=GOOD)
        if status != 303:
            raise DrillFailed(f"the card company answered {status}")


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise DrillFailed("a page without a form")
    return found.group(1)


@contextmanager
def set_up(folder: Path, kind: Kind) -> Iterator[Stage]:
    """Everything in place and running; nothing is left after."""
    with ExitStack() as stack:
        smtp = stack.enter_context(running_smtp_server())
        company = stack.enter_context(running_card_company())
        shared = folder / "shared"
        shared.mkdir()
        databases = Databases(shared, "drill")
        stack.callback(databases.close)
        stage = Stage(folder, kind, databases, smtp, company)
        stack.callback(stage.end)
        yield stage
