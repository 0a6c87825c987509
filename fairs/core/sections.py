"""The parts of a section of the menu: the row of tabs over their pages, one entry of the menu for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint

from fairs.core.permissions import Permission


@dataclass(frozen=True, slots=True)
class Part:
    """A page of a section; shown to those who have ``permission``, where ``when`` holds."""

    endpoint: str
    label: Any
    icon: str
    permission: Permission
    when: Callable[[], bool] | None = None


def section(label: Any, parts: Iterable[Part], blueprints: Iterable[Blueprint]) -> None:
    """Let the templates of ``blueprints`` show these parts with ``layouts/_section.html``; called once by a feature."""
    values = {"section_label": label, "section_parts": tuple(parts)}
    for blueprint in blueprints:
        blueprint.context_processor(lambda: dict(values))
