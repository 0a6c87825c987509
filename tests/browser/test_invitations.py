"""An invitee's way in Chromium on a phone: the link of the mail, yes, the registration with what is known already."""

from __future__ import annotations

import json
import re
import sqlite3
import urllib.request
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.browser import axe, login_as
from tests.support.server import LiveServer


def test_from_the_invitation_to_the_registration(
    live_server: LiveServer, page: Page, open_page: Callable[..., Page]
) -> None:
    with urllib.request.urlopen(f"{live_server.url}/api/v1/fairs", timeout=20) as answer:
        fairs = json.load(answer)["items"]
    slug = next(fair["slug"] for fair in fairs if fair["state"] == "booking_open")
    address = "rsvp-phone@buyer.example"
    staff = open_page()
    login_as(staff, "hospitality", language="en")
    staff.goto(f"/fairs/{slug}/invitations/new")
    staff.get_by_label("Name, as they write it").fill("Anna Muster")
    staff.get_by_label("Company", exact=True).fill("Muster Import GmbH")
    staff.get_by_label("Country").select_option("DE")
    staff.get_by_label("E-mail").fill(address)
    staff.get_by_label("Ceramics and porcelain").check()
    staff.get_by_role("button", name="Add", exact=True).click()
    staff.get_by_role("button", name="Invite", exact=True).click()
    expect(staff.get_by_text(f"on its way to {address}")).to_be_visible()
    axe(staff)
    with sqlite3.connect(live_server.instance / "fairs.db") as outbox:
        [body] = outbox.execute("select body from outbox_messages where recipient = ?", (address,)).fetchone()
    found = re.search(r"http://[^/\s]+(/rsvp/\S+)", body)
    assert found

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{found[1]}?lang=en")
    expect(page.get_by_role("heading", name="Dear Anna Muster, you are invited.")).to_be_visible()
    page.get_by_text("We cannot come").click()
    axe(page)
    page.get_by_role("button", name="Yes, I come").click()
    page.wait_for_url("**/register")
    expect(page.get_by_label("Company", exact=True)).to_have_value("Muster Import GmbH")
    expect(page.get_by_label("Ceramics and porcelain")).to_be_checked()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Your business").select_option("importer")
    page.get_by_label("Support that you ask for").select_option("both")
    page.get_by_label("Airport from which you fly").fill("FRA")
    page.get_by_label("The organiser may keep these details").check()
    page.get_by_role("button", name="Register").click()
    page.wait_for_url("**/i/**")
    axe(page)
