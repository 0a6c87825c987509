"""The ratios of the plan of 2020 by which a whole fair's contracts are looked at (brief, section 5)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.checkin.models import Visit
from fairs.contracts.counting import headline
from fairs.contracts.models import Contract
from fairs.core.db import db
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth

#: USD of verified contracts: for each importer that came, each booth of 9 m², each participation at a fair abroad.
RATIOS: dict[str, tuple[int, int]] = {
    "per_importer": (9_400, 10_200), "per_booth": (13_000, 15_000), "per_participation": (40_000, 45_000),
}  # fmt: skip
#: A fair is asked about when its ratio lies outside the range by this factor; below it only once the fair is over.
FAR = 3
FEWEST = 5
_BOOTH_CM2 = 90_000


def fair_findings(fair: Fair) -> list[tuple[str, dict[str, Any]]]:
    """Ratios far outside the plan's, each with its numbers; nothing while few contracts are verified."""
    count, total = db.session.execute(
        select(func.count(Contract.id), func.coalesce(func.sum(Contract.usd_minor), 0)).where(
            Contract.fair_id == fair.id, headline()
        )
    ).one()
    cents = int(total or 0)
    if count < FEWEST:
        return []
    found = []
    for kind, number in _bases(fair).items():
        low, high = RATIOS[kind]
        ratio = cents / 100 / number if number else 0
        far = ratio > high * FAR or (fair.is_over and ratio < low / FAR)
        if number and far:
            facts = {
                "contracts": count, "usd": cents, "number": round(number, 1), "ratio": round(ratio),
                "low": low, "high": high, "rough": f"{ratio:.0e}",
            }  # fmt: skip
            found.append((kind, facts))
    return found


def _bases(fair: Fair) -> dict[str, float]:
    """What the value is divided by."""
    if fair.kind == "overseas":
        query = select(func.count(Exhibitor.id)).where(
            Exhibitor.fair_id == fair.id, Exhibitor.state == ExhibitorState.ACCEPTED
        )
        return {"per_participation": float(db.session.scalar(query) or 0)}
    importers = db.session.scalar(
        select(func.count(func.distinct(Badge.company_id)))
        .join(Visit, Visit.badge_id == Badge.id)
        .where(Visit.fair_id == fair.id, Visit.category == BadgeCategory.IMPORTER)
    )
    area = db.session.scalar(
        select(func.sum(Booth.w_cm * Booth.h_cm))
        .join(BoothBooking, BoothBooking.booth_id == Booth.id)
        .where(BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
    )
    return {"per_importer": float(importers or 0), "per_booth": float(area or 0) / _BOOTH_CM2}
