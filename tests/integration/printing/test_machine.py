"""Anything in any order, with stations that die at any moment: each badge comes out once, unless a person asked for it again."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError
from fairs.printing.leases import Lease, lease_next, report_failed, report_printed
from fairs.printing.models import PrintJob, PrintStation
from fairs.printing.service import cancel_job, enqueue, put_back, settle_printed
from fairs.printing.states import JobState
from fairs.printing.stations import StationDraft, open_station, save_station
from tests.factories.checkin import entrance

STATIONS = 3


class Printers(RuleBasedStateMachine):
    """What people and printers do; ``paper`` counts what truly came out, which only the printers know."""

    def __init__(self) -> None:
        super().__init__()
        place = entrance()  # a fair of its own for each example
        self.stations = [
            open_station(save_station(place.fair, StationDraft(f"Quầy {n}"), by=SYSTEM), by=SYSTEM)
            for n in range(STATIONS)
        ]
        self.place = place
        self.jobs: list[int] = []
        self.held: list[tuple[PrintStation, Lease, bool]] = []  # with whether the paper came out
        self.paper: Counter[int] = Counter()

    def job(self, key: int) -> PrintJob:
        return db.session.get_one(PrintJob, key, populate_existing=True)

    @rule()
    def ask(self) -> None:
        self.jobs += [job.id for job in enqueue([self.place.badge()], by=SYSTEM)]

    @rule(n=st.integers(0, STATIONS - 1), prints=st.booleans())
    def take(self, n: int, prints: bool) -> None:
        lease = lease_next(self.stations[n], by=SYSTEM)
        if lease is None:
            assert not [key for key in self.jobs if self.job(key).state is JobState.QUEUED]
            return
        if lease.is_resumed:
            return  # a person looks: nothing is printed by itself
        earlier = [key for key in self.jobs if key < lease.job.id and self.job(key).state is JobState.QUEUED]
        assert not earlier, "first in first out"
        self.paper[lease.job.id] += prints
        self.held.append((self.stations[n], lease, prints))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def report(self, data: st.DataObject) -> None:
        """Now or much later, perhaps twice."""
        station, lease, prints = data.draw(st.sampled_from(self.held))
        try:
            if prints:
                report_printed(station, lease.job, lease.number, by=SYSTEM)
            else:
                report_failed(station, lease.job, lease.number, reason="jam", by=SYSTEM)
        except DomainError as error:
            if error.code != "lease_lost":
                raise

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def die(self, data: st.DataObject) -> None:
        """Its station is silent from now on."""
        with transaction():
            row = self.job(data.draw(st.sampled_from(self.jobs)))
            if row.state is JobState.LEASED:
                row.lease_until = now() - timedelta(seconds=1)

    @precondition(lambda self: self.jobs)
    @rule(data=st.data(), gives_up=st.booleans())
    def look(self, data: st.DataObject, gives_up: bool) -> None:
        """A person goes to the printer and says what lies there."""
        row = self.job(data.draw(st.sampled_from(self.jobs)))
        if not (row.is_unsure or row.state is JobState.FAILED):
            return
        if self.paper[row.id]:
            settle_printed(row, by=SYSTEM)
        elif gives_up:
            cancel_job(row, by=SYSTEM)
        else:
            put_back(row, by=SYSTEM)

    @invariant()
    def nothing_twice_nothing_lost(self) -> None:
        rows = db.session.scalars(
            select(PrintJob)
            .where(PrintJob.id.in_(self.jobs))
            .options(joinedload(PrintJob.badge))
            .execution_options(populate_existing=True)
        ).all()
        assert len(rows) == len(self.jobs)
        for row in rows:
            key = row.id
            assert self.paper[key] <= 1
            if row.state is JobState.PRINTED:
                assert self.paper[key] == 1
            if self.paper[key]:
                assert row.state in {JobState.LEASED, JobState.PRINTED}
            assert (row.badge.printed_at is not None) == (row.state is JobState.PRINTED)


def test_whatever_happens_each_badge_comes_out_once(app: Flask) -> None:
    scale = int(os.environ.get("FAIRS_DRILL", "0"))
    run_state_machine_as_test(
        Printers,
        settings=settings(
            max_examples=scale or 4, stateful_step_count=25, deadline=None, database=None, derandomize=not scale,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
