"""Contracts from spreadsheets: two sheets or one, problems at their cells, the same file twice, the command, the pages."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select

from fairs.contracts.import_models import ContractImport
from fairs.contracts.import_template import template
from fairs.contracts.importing import (
    KNOWN,
    LOGGED,
    NEW,
    WRONG,
    carry_on,
    check,
    hand_in,
    log_good,
    look_over,
    start,
    told,
)
from fairs.contracts.models import Contract
from fairs.contracts.reading import CONTRACT_HEADS, LINE_HEADS, country_code, head_of, read_contracts
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.core.tables import is_workbook, read_workbook
from tests.factories.deals import Office, office
from tests.support.client import Client, login
from tests.support.jobs import run_jobs


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def book(*sheets: list[list[Any]], name: str = "contracts.xlsx") -> Upload:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_numbers": False}) as file:
        day = file.add_format({"num_format": "dd/mm/yyyy"})
        for number, rows in enumerate(sheets):
            page = file.add_worksheet(f"S{number + 1}")
            for at, row in enumerate(rows):
                for column, value in enumerate(row):
                    if hasattr(value, "year"):
                        page.write_datetime(at, column, value, day)
                    elif value is not None:
                        page.write(at, column, value)
    return Upload(name, out.getvalue())


HEADS = ["key", "number", "exporter", "importer", "importer_country", "signed_on", "currency", "value", "incoterm"]
LINES = ["key", "hs_code", "description", "quantity", "unit", "amount"]


def heads(columns: list[str], locale: str = "en") -> list[str]:
    return [head_of(column, locale) for column in columns]


def row(place: Office, **values: Any) -> list[Any]:
    right = {
        "key": "A", "number": "HĐ 1/2026", "exporter": place.exporter.name, "importer": "MIHON trading kk", "importer_country": "Nhật Bản",
        "signed_on": place.fair.today, "currency": "USD", "value": 1500.5, "incoterm": "FOB",
    }  # fmt: skip
    return [{**right, **values}[key] for key in HEADS]


def two_sheets(place: Office, locale: str = "en", **values: Any) -> Upload:
    return book(
        [heads(HEADS, locale), row(place, **values)],
        [heads(LINES, locale), ["A", 4420.9, "Hộp sơn mài", 100, "chiếc", 1000.5], ["A", "6913.90", "Bình gốm", "12,5", "KGM", 500]],
    )  # fmt: skip


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Contract)) or 0


def found(judged: Any) -> list[tuple[int, int, str]]:
    return [(p.at.sheet, p.at.row, p.at.column) for one in judged for p in one.problems]


@pytest.mark.parametrize("locale", ["en", "vi"])
def test_two_sheets(place: Office, locale: str) -> None:
    judged = look_over(place.fair, read_contracts(two_sheets(place, locale)), SYSTEM)
    assert [one.outcome for one in judged] == [NEW], [told(p) for p in judged[0].problems]
    log_good(place.fair, judged, by=SYSTEM)
    assert judged[0].outcome == LOGGED
    contract = db.session.scalars(select(Contract)).one()
    assert (contract.reference, contract.number) == (judged[0].reference, "HĐ 1/2026")
    assert (contract.exporter, contract.importer) == (place.exporter, place.importer)
    assert [(line.hs_code, line.quantity, line.unit) for line in contract.lines] == [
        ("4420.90", Decimal(100), "PCE"),
        ("6913.90", Decimal("12.5"), "KGM"),
    ]


def test_the_same_file_twice(place: Office) -> None:
    file = two_sheets(place)
    log_good(place.fair, look_over(place.fair, read_contracts(file), SYSTEM), by=SYSTEM)
    again = look_over(place.fair, read_contracts(file), SYSTEM)
    log_good(place.fair, again, by=SYSTEM)
    assert [(one.outcome, one.reference) for one in again] == [(KNOWN, f"{place.fair.code}-C-000001")]
    assert count() == 1
    other = look_over(place.fair, read_contracts(two_sheets(place, number="hđ  1/2026")), SYSTEM)
    assert other[0].outcome == KNOWN
    assert look_over(place.fair, read_contracts(two_sheets(place, number="2")), SYSTEM)[0].outcome == NEW


def test_one_sheet_with_lines_below(place: Office) -> None:
    columns = [*HEADS[1:], "hs_code", "description", "quantity", "unit", "amount"]
    goods = ["4420.90", "Hộp", 10, "PCE"]
    rows = [
        heads(columns),
        [*row(place)[1:], *goods, 1000.5],
        [*[None] * 8, "6913", "Bình", 5, "SET", 500],
        [*row(place, number="2", value=700)[1:], *goods, None],
        [*row(place, number="2", value=700)[1:], *goods, None],
    ]
    judged = look_over(place.fair, read_contracts(book(rows)), SYSTEM)
    assert [(one.outcome, len(one.read.lines)) for one in judged] == [(NEW, 2), (NEW, 1), (KNOWN, 1)]


def test_a_csv_in_vietnamese_manner(place: Office) -> None:
    day = place.fair.today
    text = (
        "Số hợp đồng;Bên bán;Bên mua;Ngày ký;Giá trị;Điều kiện giao hàng;Mã HS;Tên hàng;Số lượng;ĐVT\r\n"
        f"7;{place.exporter.name};Mihon Trading KK;{day:%d/%m/%Y};1.500,50;FOB Hải Phòng;691390;Bình;10;bộ\r\n"
    )
    (one,) = look_over(place.fair, read_contracts(Upload("a.csv", text.encode())), SYSTEM)
    assert one.outcome == NEW, [told(problem) for problem in one.problems]
    assert one.draft is not None
    assert (one.draft.value, one.draft.incoterm, one.draft.lines[0].unit) == (Decimal("1500.50"), "FOB", "SET")


@pytest.mark.parametrize(
    ("values", "place_of"),
    [
        ({"exporter": "Nobody"}, (1, 2, "exporter")),
        ({"exporter": ""}, (1, 2, "exporter")),
        ({"importer": "Gốm Bát Tràng mẫu"}, (1, 2, "importer")),
        ({"importer_country": "Atlantis"}, (1, 2, "importer_country")),
        ({"signed_on": "soon"}, (1, 2, "signed_on")),
        ({"signed_on": "31/12/2099"}, (1, 2, "signed_on")),
        ({"value": "much"}, (1, 2, "value")),
        ({"value": 0}, (1, 2, "value")),
        ({"value": 1500.51}, (1, 2, "value")),
        ({"value": 10**13}, (1, 2, "value")),
        ({"currency": "XXX"}, (1, 2, "currency")),
        ({"incoterm": "DDU"}, (1, 2, "incoterm")),
    ],
)
def test_problems_have_their_cell(place: Office, values: dict[str, Any], place_of: tuple[int, int, str]) -> None:
    judged = look_over(place.fair, read_contracts(two_sheets(place, **values)), SYSTEM)
    assert judged[0].outcome == WRONG
    assert found(judged) == [place_of]
    said = told(judged[0].problems[0])
    assert said["head"]["vi"] == head_of(place_of[2], "vi")
    assert said["message"]["vi"]
    assert said["message"]["en"]


def test_problems_of_lines_have_the_row_of_their_sheet(place: Office) -> None:
    lines = [
        heads(LINES), ["A", "4420.10", "Hộp", 100, "PCE", 1000.5], ["A", "6913", "Bình", "x", "KGM", 500],
        ["B", "6913", "Bình", 1, "PCE", 5], ["A", "6913", "", 1, "barrel", 5],
    ]  # fmt: skip
    file = read_contracts(book([heads(HEADS), row(place)], lines))
    judged = look_over(place.fair, file, SYSTEM)
    assert sorted(found(judged)) == [(2, 2, "hs_code"), (2, 3, "quantity"), (2, 5, "description"), (2, 5, "unit")]
    moved = next(p for p in judged[0].problems if p.at.column == "hs_code")
    assert told(moved)["message"]["en"] == "4420.10 was split in 2022: use 4420.11 or 4420.19."
    assert [(p.at.sheet, p.at.row, p.at.column) for p in file.problems] == [(2, 4, "key")]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 broken", b"%PDF-1.7 x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"MZ\x00\x01", b"a;b\r\n1;2\r\n"]
)  # fmt: skip
def test_what_is_no_sheet_of_contracts(place: Office, content: bytes) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_contracts(Upload("contracts.xlsx", content))
    assert raised.value.field == "file"


def test_missing_columns_and_twins(place: Office) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_contracts(book([heads(["exporter", "importer", "value"]), ["a", "b", 1]]))
    assert "Signed on (Ngày ký)" in str(raised.value)
    place.company("Twin", country="FR")
    place.company("Twin", country="DE")
    both = look_over(place.fair, read_contracts(two_sheets(place, importer="Twin", importer_country="")), SYSTEM)
    assert found(both) == [(1, 2, "importer")]
    one = look_over(place.fair, read_contracts(two_sheets(place, importer="twin", importer_country="de")), SYSTEM)
    assert one[0].outcome == NEW


def test_parties_by_tax_code(place: Office) -> None:
    company = place.company("Lụa Vạn Phúc", tax_code="0100109106")
    (one,) = look_over(place.fair, read_contracts(two_sheets(place, exporter="0100109106")), SYSTEM)
    assert one.draft is not None
    assert one.draft.exporter_id == company.id
    assert [country_code(text) for text in ("", "de", "Đức", "Hoa Kỳ", "Japan", "xx?")] == [
        "",
        "DE",
        "DE",
        "US",
        "JP",
        None,
    ]


def test_all_or_nothing(place: Office) -> None:
    rows = [heads(HEADS), row(place), row(place, key="B", number="2", currency="XXX")]
    lines = [heads(LINES), ["A", "6913", "Bình", 1, "PCE", 1500.5], ["B", "6913", "Bình", 1, "PCE", 1500.5]]
    judged = look_over(place.fair, read_contracts(book(rows, lines)), SYSTEM)
    with pytest.raises(InvalidInput):
        log_good(place.fair, judged, by=SYSTEM, whole=True)
    assert count() == 0
    log_good(place.fair, judged, by=SYSTEM)
    assert [one.outcome for one in judged] == [LOGGED, WRONG]
    assert count() == 1


def test_an_import_goes_on_where_it_was_ended(place: Office) -> None:
    found = hand_in(place.fair, two_sheets(place), by=SYSTEM)
    check(found.id)
    assert (found.stage, found.count(NEW)) == ("ready", 1)
    start(found, whole=True, by=SYSTEM)
    with pytest.raises(InvalidTransition):
        start(found, whole=True, by=SYSTEM)
    # The worker was ended after the contract was logged and before that was noted.
    log_good(place.fair, look_over(place.fair, read_contracts(two_sheets(place)), SYSTEM), by=SYSTEM)
    carry_on(found.id)
    done = db.session.get_one(ContractImport, found.id, populate_existing=True)
    assert (done.stage, done.count(LOGGED), count()) == ("done", 1, 1)
    carry_on(found.id)
    assert count() == 1


def test_the_template_is_read_as_it_is_written(place: Office) -> None:
    content = template()
    assert is_workbook(content)
    grids = read_workbook(content)
    assert grids[0].rows[0] == heads(list(CONTRACT_HEADS), "vi")
    assert grids[1].rows[0][2:] == heads(list(LINE_HEADS), "vi")
    with pytest.raises(InvalidInput) as raised:
        read_contracts(Upload("t.xlsx", content))
    assert raised.value.field == "file"


def test_the_command(place: Office, app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "c.xlsx"
    file.write_bytes(two_sheets(place).content)
    runner = app.test_cli_runner()

    def run(*options: str) -> tuple[int, Any]:
        answer = runner.invoke(args=["contracts", "import", place.fair.slug, str(file), "--json", *options])
        return answer.exit_code, json.loads(answer.output)

    assert run("--dry-run")[1]["contracts"] == {"new": 1}
    assert count() == 0
    code, said = run()
    assert (code, said["contracts"], said["logged"]) == (0, {"logged": 1}, [f"{place.fair.code}-C-000001"])
    assert run()[1]["contracts"] == {"known": 1}
    file.write_bytes(two_sheets(place, number="9", currency="XXX").content)
    code, said = run()
    assert (code, said["contracts"]) == (2, {"wrong": 1})
    assert said["problems"] == [{"sheet": 1, "row": 2, "column": "Currency", "message": "Please choose a currency."}]
    file.write_bytes(b"x")
    assert run()[0] == 1


def test_the_pages(place: Office, client: Client) -> None:
    login(client, place.user(Role.DEALS))
    url = f"/fairs/{place.fair.slug}/deals/import"
    assert client.get(url).status_code == 200
    assert client.get(f"{url}/template.xlsx").data.startswith(b"PK")
    nothing = client.submit(url)
    assert nothing.status_code == 422

    def send(file: Upload) -> Any:
        return client.submit(url, {"file": (io.BytesIO(file.content), file.name)}, content_type="multipart/form-data")

    assert send(Upload("x.xlsx", b"%PDF-1.4")).status_code == 422
    rows = [heads(HEADS), row(place), row(place, key="B", number="2", currency="XXX")]
    lines = [
        heads(LINES),
        ["A", "6913", "Bình", 1, "PCE", 1500.5],
        ["B", "6913", "Bình", 1, "PCE", 1500.5],
        ["C", "6913", "x", 1, "PCE", 1],
    ]
    answer = send(book(rows, lines))
    assert answer.status_code == 303
    shown = client.get(answer.location)
    assert shown.status_code == 200
    assert count() == 0
    assert client.get(f"{answer.location}?format=xlsx").data.startswith(b"PK")
    assert client.get(f"{answer.location}?outcome=wrong").status_code == 200
    assert client.submit(answer.location, {"how": "whole"}).status_code == 422
    assert client.submit(answer.location, {"how": "good"}).status_code == 303
    assert count() == 1
    assert f"{place.fair.code}-C-000001" in client.get(answer.location).text
    assert client.submit(answer.location, {"how": "good"}).status_code == 409
    other = office()
    assert client.get(answer.location.replace(place.fair.slug, other.fair.slug)).status_code in {403, 404}


def test_a_long_file_is_the_workers(place: Office, client: Client, app: Flask) -> None:
    login(client, place.user(Role.DEALS))
    url = f"/fairs/{place.fair.slug}/deals/import"
    columns = [*HEADS[1:], "hs_code", "description", "quantity"]
    rows = [heads(columns), *([*row(place, number=f"N{n}")[1:], "6913", "Bình", 1] for n in range(201))]
    file = book(rows)
    answer = client.submit(url, {"file": (io.BytesIO(file.content), file.name)}, content_type="multipart/form-data")
    assert "every 2s" in client.get(answer.location).text
    run_jobs(app)
    assert client.submit(answer.location, {"how": "whole"}).status_code == 303
    assert "every 2s" in client.get(answer.location, headers={"HX-Request": "true"}).text
    run_jobs(app)
    assert count() == 201
    assert "every 2s" not in client.get(answer.location).text
