"""An importer's way in Chromium: form, mail, approval, the badge on the phone without a network; accessible throughout."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import Watch, axe
from tests.support.server import LiveServer

PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def upcoming(live_server: LiveServer) -> str:
    """The slug of the demonstration's fair that takes registrations and has not begun."""
    return slug(live_server, "booking_open")


def slug(server: LiveServer, state: str) -> str:
    import json
    import urllib.request

    with urllib.request.urlopen(f"{server.url}/api/v1/fairs", timeout=20) as answer:
        fairs = json.load(answer)["items"]
    return str(next(fair["slug"] for fair in fairs if fair["state"] == state))


def mail_link(server: LiveServer, address: str, kind: str) -> str:
    """The page's path in the newest mail of ``kind`` to ``address``."""
    import sqlite3

    for _ in range(50):
        with sqlite3.connect(server.instance / "fairs.db") as outbox:
            row = outbox.execute(
                "select body from outbox_messages where recipient = ? and kind = ? order by id desc", (address, kind)
            ).fetchone()
        if row:
            found = re.search(r"http://[^/\s]+(/[iv]/\S+)", row[0])
            assert found
            return found.group(1)
        time.sleep(0.1)
    raise AssertionError(f"no mail of {kind} to {address}")


def fill_in(page: Page, address: str) -> None:
    page.get_by_label("Company", exact=True).fill("Sample Imports KK")
    page.get_by_label("Country").select_option("JP")
    page.get_by_label("Your business").select_option("retailer")
    page.get_by_label("Your name, as you write it").fill("田中花子")
    page.get_by_label("Your name in Latin letters").fill("Tanaka Hanako")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Ceramics and porcelain").check()
    page.get_by_label("The organiser may keep these details").check()


def test_registration_approval_and_the_phone_without_a_network(
    live_server: LiveServer,
    page: Page,
    context: BrowserContext,
    open_page: Callable[..., Page],
    upcoming: str,
    watch: Watch,
) -> None:
    address = f"hanako{time.time_ns()}@mihon.example"
    page.goto(f"/f/{upcoming}/importers/register")
    page.locator("main form").get_by_role("button", name="Register").click()
    expect(page.locator(".error-summary")).to_be_focused()
    axe(page)
    fill_in(page, address)
    page.locator("main form").get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    expect(page.get_by_text(address)).to_be_visible()
    axe(page)

    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    link = mail_link(live_server, address, "importers/confirm")
    page.goto(link)
    axe(page)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Thank you. Now it is our turn.")).to_be_visible()
    axe(page)

    organiser = open_page("organiser")
    organiser.goto("/language/en")
    organiser.goto(f"/fairs/{upcoming}/importers?q={address}")
    organiser.get_by_role("link", name="田中花子").click()
    organiser.get_by_role("button", name="Approve").click()
    expect(organiser.get_by_text("The badge is on its way.")).to_be_visible()
    axe(organiser)

    link = mail_link(live_server, address, "importers/approved")
    page.goto(link)
    expect(page.get_by_text("Saved on this phone")).to_be_visible()
    short_code = page.locator(".pass-short").inner_text()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    watch.allow("ERR_INTERNET_DISCONNECTED|Failed to load resource: net::")
    context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="田中花子")).to_be_visible()
    expect(page.locator(".pass-short")).to_have_text(short_code)
    expect(page.get_by_text("No network")).to_be_visible()
    size = page.locator(".pass-code .qr").bounding_box()
    assert size is not None
    assert size["width"] > 250  # the kept style sheet is at work
    page.get_by_role("button", name="Show the code large").click()
    large = page.locator(".code-screen .qr").bounding_box()
    assert large is not None
    assert large["width"] > 340
    page.keyboard.press("Escape")
    # Other pages of the site are not kept.
    kept = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async name => (await (await caches.open(name)).keys())"
        ".map(request => new URL(request.url).pathname)))).flat()"
    )
    pages = [path for path in kept if not path.startswith("/static/")]
    assert link in pages
    assert all(re.fullmatch(r"/[iv]/[A-Za-z0-9_-]+", path) for path in pages)

    context.set_offline(False)
    page.reload()
    expect(page.get_by_text("No network")).to_be_hidden()
    organiser.goto(f"/fairs/{upcoming}/importers?q={address}")
    organiser.get_by_role("link", name="田中花子").click()
    organiser.get_by_role("link", name=re.compile("-P-")).click()
    organiser.locator("[name=reason]").first.fill("Lost")
    organiser.get_by_role("button", name="Revoke").click()
    organiser.locator("#confirm-dialog [value=ok]").click()
    expect(organiser.get_by_text("opens no gate any more.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="This badge is no longer valid")).to_be_visible()
    page.wait_for_function(
        "async path => !(await (await caches.open('fairs-card-pages-1')).match(path))", arg=link, timeout=5000
    )


@pytest.mark.parametrize(("language", "size"), [("vi", PHONE), ("en", LAPTOP)], ids=["vi-390", "en-1280"])
def test_public_pages_are_accessible(page: Page, upcoming: str, language: str, size: Any) -> None:
    page.set_viewport_size(size)
    page.goto(f"/language/{language}")
    for path in ("importers/register", "importers/check-mail", "visit", "visit/done"):
        page.goto(f"/f/{upcoming}/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path


@pytest.mark.parametrize(("language", "size"), [("vi", PHONE), ("en", LAPTOP)], ids=["vi-390", "en-1280"])
def test_staff_pages_are_accessible(open_page: Callable[..., Page], upcoming: str, language: str, size: Any) -> None:
    page = open_page("organiser", viewport=size)
    page.goto(f"/language/{language}")
    for path in (
        "importers",
        "importers?state=submitted",
        "importers?q=nobody-at-all",
        "importers/new",
        "visitors",
        "desk",
    ):
        page.goto(f"/fairs/{upcoming}/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    page.goto(f"/fairs/{upcoming}/importers?state=submitted")
    page.locator("tbody a").first.click()
    page.wait_for_load_state()
    axe(page)


def test_a_draft_survives_a_reload(page: Page, upcoming: str) -> None:
    page.goto(f"/f/{upcoming}/importers/register")
    page.get_by_label("Company", exact=True).fill("Sample Imports KK")
    page.reload()
    expect(page.get_by_label("Company", exact=True)).to_have_value("Sample Imports KK")
