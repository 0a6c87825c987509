"""The plan of the year in a browser: accessible at two widths, charts drawn, from a figure to its records, a figure by hand."""

from __future__ import annotations

from collections.abc import Callable

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import axe, login_as

SIZES = {390: {"width": 390, "height": 844}, 1280: {"width": 1280, "height": 800}}


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1280)])
def test_the_plan_is_accessible_and_fits(open_page: Callable[..., Page], width: int, language: str) -> None:
    page = open_page(viewport=SIZES[width])
    login_as(page, "leader", language=language)
    page.goto("/programmes/2020")
    expect(page.locator("h1")).to_contain_text("2020")
    expect(page.locator("svg.bullet").nth(10)).to_be_visible()
    charts = page.locator("canvas[data-chart]")
    assert charts.count() == 4
    # A canvas that Chart.js has drawn has room of its own; an untouched one is 300 by 150.
    page.wait_for_function("[...document.querySelectorAll('canvas[data-chart]')].every(c => c.height !== 150)")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    axe(page)


def test_from_a_figure_to_its_records(open_page: Callable[..., Page]) -> None:
    page = open_page("leader")
    page.goto("/language/en")
    page.goto("/programmes/2020")
    page.locator('a[href^="/programmes/2020/records/4b/sales"]').first.click()
    expect(page.locator("h1")).to_contain_text("Sales")
    expect(page.get_by_text("not declared", exact=True).first).to_be_visible()
    axe(page)


def test_a_figure_by_hand_shows_on_the_page(open_page: Callable[..., Page]) -> None:
    page = open_page("organiser")
    page.goto("/language/en")
    page.goto("/programmes/2020")
    page.locator('tr:has(a[href*="/records/6/enterprise_participations"]) a', has_text="Enter a figure").click()
    axe(page)
    page.locator("input[name=value]").fill("34")
    page.locator("textarea[name=evidence]").fill("Report no. 12")
    page.locator("form:has(input[name=value]) [type=submit]").first.click()
    row = page.locator('tr:has(a[href*="/records/6/enterprise_participations"])')
    expect(row).to_contain_text("34")
    expect(row).to_contain_text("Reached")


def test_it_prints_on_one_sheet(open_page: Callable[..., Page]) -> None:
    page = open_page("leader")
    for language in ("vi", "en"):
        page.goto(f"/language/{language}")
        page.goto("/programmes/2020")
        sheet = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True, print_background=True))
        assert len(sheet) == 1
        assert [round(side) for side in sheet[0].get_size()] == [842, 595]
