"""The application factory: extensions, then an explicit list of features."""

from __future__ import annotations

import importlib
import importlib.util
import os
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request, url_for
from flask_bootstrap import Bootstrap5
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from fairs.accounts import security
from fairs.accounts.queries import matching_grant
from fairs.calendar.context import fairs_of_user
from fairs.config import ROOT, Config
from fairs.core import (
    assets,
    compression,
    crypto,
    db,
    error_pages,
    faults,
    headers,
    health,
    i18n,
    installation,
    kept,
    limits,
    logs,
    observe,
    public_cache,
    rest,
    storage,
)
from fairs.core.permissions import Permission, Role
from fairs.core.web import NavItem, mark_public, navigation
from fairs.demo.people import sample_accounts
from fairs.jobs import queue

# In the order of the layers, lowest first. A feature has any of these parts; `handlers` and `tasks` register themselves.
FEATURES = (
    "jobs", "messages", "audit", "accounts", "directory", "identity", "documents", "programme", "calendar", "lists", "floorplans", "payments",
    "banking", "cashdesk", "cards", "badges", "printing", "notes", "funding", "budgets", "exhibitors", "importers", "visitors", "checkin", "booths", "dunning",
    "books", "allocation", "agreements", "sitework", "cases", "ceremonies",
    "contracts", "sales", "surveys", "followups", "invitations", "hosting", "letters", "contacts", "hospitality", "lodging", "claims", "reports",
    "statements", "closing", "workplace", "privacy", "site", "demo",
    "operations",
)  # fmt: skip
PARTS = ("models", "handlers", "calendar_entries", "tasks", "routes", "api", "cli")

csrf = CSRFProtect()


def create_app(config: Config | None = None) -> Flask:
    """The application for ``config`` (default: from the environment)."""
    config = config or Config.from_env()
    config.instance_path.mkdir(parents=True, exist_ok=True)
    app = Flask(
        "fairs",
        instance_path=str(config.instance_path),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.update(
        SECRET_KEY=config.secret("secret_key"),
        SQLALCHEMY_DATABASE_URI=config.resolved_database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True} if config.database_url else {},
        MAX_CONTENT_LENGTH=config.max_upload_mb * 2**20 + 2**16,
        MAX_FORM_MEMORY_SIZE=2**20,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=config.secure_cookies,
        REMEMBER_COOKIE_SECURE=config.secure_cookies,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=config.secure_cookies,
        BASE_URL=config.base_url.rstrip("/"),
        TESTING=config.testing,
        PROPAGATE_EXCEPTIONS=False,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if config.trusted_proxies:
        n = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    _extensions(app, config)
    _features(app)
    security.init_app(app, config)
    rest.refuse_deep_json(app)
    importlib.import_module("fairs.calendar.context").init_app(app)
    importlib.import_module("fairs.operations.metrics").init_app(app)
    _templates(app, config)
    return app


def _extensions(app: Flask, config: Config) -> None:
    db.db.init_app(app)
    with app.app_context():
        db.install(db.db.engine)
    if not getattr(db.db, "fairs_guards", False):
        db.install_guards()
        db.db.fairs_guards = True  # type: ignore[attr-defined]
    if config.testing or os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        from flask_migrate import Migrate  # ten megabytes that a web server never uses

        Migrate(app, db.db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    csrf.init_app(app)
    Bootstrap5(app)
    # The order counts twice: functions after a request run last first, and each layer is put around those before.
    public_cache.init_app(app, config)
    kept.init_app(app, config)
    observe.init_app(app)
    logs.configure(config)
    compression.init_app(app)
    i18n.init_app(app)
    limits.init_app(app, config)
    headers.init_app(app, config)
    error_pages.init_app(app)
    storage.configure(config.resolved_files_url, config.max_upload_mb * 2**20)
    crypto.configure(config.secret("field_key"))
    faults.configure(config)
    queue.init_app(app, config)
    installation.init_app(app, config)
    app.register_blueprint(health.bp)


def _features(app: Flask) -> None:
    app.config.update(
        API_TITLE="Fairs", API_VERSION="v1", OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json", ETAG_DISABLED=True,
    )  # fmt: skip
    api = rest.RestApi(app)
    for feature in FEATURES:
        for part in PARTS:
            name = f"fairs.{feature}.{part}"
            if importlib.util.find_spec(name) is not None:
                _register(app, api, part, importlib.import_module(name))
    importlib.import_module("fairs.api.openapi").init_app(api)
    mark_public(app, "api-docs.openapi_json")


def _register(app: Flask, api: rest.RestApi, part: str, module: ModuleType) -> None:
    if part == "routes":
        for blueprint in getattr(module, "blueprints", None) or [module.bp]:
            app.register_blueprint(blueprint)
        for blueprint in getattr(module, "signed", ()):
            csrf.exempt(blueprint)  # programs that sign each message call it; no session opens anything there
    elif part == "cli":
        for group in getattr(module, "groups", None) or [module.cli]:
            app.cli.add_command(group)
    elif part == "api":
        for blueprint in getattr(module, "blueprints", None) or [module.blp]:
            api.register_blueprint(blueprint)
            csrf.exempt(blueprint)  # bearer tokens only: a session cookie opens nothing under /api


def _templates(app: Flask, config: Config) -> None:
    @app.before_request
    def note_defaults() -> None:
        g.default_locale = config.default_locale

    # Macros are imported without context, so what they call is global.
    app.jinja_env.globals.update(static_url=assets.static_url, csp_nonce=headers.csp_nonce, csrf_token=generate_csrf)

    # Before the permission hook, so that its messages are in the right language already.
    app.before_request_funcs[None].insert(0, app.before_request_funcs[None].pop())

    @app.context_processor
    def context() -> dict[str, Any]:
        fair = g.get("fair")
        now: Config = app.extensions["fairs_config"]  # an administrator may change it while we run
        items = _menu(fair)
        return {
            "csp_nonce": headers.csp_nonce,
            "static_url": assets.static_url,
            "csrf_token": generate_csrf,
            "current_user": current_user,
            "fair": fair,
            "locale": i18n.current_locale(),
            "language_choices": i18n.language_choices,
            "language_url": lambda lang: url_for("accounts.language", locale=lang, next=_without_lang()),
            "can": _can,
            "role_label": _role_label(fair),
            "actor_label": g.actor.label if "actor" in g else "",
            "my_fairs": fairs_of_user(g.get("grants") or []),
            "nav_items": items,
            "nav_bottom": _bottom(items),
            "localized": i18n.localized,
            "country_name": i18n.country_name,
            "department": now.department if i18n.current_locale() == "vi" else now.department_en,
            "is_demo": config.demo,
            "demo_accounts": sample_accounts() if config.demo and request.endpoint == "security.login" else (),
        }


def _without_lang() -> str:
    # An address that names a language wins over what was chosen: the switch leads to the page without it.
    others = request.args.copy()
    others.poplist("lang")
    return f"{request.path}?{urlencode(list(others.items(multi=True)))}".rstrip("?")


def _can(permission: Permission) -> bool:
    fair = g.get("fair")
    return matching_grant(g.get("grants") or [], permission, fair.id if fair is not None else None) is not None


def _role_label(fair: Any) -> str:
    roles: list[Role] = []
    for grant in g.get("grants") or []:
        if (grant.fair_id is None or (fair is not None and grant.fair_id == fair.id)) and grant.role not in roles:
            roles.append(grant.role)
    return ", ".join(str(role.label) for role in roles)


def _menu(fair: Any) -> list[dict[str, Any]]:
    if not g.get("grants"):
        return []
    items = [_menu_entry(item, fair) for item in navigation() if _belongs(item, fair) and _can(item.permission)]
    # A page below two entries (money, and a part of it) belongs to the nearer one.
    nearest = max((len(item["url"]) for item in items if item["active"]), default=0)
    for item in items:
        item["active"] = item["active"] and len(item["url"]) == nearest
    return items


def _belongs(item: NavItem, fair: Any) -> bool:
    if (item.for_kind and (fair is None or fair.kind != item.for_kind)) or (item.when and not item.when()):
        return False
    return not item.for_fair or bool(fair)


def _bottom(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The role's four places on a phone: the overview, and what the fewest other roles may open."""
    marked = [item for item in items if item["bottom"]]
    roles = {grant.role for grant in g.get("grants") or []}
    if roles & {Role.ADMIN, Role.ORGANISER, Role.LEADERSHIP}:
        return marked[:4]
    nearest = sorted(marked[1:], key=lambda item: item["shared_by"])[:3]
    return marked[:1] + [item for item in marked if item in nearest]


def _menu_entry(item: NavItem, fair: Any) -> dict[str, Any]:
    url = url_for(item.endpoint, fair_slug=fair.slug) if item.for_fair else url_for(item.endpoint)
    # The list of all fairs lies above the pages of each fair, but is not open while one of them is.
    below = request.path.startswith(f"{url}/") and item.key != "overview" and (item.for_fair or not fair)
    active = request.path == url or below or request.blueprint in item.pages
    return {
        "shared_by": len(item.permission.roles), "key": item.key, "label": item.label, "icon": item.icon, "url": url, "bottom": item.bottom, "active": active,
        "group": item.group, "badge": item.badge() if item.badge else None,
    }  # fmt: skip
