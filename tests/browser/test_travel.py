"""The board of arrivals and a driver's list on a phone, with the network and without; the guest's screen by the keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_importers import PHONE, slug
from tests.support.browser import Watch, axe
from tests.support.server import LiveServer


def test_a_driver_meets_a_guest_by_the_link_of_the_run(
    open_page: Callable[..., Page], live_server: LiveServer, watch: Watch
) -> None:
    fair = slug(live_server, "booking_open")
    desk = open_page("hospitality", viewport=PHONE)
    desk.goto("/language/en")
    desk.goto(f"/fairs/{fair}/travel")
    axe(desk)
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    desk.locator(".travel-days li a").nth(1).click()  # the day before the opening
    desk.locator(".board-runs a").first.click()
    axe(desk)
    desk.get_by_role("button", name="Make the link").click()
    link = desk.locator(".drive-address").inner_text()
    axe(desk)

    driver = open_page(viewport=PHONE)
    driver.goto(link)
    expect(driver.locator("html")).to_have_attribute("lang", "vi")
    axe(driver)
    assert driver.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    driver.locator(".drive-guest").first.get_by_role("link", name="Biển tên").click()
    axe(driver)
    driver.get_by_role("link", name="Về danh sách").click()
    first = driver.locator(".drive-guest").first
    first.get_by_role("button", name="Đã đón").click()
    expect(driver.locator(".drive-guest").first).to_contain_text("Chưa đón được")

    expect(driver.locator("html")).to_have_attribute("data-offline-ready", "true")
    watch.allow("ERR_INTERNET_DISCONNECTED|Failed to load resource")
    context: Any = driver.context
    context.set_offline(True)
    driver.reload()
    expect(driver.locator(".drive-guest").first).to_be_visible()
    context.set_offline(False)

    desk.goto(f"/fairs/{fair}/guests")
    axe(desk)
    desk.locator("tbody a").first.click()
    axe(desk)
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    summary = desk.locator("#panel-flights summary").first
    summary.focus()
    desk.keyboard.press("Enter")
    desk.locator("#panel-flights form").first.get_by_label("Flight number").fill("7")
    desk.keyboard.press("Enter")
    expect(desk.locator("#panel-flights")).to_contain_text("for example VN 310")
