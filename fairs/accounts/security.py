"""Flask-Security bound to our users, our outbox and our transactions; and the one hook that enforces permissions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask, abort, current_app, g, request
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_security import MailUtil, RoleMixin, Security, SQLAlchemyUserDatastore, hash_password
from flask_security.forms import RegisterFormV2
from flask_security.recoverable import generate_reset_password_token
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from fairs.accounts.models import User
from fairs.accounts.queries import active_grants, actor_for, matching_grant, user_by_token
from fairs.config import Config
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import commit_foreign, db, transaction
from fairs.core.errors import Forbidden
from fairs.core.i18n import FOLDER, current_locale
from fairs.core.permissions import Permission
from fairs.core.text import clean
from fairs.core.web import MARK, mark_public, wants_json
from fairs.messages.service import write

security = Security()


class Datastore(SQLAlchemyUserDatastore):
    """Flask-Security's store of users; it commits through our one exception."""

    def commit(self) -> None:
        """Commit what Flask-Security changed."""
        commit_foreign()


class NoRole(RoleMixin):
    """Flask-Security asks for a model of roles; ours are RoleGrant, which it never sees."""


class OutboxMailUtil(MailUtil):
    """Mail of Flask-Security goes through the outbox like all other mail."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Queue the mail; ``template`` names why it is sent."""
        user = kwargs.get("user")
        with transaction():
            write(
                recipient=str(recipient),
                name=getattr(user, "name", ""),
                locale=current_locale(),
                subject=str(subject),
                body=(body or "").strip(),
                kind=f"security.{template}",
            )


class SignUpForm(RegisterFormV2):
    """Sign-up with the person's name."""

    name = StringField(
        _l("Your name"),
        [InputRequired(_l("Please fill this in.")), Length(max=200)],
        filters=[lambda value: clean(value) if value else value],
        render_kw={"autocomplete": "name"},
    )


def settings(config: Config) -> dict[str, Any]:
    """Flask-Security's settings."""
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SALT": config.secret("password_salt"),
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_PASSWORD_BREACHED_COUNT": 1,
        "SECURITY_PASSWORD_CHECK_BREACHED": None,
        "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,
        "SECURITY_REGISTERABLE": True,
        "SECURITY_USE_REGISTER_V2": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_AUTO_LOGIN_AFTER_CONFIRM": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_REQUIRED": False,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_TOTP_SECRETS": {"1": config.secret("totp")},
        "SECURITY_TOTP_ISSUER": "Fairs",
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_EMAIL_SENDER": config.mail_sender,
        "SECURITY_SEND_REGISTER_EMAIL": True,
        "SECURITY_URL_PREFIX": "/account",
        "SECURITY_LOGIN_URL": "/login",
        "SECURITY_LOGOUT_URL": "/logout",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_REGISTER_URL": "/register",
        "SECURITY_POST_LOGIN_VIEW": "/start",
        "SECURITY_POST_REGISTER_VIEW": "/account/check-mail",
        "SECURITY_POST_CONFIRM_VIEW": "/start",
        "SECURITY_POST_LOGOUT_VIEW": "/",
        "SECURITY_SCRIPT_NONCE_KEY": "csp_nonce",
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        # Flask-Security brings no Vietnamese: its texts are in our catalogue (translations/vi/security.po).
        "SECURITY_I18N_DIRNAME": str(FOLDER),
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_ANONYMOUS_USER_DISABLED": False,
        "SECURITY_JOIN_USER_ROLES": False,  # its own roles are not used, and ours are no mapped attribute of its kind
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(hours=1),
    }


def init_app(app: Flask, config: Config) -> None:
    """Bind Flask-Security and the permission hook."""
    app.config.update(settings(config))
    security.init_app(
        app,
        Datastore(db, User, NoRole),
        mail_util_cls=OutboxMailUtil,
        register_form=SignUpForm,
    )
    for endpoint in list(app.view_functions):
        # Flask-Security guards its own views; signing in and resetting are open by nature.
        if endpoint in {"static", "bootstrap.static"} or endpoint.startswith("security"):
            mark_public(app, endpoint)
    app.before_request(enforce)


def hashed(password: str) -> str:
    """A password's argon2 hash."""
    return str(hash_password(password))


def password_link(user: User) -> str:
    """The address where an invited user chooses a password; it works for a few days and once."""
    token = generate_reset_password_token(user)  # type: ignore[no-untyped-call]
    return f"{current_app.config['BASE_URL']}/account/reset/{token}"


def enforce() -> None:
    """Before each request: find who acts, and refuse a view whose permission they do not have.

    A route without a mark is refused for everybody; a test finds it first.
    """
    if request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    wanted = getattr(view, MARK, None)
    user = _user()
    g.user = user
    g.grants = active_grants(user.id) if user is not None else []
    g.actor = actor_for(user) if user is not None else Actor(None, "")
    g.grant = None
    if wanted == "public":
        return
    if not isinstance(wanted, Permission):
        raise Forbidden
    if user is None:
        if wants_json():
            abort(401)
        abort(current_app.make_response(current_app.login_manager.unauthorized()))  # type: ignore[attr-defined]
    fair = g.get("fair")
    grant = matching_grant(g.grants, wanted, fair.id if fair is not None else None)
    if grant is None and not (wanted.own_company or wanted.signed_in):
        raise Forbidden
    g.grant = grant
    g.actor = actor_for(user, grant)


def _user() -> User | None:
    if wants_json():
        return _bearer()
    return current_user._get_current_object() if current_user.is_authenticated else None


def _bearer() -> User | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    found = user_by_token(token.strip())
    if found is None:
        return None
    user, row = found
    if row.last_used_at is None or (now() - row.last_used_at).total_seconds() > 600:
        with transaction():
            row.last_used_at = now()
    return user
