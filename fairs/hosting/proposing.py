"""What a proposal has to fulfil, and what it would grant: asked by previews as well as by the act itself."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.funding.duplicates import same_companies
from fairs.funding.service import GrantDraft, check_proposal
from fairs.hosting.errors import AlreadySupported, NotConcerned, SettingsMissing
from fairs.hosting.models import Hosting, HostingSettings
from fairs.hosting.room import SUBJECT
from fairs.hosting.states import PLACED, HostingState, SupportTier
from fairs.importers.states import ImporterState

TAKEN = (HostingState.PROPOSED, *PLACED)
"""A support that keeps others of the same company out."""


def check_proposing(
    hosting: Hosting, tier: SupportTier, settings: HostingSettings, *, reason: str = "", second_reason: str = ""
) -> None:
    """Raise what propose_hosting would; see there."""
    hosting.require_move(HostingState.PROPOSED)
    if hosting.importer.state not in (ImporterState.SUBMITTED, ImporterState.APPROVED):
        raise NotConcerned
    other = other_support(hosting)
    if other is not None and not clean(second_reason):
        raise AlreadySupported(
            _(
                "One support for each company and fair: %(name)s has %(reference)s (%(state)s).", name=other.company.name,
                reference=other.reference, state=str(other.state.label),
            ),
            field="second_reason",
        )  # fmt: skip
    for draft in drafts_of(hosting, tier, settings):
        check_proposal(hosting.fair, draft, reason=reason)


def other_support(hosting: Hosting) -> Hosting | None:
    """Another support of the same company (by tax code or name, too) at this fair that stands."""
    return db.session.scalars(
        select(Hosting)
        .where(
            Hosting.fair_id == hosting.fair_id, Hosting.company_id.in_(same_companies(hosting.company)),
            Hosting.id != hosting.id, Hosting.state.in_(TAKEN),
        )
        .order_by(Hosting.id)
    ).first()  # fmt: skip


def window_of(fair: Fair, settings: HostingSettings) -> tuple[date, date]:
    """The funded nights: the day of arrival and the day of leaving."""
    first = fair.starts_on - timedelta(days=settings.days_before)
    return first, first + timedelta(days=settings.nights)


def drafts_of(hosting: Hosting, tier: SupportTier, settings: HostingSettings) -> list[GrantDraft]:
    """The grants of a tier with the amounts of the settings; the first one takes the place. Raises SettingsMissing."""
    cap = settings.cap_of(hosting.region)
    wanted = [
        (tier.pays_travel, settings.travel_rule, settings.travel_line, cap),
        (tier.pays_hotel, settings.lodging_rule, settings.lodging_line, settings.night_cap_minor * settings.nights),
    ]
    found: list[GrantDraft] = []
    for paid, rule, line, minor in wanted:
        if not paid:
            continue
        if rule is None or line is None or not minor:
            raise SettingsMissing(field="tier")
        amount = Money(minor, settings.currency)
        found.append(
            GrantDraft(
                rule, line, rule.rate_percent or 100, amount, amount, SUBJECT, hosting.id,
                f"{hosting.person.display_name} · {hosting.company.name}"[:300], company=hosting.company, person=hosting.person,
                period=window_of(hosting.fair, settings), tier=tier.value, region=hosting.region, places=0 if found else 1,
            )
        )  # fmt: skip
    return found
