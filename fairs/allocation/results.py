"""A run as people read it: rows with names and reasons, for the page, the minutes, the command and its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from fairs.allocation.models import AllocationPlace, AllocationRun
from fairs.allocation.queries import places_of
from fairs.allocation.solver.problem import Applicant, Problem, Site
from fairs.allocation.words import Names, finding_text, rank_text, reason_text
from fairs.core.i18n import format_number
from fairs.floorplans.queries import zones_of


@dataclass(frozen=True, slots=True)
class Row:
    """One exhibitor in a run. ``tone``: the wish that was met, for the plan's colours (1, 2, 3 later, 0 none, n no wish)."""

    place: AllocationPlace
    applicant: Applicant
    name: str
    reference: str
    booths: str
    wish: str
    reason: str
    tone: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Result:
    """A run with everything that is said of it."""

    run: AllocationRun
    problem: Problem
    names: Names
    rows: list[Row]
    findings: list[str] = field(default_factory=list)
    holders: dict[int, Row] = field(default_factory=dict)  # booth -> who is there

    @property
    def tones(self) -> dict[str, int]:
        """How many got their first, second, a later, or no wish, and how many wished nothing."""
        return {tone: sum(row.tone == tone for row in self.rows) for tone in ("1", "2", "3", "0", "n", "x")}

    @property
    def sites(self) -> dict[int, Site]:
        """The booths of the run's input."""
        return {site.id: site for site in self.problem.sites}


def result_of(run: AllocationRun) -> Result:
    """Read a run; a constant number of queries."""
    problem = Problem.of(run.inputs)
    places = places_of(run.id)
    names = Names(
        {place.exhibitor_id: place.exhibitor.company.name for place in places}
        | _others(problem, {place.exhibitor_id for place in places}),
        {site.id: site.code for site in problem.sites},
        {zone.id: zone.name for zone in zones_of(run.fair_id)},
    )
    people = {applicant.id: applicant for applicant in problem.applicants}
    rows = [_row(place, people[place.exhibitor_id], names, run) for place in places]
    result = Result(run, problem, names, rows, [finding_text(finding, names) for finding in run.findings])
    result.holders = {booth: row for row in rows for booth in row.place.booth_ids}
    return result


def _others(problem: Problem, known: set[int]) -> dict[int, str]:
    """Names of those whom a finding may speak of before anybody has a place."""
    from sqlalchemy import select

    from fairs.core.db import db
    from fairs.directory.models import Company
    from fairs.exhibitors.models import Exhibitor

    missing = [a.id for a in problem.applicants if a.id not in known]
    if not missing:
        return {}
    query = select(Exhibitor.id, Company.name).join(Company).where(Exhibitor.id.in_(missing))
    return {row[0]: row[1] for row in db.session.execute(query)}


def _row(place: AllocationPlace, applicant: Applicant, names: Names, run: AllocationRun) -> Row:
    if not place.booth_ids:
        tone = "x"
    elif not applicant.wishes:
        tone = "n"
    else:
        tone = str(min(place.rank, 3))
    return Row(
        place, applicant, place.exhibitor.company.name, place.exhibitor.reference,
        names.booths(place.booth_ids) if place.booth_ids else "",
        rank_text(place.rank, applicant, names) if place.booth_ids else "",
        reason_text(place.reason, applicant, names), tone, run.facts.get(str(place.exhibitor_id), {}),
    )  # fmt: skip


def differences(one: Result, other: Result) -> list[tuple[Row, Row | None]]:
    """Who stands elsewhere in another run."""
    there = {row.place.exhibitor_id: row for row in other.rows}
    return [
        (row, there.get(row.place.exhibitor_id))
        for row in one.rows
        if (match := there.get(row.place.exhibitor_id)) is None
        or sorted(match.place.booth_ids) != sorted(row.place.booth_ids)
    ]


def gap_text(gap: float | None) -> str:
    """A gap in percent with two decimals."""
    return "—" if gap is None else f"{format_number(round(100 * gap, 2))} %"


def as_json(run: AllocationRun) -> dict[str, Any]:
    """Everything of a run, as the command prints it."""
    result = result_of(run)
    return {
        "run": run.number, "state": run.state.value, "seed": run.seed, "steps": run.steps, "rounds": run.rounds,
        "inputs": run.mark, "score": run.score, "bound": run.bound,
        "gap": round(run.gap, 5) if run.gap is not None else None,
        "points": run.points, "rivals": run.rivals, "orphans": run.orphans, "unplaced": run.unplaced,
        "weights": asdict(result.problem.weights), "findings": result.findings,
        "places": [
            {
                "exhibitor": row.reference, "name": row.name,
                "booths": sorted(result.names.sites[b] for b in row.place.booth_ids), "wish": row.place.rank,
                "points": dict(row.place.parts), "seniority": dict(row.facts), "reason": row.reason,
            }
            for row in result.rows
        ],
    }  # fmt: skip


def as_text(run: AllocationRun) -> str:
    """The same in lines."""
    result = result_of(run)
    lines = [f"{run.number}: {run.state.label}, {format_number(run.score)} / {format_number(run.bound or 0)}"]
    if run.gap is not None:
        lines[0] += f", {gap_text(run.gap)}"
    lines += result.findings
    lines += [
        f"{row.reference}  {row.booths or '—':<24} {row.wish or '—'}{'. ' + row.reason if row.reason else ''}  [{row.name}]"
        for row in result.rows
    ]
    return "\n".join(lines)
