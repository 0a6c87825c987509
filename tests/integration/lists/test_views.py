"""Saved views: the address is the view; who sees, shares, pins and removes which."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.queries import team
from fairs.accounts.service import end_grant
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.lists.models import SavedView, ViewPin
from tests.factories.importers import Reception, reception
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def views(place: Reception, key: str = "importers") -> str:
    return f"{place.staff}/lists/{key}/views"


def saved(name: str) -> SavedView:
    found = db.session.scalars(select(SavedView).where(SavedView.name == name)).first()
    assert found is not None
    return found


def test_a_view_is_saved_shared_pinned_and_counted(place: Reception, client: Client, new_client: Any) -> None:
    for _ in range(3):
        place.importer()
    place.importer(country="DE")
    organiser, desk, hospitality = place.user(Role.ORGANISER), place.user(Role.FRONT_DESK), place.user(Role.HOSPITALITY)
    login(client, organiser)
    # What is no part of the view (a page, an open record, nonsense) is not kept; equal views are equal addresses.
    query = "?sort=name&country=JP&cursor=abc&open=X&nonsense=1&q="
    answer = client.submit(
        views(place), {"name": "  Khách  Nhật ", "query": query, "role": "front_desk", "pinned": "1"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{place.staff}/importers?country=JP&sort=name")
    assert saved("Khách Nhật").query == "country=JP&sort=name"
    start = client.get(f"{place.staff}/").text
    assert "Khách Nhật" in start and f"{place.staff}/importers?country=JP&amp;sort=name" in start
    assert ">3</" in start.rsplit("Khách Nhật", 1)[1][:300]
    shown = client.get(f"{place.staff}/importers?sort=name&country=JP").text
    assert 'data-query="country=JP&amp;sort=name" aria-current="page"' in shown

    colleague, other = new_client(), new_client()
    login(colleague, desk)
    login(other, hospitality)
    assert "Khách Nhật" in colleague.get(f"{place.staff}/importers").text
    assert "Khách Nhật" not in colleague.get(f"{place.staff}/").text, "whose pin it is"
    assert "Khách Nhật" not in other.get(f"{place.staff}/importers").text
    view = saved("Khách Nhật").id
    assert colleague.submit(f"{views(place)}/{view}", {"do": "pin"}).status_code == 303
    assert "Khách Nhật" in colleague.get(f"{place.staff}/").text
    assert colleague.submit(f"{views(place)}/{view}", {"do": "delete"}).status_code == 404, "only one's own"
    assert other.submit(f"{views(place)}/{view}", {"do": "pin"}).status_code == 404
    # The owner renames it and shares it no more: it leaves the colleague's start page, too.
    assert client.submit(f"{views(place)}/{view}", {"do": "save", "name": "Tokyo", "role": ""}).status_code == 303
    assert "Tokyo" not in colleague.get(f"{place.staff}/").text and "Tokyo" in client.get(f"{place.staff}/").text
    assert client.submit(f"{views(place)}/{view}", {"do": "delete"}).status_code == 303
    assert list(db.session.scalars(select(ViewPin.id))) == [] and list(db.session.scalars(select(SavedView.id))) == []


def test_a_pinned_view_of_a_list_that_one_may_not_open_is_not_counted(place: Reception, client: Client) -> None:
    user = place.user(Role.ORGANISER, Role.GATE_SUPERVISOR)
    login(client, user)
    client.submit(views(place), {"name": "Chờ duyệt", "query": "state=submitted", "pinned": "1"})
    assert "Chờ duyệt" in client.get(f"{place.staff}/").text
    end_grant(next(grant for grant in team(place.fair.id) if grant.role is Role.ORGANISER), by=SYSTEM)
    assert "Chờ duyệt" not in client.get(f"{place.staff}/").text
    assert client.get(views(place)).status_code == 404


@pytest.mark.parametrize(
    ("role", "data", "status"),
    [
        (Role.FRONT_DESK, {"name": "A", "role": "front_desk"}, 303),
        (Role.FRONT_DESK, {"name": "A", "role": "hospitality"}, 422),
        (Role.ORGANISER, {"name": "A", "role": "hospitality"}, 303),
        (Role.ORGANISER, {"name": "A", "role": "nonsense"}, 422),
        (Role.ORGANISER, {"name": "A", "role": "organiser", "everywhere": "1"}, 422),
        (Role.ORGANISER, {"name": "  "}, 422),
        (Role.ORGANISER, {"name": "x" * 81}, 422),
        (Role.ORGANISER, {"name": "B", "everywhere": "1", "query": "q=%00%ff&state=nonsense"}, 303),
        (Role.FINANCE, {"name": "A"}, 404),
    ],
)
def test_what_may_be_saved(place: Reception, client: Client, role: Role, data: dict[str, str], status: int) -> None:
    login(client, place.user(role))
    answer = client.submit(views(place), data)
    assert answer.status_code == status
    if status == 422:
        assert 'role="alert"' in answer.text
        assert data["name"].strip() in answer.text, "what was typed is still there"


def test_a_view_for_every_fair_and_lists_without_a_fair(app: Flask, client: Client) -> None:
    here, there = reception(), reception()
    admin = here.user(Role.ADMIN)
    login(client, admin)
    client.submit(views(here), {"name": "Đức", "query": "country=DE", "everywhere": "1"})
    assert f"{there.staff}/importers?country=DE" in client.get(f"{there.staff}/importers").text
    here.importer(company_name="Gốm Mẫu")
    answer = client.submit("/views/people", {"name": "Hoa", "query": "q=hoa"})
    assert answer.headers["Location"] == "/directory?q=hoa&kind=people"
    assert "Hoa" in client.get("/views/people").text
    assert client.get(f"{here.staff}/lists/people/views").status_code == 404, "no list of a fair"
    assert client.get("/views/importers").status_code == 404
    assert client.get(f"{here.staff}/lists/nonsense/views").status_code == 404


def test_a_list_costs_the_same_with_one_view_or_many_and_with_one_row_or_many(place: Reception, client: Client) -> None:
    login(client, place.user(Role.ORGANISER))
    path = f"{place.staff}/importers?country=JP"
    costs = []
    for _ in range(2):
        importer = place.importer()
        client.submit(views(place), {"name": f"V{importer.id}", "query": "country=JP", "pinned": "1"})
        client.get(path)
        with counted_queries() as few:
            client.get(path)
        with counted_queries() as record:
            client.get(
                f"{place.staff}/importers/{importer.reference}?country=JP", headers={"Fairs-Panel": "country=JP"}
            )
        costs.append((len(few), len(record)))
        for number in range(2):
            place.importer()
            client.submit(
                views(place), {"name": f"W{importer.id}-{number}", "query": "country=JP", "role": "organiser"}
            )
    assert costs[0] == costs[1]
