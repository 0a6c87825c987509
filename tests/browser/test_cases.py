"""On a phone in the hall: a case is reported with a photo."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.browser import Watch, axe

PHONE = {"width": 390, "height": 844}


def _base(page: Page) -> str:
    page.goto("/")
    return "/fairs/" + (page.locator('a[href^="/f/great-souvenirs-"]').first.get_attribute("href") or "").split("/")[2]


def test_a_case_is_reported_with_a_photo_though_the_network_fails(open_page: Callable[..., Page], watch: Watch) -> None:
    watch.allow(r"ERR_INTERNET_DISCONNECTED|Failed to load resource")
    page = open_page("desk", viewport=PHONE)
    base = _base(page)
    page.goto(f"{base}/cases/new")
    expect(page.locator(".case-violation")).to_be_hidden()
    page.locator('.case-kinds label:has([value="violation"])').click()
    page.locator('[name="breach"]').select_option("counterfeit")
    axe(page)
    page.locator('.case-kinds label:has([value="incident"])').click()
    expect(page.locator(".case-violation")).to_be_hidden()
    page.locator('[name="text"]').fill("Kệ hàng đổ ở lối đi")
    page.locator('[name="place"]').fill("Cổng chính")
    photo = io.BytesIO()
    Image.new("RGB", (800, 600), "olive").save(photo, "JPEG")
    assert page.locator('[name="photos"]').get_attribute("capture") == "environment"
    page.locator('[name="photos"]').set_input_files(
        {"name": "ke.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    send = page.locator(".case-form .form-actions [type=submit]")
    page.context.set_offline(True)
    send.click()
    expect(page.locator("[data-handover-trouble]")).to_be_visible()
    page.context.set_offline(False)
    send.click()
    expect(page.locator(".case-thread img.handover-photo")).to_be_visible()
    expect(page.locator(".case-text")).to_have_text("Kệ hàng đổ ở lối đi")
    assert page.locator(".case-thread img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    axe(page)
    page.goto(f"{base}/cases")
    expect(page.get_by_role("link", name="Kệ hàng đổ ở lối đi")).to_be_visible()
    axe(page)
