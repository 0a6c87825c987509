"""The rules of a gate: rows edited as a form, tried before they are kept, copied from other gates, exported and imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.badges.states import BadgeCategory
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.calendar.queries import all_fairs
from fairs.checkin.errors import BadRules
from fairs.checkin.models import Gate
from fairs.checkin.permissions import MANAGE_GATES, VIEW_GATES
from fairs.checkin.queries import gate_by_code, gates_with_rules
from fairs.checkin.reasons import what_to_do, why
from fairs.checkin.rule_forms import TypedRow, changed_rows, note_problems, read_rows, shown_rows
from fairs.checkin.rulebook import DAYS_ONLY, Row, check_rows, staff_rows, standard_rows
from fairs.checkin.rules import Direction, Judgement
from fairs.checkin.setup import exported, imported, moved_rows, save_rules
from fairs.checkin.trying import days_of, hours_table, try_rows
from fairs.core.errors import NotFound
from fairs.core.i18n import format_date
from fairs.core.web import actor, go, requires

bp = Blueprint("gate_rules", __name__, url_prefix="/fairs/<fair_slug>/gates/<gate_code>/rules")

KINDS_OF_DAYS = [
    ("fair", _l("Fair days")), ("build_up", _l("Days of build-up")), ("dismantling", _l("Days of dismantling")),
    ("last_day", _l("The last fair day")), ("all", _l("All of these")), ("dates", _l("Only on these days:")),
]  # fmt: skip
_MOST_JSON = 60_000


def _gate(code: str) -> Gate:
    gate = gate_by_code(current_fair().id, code)
    if gate is None:
        raise NotFound
    return gate


@dataclass(slots=True)
class Trial:
    """Whom, when and which way somebody tries; ``problem`` says what cannot be read."""

    category: str
    day: date
    hour: str
    direction: str
    problem: Any = None

    @classmethod
    def asked(cls, fair: Fair) -> Trial:
        """What was typed, or a visitor on the first day at ten."""
        known = {one.day.isoformat(): one.day for one in days_of(fair)}
        category, day = request.values.get("category", "trade"), request.values.get("day", fair.starts_on.isoformat())
        hour, direction = request.values.get("hour", "10:00").strip()[:5], request.values.get("direction", "in")
        found = cls(category, known.get(day, fair.starts_on), hour, direction)
        if category not in set(BadgeCategory) or day not in known or direction not in {"in", "out"}:
            found = cls("trade", fair.starts_on, hour, "in", _l("Please choose from the list."))
        try:
            datetime.strptime(hour, "%H:%M")  # noqa: DTZ007
        except ValueError:
            found.problem, found.hour = _l("Write a time as 09:00."), "10:00"
        return found

    def judged(self, rows: Sequence[Row], fair: Fair, gate: Gate) -> Judgement:
        """What the gate would say."""
        moment = datetime.fromisoformat(f"{self.day.isoformat()}T{self.hour}:00")
        return try_rows(rows, fair, self.category, Direction(self.direction), moment, gate_direction=gate.direction)


@bp.route("", methods=["GET", "POST"])
@requires(MANAGE_GATES)
def edit(gate_code: str) -> Any:
    """The rows; every button but Save only changes what stands in the form."""
    gate, act = _gate(gate_code), request.form.get("act", "")
    if request.method == "GET":
        return _page(gate, shown_rows(gate.rules))
    rows = read_rows(request.form)
    moved = changed_rows(rows, act)
    if moved is not None:
        return _page(gate, moved)
    if act in {"standard", "staff", "days", "copy", "import"}:
        return _filled(gate, rows, act)
    problems = check_rows([one.row() for one in rows])
    note_problems(rows, problems)
    if problems:
        return _page(gate, rows, [problems[0].message]), 422
    if act != "save":
        return _page(gate, rows)
    save_rules(gate, [one.row() for one in rows], by=actor())
    flash(_("The gate judges by these rules from now on."), "success")
    return go(url_for(".edit", gate_code=gate.code))


def _filled(gate: Gate, rows: list[TypedRow], act: str) -> Any:
    """Other rows in the form, to be looked at and saved, or what is wrong with them."""
    fair = current_fair()
    if act == "copy":
        found = next(
            (one for one in _others(gate) if f"{one[0].slug}/{one[1].code}" == request.form.get("from", "")), None
        )
        if found is None:
            return _page(gate, rows, [_("Choose the gate whose rules to copy.")]), 422
        return _page(gate, shown_rows(moved_rows(found[1].rules, found[0], fair)))
    if act == "import":
        try:
            return _page(gate, shown_rows(imported(request.form.get("text", "")[:_MOST_JSON])))
        except BadRules as error:
            return _page(gate, rows, [str(error)], typed=request.form.get("text", "")[:_MOST_JSON]), 422
    made = {"standard": standard_rows(fair), "staff": staff_rows(), "days": []}[act]
    return _page(gate, shown_rows(made))


def _others(gate: Gate) -> list[tuple[Fair, Gate]]:
    """Other gates with rows of their own, of all fairs whose gates this person sets up."""
    mine = {fair.id: fair for fair in all_fairs() if matching_grant(g.grants, MANAGE_GATES, fair.id) is not None}
    return [(mine[one.fair_id], one) for one in gates_with_rules(mine) if one.id != gate.id]


def _page(gate: Gate, rows: list[TypedRow], problems: Sequence[Any] = (), typed: str = "") -> str:
    fair, days = current_fair(), days_of(current_fair())
    plain = [one.row() for one in rows]
    judged_by = DAYS_ONLY if not plain or check_rows(plain) else plain
    trial = Trial.asked(fair)
    judged = trial.judged(judged_by, fair, gate)
    facts = {"day": judged.day and format_date(judged.day), "hours": judged.hours}
    return render_template(
        "checkin/rules.html", gate=gate, rows=rows, problems=problems, kinds=KINDS_OF_DAYS, categories=list(BadgeCategory),
        days=days, table_rows=hours_table(judged_by, fair, days), trial=trial, judged=judged, why=why(judged.reason_code, facts),
        advice=what_to_do(judged.reason_code), others=_others(gate), is_own=bool(plain), typed=typed,
        is_changed=[one.row() for one in rows] != [one.row() for one in shown_rows(gate.rules)],
    )  # fmt: skip


@bp.get("/export")
@requires(VIEW_GATES)
def export(gate_code: str) -> Response:
    """The rows as a file, for the next fair or another system."""
    gate = _gate(gate_code)
    answer = Response(exported(gate), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="gate-{gate.code}-rules.json"'
    return answer
