"""Every form of every page, filled with what no one should type: told, never an error of ours, never run, never lost."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest

from fairs.accounts.queries import user_by_email
from fairs.core.db import db
from fairs.core.text import clean, one_line
from tests.support.addresses import Addresses
from tests.support.client import login
from tests.support.databases import Kind
from tests.support.pages import Form, forms_of

SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = '"><img src=x onerror=alert(1)>'
TYPED = {
    "markup": f"{SCRIPT}{ATTRIBUTE}{{{{7*7}}}} {{% raise %}} ${{7*7}}", "formula": '=HYPERLINK("http://evil.example","x")',
    "marks": "a\x00b\u202egnp.exe\u2066 👩\u200d👧 株式会社\r\nBcc: x@evil.example", "long": "x" * 10_000, "negative": "-1",
    "huge": "9" * 30, "float": "1e400", "day": "2026-02-30", "digits": "٣", "blank": " \u200b ",
}  # fmt: skip
CHOSEN = {
    "unknown code": "nonsense",
    "foreign id": "987654321",
    "huge id": "9" * 30,
    "negative id": "-1",
    "script": SCRIPT,
    "nul": "\x00",
}
# Each form is sent these and, in turn, one of the other typed and one of the other chosen values, so that every value meets many
# forms: all values at all forms are some thousands of pages more, FAIRS_DRILL=1 sends them.
ALWAYS = {
    Kind.SQLITE: {"markup", "long", "huge", "huge id"},
    Kind.POSTGRES: {"marks", "nul", "huge", "huge id"},  # PostgreSQL alone refuses a NUL
}
# What the database itself has to say something about is tried on the second one as well.
ON_POSTGRES = {"marks", "nul", "huge", "huge id", "foreign id"}
# Only these could be run by the page that a form leads to.
SHOWN_AFTERWARDS = {"markup", "marks", "script", "twice"}
VISITS = [("admin", True), ("admin", False), ("exhibitor", False), ("nobody", False)]
NOT_HERE = {"/account/logout"}
# Each answer draws all badges of the fair: two attacks show what there is to see.
DRAWS_ALL_BADGES, ENOUGH_FOR_IT = "/badges/print", {"missing", "unknown code"}
# What differs at a fair that does not run yet.
BEFORE_THE_FAIR = ("/plan", "/bookings", "/exhibitors", "/importers", "/visitors", "/desk")


@contextmanager
def taken_back() -> Iterator[None]:
    """What one form changes must not be in the way of the next one."""
    db.session.rollback()  # what the test has read ends before the savepoint begins, not after
    connection: Any = db.engines[None]
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()


def all_forms(addresses: Addresses, who: str, running: bool) -> tuple[Any, list[Form]]:
    client: Any = addresses.app.test_client()
    if who != "nobody":
        user = user_by_email(f"{who}@fairs.example")
        assert user is not None
        login(client, user)
    client.get("/language/en")
    found: dict[Any, Form] = {}  # one of a kind: a list has the same form in each of its rows
    routes = addresses.app.url_map.bind("localhost")
    for rule in addresses.rules("GET"):
        if rule.rule.startswith("/api/") or rule.endpoint == "accounts.language":
            continue
        if who == "admin" and not running and "fair_slug" not in rule.arguments:
            continue
        path = addresses.path(rule)
        answer = client.get(path)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            for form in forms_of(path, answer.text):
                assert routes.test(urlsplit(form.action).path, "POST"), f"{form.action} on {path} takes no POST"
                endpoint, _values = routes.match(urlsplit(form.action).path, "POST")
                # Rows whose fields carry their number are of one kind, too.
                found.setdefault((endpoint, re.sub(r"\d+", "#", str(form.names))), form)
    forms = [form for form in found.values() if urlsplit(form.action).path not in NOT_HERE]
    if who == "admin" and not running:
        forms = [
            form
            for form in forms
            if any(f"{addresses.fair.slug}{section}" in form.action for section in BEFORE_THE_FAIR)
        ]
    return client, forms


def in_turn(values: dict[str, str], number: int, database: Kind) -> dict[str, str]:
    """Those that each form is sent, and one of the others."""
    always = ALWAYS[database]
    others = [what for what in values if what not in always]
    if "FAIRS_DRILL" in os.environ:
        return values
    return {what: value for what, value in values.items() if what in always or what == others[number % len(others)]}


def attacks(form: Form, number: int, database: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what it is, what is sent) to the form with this number."""
    plain: dict[str, Any] = form.filled()
    yield "missing", {}
    yield "twice", {name: [*values, *values, SCRIPT] for name, values in plain.items()}
    if any(one.is_typed for one in form.fields):
        for what, value in in_turn(TYPED, number, database).items():
            yield what, plain | {one.name: [value] for one in form.fields if one.is_typed}
    chosen = {
        one.name
        for one in form.fields
        if not one.is_typed and one.kind not in {"file", "button"} and one.name != "csrf_token"
    }
    if chosen:
        for what, value in in_turn(CHOSEN, number, database).items():
            yield what, plain | {name: [value] for name in chosen}
    for one in form.fields:
        if one.kind == "file":
            yield "file", plain | {one.name: (BytesIO(b"MZ\x90\x00"), f"{SCRIPT}.pdf\x00.exe")}


def runs(text: str) -> bool:
    """Whether what was typed has become code of the page."""
    return SCRIPT in text or '"><img src=x' in text or "onerror=alert(1)>" in text.replace("&gt;", "")


def lost(form: Form, sent: dict[str, Any], text: str) -> list[str]:
    """Names of the fields in which what was typed does not stand any more."""
    if form.action.endswith("/scan"):
        return []  # the screen of a gate is ready for the next badge
    gone = []
    for one in form.fields:
        if not one.is_kept or one.name not in sent or not isinstance(sent[one.name], list):
            continue
        typed = str(sent[one.name][0])
        kept = {
            typed[:100] if len(typed) > 1_000 else typed,
            clean(typed),
            one_line(typed),
            typed.strip(),
            clean(typed).replace("\r\n", "\n"),
        }
        if clean(typed) and not any(
            html.escape(part) in text or str(html.escape(part, quote=False)) in text or _markup(part) in text
            for part in kept
            if part
        ):
            gone.append(one.name)
    return gone


def _markup(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("who", "running"), VISITS, ids=["admin-running", "admin-booking", "exhibitor", "nobody"])
def test_no_form_breaks_runs_or_loses_what_is_typed(
    demonstrations: Any, database: Any, who: str, running: bool
) -> None:
    with demonstrations.sampled(database, running=running) as addresses:
        client, forms = all_forms(addresses, who, running)
        assert len(forms) >= 5
        wrong = attacked(client, forms, database)
    assert not wrong, "\n".join(wrong)


def attacked(client: Any, forms: list[Form], database: Kind) -> list[str]:
    """What went wrong when all forms were sent what no one should type."""
    wrong = []
    for number, form in enumerate(forms):
        for what, sent in attacks(form, number, database):
            if database is Kind.POSTGRES and what not in ON_POSTGRES:
                continue
            if form.action.endswith(DRAWS_ALL_BADGES) and what not in ENOUGH_FOR_IT:
                continue
            with taken_back():
                answer = client.submit(form.action, sent)
                shown = answer.text if answer.mimetype == "text/html" else ""
                if answer.status_code == 303 and what in SHOWN_AFTERWARDS:
                    shown = client.get(answer.headers["Location"]).text
            where = f"{form.action} (on {form.page}), {what}"
            if answer.status_code >= 500:
                wrong.append(f"{where}: {answer.status_code}")
            if runs(shown):
                wrong.append(f"{where}: not escaped")
            if answer.status_code == 422 and "<html" in shown and what != "twice" and (gone := lost(form, sent, shown)):
                wrong.append(f"{where}: {', '.join(gone)} lost")
    return wrong
