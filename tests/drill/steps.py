"""The steps of the drill, each a moment at which the power goes, and what has to be true afterwards."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from fairs.cards.models import CardAttempt, WebhookEvent
from fairs.config import ROOT
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.messages.models import OutboxMessage
from fairs.messages.service import Notice, send
from fairs.messages.states import MessageState
from fairs.payments.invoicing import cancel_with_credit
from fairs.payments.models import Invoice, Payment, Receipt, Refund
from fairs.payments.refunds import RefundDraft, approve_refund, request_refund
from fairs.payments.states import PaymentState, RefundState
from scripts import setup
from tests.drill.checks import require
from tests.drill.servers import DrillFailed, until
from tests.drill.stage import Payer, Stage
from tests.factories.deals import Office

WHOLE = 12_960_000  # what an invoice of the drill is over, in dong


@dataclass
class Scene:
    """The installation with its fair and its payer."""

    stage: Stage
    place: Office
    payer: Payer
    folder: Path

    def invoice(self) -> str:
        """The number of a new invoice."""
        with self.stage.looking():
            return self.place.invoice().number

    def page(self, number: str) -> str:
        """Press the button; the address of the page for card data."""
        url = self.payer.press(number)
        if url is None:
            raise DrillFailed("nobody answered")
        return url

    def attempts(self, number: str) -> list[tuple[str, str | None]]:
        """Token and page of each attempt of an invoice."""
        query = select(CardAttempt.token, CardAttempt.session_id).join(Invoice).where(Invoice.number == number)
        with self.stage.looking():
            return [(token, session) for token, session in db.session.execute(query)]

    def pages(self, number: str) -> int:
        """How many pages the card company has for an invoice."""
        return sum(len(self.stage.company.sessions(token)) for token, _session in self.attempts(number))

    def state(self, number: str) -> PaymentState:
        """The state of the newest payment of an invoice."""
        query = select(Payment.state).join(Invoice).where(Invoice.number == number).order_by(Payment.id.desc()).limit(1)
        found: PaymentState = self.stage.scalar(query)
        return found

    def expect_paid(self, number: str) -> None:
        """The invoice is paid, once."""
        until(f"{number} is paid", lambda: self.state(number) is PaymentState.CONFIRMED)
        query = (
            select(Invoice.received_minor, func.count(Receipt.id))
            .join(Receipt)
            .where(Invoice.number == number)
            .group_by(Invoice.id)
        )
        with self.stage.looking():
            received = db.session.execute(query).one()
        if tuple(received) != (WHOLE, 1):
            raise DrillFailed(f"{number} received {received}")


def web_before_the_page_is_made(scene: Scene) -> None:
    """The web server ends before it asks the card company for a page."""
    number = scene.invoice()
    scene.stage.start("web", kill_at="cards.before_create")
    _expect_silence(scene, number, "cards.before_create")
    _expect(scene.pages(number) == 0, "no page was made")
    _again_and_pay(scene, number)


def web_after_the_page_is_made(scene: Scene) -> None:
    """The web server ends after the card company has made the page and before that is noted."""
    number = scene.invoice()
    scene.stage.start("web", kill_at="cards.after_create")
    _expect_silence(scene, number, "cards.after_create")
    _expect(scene.pages(number) == 1 and scene.attempts(number)[0][1] is None, "a page was made and not noted")
    _again_and_pay(scene, number)


def _expect_silence(scene: Scene, number: str, step: str) -> None:
    _expect(scene.payer.press(number) is None, "nobody answers")
    scene.stage.expect_death("web", step)
    require(scene.stage)


def _again_and_pay(scene: Scene, number: str) -> None:
    scene.stage.start("web")
    url = scene.page(number)
    _expect(scene.pages(number) == 1 and len(scene.attempts(number)) == 1, "one page, one attempt")
    scene.payer.pay(url)
    scene.expect_paid(number)


def web_after_the_message_is_stored(scene: Scene) -> None:
    """The web server ends after it has stored a message of the card company and before it answers."""
    number = scene.invoice()
    url = scene.page(number)
    scene.stage.start("web", kill_at="cards.webhook_stored")
    scene.payer.pay(url)
    scene.stage.expect_death("web", "cards.webhook_stored")
    scene.stage.start("web")
    scene.expect_paid(number)


def worker_away_while_money_comes(scene: Scene) -> None:
    """The worker is ended; messages are taken meanwhile, and carried out when it is back."""
    number = scene.invoice()
    url = scene.page(number)
    scene.stage.kill("worker")
    before = scene.stage.scalar(select(func.count(WebhookEvent.id)))
    scene.payer.pay(url)
    until("the message is stored", lambda: scene.stage.scalar(select(func.count(WebhookEvent.id))) > before)
    _expect(scene.state(number) is PaymentState.PENDING, "nothing is booked without the worker")
    scene.stage.start("worker")
    scene.expect_paid(number)


def _worker_while_confirming(step: str) -> Callable[[Scene], None]:
    def run(scene: Scene) -> None:
        number = scene.invoice()
        url = scene.page(number)
        scene.stage.start("worker", kill_at=step)
        scene.payer.pay(url)
        scene.stage.expect_death("worker", step)
        _expect(scene.state(number) is PaymentState.PENDING, "nothing is booked by half")
        require(scene.stage)
        scene.stage.start("worker")
        scene.stage.let_time_pass()
        scene.expect_paid(number)

    return run


def _worker_while_paying_back(step: str, given: int) -> Callable[[Scene], None]:
    def run(scene: Scene) -> None:
        number = scene.invoice()
        scene.payer.pay(scene.page(number))
        scene.expect_paid(number)
        scene.stage.start("worker", kill_at=step)
        with scene.stage.looking():
            invoice = db.session.scalars(select(Invoice).where(Invoice.number == number)).one()
            credit = cancel_with_credit(invoice, by=SYSTEM, reason="Rút khỏi hội chợ")
            if credit is None:
                raise DrillFailed("no credit")
            clerk, chief = (
                Actor(user.id, user.name) for user in (scene.place.user(Role.FINANCE), scene.place.user(Role.FINANCE))
            )
            refund = request_refund(credit, RefundDraft(credit.free, "card", "Rút khỏi hội chợ"), by=clerk)
            refund_id = approve_refund(refund, by=chief).id
            intent = refund.payment.external_reference if refund.payment else ""
        scene.stage.expect_death("worker", step)
        state = select(Refund.state).where(Refund.id == refund_id)
        refunds = lambda: scene.stage.company.get(f"/v1/refunds?payment_intent={intent}")["data"]  # noqa: E731
        _expect(scene.stage.scalar(state) is RefundState.IN_TRANSIT and len(refunds()) == given, "it is on its way")
        require(scene.stage)
        scene.stage.start("worker")
        scene.stage.let_time_pass()
        until("it is paid back", lambda: scene.stage.scalar(state) is RefundState.DONE)
        _expect(len(refunds()) == 1, "paid back once")

    return run


def _worker_while_mailing(step: str, taken: int) -> Callable[[Scene], None]:
    def run(scene: Scene) -> None:
        scene.stage.start("worker", kill_at=step)
        before = len(scene.stage.smtp.messages)
        with scene.stage.looking(), transaction():
            written = [
                send(Notice("accounts/test", "Hà", f"reader{number}@people.example", "vi", {}, scene.place.fair.id, ()))
                for number in range(3)
            ]
        scene.stage.expect_death("worker", step)
        _expect(len(scene.stage.smtp.messages) == before + taken, "the mail server has what it has")
        scene.stage.start("worker")
        scene.stage.let_time_pass()
        keys = [message.id for message in written]
        left = select(func.count()).where(OutboxMessage.id.in_(keys), OutboxMessage.state != MessageState.SENT)
        until("all mail is out", lambda: scene.stage.scalar(left) == 0)
        names = [name for name in scene.stage.mails() if any(name.startswith(f"<outbox-{key}@") for key in keys)]
        _expect(len(names) == 3, "each mail came, and what came twice has one name")

    return run


def everything_at_random(scene: Scene) -> None:
    """Eight invoices are paid while web server and worker are ended again and again at random moments."""
    numbers, chance = [scene.invoice() for _ in range(8)], random.Random(5)
    done = threading.Event()

    def cut() -> None:
        while not done.wait(chance.uniform(0.4, 1.2)):
            scene.stage.start(chance.choice(["web", "worker", "worker"]))

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        for number in numbers:
            url = None
            while url is None:
                url = scene.payer.press(number)
            scene.payer.pay(url)
    finally:
        done.set()
        cutter.join()
    scene.stage.start("web")
    scene.stage.start("worker")
    for number in numbers:
        # Its message may still be on its way, and what the worker had begun has to wait for its time.
        until(f"{number} is paid", lambda number=number: _is_paid(scene, number))
        scene.expect_paid(number)


def _is_paid(scene: Scene, number: str) -> bool:
    if scene.state(number) is PaymentState.CONFIRMED:
        return True
    scene.stage.let_time_pass()
    time.sleep(0.5)
    return False


def statement_interrupted(scene: Scene) -> None:
    """The reading of a bank statement is ended at several moments, then done to its end, then done once more."""
    command = setup.flask("payments", "import-statement")
    with scene.stage.looking():
        invoices = [scene.place.invoice() for _ in range(60)]
        day, keys = scene.place.fair.today, [invoice.id for invoice in invoices]
        lines = [
            f"{day:%d/%m/%Y},FT{at:08d},,{WHOLE},CK {row.payment_reference} tien gian hang"
            for at, row in enumerate(invoices)
        ]
    file = scene.folder / "sao-ke.csv"
    file.write_text(
        "\n".join(["Ngày giao dịch,Số tham chiếu,Số tiền ghi nợ,Số tiền ghi có,Mô tả", *lines]), encoding="utf-8-sig"
    )
    for seconds in (1.0, 1.6, 2.2, 2.8, 3.4):
        with scene.stage.log.open("ab") as out:
            reading = subprocess.Popen([*command, str(file)], cwd=ROOT, env=scene.stage.env, stdout=out, stderr=out)
            try:
                reading.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                reading.kill()
            reading.wait()
        require(scene.stage)
    paid = select(func.count()).where(Invoice.id.in_(keys), Invoice.received_minor == WHOLE)
    for _time in range(2):
        done = subprocess.run(
            [*command, str(file)], cwd=ROOT, env=scene.stage.env, capture_output=True, text=True, check=False
        )
        _expect(done.returncode == 0, f"the statement is read: {done.stderr[-300:]}")
        until("every line is booked, once", lambda: scene.stage.scalar(paid) == len(keys))
        received = select(func.count()).select_from(Payment).where(Payment.invoice_id.in_(keys))
        _expect(scene.stage.scalar(received) == len(keys), "one payment for each line")


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise DrillFailed(f"expected: {what}")


STEPS: tuple[tuple[str, Callable[[Scene], None]], ...] = (
    ("web server: before the card company is asked for a page", web_before_the_page_is_made),
    ("web server: after it has answered, before that is noted", web_after_the_page_is_made),
    ("web server: after a message is stored, before it is answered", web_after_the_message_is_stored),
    ("worker: away while money comes", worker_away_while_money_comes),
    ("worker: after the card company was asked what is true", _worker_while_confirming("cards.before_confirm")),
    ("worker: in the middle of booking the money", _worker_while_confirming("cards.in_confirm")),
    ("worker: refund on its way, card company not asked", _worker_while_paying_back("cards.refund_sent", 0)),
    ("worker: refund made, not noted", _worker_while_paying_back("cards.refund_created", 1)),
    ("worker: before a mail goes to the server", _worker_while_mailing("messages.before_send", 0)),
    ("worker: after the server took a mail, before that is noted", _worker_while_mailing("messages.after_send", 1)),
    ("command: in the middle of a bank statement", statement_interrupted),
    ("both: at random moments while eight invoices are paid", everything_at_random),
)
