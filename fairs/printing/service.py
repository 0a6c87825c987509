"""The print queue: badges come in once, people decide about what stations left undone. Stations work on it in ``leases``."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.badges.reprints import ReprintReason
from fairs.badges.service import check_printable, check_printing, mark_printed
from fairs.badges.states import BadgeState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import one_line
from fairs.printing.blanks import bind_blank
from fairs.printing.errors import StationClosed, StillPrinting
from fairs.printing.models import PrintJob, PrintStation
from fairs.printing.queries import sizes_of
from fairs.printing.states import JobState, StationState

__all__ = [
    "bind_blank",
    "cancel_job",
    "enqueue",
    "move_job",
    "put_back",
    "settle_printed",
    "try_again",
]

_GOING_ON = (JobState.QUEUED, JobState.LEASED)
_AT_A_TIME = 500


def enqueue(
    badges: Sequence[Badge], *, station: PrintStation | None = None, reason: str = "", note: str = "", by: Actor
) -> list[PrintJob]:
    """Have badges of one fair printed, in their order: by a station, or by whichever is free. One that waits already stays where it is.

    ``reason`` is a ReprintReason, asked for when a badge was printed before; ``note`` says more. Raises Conflict (revoked),
    ReprintNeedsReason, StationClosed, InvalidInput.
    """
    if not badges:
        return []
    with transaction():
        # The fair's row is the lock: two desks that ask for the same badge make one job.
        db.session.get_one(Fair, badges[0].fair_id, with_for_update=MINE, populate_existing=True)
        rows = {
            badge.id: badge
            for badge in db.session.scalars(
                select(Badge)
                .where(Badge.id.in_([badge.id for badge in badges]), Badge.fair_id == badges[0].fair_id)
                .execution_options(populate_existing=True)
            )
        }
        if station is not None:
            station = db.session.get_one(PrintStation, station.id, populate_existing=True)
            if station.fair_id != badges[0].fair_id or station.state is not StationState.OPEN:
                raise StationClosed(field="station")
        waiting = {
            job.badge_id: job
            for job in db.session.scalars(
                select(PrintJob).where(PrintJob.badge_id.in_(rows), PrintJob.state.in_(_GOING_ON))
            )
        }
        sizes = sizes_of(badges[0].fair_id)
        made = []
        for badge in [rows[badge.id] for badge in badges if badge.id in rows]:
            if badge.id not in waiting:
                check_printing(badge, reason)
                job = waiting[badge.id] = PrintJob(
                    fair_id=badge.fair_id, badge_id=badge.id, category=badge.category, size=sizes[badge.category],
                    state=JobState.QUEUED, wanted_id=station.id if station else None, lease=0,
                    reason=ReprintReason(reason) if badge.printed_at is not None else None, note=one_line(note)[:200],
                    by_id=by.user_id, by_name=by.label[:250],
                )  # fmt: skip
                db.session.add(job)
                made.append(job)
        db.session.flush()
        for job in made:
            record(
                "printing.enqueue", job, by=by, after={"badge": job.badge_id, "reason": job.reason, "note": job.note}
            )
        return [waiting[badge.id] for badge in badges if badge.id in waiting]


def locked(job: PrintJob) -> PrintJob:
    """The job, read anew and locked."""
    return db.session.get_one(PrintJob, job.id, with_for_update=MINE, populate_existing=True)


def _decided(job: PrintJob) -> PrintJob:
    """The job for a person to decide about; raises StillPrinting while a station works on it."""
    row = locked(job)
    if row.state is JobState.LEASED and not row.is_unsure:
        raise StillPrinting
    return row


def end(row: PrintJob, state: JobState, by: Actor) -> None:
    """Move a job to where it rests, and note who did so. Inside transaction()."""
    row.move_to(state)
    row.lease_until = None
    row.ended_at, row.ended_by = now(), by.label[:250]


def requeue(row: PrintJob) -> None:
    """Put a job back to its old place: it keeps its key, and the key is the place. Inside transaction()."""
    row.move_to(JobState.QUEUED)
    row.lease_until = row.ended_at = row.failed_because = None
    row.ended_by = row.failed_note = ""


def settle_printed(job: PrintJob, *, by: Actor) -> PrintJob:
    """A person saw that it came out, though its station never said so. Raises StillPrinting and InvalidTransition."""
    with transaction():
        row = _decided(job)
        if row.state is JobState.PRINTED:
            return row
        end(row, JobState.PRINTED, by)
        mark_printed([db.session.get_one(Badge, row.badge_id)], by=by)
        record("printing.settle", row, by=by, after={"state": row.state, "lease": row.lease})
        return row


def put_back(job: PrintJob, *, by: Actor) -> PrintJob:
    """A person saw that it did not come out: it waits again, at its old place. Raises StillPrinting and InvalidTransition."""
    with transaction():
        row = _decided(job)
        if row.state is JobState.QUEUED:
            return row
        _check_wearable(row)
        requeue(row)
        record("printing.put_back", row, by=by, after={"lease": row.lease})
        return row


try_again = put_back  # for what failed


def _check_wearable(row: PrintJob) -> None:
    check_printable(db.session.get_one(Badge, row.badge_id, populate_existing=True))


def cancel_job(job: PrintJob, *, by: Actor) -> PrintJob:
    """Take a job off the queue. Raises StillPrinting, InvalidTransition once it is printed."""
    with transaction():
        row = _decided(job)
        if row.state is JobState.CANCELLED:
            return row
        end(row, JobState.CANCELLED, by)
        record("printing.cancel", row, by=by)
        return row


def move_job(job: PrintJob, station: PrintStation | None, *, by: Actor) -> PrintJob:
    """Let another station print it, or whichever is free. One that failed waits again. Raises StillPrinting, StationClosed, InvalidInput."""
    with transaction():
        row = _decided(job)
        if station is not None:
            station = db.session.get_one(PrintStation, station.id, populate_existing=True)
            if station.fair_id != row.fair_id or station.state is not StationState.OPEN:
                raise StationClosed(field="station")
            if not station.takes(row.category, row.size):
                raise InvalidInput(_l("This station does not print such badges."), field="station")
        if row.state is not JobState.QUEUED:
            _check_wearable(row)
            requeue(row)
        row.wanted_id = station.id if station is not None else None
        record("printing.move", row, by=by, after={"station": station.name if station is not None else None})
        return row


def settle_elsewhere(badge_ids: Sequence[int], *, by: Actor) -> None:
    """These badges came to paper without a station: what waits for one, or failed at one, is done. Inside transaction().

    A job that a station works on right now stays with it: only its own report says what became of it.
    """
    for start in range(0, len(badge_ids), _AT_A_TIME):
        query = select(PrintJob).where(
            PrintJob.badge_id.in_(badge_ids[start : start + _AT_A_TIME]),
            PrintJob.state.in_((JobState.QUEUED, JobState.FAILED)),
        )
        for row in db.session.scalars(query.order_by(PrintJob.id).with_for_update(key_share=True)):
            end(row, JobState.PRINTED, by)
            record("printing.settle", row, by=by, after={"state": row.state, "elsewhere": True})


def drop_revoked(row: PrintJob, *, by: Actor) -> bool:
    """Cancel a job whose badge was revoked meanwhile. Inside transaction()."""
    if db.session.get_one(Badge, row.badge_id, populate_existing=True).state is BadgeState.ACTIVE:
        return False
    end(row, JobState.CANCELLED, by)
    record("printing.cancel", row, by=by, after={"reason": "revoked"})
    return True
