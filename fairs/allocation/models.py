"""The fair's rules of allocation, its runs, and the place of each exhibitor in a run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.allocation.states import TRANSITIONS, AllocationState
from fairs.core.db import Record, StateType, UTCDateTime
from fairs.core.states import HasState
from fairs.exhibitors.models import Exhibitor


class AllocationRules(Record):
    """What counts at a fair. ``weights`` are points (solver.problem.Weights); ``exclusive_zones`` take their own products only.

    Seniority: ``year_points`` for each earlier fair, ``area_points`` for each 9 m² there, ``week_points`` for each week
    that the deposit (or else the application) came before the last one. Quotas bind supported exhibitors.
    """

    __tablename__ = "allocation_rules"

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), unique=True)
    weights: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    year_points: Mapped[int] = mapped_column(default=3)
    area_points: Mapped[int] = mapped_column(default=1)
    week_points: Mapped[int] = mapped_column(default=1)
    exclusive_zones: Mapped[list[int]] = mapped_column(JSON, default=list)
    supported_booths: Mapped[int | None]
    supported_area_m2: Mapped[int | None]
    zone_quotas: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # zone id -> booths


class AllocationExclusion(Record):
    """Two exhibitors who must not stand side by side or (``same_zone``) not in one zone."""

    __tablename__ = "allocation_exclusions"
    __table_args__ = (UniqueConstraint("first_id", "second_id"), Index("ix_allocation_exclusions_fair", "fair_id"))

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    first_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    same_zone: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(200), default="")

    first: Mapped[Exhibitor] = relationship(foreign_keys=[first_id])
    second: Mapped[Exhibitor] = relationship(foreign_keys=[second_id])


class AllocationRun(HasState, Record):
    """One run: its whole input, its result, and how good that is proven to be.

    The same ``inputs``, ``seed``, ``steps`` and ``rounds`` give the same result. ``mark`` is the SHA-256 of the inputs.
    ``started_from_id`` is the run whose locks it kept. ``edited`` tells that people were moved by hand afterwards.
    """

    __tablename__ = "allocation_runs"
    __table_args__ = (
        UniqueConstraint("fair_id", "number"),
        Index("ix_allocation_runs_state", "fair_id", "state", "finished_at"),
    )
    TRANSITIONS = TRANSITIONS

    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"))
    number: Mapped[int]
    state: Mapped[AllocationState] = mapped_column(StateType(AllocationState), default=AllocationState.QUEUED)
    seed: Mapped[int]
    seconds: Mapped[int | None]  # the limit it was given; None: as many steps as are named
    wanted_steps: Mapped[int | None]
    wanted_rounds: Mapped[int | None]
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the seniority of each comes from
    mark: Mapped[str] = mapped_column(String(64))
    started_from_id: Mapped[int | None] = mapped_column(ForeignKey("allocation_runs.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    actor_name: Mapped[str] = mapped_column(String(200), default="")
    locale: Mapped[str] = mapped_column(String(5), default="vi")  # in which the worker writes what people read
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    publisher_name: Mapped[str] = mapped_column(String(200), default="")
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    anchors: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    steps: Mapped[int] = mapped_column(default=0)
    rounds: Mapped[int] = mapped_column(default=0)
    bound: Mapped[int | None]
    points: Mapped[int] = mapped_column(default=0)
    rivals: Mapped[int] = mapped_column(default=0)
    orphans: Mapped[int] = mapped_column(default=0)
    unplaced: Mapped[int] = mapped_column(default=0)
    edited: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    offer_until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    places: Mapped[list[AllocationPlace]] = relationship(back_populates="run", order_by="AllocationPlace.id")

    @property
    def score(self) -> int:
        """What was maximised: points less the three costs."""
        return self.points - self.rivals - self.orphans - self.unplaced

    @property
    def gap(self) -> float | None:
        """How far the score may be from the best, as a share of the bound; None before there is one."""
        if self.bound is None:
            return None
        return max(0.0, (self.bound - self.score) / max(1, abs(self.bound)))


class AllocationPlace(Record):
    """Where a run puts an exhibitor: booths (none: nowhere), points by what they are for, and the reason."""

    __tablename__ = "allocation_places"
    __table_args__ = (UniqueConstraint("run_id", "exhibitor_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("allocation_runs.id", ondelete="CASCADE"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    booth_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    locked: Mapped[bool] = mapped_column(default=False)
    moved: Mapped[bool] = mapped_column(default=False)  # by hand
    rank: Mapped[int] = mapped_column(default=0)
    parts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    reason: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    offered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    offer_problem: Mapped[str] = mapped_column(String(300), default="")

    run: Mapped[AllocationRun] = relationship(back_populates="places")
    exhibitor: Mapped[Exhibitor] = relationship()

    @property
    def total(self) -> int:
        """All points of the place."""
        return sum(self.parts.get(key, 0) for key in ("zone", "wish", "seniority", "open_sides", "village"))
