"""A wire between devices and server that can be cut, also in the middle of an answer."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

from tests.support.mail import free_port

HOST = "127.0.0.1"


class Wire(Enum):
    """What passes."""

    WHOLE = "everything"
    CUT = "nothing: connections are refused, those that are open break"
    DEAF = "what devices say arrives, what the server answers is lost"
    PORTAL = "somebody else answers everything with a page of their own, as halls' networks do before one has paid"
    REFUSING = "the server answers, and takes nothing that devices hand in"


_STRANGERS = {
    Wire.PORTAL: ("200 OK", "text/html", "<!doctype html><title>Welcome to our Wi-Fi</title>"),
    Wire.REFUSING: ("422 Unprocessable Content", "application/problem+json", '{"code": "invalid", "title": "No"}'),
}


class Network:
    """Passes bytes on from its own port to the server's."""

    def __init__(self, server: int) -> None:
        self.port = free_port()
        self.address = f"http://{HOST}:{self.port}"
        self._server = server
        self._wire = Wire.WHOLE
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None

    @property
    def wire(self) -> Wire:
        """How it is now."""
        return self._wire

    @wire.setter
    def wire(self, wire: Wire) -> None:
        self._wire = wire
        if wire is Wire.CUT:
            self._stop_listening()
        if wire is Wire.CUT or wire in _STRANGERS:
            self.break_all()
        if wire is not Wire.CUT and self._listener is None:
            self._listen()

    def break_all(self) -> None:
        """Every connection that is open breaks where it is."""
        with self._lock:
            broken, self._open = self._open, set()
        for one in broken:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    @contextmanager
    def running(self) -> Iterator[Network]:
        """It works inside, nothing of it is left after."""
        self._listen()
        try:
            yield self
        finally:
            self._stop_listening()
            self.break_all()

    def _listen(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, self.port))
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _stop_listening(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                device, _address = listener.accept()
            except OSError:
                return
            if self._wire in _STRANGERS:
                threading.Thread(target=self._answer, args=(device, self._wire), daemon=True).start()
                continue
            try:
                server = socket.create_connection((HOST, self._server), timeout=5)
            except OSError:
                device.close()
                continue
            server.settimeout(None)
            with self._lock:
                self._open |= {device, server}
            for source, target, is_answer in ((device, server, False), (server, device, True)):
                threading.Thread(target=self._pass_on, args=(source, target, is_answer), daemon=True).start()

    def _answer(self, device: socket.socket, wire: Wire) -> None:
        status, kind, body = _STRANGERS[wire]
        with suppress(OSError, ValueError), device:
            device.settimeout(5)
            head, _blank, rest = device.recv(65536).partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            while length and len(rest) < int(length[1]):
                rest += device.recv(65536)
            device.sendall(
                f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                f"Connection: close\r\n\r\n{body}".encode()
            )

    def _pass_on(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not (is_answer and self._wire is Wire.DEAF):
                    target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            with self._lock:
                self._open.discard(one)
