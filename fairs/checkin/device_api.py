"""What devices at the gates call: enrolling, the bundle, a pulse, the search by name, conflicts. Scans go to ``api.py``."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_smorest import Blueprint

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.checkin.bundle import MIMETYPE, gate_bundle
from fairs.checkin.device_auth import working_device
from fairs.checkin.device_schemas import (
    BundleQuery,
    EnrolledSchema,
    EnrolSchema,
    OpenConflictsSchema,
    PeopleQuery,
    PeopleSchema,
    PulseAnswerSchema,
    PulseSchema,
    SettledSchema,
    SettleSchema,
)
from fairs.checkin.devices import DeviceHolder, DeviceReport, enrol_device, fair_of, note_report, supervisor_of
from fairs.checkin.errors import NotSupervisor, NotToday
from fairs.checkin.permissions import MANAGE_GATES, SCAN
from fairs.checkin.presence import people_named, pulse
from fairs.checkin.settling import conflict_by_id, conflicts_to_settle, settle_conflict, settled_in_words
from fairs.core.actor import Actor
from fairs.core.errors import Forbidden
from fairs.core.limits import GUESSING, limiter
from fairs.core.rest import ApiBlueprint, idempotent
from fairs.core.web import actor, public, requires

enrolling: Blueprint = ApiBlueprint(
    "api-gate-devices", __name__, url_prefix="/api/v1/gate-devices", description="Enrolling devices at the gates"
)
blp: Blueprint = ApiBlueprint(
    "api-gates", __name__, url_prefix="/api/v1/fairs/<fair_slug>", description="What devices at the gates need"
)


@enrolling.post("/enrol")
@public
@limiter.limit(GUESSING, deduct_when=lambda response: response.status_code >= 400)
@idempotent
@enrolling.arguments(EnrolSchema)
@enrolling.response(200, EnrolledSchema)
def enrol(body: dict[str, Any]) -> dict[str, Any]:
    """Enrol a device by the code that staff show as a QR picture; it works once, for a quarter of an hour."""
    device, token = enrol_device(body["code"], body["facts"])
    fair = fair_of(device)
    return {
        "token": token, "device": device.name, "fair": fair.slug, "fair_name": fair.name,
        "valid_from": device.valid_from, "valid_to": device.valid_to,
    }  # fmt: skip


def _device_today() -> DeviceHolder | None:
    """The device on one of its days; None for a person or program. Raises NotToday, DeviceRevoked."""
    device = working_device()
    if device is not None and not device.may_scan_on(current_fair().today):
        raise NotToday
    return device


@blp.get("/gate-bundle")
@requires(SCAN)
@limiter.limit("60 per minute")
@blp.arguments(BundleQuery, location="query")
@blp.response(200, {"type": "string", "format": "binary"}, content_type=MIMETYPE)
def bundle(query: dict[str, Any]) -> Response:
    """All that a gate needs to judge without a network, or what has changed ``since`` a cursor; see docs/gates.md."""
    device, since = _device_today(), query["since"]
    content = gate_bundle(current_fair(), since=since, gate_codes=device.gate_codes if device is not None else ())
    return Response(content, mimetype=MIMETYPE)


@blp.post("/gate-pulse")
@requires(SCAN)
@limiter.limit("60 per minute")
@idempotent
@blp.arguments(PulseSchema)
@blp.response(200, PulseAnswerSchema)
def gate_pulse(body: dict[str, Any]) -> dict[str, Any]:
    """Say how the device is, and hear the server's time and today's figures of a gate."""
    device = working_device()
    if device is not None:
        note_report(device.id, DeviceReport(body["backlog"], body["clock_offset_ms"], body["facts"]))
    return pulse(current_fair(), body["gate"])


@blp.post("/gate-people")
@requires(SCAN)
@limiter.limit("30 per minute")
@idempotent
@blp.arguments(PeopleQuery)
@blp.response(200, PeopleSchema)
def gate_people(body: dict[str, Any]) -> dict[str, Any]:
    """People with a badge of this fair by a part of their name: who they are and whether the badge is valid, never a code."""
    working_device()
    return {"people": people_named(current_fair().id, body["name"])}


@blp.get("/gate-conflicts")
@requires(SCAN)
@limiter.limit("30 per minute")
@blp.response(200, OpenConflictsSchema)
def gate_conflicts() -> dict[str, Any]:
    """The newest conflicts of the fair's gates that somebody has to settle, with the ways to do so."""
    _device_today()
    return conflicts_to_settle(current_fair().id)


@blp.post("/gate-conflicts/<int:conflict_id>/settle")
@requires(SCAN)
@limiter.limit("60 per minute")
@idempotent
@blp.arguments(SettleSchema)
@blp.response(200, SettledSchema)
def settle_gate_conflict(body: dict[str, Any], conflict_id: int) -> dict[str, Any]:
    """Settle a conflict on the word of the supervisor whose PIN unlocked the device; a program settles in the name of its person.

    Its id makes sending it again harmless.
    """
    device, fair, by = _device_today(), current_fair(), actor()
    if device is None and matching_grant(g.grants, MANAGE_GATES, fair.id) is None:
        raise Forbidden
    if device is not None:
        supervisor = supervisor_of(fair.id, body["supervisor"])
        if supervisor is None:
            raise NotSupervisor
        by = Actor(supervisor.id, supervisor.name or supervisor.email)
    row = settle_conflict(
        fair, conflict_by_id(fair.id, conflict_id), body["way"], body["reason"], by=by, act_id=body["id"],
        device_id=device.id if device is not None else None,
    )  # fmt: skip
    return {"id": body["id"], **settled_in_words(row)}
