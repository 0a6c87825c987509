"""Steps that take a while: shown while they run, stopped cleanly, explained in one sentence when they fail."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".fairs"

_NETWORK = re.compile(
    r"name resolution|not known|Connection refused|NewConnectionError|ConnectTimeout|ReadTimeout|Network is unreachable"
    r"|No route to host|from versions: none|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|ECONNRESET"
    r"|ProxyError|Max retries exceeded|Failed to fetch|Could not resolve|network timeout|request to .* failed",
    re.IGNORECASE,
)
_CERTIFICATE = re.compile(
    r"SELF_SIGNED_CERT|CERTIFICATE_VERIFY_FAILED|certificate in certificate chain|UNABLE_TO_VERIFY"
)
_ADDRESS = re.compile(r"\b\w+://\S+")
_HEARTBEAT = 15.0  # seconds between two signs of life where the output is not a terminal


class Problem(Exception):
    """Something the person at the keyboard can put right; the message is one sentence that says how."""


class Stopped(BaseException):
    """The person, or the system, asked to stop."""


def stop_on_signals() -> None:
    """Turn Ctrl-C, a closed terminal and a request to end into Stopped, even where a shell had them ignored."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        ignore_signals()
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Run a command's main part: problems end it with exit code 1 and their sentence, a stop with none."""
    stop_on_signals()
    try:
        yield
    except Problem as problem:
        print(f"\n{problem}", file=sys.stderr, flush=True)
        sys.exit(1)
    except Stopped:
        print("\nStopped.", flush=True)
        sys.exit(130)


@dataclass(frozen=True)
class Step:
    """One piece of work: skipped when ``needed`` says so; ``work`` is given the way to run a command."""

    title: str
    needed: Callable[[], bool]
    work: Callable[[Run], None]
    hint: str = ""


class Run:
    """Runs commands of one step quietly, their output in a log, with a sign of life for the person who waits."""

    def __init__(self, label: str, log: Path) -> None:
        self.label = label
        self.log = log
        self.started = time.monotonic()
        self._terminal = sys.stdout.isatty()
        self._shown = 0.0
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        self._show()

    def __call__(
        self,
        command: Sequence[str | Path],
        env: Mapping[str, str] | None = None,
        *,
        failure: str,
        fetches: bool = False,
    ) -> None:
        """Run ``command`` to its end; raises Problem, with ``failure`` as its sentence, when it fails.

        Only a command that ``fetches`` something is suspected of lacking the network.
        """
        with self.log.open("ab") as out:
            child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(env or os.environ),
                cwd=ROOT,
                start_new_session=True,
            )
            try:
                code = self._wait(child)
            except BaseException:
                end_group(child, patience=3)
                raise
        if code:
            self._clear()
            raise Problem(self._explain(failure, fetches=fetches))

    def finish(self) -> None:
        """Replace the sign of life by the time that the step took."""
        seconds = time.monotonic() - self.started
        if self._terminal:
            print(f"\r\x1b[K{self.label}: {seconds:.0f} s", flush=True)
        else:
            print(f"{' ' * 9}done in {seconds:.0f} s", flush=True)

    def _wait(self, child: subprocess.Popen[bytes]) -> int:
        while True:
            try:
                return child.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                self._show()

    def _show(self) -> None:
        seconds = time.monotonic() - self.started
        if self._terminal:
            print(f"\r\x1b[K{self.label} … {seconds:.0f} s", end="", flush=True)
        elif not self._shown:
            self._shown = time.monotonic()
            print(self.label, flush=True)
        elif time.monotonic() - self._shown >= _HEARTBEAT:
            self._shown = time.monotonic()
            print(f"{' ' * 9}… {seconds:.0f} s", flush=True)

    def _clear(self) -> None:
        if self._terminal:
            print(flush=True)

    def _explain(self, failure: str, *, fetches: bool) -> str:
        text = self.log.read_text(errors="replace")
        if "No space left on device" in text:
            return "The disk is full: free some space, then run the same command again."
        if fetches and _CERTIFICATE.search(text):
            return (
                "The package registry's certificate is not trusted: something on the way, such as a proxy, signs connections "
                "and its own certificate has to be installed on this machine (or named by PIP_CERT and NODE_EXTRA_CA_CERTS)."
            )
        if fetches and _NETWORK.search(text):
            return (
                "The package registry cannot be reached: check the network connection and the proxy settings, "
                "then run the same command again; what is done already is kept."
            )
        tail = [_ADDRESS.sub("<address>", line) for line in text.splitlines() if line.strip()][-20:]
        where = self.log.relative_to(ROOT)
        return "\n".join([*(f"  | {line}" for line in tail), f"{failure} The whole output is in {where}."])


def carry_out(steps: Sequence[Step], *, more: int = 0) -> int:
    """Run the steps that are needed and show them as "n of m"; ``more`` steps follow elsewhere. Gives back m."""
    due = [step for step in steps if step.needed()]
    total = len(due) + more
    for number, step in enumerate(due, start=1):
        hint = f" ({step.hint})" if step.hint else ""
        name = re.sub(r"\W+", "-", step.title.lower()).strip("-")
        run = Run(f"[{number} of {total}] {step.title}{hint}", STATE / "logs" / f"{name}.log")
        step.work(run)
        run.finish()
    return total


def ignore_signals() -> None:
    """From here on we are ending anyway: a second Ctrl-C must not keep us from ending our children."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def end_group(child: subprocess.Popen[bytes], *, patience: float) -> None:
    """End a child that leads its own process group: politely, then, after ``patience`` seconds, for good."""
    if child.poll() is None:
        _signal(child.terminate)
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=patience)
    _signal(lambda: os.killpg(child.pid, signal.SIGKILL))  # whatever the child started and left behind
    child.wait()


def _signal(send: Callable[[], None]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        send()
