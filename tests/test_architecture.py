"""Rules over the code as a whole that no linter knows. `docs/development.md` says why each exists."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from fairs.config import ROOT
from fairs.core.permissions import Permission
from fairs.core.web import MARK
from tests.support.client import Client

LOCKS = ("requirements.txt", "requirements-dev.txt", "package-lock.json")
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}


def _python_files() -> list[Path]:
    return sorted((ROOT / "fairs").rglob("*.py"))


def _found(pattern: str, files: list[Path], *, flags: int = 0) -> list[str]:
    compiled = re.compile(pattern, flags)
    hits = []
    for path in files:
        text = path.read_text(encoding="utf-8")
        for match in compiled.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            hits.append(f"{path.relative_to(ROOT)}:{line}: {match.group(0).strip()[:80]}")
    return hits


def _nothing(hits: list[str]) -> None:
    if hits:
        pytest.fail("\n".join(["found where it must not be:", *hits]), pytrace=False)


# --- code ---------------------------------------------------------------------------------------------------------


def test_only_the_transaction_commits() -> None:
    files = [path for path in _python_files() if path != ROOT / "fairs" / "core" / "db.py"]
    _nothing(_found(r"\.commit\(", files))


def test_only_the_clock_tells_the_time() -> None:
    files = [path for path in _python_files() if path != ROOT / "fairs" / "core" / "clock.py"]
    _nothing(_found(r"\b(?:datetime|date)\.(?:now|utcnow|today)\(|\btime\.time\(\)", files))


def test_no_file_is_too_long_to_read() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in _python_files()}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_no_test_is_skipped() -> None:
    files = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    _nothing(_found(r"pytest\.(?:mark\.)?(?:skip|xfail|importorskip)|unittest\.mock|monkeypatch\.setattr", files))


# --- routes -------------------------------------------------------------------------------------------------------


def _rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def _address(app: Flask, rule: Rule) -> str:
    values: dict[str, Any] = {}
    for name in rule.arguments:
        converter = type(rule._converters[name]).__name__
        values[name] = {"IntegerConverter": 1, "FloatConverter": 1.0}.get(converter, "x")
    method = next(iter(rule.methods or {"GET"}))
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=method)


def test_every_route_says_who_may_use_it(app: Flask) -> None:
    silent = [
        rule.rule
        for rule in _rules(app)
        if not (
            isinstance(mark := getattr(app.view_functions[rule.endpoint], MARK, None), Permission) or mark == "public"
        )
    ]
    assert silent == []


def test_every_change_needs_a_csrf_token(app: Flask, client: Client) -> None:
    answers = {}
    for rule in _rules(app):
        for method in CHANGES & (rule.methods or set()):
            if not rule.rule.startswith("/api/"):
                address = _address(app, rule)
                answers[f"{method} {rule.rule}"] = client.open(address, method=method, data={"a": "b"}).status_code
    assert answers
    assert {route: status for route, status in answers.items() if status != 400} == {}


def test_the_api_knows_no_cookies(app: Flask, client: Client) -> None:
    answers = {}
    for rule in _rules(app):
        if rule.rule.startswith("/api/v1/") and getattr(app.view_functions[rule.endpoint], MARK, None) != "public":
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = client.open(_address(app, rule), method=method, json={})
                answers[f"{method} {rule.rule}"] = (answer.status_code, answer.mimetype)
    assert {route: answer for route, answer in answers.items() if answer != (401, "application/problem+json")} == {}


# --- templates ----------------------------------------------------------------------------------------------------


def _templates() -> list[Path]:
    # Mail is not under the pages' Content-Security-Policy.
    return [path for path in sorted((ROOT / "templates").rglob("*.html")) if "messages" not in path.parts]


@pytest.mark.parametrize(
    "pattern",
    [
        r"<script(?![^>]*\bsrc=)(?![^>]*\btype=\"application/(?:ld\+)?json\")[^>]*>",
        r"<style\b[^>]*>",
        r"\sstyle\s*=",
        (
            r"\bon(?:click|dblclick|auxclick|contextmenu|change|input|submit|reset|select|invalid|search|toggle|load|unload"
            r"|beforeunload|error|message|storage|resize|scroll|wheel|focus\w*|blur|copy|cut|paste|drop|drag\w*|key\w+|mouse\w+"
            r"|touch\w+|pointer\w+|animation\w+|transition\w+)\s*="
        ),
        r"\bhx-on\b[^\s>]*",
        r"\bjs:",
        r"[\"'=]\s*javascript:",
        r"hx-trigger\s*=\s*(?:\"[^\"]*\[[^\"]*\"|'[^']*\[[^']*')",
        r"\|\s*safe\b",
    ],
    ids=["script", "style element", "style attribute", "handler", "hx-on", "js value", "js address", "filter", "safe"],
)
def test_templates_contain_no_code_that_the_policy_forbids(pattern: str) -> None:
    _nothing(_found(pattern, _templates(), flags=re.IGNORECASE))


# --- repository ---------------------------------------------------------------------------------------------------


def _tracked() -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    for name in listed.split("\0"):
        path = ROOT / name
        if (
            name
            and path.is_file()
            and path.suffix not in {".png", ".jpg", ".ico", ".woff2", ".ttf", ".pdf", ".xlsx", ".gz"}
        ):
            yield path


def test_locks_hold_no_address() -> None:
    _nothing(_found(r"\S*://\S*", [ROOT / name for name in LOCKS]))


def test_nothing_names_a_place_on_somebodys_machine() -> None:
    files = [path for path in _tracked() if path.name not in LOCKS]
    _nothing(_found(r"(?<![\w.~-])/(?:root|work|home/\w+|Users/\w+)/\w+", files))


def test_every_text_has_a_vietnamese_translation() -> None:
    from fairs.core.i18n import missing_translations

    _nothing([f"{place}: {message!r}" for message, place in missing_translations().items()])
