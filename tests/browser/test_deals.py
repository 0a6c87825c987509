"""Contracts and money in the browser: logged by one person, verified by another; paid, and seen by the exhibitor."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.factories.deals import scan
from tests.support.browser import axe, login_as

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


def fair_slug(page: Page, prefix: str) -> str:
    """The slug of the demonstration's latest fair that begins with ``prefix``: there is one of 2020, too."""
    fairs = page.request.get("/api/v1/fairs").json()["items"]
    return str([fair["slug"] for fair in fairs if fair["slug"].startswith(prefix)][-1])


def deals(page: Page) -> str:
    return f"/fairs/{fair_slug(page, 'great-souvenirs')}/deals"


def paper(name: str = "scan.png") -> dict[str, Any]:
    return {"name": name, "mimeType": "image/png", "buffer": scan().content}


def choose(page: Page, side: str, text: str) -> None:
    """Search a party as a person types, and take the first that is found."""
    page.locator(f"#{side}_query").press_sequentially(text, delay=10)
    first = page.locator(f"#{side}-choices .party").first
    first.wait_for()
    first.click()
    expect(first.locator("input")).to_be_checked()


def fill_line(page: Page, number: int, code: str, goods: str, quantity: str, amount: str) -> None:
    for name, value in (("hs_code", code), ("description", goods), ("quantity", quantity), ("amount", amount)):
        page.locator(f"[name=lines-{number}-{name}]").fill(value)


def log_contract(page: Page) -> str:
    """Fill in the form and log it; gives back the reference."""
    page.goto(f"{deals(page)}/new")
    choose(page, "exporter", "mau 02")
    choose(page, "importer", "gmbh")
    fill_line(page, 0, "4420.11", "Hộp sơn mài", "100", "1.000,50")
    page.get_by_role("button", name="Add a line").click()
    expect(page.locator("[name=lines-1-hs_code]")).to_be_visible()
    expect(page.locator("[name=lines-0-description]")).to_have_value("Hộp sơn mài")
    fill_line(page, 1, "6913", "Bình gốm", "12,5", "500")
    page.locator("[name=lines-1-unit]").select_option("KGM")
    page.locator("[name=value]").fill("1400")
    page.locator("[name=currency]").select_option("EUR")
    expect(page.locator("[data-lines-sum]")).to_contain_text("€100.50 more than the value")
    page.get_by_role("button", name="Take the sum of the lines").click()
    expect(page.locator("[name=value]")).to_have_value("1500.50")
    expect(page.locator("[data-lines-sum]")).to_contain_text("equal to the value")
    page.locator("[name=incoterm_place]").fill("Hải Phòng")
    page.locator("[name=evidence]").set_input_files(paper())
    page.get_by_role("button", name="Log the contract").click()
    page.wait_for_url(re.compile(r"/deals/[A-Z0-9]+-C-\d+$"))
    return page.url.rsplit("/", 1)[1]


def test_one_logs_and_another_verifies(page: Page, open_page: Callable[..., Page]) -> None:
    login_as(page, "deals", language="en")
    reference = log_contract(page)
    expect(page.locator("main")).to_contain_text("€1,500.50")
    expect(page.locator("main")).to_contain_text("= US$")
    expect(page.get_by_role("button", name="Verify")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("main")).to_contain_text("a second person verifies it")
    axe(page)

    second = open_page()
    login_as(second, "organiser", language="en")
    second.goto(f"{deals(second)}/{reference}")
    picture = second.locator(".scan-page")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 100
    for box in second.locator(".checklist-form input").all():
        box.check()
    second.locator("#verify-note").fill("Signed in the hall, seen by the clerk")
    second.get_by_role("button", name="Verify").click()
    expect(second.locator("main")).to_contain_text("Counts in the headline")
    expect(second.locator("main")).to_contain_text("Verified by")
    axe(second)
    second.goto(f"{deals(second)}?q={reference}")
    expect(second.locator(".headline-main")).to_contain_text("US$1,6")
    expect(second.locator(".headline-main")).to_contain_text("1 contract")


def test_a_scanned_badge_chooses_the_company_and_saves_nothing(page: Page, open_page: Callable[..., Page]) -> None:
    login_as(page, "deals", language="en")
    page.goto(f"{deals(page)}/new")
    desk = open_page()
    login_as(desk, "organiser", language="en")
    desk.goto(f"{deals(desk)}?q=C-000001")
    desk.locator("tbody a").first.click()
    exporter = desk.locator(".party-name").first.inner_text()
    booth = re.search(r"Booth ([\w-]+)", desk.locator(".deal-parties").inner_text())
    assert booth is not None
    # A hand scanner types fast and ends with Enter; here it reads the booth's number.
    page.locator("#exporter_query").press_sequentially(booth[1])
    page.keyboard.press("Enter")
    chosen = page.locator("#exporter-choices input:checked")
    chosen.wait_for()
    expect(page.locator("#exporter-choices")).to_contain_text(exporter)
    assert page.url.endswith("/new")


def test_mistakes_stand_at_their_fields_and_the_scan_is_kept(page: Page) -> None:
    login_as(page, "deals", language="en")
    page.goto(f"{deals(page)}/new")
    fill_line(page, 0, "0101", "Ngựa", "1", "10")
    page.locator("[name=value]").fill("11")
    page.locator("[name=evidence]").set_input_files(paper("hop-dong.png"))
    page.get_by_role("button", name="Log the contract").click()
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Exporter")
    expect(page.locator("#lines-0-hs_code-error")).to_contain_text("Unknown HS code")
    expect(page.locator("[name=lines-0-description]")).to_have_value("Ngựa")
    expect(page.locator("#proof")).to_contain_text("hop-dong.png is kept")
    axe(page)


def test_lines_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page("deals", java_script_enabled=False)
    page.goto("/language/en")
    page.goto(f"{deals(page)}/new")
    page.locator("[name=lines-0-description]").fill("Nón lá")
    page.get_by_role("button", name="Add a line").click()
    expect(page.locator("[name=lines-1-description]")).to_be_visible()
    expect(page.locator("[name=lines-0-description]")).to_have_value("Nón lá")
    page.locator("#importer_query").fill("gmbh")
    page.locator("#importer").get_by_role("button", name="Find").click()
    expect(page.locator("#importer-choices .party").first).to_be_visible()


def test_money_is_recorded_and_the_exhibitor_sees_it(page: Page, open_page: Callable[..., Page]) -> None:
    login_as(page, "finance", language="en")
    slug = fair_slug(page, "giftshow")
    page.goto(f"/fairs/{slug}/money?state=open&sort=number")  # the oldest: of a booth, with deposit and balance
    page.locator("tbody a").first.click()
    title = page.locator("#record-panel-title")
    expect(title).to_contain_text("INV")
    number = title.inner_text().split()[-1]
    svg = page.locator(".qr")
    expect(svg).to_be_visible()
    picture = Image.open(io.BytesIO(svg.screenshot()))
    (code,) = zxingcpp.read_barcodes(picture.resize((picture.width * 3, picture.height * 3)))
    assert code.text.startswith("000201010212")
    page.get_by_role("link", name="Record money received").click()
    page.locator("[name=external_reference]").fill("FT 0001")
    page.get_by_role("button", name="Record").click()
    expect(page.locator("main")).to_contain_text("recorded as")
    expect(page.locator("main")).to_contain_text("Partly paid")
    axe(page)
    answer = page.request.get(f"/fairs/{slug}/money/{number}/invoice.pdf?lang=vi")
    document = pypdfium2.PdfDocument(answer.body())
    assert "Bằng chữ:" in document[0].get_textpage().get_text_range()
    document.close()
    # Another company's people learn nothing of it.
    exhibitor = open_page()
    login_as(exhibitor, "exhibitor", language="vi")
    refused = exhibitor.goto(f"/my/invoices/{number}")
    assert refused is not None
    assert refused.status == 404
    exhibitor.goto("/my/invoices")
    axe(exhibitor)


@pytest.mark.parametrize(("language", "viewport"), [("vi", PHONE), ("en", DESK)], ids=["vi-phone", "en-desk"])
def test_pages_are_accessible_and_fit(open_page: Callable[..., Page], viewport: dict[str, int], language: str) -> None:
    page = open_page(viewport=viewport)
    login_as(page, "admin", language=language)
    contracts, money = deals(page), f"/fairs/{fair_slug(page, 'giftshow')}/money"
    page.goto(f"{contracts}?q=C-000003")
    one = page.locator("tbody a").first.get_attribute("href") or ""
    page.goto(f"{money}?state=partly_paid")
    invoice = page.locator("tbody a").first.get_attribute("href") or ""
    own = f"/my/invoices/{invoice.rsplit('/', 1)[1]}"
    for path in (
        contracts, f"{contracts}?q=nothing-like-it", f"{contracts}/new", f"{contracts}/rates", one, f"{one}/edit",
        f"{money}?state=open", f"{money}?q=nothing-like-it", invoice, f"{invoice}/receive", own, "/my/invoices",
    ):  # fmt: skip
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        axe(page)
