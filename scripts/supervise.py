"""Web server and worker as one: started together, announced when they answer, ended together."""

from __future__ import annotations

import errno
import http.client
import socket
import subprocess
import time
from collections.abc import Mapping
from typing import IO, Self

from scripts import setup
from scripts.progress import ROOT, Problem, Stopped, end_group

HOST = "127.0.0.1"
_PATIENCE = 60.0  # seconds in which the server must answer for the first time
_GRACE = 8.0  # seconds that a process has to finish what it is doing

_ACCOUNTS = (
    ("organiser", "runs the fairs: applications, importers, check-in"),
    ("exhibitor", "books a booth"),
    ("importer", "has a badge on the phone"),
    ("sales", "books booths for callers"),
    ("finance", "records deposits"),
    ("desk", "badges at the front desk"),
    ("gate", "scans at the gates"),
    ("hospitality", "looks after hosted buyers"),
    ("deals", "logs and verifies contracts"),
    ("partner", "sees what a partner sees"),
    ("leader", "leadership: everything, read only"),
    ("auditor", "who did what, and when"),
    ("admin", "accounts and settings"),
)

_TRIALS = (
    "Sign in as exhibitor, open the Gift Show's booth plan and take a free booth.",
    "Sign in as finance and record its deposit: the booth turns to confirmed.",
    "Register as an importer from the public page, approve it as organiser, read the mail with the badge.",
    "Sign in as gate and check a visitor in at the Great Souvenirs fair that runs today.",
    "Sign in as deals and log an export contract.",
)


def refuse_taken(port: int) -> None:
    """Raises Problem when somebody else listens on the port."""
    with socket.socket() as probe:
        # As the web server does: a connection that is still closing down does not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise Problem(
                f"Port {port} needs more rights than you have: choose another, as in 'make run PORT=8001'."
            ) from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Problem(f"Port {port} cannot be used ({error.strerror}).") from None
            other = port + 1 if port < 65535 else 8000
            raise Problem(
                f"Port {port} is taken by another program: end it, or choose another port, as in 'make run PORT={other}'."
            ) from None


class Processes:
    """Web server and worker of one installation. As a context manager: both run and answer inside, none is left after.

    Their output goes to ``out`` (a file descriptor or file; None: where ours goes). Raises Problem when one of them
    ends by itself or does not answer in time.
    """

    def __init__(self, port: int, env: Mapping[str, str], out: IO[bytes] | None = None) -> None:
        self.address = f"http://{HOST}:{port}"
        self._port = port
        self._env = {**env, "PORT": str(port)}
        self._out = out
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        web = [str(setup.PYTHON), "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]
        try:
            self._start("web server", web)
            self._wait_for_answer()
            # Second, so that the first page does not share the processor with the worker's start.
            self._start("worker", setup.flask("jobs", "run"))
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def check(self) -> None:
        """Raises Problem when one of the processes has ended."""
        for name, child in self._children.items():
            if child.poll() is not None:
                raise Problem(f"The {name} has stopped (code {child.returncode}); why is said above.")

    def end(self) -> None:
        """End both, side by side, and whatever they started."""
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            end_group(child, patience=_GRACE)
        self._children.clear()

    def _start(self, name: str, command: list[str]) -> None:
        tied = [str(setup.PYTHON), "-S", "-E", str(ROOT / "scripts" / "tied.py"), *command]
        self._children[name] = subprocess.Popen(
            tied,
            cwd=ROOT,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._out and subprocess.STDOUT,
            start_new_session=True,
        )

    def _wait_for_answer(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            self.check()
            connection = http.client.HTTPConnection(HOST, self._port, timeout=_PATIENCE)
            try:
                connection.request("GET", "/")
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
            else:
                return
            finally:
                connection.close()
        raise Problem(f"The web server did not answer within {_PATIENCE:.0f} seconds.")


def serve(port: int, env: Mapping[str, str], *, demo: bool) -> None:
    """Run web server and worker until one of them ends or the person stops them; leaves no process behind."""
    refuse_taken(port)
    with Processes(port, env) as processes:
        print(_greeting(processes.address, demo=demo), flush=True)
        try:
            while True:
                processes.check()
                time.sleep(0.3)
        except Stopped:
            print("\nStopping …", flush=True)
    print("Stopped.", flush=True)


def _greeting(address: str, *, demo: bool) -> str:
    lines = ["", f"  Fairs runs at  {address}", ""]
    if demo:
        lines += ["  Sign in as one of these; the password of all is  fairs-demo", ""]
        lines += [f"    {role + '@fairs.example':<28}{what}" for role, what in _ACCOUNTS]
        lines += ["", "  Try first", ""]
        lines += [f"    {number}. {what}" for number, what in enumerate(_TRIALS, start=1)]
        lines += ["", f"  Every mail that Fairs would send is at  {address}/dev/mail"]
    else:
        lines += ["  Nothing is set up yet? The first page asks for department, administrator, mail and first fair."]
    return "\n".join([*lines, "", "  Ctrl-C ends everything.", ""])
