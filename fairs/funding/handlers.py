"""What decisions and fairs do to grants: committed with the signature, released when nothing comes of it."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.calendar.effects import moved_day
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.documents.events import DecisionSigned, SelectionCancelled, SubjectRemoved
from fairs.documents.models import Selection
from fairs.documents.service import cancel_selection
from fairs.documents.states import OPEN, SelectionState
from fairs.funding.events import SupportListed
from fairs.funding.models import Grant
from fairs.funding.queries import grants_of_selection, live_grants_of
from fairs.funding.service import change_amount, commit_grants, release_grant
from fairs.funding.states import GrantState
from fairs.funding.suspicion import suspect_listed


@subscribe(SupportListed)
def compare(event: SupportListed) -> None:
    """What is promised already is compared with a list that comes in afterwards."""
    suspect_listed(event.lines, by=event.by)


@subscribe(DecisionSigned)
def commit(event: DecisionSigned) -> None:
    """Promise what the decision grants; an amendment changes amounts, a revocation releases them."""
    selection, by = event.selection, event.by
    if not selection.correction:
        proposed = grants_of_selection(selection.id, GrantState.PROPOSED)
        commit_grants(proposed, number=selection.decision_number, day=event.day, by=by)
        return
    for item in event.items:
        for grant in live_grants_of(item.subject_type, item.subject_id):
            if grant.selection_id != selection.amends_id or grant.state is not GrantState.COMMITTED or grant.is_managed:
                continue
            if selection.correction == "revokes":
                reason = _("Revoked by decision %(number)s", number=selection.decision_number)
                release_grant(grant, reason=reason, by=by)
            elif item.amount is not None and item.amount != grant.amount:
                change_amount(grant, item.amount, number=selection.decision_number, day=event.day, by=by)


@subscribe(SelectionCancelled)
def release_proposals(event: SelectionCancelled) -> None:
    """No decision comes: what was proposed is released."""
    for grant in grants_of_selection(event.selection.id, GrantState.PROPOSED):
        release_grant(grant, reason=event.reason, by=event.by)


@subscribe(SubjectRemoved)
def release_proposal(event: SubjectRemoved) -> None:
    """A subject was taken out: its proposal goes with it."""
    for grant in live_grants_of(event.item.subject_type, event.item.subject_id):
        if grant.selection_id == event.selection.id and grant.state is GrantState.PROPOSED:
            reason = _("Taken out of %(reference)s", reference=event.selection.reference)
            release_grant(grant, reason=reason, by=event.by)


@subscribe(FairRescheduled)
def move_days(event: FairRescheduled) -> None:
    """The day by which a decision is needed moves with the fair."""
    for one in _open_selections(event.fair.id):
        if one.due_on is not None:
            day = moved_day(event.fair, event.move, one.due_on)
            event.found.set("applications", _l("Decision needed by"), one.reference, one, "due_on", day)


def _open_selections(fair_id: int) -> Sequence[Selection]:
    query = select(Selection).where(Selection.fair_id == fair_id, Selection.state.in_(OPEN))
    return db.session.scalars(query.order_by(Selection.id)).all()


@subscribe(FairCalledOff)
def release_with_fair(event: FairCalledOff) -> None:
    """A fair that does not take place: open selections end, and what was committed and not spent is free again."""
    fair, by, reason = event.fair, event.by, event.reason or _("The fair is cancelled.")
    ended = SelectionState.CANCELLED.label
    for one in _open_selections(fair.id):
        event.found.add(
            "money", "Selection.state", _l("Selection for a decision"), one.reference, one.state.label, ended,
            act=lambda one=one: cancel_selection(one, reason=reason, by=by),
        )  # fmt: skip
    committed = select(Grant).where(Grant.fair_id == fair.id, Grant.state == GrantState.COMMITTED, Grant.tier == "")
    for grant in db.session.scalars(committed.order_by(Grant.id)):
        event.found.add(
            "money", "Grant.state", _l("Support that was committed"), grant.reference, grant.amount,
            GrantState.RELEASED.label, company_id=grant.company_id,
            act=lambda grant=grant: release_grant(grant, reason=reason, by=by),
        )  # fmt: skip
