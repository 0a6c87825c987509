"""The outbox: delivered by a real SMTP server, once, with patience; on paper for who has no address."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.permissions import Role
from fairs.jobs.queue import huey
from fairs.messages import render
from fairs.messages.models import OutboxMessage
from fairs.messages.render import Attachment, register_renderer, render_notice
from fairs.messages.service import MAX_TRIES, Notice, deliver_due, mark_printed, send, try_again, write
from fairs.messages.states import MessageState
from tests.factories.people import acting, make_fair, make_user
from tests.support.client import Client, login, own_session
from tests.support.jobs import run_jobs
from tests.support.mail import free_port


@pytest.fixture(autouse=True)
def _renderers() -> Iterator[None]:
    known = dict(render._renderers)
    register_renderer(
        "sample", lambda reference: Attachment(f"thẻ {reference}.pdf", b"%PDF-1.7 sample", "application/pdf")
    )
    register_renderer("broken", lambda _reference: 1 / 0)  # type: ignore[arg-type, return-value]
    yield
    render._renderers.clear()
    render._renderers.update(known)


def through(app: Flask, server: Any) -> Config:
    config: Config = app.extensions["fairs_config"]
    return replace(config, mail_server=server.host, mail_port=server.port, mail_tls=False)


def queue(
    recipient: str = "ha@people.example", *, attachments: tuple[tuple[str, Any], ...] = (), fair: Fair | None = None
) -> OutboxMessage:
    with transaction():
        return send(
            Notice(
                "accounts/test", "Nguyễn Thu Hà", recipient or None, "vi", {}, fair.id if fair else None, attachments
            )
        )


def deliver(app: Flask, config: Config) -> int:
    with own_session(app):
        return deliver_due(config)


def stored() -> OutboxMessage:
    return db.session.scalars(select(OutboxMessage)).one()


def test_a_mail_arrives_with_its_letters_and_its_attachment(app: Flask, smtp_server: Any) -> None:
    queue(attachments=(("sample", 7),))
    assert deliver(app, through(app, smtp_server)) == 1
    (mail,) = smtp_server.messages
    assert str(mail["To"]) == "ha@people.example"
    assert str(mail["From"]) == "Sở Công Thương Hà Nội <fairs@fairs.example>"
    assert str(mail["Subject"]) == "Thư từ hệ thống Fairs hoạt động tốt"
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == ("vi", "auto-generated") and mail["Date"]
    assert mail["Message-ID"] == f"<outbox-{stored().id}@fairs.example>"
    body = mail.get_body(("plain",))
    assert body is not None and "Kính gửi Nguyễn Thu Hà," in body.get_content()
    (attachment,) = mail.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content_type()) == ("thẻ 7.pdf", "application/pdf")
    assert attachment.get_content() == b"%PDF-1.7 sample"
    assert stored().state is MessageState.SENT and stored().sent_at is not None
    assert deliver(app, through(app, smtp_server)) == 0 and len(smtp_server.messages) == 1


def test_a_server_that_is_down_is_tried_again_later_and_later_until_it_failed(
    app: Flask, time_machine: Any, smtp_server: Any
) -> None:
    queue()
    away = replace(through(app, smtp_server), mail_port=free_port())
    waits = []
    moment = now()
    for attempt in range(MAX_TRIES):
        time_machine.move_to(moment, tick=False)
        assert deliver(app, away) == 0
        message = stored()
        assert message.tries == attempt + 1 and "refused" in message.last_error.lower()
        if message.state is MessageState.QUEUED and message.next_try_at is not None:
            waits.append((message.next_try_at - moment).total_seconds())
            assert deliver(app, away) == 0 and stored().tries == attempt + 1, "not before its time"
            moment = message.next_try_at
    assert waits == [40, 80, 160, 320, 640, 1280, 2560]
    assert stored().state is MessageState.FAILED
    try_again(stored(), by=acting(make_user()))
    assert deliver(app, through(app, smtp_server)) == 1
    assert stored().state is MessageState.SENT and stored().last_error == "" and len(smtp_server.messages) == 1


def test_a_busy_server_is_tried_again_and_an_unknown_mailbox_is_not(app: Flask, smtp_server: Any) -> None:
    queue()
    smtp_server.refuse = "451 try again later"
    deliver(app, through(app, smtp_server))
    assert stored().state is MessageState.QUEUED and stored().last_error == "451 try again later"
    with own_session(app), transaction():
        db.session.delete(stored())

    async def refuse(_server: Any, _session: Any, _envelope: Any, _address: str, _options: Any) -> str:
        return "550 no such mailbox"

    smtp_server.handle_RCPT = refuse
    queue()
    deliver(app, through(app, smtp_server))
    assert stored().state is MessageState.FAILED and stored().last_error == "550 no such mailbox"


def test_a_message_that_cannot_be_made_does_not_hold_up_the_others(app: Flask, smtp_server: Any) -> None:
    queue("first@people.example", attachments=(("broken", 1),))
    queue("second@people.example", attachments=(("unknown kind", 1),))
    with transaction():
        write(
            recipient="third@people.example\nBcc: all@people.example",
            name="",
            locale="vi",
            subject="a",
            body="b",
            kind="x",
        )
    queue("fourth@people.example")
    assert deliver(app, through(app, smtp_server)) == 1
    assert [str(mail["To"]) for mail in smtp_server.messages] == ["fourth@people.example"]
    states = db.session.execute(select(OutboxMessage.state, OutboxMessage.tries).order_by(OutboxMessage.id)).all()
    assert [tuple(row) for row in states] == [(MessageState.QUEUED, 1)] * 3 + [(MessageState.SENT, 1)]


def test_a_server_that_cannot_encrypt_gets_nothing_when_encryption_is_asked_for(app: Flask, smtp_server: Any) -> None:
    queue()
    assert deliver(app, replace(through(app, smtp_server), mail_tls=True)) == 0
    assert smtp_server.messages == [] and stored().state is MessageState.QUEUED


def test_workers_side_by_side_send_each_mail_once(real_app: Flask, smtp_server: Any) -> None:
    with real_app.app_context():
        for n in range(12):
            queue(f"{n}@people.example")
    config = through(real_app, smtp_server)

    def work(_n: int) -> int:
        with real_app.app_context():
            return deliver_due(config)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 12
    assert sorted(str(mail["To"]) for mail in smtp_server.messages) == sorted(f"{n}@people.example" for n in range(12))


def test_delivery_is_woken_after_the_commit_and_never_by_what_was_taken_back(app: Flask) -> None:
    huey.flush()
    with pytest.raises(InvalidInput):
        _send_and_fail()
    assert len(huey) == 0 and db.session.scalar(select(OutboxMessage.id)) is None
    queue()
    assert run_jobs(app) == 1
    assert stored().state is MessageState.KEPT, "without a server the mail stays here"


def _send_and_fail() -> None:
    with transaction():
        queue()
        raise InvalidInput


def test_the_sweep_finds_what_a_lost_wake_up_left(app: Flask) -> None:
    from fairs.messages.tasks import sweep_outbox

    queue()
    huey.flush()
    with own_session(app):
        sweep_outbox.call_local()
    assert stored().state is MessageState.KEPT


def test_who_has_no_address_gets_a_letter_on_paper(app: Flask, client: Client) -> None:
    fair = make_fair("MS1")
    message = queue("", fair=fair)
    assert (message.channel, message.state) == ("print", MessageState.TO_PRINT)
    assert deliver(app, app.extensions["fairs_config"]) == 0
    organiser = make_user("Ha", Role.ORGANISER, fair)
    login(client, organiser)
    listed = client.get(f"/fairs/{fair.slug}/messages?state=to_print")
    assert "Nguyễn Thu Hà" in listed.text
    page = client.get(f"/fairs/{fair.slug}/messages/{message.id}")
    assert "Kính gửi Nguyễn Thu Hà," in page.text
    assert client.submit(f"/fairs/{fair.slug}/messages/{message.id}/printed").status_code == 303
    assert (stored().state, stored().handled_by_id) == (MessageState.PRINTED, organiser.id)
    assert client.submit(f"/fairs/{fair.slug}/messages/{message.id}/printed").status_code == 409
    with pytest.raises(InvalidTransition):
        try_again(stored(), by=acting(organiser))
    with pytest.raises(InvalidTransition):
        mark_printed(stored(), by=acting(organiser))


def test_the_outbox_of_a_fair_is_read_by_its_organiser_alone(app: Flask, client: Client) -> None:
    here, there = make_fair("MS1"), make_fair("MS2")
    message = queue(fair=here)
    login(client, make_user("Other", Role.ORGANISER, there))
    assert client.get(f"/fairs/{here.slug}/messages/{message.id}").status_code == 403
    assert client.get(f"/fairs/{there.slug}/messages/{message.id}").status_code == 404
    assert client.submit(f"/fairs/{there.slug}/messages/{message.id}/again").status_code == 404
    login(client, make_user("Desk", Role.FRONT_DESK, here))
    assert client.get(f"/fairs/{here.slug}/messages").status_code == 403
    login(client, make_user("Ha", Role.ORGANISER, here))
    assert client.submit(f"/fairs/{here.slug}/messages/{message.id}/again").status_code == 409, "it has not failed"
    for query in ("state=nonsense", "q=%25", "q=" + "x" * 500, "q=ha@people", "cursor=rubbish"):
        answer = client.get(f"/fairs/{here.slug}/messages?{query}")
        assert answer.status_code == (422 if "cursor" in query else 200)
        assert (f'/messages/{message.id}"' in answer.text) is (query in {"state=nonsense", "q=ha@people"})


@pytest.mark.parametrize("path", ["/dev/mail", "/dev/mail/1", "/dev/mail/1/attachments/0"])
def test_mail_is_open_to_everybody_in_the_demonstration_only(app: Flask, client: Client, path: str) -> None:
    message = queue(attachments=(("sample", 7),))
    path = path.replace("/1", f"/{message.id}")
    assert client.get(path).status_code == 404
    app.extensions["fairs_installation"].from_environment = replace(app.extensions["fairs_config"], demo=True)
    try:
        answer = client.get(path)
        assert answer.status_code == 200
        if path.endswith("attachments/0"):
            assert answer.data == b"%PDF-1.7 sample" and "public" not in answer.headers["Cache-Control"]
            assert client.get(path.replace("/0", "/1")).status_code == 404
        assert client.get("/dev/mail/987654321").status_code == 404
    finally:
        app.extensions["fairs_installation"].from_environment = replace(app.extensions["fairs_config"], demo=False)


def templates() -> list[str]:
    folder = Path(__file__).parents[3] / "templates" / "messages"
    return sorted(str(path.relative_to(folder))[:-4] for path in folder.rglob("*.txt") if not path.name.startswith("_"))


@pytest.mark.parametrize("name", [name for name in templates() if name.startswith("accounts/")])
def test_letters_about_accounts_are_whole_in_both_languages(app: Flask, name: str) -> None:
    context = {
        "name": "Hà", "user_name": "Hà", "user_email": "ha@people.example", "link": "http://localhost/x", "days": 3, "inviter": "An",
        "confirmation_link": "http://localhost/c", "reset_link": "http://localhost/r", "fair_vi": "Hội chợ", "fair_en": "Fair",
    }  # fmt: skip
    shown = {locale: render_notice(name, locale, context) for locale in ("vi", "en")}
    for subject, body in shown.values():
        assert subject and "\n" not in subject and len(subject) < 100
        assert "\n\n" in body and "\n\n\n" not in body and "{" not in body and "%(" not in body
    assert shown["vi"][0] != shown["en"][0]
    assert "Sở Công Thương Hà Nội" in shown["vi"][1] and "Hanoi Department" in shown["en"][1]
    assert not set(shown["vi"][1].split("\n\n")) & {p for p in shown["en"][1].split("\n\n") if not p.startswith("http")}


def test_a_name_cannot_add_lines_or_tags_to_a_letter(app: Flask) -> None:
    subject, body = render_notice(
        "accounts/two_factor_rescue",
        "en",
        {"user_name": "A\r\nBcc: x@y.example {{7*7}} <b>", "user_email": "a@b.example"},
    )
    assert "\n" not in subject and "\r" not in subject
    assert "{{7*7}} <b>" in body
