"""Gap-free numbers, given out in the transaction that uses them."""

from __future__ import annotations

from typing import cast

from sqlalchemy import String, Table, bindparam, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from fairs.core.clock import now
from fairs.core.db import Record, db, in_transaction


class NumberSeries(Record):
    """The last number given out in a series such as ``invoice:GS26``."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    last: Mapped[int] = mapped_column(default=0)


_SERIES = cast(Table, NumberSeries.__table__)
# One statement that counts and locks, made once: many things that are made need several numbers each.
_COUNT = (
    update(_SERIES)
    .where(_SERIES.c.name == bindparam("series"))
    .values(last=_SERIES.c.last + bindparam("many"))
    .returning(_SERIES.c.last)
)


def next_number(series: str) -> int:
    """The next number of ``series``, from 1. The row stays locked until the commit, so a rollback leaves no gap."""
    return next_numbers(series, 1)[0]


def next_numbers(series: str, many: int) -> range:
    """The next ``many`` numbers of ``series`` at once, for who makes many things in one transaction."""
    if not in_transaction():
        raise RuntimeError("next_number() needs transaction()")
    given = {"series": series, "many": many}
    last = db.session.execute(_COUNT, given).scalar()
    if last is None:
        _begin(series)
        last = db.session.execute(_COUNT, given).scalar_one()
    return range(last - many + 1, last + 1)


def _begin(series: str) -> None:
    # Two transactions may meet a new series at once: the insert that loses waits and then counts on in the winner's row.
    insert = pg_insert if db.session.get_bind().dialect.name == "postgresql" else sqlite_insert
    db.session.execute(
        insert(_SERIES).values(name=series, last=0, created_at=now()).on_conflict_do_nothing(index_elements=["name"])
    )


WIDTHS = {
    "E": 4,
    "B": 4,
    "I": 4,
    "V": 5,
    "P": 5,
    "C": 6,
    "A": 4,
    "S": 5,
    "U": 4,
    "D": 4,
    "G": 4,
    "H": 4,
    "L": 4,
    "K": 4,
    "T": 4,
    "N": 4,
    "M": 4,
}


def next_reference(fair_code: str, letter: str) -> str:
    """The next human reference of a fair: E exhibitor, B booking, I importer, V visitor, P badge, C contract,
    A agreement with an exhibitor, S service order, U build-up permit, D decision, G grant, H hosted buyer, L letter, K claim, T transfer, N case on site, M group of visitors.

    ``GS26-E-0001``. Each letter counts by itself.
    """
    return next_references(fair_code, letter, 1)[0]


def next_references(fair_code: str, letter: str, many: int) -> list[str]:
    """The next ``many`` references at once."""
    series = f"{fair_code}-{letter}"
    return [f"{series}-{number:0{WIDTHS[letter]}d}" for number in next_numbers(series, many)]
