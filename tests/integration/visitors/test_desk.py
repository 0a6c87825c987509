"""The desk: finding, registering, printing; nothing of a person stands in an address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from fairs.badges.service import code_of, replace_badge, revoke_badge
from fairs.badges.states import BadgeCategory
from fairs.calendar.states import FairState
from fairs.checkin.presence import people_named
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, few, transaction
from fairs.core.permissions import Role
from fairs.directory.models import Person
from fairs.directory.queries import people_ids
from fairs.directory.service import CompanyDraft, PersonDraft, save_company, save_person
from fairs.importers.service import approve_importer
from fairs.visitors.models import Visitor
from fairs.visitors.queries import VisitorFilter, desk_figures, desk_matches, page_of_visitors
from tests.factories.importers import Reception, reception
from tests.support.client import Client, login


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception(days_ahead=0, state=FairState.RUNNING)


@pytest.fixture
def desk(place: Reception, client: Client) -> Client:
    login(client, place.user(Role.FRONT_DESK))
    client.get("/language/en")
    return client


def ask(desk: Client, place: Reception, path: str, **data: str) -> Any:
    return desk.submit(f"{place.staff}/desk/{path}", data, headers={"HX-Request": "true"})


def chosen(text: str) -> str:
    found = re.findall(r'id="(desk-match-\w+)"[^>]*aria-selected="true"', text)
    assert len(found) == 1, text
    return str(found[0])


def found(place: Reception, text: str) -> list[str]:
    return [match.person.native_name for match in desk_matches(place.fair, text)]


def test_found_by_name_phone_mail_and_badge(place: Reception) -> None:
    visitor = place.visitor(name="Nguyễn Thị Đào", phone="0912 345 678", email="dao@mau.example")
    known = save_person(PersonDraft("Đào Văn Hùng", phone="+84987654321"), by=SYSTEM)
    assert found(place, "dao") == ["Nguyễn Thị Đào", "Đào Văn Hùng"]  # who has a badge comes first
    assert found(place, "0912345") == found(place, "+84 912 345 678") == found(place, "dao@mau") == ["Nguyễn Thị Đào"]
    assert found(place, "0987.654") == [known.native_name]
    assert visitor.badge is not None
    assert found(place, code_of(visitor.badge)) == found(place, visitor.badge.short_code) == ["Nguyễn Thị Đào"]
    assert found(place, "x") == found(place, "%%") == found(place, "__") == []


def test_a_name_that_very_many_have(place: Reception) -> None:
    """More than are listed by their keys: who has a badge still comes first, numbers and companies are still looked at."""
    named = [place.visitor(name=f"Vũ Thị {given}") for given in ("Yến", "Xuân", "Vân")]
    revoked = named[2].badge
    assert revoked is not None
    revoke_badge(revoked, "Mất thẻ", by=SYSTEM)
    with transaction():
        crowd = [
            {"native_name": f"Vũ Thị A{n:03d}", "folded": f"vu thi a{n:03d}", "created_at": now()} for n in range(450)
        ]
        db.session.execute(insert(Person), crowd)
    assert few(people_ids("vu thi")) is None
    crowd_first = [f"Vũ Thị A{n:03d}" for n in range(4)]
    assert found(place, "Vũ Thị") == ["Vũ Thị Xuân", "Vũ Thị Yến", *crowd_first]
    assert found(place, "Vũ Thị Xuân") == ["Vũ Thị Xuân"]
    listed = page_of_visitors(place.fair.id, VisitorFilter(text="Vũ Thị"), sort="name").items
    assert [one.person.native_name for one in listed] == ["Vũ Thị Vân", "Vũ Thị Xuân", "Vũ Thị Yến"]
    assert [(one["name"], one["is_valid"]) for one in people_named(place.fair.id, "vũ thị")] == [
        ("Vũ Thị Yến", True), ("Vũ Thị Xuân", True), ("Vũ Thị Vân", False),
    ]  # fmt: skip
    assert [one["name"] for one in people_named(place.fair.id, revoked.reference)] == ["Vũ Thị Vân"]


def test_enter_takes_the_certain_one_else_a_new_person(place: Reception, desk: Client) -> None:
    place.visitor(name="Nguyễn Thị Đào", phone="0912 345 678")
    place.visitor(name="Nguyễn Thị Mai")
    assert chosen(ask(desk, place, "matches", q="Nguyễn").text) == "desk-match-new"
    assert chosen(ask(desk, place, "matches", q="0912 345 678").text) == "desk-match-0"
    assert chosen(ask(desk, place, "matches", q="nguyen thi dao").text) == "desk-match-0"
    assert 'role="option"' not in ask(desk, place, "matches", q="N").text


def test_a_new_person_with_four_fields(place: Reception, desk: Client) -> None:
    text = ask(desk, place, "new", q="Phạm Văn Mới", category="press").text
    assert 'value="Phạm Văn Mới"' in text
    assert '<option selected value="press">' in text
    assert len(re.findall(r'<(?:input|select)[^>]+id="(?:name|company_name|contact|category)"', text)) == 4
    for typed in ("0912 345 678", "moi@mau.example"):
        assert re.search(f'id="contact"[^>]+value="{typed}"', ask(desk, place, "new", q=typed).text)
    answer = ask(
        desk,
        place,
        "register",
        name="Phạm Văn Mới",
        company_name="Cửa hàng Mẫu",
        contact="0912 345 678",
        category="press",
    )
    assert answer.status_code == 200
    visitor = db.session.scalars(select(Visitor)).one()
    assert (visitor.category, visitor.source, visitor.person.phone) == (BadgeCategory.PRESS, "desk", "+84912345678")
    assert visitor.badge is not None
    assert f'name="badge" value="{visitor.badge.id}"' in answer.text
    printed = desk.submit(f"{place.staff}/badges/print", {"badge": str(visitor.badge.id)})
    assert printed.data.startswith(b"%PDF-")
    figures = desk_figures(place.fair)
    assert (figures.registered, figures.printed, figures.total) == (1, 1, 1)
    assert "1" in desk.get(f"{place.staff}/desk/figures").text


def test_a_name_is_enough(place: Reception, desk: Client) -> None:
    assert ask(desk, place, "register", name="Khách", category="trade").status_code == 200
    twin = ask(desk, place, "register", name="Khách", category="trade")
    assert twin.status_code == 422
    assert "Is it one of these?" in twin.text
    another = ask(desk, place, "register", name="Khách", category="trade", is_another="yes")
    assert another.status_code == 200  # two people of one name
    assert len(db.session.scalars(select(Visitor)).all()) == 2


def test_somebody_the_register_knows(place: Reception, desk: Client) -> None:
    company = save_company(CompanyDraft("Cửa hàng Mẫu", "VN"), by=SYSTEM)
    person = save_person(PersonDraft("Đào Văn Hùng", company_id=company.id), by=SYSTEM)
    text = ask(desk, place, "known", person_id=str(person.id), category="vip").text
    visitor = db.session.scalars(select(Visitor)).one()
    assert (visitor.person_id, visitor.category, visitor.company_id) == (person.id, BadgeCategory.VIP, company.id)
    assert "Registered" in text
    again = ask(desk, place, "known", person_id=str(person.id), category="trade").text
    assert "Registered already" in again
    assert len(db.session.scalars(select(Visitor)).all()) == 1


def test_a_scanned_badge_needs_no_list(place: Reception, desk: Client) -> None:
    badge = approve_importer(place.importer(), by=SYSTEM).badge
    assert badge is not None
    text = ask(desk, place, "find", q=code_of(badge)).text
    assert "Registered already" in text
    assert badge.reference in text
    new = replace_badge(badge, "Lost", by=SYSTEM)
    assert new.reference in ask(desk, place, "find", q=code_of(badge)).text
    revoke_badge(new, "Stolen", by=SYSTEM)
    text = ask(desk, place, "find", q=new.short_code).text
    assert "revoked" in text
    assert "badges/print" not in text
    assert 'name="name"' in ask(desk, place, "find", q="Nobody Yet").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "12"),
        ("name", "x" * 201),
        ("contact", "nobody@"),
        ("contact", "call me"),
        ("category", "importer"),
        ("category", "king"),
    ],
)
def test_bad_input_stays_in_the_form(place: Reception, desk: Client, field: str, value: str) -> None:
    answer = ask(
        desk,
        place,
        "register",
        **{"name": "Khách", "company_name": "Mẫu", "contact": "", "category": "trade", field: value},
    )
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'value="Mẫu"' in answer.text
    assert db.session.scalars(select(Visitor)).all() == []


@pytest.mark.parametrize("person_id", ["", "x", "-1", "0", "999999999", "9" * 30, "1; drop table"])
def test_foreign_people(place: Reception, desk: Client, person_id: str) -> None:
    assert ask(desk, place, "known", person_id=person_id, category="trade").status_code in {404, 422}


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", "{{7*7}} a", "=HYPERLINK(1)", "\u202eabc", "محمد", "x" * 5000, "%00\x00"]
)
def test_whatever_is_typed(place: Reception, desk: Client, typed: str) -> None:
    for path in ("matches", "find", "new"):
        answer = ask(desk, place, path, q=typed)
        assert answer.status_code == 200
        assert "<script>" not in answer.text


def test_already_registered_by_phone(place: Reception, desk: Client) -> None:
    place.visitor(name="Nguyễn Thị Đào", phone="0912 345 678")
    answer = ask(desk, place, "register", name="Đào", contact="0912345678", category="trade")
    assert answer.status_code == 422
    assert "Is it one of these?" in answer.text
    assert "the same phone" in answer.text


def test_a_closed_fair_still_prints(app: Flask, client: Client) -> None:
    place = reception(days_ahead=-10, state=FairState.CLOSED)
    login(client, place.user(Role.FRONT_DESK))
    assert client.get(f"{place.staff}/desk").status_code == 200
    assert ask(client, place, "register", name="Khách", category="trade").status_code == 422
    person = save_person(PersonDraft("Đào Văn Hùng"), by=SYSTEM)
    assert ask(client, place, "known", person_id=str(person.id), category="trade").status_code == 409


def test_without_scripts_the_desk_is_a_page(place: Reception, desk: Client) -> None:
    answer = desk.submit(f"{place.staff}/desk/find", {"q": "Nobody Yet", "category": "trade"})
    assert "<html" in answer.text
    assert 'name="company_name"' in answer.text
    assert desk.post(f"{place.staff}/desk/find", data={"q": "x"}).status_code == 400
