"""What a proposal has to fulfil, and what it would grant: asked by previews as well as by the act itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.funding.duplicates import Claim, Pool, digests_of, read_together, same_companies
from fairs.funding.service import GrantDraft, check_proposal
from fairs.funding.states import Purpose
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
    same, known = same_companies(hosting.company), _together.get()
    rows = known if known is not None and hosting in known else _supports_of(hosting.fair_id, same)
    found = [one for one in rows if one.company_id in same and one.id != hosting.id and one.state in TAKEN]
    return min(found, key=lambda one: one.id, default=None)


def _supports_of(fair_id: int, company_ids: Collection[int]) -> Sequence[Hosting]:
    return db.session.scalars(
        select(Hosting)
        .options(joinedload(Hosting.company))
        .where(Hosting.fair_id == fair_id, Hosting.company_id.in_(company_ids), Hosting.state.in_(TAKEN))
    ).all()


_together: ContextVar[frozenset[Hosting] | None] = ContextVar("hostings_read_together", default=None)


@contextmanager
def checked_together(rows: Sequence[Hosting]) -> Iterator[None]:
    """Inside, what these supports (of one fair) are checked for was read at once: a constant number of statements for all."""
    if not rows:
        yield
        return
    digests = digests_of([row.person_id for row in rows])
    # What is asked for, the days and the rule do not matter to what has to be read.
    days = (rows[0].fair.starts_on, rows[0].fair.ends_on)
    claims = [
        Claim(
            row.fair_id, "", Purpose.TRAVEL, *days, row.company, row.person_id, passport_digest=digests[row.person_id]
        )
        for row in rows
    ]
    with read_together(Pool.of(claims, digests)) as pool:
        taken = _supports_of(rows[0].fair_id, {key for keys in pool.same.values() for key in keys})
        token = _together.set(frozenset((*rows, *taken)))
        try:
            yield
        finally:
            _together.reset(token)


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
