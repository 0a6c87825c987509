"""At the booth and at the gate, on a phone: hand-over with photos and signature, the plan of it, permits, goods that leave."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from fairs.booths.queries import PlanBooth, Viewer, plan_of
from fairs.booths.states import BoothState
from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.tokens import new_token
from fairs.core.web import actor, go, requires
from fairs.floorplans import drawing
from fairs.floorplans.models import Booth, Hall
from fairs.floorplans.queries import booth_by_code, halls_of
from fairs.sitework import handover, permits
from fairs.sitework.forms import CodeForm, OutForm, handover_form, visit_of
from fairs.sitework.my_pages import KEPT
from fairs.sitework.permissions import CHECK_PERMITS, DELIVER, OVERRIDE_GATE_OUT, VIEW_SITEWORK
from fairs.sitework.staff_pages import may
from fairs.sitework.standing import standing_of
from fairs.sitework.states import HandoverState

bp = Blueprint("onsite", __name__, url_prefix="/fairs/<fair_slug>/site")

# Colours and signs of the live plan, with the meaning they have here.
SHAPES = {
    HandoverState.HANDED_OVER: "handed", HandoverState.DEFECTS: "defects", HandoverState.RETURNED: "returned",
    HandoverState.DAMAGED: "damaged",
}  # fmt: skip


# --- hand-over ------------------------------------------------------------------------------------------------------


@bp.get("/handover")
@requires(VIEW_SITEWORK)
def plan() -> Any:
    """The plan in the colours of the hand-over, and the booths as a list."""
    fair = current_fair()
    halls = halls_of(fair.id)
    wanted = request.args.get("hall", "")
    hall = next((one for one in halls if one.code == wanted), halls[0] if halls else None)
    if wanted and (hall is None or hall.code != wanted):
        raise NotFound
    states = handover.states_of(fair.id)
    bookings = handover.confirmed_booths(fair.id)
    shown = request.args.get("state", "")
    rows = [
        (one, states.get(one.booth_id))
        for one in bookings
        if not shown or (states.get(one.booth_id) or "waiting") == shown
    ]
    totals, waiting = handover.counts(fair.id)
    return render_template(
        "sitework/handover_plan.html", halls=halls, hall=hall, rows=rows[:300], more=max(0, len(rows) - 300), totals=totals,
        waiting=waiting, shapes=SHAPES, shown=shown, picture=_picture(hall, states) if hall is not None else None,
        may_hand_over=may(DELIVER),
    )  # fmt: skip


def _picture(hall: Hall, states: dict[int, HandoverState]) -> Markup:
    """The hall with every confirmed booth as a link to its checklist."""
    shapes = []
    for booth in plan_of(hall, Viewer(is_staff=True)):
        state = states.get(booth.id)
        shapes.append(_shape(booth, state))
    title = _("Plan of %(hall)s: %(count)s booths", hall=hall.name, count=len(shapes))
    return drawing.draw(hall, ['<g class="plan-booths">', *shapes, "</g>"], title=title)


def _shape(booth: PlanBooth, state: HandoverState | None) -> str:
    if booth.state is not BoothState.CONFIRMED:
        return drawing.still_shape(booth).replace("state-free", "state-off", 1)
    word = str(state.label) if state is not None else _("Not handed over yet")
    label = str(escape(f"{booth.code}, {word}, {booth.name}"))
    address = escape(url_for("onsite.booth", code=booth.code))
    return drawing.booth_shape(booth, SHAPES[state] if state is not None else "free", href=str(address), label=label)


@bp.route("/handover/<code>", methods=["GET", "POST"])
@requires(DELIVER)
def booth(code: str) -> Any:
    """One booth on a phone: the checklist, photos, the signature; and what was found before."""
    found = booth_by_code(current_fair().id, code)
    form = handover_form(found)()
    if form.is_submitted() and form.validate():
        try:
            row = handover.record_visit(found, visit_of(form, found), by=actor())
        except NotFound:
            raise
        except DomainError as error:
            form.add_error(error)
        else:
            flash(f"{found.code}: {row.state.label}", "success")
            return go(url_for(".booth", code=found.code))
    return _booth(found, form)


def _booth(found: Booth, form: Any) -> Any:
    booking = handover.booking_at(found)
    row = handover.handover_of(found, booking.exhibitor_id) if booking is not None else None
    if not form.is_submitted():
        form.token.data = new_token()
        fair = current_fair()
        form.returns.data = (
            "yes" if row is not None and row.state is not HandoverState.DEFECTS and fair.today >= fair.ends_on else ""
        )
        if row is not None and row.visits:
            last = row.visits[-1]
            form.signer.data = last.signer
            for key, note in last.checks.items():
                form[f"fault_{key}"].data, form[f"note_{key}"].data = True, note
    page = render_template(
        "sitework/handover.html", booth=found, booking=booking, handover=row, form=form, points=handover.points_of(found),
        state=HandoverState, most=handover.MOST_PHOTOS,
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.get("/photos/<int:photo_id>/<size>.webp")
@requires(VIEW_SITEWORK)
def photo(photo_id: int, size: str) -> Response:
    """A photo of a booth as it was found."""
    return stored_file(handover.photo_file(current_fair().id, photo_id, size), how="inline", cache=KEPT)


@bp.get("/signatures/<int:visit_id>.png")
@requires(VIEW_SITEWORK)
def signature(visit_id: int) -> Response:
    """A signature that was drawn."""
    return stored_file(handover.signature_file(current_fair().id, visit_id), how="inline", cache=KEPT)


# --- the gate -------------------------------------------------------------------------------------------------------


@bp.route("/permits", methods=["GET", "POST"])
@requires(CHECK_PERMITS)
def check() -> Any:
    """Read a permit: valid, or not and why."""
    g.is_scanner = True
    fair, form = current_fair(), CodeForm()
    checked = permits.check_code(fair, form.code.data or "") if form.validate_on_submit() else None
    page = render_template("sitework/check.html", form=form, checked=checked)
    return page, 422 if form.errors else 200


@bp.route("/gate-out", methods=["GET", "POST"])
@requires(CHECK_PERMITS)
def gate_out() -> Any:
    """Scan a permit or type a booth: clear, or how much is owed; who may can let goods out all the same."""
    g.is_scanner = True
    fair, form, out = current_fair(), CodeForm(), OutForm()
    exhibitor, unknown = None, False
    if request.form.get("act") == "out":
        exhibitor = permits.leaving(fair, str(out.code.data or "")[:1000])
        if exhibitor is None:
            raise NotFound
        if out.validate():
            try:
                permits.let_out(
                    exhibitor,
                    vehicle=out.vehicle.data or "",
                    by=actor(),
                    may_override=may(OVERRIDE_GATE_OUT),
                    override_reason=out.reason.data or "",
                )
            except DomainError as error:
                out.add_error(error)
            else:
                flash(_("%(company)s may leave.", company=exhibitor.company.name), "success")
                return go(url_for(".gate_out"))
        form = CodeForm(formdata=None)
    elif form.validate_on_submit():
        exhibitor = permits.leaving(fair, form.code.data or "")
        unknown = exhibitor is None
        out = OutForm(formdata=None, data={"code": exhibitor.reference if exhibitor is not None else ""})
    else:
        out = OutForm(formdata=None)
    page = render_template(
        "sitework/gate_out.html", form=form, out=out, exhibitor=exhibitor, unknown=unknown,
        standing=standing_of(exhibitor) if exhibitor is not None else None, may_override=may(OVERRIDE_GATE_OUT),
        last=permits.last_outs(fair.id),
    )  # fmt: skip
    return page, 422 if form.errors or out.errors else 200
