"""The archive is read without the program: a ZIP, tables, hashes, a page."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from fairs.closing.archive import make_archive
from fairs.closing.snapshots import take_snapshot
from fairs.core.actor import SYSTEM
from fairs.core.permissions import Role
from fairs.statements.figures import figures_of
from tests.factories.closing import closed_office
from tests.factories.programme import small_year
from tests.support.client import Client, login
from tests.support.jobs import run_jobs

pytestmark = pytest.mark.usefixtures("app")


def opened(content: bytes) -> tuple[zipfile.ZipFile, dict[str, str]]:
    """The ZIP and its list of hashes, which names every file but itself."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    sums = dict(reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines())
    assert archive.testzip() is None
    assert sorted(sums) == sorted(set(archive.namelist()) - {"SHA256SUMS"})
    assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in sums} == sums
    return archive, sums


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    text = archive.read(f"tables/{name}.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_file_has_its_hash_and_the_tables_add_up_to_the_figures() -> None:
    fair = small_year().trade
    snapshot = take_snapshot(fair, kind="closing", by=SYSTEM)
    archive, _sums = opened(make_archive(fair, by=SYSTEM).read())
    figures = {figure.key: figure.value for figure in figures_of(fair)}
    assert {row["key"]: Decimal(row["value"]) for row in table(archive, "figures")} == figures
    counted = [Decimal(row["usd"] or 0) for row in table(archive, "contracts") if row["counts"] == "yes"]
    assert sum(counted) == figures["contracts_verified"] > 0
    assert sum(int(row["visits"]) for row in table(archive, "visits")) == figures["visits"]
    booths = table(archive, "booths")
    assert len({row["exhibitor"] for row in booths}) == figures["exhibitors"]
    kept = gzip.decompress(archive.read(f"snapshot/records-{snapshot.id}.jsonl.gz")).decode().splitlines()
    sums: dict[str, Decimal] = {}
    for line in map(json.loads, kept):
        sums[line["figure"]] = sums.get(line["figure"], Decimal(0)) + Decimal(line["value"])
    assert sums == {key: value for key, value in figures.items() if key in sums}
    about = json.loads(archive.read(f"snapshot/snapshot-{snapshot.id}.json"))
    assert about["sha256"] == snapshot.sha256


def test_evidence_lies_under_its_contract_and_the_page_leads_to_every_file() -> None:
    place = closed_office(2)
    archive, sums = opened(make_archive(place.fair, by=SYSTEM).read())
    contracts = table(archive, "contracts")
    assert len(contracts) == 3
    for row in contracts:
        files = [name for name in archive.namelist() if name.startswith(f"evidence/{row['reference']}/")]
        assert [sums[name] for name in files] == [row["evidence_sha256"]]
    lines = table(archive, "contract_lines")
    assert sum(Decimal(row["amount"]) for row in lines) == sum(Decimal(row["value"]) for row in contracts)
    page = archive.read("index.html").decode()
    links = set(re.findall(r'href="([^"]+)"', page))
    assert links <= set(archive.namelist())
    alone = {"index.html"}
    assert set(archive.namelist()) - links - alone == set(), "every file is reached from the page"
    assert {"papers/statement-vi.pdf", "papers/statement-en.pdf", "papers/statement.xlsx"} <= set(archive.namelist())
    assert archive.read("papers/statement-vi.pdf").startswith(b"%PDF-")


def test_the_archive_holds_nobodys_telephone_or_address() -> None:
    year = small_year()
    for fair in (year.trade,):
        archive, _sums = opened(make_archive(fair, by=SYSTEM).read())
        for name in archive.namelist():
            if name.endswith((".csv", ".json", ".html")):
                assert "@" not in archive.read(name).decode(), name


def test_a_formula_in_a_name_is_harmless() -> None:
    place = closed_office(0)
    place.contract(exporter_id=place.company("=HYPERLINK(1)").id)
    archive, _sums = opened(make_archive(place.fair, by=SYSTEM).read())
    assert "'=HYPERLINK(1)" in {row["exporter"] for row in table(archive, "contracts")}


def test_the_worker_makes_it_and_who_may_downloads_it(app: Flask, client: Client) -> None:
    place = closed_office(1)
    path = f"/fairs/{place.fair.slug}/closing"
    login(client, place.user(Role.ORGANISER))
    assert client.submit(f"{path}/archives").status_code == 303
    assert client.submit(f"{path}/archives", follow_redirects=True).status_code == 200, (
        "a second one waits for the first"
    )
    assert "The archive is being made" in client.get(path, headers={"Accept-Language": "en"}).text
    assert run_jobs(app) == 1
    text = client.get(path).text
    link = re.search(r'href="(/fairs/[^"]+/archives/\d+\.zip)"', text)
    assert link is not None
    answer = client.get(link[1])
    assert answer.status_code == 200 and answer.mimetype == "application/zip"
    assert hashlib.sha256(answer.data).hexdigest() in text
    opened(answer.data)
    for role, status in ((Role.AUDITOR, 200), (Role.FINANCE, 403), (Role.LEADERSHIP, 403), (Role.DEALS, 403)):
        login(client, place.user(role))
        assert client.get(link[1]).status_code == status, role
        assert client.get(path).status_code == 200
        assert client.submit(f"{path}/archives").status_code == 403


def test_nothing_is_kept_before_the_fair_is_closed(client: Client) -> None:
    from tests.factories.deals import office

    place = office()
    login(client, place.user(Role.ORGANISER))
    answer: Any = client.submit(
        f"/fairs/{place.fair.slug}/closing/snapshots", {"kind": "closing"}, follow_redirects=True
    )
    assert answer.status_code == 200
