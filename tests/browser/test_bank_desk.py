"""A statement in the browser: handed in, looked over, read; a line that waits is recorded and the invoice is paid."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from fairs.core.clock import today
from tests.browser.test_deals import fair_slug
from tests.factories.statements import Row, csv_file, grid
from tests.support.browser import axe, login_as

pytestmark = pytest.mark.browser


def test_a_statement_through_the_desk(page: Page) -> None:
    login_as(page, "finance")
    page.goto("/language/en")
    money = f"/fairs/{fair_slug(page, 'giftshow')}/money"
    page.goto(f"{money}?state=open&sort=number")
    row = page.locator("tr[data-row]").first
    number, reference = row.get_attribute("data-row"), row.locator(".cell-sub.mono").inner_text()
    day = today("Asia/Ho_Chi_Minh") - timedelta(days=1)
    rows = [
        Row(day, 1_234_567, f"tien coc {reference[:-1]}", "", "FT90000001"),
        Row(day, -22_000, "Phi dich vu", "", "FT90000002"),
    ]
    page.goto(f"{money}/statements/files")
    axe(page)
    upload = csv_file(grid(rows, "vietcombank"))
    page.set_input_files("[name=file]", {"name": upload.name, "mimeType": "text/csv", "buffer": upload.content})
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_role("heading", name="Look the statement over")).to_be_visible()
    expect(page.get_by_label("Money in")).to_have_value("4")
    axe(page)
    page.get_by_role("button", name="Read 2 lines").click()
    expect(page.get_by_text("Known before")).to_be_visible()
    page.get_by_role("link", name="To the desk").click()
    page.get_by_role("link", name=re.compile("tien coc")).click()
    panel = page.locator("#record-panel")
    expect(panel.get_by_text("Its reference begins as the one that is cut off.").first).to_be_visible()
    panel.locator(".candidate", has_text=str(number)).get_by_role("button", name="Record").click()
    expect(page.get_by_text("Recorded: ₫1,234,567.")).to_be_visible()
    axe(page)
    page.goto(f"{money}/{number}")
    expect(page.get_by_text("FT90000001")).to_be_visible()
