"""The screen of a gate: the page that scans, and the address to which its script sends what was scanned."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, g, json, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import EXCLUDE, ValidationError

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.calendar.queries import fair_by_slug
from fairs.checkin import queries
from fairs.checkin.bundle import MIMETYPE, gate_bundle
from fairs.checkin.device_schemas import BundleQuery, PeopleQuery
from fairs.checkin.entries import MOST_SCANS, ScanInput, ScanResult
from fairs.checkin.facts import fair_info
from fairs.checkin.forms import TypedCodeForm
from fairs.checkin.ingest import take_events
from fairs.checkin.models import Gate
from fairs.checkin.permissions import MANAGE_GATES, SCAN
from fairs.checkin.presence import people_named, pulse
from fairs.checkin.reading import Clock, Flaw, moment_of, read_events
from fairs.checkin.rules import Direction
from fairs.checkin.screen_words import screen_words
from fairs.checkin.service import check_in
from fairs.checkin.words import as_guard_reads, as_program_reads
from fairs.core.clock import now
from fairs.core.error_pages import problem
from fairs.core.errors import Forbidden, NotFound
from fairs.core.limits import limiter
from fairs.core.web import actor, requires

bp = Blueprint("gate", __name__, url_prefix="/fairs/<fair_slug>/gates/<gate_code>")


@dataclass(frozen=True, slots=True)
class Mode:
    """As of which fair and day a screen judges. ``rehearsal_day`` is None at work."""

    fair: Fair
    rehearsal_day: date | None

    @property
    def day(self) -> date:
        """The day whose counters the screen shows."""
        return self.rehearsal_day or self.fair.today

    @property
    def query(self) -> dict[str, Any]:
        """What keeps the mode in an address."""
        if self.rehearsal_day is None:
            return {}
        return {"rehearsal": self.rehearsal_day.isoformat(), "badges_of": self.fair.slug}


def _gate(code: str) -> Gate:
    gate = queries.gate_by_code(current_fair().id, code)
    if gate is None:
        raise NotFound
    return gate


def _mode() -> Mode:
    """At work, or the rehearsal that the address asks for; only who sets up gates may rehearse."""
    fair = current_fair()
    asked = request.args.get("rehearsal", "")
    if not asked:
        return Mode(fair, (fair.rehearsal_day or fair.today) if fair.is_rehearsal else None)
    chosen = fair_by_slug(request.args.get("badges_of") or fair.slug)
    try:
        day = date.fromisoformat(asked)
    except ValueError as error:
        raise NotFound from error
    if chosen is None:
        raise NotFound
    if any(matching_grant(g.grants, MANAGE_GATES, one.id) is None for one in (fair, chosen)):
        raise Forbidden(_("Only who sets up the gates of both fairs can rehearse with them."))
    return Mode(chosen, day)


@bp.route("/scan", methods=["GET", "POST"])
@requires(SCAN)
def scan(gate_code: str) -> Any:
    """The screen. Without its script, a typed code is sent as a plain form and the verdict comes with the page."""
    g.is_scanner = True
    gate, mode = _gate(gate_code), _mode()
    ways = _ways(gate)
    asked = request.values.get("direction")
    way = Direction(asked) if asked in ways else ways[0]
    form = TypedCodeForm()
    result = None
    if form.validate_on_submit() and gate.is_open:
        # The id stands in the page, so that sending the form again does not scan again.
        typed = ScanInput(_form_id(), form.code.data, now(), way, device="form", method="typed")
        result = as_guard_reads(
            check_in(mode.fair, gate, [typed], by=actor(), rehearsal_day=mode.rehearsal_day)[0], mode.fair
        )
    page = render_template(
        "checkin/screen.html", gate=gate, mode=mode, ways=[str(one) for one in ways], way=str(way), form=form,
        form_id=secrets.token_hex(16), result=result, counters=queries.counters(mode.fair.id, mode.day),
        send_url=url_for(".send", gate_code=gate.code, **mode.query), words=screen_words(),
        bundle_url=url_for(".bundle", gate_code=gate.code, **mode.query),
        pulse_url=url_for(".beat", gate_code=gate.code, **mode.query),
        may_manage=matching_grant(g.grants, MANAGE_GATES, current_fair().id) is not None,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _ways(gate: Gate) -> list[Direction]:
    return [Direction.IN, Direction.OUT] if gate.direction == "both" else [Direction(gate.direction)]


def _form_id() -> str:
    sent = request.form.get("scan_id", "")
    return f"form-{sent}" if len(sent) == 32 and sent.isalnum() and sent.isascii() else f"form-{secrets.token_hex(16)}"


@bp.get("/bundle")
@requires(SCAN)
def bundle(gate_code: str) -> Response:
    """The gate bundle by which this page judges without a network, or what has changed ``since`` its cursor."""
    gate, mode = _gate(gate_code), _mode()
    try:
        since = BundleQuery(unknown=EXCLUDE).load(request.args)["since"]
    except ValidationError as error:
        return problem(422, "invalid_input", _("Please check what was sent."), errors=error.messages)
    content = gate_bundle(
        mode.fair, since=since, gate_codes={gate.code}, gates_of=current_fair(), rehearsal_day=mode.rehearsal_day
    )
    return Response(content, mimetype=MIMETYPE)


@bp.post("/pulse")
@requires(SCAN)
def beat(gate_code: str) -> Response:
    """The server's time, and today's figures."""
    gate, mode = _gate(gate_code), _mode()
    seen = pulse(mode.fair, gate.code, mode.day)
    return Response(json.dumps({**seen, "server_time": seen["server_time"].isoformat()}), mimetype="application/json")


@bp.post("/people")
@requires(SCAN)
@limiter.limit("30 per minute")
def people(gate_code: str) -> Response:
    """People with a badge of this fair by a part of their name."""
    _gate(gate_code)
    try:
        wanted = PeopleQuery().load(request.get_json(silent=True) or {})
    except ValidationError as error:
        return problem(422, "invalid_input", _("Please check what was sent."), errors=error.messages)
    return Response(
        json.dumps({"people": people_named(current_fair().id, wanted["name"])}), mimetype="application/json"
    )


@bp.post("/scans")
@requires(SCAN)
def send(gate_code: str) -> Response:
    """Take what the screen scanned; JSON in and out, with the session's CSRF token in a header.

    The device's clock may be wrong: all its times are moved by the difference between its time of sending and ours.
    """
    gate, mode = _gate(gate_code), _mode()
    is_open = gate.is_open
    body = request.get_json(silent=True)
    try:
        if not isinstance(body, dict) or not body.keys() <= {"device", "sent_at", "scans"}:
            raise Flaw("bad_entry")
        if not isinstance(body.get("scans"), list) or len(body["scans"]) > MOST_SCANS:
            raise Flaw("bad_entry")
        clock = Clock.of(now(), moment_of(body.get("sent_at")))
        device = str(body.get("device", ""))[:60]
    except Flaw:
        return problem(422, "bad_scan", _("This scan cannot be read."))
    info = fair_info(mode.fair, gate.fair_id)
    raws = [{**raw, "device": device} if isinstance(raw, dict) else raw for raw in body["scans"]]
    events = read_events(raws, info, clock, device=None, gate=gate.code)
    answers = take_events(
        mode.fair, events, by=actor(), device_id=None, rehearsal_day=mode.rehearsal_day, gates_of=gate.fair_id
    )
    seen, zone = queries.counters(mode.fair.id, mode.day), gate.zone.name if gate.zone else ""
    answer = {
        "results": [
            as_guard_reads(one, mode.fair, zone) if isinstance(one, ScanResult) else as_program_reads(one, {})
            for one in answers
        ],
        "counters": {"visits": seen.visits, "inside": seen.inside},
        "is_open": is_open,
    }
    return Response(json.dumps(answer), mimetype="application/json")
