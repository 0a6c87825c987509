"""Halls full of booths and exhibitors with wishes, for measuring and testing the allocation."""

from __future__ import annotations

import random

from fairs.allocation.solver.problem import Applicant, Area, Problem, Quota, Site, Weights, Wish
from fairs.floorplans.generator import Layout, lay_out

GROUPS = ("CER", "LAC", "RBB", "SLK", "EMB", "WDC", "MET", "PAP")


def make_problem(
    booths: int, exhibitors: int, *, occupancy: float = 0.98, seed: int = 1, weights: Weights | None = None
) -> Problem:
    """A fair of ``booths`` in one hall (or several) whose exhibitors want ``occupancy`` of them."""
    rng = random.Random(seed)
    sites = _sites(booths)
    areas = tuple(Area(number, group, (group,)) for number, group in enumerate(GROUPS))
    counts = _counts(rng, exhibitors, int(booths * occupancy))
    villages = [f"village {number}" for number in range(max(2, exhibitors // 22))]
    home = {village: rng.choice(GROUPS) for village in villages}
    people = []
    for number, count in enumerate(counts):
        village = rng.choice(villages) if rng.random() < 0.4 else ""
        group = home[village] if village else rng.choice(GROUPS)
        people.append(
            Applicant(
                number,
                count=count,
                wishes=_wishes(rng, group, sites),
                open_sides=2 if rng.random() < 0.2 else 1,
                groups=(group,) if rng.random() < 0.8 else (group, rng.choice(GROUPS)),
                village=village,
                seniority=rng.randrange(0, 15),
                supported=bool(village) and rng.random() < 0.5,
                rival_keys=(f"{group} {rng.randrange(12)}",),
            )
        )
    supported = sum(a.count for a in people if a.supported)
    return Problem(sites, areas, tuple(people), weights or Weights(), quotas=(Quota(booths=supported + 4),))


def _sites(booths: int) -> tuple[Site, ...]:
    halls, left = [], booths
    while left > 0:
        halls.append(min(left, 1_000))
        left -= halls[-1]
    found: list[Site] = []
    for hall, most in enumerate(halls):
        layout = Layout(prefix="ABC"[hall], most=most, zones=tuple((str(n), 1) for n in range(len(GROUPS))))
        side = 7_000 if most <= 500 else 12_000
        planned = lay_out(side, side * 2, layout)
        for booth in planned:
            r = booth.rect
            found.append(
                Site(len(found), booth.code, hall, int(booth.zone or 0), "SHELL9", r.x, r.y, r.w, r.h, booth.open_sides)
            )
    return tuple(found)


def _counts(rng: random.Random, exhibitors: int, total: int) -> list[int]:
    """How many booths each wants, ``total`` together."""
    counts = [1] * exhibitors
    while sum(counts) < total:
        counts[rng.randrange(exhibitors)] += 1 if rng.random() < 0.6 else 0
        over = [n for n, count in enumerate(counts) if count > 4]
        for number in over:
            counts[number] = 4
    while sum(counts) > total:
        number = rng.randrange(exhibitors)
        counts[number] = max(1, counts[number] - 1)
    return counts


def _wishes(rng: random.Random, group: str, sites: tuple[Site, ...]) -> tuple[Wish, ...]:
    zone = GROUPS.index(group)
    inside = [site.id for site in sites if site.zone == zone] or [site.id for site in sites]
    roll = rng.random()
    if roll < 0.35:
        return (Wish(zone=zone), Wish(zone=rng.randrange(len(GROUPS))))
    if roll < 0.85:
        # Corners and the front are what many want.
        popular = inside[: max(1, len(inside) // 3)] if rng.random() < 0.6 else inside
        return (Wish(site=rng.choice(popular)), Wish(site=rng.choice(inside)), Wish(zone=zone))
    return ()
