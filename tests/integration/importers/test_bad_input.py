"""What people type: every script, markup, formulas, too much of it. Always a message at the field, never a 500."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.badges.service import issue_badge
from fairs.badges.states import BadgeCategory
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.importers.models import Importer
from fairs.importers.service import approve_importer
from fairs.messages.render import render_attachment
from tests.factories.importers import Reception, link_in, mails_to, reception, rows_of
from tests.support.client import Client, login

NASTY = [
    "<script>alert(1)</script>", "A {{7*7}}", '=HYPERLINK("http://evil.example","x")', "a\u202egnp.exe", "\u200fمحمد\u200e",
    "Nguyễn Thị Đào", "田中花子", "王小明", "محمد النجار", "김민수", "สมชาย ใจดี", "Анна", "O'Brien & Søn", "%s %(x)s {0}",
]  # fmt: skip
TEXTS = ["company_name", "native_name", "badge_name", "job_title", "looking_for"]


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def send(place: Reception, client: Client, **changes: Any) -> Any:
    return client.submit(f"{place.public}/importers/register", place.form(**changes))


def registered() -> int:
    return db.session.scalar(select(func.count()).select_from(Importer)) or 0


@pytest.mark.parametrize("text", NASTY)
def test_everything_typed_comes_out_as_plain_text(place: Reception, client: Client, new_client: Any, text: str) -> None:
    answer = send(place, client, email="nasty@mihon.example", **dict.fromkeys(TEXTS, text))
    assert answer.status_code == 303, answer.text
    page = link_in(mails_to("nasty@mihon.example")[0].body)
    client.submit(f"{page}/confirm")
    importer = db.session.scalars(select(Importer)).one()
    approve_importer(importer, by=SYSTEM)
    staff = new_client()
    login(staff, place.user(Role.ORGANISER))
    pages = [
        client.get(page),
        staff.get(f"{place.staff}/importers"),
        staff.get(f"{place.staff}/importers/{importer.reference}"),
    ]
    for answer in pages:
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text
        assert "\u200f" not in answer.text
    assert render_attachment("badge", importer.badge_id).content.startswith(b"%PDF-")
    [row] = rows_of(staff.get(f"{place.staff}/importers?format=xlsx").data)
    plain = text.replace("\u202e", "").replace("\u200f", "").replace("\u200e", "")
    assert plain in row.values()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("company_name", ""), ("company_name", "   "), ("company_name", "x" * 251),
        ("country", ""), ("country", "XX"), ("country", "ZZZ"), ("country", "<script>"),
        ("website", "not an address"), ("website", "javascript:alert(1)"), ("website", "x" * 300),
        ("native_name", ""), ("native_name", "123"), ("native_name", "\u202e\u200b"), ("native_name", "x" * 201),
        ("passport_name", ""), ("passport_name", "田中花子"), ("passport_name", "Анна"), ("passport_name", "Anna 2"),
        ("badge_name", "x" * 201), ("job_title", "x" * 121),
        ("email", ""), ("email", "nobody"), ("email", "a@b@c"), ("email", "田中@"), ("email", "x" * 256),
        ("phone", "call me"), ("phone", "+99 99"), ("phone", "1"), ("phone", "٠٩١٢" * 20),
        ("buyer_kind", ""), ("buyer_kind", "thief"), ("annual_volume", "-1"), ("annual_volume", "lots"),
        ("group_codes", []), ("group_codes", ["NOPE"]), ("group_codes", ["CER", "<script>"]),
        ("looking_for", "x" * 2001), ("consent_registration", None),
    ],
)  # fmt: skip
def test_the_message_stands_at_the_field(place: Reception, client: Client, field: str, value: Any) -> None:
    form = place.form(**{field: value})
    if value is None:
        del form[field]
    answer = client.submit(f"{place.public}/importers/register", form)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert "<script>" not in answer.text.replace("<script type", "")
    if field != "company_name":
        assert f'value="{form["company_name"]}"' in answer.text  # what was typed is still there
    assert registered() == 0


def test_errors_speak_the_readers_language(place: Reception, client: Client) -> None:
    client.get("/language/vi")
    assert "Chỉ dùng chữ Latinh" in send(place, client, passport_name="田中").text


def test_english_comes_first_for_all_other_languages(place: Reception, new_client: Any) -> None:
    for language, words in (
        ("ja", "輸入業者登録"),
        ("de-DE,de", "Register as an importer"),
        ("vi", "Đăng ký"),
    ):
        text = new_client().get(f"{place.public}/importers/register", headers={"Accept-Language": language}).text
        assert words in text


def test_no_consent_is_ticked_in_advance(place: Reception, client: Client) -> None:
    for path in ("importers/register", "visit"):
        text = client.get(f"{place.public}/{path}").text
        assert text.count('name="consent_') == 4
        assert "checked" not in text


def test_nothing_and_nonsense(place: Reception, client: Client) -> None:
    path = f"{place.public}/importers/register"
    assert client.submit(path).status_code == 422
    assert (
        client.submit(path, {"company_name": ["a", "b"], "group_codes": ["CER"] * 500, "unknown": "x"}).status_code
        == 422
    )
    assert client.post(path, data=b"\xff\xfe\x00", content_type="application/x-www-form-urlencoded").status_code == 400
    assert client.put(path).status_code == 405


@pytest.mark.parametrize("state", [FairState.CLOSED])
def test_no_registration_when_the_fair_is_over(app: Flask, client: Client, state: FairState) -> None:
    place = reception(days_ahead=-10, state=state)
    answer = client.get(f"{place.public}/importers/register")
    assert answer.status_code == 200
    assert '<form method="post" novalidate' not in answer.text
    assert send(place, client).status_code == 409
    assert client.submit(f"{place.public}/visit", {}).status_code == 409
    assert registered() == 0


def test_drafts_are_nobodys_business(app: Flask, client: Client) -> None:
    place = reception(state=FairState.DRAFT)
    assert client.get(f"{place.public}/importers/register").status_code == 404
    assert send(place, client).status_code == 404


def test_a_name_without_letters_of_any_font_still_gets_a_badge(place: Reception) -> None:
    importer = place.importer(native_name="𓀀𓀁 𝔸𝔹", company_name="🎍🎍")
    badge = issue_badge(place.fair, importer.person, BadgeCategory.IMPORTER, by=SYSTEM)
    assert render_attachment("badge", badge.id).content.startswith(b"%PDF-")
