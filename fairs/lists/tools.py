"""What pages of lists and records show of views, acts and neighbours, for the reader of this request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import g, request, url_for

from fairs.accounts.queries import matching_grant
from fairs.core.lists import BulkAction, ListSpec, count, known, list_spec, neighbours
from fairs.core.permissions import Permission, Role
from fairs.lists.models import SavedView
from fairs.lists.queries import pinned_views, views_of
from fairs.lists.service import may_share_with, roles_at

PANEL = "Fairs-Panel"
"""Header of a request for the side panel; its value is the query string of the list beside it."""


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A view as a list shows it."""

    view: SavedView
    url: str
    query: str
    is_current: bool
    is_own: bool
    is_pinned: bool


@dataclass(frozen=True, slots=True)
class ListTools:
    """What the reader may do with the list on this page."""

    spec: ListSpec
    views: list[ViewLink]
    query: str
    actions: list[BulkAction]
    total: int
    roles: list[Role]

    @property
    def args(self) -> dict[str, str]:
        """The present filter and order, for the addresses of the rows."""
        return {name: value for name, value in known(self.spec, request.args).items() if name not in self.spec.fixed}

    def url(self, endpoint: str) -> str:
        """The address of a page or form of this list, with the present filter."""
        return address_to(f"lists.{endpoint}", {"key": self.spec.key, **known(self.spec, request.args)})


def fair_id_here() -> int | None:
    """The fair of this request, by number; None on a page of no fair."""
    fair = g.get("fair")
    return fair.id if fair is not None else None


def may_here(permission: Permission) -> bool:
    """Whether the reader has the permission at this fair."""
    return matching_grant(g.get("grants") or [], permission, fair_id_here()) is not None


def roles_here() -> set[Role]:
    """The reader's roles at this fair."""
    return roles_at(g.get("grants") or [], fair_id_here())


def query_of(spec: ListSpec, args: Mapping[str, str]) -> str:
    """The query string of a view, without what is fixed for the list."""
    return urlencode({name: value for name, value in known(spec, args).items() if name not in spec.fixed})


def address_to(endpoint: str, values: Mapping[str, Any]) -> str:
    """The address of a page with these arguments and query values."""
    return url_for(endpoint, **dict(values))


def address_of(spec: ListSpec, query: str) -> str:
    """The address of a list with this filter and order."""
    return address_to(spec.endpoint, {**dict(parse_qsl(query)), **spec.fixed})


def list_tools(key: str) -> ListTools:
    """Views and actions of a list, for its page; three statements however long the list is."""
    spec = list_spec(key)
    query = query_of(spec, request.args)
    links = [
        ViewLink(
            view, address_of(spec, view.query), view.query, view.query == query, view.owner_id == g.user.id, pinned
        )
        for view, pinned in views_of(key, g.user.id, roles_here(), fair_id_here())
    ]
    actions = [action for action in spec.actions if may_here(action.permission)]
    total = count(spec, g.get("fair"), known(spec, request.args))
    roles = may_share_with(roles_here()) if spec.for_fair else []
    return ListTools(spec, links, query, actions, total, roles)


def _list_args(spec: ListSpec) -> dict[str, str]:
    """The filter of the list that a record was opened from: of the panel's header, else of the page's own address."""
    beside = request.headers.get(PANEL)
    return known(spec, dict(parse_qsl(beside[:4000])) if beside is not None else request.args)


def record_place(key: str, reference: Any) -> dict[str, Any]:
    """Where a record stands in its list: addresses of the ones before and after, of the list, and the filter."""
    spec = list_spec(key)
    args = _list_args(spec)
    if spec.record is None or not may_here(spec.permission):
        return {"before": None, "after": None, "back": address_to(spec.endpoint, spec.fixed), "filter": {}}
    endpoint, name = spec.record
    before, after = neighbours(spec, g.get("fair"), args, reference)
    args = {key: value for key, value in args.items() if key not in spec.fixed}
    return {
        "before": address_to(endpoint, {name: before, **args}) if before is not None else None,
        "after": address_to(endpoint, {name: after, **args}) if after is not None else None,
        "back": address_to(spec.endpoint, {**args, **spec.fixed}),
        "filter": args,
    }


def pinned_counts() -> list[dict[str, Any]]:
    """The reader's pinned views of this fair with their counts; only of lists that they may open."""
    user, fair = g.get("user"), g.get("fair")
    if user is None or fair is None:
        return []
    found = []
    for view in pinned_views(user.id, roles_here(), fair.id):
        spec = list_spec(view.list_key)
        if not may_here(spec.permission):
            continue
        args = known(spec, dict(parse_qsl(view.query)))
        number = count(spec, fair if spec.for_fair else None, args)
        found.append({"view": view, "list": spec.title, "count": number, "url": address_of(spec, view.query)})
    return found
