"""Sums of records for those who may not see a single one: by country and by day.

A group of one contract would tell its value, so such groups stand together; the total is the figure all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from fairs.core.db import db
from fairs.core.i18n import country_name, format_date

#: A group of fewer records is not shown by itself.
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Group:
    """Records that have ``key`` in common (a country, a day; None for those put together): how many, and their sum."""

    key: Any
    count: int
    amount: int


def grouped(rows: Select[Any], column: str) -> list[Group]:
    """The records of ``behind`` by one of its columns, in the order of that column."""
    found = rows.subquery()
    key = found.c[column]
    query = select(key, func.count(), func.sum(found.c.amount)).group_by(key).order_by(key)
    return [Group(value, number, int(amount or 0)) for value, number, amount in db.session.execute(query)]


def pooled(groups: Iterable[Group]) -> list[Group]:
    """The same groups, those with a single record put together under None; never one record alone, where there are others."""
    known = list(groups)
    kept = [group for group in known if group.count >= FEWEST]
    small = [group for group in known if group.count < FEWEST]
    if not small:
        return kept
    if sum(group.count for group in small) < FEWEST and kept:
        least = min(kept, key=lambda group: group.count)
        kept.remove(least)
        small.append(least)
    return [*kept, Group(None, sum(group.count for group in small), sum(group.amount for group in small))]


def group_name(column: str, key: Any) -> str:
    """A group of ``country`` or ``day`` in the reader's words."""
    if key is None:
        return str(_("Others (one record each)"))
    return country_name(key) if column == "country" else format_date(key)
