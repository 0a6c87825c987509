"""Letters for people without e-mail, mails that could not be delivered; acts on many rows await nobody."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from fairs.lists.states import ItemState, RunState
from fairs.messages.models import OutboxMessage
from fairs.messages.permissions import READ_OUTBOX
from fairs.messages.states import MessageState
from fairs.workplace.inbox import Kind, Why, always

KINDS = (
    Kind(
        key="letter",
        states=(MessageState.TO_PRINT,),
        model=OutboxMessage,
        where=(OutboxMessage.state == MessageState.TO_PRINT,),
        permission=READ_OUTBOX,
        counts_from=OutboxMessage.created_at,
        days=None,
        icon="printer",
        reason=_l("Letter to print"),
        title=lambda n: ngettext("%(num)s letter is to be printed", "%(num)s letters are to be printed", n),
        who=lambda message: message.recipient_name,
        what=lambda message: message.subject,
        button=_l("Print"),
        page=lambda message: ("messages.message", {"message_id": message.id}),
        list_page=("messages.outbox", {"state": "to_print"}),
        at=always,
    ),
    Kind(
        key="mail",
        states=(MessageState.FAILED,),
        model=OutboxMessage,
        where=(OutboxMessage.state == MessageState.FAILED,),
        permission=READ_OUTBOX,
        counts_from=OutboxMessage.created_at,
        days=None,
        icon="mail-x",
        reason=_l("Mail not delivered"),
        title=lambda n: ngettext("%(num)s mail could not be sent", "%(num)s mails could not be sent", n),
        who=lambda message: message.recipient_name or message.recipient,
        what=lambda message: message.subject,
        button=_l("Look"),
        page=lambda message: ("messages.message", {"message_id": message.id}),
        list_page=("messages.outbox", {"state": "failed"}),
        at=always,
    ),
)

NOBODY = {
    MessageState: {
        MessageState.QUEUED: Why.AUTOMATIC,
        MessageState.SENT: Why.FINAL,
        MessageState.KEPT: Why.FINAL,  # no mail server is set: it is read where it lies
        MessageState.PRINTED: Why.FINAL,
    },
    # Whoever began an act on many rows has its page before them; nobody else waits for it.
    RunState: {
        RunState.PREVIEW: Why.FINAL,
        RunState.RUNNING: Why.AUTOMATIC,
        RunState.DONE: Why.FINAL,
        RunState.UNDOING: Why.AUTOMATIC,
        RunState.UNDONE: Why.FINAL,
    },
    ItemState: {
        ItemState.WAITING: Why.AUTOMATIC,
        ItemState.SKIPPED: Why.FINAL,
        ItemState.DONE: Why.FINAL,
        ItemState.FAILED: Why.FINAL,
        ItemState.UNDONE: Why.FINAL,
    },
}
