"""Applications as staff see them: list, decision, sheet, filing for somebody; who may do what."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.directory.models import Filing
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from tests.factories.exhibitors import new_office, new_user
from tests.support.client import Client, login
from tests.support.queries import counted_queries

S = ExhibitorState


def test_roles_and_the_list(app: Flask, new_client: Any) -> None:
    office = new_office()
    exhibitor = office.submitted()
    base = f"/fairs/{office.fair.slug}/exhibitors"
    expected = {
        Role.ORGANISER: (200, 200, 303), Role.BOOTH_SALES: (200, 200, 403), Role.AUDITOR: (200, 200, 403),
        Role.GATE_SUPERVISOR: (403, 403, 403),
    }  # fmt: skip
    for role, answers in reversed(expected.items()):
        client = new_client()
        login(client, office.staff(role))
        got = (
            client.get(base).status_code,
            client.get(f"{base}/{exhibitor.reference}").status_code,
            client.submit(f"{base}/{exhibitor.reference}/decide", {"decision": "accept"}).status_code,
        )
        assert got == answers, role
    stranger = new_client()
    login(stranger, new_user())
    assert stranger.get(base).status_code == 403


def test_staff_of_one_fair_see_nothing_of_another(app: Flask, client: Client) -> None:
    mine, other = new_office(), new_office()
    exhibitor = other.submitted()
    login(client, mine.staff())
    assert client.get(f"/fairs/{other.fair.slug}/exhibitors/{exhibitor.reference}").status_code == 403
    assert client.get(f"/fairs/{mine.fair.slug}/exhibitors/{exhibitor.reference}").status_code == 404


@pytest.mark.parametrize(
    ("pressed", "state"), [("accept", S.ACCEPTED), ("waitlist", S.WAITLISTED), ("refuse", S.REFUSED)]
)
def test_one_click_decides(app: Flask, client: Client, pressed: str, state: ExhibitorState) -> None:
    office = new_office()
    exhibitor = office.submitted()
    login(client, office.staff())
    page = f"/fairs/{office.fair.slug}/exhibitors/{exhibitor.reference}"
    answer = client.submit(f"{page}/decide", {"decision": pressed, "note": "Vì hết chỗ"})
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    row = db.session.get_one(Exhibitor, exhibitor.id)
    assert (row.state, row.decided_by_id) == (state, office.staff().id)
    text = client.get(page).get_data(as_text=True)
    assert "Vì hết chỗ" in text
    assert office.staff().name in text
    assert client.submit(f"{page}/decide", {"decision": "accept"}).status_code in {303, 422}


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"decision": "refuse", "note": ""}, "note"),
        ({"decision": "refuse", "note": "x" * 1001}, "note"),
    ],
)
def test_a_wrong_decision_is_said_at_its_field(app: Flask, client: Client, data: dict[str, str], field: str) -> None:
    office = new_office()
    exhibitor = office.submitted(track="supported")
    login(client, office.staff())
    answer = client.submit(f"/fairs/{office.fair.slug}/exhibitors/{exhibitor.reference}/decide", data)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in text
    assert db.session.get_one(Exhibitor, exhibitor.id).state is S.SUBMITTED


def test_an_unknown_button_decides_nothing(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor = office.submitted()
    login(client, office.staff())
    answer = client.submit(
        f"/fairs/{office.fair.slug}/exhibitors/{exhibitor.reference}/decide", {"decision": "<script>"}
    )
    assert answer.status_code == 422
    assert "Please choose one of the buttons." in answer.get_data(as_text=True)


def test_next_never_leads_away(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor = office.submitted()
    login(client, office.staff())
    path = f"/fairs/{office.fair.slug}/exhibitors/{exhibitor.reference}"
    answer = client.submit(f"{path}/decide", {"decision": "accept", "next": "//evil.example"})
    assert answer.headers["Location"] == path


def cells(content: bytes) -> list[dict[int, tuple[str, str]]]:
    """(type, value) of each cell by row and column; type ``inlineStr`` is a text."""
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
    rows = []
    for row in sheet.iter(f"{name}row"):
        found = {}
        for cell in row:
            column = ord(cell.attrib["r"][0]) - ord("A")
            found[column] = (cell.attrib.get("t", "n"), "".join(cell.itertext()))
        rows.append(found)
    return rows


def test_the_sheet_holds_strings_only(app: Flask, client: Client) -> None:
    office = new_office()
    office.submitted(name='=HYPERLINK("http://example.com","x")', tax_code="0100109106")
    office.submitted(name="+84<script>")
    login(client, office.staff())
    answer = client.get(f"/fairs/{office.fair.slug}/exhibitors?format=xlsx")
    assert answer.status_code == 200
    content = answer.get_data()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<hyperlink" not in sheet.lower()
    rows = cells(content)
    assert rows[2][1] == ("inlineStr", '=HYPERLINK("http://example.com","x")')
    assert rows[2][3] == ("inlineStr", "0100109106")
    assert rows[1][1] == ("inlineStr", "+84<script>")
    assert len(rows) == 3


@pytest.mark.parametrize(
    "query",
    [
        "state=nope", "track=nope", "group=" + "x" * 300, "q=" + "x" * 5000, "q=%00", "q=%27", "sort=nope", "sort=-name",
        "cursor=%21%21", "cursor=W10", "cursor=WyJ4Il0", "cursor=W251bGwsbnVsbF0", "cursor=WyIyMDI2LTAxLTAxIiwxXQ",
        "cursor=WyJ4Iiw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTld", "format=pdf", "state=submitted&sort=reference&cursor=WyJTRiJd",
    ],
)  # fmt: skip
def test_odd_queries_never_break_the_list(app: Flask, client: Client, query: str) -> None:
    office = new_office()
    office.submitted()
    login(client, office.staff())
    assert client.get(f"/fairs/{office.fair.slug}/exhibitors?{query}").status_code in {200, 422}


def test_the_list_costs_the_same_for_more_rows(app: Flask, client: Client) -> None:
    office = new_office()
    login(client, office.staff())
    office.submitted()
    address = f"/fairs/{office.fair.slug}/exhibitors"
    client.get(address)
    with counted_queries() as one:
        client.get(address)
    office.submitted()
    office.submitted()
    with counted_queries() as three:
        client.get(address)
    assert len(one) == len(three)


def paper() -> dict[str, Any]:
    """A clerk's typing of a household's form."""
    return {
        "filing_source": "paper", "filing_note": "Nhận tại xã", "name": "Hộ bà Mẫu", "country": "VN",
        "commune": "Xã Dân Hòa, Hà Nội", "is_craft": "y", "group_codes": ["HAT"], "products": "Nón lá", "track": "supported",
        "contact_name": "Bà Mẫu", "contact_phone": "", "contact_email": "", "registration": "y",
    }  # fmt: skip


def png() -> io.BytesIO:
    """A small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(buffer, "PNG")
    buffer.seek(0)
    return buffer


def test_a_clerk_files_a_paper_with_its_scan(app: Flask, client: Client) -> None:
    office = new_office()
    clerk = office.staff(Role.FRONT_DESK)
    login(client, clerk)
    base = f"/fairs/{office.fair.slug}"
    assert client.get(f"{base}/exhibitors/file").status_code == 200

    answer = client.submit(f"{base}/exhibitors/file", {**paper(), "filing_scan": (png(), "phiếu.png")})

    assert answer.status_code == 303, answer.get_data(as_text=True)
    filing = db.session.scalars(select(Filing)).one()
    assert (filing.source, filing.typed_by_id, filing.note) == ("paper", clerk.id, "Nhận tại xã")
    slip = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "/r/" in slip
    scan = client.get(f"{base}/filings/{filing.id}/scan")
    assert (scan.status_code, scan.mimetype) == (200, "image/png")
    login(client, office.staff())
    exhibitor = db.session.scalars(select(Exhibitor)).one()
    text = client.get(f"{base}/exhibitors/{exhibitor.reference}").get_data(as_text=True)
    assert clerk.name in text
    assert "Nhận tại xã" in text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"filing_source": ""}, "filing_source"),
        ({"filing_source": "gossip"}, "filing_source"),
        ({"filing_note": "x" * 401}, "filing_note"),
        ({"filing_scan": (io.BytesIO(b"MZ not a picture"), "paper.pdf")}, "filing_scan"),
        ({"filing_scan": (io.BytesIO(b""), "empty.png")}, "filing_scan"),
        ({"name": ""}, "name"),
        ({"tax_code": "123"}, "tax_code"),
        ({"contact_phone": "xyz"}, "contact_phone"),
        ({"registration": ""}, "registration"),
        ({"group_codes": ["NOPE"]}, "group_codes"),
        ({"group_codes": []}, "group_codes"),
        ({"track": ""}, "track"),
    ],
)
def test_a_wrong_paper_is_said_at_its_field(app: Flask, client: Client, change: dict[str, Any], field: str) -> None:
    office = new_office()
    login(client, office.staff())
    data = {**paper(), **change}
    if isinstance(scan := data.get("filing_scan"), tuple):
        data["filing_scan"] = (io.BytesIO(scan[0].getvalue()), scan[1])
    if field == "registration":
        del data["registration"]
    answer = client.submit(f"/fairs/{office.fair.slug}/exhibitors/file", data)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422, field
    assert f'id="{field}-error"' in text
    assert "Nón lá" in text
    assert db.session.scalars(select(Filing)).all() == []
    assert db.session.scalars(select(Exhibitor)).all() == []


def test_filing_twice_says_that_there_is_one(app: Flask, client: Client) -> None:
    office = new_office()
    login(client, office.staff())
    address = f"/fairs/{office.fair.slug}/exhibitors/file"
    assert client.submit(address, paper()).status_code == 303
    answer = client.submit(address, paper())
    assert answer.status_code == 422
    assert "has applied to this fair already" in answer.get_data(as_text=True)
