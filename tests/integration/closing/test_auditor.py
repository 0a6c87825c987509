"""The auditor: lets in until a day, changes nothing, and reads personal data masked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import RoleGrant
from fairs.accounts.queries import user_by_email
from fairs.accounts.service import grant_role
from fairs.core.actor import SYSTEM
from fairs.core.clock import now, set_to
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.permissions import Permission, Role
from fairs.core.web import MARK
from fairs.directory.models import Person
from tests.factories.importers import Reception, reception
from tests.factories.people import make_user
from tests.support.client import Client, login
from tests.support.sheets import read_sheets

# Forms that an auditor may send: their own affairs, or readings that are asked for by a form.
OWN = {
    "claim_acts.file": "opens a paper of a claim; who reads it is written down",
    "lists.act": "the act's own permission says who may do it; none of an auditor's lists has one for them",
    "lists.ask_file": "belongs to an act of their own", "lists.change": "their own saved views",
    "lists.check": "belongs to an act of their own", "lists.do": "belongs to an act of their own",
    "lists.export": "a sheet of ticked rows, masked", "lists.fetch_file": "belongs to an act of their own",
    "lists.save": "their own saved views", "lists.undo": "belongs to an act of their own",
    "search.matches": "looks things up; the words stand in no address",
    "cards.message": "the page of a message: sending its form needs cards.manage", "sales.booth": "sending its form needs contracts.type_sales",
    "audit_sample.draw": "draws the sample: the auditor's own work", "audit_sample.index": "draws the sample: the auditor's own work",
}  # fmt: skip


def test_an_auditor_is_let_in_until_a_day(app: Flask, client: Client) -> None:
    place = reception()
    user = make_user("Kiểm Toán")
    with pytest.raises(InvalidInput) as refused:
        grant_role(user, Role.AUDITOR, fair_id=place.fair.id, by=SYSTEM)
    assert refused.value.field == "until"
    with pytest.raises(InvalidInput):
        grant_role(user, Role.AUDITOR, fair_id=place.fair.id, by=SYSTEM, ends_at=now() - timedelta(days=1))
    grant_role(user, Role.AUDITOR, fair_id=place.fair.id, by=SYSTEM, ends_at=now() + timedelta(days=2))
    login(client, user)
    assert client.get(f"/fairs/{place.fair.slug}/importers").status_code == 200
    with set_to(now() + timedelta(days=3)):
        login(client, user)
        assert client.get(f"/fairs/{place.fair.slug}/importers").status_code == 403


def test_the_form_asks_for_an_auditors_last_day(app: Flask, client: Client) -> None:
    place = reception()
    login(client, place.user(Role.ORGANISER))
    path = f"/fairs/{place.fair.slug}/team"
    typed = {"email": "kiem.toan@mau.example", "name": "Kiểm Toán", "role": "auditor"}
    answer = client.submit(path, typed)
    assert answer.status_code == 422 and "kiem.toan@mau.example" in answer.text, "what was typed stays"
    assert user_by_email("kiem.toan@mau.example") is None
    last = place.fair.today + timedelta(days=5)
    assert client.submit(path, {**typed, "until": last.strftime("%d/%m/%Y")}).status_code == 303
    user = user_by_email("kiem.toan@mau.example")
    assert user is not None
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).one()
    assert grant.last_moment is not None and grant.ends_at == place.fair.at(last + timedelta(days=1), now().min.time())


def test_no_form_admits_an_auditor_but_for_their_own_affairs(app: Flask) -> None:
    found = set()
    for rule in app.url_map.iter_rules():
        permission = getattr(app.view_functions[rule.endpoint], MARK, None)
        writes = {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())
        if writes and isinstance(permission, Permission) and Role.AUDITOR in permission.roles:
            found.add(rule.endpoint)
    assert found - set(OWN) == set()


def seen_by(client: Client, user: Any, path: str) -> str:
    login(client, user)
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def guests(place: Reception) -> Any:
    return place.importer(
        native_name="Tanaka Hanako",
        passport_name="Tanaka Hanako",
        email="hanako@mihon.example",
        phone="+81 90 1234 5678",
    )


@pytest.mark.parametrize(
    "page",
    [
        "importers",
        "importers/{importer}",
        "importers.xlsx",
        "visitors",
        "visitors/{visitor}",
        "/search?q=hanako",
        "history",
        "/directory/people/{person}",
    ],
)
def test_an_auditor_reads_personal_data_masked(app: Flask, client: Client, page: str) -> None:
    place = reception()
    importer = guests(place)
    visitor = place.visitor(name="Tanaka Hanako", email="hanako@cua-hang.example", phone="0912345678")
    page = page.format(importer=importer.reference, visitor=visitor.reference, person=importer.person_id)
    path = page if page.startswith("/") else f"/fairs/{place.fair.slug}/{page}"
    auditor, organiser = place.user(Role.AUDITOR), place.user(Role.ORGANISER)
    plain = ("Hanako", "hanako@", "1234 5678", "12345678", "0912345678", "912345678")
    if page.endswith(".xlsx"):
        path = f"/fairs/{place.fair.slug}/importers?format=xlsx"
        login(client, auditor)
        text = str(read_sheets(client.get(path).data))
        assert "T*** H***" in text
    else:
        text = seen_by(client, auditor, path)
    text = text.replace("q=hanako", "").replace('value="hanako"', "").replace("“hanako”", "")
    assert [one for one in plain if one in text] == []
    if page != "history" and not page.endswith(".xlsx"):
        assert "Hanako" in seen_by(client, organiser, path), "others read it as it is"


def test_a_list_ordered_by_name_turns_its_pages_without_giving_the_order_away(app: Flask, client: Client) -> None:
    place = reception()
    people = [place.visitor(name=f"Nguyễn Văn {letter}{letter}") for letter in "dacbe"]
    login(client, place.user(Role.AUDITOR))
    with_order = client.get(f"/fairs/{place.fair.slug}/visitors?sort=name").text
    assert with_order.count("N*** V***") >= len(people)


def test_masking_changes_no_record(app: Flask, client: Client) -> None:
    place = reception()
    importer = guests(place)
    seen_by(client, place.user(Role.AUDITOR), f"/fairs/{place.fair.slug}/importers/{importer.reference}")
    person = db.session.get_one(Person, importer.person_id)
    assert (person.native_name, person.email) == ("Tanaka Hanako", "hanako@mihon.example")
