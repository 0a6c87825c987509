"""The second step: set up with a real code, asked for at sign-in, used once, and the ways out when the telephone is lost."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.messages.models import OutboxMessage
from fairs.messages.service import deliver_due
from tests.factories.people import PASSWORD, make_user
from tests.support.client import Client, login, own_session


def code_for(key: str) -> str:
    """What the authenticator app shows now for a key typed into it."""
    from passlib.totp import TOTP

    return str(TOTP(key.replace("-", "").replace(" ", "")).generate().token)


def set_up(client: Client) -> str:
    """Set the second step up in the browser and give back the key."""
    page = client.submit("/account/tf-setup", {"setup": "authenticator"})
    assert page.status_code == 200 and "data:image/svg+xml;base64," in page.text
    key = re.search(r'<code class="secret">([^<]+)</code>', page.text)
    action = re.search(r'action="(/account/tf-setup/[^"]+)"', page.text)
    assert key is not None and action is not None
    wrong = client.submit(html.unescape(action[1]), {"code": "000000"})
    assert wrong.status_code == 302 and client.get("/account/me").status_code == 200
    answer = client.submit(html.unescape(action[1]), {"code": code_for(key[1])})
    assert answer.status_code == 302
    return key[1]


def sign_in(app: Flask, email: str) -> Any:
    client: Any = app.test_client()
    answer = client.submit("/account/login", {"email": email, "password": PASSWORD})
    return client, answer


@pytest.fixture
def owner(app: Flask, client: Client) -> User:
    """Somebody who is signed in with a password typed a moment ago."""
    user = make_user("Mai", password=True)
    login(client, user)
    return user


def test_after_setting_up_the_password_alone_opens_nothing(
    app: Flask, client: Client, owner: User, time_machine: Any
) -> None:
    key = set_up(client)
    again, answer = sign_in(app, owner.email)
    assert answer.status_code == 302 and "/tf-validate" in answer.headers["Location"]
    assert again.get("/account/me").status_code == 302
    for wrong in ("000000", "", "abc", "12345678901234567890", "<script>"):
        page = again.submit("/account/tf-validate", {"code": wrong})
        assert page.status_code == 200 and again.get("/account/me").status_code == 302
    time_machine.move_to(now() + timedelta(seconds=60))
    code = code_for(key)
    answer = again.submit("/account/tf-validate", {"code": code})
    assert answer.status_code == 302 and again.get("/account/me").status_code == 200
    third, _answer = sign_in(app, owner.email)
    assert third.submit("/account/tf-validate", {"code": code}).status_code == 200, "a code opens once"
    assert third.get("/account/me").status_code == 302
    secret = db.session.scalars(select(User.tf_totp_secret)).one()
    assert secret is not None and key.replace("-", "") not in secret, "the key is kept encrypted"


def test_a_recovery_code_opens_once(app: Flask, client: Client, owner: User) -> None:
    set_up(client)
    page = client.submit("/account/mf-recovery-codes", {"generate_new_codes": "1"})
    codes = re.findall(r'<li class="mono">([^<]+)</li>', page.text)
    assert len(codes) >= 5
    kept = db.session.scalars(select(User.mf_recovery_codes)).one()
    assert kept is not None and not set(codes) & set(kept), "the codes are kept encrypted"
    for expected in (200, 302):
        again, _answer = sign_in(app, owner.email)
        wrong = again.submit("/account/mf-recovery", {"code": "nonsense"})
        assert wrong.status_code == 200
        answer = again.submit("/account/mf-recovery", {"code": codes[0]})
        assert again.get("/account/me").status_code == (200 if expected == 200 else 302)
        assert answer.status_code == (302 if expected == 200 else 200)


def test_switching_it_off_needs_the_password_again(app: Flask, client: Client, owner: User, time_machine: Any) -> None:
    set_up(client)
    time_machine.move_to(now() + timedelta(hours=3))
    answer = client.submit("/account/tf-setup", {"setup": "disable"})
    assert answer.status_code == 302 and "/account/verify" in answer.headers["Location"]
    assert client.submit("/account/verify", {"password": "not the sentence"}).status_code == 200
    assert client.submit("/account/verify", {"password": PASSWORD}).status_code == 302
    assert client.submit("/account/tf-setup", {"setup": "disable"}).status_code == 302
    _again, answer = sign_in(app, owner.email)
    assert "/tf-validate" not in answer.headers["Location"]


def test_a_lost_telephone_is_a_case_for_an_administrator_not_for_the_mailbox(
    app: Flask, client: Client, owner: User, smtp_server: Any
) -> None:
    set_up(client)
    admin = make_user("An Admin", Role.ADMIN, locale="en")
    again, _answer = sign_in(app, owner.email)
    page = again.get("/account/tf-validate")
    assert 'value="email"' not in page.text, "a mailbox must not open what the second step closes"
    again.submit("/account/tf-rescue", {"help_setup": "email"})
    again.submit("/account/tf-rescue", {"help_setup": "help"})
    with own_session(app):
        config = current_app.extensions["fairs_config"]
        deliver_due(replace(config, mail_server=smtp_server.host, mail_port=smtp_server.port, mail_tls=False))
    assert smtp_server.sent_to(owner.email) == []
    (mail,) = smtp_server.sent_to(admin.email)
    assert "cannot sign in: telephone lost" in str(mail["Subject"])

    office: Any = app.test_client()
    login(office, admin)
    found = office.get("/admin/users?q=mai@people.example")
    assert "/second-factor" in found.text
    assert office.submit(f"/admin/users/{owner.id}/second-factor").status_code == 303
    again, answer = sign_in(app, owner.email)
    assert "/tf-validate" not in answer.headers["Location"] and again.get("/account/me").status_code == 200
    assert client.get("/account/me").status_code == 302, "sessions from before are over"
    assert office.submit(f"/admin/users/{admin.id}/second-factor").status_code == 303
    assert db.session.scalars(select(OutboxMessage.kind)).all() == ["accounts/two_factor_rescue"]


@pytest.mark.parametrize(
    "path", ["/account/tf-validate", "/account/tf-rescue", "/account/mf-recovery", "/account/tf-select"]
)
def test_nobody_begins_in_the_middle(client: Client, path: str) -> None:
    assert client.get(path).status_code in {302, 404}
    assert client.submit(path, {"code": "123456"}).status_code in {302, 404}


@pytest.mark.parametrize(
    "path", ["/account/change", "/account/tf-setup", "/account/mf-recovery-codes", "/account/verify"]
)
def test_every_page_of_the_account_opens_in_both_languages(client: Client, owner: User, path: str) -> None:
    for language in ("vi", "en"):
        client.get(f"/language/{language}")
        page = client.get(path)
        assert page.status_code == 200 and f'<html lang="{language}">' in page.text


def test_a_changed_password_ends_the_other_sessions_and_is_told_by_mail(
    app: Flask, client: Client, owner: User
) -> None:
    elsewhere: Any = app.test_client()
    login(elsewhere, owner)
    form = {
        "password": PASSWORD,
        "new_password": "quite another sentence",
        "new_password_confirm": "quite another sentence",
    }
    wrong = client.submit("/account/change", form | {"password": "not the sentence"})
    assert wrong.status_code == 200 and 'id="password-error"' in wrong.text
    unequal = client.submit("/account/change", form | {"new_password_confirm": "something else again"})
    assert unequal.status_code == 200
    assert client.submit("/account/change", form).status_code == 302
    assert client.get("/account/me").status_code == 200
    assert elsewhere.get("/account/me").status_code == 302
    assert db.session.scalars(select(OutboxMessage.kind)).all() == ["accounts/change_notice"]


def test_no_link_signs_anybody_out(client: Client, owner: User) -> None:
    for page in ("tf-validate", "tf-rescue", "tf-select", "mf-recovery", "logout", "confirm/x"):
        client.get(f"/account/{page}")
        assert client.get("/account/me").status_code == 200, page
