"""A booth is handed over on a phone: the network fails, nothing is lost, the plan follows."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.browser import Watch, axe


def test_a_booth_is_handed_over_on_a_phone(open_page: Callable[..., Page], watch: Watch) -> None:
    watch.allow(r"ERR_INTERNET_DISCONNECTED|Failed to load resource")
    page = open_page("gate", viewport={"width": 390, "height": 844})
    page.goto("/")
    slug = (page.locator('a[href^="/f/great-souvenirs-"]').first.get_attribute("href") or "").split("/")[2]
    base = f"/fairs/{slug}"
    page.goto(f"{base}/site/handover?state=waiting")
    code = page.locator("table tbody tr td a").first.inner_text()
    page.goto(f"{base}/site/handover/{code}")
    axe(page)
    keep = page.locator("form[data-handover] .form-actions [type=submit]")
    page.locator('[name="note_lights"]').fill("Một đèn không sáng")
    page.locator('[name="signer"]').fill("Nguyễn Thị Mẫu")
    page.locator("[data-signature] canvas").scroll_into_view_if_needed()
    box = page.locator("[data-signature] canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 60, steps=4)
    page.mouse.up()
    page.context.set_offline(True)
    keep.click()
    expect(page.locator("[data-handover-trouble]")).to_be_visible()
    expect(page.locator('[name="note_lights"]')).to_have_value("Một đèn không sáng")
    expect(page.locator('[name="fault_lights"]')).to_be_checked()
    page.context.set_offline(False)
    keep.click()
    expect(page.locator(".page-head .badge-state.tone-orange")).to_be_visible()
    expect(page.locator('a[href*="/signatures/"]')).to_be_visible()
    page.goto(f"{base}/site/handover")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.locator(f"#b-{code}.state-defects")).to_be_visible()
    axe(page)
