"""The organiser's plan page: the draft of a hall as a picture that is worked on, and what its script asks for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.web import actor, answers_json, go, requires
from fairs.floorplans import drawing
from fairs.floorplans.backdrop import backdrop_file, place_backdrop, remove_backdrop, set_backdrop
from fairs.floorplans.difference import compare, room_changes
from fairs.floorplans.drafting import (
    DraftState,
    change_draft,
    discard_draft,
    draft_layout,
    redo_step,
    steps_left,
    undo_step,
)
from fairs.floorplans.forms import BackdropForm, LayoutForm, choices_of
from fairs.floorplans.models import Hall, PlanDraft
from fairs.floorplans.permissions import EDIT_PLAN
from fairs.floorplans.plans import Plan, draft_of, drafted_plan, in_order, published_plan
from fairs.floorplans.problems import Findings, look_at
from fairs.floorplans.publishing import latest_version
from fairs.floorplans.queries import booth_types, hall_by_code, halls_of, rules_of, zones_of
from fairs.floorplans.service import plan_hall

bp = Blueprint("planner", __name__, url_prefix="/fairs/<fair_slug>/floorplan/halls/<code>")

_SHOWN = 2_000  # rows of the list under the plan


def hall_of(code: str) -> Hall:
    """The hall of the present fair; raises NotFound."""
    return hall_by_code(current_fair().id, code[:10])


@bp.get("")
@requires(EDIT_PLAN)
def editor(code: str) -> Any:
    """The plan page of a hall. A script takes the picture over; without one it can be looked at, generated and published."""
    return _page(hall_of(code))


def _page(hall: Hall, status: int = 200, *, layout_form: LayoutForm | None = None, backdrop_form: BackdropForm | None = None) -> Any:  # fmt: skip
    draft = draft_of(hall)
    plan = drafted_plan(hall, draft)
    findings = look_at(plan, rules_of(hall))
    fair = current_fair()
    zones, types = zones_of(fair.id), booth_types()
    booths = in_order(plan.booths.items())
    page = render_template(
        "floorplans/editor.html",
        hall=hall,
        halls=halls_of(fair.id),
        plan=plan,
        picture=still_plan(
            plan, zones, title=_("Plan of %(hall)s: %(count)s booths", hall=hall.name, count=len(booths))
        ),
        booths=[(key, booth, findings.sides.count(key)) for key, booth in booths[:_SHOWN]],
        more=max(0, len(booths) - _SHOWN),
        findings=findings,
        version=latest_version(hall),
        differences=_different(hall, plan),
        draft=draft,
        zones=zones,
        types=types,
        type_names={kind.code: kind.name for kind in types},
        zone_names={zone.code: zone.name for zone in zones},
        layout_form=layout_form or _layout_form(None),
        backdrop_form=backdrop_form or BackdropForm(formdata=None),
    )
    return page, status


def _different(hall: Hall, plan: Plan) -> int:
    published = published_plan(hall)
    return len(compare(published, plan)) + len(room_changes(published, plan))


def still_plan(plan: Plan, zones: Any, *, title: str, looks: dict[str, str] | None = None) -> Markup:
    """A plan as a picture that is only looked at; ``looks`` gives classes to booths by key."""
    tints = "".join(
        drawing.zone_tint(zone, [booth.drawn for booth in plan.booths.values() if booth.zone == zone.code])
        for zone in zones
    )
    shapes = [
        drawing.still_shape(booth.drawn, (looks or {}).get(key) or ("state-blocked" if booth.blocked else "state-free"))
        for key, booth in plan.booths.items()
    ]
    return drawing.draw(
        plan, [f'<g class="plan-zones">{tints}</g><g class="plan-booths">', *shapes, "</g>"], title=title, role="img"
    )


# --- what the script asks for ---------------------------------------------------------------------------------------


def _sent() -> dict[str, Any]:
    values = request.get_json(silent=True)
    if not isinstance(values, dict):
        raise InvalidInput
    return values


def _revision(values: dict[str, Any]) -> int:
    revision = values.get("revision")
    if isinstance(revision, bool) or not isinstance(revision, int):
        raise InvalidInput(field="revision")
    return revision


def _judged(hall: Hall, draft: PlanDraft | None, plan: Plan) -> dict[str, Any]:
    findings: Findings = look_at(plan, rules_of(hall))
    can_undo, can_redo = steps_left(draft)
    return {
        "revision": draft.revision if draft is not None else 0,
        "sides": {key: "".join(side[0] for side in sides) for key, sides in findings.sides.open.items()},
        "problems": [one.as_dict() for one in findings.problems],
        "can_undo": can_undo,
        "can_redo": can_redo,
        "different": _different(hall, plan),
        "changed_by": draft.changed_by if draft is not None else "",
    }


@bp.get("/draft")
@requires(EDIT_PLAN)
@answers_json
def data(code: str) -> Any:
    """The draft as it is, with everything the page needs to work on it."""
    hall = hall_of(code)
    draft = draft_of(hall)
    plan = drafted_plan(hall, draft)
    fair = current_fair()
    has_picture = draft is not None and draft.backdrop_id is not None
    return {
        **plan.as_dict(),
        **_judged(hall, draft, plan),
        "hall": {"code": hall.code, "width": plan.width_cm, "depth": plan.depth_cm, "aisle": plan.aisle},
        "published": {key: booth.code for key, booth in published_plan(hall).booths.items()},
        "zones": [{"code": zone.code, "name": zone.name, "tint": zone.tint} for zone in zones_of(fair.id)],
        "backdrop": {**draft.backdrop, "url": url_for(".picture", code=hall.code, of=draft.backdrop_id)} if has_picture and draft else None,
    }  # fmt: skip


def _after(hall: Hall, state: DraftState) -> dict[str, Any]:
    draft = draft_of(hall)
    return {**_judged(hall, draft, drafted_plan(hall, draft)), "revision": state.revision, "changes": state.changes}


@bp.post("/draft")
@requires(EDIT_PLAN)
@answers_json
def change(code: str) -> Any:
    """One step of the person at work; 409 when a colleague was faster."""
    hall, values = hall_of(code), _sent()
    changes = values.get("changes")
    if not isinstance(changes, list):
        raise InvalidInput(field="changes")
    label = values.get("label")
    done = change_draft(
        hall, changes, revision=_revision(values), label=label if isinstance(label, str) else "", by=actor()
    )
    return _after(hall, done)


@bp.post("/undo")
@requires(EDIT_PLAN)
@answers_json
def undo(code: str) -> Any:
    """Take the latest step back."""
    hall = hall_of(code)
    return _after(hall, undo_step(hall, revision=_revision(_sent()), by=actor()))


@bp.post("/redo")
@requires(EDIT_PLAN)
@answers_json
def redo(code: str) -> Any:
    """Do the step again that was taken back last."""
    hall = hall_of(code)
    return _after(hall, redo_step(hall, revision=_revision(_sent()), by=actor()))


# --- forms of the page ----------------------------------------------------------------------------------------------


def _layout_form(values: Any) -> LayoutForm:
    form = LayoutForm(values)
    form.zones.choices = choices_of(zones_of(current_fair().id))
    kinds = [kind for kind in booth_types() if kind.is_sold]
    form.kind.choices = form.corner_kind.choices = choices_of(kinds)
    if values is None:
        codes = [kind.code for kind in kinds]
        form.kind.data = codes[0] if codes else ""
        form.corner_kind.data = "SHELL9C" if "SHELL9C" in codes else form.kind.data
        form.zones.data = [code for code, _name in form.zones.choices]
    return form


@bp.post("/generate")
@requires(EDIT_PLAN)
def generate(code: str) -> Any:
    """Lay out rows of booths in the draft; nothing is published by it, and it can be taken back."""
    hall = hall_of(code)
    form = _layout_form(request.form)
    if form.validate():
        try:
            planned = plan_hall(hall, form.layout(hall.code))
            count = draft_layout(
                hall, planned, kind=str(form.kind.data), corner_kind=str(form.corner_kind.data),
                replace_all=bool(form.replace_all.data), by=actor(),
            )  # fmt: skip
            flash(_("%(count)s booths are laid out in the draft. The published plan is as it was.", count=count), "success")  # fmt: skip
            return go(url_for(".editor", code=hall.code))
        except DomainError as error:
            form.add_error(error)
    return _page(hall, 422, layout_form=form)


@bp.post("/discard")
@requires(EDIT_PLAN)
def discard(code: str) -> Any:
    """Throw the draft away."""
    hall = hall_of(code)
    discard_draft(hall, by=actor())
    flash(_("The draft is thrown away: the plan is again as published."), "success")
    return go(url_for(".editor", code=hall.code))


@bp.get("/backdrop")
@requires(EDIT_PLAN)
def picture(code: str) -> Response:
    """The picture under the plan."""
    try:
        content = backdrop_file(hall_of(code)).read()
    except FileNotFoundError as error:
        raise NotFound from error
    answer = Response(content, mimetype="image/webp")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


@bp.post("/backdrop")
@requires(EDIT_PLAN)
def backdrop(code: str) -> Any:
    """Lay a picture under the plan, or take it away."""
    hall = hall_of(code)
    if request.form.get("do") == "remove":
        remove_backdrop(hall, by=actor())
        return go(url_for(".editor", code=hall.code))
    form = BackdropForm()
    if form.validate():
        try:
            upload = form.file.upload()
            if upload is None:
                raise InvalidInput(field="file")
            set_backdrop(hall, upload, by=actor())
            flash(_("The picture lies under the plan. Now scale it: two points and the distance between them."), "success")  # fmt: skip
            return go(url_for(".editor", code=hall.code))
        except DomainError as error:
            form.add_error(error)
    return _page(hall, 422, backdrop_form=form)


@bp.post("/backdrop/place")
@requires(EDIT_PLAN)
@answers_json
def backdrop_place(code: str) -> Any:
    """Move, scale or fade the picture."""
    return place_backdrop(hall_of(code), _sent(), by=actor())
