"""A public fair in a browser: the counter's button without a network, the catalogue, the first view's weight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_importers import PHONE, slug
from tests.support.browser import Watch, axe
from tests.support.server import LiveServer

MOST_BYTES = 200_000  # of a first view, compressed: what a slow phone loads in a few seconds


def test_presses_wait_for_the_network(open_page: Callable[..., Page], live_server: LiveServer, watch: Watch) -> None:
    page = open_page("gate", viewport=PHONE)
    page.goto("/language/en")
    page.goto(f"/fairs/{slug(live_server, 'running')}/gates/g1/count")
    axe(page)
    today = page.locator("[data-counter-in-day]")
    before = int(today.inner_text().replace(",", ""))
    plus, network = page.get_by_role("button", name="One person came in"), page.locator("[data-counter-network] span")
    page.context.set_offline(True)
    watch.allow(r"ERR_INTERNET_DISCONNECTED|Failed to load resource")
    for _ in range(3):
        plus.click()
    page.get_by_role("button", name="Take one back").click()
    expect(today).to_have_text(f"{before + 2:,}")
    expect(network).to_contain_text("offline · 1 waiting")
    page.context.set_offline(False)
    expect(network).to_have_text("online", timeout=12_000)
    page.reload()
    expect(today).to_have_text(f"{before + 2:,}")


def test_the_catalogue_is_light_and_leads_to_a_product(open_page: Callable[..., Page], live_server: LiveServer) -> None:
    fair = slug(live_server, "booking_open")
    page = open_page(viewport=PHONE, locale="vi-VN")
    sizes: dict[str, float] = {}
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")

    def note(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    devtools.on("Network.loadingFinished", note)
    page.goto(f"/f/{fair}/")
    page.wait_for_load_state("networkidle")
    assert 50_000 < sum(sizes.values()) < MOST_BYTES
    page.goto(f"/f/{fair}/products")
    axe(page)
    page.get_by_role("searchbox").fill("binh hoa")
    card = page.locator(".product-card", has_text="Bình hoa")
    expect(card.first).to_be_visible()
    expect(page.locator(".product-card").filter(has_not_text="Bình hoa")).to_have_count(0)
    card.first.click()
    expect(page.locator("h1")).to_contain_text("Bình hoa")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
