"""Drafts, publications and versions of a hall's plan, through the services."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.booths.errors import BoothsInUse, BoothTaken
from fairs.booths.models import BoothBooking
from fairs.booths.service import BoothOrder, cancel_booking, hold_booth
from fairs.booths.states import LIVE
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.exhibitors.models import BoothWish, Exhibitor
from fairs.floorplans.drafting import change_draft, discard_draft, draft_layout, redo_step, restore_version, undo_step
from fairs.floorplans.errors import DraftChanged, NothingChanged, NothingFits, NothingToUndo, PlanHasErrors
from fairs.floorplans.generator import Layout
from fairs.floorplans.models import Booth, BoothPrice, Hall, PlanVersion
from fairs.floorplans.plans import Plan, draft_of, drafted_plan, published_plan
from fairs.floorplans.problems import Findings, look_at
from fairs.floorplans.publishing import publish_draft
from fairs.floorplans.queries import adjacent_booths, booth_types, rules_of, version_of, versions_of
from fairs.floorplans.service import block_booth, plan_hall
from fairs.messages.models import OutboxMessage
from tests.factories.booths import Ground, new_ground


class Desk:
    """Somebody who draws the plan of hall A."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.hall = ground, ground.hall

    @property
    def plan(self) -> Plan:
        return drafted_plan(self.hall, draft_of(self.hall))

    @property
    def revision(self) -> int:
        draft = draft_of(self.hall)
        return draft.revision if draft is not None else 0

    def key(self, code: str) -> str:
        return next(key for key, booth in self.plan.booths.items() if booth.code == code)

    def change(self, at: str, /, **values: Any) -> None:
        """Change a booth of the draft; a code that is not there is a new booth."""
        plan = self.plan
        known = {booth.code: (key, booth.as_dict()) for key, booth in plan.booths.items()}
        key, booth = known.get(at, (f"n{len(known)}", {"code": at, "type": "SHELL9", "zone": "CER"}))
        self.send({"key": key, "after": {**booth, **values}})

    def drop(self, *codes: str) -> None:
        self.send(*[{"key": self.key(code), "after": None} for code in codes])

    def send(self, *changes: dict[str, Any]) -> None:
        change_draft(self.hall, changes, revision=self.revision, label="test", by=SYSTEM)

    def findings(self) -> Findings:
        return look_at(self.plan, rules_of(self.hall))

    def publish(self, **values: Any) -> PlanVersion:
        return publish_draft(self.hall, revision=self.revision, by=SYSTEM, **values)


@pytest.fixture
def ground(app: Flask) -> Ground:
    return new_ground()


@pytest.fixture
def desk(ground: Ground) -> Desk:
    return Desk(ground)


def test_a_draft_stands_beside_the_published_plan_until_it_is_published(desk: Desk, ground: Ground) -> None:
    before = published_plan(desk.hall)
    assert desk.plan == before and draft_of(desk.hall) is None
    desk.change("A-001", x=250)
    desk.drop("A-024")
    desk.change("A-099", x=1_800, y=1_500, w=300, h=300)
    assert published_plan(desk.hall) == before
    number = desk.publish().number
    after = published_plan(desk.hall)
    assert number == 2 and after.booths[desk.key("A-001")].x == 250
    assert len(after.booths) == 24 and after == desk.plan
    assert ground.booth("A-099").open_sides == 2
    desk.change("A-001", x=260)
    desk.change("A-001", x=250)
    with pytest.raises(NothingChanged):
        desk.publish()
    assert [version.number for version in versions_of(desk.hall)] == [2, 1]


def test_every_step_is_taken_back_and_done_again(desk: Desk) -> None:
    start = desk.plan
    desk.change("A-001", x=200)
    desk.drop("A-002", "A-003")
    desk.send({"key": "exits", "after": [{"x": 0, "y": 1_000, "w": 50, "h": 200, "label": "T1", "clear": 150}]})
    end = desk.plan
    for _ in range(3):
        undo_step(desk.hall, revision=desk.revision, by=SYSTEM)
    assert desk.plan == start
    with pytest.raises(NothingToUndo):
        undo_step(desk.hall, revision=desk.revision, by=SYSTEM)
    for _ in range(3):
        redo_step(desk.hall, revision=desk.revision, by=SYSTEM)
    assert desk.plan == end
    undo_step(desk.hall, revision=desk.revision, by=SYSTEM)
    desk.change("A-005", zone="SLK")  # another way from here: what was taken back cannot be done again
    with pytest.raises(NothingToUndo):
        redo_step(desk.hall, revision=desk.revision, by=SYSTEM)
    discard_draft(desk.hall, by=SYSTEM)
    assert desk.plan == start


def test_the_generator_fills_what_is_free_beside_the_booths_that_stand(desk: Desk) -> None:
    desk.drop(*[f"A-{number:03}" for number in range(13, 25)])
    kept = dict(desk.plan.booths)
    planned = plan_hall(desk.hall, Layout(run=6))
    values: dict[str, Any] = {"kind": "SHELL9", "corner_kind": "SHELL9", "by": SYSTEM}
    assert draft_layout(desk.hall, planned, replace_all=False, **values) == 12
    assert kept.items() < desk.plan.booths.items()
    assert sorted(booth.code for booth in desk.plan.booths.values())[12:] == [f"A-{n:03}" for n in range(13, 25)]
    with pytest.raises(NothingFits):
        draft_layout(desk.hall, planned, replace_all=False, **values)
    assert draft_layout(desk.hall, planned, replace_all=True, **values) == 24


def test_nobody_overwrites_a_colleague(desk: Desk) -> None:
    seen = desk.revision
    desk.change("A-001", x=200)
    with pytest.raises(DraftChanged):
        change_draft(desk.hall, [{"key": desk.key("A-002"), "after": None}], revision=seen, label="", by=SYSTEM)
    with pytest.raises(DraftChanged):
        undo_step(desk.hall, revision=seen, by=SYSTEM)
    with pytest.raises(DraftChanged):
        publish_draft(desk.hall, revision=seen, by=SYSTEM)


GOOD = {"code": "A-100", "x": 0, "y": 0, "w": 300, "h": 300, "type": "SHELL9", "zone": ""}


@pytest.mark.parametrize(
    "change",
    [
        "x", {"key": 5, "after": None}, {"key": "drop table", "after": None}, {"key": "999999", "after": GOOD},
        {"key": "n1", "after": {**GOOD, "x": "1"}}, {"key": "n1", "after": {**GOOD, "w": 0}}, {"key": "n1", "after": {**GOOD, "x": 10**9}},
        {"key": "n1", "after": {**GOOD, "type": "CASTLE"}}, {"key": "n1", "after": {**GOOD, "zone": "ZZ"}}, {"key": "n1", "after": [1]},
        {"key": "doors", "after": None}, {"key": "doors", "after": [{"x": 0}]}, {"key": "exits", "after": [{"x": 0, "y": 0, "w": 9, "h": 9, "clear": -1}]},
        {"key": "n1", "after": {**GOOD, "y": True}}, {"key": "columns", "after": [{"x": 0, "y": 0, "w": 9, "h": 9}] * 500},
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_changes_nothing(desk: Desk, change: Any) -> None:
    before = desk.plan
    with pytest.raises(InvalidInput):
        desk.send({"key": "n2", "after": {**GOOD, "x": 1_500}}, change)
    assert desk.plan == before


@pytest.mark.parametrize(
    ("code", "values", "kind", "words"),
    [
        ("A-001", {"x": 450}, "overlap", ["A-001", "A-002"]),
        ("A-001", {"x": -10}, "outside", ["A-001"]),
        ("A-001", {"y": 150}, "aisle", ["A-001"]),
        ("A-001", {"code": "A-002"}, "twice", ["A-002"]),
        ("A-001", {"code": "Ă 1"}, "number", ["Ă 1", "A-1"]),
        ("A-001", {"type": "RAW"}, "price", ["A-001", "RAW"]),
        ("A-090", {"x": 1_000, "y": 2_100, "w": 200, "h": 200}, "door", ["A-090", "Cửa chính"]),
    ],
)  # fmt: skip
def test_errors_name_the_booth_and_forbid_publishing(desk: Desk, code: str, values: dict[str, Any], kind: str, words: list[str]) -> None:  # fmt: skip
    assert desk.findings().problems == []
    desk.change(code, **values)
    texts = [one.text for one in desk.findings().errors if one.kind == kind]
    assert texts and all(word in texts[0] for word in words)
    with pytest.raises(PlanHasErrors) as refused:
        desk.publish(accept_warnings=True)
    assert texts[0] in refused.value.details["problems"]
    assert len(versions_of(desk.hall)) == 1


def test_a_booth_or_exit_that_no_aisle_reaches_is_named(desk: Desk) -> None:
    # Four booths around a court: its inner side is open, yet nobody gets there.
    desk.send(*[{"key": key, "after": None} for key in desk.plan.booths])
    ring = {"A-201": (300, 300, 1_200, 200), "A-202": (300, 1_300, 1_200, 200), "A-203": (300, 500, 200, 800), "A-204": (1_300, 500, 200, 800)}  # fmt: skip
    for code, (x, y, w, h) in ring.items():
        desk.change(code, x=x, y=y, w=w, h=h)
    desk.change("A-205", x=750, y=750, w=300, h=300)
    texts = [one.text for one in desk.findings().errors]
    assert [text for text in texts if "A-205" in text] and not [text for text in texts if "A-201" in text]
    desk.send({"key": "exits", "after": [{"x": 700, "y": 600, "w": 100, "h": 50, "label": "E9", "clear": 50}]})
    assert any("E9" in one.text for one in desk.findings().errors if one.kind == "exit")
    desk.drop("A-203")
    assert desk.findings().errors == []


def test_warnings_have_to_be_accepted(desk: Desk, ground: Ground) -> None:
    desk.change("A-001", zone="")
    with pytest.raises(InvalidInput):
        desk.publish()
    desk.publish(accept_warnings=True)
    assert ground.booth("A-001").zone_id is None


def test_columns_in_booths_are_noted_and_doors_are_published(desk: Desk) -> None:
    desk.send({"key": "columns", "after": [{"x": 350, "y": 350, "w": 50, "h": 50}]})
    assert [(one.grade, one.kind) for one in desk.findings().problems] == [("note", "column")]
    desk.publish()
    assert db.session.get_one(Hall, desk.hall.id).columns == [{"x": 350, "y": 350, "w": 50, "h": 50}]


@pytest.mark.parametrize(
    "values", [None, {"w": 250}, {"code": "A-077"}, {"type": "SHELL9C"}, {"blocked": True, "reason": "x"}]
)
def test_a_booth_that_is_booked_is_not_taken_away(desk: Desk, ground: Ground, values: dict[str, Any] | None) -> None:
    shell = db.session.scalars(select(BoothPrice).where(BoothPrice.fair_id == ground.fair.id)).one()
    corner = next(kind for kind in booth_types() if kind.code == "SHELL9C")
    with transaction():
        db.session.add(BoothPrice(fair_id=ground.fair.id, type_id=corner.id, amount_minor=shell.amount_minor, currency="VND"))  # fmt: skip
    booking = ground.hold("A-006")
    if values is None:
        desk.drop("A-006")
    else:
        desk.change("A-006", **values)
    with pytest.raises(BoothsInUse) as refused:
        desk.publish()
    assert "A-006" in str(refused.value)
    assert ground.booth("A-006").id == booking.booth_id
    assert len(versions_of(desk.hall)) == 1


def test_whoever_has_a_booth_that_moves_keeps_it_and_is_told_once(desk: Desk, ground: Ground) -> None:
    booking = ground.reserve("A-001")
    ground.reserve("A-002")
    count = len(_letters())
    desk.change("A-001", x=250)
    desk.change("A-003", zone="SLK")
    desk.publish()
    [letter] = _letters()[count:]
    assert "A-001" in letter.subject
    assert "3 m" in letter.body and "2,5 m" in letter.body and "A-002, A-007" in letter.body
    assert booking.is_live and booking.booth.x_cm == 250
    moves = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "floorplans.move")).all()
    assert [(entry.subject_id, entry.before["x"], entry.after["x"]) for entry in moves if entry.before and entry.after] == [(booking.booth_id, 300, 250)]  # fmt: skip


def _letters() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "booths/replanned")))


def test_papers_keep_a_booth_on_the_plan_and_a_hold_that_ran_out_does_not(desk: Desk, ground: Ground) -> None:
    cancel_booking(ground.hold("A-003"), reason="x", by=SYSTEM)
    exhibitor = ground.exhibitor()
    with transaction():
        db.session.add(BoothWish(exhibitor_id=exhibitor.id, position=1, booth_id=ground.booth("A-003").id))
    desk.drop("A-003")
    desk.publish()
    with pytest.raises(NotFound):
        ground.booth("A-003")
    wish = db.session.scalars(select(BoothWish).where(BoothWish.exhibitor_id == exhibitor.id)).one()
    assert wish.booth_id is None and wish.zone is not None and wish.zone.code == "CER"
    cancel_booking(ground.reserve("A-004"), reason="x", by=SYSTEM)
    desk.drop("A-004")
    with pytest.raises(BoothsInUse):
        desk.publish()


def test_numbers_may_change_places(desk: Desk, ground: Ground) -> None:
    one, other = ground.booth("A-001").id, ground.booth("A-002").id
    plan = desk.plan.booths
    desk.send({"key": str(one), "after": {**plan[str(one)].as_dict(), "code": "A-002"}}, {"key": str(other), "after": {**plan[str(other)].as_dict(), "code": "A-001"}})  # fmt: skip
    desk.publish()
    assert (ground.booth("A-001").id, ground.booth("A-002").id) == (other, one)


def test_a_former_version_comes_back_with_the_booths_that_are_still_there(desk: Desk, ground: Ground) -> None:
    kept = ground.booth("A-001").id
    desk.change("A-001", x=250)
    desk.drop("A-024")
    desk.publish()
    restore_version(desk.hall, version_of(desk.hall, 1), by=SYSTEM)
    desk.publish()
    assert ground.booth("A-001").id == kept and ground.booth("A-001").x_cm == 300
    assert ground.booth("A-024").x_cm > 0
    assert [version.number for version in versions_of(desk.hall)] == [3, 2, 1]


def test_the_draft_follows_what_is_blocked_on_the_live_plan(desk: Desk, ground: Ground) -> None:
    desk.change("A-001", x=250)
    block_booth(ground.booth("A-002"), "Trạm điện", by=SYSTEM)
    assert desk.plan.booths[desk.key("A-002")].reason == "Trạm điện"
    desk.publish()
    assert ground.booth("A-002").is_blocked


def test_adjacent_booths_share_an_edge(ground: Ground) -> None:
    near = adjacent_booths(ground.fair.id)
    codes = {booth.id: booth.code for booth in db.session.scalars(select(Booth).where(Booth.fair_id == ground.fair.id))}
    assert near.keys() == codes.keys()
    assert {codes[one] for one in near[ground.booth("A-002").id]} == {"A-001", "A-003", "A-008"}


def test_a_booth_held_at_the_moment_of_publishing_is_never_dropped(real_app: Flask) -> None:
    with real_app.app_context():
        ground = new_ground()
        desk = Desk(ground)
        codes = ["A-001", "A-003", "A-005", "A-013", "A-015", "A-017"]
        exhibitors = [ground.exhibitor().id for _ in codes]
        fair_id, hall_id = ground.fair.id, ground.hall.id
        booths = [ground.booth(code).id for code in codes]
    told: list[tuple[int, str]] = []
    for round_ in range(len(codes)):
        with real_app.app_context():
            desk = Desk(Ground(db.session.get_one(Fair, fair_id), db.session.get_one(Hall, hall_id)))
            discard_draft(desk.hall, by=SYSTEM)
            desk.drop(codes[round_])
            revision = desk.revision
        together = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            held = pool.submit(_holds, real_app, together, booths[round_], exhibitors[round_])
            published = pool.submit(_publishes, real_app, together, hall_id, revision)
            told.append((booths[round_], f"{held.result()} {published.result()}"))
    with real_app.app_context():
        for booth_id, what in told:
            live = db.session.scalars(
                select(BoothBooking).where(BoothBooking.booth_id == booth_id, BoothBooking.state.in_(LIVE))
            ).all()
            there = db.session.get(Booth, booth_id) is not None
            # Either it is held and stays, or it is gone and nobody has it.
            assert (what, there, len(live)) in {("held refused", True, 1), ("lost published", False, 0)}


def _holds(app: Flask, together: Barrier, booth_id: int, exhibitor_id: int) -> str:
    together.wait(30)
    with app.app_context():
        exhibitor = db.session.get_one(Exhibitor, exhibitor_id)
        booth = db.session.get(Booth, booth_id)
        if booth is None:
            return "lost"
        try:
            hold_booth(db.session.get_one(Fair, exhibitor.fair_id), booth, exhibitor, BoothOrder(), by=SYSTEM)
        except (NotFound, BoothTaken):
            return "lost"
        return "held"


def _publishes(app: Flask, together: Barrier, hall_id: int, revision: int) -> str:
    together.wait(30)
    with app.app_context():
        try:
            publish_draft(db.session.get_one(Hall, hall_id), revision=revision, by=SYSTEM)
        except BoothsInUse:
            return "refused"
        except DomainError as error:
            return error.code
        return "published"
