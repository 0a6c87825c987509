"""Two print stations in Chromium: one dies with a badge in its hands; every badge comes out once. Their pages are accessible."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from fairs.config import ROOT
from scripts import setup
from tests.browser.test_deals import fair_slug
from tests.support.browser import Watch, axe
from tests.support.server import LiveServer, environment

_SILENT = """
from datetime import timedelta
from sqlalchemy import update
from fairs.app import create_app
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.printing.models import PrintJob
with create_app().app_context(), transaction():
    gone = update(PrintJob).where(PrintJob.id == {job}).values(lease_until=now() - timedelta(seconds=1))
    db.session.execute(gone)
"""


def badge_at(page: Page) -> str:
    """The number of the badge that a station has."""
    return page.locator("[data-job] .mono").first.inner_text()


def test_two_stations_and_one_dies(open_page: Callable[..., Page], live_server: LiveServer, watch: Watch) -> None:
    watch.allow("Failed to load resource")  # a station that is closed answers 409
    desk = open_page("desk")
    at = f"/fairs/{fair_slug(desk, 'great-souvenirs')}/printing"
    desk.goto(f"{at}/stations")
    axe(desk)
    first_page = desk.get_by_role("link", name=re.compile("Open its page")).first.get_attribute("href")
    desk.goto(f"{at}/stations/new")
    desk.get_by_label("Name of the station").fill("Quầy B")
    axe(desk)
    desk.get_by_role("button", name="Save").click()
    card = desk.locator("section.card", has_text="Quầy B")
    card.get_by_role("button", name="Open the station").click()
    second_page = desk.locator("section.card", has_text="Quầy B").get_by_role("link").first.get_attribute("href")
    desk.goto(at)
    waiting = int(desk.locator("a.stat .stat-value").first.inner_text())
    axe(desk)

    # The first station takes a badge and dies with it.
    dying = open_page("desk", viewport={"width": 390, "height": 844})
    dying.goto(str(first_page))
    expect(dying.locator("[data-job]")).to_be_visible()
    axe(dying)
    lost, job = badge_at(dying), dying.locator("[data-job]").get_attribute("data-job")
    dying.close()

    # The second one prints all others, by the Enter key alone, and never the lost one.
    second = open_page("desk")
    second.goto(str(second_page))
    printed: list[str] = []
    while len(printed) < waiting - 1:
        expect(second.locator("[data-job]")).to_be_visible()
        printed.append(badge_at(second))
        expect(second.get_by_role("button", name="It came out")).to_be_focused()
        second.keyboard.press("Enter")
        expect(second.locator(f"[data-job]:has-text('{printed[-1]}')")).to_have_count(0)
    expect(second.locator("[data-station-state]")).to_have_text("Waiting for the next badge")
    assert lost not in printed and len(set(printed)) == len(printed)

    # A person looks, and it is printed at last.
    _run(_SILENT.format(job=job), live_server)
    desk.goto(f"{at}?state=unsure")
    row = desk.locator("tr", has_text=lost)
    expect(row).to_contain_text("Did it come out?")
    row.get_by_role("button", name="Print it again").click()
    expect(second.locator("[data-job]")).to_be_visible()
    assert badge_at(second) == lost
    second.locator(".station-fail summary").click()
    second.get_by_label("Reason").select_option("jam")
    second.get_by_role("button", name="Report it").click()
    expect(second.locator("[data-job]")).to_have_count(0)
    desk.goto(f"{at}?state=failed")
    expect(desk.locator("tr", has_text=lost)).to_contain_text("Paper jam")
    for path in ("/blanks/bind", "/replace"):
        desk.goto(f"{at}{path}")
        axe(desk)


def _run(code: str, server: LiveServer) -> Any:
    return subprocess.run(
        [setup.PYTHON, "-c", code],
        cwd=ROOT,
        env=environment(server.instance),
        capture_output=True,
        text=True,
        check=True,
    )
