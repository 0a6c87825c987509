"""The devices of the drill: telephones (Chromium with a disk of its own) and readers (programs that keep and hand in as telephones do)."""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from fairs.core.clock import now
from scripts.chromium import system_chromium
from tests.drill.servers import DrillFailed, until

PATIENCE_MS = 30_000
PIN = "482913"
_OTHER_DAY = (
    "const Real = Date; Date = class extends Real { constructor(...a) { super(...(a.length ? a : [Real.now() + DAYS * 864e5])); }"
    " static now() { return Real.now() + DAYS * 864e5; } };"
)
_KEPT = (
    "() => new Promise((resolve, reject) => { const open = indexedDB.open('fairs-gate'); open.onerror = reject; open.onsuccess = () => {"
    " const db = open.result, asked = db.transaction('scans').objectStore('scans').getAll();"
    " asked.onsuccess = () => { db.close(); resolve(asked.result.map(({id, kind}) => [id, kind])); }; }; })"
)


@dataclass
class Logged:
    """What a guard saw: the scan's id, what was scanned, and the verdict."""

    id: str
    code: str
    verdict: str


class Telephone:
    """A telephone at a gate. ``log`` is what its guard saw, written down beside it: the server must know all of it, once."""

    def __init__(self, playwright: Playwright, disk: Path, gate: str, *, days_off: int = 0) -> None:
        self._playwright, self._disk, self.gate, self._days_off = playwright, disk, gate, days_off
        self.log: list[Logged] = []
        self.acts: dict[str, str] = {}  # what people did at it beside scanning: the kind by the event's id
        self._context: BrowserContext | None = None
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        """Its screen."""
        if self._page is None:
            raise DrillFailed("a telephone that is switched off has no screen")
        return self._page

    def switch_on(self, address: str) -> None:
        """Open the application; its disk is what it was."""
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        path = system_chromium()
        self._context = self._playwright.chromium.launch_persistent_context(
            str(self._disk), args=[*arguments, "--disable-gpu", "--disable-dev-shm-usage"], locale="en-GB",
            viewport={"width": 390, "height": 844}, **({"executable_path": path} if path else {}),
        )  # fmt: skip
        self._context.set_default_timeout(PATIENCE_MS)
        if self._days_off:
            self._context.add_init_script(_OTHER_DAY.replace("DAYS", str(self._days_off)))
        self._page = self._context.pages[0] if self._context.pages else self._context.new_page()
        self._page.goto(address)

    def work(self) -> None:
        """Wait until it scans."""
        expect(self.page.locator("#gate[data-ready=yes]")).to_be_attached(timeout=PATIENCE_MS)
        # Verdicts stay up until the next scan, however slow this machine is.
        self.page.evaluate("document.getElementById('gate').dataset.hold = '600000'")

    def choose_gate(self) -> None:
        """Stand at its gate."""
        self.page.locator("#menu").click()
        self.page.locator("#choose-gate").select_option(self.gate)
        self.page.get_by_role("button", name="Back to scanning").click()

    def scan(self, code: str) -> Logged:
        """Scan a code and write down what the guard saw."""
        self.page.keyboard.press("Escape")
        known = self._rows()
        self.enter(code)
        return self._noted(code, known)

    def _noted(self, code: str, known: set[str]) -> Logged:
        """Write down the verdict of the scan that was made just now; rows of earlier ones may come and go meanwhile."""
        known = known | {one.id for one in self.log}
        until("a verdict shows", lambda: bool(self._rows() - known))
        (new,) = self._rows() - known
        words = self.page.locator("#verdict").get_attribute("class") or ""
        verdict = next((name.removeprefix("verdict-") for name in words.split() if name.startswith("verdict-")), "")
        seen = Logged(new, code, verdict)
        self.log.append(seen)
        return seen

    def enter(self, code: str) -> None:
        """As a hand scanner does, without waiting for anything."""
        self.page.locator("#code").fill(code)
        self.page.locator("#code").press("Enter")

    def _rows(self) -> set[str]:
        """The ids in the list of last scans."""
        return set(
            self.page.locator("#last").evaluate("list => [...list.children].map((one) => one.dataset.id ?? '')")
        ) - {""}

    def kept(self) -> dict[str, str]:
        """The events that its disk keeps for the server, and of what kind they are."""
        return dict(self.page.evaluate(_KEPT))

    def waiting(self) -> int:
        """How many events its disk keeps for the server."""
        return len(self.kept())

    def swipe(self, text: str) -> Logged:
        """As a hand scanner does: one key after the other, wherever the cursor is."""
        self.page.keyboard.press("Escape")
        known = self._rows()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")
        return self._noted(text, known)

    def do(self, kind: str, button: str, reason: str) -> None:
        """A supervisor's act on the last scan or at the gate, from the menu."""
        self.page.keyboard.press("Escape")
        self.page.locator("#menu").click()
        self.page.get_by_role("button", name=button).click()
        self._give_reason(kind, reason, "verdict-bound")

    def do_to_last(self, kind: str, button: str, reason: str) -> None:
        """An act on the last scan, from its row."""
        self.page.keyboard.press("Escape")
        self.page.locator("#last").get_by_role("button", name=button).first.click()
        self._give_reason(kind, reason, "verdict-admitted" if kind == "admit" else "")

    def bind(self, blank: str, person: str) -> None:
        """Make a blank the badge of whose code is scanned next."""
        self.page.keyboard.press("Escape")
        self.page.locator("#menu").click()
        self.page.get_by_role("button", name="Bind a blank badge").click()
        for code in (blank, person):
            words = self.page.locator("#taker-words").inner_text()
            self.enter(code)
            expect(self.page.locator("#taker-words")).not_to_have_text(words)
        expect(self.page.locator("#verdict.verdict-bound")).to_be_visible()
        self._note_act("bind")

    def _give_reason(self, kind: str, reason: str, shows: str) -> None:
        pin, why = self.page.locator("#pin-dialog"), self.page.locator("#reason-dialog")
        expect(pin.or_(why).filter(visible=True)).to_be_visible()
        if pin.is_visible():
            self.page.locator("#pin-code").fill(PIN)
            self.page.get_by_role("button", name="Unlock").click()
        why.get_by_role("button", name=reason).click()
        if shows:
            expect(self.page.locator(f"#verdict.{shows}")).to_be_visible()
        self._note_act(kind)

    def _note_act(self, kind: str) -> None:
        def found() -> set[str]:
            return {one for one, of in self.kept().items() if of == kind} - set(self.acts)

        until(f"the act {kind} is on the disk", lambda: bool(found()))
        self.acts |= dict.fromkeys(found(), kind)

    def has_state(self, word: str) -> bool:
        """Whether the word at the top says so."""
        return word in self.page.locator("#network").inner_text()

    def lose_power(self) -> None:
        """Off at once: nothing is written any more."""
        mark = f"--user-data-dir={self._disk}"
        for folder in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                if mark in (folder / "cmdline").read_text(errors="replace").split("\0"):
                    os.kill(int(folder.name), signal.SIGKILL)
        with suppress(Exception):
            if self._context is not None:
                self._context.close()
        self._context = self._page = None

    def switch_off(self) -> None:
        """In good order."""
        if self._context is not None:
            self._context.close()
        self._context = self._page = None


@dataclass
class Reader:
    """A device without a screen, which keeps its log and hands in batches until each entry is acknowledged."""

    address: str
    token: str
    gate: str
    name: str
    offset: timedelta = timedelta()  # its clock minus the true time
    log: list[dict[str, Any]] = field(default_factory=list)
    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    lost: int = 0  # calls without an answer

    def scan(self, code: str, at: datetime | None = None, *, direction: str = "in", gate: str | None = None) -> str:
        """Keep a scan; gives its id."""
        entry = {
            "id": str(uuid.uuid4()), "seq": len(self.log) + 1, "device": self.name, "code": code, "gate": gate or self.gate,
            "direction": direction, "scanned_at": ((at or now()) + self.offset).isoformat(), "verdict": "welcome",
        }  # fmt: skip
        self.log.append(entry)
        self.waiting[entry["id"]] = entry
        return str(entry["id"])

    def hand_in(self, path: str, most: int = 500, *, patience: float = 120.0) -> None:
        """Send what waits, in order, again and again until nothing waits; raises DrillFailed."""
        end = time.monotonic() + patience
        while self.waiting:
            if time.monotonic() > end:
                raise DrillFailed(
                    f"{len(self.waiting)} scans of {self.name} were not taken: {self.lost} calls unanswered"
                )
            if not self.send(path, list(self.waiting.values())[:most]):
                time.sleep(0.3)

    def send(self, path: str, entries: Sequence[dict[str, Any]]) -> bool:
        """One call; False when nobody answered. Only what is acknowledged is forgotten."""
        try:
            answer = requests.post(
                f"{self.address}{path}", json={"scans": list(entries), "sent_at": (now() + self.offset).isoformat()},
                headers={"Authorization": f"Bearer {self.token}"}, timeout=10,
            )  # fmt: skip
        except requests.RequestException:
            self.lost += 1
            return False
        if answer.status_code >= 500:
            self.lost += 1
            return False
        if answer.status_code != 200:
            raise DrillFailed(f"{self.name}: {answer.status_code} {answer.text[:300]}")
        for result in answer.json()["results"]:
            self.answers[result["id"]] = result["verdict"]
            self.waiting.pop(result["id"], None)
        return True

    def send_twice_at_once(self, path: str, entries: Sequence[dict[str, Any]]) -> None:
        """The same call on two connections at the same moment."""
        start = threading.Barrier(2)

        def call() -> None:
            start.wait()
            self.send(path, entries)

        callers = [threading.Thread(target=call) for _ in range(2)]
        for one in callers:
            one.start()
        for one in callers:
            one.join()
