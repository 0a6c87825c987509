"""What registrations, decisions, duplicates and the fair's days do to the support of importers; the guest's card and panel."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.calendar.effects import moved_day
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.core.money import Money
from fairs.documents.events import DecisionSigned, SelectionCancelled, SubjectRemoved
from fairs.documents.kinds import register_kind
from fairs.documents.models import SelectionItem
from fairs.funding.ceilings import register_names
from fairs.funding.events import DuplicateConfirmed
from fairs.funding.models import Grant
from fairs.funding.queries import live_grants_of
from fairs.funding.service import change_amount
from fairs.funding.states import GrantState, Purpose
from fairs.hosting.applying import apply_for_support, rescore_one
from fairs.hosting.hosting_kind import HOSTING
from fairs.hosting.journey import panel_context, support_card
from fairs.hosting.models import Hosting
from fairs.hosting.notices import tell
from fairs.hosting.permissions import VIEW_HOSTING
from fairs.hosting.queries import hosting_of
from fairs.hosting.regions import Region
from fairs.hosting.room import SUBJECT
from fairs.hosting.selection import KIND, hostings_in
from fairs.hosting.service import begin, end_hosting, grant_hosting, to_proposal
from fairs.hosting.settings import locked_settings, settings_of
from fairs.hosting.states import PLACED, HostingState, SupportTier
from fairs.importers.events import ImporterChanged, ImporterEnded, ImporterRegistered
from fairs.importers.journey import register_card
from fairs.importers.panels import Panel, register_panel

H = HostingState
_OPEN = (H.APPLIED, H.PROPOSED, H.RESERVE, H.APPROVED, H.GRANTED, H.CONFIRMED)


@subscribe(ImporterRegistered)
def apply(event: ImporterRegistered) -> None:
    """Who asks for support with the registration has an application."""
    wanted = event.importer.support_wanted
    if wanted in set(SupportTier):
        apply_for_support(event.importer, SupportTier(wanted), by=event.by)


@subscribe(ImporterChanged)
def score_anew(event: ImporterChanged) -> None:
    """Who buys more, or other goods, than was known has another score."""
    row = hosting_of(event.importer.id)
    if row is not None:
        rescore_one(row, by=event.by)


@subscribe(ImporterEnded)
def end_with_registration(event: ImporterEnded) -> None:
    """Without a registration there is no support: places and money are free again."""
    row = hosting_of(event.importer.id)
    if row is not None and row.state in _OPEN:
        end_hosting(row, H.WITHDRAWN, _("The registration ended."), by=event.by, quiet=True)


@subscribe(DuplicateConfirmed)
def end_duplicate(event: DuplicateConfirmed) -> None:
    """A second person found that the same was paid before."""
    row = db.session.get(Hosting, event.grant.subject_id) if event.grant.subject_type == SUBJECT else None
    if row is not None and row.state in _OPEN:
        end_hosting(row, H.REFUSED, event.note, by=event.by)


@subscribe(DecisionSigned)
def move_guests(event: DecisionSigned) -> None:
    """The decision is signed: its guests are granted, get other amounts, or lose the support."""
    selection, by = event.selection, event.by
    if selection.kind != KIND:
        return
    rows = hostings_in(event.items)
    for item in event.items:
        row, _settings = begin(rows[item.subject_id])
        if selection.correction == "revokes":
            if row.selection_id == selection.amends_id and row.state in PLACED and row.state is not H.SETTLED:
                end_hosting(
                    row, H.REFUSED, _("Revoked by decision %(number)s", number=selection.decision_number), by=by
                )
        elif selection.correction == "amends":
            if (
                row.selection_id == selection.amends_id
                and row.state in (H.GRANTED, H.CONFIRMED)
                and item.amount is not None
            ):
                _amend(row, item, event)
        elif row.state is H.APPROVED and row.selection_id == selection.id:
            grant_hosting(row, number=selection.decision_number, day=event.day, by=by)


def _amend(row: Hosting, item: SelectionItem, event: DecisionSigned) -> None:
    """Another amount in all: rooms stay as they are as far as it goes, travel takes the difference."""
    total = item.amount or Money(0, row.currency)
    grants = [one for one in live_grants_of(SUBJECT, row.id) if one.state is GrantState.COMMITTED]
    if total.amount_minor == sum(grant.amount_minor for grant in grants):
        return
    left, changes = total.amount_minor, []
    ordered = sorted(grants, key=lambda one: one.purpose is Purpose.TRAVEL)
    for place, grant in enumerate(ordered):
        part = left if place == len(ordered) - 1 else min(left, grant.amount_minor)
        left -= part
        changes.append((grant, Money(part, grant.currency)))
    number = event.selection.decision_number
    # What becomes less is given back first, so that a full ceiling does not refuse what only moves within it.
    for grant, amount in sorted(changes, key=lambda pair: pair[1].amount_minor - pair[0].amount_minor):
        if amount != grant.amount:
            change_amount(grant, amount, number=number, day=event.day, by=event.by)
    _change_granted(row, total, changes, by=event.by)


def _change_granted(row: Hosting, total: Money, changes: Sequence[tuple[Grant, Money]], *, by: Actor) -> None:
    """An amending decision set other amounts: the caps follow."""
    before = row.amount
    for grant, amount in changes:
        if grant.purpose is Purpose.TRAVEL:
            row.travel_cap_minor = amount.amount_minor
        elif row.funded_nights:
            row.night_cap_minor = amount.amount_minor // row.funded_nights
    record("hosting.amend", row, by=by, before={"amount": before}, after={"amount": total})
    tell(row, "changed")


@subscribe(SelectionCancelled)
def back_to_proposals(event: SelectionCancelled) -> None:
    """No decision comes: its guests are proposals again, and what was committed is free."""
    if event.selection.kind != KIND or event.selection.correction:
        return
    for found in hostings_in(event.items).values():
        row, _settings = begin(found)
        if row.state is H.APPROVED and row.selection_id == event.selection.id:
            to_proposal(row, event.reason, by=event.by)


@subscribe(SubjectRemoved)
def back_to_proposal(event: SubjectRemoved) -> None:
    """A guest was taken out of the draft by hand."""
    if event.item.kind != KIND or event.selection.correction:
        return
    found = db.session.get(Hosting, event.item.subject_id)
    if found is None or found.state is not H.APPROVED or found.selection_id != event.selection.id:
        return
    row, _settings = begin(found)
    to_proposal(row, _("Taken out of %(reference)s", reference=event.selection.reference), by=event.by)


def _hostings(fair_id: int, *states: HostingState) -> Sequence[Hosting]:
    query = select(Hosting).options(joinedload(Hosting.importer), joinedload(Hosting.person))
    return db.session.scalars(
        query.where(Hosting.fair_id == fair_id, Hosting.state.in_(states)).order_by(Hosting.id)
    ).all()


@subscribe(FairRescheduled)
def move_days(event: FairRescheduled) -> None:
    """Funded nights, the days of the support and the guests' last day to confirm move with the fair."""
    fair, move, found = event.fair, event.move, event.found
    settings = settings_of(fair)
    if settings.id is not None:
        for name, label in (
            ("apply_by", _l("Applications for support until")),
            ("decide_by", _l("Support decided by")),
        ):
            day = getattr(settings, name)
            if day is not None:
                found.set("applications", label, fair.code, settings, name, moved_day(fair, move, day))
    for row in _hostings(fair.id, *(state for state in _OPEN if state not in (H.APPLIED, H.RESERVE))):
        for name, label in (
            ("funded_from", _l("First funded night")), ("funded_to", _l("Funded until")), ("reply_by", _l("Guest confirms until")),
        ):  # fmt: skip
            day = getattr(row, name)
            if day is not None:
                found.set("applications", label, row.reference, row, name, moved_day(fair, move, day))
    grants = select(Grant).where(
        Grant.fair_id == fair.id, Grant.subject_type == SUBJECT, Grant.period_from.is_not(None),
        Grant.state.in_((GrantState.PROPOSED, GrantState.COMMITTED)),
    )  # fmt: skip
    for grant in db.session.scalars(grants.order_by(Grant.id)):
        for name in ("period_from", "period_to"):
            day = getattr(grant, name)
            found.set("money", _l("Days that are supported"), grant.reference, grant, name, moved_day(fair, move, day))


@subscribe(FairCalledOff)
def end_with_fair(event: FairCalledOff) -> None:
    """A fair that does not take place supports nobody: what was committed and not spent is free again."""
    fair, by, reason = event.fair, event.by, event.reason or _("The fair is cancelled.")
    for row in _hostings(fair.id, *_OPEN):

        def end(found: Hosting = row) -> None:
            locked_settings(fair)
            fresh = db.session.get_one(Hosting, found.id, populate_existing=True)
            if fresh.state in _OPEN:
                end_hosting(fresh, H.WITHDRAWN, reason, by=by, promote=False, quiet=True)

        event.found.add(
            "money" if row.state in PLACED else "applications", "Hosting.state", _l("Support of an importer"), row.reference,
            row.state.label, H.WITHDRAWN.label, company_id=row.company_id, act=end,
        )  # fmt: skip


register_kind(HOSTING)
register_names("tier", lambda key: SupportTier(key).label)
register_names("region", lambda key: Region(key).label)
register_card("support", 30, support_card)
register_panel(Panel("support", 10, "hosting/_panel.html", panel_context, VIEW_HOSTING))
