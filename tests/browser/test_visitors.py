"""The desk by keyboard alone, and a trade visitor's badge on the phone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_importers import PHONE, mail_link, slug
from tests.support.browser import Watch, axe
from tests.support.server import LiveServer


@pytest.fixture(scope="session")
def running_fair(live_server: LiveServer) -> str:
    """The slug of the demonstration's fair that runs today."""
    return slug(live_server, "running")


def switch_stations(page: Page, fair: str, wanted: str, *, only: list[str] | None = None) -> list[str]:
    """Open or close the fair's print stations (``only`` these); gives back the addresses of those that changed."""
    page.goto(f"/fairs/{fair}/printing/stations")
    token = page.locator("[name=csrf_token]").first.get_attribute("value")
    forms = page.locator(f'form[action$="/state"]:has([name=state][value="{wanted}"])').all()
    paths = only if only is not None else [str(form.get_attribute("action")) for form in forms]
    for path in paths:
        page.request.post(path, form={"csrf_token": str(token), "state": wanted})
    return paths


def test_the_desk_by_keyboard_alone(open_page: Callable[..., Page], running_fair: str) -> None:
    page = open_page("desk")
    page.goto("/language/en")
    closed = switch_stations(page, running_fair, "closed")
    page.goto(f"/fairs/{running_fair}/desk")
    field, keys = page.locator("#desk-q"), page.keyboard
    expect(field).to_be_focused()
    name = f"Phạm Mới {time.time_ns() % 10**6}"

    keys.type(name)
    expect(page.locator("#desk-match-new[aria-selected=true]")).to_be_visible()
    axe(page)
    keys.press("Enter")
    expect(page.get_by_label("Company or organisation")).to_be_focused()
    axe(page)
    keys.type("Cửa hàng Mẫu")
    keys.press("Tab")
    keys.type("call me")
    keys.press("Enter")
    expect(page.get_by_label("Phone or e-mail")).to_be_focused()
    expect(page.locator("#contact-error")).to_be_visible()
    keys.press("Control+A")
    keys.type(f"09{time.time_ns() % 10**8:08d}")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Print the badge")).to_be_focused()
    expect(page.locator(".desk-result-name")).to_have_text(name)
    axe(page)
    short = page.locator("[data-desk-result] .mono").last.inner_text()
    # Printed from this page, without another window; the file stands as a link beside.
    with page.expect_response(lambda answer: answer.url.endswith("/badges/print")) as printed:
        keys.press("Enter")
    assert printed.value.headers["content-type"] == "application/pdf"
    expect(page.locator("#desk-note").get_by_role("link", name="Open the PDF")).to_have_attribute(
        "href", re.compile("^blob:")
    )
    assert len(page.context.pages) == 1
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect(page.locator("#desk-panel")).to_be_empty()

    # The same person again: an arrow chooses, Enter shows the badge that there is.
    keys.type(name[:8])
    expect(page.locator("#desk-match-0")).to_be_visible()
    for _ in range(10):
        if page.locator("[role=option][aria-selected=true]", has_text=name).count():
            break
        keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator(".desk-result-state").get_by_text("Registered already")).to_be_visible()
    expect(page.locator("[data-desk-result]")).to_contain_text(short)
    keys.press("Escape")
    expect(field).to_be_focused()
    assert name not in page.url
    switch_stations(page, running_fair, "open", only=closed)


def test_a_hand_scanner_is_quicker_than_the_list(open_page: Callable[..., Page], running_fair: str) -> None:
    page = open_page("desk")
    page.goto("/language/en")
    page.goto(f"/fairs/{running_fair}/badges?state=active&printed=no")
    page.locator("tbody a").first.click()
    page.wait_for_load_state()
    short_code = page.get_by_text(re.compile(r"^\w{4}-\w{4}-\w{4}-\w{4}$")).first.inner_text()
    page.goto(f"/fairs/{running_fair}/desk")
    page.keyboard.insert_text(short_code)
    page.keyboard.press("Enter")
    expect(page.locator(".desk-result-state").get_by_text("Registered already")).to_be_visible()
    expect(page.get_by_role("button", name="Print the badge")).to_be_focused()


def test_a_trade_visitors_badge_on_the_phone(
    live_server: LiveServer, open_page: Callable[..., Page], running_fair: str, watch: Watch
) -> None:
    page = open_page(viewport=PHONE)
    address = f"mot-dia-chi-rat-dai-{time.time_ns()}@cua-hang-mau.example"
    page.goto("/language/vi")
    page.goto(f"/f/{running_fair}/visit")
    page.locator("[name=name]").fill("Nguyễn Thị Đào")
    page.locator("[name=company_name]").fill("Cửa hàng Mẫu")
    page.locator("[name=email]").fill(address)
    page.locator("[name=consent_registration]").check()
    page.locator("main form [type=submit]").click()
    expect(page.get_by_text(address)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(mail_link(live_server, address, "visitors/registered"))
    expect(page.get_by_role("heading", name="Nguyễn Thị Đào")).to_be_visible()
    expect(page.locator("[data-saved]")).to_be_visible()
    axe(page)
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", name="Nguyễn Thị Đào")).to_be_visible()


def test_a_walk_in_within_fifteen_seconds_of_typing(open_page: Callable[..., Page], running_fair: str) -> None:
    """Registered, printed at a station, the next field focused: keys only. At five characters a second 75 keys are fifteen seconds."""
    page = open_page("desk")
    page.goto("/language/en")
    station = open_page("desk")
    station.goto(f"/fairs/{running_fair}/printing/stations")
    station.goto(str(station.get_by_role("link", name=re.compile("Open its page")).first.get_attribute("href")))
    expect(station.locator("[data-job], [data-station-state][data-is=waiting]").first).to_be_visible()
    station.close()
    page.goto(f"/fairs/{running_fair}/desk")
    field, keys = page.locator("#desk-q"), page.keyboard
    pressed = 0

    def type_in(text: str) -> None:
        nonlocal pressed
        pressed += len(text)
        keys.type(text, delay=200)

    def press(key: str) -> None:
        nonlocal pressed
        pressed += 1
        keys.press(key)

    mark = f"{time.time_ns() % 10**4:04d}"
    letters = "".join("abcdefghij"[int(digit)] for digit in mark)
    name = f"Do Thi {letters.title()}"
    expect(field).to_be_focused()
    type_in(name)
    # Somebody who looks at the screen presses Enter when the list is there; it may name people who are nearly called so.
    expect(page.locator(f'#desk-matches [data-for="{name}"]')).to_be_attached()
    press("Enter")
    expect(page.get_by_label("Company or organisation")).to_be_focused()
    type_in("Lua Mau")
    press("Tab")
    type_in(f"09{time.time_ns() % 10**8:08d}")
    press("Enter")
    expect(page.get_by_role("button", name="Print the badge")).to_be_focused()
    press("Enter")
    expect(page.locator("#desk-note")).to_contain_text("In the print queue")
    expect(page.locator("#desk-note")).to_contain_text(name)
    assert len(page.context.pages) == 1
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    assert pressed <= 75

    # A slip of the keyboard and another phone: the person is shown before there is a second badge.
    keys.type(name[:-1] + ("x" if name[-1] != "x" else "y"))
    keys.press("Enter")
    expect(page.locator("[role=option], [data-panel-kind=new]").first).to_be_visible()
    if page.locator("[data-panel-kind=new]").count() == 0:
        expect(page.locator("#desk-matches")).to_contain_text(name)
        page.locator("#desk-match-new").click()
    page.get_by_label("Company or organisation").fill("Lua Mau")
    page.get_by_label("Phone or e-mail").fill(f"08{time.time_ns() % 10**8:08d}")
    keys.press("Enter")
    hint = page.locator("[data-hint-first]")
    expect(hint).to_be_focused()
    expect(hint).to_contain_text(name)
    axe(page)
    keys.press("Enter")
    expect(page.locator(".desk-result-state").get_by_text("Registered already")).to_be_visible()


def test_the_kiosk_leaves_nothing_of_a_visitor(open_page: Callable[..., Page], running_fair: str) -> None:
    staff = open_page("organiser")
    staff.goto("/language/en")
    staff.goto(f"/fairs/{running_fair}/visitors/kiosks")
    staff.get_by_label("Name of the kiosk").fill("Hall A")
    staff.get_by_role("button", name="Set up").click()
    path = staff.locator(".kiosk-address").inner_text()
    tablet = open_page(viewport={"width": 820, "height": 1180})
    tablet.goto(path)
    axe(tablet)
    tablet.get_by_role("link", name="English").click()
    name = f"Kiosk Guest {time.time_ns() % 10**6}"
    expect(tablet.get_by_label("Your name")).to_be_focused()
    tablet.keyboard.type(name)
    tablet.get_by_label("Company or organisation").fill("Mẫu")
    tablet.get_by_label("Phone or e-mail").fill(f"07{time.time_ns() % 10**8:08d}")
    tablet.locator("[name=consent_registration]").check()
    tablet.get_by_role("button", name="Get my badge").click()
    expect(tablet.locator("h1")).to_contain_text(name)
    expect(tablet.locator(".kiosk-code svg")).to_be_visible()
    axe(tablet)
    tablet.get_by_role("link", name="Done, next visitor").click()
    expect(tablet.locator("html")).to_have_attribute("lang", "vi")  # the next one chooses the language anew
    expect(tablet.locator("[name=name]")).to_have_value("")
    tablet.go_back()
    expect(tablet.locator("[name=name]")).to_have_value("")
    assert name not in tablet.content()
