"""The page that the link of an invitation opens. Opening it changes nothing; each answer is a button that is pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask_babel
from flask import Blueprint, g, render_template, session, url_for
from flask_babel import gettext as _

from fairs.core.db import transaction
from fairs.core.errors import DomainError
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import go, private_page, public
from fairs.importers.service import accepts_registrations, link_for, offers_support
from fairs.invitations.errors import InvitationExpired, NewerMail
from fairs.invitations.forms import ColleagueForm, DeclineForm, InvitedForm
from fairs.invitations.models import Invitee
from fairs.invitations.queries import colleagues_of, terms_of
from fairs.invitations.replies import (
    accept,
    bring_colleague,
    decline,
    delegate,
    invitee_by_token,
    register_invited,
    stop,
)
from fairs.invitations.states import InviteeState

bp = Blueprint("rsvp", __name__, url_prefix="/rsvp")
S = InviteeState


def _opened(token: str, *, any_age: bool = False) -> Invitee:
    invitee = invitee_by_token(token, any_age=any_age)
    g.fair, g.default_locale = invitee.fair, "en"
    if "locale" not in session:
        g.locale = invitee.locale
    flask_babel.refresh()
    return invitee


def _gone(token: str, problem: DomainError) -> Any:
    """An earlier link, or one whose time is over: what to do, and a way to stop further mail."""
    invitee = _opened(token, any_age=True)
    html = render_template("invitations/rsvp_gone.html", invitee=invitee, token=token, problem=problem, S=S)
    return private_page(html, "drop"), 410


def _page(invitee: Invitee, token: str, **forms: Any) -> Any:
    values = {
        "decline_form": DeclineForm(formdata=None), "delegate_form": ColleagueForm(formdata=None, prefix="instead-"),
        "bring_form": ColleagueForm(formdata=None, prefix="also-"), **forms,
    }  # fmt: skip
    colleagues = colleagues_of(invitee)
    brought = sum(one.is_delegate for one in colleagues)
    html = render_template(
        "invitations/rsvp.html", invitee=invitee, token=token, S=S, colleagues=colleagues,
        may_bring=brought < terms_of(invitee.fair_id).delegates_most, is_open=accepts_registrations(invitee.fair), **values,
    )  # fmt: skip
    return private_page(html, "drop"), 422 if forms else 200


@bp.get("/<token>")
@public
def page(token: str) -> Any:
    """The invitation, and what can be answered."""
    try:
        return _page(_opened(token), token)
    except (NewerMail, InvitationExpired) as problem:
        return _gone(token, problem)


def _answered(token: str, act: Callable[[], object], target: str) -> Any:
    """Do it and go on; an earlier link says what to do instead."""
    try:
        _opened(token)
        act()
    except (NewerMail, InvitationExpired) as problem:
        return _gone(token, problem)
    return go(target)


@bp.post("/<token>/accept")
@public
@limiter.limit(PUBLIC_FORM)
def say_yes(token: str) -> Any:
    """They want to come: the registration is next."""
    return _answered(token, lambda: accept(token), url_for("rsvp.register", token=token))


@bp.route("/<token>/register", methods=["GET", "POST"])
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def register(token: str) -> Any:
    """The registration form with what we know already."""
    try:
        invitee = _opened(token)
    except (NewerMail, InvitationExpired) as problem:
        return _gone(token, problem)
    if not accepts_registrations(invitee.fair) or invitee.state is S.REGISTERED:
        return go(url_for("rsvp.page", token=token))
    form = InvitedForm()
    if not form.is_submitted():
        form.prefill(invitee)
    elif form.validate():
        try:
            importer = register_invited(token, form.registration())
            with transaction():
                own = link_for(importer)
            return go(url_for("importers.own_page", token=own))
        except DomainError as error:
            form.add_error(error)
    html = render_template(
        "invitations/rsvp_register.html", form=form, invitee=invitee, token=token, support=offers_support(invitee.fair)
    )
    return private_page(html, "drop"), 422 if form.errors else 200


@bp.post("/<token>/decline")
@public
@limiter.limit(PUBLIC_FORM)
def say_no(token: str) -> Any:
    """They do not come."""
    return _with_form(
        token, DeclineForm(), "decline_form",
        lambda form: decline(token, form.kind.data or "", form.reason.data or ""),
    )  # fmt: skip


@bp.post("/<token>/delegate")
@public
@limiter.limit(PUBLIC_FORM)
def send_colleague(token: str) -> Any:
    """A colleague comes instead."""
    return _with_form(
        token, ColleagueForm(prefix="instead-"), "delegate_form",
        lambda form: delegate(token, form.name.data or "", form.email.data or ""),
    )  # fmt: skip


@bp.post("/<token>/bring")
@public
@limiter.limit(PUBLIC_FORM)
def also(token: str) -> Any:
    """A colleague comes as well."""
    return _with_form(
        token, ColleagueForm(prefix="also-"), "bring_form",
        lambda form: bring_colleague(token, form.name.data or "", form.email.data or ""),
    )  # fmt: skip


def _with_form(token: str, form: Any, name: str, act: Callable[[Any], object]) -> Any:
    try:
        _opened(token)
        if form.validate():
            try:
                act(form)
            except (NewerMail, InvitationExpired):
                raise
            except DomainError as error:
                form.add_error(error)
            else:
                return go(url_for("rsvp.page", token=token))
        return _page(_opened(token), token, **{name: form})
    except (NewerMail, InvitationExpired) as problem:
        return _gone(token, problem)


@bp.post("/<token>/stop")
@public
@limiter.limit(PUBLIC_FORM)
def stop_mails(token: str) -> Any:
    """Do not write to me again; earlier links can do that, too."""
    _opened(token, any_age=True)
    stop(token)
    html = render_template(
        "invitations/rsvp_gone.html",
        invitee=_opened(token, any_age=True),
        token=token,
        problem=_("You get no further invitations from us."),
        S=S,
    )
    return private_page(html, "drop")
