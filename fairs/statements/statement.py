"""The statement of a fair by the definitions of UFI: numbers only. How they are worded and laid out is not known here.

``numbers`` is plain JSON whose fingerprint stands on each page of the printed statement: two statements with the same
fingerprint say the same. An independent script recomputes it from raw rows in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.checkin.models import Visit
from fairs.contracts.content import fingerprint
from fairs.contracts.counting import standing
from fairs.contracts.models import Contract
from fairs.core.db import db
from fairs.reports import behind
from fairs.reports.sums import Group, grouped
from fairs.statements.figures import FairFigure, day_of, figures_of
from fairs.statements.sentence import coverage, percent

#: UFI: international is a fair with at least so many percent of foreign exhibitors, and of foreign visits.
FOREIGN_EXHIBITORS, FOREIGN_VISITS = Decimal(10), Decimal(5)
EDITIONS = 4  # earlier ones that stand beside
HOME = "VN"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is known of a fair at a moment. ``editions`` are earlier fairs of the series with their figures."""

    fair: Fair
    as_of: datetime
    figures: dict[str, FairFigure]
    numbers: dict[str, Any]
    editions: Sequence[tuple[Fair, dict[str, FairFigure]]]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the numbers."""
        return fingerprint(self.numbers)


def statement_of(fair: Fair, as_of: datetime) -> Statement:
    """The statement until the end of the day of ``as_of``; a constant number of statements to the database, and so per edition."""
    figures = {figure.key: figure for figure in figures_of(fair, as_of=as_of)}
    earlier = [(one, {figure.key: figure for figure in figures_of(one, as_of=as_of)}) for one in editions(fair)]
    return Statement(fair, as_of, figures, _numbers(fair, figures, as_of), earlier)


def editions(fair: Fair) -> Sequence[Fair]:
    """Earlier fairs of the series, the latest first: those with the same name in the address, whatever the year."""
    series = re.sub(r"-\d{4}$", "", fair.slug)
    found = db.session.scalars(
        select(Fair)
        .where(
            Fair.slug.startswith(f"{series}-", autoescape=True), Fair.starts_on < fair.starts_on,
            Fair.is_rehearsal.is_(False), Fair.state.not_in([FairState.DRAFT, FairState.CANCELLED]),
        )
        .order_by(Fair.starts_on.desc(), Fair.id)
        .limit(EDITIONS)
    )  # fmt: skip
    return [one for one in found if re.sub(r"-\d{4}$", "", one.slug) == series]


def _numbers(fair: Fair, figures: Mapping[str, FairFigure], as_of: datetime) -> dict[str, Any]:
    day = day_of(fair, as_of)
    main, co = (_counts(grouped(rows(fair, day), "country")) for rows in (behind.exhibitors, behind.co_exhibitors))
    named = "visitors" in figures
    visits, people = (
        (_counts(grouped(rows(fair, day), "country")) if named else {}) for rows in (behind.visits, behind.visitors)
    )
    companies, staff = (
        _counts(grouped(rows(fair, day), "country")) for rows in (behind.foreign_importers, behind.importer_people)
    )
    return {
        "fair": fair.slug,
        "until": day.isoformat(),
        "figures": {key: plain(figure.value) for key, figure in figures.items()},
        "net_space": _space(fair, as_of),
        "exhibitors_by_country": _pairs(main, co),
        "visits_by_day": _days(fair, as_of, named),
        "visits_by_country": _pairs(visits, people),
        "categories": _categories(fair, as_of),
        "gates": {} if named else {one.key: one.amount for one in grouped(behind.counted(fair, day), "name")},
        "importers_by_country": _pairs(companies, staff),
        "contracts": _contracts(fair, as_of),
        "sales_by_day": {
            one.key.isoformat(): [one.count, one.amount] for one in grouped(behind.sales(fair, day), "day")
        },
        "estimated": _counted_usd(behind.estimated(fair, day)),
        "coverage": list(coverage(fair, figures, as_of)),
        "international": {
            "exhibitors": [_foreign(main) + _foreign(co), sum(main.values()) + sum(co.values())],
            "visits": [_foreign(visits), sum(visits.values())] if named else None,
        },
    }


def plain(value: Decimal) -> str:
    """A number in one form, whatever it was computed by: 4320, 6182000, 100554.33."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _counts(groups: Sequence[Group]) -> dict[Any, int]:
    return {group.key: group.amount for group in groups}


def _foreign(counts: Mapping[str, int]) -> int:
    return sum(number for country, number in counts.items() if country not in {HOME, ""})


def _pairs(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, list[int]]:
    keys = sorted({*first, *second})
    return {key: [first.get(key, 0), second.get(key, 0)] for key in keys}


def _space(fair: Fair, as_of: datetime) -> dict[str, dict[str, str]]:
    """m² by shell scheme, raw space and special shows; paid and free of charge."""
    rows = behind.net_space(fair, day_of(fair, as_of)).subquery()
    query = select(rows.c.partner, rows.c.detail, func.sum(rows.c.amount)).group_by(rows.c.partner, rows.c.detail)
    found: dict[str, dict[str, Decimal]] = {}
    for kind, detail, area in db.session.execute(query):
        basis = behind.SPECIAL if detail == behind.SPECIAL else "raw" if kind.startswith("RAW") else "shell"
        part = found.setdefault(basis, {})
        part[detail] = part.get(detail, Decimal(0)) + Decimal(int(area)).scaleb(-4)
    return {basis: {key: plain(area) for key, area in sorted(part.items())} for basis, part in sorted(found.items())}


def _days(fair: Fair, as_of: datetime, named: bool) -> dict[str, list[int]]:
    day = day_of(fair, as_of)
    visits = _counts(grouped((behind.visits if named else behind.counted)(fair, day), "day"))
    people = _counts(grouped(behind.visitors(fair, day), "day")) if named else {}
    return {
        one.isoformat(): [visits.get(one, 0), *([people.get(one, 0)] if named else [])]
        for one in sorted({*visits, *people})
    }


def _categories(fair: Fair, as_of: datetime) -> dict[str, list[int]]:
    """People who were let in by category: days that count as visits, and days that do not."""
    query = (
        select(Visit.category, Visit.counts, func.count())
        .where(Visit.fair_id == fair.id, Visit.day <= day_of(fair, as_of))
        .group_by(Visit.category, Visit.counts)
    )
    found: dict[str, list[int]] = {}
    for category, counts, number in db.session.execute(query):
        found.setdefault(category.value, [0, 0])[0 if counts else 1] += number
    return dict(sorted(found.items()))


def _counted_usd(rows: Select[Any]) -> list[Any]:
    """How many records there are, and their sum in US dollars."""
    found = rows.subquery()
    number, cents = db.session.execute(select(func.count(), func.coalesce(func.sum(found.c.amount), 0))).one()
    return [number, plain(Decimal(int(cents or 0)).scaleb(-2))]


def _contracts(fair: Fair, as_of: datetime) -> dict[str, list[Any]]:
    """Number and US dollars of each standing; amounts of different standing are never added."""
    day = day_of(fair, as_of)
    found: dict[str, list[Any]] = {}
    parts = (("verified", behind.contracts_verified), ("cancelled", behind.contracts_cancelled), ("mou", behind.mou))
    for key, rows in parts:
        found[key] = _counted_usd(rows(fair, day))
    waiting = standing() == "waiting"
    number, cents = db.session.execute(
        select(func.count(), func.coalesce(func.sum(Contract.usd_minor), 0)).where(
            Contract.fair_id == fair.id, Contract.signed_on <= day, waiting
        )
    ).one()
    found["waiting"] = [number, plain(Decimal(int(cents or 0)).scaleb(-2))]
    return found


def share(pair: Sequence[int] | None) -> Decimal | None:
    """Foreign ones in percent of all; None where that is not known."""
    return None if not pair else percent(pair[0], pair[1])


def is_international(numbers: Mapping[str, Any]) -> bool | None:
    """Whether both shares reach what UFI asks of an international fair; None when one of them is not known."""
    exhibitors, visits = numbers["international"]["exhibitors"], numbers["international"]["visits"]
    if not visits or not visits[1] or not exhibitors[1]:
        return None
    return bool(
        exhibitors[0] * 100 >= FOREIGN_EXHIBITORS * exhibitors[1] and visits[0] * 100 >= FOREIGN_VISITS * visits[1]
    )
