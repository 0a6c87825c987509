"""Measures the program against the production server; prints one JSON object per figure.

    python benchmarks/run.py [sqlite] [postgres] [allocation]

Each figure is measured on both databases unless one is named; ``allocation`` alone measures the allocation of booths
(benchmarks/allocation.py, which has larger ones, too). ``BENCH=gates`` measures scans, names and figures alone, over 30,000 people and then
among three million badges and ten million scans; ``BENCH_SCALE=0.01`` builds a hundredth of these. ``hello`` is an empty route on the same server in the same
run: the machine's ceiling, so that figures of different machines can be compared.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.allocation import main as allocation
from benchmarks.load import Request, repeat, run, shared
from benchmarks.scans import Gates
from benchmarks.server import PYTHON, Server, databases, flask, serving
from fairs.config import ROOT


def say(figure: str, database: str, **values: Any) -> None:
    """Print a figure."""
    print(json.dumps({"figure": figure, "database": database, **values}), flush=True)


def main(kinds: list[str]) -> None:
    """Measure everything."""
    with databases(kinds) as environments:
        for kind, environment in environments.items():
            flask(environment, "db", "upgrade")
            flask(environment, "demo", "load")
            alone = os.environ.get("BENCH") == "gates"
            facts = json.loads(
                _python({"BENCH_BADGES": "30000" if alone else "12000"} | environment, "benchmarks.data")
            )
            if alone:
                gates(kind, environment, facts)
                continue
            say("badges_pdf", kind, **json.loads(_python(environment, "benchmarks.badges")))
            say("gate_bundle", kind, **json.loads(_python(environment, "benchmarks.bundle")))
            say("letters_700", kind, **json.loads(_python(environment, "benchmarks.letters")))
            say("contacts_import", kind, **json.loads(_python(environment, "benchmarks.contacts")))
            say("duplicates", kind, **json.loads(_python(environment, "benchmarks.duplicates")))
            say("bank_statement", kind, **json.loads(_python(environment, "benchmarks.statements")))
            with serving(environment) as (server, seconds):
                say("cold_start", kind, seconds=round(seconds, 2), worker_mb=round(server.memory_per_worker_mb(), 1))
                measure(kind, server, facts)
                Gates(say, kind, server, facts, _signed_in(server, "organiser@fairs.example")).round()
                search_everything(kind, server, json.loads(_python(environment, "benchmarks.everything")))


def gates(kind: str, environment: dict[str, str], facts: dict[str, Any]) -> None:
    """Scans, names and figures; then again among many."""
    with serving(environment) as (server, _seconds):
        first = Gates(say, kind, server, facts, _signed_in(server, "organiser@fairs.example"))
        before = first.round()
    built = json.loads(_python(environment, "benchmarks.scale"))
    with serving(environment) as (server, _seconds):
        again = Gates(say, kind, server, facts, _signed_in(server, "organiser@fairs.example"))
        again.used = first.used
        again.scale(before, built)


def _python(environment: dict[str, str], module: str) -> str:
    command = [str(PYTHON / "python"), "-m", module]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def measure(kind: str, server: Server, facts: dict[str, Any]) -> None:
    """All figures that go through the server."""
    bearer = {"Authorization": f"Bearer {facts['token']}", "Content-Type": "application/json"}
    fair, giftshow = facts["fair"], facts["giftshow"]
    compressed = {"Accept-Encoding": "gzip"}
    for figure, path, times, headers in (
        ("search_people", f"/api/v1/fairs/{fair}/visitors?q=nguyen+van+07", 200, bearer),
        ("list_page", f"/api/v1/fairs/{fair}/visitors?limit=50", 200, bearer),
        ("floorplan_page", f"/f/{giftshow}/plan", 100, compressed),
        ("floorplan_states", f"/f/{giftshow}/plan/states", 300, compressed),
        ("landing", "/", 300, compressed),
        ("fair_page", f"/f/{giftshow}/", 200, compressed),
    ):
        say(figure, kind, **run(server.port, repeat(path, times, headers=headers)).as_figures())
    many = run(server.port, repeat("/", 250, clients=8, headers=compressed))
    say("landing", kind, clients=8, **many.as_figures())
    session = {"Cookie": _signed_in(server, "organiser@fairs.example")}
    export = run(server.port, repeat(f"/fairs/{fair}/visitors?format=xlsx", 2, headers=session))
    say("export_xlsx", kind, rows=12_000, seconds=round(export.p50_ms / 1000, 2), bytes=export.bytes, failed=export.failed,
        peak_mb=round(server.peak_per_worker_mb(), 1))  # fmt: skip
    _race(kind, server, giftshow, bearer)


def search_everything(kind: str, server: Server, texts: dict[str, str]) -> None:
    """The search over everything with 100,000 people: the list under the bar, and the page, for each sort of text."""
    session = {"Cookie": _signed_in(server, "organiser@fairs.example")}
    token = re.search(r'data-token="([^"]+)"', _page(server, "/search", session))
    if token is None:
        raise RuntimeError("the page has no search bar")
    form = {**session, "Content-Type": "application/x-www-form-urlencoded"}
    for sort, text in texts.items():
        body = urlencode({"q": text, "csrf_token": token[1]}).encode()
        typed: list[Request] = [("POST", "/search/matches", body, form)] * 50
        say("search_everything", kind, people=100_000, text=sort, **run(server.port, [typed]).as_figures())
    page = run(server.port, repeat(f"/search?{urlencode({'q': texts['name']})}", 50, headers=session))
    say("search_everything", kind, people=100_000, text="page", **page.as_figures())


def _page(server: Server, path: str, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path, headers=headers)
    return connection.getresponse().read().decode()


def _signed_in(server: Server, email: str) -> str:
    """The cookie of a session of a sample account."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/account/login")
    page = connection.getresponse()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.read().decode())
    if token is None:
        raise RuntimeError("the sign-in page has no CSRF token")
    cookie = page.headers["Set-Cookie"].split(";")[0]
    form = urlencode({"csrf_token": token[1], "email": email, "password": "fairs-demo"})
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/account/login", form, headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status not in {302, 303}:
        raise RuntimeError(f"signing in as {email}: {answer.status}")
    cookies = [value.split(";")[0] for value in answer.headers.get_all("Set-Cookie") or []]
    return next(value for value in cookies if value.startswith("session="))


def _race(kind: str, server: Server, giftshow: str, headers: dict[str, str]) -> None:
    listed = _get(server, f"/api/v1/fairs/{giftshow}/booths?limit=200", headers)
    booth = next(item["code"] for item in listed["items"] if item["state"] == "free")
    exhibitors = [f"{_code(giftshow)}-E-{number:04d}" for number in range(2, 202)]

    def make(number: int) -> Request:
        body = json.dumps({"exhibitor": exhibitors[number]}).encode()
        return "POST", f"/api/v1/fairs/{giftshow}/booths/{booth}/hold", body, headers

    clients = 200
    result = run(server.port, shared(make, 200, clients))
    say("book_race", kind, requests=200, clients=clients, won=200 - result.failed, per_second=round(result.per_second, 1),
        p95_ms=round(result.p95_ms, 1))  # fmt: skip


def _code(slug: str) -> str:
    return f"GS{slug[-2:]}"


def _get(server: Server, path: str, headers: dict[str, str]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {content[:200]!r}")
    return json.loads(content)


if __name__ == "__main__":
    asked = sys.argv[1:] or ["sqlite", "postgres", "allocation"]
    if "allocation" in asked:
        allocation()
    if set(asked) - {"allocation"}:
        main([kind for kind in asked if kind != "allocation"])
