"""The list of messages: its address, its spreadsheet, and what can be done with many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.core.actor import Actor
from fairs.core.lists import Args, BulkAction, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.messages.models import OutboxMessage
from fairs.messages.permissions import READ_OUTBOX
from fairs.messages.queries import messages_matching
from fairs.messages.service import mark_printed, try_again, unmark_printed
from fairs.messages.states import MessageState


def _query(fair: Any, args: Args) -> Select[OutboxMessage]:
    state = args.get("state", "")
    return messages_matching(
        args.get("q", "")[:200], state=MessageState(state) if state in set(MessageState) else None, fair_id=fair.id
    )


def _sheets(_fair: Any, query: Select[OutboxMessage]) -> Sequence[Sheet]:
    heads = [_("Subject"), _("To"), _("E-mail"), _("State"), _("Written"), _("Sent"), _("What the mail server said")]
    rows = (
        [
            row.subject, row.recipient_name, row.recipient, str(row.state.label), row.created_at, row.sent_at, row.last_error,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Messages"), heads, rows)]


def _mark(row: OutboxMessage, _values: Mapping[str, Any], by: Actor) -> None:
    mark_printed(row, by=by)


def _unmark(row: OutboxMessage, _kept: Mapping[str, Any], by: Actor) -> None:
    unmark_printed(row, by=by)


def _again(row: OutboxMessage, _values: Mapping[str, Any], by: Actor) -> None:
    try_again(row, by=by)


MESSAGES = register_list(
    ListSpec(
        "messages", _l("Messages"), "messages.outbox", READ_OUTBOX, ("state", "q"),
        query=_query, keys=lambda _args: ((OutboxMessage.id, True),), reference=OutboxMessage.id,
        name_of=lambda row: f"{row.recipient_name or row.recipient} – {row.subject}", sheets=_sheets,
        record=("messages.message", "message_id"),
        actions=(
            BulkAction(
                "mark_printed", _l("Mark as printed"), "printer", READ_OUTBOX,
                lambda row, _values: row.require_move(MessageState.PRINTED), _mark, _unmark,
            ),
            BulkAction(
                "again", _l("Try again"), "send", READ_OUTBOX,
                lambda row, _values: row.require_move(MessageState.QUEUED), _again, tells=_l("The mails go out again at once."),
            ),
        ),
    )
)  # fmt: skip
