"""What a print station does: take the next job under a lease, keep it by heartbeats, say what became of it.

A badge is printed twice only when a person asked for it: a job goes to one station at a time, a station that comes back finds the
job it had and is asked about it, and what nobody reported waits for a person. Each lease has a number; a late report
settles its job as long as nobody else has taken it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.badges.service import mark_printed
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import one_line
from fairs.printing.errors import LeaseLost, StationClosed
from fairs.printing.models import PrintJob, PrintStation
from fairs.printing.queries import held_job, next_jobs
from fairs.printing.service import drop_revoked, end, locked, requeue
from fairs.printing.states import FailReason, JobState, StationState

LEASE = timedelta(seconds=60)
#: A station that was not heard of for so long counts as gone.
PRESENT = timedelta(minutes=3)
_SIGN_OF_LIFE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Lease:
    """A job in a station's hands. ``is_resumed``: it had it before and did not report; a person says whether it came out."""

    job: PrintJob
    number: int
    is_resumed: bool


def lease_next(station: PrintStation, *, by: Actor) -> Lease | None:
    """The station's next job, or the one it still has; None when nothing waits. Raises StationClosed."""
    sign_of_life(station)
    if station.state is not StationState.OPEN:
        raise StationClosed
    # Most askings find nothing: those take no write lock.
    if held_job(station) is None and db.session.scalar(next_jobs(station).limit(1)) is None:
        return None
    with transaction():
        # The station's row is the lock: two pages of one station take one job.
        mine = db.session.get_one(PrintStation, station.id, with_for_update=MINE, populate_existing=True)
        if mine.state is not StationState.OPEN:
            raise StationClosed
        held = held_job(mine)
        if held is not None:
            held.lease_until = now() + LEASE
            return Lease(held, held.lease, is_resumed=True)
        while True:
            job = db.session.scalar(
                next_jobs(mine).limit(1).with_for_update(skip_locked=True, key_share=True)
            )  # others take the next ones meanwhile
            if job is None:
                return None
            if not drop_revoked(job, by=by):
                break
            db.session.flush()
        job.move_to(JobState.LEASED)
        job.station_id, job.lease, job.lease_until = mine.id, job.lease + 1, now() + LEASE
        db.session.flush()
        record("printing.lease", job, by=by, after={"station": mine.name, "lease": job.lease})
        number = job.lease
    found = held_job(station)
    return Lease(found, number, is_resumed=False) if found is not None and found.lease == number else None


def sign_of_life(station: PrintStation) -> None:
    """Note that the station is there; written at most every twenty seconds."""
    moment = now()
    if station.last_seen_at is not None and moment - station.last_seen_at < _SIGN_OF_LIFE and station.is_present:
        return
    with transaction():
        row = db.session.get_one(PrintStation, station.id, with_for_update=MINE, populate_existing=True)
        row.last_seen_at, row.present_until = moment, moment + PRESENT


def renew(station: PrintStation, job: PrintJob, number: int) -> PrintJob:
    """Keep the job for another minute. Raises LeaseLost when it was settled or given away meanwhile."""
    sign_of_life(station)
    with transaction():
        row = locked(job)
        if not _holds(station, row, number):
            raise _lost(row)
        row.lease_until = now() + LEASE
        return row


def report_printed(station: PrintStation, job: PrintJob, number: int, *, by: Actor) -> PrintJob:
    """It came out. Late, it still settles the job unless that was leased anew; said twice, it counts once. Raises LeaseLost."""
    sign_of_life(station)
    with transaction():
        row = locked(job)
        if row.station_id != station.id or row.lease != number:
            lost = _lost(row)
            record("printing.late_report", row, by=by, after={"station": station.name, "lease": number})
        elif row.state is JobState.PRINTED:
            return row
        else:
            end(row, JobState.PRINTED, by)
            row.failed_because, row.failed_note = None, ""
            mark_printed([db.session.get_one(Badge, row.badge_id)], by=by)
            record("printing.printed", row, by=by, after={"station": station.name, "lease": number})
            return row
    # Kept above, though it is refused: there may be two papers now.
    raise lost


def report_failed(
    station: PrintStation, job: PrintJob, number: int, *, reason: str, note: str = "", by: Actor
) -> PrintJob:
    """It did not come out, and why (a FailReason). Said twice, it counts once. Raises LeaseLost and InvalidInput."""
    if reason not in set(FailReason):
        raise InvalidInput(_l("Say why it did not come out."), field="reason")
    sign_of_life(station)
    with transaction():
        row = locked(job)
        if row.station_id != station.id or row.lease != number or row.state in {JobState.PRINTED, JobState.CANCELLED}:
            raise _lost(row)
        if row.state is not JobState.LEASED:
            return row  # it failed already, or waits to be printed anew
        end(row, JobState.FAILED, by)
        row.failed_because, row.failed_note = FailReason(reason), one_line(note)[:200]
        after = {"station": station.name, "lease": number, "reason": reason, "note": row.failed_note}
        record("printing.failed", row, by=by, after=after)
        return row


def give_back(station: PrintStation, job: PrintJob, number: int, *, by: Actor) -> PrintJob:
    """The station says of a job that it had before: it did not come out, print it. It waits again at its old place. Raises LeaseLost."""
    with transaction():
        row = locked(job)
        if not _holds(station, row, number):
            raise _lost(row)
        requeue(row)
        record("printing.put_back", row, by=by, after={"station": station.name, "lease": number})
        return row


def _holds(station: PrintStation, row: PrintJob, number: int) -> bool:
    return row.state is JobState.LEASED and row.station_id == station.id and row.lease == number


def _lost(row: PrintJob) -> LeaseLost:
    """Says what became of the job."""
    if row.state is JobState.LEASED:
        other = db.session.scalar(select(PrintStation.name).where(PrintStation.id == row.station_id))
        return LeaseLost(_l("%(station)s has this badge now.", station=other or "—"))
    words = {
        JobState.PRINTED: _l("This badge was settled as printed by %(name)s.", name=row.ended_by),
        JobState.CANCELLED: _l("This job was cancelled by %(name)s.", name=row.ended_by),
    }
    return LeaseLost(words.get(row.state, _l("This job waits for another station now.")))
