"""The inbox in the browser: from the line to the record, and the line is gone when it is decided."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import axe

OpenPage = Callable[..., Page]


@pytest.mark.parametrize(
    ("language", "size"),
    [("vi", {"width": 390, "height": 844}), ("en", {"width": 1280, "height": 800})],
    ids=["vi-phone", "en-laptop"],
)
def test_what_is_decided_leaves_the_inbox(open_page: OpenPage, language: str, size: dict[str, int]) -> None:
    page = open_page("organiser", viewport=size)
    page.goto(f"/language/{language}")
    page.goto("/inbox")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.goto(page.locator("a.fair-tile").last.get_attribute("href") or "")  # the fair that is being booked
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator(".topbar-inbox .count").click()
    inbox = page.url
    group = page.locator("details", has=page.locator("a[href*='/importers/']")).first
    group.locator("summary").click()
    link = group.locator(".need a.btn").last.get_attribute("href") or ""
    waiting = f"{inbox}?kind=importer"
    page.goto(waiting)
    expect(page.locator(f".need a[href='{link}']")).to_have_count(1)
    page.goto(link)
    page.locator("form[action$='/approve'] [type=submit]").first.click()
    page.wait_for_url(re.compile(r"/importers(/|$|\?)"))
    # Other tests and the worker bring the same inbox new things meanwhile, so the line is watched and not the count.
    page.goto(waiting)
    expect(page.locator(".need").first).to_be_visible()
    expect(page.locator(f".need a[href='{link}']")).to_have_count(0)
