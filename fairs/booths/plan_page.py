"""What the pages of the live plan show: filters, prices, the picture, and the booth that was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from fairs.booths.pricing import PriceBook
from fairs.booths.queries import PlanBooth, Viewer, plan_of, price_book
from fairs.booths.states import BoothState
from fairs.calendar.models import Fair
from fairs.core.errors import NotFound
from fairs.core.i18n import format_money, format_number
from fairs.core.money import Money
from fairs.floorplans import drawing
from fairs.floorplans.models import Booth, BoothType, Hall, Zone
from fairs.floorplans.queries import booth_counts, booth_types, halls_of, zones_of

SORTS = ("code", "state", "zone", "type", "area", "sides", "price", "name")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the query string asks for; unknown values are as if they were not there."""

    state: str = ""
    zone: str = ""
    type: str = ""
    fits: bool = False
    sort: str = "code"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Filters:
        """From the query string."""
        state = args.get("state", "")
        sort = args.get("sort", "code")
        return cls(
            state=state if state in set(BoothState) else "",
            zone=args.get("zone", "")[:10],
            type=args.get("type", "")[:20],
            fits=args.get("fits") == "1",
            sort=sort if sort.lstrip("-") in SORTS else "code",
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A booth with what the list says of it."""

    booth: PlanBooth
    zone: Zone | None
    type: BoothType
    price: Money | None
    price_text: str
    area_text: str
    zone_name: str
    type_name: str
    fits: bool
    shown: bool


@dataclass(slots=True)
class PlanPage:
    """One hall of a fair's live plan as a viewer sees it."""

    fair: Fair
    halls: Sequence[Hall]
    hall: Hall
    viewer: Viewer
    filters: Filters
    zones: Sequence[Zone]
    types: Sequence[BoothType]
    rows: list[Row]
    counts: dict[BoothState, int]
    booths_per_hall: dict[int, int]
    chosen: str = ""
    picture: Markup = field(default_factory=Markup)
    mini_map: Markup = field(default_factory=Markup)

    @property
    def sorted_rows(self) -> list[Row]:
        """The rows of the list, filtered ones too (they are hidden), in the order asked for."""
        key = self.filters.sort.lstrip("-")
        order = list(BoothState)
        keys: dict[str, Any] = {
            "code": lambda row: row.booth.code,
            "state": lambda row: (order.index(row.booth.state), row.booth.code),
            "zone": lambda row: (row.zone.code if row.zone else "~", row.booth.code),
            "type": lambda row: (row.type.code, row.booth.code),
            "area": lambda row: (row.booth.area_m2, row.booth.code),
            "sides": lambda row: (row.booth.open_sides, row.booth.code),
            "price": lambda row: (row.price.amount_minor if row.price else -1, row.booth.code),
            "name": lambda row: (row.booth.name or "\uffff", row.booth.code),
        }
        return sorted(self.rows, key=keys[key], reverse=self.filters.sort.startswith("-"))

    @property
    def shown_count(self) -> int:
        """How many booths the filters leave."""
        return sum(row.shown for row in self.rows)


def build_page(
    fair: Fair, viewer: Viewer, args: Mapping[str, str], *, address: str, chosen: Booth | None = None
) -> PlanPage | None:
    """The plan of the hall asked for (``hall``, else of the chosen booth, else the first); None without any hall.

    ``address`` is the page's own path: each booth links to it, so that the plan works without scripts. A constant number
    of queries. Raises NotFound for an unknown hall.
    """
    halls = halls_of(fair.id)
    if not halls:
        return None
    wanted = args.get("hall") or (chosen.hall.code if chosen is not None else halls[0].code)
    hall = next((hall for hall in halls if hall.code == wanted), None)
    if hall is None:
        raise NotFound
    filters = Filters.of(args)
    zones, types = zones_of(fair.id), booth_types()
    booths = plan_of(hall, viewer)
    rows = _rows(booths, zones, types, price_book(fair), viewer, filters)
    present = {row.type.id for row in rows}
    page = PlanPage(
        fair, halls, hall, viewer, filters, [z for z in zones if any(b.zone_id == z.id for b in booths)],
        [kind for kind in types if kind.id in present], rows,
        {state: sum(b.state is state for b in booths) for state in BoothState}, booth_counts(fair.id),
        chosen.code if chosen is not None else "",
    )  # fmt: skip
    page.picture = draw_plan(page, address)
    page.mini_map = drawing.mini_map(hall, booths)
    return page


def _rows(
    booths: Sequence[PlanBooth], zones: Sequence[Zone], types: Sequence[BoothType], book: PriceBook,
    viewer: Viewer, filters: Filters,
) -> list[Row]:  # fmt: skip
    zone_of, type_of = {zone.id: zone for zone in zones}, {kind.id: kind for kind in types}
    groups = {zone.id: set(zone.group_codes.split("|")) for zone in zones}
    # Formatting and translating are slow: once for each kind, not once for each booth.
    zone_names, type_names = {z.id: z.name for z in zones}, {kind.id: kind.name for kind in types}
    texts: dict[tuple[int, int, float, int | None], tuple[Money | None, str, str]] = {}
    rows = []
    for booth in booths:
        zone = zone_of.get(booth.zone_id) if booth.zone_id is not None else None
        kind = type_of[booth.type_id]
        key = (booth.type_id, booth.open_sides, booth.area_m2, booth.zone_id)
        if key not in texts:
            price = book.full_price(_sized(booth)) if kind.is_sold else None
            area = f"{format_number(booth.area_m2)} m²"
            texts[key] = (price, format_money(price) if price is not None else "", area)
        price, text, area = texts[key]
        fits = booth.state is BoothState.FREE and kind.is_sold and bool(zone and groups[zone.id] & viewer.groups)
        shown = (
            (not filters.state or booth.state.value == filters.state)
            and (not filters.zone or (zone is not None and zone.code == filters.zone))
            and (not filters.type or kind.code == filters.type)
            and (not filters.fits or fits)
        )
        zone_name = zone_names[zone.id] if zone is not None else ""
        rows.append(Row(booth, zone, kind, price, text, area, zone_name, type_names[kind.id], fits, shown))
    return rows


def _sized(booth: PlanBooth) -> Booth:
    """A booth of this kind, size, openness and zone, for its price only; never stored."""
    return Booth(
        type_id=booth.type_id, zone_id=booth.zone_id, w_cm=round(booth.w * 100), h_cm=round(booth.h * 100),
        open_sides=booth.open_sides,
    )  # fmt: skip


def draw_plan(page: PlanPage, address: str) -> Markup:
    """The picture of the hall with every booth as a link."""
    by_zone: dict[int | None, list[PlanBooth]] = {}
    for row in page.rows:
        by_zone.setdefault(row.booth.zone_id, []).append(row.booth)
    tints = "".join(drawing.zone_tint(zone, by_zone.get(zone.id, ())) for zone in page.zones)
    words = {state: str(state.label) for state in BoothState}
    hall, base = escape(page.hall.code), escape(address)
    shapes = []
    for row in page.rows:
        booth = row.booth
        what = [booth.code, words[booth.state]]
        if booth.name:
            what.append(booth.name)
        if row.zone is not None:
            what.append(row.zone_name)
        what.append(row.area_text)
        if row.price_text and booth.state is BoothState.FREE:
            what.append(row.price_text)
        classes = (" is-mine" if booth.is_mine else "") + ("" if row.shown else " is-dim")
        data = f' data-s="{booth.state.value}" data-t="{escape(row.type.code)}"'
        if row.zone is not None:
            data += f' data-z="{escape(row.zone.code)}"'
        if row.fits:
            data += " data-f"
        code = escape(booth.code)
        shapes.append(
            drawing.booth_shape(
                booth, booth.state.value, href=f"{base}?hall={hall}&amp;booth={code}#panel", label=str(escape(", ".join(what))),
                classes=classes, data=data, chosen=booth.code == page.chosen,
            )
        )  # fmt: skip
    title = _("Plan of %(hall)s: %(count)s booths", hall=page.hall.name, count=len(page.rows))
    return drawing.draw(
        page.hall, [f'<g class="plan-zones">{tints}</g><g class="plan-booths">', *shapes, "</g>"], title=title
    )
