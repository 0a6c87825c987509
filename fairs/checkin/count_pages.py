"""Counters of public fairs: the day by gate and hour, the telephone's big button, tallies typed later, corrections."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, g, jsonify, render_template, request, url_for
from flask_babel import gettext as _

from fairs.accounts.models import User
from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.checkin.counting import (
    CountDay,
    CountInput,
    count_day,
    count_people,
    entries_of_day,
    gate_totals,
    totals_by_day,
)
from fairs.checkin.forms import TallyForm
from fairs.checkin.models import CountEntry, Gate
from fairs.checkin.permissions import MANAGE_GATES, SCAN, VIEW_GATES
from fairs.checkin.queries import gate_by_code, gates_of
from fairs.checkin.sheets import count_sheet, entry_sheet
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.sheets import sheet_response
from fairs.core.web import actor, go, requires

bp = Blueprint("counts", __name__, url_prefix="/fairs/<fair_slug>/gates")
MOST_PRESSES = 1_000
MOST_ENTRIES_PER_DAY = 200_000


def _day(fair: Fair) -> date:
    try:
        asked = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        asked = fair.today
    return min(max(asked, fair.starts_on), fair.ends_on)


def _may(permission: Any) -> bool:
    return matching_grant(g.grants, permission, current_fair().id) is not None


def _gate(code: str) -> Gate:
    gate = gate_by_code(current_fair().id, code)
    if gate is None:
        raise NotFound
    return gate


def _new_id() -> str:
    return secrets.token_urlsafe(15)


@bp.get("/counts")
@requires(VIEW_GATES)
def index() -> Any:
    """The day's counts by gate and hour, what is missing, and what was typed or corrected; ``format=xlsx`` for all days."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        days = [count_day(fair, day) for day in fair.days]
        sheets = [count_sheet(days), entry_sheet(_all_entries(fair))]
        return sheet_response(sheets, f"{fair.slug}-counts", time_zone=fair.time_zone)
    day = _day(fair)
    counted = count_day(fair, day)
    entries = db.session.scalars(entries_of_day(fair.id, day).limit(50)).all()
    return render_template(
        "checkin/counts.html",
        day=day,
        counted=counted,
        missing=_missing(fair, counted),
        totals=totals_by_day(fair),
        entries=entries,
        people=_people(entries),
        may_count=_may(SCAN),
        may_manage=_may(MANAGE_GATES),
        hour_now=_local(fair).hour if fair.today == day else (24 if day < fair.today else -1),
    )


def _all_entries(fair: Fair) -> list[tuple[CountEntry, str]]:
    entries = [
        entry
        for day in fair.days
        for entry in db.session.scalars(entries_of_day(fair.id, day, by_hand=False).limit(MOST_ENTRIES_PER_DAY))
    ]
    people = _people(entries)
    return [(entry, people.get(entry.by_id or 0, "")) for entry in entries]


def _people(entries: Any) -> dict[int, str]:
    keys = {entry.by_id for entry in entries if entry.by_id}
    return {user.id: user.name or user.email for user in db.session.query(User).where(User.id.in_(keys))}


def _local(fair: Fair) -> datetime:
    return now().astimezone(ZoneInfo(fair.time_zone))


def _missing(fair: Fair, counted: CountDay) -> int:
    """Hours of open gates that are over and have no count."""
    if counted.day > fair.today:
        return 0
    over = [hour for hour in counted.hours if counted.day < fair.today or hour < _local(fair).hour]
    return sum((gate.id, hour) not in counted.counts for gate in counted.gates if gate.is_open for hour in over)


@bp.route("/counts/type", methods=["GET", "POST"])
@requires(SCAN)
def type_in() -> Any:
    """A tally from paper, or a correction with its reason."""
    fair = current_fair()
    form = TallyForm(data={"day": _day(fair), "entry_id": _new_id(), "gate": request.args.get("gate", "")})
    form.gate.choices = [(gate.code, gate.name) for gate in gates_of(fair.id)]
    if form.validate_on_submit():
        try:
            entry = form.entry()
            count_people(fair, [(_gate(form.gate.data), entry)], by=actor())
        except DomainError as error:
            error.field = (error.field or "").rpartition(".")[2] or None
            form.add_error(error)
        else:
            flash(_("Kept: %(n)s at %(hour)s o'clock.", n=f"{entry.change:+d}", hour=entry.hour), "success")
            return go(url_for(".index", day=entry.day.isoformat()))
    return render_template("checkin/tally.html", form=form), 422 if form.errors else 200


@bp.get("/<code>/count")
@requires(SCAN)
def counter(code: str) -> str:
    """The big button of one gate, for a telephone."""
    fair, gate = current_fair(), _gate(code)
    local = _local(fair)
    hour, today = gate_totals(fair, gate, local.date(), local.hour)
    return render_template(
        "checkin/counter.html", gate=gate, hour=local.hour, in_hour=hour, in_day=today, entry_id=_new_id(),
        is_open_day=local.date() in fair.days,
    )  # fmt: skip


@bp.post("/<code>/count")
@requires(SCAN)
def press(code: str) -> Any:
    """Presses of the button; the page's script sends several at once, with the moment of the first."""
    fair, gate = current_fair(), _gate(code)
    wants_json = request.accept_mimetypes.best == "application/json"
    try:
        change = int(request.form.get("change", "")[:6])
        at = datetime.fromisoformat(request.form["at"]) if request.form.get("at") else now()
        entry = CountInput.at(
            fair, at if at.tzinfo else now(), id=request.form.get("entry_id", "")[:41], change=max(-MOST_PRESSES, min(change, MOST_PRESSES)),
        )  # fmt: skip
        count_people(fair, [(gate, entry)], by=actor())
    except (ValueError, OverflowError):
        return _refused(code, _("Write a whole number."), wants_json)
    except DomainError as error:
        return _refused(code, str(error), wants_json)
    if wants_json:
        local = _local(fair)
        in_hour, in_day = gate_totals(fair, gate, local.date(), local.hour)
        return jsonify(hour=local.hour, in_hour=in_hour, in_day=in_day)
    return go(url_for(".counter", code=code))


def _refused(code: str, message: str, wants_json: bool) -> Response | Any:
    if wants_json:
        return jsonify(message=message), 422
    flash(message, "danger")
    return go(url_for(".counter", code=code))
