"""Letters and reimbursement in Chromium: letters printed by the worker, checked by a consulate; papers typed in for a guest."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_importers import PHONE, slug
from tests.support.browser import axe
from tests.support.server import LiveServer


def test_letters_are_printed_and_papers_typed_in(
    live_server: LiveServer, page: Page, open_page: Callable[..., Page]
) -> None:
    staff = open_page("organiser", viewport=PHONE)
    staff.goto("/language/en")
    base = f"/fairs/{slug(live_server, 'booking_open')}/letters"
    staff.goto(base)
    axe(staff)
    assert staff.evaluate("document.documentElement.scrollWidth") <= 390
    staff.get_by_label("that fit").check()
    staff.get_by_role("button", name="Print…").click()
    staff.get_by_role("button", name=re.compile("^Print: do it for")).click()
    staff.get_by_role("button", name="Make it ZIP of single PDFs").click()
    download = staff.get_by_role("button", name="Download ZIP of single PDFs")
    expect(download).to_be_visible(timeout=30_000)
    axe(staff)
    with staff.expect_download() as fetched:
        download.click()
    with zipfile.ZipFile(fetched.value.path()) as archive:
        assert archive.testzip() is None and len(archive.namelist()) > 5

    page.goto("/verify/letter?lang=en")
    page.get_by_label("Register number of the letter").fill("1/TM-SCT")
    page.get_by_label("Code under the QR code").fill("0000-0000-0000-0000")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("No letter has this number and this code").first).to_be_visible()
    axe(page)

    staff.goto(f"/fairs/{slug(live_server, 'running')}/claims?state=open&sort=-payable")
    axe(staff)
    staff.locator("tr[data-row] a").first.click()
    axe(staff)
    staff.get_by_role("link", name="Type in papers for the guest").click()
    staff.get_by_label("Which paper").select_option("boarding_in")
    staff.locator("#file input[type=file]").set_input_files(
        files=[{"name": "pass.pdf", "mimeType": "application/pdf", "buffer": b"<script>alert(1)</script>"}]
    )
    staff.get_by_role("button", name="Add a paper").click()
    expect(staff.get_by_text("Only PDF, PNG, JPEG or WebP files can be handed in.").first).to_be_visible()
    axe(staff)
    assert staff.evaluate("document.documentElement.scrollWidth") <= 390
