"""The auditor's sample: the same for the same seed, complete, masked, and written down."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from fairs.closing.models import AuditSample
from fairs.closing.samples import draw_sample
from fairs.closing.sampling import Item, Wish, draw
from fairs.closing.snapshots import take_snapshot
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.permissions import Role
from tests.factories.closing import closed_office
from tests.factories.programme import small_year
from tests.integration.closing.test_archive import opened
from tests.support.client import Client, login

WISH = Wish(("contracts", "visits", "importers", "bookings"), "number", 4, 2020)


def items(*values: int) -> list[Item]:
    return [Item(number, f"R{number}", Decimal(value), "Contract") for number, value in enumerate(values, 1)]


@given(st.lists(st.integers(0, 10**9), max_size=60), st.integers(0, 2**53 - 1), st.integers(1, 70), st.booleans())
def test_a_draw_is_a_part_of_the_records_and_the_same_again(
    values: list[int], seed: int, number: int, weighted: bool
) -> None:
    wish = Wish(("contracts",), "number", number, seed, weighted)
    all_of_them = items(*values)
    drawn = draw(all_of_them, "contracts", wish)
    assert drawn == draw(list(all_of_them), "contracts", wish)
    assert [item.id for item in drawn] == sorted({item.id for item in drawn})
    assert len(drawn) == min(number, len(values)) if not weighted else len(drawn) <= min(number, len(values))


def test_other_seeds_draw_other_records_and_percent_rounds_up() -> None:
    many = items(*range(1, 101))
    first, second = (draw(many, "contracts", Wish(("contracts",), "number", 10, seed)) for seed in (1, 2))
    assert first != second and len(first) == 10
    assert len(draw(items(*range(101)), "contracts", Wish(("contracts",), "percent", 10, 1))) == 11


def test_by_value_a_record_larger_than_the_step_is_always_drawn() -> None:
    for seed in range(30):
        drawn = draw(items(10, 10, 5000, 10, 10), "contracts", Wish(("contracts",), "number", 3, seed, True))
        assert 3 in {item.id for item in drawn}


@pytest.mark.parametrize(
    "bad",
    [
        {"kinds": ()},
        {"kinds": ("people",)},
        {"amount": 0},
        {"amount": 301},
        {"method": "percent", "amount": 101},
        {"seed": -1},
    ],
)
def test_odd_wishes_are_refused(app: Any, bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        draw_sample(closed_office(0).fair, replace(WISH, **bad), None, by=SYSTEM)


def parts(sample: AuditSample) -> dict[str, bytes]:
    archive, _sums = opened(sample.file.read())
    return {name: archive.read(name) for name in archive.namelist()}


def test_two_draws_with_one_seed_have_the_same_index_and_records(app: Any) -> None:
    fair = small_year().trade
    snapshot = take_snapshot(fair, kind="closing", by=SYSTEM)
    one, two = (draw_sample(fair, WISH, snapshot, by=SYSTEM) for _ in range(2))
    assert one.picked == two.picked and one.sha256 == two.sha256
    first, second = parts(one), parts(two)
    same = [name for name in first if name.startswith(("index", "records/", "evidence/"))]
    assert len(same) > 4 and {name: first[name] for name in same} == {name: second[name] for name in same}
    other = draw_sample(fair, replace(WISH, seed=7), snapshot, by=SYSTEM)
    assert other.sha256 != one.sha256
    rows = list(csv.DictReader(io.StringIO(first["index.csv"].decode("utf-8-sig"))))
    assert len(rows) == sum(len(ids) for ids in one.picked.values())
    assert {row["record"] for row in rows} | {
        row["audit"] if "audit" in row else row["audit_rows"] for row in rows
    } <= set(first)


def test_a_contract_comes_with_its_paper_its_history_and_what_was_kept(app: Any) -> None:
    place = closed_office(3)
    snapshot = take_snapshot(place.fair, kind="closing", by=SYSTEM)
    sample = draw_sample(place.fair, Wish(("contracts",), "percent", 100, 5), snapshot, by=SYSTEM)
    assert sample.population == {"contracts": 3} and len(sample.picked["contracts"]) == 3
    found = parts(sample)
    rows = list(csv.DictReader(io.StringIO(found["index.csv"].decode("utf-8-sig"))))
    for row in rows:
        record = json.loads(found[row["record"]])
        assert record["kept"]["reference"] == record["now"]["content"]["reference"] == row["reference"]
        assert row["evidence"] in found
        actions = [entry["action"] for entry in json.loads(found[row["audit_rows"]])]
        assert actions[:2] == ["contracts.log", "contracts.verify"]
    assert json.loads(found["draw.json"])["snapshot"]["sha256"] == snapshot.sha256


def test_an_auditor_draws_and_downloads_and_others_do_not(app: Any, client: Client) -> None:
    place = closed_office(2)
    path = f"/fairs/{place.fair.slug}/audit-sample"
    login(client, place.user(Role.AUDITOR))
    assert client.get(path).status_code == 200
    bad = client.submit(
        path, {"kinds": ["contracts"], "method": "number", "amount": "0", "seed": "77", "snapshot": "0"}
    )
    assert bad.status_code == 422 and 'value="77"' in bad.text, "what was typed stays"
    none = client.submit(path, {"method": "number", "amount": "5", "seed": "77", "snapshot": "0"})
    assert none.status_code == 422
    typed = {"kinds": ["contracts", "importers"], "method": "number", "amount": "5", "seed": "77", "snapshot": "0"}
    assert client.submit(path, typed).status_code == 303
    sample = db.session.scalars(select(AuditSample)).one()
    assert (sample.seed, sample.population) == (77, {"contracts": 2, "importers": 0})
    answer = client.get(f"{path}/{sample.id}.zip")
    assert answer.status_code == 200 and zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
    assert "77" in client.get(path).text
    login(client, place.user(Role.DEALS))
    assert [client.get(one).status_code for one in (path, f"{path}/{sample.id}.zip")] == [403, 403]
