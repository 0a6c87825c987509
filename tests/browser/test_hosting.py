"""Support of importers in Chromium: the list with its live ceilings, one application proposed by one person and approved by another."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.browser import axe, login_as
from tests.support.server import LiveServer


def test_from_the_list_to_the_approval(live_server: LiveServer, page: Page, open_page: Callable[..., Page]) -> None:
    with urllib.request.urlopen(f"{live_server.url}/api/v1/fairs", timeout=20) as answer:
        slug = next(fair["slug"] for fair in json.load(answer)["items"] if fair["state"] == "booking_open")
    page.set_viewport_size({"width": 390, "height": 844})
    login_as(page, "organiser", language="en")
    page.goto(f"/fairs/{slug}/hosting?state=applied")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("tbody input[name=pick]").first.check()
    expect(page.locator("#room .card-subtitle")).to_contain_text("chosen")
    page.locator("tbody .cell-name a").last.click()
    expect(page.get_by_role("heading", name="Next step")).to_be_visible()
    axe(page)
    reference = page.url.split("?")[0].rsplit("/", 1)[-1]
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.get_by_text("You proposed it: somebody else approves.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()

    other = open_page("finance")
    other.goto("/language/en")
    other.goto(f"/fairs/{slug}/hosting/{reference}")
    other.get_by_role("button", name="Approve", exact=True).click()
    expect(other.get_by_text("Approved: place and money are committed").first).to_be_visible()
    axe(other)
    for path in ("hosting-settings", "hosting-settings/weights", "hosting/reserve", "hosting/board"):
        page.goto(f"/fairs/{slug}/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
