"""The supervisor's pages of what the gates noted: the list, one conflict with both its scans, and settling it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select
from werkzeug.wrappers import Response as BaseResponse
from wtforms import RadioField
from wtforms.validators import InputRequired

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.checkin.models import ScanConflict
from fairs.checkin.permissions import MANAGE_GATES, VIEW_GATES
from fairs.checkin.quarantine import rejudge_unknown
from fairs.checkin.queries import open_conflicts
from fairs.checkin.settling import (
    ConflictFilter,
    Outcome,
    acts_on,
    conflict_by_id,
    conflict_list,
    device_of,
    problem_of,
    settle_conflict,
    ways_of,
    what_was_sent,
)
from fairs.checkin.states import ConflictKind, ConflictState, Verdict
from fairs.core.errors import DomainError
from fairs.core.forms import Form, Text
from fairs.core.lists import Args, ListSpec, download, known, page_of, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean
from fairs.core.web import actor, go, requires

bp = Blueprint("conflicts", __name__, url_prefix="/fairs/<fair_slug>/scan-conflicts")


def wanted_of(args: Args) -> ConflictFilter:
    """The filter that an address asks for."""
    kind, state = args.get("kind", ""), args.get("state", "")
    return ConflictFilter(
        clean(args.get("q", ""))[:100],
        kind if kind in set(ConflictKind) else "",
        state if state in {*ConflictState, "all"} else "open",
    )


def outcome_of(conflict: ScanConflict) -> tuple[str, str]:
    """What was decided, and why."""
    way, _colon, said = conflict.outcome.partition(":")
    if way == "known":
        return _("The code became known."), said
    return (str(Outcome(way).label), said) if way in set(Outcome) else ("", conflict.outcome)


def _sheets(_fair: Any, query: Select[ScanConflict]) -> Sequence[Sheet]:
    heads = [
        _("Noted"), _("Kind"), _("State"), _("Badge"), _("Name"), _("Gate"), _("Scanned at"), _("Other gate"),
        _("Scanned at"), _("What is wrong"), _("Decided"), _("Reason"), _("Cleared up"),
    ]  # fmt: skip
    rows = (
        [
            row.created_at, str(row.kind.label), str(row.state.label), row.badge.reference if row.badge else "",
            row.badge.person.display_name if row.badge else "", row.scan.gate.name if row.scan else "",
            row.scan.scanned_at if row.scan else None, row.other_scan.gate.name if row.other_scan else "",
            row.other_scan.scanned_at if row.other_scan else None, problem_of(row), *outcome_of(row), row.settled_at,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Conflicts"), heads, rows)]


_ORDERS = {
    "": ((ScanConflict.created_at, True), (ScanConflict.id, True)),
    "noted": ((ScanConflict.created_at, False), (ScanConflict.id, False)),
    "kind": ((ScanConflict.kind, False), (ScanConflict.id, False)),
    "-kind": ((ScanConflict.kind, True), (ScanConflict.id, True)),
}

CONFLICTS = register_list(
    ListSpec(
        "scan_conflicts", _l("Conflicts at the gates"), "conflicts.index", VIEW_GATES, ("q", "kind", "state", "sort"),
        query=lambda fair, args: conflict_list(fair.id, wanted_of(args)),
        keys=lambda args: _ORDERS.get(args.get("sort", ""), _ORDERS[""]), reference=ScanConflict.id,
        name_of=lambda row: str(row.kind.label), sheets=_sheets, record=("conflicts.show", "conflict_id"),
        everything={"state": "all"},
    )
)  # fmt: skip


class SettleForm(Form):
    """What holds, and why."""

    way = RadioField(_l("What holds?"), [InputRequired(_l("Please choose."))], choices=[])
    reason = Text(_l("Reason"), required=True, length=280)


@bp.get("/")
@requires(VIEW_GATES)
def index() -> Any:
    """What waits to be settled, with filters; ``format=xlsx`` gives it as a spreadsheet."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(CONFLICTS, fair, known(CONFLICTS, request.args))
    return render_template(
        "checkin/conflicts.html", page=page_of(CONFLICTS, fair, request.args, cursor=request.args.get("cursor")),
        wanted=wanted_of(request.args), kinds=list(ConflictKind), states=list(ConflictState),
        waiting=open_conflicts(fair.id), may_manage=matching_grant(g.grants, MANAGE_GATES, fair.id) is not None, problem_of=problem_of, outcome_of=outcome_of,
    )  # fmt: skip


@bp.route("/<int:conflict_id>", methods=["GET", "POST"])
@requires(MANAGE_GATES)
def show(conflict_id: int) -> Any:
    """One conflict with both its scans; who may set up gates settles it."""
    fair = current_fair()
    conflict = conflict_by_id(fair.id, conflict_id)
    form = SettleForm()
    form.way.choices = [(str(way), way.label) for way in ways_of(conflict)]
    if form.validate_on_submit():
        try:
            settle_conflict(fair, conflict, form.way.data, form.reason.data, by=actor())
        except DomainError as error:
            form.add_error(error)
            conflict = conflict_by_id(fair.id, conflict_id)
        else:
            flash(_("The conflict is settled."), "success")
            return go(url_for(".index"))
    page = render_template(
        "checkin/conflict.html", conflict=conflict, form=form, problem=problem_of(conflict), acts=acts_on(conflict),
        outcome=outcome_of(conflict), sent=what_was_sent(conflict), device=device_of(conflict), shown=Verdict,
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.post("/rejudge")
@requires(MANAGE_GATES)
def rejudge() -> BaseResponse:
    """Judge again what was unknown when it was scanned."""
    count = rejudge_unknown(current_fair())
    if count:
        flash(ngettext("%(num)s scan is known now.", "%(num)s scans are known now.", count), "success")
    else:
        flash(_("None of the unknown codes is known by now."), "info")
    return go(url_for(".index", kind="unknown_code"))
