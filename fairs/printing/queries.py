"""Reading the print queue, stations and blanks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from fairs.badges.codes import BadCode, fingerprint, typed
from fairs.badges.layout_service import layouts_for
from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.text import fold
from fairs.core.tokens import digest
from fairs.directory.models import Company, Person
from fairs.printing.models import Blank, BlankBatch, PrintJob, PrintStation
from fairs.printing.states import BlankState, JobState, StationState

_LONGEST_SHORT, _LONGEST = 40, 1000


def size_of(fair_id: int, category: BadgeCategory) -> str:
    """The format in which a fair prints badges of a category, as its layout says."""
    return layouts_for(fair_id)[category].size


def sizes_of(fair_id: int) -> dict[str, str]:
    """The format of each category."""
    return {category: layout.size for category, layout in layouts_for(fair_id).items()}


def stations_of(fair_id: int) -> Sequence[PrintStation]:
    """The fair's stations by name."""
    return db.session.scalars(
        select(PrintStation).where(PrintStation.fair_id == fair_id).order_by(PrintStation.folded)
    ).all()


def station_by_id(fair_id: int, station_id: int) -> PrintStation | None:
    """The fair's station with this key."""
    if not 0 < station_id < 2**63:
        return None
    return db.session.scalar(select(PrintStation).where(PrintStation.id == station_id, PrintStation.fair_id == fair_id))


def station_by_token(token: str) -> PrintStation | None:
    """The station whose computer was enrolled with this token."""
    if not token or len(token) > 200:
        return None
    return db.session.scalar(select(PrintStation).where(PrintStation.token_hash == digest(token)))


def open_stations(fair_id: int, category: BadgeCategory, size: str) -> list[PrintStation]:
    """Stations that are open and present and print such badges, by name: then the desk queues instead of printing itself."""
    query = select(PrintStation).where(
        PrintStation.fair_id == fair_id, PrintStation.state == StationState.OPEN, PrintStation.present_until > now()
    )
    return [one for one in db.session.scalars(query.order_by(PrintStation.folded)) if one.takes(category, size)]


def job_by_id(fair_id: int, job_id: int) -> PrintJob | None:
    """The fair's job with this key, with badge, wearer and station."""
    if not 0 < job_id < 2**63:
        return None
    return db.session.scalar(select(PrintJob).where(PrintJob.id == job_id, PrintJob.fair_id == fair_id).options(*_FULL))


_FULL = (
    joinedload(PrintJob.badge).options(joinedload(Badge.person), joinedload(Badge.company), joinedload(Badge.key)),
    joinedload(PrintJob.station),
    joinedload(PrintJob.wanted),
)


def held_job(station: PrintStation) -> PrintJob | None:
    """The job that a station has and has not reported."""
    return db.session.scalar(
        select(PrintJob)
        .where(PrintJob.station_id == station.id, PrintJob.state == JobState.LEASED)
        .options(*_FULL)
        .order_by(PrintJob.id)
        .limit(1)
    )


def next_jobs(station: PrintStation) -> Select[Any]:
    """The jobs that a station may take, first in first out: its own and those of the shared queue in one line."""
    query = select(PrintJob).where(
        PrintJob.fair_id == station.fair_id,
        PrintJob.state == JobState.QUEUED,
        or_(PrintJob.wanted_id.is_(None), PrintJob.wanted_id == station.id),
    )
    if station.categories:
        query = query.where(PrintJob.category.in_(station.categories))
    if station.sizes:
        query = query.where(PrintJob.size.in_(station.sizes))
    return query.order_by(PrintJob.id)


def waiting_for(station: PrintStation) -> int:
    """How many jobs the station could take now."""
    return db.session.scalar(select(func.count()).select_from(next_jobs(station).order_by(None).subquery())) or 0


def ahead_of(job: PrintJob) -> int:
    """How many jobs of the fair wait before this one."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(PrintJob)
            .where(PrintJob.fair_id == job.fair_id, PrintJob.state == JobState.QUEUED, PrintJob.id < job.id)
        )
        or 0
    )


def unsure() -> ColumnElement[bool]:
    """The condition that a station went silent while it had the job."""
    return and_(PrintJob.state == JobState.LEASED, PrintJob.lease_until <= now())


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """The queue of a fair in figures."""

    queued: int = 0
    printing: int = 0
    unsure: int = 0
    printed: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """What was not cancelled."""
        return self.queued + self.printing + self.unsure + self.printed + self.failed


def queue_figures(fair_id: int) -> QueueFigures:
    """One statement."""

    def of(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = db.session.execute(
        select(
            of(PrintJob.state == JobState.QUEUED),
            of(and_(PrintJob.state == JobState.LEASED, PrintJob.lease_until > now())),
            of(unsure()),
            of(PrintJob.state == JobState.PRINTED),
            of(PrintJob.state == JobState.FAILED),
        ).where(PrintJob.fair_id == fair_id)
    ).one()
    return QueueFigures(*(int(value) for value in row))


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What the queue shows; empty values mean all, except that ``state`` empty leaves out what is done. ``station`` 0: the shared queue."""

    text: str = ""
    state: str = ""
    category: str = ""
    station: int | None = None


OPEN_STATES = (JobState.QUEUED, JobState.LEASED, JobState.FAILED)


def job_list(fair_id: int, wanted: JobFilter) -> Select[Any]:
    """The jobs of a fair with badge, wearer and station; order and page are the caller's."""
    station = aliased(PrintStation)
    query = (
        select(PrintJob)
        .join(PrintJob.badge)
        .join(Badge.person)
        .outerjoin(Badge.company)
        .outerjoin(PrintJob.station.of_type(station))
        .options(
            contains_eager(PrintJob.badge).options(
                contains_eager(Badge.person), contains_eager(Badge.company), joinedload(Badge.key)
            ),
            contains_eager(PrintJob.station.of_type(station)),
            joinedload(PrintJob.wanted),
        )
        .where(PrintJob.fair_id == fair_id)
    )
    if wanted.text:
        folded = fold(wanted.text)
        query = query.where(
            or_(
                Person.folded.contains(folded, autoescape=True),
                Company.folded.contains(folded, autoescape=True),
                Badge.reference.contains(wanted.text.strip().upper(), autoescape=True),
            )
        )
    if wanted.state == "unsure":
        query = query.where(unsure())
    elif wanted.state == "":
        query = query.where(PrintJob.state.in_(OPEN_STATES))
    elif wanted.state != "all":
        query = query.where(PrintJob.state == wanted.state)
    if wanted.category:
        query = query.where(PrintJob.category == wanted.category)
    if wanted.station == 0:
        query = query.where(PrintJob.wanted_id.is_(None), PrintJob.station_id.is_(None))
    elif wanted.station is not None:
        query = query.where(or_(PrintJob.wanted_id == wanted.station, PrintJob.station_id == wanted.station))
    return query


# --- blanks -----------------------------------------------------------------------------------------------------------


def batches_of(fair_id: int) -> list[tuple[BlankBatch, dict[str, int]]]:
    """The fair's batches with the number of their blanks by state; two statements."""
    batches = db.session.scalars(
        select(BlankBatch).where(BlankBatch.fair_id == fair_id).order_by(BlankBatch.first_number)
    ).all()
    counts: dict[int, dict[str, int]] = {batch.id: {} for batch in batches}
    for batch_id, state, number in db.session.execute(
        select(Blank.batch_id, Blank.state, func.count())
        .where(Blank.batch_id.in_(counts))
        .group_by(Blank.batch_id, Blank.state)
    ):
        counts[batch_id][str(state)] = number
    return [(batch, counts[batch.id]) for batch in batches]


def batch_by_id(fair_id: int, batch_id: int) -> BlankBatch | None:
    """The fair's batch with this key."""
    if not 0 < batch_id < 2**63:
        return None
    return db.session.scalar(
        select(BlankBatch)
        .where(BlankBatch.id == batch_id, BlankBatch.fair_id == fair_id)
        .options(joinedload(BlankBatch.key))
    )


def blank_by_code(text: str) -> Blank | None:
    """The blank of a scanned or typed code, of any fair."""
    try:
        if len(text.strip()) <= _LONGEST_SHORT:
            condition = Blank.short_code == typed(text)
        elif len(text) <= _LONGEST:
            condition = Blank.fingerprint == fingerprint(text)
        else:
            return None
    except BadCode:
        return None
    return db.session.scalar(select(Blank).where(condition).options(joinedload(Blank.batch)))


def blanks_of(batch: BlankBatch, *, state: BlankState | None = None) -> Sequence[Blank]:
    """The blanks of a batch by number."""
    query = select(Blank).where(Blank.batch_id == batch.id).options(joinedload(Blank.batch).joinedload(BlankBatch.key))
    if state is not None:
        query = query.where(Blank.state == state)
    return db.session.scalars(query.order_by(Blank.number)).all()


def last_bound(fair_id: int, limit: int = 10) -> Sequence[Blank]:
    """The blanks that were bound last."""
    return db.session.scalars(
        select(Blank)
        .where(Blank.fair_id == fair_id, Blank.state == BlankState.BOUND)
        .options(joinedload(Blank.badge).options(joinedload(Badge.person), joinedload(Badge.company)))
        .order_by(Blank.bound_at.desc(), Blank.id.desc())
        .limit(limit)
    ).all()
