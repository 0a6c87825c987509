"""The rules of gates, in Python and in TypeScript, by the same vectors."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fairs.badges.states import BadgeCategory
from fairs.checkin.rules import STAFF, Direction, FairFacts, GateFacts, Seen, judge
from fairs.checkin.states import Verdict

ROOT = Path(__file__).parents[3]
VECTORS = json.loads((ROOT / "tests/data/gate-vectors.json").read_text())
NOTHING = {"since": None, "at": None, "day": None, "hours": None, "warn_capacity": False}
#: Bundled with the rules: judges every line of what it is given.
JUDGE_ALL = """
import { judge } from './frontend/scanner/rules';
import { readFileSync } from 'node:fs';
const cases = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(cases.map((c) => judge(c.seen, c.gate, c.fair, c.direction, c.moment))));
"""


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
