"""Amounts that a person should look at: far from the booth's other days, from booths like it, or from the brief's ratio.

Nothing is refused or changed by it: it is a question to the exhibitor, answered once for an amount, and a list for staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.calendar.models import Fair
from fairs.core.money import Money
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth
from fairs.sales.models import SalesReturn
from fairs.sales.queries import CURRENCY, BoothSales, SalesTable

#: VND that a booth of a souvenir fair sells in all its days: 15 bn by 180 booths, section 1 of the brief.
RATIO = 83_000_000
TIMES_OWN = 6  # times the booth's other days
TIMES_OTHERS = (
    10  # times booths of its type, or of its product group, that day; also a tenth of them: three zeros forgotten
)
TIMES_RATIO = 5  # times the ratio, for the whole fair
FEWEST_OWN, FEWEST_OTHERS = 2, 5  # fewer say nothing


@dataclass(frozen=True, slots=True)
class Question:
    """An unusual amount: of a day, or (``row`` None) of a booth's whole fair."""

    sales: BoothSales
    row: SalesReturn | None
    why: Any
    usual: Money

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet that this amount is right."""
        return self.row is None or self.row.confirmed_minor != self.row.amount_minor


def _far(amount: int, others: Sequence[int], times: int, fewest: int) -> int | None:
    """The median of ``others`` where ``amount`` is far from it; 0 is a clear answer and never asked about."""
    known = [value for value in others if value > 0]
    if not amount or len(known) < fewest:
        return None
    middle = int(median(known))
    return middle if amount > times * middle or amount * times < middle else None


class Comparison:
    """What the booths of a fair sold, to compare an amount with."""

    def __init__(self, table: SalesTable) -> None:
        self.table = table
        self._by: dict[tuple[date, str], list[tuple[int, int]]] = {}
        for one in table.booths:
            for day, row in one.declared.items():
                for key in self._likes(one.booking.booth, one.booking.exhibitor):
                    self._by.setdefault((day, key), []).append((one.booking.booth_id, row.amount_minor))

    @staticmethod
    def _likes(booth: Booth, exhibitor: Exhibitor) -> list[str]:
        return [f"type {booth.type_id}", *(f"group {code}" for code in exhibitor.groups[:1])]

    def judge(self, sales: BoothSales, day: date, amount: int) -> tuple[Any, Money] | None:
        """Why ``amount`` is unusual for the booth's day, with what is usual; None when it is not."""
        own = [row.amount_minor for other, row in sales.declared.items() if other != day]
        usual = _far(amount, own, TIMES_OWN, FEWEST_OWN)
        if usual is not None:
            return _l("far from the booth's other days"), Money(usual, CURRENCY)
        booth, words = (
            sales.booking.booth,
            (_l("far from booths of its kind"), _l("far from booths of its product group")),
        )
        for key, why in zip(self._likes(booth, sales.booking.exhibitor), words, strict=False):
            others = [minor for booth_id, minor in self._by.get((day, key), ()) if booth_id != booth.id]
            usual = _far(amount, others, TIMES_OTHERS, FEWEST_OTHERS)
            if usual is not None:
                return why, Money(usual, CURRENCY)
        daily = RATIO // len(self.table.fair.days)
        if amount > TIMES_OTHERS * daily:
            return _l("far above what the plan expects of a booth"), Money(daily, CURRENCY)
        return None


def questions(table: SalesTable) -> list[Question]:
    """All unusual amounts of a fair, the open ones first; ``table`` must hold all its booths."""
    compare, found = Comparison(table), []
    for one in table.booths:
        for day, row in sorted(one.declared.items()):
            judged = compare.judge(one, day, row.amount_minor)
            if judged is not None:
                found.append(Question(one, row, *judged))
        if one.total.amount_minor > TIMES_RATIO * RATIO:
            found.append(
                Question(one, None, _l("whole fair far above what the plan expects of a booth"), Money(RATIO, CURRENCY))
            )
    return sorted(found, key=lambda question: not question.is_open)


def questions_to(fair: Fair, table: SalesTable, whole: SalesTable) -> list[Question]:
    """The open questions about the booths of ``table``, judged against the ``whole`` fair; none once it is reported."""
    mine = {one.booking.booth_id for one in table.booths}
    return [
        one for one in questions(whole) if one.is_open and one.row is not None and one.row.booth_id in mine
    ] if fair.state != "reported" else []  # fmt: skip
