"""The cash desk by keyboard alone: find, take, print, and count at the end."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.test_deals import DESK, PHONE, fair_slug
from tests.support.browser import axe, login_as


def test_an_invoice_is_paid_in_cash_without_a_mouse(page: Page, live_server: object) -> None:
    page.set_viewport_size(DESK)
    login_as(page, "finance", language="en")
    desk = f"/fairs/{fair_slug(page, 'giftshow')}/cash"
    page.goto(desk)
    page.locator("[name=opening]").fill("1.000.000")
    page.keyboard.press("Enter")
    field = page.locator("#cash-q")
    expect(field).to_be_focused()
    axe(page)
    page.keyboard.type("mẫu 065")
    page.keyboard.press("Enter")
    expect(page.locator("[name=tendered]")).to_be_focused()
    axe(page)
    page.keyboard.type("7.000.000")
    expect(page.locator("[data-cash-change]")).to_contain_text("520,000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Print")).to_be_focused()
    expect(page.locator(".voucher")).to_contain_text("Six million four hundred and eighty thousand dong")
    page.set_viewport_size(PHONE)
    axe(page)
    page.set_viewport_size(DESK)
    page.get_by_role("link", name="Next customer").click()
    page.get_by_role("link", name="Count and end the shift").click()
    expect(page.locator("[name=n500000_VND]")).to_be_focused()
    page.keyboard.type("14")
    page.locator("[name=n200000_VND]").fill("2")
    expect(page.locator("[data-sum]")).to_contain_text(re.compile("7,400,000.*80,000"))
    page.locator("[name=reason_VND]").fill("Trả nhầm tiền thừa")
    axe(page)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Another person takes it over")
    axe(page)


def test_reminders_fit_a_phone(page: Page, live_server: object) -> None:
    page.set_viewport_size(PHONE)
    login_as(page, "sales", language="en")
    page.goto(f"/fairs/{fair_slug(page, 'giftshow')}/reminders")
    expect(page.locator("tbody tr").first).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Record the call").first.click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
