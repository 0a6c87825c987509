"""Timeline and rescheduling in a browser: accessible at two widths, a step recorded, a fair moved after its preview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.support.browser import axe, login_as
from tests.support.server import LiveServer

PHONE, LAPTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


def test_a_step_is_recorded_and_the_fair_is_moved(own_server: LiveServer, open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, base_url=own_server.url)
    page.goto("/")
    slug = (page.locator('h3 a[href^="/f/giftshow-"]').first.get_attribute("href") or "").split("/")[2]
    login_as(page, "organiser", language="vi")
    page.goto(f"/fairs/{slug}/timeline")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    axe(page)
    page.locator(f'a[href="/fairs/{slug}/timeline/rooms"]').click()
    axe(page)
    page.locator("input[name=number]").fill("12/CV")
    page.locator("form:has(input[name=done_on]) [type=submit]").click()
    expect(page.locator("li.tl-entry", has_text="12/CV")).to_have_class("tl-entry is-done")

    page.set_viewport_size(LAPTOP)
    page.goto("/language/en")
    page.goto(f"/fairs/{slug}/timeline")
    expect(page.locator("svg.timeline-picture .tl-mark").first).to_be_visible()
    axe(page)
    page.goto(f"/fairs/{slug}/settings/cancel")
    axe(page)
    page.goto(f"/fairs/{slug}/settings")
    axe(page)
    page.locator(f'a[href="/fairs/{slug}/settings/reschedule"]').click()
    for name in ("starts_on", "ends_on"):
        field = page.locator(f"input[name={name}]")
        field.fill((date.fromisoformat(field.input_value()) + timedelta(days=14)).isoformat())
    opens = page.locator("input[name=starts_on]").input_value()
    page.get_by_role("button", name="Show what changes").click()
    expect(page.locator("#changes tbody tr").first).to_be_visible()
    axe(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("textarea[name=reason]").fill("Storm")
    page.locator("#confirm [type=submit]").click()
    expect(page.locator("#days")).to_contain_text("Storm")
    expect(page.locator("input[name=starts_on]")).to_have_value(opens)
