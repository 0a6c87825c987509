"""What earlier editions of a fair achieved, each figure with its label."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.db import db
from fairs.core.i18n import current_locale
from fairs.programme.states import FigureLabel
from fairs.reports.measures import Measure, booths, export_value, foreign_importers, sales, visits
from fairs.reports.words import short_amount

MOST_EDITIONS = 2
_BY_KIND: dict[str, tuple[tuple[Any, Measure, str], ...]] = {
    "trade": (
        (_l("Booths"), booths, ""),
        (_l("Visits"), visits, ""),
        (_l("Importers from abroad"), foreign_importers, ""),
        (_l("Export contracts"), export_value, "USD"),
    ),
    "public": ((_l("Booths"), booths, ""), (_l("Visits"), visits, ""), (_l("Sales"), sales, "VND")),
}


@dataclass(frozen=True, slots=True)
class PastFigure:
    """A figure as it is published: what it is, how much, and how far it can be trusted."""

    name: Any
    value: str
    label: FigureLabel


@dataclass(frozen=True, slots=True)
class Edition:
    """A reported fair and its figures."""

    fair: Fair
    figures: list[PastFigure]


def past_figures(fair: Fair) -> list[Edition]:
    """The latest reported editions of the same kind up to this one, newest first; only figures that records hold."""
    wanted = _BY_KIND.get(fair.kind)
    if wanted is None:
        return []
    earlier = db.session.scalars(
        select(Fair)
        .where(
            Fair.kind == fair.kind,
            Fair.state == FairState.REPORTED,
            Fair.is_rehearsal.is_(False),
            Fair.starts_on <= fair.starts_on,
        )
        .order_by(Fair.starts_on.desc())
        .limit(MOST_EDITIONS)
    ).all()
    found = [Edition(one, _figures(one, wanted)) for one in earlier]
    return [edition for edition in found if edition.figures]


def _figures(fair: Fair, wanted: tuple[tuple[Any, Callable[..., Any], str], ...]) -> list[PastFigure]:
    figures = []
    for name, measure, unit in wanted:
        measured = measure([fair], fair.today)
        if measured is not None and measured.value:
            figures.append(PastFigure(name, short_amount(measured.value, unit, current_locale()), measured.label))
    return figures
