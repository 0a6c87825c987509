"""The rules of gates, in Python and in TypeScript, by the same vectors; and where a person is."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from fairs.badges.states import BadgeCategory
from fairs.checkin.rules import STAFF, Direction, FairFacts, GateFacts, Seen, judge
from fairs.checkin.states import Verdict
from fairs.checkin.whereabouts import Presence

ROOT = Path(__file__).parents[3]
VECTORS = json.loads((ROOT / "tests/data/gate-vectors.json").read_text())
NOTHING = {"since": None, "at": None, "day": None, "hours": None, "warn_capacity": False}
IN, OUT = Direction.IN, Direction.OUT
AT = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
#: Bundled with the rules: judges every line of what it is given.
JUDGE_ALL = """
import { judge } from './frontend/scanner/rules';
import { readFileSync } from 'node:fs';
const cases = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(cases.map((c) => judge(c.seen, c.gate, c.fair, c.direction, c.moment))));
"""


def at(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


def whole(case: dict[str, Any]) -> dict[str, Any]:
    """A case with what it takes from the base."""
    base = VECTORS["base"]
    gate = {**base["gate"], **case.get("gate", {})}
    if gate["zone"] is not None:
        gate["zone"] = {**VECTORS["zone"], **gate["zone"]}
    return {
        "seen": {**base["seen"], **case.get("seen", {})}, "gate": gate, "fair": {**base["fair"], **case.get("fair", {})},
        "direction": case.get("direction", base["direction"]), "moment": case.get("moment", base["moment"]),
    }  # fmt: skip


def in_python(case: dict[str, Any]) -> dict[str, Any]:
    return judge(
        Seen.from_json(case["seen"]), GateFacts.from_json(case["gate"]), FairFacts.from_json(case["fair"]),
        Direction(case["direction"]), datetime.fromisoformat(case["moment"]),
    ).to_json()  # fmt: skip


@pytest.fixture(scope="module")
def in_typescript(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[dict[str, Any]]], Any]:
    """Judges many cases in one process of node."""
    script = tmp_path_factory.mktemp("rules") / "judge.mjs"
    command = ["node_modules/.bin/esbuild", "--bundle", "--platform=node", "--format=esm", f"--outfile={script}"]
    subprocess.run([*command, "--log-level=error"], input=JUDGE_ALL, text=True, check=True, cwd=ROOT)

    def run(cases: list[dict[str, Any]]) -> Any:
        done = subprocess.run(
            [str(ROOT / ".venv/bin/node"), str(script)],
            input=json.dumps(cases),
            text=True,
            check=True,
            capture_output=True,
        )
        return json.loads(done.stdout)

    return run


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_vectors_in_python(case: dict[str, Any]) -> None:
    assert in_python(whole(case)) == {**NOTHING, **case["expect"]}


def test_vectors_in_typescript(in_typescript: Callable[[list[dict[str, Any]]], Any]) -> None:
    answers = in_typescript([whole(case) for case in VECTORS["cases"]])
    for case, answer in zip(VECTORS["cases"], answers, strict=True):
        assert (case["name"], answer) == (case["name"], {**NOTHING, **case["expect"]})


def test_every_verdict_of_the_rules_has_a_vector() -> None:
    reached = {case["expect"]["verdict"] for case in VECTORS["cases"]}
    assert reached == set(Verdict) - {Verdict.QUARANTINED}


def _made_up(chance: random.Random) -> dict[str, Any]:
    """A case as no person would think of it."""
    day = [f"2026-10-{n:02d}" for n in range(10, 21)]
    hour = ["00:00", "00:30", "02:00", "08:00", "09:30", "12:00", "18:00", "23:59", "24:00", None, None]

    def moment() -> str:
        return f"{chance.choice(day)}T{chance.randrange(24):02d}:{chance.choice([0, 1, 29, 30, 59]):02d}:{chance.randrange(60):02d}"

    def sometimes(make: Callable[[], Any], share: float = 0.3) -> Any:
        return make() if chance.random() < share else None

    categories = [str(one) for one in BadgeCategory]
    rules = [
        {
            "categories": chance.sample(categories, chance.choice([0, 0, 1, 3, 9])),
            "days": chance.choice(["all", "fair", "build_up", "dismantling", "last_day", chance.sample(day, 2)]),
            "from": chance.choice(hour[:-3]) if chance.random() < 0.5 else None, "to": chance.choice(hour),
            "allow": chance.random() < 0.8, "once": chance.random() < 0.3, "staff_only": chance.random() < 0.2,
        }
        for _ in range(chance.randrange(5))
    ]  # fmt: skip
    rules = [rule for rule in rules if rule["from"] != "24:00"]
    known = chance.random() < 0.8
    zone = {"code": "h1", "capacity": chance.choice([None, 1, 10, 15]), "warn_at": chance.choice([50, 80, 100]),
            "inside": chance.randrange(17), "paused": chance.random() < 0.2}  # fmt: skip
    return {
        "seen": {
            "known": known, "signed": chance.random() < 0.8, "other_fair": chance.random() < 0.1,
            "category": chance.choice(categories) if known else None, "revoked_at": sometimes(moment, 0.1),
            "replaced_at": sometimes(moment, 0.1), "inside_since": sometimes(moment), "first_in_at": sometimes(moment),
            "last_out_at": sometimes(moment), "entries_today": chance.randrange(3),
        },
        "gate": {"code": "g", "direction": chance.choice(["in", "out", "both", "both", "both"]), "is_open": chance.random() < 0.9,
                 "zone": chance.choice([None, zone]), "unknown_signed": chance.choice(["admit", "refuse"]), "rules": rules},
        "fair": {"fair_days": day[3:7], "build_up_days": day[1:3], "dismantling_days": sometimes(lambda: day[7:8], 0.5) or [],
                 "is_called_off": chance.random() < 0.05, "is_rehearsal": chance.random() < 0.1},
        "direction": chance.choice(["in", "in", "in", "out"]), "moment": moment(),
    }  # fmt: skip


def test_both_languages_judge_alike_whatever_comes(in_typescript: Callable[[list[dict[str, Any]]], Any]) -> None:
    chance = random.Random(20261014)
    cases = [_made_up(chance) for _ in range(4000)]
    reached = set()
    for case, theirs in zip(cases, in_typescript(cases), strict=True):
        ours = in_python(case)
        assert ours == theirs, case
        reached.add(ours["reason_code"])
    assert reached >= {case["expect"]["reason_code"] for case in VECTORS["cases"]}


def test_staff_are_categories_of_badges() -> None:
    assert set(BadgeCategory) >= STAFF
    assert not any(BadgeCategory(one).counts_as_visitor for one in STAFF)


def test_a_batch_of_500_is_judged_in_milliseconds() -> None:
    """15,000 scans a second leave 66 µs for each; judging is a small part of them. The limit has room for a busy machine."""
    case = whole({"seen": {"category": "trade"}, "gate": {"zone": {"inside": 10}}})
    facts = GateFacts.from_json(case["gate"]), FairFacts.from_json(case["fair"]), Direction.IN
    moment = datetime.fromisoformat(case["moment"])

    def batch() -> float:
        started = time.perf_counter()
        for _ in range(500):
            judge(Seen(True, True, False, "trade"), *facts, moment)
        return time.perf_counter() - started

    assert min(batch() for _ in range(20)) < 500 * 15e-6


def test_only_what_lets_in_lets_in() -> None:
    assert {verdict for verdict in Verdict if verdict.lets_in} == {
        Verdict.WELCOME,
        Verdict.ALREADY_INSIDE,
        Verdict.GOODBYE,
    }


def test_presence_of_a_day() -> None:
    came = Presence().after(IN, at(0))
    assert (came.first_in_at, came.inside_since, came.left_at) == (at(0), at(0), None)
    assert came.after(IN, at(10)).inside_since == at(0)
    left = came.after(IN, at(10)).after(OUT, at(60))
    assert (left.first_in_at, left.inside_since, left.left_at) == (at(0), None, at(60))
    back = left.after(IN, at(90))
    assert (back.first_in_at, back.inside_since, back.left_at) == (at(0), at(90), at(60))


def test_leaving_first_proves_no_entry() -> None:
    assert Presence().after(OUT, at(5)).first_in_at is None


def _ways(moves: list[Any]) -> Iterator[Presence]:
    for order in permutations(moves):
        presence = Presence()
        for direction, moment, zone in order:
            presence = presence.after(direction, moment, zone)
        yield presence


def test_scans_that_arrive_late_lead_to_the_same_place() -> None:
    moves = [(IN, at(0), None), (OUT, at(60), None), (IN, at(90), None), (OUT, at(200), None)]
    ends = {(one.first_in_at, one.inside_since, one.left_at, one.zone) for one in _ways(moves)}
    assert ends == {(at(0), None, at(200), None)}


def test_one_is_in_one_hall_at_a_time_whatever_arrives_first() -> None:
    moves = [(IN, at(0), 1), (IN, at(30), 2), (IN, at(50), 1), (IN, at(70), 2)]
    for presence in _ways(moves):
        assert presence.first_in_at == at(0)
        assert presence.since_in(None) == at(0)
        assert presence.since_in(1) is None
        assert presence.since_in(2) is not None
    gone = Presence().after(IN, at(0), 1).after(OUT, at(30), 1)
    assert (gone.since_in(1), gone.since_in(None)) == (None, None)


def test_who_leaves_a_room_inside_the_fair_is_still_at_the_fair() -> None:
    lounge = Presence().after(IN, at(0)).after(IN, at(10), 7)
    assert (lounge.since_in(7), lounge.since_in(None)) == (at(10), at(0))
    hall = lounge.after(OUT, at(20), 7, stays=True)
    assert (hall.since_in(7), hall.since_in(None), hall.left_at) == (None, at(0), None)


def test_a_late_leaving_does_not_throw_out_who_came_back() -> None:
    moves = [(IN, at(0), 1), (OUT, at(60), 1), (IN, at(90), 1)]
    ends = {(one.first_in_at, one.inside_since, one.left_at, one.zone) for one in _ways(moves)}
    assert ends == {(at(0), at(90), at(60), 1)}


def test_a_late_entry_is_no_re_entry() -> None:
    assert Presence().after(IN, at(30)).after(IN, at(10)).first_in_at == at(10)
