"""Laying out a hall, publishing, selling, re-planning: by pointer, keyboard and form, with a colleague at work meanwhile."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_booths import fair_of
from tests.support.browser import axe, login_as
from tests.support.server import LiveServer

OpenPage = Callable[..., Page]


def saved(page: Page, different: int | None = None) -> None:
    """Wait until all is saved, and so many things differ from the published plan."""
    words = "As published" if different == 0 else f"published plan: {different if different is not None else ''}"
    expect(page.locator("[data-state]")).to_contain_text(re.compile(f"All saved.*{words}"))


def find(page: Page, code: str) -> None:
    page.get_by_label("Find a booth by its number").fill(code)
    page.keyboard.press("Enter")
    expect(page.locator("[data-chosen]")).to_have_text(f"Booth {code}")


def publish(page: Page) -> None:
    page.get_by_role("link", name="Check and publish").click()
    page.get_by_role("button", name="Publish this plan").click()


def test_lay_out_publish_sell_and_plan_anew(own_server: LiveServer, open_page: OpenPage) -> None:
    page = open_page(base_url=own_server.url)
    login_as(page, "organiser", language="en")
    fair = fair_of(page)

    # A new hall, rows by the generator, mended by hand.
    page.goto(f"/fairs/{fair}/floorplan/halls/new")
    for label, value in {"Code": "B", "Name in Vietnamese": "Nhà B", "Name in English": "Hall B", "Length, left": "24", "Width, top": "20"}.items():  # fmt: skip
        page.get_by_label(label).first.fill(value)
    page.locator("[name=doors-0-wall]").select_option("bottom")
    page.locator("[name=doors-0-start]").fill("10")
    page.locator("[name=doors-0-width]").fill("4")
    page.get_by_role("button", name="Save and lay out").click()
    page.get_by_label("Booths in a row before").fill("5")
    page.get_by_role("button", name="Lay out in the draft").click()
    expect(page.locator("[data-key]").first).to_be_visible()
    expect(page.locator("[data-problems-head]")).to_have_text("No problems.")
    axe(page)
    booths = page.locator("[data-key]").count()
    assert booths > 8

    # By pointer: a booth is dragged onto its neighbour; the list says so, and a click on it leads there. Undo mends it.
    first, second = (page.locator("[data-key]").nth(n).bounding_box() for n in (0, 1))
    assert first is not None and second is not None
    page.mouse.move(first["x"] + first["width"] / 2, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(second["x"] + 2, second["y"] + second["height"] / 2 + 3, steps=5)
    page.mouse.up()
    problem = page.get_by_role("button", name="B-001 and B-002 overlap.")
    expect(problem).to_be_visible()
    problem.click()
    expect(page.locator("[data-chosen]")).to_have_text("2 booths")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-problems-head]")).to_have_text("No problems.")

    # By form and keyboard: numbers, a turn, a booth taken away and brought back.
    find(page, "B-001")
    page.locator("#e-code").fill("B-002")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("button", name="Two booths are numbered B-002.")).to_be_visible()
    page.locator("#plan-svg").focus()
    page.keyboard.press("Control+z")
    page.keyboard.press("n")
    page.keyboard.press("Delete")
    expect(page.locator("[data-key]")).to_have_count(booths - 1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-key]")).to_have_count(booths)

    # A colleague works on the same plan: nothing is overwritten, what was done here is added to it.
    colleague = open_page("sales", base_url=own_server.url)
    colleague.goto(page.url)
    find(colleague, f"B-{booths:03}")
    saved(page)
    colleague.locator("#plan-svg").focus()
    colleague.keyboard.press("Delete")
    expect(colleague.locator("[data-key]")).to_have_count(booths - 1)
    saved(colleague)
    find(page, "B-002")
    page.locator("[data-booths] [name=zone]").select_option("B")
    page.get_by_role("button", name="Apply").click()
    page.get_by_role("button", name="Load again, keep my changes").click()
    expect(page.locator("[data-key]")).to_have_count(booths - 1)
    saved(page, booths - 1)
    page.get_by_role("link", name="Check and publish").click()
    axe(page)
    page.get_by_role("button", name="Publish this plan").click()
    expect(page.get_by_text("Version 1 of Hall B is published.")).to_be_visible()

    # Sell one of the new booths.
    colleague.goto(f"/fairs/{fair}/plan?hall=B&booth=B-001")
    colleague.get_by_label("Who is calling?").fill("giang cao")
    colleague.keyboard.press("Enter")
    colleague.get_by_role("button", name="Hold and reserve").click()
    colleague.get_by_role("button", name="Book it").click()
    expect(colleague).to_have_url(re.compile("/bookings/"))

    # Moving it keeps the booking and tells the exhibitor.
    page.goto(f"/fairs/{fair}/floorplan/halls/B")
    find(page, "B-001")
    page.keyboard.press("ArrowLeft")
    saved(page, 1)
    publish(page)
    expect(page.get_by_text("Version 2 of Hall B is published.")).to_be_visible()
    expect(page.get_by_role("cell", name="Moved")).to_be_visible()
    colleague.reload()
    expect(colleague.get_by_role("heading", level=1)).to_contain_text("B-001")
    expect(colleague.get_by_text("Reserved").first).to_be_visible()
    page.goto(f"/fairs/{fair}/messages")
    expect(page.get_by_text(re.compile("B-001 (has moved|đã đổi vị trí)")).first).to_be_visible()

    # Dropping it is refused, with its number.
    page.goto(f"/fairs/{fair}/floorplan/halls/B")
    find(page, "B-001")
    page.keyboard.press("Delete")
    saved(page, 1)
    publish(page)
    expect(page.get_by_role("alert")).to_contain_text("B-001")
    page.goto(f"/f/{fair}/plan?hall=B")
    expect(page.locator("#b-B-001")).to_be_visible()
