"""Why an exhibitor did not get the first wish: only what was looked up or computed, never what merely sounds right.

``seniority``: whoever stands there has more points of seniority, and got points for them there. ``cost``: the wish was
forced, those around it were arranged anew, and that many points are lost, with these people moved. What gains points
instead is a better allocation: it is taken, and everything said about those concerned is looked at again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fairs.allocation.solver.model import Neighbourhood, available
from fairs.allocation.solver.problem import Applicant, Wish
from fairs.allocation.solver.search import choose_options
from fairs.allocation.solver.state import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

AROUND, ELSEWHERE = 28, 8  # people rearranged to give a wish
EFFORT = 0.15


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody who would stand elsewhere (or nowhere) when the wish is given."""

    applicant: int
    sites: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """What became of the first wish.

    ``kind``: first, none (nothing wished), locked, booked, blocked, gone, size, kind, exclusive, seniority, cost, unfound
    (nothing found that gives it), unplaced. ``rank`` is the wish that was met.
    """

    applicant: int
    kind: str
    rank: int = 0
    holder: int | None = None
    own: int = 0
    theirs: int = 0
    cost: int = 0
    moves: tuple[Move, ...] = ()
    looked_at: frozenset[int] = field(default=frozenset(), compare=False)

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        plain: dict[str, Any] = {
            "kind": self.kind, "rank": self.rank, "holder": self.holder, "own": self.own, "theirs": self.theirs,
            "cost": self.cost, "moves": [{"applicant": m.applicant, "sites": list(m.sites)} for m in self.moves],
        }  # fmt: skip
        return plain


def explain(
    state: State, pay: NDArray[np.float64], *, seed: int, watch: Callable[[int, int], bool] | None = None
) -> tuple[State, list[Reason]]:
    """A reason for everybody, and the allocation, which may have become better on the way. Deterministic.

    ``watch`` hears how many of how many are done; False ends it with the reasons found so far left out.
    """
    found: dict[int, Reason] = {}
    count = len(state.choices.applicants)
    while len(found) < count:  # ends, for each better allocation is better by a whole point at least
        for person in range(count):
            if person in found:
                continue
            reason, better = _Looking(state, pay, seed).reason(person)
            if better is not None:
                changed = {int(n) for n in np.nonzero(better.spot != state.spot)[0]}
                state = better
                # Whatever was said about arrangements that these people were part of has to be looked at again.
                found = {n: r for n, r in found.items() if n not in changed and not (r.looked_at & changed)}
                continue
            if reason is not None:
                found[person] = reason
            if watch is not None and not watch(len(found), count):
                return state, [found[n] for n in sorted(found)]
    return state, [found[n] for n in sorted(found)]


def forced(
    state: State, pay: NDArray[np.float64], person: int, spots: NDArray[np.int32], *, seed: int
) -> tuple[State, set[int]] | None:
    """The best allocation found in which this person takes one of these spots, and who was looked at; None: none found."""
    choices, ground = state.choices, state.choices.ground
    movable = {n for n, a in enumerate(choices.applicants) if not a.lock}
    owner = state.owners()
    gains = choices.values(person, state.anchors)[np.searchsorted(choices.spots[person], spots)] - pay[spots]
    wanted = spots[np.argsort(-gains, kind="stable")[:12]]
    held = {int(owner[b]) for s in wanted.tolist() for b in ground.spots[s] if owner[b] >= 0}
    people = {person, *(held & movable)}
    for spot, most in ((int(wanted[0]), AROUND), (int(state.spot[person]), ELSEWHERE)):
        people |= set(_nearest(state, spot, most, movable))
    people |= {n for n in state.unplaced() if n in movable}
    options = choose_options(state, people, pay, best=14)
    # The wished places themselves, where only people that may move stand.
    inside = np.zeros(len(state.spot) + 1, dtype=bool)
    inside[list(people)] = True
    free = available(choices, np.where((owner >= 0) & ~inside[owner], owner, -1))
    must = [s for s in wanted.tolist() if free[s]]
    if not must:
        return None
    options[person] = must
    answer = Neighbourhood(state, options, must={person: must}).solve(seed=seed, effort=EFFORT)
    if answer is None:
        return None
    answer.state.centre_villages()
    return answer.state, people


def _nearest(state: State, spot: int, most: int, movable: set[int]) -> list[int]:
    if spot < 0:
        return []
    ground = state.choices.ground
    people = np.array(sorted(n for n in movable if state.spot[n] >= 0), dtype=np.int64)
    if not len(people):
        return []
    spots = state.spot[people]
    away = np.hypot(*(ground.spot_centre[spots] - ground.spot_centre[spot]).T)
    away = np.where(ground.spot_hall[spots] == ground.spot_hall[spot], away, 1e9)
    return [int(n) for n in people[np.argsort(away, kind="stable")[:most]]]


class _Looking:
    """Looks for one person's reason."""

    def __init__(self, state: State, pay: NDArray[np.float64], seed: int) -> None:
        self.state, self.pay, self.seed = state, pay, seed
        self.choices = state.choices

    def reason(self, person: int) -> tuple[Reason | None, State | None]:
        """The reason; or the better allocation that was found while looking for it."""
        applicant, spot = self.choices.applicants[person], int(self.state.spot[person])
        rank = self.choices.parts(person, spot, self.state.anchors).rank if spot >= 0 else 0

        def plain(kind: str, **facts: Any) -> tuple[Reason, None]:
            return Reason(applicant.id, kind, rank, **facts), None

        if applicant.standing or applicant.lock:
            return plain("locked")
        if spot < 0:
            return plain("unplaced")
        if not applicant.wishes:
            return plain("none")
        if rank == 1:
            return plain("first")
        spots = self._wished(person, applicant.wishes[0])
        if not len(spots):
            return plain(self._impossible(applicant, applicant.wishes[0]))
        holder = self._senior_holder(person, applicant, spots)
        if holder is not None:
            theirs = self.choices.applicants[holder]
            return plain(
                "seniority", holder=theirs.id, own=applicant.seniority, theirs=theirs.seniority,
                looked_at=frozenset({holder}),
            )  # fmt: skip
        return self._counterfactual(person, rank, spots)

    def _wished(self, person: int, wish: Wish) -> NDArray[np.int32]:
        ground, spots = self.choices.ground, self.choices.spots[person]
        if wish.zone is not None:
            inside: NDArray[np.int32] = spots[ground.spot_zone[spots] == wish.zone]
            return inside
        if wish.site not in ground.index:
            return spots[:0]
        site = ground.index[wish.site]
        return spots[[site in ground.spots[s] for s in spots.tolist()]] if len(spots) else spots

    def _impossible(self, applicant: Applicant, wish: Wish) -> str:
        """Why no place of the wish is open to them at all."""
        sites = self.choices.ground.sites
        inside = [s for s in sites if s.id == wish.site or (wish.zone is not None and s.zone == wish.zone)]
        if not inside:
            return "gone"
        closed = {site.closed for site in inside}
        if "" not in closed:
            return "booked" if "booked" in closed else "blocked"
        if applicant.kind and all(site.kind != applicant.kind for site in inside):
            return "kind"
        if all(site.zone in self.choices.exclusive for site in inside):
            groups = {site.zone: self.choices.fits.get(site.zone or 0, frozenset()) for site in inside}
            if all(not (fits & set(applicant.groups)) for fits in groups.values()):
                return "exclusive"
        return "size"

    def _senior_holder(self, person: int, applicant: Applicant, spots: NDArray[np.int32]) -> int | None:
        """Who stands in the way of every wished place with more seniority, the least senior of them; None: not all do.

        Only who earned points by seniority there counts, and more of them than this applicant would.
        """
        state, choices = self.state, self.choices
        owner = state.owners()
        least: int | None = None
        for spot in spots.tolist():
            would = choices.parts(person, spot, state.anchors).seniority
            blockers = {int(owner[b]) for b in choices.ground.spots[spot] if owner[b] >= 0}
            senior = [
                n for n in blockers
                if choices.applicants[n].seniority > applicant.seniority
                and choices.parts(n, int(state.spot[n]), state.anchors).seniority > would
            ]  # fmt: skip
            if not senior:
                return None
            best = min(senior, key=lambda n: (choices.applicants[n].seniority, n))
            if least is None or choices.applicants[best].seniority < choices.applicants[least].seniority:
                least = best
        return least

    def _counterfactual(self, person: int, rank: int, spots: NDArray[np.int32]) -> tuple[Reason | None, State | None]:
        applicant, choices = self.choices.applicants[person], self.choices
        found = forced(self.state, self.pay, person, spots, seed=self.seed)
        if found is None:
            return Reason(applicant.id, "unfound", rank), None
        other, people = found
        cost = self.state.score().total - other.score().total
        if cost < 0:
            return None, other
        changed = [int(n) for n in np.nonzero(other.spot != self.state.spot)[0] if n != person]
        moves = tuple(
            Move(
                choices.applicants[n].id,
                tuple(choices.ground.sites[b].id for b in choices.ground.spots[other.spot[n]])
                if other.spot[n] >= 0 else (),
            )
            for n in changed
        )  # fmt: skip
        return Reason(applicant.id, "cost", rank, cost=cost, moves=moves, looked_at=frozenset(people)), None
