"""The matrix of nights: hotels and room types down, nights across, how many rooms are taken of how many."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.sheets import Sheet
from fairs.lodging.models import RoomBlock, RoomNight, Stay
from fairs.lodging.payers import Attrition, attrition_of
from fairs.lodging.queries import blocks_of, nights_of
from fairs.lodging.states import StayState


@dataclass(frozen=True, slots=True)
class Line:
    """A block with its nights and what they add up to."""

    block: RoomBlock
    nights: Mapping[date, RoomNight]

    @property
    def kept(self) -> int:
        """Room nights that the hotel keeps for the fair."""
        return sum(one.quantity for one in self.nights.values())

    @property
    def taken(self) -> int:
        """Room nights that guests have."""
        return sum(one.taken for one in self.nights.values())

    @property
    def given_back(self) -> int:
        """Room nights that went back to the hotel."""
        return sum(one.given_back for one in self.nights.values())

    @property
    def attrition(self) -> Attrition:
        """What falls due when no more room nights are taken than now."""
        return attrition_of(self.kept, self.taken, self.block.attrition_percent, self.block.price)


@dataclass(frozen=True, slots=True)
class Matrix:
    """All blocks of a fair. ``waiting``: guests without a room."""

    days: Sequence[date]
    lines: Sequence[Line]
    waiting: int

    @property
    def kept(self) -> int:
        """Room nights in all."""
        return sum(line.kept for line in self.lines)

    @property
    def taken(self) -> int:
        """Room nights that guests have, in all."""
        return sum(line.taken for line in self.lines)

    @property
    def given_back(self) -> int:
        """Room nights that went back, in all."""
        return sum(line.given_back for line in self.lines)

    def of_day(self, day: date) -> tuple[int, int]:
        """Rooms taken and kept in a night, in all hotels."""
        nights = [line.nights[day] for line in self.lines if day in line.nights]
        return sum(one.taken for one in nights), sum(one.quantity for one in nights)

    @property
    def mark(self) -> str:
        """Differs as soon as a count does."""
        text = "|".join(
            f"{line.block.id}:{day}:{one.taken}/{one.quantity}/{one.given_back}"
            for line in self.lines
            for day, one in line.nights.items()
        )
        return hashlib.sha256(f"{self.waiting}|{text}".encode()).hexdigest()[:16]


def matrix_of(fair: Fair, hotel_id: int | None = None) -> Matrix:
    """The fair's blocks, or a hotel's. Three statements. The days have no gaps."""
    blocks = blocks_of(fair.id, hotel_id)
    nights = nights_of([block.id for block in blocks])
    found = sorted({day for of_block in nights.values() for day in of_block})
    days = [found[0] + timedelta(days=n) for n in range((found[-1] - found[0]).days + 1)] if found else []
    waiting = select(func.count()).select_from(Stay).where(Stay.fair_id == fair.id, Stay.state == StayState.WANTED)
    lines = [Line(block, nights[block.id]) for block in blocks]
    return Matrix(days[:120], lines, db.session.scalar(waiting) or 0)


def sheets_of(matrix: Matrix) -> list[Sheet]:
    """The matrix as a spreadsheet: for each block a row of what is taken, of what is kept and of what is free."""
    heads = [_("Hotel"), _("Room type"), _("Beds"), _("Price"), _("Currency"), _("Release date"), _("Rooms"),
             *(f"{day:%d/%m}" for day in matrix.days), _("Nights")]  # fmt: skip
    rows: list[list[Any]] = []
    for line in matrix.lines:
        block = line.block
        begin = [block.hotel.name, block.room_type, block.beds, block.price, block.currency, block.release_on]
        for label, name in (
            (_("taken"), "taken"),
            (_("kept"), "quantity"),
            (_("free"), "free"),
            (_("given back"), "given_back"),
        ):
            values = [getattr(line.nights[day], name) if day in line.nights else None for day in matrix.days]
            rows.append([*begin, label, *values, sum(value or 0 for value in values)])
    return [Sheet(_("Nights"), heads, rows)]
