"""The running installation of the drill of guests: the loaded demonstration with web server, worker and a real mail server."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Lock
from typing import Any

from flask import Flask

from fairs.app import create_app
from fairs.config import ROOT, Config
from scripts import setup
from scripts.supervise import Processes
from tests.drill.guests.contact_list import HARD, LATER
from tests.drill.guests.visitor import Clock, Visitor
from tests.drill.servers import DrillFailed
from tests.support.databases import Databases, Kind
from tests.support.mail import SmtpServer, free_port, running_smtp_server

PATIENCE = 300.0


@dataclass
class Mail:
    """A mail as it came: raw, for most are only counted."""

    recipient: str
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        """Its parts."""
        found = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    def link(self, kind: str) -> str:
        """The path of the link of a kind (``rsvp``, ``i``) in its text; empty when there is none."""
        found = re.search(rf"https?://[^\s/]+(/{kind}/[\w-]+)", self.parsed.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        return found[1] if found else ""


@dataclass
class PostOffice(SmtpServer):
    """Takes mail, refuses mailboxes that do not exist, and some at the first attempt only, as greylisting does."""

    box: list[Mail] = field(default_factory=list)
    ids: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Called by aiosmtpd for every reader."""
        first = self.refused[address] == 0
        if address.startswith(HARD) or (address.startswith(LATER) and first):
            self.refused[address] += 1
            return "550 5.1.1 User unknown" if address.startswith(HARD) else "451 4.7.1 Please try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Called by aiosmtpd for every message."""
        raw = bytes(envelope.content)
        found = re.search(rb"(?mi)^Message-ID:\s*(\S+)", raw)
        with self._lock:
            self.ids[found[1].decode() if found else ""] += 1
            self.box += [Mail(address, raw) for address in envelope.rcpt_tos]
        return "250 OK"

    def since(self, mark: int) -> list[Mail]:
        """What came after the first ``mark`` mails."""
        with self._lock:
            return self.box[mark:]


@dataclass
class Installation:
    """Where it runs, and how the drill looks at it."""

    address: str
    folder: Path
    post: PostOffice
    clock: Clock
    app: Flask

    def staff(self, role: str) -> Visitor:
        """Somebody of the staff, signed in."""
        return Visitor(self.address, self.clock).sign_in(role)

    def guest(self, lang: str = "en") -> Visitor:
        """Somebody at home, with nothing but a link."""
        return Visitor(self.address, self.clock, lang=lang)

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Inside, the drill reads the database: only to count at the end."""
        with self.app.app_context():
            yield


def until(what: str, holds: Callable[[], Any], patience: float = PATIENCE, pause: float = 0.5) -> float:
    """Wait until it holds and say how long it took; raises DrillFailed."""
    since = time.monotonic()
    while not holds():
        if time.monotonic() > since + patience:
            raise DrillFailed(f"waited {patience:.0f} s in vain: {what}")
        time.sleep(pause)
    return time.monotonic() - since


def load_demonstration(env: dict[str, str]) -> None:
    """As an operator does it; raises DrillFailed."""
    done = subprocess.run(setup.flask("demo", "load"), cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DrillFailed(f"the demonstration cannot be loaded: {done.stdout}{done.stderr}")


@contextmanager
def running(
    folder: Path, kind: Kind, load: Callable[[dict[str, str]], None] = load_demonstration
) -> Iterator[Installation]:
    """The demonstration on one database with all its processes; nothing is left after."""
    with ExitStack() as stack:
        post = PostOffice("127.0.0.1", free_port())
        stack.enter_context(running_smtp_server(post))
        shared = folder / "shared"
        shared.mkdir()
        databases = Databases(shared, "drill")
        stack.callback(databases.close)
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        own = {name: value for name, value in setup.environment().items() if not name.startswith("FAIRS_")}
        env = own | {
            "FAIRS_INSTANCE": str(folder / "instance"), "FAIRS_DEMO": "1", "FAIRS_RATE_LIMITS": "0", "FAIRS_BASE_URL": address,
            "FAIRS_MAIL_SERVER": post.host, "FAIRS_MAIL_PORT": str(post.port), "FAIRS_MAIL_TLS": "0", "WEB_CONCURRENCY": "1",
            "FAIRS_DATABASE_URL": databases.migrated(kind),
        }  # fmt: skip
        load(env)
        app = create_app(Config.from_env(env))
        out = stack.enter_context((folder / "log").open("ab"))
        processes = stack.enter_context(Processes(port, env, out))
        yield Installation(processes.address, folder, post, Clock(), app)
