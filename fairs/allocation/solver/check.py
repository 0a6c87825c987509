"""Why not everybody can be placed: locks that contradict each other, or too little room. ``elastic`` says what to drop."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from fairs.allocation.solver.choices import Choices
from fairs.allocation.solver.problem import Problem

EFFORT = 2.0
FEW = 40  # an applicant with no more places than these takes part in the search for contradicting locks


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that keeps people from being placed.

    ``nowhere``: no place fits these people, whoever else stands where. ``capacity``: they need ``wanted`` booths and
    only ``there`` are open to them. ``together``: ``wanted`` of them need ``size`` booths side by side, and at most
    ``there`` such groups fit. ``locks``: the locks of these people cannot all be kept; without any one of them the others
    can. ``drop``: this person has a place when ``what`` is dropped (kind, exclusive, together).
    """

    kind: str
    people: tuple[int, ...]
    wanted: int = 0
    there: int = 0
    size: int = 0
    zones: tuple[int, ...] = ()
    what: str = ""

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


def check(problem: Problem) -> list[Finding]:
    """What can be proven before any search; empty when nothing speaks against placing everybody."""
    choices = Choices(problem)
    found = _locks(choices)
    return found or [*_nowhere(choices), *_capacity(choices)]


def _nowhere(choices: Choices) -> list[Finding]:
    people = tuple(a.id for n, a in enumerate(choices.applicants) if not a.lock and not len(choices.spots[n]))
    return [Finding("nowhere", people)] if people else []


def _capacity(choices: Choices) -> list[Finding]:
    """For each set of booths that some can take only: are there enough, and enough side by side?"""
    ground = choices.ground
    locked = {
        b
        for n, a in enumerate(choices.applicants)
        if a.lock
        for s in choices.spots[n].tolist()
        for b in ground.spots[s]
    }
    reach: dict[int, frozenset[int]] = {}
    for number, applicant in enumerate(choices.applicants):
        if not applicant.lock and len(choices.spots[number]):
            booths = {b for s in choices.spots[number].tolist() for b in ground.spots[s]} - locked
            reach[number] = frozenset(booths)
    everything = frozenset().union(*reach.values()) if reach else frozenset()
    found = []
    for group in sorted({*reach.values(), everything}, key=lambda one: (len(one), sorted(one))):
        people = [n for n, booths in reach.items() if booths <= group]
        wanted = sum(choices.applicants[n].count for n in people)
        zones = tuple(sorted({z for b in group if (z := choices.ground.sites[b].zone) is not None}))
        ids = tuple(choices.applicants[n].id for n in people)
        if wanted > len(group):
            found.append(Finding("capacity", ids, wanted, len(group), zones=zones))
            continue
        for size in sorted({choices.applicants[n].count for n in people} - {1}, reverse=True):
            large = [n for n in people if choices.applicants[n].count >= size]
            if len(large) > len(group) // size or len(large) * size * 2 > len(group):
                most = _most_groups(choices, group, size)
                if len(large) > most:
                    ids = tuple(choices.applicants[n].id for n in large)
                    found.append(Finding("together", ids, len(large), most, size, zones))
                    break
    smallest: list[Finding] = []
    for finding in found:  # what follows from a smaller set need not be said again
        if not any(set(one.people) <= set(finding.people) for one in smallest):
            smallest.append(finding)
    return smallest


def _most_groups(choices: Choices, group: frozenset[int], size: int) -> int:
    """At most so many groups of ``size`` side by side fit into these booths (an upper bound that is proven)."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    uses: dict[int, list[Any]] = {}
    chosen: list[Any] = []
    for spot in choices.ground.of_size[size].tolist():
        booths = choices.ground.spots[spot]
        if group.issuperset(booths):
            x = model.new_bool_var("")
            chosen.append(x)
            for booth in booths:
                uses.setdefault(booth, []).append(x)
    for users in uses.values():
        model.add_at_most_one(users)
    model.maximize(sum(chosen))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_deterministic_time = 1, EFFORT
    solver.solve(model)
    return int(solver.best_objective_bound + 1e-6)


def _locks(choices: Choices) -> list[Finding]:
    """A smallest set of locks that cannot all be kept while everybody with few places has one."""
    locked = [n for n, a in enumerate(choices.applicants) if a.lock and not a.standing]
    if not locked:
        return []
    broken = [n for n in locked if not len(choices.spots[n])]
    if broken:
        return [Finding("locks", tuple(choices.applicants[n].id for n in broken))]
    core = _core(choices, locked)
    if core is None:
        return []
    for number in list(core):  # leave one out after another: what is still contradictory without it does not need it
        smaller = _core(choices, [n for n in core if n != number])
        if smaller is not None:
            core = [n for n in core if n in smaller]
    return [Finding("locks", tuple(choices.applicants[n].id for n in core))]


def _core(choices: Choices, locked: list[int]) -> list[int] | None:
    """Locks whose assumptions OR-Tools names as a reason for having no solution; None when there is one."""
    from ortools.sat.python import cp_model

    ground, model = choices.ground, cp_model.CpModel()
    kept = {n: model.new_bool_var("") for n in locked}
    at: dict[int, dict[int, Any]] = {n: {int(choices.spots[n][0]): x} for n, x in kept.items()}
    for number, applicant in enumerate(choices.applicants):
        if applicant.standing or (not applicant.lock and 0 < len(choices.spots[number]) <= FEW):
            at[number] = {int(s): model.new_bool_var("") for s in choices.spots[number]}
            model.add_exactly_one(at[number].values())
    uses: dict[int, list[Any]] = {}
    for spots in at.values():
        for spot, x in spots.items():
            for booth in ground.spots[spot]:
                uses.setdefault(booth, []).append(x)
    for users in uses.values():
        model.add_at_most_one(users)
    for one, other, same_zone in choices.apart:
        for spot, x in at.get(one, {}).items():
            for there, y in at.get(other, {}).items():
                if choices.clash(spot, there, same_zone=same_zone):
                    model.add_at_most_one([x, y])
    _bind_quotas(model, choices, at)
    model.add_assumptions(kept.values())
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_deterministic_time = 1, EFFORT
    if solver.solve(model) != cp_model.INFEASIBLE:
        return None
    named = set(solver.sufficient_assumptions_for_infeasibility())
    return [n for n, x in kept.items() if x.index in named] or locked


def _bind_quotas(model: Any, choices: Choices, at: dict[int, dict[int, Any]]) -> None:
    ground = choices.ground
    for quota in choices.problem.quotas:
        mine = [
            (x, spot) for n, spots in at.items() if choices.applicants[n].supported for spot, x in spots.items()
            if quota.zone is None or ground.spot_zone[spot] == quota.zone
        ]  # fmt: skip
        if quota.booths is not None:
            model.add(sum(x * int(ground.spot_size[s]) for x, s in mine) <= quota.booths)
        if quota.area is not None:
            model.add(sum(x * int(ground.spot_area[s]) for x, s in mine) <= quota.area)
