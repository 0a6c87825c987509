"""POST /api/v1/fairs/<slug>/scans."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g
from flask_smorest import Blueprint

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.checkin.errors import UnknownGate
from fairs.checkin.permissions import MANAGE_GATES, SCAN
from fairs.checkin.queries import gate_ids
from fairs.checkin.schemas import RehearsalQuery, ScanBatch, ScanResults, scan_input
from fairs.checkin.service import check_in_at
from fairs.checkin.words import as_program_reads
from fairs.core.errors import Forbidden
from fairs.core.kept import kept
from fairs.core.rest import ApiBlueprint, idempotent
from fairs.core.web import actor, hot, requires

blp: Blueprint = ApiBlueprint(
    "api-checkin", __name__, url_prefix="/api/v1/fairs/<fair_slug>", description="Scans of badges at gates"
)


_gates = kept("gates")


@blp.post("/scans")
@requires(SCAN)
@hot
@idempotent
@blp.arguments(ScanBatch)
@blp.arguments(RehearsalQuery, location="query")
@blp.response(200, ScanResults)
def post_scans(body: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """Take 1 to 500 scans and give one result per scan. A scan's id makes sending it again harmless."""
    fair = current_fair()
    day: date | None = query["rehearsal_day"]
    if day is not None and matching_grant(g.grants, MANAGE_GATES, fair.id) is None:
        raise Forbidden
    gates = _gates.get(fair.id, lambda: gate_ids(fair.id))
    entries = []
    for index, values in enumerate(body["scans"]):
        gate_id = gates.get(values["gate"])
        if gate_id is None:
            raise UnknownGate(field=f"scans.{index}.gate")
        entries.append((gate_id, scan_input(values, method="api")))
    results = check_in_at(fair, entries, by=actor(), rehearsal_day=day)
    return {"results": [as_program_reads(result) for result in results]}
