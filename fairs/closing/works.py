"""Work that takes minutes: asked for by a person, done by the worker, with its progress on the page."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.closing.archive import make_archive
from fairs.closing.errors import Working
from fairs.closing.models import ClosingWork
from fairs.closing.snapshots import KINDS, take_snapshot
from fairs.closing.states import WorkState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import after_commit, db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.storage import discard

log = logging.getLogger(__name__)

STUCK = timedelta(minutes=10)
OVER = frozenset({FairState.CLOSED, FairState.REPORTED})


def ask_snapshot(fair: Fair, kind: str, *, by: Actor) -> ClosingWork:
    """Have the figures kept. Raises InvalidInput for another kind, Conflict before the fair is closed, Working."""
    if kind not in KINDS:
        raise InvalidInput(field="kind")
    return _ask(fair, "snapshot", kind, by)


def ask_archive(fair: Fair, *, by: Actor) -> ClosingWork:
    """Have an archive made. Raises Conflict before the fair is closed, Working."""
    return _ask(fair, "archive", "", by)


def _ask(fair: Fair, kind: str, asked_for: str, by: Actor) -> ClosingWork:
    with transaction():
        locked = db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        if locked.state not in OVER:
            raise Conflict
        running = select(ClosingWork.id).where(
            ClosingWork.fair_id == fair.id, ClosingWork.kind == kind,
            ClosingWork.state.in_((WorkState.WAITING, WorkState.RUNNING)),
        )  # fmt: skip
        if db.session.scalar(running) is not None:
            raise Working
        work = ClosingWork(
            fair_id=fair.id, kind=kind, asked_for=asked_for, state=WorkState.WAITING, touched_at=now(), by_id=by.user_id,
            by_name=by.label[:250],
        )  # fmt: skip
        db.session.add(work)
        db.session.flush()
        record(f"closing.ask_{kind}", work, by=by, fair_id=fair.id)
        key = work.id
        after_commit(lambda: _wake(key))
    return work


def carry_out(work_id: int) -> None:
    """The worker's part. A second worker, or a second time, does nothing more."""
    with transaction():
        work = db.session.get(ClosingWork, work_id, with_for_update=True, populate_existing=True)
        if work is None or work.state is not WorkState.WAITING:
            return
        work.move_to(WorkState.RUNNING)
        work.touched_at = now()
    fair, by = db.session.get_one(Fair, work.fair_id), Actor(work.by_id, work.by_name)
    kind, asked_for = work.kind, work.asked_for
    snapshot_id = file = None
    try:
        if kind == "snapshot":
            snapshot_id = take_snapshot(fair, kind=asked_for, by=by, tick=lambda n, of: _tick(work_id, n, of)).id
        else:
            file = make_archive(fair, by=by, tick=lambda n, of: _tick(work_id, n, of))
    except Exception:
        log.exception("closing work %s", work_id)
        db.session.rollback()
        with transaction():
            db.session.get_one(ClosingWork, work_id, with_for_update=True, populate_existing=True).move_to(
                WorkState.FAILED
            )
        return
    with transaction():
        row = db.session.get_one(ClosingWork, work_id, with_for_update=True, populate_existing=True)
        if row.state is not WorkState.RUNNING:  # it was taken for dead, and another worker was quicker
            if file is not None:
                discard(file)
            return
        row.move_to(WorkState.DONE)
        row.snapshot_id, row.file_id, row.finished_at = snapshot_id, file.id if file is not None else None, now()
        if file is not None:
            record("closing.archive", row, by=by, fair_id=row.fair_id, after={"sha256": file.sha256, "size": file.size})


def _tick(work_id: int, done: int, total: int) -> None:
    with transaction():
        row = db.session.get_one(ClosingWork, work_id, with_for_update=True, populate_existing=True)
        row.done, row.total, row.touched_at = done, total, now()


def try_again(work: ClosingWork, *, by: Actor) -> None:
    """Have a failed work done once more; raises InvalidTransition."""
    with transaction():
        row = db.session.get_one(ClosingWork, work.id, with_for_update=True, populate_existing=True)
        row.move_to(WorkState.WAITING)
        row.touched_at = now()
        record("closing.again", row, by=by, fair_id=row.fair_id)
        key = row.id
        after_commit(lambda: _wake(key))


def works_of(fair: Fair) -> list[ClosingWork]:
    """What is being made, failed, or was made for the fair, the newest first."""
    query = select(ClosingWork).where(ClosingWork.fair_id == fair.id).order_by(ClosingWork.id.desc()).limit(50)
    return list(db.session.scalars(query))


def work_of(fair: Fair, work_id: int) -> ClosingWork:
    """One of them; raises NotFound."""
    found = db.session.get(ClosingWork, work_id)
    if found is None or found.fair_id != fair.id:
        raise NotFound
    return found


def stuck() -> Sequence[int]:
    """Works whose worker was ended in the middle, or that no worker was told of; those in the middle wait again."""
    with transaction():
        query = select(ClosingWork).where(
            ClosingWork.state.in_((WorkState.WAITING, WorkState.RUNNING)), ClosingWork.touched_at < now() - STUCK
        )
        rows = db.session.scalars(query.with_for_update()).all()
        for row in rows:
            if row.state is WorkState.RUNNING:
                row.move_to(WorkState.WAITING)
            row.touched_at = now()
        return [row.id for row in rows]


def _wake(work_id: int) -> None:
    from fairs.closing.tasks import carry_out_later

    carry_out_later(work_id)
