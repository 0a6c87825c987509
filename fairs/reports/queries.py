"""The plan of a year against what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.clock import today
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.states import State
from fairs.programme.models import FigureEntry, Programme, Target
from fairs.programme.queries import entries_of, programme_of, targets_of
from fairs.programme.states import FigureLabel, TargetKind
from fairs.reports.measures import MEASURES, Beside, Measured

ZONE = "Asia/Ho_Chi_Minh"
#: Importers of 4c are supported at the fair of 4a: a part of its importers, never added to them.
AT_FAIR_OF = {"4c": "4a"}
#: "About" in the plan leaves this much room below the figure before a target counts as missed.
ROOM = Decimal("0.95")


class Standing(State):
    """How a figure stands to its target."""

    REACHED = "reached", _l("Reached"), "green", "circle-check"
    ABOVE = "above", _l("Above the range"), "green", "trending-up"
    CLOSE = "close", _l("Nearly reached"), "yellow", "tilde"
    BELOW = "below", _l("Below the target"), "red", "trending-down"
    WITHIN = "within", _l("Within the ceiling"), "green", "circle-check"
    OVER = "over", _l("Over the ceiling"), "red", "alert-triangle"
    OPEN = "open", _l("No figure yet"), "secondary", "circle-dashed"
    FREE = "free", _l("Not quantified"), "secondary", "minus"


@dataclass(frozen=True, slots=True)
class Figure:
    """A target and what came of it. ``trend`` is cumulative for records, and each entry for figures by hand."""

    target: Target
    actual: Decimal | None = None
    label: FigureLabel | None = None
    updated_on: date | None = None
    trend: list[tuple[date, Decimal]] = field(default_factory=list)
    beside: tuple[Beside, ...] = ()
    fairs: tuple[Fair, ...] = ()
    entry: FigureEntry | None = None

    @property
    def from_records(self) -> bool:
        """Whether it was computed, not entered."""
        return self.actual is not None and self.entry is None

    @property
    def share(self) -> Decimal | None:
        """The part of the target that is reached (1 = the lower end of the range)."""
        if self.actual is None or not self.target.minimum:
            return None
        return self.actual / self.target.minimum

    @property
    def standing(self) -> Standing:
        """How it stands to its target."""
        target = self.target
        if not target.is_quantified or target.minimum is None:
            return Standing.FREE
        if self.actual is None:
            return Standing.OPEN
        if target.kind is TargetKind.PLANNED:
            return Standing.WITHIN if self.actual <= target.minimum else Standing.OVER
        if self.actual < target.minimum:
            close = target.kind.leaves_room and self.actual >= target.minimum * ROOM
            return Standing.CLOSE if close else Standing.BELOW
        is_range = target.maximum is not None and target.maximum > target.minimum
        return Standing.ABOVE if is_range and self.actual > (target.maximum or 0) else Standing.REACHED

    @property
    def records_url(self) -> str:
        """Path of the page with the records behind the figure."""
        return records_path(self.target.item.programme.year, self.target)


@dataclass(frozen=True, slots=True)
class Kpi:
    """All targets of a year as of a day."""

    programme: Programme
    as_of: date
    figures: list[Figure]

    def find(self, number: str, metric: str) -> Figure | None:
        """The figure of an item's metric."""
        hits = (f for f in self.figures if f.target.item.number == number and f.target.metric == metric)
        return next(hits, None)

    def as_dict(self) -> dict[str, Any]:
        """The form of the API and of `flask reports kpi`, which stays stable."""
        return {"year": self.programme.year, "as_of": self.as_of.isoformat(), "targets": list(map(_json, self.figures))}


def _json(figure: Figure) -> dict[str, Any]:
    target = figure.target
    return {
        "item": target.item.number,
        "metric": target.metric,
        "target_min": plain(target.minimum),
        "target_max": plain(target.maximum),
        "unit": target.unit,
        "actual": plain(figure.actual),
        "label": figure.label.value if figure.label else None,
        "records_url": figure.records_url,
    }


def plain(value: Decimal | None) -> int | float | None:
    """A number for JSON: whole where it is whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def records_path(year: int, target: Target) -> str:
    """Path of the page with the records behind a target's figure."""
    return f"/programmes/{year}/records/{target.item.number}/{target.metric or 'none'}"


def kpi(year: int, as_of: date | None = None) -> Kpi:
    """Each target of the year's plan with its figure as of a day (default: today). Raises NotFound without a plan.

    From records where the fairs of the item hold them, else the newest figure entered by hand, else none.
    """
    programme = programme_of(year)
    if programme is None:
        raise NotFound
    day = as_of or today(ZONE)
    fairs = fairs_of(year)
    entries = entries_of(programme, day)
    figures = [_figure(target, fairs, entries.get(target.id, ()), day) for target in targets_of(programme)]
    return Kpi(programme, day, figures)


def fairs_of(year: int) -> Sequence[Fair]:
    """Fairs of the year that fulfil an item of its plan; drafts, rehearsals and cancelled ones do not."""
    return db.session.scalars(
        select(Fair)
        .where(
            Fair.plan_item != "",
            Fair.is_rehearsal.is_(False),
            Fair.state.not_in([FairState.DRAFT, FairState.CANCELLED]),
            Fair.starts_on >= date(year, 1, 1),
            Fair.starts_on <= date(year, 12, 31),
        )
        .order_by(Fair.starts_on, Fair.id)
    ).all()


def fairs_for(target: Target, fairs: Sequence[Fair]) -> tuple[Fair, ...]:
    """Those of the fairs whose records make the target's figure."""
    number = target.item.number
    return tuple(fair for fair in fairs if fair.plan_item in {number, AT_FAIR_OF.get(number, number)})


def _figure(target: Target, fairs: Sequence[Fair], entries: Sequence[FigureEntry], as_of: date) -> Figure:
    if not target.is_quantified:
        return Figure(target)
    mine = fairs_for(target, fairs)
    measure = MEASURES.get(target.metric)
    found: Measured | None = measure(mine, as_of) if measure and mine else None
    if found is not None:
        days = sorted(found.by_day)
        sums = accumulate(found.by_day[day] for day in days)
        last = days[-1] if days else None
        return Figure(target, found.value, found.label, last, list(zip(days, sums, strict=True)), found.beside, mine)
    if entries:
        newest = entries[-1]
        trend = [(entry.as_of, entry.value) for entry in entries]
        return Figure(target, newest.value, newest.label, newest.as_of, trend, fairs=mine, entry=newest)
    return Figure(target, fairs=mine)
