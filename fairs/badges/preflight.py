"""What would print badly: found before the first badge leaves the printer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.badges.drawing import Side, Words, sides_of
from fairs.badges.face import BadgeFace
from fairs.badges.faces import each_face
from fairs.badges.layouts import FIELDS, READABLE_PT, Layout
from fairs.badges.models import Badge
from fairs.badges.states import BadgeState
from fairs.core import fonts
from fairs.core.db import db

#: What can be wrong with a badge, for people.
KINDS = {
    "missing_glyphs": _l("Letters that no font has"),
    "too_small": _l("Letters too small to read"),
    "cut": _l("The end is cut off"),
    "missing_photo": _l("No portrait"),
}


@dataclass(frozen=True, slots=True)
class PreflightNote:
    """A badge (by its reference) with a field that prints badly. ``kind`` is one of KINDS.

    ``text`` is what the field says; for missing glyphs only the characters that cannot be drawn.
    """

    reference: str
    kind: str
    field: str
    text: str

    @property
    def label(self) -> Any:
        """What is wrong, for people."""
        return KINDS[self.kind]

    @property
    def field_label(self) -> Any:
        """Which field it is, for people."""
        return FIELDS.get(self.field, "")


def preflight(faces: Iterable[BadgeFace], layout: Layout) -> list[PreflightNote]:
    """Everything about these badges that the layout prints badly, in their order.

    Names that no font can draw give way to the passport's, but they are noted: the wearer expects the own name.
    """
    sides = sides_of(layout)
    seen: set[tuple[str, str]] = set()
    return [note for face in faces for note in _notes(face, layout, sides, seen)]


def preflight_fair(
    fair_id: int, layout: Layout, *, categories: Sequence[str] = (), printed: bool = True
) -> list[PreflightNote]:
    """The notes on a fair's valid badges: of some categories, and without those printed already where that is wanted."""
    query = select(Badge.id).where(Badge.fair_id == fair_id, Badge.state == BadgeState.ACTIVE)
    if categories:
        query = query.where(Badge.category.in_(categories))
    if not printed:
        query = query.where(Badge.printed_at.is_(None))
    ids = db.session.scalars(query.order_by(Badge.reference)).all()
    return preflight(each_face(ids, signed=False, photos=layout.shows_photo), layout)


def _notes(
    face: BadgeFace, layout: Layout, sides: Sequence[Side], shared: set[tuple[str, str]]
) -> Iterator[PreflightNote]:
    if layout.shows_photo and not face.photo and _wants_photo(face, layout):
        yield PreflightNote(face.reference, "missing_photo", "", "")
    if any(one.field == "native_name" and one.shown_to(face.category) for side in sides for one in side.elements):
        missing = fonts.missing_glyphs(face.native_name, face.native_language)
        if missing:
            yield PreflightNote(face.reference, "missing_glyphs", "native_name", missing)
    for side in sides:
        for words in side.tight_words(face, READABLE_PT):
            for kind, text in _faults(words):
                # The name of the fair is the same on all badges: once is enough.
                if side.is_shared(words.element):
                    if (words.element.id, words.text) in shared:
                        continue
                    shared.add((words.element.id, words.text))
                yield PreflightNote(face.reference, kind, words.element.field, text)


def _wants_photo(face: BadgeFace, layout: Layout) -> bool:
    return any(one.kind == "photo" and one.shown_to(face.category) for side in layout.sides for one in side)


def _faults(words: Words) -> Iterator[tuple[str, str]]:
    missing = fonts.missing_glyphs(words.text, words.language)
    if missing:
        yield "missing_glyphs", missing
    if words.block.truncated:
        yield "cut", words.text
    elif words.block.lines and words.block.size < READABLE_PT - 0.05:
        yield "too_small", words.text
