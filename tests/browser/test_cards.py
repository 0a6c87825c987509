"""Paying an invoice by card in Chromium, with the card company on this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import axe
from tests.support.cards import REFUSED, STRONG, CardCompany, running_card_company
from tests.support.server import LiveServer, demonstration, running

expect.set_options(timeout=15_000)
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def company() -> Iterator[CardCompany]:
    with running_card_company() as made:
        yield made


@pytest.fixture
def card_server(databases: Any, shared_folder: Path, tmp_path: Path, company: CardCompany) -> Iterator[LiveServer]:
    """The demonstration, taking cards."""
    instance = tmp_path / "instance"
    demonstration(databases, shared_folder, instance)
    with running(instance, **company.settings) as server:
        company.test("set", deliver_to=f"{server.url}/webhooks/stripe")
        yield server


def test_an_exhibitor_pays_by_card_and_sees_it_paid(card_server: LiveServer, open_page: OpenPage) -> None:
    page = open_page("exhibitor", base_url=card_server.url)
    fairs = page.request.get("/api/v1/fairs").json()["items"]
    fair = next(one["slug"] for one in fairs if one["state"] == "booking_open")
    booths = page.request.get(f"/api/v1/fairs/{fair}/booths?limit=1000").json()["items"]
    page.goto(f"/f/{fair}/plan")
    page.locator(f"#b-{next(booth['code'] for booth in booths if booth['state'] == 'free')}").click()
    page.get_by_role("button", name="Choose this booth").click()
    page.get_by_label("I have read the terms").check()
    page.get_by_role("button", name="Reserve this booth").click()
    expect(page.get_by_role("heading", name="What happens next")).to_be_visible()
    page.goto("/my/invoices")
    page.get_by_role("link", name=re.compile("INV")).first.click()
    axe(page)
    page.get_by_role("button", name=re.compile(r"^Pay .* by card")).last.click()

    # On the card company's page: a card that is refused, back, and a card that wants to be sure.
    page.get_by_label("Card number").fill(REFUSED)
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("alert")).to_have_text("card_declined")
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing was charged")
    axe(page)
    page.get_by_role("button", name=re.compile("Go on paying|Try again")).click()
    page.get_by_label("Card number").fill(STRONG)
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button", name="Complete").click()

    # Back here the page changes by itself when the message has come.
    expect(page.locator("#card-state")).to_contain_text("Your payment has come")
    axe(page)
    page.get_by_role("link", name="To the invoice").click()
    expect(page.get_by_text("Everything is paid. Thank you.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("by card"))).to_have_count(0)

    clerk = open_page("finance", base_url=card_server.url)
    clerk.goto(f"/fairs/{fair}/money")
    clerk.get_by_role("link", name="Card payments").click()
    expect(clerk.locator("tr[data-row]").first).to_contain_text("Received")
    axe(clerk)
    clerk.get_by_role("link", name="Messages of the card company").click()
    expect(clerk.locator("tr[data-row]").first).to_contain_text("Carried out")
    axe(clerk)
