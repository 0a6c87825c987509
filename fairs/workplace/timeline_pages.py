"""Pages of the timeline: picture and list, recording a step, taking it back, its scan."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.milestones import KEYS, MilestoneDraft, milestones_of, record_milestone, take_back_milestone
from fairs.calendar.permissions import VIEW_FAIR
from fairs.calendar.queries import reschedulings_of
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.forms import DayField, Form, LongText, Text, UploadField
from fairs.core.permissions import Permission, Role
from fairs.core.web import MARK, NavItem, actor, go, register_nav, requires
from fairs.workplace.permissions import RECORD_MILESTONES
from fairs.workplace.picture import draw
from fairs.workplace.rules import BY_KEY, Rule
from fairs.workplace.states import DateState
from fairs.workplace.timeline import Item, by_month, timeline

bp = Blueprint("timeline", __name__)


class MilestoneForm(Form):
    """What the paper says."""

    done_on = DayField(_l("Done on"), required=True)
    number = Text(_l("Number of the document"), length=60)
    note = LongText(_l("Note"), length=400)
    scan = UploadField(_l("Scan"))

    def to_draft(self) -> MilestoneDraft:
        """The step to record."""
        return MilestoneDraft(self.done_on.data, self.number.data or "", self.note.data or "", self.scan.upload())


@bp.get("/fairs/<fair_slug>/timeline")
@requires(VIEW_FAIR)
def index() -> str:
    """All dates of the fair from a year before to a year after, as picture and as list."""
    fair = current_fair()
    items = timeline(fair)
    state, owner = request.args.get("state", ""), request.args.get("owner", "")
    shown = [item for item in items if (not state or item.state == state) and (not owner or item.rule.owner == owner)]
    owners = {item.rule.owner for item in items}
    return render_template(
        "workplace/timeline.html",
        picture=draw(fair, items),
        months=by_month(shown),
        counts={state: sum(item.state is state for item in items) for state in DateState},
        states=[(str(state), state.label) for state in DateState],
        owners=[(str(role), role.label) for role in Role if role in owners],
        address=_address,
        may_record=_may_record,
        moves=reschedulings_of(fair.id),
        later=[item for item in shown if item.day >= fair.today][:1],
    )


def _address(item: Item) -> str:
    """Where it is done, for those who may go there."""
    endpoint = item.rule.endpoint
    wanted = getattr(current_app.view_functions.get(endpoint), MARK, None)
    fair = current_fair()
    if not isinstance(wanted, Permission) or matching_grant(g.grants, wanted, fair.id) is None:
        return ""
    return url_for(endpoint, **item.rule.values)


def _may_record(rule: Rule) -> bool:
    """The organiser records every step, another role those that it answers for."""
    wanted = Permission("workplace.milestone", "", frozenset({Role.ADMIN, Role.ORGANISER, rule.owner}))
    return matching_grant(g.grants, wanted, current_fair().id) is not None


def _rule(key: str) -> Rule:
    if key not in KEYS:
        raise NotFound
    rule = BY_KEY[key]
    if rule.kinds and current_fair().kind not in rule.kinds:
        raise NotFound
    return rule


@bp.route("/fairs/<fair_slug>/timeline/<key>", methods=["GET", "POST"])
@requires(RECORD_MILESTONES)
def milestone(key: str) -> Any:
    """Record that a step was done: day, number, scan."""
    fair, rule = current_fair(), _rule(key)
    if not _may_record(rule):
        raise NotFound
    form = MilestoneForm(data={"done_on": fair.today})
    if form.validate_on_submit():
        try:
            record_milestone(fair, key, form.to_draft(), by=actor())
            flash(_("Recorded: %(what)s.", what=rule.label), "success")
            return go(url_for("timeline.index"))
        except DomainError as error:
            form.add_error(error)
    item = next(item for item in timeline(fair) if item.rule is rule)
    page = render_template("workplace/milestone.html", form=form, item=item)
    return page, 422 if form.is_submitted() else 200


@bp.post("/fairs/<fair_slug>/timeline/<key>/take-back")
@requires(RECORD_MILESTONES)
def take_back(key: str) -> Any:
    """Take a recorded step back."""
    rule = _rule(key)
    if not _may_record(rule):
        raise NotFound
    take_back_milestone(current_fair(), key, by=actor())
    flash(_("Taken back: %(what)s.", what=rule.label), "success")
    return go(url_for("timeline.index"))


@bp.get("/fairs/<fair_slug>/timeline/<key>/scan")
@requires(VIEW_FAIR)
def scan(key: str) -> Any:
    """The scan of the paper that proves a step."""
    found = milestones_of(current_fair().id).get(key)
    return stored_file(found.file if found is not None else None)


register_nav(NavItem("timeline", _l("Timeline"), "timeline-event", "timeline.index", VIEW_FAIR, 15))
