"""Signing up, confirming by mail, forgetting the password: over a real SMTP server, and without telling who has an account."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.accounts.queries import user_by_email
from fairs.accounts.security import password_link
from fairs.audit.models import AuditEntry
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.messages.service import deliver_due
from tests.factories.people import PASSWORD, make_user
from tests.support.client import Client, login, own_session

ADDRESS = "mai@people.example"
FORM = {"name": "Phan Thị Mai", "email": ADDRESS, "password": PASSWORD}


@pytest.fixture
def post(app: Flask, smtp_server: Any) -> Any:
    """Delivers what waits and gives back the mails to an address."""

    def delivered(address: str = ADDRESS) -> list[EmailMessage]:
        config = app.extensions["fairs_config"]
        with own_session(app):
            deliver_due(replace(config, mail_server=smtp_server.host, mail_port=smtp_server.port, mail_tls=False))
        found: list[EmailMessage] = smtp_server.sent_to(address)
        return found

    return delivered


def link(mail: EmailMessage, path: str) -> str:
    found = re.search(rf"http://localhost({path}\S+)", mail.get_content())
    assert found is not None, mail.get_content()
    return found[1]


def sign_in(client: Client, email: str = ADDRESS, password: str = PASSWORD) -> Any:
    return client.submit("/account/login", {"email": email, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/account/me").status_code == 200


@pytest.mark.parametrize(("language", "subject"), [("vi", "Đề nghị xác nhận"), ("en", "Please confirm")])
def test_the_mail_confirms_and_signs_in(client: Client, post: Any, language: str, subject: str) -> None:
    client.get(f"/language/{language}")
    answer = client.submit("/account/register", FORM)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/check-mail")
    assert sign_in(client).status_code == 200 and not is_in(client), "not before the address is confirmed"

    (mail,) = post()
    assert str(mail["Subject"]).startswith(subject)
    assert mail["Content-Language"] == language and mail["Date"] and mail["Auto-Submitted"] == "auto-generated"
    assert "Phan Thị Mai" in mail.get_content()
    answer = client.get(link(mail, "/account/confirm/"))
    assert answer.status_code == 302 and is_in(client)

    user = user_by_email(ADDRESS)
    assert user is not None
    assert (user.name, user.locale, user.active) == ("Phan Thị Mai", language, True) and user.confirmed_at is not None
    assert str(user.password).startswith("$argon2")
    assert (
        "accounts.sign_up" in db.session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == user.id)).all()
    )


def test_the_address_is_one_whatever_its_letters(client: Client, post: Any) -> None:
    client.submit("/account/register", FORM | {"email": "Mai@People.Example"})
    user = user_by_email(ADDRESS)
    assert user is not None and user.email == ADDRESS
    client.get(link(post()[0], "/account/confirm/"))
    client.submit("/logout")
    client.submit("/account/logout")
    assert sign_in(client, "MAI@people.example").status_code == 302 and is_in(client)


def test_who_has_an_account_already_is_told_by_mail_only(app: Flask, client: Client, post: Any) -> None:
    make_user("Mai", password=True)
    fresh = client.submit("/account/register", FORM | {"email": "new@people.example"})
    known = app.test_client().submit("/account/register", FORM | {"password": "somebody else's sentence"})  # type: ignore[attr-defined]
    assert (fresh.status_code, fresh.headers["Location"]) == (known.status_code, known.headers["Location"])
    (mail,) = post()
    assert "đã có tài khoản" in str(mail["Subject"]) or "account already" in str(mail["Subject"])
    assert sign_in(app.test_client(), password="somebody else's sentence").status_code == 200  # type: ignore[arg-type]


def test_wrong_password_unknown_address_and_closed_account_look_alike(app: Flask, client: Client) -> None:
    make_user("Mai", password=True)
    unconfirmed = make_user("Neu", password=True)
    closed = make_user("Zu", password=True)
    with own_session(app):
        from fairs.core.db import transaction

        with transaction():
            db.session.get_one(User, unconfirmed.id).confirmed_at = None
            db.session.get_one(User, closed.id).active = False
    texts = set()
    for email, password in (
        (ADDRESS, "not the sentence"), ("nobody@people.example", PASSWORD), ("zu@people.example", PASSWORD),
        ("neu@people.example", PASSWORD), ("zu@people.example", "not the sentence"),
    ):  # fmt: skip
        answer = sign_in(app.test_client(), email, password)  # type: ignore[arg-type]
        assert answer.status_code == 200
        texts.add(
            re.sub(r'nonce="[^"]*"|value="[^"]*"|csrf[^>]*>|X-CSRFToken[^>]*>', "", answer.text).replace(email, "")
        )
    assert len(texts) == 1


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_new_password_by_mail_in_the_language_of_the_reader(
    client: Client, app: Flask, post: Any, language: str
) -> None:
    user = make_user("Mai", password=True, locale=language)
    elsewhere = app.test_client()
    login(elsewhere, user)
    other = "en" if language == "vi" else "vi"
    client.get(f"/language/{other}")
    known = client.submit("/account/reset", {"email": ADDRESS})
    unknown = client.submit("/account/reset", {"email": "nobody@people.example"})
    assert known.status_code == unknown.status_code
    assert post("nobody@people.example") == []
    (mail,) = post()
    assert str(mail["Subject"]) == {"vi": "Đặt mật khẩu mới", "en": "Choose a new password"}[language]

    address = link(mail, "/account/reset/")
    assert client.get(address).status_code == 200
    short = client.submit(address, {"password": "short", "password_confirm": "short"})
    assert short.status_code == 200 and "10" in short.text
    answer = client.submit(address, {"password": "another long sentence", "password_confirm": "another long sentence"})
    assert answer.status_code == 302
    assert not is_in(elsewhere), "every other session ends"  # type: ignore[arg-type]
    assert sign_in(app.test_client()).status_code == 200, "the old password is over"  # type: ignore[arg-type]
    assert sign_in(app.test_client(), password="another long sentence").status_code == 302  # type: ignore[arg-type]
    assert [str(sent["Subject"]) for sent in post()][1:] == [
        {"vi": "Mật khẩu của quý vị đã thay đổi", "en": "Your password was changed"}[language]
    ]
    again = app.test_client().get(address)
    assert again.status_code == 302, "the link works once"


def test_links_of_mails_lead_to_our_own_address_whoever_asks(client: Client, post: Any) -> None:
    make_user("Mai", password=True)
    client.submit("/account/reset", {"email": ADDRESS}, headers={"Host": "evil.example"}, base_url="http://localhost")
    client.submit(
        "/account/register", FORM | {"email": "new@people.example"}, headers={"X-Forwarded-Host": "evil.example"}
    )
    for mail in (*post(), *post("new@people.example")):
        assert "evil.example" not in mail.get_content()


def test_links_end(client: Client, post: Any, time_machine: Any) -> None:
    user = make_user("Mai", password=True)
    client.submit("/account/register", FORM | {"email": "new@people.example"})
    address = password_link(user).removeprefix("http://localhost")
    confirm = link(post("new@people.example")[0], "/account/confirm/")
    time_machine.move_to(now() + timedelta(days=3, minutes=5))
    assert client.get(address).status_code == 302
    client.get(confirm)
    newcomer = user_by_email("new@people.example")
    assert newcomer is not None and newcomer.confirmed_at is None
    for token in ("nonsense", "a.b.c", "%00", "../../etc/passwd", "x" * 3_000):
        assert client.get(f"/account/confirm/{token}").status_code in {302, 404}
        assert client.get(f"/account/reset/{token}").status_code in {302, 404}


def test_signing_out_needs_a_post_with_a_token(app: Flask, client: Client) -> None:
    login(client, make_user("Mai"))
    assert client.get("/account/logout").status_code == 405
    assert client.post("/account/logout").status_code == 400
    assert is_in(client)
    assert client.submit("/account/logout").status_code == 302
    assert not is_in(client)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", ""),
        ("password", "short"),
        ("password", ""),
        ("name", ""),
        ("name", "x" * 201),
        ("email", "a@b"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_the_rest_stays(client: Client, field: str, value: str) -> None:
    answer = client.submit("/account/register", FORM | {field: value})
    assert answer.status_code == 200
    assert f'id="{field}-error"' in answer.text
    if field != "name":
        assert "Phan Thị Mai" in answer.text
    if field != "email":
        assert ADDRESS in answer.text
    assert PASSWORD not in answer.text
    assert db.session.scalar(select(User.id)) is None


def test_programs_do_not_sign_in_here(client: Client) -> None:
    for path in ("/account/login", "/account/register", "/account/reset"):
        answer = client.post(path, json={"email": ["a"], "password": {"b": 1}, "name": [1]})
        assert answer.status_code in {400, 415}


def test_the_next_page_after_signing_in_is_one_of_ours(app: Flask) -> None:
    make_user("Mai", Role.ADMIN, password=True)
    for target, leads_to in (
        ("/account/me", "/account/me"),
        ("//evil.example", "/start"),
        ("https://evil.example", "/start"),
        ("/\\evil.example", "/%5Cevil.example"),
    ):
        client = app.test_client()
        answer = client.submit(f"/account/login?next={target}", {"email": ADDRESS, "password": PASSWORD})  # type: ignore[attr-defined]
        assert answer.status_code in {200, 302}
        if answer.status_code == 302:
            assert answer.headers["Location"].removeprefix("http://localhost") == leads_to
