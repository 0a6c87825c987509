"""Trade visitors: the public form, the badge by mail and on the phone, the list."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.badges.models import Badge
from fairs.badges.service import revoke_badge
from fairs.badges.states import BadgeCategory
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.visitors.models import Visitor
from tests.factories.importers import Reception, deliver, link_in, mails_to, reception, rows_of
from tests.support.client import Client, login


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Nguyễn Thị Đào", "company_name": "Cửa hàng Mẫu", "country": "VN", "email": "dao@mau.example",
        "phone": "0912 345 678", "consent_registration": "y", **changes,
    }  # fmt: skip


def visitors() -> list[Visitor]:
    return list(db.session.scalars(select(Visitor).order_by(Visitor.id)))


def test_the_badge_comes_by_mail_at_once(place: Reception, app: Flask, client: Client, smtp_server: Any) -> None:
    assert client.submit(f"{place.public}/visit", form()).status_code == 303
    assert "dao@mau.example" in client.get(f"{place.public}/visit/done").text
    [visitor] = visitors()
    assert (visitor.category, visitor.source, visitor.person.phone) == (BadgeCategory.TRADE, "web", "+84912345678")
    assert deliver(app, smtp_server) == 1
    [mail] = smtp_server.sent_to("dao@mau.example")
    [pdf] = list(mail.iter_attachments())
    assert pdf.get_content().startswith(b"%PDF-")
    page = client.get(link_in(mail.get_body().get_content()))
    assert visitor.badge is not None
    assert visitor.badge.short_code in page.text
    assert page.headers["Referrer-Policy"] == "strict-origin"


def test_the_same_address_again_reveals_and_doubles_nothing(place: Reception, client: Client) -> None:
    pages = []
    for name in ("Nguyễn Thị Đào", "Somebody Else"):
        assert client.submit(f"{place.public}/visit", form(name=name)).status_code == 303
        pages.append(client.get(f"{place.public}/visit/done").text)
    assert pages[0].split("csrf")[0][-200:] == pages[1].split("csrf")[0][-200:]
    assert len(visitors()) == 1
    assert [mail.kind for mail in mails_to("dao@mau.example")] == ["visitors/registered", "visitors/again"]


def test_a_phone_is_enough_and_the_badge_waits_at_the_desk(place: Reception, client: Client) -> None:
    for _ in range(2):
        assert client.submit(f"{place.public}/visit", form(email="")).status_code == 303
        text = client.get(f"{place.public}/visit/done").text
        assert "/v/" not in text
        assert "quầy đăng ký" in text or "registration desk" in text
    assert len(visitors()) == 1


def test_a_revoked_badge_leaves_the_phone(place: Reception, client: Client) -> None:
    visitor = place.visitor(email="khach@mau.example")
    page = link_in(mails_to("khach@mau.example")[0].body)
    assert client.get(page).headers["X-Fairs-Offline"].startswith("until=")
    assert visitor.badge is not None
    revoke_badge(visitor.badge, "Lost", by=SYSTEM)
    answer = client.get(page)
    assert answer.headers["X-Fairs-Offline"] == "drop"
    assert visitor.badge.short_code not in answer.text
    assert client.get(f"{page}/badge.pdf").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "123"), ("name", "x" * 201), ("company_name", ""), ("company_name", "x" * 251),
        ("country", "XX"), ("country", ""), ("email", "nobody"), ("phone", "call me"), ("consent_registration", None),
    ],
)  # fmt: skip
def test_the_message_stands_at_the_field(place: Reception, client: Client, field: str, value: Any) -> None:
    data = {key: text for key, text in form(**{field: value}).items() if text is not None}
    answer = client.submit(f"{place.public}/visit", data)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert visitors() == []


def test_neither_mail_nor_phone(place: Reception, client: Client) -> None:
    answer = client.submit(f"{place.public}/visit", form(email="", phone=""))
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text


def test_nobody_gives_themselves_another_category(place: Reception, client: Client) -> None:
    client.submit(f"{place.public}/visit", form(category="vip"))
    assert [visitor.category for visitor in visitors()] == [BadgeCategory.TRADE]


ALLOWED = {
    Role.ADMIN, Role.ORGANISER, Role.FRONT_DESK, Role.GATE_SUPERVISOR, Role.AUDITOR, Role.VIEWER, Role.LEADERSHIP,
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_visitors(place: Reception, client: Client, role: Role) -> None:
    visitor = place.visitor()
    login(client, place.user(role))
    expected = 200 if role in ALLOWED else 403
    assert client.get(f"{place.staff}/visitors").status_code == expected
    assert client.get(f"{place.staff}/visitors/{visitor.reference}").status_code == expected
    desk = {Role.ADMIN, Role.ORGANISER, Role.FRONT_DESK}
    assert client.get(f"{place.staff}/desk").status_code == (200 if role in desk else 403)


def test_the_sheet_is_plain_text(place: Reception, client: Client) -> None:
    place.visitor(name='=HYPERLINK("http://evil.example")', company_name="{{7*7}}")
    place.visitor(category=BadgeCategory.PRESS)
    login(client, place.user(Role.VIEWER))
    client.get("/language/en")
    [row] = rows_of(client.get(f"{place.staff}/visitors?format=xlsx&category=trade").data)
    assert (row["Name"], row["Company"]) == ('=HYPERLINK("http://evil.example")', "{{7*7}}")


def test_the_badge_is_sent_again(place: Reception, client: Client) -> None:
    with_mail, without = place.visitor(email="khach@mau.example"), place.visitor()
    login(client, place.user(Role.FRONT_DESK))
    for visitor in (with_mail, without):
        assert client.submit(f"{place.staff}/visitors/{visitor.reference}/send").status_code == 303
    assert len(mails_to("khach@mau.example")) == 2
    other = reception().visitor()
    assert client.get(f"{place.staff}/visitors/{other.reference}").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Badge)) == 3
