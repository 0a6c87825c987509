"""Exhibitors, importers and badges: decisions that were promised, and badges to print before the opening."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.directory.models import Person
from fairs.documents.models import SelectionItem
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.permissions import APPRAISE, DECIDE_APPLICATION
from fairs.exhibitors.queries import SUPPORT_KIND
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.models import Importer
from fairs.importers.permissions import DECIDE_IMPORTER
from fairs.importers.states import ImporterState
from fairs.workplace.inbox import Kind, Why

PRINT_FROM = 14
"""Days before the opening from which badges are printed in one go."""

PRINTED_BEFORE = tuple(set(BadgeCategory) - {BadgeCategory.TRADE, BadgeCategory.PUBLIC})
"""All but visitors: they have their badge on the phone or get it at the desk, nobody prints theirs in advance.

Named one by one, so that the count goes by the index and passes over the thousands of visitors.
"""


def _opening(model: Any) -> Any:
    return select(Fair.starts_on).where(Fair.id == model.fair_id).scalar_subquery()


def _readable(person: Person) -> str:
    """The name in Latin letters where there is one, for a list that is read by eye."""
    return person.passport_name or person.display_name


def booking_is_over(fair: Fair) -> bool:
    """Whether the waiting list can be settled: booking has closed, or the fair opens, and it is not over yet."""
    if fair.is_over:
        return False
    if fair.booking_closes_at is None:
        return fair.days_to_opening <= 0
    return local_day(fair.booking_closes_at, fair.time_zone) < fair.today


def prints_in_advance(fair: Fair) -> bool:
    """Whether the badges of those who are expected are printed these days; once it is open, who comes gets it at the desk."""
    return 0 <= fair.days_to_opening <= PRINT_FROM and not fair.is_over


# Proposed for support: its decision is awaited, and that is another item.
_STANDS_IN_SELECTION = (
    select(SelectionItem.id)
    .where(
        SelectionItem.kind == SUPPORT_KIND, SelectionItem.is_open, SelectionItem.subject_type == "Exhibitor",
        SelectionItem.subject_id == Exhibitor.id,
    )
    .exists()
)  # fmt: skip

KINDS = (
    Kind(
        key="application",
        states=(ExhibitorState.SUBMITTED,),
        model=Exhibitor,
        where=(Exhibitor.state == ExhibitorState.SUBMITTED, ~_STANDS_IN_SELECTION),
        permission=APPRAISE,
        counts_from=Exhibitor.decide_by,  # the day that was promised when it was handed in
        days=0,
        icon="clipboard-check",
        reason=_l("Application to appraise"),
        title=lambda n: ngettext(
            "%(num)s application waits for its appraisal", "%(num)s applications wait for their appraisal", n
        ),
        who=lambda exhibitor: exhibitor.company.name,
        what=lambda exhibitor: exhibitor.reference,
        button=_l("Appraise"),
        page=lambda exhibitor: ("appraisal.appraise", {"reference": exhibitor.reference}),
        list_page=("exhibitors.index", {"state": "submitted"}),
        load=(joinedload(Exhibitor.company),),
    ),
    Kind(
        key="appraised",
        states=(ExhibitorState.APPRAISED,),
        model=Exhibitor,
        where=(Exhibitor.state == ExhibitorState.APPRAISED, ~_STANDS_IN_SELECTION),
        permission=DECIDE_APPLICATION,
        counts_from=Exhibitor.decide_by,
        days=0,
        icon="building-store",
        reason=_l("Application to decide on"),
        title=lambda n: ngettext(
            "%(num)s application waits for a decision", "%(num)s applications wait for a decision", n
        ),
        who=lambda exhibitor: exhibitor.company.name,
        what=lambda exhibitor: exhibitor.reference,
        button=_l("Decide"),
        page=lambda exhibitor: ("exhibitors.show", {"reference": exhibitor.reference}),
        list_page=("exhibitors.index", {"state": "appraised"}),
        load=(joinedload(Exhibitor.company),),
    ),
    Kind(
        key="waiting-list",
        states=(ExhibitorState.WAITLISTED,),
        model=Exhibitor,
        where=(Exhibitor.state == ExhibitorState.WAITLISTED,),
        permission=DECIDE_APPLICATION,
        counts_from=_opening(Exhibitor),
        days=0,
        icon="list",
        reason=_l("On the waiting list"),
        title=lambda n: ngettext(
            "%(num)s company on the waiting list needs a final answer",
            "%(num)s companies on the waiting list need a final answer",
            n,
        ),
        who=lambda exhibitor: exhibitor.company.name,
        what=lambda exhibitor: exhibitor.reference,
        button=_l("Decide"),
        page=lambda exhibitor: ("exhibitors.show", {"reference": exhibitor.reference}),
        list_page=("exhibitors.index", {"state": "waitlisted"}),
        at=booking_is_over,
        load=(joinedload(Exhibitor.company),),
    ),
    Kind(
        key="importer",
        states=(ImporterState.SUBMITTED,),
        model=Importer,
        where=(Importer.state == ImporterState.SUBMITTED,),
        permission=DECIDE_IMPORTER,
        counts_from=Importer.decide_by,
        days=0,
        icon="world",
        reason=_l("Importer to answer"),
        title=lambda n: ngettext("%(num)s importer waits for an answer", "%(num)s importers wait for an answer", n),
        who=lambda importer: _readable(importer.person),
        what=lambda importer: f"{importer.company.name} · {importer.reference}",
        button=_l("Answer"),
        page=lambda importer: ("importers.show", {"reference": importer.reference}),
        list_page=("importers.index", {"state": "submitted"}),
        load=(joinedload(Importer.company), joinedload(Importer.person)),
    ),
    Kind(
        key="badge",
        states=(BadgeState.ACTIVE,),
        model=Badge,
        where=(
            Badge.state == BadgeState.ACTIVE,
            Badge.printed_at.is_(None),
            Badge.category.in_(PRINTED_BEFORE),
        ),
        permission=PRINT_BADGES,
        counts_from=_opening(Badge),
        days=0,
        icon="id-badge-2",
        reason=_l("Badge not printed"),
        title=lambda n: ngettext("%(num)s badge is not printed", "%(num)s badges are not printed", n),
        who=lambda badge: _readable(badge.person),
        what=lambda badge: f"{badge.category.label} · {badge.reference}",
        button=_l("Print"),
        page=lambda badge: ("badges.show", {"reference": badge.reference}),
        list_page=("badges.index", {"printed": "no"}),
        at=prints_in_advance,
        load=(joinedload(Badge.person),),
    ),
)

NOBODY = {
    ExhibitorState: {
        ExhibitorState.DRAFT: Why.COMPANY,
        ExhibitorState.ACCEPTED: Why.COMPANY,  # it chooses a booth; the booking goes on from there
        ExhibitorState.REFUSED: Why.FINAL,
        ExhibitorState.WITHDRAWN: Why.FINAL,
    },
    ImporterState: {
        ImporterState.UNCONFIRMED: Why.IMPORTER,
        ImporterState.APPROVED: Why.IMPORTER,
        ImporterState.REFUSED: Why.FINAL,
        ImporterState.WITHDRAWN: Why.FINAL,
    },
    BadgeState: {BadgeState.REVOKED: Why.FINAL},
}
