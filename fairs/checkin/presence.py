"""What a gate's screen asks for beside verdicts: today's figures, and people by their names."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from fairs.badges.models import Badge
from fairs.badges.queries import BadgeFilter, badge_list
from fairs.badges.states import BadgeState
from fairs.calendar.models import Fair
from fairs.checkin.models import Gate, GateTally
from fairs.checkin.queries import counters
from fairs.core.clock import now
from fairs.core.db import db, few

_MOST_PEOPLE = 8


def pulse(fair: Fair, gate_code: str, day: date | None = None) -> dict[str, Any]:
    """The server's time, the fair's visits and people inside on a day (default: today), and what passed a gate."""
    day = day or fair.today
    seen = counters(fair.id, day)
    tally = db.session.execute(
        select(GateTally.passed_in, GateTally.passed_out, GateTally.refused)
        .join(Gate, Gate.id == GateTally.gate_id)
        .where(Gate.fair_id == fair.id, Gate.code == gate_code, GateTally.day == day)
    ).first()
    passed_in, passed_out, refused = tally or (0, 0, 0)
    return {
        "server_time": now(), "visits": seen.visits, "inside": seen.inside,
        "gate": {"passed_in": passed_in, "passed_out": passed_out, "refused": refused},
    }  # fmt: skip


def people_named(fair_id: int, name: str) -> list[dict[str, Any]]:
    """At most eight people with a badge of the fair, valid badges first; no codes, and nothing that opens a gate."""
    query = badge_list(fair_id, BadgeFilter(text=name))
    known = few(query.with_only_columns(Badge.id, maintain_column_froms=True))
    if known is None:
        # In the order of an index, not sorted by their state: of a common name the first eight are soon found.
        query = query.order_by(Badge.id)
        found = list(db.session.scalars(query.where(Badge.state == BadgeState.ACTIVE).limit(_MOST_PEOPLE)))
        if len(found) < _MOST_PEOPLE:
            invalid = query.where(Badge.state != BadgeState.ACTIVE)
            found += db.session.scalars(invalid.limit(_MOST_PEOPLE - len(found)))
    else:
        listed = badge_list(fair_id, BadgeFilter()).where(Badge.id.in_(known))
        found = list(db.session.scalars(listed.order_by(Badge.state, Badge.id).limit(_MOST_PEOPLE)))
    return [
        {
            "reference": badge.reference, "name": badge.person.display_name, "category": str(badge.category),
            "company": badge.company.name if badge.company else "",
            "country": badge.company.country if badge.company else badge.person.country,
            "is_valid": badge.state is BadgeState.ACTIVE,
        }
        for badge in found
    ]  # fmt: skip
