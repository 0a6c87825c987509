"""Flask-Security bound to our users, our outbox and our transactions; and the one hook that enforces permissions."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_security import RoleMixin, Security, SQLAlchemyUserDatastore, Totp, hash_password
from flask_security.forms import RegisterFormV2
from flask_security.recoverable import generate_reset_password_token
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from fairs.accounts.letters import OutboxMailUtil, link
from fairs.accounts.models import RoleGrant, User
from fairs.accounts.queries import active_grants, actor_for, hash_token, matching_grant, reads_masked, user_by_token
from fairs.audit.service import record
from fairs.config import Config
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import commit_foreign, db, transaction
from fairs.core.errors import Forbidden
from fairs.core.i18n import FOLDER, current_locale
from fairs.core.kept import kept
from fairs.core.limits import GUESSING, GUESSING_ONE, LETTERS_ONE, PUBLIC_FORM, limiter
from fairs.core.masking import set_masked
from fairs.core.permissions import Permission, Role
from fairs.core.text import one_line
from fairs.core.web import HOT, MARK, mark_public, wants_fragment, wants_json


class Datastore(SQLAlchemyUserDatastore):
    """Flask-Security's store of users; it commits through our one exception."""

    def commit(self) -> None:
        """Commit what Flask-Security changed."""
        commit_foreign()

    def create_user(self, **kwargs: Any) -> User:
        """A person who signs up: reads the language of the page, and is in the history like every other user."""
        values = self._prepare_create_user_args(**kwargs)  # type: ignore[no-untyped-call]
        values.pop("roles")
        user = User(locale=current_locale(), **values)
        db.session.add(user)
        db.session.flush()
        record("accounts.sign_up", user, by=actor_for(user), after={"email": user.email})
        return user


class NoRole(RoleMixin):
    """Flask-Security asks for a model of roles; ours are RoleGrant, which it never sees."""


class OneTimeTotp(Totp):
    """A code of the authenticator app opens once, though it is shown for half a minute (ASVS 2.8.4)."""

    def get_last_counter(self, user: Any) -> int | None:
        """The step of the code that was used last."""
        last: int | None = user.tf_last_counter
        return last

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Remember the step; Flask-Security commits."""
        user.tf_last_counter = tmatch.counter


class SignUpForm(RegisterFormV2):
    """Sign-up with the person's name."""

    name = StringField(
        _l("Your name"),
        [InputRequired(_l("Please fill this in.")), Length(max=200)],
        filters=[lambda value: one_line(str(value)) if value else value],
        render_kw={"autocomplete": "name"},
    )


RESET_DAYS = 3
CONFIRM_DAYS = 3


# The first choice of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
_ARGON2 = {"argon2__memory_cost": 19_456, "argon2__rounds": 2, "argon2__parallelism": 1}
_ARGON2_QUICK = {"argon2__memory_cost": 64, "argon2__rounds": 1, "argon2__parallelism": 1}  # tests sign in very often


def _cipher_key(config: Config) -> str:
    digest = hashlib.sha256(b"fairs recovery codes" + config.secret("field_key").encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()


def settings(config: Config) -> dict[str, Any]:
    """Flask-Security's settings."""
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": _ARGON2_QUICK if config.testing else _ARGON2,
        # Of what a mail's link is tied to (long random text under a signature): a slow hash would only hold up others.
        "SECURITY_HASHING_SCHEMES": ["hex_sha256"],
        "SECURITY_DEPRECATED_HASHING_SCHEMES": [],
        "SECURITY_PASSWORD_SALT": config.secret("password_salt"),
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_PASSWORD_BREACHED_COUNT": 1,
        "SECURITY_PASSWORD_CHECK_BREACHED": None,
        "SECURITY_PASSWORD_CONFIRM_REQUIRED": False,
        "SECURITY_REGISTERABLE": True,
        "SECURITY_USE_REGISTER_V2": True,
        "SECURITY_CONFIRMABLE": True,
        "SECURITY_DATETIME_FACTORY": now,  # its own is naive, which UTCDateTime refuses
        "SECURITY_AUTO_LOGIN_AFTER_CONFIRM": True,
        "SECURITY_RECOVERABLE": True,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_REQUIRED": False,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,  # a second factor that a mailbox opens is none
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": [_cipher_key(config)],
        "SECURITY_TOTP_SECRETS": {"1": config.secret("totp")},
        "SECURITY_TOTP_ISSUER": "Fairs",
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_EMAIL_SENDER": config.mail_sender,
        "SECURITY_EMAIL_PLAINTEXT": False,  # our letters render the mails
        "SECURITY_EMAIL_HTML": False,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(days=RESET_DAYS),
        "SECURITY_CONFIRM_EMAIL_WITHIN": timedelta(days=CONFIRM_DAYS),
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
        # What protects the account is changed only by who has typed the password within the hour.
        "SECURITY_FRESHNESS": timedelta(hours=1),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=15),
    }


def init_app(app: Flask, config: Config) -> None:
    """Bind Flask-Security and the permission hook."""
    app.config.update(settings(config))
    # The classes go to the constructor: init_app() would drop them without a word.
    security = Security(mail_util_cls=OutboxMailUtil, totp_cls=OneTimeTotp, register_form=SignUpForm)
    security.init_app(app, Datastore(db, User, NoRole))
    security.want_json(lambda _request: False)
    for endpoint in list(app.view_functions):
        # Flask-Security guards its own views; signing in and resetting are open by nature.
        if endpoint.startswith("security.") and endpoint != "security.static":
            app.view_functions[endpoint] = _guarded(endpoint, app.view_functions[endpoint])
        if endpoint in {"static", "bootstrap.static"} or endpoint.startswith("security"):
            mark_public(app, endpoint)
    app.before_request(identify)
    app.teardown_request(lambda _error: set_masked(False))
    app.before_request(enforce)
    app.before_request_funcs[None].insert(0, _no_session)


def _no_session() -> None:
    # A session opens nothing under /api, so that nobody need look for one there.
    if wants_json():
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


# These write nothing, or must not hold the write lock while a password is stretched.
_OUTSIDE_TRANSACTION = {"security.login", "security.logout", "security.verify"}
_SENDS_MAIL = {"security.register", "security.forgot_password", "security.send_confirmation"}


def _guarded(endpoint: str, view: Callable[..., Any]) -> Callable[..., Any]:
    """One transaction around a view that writes, its mails included; guessing is slow; only forms, no JSON."""

    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.is_json:
            abort(415)
        if endpoint == "security.two_factor_token_validation" and _is_astray():
            return redirect(url_for("security.two_factor_setup"))
        if endpoint in _OUTSIDE_TRANSACTION:
            return view(*args, **kwargs)
        with transaction():
            return view(*args, **kwargs)

    if endpoint == "security.logout":
        return guarded
    limits = (PUBLIC_FORM, LETTERS_ONE) if endpoint in _SENDS_MAIL else (GUESSING, GUESSING_ONE)
    limited: Callable[..., Any] = guarded
    for limit, key in zip(limits, (None, _whose), strict=True):
        limited = limiter.limit(limit, key_func=key, methods=["POST"], scope=endpoint, deduct_when=_counts)(limited)
    return limited


def _is_astray() -> bool:
    # Flask-Security signs out whoever comes to this page in the middle of nothing; a link must not be able to do that.
    return g.user is not None and session.get("tf_state") != "validating_profile"


def _counts(response: Response) -> bool:
    # A form that is shown again was wrong; a right one leads on. Asking for a letter counts always.
    return response.status_code < 300 or request.endpoint in _SENDS_MAIL


def _whose() -> str:
    """The account that is being tried, whoever tries it and from wherever."""
    tried = request.form.get("email", "").strip().lower()
    return f"account:{tried or getattr(g.get('user'), 'id', '') or session.get('tf_user_id', request.remote_addr)}"


def hashed(password: str) -> str:
    """A password's argon2 hash. Its letters are brought into the form in which the sign-in page compares them."""
    return str(hash_password(current_app.extensions["security"].password_util.normalize(password)))


def password_link(user: User) -> str:
    """The address where an invited user chooses a password; it works for a few days and once."""
    return link("/account/reset/", generate_reset_password_token(user))  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token that belongs to a thing, not to a person, opens: some permissions at one fair. ``key`` names it for rate limits."""

    key: str
    fair_id: int
    permissions: frozenset[Permission]
    actor: Actor
    holder: Any


_passes: dict[str, Callable[[str], Pass | None]] = {}


def register_passes(prefix: str, find: Callable[[str], Pass | None]) -> None:
    """A feature above hands out bearer tokens that begin with ``prefix``; ``find`` gives what one of them opens."""
    _passes[prefix] = find


def _pass() -> Pass | None:
    """The pass of this call's token, if it is one of a thing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not wants_json():
        return None
    token = token.strip()
    return next((find(token) for prefix, find in _passes.items() if token.startswith(prefix)), None)


def identify() -> None:
    """Before each request: find who acts and which roles they hold."""
    set_masked(False)
    if request.endpoint is None:
        return
    found = _pass()
    g.bearer_pass = found
    if found is not None:
        g.user, g.grants, g.user_locale, g.grant, g.actor = None, [], None, None, found.actor
        return
    if wants_json() and getattr(current_app.view_functions[request.endpoint], HOT, False):
        user, g.grants = _bearers.get(hash_token(request.headers.get("Authorization", "")), _detached_bearer)
    else:
        user = _user()
        g.grants = active_grants(user.id) if user is not None else []
    g.user = user
    # Read here once: after a transaction the user would be loaded again just for the language.
    g.user_locale = user.locale if user is not None else None
    g.actor = actor_for(user) if user is not None else Actor(None, "")
    g.grant = None


def enforce() -> None:
    """Before each request: refuse a view whose permission the person does not have.

    A route without a mark is refused for everybody; a test finds it first.
    """
    if request.endpoint is None:
        return
    wanted = getattr(current_app.view_functions[request.endpoint], MARK, None)
    user = g.user
    if wanted == "public":
        return
    if not isinstance(wanted, Permission):
        raise Forbidden
    fair = g.get("fair")
    if g.bearer_pass is not None:
        if wanted not in g.bearer_pass.permissions or fair is None or fair.id != g.bearer_pass.fair_id:
            raise Forbidden
        return
    if user is None:
        if wants_json() or wants_fragment():
            abort(401)
        abort(current_app.make_response(current_app.login_manager.unauthorized()))  # type: ignore[attr-defined]
    grant = matching_grant(g.grants, wanted, fair.id if fair is not None else None)
    if grant is None and not (wanted.own_company or wanted.signed_in):
        raise Forbidden
    # Only readings: an auditor changes nothing but what is their own. What belongs to their own company they see as it is.
    if request.method in {"GET", "HEAD"} or (grant is not None and grant.role is Role.AUDITOR):
        set_masked(
            not (wanted.own_company and grant is None) and reads_masked(g.grants, fair.id if fair is not None else None)
        )
    g.grant = grant
    g.actor = actor_for(user, grant)


def _user() -> User | None:
    if wants_json():
        return _bearer()
    return current_user._get_current_object() if current_user.is_authenticated else None


_bearers = kept("api_tokens", "users", "role_grants")


def _detached_bearer() -> tuple[User | None, list[RoleGrant]]:
    """The caller and the roles they hold, belonging to no session, so that other requests may use them too."""
    user = _bearer()
    if user is None:
        return None, []
    grants = list(active_grants(user.id))
    for one in {user, *grants, *(grant.lent_by for grant in grants if grant.lent_by is not None)}:
        db.session.expunge(one)
    return user, grants


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
