"""Pages of gates: list and figures, set-up, the scan log. The gate's own screen is in ``screen.py``."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.calendar.queries import all_fairs
from fairs.checkin import (
    app_pages,
    board_pages,
    conflict_pages,
    count_pages,
    device_pages,
    queries,
    rule_pages,
    screen,
    zone_pages,
)
from fairs.checkin.evacuation import occupancy
from fairs.checkin.forms import GateForm, NewGateForm
from fairs.checkin.lists import SCANS, day_of, wanted_of
from fairs.checkin.models import Gate
from fairs.checkin.permissions import MANAGE_GATES, SCAN, VIEW_GATES
from fairs.checkin.service import change_gate, create_gate, set_gate_open
from fairs.checkin.states import Verdict
from fairs.core.errors import DomainError, NotFound
from fairs.core.lists import download, known, page_of
from fairs.core.permissions import Permission
from fairs.core.sections import Part, section
from fairs.core.web import NavItem, actor, go, register_nav, requires, safe_next

bp = Blueprint("checkin", __name__, url_prefix="/fairs/<fair_slug>")
blueprints = [
    bp,
    board_pages.bp,
    board_pages.screen_bp,
    screen.bp,
    count_pages.bp,
    rule_pages.bp,
    zone_pages.bp,
    conflict_pages.bp,
    device_pages.bp,
    app_pages.bp,
]


def _gate(code: str) -> Gate:
    gate = queries.gate_by_code(current_fair().id, code)
    if gate is None:
        raise NotFound
    return gate


def _day(fair: Fair) -> date:
    """The day whose figures are shown: the one asked for, else today, else the fair's first or last day."""
    asked = day_of(request.args.get("day", ""))
    if asked in fair.days:
        return asked
    return min(max(fair.today, fair.starts_on), fair.ends_on)


def _live() -> dict[str, Any]:
    fair = current_fair()
    day = _day(fair)
    return {
        "gates": queries.gates_of(fair.id),
        "places": occupancy(fair) if day == fair.today else [],
        "activity": queries.activity(fair.id, day),
        "counters": queries.counters(fair.id, day),
        "open_conflicts": sum(queries.open_conflicts(fair.id).values()),
        "day": day,
        "is_today": day == fair.today,
        "may_manage": _may(MANAGE_GATES),
        "may_scan": _may(SCAN),
    }


def _may(permission: Permission) -> bool:
    return matching_grant(g.grants, permission, current_fair().id) is not None


@bp.get("/gates")
@requires(VIEW_GATES)
def gates() -> str:
    """The gates and what passes through them."""
    return render_template("checkin/gates.html", rehearsal_fairs=_rehearsal_fairs(), **_live())


@bp.get("/gates/figures")
@requires(VIEW_GATES)
def figures() -> str:
    """The live part of the gates' page."""
    return render_template("checkin/_live.html", **_live())


@bp.get("/gates/rehearse")
@requires(MANAGE_GATES)
def rehearse() -> BaseResponse:
    """To the screen of the chosen gate, in rehearsal."""
    gate, day = _gate(request.args.get("gate", "")), day_of(request.args.get("rehearsal", ""))
    if day is None:
        flash(_("Choose the day to rehearse."), "warning")
        return go(url_for(".gates"))
    return go(
        url_for(
            "gate.scan", gate_code=gate.code, rehearsal=day.isoformat(), badges_of=request.args.get("badges_of", "")
        )
    )


def _rehearsal_fairs() -> list[Fair]:
    """The fairs whose gates this person may set up, and so rehearse; the present one first."""
    present = current_fair()
    mine = [fair for fair in all_fairs() if matching_grant(g.grants, MANAGE_GATES, fair.id) is not None]
    return sorted(mine, key=lambda fair: fair.id != present.id)


@bp.route("/gates/new", methods=["GET", "POST"])
@requires(MANAGE_GATES)
def new_gate() -> Any:
    """Set up another gate."""
    form = NewGateForm()
    form.offer(queries.zones_of(current_fair().id))
    if form.validate_on_submit():
        try:
            gate = create_gate(current_fair(), form.code.data, form.to_draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("%(gate)s is set up and open.", gate=gate.name), "success")
            return go(url_for(".gates"))
    return render_template("checkin/gate_form.html", form=form, gate=None), 422 if form.errors else 200


@bp.route("/gates/<code>/edit", methods=["GET", "POST"])
@requires(MANAGE_GATES)
def edit_gate(code: str) -> Any:
    """Rename a gate or turn its direction."""
    gate = _gate(code)
    form = GateForm(obj=gate)
    form.offer(queries.zones_of(current_fair().id), gate)
    if form.validate_on_submit():
        try:
            change_gate(gate, form.to_draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for(".gates"))
    return render_template("checkin/gate_form.html", form=form, gate=gate), 422 if form.errors else 200


@bp.post("/gates/<code>/open")
@requires(MANAGE_GATES)
def open_gate(code: str) -> BaseResponse:
    """Open a closed gate."""
    gate = set_gate_open(_gate(code), True, by=actor())
    flash(_("%(gate)s is open.", gate=gate.name), "success")
    return go(safe_next(request.form.get("next"), url_for(".gates")))


@bp.post("/gates/<code>/close")
@requires(MANAGE_GATES)
def close_gate(code: str) -> BaseResponse:
    """Close a gate."""
    gate = set_gate_open(_gate(code), False, by=actor(), reason=request.form.get("reason", ""))
    flash(_("%(gate)s is closed.", gate=gate.name), "success")
    return go(url_for(".gates"))


@bp.get("/scans")
@requires(VIEW_GATES)
def scans() -> Any:
    """The log of scans, with filters; ``format=xlsx`` gives it as a spreadsheet."""
    fair = current_fair()
    wanted = wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(SCANS, fair, known(SCANS, request.args))
    page = page_of(SCANS, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "checkin/scans.html", page=page, wanted=wanted, gates=queries.gates_of(fair.id), verdicts=list(Verdict)
    )


section(
    _l("Gates"),
    (
        Part("checkin.gates", _l("Gates"), "scan", VIEW_GATES),
        Part("zones.index", _l("Halls"), "building", VIEW_GATES),
        Part("counts.index", _l("Counters"), "tallymarks", VIEW_GATES, lambda: current_fair().kind == "public"),
        Part("gate_devices.index", _l("Devices"), "device-mobile", MANAGE_GATES),
        Part("conflicts.index", _l("Conflicts"), "arrows-split-2", VIEW_GATES),
        Part("checkin.scans", _l("Scan log"), "list-search", VIEW_GATES),
    ),
    (bp, count_pages.bp, zone_pages.bp, device_pages.bp, conflict_pages.bp),
)
register_nav(
    NavItem(
        "gates", _l("Gates"), "scan", "checkin.gates", VIEW_GATES, 60, bottom=True,
        pages=("checkin", "counts", "zones", "gate_devices", "conflicts"),
    )
)  # fmt: skip
