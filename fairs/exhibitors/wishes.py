"""Where an exhibitor wishes to stand, in order, and what that costs before any support."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.text import fold, one_line
from fairs.directory.products import products_of
from fairs.exhibitors.models import BoothWish, Exhibitor
from fairs.floorplans.models import Booth, BoothType, Zone
from fairs.floorplans.queries import booth_types, lowest_prices, zones_of

MOST_WISHES = 3
MOST_BOOTHS = 12  # of one exhibitor, side by side
MOST_SIDES = 4


@dataclass(frozen=True, slots=True)
class PlaceDraft:
    """How many booths, of which type, with how many open sides at least, and where: zones or booths as people name them."""

    booth_count: int = 1
    type_id: int | None = None
    open_sides: int = 1
    places: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Cost:
    """What the booths wished for cost at least, net: the full price, and what remains once support is decided on."""

    type: BoothType
    count: int
    full: Money
    percent: int  # waived with support

    @property
    def supported(self) -> Money:
        """What a supported exhibitor pays."""
        return self.full - self.full.share(self.percent)


def wishable_types(fair_id: int) -> list[BoothType]:
    """The kinds of booths that can be wished for: those with a price at the fair, else all that are sold."""
    priced = [kind for kind, _price in lowest_prices(fair_id).values()]
    return priced or [kind for kind in booth_types() if kind.is_sold]


def save_place(row: Exhibitor, draft: PlaceDraft, *, by: Actor) -> None:
    """Keep the wishes of a draft (inside transaction()); raises InvalidInput (booth_count, type_id, open_sides, wish_1 …)."""
    if not 1 <= draft.booth_count <= MOST_BOOTHS:
        raise InvalidInput(_l("Between %(min)s and %(max)s.", min=1, max=MOST_BOOTHS), field="booth_count")
    if not 1 <= draft.open_sides <= MOST_SIDES:
        raise InvalidInput(_l("Please choose from the list."), field="open_sides")
    if draft.type_id is not None and draft.type_id not in {kind.id for kind in wishable_types(row.fair_id)}:
        raise InvalidInput(_l("Please choose from the list."), field="type_id")
    places = _places(row.fair_id, draft.places)
    before = (row.booth_count, row.wished_type_id, row.wished_open_sides)
    row.booth_count, row.wished_type_id, row.wished_open_sides = draft.booth_count, draft.type_id, draft.open_sides
    known = [(wish.zone_id, wish.booth_id) for wish in row.booth_wishes]
    wanted = [(place.id, None) if isinstance(place, Zone) else (None, place.id) for place in places]
    if known != wanted:
        row.booth_wishes.clear()
        db.session.flush()  # the old rows go first: a wish is unique by its number
        row.booth_wishes.extend(
            BoothWish(position=n, zone_id=zone, booth_id=booth) for n, (zone, booth) in enumerate(wanted, 1)
        )
    if known != wanted or before != (draft.booth_count, draft.type_id, draft.open_sides):
        record("exhibitors.change", row, by=by, after={"changed": ["place"], "wishes": [p.code for p in places]})


def _places(fair_id: int, texts: Sequence[str]) -> list[Zone | Booth]:
    """What the texts name, in order; the same place twice counts once."""
    typed = [(n, one_line(text)[:120]) for n, text in enumerate(texts[:MOST_WISHES], 1) if one_line(text)]
    if not typed:
        return []
    zones = zones_by_name(fair_id)
    found: list[Zone | Booth] = []
    for number, text in typed:
        place = zones.get(fold(text)) or _booth(fair_id, text)
        if place is None:
            raise InvalidInput(
                _l("There is no zone or booth “%(name)s” at this fair.", name=text), field=f"wish_{number}"
            )
        if place not in found:
            found.append(place)
    return found


def zones_by_name(fair_id: int) -> dict[str, Zone]:
    """The zones by all that people may call them, without accents."""
    names: dict[str, Zone] = {}
    for zone in zones_of(fair_id):
        for name in (zone.name_vi, zone.name_en, zone.code):
            names.setdefault(fold(name), zone)
    return names


def _booth(fair_id: int, text: str) -> Booth | None:
    """The booth that is meant: ``a 17``, ``A17`` and ``A-017`` are one."""
    plain = re.sub(r"[^A-Z0-9]", "", fold(text).upper())
    parts = re.fullmatch(r"([A-Z]*)(\d{1,5})([A-Z]?)", plain)
    if parts is None:
        return None
    hall, number, tail = parts[1], int(parts[2]), parts[3]
    codes = {f"{hall}{dash}{number:0{width}d}{tail}" for dash in ("-", "") for width in (1, 2, 3, 4)}
    return db.session.scalar(
        select(Booth).where(Booth.fair_id == fair_id, Booth.code.in_(codes)).order_by(Booth.id).limit(1)
    )


def cost_of(exhibitor: Exhibitor, prices: Mapping[int, tuple[BoothType, Money]] | None = None) -> Cost | None:
    """The lowest net price of what is wished for; None where the fair has no prices yet.

    A certain booth wished for first says the type, else the type that was chosen, else the cheapest.
    """
    prices = lowest_prices(exhibitor.fair_id) if prices is None else prices
    first = exhibitor.booth_wishes[0].booth if exhibitor.booth_wishes else None
    wanted = exhibitor.wished_type_id or (first.type_id if first is not None else None)
    if wanted not in prices:
        wanted = min(prices, key=lambda key: prices[key][1].amount_minor, default=None)
    if wanted is None:
        return None
    kind, price = prices[wanted]
    full = Money(price.amount_minor * exhibitor.booth_count, price.currency)
    return Cost(kind, exhibitor.booth_count, full, exhibitor.support_percent)


def price_list(fair_id: int, exhibitor: Exhibitor | None = None) -> list[Cost]:
    """What one booth of each kind costs at least, with and without support, for somebody who is choosing."""
    percent = exhibitor.support_percent if exhibitor is not None else 100
    return [Cost(kind, 1, price, percent) for kind, price in lowest_prices(fair_id).values()]


def choose_products(row: Exhibitor, product_ids: Collection[int], *, by: Actor) -> None:
    """Keep which products of its catalogue a company shows (inside transaction()); raises InvalidInput (product_ids)."""
    mine = {product.id: product for product in products_of(row.company_id)}
    if set(product_ids) - set(mine):
        raise InvalidInput(_l("Please choose from the list."), field="product_ids")
    chosen = [product for key, product in mine.items() if key in set(product_ids)]
    if chosen != row.shown_products:
        row.shown_products = chosen
        record("exhibitors.change", row, by=by, after={"changed": ["shown_products"]})
