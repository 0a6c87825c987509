"""One's own account, the fair's team, all users, language."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, g, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from fairs.accounts.forms import LendForm, ProfileForm, TeamForm, TokenForm, UserForm
from fairs.accounts.letters import locale_of
from fairs.accounts.lists import USERS
from fairs.accounts.models import ApiToken, RoleGrant, User
from fairs.accounts.permissions import MANAGE_FAIR_TEAM, MANAGE_USERS, OWN_ACCOUNT
from fairs.accounts.queries import lent_by, team, tokens_of, user_by_email
from fairs.accounts.security import RESET_DAYS, password_link
from fairs.accounts.service import (
    change_profile,
    create_token,
    end_grant,
    grant_role,
    invite,
    lend_role,
    reset_second_factor,
    revoke_token,
    set_active,
)
from fairs.core.clock import today
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.i18n import LOCALES, PUBLIC_LOCALES
from fairs.core.lists import page_of
from fairs.core.permissions import Role
from fairs.core.web import NavItem, actor, go, public, register_nav, requires, safe_next
from fairs.messages.service import Notice, send

bp = Blueprint("accounts", __name__)


@bp.get("/language/<locale>")
@public
def language(locale: str) -> Response:
    """Choose the interface's language; a signed-in person's choice is kept."""
    if locale not in PUBLIC_LOCALES:
        raise NotFound
    session["locale"] = locale
    if g.user is not None and locale in LOCALES and g.user.locale != locale:
        with transaction():
            g.user.locale = locale
    return go(safe_next(request.args.get("next"), "/"))


@bp.route("/account/me", methods=["GET", "POST"])
@requires(OWN_ACCOUNT)
def me() -> Any:
    """One's own name, roles, stand-ins, tokens and second factor."""
    form = ProfileForm(obj=g.user)
    if form.validate_on_submit():
        change_profile(g.user, name=form.name.data, locale=form.locale.data, by=actor())
        session["locale"] = form.locale.data
        flash(_("Saved."), "success")
        return go(url_for("accounts.me"))
    return _me(form=form), 422 if form.is_submitted() else 200


def _me(*, form: ProfileForm | None = None, lend: LendForm | None = None, token: TokenForm | None = None) -> str:
    own = [grant for grant in g.grants if grant.lent_by_id is None]
    lend = lend or _lend_form()
    return render_template(
        "accounts/me.html", form=form or ProfileForm(formdata=None, obj=g.user), lend=lend, token=token or TokenForm(formdata=None),
        own=own, borrowed=[grant for grant in g.grants if grant.lent_by_id is not None], lent=lent_by(g.user.id),
        tokens=tokens_of(g.user.id), new_token=session.pop("new_token", None), fair_names=_fair_names(g.grants),
    )  # fmt: skip


def _lend_form(**kwargs: Any) -> LendForm:
    form = LendForm(**kwargs)
    names = _fair_names(g.grants)
    form.grant.choices = [
        (grant.id, f"{grant.role.label} · {names[grant.id]}") for grant in g.grants if grant.lent_by_id is None
    ]
    return form


def _fair_names(grants: Any) -> dict[int, str]:
    names: dict[int, str] = current_app.extensions["fair_names"]()
    return {grant.id: names.get(grant.fair_id, _("whole system")) for grant in grants}


@bp.post("/account/lend")
@requires(OWN_ACCOUNT)
def lend() -> Any:
    """Lend a role of one's own to somebody who has an account."""
    form = _lend_form()
    if form.validate_on_submit():
        try:
            to = user_by_email(form.email.data)
            if to is None:
                raise InvalidInput(_("Nobody has an account with this address."), field="email")
            grant = db.session.get_one(RoleGrant, form.grant.data)
            if form.until.data > today("Asia/Ho_Chi_Minh") + timedelta(days=366):
                raise InvalidInput(_("A role is lent for a year at most."), field="until")
            until = datetime.combine(form.until.data + timedelta(days=1), time(0), ZoneInfo("Asia/Ho_Chi_Minh"))
            lend_role(grant, to, until=until, by=actor(), note=form.note.data or "")
            flash(_("The role is lent. Acts will show both names."), "success")
            return go(url_for("accounts.me"))
        except DomainError as error:
            form.add_error(error)
    return _me(lend=form), 422


@bp.post("/account/grants/<int:grant_id>/end")
@requires(OWN_ACCOUNT)
def take_back(grant_id: int) -> Response:
    """Take back a role that one has lent."""
    grant = db.session.get(RoleGrant, grant_id)
    if grant is None or grant.lent_by_id != g.user.id:
        raise NotFound
    end_grant(grant, by=actor())
    flash(_("The role is back with you."), "success")
    return go(url_for("accounts.me"))


@bp.post("/account/tokens")
@requires(OWN_ACCOUNT)
def new_token() -> Any:
    """Make an API token; it is shown once."""
    form = TokenForm()
    if form.validate_on_submit():
        session["new_token"] = create_token(g.user, form.name.data, by=actor())
        return go(url_for("accounts.me") + "#tokens")
    return _me(token=form), 422


@bp.post("/account/tokens/<int:token_id>/revoke")
@requires(OWN_ACCOUNT)
def end_token(token_id: int) -> Response:
    """End one of one's own API tokens."""
    token = db.session.get(ApiToken, token_id)
    if token is None or token.user_id != g.user.id:
        raise NotFound
    revoke_token(token, by=actor())
    flash(_("The token no longer opens anything."), "success")
    return go(url_for("accounts.me") + "#tokens")


@bp.route("/fairs/<fair_slug>/team", methods=["GET", "POST"])
@requires(MANAGE_FAIR_TEAM)
def fair_team() -> Any:
    """Who has which role at this fair."""
    form = TeamForm()
    if form.validate_on_submit():
        try:
            with transaction():
                user, is_new = invite(form.email.data, form.name.data, by=actor())
                until = g.fair.at(form.until.data + timedelta(days=1), time(0)) if form.until.data else None
                grant_role(user, Role(form.role.data), fair_id=g.fair.id, by=actor(), ends_at=until)
                if is_new:
                    _send_invitation(user, g.fair)
            flash(_("%(name)s is in the team.", name=user.name or user.email), "success")
            return go(url_for("accounts.fair_team"))
        except DomainError as error:
            form.add_error(error)
    page = render_template("accounts/team.html", form=form, grants=team(g.fair.id))
    return page, 422 if form.is_submitted() else 200


def _send_invitation(user: User, fair: Any = None) -> None:
    context = {
        "link": password_link(user), "days": RESET_DAYS, "inviter": actor().label,
        "fair_vi": fair.name_vi if fair else "", "fair_en": fair.name_en if fair else "",
    }  # fmt: skip
    send(Notice("accounts/invitation", user.name, user.email, locale_of(user), context))


@bp.post("/fairs/<fair_slug>/team/<int:grant_id>/end")
@requires(MANAGE_FAIR_TEAM)
def end_team_role(grant_id: int) -> Response:
    """Take a role of this fair from somebody."""
    grant = db.session.get(RoleGrant, grant_id)
    if grant is None or grant.fair_id != g.fair.id:
        raise NotFound
    end_grant(grant, by=actor())
    flash(_("The role has ended."), "success")
    return go(url_for("accounts.fair_team"))


@bp.route("/admin/users", methods=["GET", "POST"])
@requires(MANAGE_USERS)
def users() -> Any:
    """All users, with search; add one."""
    form = UserForm()
    if form.validate_on_submit():
        try:
            with transaction():
                user, is_new = invite(form.email.data, form.name.data, by=actor())
                if form.role.data:
                    grant_role(user, Role(form.role.data), fair_id=None, by=actor())
                if is_new:
                    _send_invitation(user)
            flash(_("%(name)s can sign in.", name=user.name or user.email), "success")
            return go(url_for("accounts.users"))
        except DomainError as error:
            form.add_error(error)
    page = page_of(USERS, None, request.args, cursor=request.args.get("cursor"))
    return render_template("accounts/users.html", form=form, page=page), 422 if form.is_submitted() else 200


@bp.post("/admin/users/<int:user_id>/active")
@requires(MANAGE_USERS)
def user_active(user_id: int) -> Response:
    """Close or reopen an account."""
    user = db.session.get(User, user_id) or abort(404)
    try:
        set_active(user, request.form.get("active") == "1", by=actor())
        flash(_("Saved."), "success")
    except DomainError as error:
        flash(str(error), "danger")
    return go(url_for("accounts.users"))


@bp.post("/admin/users/<int:user_id>/second-factor")
@requires(MANAGE_USERS)
def user_second_factor(user_id: int) -> Response:
    """Reset the second step of somebody who has lost their telephone."""
    user = db.session.get(User, user_id) or abort(404)
    try:
        reset_second_factor(user, by=actor())
        flash(
            _("%(name)s signs in by password alone until a new telephone is set up.", name=user.name or user.email),
            "success",
        )
    except DomainError as error:
        flash(str(error), "danger")
    return go(url_for("accounts.users"))


register_nav(NavItem("team", _l("Team"), "users", "accounts.fair_team", MANAGE_FAIR_TEAM, 910))
register_nav(NavItem("users", _l("Users"), "user-cog", "accounts.users", MANAGE_USERS, 950, for_fair=False))
