"""The print queue: first in first out, nothing twice, nothing lost, also when stations die or compete."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.badges.errors import ReprintNeedsReason
from fairs.badges.models import Badge
from fairs.badges.service import mark_printed, replace_badge, revoke_badge
from fairs.badges.states import BadgeCategory
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.printing.errors import LeaseLost, StationClosed, StillPrinting
from fairs.printing.leases import LEASE, Lease, give_back, lease_next, renew, report_failed, report_printed
from fairs.printing.models import PrintJob, PrintStation
from fairs.printing.queries import open_stations
from fairs.printing.service import cancel_job, enqueue, move_job, put_back, settle_printed, try_again
from fairs.printing.states import FailReason, JobState
from fairs.printing.stations import StationDraft, close_station, open_station, save_station
from tests.factories.checkin import Entrance, entrance
from tests.support.rivals import at_once


def station(place: Entrance, name: str = "Quầy 1", **values: Any) -> PrintStation:
    """An open station."""
    return open_station(save_station(place.fair, StationDraft(name, **values), by=SYSTEM), by=SYSTEM)


def took(where: PrintStation) -> Lease:
    """What the station gets, which must be something."""
    found = lease_next(where, by=SYSTEM)
    assert found is not None
    return found


def job(of: PrintJob) -> PrintJob:
    """As it is now."""
    return db.session.get_one(PrintJob, of.id, populate_existing=True)


def printed(where: PrintStation, lease: Lease) -> PrintJob:
    """Reported as printed."""
    return report_printed(where, lease.job, lease.number, by=SYSTEM)


def silent(of: PrintJob) -> None:
    """Its station was not heard of since before the lease ran out."""
    with transaction():
        db.session.get_one(PrintJob, of.id).lease_until = now() - timedelta(seconds=1)


def test_first_in_first_out_and_each_station_its_own(app: Flask) -> None:
    place = entrance()
    press = place.badge(BadgeCategory.PRESS)
    trade = [place.badge() for _ in range(3)]
    one, two = station(place), station(place, "Quầy 2", categories=("trade",))
    jobs = enqueue([press, *trade], by=SYSTEM)
    own = enqueue([place.badge()], station=two, by=SYSTEM)
    assert [one.name for one in open_stations(place.fair.id, BadgeCategory.PRESS, "96x134")] == ["Quầy 1"]
    assert enqueue([trade[1]], by=SYSTEM) == [jobs[2]]  # waits already
    seen = []
    for where in (two, one, one, two, two):
        lease = took(where)
        assert not lease.is_resumed
        seen.append(lease.job.id)
        printed(where, lease)
    assert seen == [jobs[1].id, jobs[0].id, jobs[2].id, jobs[3].id, own[0].id]
    assert lease_next(one, by=SYSTEM) is None
    assert all(db.session.get_one(Badge, badge.id).printed_at for badge in trade)


def test_a_reprint_needs_a_reason_and_a_closed_station_gets_nothing(app: Flask) -> None:
    place = entrance()
    where, badge = station(place), place.badge()
    enqueue([badge], station=where, by=SYSTEM)
    lease = took(where)
    assert printed(where, lease).state is JobState.PRINTED
    assert printed(where, lease).state is JobState.PRINTED  # said twice
    with pytest.raises(ReprintNeedsReason):
        enqueue([badge], by=SYSTEM)
    with pytest.raises(InvalidInput):
        enqueue([badge], reason="because", by=SYSTEM)
    [again] = enqueue([badge], station=where, reason="damaged", note="Ướt mưa", by=SYSTEM)
    assert (again.reason, again.note) == ("damaged", "Ướt mưa")
    close_station(where, by=SYSTEM)
    assert job(again).wanted_id is None  # nobody else would ever have printed it
    with pytest.raises(StationClosed):
        lease_next(where, by=SYSTEM)
    with pytest.raises(StationClosed):
        enqueue([place.badge()], station=where, by=SYSTEM)
    replaced = replace_badge(badge, "Mất thẻ", by=SYSTEM)
    with pytest.raises(Conflict):
        enqueue([revoke_badge(place.badge(), "Nhầm", by=SYSTEM)], by=SYSTEM)
    other = station(place, "Quầy 2")
    enqueue([replaced], by=SYSTEM)
    assert took(other).job.badge_id == replaced.id
    assert job(again).state is JobState.CANCELLED  # its badge opens nothing any more


def test_what_is_printed_without_a_station_leaves_the_queue(app: Flask) -> None:
    place = entrance()
    where, waits, held = station(place), place.badge(), place.badge()
    [at_work] = enqueue([held], by=SYSTEM)
    lease = took(where)
    [waiting] = enqueue([waits], by=SYSTEM)
    assert mark_printed([waits, held], by=SYSTEM) == 2
    assert (job(waiting).state, job(at_work).state) == (JobState.PRINTED, JobState.LEASED)
    assert printed(where, lease).state is JobState.PRINTED
    assert lease_next(where, by=SYSTEM) is None
    assert mark_printed([waits], reason="damaged", note="Ướt mưa", by=SYSTEM) == 0
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "badges.reprint"))
    assert "damaged" in str(entry.after)


def test_what_a_dead_station_had_is_asked_about_and_keeps_its_place(app: Flask) -> None:
    place = entrance()
    one, two = station(place), station(place, "Quầy 2")
    first, second = enqueue([place.badge(), place.badge()], by=SYSTEM)
    dead = took(one)
    with pytest.raises(StillPrinting):
        put_back(first, by=SYSTEM)
    silent(first)
    assert job(first).is_unsure
    assert took(two).job.id == second.id  # never the unsure one by itself
    put_back(first, by=SYSTEM)
    silent(second)
    settle_printed(second, by=SYSTEM)
    third = enqueue([place.badge()], by=SYSTEM)[0]
    anew = took(two)
    assert (anew.job.id, anew.number) == (first.id, 2)  # before the one that came later
    with pytest.raises(LeaseLost, match="Quầy 2"):
        printed(one, dead)
    with pytest.raises(LeaseLost):
        renew(one, first, dead.number)
    printed(two, anew)
    assert took(two).job.id == third.id


def test_a_late_report_settles_what_nobody_took_up(app: Flask) -> None:
    place = entrance()
    one = station(place)
    waiting, gone, failed = enqueue([place.badge() for _ in range(3)], by=SYSTEM)
    leases = {}
    for what, act in ((waiting, put_back), (gone, cancel_job), (failed, None)):
        lease = took(one)
        assert lease.job.id == what.id
        leases[what.id] = lease
        silent(what)
        if act:
            act(what, by=SYSTEM)
        else:
            report_failed(one, what, lease.number, reason="jam", by=SYSTEM)
        if what is waiting:
            move_job(what, None, by=SYSTEM)
            late = printed(one, lease)  # it had come out after all: not printed a second time
            assert late.state is JobState.PRINTED
    assert report_failed(one, failed, leases[failed.id].number, reason="jam", by=SYSTEM).state is JobState.FAILED
    assert printed(one, leases[gone.id]).state is JobState.PRINTED
    with pytest.raises(LeaseLost):
        report_failed(one, gone, leases[gone.id].number, reason="jam", by=SYSTEM)
    with pytest.raises(InvalidInput):
        report_failed(one, failed, leases[failed.id].number, reason="dunno", by=SYSTEM)
    assert try_again(failed, by=SYSTEM).state is JobState.QUEUED
    assert lease_next(one, by=SYSTEM) is not None


def test_a_station_that_comes_back_finds_what_it_had(app: Flask) -> None:
    place = entrance()
    one = station(place)
    [only] = enqueue([place.badge()], by=SYSTEM)
    lease = took(one)
    assert renew(one, only, lease.number).lease_until > now() + LEASE / 2  # type: ignore[operator]
    again = took(one)  # the page was loaded anew
    assert again.is_resumed
    assert (again.job.id, again.number) == (only.id, 1)
    assert give_back(one, only, 1, by=SYSTEM).state is JobState.QUEUED
    assert took(one).number == 2
    assert report_failed(one, only, 2, reason=FailReason.OTHER, note="Cháy", by=SYSTEM).failed_note == "Cháy"


def test_stations_and_desks_at_the_same_moment(real_app: Flask) -> None:
    """Six pages of three stations empty a queue that two desks fill with the same badges: every badge once."""
    with real_app.app_context():
        place = entrance()
        keys = [place.badge().id for _ in range(12)]
        stations = [station(place, f"Quầy {n}").id for n in range(3)]
        enqueue([db.session.get_one(Badge, key) for key in keys[:6]], by=SYSTEM)
    papers: list[int] = []

    def desk() -> None:
        enqueue([db.session.get_one(Badge, key) for key in keys], by=SYSTEM)

    def page(station_id: int) -> None:
        for _ in range(40):
            where = db.session.get_one(PrintStation, station_id, populate_existing=True)
            lease = lease_next(where, by=SYSTEM)
            if lease is None or lease.is_resumed:
                db.session.rollback()
                continue
            papers.append(lease.job.badge_id)
            report_printed(where, lease.job, lease.number, by=SYSTEM)

    acts = [desk, desk, *(lambda key=key: page(key) for key in stations * 2)]
    answers = at_once(real_app, acts)
    assert set(answers) <= {"done", "reprint_needs_reason"}  # the slower desk may find some printed already
    with real_app.app_context():
        for key in stations:
            while (lease := lease_next(db.session.get_one(PrintStation, key), by=SYSTEM)) is not None:
                papers.append(lease.job.badge_id)
                report_printed(db.session.get_one(PrintStation, key), lease.job, lease.number, by=SYSTEM)
        states = Counter(db.session.scalars(select(PrintJob.state)))
    assert sorted(papers) == sorted(set(papers))
    assert set(keys[:6]) <= set(papers) <= set(keys)
    assert states == {JobState.PRINTED: len(papers)}


def test_one_job_for_rivals_of_every_kind(real_app: Flask) -> None:
    """A person settles, a person puts back, the station reports late: one of them decides, the badge is printed at most once."""
    with real_app.app_context():
        place = entrance()
        where = station(place)
        other = station(place, "Quầy 2")
        [only] = enqueue([place.badge()], by=SYSTEM)
        lease = took(where)
        silent(only)
        ids = (where.id, other.id, only.id)

    def as_person(act: Any) -> None:
        act(db.session.get_one(PrintJob, ids[2]), by=SYSTEM)

    def late() -> None:
        report_printed(
            db.session.get_one(PrintStation, ids[0]), db.session.get_one(PrintJob, ids[2]), lease.number, by=SYSTEM
        )

    acts = [lambda: as_person(put_back), lambda: as_person(settle_printed), late, lambda: as_person(put_back)]
    answers = at_once(real_app, acts)
    assert set(answers) <= {"done", "invalid_transition"}
    with real_app.app_context():
        assert db.session.get_one(PrintJob, ids[2]).state is JobState.PRINTED
        assert lease_next(db.session.get_one(PrintStation, ids[1]), by=SYSTEM) is None
