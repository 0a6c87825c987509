"""Which demand to drop so that those without a place have one: an elastic model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fairs.allocation.solver.check import EFFORT, Finding
from fairs.allocation.solver.choices import Choices
from fairs.allocation.solver.problem import Applicant, Problem
from fairs.allocation.solver.state import State

Variants = dict[
    int, list[tuple[str, int, list[int]]]
]  # applicant -> what is dropped, at which price, by which stand-ins
_BEST = 12


def what_to_drop(problem: Problem, state: State) -> list[Finding]:
    """For those without a place: the fewest demands to drop so that they have one beside all who are placed.

    An elastic model: everybody placed keeps a place among their best, and each of the others may take a place of another
    kind, in a zone of others, or apart instead of side by side, each at a price.
    """
    from ortools.sat.python import cp_model

    left = [state.choices.applicants[n] for n in state.unplaced()]
    if not left:
        return []
    variants, extra = _variants(problem, left)
    everywhere = {one for many in variants.values() for what, _, ids in many if what == "exclusive" for one in ids}
    stay = [a for a in problem.applicants if a.id not in variants]
    wide = replace(problem, applicants=(*stay, *extra), exclusions=())
    choices = Choices(wide)
    free_zones = Choices(replace(wide, areas=tuple(replace(area, exclusive=False) for area in problem.areas)))
    model = cp_model.CpModel()
    uses: dict[int, list[Any]] = {}
    penalty: list[Any] = []

    def offer(number: int, spots: list[int], present: Any) -> None:
        taken = []
        for spot in spots:
            x = model.new_bool_var("")
            taken.append(x)
            for booth in choices.ground.spots[spot]:
                uses.setdefault(booth, []).append(x)
        model.add(sum(taken) == present)

    for number, applicant in enumerate(choices.applicants):
        if applicant.id in variants or number >= len(stay):
            continue
        here = state.choices.index[applicant.id]
        booths = state.choices.ground.spots[int(state.spot[here])]
        spot = choices.ground.spot_of.get(booths)
        values = choices.values(number, [0] * len(choices.villages))
        order = choices.spots[number][(-values).argsort(kind="stable")[:_BEST]].tolist()
        offer(number, sorted({*order, *([spot] if spot is not None else [])}), 1)
    chosen: list[tuple[int, str, Any]] = []
    for person, many in variants.items():
        picks = []
        for what, price, ids in many:
            pick = model.new_bool_var("")
            picks.append(pick)
            chosen.append((person, what, pick))
            penalty.append(pick * price)
            for one in ids:
                number = choices.index[one]
                source = free_zones if one in everywhere else choices
                offer(number, source.spots[number].tolist(), pick)
        nowhere = model.new_bool_var("")
        penalty.append(nowhere * 100)
        model.add_exactly_one([*picks, nowhere])
    for users in uses.values():
        model.add_at_most_one(users)
    model.minimize(sum(penalty))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_deterministic_time = 1, 4 * EFFORT
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return []
    return [Finding("drop", (person,), what=what) for person, what, x in chosen if solver.boolean_value(x) and what]


def _variants(problem: Problem, left: list[Applicant]) -> tuple[Variants, list[Applicant]]:
    """Stand-ins for each of those without a place: as they are, of any kind, in any zone, with booths apart."""
    first = max((a.id for a in problem.applicants), default=0) + 1
    variants: Variants = {}
    extra: list[Applicant] = []
    for applicant in left:
        for what, price in (("", 0), ("kind", 1), ("exclusive", 2), ("together", 3)):
            if (what == "kind" and not applicant.kind) or (what == "together" and applicant.count == 1):
                continue
            changed = replace(applicant, kind="" if what else applicant.kind, lock=())
            pieces = [replace(changed, count=1)] * applicant.count if what == "together" else [changed]
            ids = [first + len(extra) + number for number in range(len(pieces))]
            extra += [
                replace(piece, id=number, village="", rival_keys=()) for piece, number in zip(pieces, ids, strict=True)
            ]
            variants.setdefault(applicant.id, []).append((what, price, ids))
    return variants, extra
