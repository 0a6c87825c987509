"""An exhibitor's way in Chromium: sign up, describe the company, apply, be accepted; a household with nothing but a slip."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import axe
from tests.support.server import LiveServer

PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}
PASSWORD = "a quiet river at dawn"


@pytest.fixture(scope="session")
def upcoming(live_server: LiveServer) -> str:
    """The slug of the demonstration's fair whose booking is open."""
    with urllib.request.urlopen(f"{live_server.url}/api/v1/fairs", timeout=20) as answer:
        fairs = json.load(answer)["items"]
    return str(next(fair["slug"] for fair in fairs if fair["state"] == "booking_open"))


def link_in_mail(server: LiveServer, address: str, pattern: str) -> str:
    """The path of the newest link in a mail to ``address``."""
    for _try in range(50):
        with sqlite3.connect(server.instance / "fairs.db") as outbox:
            rows = outbox.execute("select body from outbox_messages where recipient = ? order by id desc", (address,))
            for (body,) in rows:
                found = re.search(rf"http://[^/\s]+({pattern})", body)
                if found:
                    return found[1]
        time.sleep(0.1)
    raise AssertionError(f"no such mail to {address}")


def fits(page: Page) -> None:
    """Nothing sticks out at the side, and axe-core has nothing to say."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    axe(page)


@pytest.mark.parametrize(("name", "size"), [("laptop", LAPTOP), ("phone", PHONE)], ids=["laptop", "phone"])
def test_from_signing_up_to_acceptance(
    live_server: LiveServer, open_page: Callable[..., Page], upcoming: str, name: str, size: dict[str, int]
) -> None:
    page = open_page(viewport=size)
    address = f"{name}@example.com"
    page.goto("/language/en")
    page.goto("/account/register")
    expect(page.get_by_role("button", name="Create account")).to_be_visible()
    page.get_by_label("Your name").fill("Lê Thị Thử")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Please look into your mail")
    fits(page)

    page.goto(link_in_mail(live_server, address, r"/account/confirm/\S+"))
    expect(page).to_have_url(re.compile(r"/my$"))
    expect(page.get_by_role("heading", name="Begin with your company")).to_be_visible()
    fits(page)

    page.goto(f"/my/{upcoming}/apply")
    page.get_by_label("Name of the company or household").fill(f"Cơ sở gốm thử {name}")
    page.get_by_label("Tax code").fill("123")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("#tax_code-error")).to_be_visible()
    expect(page.get_by_label("Name of the company or household")).to_have_value(f"Cơ sở gốm thử {name}")
    fits(page)
    page.get_by_label("Tax code").fill("")
    page.get_by_label("Ceramics and porcelain").check()
    page.get_by_role("button", name="Save and go on").click()

    expect(page.get_by_label("Ceramics and porcelain")).to_be_checked()
    page.get_by_label("What will you show?").fill("Bình hoa men rạn")
    fits(page)
    page.get_by_role("button", name="Save and go on").click()

    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("main [aria-invalid=true], main .has-error").first).to_be_visible()
    page.get_by_label("Lights and a socket only").check()
    fits(page)
    page.get_by_role("button", name="Save and go on").click()

    expect(page.get_by_label("E-mail")).to_have_value(address)
    fits(page)
    page.get_by_role("button", name="Save and go on").click()

    expect(page.locator("main")).to_contain_text("Bình hoa men rạn")
    fits(page)
    page.get_by_role("button", name="Hand in the application").click()
    expect(page.locator("#registration-error")).to_be_visible()
    page.get_by_label("I agree that the organising department keeps").check()
    page.get_by_role("button", name="Hand in the application").click()
    expect(page.locator("main")).to_contain_text("The organiser decides by")
    fits(page)

    organiser = open_page("organiser", viewport=size)
    organiser.goto("/language/en")
    organiser.goto(f"/fairs/{upcoming}/exhibitors?q=co+so+gom+thu+{name}")
    fits(organiser)
    organiser.get_by_role("link", name=f"Cơ sở gốm thử {name}").click()
    expect(organiser.get_by_role("heading", name="Decide")).to_be_visible()
    fits(organiser)
    organiser.locator("#decide").get_by_role("button", name="Accept", exact=True).click()
    expect(organiser.locator("main")).to_contain_text("Decided.")

    page.goto("/my")
    expect(page.get_by_role("link", name="Choose a booth")).to_be_visible()
    fits(page)


def test_a_household_follows_its_paper_with_a_slip(open_page: Callable[..., Page], upcoming: str) -> None:
    clerk = open_page("desk", viewport=LAPTOP)
    clerk.goto("/language/en")
    clerk.goto(f"/fairs/{upcoming}/filings")
    fits(clerk)
    clerk.get_by_role("link", name="Application to exhibit").click()
    expect(clerk.get_by_label("Paper form")).to_be_visible()
    fits(clerk)
    clerk.get_by_label("Paper form").check()
    clerk.get_by_label("Name of the company or household").fill("Hộ bà Thử làm nón")
    clerk.get_by_label("Hats").check()
    clerk.get_by_label("What will they show?").fill("Nón lá")
    clerk.get_by_role("textbox", name="Contact person").fill("Bà Thử")
    clerk.get_by_label("Lights and a socket only").check()
    clerk.get_by_label("They agreed").check()
    clerk.get_by_role("button", name="File and print the slip").click()
    pin = clerk.locator(".slip-pin").inner_text()
    address = clerk.locator(".slip-address").inner_text()
    fits(clerk)

    phone = open_page(viewport=PHONE)
    phone.goto("/language/vi")
    phone.goto(address)
    fits(phone)
    phone.locator("input[name=pin]").fill("000000" if pin != "000 000" else "111111")
    phone.locator("main button[type=submit]").click()
    expect(phone.locator("#pin-error")).to_be_visible()
    phone.locator("input[name=pin]").fill(pin)
    phone.locator("main button[type=submit]").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Hộ bà Thử làm nón")
    fits(phone)


@pytest.mark.parametrize(("language", "size"), [("vi", PHONE), ("en", LAPTOP)], ids=["vi-phone", "en-laptop"])
def test_public_pages_are_readable_without_scripts(
    open_page: Callable[..., Page], upcoming: str, language: str, size: dict[str, int]
) -> None:
    page = open_page(viewport=size, java_script_enabled=False)
    page.goto(f"/language/{language}")
    for path in ("/", f"/f/{upcoming}/", f"/f/{upcoming}/exhibitors", "/privacy"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"/f/{upcoming}/exhibitors")
    page.locator("input[name=q]").fill("bat trang")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".product-cards .tile").first).to_be_visible()


@pytest.mark.parametrize(("language", "size"), [("vi", PHONE), ("en", LAPTOP)], ids=["vi-phone", "en-laptop"])
def test_pages_fit_and_are_accessible(
    open_page: Callable[..., Page], upcoming: str, language: str, size: dict[str, int]
) -> None:
    stranger = open_page(viewport=size)
    stranger.goto(f"/language/{language}")
    for path in ("/", f"/f/{upcoming}/", f"/f/{upcoming}/exhibitors?q=zzz", "/privacy", "/account/check-mail"):
        stranger.goto(path)
        fits(stranger)
    staff = open_page("organiser", viewport=size)
    staff.goto(f"/language/{language}")
    for path in ("exhibitors", "exhibitors/file", "filings"):
        staff.goto(f"/fairs/{upcoming}/{path}")
        fits(staff)
    for path in ("/directory", "/directory?kind=people", "/directory/companies/1", "/directory/people/1/edit"):
        staff.goto(path)
        fits(staff)
    exhibitor = open_page("exhibitor", viewport=size)
    exhibitor.goto(f"/language/{language}")
    for path in ("/my", "/my/company", "/my/companies/1/team", f"/my/{upcoming}"):
        exhibitor.goto(path)
        fits(exhibitor)
