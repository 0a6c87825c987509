"""The page of an invitation's link: the ceremony, and the answer of the delegation."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, flash, g, render_template, session, url_for
from flask_babel import gettext as _

from fairs.ceremonies.forms import ReplyForm
from fairs.ceremonies.models import CeremonyInvitation
from fairs.ceremonies.service import answer, invitation_by_token, is_over
from fairs.ceremonies.states import ReplyState
from fairs.core.actor import Actor
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import go, private_page, public

bp = Blueprint("ceremony_reply", __name__, url_prefix="/ceremony")


def note_reply(invitation: CeremonyInvitation, form: ReplyForm, by: Actor | None = None) -> None:
    """Keep the answer of the form, from the delegation itself or (``by``) from staff. Raises what ``answer`` raises."""
    if form.reply.data not in set(ReplyState):
        raise InvalidInput(_("Please choose one of the buttons."), field="reply")
    answer(
        invitation, ReplyState(form.reply.data), coming=form.coming.data or 0,
        names=(form.names.data or "").splitlines(), note=form.note.data or "", by=by,
    )  # fmt: skip


def _opened(token: str) -> CeremonyInvitation:
    invitation = invitation_by_token(token)
    g.fair = invitation.ceremony.fair
    if "locale" not in session:
        g.locale = invitation.delegation.language
    flask_babel.refresh()
    return invitation


@bp.get("/<token>")
@public
def page(token: str) -> Any:
    """The invitation; opening it changes nothing."""
    invitation = _opened(token)
    form = ReplyForm(formdata=None)
    form.coming.data = invitation.coming or invitation.places
    return _page(invitation, token, form)


def _page(invitation: CeremonyInvitation, token: str, form: ReplyForm, status: int = 200) -> Any:
    html = render_template(
        "ceremonies/reply.html", invitation=invitation, ceremony=invitation.ceremony, delegation=invitation.delegation,
        fair=invitation.ceremony.fair, token=token, form=form, R=ReplyState, is_over=is_over(invitation.ceremony),
    )  # fmt: skip
    return private_page(html, "drop"), status


@bp.post("/<token>")
@public
@limiter.limit(PUBLIC_FORM)
def reply(token: str) -> Any:
    """Yes, no, later: the pressed button says which."""
    invitation, form = _opened(token), ReplyForm()
    if form.validate():
        try:
            note_reply(invitation, form)
            flash(_("Thank you: your answer is noted."), "success")
            return go(url_for("ceremony_reply.page", token=token))
        except DomainError as error:
            form.add_error(error)
    return _page(invitation, token, form, 422)
