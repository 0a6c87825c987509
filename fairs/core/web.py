"""What routes share: marks of permission, navigation, safe redirects, lists page by page. No rules of any fair here."""

from __future__ import annotations

import base64
import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, redirect, request
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, false, or_
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response as BaseResponse

from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.masking import readable_keys
from fairs.core.permissions import Permission

T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])
MARK = "__fairs_permission__"
HOT = "__fairs_hot__"


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view: only who has ``permission`` reaches it. ``accounts`` enforces it before each request."""

    def mark(view: View) -> View:
        setattr(view, MARK, permission)
        return view

    return mark


def public(view: View) -> View:
    """Mark a view as open to everybody."""
    setattr(view, MARK, "public")
    return view


def hot(view: View) -> View:
    """Mark a view that programs call many times a second: who calls and which fair it is may be kept for a moment.

    Such a view uses the columns of ``g.fair`` and the user only: they belong to no session.
    """
    setattr(view, HOT, True)
    return view


def mark_public(app: Flask, endpoint: str) -> None:
    """Mark a library's view as open. Bound methods take no mark, so a plain function stands in for the view."""
    view = app.view_functions[endpoint]

    @functools.wraps(view)
    def plain(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    app.view_functions[endpoint] = public(plain)


def actor() -> Actor:
    """Who acts in this request."""
    by: Actor = g.get("actor", SYSTEM)
    return by


def wants_fragment() -> bool:
    """Whether htmx asked for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def wants_json() -> bool:
    """Whether the answer must be for a program."""
    return request.path.startswith("/api/")


def answers_json(view: View) -> View:
    """Mark a view for the script of a page: what it returns goes out as JSON (a Response as it is), errors as JSON
    with their code and message."""

    @functools.wraps(view)
    def plain(*args: Any, **values: Any) -> Response:
        try:
            body, status = view(*args, **values), 200
            if isinstance(body, Response):
                return body
        except DomainError as error:
            body, status = {"code": error.code, "message": str(error), "field": error.field}, error.status
        answer = Response(current_app.json.dumps(body, ensure_ascii=False), status, mimetype="application/json")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return cast("View", plain)


def safe_next(target: str | None, fallback: str) -> str:
    """``target`` when it is an address within this site, else ``fallback`` (no open redirects)."""
    if not target or not target.isprintable():
        return fallback
    try:
        parts = urlsplit(target)
    except ValueError:
        return fallback
    local = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if local else fallback


def go(target: str) -> BaseResponse:
    """Redirect after a POST; for htmx the whole page goes there."""
    if wants_fragment():
        answer = Response(status=204)
        if _is_shown(target):
            answer.headers["HX-Refresh"] = "true"
        else:
            answer.headers["HX-Redirect"] = iri_to_uri(target)
        return answer
    return redirect(target, 303)


def _is_shown(target: str) -> bool:
    """Whether the page is at ``target`` already but for the place on it: going there would load nothing anew."""
    place, mark, _anchor = iri_to_uri(target).partition("#")
    try:
        now = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return False
    return bool(mark) and place == (f"{now.path}?{now.query}" if now.query else now.path)


def private_page(page: str, offline: str) -> Response:
    """A page that only its token opens: no other site learns the address, no search engine and no shared cache keeps it.

    ``offline`` tells the service worker of phone pages what to do: ``until=<last day>`` keep it, ``drop`` forget it.
    """
    answer = Response(page)
    answer.headers["Cache-Control"] = "private, no-cache"
    # The site, never the address with its token. "no-referrer" would take from the page's own forms the referrer that the CSRF
    # check over TLS asks for.
    answer.headers["Referrer-Policy"] = "strict-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.headers["X-Fairs-Offline"] = offline
    return answer


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry of the fair's (or the system's) menu; shown to those who have ``permission``."""

    key: str
    label: Any
    icon: str
    endpoint: str
    permission: Permission
    order: int
    for_fair: bool = True
    bottom: bool = False
    badge: Callable[[], int] | None = None
    for_kind: str = ""  # only at fairs of this kind
    pages: tuple[str, ...] = ()  # blueprints whose pages lie elsewhere and belong to it
    when: Callable[[], bool] | None = None  # only where this holds, as for what an installation may lack

    @property
    def group(self) -> Any:
        """The heading under which it stands; empty for what comes first."""
        return next(heading for end, heading in _GROUPS if self.order < end)


# Where a group of the menu ends, by the order of its entries.
_GROUPS: tuple[tuple[int, Any], ...] = (
    (20, ""), (30, _l("Plan and sale")), (40, _l("Taking part")), (60, _l("Guests")), (100, _l("At the fair and after")),
    (130, _l("Money")), (935, _l("This fair")), (10_000, _l("All fairs together")),
)  # fmt: skip
_navigation: dict[str, NavItem] = {}


def register_nav(item: NavItem) -> None:
    """Add an entry to the menu; called once by each feature's routes module."""
    _navigation[item.key] = item


def navigation() -> list[NavItem]:
    """All entries in their order."""
    return sorted(_navigation.values(), key=lambda item: item.order)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; ``next`` is the cursor of the following one or None."""

    items: Sequence[T]
    next: str | None


def paginate(query: Select[T], *keys: tuple[Any, bool], limit: int = 50, cursor: str | None = None) -> Page[T]:
    """Keyset paging: ``keys`` are (column, descending), the last one unique. Raises InvalidInput on a broken cursor.

    Rows without a value come last in both directions, on both databases.
    """
    return _page(lambda wanted: list(db.session.scalars(wanted).unique()), query, keys, limit, cursor)


def paginate_rows(query: Select[Any], *keys: tuple[Any, bool], limit: int = 50, cursor: str | None = None) -> Page[Any]:
    """The same for a query of columns; the keys are among its columns."""
    return _page(lambda wanted: list(db.session.execute(wanted)), query, keys, limit, cursor)


def _page(
    read: Callable[[Any], list[Any]],
    query: Select[Any],
    keys: Sequence[tuple[Any, bool]],
    limit: int,
    cursor: str | None,
) -> Page[Any]:
    keys = readable_keys(keys)
    for column, descending in keys:
        order = column.desc() if descending else column.asc()
        query = query.order_by(order.nulls_last() if _may_be_null(column) else order)
    if cursor:
        query = query.where(_after(keys, _decode(cursor, len(keys))))
    rows = read(query.limit(limit + 1))
    if len(rows) <= limit:
        return Page(rows, None)
    rows = rows[:limit]
    last = [getattr(rows[-1], column.key) for column, _ in keys]
    return Page(rows, base64.urlsafe_b64encode(json.dumps(last, default=str).encode()).decode().rstrip("="))


def _decode(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeDecodeError) as error:
        raise InvalidInput(field="cursor") from error
    if not isinstance(values, list) or len(values) != length:
        raise InvalidInput(field="cursor")
    if not all(isinstance(value, str | int | None) and not isinstance(value, bool) for value in values):
        raise InvalidInput(field="cursor")
    return values


def _after(keys: Sequence[tuple[Any, bool]], values: list[Any]) -> Any:
    try:
        typed = [_typed(column, value) for (column, _), value in zip(keys, values, strict=True)]
    except (ValueError, TypeError) as error:
        raise InvalidInput(field="cursor") from error
    steps = []
    for index, (column, descending) in enumerate(keys):
        equal = [keys[i][0] == typed[i] for i in range(index)]
        steps.append(and_(*equal, _behind(column, descending, typed[index])))
    return or_(*steps)


def _may_be_null(column: Any) -> bool:
    return bool(getattr(column, "nullable", True))


def _behind(column: Any, descending: bool, value: Any) -> Any:
    if value is None:
        return false()  # the rows without a value are the last ones
    further = column < value if descending else column > value
    return or_(further, column.is_(None)) if _may_be_null(column) else further


def _typed(column: Any, value: Any) -> Any:
    kind = column.type.python_type
    if isinstance(value, kind) or (value is None and _may_be_null(column)):
        return value
    if hasattr(kind, "fromisoformat"):
        moment = kind.fromisoformat(value)
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise ValueError("a moment without time zone")
        return moment
    try:
        return kind(value)
    except ArithmeticError as error:  # decimal's own kind of ValueError
        raise ValueError(str(error)) from error
