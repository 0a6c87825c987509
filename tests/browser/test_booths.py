"""The live plan and booking in Chromium: pointer, keyboard, phone, without scripts, and what another browser sees."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import axe, login_as
from tests.support.server import LiveServer

expect.set_options(timeout=15_000)  # patience on a busy machine; what must be quick says so
PHONE = {"width": 390, "height": 844}
OpenPage = Callable[..., Page]


def fair_of(page: Page) -> str:
    """The fair of the demonstration whose booking is open."""
    fairs = page.request.get("/api/v1/fairs").json()["items"]
    return str(next(fair["slug"] for fair in fairs if fair["state"] == "booking_open"))


def free_booth(page: Page, fair: str, number: int = 0) -> str:
    """The code of a free booth."""
    booths = page.request.get(f"/api/v1/fairs/{fair}/booths?limit=1000").json()["items"]
    return str([booth["code"] for booth in booths if booth["state"] == "free"][number])


def shape(page: Page, code: str) -> Locator:
    """The booth on the plan."""
    return page.locator(f"#b-{code}")


def fill_of(page: Page, code: str) -> str:
    """The colour of a booth as the browser paints it."""
    return str(page.eval_on_selector(f"#b-{code} .booth-shape", "shape => getComputedStyle(shape).fill"))


def test_an_exhibitor_books_and_a_second_browser_sees_it_within_five_seconds(
    own_server: LiveServer, open_page: OpenPage
) -> None:
    mine = open_page("exhibitor", base_url=own_server.url)
    other = open_page(base_url=own_server.url)
    fair = fair_of(other)
    code = free_booth(other, fair)
    other.goto(f"/f/{fair}/plan")
    before = fill_of(other, code)

    mine.goto(f"/my/{fair}/booth/")
    axe(mine)
    mine.get_by_role("link", name="Choose a booth").click()
    shape(mine, code).click()
    expect(mine.locator("#panel-title")).to_contain_text(code)
    axe(mine, within="#panel")
    mine.get_by_role("button", name="Choose this booth").click()
    expect(mine).to_have_url(re.compile("/review$"))
    expect(mine.locator("#hold-clock")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    axe(mine)

    started = time.monotonic()
    expect(shape(other, code)).to_have_class(re.compile("state-held"), timeout=5_000)
    assert time.monotonic() - started < 5
    assert fill_of(other, code) != before
    expect(shape(other, code)).to_have_attribute("aria-label", re.compile(f"^{code}, Held"))
    expect(other.locator("#announcer")).to_contain_text(code)

    mine.get_by_role("button", name="Reserve this booth").click()
    expect(mine.get_by_role("alert")).to_contain_text("accept the terms")
    axe(mine)
    mine.get_by_label("I have read the terms").check()
    mine.get_by_role("button", name="Reserve this booth").click()
    expect(mine.get_by_role("heading", level=1)).to_contain_text(code)
    expect(mine.get_by_role("heading", name="What happens next")).to_be_visible()
    axe(mine)
    expect(shape(other, code)).to_have_class(re.compile("state-reserved"), timeout=5_000)


def test_booking_with_the_keyboard_only(own_server: LiveServer, open_page: OpenPage) -> None:
    page = open_page("exhibitor", base_url=own_server.url)
    fair = fair_of(page)
    page.goto(f"/f/{fair}/plan?state=free")
    page.locator(".plan-more summary").focus()
    page.keyboard.press("Tab")
    focused = page.locator("a.booth:focus")
    expect(focused).to_have_count(1)
    first = focused.get_attribute("id")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    assert page.locator("a.booth:focus").get_attribute("id") == first
    page.keyboard.press("+")
    expect(page.locator("[data-plan-mini]")).to_be_visible()
    page.keyboard.press("0")
    expect(page.locator("[data-plan-mini]")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(f"[id={first}]")).to_be_focused()
    page.keyboard.press("Enter")
    choose = page.get_by_role("button", name="Choose this booth")
    expect(choose).to_be_visible()
    _tab_to(page, choose)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/review$"))
    _tab_to(page, page.get_by_label("I have read the terms"))
    page.keyboard.press("Space")
    _tab_to(page, page.get_by_role("button", name="Reserve this booth"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What happens next")).to_be_visible()


def _tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("not reached with Tab")


@pytest.mark.parametrize(
    ("language", "size"), [("vi", PHONE), ("en", {"width": 1280, "height": 800})], ids=["vi-phone", "en-laptop"]
)
def test_the_plan_is_accessible_and_readable(open_page: OpenPage, language: str, size: dict[str, int]) -> None:
    page = open_page(viewport=size)
    page.goto(f"/language/{language}")
    fair = fair_of(page)
    page.goto(f"/f/{fair}/plan")
    axe(page)
    number = page.locator(".booth-code").first
    assert number.evaluate("text => text.getBoundingClientRect().height") >= 7
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"/f/{fair}/plan?booth={free_booth(page, fair, 3)}")
    expect(page.locator("#panel-title")).to_be_visible()
    axe(page, within="#panel")
    if size is PHONE:
        page.locator("[data-panel-close]").click()
        expect(page.locator("#panel")).to_be_hidden()
        page.locator("[data-plan-show=list]").click()
        expect(page.locator("#plan-table")).to_be_visible()
        axe(page, within="#plan-table")
        page.locator("#plan-table a.booth-link").first.click()
        expect(page.locator("#panel-title")).to_be_visible()


def test_the_legend_filters_plan_and_list_alike(page: Page) -> None:
    fair = fair_of(page)
    page.goto(f"/f/{fair}/plan")
    total = page.locator("a.booth").count()
    page.locator("[data-filter=state][data-value=confirmed]").click()
    shown = page.locator("a.booth:not(.is-dim)").count()
    assert 0 < shown < total
    assert page.locator("#plan-table tbody tr:visible").count() == shown
    expect(page.locator("[data-plan-shown]")).to_contain_text(str(shown))
    assert "state=confirmed" in page.url
    page.get_by_role("link", name="Price (net)").click()
    expect(page.locator("#plan-table th[aria-sort=ascending]")).to_contain_text("Price")
    assert page.locator("#plan-table tbody tr:visible").count() == shown
    page.reload()
    assert page.locator("a.booth:not(.is-dim)").count() == shown
    page.locator("[data-filter=state][data-value=confirmed]").click()
    assert page.locator("a.booth.is-dim").count() == 0


def test_zoom_and_pan_with_wheel_and_drag(page: Page) -> None:
    page.goto(f"/f/{fair_of(page)}/plan")
    box = page.locator("#plan-svg").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    view = lambda: [float(n) for n in (page.get_attribute("#plan-svg", "viewBox") or "").split()]  # noqa: E731
    whole = view()
    page.mouse.move(x, y)
    page.mouse.wheel(0, -600)
    page.wait_for_function("width => document.querySelector('#plan-svg').viewBox.baseVal.width < width", arg=whole[2])
    near = view()
    page.mouse.down()
    page.mouse.move(x + 120, y + 60, steps=6)
    page.mouse.up()
    moved = view()
    assert moved[0] < near[0]
    assert moved[2] == near[2]
    assert "booth=" not in page.url  # a drag chooses nothing
    page.locator("[data-zoom=all]").click()
    assert view()[2] == pytest.approx(whole[2])


def test_it_works_without_scripts(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    fair = fair_of(page)
    code = free_booth(page, fair, 5)
    page.goto(f"/f/{fair}/plan")
    page.locator(f"#plan-table a:text-is('{code}')").click()
    expect(page.locator("#panel-title")).to_contain_text(code)
    expect(page.get_by_role("link", name="Sign in to book")).to_be_visible()
    page.locator("[data-filter=state][data-value=free]").click()
    assert page.locator("a.booth.is-dim").count() > 0


def test_a_clerk_books_for_a_caller_on_the_plan(own_server: LiveServer, open_page: OpenPage) -> None:
    page = open_page("sales", base_url=own_server.url)
    fair = fair_of(page)
    code = free_booth(page, fair, 7)
    page.goto(f"/fairs/{fair}/plan")
    axe(page)
    shape(page, code).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Who is calling?").fill("giang cao")
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_focused()
    axe(page)
    page.get_by_role("button", name="Hold and reserve").click()
    page.get_by_role("button", name="Book it").click()
    expect(page).to_have_url(re.compile("/bookings/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)
    axe(page)
    page.goto(f"/fairs/{fair}/bookings/")
    axe(page)


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 800}], ids=["phone", "laptop"])
def test_the_organisers_pages_of_the_floor_plan(open_page: OpenPage, size: dict[str, int]) -> None:
    page = open_page(viewport=size)
    login_as(page, "organiser", language="en")
    fair = fair_of(page)
    for path in ("floorplan/", "floorplan/halls/new", "floorplan/halls/A/edit", "floorplan/import", "bookings/"):
        page.goto(f"/fairs/{fair}/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for path in ("", "/publish", "/versions", "/versions/2"):
        page.goto(f"/fairs/{fair}/floorplan/halls/A{path}")
        if not path:
            expect(page.locator("[data-key]").first).to_be_visible()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
