"""POST /api/v1/fairs/<slug>/scans and /counts."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint, abort
from marshmallow import ValidationError

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.checkin import device_api
from fairs.checkin.counting import CountInput, count_people
from fairs.checkin.device_auth import calling_device
from fairs.checkin.entries import MOST_SCANS, Answer, ScanInput
from fairs.checkin.errors import UnknownGate
from fairs.checkin.facts import FairInfo, fair_info
from fairs.checkin.ingest import take_events
from fairs.checkin.permissions import MANAGE_GATES, SCAN
from fairs.checkin.queries import gates_of
from fairs.checkin.reading import Clock, Flaw, checked_scan, read_events, read_program
from fairs.checkin.schemas import CountBatch, CountResults, RehearsalQuery, ScanBatch, ScanResults
from fairs.checkin.service import take_scans
from fairs.checkin.states import CountSource
from fairs.checkin.words import all_as_program_reads, dumps
from fairs.core.clock import now
from fairs.core.errors import Forbidden
from fairs.core.rest import ApiBlueprint, idempotent
from fairs.core.web import actor, hot, requires

blp: Blueprint = ApiBlueprint(
    "api-checkin", __name__, url_prefix="/api/v1/fairs/<fair_slug>", description="Scans of badges at gates"
)
blueprints = [blp, device_api.blp, device_api.enrolling]


class EventBatch(ScanBatch):
    """A batch as it came: it is read by hand (``reading``); the schema is for its description and for the words of its errors."""

    def load(self, data: Any, **_options: Any) -> Any:
        """What was sent. Of a device only its frame is checked: an entry that is wrong must not stop the others."""
        if calling_device() is None:
            return {"scans": data}
        frame = dict(data) if isinstance(data, dict) else data
        if isinstance(frame, dict) and isinstance(frame.get("scans"), list) and 0 < len(frame["scans"]) <= MOST_SCANS:
            return {"scans": {**super().load({**frame, "scans": [_SAMPLE]}), "scans": frame["scans"]}}
        return {"scans": super().load(data)}


_SAMPLE = {"id": "-", "code": "-", "gate": "-", "direction": "in", "scanned_at": "2000-01-01T00:00:00+00:00"}


def _by_hand(view: Callable[..., Any]) -> Callable[..., Any]:
    """Nearly every call is JSON without a query: it goes past webargs, which says in its own words what is wrong with others."""

    @functools.wraps(view)
    def wrapper() -> Any:
        body = _plain_body()
        return view() if body is None else _take(body, None)

    return wrapper


def _plain_body() -> dict[str, Any] | None:
    """The body as EventBatch would load it; None when it must say what is wrong."""
    if request.query_string or request.mimetype != "application/json":
        return None
    try:
        sent = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return None
    if calling_device() is None:
        return {"scans": sent}
    if type(sent) is not dict or sent.keys() != {"scans"} or type(sent["scans"]) is not list:
        return None
    return {"scans": {**sent, "sent_at": None}} if 0 < len(sent["scans"]) <= MOST_SCANS else None


@blp.post("/scans")
@requires(SCAN)
@hot
@idempotent
@_by_hand
@blp.arguments(EventBatch)
@blp.arguments(RehearsalQuery, location="query")
@blp.response(200, ScanResults)
def post_scans(body: dict[str, Any], query: dict[str, Any]) -> Response:
    """Take 1 to 500 scans and give one result per scan. A scan's id makes sending it again harmless."""
    return _take(body, query["rehearsal_day"])


def _take(body: dict[str, Any], day: date | None) -> Response:
    fair, device, received = current_fair(), calling_device(), now()
    if day is not None and (device is not None or matching_grant(g.grants, MANAGE_GATES, fair.id) is None):
        raise Forbidden
    info, sent = fair_info(fair), body["scans"]
    if device is not None:
        events = read_events(sent["scans"], info, Clock.of(received, sent["sent_at"]), device=device)
        return _answer(take_events(fair, events, by=actor(), device_id=device.id))
    try:
        scans = read_program(sent, info, received)
        if not 0 < len(scans) <= MOST_SCANS:
            raise Flaw("bad_entry")
    except Flaw:
        scans = _as_schema_says(sent, info, received)
    return _answer(take_scans(fair, scans, by=actor(), rehearsal_day=day))


def _as_schema_says(sent: Any, info: FairInfo, received: datetime) -> list[tuple[int, ScanInput]]:
    """Why a batch is refused, in the words of the schema; a batch that only looks unusual is taken."""
    try:
        body = ScanBatch().load(sent)
    except ValidationError as error:
        abort(422, exc=error, messages={"json": error.messages}, schema=None)
    clock = Clock.of(received, body["sent_at"])
    entries = []
    for index, values in enumerate(body["scans"]):
        gate = info.by_code.get(values["gate"])
        if gate is None:
            raise UnknownGate(field=f"scans.{index}.gate")
        entries.append((gate.id, checked_scan(values, clock, f"scans.{index}")))
    return entries


def _answer(answers: Sequence[Answer]) -> Response:
    return Response(dumps({"results": all_as_program_reads(answers)}), mimetype="application/json")


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
