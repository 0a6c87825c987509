"""Hotels in Chromium on a phone: the matrix of nights, who stays, a guest placed elsewhere on the one screen; accessible throughout."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_importers import PHONE, slug
from tests.support.browser import axe
from tests.support.server import LiveServer


def test_from_the_matrix_to_another_room(live_server: LiveServer, open_page: Callable[..., Page]) -> None:
    page = open_page("hospitality", viewport=PHONE)
    page.goto("/language/en")
    hotels = f"/fairs/{slug(live_server, 'booking_open')}/hotels"
    for path in ("", "/placing"):
        page.goto(hotels + path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page.goto(hotels)
    matrix = page.get_by_role("region", name="Rooms taken by night")
    expect(matrix).to_be_visible()
    row = matrix.get_by_role("row").filter(has_text="Superior Twin")
    row.get_by_role("link", name=re.compile(r"^[1-9]\d*.\d+")).first.click()
    expect(page.get_by_text("Who stays in the night of")).to_be_visible()
    axe(page)
    guest = page.locator("#list tbody a").first
    name = guest.inner_text()
    guest.click()
    panel = page.locator("#panel-nights")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    axe(page)
    suite = panel.locator("li").filter(has_text="Executive Suite")
    suite.get_by_role("button", name="Place here").click()
    expect(panel.locator("li").filter(has_text="Executive Suite")).to_contain_text("here now")
    panel.get_by_text("Change the nights").click()
    panel.get_by_label("Leaves on").fill("2026-01-01")
    panel.get_by_role("button", name="Save").first.click()
    expect(panel.get_by_text("The day of leaving has to be after the day of arrival.").first).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
