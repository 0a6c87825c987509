"""Mail that does not arrive: refused by the server, or reported later by a notification."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.invitations.bounces import read_mailbox, read_notification
from fairs.invitations.models import Invitee
from fairs.invitations.replies import accept
from fairs.invitations.service import correct_address, mark_unreachable
from fairs.invitations.states import InviteeState
from fairs.messages.models import OutboxMessage
from tests.factories.importers import deliver
from tests.factories.invitations import inviting
from tests.support.client import Client, login

NOTICE = """\
From: MAILER-DAEMON@relay.example
To: noreply@fairs.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

Sorry.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 No such user

--B
Content-Type: {kind}

Message-ID: {our_id}
Subject: Invitation

--B--
"""


def notice(
    recipient: str, our_id: str, *, action: str = "failed", status: str = "5.1.1", kind: str = "message/rfc822"
) -> bytes:
    return NOTICE.format(recipient=recipient, our_id=our_id, action=action, status=status, kind=kind).encode()


def state_of(row: Invitee) -> InviteeState:
    db.session.expire_all()
    return db.session.get_one(Invitee, row.id).state


def test_a_mailbox_that_the_server_refuses(app: Flask, smtp_server: Any) -> None:
    place = inviting()
    row, _token = place.invited()
    gone = row.person.email

    async def refuse(_server: Any, _session: Any, _envelope: Any, address: str, _options: Any) -> str:
        return "550 5.1.1 no such mailbox" if address == gone else "250 OK"

    smtp_server.handle_RCPT = refuse
    deliver(app, smtp_server)
    assert state_of(row) is InviteeState.UNREACHABLE
    assert "no such mailbox" in row.problem
    assert len(smtp_server.messages) == 0


def test_notifications_of_a_mailbox(app: Flask, smtp_server: Any, tmp_path: Path) -> None:
    place = inviting()
    gone, late, answered, other = (place.invited()[0] for _ in range(4))
    with transaction():  # invited one by one, they would leave second by second
        db.session.execute(update(OutboxMessage).values(next_try_at=None))
    assert deliver(app, smtp_server) == 4
    ids = {str(mail["To"]): str(mail["Message-ID"]) for mail in smtp_server.messages}
    accept(place.token_of(answered))
    plain = EmailMessage()
    plain["Subject"] = "Out of office"
    plain.set_content("I am away.")
    mails = [
        notice(gone.person.email, ids[gone.person.email]),
        notice(late.person.email, ids[late.person.email], action="delayed", status="4.4.1"),
        notice(answered.person.email, ids[answered.person.email], kind="text/rfc822-headers"),
        notice("somebody@else.example", ids[other.person.email]),  # forged: another address than we wrote to
        notice(other.person.email, "<outbox-999999@fairs.example>"),
        notice(other.person.email, "<outbox-1;drop@x>"),
        plain.as_bytes(),
        b"\xff\xfe not a mail",
    ]
    folder = mailbox.Maildir(tmp_path / "in", create=True)
    box = mailbox.mbox(tmp_path / "in.mbox", create=True)
    for raw in mails:
        folder.add(raw)
        box.add(raw)
    box.flush()
    result = app.test_cli_runner().invoke(args=["invitations", "read-bounces", str(tmp_path / "in")])
    assert result.exit_code == 0
    assert "1 invitees marked" in result.output
    states = [state_of(row) for row in (gone, late, answered, other)]
    assert states == [InviteeState.UNREACHABLE, InviteeState.INVITED, InviteeState.ACCEPTED, InviteeState.INVITED]
    assert gone.problem == "550 5.1.1 No such user"
    assert read_mailbox(tmp_path / "in.mbox")[1] == 0  # the same again changes nothing
    assert app.test_cli_runner().invoke(args=["invitations", "read-bounces", str(tmp_path)]).exit_code == 1


@pytest.mark.parametrize(
    "raw", [b"", b"Content-Type: multipart/report; report-type=delivery-status\n\n", b"\x00" * 100]
)
def test_what_is_no_notification(raw: bytes) -> None:
    assert read_notification(raw) == []


def test_staff_correct_the_address(app: Flask, client: Client) -> None:
    place = inviting()
    row, _token = place.invited()
    with transaction():
        mark_unreachable(row, "550 gone", by=SYSTEM)
    login(client, place.place.user(Role.HOSPITALITY))
    path = f"{place.staff}/{row.id}"
    assert "550 gone" in client.get(path).text
    assert client.submit(f"{path}/address", {"email": "nobody"}).status_code == 422
    client.submit(f"{path}/address", {"email": "New@Buyer.example", "again": "y"})
    assert state_of(row) is InviteeState.INVITED
    assert row.person.email == "new@buyer.example"
    assert len(place.mails(row)) == 1
    assert correct_address(row, "third@buyer.example", by=SYSTEM).state is InviteeState.INVITED
