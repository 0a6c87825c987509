"""Fairs for staff: list, create, change, move through the lifecycle."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar import change_pages
from fairs.calendar.changes import CANCELLABLE, MOVABLE
from fairs.calendar.context import current_fair
from fairs.calendar.forms import FairSettingsForm, NewFairForm
from fairs.calendar.permissions import CREATE_FAIR, EDIT_FAIR, VIEW_FAIR
from fairs.calendar.queries import all_fairs, cancellation_of, reschedulings_of
from fairs.calendar.service import change_settings, change_state, create_fair
from fairs.calendar.states import TRANSITIONS, FairState
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import NavItem, actor, go, register_nav, requires

bp = Blueprint("calendar", __name__)
blueprints = [bp, change_pages.bp]

STEPS: dict[FairState, Any] = {
    FairState.DRAFT: _l("Back to draft"),
    FairState.PUBLISHED: _l("Publish"),
    FairState.BOOKING_OPEN: _l("Open booking"),
    FairState.RUNNING: _l("Open the fair"),
    FairState.CLOSED: _l("Close the fair"),
    FairState.REPORTED: _l("Mark as reported"),
}
CONSEQUENCES: dict[FairState, Any] = {
    FairState.DRAFT: _l("Outsiders no longer see the fair."),
    FairState.PUBLISHED: _l("Everybody sees the fair; nobody books yet."),
    FairState.BOOKING_OPEN: _l("Exhibitors can apply and book booths."),
    FairState.RUNNING: _l("The fair is on: gates scan, deals are logged."),
    FairState.CLOSED: _l("Nothing more is booked or scanned."),
    FairState.REPORTED: _l("The report has been handed in. This cannot be taken back."),
}


@bp.get("/fairs")
@requires(VIEW_FAIR)
def index() -> str:
    """All fairs one has a role for."""
    held = {grant.fair_id for grant in g.grants}
    fairs = [fair for fair in all_fairs() if None in held or fair.id in held]
    return render_template("calendar/index.html", fairs=fairs, may_create=CREATE_FAIR)


@bp.route("/fairs/new", methods=["GET", "POST"])
@requires(CREATE_FAIR)
def new() -> Any:
    """Create a fair."""
    form = NewFairForm()
    if form.validate_on_submit():
        try:
            fair = create_fair(form.to_draft(), by=actor())
            flash(_("The fair is created. Next: hall, prices, team."), "success")
            return go(url_for("workplace.overview", fair_slug=fair.slug))
        except DomainError as error:
            form.add_error(error)
    return render_template("calendar/new.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/fairs/<fair_slug>/settings", methods=["GET", "POST"])
@requires(EDIT_FAIR)
def settings() -> Any:
    """Change the fair's names, days, place and rules."""
    fair = current_fair()
    form = FairSettingsForm(obj=fair)
    if form.validate_on_submit():
        try:
            change_settings(fair, form.changes(), by=actor())
            flash(_("Saved."), "success")
            return go(url_for("calendar.settings"))
        except DomainError as error:
            form.add_error(error)
    page = render_template(
        "calendar/settings.html", form=form, steps=_steps(fair.state), moves=reschedulings_of(fair.id),
        cancellation=cancellation_of(fair.id), may_move=fair.state in MOVABLE and not fair.is_rehearsal,
        may_cancel=fair.state in CANCELLABLE, days_are_known=fair.state is not FairState.DRAFT and not fair.is_rehearsal,
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


def _steps(state: FairState) -> list[dict[str, Any]]:
    return [
        {"state": s, "label": STEPS[s], "consequence": CONSEQUENCES[s]}
        for s in FairState
        if s in TRANSITIONS[state] and s in STEPS
    ]


@bp.post("/fairs/<fair_slug>/state/<state>")
@requires(EDIT_FAIR)
def move(state: str) -> Any:
    """Take the fair a step further, or back."""
    if state not in set(FairState):
        raise NotFound
    change_state(current_fair(), FairState(state), by=actor())
    flash(_("The fair is now: %(state)s.", state=FairState(state).label), "success")
    return go(url_for("calendar.settings"))


register_nav(NavItem("settings", _l("Settings"), "settings", "calendar.settings", EDIT_FAIR, 930))
register_nav(NavItem("fairs", _l("All fairs"), "calendar-event", "calendar.index", VIEW_FAIR, 940, for_fair=False))
