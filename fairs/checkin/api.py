"""POST /api/v1/fairs/<slug>/scans and /counts."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g
from flask_smorest import Blueprint

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.checkin import device_api
from fairs.checkin.counting import CountInput, count_people
from fairs.checkin.errors import UnknownGate
from fairs.checkin.permissions import MANAGE_GATES, SCAN
from fairs.checkin.queries import gate_ids, gates_of
from fairs.checkin.schemas import CountBatch, CountResults, RehearsalQuery, ScanBatch, ScanResults, scan_input
from fairs.checkin.service import check_in_at
from fairs.checkin.states import CountSource
from fairs.checkin.words import as_program_reads
from fairs.core.errors import Forbidden
from fairs.core.kept import kept
from fairs.core.rest import ApiBlueprint, idempotent
from fairs.core.web import actor, hot, requires

blp: Blueprint = ApiBlueprint(
    "api-checkin", __name__, url_prefix="/api/v1/fairs/<fair_slug>", description="Scans of badges at gates"
)
blueprints = [blp, device_api.blp, device_api.enrolling]


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


@blp.post("/counts")
@requires(SCAN)
@idempotent
@blp.arguments(CountBatch)
@blp.response(200, CountResults)
def post_counts(body: dict[str, Any]) -> dict[str, Any]:
    """Add 1 to 500 readings of turnstiles or sensors at a public fair. A count's id makes sending it again harmless."""
    fair = current_fair()
    gates = {gate.code: gate for gate in gates_of(fair.id)}
    counts = []
    for index, values in enumerate(body["counts"]):
        gate = gates.get(values["gate"])
        if gate is None:
            raise UnknownGate(field=f"counts.{index}.gate")
        entry = CountInput.at(
            fair, values["counted_at"], id=values["id"], change=values["entries"], source=CountSource.TURNSTILE
        )
        counts.append((gate, entry))
    results = count_people(fair, counts, by=actor())
    return {
        "results": [
            {"id": r.id, "day": r.day, "hour": r.hour, "hour_total": r.hour_total, "repeated": r.is_repeat}
            for r in results
        ]
    }
