"""A signing ceremony in Chromium: two badges filmed, a photo, two companies on two phones, a second person; a network that dies."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from fairs.config import ROOT
from fairs.core.qr import QUIET_ZONE, matrix
from scripts import setup
from tests.factories.deals import scan
from tests.support.browser import Watch, axe, camera_arguments, login_as, write_film
from tests.support.server import LiveServer, environment

PHONE = {"width": 390, "height": 844}
TABLET = {"width": 820, "height": 1180}
_ASK = """
import json
from sqlalchemy import select
from fairs.badges.models import Badge
from fairs.badges.service import code_of
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.db import db
from fairs.directory.models import Company
fair = next(one for one in db.session.scalars(select(Fair).order_by(Fair.id)) if one.state is FairState.RUNNING)
def badges(where):
    rows = db.session.execute(
        select(Badge, Company).join(Company, Company.id == Badge.company_id)
        .where(Badge.fair_id == fair.id, Badge.state == "active", where).order_by(Badge.id)
    )
    return [{"code": code_of(badge), "company": company.name} for badge, company in rows][:12]
print(json.dumps({"slug": fair.slug, "domestic": badges(Company.country == "VN"), "foreign": badges(Company.country != "VN")}))
"""
_known: dict[str, Any] = {}


@pytest.fixture
def hall(live_server: LiveServer) -> Any:
    """The fair that runs and badges of companies there; tests take them off the lists."""
    if live_server.url not in _known:
        lines = "".join(f"    {line}\n" for line in _ASK.strip().splitlines())
        text = f"from fairs.app import create_app\nwith create_app().app_context():\n{lines}"
        done = subprocess.run(
            [setup.PYTHON, "-c", text], cwd=ROOT, env=environment(live_server.instance), capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        _known[live_server.url] = json.loads(done.stdout.strip().splitlines()[-1])
    return _known[live_server.url]


def picture(code: str) -> Image.Image:
    """The QR code of a badge with its quiet zone."""
    rows = matrix(code)
    side = len(rows) + 2 * QUIET_ZONE
    image = Image.new("L", (side, side), 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.putpixel((x + QUIET_ZONE, y + QUIET_ZONE), 0)
    return image.resize((side * 8, side * 8), Image.Resampling.NEAREST)


def film_of(codes: list[str], folder: Path) -> Path:
    """A film that shows one badge after the other, again and again."""
    films = [write_film(picture(code), folder / f"{n}.y4m", frames=15).read_bytes() for n, code in enumerate(codes)]
    head, first = films[0].split(b"\n", 1)
    whole = folder / "both.y4m"
    whole.write_bytes(head + b"\n" + first + b"".join(film.split(b"\n", 1)[1] for film in films[1:]))
    return whole


def photo(name: str = "photo.png") -> dict[str, Any]:
    return {"name": name, "mimeType": "image/png", "buffer": scan().content}


def look(page: Page) -> None:
    """axe over the whole page at once: the bar at the bottom of a phone hides nothing then."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": 2200})
    axe(page)
    page.set_viewport_size(size)


def draw(page: Page) -> None:
    """A signature with the mouse."""
    pad = page.locator("[data-pad] canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] * 0.7)
    page.mouse.down()
    for step, (right, down) in enumerate(((0.3, 0.2), (0.45, 0.8), (0.6, 0.3), (0.8, 0.6))):
        page.mouse.move(box["x"] + box["width"] * right, box["y"] + box["height"] * down, steps=4 + step)
    page.mouse.up()


def complete(page: Page) -> None:
    """The clerk adds what was not known at the ceremony."""
    for name, value in (
        ("hs_code", "4420.11"),
        ("description", "Hộp sơn mài"),
        ("quantity", "100"),
        ("amount", "12500"),
    ):
        page.locator(f"[name=lines-0-{name}]").fill(value)
    page.locator("[name=incoterm]").select_option("FOB")
    page.locator("[name=incoterm_place]").fill("Hải Phòng")
    page.get_by_role("button", name="Save changes").click()
    page.wait_for_url(re.compile(r"/deals/[A-Z0-9]+-C-\d+$"))


def confirm_and_sign(phone: Page, path: str, name: str) -> None:
    phone.goto("/language/en")
    phone.goto(path)
    expect(phone.locator("main")).to_contain_text("US$12,500.00")
    look(phone)
    phone.locator("[name=name]").first.fill(name)
    phone.get_by_role("button", name="This is right: confirm").click()
    expect(phone.locator("main")).to_contain_text(f"{name} confirmed it on")
    look(phone)
    phone.locator("#sign-name").fill(name)
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.locator("[data-pad-error]")).to_contain_text("Please draw the signature")
    draw(phone)
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.locator("main")).to_contain_text(f"Signed by {name} on")
    look(phone)


def test_from_two_badges_to_a_verified_contract(
    start_browser: Callable[..., Browser],
    browser_context_args: dict[str, Any],
    base_url: str,
    watch: Watch,
    tmp_path: Path,
    hall: Any,
    open_page: Callable[..., Page],
) -> None:
    seller, buyer = hall["domestic"].pop(), hall["foreign"].pop()
    base = f"/fairs/{hall['slug']}/deals"
    filming = start_browser(*camera_arguments(film_of([buyer["code"], seller["code"]], tmp_path)))
    context = filming.new_context(**{**browser_context_args, "base_url": base_url, "viewport": PHONE})
    context.set_default_timeout(20_000)
    watch.follow(context)
    clerk = context.new_page()
    login_as(clerk, "deals", language="en")
    clerk.goto(f"{base}/quick")
    look(clerk)
    clerk.get_by_role("button", name="Scan both badges").click()
    expect(clerk.locator("[data-slot=exporter] [data-name]")).to_have_text(seller["company"], timeout=30_000)
    expect(clerk.locator("[data-slot=importer] [data-name]")).to_have_text(buyer["company"], timeout=30_000)
    clerk.locator("[name=value]").fill("12,500")
    clerk.locator("[name=evidence]").set_input_files(photo())
    expect(clerk.locator("[data-photo]")).to_be_visible()
    look(clerk)
    clerk.get_by_role("button", name="Save", exact=True).click()
    number = clerk.locator("[data-number]")
    expect(number).to_have_text(re.compile(r"-C-\d+$"), timeout=20_000)
    reference = number.inner_text()
    look(clerk)
    # It counts nowhere yet; the clerk completes it.
    clerk.get_by_role("link", name="Complete it now").click()
    complete(clerk)
    clerk.goto(f"{base}/{reference}/parties")
    paths = {}
    for side in ("exporter", "importer"):
        clerk.locator(f"#{side}").get_by_role("button", name="Ask for confirmation").click()
        link = clerk.locator(f"[data-link={side}]")
        expect(link).to_be_visible()
        paths[side] = urlsplit(link.get_attribute("href") or "").path
    look(clerk)

    confirm_and_sign(open_page(viewport=PHONE), paths["exporter"], "Nguyễn Văn An")
    confirm_and_sign(open_page(viewport=PHONE), paths["importer"], "Anna Muster")
    clerk.reload()
    expect(clerk.locator("#paper")).to_contain_text("Fingerprint of the evidence file")

    second = open_page()
    login_as(second, "organiser", language="en")
    second.goto(f"{base}/{reference}")
    for box in second.locator(".checklist-form input[type=checkbox]").all():
        box.check()
    second.locator("#verify-note").fill("Compared with the signed paper")
    second.get_by_role("button", name="Verify").click()
    expect(second.locator("main")).to_contain_text("Counts in the headline")
    look(second)


def test_a_dead_network_loses_nothing_and_logs_once(open_page: Callable[..., Page], hall: Any, watch: Watch) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource")
    seller, buyer = hall["domestic"].pop(), hall["foreign"].pop()
    page = open_page(viewport=PHONE)
    login_as(page, "deals", language="en")
    page.goto(f"/fairs/{hall['slug']}/deals/quick")
    page.locator("#code").fill(seller["code"])
    page.locator("#code").press("Enter")
    expect(page.locator("[data-slot=exporter] [data-name]")).to_have_text(seller["company"])
    page.locator("#code").fill(seller["code"])
    page.locator("#code").press("Enter")
    expect(page.locator("[data-error=code]")).to_contain_text("same company again")
    page.context.set_offline(True)
    page.locator("#code").fill(buyer["code"])
    page.locator("#code").press("Enter")
    expect(page.locator("[data-error=code]")).to_contain_text("the badge is noted")
    page.locator("[name=value]").fill("777")
    page.locator("[name=evidence]").set_input_files(photo("ceremony.png"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-trouble]")).to_contain_text("kept on this device")
    look(page)
    page.context.set_offline(False)
    expect(page.locator("[data-number]")).to_have_text(re.compile(r"-C-\d+$"), timeout=20_000)
    expect(page.locator("main")).to_contain_text(buyer["company"])
    expect(page.locator("main")).to_contain_text("The photo is here")
    page.get_by_role("link", name="Next deal").click()
    expect(page.locator("[name=value]")).to_have_value("")


def test_both_sides_sign_on_one_tablet_by_keyboard_and_pen(open_page: Callable[..., Page], hall: Any) -> None:
    seller, buyer = hall["domestic"].pop(), hall["foreign"].pop()
    page = open_page(viewport=TABLET)
    login_as(page, "deals", language="en")
    base = f"/fairs/{hall['slug']}/deals"
    page.goto(f"{base}/quick")
    for side, badge in (("exporter", seller), ("importer", buyer)):
        page.locator("#code").fill(badge["code"])
        page.locator("#code").press("Enter")
        expect(page.locator(f"[data-slot={side}] [data-name]")).to_have_text(badge["company"])
    page.locator("[name=value]").fill("12,500")
    page.get_by_role("button", name="Save", exact=True).click()
    number = page.locator("[data-number]")
    expect(number).to_have_text(re.compile(r"-C-\d+$"), timeout=20_000)
    reference = number.inner_text()
    page.get_by_role("link", name="Complete it now").click()
    complete(page)
    page.goto(f"{base}/{reference}/sign/exporter")
    look(page)
    page.locator("#sign-name").fill("Trần Thị Bình")
    page.locator("[name=typed]").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.wait_for_url(re.compile("/sign/importer$"))
    page.locator("#sign-name").fill("Anna Muster")
    draw(page)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("#paper")).to_contain_text("Paper with the signatures")
    look(page)
