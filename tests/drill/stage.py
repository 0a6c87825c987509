"""What the drill runs: web server and worker that can be ended at a step, mail server, card company, a payer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests
from sqlalchemy import update

from fairs.cards.models import CardAttempt, CardRefund, WebhookEvent
from fairs.cards.tasks import do_card_work
from fairs.core.clock import now
from fairs.core.db import transaction
from fairs.messages.models import OutboxMessage
from fairs.messages.tasks import deliver_outbox
from tests.drill.servers import DrillFailed, Servers
from tests.factories.deals import Office, office
from tests.factories.people import PASSWORD
from tests.support.cards import GOOD, CardCompany, running_card_company
from tests.support.databases import Databases, Kind
from tests.support.mail import SmtpServer, running_smtp_server


class Stage(Servers):
    """A whole installation whose processes may be ended at any moment."""

    def __init__(self, folder: Path, kind: Kind, databases: Databases, smtp: SmtpServer, company: CardCompany) -> None:
        self.smtp, self.company = smtp, company
        settings = {f"FAIRS_{name.upper()}": value for name, value in company.settings.items()}
        super().__init__(
            folder, databases.migrated(kind),
            settings | {"FAIRS_MAIL_SERVER": smtp.host, "FAIRS_MAIL_PORT": str(smtp.port), "FAIRS_MAIL_TLS": "0"},
        )  # fmt: skip
        company.test("set", deliver_to=f"{self.address}/webhooks/stripe")

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
