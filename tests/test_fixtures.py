"""The fixtures keep what they promise: nothing of one test reaches the next, nothing leaves the machine."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.accounts.models import User
from fairs.core.db import db, transaction
from tests.support.client import Client, login, logout, own_session
from tests.support.network import NetworkUsed
from tests.support.queries import counted_queries


def _add_user(email: str = "a@fairs.example") -> User:
    with transaction() as session:
        user = User(email=email, fs_uniquifier=email)
        session.add(user)
    return user


def _count() -> int:
    return db.session.scalar(select(func.count()).select_from(User)) or 0


@pytest.mark.parametrize("run", [1, 2])
def test_every_test_begins_with_an_empty_database(app: Flask, run: int) -> None:
    assert _count() == 0
    _add_user()
    assert _count() == 1


def test_a_failed_transaction_takes_back_only_itself(app: Flask) -> None:
    _add_user("a@fairs.example")

    def add_and_fail() -> None:
        with transaction() as session:
            session.add(User(email="b@fairs.example", fs_uniquifier="b"))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert _count() == 1


def test_what_a_request_writes_is_seen_by_the_test_and_the_other_way_round(app: Flask) -> None:
    user = _add_user("a@fairs.example")
    with own_session(app):
        seen = db.session.scalars(select(User)).one()
        assert seen is not user
        with transaction():
            db.session.get_one(User, seen.id).name = "Lan"
    assert user.name == "Lan"


def test_rival_threads_have_real_transactions(real_app: Flask) -> None:
    def add(number: int) -> None:
        with real_app.app_context():
            _add_user(f"{number}@fairs.example")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    with real_app.app_context():
        assert _count() == 40


def test_queries_are_counted(app: Flask) -> None:
    with counted_queries() as statements:
        _count()
    assert len(statements) == 1


def test_the_database_is_the_one_asked_for(app: Flask, database: Any) -> None:
    assert db.engine.dialect.name.startswith(database.value)


def test_connections_beyond_the_machine_are_refused() -> None:
    from tests import conftest

    with pytest.raises(NetworkUsed), socket.socket() as handle:
        handle.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkUsed):
        socket.getaddrinfo("mail.fairs.example", 25)
    assert len(conftest._guard.attempts) == 2
    conftest._guard.attempts.clear()


def test_mail_reaches_the_test_server(smtp_server: Any) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@fairs.example", "b@fairs.example", "Gian hàng"
    message.set_content("Xin chào")
    with smtplib.SMTP(smtp_server.host, smtp_server.port) as smtp:
        smtp.send_message(message)
    assert [str(sent["Subject"]) for sent in smtp_server.sent_to("b@fairs.example")] == ["Gian hàng"]


def test_a_client_is_signed_in_until_it_is_not(app: Flask, client: Client, new_client: Callable[[], Client]) -> None:
    user = _add_user()
    stranger = new_client()
    login(client, user)
    assert client.get("/account/change").status_code == 200
    assert stranger.get("/account/change").status_code == 302
    logout(client)
    assert client.get("/account/change").status_code == 302


def test_a_form_is_submitted_with_the_token_that_the_page_would_hold(app: Flask, client: Client) -> None:
    assert client.post("/account/login", data={"email": "a"}).status_code == 400
    assert client.submit("/account/login", {"email": "a"}).status_code == 200
