"""What is to be decided and what came of it: plain records that can be written down as JSON and read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

SHARES = (100, 60, 35, 20, 10)  # percent of a wish's points by its rank; later wishes count like the fifth
MOST_TOGETHER = 12  # more adjacent booths than these are not looked for


@dataclass(frozen=True, slots=True)
class Weights:
    """What a fair counts, in points. Distances are centimetres.

    ``seniority`` is points per point of seniority for the first wish, and by the shares of ``SHARES`` for later ones.
    ``village`` points are given at the village's centre and fade to none at ``village_reach``. ``rival`` is taken for
    two direct competitors nearer than ``rival_reach``, ``orphan`` for a free booth with no free one beside it, and
    ``unplaced`` for an exhibitor who gets no place.
    """

    zone: int = 30
    wish: int = 40
    open_sides: int = 10
    seniority: int = 2
    village: int = 20
    rival: int = 6
    orphan: int = 4
    unplaced: int = 2_000
    village_reach: int = 2_400
    rival_reach: int = 100


@dataclass(frozen=True, slots=True)
class Site:
    """A booth: its rectangle (cm), zone, kind and open sides. ``closed`` says why nobody can be put there."""

    id: int
    code: str
    hall: int
    zone: int | None
    kind: str
    x: int
    y: int
    w: int
    h: int
    open_sides: int = 1
    closed: str = ""  # "" | booked | blocked

    @property
    def area(self) -> int:
        """Floor area in square centimetres."""
        return self.w * self.h


@dataclass(frozen=True, slots=True)
class Area:
    """A zone: the product groups that belong there; an ``exclusive`` one takes nobody else."""

    id: int
    code: str
    groups: tuple[str, ...] = ()
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish: a zone or a booth."""

    zone: int | None = None
    site: int | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """An exhibitor who wants ``count`` adjacent booths of ``kind`` ("" is any).

    ``rival_keys`` are what direct competitors share. ``lock`` are booths that the organiser has fixed; a ``standing``
    applicant has them booked already and only matters to others.
    """

    id: int
    count: int = 1
    kind: str = ""
    wishes: tuple[Wish, ...] = ()
    open_sides: int = 1
    groups: tuple[str, ...] = ()
    village: str = ""
    seniority: int = 0
    supported: bool = False
    rival_keys: tuple[str, ...] = ()
    lock: tuple[int, ...] = ()
    standing: bool = False


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Two who must not stand side by side, or (``same_zone``) not in one zone."""

    first: int
    second: int
    same_zone: bool = False


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many booths, or square centimetres, for supported exhibitors, in one zone or in all."""

    zone: int | None = None
    booths: int | None = None
    area: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the solver knows."""

    sites: tuple[Site, ...]
    areas: tuple[Area, ...]
    applicants: tuple[Applicant, ...]
    weights: Weights = field(default_factory=Weights)
    exclusions: tuple[Exclusion, ...] = ()
    quotas: tuple[Quota, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As nested plain values."""
        return asdict(self)

    @property
    def mark(self) -> str:
        """SHA-256 over the whole input: two runs on the same input have the same."""
        text = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Problem:
        """From what ``as_json`` gave."""

        def many(kind: Any, key: str) -> tuple[Any, ...]:
            return tuple(_record(kind, item) for item in values[key])

        return cls(
            many(Site, "sites"), many(Area, "areas"), many(Applicant, "applicants"),
            _record(Weights, values["weights"]), many(Exclusion, "exclusions"), many(Quota, "quotas"),
        )  # fmt: skip


def _record(kind: Any, values: Mapping[str, Any]) -> Any:
    known = {one.name for one in fields(kind)}
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items() if key in known}
    if kind is Applicant:
        plain["wishes"] = tuple(_record(Wish, wish) for wish in plain["wishes"])
    return kind(**plain)


@dataclass(frozen=True, slots=True)
class Parts:
    """The points of one exhibitor's place, by what they are for."""

    zone: int = 0
    wish: int = 0
    seniority: int = 0
    open_sides: int = 0
    village: int = 0
    rank: int = 0  # which wish was met; 0 is none

    @property
    def total(self) -> int:
        """All points."""
        return self.zone + self.wish + self.seniority + self.open_sides + self.village


@dataclass(frozen=True, slots=True)
class Score:
    """Points of a whole allocation: ``points`` for places, less the three costs."""

    points: int
    rivals: int
    orphans: int
    unplaced: int

    @property
    def total(self) -> int:
        """What is maximised."""
        return self.points - self.rivals - self.orphans - self.unplaced


@dataclass(frozen=True, slots=True)
class Outcome:
    """An allocation: for each applicant its booths (sites' ids) or none, its points, and how good it is proven to be.

    ``bound`` is no less than the total of any allocation of this input. ``steps`` neighbourhoods were searched:
    the same problem, seed and steps give the same outcome.
    """

    places: dict[int, tuple[int, ...]]
    parts: dict[int, Parts]
    score: Score
    bound: int
    steps: int
    rounds: int
    anchors: dict[str, int]  # village -> site at its centre

    @property
    def gap(self) -> float:
        """How far the score may be from the best, as a share of the bound."""
        return max(0.0, (self.bound - self.score.total) / max(1, abs(self.bound)))
