"""A real SMTP server on this machine that keeps what it is given."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class SmtpServer:
    """``refuse`` makes the server answer every message with that line, such as ``451 try again``."""

    host: str
    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    refuse: str | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Called by aiosmtpd for every message."""
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"

    def sent_to(self, address: str) -> list[EmailMessage]:
        """Messages with ``address`` among their recipients."""
        return [message for message in self.messages if address in str(message["To"])]


@contextmanager
def running_smtp_server(server: SmtpServer | None = None) -> Iterator[SmtpServer]:
    """Starts the server, a plain one on a free port of the loopback when none is given, and ends it afterwards."""
    server = server or SmtpServer("127.0.0.1", free_port())
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def free_port() -> int:
    """A port of the loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
