"""Reading delivery status notifications (RFC 3464): which of our mails did not arrive, and why.

Nothing in such a mail is proven. One is believed only when it names one of our mails by its Message-ID and the address to
which that mail went; all it can do is to mark an invitee as unreachable, which a person looks at.
"""

from __future__ import annotations

import mailbox
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from pathlib import Path

from sqlalchemy import select

from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import one_line
from fairs.invitations.models import InvitationMail, Invitee
from fairs.invitations.rows import kept_fair
from fairs.invitations.service import mark_unreachable
from fairs.messages.models import OutboxMessage

_OUR_ID = re.compile(r"<outbox-(\d{1,18})@[^<>\s]+>")
_FINAL = re.compile(r"5\.\d{1,3}\.\d{1,3}")
MOST_BYTES = 2 * 2**20
BY = Actor(None, "Mail server")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours that will not arrive."""

    message_id: int
    recipient: str
    reason: str


def read_notification(raw: bytes) -> list[Bounce]:
    """What a mail reports as failed for good; nothing for any other mail, and for one that is only late."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    if mail.get_content_type() != "multipart/report" or _parameter(mail, "report-type") != "delivery-status":
        return []
    parts = [part for part in mail.walk() if part is not mail]
    our_id = _our_id(parts)
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if our_id is None or status is None:
        return []
    found = []
    blocks = status.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        recipient = _address(str(block.get("Original-Recipient") or block.get("Final-Recipient") or ""))
        code = str(block.get("Status") or "").strip()
        if str(block.get("Action") or "").strip().lower() != "failed" or not _FINAL.match(code) or not recipient:
            continue
        said = str(block.get("Diagnostic-Code") or "").partition(";")[2] or code
        found.append(Bounce(our_id, recipient, one_line(said)[:300]))
    return found


def _parameter(mail: Message, name: str) -> str:
    value = mail.get_param(name)
    return value.lower() if isinstance(value, str) else ""


def _our_id(parts: Iterable[Message]) -> int | None:
    """The number of our mail, by the headers that the notification gives back."""
    for part in parts:
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            inner = part.get_payload()
            first = inner[0] if isinstance(inner, list) and inner else inner
            text = first.as_string() if isinstance(first, Message) else str(first or "")
            head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
            named = re.search(r"^Message-ID:\s*(\S+)", head, re.IGNORECASE | re.MULTILINE)
            ours = _OUR_ID.fullmatch(named[1]) if named else None
            if ours:
                return int(ours[1])
    return None


def _address(field: str) -> str:
    return field.partition(";")[2].strip().strip("<>").lower()


def note_bounce(bounce: Bounce) -> bool:
    """Mark the invitee to whom the mail went; False when it is none of ours, or known, or answered meanwhile."""
    with transaction():
        found = db.session.execute(
            select(Invitee, OutboxMessage.recipient)
            .join(InvitationMail, InvitationMail.invitee_id == Invitee.id)
            .join(OutboxMessage, OutboxMessage.id == InvitationMail.message_id)
            .where(OutboxMessage.id == bounce.message_id)
        ).first()
        if found is None or found[1].lower() != bounce.recipient:
            return False
        invitee: Invitee = found[0]
        kept_fair(invitee.fair_id)
        if invitee.person.email.lower() != bounce.recipient:
            return False  # the address was corrected meanwhile
        return mark_unreachable(invitee, bounce.reason, by=BY)


def read_mailbox(path: Path) -> tuple[int, int]:
    """Read a Maildir or an mbox file; gives how many mails reported failures and how many invitees were marked by them.

    Reading it again changes nothing. Raises InvalidInput when there is no such mailbox.
    """
    reports = marked = 0
    for raw in _mails(path):
        bounces = read_notification(raw)
        reports += bool(bounces)
        marked += sum(note_bounce(bounce) for bounce in bounces)
    return reports, marked


def _mails(path: Path) -> Iterator[bytes]:
    if (path / "cur").is_dir() or (path / "new").is_dir():
        for folder in ("new", "cur"):
            for file in sorted((path / folder).iterdir()) if (path / folder).is_dir() else ():
                if file.is_file() and file.stat().st_size <= MOST_BYTES:
                    yield file.read_bytes()
    elif path.is_file():
        box = mailbox.mbox(path, create=False)
        try:
            for key in box.iterkeys():
                raw = box.get_bytes(key)
                if len(raw) <= MOST_BYTES:
                    yield raw
        finally:
            box.close()
    else:
        raise InvalidInput("There is no Maildir and no mbox file of this name.")
