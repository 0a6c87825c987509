"""What browser tests share: watching a page for errors, axe-core, signing in, a camera that films a picture."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, WebError

from fairs.config import ROOT
from tests.support.server import PASSWORD

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Watch:
    """Collects what must not happen in a browser: script errors, messages on the console, answers of 500 and more.

    An answer of 4xx to a person's request is part of many tests and no error by itself; a missing script or picture is. ``allow`` takes a regular expression for messages
    that a test provokes on purpose.
    """

    problems: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=lambda: [r"^Failed to load resource: .* status of 4\d\d"])

    def allow(self, pattern: str) -> None:
        """From now on ignore messages that match."""
        self.allowed.append(pattern)

    def follow(self, context: BrowserContext) -> None:
        """Watch every page of ``context``, those that open later included."""
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("response", self._response)

    def check(self) -> None:
        """Fails when something was seen that no pattern allows."""
        unexpected = [text for text in self.problems if not any(re.search(allowed, text) for allowed in self.allowed)]
        assert unexpected == [], "the browser reported:\n" + "\n".join(unexpected)

    def _console(self, message: ConsoleMessage) -> None:
        # A violated Content-Security-Policy is reported here, too.
        if message.type in {"error", "warning"}:
            self.problems.append(message.text)

    def _error(self, error: WebError) -> None:
        self.problems.append(str(error.error))

    def _response(self, response: Response) -> None:
        asset = response.request.resource_type in {"script", "stylesheet", "image", "font", "manifest"}
        if response.status >= (400 if asset else 500):
            self.problems.append(f"{response.status} {response.request.method} {response.url}")


def axe(page: Page, *, within: str | None = None, without: tuple[str, ...] = ()) -> None:
    """Fails when axe-core finds anything on the page (or ``within`` a selector); ``without`` names rules to leave out."""
    # What is just being swapped in or fading is not what a person reads.
    page.wait_for_function(
        "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling') && document.getAnimations()"
        ".every(one => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"
    )
    # Evaluated over the debugging protocol, so that the page's policy stays as it is.
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE.read_text(encoding='utf-8')} }} }}")
    options = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "rules": {rule: {"enabled": False} for rule in without},
        "resultTypes": ["violations"],
    }
    found = page.evaluate(
        "([within, options]) => axe.run(within || document, options).then(result => result.violations)",
        [within, options],
    )
    assert found == [], f"axe-core on {page.url}:\n" + "\n".join(map(_describe, found))


def _describe(violation: dict[str, Any]) -> str:
    nodes = "\n".join(f"    {node['html'][:160]}\n      {node['failureSummary']}" for node in violation["nodes"][:5])
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}\n{nodes}"


_sessions: dict[tuple[str, str, str | None], Any] = {}


def login_as(page: Page, role: str, *, language: str | None = None, typed: bool = False) -> None:
    """Sign in as the demonstration's account of ``role``; ``language`` is ``vi`` or ``en``. Ends on the start page.

    The first time on the sign-in page, afterwards with the session of that time, unless it shall be ``typed`` again.
    """
    origin = _origin(page)
    known = _sessions.get((origin, role, language))
    if known and not typed:
        page.context.clear_cookies()
        page.context.add_cookies(known)
        page.goto("/start")
        if "/account/login" not in page.url:
            return
    if language:
        page.goto(f"/language/{language}")
    page.goto("/account/login")
    page.locator("input[name=email]").fill(f"{role}@fairs.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) [type=submit]").first.click()
    page.wait_for_url(lambda url: "/account/login" not in url)
    _sessions[origin, role, language] = page.context.cookies(origin)


def _origin(page: Page) -> str:
    address = urlsplit(page.url)
    if address.scheme not in {"http", "https"}:
        answer = page.goto("/healthz")
        assert answer is not None
        address = urlsplit(answer.url)
    return f"{address.scheme}://{address.netloc}"


def camera_arguments(film: Path) -> list[str]:
    """Chromium's arguments for a camera that shows ``film`` (see write_film) and is never asked for permission."""
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]


def write_film(picture: Image.Image, path: Path, *, frames: int = 10) -> Path:
    """Write a film (Y4M, 640 × 480) that shows ``picture`` in the middle of a white frame; gives back ``path``."""
    frame = Image.new("L", (640, 480), 255)
    fitted = picture.convert("L")
    fitted.thumbnail((400, 400), Image.Resampling.NEAREST)
    if fitted.width < 300:
        scale = 300 // fitted.width
        fitted = fitted.resize((fitted.width * scale, fitted.height * scale), Image.Resampling.NEAREST)
    frame.paste(fitted, ((640 - fitted.width) // 2, (480 - fitted.height) // 2))
    colourless = bytes([128]) * (320 * 240 * 2)
    with path.open("wb") as out:
        out.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n")
        for _ in range(frames):
            out.write(b"FRAME\n" + frame.tobytes() + colourless)
    return path
