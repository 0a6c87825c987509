"""A run from its inputs to the offers, changed by hand on the way, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from fairs.allocation.computing import carry_out
from fairs.allocation.editing import look_at_move, move, set_lock
from fairs.allocation.errors import BoothsAllocated, NobodyToPlace, RunChanged, RunInProgress
from fairs.allocation.inputs import rules_of
from fairs.allocation.models import AllocationPlace, AllocationRun
from fairs.allocation.results import Result, result_of
from fairs.allocation.service import add_exclusion, begin, cancel, discard, make_offers, publish, save_rules
from fairs.allocation.states import AllocationState
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.exhibitors.models import BoothWish, Exhibitor
from fairs.floorplans.queries import zones_of
from fairs.floorplans.service import block_booth
from tests.factories.booths import Ground, new_ground

S = AllocationState
RULES: dict[str, Any] = {
    "weights": {}, "year_points": 3, "area_points": 1, "week_points": 1, "exclusive_zones": [], "supported_booths": None,
    "supported_area_m2": None, "zone_quotas": {},
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Iterator[None]:
    """Texts are looked at in English."""
    with force_locale("en"):
        yield


def wish(ground: Ground, exhibitor: Exhibitor, *codes: str) -> Exhibitor:
    """Booths (or zones, by a code without a dash) that an exhibitor wishes for, in order."""
    zones = {zone.code: zone.id for zone in zones_of(ground.fair.id)}
    with transaction():
        for position, code in enumerate(codes, 1):
            place: dict[str, int] = {"booth_id": ground.booth(code).id} if "-" in code else {"zone_id": zones[code]}
            db.session.add(BoothWish(exhibitor_id=exhibitor.id, position=position, **place))
    db.session.expire(exhibitor)
    return exhibitor


def computed(ground: Ground, **more: Any) -> Result:
    """A run, computed."""
    run = begin(ground.fair, by=SYSTEM, **more)
    carry_out(run.id)
    return result_of(db.session.get_one(AllocationRun, run.id))


def where(result: Result) -> dict[str, str]:
    """Who stands where."""
    return {row.reference: row.booths for row in result.rows}


def test_who_came_earlier_gets_the_booth_that_both_wish_for_and_the_other_reads_why(app: Flask) -> None:
    ground = new_ground()
    early = wish(ground, ground.exhibitor(), "A-001", "CER")
    late = wish(ground, ground.exhibitor(), "A-001", "CER")
    with transaction():
        db.session.get_one(Exhibitor, early.id).submitted_at = now() - timedelta(days=35)
    result = computed(ground)
    assert result.run.state is S.DONE
    assert (result.run.unplaced, result.run.bound, result.run.gap) == (0, result.run.score, 0)
    assert where(result)[early.reference] == "A-001"
    first, second = sorted(result.rows, key=lambda row: row.reference)
    assert (first.wish, first.reason) == ("Wish 1 met: booth A-001", "")
    assert second.wish == "Wish 2 met: zone Ceramics"
    assert second.reason == (f"First wish (booth A-001) went to {early.company.name} by seniority: 5 points over 0.")
    assert (first.facts["weeks"], second.facts["points"]) == (5, 0)
    again = computed(ground, seed=result.run.seed, steps=result.run.steps, rounds=result.run.rounds)
    assert (where(again), again.run.mark, again.run.score) == (where(result), result.run.mark, result.run.score)
    assert late.reference in where(again)


def test_booked_booths_quotas_exclusions_and_zones_bind(app: Flask) -> None:
    ground = new_ground()
    ground.reserve("A-001")
    block_booth(ground.booth("A-002"), reason="Cột", by=SYSTEM)
    helped = [wish(ground, ground.exhibitor(supported=True, decision="1/QĐ"), "CER") for _ in range(3)]
    silk = wish(ground, ground.exhibitor(group_codes="SLK", booth_count=3), "CER", "SLK")
    zones = {zone.code: zone.id for zone in zones_of(ground.fair.id)}
    save_rules(ground.fair, RULES | {"exclusive_zones": [zones["CER"]], "zone_quotas": {zones["CER"]: 2}}, by=SYSTEM)
    add_exclusion(ground.fair, helped[0], helped[1], same_zone=True, reason="Tranh chấp", by=SYSTEM)
    with pytest.raises(InvalidInput):
        add_exclusion(ground.fair, helped[1], helped[0], same_zone=False, reason="", by=SYSTEM)
    result = computed(ground)
    placed = where(result)
    assert not {"A-001", "A-002"} & {code for codes in placed.values() for code in codes.split(", ")}
    zone_of = {booth: site.zone for booth, site in result.sites.items()}
    stands = {row.reference: {zone_of[b] for b in row.place.booth_ids} for row in result.rows}
    assert [stands[one.reference] for one in helped].count({zones["CER"]}) == 2
    assert stands[helped[0].reference] != stands[helped[1].reference]
    assert stands[silk.reference] == {zones["SLK"]}
    assert len(placed[silk.reference].split(", ")) == 3
    reason = next(row.reason for row in result.rows if row.reference == silk.reference)
    assert reason == "First wish (zone Ceramics): that zone takes its own products only."


def test_a_move_by_hand_shows_its_price_is_locked_and_kept_by_the_next_run(app: Flask) -> None:
    ground = new_ground()
    one = wish(ground, ground.exhibitor(), "A-001")
    two = wish(ground, ground.exhibitor(), "A-003")
    pair = ground.exhibitor(booth_count=2)
    result = computed(ground)
    run = result.run
    assert (where(result)[one.reference], where(result)[two.reference]) == ("A-001", "A-003")
    target = [ground.booth("A-003").id]
    preview = look_at_move(run, one.id, target)
    assert preview.broken == ()
    assert preview.others == ((two.id, (ground.booth("A-001").id,)),)
    assert preview.difference == -80
    assert [str(rule) for rule in look_at_move(run, pair.id, target).broken] == ["The exhibitor wants 2 booths, not 1."]
    apart = [ground.booth("A-005").id, ground.booth("A-020").id]
    with pytest.raises(InvalidInput, match="side by side"):
        move(run, pair.id, apart, by=SYSTEM)
    before = run.score
    assert move(run, one.id, target, by=SYSTEM).difference == -80
    run = db.session.get_one(AllocationRun, run.id, populate_existing=True)
    assert (run.score, run.edited) == (before - 80, True)
    set_lock(run, pair.id, True, by=SYSTEM)
    kept = where(result_of(run))[pair.reference]
    again = computed(ground, keep_locks_of=run)
    assert (where(again)[one.reference], where(again)[pair.reference]) == ("A-003", kept)
    assert where(again)[two.reference] != "A-003"


def test_publication_makes_offers_that_expire_and_says_what_could_not_be_offered(app: Flask) -> None:
    ground = new_ground()
    one, two = (wish(ground, ground.exhibitor(), code) for code in ("A-001", "A-003"))
    run = computed(ground).run
    other = computed(ground).run
    with pytest.raises(BoothsAllocated):
        block_booth(ground.booth("A-001"), reason="Cột", by=SYSTEM)
    ground.hold("A-003")
    until = now() + timedelta(days=5)
    with pytest.raises(InvalidInput):
        publish(run, until=now() + timedelta(days=60), by=SYSTEM)
    publish(run, until=until, by=SYSTEM)
    assert db.session.get_one(AllocationRun, other.id, populate_existing=True).state is S.DISCARDED
    assert make_offers(run.id) == 1
    assert make_offers(run.id) == 0
    booking = db.session.scalars(select(BoothBooking).where(BoothBooking.exhibitor_id == one.id)).one()
    assert (booking.state, booking.origin, booking.hold_until) == (BookingState.HELD, "allocation", until)
    lost = db.session.scalars(
        select(AllocationPlace).where(AllocationPlace.run_id == run.id, AllocationPlace.exhibitor_id == two.id)
    ).one()
    assert "A-003" in lost.offer_problem
    with pytest.raises(RunChanged):
        publish(run, until=until, by=SYSTEM)


def test_too_little_room_is_said_and_one_run_at_a_time(app: Flask) -> None:
    ground = new_ground()
    with pytest.raises(NobodyToPlace):
        begin(ground.fair, by=SYSTEM)
    for _ in range(3):
        ground.exhibitor(booth_count=10)
    run = begin(ground.fair, by=SYSTEM)
    with pytest.raises(RunInProgress):
        begin(ground.fair, by=SYSTEM)
    carry_out(run.id)
    run = db.session.get_one(AllocationRun, run.id, populate_existing=True)
    assert run.state is S.INFEASIBLE
    assert result_of(run).findings
    discard(run, by=SYSTEM)
    waiting = begin(ground.fair, by=SYSTEM)
    cancel(waiting, by=SYSTEM)
    carry_out(waiting.id)
    assert db.session.get_one(AllocationRun, waiting.id, populate_existing=True).state is S.DISCARDED
    assert rules_of(ground.fair).year_points == 3


def test_the_command_prints_the_run_as_json(app: Flask) -> None:
    ground = new_ground()
    exhibitor = wish(ground, ground.exhibitor(), "A-001")
    answer = app.test_cli_runner().invoke(args=["booths", "allocate", ground.fair.slug, "--seed", "3", "--json"])
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.output)
    assert (said["seed"], said["state"], said["gap"]) == (3, "done", 0)
    assert [(p["exhibitor"], p["booths"], p["wish"]) for p in said["places"]] == [(exhibitor.reference, ["A-001"], 1)]
    assert app.test_cli_runner().invoke(args=["booths", "allocate", "no-such-fair"]).exit_code == 1
