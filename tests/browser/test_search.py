"""Search from anywhere by keyboard: the slash, arrows, Enter; a hand scanner's badge; without scripts as a page."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.browser import axe

SHORT_CODE = re.compile(r"^\s*\w{4}-\w{4}-\w{4}-\w{4}\s*$")


def test_slash_arrow_enter(open_page: Callable[..., Page]) -> None:
    page = open_page("organiser")
    page.goto("/language/en")
    page.goto("/directory?kind=people")
    person = page.locator("td.cell-name a").first
    name, address = person.inner_text(), person.get_attribute("href")
    field, listed = page.get_by_role("combobox", name="Search everything"), page.locator("#found")

    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type(name)
    expect(listed.get_by_role("option").first).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    axe(page)
    page.keyboard.press("ArrowDown")
    expect(listed.locator('[aria-selected="true"]')).to_have_count(1)
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    expect(field).to_have_value(name)
    page.keyboard.press("ArrowDown")
    chosen = listed.locator('[aria-selected="true"]')
    target = chosen.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{target}")

    # As a hand scanner types it: all at once, Enter at the end, before any list is there; nothing of it in an address.
    page.goto(f"{address}")
    axe(page)
    page.goto("/search?q=nguyen")
    axe(page)
    badge = page.locator('a[href*="/badges/"]').first.get_attribute("href")
    page.goto(badge or "")
    short = page.locator(".mono", has_text=SHORT_CODE).first.inner_text()
    page.goto("/directory")
    page.keyboard.press("/")
    page.keyboard.type(short)
    page.keyboard.press("Enter")
    page.wait_for_url("**/directory/people/*")
    assert "q=" not in page.url
