"""Runs of the allocation: begin, compute, cancel, change by hand, publish as offers, discard; the fair's rules for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.allocation.errors import NobodyToPlace, RunChanged, RunInProgress
from fairs.allocation.inputs import build_problem, rules_of
from fairs.allocation.models import AllocationExclusion, AllocationPlace, AllocationRules, AllocationRun
from fairs.allocation.solver.problem import Weights
from fairs.allocation.states import OPEN, AllocationState
from fairs.audit.service import record
from fairs.booths.service import offer_booths
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.i18n import current_locale
from fairs.core.text import clean
from fairs.exhibitors.models import Exhibitor
from fairs.floorplans.models import Booth, Zone

S = AllocationState
LEAST_SECONDS, MOST_SECONDS = 5, 900
MOST_STEPS = 100_000
MOST_POINTS = 1_000
MOST_REACH = 20_000
REACHES = ("village_reach", "rival_reach")
MOST_SEED = 2**31 - 1


def save_rules(fair: Fair, values: Mapping[str, Any], *, by: Actor) -> AllocationRules:
    """Change what counts at a fair. ``values``: ``weights`` (by name), year_points, area_points, week_points,
    exclusive_zones (ids), supported_booths, supported_area_m2 (None: no limit), zone_quotas (zone id to booths).

    Raises InvalidInput at the field. Runs that exist keep the rules they were made with.
    """
    weights = _checked_weights(values["weights"])
    for name in ("year_points", "area_points", "week_points"):
        if not 0 <= values[name] <= 100:
            raise InvalidInput(_l("Between 0 and %(most)s points.", most=100), field=name)
    for name in ("supported_booths", "supported_area_m2"):
        if values[name] is not None and not 0 <= values[name] <= 100_000:
            raise InvalidInput(_l("Write a number that is not negative."), field=name)
    zones = set(db.session.scalars(select(Zone.id).where(Zone.fair_id == fair.id)))
    if not set(values["exclusive_zones"]) <= zones:
        raise InvalidInput(field="exclusive_zones")
    if not set(values["zone_quotas"]) <= zones or any(not 0 <= n <= 10_000 for n in values["zone_quotas"].values()):
        raise InvalidInput(_l("Write a number that is not negative."), field="zone_quotas")
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True)
        row = rules_of(fair)
        before = _shown(row) if row.id else None
        row.weights = weights
        for name in ("year_points", "area_points", "week_points", "supported_booths", "supported_area_m2"):
            setattr(row, name, values[name])
        row.exclusive_zones = sorted(values["exclusive_zones"])
        row.zone_quotas = {str(zone): booths for zone, booths in sorted(values["zone_quotas"].items())}
        db.session.add(row)
        db.session.flush()
        if before != _shown(row):
            record("allocation.save_rules", row, by=by, before=before, after=_shown(row))
        return row


def _checked_weights(given: Mapping[str, int]) -> dict[str, int]:
    weights = {}
    for one in fields(Weights):
        value = given.get(one.name, one.default)
        most = MOST_REACH if one.name in REACHES else 100_000 if one.name == "unplaced" else MOST_POINTS
        if not isinstance(value, int) or not 0 <= value <= most:
            raise InvalidInput(_l("Between 0 and %(most)s.", most=most), field=one.name)
        weights[one.name] = value
    return weights


def _shown(rules: AllocationRules) -> dict[str, Any]:
    names = ("weights", "year_points", "area_points", "week_points", "exclusive_zones", "supported_booths",
             "supported_area_m2", "zone_quotas")  # fmt: skip
    return {name: getattr(rules, name) for name in names}


def add_exclusion(
    fair: Fair, first: Exhibitor, second: Exhibitor, *, same_zone: bool, reason: str, by: Actor
) -> AllocationExclusion:
    """Keep two exhibitors apart; raises InvalidInput (the same one twice, named already) and NotFound (another fair)."""
    if first.fair_id != fair.id or second.fair_id != fair.id:
        raise NotFound
    if first.id == second.id:
        raise InvalidInput(_l("Choose two different exhibitors."), field="second")
    low, high = sorted((first.id, second.id))
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True)
        there = select(AllocationExclusion.id).where(
            AllocationExclusion.first_id == low, AllocationExclusion.second_id == high
        )
        if db.session.scalar(there) is not None:
            raise InvalidInput(_l("These two are kept apart already."), field="second")
        row = AllocationExclusion(
            fair_id=fair.id, first_id=low, second_id=high, same_zone=same_zone, reason=clean(reason)[:200]
        )
        db.session.add(row)
        db.session.flush()
        record(
            "allocation.keep_apart", row, by=by, after={"who": [first.reference, second.reference], "zone": same_zone}
        )
        return row


def remove_exclusion(exclusion: AllocationExclusion, *, by: Actor) -> None:
    """Let two stand beside each other again."""
    with transaction():
        record("allocation.let_together", exclusion, by=by, before={"who": [exclusion.first_id, exclusion.second_id]})
        db.session.delete(db.session.get_one(AllocationExclusion, exclusion.id))


def begin(
    fair: Fair,
    *,
    by: Actor,
    seed: int = 1,
    seconds: int | None = 60,
    steps: int | None = None,
    rounds: int | None = None,
    keep_locks_of: AllocationRun | None = None,
) -> AllocationRun:
    """A new run with all that is known now written down; the worker computes it (tasks.allocate_later).

    Either ``seconds`` limits it, or ``steps`` (and ``rounds``) of an earlier run are repeated. The locks of
    ``keep_locks_of`` are kept. Raises InvalidInput, RunInProgress, NobodyToPlace.
    """
    if not 0 <= seed <= MOST_SEED:
        raise InvalidInput(_l("Between 0 and %(most)s.", most=MOST_SEED), field="seed")
    if steps is None and (seconds is None or not LEAST_SECONDS <= seconds <= MOST_SECONDS):
        raise InvalidInput(
            _l("Between %(least)s and %(most)s seconds.", least=LEAST_SECONDS, most=MOST_SECONDS), field="seconds"
        )
    if steps is not None and not 0 <= steps <= MOST_STEPS:
        raise InvalidInput(_l("Between 0 and %(most)s.", most=MOST_STEPS), field="steps")
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True)
        if db.session.scalar(
            select(AllocationRun.id).where(AllocationRun.fair_id == fair.id, AllocationRun.state.in_(OPEN)).limit(1)
        ):
            raise RunInProgress
        locks = {}
        if keep_locks_of is not None:
            locks = {p.exhibitor_id: p.booth_ids for p in keep_locks_of.places if p.locked and p.booth_ids}
        problem, seniority = build_problem(fair, locks=locks)
        if all(applicant.standing for applicant in problem.applicants):
            raise NobodyToPlace
        latest = select(func.max(AllocationRun.number)).where(AllocationRun.fair_id == fair.id)
        run = AllocationRun(
            fair_id=fair.id, number=(db.session.scalar(latest) or 0) + 1, state=S.QUEUED, seed=seed,
            seconds=None if steps is not None else seconds, wanted_steps=steps, wanted_rounds=rounds,
            inputs=problem.as_json(), mark=problem.mark,
            facts={str(key): value.as_json() for key, value in seniority.items()},
            started_from_id=keep_locks_of.id if keep_locks_of is not None else None,
            user_id=by.user_id, actor_name=by.label[:200], locale=current_locale(),
        )  # fmt: skip
        db.session.add(run)
        db.session.flush()
        after = {
            "number": run.number,
            "seed": seed,
            "seconds": seconds,
            "steps": steps,
            "locks": len(locks),
            "mark": run.mark,
        }
        record("allocation.begin", run, by=by, after=after)
        return run


def locked(run: AllocationRun, *allowed: AllocationState) -> AllocationRun:
    """The run's row, locked, in one of these states; raises RunChanged."""
    row = db.session.get_one(AllocationRun, run.id, with_for_update=True, populate_existing=True)
    if row.state not in allowed:
        raise RunChanged
    return row


def cancel(run: AllocationRun, *, by: Actor) -> None:
    """Stop a run: at once when it waits, else as soon as its worker looks. Raises RunChanged."""
    with transaction():
        row = locked(run, *OPEN)
        if row.state is S.QUEUED:
            row.move_to(S.DISCARDED)
            row.finished_at = now()
        row.cancel_asked = True
        record("allocation.cancel", row, by=by)


def discard(run: AllocationRun, *, by: Actor) -> None:
    """Put a finished run aside; it stays as a record. Raises RunChanged."""
    with transaction():
        row = locked(run, S.DONE, S.INFEASIBLE, S.FAILED)
        before = row.state
        row.move_to(S.DISCARDED)
        record("allocation.discard", row, by=by, before={"state": before})


def publish(run: AllocationRun, *, until: datetime, by: Actor) -> AllocationRun:
    """Let the offers go out: every place becomes an offer that expires at ``until`` (tasks.offer_later makes them).

    Other drafts of the fair are put aside. Raises RunChanged, InvalidInput.
    """
    if until <= now():
        raise InvalidInput(_l("This moment has passed."), field="until")
    with transaction():
        row = locked(run, S.DONE)
        fair = db.session.get_one(Fair, row.fair_id, with_for_update=True)
        if until.date() >= fair.starts_on:
            raise InvalidInput(_l("Offers end before the fair opens."), field="until")
        row.move_to(S.PUBLISHED)
        row.published_at, row.offer_until = now(), until
        row.publisher_id, row.publisher_name = by.user_id, by.label[:200]
        others = select(AllocationRun).where(
            AllocationRun.fair_id == row.fair_id, AllocationRun.state == S.DONE, AllocationRun.id != row.id
        )
        for other in db.session.scalars(others.with_for_update()):
            other.move_to(S.DISCARDED)
        record("allocation.publish", row, by=by, after={"number": row.number, "until": until, "score": row.score})
        return row


def make_offers(run_id: int) -> int:
    """Make the offers of a published run that are still to be made, each in a transaction of its own; bears repetition.

    What cannot be offered any more (a booth was taken since, the exhibitor withdrew) is written beside the place. Returns
    how many offers were made.
    """
    run = db.session.get_one(AllocationRun, run_id)
    fair = db.session.get_one(Fair, run.fair_id)
    if run.state is not S.PUBLISHED or run.offer_until is None:
        return 0
    with force_locale(run.locale):
        return _make_offers(run, fair, run.offer_until, Actor(run.publisher_id, run.publisher_name))


def _make_offers(run: AllocationRun, fair: Fair, until: datetime, by: Actor) -> int:
    made = 0
    waiting = select(AllocationPlace.id).where(
        AllocationPlace.run_id == run.id, AllocationPlace.offered_at.is_(None), AllocationPlace.offer_problem == ""
    )
    for place_id in db.session.scalars(waiting.order_by(AllocationPlace.id)).all():
        problem = ""
        try:
            with transaction():
                place = db.session.get_one(AllocationPlace, place_id, with_for_update=True, populate_existing=True)
                if place.offered_at is not None:
                    continue
                if not place.booth_ids:
                    raise NotFound(_l("The run found no place."))
                booths = _booths(place.booth_ids)
                if len(booths) != len(place.booth_ids):
                    raise NotFound(_l("The booth is not on the plan any more."))
                offer_booths(fair, place.exhibitor, booths, until=until, origin="allocation", by=by)
                place.offered_at = now()
                made += 1
        except DomainError as error:
            problem = str(error)[:300]
        if problem:
            with transaction():
                db.session.get_one(AllocationPlace, place_id).offer_problem = problem
    return made


def _booths(ids: Sequence[int]) -> list[Booth]:
    return list(db.session.scalars(select(Booth).where(Booth.id.in_(ids)).order_by(Booth.id)))
