"""The register of companies and people: search, pages, corrections; who may."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from fairs.accounts.service import grant_role
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.directory.models import Company, Person
from fairs.directory.service import PersonDraft, save_person
from tests.factories.exhibitors import new_office, new_user
from tests.support.client import Client, login
from tests.support.queries import counted_queries


def test_search_without_accents(app: Flask, client: Client) -> None:
    office = new_office()
    office.company(name="Gốm Đức Phát", tax_code="0100109106")
    office.company(name="Lụa Vạn Phúc")
    save_person(PersonDraft(native_name="株式会社 太郎", passport_name="TARO YAMADA", country="JP"), by=SYSTEM)
    login(client, office.staff())

    def shown(query: str) -> str:
        return client.get(f"/directory?{query}").get_data(as_text=True)

    assert "Gốm Đức Phát" in shown("q=gom+duc")
    assert "Lụa Vạn Phúc" not in shown("q=gom+duc")
    assert "Gốm Đức Phát" in shown("q=0100109106")
    assert "Gốm Đức Phát" not in shown("where=foreign")
    assert "株式会社 太郎" in shown("kind=people&q=yamada")


def test_who_may_look_and_who_may_change(app: Flask, new_client: Any) -> None:
    office = new_office()
    company = office.company()
    person = save_person(PersonDraft(native_name="Nguyễn Văn Mẫu", company_id=company.id), by=SYSTEM)
    pages = [f"/directory/companies/{company.id}", f"/directory/people/{person.id}"]
    for role, look, change in ((Role.ORGANISER, 200, 200), (Role.AUDITOR, 200, 403), (Role.JURY, 403, 403)):
        client = new_client()
        login(client, office.staff(role))
        assert {client.get(page).status_code for page in ["/directory", *pages]} == {look}, role
        assert {client.get(f"{page}/edit").status_code for page in pages} == {change}, role
    stranger = new_client()
    login(stranger, new_user())
    assert {stranger.get(page).status_code for page in ["/directory", *pages]} == {403}


def test_a_company_shows_fairs_people_and_history(app: Flask, client: Client) -> None:
    office, owner = new_office(), new_user("Chủ cơ sở")
    exhibitor = office.submitted(owner)
    login(client, office.staff())
    text = client.get(f"/directory/companies/{exhibitor.company_id}").get_data(as_text=True)
    for part in (office.fair.name_en, exhibitor.reference, "Nguyễn Thị Mẫu", owner.email, "Company registered"):
        assert part in text, part


def test_corrections_are_kept_and_remembered(app: Flask, client: Client) -> None:
    office = new_office()
    company = office.company(name="Gốm Cũ")
    person = save_person(PersonDraft(native_name="Nguyễn Văn Cũ", company_id=company.id), by=SYSTEM)
    login(client, office.staff())
    data = {"name": "Gốm Mới", "country": "VN", "phone": "0912345678"}
    assert client.submit(f"/directory/companies/{company.id}/edit", data).status_code == 303
    assert (db.session.get_one(Company, company.id).name, company.phone) == ("Gốm Mới", "+84912345678")
    answer = client.submit(f"/directory/people/{person.id}/edit", {"native_name": "Nguyễn Văn Mới", "country": "VN"})
    assert answer.status_code == 303
    changed = db.session.get_one(Person, person.id)
    assert (changed.native_name, changed.company_id) == ("Nguyễn Văn Mới", company.id)
    assert office.staff().name in client.get(f"/directory/people/{person.id}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"native_name": ""}, "native_name"),
        ({"native_name": "x" * 201}, "native_name"),
        ({"passport_name": "x" * 201}, "passport_name"),
        ({"name_language": "tlh"}, "name_language"),
        ({"country": "ZZ"}, "country"),
        ({"email": "nobody"}, "email"),
        ({"phone": "ring"}, "phone"),
        ({"job_title": "x" * 121}, "job_title"),
        ({"locale": "fr"}, "locale"),
    ],
)
def test_a_wrong_person_is_said_at_its_field(app: Flask, client: Client, data: dict[str, str], field: str) -> None:
    office = new_office()
    person = save_person(PersonDraft(native_name="Nguyễn Văn Mẫu"), by=SYSTEM)
    login(client, office.staff())
    answer = client.submit(
        f"/directory/people/{person.id}/edit", {"native_name": "Trần Thị Giữ", "country": "VN", **data}
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in text
    if field != "native_name":
        assert "Trần Thị Giữ" in text


@pytest.mark.parametrize(
    "path", ["companies/0", "people/0", "companies/99999999999999999999", "people/1e3", "companies/x"]
)
def test_nobody_there(app: Flask, client: Client, path: str) -> None:
    login(client, new_office().staff())
    assert client.get(f"/directory/{path}").status_code in {404, 422}


@pytest.mark.parametrize("query", ["q=%00", "cursor=x", "kind=x", "where=x", "q=" + "y" * 4000, "cursor=WyIiLCJ4Il0"])
def test_odd_queries(app: Flask, client: Client, query: str) -> None:
    login(client, new_office().staff())
    assert client.get(f"/directory?{query}").status_code in {200, 422}


def test_lists_cost_the_same_for_more_rows(app: Flask, client: Client) -> None:
    office = new_office()
    login(client, office.staff())
    for kind in ("companies", "people"):
        company = office.company()
        save_person(PersonDraft(native_name="Một", company_id=company.id), by=SYSTEM)
        client.get(f"/directory?kind={kind}")
        with counted_queries() as one:
            client.get(f"/directory?kind={kind}")
        for name in ("Hai", "Ba"):
            save_person(PersonDraft(native_name=name, company_id=office.company().id), by=SYSTEM)
        with counted_queries() as three:
            client.get(f"/directory?kind={kind}")
        assert len(one) == len(three), kind


def test_leadership_sees_no_addresses(app: Flask, client: Client) -> None:
    new_office()
    leader = new_user()
    grant_role(leader, Role.LEADERSHIP, fair_id=None, by=SYSTEM)
    login(client, leader)
    assert client.get("/directory").status_code == 403
