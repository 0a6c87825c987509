"""The screen of a gate in Chromium: camera, hand scanner, typing, network gone and back; the pages of gates and badges."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Watch, axe, camera_arguments, login_as
from tests.support.server import LiveServer
from tests.unit.badges.telex_keyboard import TelexKeyboard

PHONE = {"width": 390, "height": 844}
_ASK = """
import json
from sqlalchemy import select
from fairs.badges.models import Badge
from fairs.badges.service import code_of
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.checkin.models import Gate, Visit
from fairs.core.db import db
fairs = list(db.session.scalars(select(Fair).order_by(Fair.id)))
now = next(fair for fair in fairs if fair.state is FairState.RUNNING)
later = next(fair for fair in fairs if fair.state is FairState.BOOKING_OPEN)
came = select(Visit.person_id)
def badges(fair):
    rows = db.session.scalars(
        select(Badge).where(Badge.fair_id == fair.id, Badge.person_id.not_in(came), Badge.state == "active").order_by(Badge.id)
    )
    return [{"id": str(b.id), "code": code_of(b), "short": b.short_code, "name": b.person.display_name, "reference": b.reference}
            for b in rows if b.category.counts_as_visitor]
gate = db.session.scalars(select(Gate).where(Gate.fair_id == now.id).order_by(Gate.id)).first()
print(json.dumps({"now": now.slug, "later": later.slug, "opening": later.starts_on.isoformat(), "gate": gate.code,
                  "badges": badges(now), "coming": badges(later)}))
"""


@dataclass
class Hall:
    """What the demonstration has for gates: unused badges of visitors at the fair that runs, and at the one that comes."""

    now: str
    later: str
    opening: date
    gate: str
    badges: list[dict[str, str]]
    coming: list[dict[str, str]]

    @property
    def screen(self) -> str:
        return f"/fairs/{self.now}/gates/{self.gate}/scan"


_halls: dict[str, Hall] = {}


@pytest.fixture
def hall(live_server: LiveServer) -> Hall:
    """Tests take badges off its list, so that none is scanned by two."""
    if live_server.url not in _halls:
        found = json.loads(_shell(live_server))
        _halls[live_server.url] = Hall(**{**found, "opening": date.fromisoformat(found["opening"])})
    return _halls[live_server.url]


def _shell(server: LiveServer) -> str:
    import subprocess

    from fairs.config import ROOT
    from scripts import setup
    from tests.support.server import environment

    text = "from fairs.app import create_app\nwith create_app().app_context():\n" + "".join(
        f"    {line}\n" for line in _ASK.strip().splitlines()
    )
    done = subprocess.run(
        [setup.PYTHON, "-c", text],
        cwd=ROOT,
        env=environment(server.instance),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


def open_screen(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#gate[data-ready=yes]")).to_be_attached()


def verdict(page: Page) -> Any:
    return page.locator("#verdict")


def type_code(page: Page, code: str) -> None:
    page.locator("#code").fill(code)
    page.locator("#code").press("Enter")


def hold_verdicts(page: Page) -> None:
    """Keep verdicts up until Escape, so that a slow machine can look at them."""
    page.evaluate("document.getElementById('gate').dataset.hold = '600000'")


# --- typing and hand scanners -------------------------------------------------------------------------------------


def test_typing_the_short_code(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("gate")
    badge = hall.badges.pop()
    open_screen(page, hall.screen)
    hold_verdicts(page)
    visits = int(page.locator("#count-visits").inner_text())
    type_code(page, badge["short"].lower())
    expect(verdict(page)).to_have_class(re.compile("verdict-welcome"))
    expect(verdict(page).locator(".verdict-name")).to_have_text(badge["name"])
    expect(page.locator("#spoken")).to_contain_text(badge["name"])
    expect(page.locator("#count-visits")).to_have_text(str(visits + 1))
    page.keyboard.press("Escape")
    type_code(page, badge["short"])
    expect(verdict(page)).to_have_class(re.compile("verdict-already_inside"))
    expect(verdict(page).locator(".verdict-reason")).to_contain_text(re.compile(r"\d\d:\d\d"))
    expect(page.locator("#last li")).to_have_count(2)
    expect(page.locator("#count-visits")).to_have_text(str(visits + 1))


def test_a_verdict_goes_away_by_itself(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("gate")
    open_screen(page, hall.screen)
    type_code(page, "no such code")
    expect(verdict(page)).to_have_class(re.compile("verdict-unknown"))
    expect(verdict(page)).to_be_hidden(timeout=5000)
    expect(page.locator("#last li")).to_have_count(1)


def test_a_hand_scanner_types_anywhere(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("gate")
    badge = hall.badges.pop()
    open_screen(page, hall.screen)
    hold_verdicts(page)
    page.locator("#sound").click()  # the field has not the focus
    page.keyboard.type(badge["code"])
    page.keyboard.press("Enter")
    expect(verdict(page)).to_have_class(re.compile("verdict-welcome"))
    expect(verdict(page).locator(".verdict-name")).to_have_text(badge["name"])
    expect(page.locator("#code")).to_have_value("")


def test_a_hand_scanner_with_a_vietnamese_keyboard_on(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("gate")
    open_screen(page, hall.screen)
    hold_verdicts(page)
    changed = [badge for badge in hall.badges if TelexKeyboard().type(badge["code"]) != badge["code"]]
    for badge in changed[:3]:
        hall.badges.remove(badge)
        mangled = TelexKeyboard().type(badge["code"])
        page.locator("#code").press_sequentially("")
        page.keyboard.insert_text(mangled)
        page.keyboard.press("Enter")
        expect(verdict(page)).to_have_class(re.compile("verdict-welcome"))
        expect(verdict(page).locator(".verdict-name")).to_have_text(badge["name"])
        page.keyboard.press("Escape")


_PRESS_KEYS = """code => {
  // An input method shows other letters than the keys that were pressed; the keys themselves are still there.
  const named = {' ': 'Space', '-': 'Minus', '+': 'Equal', '.': 'Period', '/': 'Slash', ':': 'Semicolon', '$': 'Digit4', '%': 'Digit5', '*': 'Digit8'};
  for (const sign of code) {
    const key = /[A-Z]/.test(sign) ? `Key${sign}` : /\\d/.test(sign) ? `Digit${sign}` : named[sign];
    document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'Process', code: key, shiftKey: '+:$%*'.includes(sign), bubbles: true, cancelable: true}));
  }
  document.getElementById('code').value = 'âếđư';
  document.getElementById('code').dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', code: 'Enter', bubbles: true, cancelable: true}));
}"""


def test_the_keys_count_when_the_letters_are_lost(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("gate")
    badge = hall.badges.pop()
    open_screen(page, hall.screen)
    hold_verdicts(page)
    page.evaluate(_PRESS_KEYS, badge["code"])
    expect(verdict(page)).to_have_class(re.compile("verdict-welcome"))
    expect(verdict(page).locator(".verdict-name")).to_have_text(badge["name"])


# --- camera -------------------------------------------------------------------------------------------------------


def _printed_code(live_server: LiveServer, page: Page, hall: Hall, badge: dict[str, str]) -> Image.Image:
    """The QR code as it is on the printed badge."""
    page.goto(f"/fairs/{hall.now}/badges/{badge['reference']}")
    token = page.locator("input[name=csrf_token]").first.input_value()
    # The page offers a station as long as one is open: this asks for the PDF itself.
    pdf = page.request.post(f"/fairs/{hall.now}/badges/print", form={"csrf_token": token, "badge": badge["id"]}).body()
    document = pdfium.PdfDocument(pdf)
    scale = 4
    sheet = document[0].render(scale=scale).to_pil().convert("L")
    document.close()
    [found] = zxingcpp.read_barcodes(sheet)
    corners = found.position
    quiet = (corners.bottom_right.x - corners.top_left.x) * 4 // 37
    return sheet.crop(
        (
            corners.top_left.x - quiet,
            corners.top_left.y - quiet,
            corners.bottom_right.x + quiet,
            corners.bottom_right.y + quiet,
        )
    )


def _film(code: Image.Image, path: Path) -> Path:
    """Two and a half seconds with the badge, as long without it, for ever."""
    badge, empty = Image.new("L", (640, 480), 205), Image.new("L", (640, 480), 160)
    turned = code.resize((330, 330)).rotate(7, expand=True, fillcolor=205, resample=Image.Resampling.BICUBIC)
    badge.paste(turned, (140, 50))
    colourless = bytes([128]) * (320 * 240 * 2)
    with path.open("wb") as out:
        out.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n")
        for frame in [badge] * 25 + [empty] * 25:
            out.write(b"FRAME\n" + frame.tobytes() + colourless)
    return path


@pytest.fixture
def with_camera(
    start_browser: Callable[..., Browser],
    browser_context_args: dict[str, Any],
    base_url: str,
    watch: Watch,
    tmp_path: Path,
) -> Callable[..., Page]:
    """A window whose camera films the code."""

    def make(code: Image.Image, **options: Any) -> Page:
        browser = start_browser(*camera_arguments(_film(code, tmp_path / "badge.y4m")))
        context = browser.new_context(**{**browser_context_args, "base_url": base_url, **options})
        context.set_default_timeout(15_000)
        watch.follow(context)
        return context.new_page()

    return make


def test_the_camera_reads_a_printed_badge(
    open_page: Callable[..., Page], with_camera: Callable[..., Page], live_server: LiveServer, hall: Hall
) -> None:
    badge = hall.badges.pop()
    page = with_camera(_printed_code(live_server, open_page("gate"), hall, badge), viewport=PHONE)
    login_as(page, "gate")
    open_screen(page, hall.screen)
    hold_verdicts(page)
    expect(verdict(page)).to_have_class(re.compile("verdict-welcome"), timeout=20_000)
    expect(verdict(page).locator(".verdict-name")).to_have_text(badge["name"])
    # The badge stays in the picture, and is read once; shown again, it is one of somebody who is inside.
    expect(page.locator("#last li")).to_have_count(1)
    expect(verdict(page)).to_have_class(re.compile("verdict-already_inside"), timeout=20_000)
    expect(page.locator("#camera")).to_be_visible()


# --- network ------------------------------------------------------------------------------------------------------


def test_nothing_is_lost_without_a_network(open_page: Callable[..., Page], hall: Hall, watch: Watch) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED")
    page = open_page("gate")
    badges = [hall.badges.pop() for _ in range(3)]
    open_screen(page, hall.screen)
    visits = int(page.locator("#count-visits").inner_text())
    page.context.set_offline(True)
    for number, badge in enumerate(badges, 1):
        type_code(page, badge["code"])
        expect(verdict(page)).to_have_class(re.compile("verdict-welcome"))
        expect(verdict(page).locator(".verdict-name")).to_have_text(badge["name"])
        expect(page.locator("#network")).to_have_text(f"offline · {number} waiting")
    expect(page.locator("#last .is-waiting")).to_have_count(3)
    page.context.set_offline(False)
    expect(page.locator("#network")).to_have_text("online")
    expect(page.locator("#last .verdict-welcome.is-confirmed")).to_have_count(3)
    assert int(page.locator("#count-visits").inner_text()) >= visits + 3


def test_what_was_kept_is_sent_by_the_next_page(open_page: Callable[..., Page], hall: Hall, watch: Watch) -> None:
    watch.allow("Failed to load resource|ERR_FAILED")
    page = open_page("gate")
    badge = hall.badges.pop()
    open_screen(page, hall.screen)
    page.route("**/scans", lambda route: route.abort())
    type_code(page, badge["code"])
    expect(page.locator("#network")).to_contain_text("1 waiting")
    page.goto("about:blank")  # or the first page would try once more itself
    page.unroute("**/scans")
    open_screen(page, hall.screen)
    expect(page.locator("#last .verdict-welcome")).to_contain_text(badge["name"])
    type_code(page, badge["code"])
    expect(verdict(page)).to_have_class(re.compile("verdict-already_inside"))


def test_who_is_signed_out_is_told_and_loses_nothing(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("gate")
    badge = hall.badges.pop()
    open_screen(page, hall.screen)
    page.context.clear_cookies()
    type_code(page, badge["code"])
    expect(page.locator("#trouble a")).to_contain_text("Sign in again")
    expect(page.locator("#network")).to_contain_text("1 waiting")
    login_as(page, "gate")
    open_screen(page, hall.screen)
    expect(page.locator("#last .verdict-welcome")).to_contain_text(badge["name"])


# --- rehearsal, closed, no script ---------------------------------------------------------------------------------


def test_rehearse_the_coming_fair(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("organiser")
    badge = hall.coming.pop()
    page.goto(f"/fairs/{hall.now}/gates")
    form = page.locator("#rehearse form")
    form.locator("select[name=badges_of]").select_option(hall.later)
    form.locator("input[name=rehearsal]").fill(hall.opening.isoformat())
    form.locator("button").click()
    expect(page.locator(".gate-band")).to_contain_text("REHEARSAL")
    expect(page.locator("#gate[data-ready=yes]")).to_be_attached()
    hold_verdicts(page)
    type_code(page, badge["code"])
    expect(verdict(page)).to_have_class(re.compile("verdict-welcome"))
    expect(page.locator(".gate-band")).to_be_visible()
    expect(page.locator("#count-visits")).to_have_text("0")
    before = hall.opening - timedelta(days=1)
    open_screen(page, f"{hall.screen}?rehearsal={before}&badges_of={hall.later}")
    hold_verdicts(page)
    type_code(page, badge["code"])
    expect(verdict(page)).to_have_class(re.compile("verdict-wrong_day"))
    expect(verdict(page).locator(".verdict-advice")).to_have_text("Send to the desk.")
    open_screen(page, hall.screen)
    hold_verdicts(page)
    type_code(page, badge["code"])
    expect(verdict(page)).to_have_class(re.compile("verdict-other_fair"))


def test_a_revoked_badge_says_why(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("gate")
    badge = hall.badges.pop()
    page.goto(f"/fairs/{hall.now}/badges/{badge['reference']}")
    page.get_by_label("Reason").fill("Given away")
    page.get_by_role("button", name="Revoke").click()
    page.locator("#confirm-dialog button[value=ok]").click()
    expect(page.locator(".notice")).to_contain_text("opens no gate any more")
    open_screen(page, hall.screen)
    hold_verdicts(page)
    type_code(page, badge["code"])
    expect(verdict(page)).to_have_class(re.compile("verdict-revoked"))
    expect(verdict(page).locator(".verdict-reason")).to_have_text("Reason: Given away")


def test_without_a_script_the_form_answers(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("gate", java_script_enabled=False)
    badge = hall.badges.pop()
    page.goto(hall.screen)
    page.locator("#code").fill(badge["short"])
    page.locator("#typed button[type=submit]").click()
    expect(page.locator(".gate-answer")).to_contain_text(badge["name"])
    expect(page.locator(".gate-answer")).to_have_class(re.compile("verdict-welcome"))


# --- everybody can use it -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1280)])
def test_pages_are_accessible_and_fit(open_page: Callable[..., Page], hall: Hall, width: int, language: str) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    login_as(page, "gate", language=language)
    reference = hall.badges[0]["reference"]
    start = f"/fairs/{hall.now}"
    pages = [
        "gates",
        "gates/new",
        f"gates/{hall.gate}/edit",
        f"gates/{hall.gate}/rules",
        "halls",
        "halls/new",
        "halls/evacuation",
        "scans",
        "scans?q=nobody",
        "badges",
        f"badges/{reference}",
        f"gates/{hall.gate}/scan",
    ]
    for path in pages:
        page.goto(f"{start}/{path}")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("width", [390, 1280])
def test_verdicts_are_accessible(open_page: Callable[..., Page], hall: Hall, width: int) -> None:
    page = open_page("gate", viewport={"width": width, "height": 844})
    badge = hall.badges.pop()
    open_screen(page, hall.screen)
    hold_verdicts(page)
    for code in (badge["code"], badge["code"], "no badge", hall.coming[0]["code"]):
        page.keyboard.press("Escape")
        type_code(page, code)
        expect(verdict(page)).to_be_visible()
        expect(page.locator("#last .is-waiting")).to_have_count(0)
        expect(page.locator("#network")).to_have_text("online")  # its colours do not change while axe looks
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_rehearsal_is_accessible(open_page: Callable[..., Page], hall: Hall) -> None:
    page = open_page("gate", viewport=PHONE)
    open_screen(page, f"{hall.screen}?rehearsal={hall.opening}")
    axe(page)


def test_figures_refresh_by_themselves(open_page: Callable[..., Page], hall: Hall) -> None:
    page, screen = open_page("gate"), open_page("desk")
    page.goto(f"/fairs/{hall.now}/gates")
    before = int(page.locator("#live .stat-value").first.inner_text())
    open_screen(screen, hall.screen)
    type_code(screen, hall.badges.pop()["code"])
    expect(screen.locator("#last .verdict-welcome")).to_have_count(1)
    expect(page.locator("#live .stat-value").first).not_to_have_text(str(before), timeout=15_000)


def test_the_board_moves_with_a_scan(hall: Hall, open_page: Callable[..., Page]) -> None:
    staff, phone = open_page("gate"), open_page("gate", viewport=PHONE)
    base = f"/fairs/{hall.now}"
    staff.goto(f"{base}/board")
    axe(staff)
    staff.locator('[name="name"]').fill("Sảnh chính")
    staff.locator('#screens [type="submit"]').last.click()
    link = staff.locator("#screens .notice a").get_attribute("href") or ""
    wall = open_page(viewport={"width": 1920, "height": 1080})
    wall.goto("/board/" + link.rsplit("/", 1)[1])
    axe(wall)
    assert wall.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")
    staff.goto(f"{base}/board")
    inside = wall.locator(".wall-first dd")
    before, on_staff = inside.inner_text(), staff.locator("#gates tbody tr").first.inner_text()
    open_screen(phone, hall.screen)
    type_code(phone, hall.badges.pop()["code"])
    expect(verdict(phone)).to_have_class(re.compile("verdict-welcome"))
    expect(inside).not_to_have_text(before, timeout=15_000)
    expect(staff.locator("#gates tbody tr").first).not_to_have_text(on_staff, timeout=15_000)
