"""Applications for support: made when a registration asks for it, or by hand; their scores."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.sequences import next_reference
from fairs.hosting.errors import NotConcerned
from fairs.hosting.models import Hosting, HostingSettings
from fairs.hosting.past import pasts_of
from fairs.hosting.queries import hosting_of
from fairs.hosting.regions import region_of
from fairs.hosting.reserve import rerank
from fairs.hosting.scoring import kept, points_of, total_of, weights_of
from fairs.hosting.settings import locked_settings, settings_of
from fairs.hosting.states import HostingState, SupportTier
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState

UNDECIDED = (HostingState.APPLIED, HostingState.RESERVE)
"""Scores move until support is proposed; then they stay as they were proposed by."""


def apply_for_support(importer: Importer, tier: SupportTier, *, by: Actor) -> Hosting:
    """Ask for support: by the importer, or by staff for one. What there is already is given back, asked for again where it ended.

    Raises NotConcerned for a registration that is refused or withdrawn.
    """
    with transaction():
        row = db.session.get_one(Importer, importer.id, populate_existing=True)
        if row.state in (ImporterState.REFUSED, ImporterState.WITHDRAWN, ImporterState.UNCONFIRMED):
            raise NotConcerned
        hosting = hosting_of(row.id)
        if hosting is not None:
            if hosting.may_move_to(HostingState.APPLIED) and hosting.state not in (
                HostingState.PROPOSED,
                HostingState.RESERVE,
            ):
                before = hosting.state
                hosting.move_to(HostingState.APPLIED)
                hosting.tier, hosting.reason, hosting.ended_at = tier, "", None
                score(row.fair, [hosting])
                record("hosting.reopen", hosting, by=by, before={"state": before}, after={"tier": tier})
            return hosting
        hosting = Hosting(
            fair_id=row.fair_id, importer_id=row.id, company_id=row.company_id, person_id=row.person_id,
            reference=next_reference(row.fair.code, "H"), state=HostingState.APPLIED, tier=tier,
            region=region_of(row.company.country).value, currency=row.fair.currency,
        )  # fmt: skip
        hosting.importer, hosting.fair, hosting.company, hosting.person = row, row.fair, row.company, row.person
        db.session.add(hosting)
        db.session.flush()
        score(row.fair, [hosting])
        record("hosting.apply", hosting, by=by, after={"tier": tier, "score": hosting.score})
    return hosting


def score(fair: Fair, hostings: Sequence[Hosting], settings: HostingSettings | None = None) -> None:
    """Give these applications their score; a constant number of statements. Inside transaction()."""
    found = settings or settings_of(fair)
    weights = weights_of(found)
    pasts = pasts_of([(one.company_id, one.person_id) for one in hostings], fair.starts_on)
    for one in hostings:
        past = pasts[(one.company_id, one.person_id)]
        points = points_of(one.importer, past, found)
        one.score, one.score_parts = total_of(points, weights), kept(points, weights)
        one.past_visits, one.past_deals = past.visits, past.deals
        one.region = region_of(one.company.country).value
    db.session.flush()


def rescore(fair: Fair) -> int:
    """All scores of a fair that are not proposed yet anew, as after other weights; gives their number."""
    with transaction():
        settings = locked_settings(fair)
        rows = db.session.scalars(
            select(Hosting)
            .options(joinedload(Hosting.importer), joinedload(Hosting.company))
            .where(Hosting.fair_id == fair.id, Hosting.state.in_(UNDECIDED))
            .order_by(Hosting.id)
            .with_for_update(of=Hosting)
            .execution_options(populate_existing=True)
        ).all()
        score(fair, rows, settings)
        rerank(fair.id)
    return len(rows)


def rescore_one(hosting: Hosting, *, by: Actor) -> None:
    """The score of one application anew, as after its registration changed. Once proposed it keeps the one it was decided on."""
    with transaction():
        settings = locked_settings(hosting.fair)
        row = db.session.get_one(Hosting, hosting.id, with_for_update={"of": Hosting}, populate_existing=True)
        if row.state not in UNDECIDED:
            return
        before = row.score
        score(row.fair, [row], settings)
        rerank(row.fair_id)
        if row.score != before:
            after = {"score": row.score, "note": f"{before} → {row.score}"}
            record("hosting.rescore", row, by=by, before={"score": before}, after=after)
