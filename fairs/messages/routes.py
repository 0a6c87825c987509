"""The outbox: in the demonstration all mail is read here, and nothing leaves the machine."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request, send_file, url_for
from flask_babel import lazy_gettext as _l

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.lists import download, known, page_of
from fairs.core.web import NavItem, actor, go, public, register_nav, requires
from fairs.messages.lists import MESSAGES
from fairs.messages.models import OutboxMessage
from fairs.messages.permissions import READ_OUTBOX
from fairs.messages.queries import page_of_messages
from fairs.messages.render import render_attachment
from fairs.messages.service import mark_printed, try_again
from fairs.messages.states import MessageState

bp = Blueprint("messages", __name__)


def _demonstration_only() -> None:
    if not current_app.extensions["fairs_config"].demo:
        raise NotFound


def _message(message_id: int) -> OutboxMessage:
    message = db.session.get(OutboxMessage, message_id)
    if message is None:
        raise NotFound
    return message


@bp.get("/dev/mail")
@public
def dev_mail() -> str:
    """All mail of the demonstration."""
    _demonstration_only()
    page = page_of_messages(request.args.get("q", "")[:200], cursor=request.args.get("cursor"))
    return render_template("outbox/dev_list.html", page=page)


@bp.get("/dev/mail/<int:message_id>")
@public
def dev_message(message_id: int) -> str:
    """One mail of the demonstration."""
    _demonstration_only()
    return render_template("outbox/dev_message.html", message=_message(message_id))


@bp.get("/dev/mail/<int:message_id>/attachments/<int:index>")
@public
def dev_attachment(message_id: int, index: int) -> Any:
    """A file that goes with a mail of the demonstration."""
    _demonstration_only()
    message = _message(message_id)
    if not 0 <= index < len(message.attachments):
        raise NotFound
    file = render_attachment(*message.attachments[index])
    return send_file(BytesIO(file.content), mimetype=file.content_type, download_name=file.name)


@bp.get("/fairs/<fair_slug>/messages")
@requires(READ_OUTBOX)
def outbox() -> str | Response:
    """What was sent for this fair, and what waits for printing."""
    if request.args.get("format") == "xlsx":
        return download(MESSAGES, g.fair, known(MESSAGES, request.args))
    page = page_of(MESSAGES, g.fair, request.args, cursor=request.args.get("cursor"))
    return render_template("outbox/list.html", page=page, states=[(str(s), s.label) for s in MessageState])


@bp.get("/fairs/<fair_slug>/messages/<int:message_id>")
@requires(READ_OUTBOX)
def message(message_id: int) -> str:
    """One message, as its reader gets it; prints as a letter."""
    return render_template("outbox/message.html", message=_of_this_fair(message_id))


@bp.post("/fairs/<fair_slug>/messages/<int:message_id>/printed")
@requires(READ_OUTBOX)
def printed(message_id: int) -> Any:
    """The letter was printed and handed over."""
    mark_printed(_of_this_fair(message_id), by=actor())
    return go(url_for("messages.outbox", state="to_print"))


@bp.post("/fairs/<fair_slug>/messages/<int:message_id>/again")
@requires(READ_OUTBOX)
def again(message_id: int) -> Any:
    """Try a failed mail again."""
    try_again(_of_this_fair(message_id), by=actor())
    return go(url_for("messages.message", message_id=message_id))


def _of_this_fair(message_id: int) -> OutboxMessage:
    found = _message(message_id)
    if found.fair_id != g.fair.id:
        raise NotFound
    return found


register_nav(NavItem("messages", _l("Messages"), "mail", "messages.outbox", READ_OUTBOX, 900))
