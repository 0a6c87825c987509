"""Changing a draft by hand: what a move would cost and which rule it would break, the move itself, locks.

The score is computed anew from the run's own inputs, so the difference is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.allocation.computing import place_values, write_outcome
from fairs.allocation.models import AllocationPlace, AllocationRun
from fairs.allocation.service import locked
from fairs.allocation.solver.problem import Applicant, Problem
from fairs.allocation.states import AllocationState
from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from fairs.allocation.solver.state import State

S = AllocationState


@dataclass(frozen=True, slots=True)
class MovePreview:
    """What moving somebody would do. ``broken`` are the hard rules it breaks, in words; then it cannot be done.

    ``others`` are exhibitors who give way, with where they would stand then (nothing: without a place).
    """

    before: int
    after: int
    broken: tuple[Any, ...]
    others: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def difference(self) -> int:
        """Points won (lost when negative)."""
        return self.after - self.before


def state_of(run: AllocationRun, places: Sequence[AllocationPlace], also: Sequence[tuple[int, ...]] = ()) -> State:
    """The allocation of a run as the solver sees it, also places that were given by hand."""
    from fairs.allocation.solver.choices import Choices
    from fairs.allocation.solver.state import State

    problem = unlocked(Problem.of(run.inputs))
    given = [tuple(place.booth_ids) for place in places if place.booth_ids]
    choices = Choices(problem, [*given, *also])
    state = State(choices)
    for number, applicant in enumerate(choices.applicants):
        if applicant.standing:
            state.spot[number] = _spot(state, applicant.lock)
    for place in places:
        if place.booth_ids:
            state.spot[choices.index[place.exhibitor_id]] = _spot(state, place.booth_ids)
    for village, name in enumerate(choices.villages):
        at = choices.ground.index.get(run.anchors.get(name, -1))
        if at in choices.anchors[village]:
            state.anchors[village] = choices.anchors[village].index(at)
    state.centre_villages()
    return state


def unlocked(problem: Problem) -> Problem:
    """The problem without the organiser's locks: they bind a search, not the points."""
    return replace(problem, applicants=tuple(a if a.standing else replace(a, lock=()) for a in problem.applicants))


def _spot(state: State, booths: Sequence[int]) -> int:
    ground = state.choices.ground
    return ground.spot_of[tuple(sorted(ground.index[booth] for booth in booths))]


def look_at_move(run: AllocationRun, exhibitor_id: int, booth_ids: Sequence[int]) -> MovePreview:
    """What would come of moving an exhibitor to these booths; changes nothing. Raises NotFound and InvalidInput."""
    preview, _state, _changed = _moved(run, list(run.places), exhibitor_id, booth_ids)
    return preview


def _moved(
    run: AllocationRun, places: Sequence[AllocationPlace], exhibitor_id: int, booth_ids: Sequence[int]
) -> tuple[MovePreview, State, dict[int, tuple[int, ...]]]:
    problem = Problem.of(run.inputs)
    person = next((a for a in problem.applicants if a.id == exhibitor_id and not a.standing), None)
    if person is None:
        raise NotFound
    sites = {site.id: site for site in problem.sites}
    wanted = tuple(sorted(set(booth_ids)))
    if not wanted or not set(wanted) <= set(sites):
        raise InvalidInput(_l("Name booths of this run, for example A-017."), field="booths")
    mine = next((tuple(sorted(p.booth_ids)) for p in places if p.exhibitor_id == exhibitor_id), ())
    if wanted == mine:
        raise InvalidInput(_l("The exhibitor stands there already."), field="booths")
    changed: dict[int, tuple[int, ...]] = {exhibitor_id: wanted}
    in_the_way = [p for p in places if p.exhibitor_id != exhibitor_id and set(p.booth_ids) & set(wanted)]
    for place in in_the_way:
        swap = len(in_the_way) == 1 and set(place.booth_ids) == set(wanted) and len(mine) == len(wanted)
        changed[place.exhibitor_id] = mine if swap else ()
    state = state_of(run, places, [booths for booths in changed.values() if booths])
    before = state.score()
    choices, after = state.choices, state.copy()
    for who, booths in changed.items():
        after.spot[choices.index[who]] = _spot(after, booths) if booths else -1
    after.centre_villages()
    people = {a.id: a for a in problem.applicants}
    broken = [*_broken_by(people[exhibitor_id], wanted, problem, after)]
    broken += [rule for place in in_the_way if changed[place.exhibitor_id]
               for rule in _broken_by(people[place.exhibitor_id], changed[place.exhibitor_id], problem, after)]  # fmt: skip
    if any(place.locked for place in in_the_way):
        broken.append(_l("Somebody who stands there is locked."))
    known = set(state.broken())
    fresh = [rule for rule in after.broken() if rule not in known]
    # Whoever has booked a booth stands in it: that it is booked was said already.
    broken += [_in_words(rule) for rule in fresh if not (rule.startswith("twice") and broken)]
    others = tuple((who, booths) for who, booths in changed.items() if who != exhibitor_id)
    return MovePreview(before.total, after.score().total, tuple(broken), others), after, changed


def _broken_by(person: Applicant, booths: Sequence[int], problem: Problem, state: State) -> list[Any]:
    """Hard rules of one place: free, size, side by side, kind, zone."""
    sites = {site.id: site for site in problem.sites}
    found: list[Any] = []
    closed = [sites[b].code for b in booths if sites[b].closed]
    if closed:
        found.append(_l("Booth %(code)s is booked or not for sale.", code=", ".join(closed)))
    if len(booths) != person.count:
        found.append(
            _l("The exhibitor wants %(wanted)s booths, not %(given)s.", wanted=person.count, given=len(booths))
        )
    elif not _is_connected(booths, state):
        found.append(_l("The booths do not lie side by side."))
    if person.kind and any(sites[b].kind != person.kind for b in booths):
        found.append(_l("The booth is of another type than asked for."))
    groups = {area.id: area for area in problem.areas}
    for zone in sorted({at for b in booths if (at := sites[b].zone) is not None}):
        area = groups.get(zone)
        if area is not None and area.exclusive and not set(area.groups) & set(person.groups):
            found.append(_l("Zone %(zone)s takes its own products only.", zone=area.code))
    return found


def _is_connected(booths: Sequence[int], state: State) -> bool:
    ground = state.choices.ground
    left = {ground.index[booth] for booth in booths}
    reached = {min(left)}
    while True:
        more = {n for one in reached for n in ground.neighbours[one]} & left - reached
        if not more:
            return reached == left
        reached |= more


def _in_words(rule: str) -> Any:
    kind, _, _rest = rule.partition(":")
    if kind == "apart":
        return _l("Two who are kept apart would stand together.")
    if kind == "quota":
        return _l("More supported exhibitors than the quota allows.")
    return _l("A booth would be given twice.")


def move(run: AllocationRun, exhibitor_id: int, booth_ids: Sequence[int], *, by: Actor) -> MovePreview:
    """Move somebody to these booths and lock them there; who stood there changes places with them or loses the place.

    Raises RunChanged, NotFound, and InvalidInput naming the hard rule that forbids it.
    """
    with transaction():
        row = locked(run, S.DONE, S.INFEASIBLE)
        places = _places(row)
        preview, state, changed = _moved(row, list(places.values()), exhibitor_id, booth_ids)
        if preview.broken:
            raise InvalidInput(" ".join(str(rule) for rule in preview.broken), field="booths")
        before = {str(who): places[who].booth_ids for who in changed}
        for who, booths in changed.items():
            place = places[who]
            place.booth_ids, place.moved = list(booths), True
            place.locked = who == exhibitor_id or (place.locked and bool(booths))
            place.reason = {"kind": "moved"} if booths else {"kind": "displaced", "holder": exhibitor_id}
        _write(row, state, places)
        record(
            "allocation.move", row, by=by, before={"places": before, "score": preview.before},
            after={"places": {str(who): list(booths) for who, booths in changed.items()}, "score": preview.after},
        )  # fmt: skip
        return preview


def set_lock(run: AllocationRun, exhibitor_id: int, locked_now: bool, *, by: Actor) -> None:
    """Lock somebody's place, so that the next run keeps it, or let go of it. Raises RunChanged, NotFound."""
    with transaction():
        row = locked(run, S.DONE, S.INFEASIBLE)
        place = _places(row).get(exhibitor_id)
        if place is None:
            raise NotFound
        if locked_now and not place.booth_ids:
            raise InvalidInput(_l("Only a place can be locked."))
        if place.locked != locked_now:
            place.locked = locked_now
            record(
                "allocation.lock" if locked_now else "allocation.unlock", row, by=by, after={"exhibitor": exhibitor_id}
            )


def _places(run: AllocationRun) -> dict[int, AllocationPlace]:
    rows = db.session.scalars(
        select(AllocationPlace)
        .where(AllocationPlace.run_id == run.id)
        .order_by(AllocationPlace.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.exhibitor_id: row for row in rows}


def _write(run: AllocationRun, state: State, places: dict[int, AllocationPlace]) -> None:
    outcome = state.outcome(run.bound or 0, run.steps, run.rounds)
    bound = run.bound
    write_outcome(run, outcome)
    run.edited = True
    if bound is not None:
        run.bound = max(bound, outcome.score.total)
    for who, place in places.items():
        values = place_values(outcome, who)
        place.rank, place.parts = values["rank"], values["parts"]
