"""The pages of imported lists and the command: who may what, a list from the file to the undo, hostile files, passports."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.contacts.models import ContactImport, ContactRow
from fairs.contacts.states import ImportKind, ImportState, RowState
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.core.storage import StoredFile, Upload
from fairs.directory.models import Person
from fairs.funding.external import Asked, external_matches
from fairs.funding.external_models import ExternalSupport
from fairs.identity.service import passport_digest
from fairs.invitations.models import Invitee
from tests.factories.contacts import contact, csv_list, grouped_workbook, many_contacts
from tests.factories.deals import Office, office
from tests.integration.contacts.test_import import known_buyer
from tests.support.client import Client, login
from tests.support.jobs import run_jobs
from tests.support.queries import counted_queries
from tests.support.sheets import read_sheets


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


@pytest.fixture
def path(place: Office, client: Client) -> str:
    login(client, place.user(Role.ORGANISER))
    client.get("/language/en")
    return f"/fairs/{place.fair.slug}/contacts"


def send(client: Client, path: str, upload: Upload, **changes: str) -> Any:
    form = {
        "source_kind": "embassy",
        "source_name": "Embassy in Tokyo",
        "file": (io.BytesIO(upload.content), upload.name),
    }
    return client.submit(path, form | changes, content_type="multipart/form-data")


def newest() -> ContactImport:
    query = select(ContactImport).order_by(ContactImport.id.desc()).execution_options(populate_existing=True)
    found = db.session.scalars(query).first()
    assert found is not None
    return found


def layout_form(found: ContactImport, **changes: str) -> dict[str, str]:
    form = {f"column-{at}": role for at, role in enumerate(found.layout["columns"])}
    places = {
        "sheet": str(found.layout["sheet"]),
        "row": str(found.layout["row"]),
        "head_rows": str(found.layout["head_rows"]),
    }
    return form | places | changes


def test_a_list_through_the_pages(place: Office, client: Client, path: str) -> None:
    known_buyer()
    upload = csv_list([
        contact("田中 太郎", "見本商会", "日本", "taro@mihon.jp.example"),
        contact("Tanaka Hanako", "Other", "Japan", "hanako@other.jp.example"),
        contact("No Land", "Nowhere", "Atlantis", "=cmd|' /C calc'!A0"),
    ], title="DANH SÁCH")  # fmt: skip
    assert client.get(path).status_code == 200
    answer = send(client, path, upload)
    found = newest()
    assert answer.status_code == 303 and answer.location.endswith(f"/contacts/{found.id}")
    page = client.get(f"{path}/{found.id}").text
    assert "DANH SÁCH" in page and "田中 太郎" in page and "Họ và tên" in page
    client.submit(f"{path}/{found.id}", layout_form(found, do="check"))
    page = client.get(f"{path}/{found.id}").text
    assert "is it somebody we know?" in page and "Import 1 row" in page and "a formula stands here" in page
    assert db.session.scalar(select(func.count()).select_from(Invitee)) == 0
    sheet = read_sheets(client.get(f"{path}/{found.id}/errors.xlsx").data)[0]
    assert [cell[0] for cell in sheet[1]].count("formula") == 0
    assert "Atlantis" in sheet[1][-1][1] and ("text", "=cmd|' /C calc'!A0") in sheet[1]
    to_decide = client.get(f"{path}/{found.id}/decide").location
    page = client.get(to_decide).text
    assert "same name and country" in page and "Kyoto Crafts K.K." in page
    wrong = client.submit(to_decide, {"person": "77"})
    assert wrong.status_code == 422 and "Please say who it is." in wrong.text
    assert client.submit(to_decide, {"person": "new"}).location.endswith(f"/contacts/{found.id}")
    client.submit(f"{path}/{found.id}", {"do": "import"})
    page = client.get(f"{path}/{found.id}").text
    assert "Undo the import" in page and newest().state is ImportState.DONE
    assert db.session.scalar(select(func.count()).select_from(Invitee)) == 2
    client.submit(f"{path}/{found.id}", {"do": "undo"})
    assert newest().state is ImportState.UNDONE
    assert db.session.scalar(select(func.count()).select_from(Invitee)) == 0
    assert "Embassy in Tokyo" in client.get(path).text


def test_another_sheet_and_row_of_heads(place: Office, client: Client, path: str) -> None:
    send(client, path, grouped_workbook([("Muster GmbH", "DE", "", "Jo", "jo@muster.de.example", "", "")]))
    found = newest()
    key = found.id
    client.submit(f"{path}/{key}", layout_form(found, do="look", row="3", head_rows="1"))
    assert newest().layout["columns"][0] == "company" and newest().layout["row"] == 3
    for changes, said in (
        ({"row": "x"}, "no such row"), ({"row": "99999"}, "no such row"), ({"sheet": "7"}, "choose a sheet"),
        ({"column-0": "name", "column-1": "name"}, "cannot both be"),
        ({f"column-{at}": "" for at in range(7)}, "Say at least which column"),
        ({"do": "nothing"}, "choose one of the buttons"),
    ):  # fmt: skip
        answer = client.submit(f"{path}/{key}", layout_form(newest(), **({"do": "check"} | changes)))
        assert answer.status_code == 422 and said in answer.text
    client.submit(f"{path}/{key}", layout_form(found, do="look", sheet="0", row="1", head_rows="1"))
    assert newest().layout["sheet"] == 0
    client.submit(f"{path}/{key}", layout_form(newest(), do="drop"))
    assert client.get(f"{path}/{key}").status_code == 404
    assert not db.session.scalars(select(StoredFile)).all()


def test_many_rows_are_the_workers(app: Flask, place: Office, client: Client, path: str) -> None:
    send(client, path, many_contacts(320))
    found = newest()
    key = found.id
    client.submit(f"{path}/{key}", layout_form(found, do="check"))
    page = client.get(f"{path}/{key}", headers={"HX-Request": "true"}).text
    assert 'hx-trigger="every 2s"' in page and "<html" not in page
    run_jobs(app)
    client.submit(f"{path}/{key}", {"do": "import"})
    assert "rows imported" in client.get(f"{path}/{key}", headers={"HX-Request": "true"}).text
    run_jobs(app)
    page = client.get(f"{path}/{key}", headers={"HX-Request": "true"}).text
    assert "every 2s" not in page and newest().state is ImportState.DONE
    with counted_queries() as few:
        client.get(f"{path}/{key}?state=wrong")
    with counted_queries() as many:
        client.get(f"{path}/{key}?state=imported")
    assert len(few) == len(many)


@pytest.mark.parametrize("role", [Role.HOSPITALITY, Role.AUDITOR, Role.FINANCE, Role.GATE_SUPERVISOR])
def test_who_may_what(place: Office, client: Client, path: str, role: Role) -> None:
    send(client, path, csv_list([contact("A", "B", "UK", "a@b.uk.example")]))
    key = newest().id
    other = office()
    support = f"/fairs/{place.fair.slug}/support/external"
    assert client.get(f"/fairs/{other.fair.slug}/contacts/{key}").status_code in (403, 404)
    login(client, place.user(role))
    sees = role in (Role.HOSPITALITY, Role.AUDITOR)
    assert client.get(path).status_code == client.get(f"{path}/{key}").status_code == (200 if sees else 403)
    acts = role is Role.HOSPITALITY
    assert client.submit(f"{path}/{key}", {"do": "drop"}).status_code == (303 if acts else 403)
    assert client.get(support).status_code == (200 if role in (Role.AUDITOR, Role.FINANCE) else 403)
    assert client.get(f"{support}/{key}").status_code == (404 if role in (Role.AUDITOR, Role.FINANCE) else 403)
    assert send(client, support, Upload("x.csv", b"%PDF")).status_code == (422 if role is Role.FINANCE else 403)


def test_support_of_another_office(place: Office, client: Client, path: str) -> None:
    person, company = known_buyer()
    support = f"/fairs/{place.fair.slug}/support/external"
    heads = (
        "STT",
        "Họ và tên",
        "Đơn vị",
        "Mã số thuế",
        "Quốc tịch",
        "Số hộ chiếu",
        "Nội dung hỗ trợ",
        "Từ ngày",
        "Đến ngày",
        "Số tiền",
        "Số QĐ",
        "Số vé",
    )
    upload = csv_list([
        (1, "TANAKA HANAKO", "Kyoto Crafts", "", "Nhật", "TK 1234567", "Vé máy bay", "10/03/2026", "2026-03-14", "12.500.000", "12/QĐ", ""),
        (2, "Khách Mẫu", "Gốm Mẫu", "", "", "", "Phòng", "01/01/2026", "", "1,500,000", "13/QĐ", "738-1234567890"),
        (3, "Sai Ngày", "", "", "", "??", "", "14/03/2026", "10/03/2026", "abc", "", ""),
    ], heads)  # fmt: skip
    send(client, support, upload, source_name="Sở Du lịch")
    found = newest()
    assert found.kind is ImportKind.SUPPORT
    page = client.get(f"{support}/{found.id}").text
    assert "TK 1234567" not in page and "•••" in page
    stored = db.session.get_one(StoredFile, found.file_id or 0).read()
    assert b"1234567" not in stored
    client.submit(f"{support}/{found.id}", layout_form(found, do="check"))
    kept = json.dumps([[row.data, row.cells] for row in db.session.scalars(select(ContactRow))])
    assert '1234567"' not in kept.replace("7381234567890", "") and "TK1234567" not in kept
    sheet = read_sheets(client.get(f"{support}/{found.id}/errors.xlsx").data)[0]
    assert "•••" in [cell[1] for cell in sheet[1]]
    client.submit(f"{support}/{found.id}", {"do": "import"})
    rows = db.session.scalars(select(ExternalSupport).order_by(ExternalSupport.row)).all()
    assert [(row.office, row.amount_minor, row.country) for row in rows] == [
        ("Sở Du lịch", 12_500_000, "JP"),
        ("Sở Du lịch", 1_500_000, ""),
    ]
    days = rows[0].starts_on, rows[0].ends_on
    assert external_matches(Asked(company, None, "", "", "", *days)) == [rows[0]]
    assert external_matches(Asked(None, person.id, "", "", "", *days)) == [rows[0]]
    assert external_matches(Asked(None, None, passport_digest("tk-1234567"), "", "", *days)) == [rows[0]]
    assert (
        external_matches(
            Asked(company, person.id, passport_digest("tk1234567"), "", "", rows[1].starts_on, rows[1].starts_on)
        )
        == []
    )
    assert external_matches(Asked(None, None, "", "738 1234567890", "", *days)) == [rows[1]]
    assert external_matches(Asked(None, None, "", "", "", *days)) == []
    assert "TANAKA HANAKO" in client.get(support).text and "TANAKA" not in client.get(f"{support}?q=khach").text
    # The same list again: nothing of it is kept twice.
    send(client, support, upload, source_name="Sở Du lịch")
    client.submit(f"{support}/{newest().id}", layout_form(newest(), do="check"))
    states = db.session.scalars(
        select(ContactRow.state).where(ContactRow.import_id == newest().id).order_by(ContactRow.row)
    ).all()
    assert states == [RowState.KNOWN, RowState.KNOWN, RowState.WRONG]
    client.submit(f"{support}/{found.id}", {"do": "undo"})
    assert not db.session.scalars(select(ExternalSupport)).all()


def test_bad_input_is_said_at_its_place(place: Office, client: Client, path: str) -> None:
    upload = csv_list([contact("A", "B", "UK", "a@b.uk.example")])
    answer = send(client, path, upload, source_name="", source_kind="nobody")
    assert answer.status_code == 422 and "Please fill this in." in answer.text and "Not a valid choice" in answer.text
    assert client.submit(path, {"source_kind": "embassy", "source_name": "X"}).status_code == 422
    page = send(client, path, Upload("x.xls", b"<html><table><tr><td>a@b.de</td></tr></table></html>"))
    assert page.status_code == 422 and "This is not a spreadsheet" in page.text and "Embassy in Tokyo" in page.text
    send(client, path, upload)
    found = newest()
    for tail in ("?state=nonsense", "?cursor=x", f"/decide/{10**9}"):
        assert client.get(f"{path}/{found.id}{tail}").status_code in (200, 404, 422)
    assert client.submit(f"{path}/{found.id}", {"do": "import"}).status_code == 303  # not compared yet: nothing happens
    client.submit(f"{path}/{found.id}", layout_form(found, do="check"))
    assert client.submit(f"{path}/{found.id}", {"do": "all", "people": "maybe"}).status_code == 422
    assert newest().state is ImportState.PREVIEW


def test_the_command(app: Flask, place: Office, tmp_path: Path) -> None:
    known_buyer()
    file = tmp_path / "list.csv"
    file.write_bytes(csv_list([
        contact("New One", "New Firm", "France", "new@firm.fr.example"), contact("Tanaka Hanako", "Other", "Japan", "x@other.jp.example"),
        contact("Wrong", "Firm", "Atlantis"),
    ]).content)  # fmt: skip
    run = app.test_cli_runner()
    before = db.session.scalar(select(func.count()).select_from(Person))
    said = json.loads(
        run.invoke(args=["importers", "import", place.fair.slug, str(file), "--dry-run", "--json"]).output
    )
    assert said["rows"] == {"new": 1, "unsure": 1, "wrong": 1} and said["problems"][0]["row"] == 4
    assert db.session.scalar(select(func.count()).select_from(Person)) == before
    said = json.loads(
        run.invoke(args=["importers", "import", place.fair.slug, str(file), "--json", "--source", "Consulate"]).output
    )
    assert said["rows"] == {"imported": 1, "unsure": 1, "wrong": 1} and said["state"] == "waiting"
    file.write_bytes(b"%PDF-1.7")
    result = run.invoke(args=["importers", "import", place.fair.slug, str(file)])
    assert result.exit_code == 1 and re.search("not a spreadsheet", result.output)
    assert run.invoke(args=["importers", "import", "no-such-fair", str(file)]).exit_code == 1
