"""A person at a browser without scripts: opens pages, fills in the forms that stand there, presses their buttons."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from threading import Lock
from typing import Any
from urllib.parse import urljoin, urlsplit

import python_calamine
import requests

from tests.drill.servers import DrillFailed
from tests.support.demonstration import PASSWORD

SLOW = 2.0  # seconds from which a page is too slow for somebody who works with it all day

Values = Mapping[str, str | Sequence[str]]
Files = Mapping[str, tuple[str, bytes]]


class Clock:
    """How long each kind of page took; all visitors share one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.taken: list[tuple[float, str]] = []

    def note(self, seconds: float, method: str, path: str) -> None:
        """One answer; keys and tokens of addresses are left out."""
        kind = re.sub(r"/(i|rsvp)/[^/?]+", r"/\1/…", path)
        kind = re.sub(r"/\d+(?=/|$)", "/…", kind)
        kind = re.sub(r"/[A-Z]{2}\d\d-[A-Z]-?\d+", "/…", kind)
        with self._lock:
            self.taken.append((seconds, f"{method} {kind}"))

    def slowest(self, many: int) -> list[tuple[str, float, float, int]]:
        """The kinds of pages that took longest: longest and middle answer, number of answers."""
        kinds: dict[str, list[float]] = {}
        for seconds, kind in self.taken:
            kinds.setdefault(kind, []).append(seconds)
        rows = [(kind, max(all_), sorted(all_)[len(all_) // 2], len(all_)) for kind, all_ in kinds.items()]
        return sorted(rows, key=lambda row: -row[1])[:many]


@dataclass
class Control:
    """An input, choice or button."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    target: str = ""  # of a button that posts to another address than its form


@dataclass
class Form:
    """A form that changes something."""

    action: str
    controls: list[Control] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        """What can be filled in."""
        return {one.name for one in self.controls}

    def options(self, name: str) -> list[str]:
        """What can be chosen under a name."""
        return [option for one in self.controls if one.name == name for option in one.options]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._choice: Control | None = None
        self._text: Control | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = None
            if given.get("method", "get").lower() == "post":
                self._open = Form(given.get("action", ""))
                self.forms.append(self._open)
                self._by_id[given.get("id", "")] = self._open
            return
        form = self._by_id.get(given["form"]) if "form" in given else self._open
        name, kind = given.get("name", ""), given.get("type", "").lower()
        if tag == "option" and self._choice is not None:
            self._option(given)
        elif form is None or "disabled" in given:
            return
        elif tag == "button" and kind in {"", "submit"}:
            form.controls.append(Control(name, "button", [given.get("value", "")], target=given.get("formaction", "")))
        elif not name:
            return
        elif tag == "select":
            self._choice = Control(name, "many" if "multiple" in given else "one")
            form.controls.append(self._choice)
        elif tag == "textarea":
            self._text = Control(name, "text", [""])
            form.controls.append(self._text)
        elif tag == "input" and kind in {"checkbox", "radio"}:
            value = given.get("value", "on")
            form.controls.append(Control(name, kind, [value] if "checked" in given else [], [value]))
        elif tag == "input":
            form.controls.append(Control(name, kind or "text", [] if kind == "file" else [given.get("value", "")]))

    def _option(self, given: Mapping[str, str]) -> None:
        assert self._choice is not None
        self._choice.options.append(given.get("value", ""))
        if "selected" in given:
            self._choice.values.append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select" and self._choice is not None:
            if self._choice.kind == "one" and not self._choice.values:
                self._choice.values = self._choice.options[:1]
            self._choice = None
        elif tag == "textarea":
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.values[0] += data


class Page:
    """What came back."""

    def __init__(self, answer: requests.Response) -> None:
        self.url, self.status, self.content, self.text = answer.url, answer.status_code, answer.content, ""
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            self.text = answer.text
        self._forms: list[Form] | None = None

    @property
    def forms(self) -> list[Form]:
        """The forms that post."""
        if self._forms is None:
            reader = _Reader()
            reader.feed(self.text)
            self._forms = reader.forms
        return self._forms

    def form(self, ends: str = "", *, has: str = "", button: str = "") -> Form:
        """The form that goes to an address with this end, with this field and button; raises DrillFailed when there is none."""
        for form in self.forms:
            path = urlsplit(urljoin(self.url, form.action)).path
            presses = {value for one in form.controls if one.kind == "button" for value in one.values}
            if path.endswith(ends) and (not has or has in form.names) and (not button or button in presses):
                return form
        raise DrillFailed(
            f"no form for {ends or has or button} on {urlsplit(self.url).path}: {self.said or 'nothing is said'}"
        )

    def has(self, ends: str) -> bool:
        """Whether there is a form that goes there."""
        return any(urlsplit(urljoin(self.url, form.action)).path.endswith(ends) for form in self.forms)

    @property
    def said(self) -> str:
        """Errors and messages, as a reader sees them."""
        blocks = re.findall(
            r'<(\w+)[^>]*(?:role="(?:alert|status)"|class="field-error)[^>]*>(.*?)</\1>', self.text, re.DOTALL
        )
        words = (re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", block))).strip() for _tag, block in blocks)
        return " | ".join(dict.fromkeys(one for one in words if one))[:600]

    def sheet(self, number: int = 0) -> list[dict[str, str]]:
        """The rows of a spreadsheet by its heads."""
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(self.content))
        rows = book.get_sheet_by_index(number).to_python()
        heads = [str(one) for one in rows[0]]
        return [dict(zip(heads, (str(one) for one in row), strict=False)) for row in rows[1:]]


class Visitor:
    """One browser with its own cookies. ``lang`` is what it says it reads."""

    def __init__(self, address: str, clock: Clock, *, lang: str = "en", agent: str = "Mozilla/5.0 (drill)") -> None:
        self.address, self.clock = address, clock
        self.http = requests.Session()
        self.http.headers.update({"Accept-Language": lang, "User-Agent": agent})

    def sign_in(self, role: str) -> Visitor:
        """With the password on the sign-in page, in English."""
        page = self.get("/account/login")
        self.send(page, page.form(has="password"), {"email": f"{role}@fairs.example", "password": PASSWORD})
        self.get("/language/en")
        return self

    def get(self, path: str, *, expect: int = 200) -> Page:
        """Open a page."""
        return self._ask("GET", path, expect)

    def send(
        self, page: Page, form: Form, values: Values | None = None, *, press: str = "", files: Files | None = None,
        expect: int = 200,
    ) -> Page:  # fmt: skip
        """Fill in a form and press a button, the first or the one with this value; what is not said stays as it stands."""
        given = dict(values or {})
        data: list[tuple[str, str]] = []
        for one in form.controls:
            if one.kind in {"button", "file"} or one.name in given:
                continue
            data += [(one.name, value) for value in one.values]
        for name, value in given.items():
            if name not in form.names:
                raise DrillFailed(f"no field {name} in the form {form.action} of {urlsplit(page.url).path}")
            data += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        buttons = [one for one in form.controls if one.kind == "button" and press in {"", *one.values}]
        if not buttons:
            raise DrillFailed(f"no button {press} on {urlsplit(page.url).path}: {page.said}")
        if buttons[0].name:
            data.append((buttons[0].name, buttons[0].values[0]))
        target = urljoin(page.url, buttons[0].target or form.action or page.url)
        return self._ask("POST", target, expect, data=data, files=dict(files) if files else None, referer=page.url)

    def _ask(self, method: str, path: str, expect: int, *, referer: str = "", **more: Any) -> Page:
        url = urljoin(self.address, path)
        headers = {"Referer": referer} if referer else {}
        answer = self.http.request(method, url, timeout=120, headers=headers, **more)
        first = answer.history[0] if answer.history else answer
        self.clock.note(first.elapsed.total_seconds(), method, urlsplit(url).path)
        for later in [*answer.history[1:], *([answer] if answer.history else [])]:
            self.clock.note(later.elapsed.total_seconds(), "GET", urlsplit(later.url).path)
        page = Page(answer)
        if page.status != expect:
            where = re.sub(r"/(i|rsvp)/[^/?]+", r"/\1/…", urlsplit(url).path)
            raise DrillFailed(f"{method} {where} was answered by {page.status}: {page.said or page.text[:200]}")
        return page
