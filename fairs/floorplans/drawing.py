"""Floor plans as SVG, drawn on the server. User units are metres; looks come from classes only (frontend/plan/plan.css)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from markupsafe import Markup, escape

from fairs.core.i18n import current_locale
from fairs.floorplans.models import Zone

EDGE = 2.2  # metres around the hall for walls, door names and the scale
SCALE = 10  # length of the scale bar in metres

# Signs of the states in a box of 10 × 10, so that colour is never the only sign. A free booth has none.
SIGNS = {
    "held": "M2 1h6M2 9h6M3 1c0 3 4 4 4 8M7 1c0 3-4 4-4 8",
    "reserved": "M2.5 1h5v8L5 6.8 2.5 9z",
    "confirmed": "M1.5 5.5 4 8l4.5-6",
    "blocked": "M2 2l6 6M8 2L2 8",
}


class Drawn(Protocol):
    """What is drawn of a booth; lengths in metres."""

    @property
    def code(self) -> str:
        """Its code, ``B-017``."""

    @property
    def number(self) -> str:
        """What is written on it: the code without the hall."""

    @property
    def x(self) -> float:
        """Left edge."""

    @property
    def y(self) -> float:
        """Upper edge."""

    @property
    def w(self) -> float:
        """Width."""

    @property
    def h(self) -> float:
        """Depth."""


class Room(Protocol):
    """A hall, or a plan of it, as far as it is drawn; lengths in centimetres."""

    @property
    def width_cm(self) -> int:
        """From left to right."""

    @property
    def depth_cm(self) -> int:
        """From top to bottom."""

    @property
    def doors(self) -> list[dict[str, Any]]:
        """The doors."""

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The columns."""

    @property
    def exits(self) -> list[dict[str, Any]]:
        """The exits for emergencies."""


def hall_outline(hall: Room) -> str:
    """Floor, metre grid, walls, doors, exits, columns and scale bar."""
    width, depth = hall.width_cm / 100, hall.depth_cm / 100
    parts = [
        f'<rect class="plan-floor" width="{width:g}" height="{depth:g}"/>',
        f'<rect class="plan-grid-1" width="{width:g}" height="{depth:g}"/>',
        f'<rect class="plan-grid-10" width="{width:g}" height="{depth:g}"/>',
        *(f'<rect class="plan-column" {_box(column)}/>' for column in hall.columns),
        f'<rect class="plan-wall" width="{width:g}" height="{depth:g}"/>',
        *(_door(door, width, depth) for door in hall.doors),
        *(_door(exit_, width, depth, "plan-exit") for exit_ in hall.exits),
        _scale(depth),
    ]
    return "".join(parts)


def _box(thing: Mapping[str, object]) -> str:
    x, y, w, h = (int(str(thing[key])) / 100 for key in ("x", "y", "w", "h"))
    return f'x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}"'


def _door(door: Mapping[str, object], width: float, depth: float, look: str = "plan-door") -> str:
    """An opening in the wall: a paper-coloured gap with a line at each end, its name outside."""
    x, y, w, h = (int(str(door[key])) / 100 for key in ("x", "y", "w", "h"))
    label = str(escape(_door_name(door)))
    if h >= w and (x <= 0.01 or x + w >= width - 0.01):  # in the left or right wall
        edge = 0.0 if x <= 0.01 else width
        gap = f'<path class="{look}" d="M{edge:g} {y:g}v{h:g}"/>'
        turn = -90 if edge == 0.0 else 90
        at = f"{edge - 0.8 if edge == 0.0 else edge + 0.8:g} {y + h / 2:g}"
        return gap + f'<text class="plan-door-name" transform="translate({at}) rotate({turn})">{label}</text>'
    edge = 0.0 if y <= depth / 2 else depth
    gap = f'<path class="{look}" d="M{x:g} {edge:g}h{w:g}"/>'
    return (
        gap
        + f'<text class="plan-door-name" x="{x + w / 2:g}" y="{-0.7 if edge == 0.0 else depth + 1.4:g}">{label}</text>'
    )


def _door_name(door: Mapping[str, object]) -> str:
    """The door's name in the reader's language; a plain ``label`` serves both."""
    return str(door.get(f"label_{current_locale()}") or door.get("label") or "")


def _scale(depth: float) -> str:
    y = depth + 0.75
    ticks = f"M0 {y - 0.25:g}v.5M5 {y - 0.15:g}v.3M{SCALE} {y - 0.25:g}v.5M0 {y:g}h{SCALE}"
    return f'<path class="plan-scale" d="{ticks}"/><text class="plan-scale-text" x="{SCALE + 0.4}" y="{y + 0.35:g}">{SCALE} m</text>'


def zone_tint(zone: Zone, booths: Sequence[Drawn]) -> str:
    """A tinted area around the zone's booths, with its name in the aisle before the first of them."""
    if not booths:
        return ""
    outline = "".join(f"M{b.x:g} {b.y:g}h{b.w:g}v{b.h:g}h-{b.w:g}z" for b in booths)
    first = min(booths, key=lambda b: (b.y, b.x))
    name = f'<text class="zone-name" x="{first.x:g}" y="{first.y - 0.75:g}">{escape(zone.name)}</text>'
    return f'<path class="zone-tint tint-{zone.tint}" d="{outline}"/>{name}'


def booth_shape(
    booth: Drawn, state: str, *, href: str, label: str, classes: str = "", data: str = "", chosen: bool = False
) -> str:
    """One booth: a link with its shape, number and sign. ``href``, ``label`` and ``data`` come escaped."""
    right, middle = booth.x + booth.w, booth.x + booth.w / 2
    current = ' aria-current="true"' if chosen else ""
    return (
        f'<a class="booth state-{state}{classes}" id="b-{booth.code}" href="{href}" aria-label="{label}"{current}{data}>'
        f"<title>{label}</title>"
        f'<rect class="booth-shape" x="{booth.x:g}" y="{booth.y:g}" width="{booth.w:g}" height="{booth.h:g}"/>'
        f'<use class="booth-sign" href="#sign-{state}" x="{right - 1.12:g}" y="{booth.y + 0.22:g}" width=".9" height=".9"/>'
        f'<text class="booth-code" x="{middle:g}" y="{booth.y + booth.h * 0.81:g}">{escape(booth.number)}</text></a>'
    )


def still_shape(booth: Drawn, look: str = "state-free") -> str:
    """A booth of a picture that is only looked at."""
    return (
        f'<g class="booth {look}"><rect class="booth-shape" x="{booth.x:g}" y="{booth.y:g}" width="{booth.w:g}" '
        f'height="{booth.h:g}"/><text class="booth-code" x="{booth.x + booth.w / 2:g}" y="{booth.y + booth.h * 0.62:g}">'
        f"{escape(booth.number)}</text></g>"
    )


def defs() -> str:
    """The signs, the hatch of held booths and the grids, to be referred to."""
    signs = "".join(
        f'<symbol id="sign-{state}" viewBox="0 0 10 10"><path class="sign-{state}" d="{path}"/></symbol>'
        for state, path in SIGNS.items()
    )
    grids = "".join(
        f'<pattern id="grid-{step}" width="{step}" height="{step}" patternUnits="userSpaceOnUse">'
        f'<path class="grid-line-{step}" d="M{step} 0H0V{step}"/></pattern>'
        for step in (1, 10)
    )
    hatch = (
        '<pattern id="hatch-held" patternUnits="userSpaceOnUse" width="1" height="1" patternTransform="rotate(45)">'
        '<rect width="1" height="1" class="hatch-ground"/><rect width="0.45" height="1" class="hatch-line"/></pattern>'
    )
    return f'<defs>{hatch}{grids}{signs}<symbol id="sign-free" viewBox="0 0 10 10"/></defs>'


def view_box(hall: Room) -> str:
    """The whole hall with its edge."""
    return f"{-EDGE} {-EDGE} {hall.width_cm / 100 + 2 * EDGE:g} {hall.depth_cm / 100 + 2 * EDGE:g}"


def draw(hall: Room, inner: Sequence[str], *, title: str, role: str = "group") -> Markup:
    """The whole picture; ``inner`` is what stands in the hall."""
    return Markup(  # noqa: S704 - every text inside was escaped where it was put in
        f'<svg id="plan-svg" class="plan-svg" xmlns="http://www.w3.org/2000/svg" viewBox="{view_box(hall)}" '
        f'role="{role}" aria-label="{escape(title)}" preserveAspectRatio="xMidYMid meet">'
        f'{defs()}<g class="plan-hall">{hall_outline(hall)}</g>{"".join(inner)}</svg>'
    )


def mini_map(hall: Room, booths: Iterable[Drawn]) -> Markup:
    """The hall in small, for orientation while zoomed in; hidden from screen readers."""
    shapes = "".join(f"M{b.x:g} {b.y:g}h{b.w:g}v{b.h:g}h-{b.w:g}z" for b in booths)
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="plan-mini" viewBox="{view_box(hall)}" aria-hidden="true" hidden data-plan-mini>'
        f'<rect class="plan-floor" width="{hall.width_cm / 100:g}" height="{hall.depth_cm / 100:g}"/>'
        f'<path class="plan-mini-booths" d="{shapes}"/><rect class="plan-mini-view" data-plan-view/></svg>'
    )
