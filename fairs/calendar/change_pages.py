"""Pages that move a fair to other days or call it off: a preview, what everybody is told, and the act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.calendar.changes import (
    cancel_fair,
    check_reschedulable,
    move_of,
    preview_cancel,
    preview_move,
    reschedule_fair,
)
from fairs.calendar.context import current_fair
from fairs.calendar.effects import PARTS, ROLES, Effect, Effects, Recipient, shown
from fairs.calendar.errors import CannotCancel, CannotReschedule, PreviewOutdated
from fairs.calendar.forms import CancelForm, MoveForm, ReasonForm
from fairs.calendar.models import Fair
from fairs.calendar.permissions import EDIT_FAIR
from fairs.calendar.queries import reschedulings_of
from fairs.core.errors import DomainError
from fairs.core.sheets import Sheet, sheet_response
from fairs.core.text import fold
from fairs.core.web import actor, go, requires

bp = Blueprint("fair_changes", __name__)

MOST_ROWS = 30
FIELDS = ("starts_on", "ends_on", "opens_at", "closes_at", "venue_vi", "venue_en")


@bp.route("/fairs/<fair_slug>/settings/reschedule", methods=["GET", "POST"])
@requires(EDIT_FAIR)
def reschedule() -> Any:
    """Preview what new days do to everything that hangs on them, then move all of it."""
    fair = current_fair()
    asked = any(name in request.args for name in FIELDS)
    form = MoveForm(formdata=request.args if asked else None, obj=move_of(fair), meta={"csrf": False})
    reason = ReasonForm()
    problem: DomainError | None = None
    found, mark, status = None, "", 200
    try:
        check_reschedulable(fair)
    except CannotReschedule as error:
        problem = error
    if problem is None and (asked or request.method == "POST"):
        status = 422
        if asked and form.validate():
            try:
                if reason.validate_on_submit():
                    return _move(fair, form, reason)
                found, mark = preview_move(fair, form.move(), by=actor())
                status = 422 if reason.is_submitted() else 200
            except PreviewOutdated as error:
                problem, status = error, 409
                found, mark = _again(fair, form)
            except DomainError as error:
                form.add_error(error)
    if found is not None and request.args.get("format") == "xlsx":
        return _sheet(fair, found, "reschedule")
    page = render_template(
        "calendar/reschedule.html", form=form, reason=reason, problem=problem, mark=mark, moves=reschedulings_of(fair.id),
        **_preview(found),
    )  # fmt: skip
    return page, 409 if problem is not None and status == 200 and request.method == "POST" else status


def _move(fair: Fair, form: MoveForm, reason: ReasonForm) -> Any:
    done = reschedule_fair(
        fair, form.move(), reason=reason.reason.data, decision_number=reason.decision_number.data or "",
        seen=reason.seen.data or "", by=actor(),
    )  # fmt: skip
    flash(_("The fair is moved. %(told)s", told=_told(done.notices)), "success")
    return go(url_for("calendar.settings"))


def _again(fair: Fair, form: MoveForm) -> tuple[Effects | None, str]:
    """The new preview; None when the fair has these days by now."""
    try:
        return preview_move(fair, form.move(), by=actor())
    except DomainError:
        return None, ""


def _told(count: int) -> str:
    return str(ngettext("%(num)s person is told.", "%(num)s people are told.", count))


@bp.route("/fairs/<fair_slug>/settings/cancel", methods=["GET", "POST"])
@requires(EDIT_FAIR)
def cancel() -> Any:
    """Preview what calling the fair off does, then do it."""
    fair = current_fair()
    form = CancelForm()
    problem: DomainError | None = None
    found, mark, status = None, "", 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                done = cancel_fair(
                    fair, reason=form.reason.data, decision_number=form.decision_number.data or "",
                    typed_code=form.typed_code.data, seen=form.seen.data or "", by=actor(),
                )  # fmt: skip
                flash(_("The fair is cancelled. %(told)s", told=_told(done.notices)), "success")
                return go(url_for("calendar.settings"))
            except (PreviewOutdated, CannotCancel) as error:
                problem, status = error, 409
            except DomainError as error:
                form.add_error(error)
    try:
        found, mark = preview_cancel(fair, form.reason.data or "", by=actor())
    except CannotCancel as error:
        problem = error
    if found is not None and request.args.get("format") == "xlsx":
        return _sheet(fair, found, "cancel")
    page = render_template("calendar/cancel.html", form=form, problem=problem, mark=mark, **_preview(found))
    return page, status


def _preview(found: Effects | None) -> dict[str, Any]:
    """What the pages show of a preview, by the filters of the address."""
    if found is None:
        return {"found": None}
    part, text = request.args.get("part", ""), fold(request.args.get("q", "")[:100])
    rows = [e for e in found.items if (not part or e.part == part) and text in _searched(e)]
    people = [p for p in found.people.values() if text in fold(f"{p.name} {p.email} {p.reference}")]
    counts = {key: [e for e in found.items if e.part == key] for key in PARTS}
    return {
        "found": found, "parts": PARTS, "role_names": ROLES, "shown": shown,
        "rows": rows[:MOST_ROWS], "row_count": len(rows),
        "people": people[:MOST_ROWS], "people_count": len(people),
        "on_paper": sum(not person.email for person in found.people.values()),
        "counts": [(key, len(held), sum(e.changes for e in held)) for key, held in counts.items() if held],
        "owed": [e for e in found.items if e.key == "Credit.amount"],
    }  # fmt: skip


def _searched(effect: Effect) -> str:
    return fold(f"{effect.what} {effect.subject} {shown(effect.old)} {shown(effect.new)}")


def _sheet(fair: Fair, found: Effects, name: str) -> Any:
    heads = [_("Part"), _("What"), _("Reference"), _("Until now"), _("New"), _("Changes")]
    people = [_("Name"), _("E-mail"), _("Language"), _("Reference"), _("As"), _("Notice")]
    return sheet_response(
        [
            Sheet(_("Changes"), heads, _effect_rows(found.items)),
            Sheet(_("Recipients"), people, _people_rows(list(found.people.values()))),
        ],
        f"{fair.slug}-{name}",
        time_zone=fair.time_zone,
    )


def _effect_rows(effects: Sequence[Effect]) -> Any:
    for e in effects:
        yield [PARTS[e.part], e.what, e.subject, shown(e.old), shown(e.new), _("yes") if e.changes else _("stays")]


def _people_rows(people: Sequence[Recipient]) -> Any:
    for person in people:
        roles = ", ".join(str(ROLES[role]) for role in person.roles)
        yield [person.name, person.email, person.locale, person.reference, roles,
               _("by e-mail") if person.email else _("as a letter")]  # fmt: skip
