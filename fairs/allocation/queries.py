"""Reading runs of the allocation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import defer, joinedload

from fairs.allocation.models import AllocationExclusion, AllocationPlace, AllocationRun
from fairs.allocation.states import AllocationState
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth

S = AllocationState
CRASHED_AFTER = timedelta(minutes=30)


def runs_of(fair_id: int, *, limit: int = 50) -> Sequence[AllocationRun]:
    """The fair's runs, the latest first, without their inputs."""
    return db.session.scalars(
        select(AllocationRun)
        .options(defer(AllocationRun.inputs), defer(AllocationRun.facts))
        .where(AllocationRun.fair_id == fair_id)
        .order_by(AllocationRun.number.desc())
        .limit(limit)
    ).all()


def run_by_number(fair_id: int, number: int) -> AllocationRun:
    """A run of a fair; raises NotFound."""
    found = db.session.scalar(
        select(AllocationRun).where(AllocationRun.fair_id == fair_id, AllocationRun.number == number)
    )
    if found is None:
        raise NotFound
    return found


def places_of(run_id: int) -> Sequence[AllocationPlace]:
    """Everybody's place in a run, by the companies' names."""
    query = (
        select(AllocationPlace)
        .options(joinedload(AllocationPlace.exhibitor).joinedload(Exhibitor.company))
        .where(AllocationPlace.run_id == run_id)
    )
    return sorted(db.session.scalars(query), key=lambda place: (place.exhibitor.company.folded, place.id))


def exclusions_of(fair_id: int) -> Sequence[AllocationExclusion]:
    """Who is kept apart at a fair."""
    first, second = AllocationExclusion.first, AllocationExclusion.second
    return db.session.scalars(
        select(AllocationExclusion)
        .options(joinedload(first).joinedload(Exhibitor.company), joinedload(second).joinedload(Exhibitor.company))
        .where(AllocationExclusion.fair_id == fair_id)
        .order_by(AllocationExclusion.id)
    ).all()


def offer_counts(run_id: int) -> tuple[int, int, int]:
    """Of a published run: offers made, offers that could not be made, and those still to be made."""
    made, failed, waiting = db.session.execute(
        select(
            func.count(AllocationPlace.offered_at),
            func.count().filter(AllocationPlace.offer_problem != ""),
            func.count().filter(AllocationPlace.offered_at.is_(None), AllocationPlace.offer_problem == ""),
        ).where(AllocationPlace.run_id == run_id)
    ).one()
    return int(made), int(failed), int(waiting)


def unfinished() -> Sequence[int]:
    """Runs that nobody computes any more: their worker was ended, or their job was lost."""
    before = now() - CRASHED_AFTER
    return db.session.scalars(
        select(AllocationRun.id).where(
            or_(AllocationRun.state == S.RUNNING, AllocationRun.state == S.QUEUED),
            func.coalesce(AllocationRun.started_at, AllocationRun.created_at) < before,
        )
    ).all()


def offers_to_make() -> Sequence[int]:
    """Published runs whose offers were not all made in ten minutes."""
    return db.session.scalars(
        select(AllocationRun.id).where(
            AllocationRun.state == S.PUBLISHED,
            AllocationRun.offer_until > now(),
            AllocationRun.published_at < now() - timedelta(minutes=10),
            AllocationRun.places.any(and_(AllocationPlace.offered_at.is_(None), AllocationPlace.offer_problem == "")),
        )
    ).all()


def allocated_among(fair_id: int, booth_ids: Collection[int]) -> list[str]:
    """Codes of those booths that a draft or published allocation gives to somebody, at most six of them."""
    wanted = set(booth_ids)
    if not wanted:
        return []
    rows = db.session.scalars(
        select(AllocationPlace.booth_ids).join(AllocationRun).where(AllocationRun.fair_id == fair_id, _binds())
    )
    named = {booth for booths in rows for booth in booths} & wanted
    if not named:
        return []
    return list(db.session.scalars(select(Booth.code).where(Booth.id.in_(named)).order_by(Booth.code).limit(6)))


def _binds() -> ColumnElement[bool]:
    still_offered = (AllocationRun.state == S.PUBLISHED) & (AllocationRun.offer_until > now())
    return or_(AllocationRun.state == S.DONE, still_offered)
