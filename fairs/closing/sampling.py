"""A random sample for an audit: anybody who knows the seed draws the same records, with any tool.

Simple: the records of a kind are put in the order of SHA-256("seed|kind|id"), and the first ones are taken. By value
(monetary unit sampling): the records in the order of their numbers are laid end to end by their value; from a start that the seed
gives, every n-th unit hits a record, so that each dollar has the same chance; a large record may be hit more than once and is
taken once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.claims.models import Claim
from fairs.closing.models import FairSnapshot
from fairs.closing.snapshots import kept_records
from fairs.core.db import db
from fairs.core.errors import InvalidInput, NotFound
from fairs.funding.models import Grant
from fairs.importers.models import Importer
from fairs.statements.figures import records_behind

MOST = 300
"""Records of one sample at most: they are looked at by people, one by one."""
KINDS = {
    "contracts": _l("Export contracts"), "visits": _l("Visits"), "bookings": _l("Booths"), "importers": _l("Importers"),
    "sales": _l("Daily sales"), "grants": _l("Grants of support"), "claims": _l("Claims of guests"),
}  # fmt: skip
#: The figure whose records are the population; for the others the records of the fair are.
FIGURES = {"contracts": "contracts_verified", "visits": "visits", "sales": "sales"}


@dataclass(frozen=True, slots=True)
class Item:
    """A record that can be drawn; ``kept`` is what a snapshot or figure said of it."""

    id: int
    reference: str
    value: Decimal
    model: str
    kept: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be drawn: from which kinds, so many of each (or so many percent), by value or not, with which seed."""

    kinds: tuple[str, ...]
    method: str
    amount: int
    seed: int
    weighted: bool = False


def check(wish: Wish) -> None:
    """Raise InvalidInput for kinds, method, amount or seed that cannot be."""
    if not wish.kinds or set(wish.kinds) - set(KINDS):
        raise InvalidInput(_l("Choose at least one kind of record."), field="kinds")
    if wish.method not in {"number", "percent"}:
        raise InvalidInput(field="method")
    most = 100 if wish.method == "percent" else MOST
    if not 1 <= wish.amount <= most:
        raise InvalidInput(_l("From 1 to %(most)s.", most=most), field="amount")
    if not 0 <= wish.seed < 2**53:
        raise InvalidInput(_l("A whole number, not negative, of at most 15 digits."), field="seed")


def population(fair: Fair, kind: str, snapshot: FairSnapshot | None) -> list[Item]:
    """All records of a kind in the order of their numbers: those behind the figure (as they were kept), else those of the fair."""
    figure = FIGURES.get(kind)
    if figure is None:
        return sorted(_of_fair(fair, kind, snapshot), key=lambda item: item.id)
    if snapshot is not None:
        kept = (Item(one.id, one.reference, one.value, one.kind, one.content) for one in kept_records(snapshot, figure))
        return sorted(kept, key=lambda item: item.id)
    try:
        live = [Item(one.id, one.reference, one.value, one.kind, one.content) for one in records_behind(fair, figure)]
    except NotFound:  # a fair that has no such figure has none of these
        return []
    return sorted(live, key=lambda item: item.id)


def _of_fair(fair: Fair, kind: str, snapshot: FairSnapshot | None) -> list[Item]:
    model: Any = {"bookings": BoothBooking, "importers": Importer, "grants": Grant, "claims": Claim}[kind]
    value: Any = {
        "bookings": BoothBooking.price_minor, "grants": Grant.amount_minor, "claims": Claim.payable_minor,
    }.get(kind)  # fmt: skip
    query = select(model.id, model.reference, *([value] if value is not None else [])).where(model.fair_id == fair.id)
    if kind == "bookings":
        query = query.where(model.state == BookingState.CONFIRMED)
    if snapshot is not None:
        query = query.where(model.created_at <= snapshot.taken_at)
    return [
        Item(row[0], row[1], Decimal(int(row[2] or 0)) if len(row) > 2 else Decimal(1), model.__name__)
        for row in db.session.execute(query)
    ]


def draw(items: Sequence[Item], kind: str, wish: Wish) -> list[Item]:
    """The records that are drawn, in the order of their numbers; the same for the same items and wish."""
    number = wish.amount if wish.method == "number" else -(-len(items) * wish.amount // 100)
    number = min(number, len(items), MOST)
    if not number:
        return []
    picked = _by_value(items, kind, wish.seed, number) if wish.weighted else _simple(items, kind, wish.seed, number)
    return sorted(picked, key=lambda item: item.id)


def _mark(seed: int, kind: str, what: Any) -> bytes:
    return hashlib.sha256(f"{seed}|{kind}|{what}".encode()).digest()


def _simple(items: Sequence[Item], kind: str, seed: int, number: int) -> list[Item]:
    return sorted(items, key=lambda item: _mark(seed, kind, item.id))[:number]


def _by_value(items: Sequence[Item], kind: str, seed: int, number: int) -> list[Item]:
    total = sum((max(item.value, Decimal(0)) for item in items), Decimal(0))
    if not total:
        return _simple(items, kind, seed, number)
    step = total / number
    share = Decimal(int.from_bytes(_mark(seed, kind, "start")[:6], "big")) / Decimal(2**48)
    point, so_far, picked = step * share, Decimal(0), []
    for item in items:
        so_far += max(item.value, Decimal(0))
        if point < so_far:
            picked.append(item)
            while point < so_far:
                point += step
    return picked
