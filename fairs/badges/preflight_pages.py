"""What would print badly, before the first badge leaves the printer: names without glyphs, small letters, cuts, photos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from fairs.badges.designer_views import layout_here
from fairs.badges.faces import each_face
from fairs.badges.layout_service import drawable, layouts_for
from fairs.badges.layouts import READABLE_PT, Layout
from fairs.badges.models import Badge, BadgeLayout
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.preflight import KINDS, preflight
from fairs.badges.queries import BadgeFilter, badge_list
from fairs.badges.states import BadgeCategory
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.kept import kept
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.web import requires

bp = Blueprint("badge_preflight", __name__, url_prefix="/fairs/<fair_slug>/badges/preflight")

ICONS = {"missing_glyphs": "language-off", "too_small": "text-decrease", "cut": "cut", "missing_photo": "photo-off"}
#: So many badges are looked at in one go: as many as are printed at once.
MOST = 2000
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Finding:
    """Something on a badge that prints badly. ``field`` is named in the reader's language, ``text`` is what it says."""

    reference: str
    name: str
    category: BadgeCategory
    kind: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found, and how many badges were looked at."""

    rows: list[Finding]
    badges: int
    is_all: bool


def look(fair: Fair, wanted: BadgeFilter, layouts: Mapping[str, Layout]) -> Findings:
    """Look at the fair's valid badges that fit ``wanted``, the first MOST of them, each with its category's layout."""
    query = badge_list(fair.id, wanted).where(Badge.category.in_(list(layouts)))
    # Names only: no code is signed for looking at texts.
    ids = db.session.scalars(query.with_only_columns(Badge.id).order_by(Badge.reference).limit(MOST + 1)).all()
    photos = any(layout.shows_photo for layout in layouts.values())
    shown = list(each_face(ids[:MOST], signed=False, photos=photos))
    by_layout: dict[int, tuple[Layout, list[Any]]] = {}
    for face in shown:
        layout = layouts[face.category]
        by_layout.setdefault(id(layout), (layout, []))[1].append(face)
    known = {face.reference: face for face in shown}
    rows = [
        Finding(
            note.reference, known[note.reference].native_name, BadgeCategory(known[note.reference].category),
            note.kind, str(note.field_label), note.text,
        )
        for layout, some in by_layout.values()
        for note in preflight(some, layout)
    ]  # fmt: skip
    rows.sort(key=lambda row: (list(KINDS).index(row.kind), row.reference))
    return Findings(rows, len(shown), len(ids) <= MOST)


def _asked(layout: BadgeLayout | None, fair: Fair) -> tuple[BadgeFilter, Mapping[str, Layout]]:
    printed, category = request.args.get("printed", "no"), request.args.get("category", "")
    wanted = BadgeFilter(
        state="active",
        category=category if category in set(BadgeCategory) else "",
        printed="" if printed == "all" else "no",
    )
    if layout is None:
        return wanted, layouts_for(fair.id)
    drawn = drawable(layout.newest)
    return wanted, dict.fromkeys(layout.categories or map(str, BadgeCategory), drawn)


@bp.get("")
@requires(PRINT_BADGES)
def index() -> Any:
    """What would print badly of the badges that are not printed yet, with the layouts in force or (``layout``) a draft."""
    fair = current_fair()
    number = request.args.get("layout", "")
    layout = layout_here(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    wanted, layouts = _asked(layout, fair)
    found = look(fair, wanted, layouts)
    kind = request.args.get("kind", "")
    rows = [row for row in found.rows if kind not in KINDS or row.kind == kind]
    if request.args.get("format") == "xlsx":
        heads = [_("Number"), _("Person"), _("Category"), _("What is wrong"), _("Field"), _("Text")]
        lines = ([row.reference, row.name, str(row.category.label), str(KINDS[row.kind]), row.field, row.text] for row in rows)  # fmt: skip
        return sheet_response([Sheet(_("Check before printing"), heads, lines)], f"{fair.slug}-preflight", time_zone=fair.time_zone)  # fmt: skip
    return render_template(
        "badges/preflight.html", rows=rows[:_SHOWN], more=max(0, len(rows) - _SHOWN), found=found, most=MOST,
        counts=Counter(row.kind for row in found.rows), kinds=KINDS, icons=ICONS, kind=kind, layout=layout, wanted=wanted,
        concerned=len({row.reference for row in found.rows}), categories=list(BadgeCategory), readable=READABLE_PT,
        is_filtered=bool(kind in KINDS or wanted.category or not wanted.printed),
    )  # fmt: skip


_counts = kept("badges", "people", "companies", "badge_layouts", "badge_layout_versions", "fairs")


@bp.get("/count")
@requires(PRINT_BADGES)
def count() -> str:
    """How many of the badges to print would print badly: stands at the print button."""
    fair = current_fair()

    def concerned() -> int:
        found = look(fair, BadgeFilter(state="active", printed="no"), layouts_for(fair.id))
        return len({row.reference for row in found.rows})

    return render_template("badges/_preflight_count.html", count=_counts.get(fair.id, concerned))
