"""The solver against all possibilities on small halls, its bound, and that a run can be repeated."""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.halls import make_problem
from fairs.allocation.solver.bound import Columns, relax
from fairs.allocation.solver.check import check
from fairs.allocation.solver.choices import Choices
from fairs.allocation.solver.elastic import what_to_drop
from fairs.allocation.solver.problem import Applicant, Area, Exclusion, Problem, Quota, Site, Weights, Wish
from fairs.allocation.solver.reasons import explain
from fairs.allocation.solver.run import ContradictingLocks, solve
from fairs.allocation.solver.state import State, broken_rules

KINDS = ("SHELL9", "RAW")


def small_problem(seed: int) -> Problem:
    """Two short islands in two zones, up to five exhibitors who get in each other's way."""
    rng = random.Random(seed)
    columns, rows = rng.choice(((3, 2), (4, 2), (5, 1), (2, 2)))
    sites = []
    for island in range(2):
        for row, column in itertools.product(range(rows), range(columns)):
            number = len(sites)
            sites.append(
                Site(
                    number,
                    f"A-{number:03d}",
                    0,
                    island,
                    rng.choice(KINDS) if rng.random() < 0.15 else "SHELL9",
                    column * 300,
                    island * 1_200 + row * 300,
                    300,
                    300,
                    rng.choice((1, 1, 2)),
                    rng.choice(("", "", "", "", "booked", "blocked")),
                )
            )
    areas = (Area(0, "A", ("CER",), exclusive=rng.random() < 0.2), Area(1, "B", ("LAC",)))
    open_sites = [site for site in sites if not site.closed]
    people = []
    for number in range(rng.randrange(2, 6)):
        wishes = tuple(
            Wish(zone=rng.randrange(2)) if rng.random() < 0.3 else Wish(site=rng.choice(sites).id)
            for _ in range(rng.randrange(4))
        )
        people.append(
            Applicant(
                number,
                count=rng.choice((1, 1, 1, 2, 3)),
                kind=rng.choice(("", "", "SHELL9", "RAW")),
                wishes=wishes,
                open_sides=rng.choice((1, 2)),
                groups=rng.choice((("CER",), ("LAC",), ("CER", "LAC"), ())),
                village=rng.choice(("", "Bát Tràng", "Vạn Phúc")),
                seniority=rng.randrange(0, 16),
                supported=rng.random() < 0.4,
                rival_keys=rng.choice(((), ("691110",), ("691110", "5007"))),
                lock=(rng.choice(open_sites).id,) if open_sites and rng.random() < 0.12 else (),
            )
        )
    exclusions = (Exclusion(0, 1, same_zone=rng.random() < 0.5),) if rng.random() < 0.4 else ()
    quotas = (Quota(zone=rng.choice((None, 0)), booths=rng.choice((1, 2)), area=None),) if rng.random() < 0.4 else ()
    weights = Weights(
        unplaced=rng.choice((500, 2_000)), rival=rng.choice((6, 25)), village_reach=rng.choice((600, 2_400))
    )
    return Problem(tuple(sites), areas, tuple(people), weights, exclusions, quotas)


def _possible(choices: Choices) -> list[list[int]]:
    """What each may take; nobody who is locked stays without a place."""
    nowhere = [[] if applicant.lock else [-1] for applicant in choices.applicants]
    return [[*first, *spots.tolist()] for first, spots in zip(nowhere, choices.spots, strict=True)]


def best_of_all(problem: Problem) -> int | None:
    """The best score, by trying everything; None when the locks contradict each other."""
    choices = Choices(problem)
    best = None
    for spots in itertools.product(*_possible(choices)):
        taken = [booth for spot in spots if spot >= 0 for booth in choices.ground.spots[spot]]
        if len(taken) != len(set(taken)):
            continue
        state = State(choices)
        state.spot[:] = spots
        if broken_rules(state):
            continue
        state.centre_villages()
        total = state.score().total
        best = total if best is None else max(best, total)
    return best


@pytest.mark.parametrize("seed", range(40))
def test_small_halls_are_solved_to_the_optimum(seed: int) -> None:
    problem = small_problem(seed)
    best = best_of_all(problem)
    if best is None:
        assert [finding.kind for finding in check(problem)] == ["locks"]
        with pytest.raises(ContradictingLocks):
            solve(problem)
        return
    outcome, state = solve(problem)
    assert broken_rules(state) == []
    assert outcome.score.total == best
    assert outcome.bound == outcome.score.total


@pytest.mark.parametrize("seed", range(12))
def test_the_bound_is_never_below_the_optimum(seed: int) -> None:
    problem = small_problem(seed)
    columns = Columns(Choices(problem))
    best = best_of_all(problem)
    assert best is not None
    assert min(relax(columns, rounds=rounds).bound for rounds in (0, 1, 6)) >= best


def test_a_run_is_repeated_by_its_steps() -> None:
    problem = make_problem(60, 40, occupancy=0.95, seed=3)
    seen: list[int] = []
    outcome, state = solve(problem, seed=7, seconds=1.0, watch=lambda now: not seen.append(now.total))
    assert broken_rules(state) == []
    assert outcome.score.unplaced == 0
    again, _ = solve(
        Problem.of(json.loads(json.dumps(problem.as_json()))), seed=7, steps=outcome.steps, rounds=outcome.rounds
    )
    assert again == outcome
    assert seen == sorted(seen)
    assert outcome.gap < 0.05


def row(number: int, **more: object) -> tuple[Site, ...]:
    """A straight row of booths in zone 0."""
    return tuple(Site(n, f"A-{n:03d}", 0, 0, "SHELL9", n * 300, 0, 300, 300, **more) for n in range(number))  # type: ignore[arg-type]


def test_too_little_room_is_found_before_any_search() -> None:
    people = tuple(Applicant(n, count=2) for n in range(2))
    findings = check(Problem(row(3), (Area(0, "A"),), people))
    assert [(f.kind, f.wanted, f.there, f.people) for f in findings] == [("capacity", 4, 3, (0, 1))]
    sites = tuple(replace(site, closed="booked" if site.id == 2 else "") for site in row(5))
    people = (Applicant(0, count=2), Applicant(1, count=3))
    assert [f.kind for f in check(Problem(sites, (Area(0, "A"),), people))] == ["nowhere"]
    people = tuple(Applicant(n, count=2) for n in range(3))
    sites = (*row(3), *(replace(site, id=site.id + 9, x=site.x + 9_000) for site in row(3)))
    assert [(f.kind, f.wanted, f.there) for f in check(Problem(sites, (Area(0, "A"),), people))] == [("together", 3, 2)]


def test_contradicting_locks_are_named_and_no_others() -> None:
    people = (
        Applicant(0, lock=(0,)), Applicant(1, count=2, lock=(1, 2)), Applicant(2, count=2, lock=(2, 3)),
        Applicant(3, lock=(5,)),
    )  # fmt: skip
    findings = check(Problem(row(6), (Area(0, "A"),), people))
    assert [(f.kind, f.people) for f in findings] == [("locks", (1, 2))]
    apart = (Exclusion(0, 1),)
    assert [f.people for f in check(Problem(row(6), (Area(0, "A"),), people[:2], exclusions=apart))] == [(0, 1)]
    assert check(Problem(row(6), (Area(0, "A"),), people[:2])) == []


def test_the_demand_to_drop_is_the_one_that_stands_in_the_way() -> None:
    people = (Applicant(0, lock=(1,)), Applicant(1, count=2), Applicant(2, kind="RAW"))
    problem = Problem(row(4)[:3], (Area(0, "A"),), people)
    outcome, _state = solve(problem)
    assert outcome.score.unplaced == 2 * problem.weights.unplaced
    dropped = what_to_drop(replace(problem, applicants=people[:2]), solve(replace(problem, applicants=people[:2]))[1])
    assert [(f.people, f.what) for f in dropped] == [((1,), "together")]
    only = replace(problem, applicants=(people[0], people[2]))
    assert [(f.people, f.what) for f in what_to_drop(only, solve(only)[1])] == [((2,), "kind")]


def test_reasons_are_true() -> None:
    """Whoever is said to have won by seniority has more of it, and a cost is what forcing the wish takes from the best."""
    for seed in range(25):
        problem = small_problem(seed)
        outcome, state = solve(problem)
        explained, reasons = explain(state, np.zeros(len(state.choices.ground.spots)), seed=1)
        assert explained.score().total == outcome.score.total
        people = {a.id: a for a in problem.applicants}
        assert [reason.applicant for reason in reasons] == sorted(people)
        for reason in reasons:
            applicant = people[reason.applicant]
            if reason.kind == "seniority":
                assert reason.holder is not None
                assert (reason.own, reason.theirs) == (applicant.seniority, people[reason.holder].seniority)
                assert reason.own < reason.theirs
            elif reason.kind == "cost":
                wish = applicant.wishes[0]
                alone = replace(applicant, wishes=(wish,))
                best = _best_with_wish(problem, alone)
                assert reason.cost == outcome.score.total - best


def _best_with_wish(problem: Problem, alone: Applicant) -> int:
    """The best score in which one person's first wish is met, by trying everything."""
    choices = Choices(problem)
    me = choices.index[alone.id]
    best = None
    for spots in itertools.product(*_possible(choices)):
        taken = [booth for spot in spots if spot >= 0 for booth in choices.ground.spots[spot]]
        if len(taken) != len(set(taken)) or spots[me] < 0:
            continue
        state = State(choices)
        state.spot[:] = spots
        if choices.parts(me, spots[me], state.anchors).rank != 1 or broken_rules(state):
            continue
        state.centre_villages()
        total = state.score().total
        best = total if best is None else max(best, total)
    assert best is not None
    return best
