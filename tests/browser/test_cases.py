"""On a phone in the hall: a case is reported with a photo, the board on another screen moves by itself."""

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


def test_the_board_moves_by_itself(open_page: Callable[..., Page]) -> None:
    staff, phone = open_page("gate"), open_page("gate", viewport=PHONE)
    base = _base(staff)
    staff.goto(f"{base}/board")
    axe(staff)
    staff.locator('[name="name"]').fill("Sảnh chính")
    staff.locator('#screens [type="submit"]').last.click()
    link = staff.locator("#screens .notice a").get_attribute("href") or ""
    wall = open_page(viewport={"width": 1920, "height": 1080})
    wall.goto("/board/" + link.rsplit("/", 1)[1])
    axe(wall)
    assert wall.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")
    staff.goto(f"{base}/board")
    counted = wall.locator(".wall-figures dd").nth(1)
    before, on_staff = counted.inner_text(), staff.locator("#gates tbody tr").first.inner_text()
    phone.goto(f"{base}/gates/g1/count")
    phone.get_by_role("button", name="One person came in").click()
    expect(counted).not_to_have_text(before, timeout=15_000)
    expect(staff.locator("#gates tbody tr").first).not_to_have_text(on_staff, timeout=15_000)
