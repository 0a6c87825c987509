"""Which layout prints for which category of badges, set for a whole fair at once."""

from __future__ import annotations

from collections.abc import Mapping

from fairs.badges.layout_service import change_layout, fair_layouts
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput


def choose_layouts(fair: Fair, chosen: Mapping[str, int | None], default: int | None, *, by: Actor) -> None:
    """Give each category its layout by id; those without one get ``default``, and None there is the standard layout.

    Raises InvalidInput (field: the category or ``default``) when the fair has no such layout.
    """
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=MINE, populate_existing=True)
        layouts = {one.id: one for one in fair_layouts(fair.id)}
        for field, layout_id in [*chosen.items(), ("default", default)]:
            if layout_id is not None and layout_id not in layouts:
                raise InvalidInput(field=field)
        wanted = {
            one: [str(category) for category in BadgeCategory if chosen.get(category) == one] for one in layouts
        }  # fmt: skip
        # First those that give something up: no category ever has two layouts, and no fair two defaults.
        for layout in layouts.values():
            kept = [category for category in layout.categories if category in wanted[layout.id]]
            still = layout.is_default and layout.id == default
            if kept != layout.categories or still != layout.is_default:
                change_layout(layout, layout.name, categories=kept, is_default=still, by=by)
        for layout in layouts.values():
            change_layout(layout, layout.name, categories=wanted[layout.id], is_default=layout.id == default, by=by)
