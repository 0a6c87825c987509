"""The plan of a run, coloured by which wish was met; each booth is a link, so that it works without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from fairs.allocation.results import Result, Row
from fairs.allocation.solver.problem import Site
from fairs.floorplans import drawing
from fairs.floorplans.models import Hall, Zone
from fairs.floorplans.plans import Drawn

MARKS = {"1": "1", "2": "2", "3": "3+", "0": "–", "n": "·"}  # beside the colour, in the booth's corner


def tone_words() -> dict[str, str]:
    """What the colours mean."""
    return {
        "1": _("First wish"), "2": _("Second wish"), "3": _("Later wish"), "0": _("No wish met"), "n": _("No wish stated"),
        "booked": _("Booked already"), "blocked": _("Not for sale"), "free": _("Free"),
    }  # fmt: skip


def draw(
    result: Result, hall: Hall, zones: Sequence[Zone], *, address: str, chosen: Row | None, target: set[int]
) -> Markup:
    """The hall. With somebody ``chosen`` each other booth leads to what moving them there would do."""
    sites = [site for site in result.problem.sites if site.hall == hall.id]
    shapes = {site.id: Drawn(site.code, site.x / 100, site.y / 100, site.w / 100, site.h / 100) for site in sites}
    tints = "".join(
        drawing.zone_tint(zone, [shapes[site.id] for site in sites if site.zone == zone.id]) for zone in zones
    )
    words = tone_words()
    mine = set(chosen.place.booth_ids) if chosen else set()
    booths = [
        _booth(
            result, site, shapes[site.id], words, f"{escape(address)}?hall={escape(hall.code)}", chosen, mine, target
        )
        for site in sites
    ]
    title = _("Plan of %(hall)s: %(count)s booths", hall=hall.name, count=len(sites))
    return drawing.draw(
        hall, [f'<g class="plan-zones">{tints}</g><g class="plan-booths">', *booths, "</g>"], title=title
    )


def _booth(
    result: Result, site: Site, shape: Drawn, words: dict[str, str], base: str, chosen: Row | None, mine: set[int],
    target: set[int],
) -> str:  # fmt: skip
    holder = result.holders.get(site.id)
    tone = holder.tone if holder else site.closed or "free"
    label = ", ".join([site.code, words[tone], *([holder.name] if holder else [])])
    who, data = "", ""
    if holder is not None:
        who = f"&amp;who={escape(holder.reference)}"
        data = f' data-who="{escape(holder.reference)}"'
    if chosen is not None and site.id not in mine and not site.closed:
        who = f"&amp;who={escape(chosen.reference)}&amp;to={escape(site.code)}"
    classes = " is-mine" if site.id in mine else " is-target" if site.id in target else ""
    locked = " ●" if holder is not None and holder.place.locked else ""
    current = ' aria-current="true"' if site.id in mine else ""
    mark = MARKS.get(tone, "")
    return (
        f'<a class="booth state-{"free" if tone == "free" else "blocked" if site.closed else f"wish-{tone}"}{classes}" '
        f'id="b-{escape(site.code)}" href="{base}{who}#panel" aria-label="{escape(label)}"{current}{data}>'
        f"<title>{escape(label)}</title>"
        f'<rect class="booth-shape" x="{shape.x:g}" y="{shape.y:g}" width="{shape.w:g}" height="{shape.h:g}"/>'
        f'<text class="booth-mark" x="{shape.x + shape.w - 0.2:g}" y="{shape.y + 0.95:g}">{mark}{locked}</text>'
        f'<text class="booth-code" x="{shape.x + shape.w / 2:g}" y="{shape.y + shape.h * 0.81:g}">{escape(shape.number)}</text></a>'
    )


def group_at(result: Result, row: Row, site: Site) -> tuple[int, ...]:
    """The booths that somebody gets who is put down on ``site``: as many as wanted, the best group with it; else it alone."""
    count = row.applicant.count
    if count == 1:
        return (site.id,)
    from fairs.allocation.solver.ground import Ground

    ground = Ground(result.problem)
    at = ground.index[site.id]
    holders: dict[int, Any] = {booth: one for booth, one in result.holders.items() if one is not row}
    groups = [ground.spots[s] for s in ground.of_size.get(count, ()) if at in ground.spots[s]]
    if not groups:
        return (site.id,)
    best = min(groups, key=lambda group: (sum(ground.sites[b].id in holders for b in group), group[0] != at, group))
    return tuple(ground.sites[b].id for b in best)
