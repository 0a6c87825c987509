"""Lists in Chromium: many rows with preview and undo; a record beside its list keeps position and what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_importers import slug
from tests.support.browser import axe
from tests.support.server import LiveServer


@pytest.fixture(scope="session")
def running(live_server: LiveServer) -> str:
    """The slug of the demonstration's fair that runs."""
    return slug(live_server, "running")


def test_badges_are_marked_and_unmarked_together(open_page: Callable[..., Page], running: str) -> None:
    page = open_page("desk")
    page.goto("/language/en")
    page.goto(f"/fairs/{running}/badges?printed=no&category=trade")
    expect(page.get_by_role("button", name="Mark as printed")).to_be_hidden()
    page.locator("[data-pick]").nth(0).check()
    page.locator("[data-pick]").nth(1).check()
    expect(page.locator("[data-pick-count]")).to_have_text("2 chosen")
    expect(page.locator("#announcer")).to_have_text("2 chosen")
    axe(page)
    page.get_by_role("button", name="Mark as printed").click()
    expect(page.get_by_text("Nothing has been changed yet.")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="do it for 2").click()
    expect(page.get_by_text("It can be undone until")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".page-head").get_by_text("Undone")).to_be_visible()
    # More than the page shows: all that fit.
    page.goto(f"/fairs/{running}/badges?category=trade")
    page.get_by_label("that fit").check()
    total = page.locator("form[data-picks]").get_attribute("data-total")
    expect(page.locator("[data-pick-count]")).to_have_text(f"{total} chosen")
    page.get_by_role("button", name="Print…", exact=True).click()
    # One that was revoked meanwhile is skipped.
    expect(page.get_by_role("button", name=re.compile(r"do it for \d+"))).to_be_visible()


def test_a_record_beside_the_list(open_page: Callable[..., Page], running: str) -> None:
    page = open_page("organiser")
    page.goto("/language/en")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/fairs/{running}/exhibitors?state=submitted&sort=name")
    links = page.locator("tr[data-row] a[data-open]")
    names: list[Any] = links.all_inner_texts()
    links.nth(1).focus()
    page.keyboard.press("Enter")
    panel, title, note = (
        page.locator("#record-panel"),
        page.locator("#record-panel-title"),
        page.locator("#record-panel textarea[name=note]"),
    )
    expect(title).to_have_text(names[1])
    first = page.url
    assert "open=" in first
    note.fill("jk is typed here, and not sent")
    axe(page)
    page.get_by_role("button", name="Next").click()
    expect(title).to_have_text(names[2])
    expect(note).to_have_value("")
    title.click()
    page.keyboard.press("k")
    expect(title).to_have_text(names[1])
    expect(note).to_have_value("jk is typed here, and not sent")
    expect(page.locator("[data-panel-kept]")).to_be_visible()
    page.reload()
    expect(title).to_have_text(names[1])
    expect(note).to_have_value("jk is typed here, and not sent")
    # A refusal without a reason is answered in the panel; with one the row says so and the next is still the next.
    note.fill("")
    panel.get_by_role("button", name="Refuse").click()
    expect(panel.locator(".field-error").first).to_be_visible()
    note.fill("The halls are full.")
    panel.get_by_role("button", name="Refuse").click()
    expect(panel.get_by_text("Decided. The company has been told.")).to_be_visible()
    expect(page.locator("tr.is-open.is-gone")).to_have_count(1)
    page.keyboard.press("j")
    expect(title).to_have_text(names[2])
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(links.nth(2)).to_be_focused()
    assert page.url.endswith("exhibitors?state=submitted&sort=name")
    # On a phone it is the page itself, with the ones before and after it.
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(first.replace(page.url.split("/fairs")[0], ""))
    page.wait_for_url("**/exhibitors/*?*")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("h1")).to_have_text(names[2])
