"""The panels of a guest's one screen. Features above register theirs; hospitality registers the page that shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fairs.core.permissions import Permission
from fairs.importers.models import Importer


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the screen: a template that is given what ``context(importer, form)`` returns; None leaves the panel out.

    ``form`` is a form of the panel that came back with errors, or None. ``permission``: who sees the panel at all.
    The template begins with ``<section id="panel-<key>">`` (macro ``panel`` of ``templates/hospitality/_panel.html``).
    """

    key: str
    order: int
    template: str
    context: Callable[[Importer, Any], Mapping[str, Any] | None]
    permission: Permission


@dataclass(frozen=True, slots=True)
class FilledPanel:
    """A panel with what its template needs."""

    panel: Panel
    context: Mapping[str, Any]


_panels: dict[str, Panel] = {}
_page: dict[str, Callable[[Importer, Mapping[str, Any]], Any]] = {}


def register_panel(panel: Panel) -> None:
    """Add a panel. Orders: support 10, identity 15, letters 20, flights 30, nights 40, transfers 50, claim 60, notes 90."""
    _panels[panel.key] = panel


def filled_panels(
    importer: Importer, may: Callable[[Permission], bool], forms: Mapping[str, Any]
) -> Sequence[FilledPanel]:
    """The panels that a reader may see, in order; ``forms`` are forms with errors by the panel's key."""
    found = []
    for panel in sorted(_panels.values(), key=lambda one: one.order):
        context = panel.context(importer, forms.get(panel.key)) if may(panel.permission) else None
        if context is not None:
            found.append(FilledPanel(panel, context))
    return found


def register_page(render: Callable[[Importer, Mapping[str, Any]], Any]) -> None:
    """Say how the screen is drawn; called once, by hospitality."""
    _page["guest"] = render


def guest_page(importer: Importer, key: str, form: Any) -> Any:
    """The screen again, with ``form`` and its errors in the panel ``key``, and 422 as its status."""
    return _page["guest"](importer, {key: form}), 422
