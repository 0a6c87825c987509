"""Sending notices and delivering the outbox."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any

from sqlalchemy import or_, select

from fairs.config import Config
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import after_commit, db, transaction
from fairs.core.events import publish
from fairs.core.faults import reach
from fairs.messages.events import MessageFailed
from fairs.messages.models import OutboxMessage
from fairs.messages.render import render_attachment, render_notice
from fairs.messages.states import MessageState

log = logging.getLogger(__name__)

MAX_TRIES = 8
TLS_PORT = 465  # TLS from the first byte (RFC 8314); on every other port STARTTLS


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told to one reader. Without ``email`` it is put aside for printing (on paper, by post or hand)."""

    template: str
    name: str
    email: str | None
    locale: str = "vi"
    context: dict[str, Any] = field(default_factory=dict)
    fair_id: int | None = None
    attachments: Sequence[tuple[str, Any]] = ()


def send(notice: Notice) -> OutboxMessage:
    """Write the notice into the outbox, inside the present transaction; delivery starts after the commit."""
    subject, body = render_notice(notice.template, notice.locale, {"name": notice.name, **notice.context})
    message = write(
        recipient=notice.email or "", name=notice.name, locale=notice.locale, subject=subject, body=body,
        kind=notice.template, fair_id=notice.fair_id,
    )  # fmt: skip
    message.attachments = [list(pair) for pair in notice.attachments]
    return message


def write(
    *, recipient: str, name: str, locale: str, subject: str, body: str, kind: str, fair_id: int | None = None
) -> OutboxMessage:
    """Put a finished text into the outbox: for e-mail when there is an address, else for printing."""
    message = OutboxMessage(
        channel="email" if recipient else "print",
        recipient=recipient,
        recipient_name=name,
        locale=locale,
        subject=subject[:300],
        body=body,
        kind=kind,
        fair_id=fair_id,
        attachments=[],
        state=MessageState.QUEUED if recipient else MessageState.TO_PRINT,
        next_try_at=now(),
    )
    db.session.add(message)
    if recipient:
        after_commit(_wake)
    return message


_wakers: list[Any] = []


def register_waker(waker: Any) -> None:
    """Let the task module say how delivery is woken (a queued job)."""
    if waker not in _wakers:
        _wakers.append(waker)


def _wake() -> None:
    for waker in _wakers:
        waker()


def deliver_due(config: Config, limit: int = 200) -> int:
    """Deliver what is due; returns how many went out. Without an SMTP server mail is kept, readable at /dev/mail.

    The network is used between two transactions. A crash after the server has taken a mail and before the row says
    so sends it twice at worst; the Message-ID is the same both times, so that readers' programs show one.
    """
    due = db.session.scalars(
        select(OutboxMessage.id)
        .where(
            OutboxMessage.state == MessageState.QUEUED,
            or_(OutboxMessage.next_try_at.is_(None), OutboxMessage.next_try_at <= now()),
        )
        .order_by(OutboxMessage.id)
        .limit(limit)
    ).all()
    return sum(_deliver(config, message_id) for message_id in due)


def _deliver(config: Config, message_id: int) -> bool:
    with transaction():
        message = db.session.get_one(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
        if message.state is not MessageState.QUEUED or (message.next_try_at and message.next_try_at > now()):
            return False
        # Another worker leaves it alone while this one talks to the server.
        message.next_try_at = now() + timedelta(minutes=5)
        message.tries += 1
    error, final = "", False
    if config.mail_server:
        try:
            reach("messages.before_send")
            _smtp(config, message)
            reach("messages.after_send")
        except (OSError, smtplib.SMTPException) as problem:
            error, final = _in_words(problem), _is_final(problem)
        except Exception as problem:
            log.exception("message %s cannot be made", message_id)
            error = type(problem).__name__
    with transaction():
        message = db.session.get_one(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
        message.last_error = error
        if not error:
            message.move_to(MessageState.SENT if config.mail_server else MessageState.KEPT)
            message.sent_at = now()
        elif final or message.tries >= MAX_TRIES:
            message.move_to(MessageState.FAILED)
            publish(MessageFailed(message))
        else:
            message.next_try_at = now() + timedelta(seconds=20 * 2**message.tries)
    return not error


def _in_words(problem: Exception) -> str:
    """What the server said, for staff who look why a mail did not go out."""
    said: tuple[int, bytes | str]
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        said = next(iter(problem.recipients.values()))
    elif isinstance(problem, smtplib.SMTPResponseException):
        said = problem.smtp_code, problem.smtp_error
    else:
        return f"{type(problem).__name__}: {problem}"[:300]
    code, text = said
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"[:300]


def _is_final(problem: Exception) -> bool:
    """Whether the server will never take this mail for this reader (5xx): no such mailbox."""
    return isinstance(problem, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _text in problem.recipients.values()
    )


def _sender(config: Config, locale: str) -> str:
    if "<" in config.mail_sender:
        return config.mail_sender
    return formataddr((config.department if locale == "vi" else config.department_en, config.mail_sender))


def _smtp(config: Config, message: OutboxMessage) -> None:
    mail = EmailMessage()
    mail["From"] = _sender(config, message.locale)
    mail["To"] = message.recipient
    mail["Date"] = format_datetime(message.created_at)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<outbox-{message.id}@{config.mail_sender.rpartition('@')[2].rstrip('>')}>"
    mail.set_content(message.body)
    for kind, reference in message.attachments:
        attachment = render_attachment(kind, reference)
        main, _, sub = attachment.content_type.partition("/")
        mail.add_attachment(attachment.content, maintype=main, subtype=sub, filename=attachment.name)
    mail["Content-Language"] = message.locale  # last: set_content() takes every Content- header away
    with _connection(config) as server:
        if config.mail_username:
            server.login(config.mail_username, config.mail_password)
        server.send_message(mail)


def _connection(config: Config) -> smtplib.SMTP:
    if config.mail_tls and config.mail_port == TLS_PORT:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(config.mail_server, config.mail_port, timeout=20, context=context)
    server = smtplib.SMTP(config.mail_server, config.mail_port, timeout=20)
    if config.mail_tls:
        try:
            # With its own default context smtplib would take any certificate.
            server.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server


def mark_printed(message: OutboxMessage, *, by: Actor) -> None:
    """A letter was printed and handed over; raises InvalidTransition for a mail."""
    with transaction():
        row = db.session.get_one(OutboxMessage, message.id, with_for_update=True, populate_existing=True)
        row.move_to(MessageState.PRINTED)
        row.sent_at, row.handled_by_id = now(), by.user_id


def unmark_printed(message: OutboxMessage, *, by: Actor) -> None:
    """A letter was not handed over after all; raises InvalidTransition when it is not marked as printed."""
    with transaction():
        row = db.session.get_one(OutboxMessage, message.id, with_for_update=True, populate_existing=True)
        row.move_to(MessageState.TO_PRINT)
        row.sent_at, row.handled_by_id = None, by.user_id


def try_again(message: OutboxMessage, *, by: Actor) -> None:
    """Queue a failed mail once more; raises InvalidTransition when it has not failed."""
    with transaction():
        row = db.session.get_one(OutboxMessage, message.id, with_for_update=True, populate_existing=True)
        row.move_to(MessageState.QUEUED)
        row.tries, row.next_try_at, row.handled_by_id = 0, now(), by.user_id
        after_commit(_wake)
