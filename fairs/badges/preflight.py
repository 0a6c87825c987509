"""What would print badly: found before the first badge leaves the printer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fairs.badges.face import BadgeFace
from fairs.badges.layouts import Layout


@dataclass(frozen=True, slots=True)
class PreflightNote:
    """A badge (by its reference) with a field that prints badly. ``kind`` is missing_glyphs, too_small, missing_photo or cut."""

    reference: str
    kind: str
    field: str
    text: str


def preflight(faces: Iterable[BadgeFace], layout: Layout) -> list[PreflightNote]:
    """Everything about these badges that the layout prints badly, in their order."""
    return []
