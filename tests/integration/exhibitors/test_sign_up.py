"""From signing up over the letter to one's own page."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from fairs.accounts.queries import user_by_email
from fairs.core.db import db
from fairs.messages.models import OutboxMessage
from tests.support.client import Client


def test_sign_up_confirm_and_begin(app: Flask, client: Client) -> None:
    form = {"name": "Lê Thị Thử", "email": "thu@example.com", "password": "a quiet river at dawn"}
    answer = client.submit("/account/register", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/check-mail")
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == "thu@example.com")).one()
    link = re.search(r"/account/confirm/\S+", mail.body)
    assert link is not None

    answer = client.get(link[0])

    assert (answer.status_code, answer.headers["Location"]) == (302, "/start")
    user = user_by_email("thu@example.com")
    assert user is not None
    assert user.confirmed_at is not None
    assert client.get("/start").headers["Location"] == "/my"
    assert client.get("/my").status_code == 200
    assert client.get(link[0]).status_code == 302
