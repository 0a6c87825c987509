"""The worker's part of a run: check, search, reasons; written down step by step, so that it can be watched and left."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert

from fairs.allocation.models import AllocationPlace, AllocationRun
from fairs.allocation.solver.problem import Outcome, Problem
from fairs.allocation.states import AllocationState
from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction

if TYPE_CHECKING:
    from fairs.allocation.solver.reasons import Reason
    from fairs.allocation.solver.run import Progress

log = logging.getLogger(__name__)

S = AllocationState
EVERY = 2.0  # seconds between two looks at the record
CLOSE = 0.001  # a gap at which nobody looks further


class _Cancelled(Exception):
    pass


def carry_out(run_id: int) -> None:
    """Compute a run that waits. A run whose worker was ended in the middle begins anew; what is finished stays."""
    with transaction():
        run = db.session.get(AllocationRun, run_id, with_for_update=True, populate_existing=True)
        if run is None or run.state not in {S.QUEUED, S.RUNNING}:
            return
        if run.state is S.QUEUED:
            run.move_to(S.RUNNING)
        run.started_at = now()
    by = Actor(run.user_id, run.actor_name)
    try:
        _compute(run)
    except _Cancelled:
        _end(run_id, S.DISCARDED, by)
    except Exception:
        log.exception("allocation run %s", run_id)
        _end(run_id, S.FAILED, by)


def _compute(run: AllocationRun) -> None:
    from fairs.allocation.solver import check, elastic, reasons
    from fairs.allocation.solver.run import Stopped, pay_of, solve

    problem = Problem.of(run.inputs)
    watch = _Watch(run.id)
    watch.say("check")
    findings = check.check(problem)
    if any(finding.kind == "locks" for finding in findings):
        _keep(run, None, [], findings, {})
        return
    try:
        outcome, state = solve(
            problem, seed=run.seed, seconds=run.seconds, steps=run.wanted_steps, rounds=run.wanted_rounds, close=CLOSE,
            watch=watch.search,
        )  # fmt: skip
    except Stopped as stopped:
        raise _Cancelled from stopped
    if outcome.score.unplaced and not findings:
        watch.say("elastic")
    findings += elastic.what_to_drop(problem, state) if outcome.score.unplaced else []
    state, explained = reasons.explain(state, pay_of(state), seed=run.seed, watch=watch.reasons)
    if watch.cancelled:
        raise _Cancelled
    outcome = state.outcome(outcome.bound, outcome.steps, outcome.rounds)
    _keep(run, outcome, explained, findings, {a.id: bool(a.lock) for a in problem.applicants if not a.standing})


class _Watch:
    """Writes the progress into the record now and then, and sees whether somebody wants the run to stop."""

    def __init__(self, run_id: int) -> None:
        self.run_id, self.cancelled = run_id, False
        self._last = 0.0

    def search(self, progress: Progress) -> bool:
        facts = {"bound": progress.bound, "score": progress.total, "steps": progress.steps, "unplaced": progress.unplaced,
                 "seconds": round(progress.seconds), "gap": round(progress.gap, 5)}  # fmt: skip
        return self._look("search", facts, force=progress.steps == 0)

    def reasons(self, done: int, all_of: int) -> bool:
        return self._look("reasons", {"done": done, "of": all_of}, force=False)

    def say(self, phase: str) -> None:
        self._look(phase, {}, force=True)

    def _look(self, phase: str, facts: dict[str, Any], *, force: bool) -> bool:
        if self.cancelled or (not force and time.monotonic() - self._last < EVERY):
            return not self.cancelled
        self._last = time.monotonic()
        with transaction():
            run = db.session.get_one(AllocationRun, self.run_id, with_for_update=True, populate_existing=True)
            run.progress = {**run.progress, "phase": phase, **facts}
            self.cancelled = run.cancel_asked
        return not self.cancelled


def _keep(
    run: AllocationRun,
    outcome: Outcome | None,
    explained: Sequence[Reason],
    findings: Sequence[Any],
    kept: dict[int, bool],
) -> None:
    """Write the result down, all of it or nothing."""
    with transaction():
        row = db.session.get_one(AllocationRun, run.id, with_for_update=True, populate_existing=True)
        if row.state is not S.RUNNING:
            return
        row.findings = [finding.as_json() for finding in findings]
        if outcome is not None:
            write_outcome(row, outcome)
            by_person = {reason.applicant: reason.as_json() for reason in explained}
            db.session.execute(delete(AllocationPlace).where(AllocationPlace.run_id == row.id))
            rows = [
                {
                    "run_id": row.id, "exhibitor_id": person, "booth_ids": list(outcome.places[person]), "locked": is_locked,
                    "moved": False, "reason": by_person.get(person, {}), "offer_problem": "", "created_at": now(),
                    **place_values(outcome, person),
                }
                for person, is_locked in kept.items()
            ]  # fmt: skip
            if rows:
                db.session.execute(insert(AllocationPlace), rows)
        row.move_to(S.INFEASIBLE if outcome is None or (outcome.score.unplaced and findings) else S.DONE)
        row.finished_at = now()
        after = {
            "state": row.state,
            "score": row.score,
            "bound": row.bound,
            "steps": row.steps,
            "unplaced": row.unplaced,
        }
        record("allocation.finish", row, by=Actor(row.user_id, row.actor_name), after=after)


def write_outcome(row: AllocationRun, outcome: Outcome) -> None:
    """The figures of an outcome into the run."""
    score = outcome.score
    row.points, row.rivals, row.orphans, row.unplaced = score.points, score.rivals, score.orphans, score.unplaced
    row.bound, row.steps, row.rounds = outcome.bound, outcome.steps, outcome.rounds
    row.anchors = dict(outcome.anchors)


def place_values(outcome: Outcome, person: int) -> dict[str, Any]:
    """Rank and points of one exhibitor's place."""
    parts = outcome.parts.get(person)
    if parts is None:
        return {"rank": 0, "parts": {}}
    names = ("zone", "wish", "seniority", "open_sides", "village")
    return {"rank": parts.rank, "parts": {name: getattr(parts, name) for name in names}}


def _end(run_id: int, state: AllocationState, by: Actor) -> None:
    with transaction():
        row = db.session.get_one(AllocationRun, run_id, with_for_update=True, populate_existing=True)
        if row.state is S.RUNNING:
            row.move_to(state)
            row.finished_at = now()
            record(f"allocation.{state.value}", row, by=by)
