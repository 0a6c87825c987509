"""Publishing the draft of a hall: what would be different, what forbids it; and the versions of before."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError
from fairs.core.web import actor, go, requires
from fairs.floorplans.difference import Change, compare, room_changes, summary
from fairs.floorplans.drafting import restore_version
from fairs.floorplans.editor_views import hall_of, still_plan
from fairs.floorplans.forms import PublishForm
from fairs.floorplans.models import Hall
from fairs.floorplans.permissions import EDIT_PLAN
from fairs.floorplans.plans import Plan, PlannedPlace, draft_of, drafted_plan, published_plan
from fairs.floorplans.problems import look_at
from fairs.floorplans.publishing import publish_draft
from fairs.floorplans.queries import rules_of, version_of, versions_of, zones_of

bp = Blueprint("plan_versions", __name__, url_prefix="/fairs/<fair_slug>/floorplan/halls/<code>")


@bp.get("/publish")
@requires(EDIT_PLAN)
def publish(code: str) -> Any:
    """What publishing would change, and what stands in its way."""
    hall = hall_of(code)
    draft = draft_of(hall)
    form = PublishForm(formdata=None)
    form.revision.data = draft.revision if draft is not None else 0
    return _page(hall, form)


def _page(hall: Hall, form: PublishForm, status: int = 200) -> Any:
    plan, before = drafted_plan(hall, draft_of(hall)), published_plan(hall)
    changes, room = compare(before, plan), room_changes(before, plan)
    page = render_template(
        "floorplans/publish.html",
        hall=hall,
        form=form,
        changes=changes,
        room=room,
        findings=look_at(plan, rules_of(hall)),
        summary=summary(changes, room),
        picture=_tinted(hall, before, plan, changes),
    )
    return page, status


def _tinted(hall: Hall, before: Plan, after: Plan, changes: list[Change]) -> Any:
    """The new plan with what is different in colour; booths that go are drawn where they stood."""
    looks = {change.key: f"differs-{_look(change)}" for change in changes}
    gone = {key: booth for key, booth in before.booths.items() if key not in after.booths}
    still = {key: booth for key, booth in after.booths.items() if key not in looks}
    lively = {key: booth for key, booth in after.booths.items() if key in looks}
    both = Plan(
        after.width_cm,
        after.depth_cm,
        after.aisle,
        {**gone, **still, **lively},
        after.doors,
        after.columns,
        after.exits,
    )
    title = _("What is different in %(hall)s", hall=hall.name)
    return still_plan(both, (), title=title, looks={**dict.fromkeys(still, "differs-not"), **looks})


def _look(change: Change) -> str:
    for kind in ("added", "dropped", "moved", "resized"):
        if kind in change.kinds:
            return "moved" if kind == "resized" else kind
    return "other"


@bp.post("/publish")
@requires(EDIT_PLAN)
def publish_now(code: str) -> Any:
    """Publish the draft that was looked at."""
    hall = hall_of(code)
    form = PublishForm()
    if form.validate():
        try:
            version = publish_draft(
                hall, revision=int(form.revision.data or 0), accept_warnings=bool(form.accept.data), by=actor()
            )
            flash(_("Version %(number)s of %(hall)s is published.", number=version.number, hall=hall.name), "success")
            return go(url_for(".version", code=hall.code, number=version.number))
        except DomainError as error:
            form.add_error(error)
            draft = draft_of(hall)
            form.revision.raw_data = None
            form.revision.data = draft.revision if draft is not None else 0
    return _page(hall, form, 422)


@bp.get("/versions")
@requires(EDIT_PLAN)
def versions(code: str) -> Any:
    """The published versions of a hall's plan."""
    hall = hall_of(code)
    rows = [(one, summary([Change.of(values) for values in one.difference], one.room)) for one in versions_of(hall)]
    return render_template("floorplans/versions.html", hall=hall, rows=rows)


@bp.get("/versions/<int:number>")
@requires(EDIT_PLAN)
def version(code: str, number: int) -> Any:
    """One published version: what it changed, and how the plan looked."""
    hall = hall_of(code)
    found = version_of(hall, number)
    booths = {key: PlannedPlace(**values) for key, values in found.plan["booths"].items()}
    plan = Plan(
        hall.width_cm,
        hall.depth_cm,
        hall.aisle_cm,
        booths,
        found.plan["doors"],
        found.plan["columns"],
        found.plan["exits"],
    )
    changes = [Change.of(values) for values in found.difference]
    title = _("Plan of %(hall)s: %(count)s booths", hall=hall.name, count=len(booths))
    return render_template(
        "floorplans/version.html", hall=hall, version=found, changes=changes, summary=summary(changes, found.room), count=len(booths),
        picture=still_plan(plan, zones_of(current_fair().id), title=title), latest=versions_of(hall)[0].number,
    )  # fmt: skip


@bp.post("/versions/<int:number>/restore")
@requires(EDIT_PLAN)
def restore(code: str, number: int) -> Any:
    """Bring a former version back into the draft."""
    hall = hall_of(code)
    restore_version(hall, version_of(hall, number), by=actor())
    flash(_("Version %(number)s is in the draft now. Look at it, then publish it.", number=number), "success")
    return go(url_for("planner.editor", code=hall.code))
