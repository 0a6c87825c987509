"""The importer's own page: the order of the journey, Japanese, programme and contacts, the calendar's file."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
import time_machine
from flask import Flask

from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.importers.models import Importer
from fairs.importers.programme import EntryDraft, call_off_entry, entry_of, programme_of, save_entry
from fairs.importers.service import approve_importer, link_for
from fairs.messages.render import render_notice
from tests.factories.importers import Reception, link_in, mails_to, reception
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def page_of(importer: Importer) -> str:
    with transaction():
        return f"/i/{link_for(importer)}"


def order_of(text: str) -> list[str]:
    """The keys of the cards in the order of the page."""
    return re.findall(r'id="card-([a-z]+)"', text)


def entry(place: Reception, **changes: Any) -> Any:
    typed = {"title_vi": "Lễ khai mạc", "title_en": "Opening ceremony", "title_ja": "開会式", "day": place.fair.starts_on,
             "starts": "8:30", "ends": "9:30", "place": "Main hall", **changes}  # fmt: skip
    return save_entry(place.fair, EntryDraft(**typed), by=SYSTEM)


def test_what_is_to_be_done_comes_first(place: Reception, client: Client) -> None:
    entry(place)
    importer = place.importer()
    text = client.get(page_of(importer)).text
    cards = order_of(text)
    assert [key for key in cards if key in {"approval", "badge", "programme"}] == ["approval", "badge", "programme"]
    assert "Opening ceremony" in text
    assert "is-waiting" in text
    approve_importer(importer, by=SYSTEM)
    with time_machine.travel(place.fair.at(place.fair.starts_on, place.fair.opens_at), tick=False):
        running = client.get(page_of(importer)).text
    assert order_of(running)[0] == "badge"  # on the fair's days it is the badge that is needed


def test_japanese_for_guests_only(place: Reception, client: Client, new_client: Any) -> None:
    entry(place)
    importer = place.importer(locale="ja")
    japanese = new_client().get(page_of(importer)).text
    assert '<html lang="ja">' in japanese
    for words in ("ご登録ありがとうございます", "開会式", "日本語", f"{place.fair.starts_on.year}年"):
        assert words in japanese
    [mail] = mails_to(importer.person.email)
    assert mail.locale == "ja"
    assert mail.subject.startswith("ご登録を受け付けました")
    assert f"{importer.person.display_name} 様" in mail.body
    # The switch offers it here and nowhere else; a reader who chose it reads English where there is none.
    client.get("/language/ja")
    assert "審査中" in client.get(page_of(importer)).text
    home = client.get(f"/f/{place.fair.slug}/").text
    assert '<html lang="en">' in home
    assert "日本語" not in home
    assert client.get("/language/xx").status_code == 404


def test_a_mail_that_has_no_japanese_is_english_as_a_whole(place: Reception) -> None:
    subject, _body = render_notice("accounts/test", "ja", {"name": "花子"})
    assert subject == render_notice("accounts/test", "en", {"name": "花子"})[0]


def test_the_form_in_japanese(place: Reception, client: Client) -> None:
    path = f"{place.public}/importers/register"
    client.get("/language/ja")
    text = client.submit(path, place.form(passport_name="田中")).text
    assert "ローマ字のみ" in text
    assert "日本" in text  # the countries' names
    client.submit(path, place.form(email="hanako@mihon.example"))
    [mail] = mails_to("hanako@mihon.example")
    assert "ご登録の確認" in mail.subject
    text = client.get(link_in(mail.body)).text
    assert "確認する" in text


def parsed(client: Client, page: str) -> dict[str, Any]:
    answer = client.get(f"{page}/programme.ics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    calendar: Any = icalendar.Calendar.from_ical(answer.data)
    assert {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")} >= {"Asia/Ho_Chi_Minh"}
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


def test_the_calendar_can_be_read_back_and_changes_count_up(place: Reception, client: Client) -> None:
    row = entry(place)
    importer = place.importer()
    page = page_of(importer)
    first = parsed(client, page)
    assert len(first) == 5  # four days and the ceremony
    opening = first[f"programme-{row.id}@fairs"]
    assert opening["DTSTART"].dt == place.fair.at(place.fair.starts_on, datetime(2000, 1, 1, 8, 30).time())
    assert str(opening["LOCATION"]) == "Main hall"
    day = first[f"{place.fair.slug}-day-1@fairs"]
    assert (day["DTSTART"].dt, day["DTEND"].dt) == (
        place.fair.at(place.fair.starts_on, place.fair.opens_at), place.fair.at(place.fair.starts_on, place.fair.closes_at),
    )  # fmt: skip
    with time_machine.travel(now() + timedelta(hours=2), tick=False):
        save_entry(
            place.fair, EntryDraft("Lễ khai mạc", "Opening ceremony", day=place.fair.starts_on, starts="9:00", ends="10:00"),
            by=SYSTEM, entry=row,
        )  # fmt: skip
        moved = parsed(client, page)
        assert set(moved) == set(first)
        assert int(moved[opening["UID"]]["SEQUENCE"]) > int(opening["SEQUENCE"])
        assert moved[opening["UID"]]["DTSTART"].dt.astimezone(UTC) - opening["DTSTART"].dt.astimezone(UTC) == timedelta(
            minutes=30
        )
        assert int(moved[day["UID"]]["SEQUENCE"]) == int(day["SEQUENCE"])
        call_off_entry(row, by=SYSTEM)
        assert str(parsed(client, page)[opening["UID"]]["STATUS"]) == "CANCELLED"
    assert client.get("/i/nonsense-nonsense-nonsense/programme.ics").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title_vi", ""), ("title_en", "   "), ("title_en", "x" * 201), ("day", "31/31/2026"), ("day", "1999-01-01"), ("starts", "25:00"),
        ("starts", "noon"), ("ends", "8:00"), ("ends", "<x>"), ("place", "x" * 251), ("note", "x" * 401),
    ],
)  # fmt: skip
def test_bad_input_of_the_programme_stays_at_its_field(
    place: Reception, client: Client, field: str, value: str
) -> None:
    login(client, place.user(Role.HOSPITALITY))
    typed = {
        "title_vi": "Hội thảo",
        "title_en": "Seminar",
        "day": place.fair.starts_on.isoformat(),
        "starts": "14:00",
        "ends": "16:00",
    }
    answer = client.submit(f"{place.staff}/importers/programme/new", {**typed, field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert not programme_of(place.fair.id)


def test_the_organiser_keeps_programme_and_contacts(place: Reception, client: Client, new_client: Any) -> None:
    login(client, place.user(Role.ORGANISER))
    base = f"{place.staff}/importers"
    typed = {
        "title_vi": "Hội thảo",
        "title_en": "<b>Seminar</b>",
        "day": place.fair.starts_on.isoformat(),
        "starts": "14:00",
        "ends": "16:00",
    }
    assert client.submit(f"{base}/programme/new", typed).status_code == 303
    [row] = programme_of(place.fair.id)
    assert "14:00" in client.get(f"{base}/programme/{row.id}").text
    assert client.submit(f"{base}/contacts", {"name": "Ms Mẫu", "embassies": "JP Embassy"}).status_code == 422
    assert client.submit(f"{base}/contacts", {"name": "Ms Mẫu", "phone": "call me"}).status_code == 422
    contact = {
        "name": "Ms Mẫu",
        "phone": "024 3825 3536",
        "hours": "7–22",
        "embassies": "JP: Embassy of Japan, 024\nDE: Embassy of Germany",
    }
    assert client.submit(f"{base}/contacts", contact).status_code == 303
    text = new_client().get(page_of(place.importer())).text
    assert "&lt;b&gt;Seminar" in text
    assert "+842438253536" in text
    assert "Embassy of Japan" in text
    assert "Embassy of Germany" not in text
    assert client.submit(f"{base}/programme/{row.id}/call-off").status_code == 303
    db.session.expire_all()
    assert entry_of(place.fair.id, row.id).called_off_at is not None
    assert client.get(f"{base}/programme").status_code == 200
    assert client.get(f"{base}/programme/999999").status_code == 404
    other = reception()
    assert client.get(f"{other.staff}/importers/programme/{row.id}").status_code == 403
    login(client, other.user(Role.ORGANISER))
    assert client.get(f"{other.staff}/importers/programme/{row.id}").status_code == 404
    login(client, place.user(Role.FRONT_DESK))
    assert client.get(f"{base}/programme").status_code == 200
    assert client.get(f"{base}/programme/new").status_code == 403


def test_the_page_asks_the_database_as_often_for_a_long_programme(place: Reception, client: Client) -> None:
    importer = approve_importer(place.importer(), by=SYSTEM)
    page = page_of(importer)
    entry(place)
    client.get(page)
    with counted_queries() as one:
        client.get(page)
    for hour in ("10", "11"):
        entry(place, starts=f"{hour}:00", ends=f"{hour}:45")
    with counted_queries() as three:
        client.get(page)
    assert len(three) == len(one)
