"""No test may reach beyond this machine. Watches every connection and name look-up of the process."""

from __future__ import annotations

import socket
import sys
from ipaddress import ip_address
from typing import Any


class NetworkUsed(AssertionError):
    """A test tried to reach something that is not on this machine."""


class Guard:
    """While armed, refuses connections and look-ups beyond the loopback and remembers them."""

    def __init__(self) -> None:
        self.armed = False
        self.attempts: list[str] = []
        sys.addaudithook(self._watch)  # cannot be removed again, hence the switch

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.armed or event not in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
            return
        if event == "socket.getaddrinfo":
            host = arguments[0]
        else:
            handle, address = arguments
            if handle.family not in {socket.AF_INET, socket.AF_INET6}:
                return
            host = address[0]
        if not _is_local(host):
            self.attempts.append(f"{event} {host}")
            raise NetworkUsed(f"a test wanted to reach {host!r}")


def _is_local(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost", "0.0.0.0", "::", socket.gethostname()}:
        return True
    try:
        return ip_address(str(name)).is_loopback
    except ValueError:
        return str(name).endswith(".localhost")
