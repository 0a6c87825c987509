"""Figures kept at closing: the same from their records at any later time, and every tampering is found."""

from __future__ import annotations

import gzip
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from fairs.calendar.models import Fair
from fairs.calendar.service import change_state
from fairs.calendar.states import FairState
from fairs.closing.errors import NoSnapshot
from fairs.closing.models import FairSnapshot
from fairs.closing.snapshots import changes_since, kept_records, recompute, take_snapshot
from fairs.contracts.models import Contract
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.storage import put_key
from fairs.statements.figures import figures_of
from tests.factories.people import make_fair
from tests.factories.programme import small_year

pytestmark = pytest.mark.usefixtures("app")


def a_fair() -> Fair:
    return small_year().trade


def test_what_is_kept_is_what_the_figures_say_and_comes_out_again() -> None:
    fair = a_fair()
    said = {figure.key: (figure.value, figure.count) for figure in figures_of(fair)}
    steps: list[tuple[int, int]] = []
    snapshot = take_snapshot(fair, kind="closing", by=SYSTEM, tick=lambda n, of: steps.append((n, of)))
    kept = {one["key"]: (Decimal(one["value"]), one["count"]) for one in snapshot.figures}
    assert kept == said and any(value for value, _n in kept.values())
    assert steps == [(n, len(said)) for n in range(1, len(said) + 1)]
    verdict = recompute(snapshot)
    assert verdict.is_sound and {key: (one.value, one.count) for key, one in verdict.figures.items()} == said
    assert all(set(one["label"]) == {"vi", "en"} for one in snapshot.figures), "in both languages"


def test_the_same_records_make_the_same_file() -> None:
    fair = a_fair()
    one, two = (take_snapshot(fair, kind=kind, by=SYSTEM) for kind in ("closing", "report"))
    assert one.file.sha256 == two.file.sha256 and one.sha256 != two.sha256


def test_later_truth_stands_beside_it_record_by_record() -> None:
    fair = a_fair()
    snapshot = take_snapshot(fair, kind="closing", by=SYSTEM)
    assert changes_since(snapshot, "contracts_verified") == []
    gone, other = (
        db.session.get_one(Contract, one.id) for one in list(kept_records(snapshot, "contracts_verified"))[:2]
    )
    with transaction():
        contract = db.session.get_one(Contract, gone.id)
        contract.merged_into_id = other.id
        changed = db.session.get_one(Contract, other.id)
        changed.delivery = "60 ngày"
    found = {change.reference: change for change in changes_since(snapshot, "contracts_verified")}
    assert {reference: change.how for reference, change in found.items()} == {
        gone.reference: "went",
        other.reference: "changed",
    }
    assert found[other.reference].names == ("delivery",)
    assert found[gone.reference].after == 0 and found[gone.reference].before > 0
    assert recompute(snapshot).is_sound, "what was kept stays what it was"


def test_a_row_is_never_changed() -> None:
    snapshot = take_snapshot(a_fair(), kind="closing", by=SYSTEM)

    def change() -> None:
        with transaction():
            db.session.get_one(FairSnapshot, snapshot.id).records = 0

    with pytest.raises(RuntimeError, match="never changed"):
        change()


def put_back(snapshot: FairSnapshot, edit: Any) -> None:
    lines = [json.loads(raw) for raw in gzip.decompress(snapshot.file.read()).splitlines()]
    edit(lines)
    content = gzip.compress(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    put_key(snapshot.file.key, io.BytesIO(content))


def double(lines: list[dict[str, Any]]) -> None:
    lines[0]["value"] = str(Decimal(lines[0]["value"]) * 2)


def rewrite(lines: list[dict[str, Any]]) -> None:
    lines[0]["content"]["name"] = "Somebody else"


@pytest.mark.parametrize("edit", [double, rewrite, lambda lines: lines.pop(), lambda lines: lines.append(lines[0])])
def test_a_changed_file_is_found(edit: Any) -> None:
    snapshot = take_snapshot(a_fair(), kind="closing", by=SYSTEM)
    put_back(snapshot, edit)
    verdict = recompute(snapshot)
    assert not verdict.is_sound and [str(problem) for problem in verdict.problems]
    assert [key for key, one in verdict.figures.items() if not one.agrees]


def test_a_broken_file_is_said_to_be_broken() -> None:
    snapshot = take_snapshot(a_fair(), kind="closing", by=SYSTEM)
    put_key(snapshot.file.key, io.BytesIO(snapshot.file.read()[:-40]))
    verdict = recompute(snapshot)
    assert not verdict.is_sound and len(verdict.problems) >= 2


@pytest.mark.parametrize("column", ["figures", "records", "as_of", "sha256"])
def test_a_changed_row_is_found(column: str) -> None:
    snapshot = take_snapshot(a_fair(), kind="closing", by=SYSTEM)
    values = {
        "figures": json.dumps([{**snapshot.figures[0], "value": "999999"}, *snapshot.figures[1:]]),
        "records": snapshot.records + 1, "as_of": "2020-01-01 00:00:00", "sha256": "0" * 64,
    }  # fmt: skip
    with transaction():
        db.session.execute(
            text(f"UPDATE fair_snapshots SET {column} = :value WHERE id = :id"),
            {"value": values[column], "id": snapshot.id},
        )
    found = db.session.scalars(select(FairSnapshot).execution_options(populate_existing=True)).one()
    assert not recompute(found).is_sound


def test_no_fair_is_reported_before_its_figures_are_kept() -> None:
    fair = make_fair("CL1", FairState.CLOSED, in_days=-5)
    with pytest.raises(NoSnapshot):
        change_state(fair, FairState.REPORTED, by=SYSTEM)
    take_snapshot(fair, kind="report", by=SYSTEM)
    assert change_state(fair, FairState.REPORTED, by=SYSTEM).state is FairState.REPORTED


def test_the_command_line_checks_and_says_so(app: Flask) -> None:
    fair = a_fair()
    run = app.test_cli_runner().invoke
    assert run(args=["closing", "verify", fair.slug]).exit_code == 1, "nothing is kept yet"
    assert run(args=["closing", "snapshot", fair.slug]).exit_code == 0
    sound = run(args=["closing", "verify", fair.slug])
    assert sound.exit_code == 0 and "sound, sha256 " in sound.output and "DIFFERS" not in sound.output
    put_back(db.session.scalars(select(FairSnapshot)).one(), double)
    found = run(args=["closing", "verify", fair.slug])
    assert found.exit_code == 1 and "DIFFERS" in found.output and "CHANGED SINCE" in found.output
