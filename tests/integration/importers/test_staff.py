"""The organiser's list and page: who may see and do what, filters, pages, the sheet, filing for somebody."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.directory.models import Filing
from fairs.importers.models import Importer
from fairs.importers.queries import ImporterFilter, page_of_importers
from fairs.importers.service import approve_importer
from fairs.importers.states import ImporterState
from fairs.messages.models import OutboxMessage
from tests.factories.importers import Reception, mails_to, reception, rows_of
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


ALLOWED = {
    Role.ORGANISER,
    Role.FRONT_DESK,
    Role.HOSPITALITY,
    Role.DEALS,
    Role.AUDITOR,
    Role.VIEWER,
    Role.LEADERSHIP,
    Role.ADMIN,
}


@pytest.mark.parametrize("role", list(Role))
def test_who_sees_importers(place: Reception, client: Client, role: Role) -> None:
    importer = place.importer()
    login(client, place.user(role))
    expected = 200 if role in ALLOWED else 403
    assert client.get(f"{place.staff}/importers").status_code == expected
    assert client.get(f"{place.staff}/importers/{importer.reference}").status_code == expected
    decided = client.submit(f"{place.staff}/importers/{importer.reference}/approve").status_code
    assert decided == (303 if role in {Role.ORGANISER, Role.ADMIN} else 403)


def test_strangers(place: Reception, client: Client, new_client: Any) -> None:
    importer = place.importer()
    elsewhere = reception()
    paths = ["importers", "importers/new", f"importers/{importer.reference}", "visitors", "desk"]
    for path in paths:
        assert client.get(f"{place.staff}/{path}").status_code == 302
    for user in (place.user(), elsewhere.user(Role.ORGANISER)):
        stranger = new_client()
        login(stranger, user)
        for path in paths:
            assert stranger.get(f"{place.staff}/{path}").status_code == 403
        assert stranger.submit(f"{place.staff}/importers/{importer.reference}/approve").status_code == 403
    assert db.session.scalars(select(Importer.state)).one() is ImporterState.SUBMITTED


def test_a_number_of_another_fair_is_unknown_here(place: Reception, client: Client) -> None:
    other = reception().importer()
    login(client, place.user(Role.ORGANISER))
    assert client.get(f"{place.staff}/importers/{other.reference}").status_code == 404
    assert client.submit(f"{place.staff}/importers/{other.reference}/approve").status_code == 404
    assert client.submit(f"{place.staff}/importers/{other.reference}/refuse", {"reason": "x"}).status_code == 404
    assert client.submit(f"{place.staff}/importers/{other.reference}/link").status_code == 404


def test_who_may_not_decide_is_told_who_can(place: Reception, client: Client) -> None:
    importer = place.importer()
    place.user(Role.ORGANISER)
    login(client, place.user(Role.FRONT_DESK))
    text = client.get(f"{place.staff}/importers/{importer.reference}").text
    assert 'aria-disabled="true"' in text
    assert "Lê Thị Mẫu" in text
    assert "/approve" not in text


def names(fair_id: int, **wanted: str) -> list[str]:
    return [row.person.passport_name for row in page_of_importers(fair_id, ImporterFilter(**wanted)).items]


def test_filters(place: Reception) -> None:
    place.importer(native_name="Trần Thị Đào", passport_name="Tran Thi Dao", company_name="Gốm Bát Tràng", country="DE")
    tanaka = place.importer(passport_name="Tanaka", group_codes=("LAC", "SLK"))
    approve_importer(tanaka, by=SYSTEM)
    fair = place.fair.id
    assert names(fair) == ["Tanaka", "Tran Thi Dao"]
    assert names(fair, text="gom bat") == names(fair, text="ĐÀO") == names(fair, country="de") == ["Tran Thi Dao"]
    assert names(fair, text=tanaka.reference.lower()) == names(fair, text=tanaka.person.email[:9]) == ["Tanaka"]
    assert names(fair, group="SLK") == names(fair, state="approved") == ["Tanaka"]
    assert (
        names(fair, state="nonsense") == names(fair, group="S") == names(fair, text="%") == names(fair, text="_") == []
    )


@pytest.mark.parametrize("sort", ["", "name", "-name", "company", "-company", "reference", "-reference", "nonsense"])
def test_pages_show_everybody_once_in_order(place: Reception, client: Client, sort: str) -> None:
    made = [place.importer(company_name=f"Company {n % 3}").reference for n in range(7)]
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        page = page_of_importers(place.fair.id, ImporterFilter(), sort=sort, cursor=cursor, limit=3)
        seen += [row.reference for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert sorted(seen) == made
    if sort == "reference":
        assert seen == made
    login(client, place.user(Role.VIEWER))
    assert client.get(f"{place.staff}/importers?sort={sort}").status_code == 200


@pytest.mark.parametrize(
    "query", ["cursor=nonsense", "cursor=W10", "cursor=WyJ4Il0", "q=%00", "country=%F0%9F", "state=x", "sort=--"]
)
def test_bad_queries_are_no_errors_of_ours(place: Reception, client: Client, query: str) -> None:
    login(client, place.user(Role.VIEWER))
    for path in ("importers", "visitors"):
        assert client.get(f"{place.staff}/{path}?{query}").status_code in {200, 422}


@pytest.mark.parametrize("path", ["importers", "visitors"])
def test_a_list_costs_the_same_however_long(place: Reception, client: Client, path: str) -> None:
    login(client, place.user(Role.ORGANISER))

    def add() -> None:
        place.importer()
        place.visitor()

    address = f"{place.staff}/{path}"

    def cost() -> int:
        with counted_queries() as statements:
            assert client.get(address).status_code == 200
        return len(statements)

    add()
    cost()
    one = cost()
    add()
    add()
    assert cost() == one


def test_the_sheet_follows_the_filter(place: Reception, client: Client) -> None:
    place.importer(company_name="Alpha", country="DE")
    place.importer(company_name="Beta", country="FR")
    login(client, place.user(Role.VIEWER))
    client.get("/language/en")
    answer = client.get(f"{place.staff}/importers?format=xlsx&country=FR")
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert f"{place.fair.slug}-importers.xlsx" in answer.headers["Content-Disposition"]
    [shown] = rows_of(answer.data)
    assert (shown["Company"], shown["Country"], shown["State"]) == ("Beta", "France", "Waiting for a decision")


def test_filed_for_somebody_without_an_address(place: Reception, client: Client, new_client: Any) -> None:
    login(client, place.user(Role.FRONT_DESK))
    form = place.form(email="", phone="", filing_source="phone", filing_note="Called at nine", letters="vi")
    answer = client.submit(f"{place.staff}/importers/new", form, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    importer = db.session.scalars(select(Importer)).one()
    filing = db.session.scalars(select(Filing)).one()
    assert (filing.subject_type, filing.subject_id, filing.source) == ("Importer", importer.id, "phone")
    assert (importer.state, importer.source, importer.locale) == (ImporterState.SUBMITTED, "phone", "vi")
    message = db.session.scalars(select(OutboxMessage)).one()
    assert (message.channel, message.recipient) == ("print", "")
    assert client.get(answer.headers["Location"]).status_code == 200
    with client.session_transaction() as session:
        _, token, pin = session["printed_slip"]
    owner = new_client()
    assert importer.reference not in owner.get(f"/r/{token}").text
    opened = owner.submit(f"/r/{token}", {"pin": pin}, follow_redirects=True)
    assert importer.reference in opened.text
    approve_importer(importer, by=SYSTEM)
    assert "Đã duyệt" in owner.submit(f"/r/{token}", {"pin": pin}, follow_redirects=True).text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("filing_source", ""),
        ("filing_source", "rumour"),
        ("email", "nobody"),
        ("passport_name", "田中"),
        ("letters", "xx"),
    ],
)
def test_bad_filings(place: Reception, client: Client, field: str, value: str) -> None:
    login(client, place.user(Role.FRONT_DESK))
    form = {**place.form(filing_source="paper", letters="en"), field: value}
    answer = client.submit(f"{place.staff}/importers/new", form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert db.session.scalars(select(Importer)).all() == []


def test_a_bad_scan_saves_nothing(place: Reception, client: Client) -> None:
    login(client, place.user(Role.FRONT_DESK))
    form = place.form(filing_source="paper", letters="en")
    form["filing_scan"] = (io.BytesIO(b"MZ not a picture"), "scan.pdf")
    answer = client.submit(f"{place.staff}/importers/new", form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'href="#filing_scan"' in answer.text
    assert db.session.scalars(select(Importer)).all() == []
    assert db.session.scalars(select(OutboxMessage)).all() == []


def test_staff_are_told_that_somebody_is_registered(place: Reception, client: Client) -> None:
    known = place.importer(email="known@mihon.example")
    login(client, place.user(Role.FRONT_DESK))
    form = place.form(email="known@mihon.example", filing_source="paper", letters="en")
    answer = client.submit(f"{place.staff}/importers/new", form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text
    assert client.submit(f"{place.staff}/importers/{known.reference}/link").status_code == 303
    assert [mail.kind for mail in mails_to("known@mihon.example")] == ["importers/received", "importers/again"]
