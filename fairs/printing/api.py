"""The print queue for programs on a printer's computer: lease, renew, report; with a station's token or somebody's API token."""

from __future__ import annotations

from typing import Any

from flask import Response, g, url_for
from flask_smorest import Blueprint
from marshmallow import fields, validate

from fairs.accounts.security import Pass, register_passes
from fairs.badges.permissions import PRINT_BADGES
from fairs.calendar.context import current_fair
from fairs.core.actor import Actor
from fairs.core.errors import NotFound
from fairs.core.rest import ApiBlueprint, StrictSchema, idempotent
from fairs.core.web import actor, requires
from fairs.printing import leases
from fairs.printing.models import PrintJob, PrintStation
from fairs.printing.queries import job_by_id, station_by_id, station_by_token
from fairs.printing.states import FailReason, JobState
from fairs.printing.station_pages import badge_pdf
from fairs.printing.stations import TOKEN_PREFIX, station_actor

blp: Blueprint = ApiBlueprint(
    "api-printing", __name__, url_prefix="/api/v1/fairs/<fair_slug>/print-jobs", description="The print queue of badges"
)


class StationSchema(StrictSchema):
    """Which station asks. A station's own token says so by itself."""

    station = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, 2**63 - 1))


class ReportSchema(StationSchema):
    """``lease`` is the number that came with the job."""

    lease = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**31 - 1))


class FailureSchema(ReportSchema):
    """Why it did not come out."""

    reason = fields.String(required=True, validate=validate.OneOf([str(one) for one in FailReason]))
    note = fields.String(load_default="", validate=validate.Length(max=200))


class PrintQuery(StrictSchema):
    """Which station asks, for a file."""

    station = fields.Integer(load_default=0, validate=validate.Range(0, 2**63 - 1))


class PrintJobSchema(StrictSchema):
    """A badge to be printed once. ``resumed``: the station had it already; ask a person whether it came out before printing."""

    id = fields.Integer()
    state = fields.String()
    lease = fields.Integer()
    lease_until = fields.AwareDateTime(allow_none=True)
    resumed = fields.Boolean()
    badge = fields.String()
    category = fields.String()
    size = fields.String()
    name = fields.String()
    pdf = fields.String()


class LeaseSchema(StrictSchema):
    """The job, or null when nothing waits."""

    job = fields.Nested(PrintJobSchema, allow_none=True)


def _find(token: str) -> Pass | None:
    station = station_by_token(token)
    if station is None:
        return None
    return Pass(f"station:{station.id}", station.fair_id, frozenset({PRINT_BADGES}), station_actor(station), station.id)


register_passes(TOKEN_PREFIX, _find)


def _caller(station_id: int) -> tuple[PrintStation, Actor]:
    """The station that asks, and who acts: a station's token says which it is, a person's call names it. Raises NotFound."""
    own: int | None = g.bearer_pass.holder if g.bearer_pass is not None else None
    found = station_by_id(current_fair().id, own or station_id)
    if found is None or (own is not None and station_id not in (0, own)):
        raise NotFound
    return found, actor()


def _job(station: PrintStation, job_id: int) -> PrintJob:
    job = job_by_id(station.fair_id, job_id)
    if job is None:
        raise NotFound
    return job


def _json(job: PrintJob, *, resumed: bool = False) -> dict[str, Any]:
    return {
        "id": job.id, "state": str(job.state), "lease": job.lease, "lease_until": job.lease_until, "resumed": resumed,
        "badge": job.badge.reference, "category": str(job.category), "size": job.size,
        "name": job.badge.person.display_name, "pdf": url_for("api-printing.pdf", job_id=job.id),
    }  # fmt: skip


@blp.post("/lease")
@requires(PRINT_BADGES)
@idempotent
@blp.arguments(StationSchema)
@blp.response(200, LeaseSchema)
def lease(body: dict[str, Any]) -> dict[str, Any]:
    """The station's next job under a lease of a minute, or the one it still has. Ask every few seconds."""
    station, by = _caller(body["station"])
    found = leases.lease_next(station, by=by)
    return {"job": _json(found.job, resumed=found.is_resumed) if found is not None else None}


@blp.post("/<int:job_id>/renew")
@requires(PRINT_BADGES)
@idempotent
@blp.arguments(ReportSchema)
@blp.response(200, PrintJobSchema)
def renew(body: dict[str, Any], job_id: int) -> dict[str, Any]:
    """Keep the job for another minute."""
    station, _by = _caller(body["station"])
    return _json(leases.renew(station, _job(station, job_id), body["lease"]))


@blp.post("/<int:job_id>/printed")
@requires(PRINT_BADGES)
@idempotent
@blp.arguments(ReportSchema)
@blp.response(200, PrintJobSchema)
def printed(body: dict[str, Any], job_id: int) -> dict[str, Any]:
    """It came out. Sending it again changes nothing; a late report is taken unless another station has the job by now."""
    station, by = _caller(body["station"])
    return _json(leases.report_printed(station, _job(station, job_id), body["lease"], by=by))


@blp.post("/<int:job_id>/failed")
@requires(PRINT_BADGES)
@idempotent
@blp.arguments(FailureSchema)
@blp.response(200, PrintJobSchema)
def failed(body: dict[str, Any], job_id: int) -> dict[str, Any]:
    """It did not come out; a person decides what next."""
    station, by = _caller(body["station"])
    report = leases.report_failed(
        station, _job(station, job_id), body["lease"], reason=body["reason"], note=body["note"], by=by
    )
    return _json(report)


@blp.get("/<int:job_id>/pdf")
@requires(PRINT_BADGES)
@idempotent
@blp.arguments(PrintQuery, location="query")
@blp.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
def pdf(query: dict[str, Any], job_id: int) -> Response:
    """The badge of a job that the station has."""
    station, _by = _caller(query["station"])
    job = _job(station, job_id)
    if job.station_id != station.id or job.state is not JobState.LEASED:
        raise NotFound
    return badge_pdf(job)
