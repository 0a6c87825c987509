"""A badge designed by keyboard and pointer, seen as it prints, published, and printed."""

from __future__ import annotations

import io
import re

import pypdfium2 as pdfium
from playwright.sync_api import Page, expect

from tests.browser.test_booths import fair_of
from tests.support.browser import axe, login_as


def saved(page: Page) -> None:
    expect(page.locator("[data-designer]")).to_have_attribute("data-saving", "saved")
    expect(page.locator("[data-state]")).to_contain_text("All saved")


def picture(page: Page) -> str:
    """The address of the preview's front: it changes with every new rendering."""
    image = page.locator('[data-side-picture="front"]')
    expect(image).to_have_attribute("src", re.compile("^blob:"))
    return image.get_attribute("src") or ""


def drawn_anew(page: Page, before: str) -> None:
    expect(page.locator('[data-side-picture="front"]')).not_to_have_attribute("src", before)


def test_design_publish_print(page: Page) -> None:
    login_as(page, "organiser", language="en")
    fair = fair_of(page)
    page.goto(f"/fairs/{fair}/badges/layouts/new")
    page.get_by_label("Name of the layout", exact=True).fill("Speakers")
    page.get_by_label("Begin with", exact=True).select_option("standard:a6")
    page.get_by_role("button", name="Create and design").click()
    expect(page.locator("[data-problems-head]")).to_have_text("No problems.")
    before = picture(page)
    axe(page)

    # By keyboard alone: choose the company, move it off the badge, read the problem, take it back.
    page.get_by_role("button", name=re.compile("^Company")).focus()
    page.keyboard.press("Enter")
    page.locator("[data-canvas]").focus()
    at = page.locator("[data-form] [name=x]").input_value()
    for _step in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    expect(page.locator("[data-form] [name=x]")).not_to_have_value(at)
    expect(page.locator("[data-problems-head]")).to_contain_text("Problems:")
    expect(page.locator(".part-problem")).to_have_text("This lies beyond the edge of the badge.")
    drawn_anew(page, before)
    page.keyboard.press("Control+z")
    expect(page.locator("[data-form] [name=x]")).to_have_value(at)
    expect(page.locator("[data-problems-head]")).to_have_text("No problems.")

    # By pointer: the name is dragged and comes to rest at an edge of something else.
    name = page.locator('[data-part="native_name"] .piece-box')
    box = name.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 6, steps=4)
    page.mouse.up()
    moved = name.bounding_box()
    assert moved is not None
    assert moved["y"] > box["y"]
    page.keyboard.press("Control+z")

    # A text of one's own, for speakers only.
    saved(page)
    before = picture(page)
    page.locator("[data-add]").select_option("text")
    page.locator("[data-form] [name=text_vi]").fill("Phòng diễn giả")
    page.locator("[data-form] [name=text_en]").fill("Speakers' room")
    for field, value in {"x": "6", "y": "93", "w": "48", "h": "7"}.items():
        page.locator(f"[data-form] [name={field}]").fill(value)
    page.get_by_text("Only on badges of some categories").click()
    page.locator("[data-form]").get_by_label("Speaker", exact=True).check()
    drawn_anew(page, before)
    expect(page.locator("[data-problems-head]")).to_have_text("No problems.")
    saved(page)
    axe(page)
    page.reload()
    expect(page.get_by_role("button", name="“Speakers' room”")).to_be_visible()

    # On a phone the picture is on top and the form below.
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="“Speakers' room”").click()
    expect(page.locator("[data-canvas]")).to_be_hidden()
    expect(page.locator("[data-form] [name=text_en]")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 800})

    page.goto(f"/fairs/{fair}/badges/layouts")
    axe(page)
    page.get_by_label("Layout for all others").select_option(label="Speakers (Draft)")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".layout-tile").get_by_role("link", name="Speakers", exact=True).click()
    page.get_by_role("link", name="Check and publish").click()
    axe(page)
    page.get_by_role("button", name="Publish this layout").click()
    expect(page.get_by_text("Version 1 of Speakers is published")).to_be_visible()

    # What is printed has its size.
    page.goto(f"/fairs/{fair}/badges/preflight")
    axe(page)
    page.goto(f"/fairs/{fair}/badges?state=active")
    page.locator("#list tbody a").first.click()
    form = page.locator('form[action$="/badges/print"]')
    values: dict[str, str | float | bool] = {
        one: form.locator(f"[name={one}]").input_value() for one in ("csrf_token", "badge")
    }
    answer = page.request.post(form.get_attribute("action") or "", form=values)
    assert answer.headers["content-type"] == "application/pdf"
    with pdfium.PdfDocument(io.BytesIO(answer.body())) as document:
        width, height = document[0].get_size()
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (105, 148)

    # The demonstration is shared: as it was.
    page.goto(f"/fairs/{fair}/badges/layouts")
    page.get_by_label("Layout for all others").select_option(label="Standard layout")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved: badges print")).to_be_visible()
