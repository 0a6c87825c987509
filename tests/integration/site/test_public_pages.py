"""Public pages: readable by everybody, without JavaScript; drafts hidden; where signing in leads."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask

from fairs.accounts.service import grant_role
from fairs.calendar.service import change_settings
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.permissions import Role
from fairs.exhibitors.service import accept_application
from tests.factories.exhibitors import actor_of, new_office, new_user
from tests.support.client import Client, login

ENGLISH = {"Accept-Language": "en"}


def test_home_shows_fairs_with_their_actions(app: Flask, client: Client) -> None:
    office = new_office()
    hidden = new_office(state=FairState.DRAFT)
    text = client.get("/", headers=ENGLISH).get_data(as_text=True)
    assert office.fair.name_en in text
    assert hidden.fair.name_en not in text
    assert f"/my/{office.fair.slug}/apply" in text
    assert f"/f/{office.fair.slug}/importers/register" in text
    assert f"/f/{office.fair.slug}/visit" in text


def test_home_speaks_both_languages(app: Flask, client: Client) -> None:
    office = new_office()
    assert office.fair.name_vi in client.get("/", headers={"Accept-Language": "vi"}).get_data(as_text=True)
    assert office.fair.name_en in client.get("/", headers=ENGLISH).get_data(as_text=True)


def test_rehearsals_are_not_announced(app: Flask, client: Client) -> None:
    office = new_office(is_rehearsal=True)
    assert office.fair.name_en not in client.get("/", headers=ENGLISH).get_data(as_text=True)


@pytest.mark.parametrize("page", ["", "exhibitors"])
def test_a_draft_is_nobodys_business_but_staffs(app: Flask, new_client: Any, page: str) -> None:
    office = new_office(state=FairState.DRAFT)
    address = f"/f/{office.fair.slug}/{page}"
    assert new_client().get(address).status_code == 404
    stranger, clerk = new_client(), new_client()
    login(stranger, new_user())
    assert stranger.get(address).status_code == 404
    login(clerk, office.staff())
    assert clerk.get(address).status_code == 200


def test_a_past_fair_offers_nothing_to_do(app: Flask, client: Client) -> None:
    office = new_office(state=FairState.CLOSED)
    text = client.get(f"/f/{office.fair.slug}/", headers=ENGLISH).get_data(as_text=True)
    assert "This fair is over." in text
    assert f"/my/{office.fair.slug}/apply" not in text
    assert f"/f/{office.fair.slug}/visit" not in text
    assert office.fair.name_en in client.get("/", headers=ENGLISH).get_data(as_text=True)


def test_a_fair_is_described_for_search_engines(app: Flask, client: Client) -> None:
    office = new_office()
    change_settings(office.fair, {"summary_en": "</script><script>alert(1)</script>"}, by=SYSTEM)
    text = client.get(f"/f/{office.fair.slug}/", headers=ENGLISH).get_data(as_text=True)
    data = re.search(r'<script type="application/ld\+json" nonce="[^"]+">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    event = json.loads(data[1])
    assert (event["@type"], event["name"]) == ("ExhibitionEvent", office.fair.name_en)
    assert event["startDate"].startswith(office.fair.starts_on.isoformat())
    assert "<script>alert" not in text


def test_exhibitors_are_found_by_group_and_without_accents(app: Flask, client: Client) -> None:
    office = new_office()
    for name in ("Gốm Đức Phát", "Lụa Vạn Phúc"):
        accept_application(office.submitted(name=name), by=actor_of(office.staff()))
    office.submitted(name="Chưa duyệt")
    base = f"/f/{office.fair.slug}/exhibitors"

    def shown(query: str) -> str:
        return client.get(f"{base}?{query}", headers=ENGLISH).get_data(as_text=True)

    assert "Gốm Đức Phát" in shown("q=gom+duc")
    assert "Lụa Vạn Phúc" not in shown("q=gom+duc")
    assert "Lụa Vạn Phúc" in shown("group=CER")
    assert "Lụa Vạn Phúc" not in shown("group=LAC")
    assert "Chưa duyệt" not in shown("")


def test_contact_details_are_not_published(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    accept_application(office.submitted(user), by=actor_of(office.staff()))
    for page in ("", "exhibitors"):
        text = client.get(f"/f/{office.fair.slug}/{page}").get_data(as_text=True)
        assert user.email not in text
        assert "912345678" not in text


@pytest.mark.parametrize("query", ["q=%00", "q=" + "x" * 5000, "group=%27", "cursor=zzz", "cursor=WyJ4Il0", "q=%25"])
def test_odd_queries(app: Flask, client: Client, query: str) -> None:
    office = new_office()
    assert client.get(f"/f/{office.fair.slug}/exhibitors?{query}").status_code in {200, 422}


@pytest.mark.parametrize("path", ["/f/nowhere/", "/f/../", "/f/%00/", "/f/" + "x" * 300 + "/"])
def test_fairs_that_are_not_there(app: Flask, client: Client, path: str) -> None:
    assert client.get(path).status_code in {404, 422, 308, 301, 302}


@pytest.mark.parametrize("path", ["/privacy", "/account/check-mail"])
def test_short_pages(app: Flask, client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_pages_name_themselves(app: Flask, client: Client) -> None:
    office = new_office()
    for path in ("/", f"/f/{office.fair.slug}/", "/privacy"):
        text = client.get(path).get_data(as_text=True)
        title = re.search(r"<title>(.*?)</title>", text, re.DOTALL)
        assert title is not None
        assert title[1].strip(" ·\n")
        assert text.count("<h1") == 1, path


def test_where_signing_in_leads(app: Flask, new_client: Any) -> None:
    later = new_office()
    running = new_office(state=FairState.RUNNING)
    both, exhibitor, leader = later.staff(), new_user(), new_user()
    grant_role(both, Role.ORGANISER, fair_id=running.fair.id, by=SYSTEM)
    grant_role(leader, Role.LEADERSHIP, fair_id=None, by=SYSTEM)
    desk = later.staff(Role.FRONT_DESK)

    def target(user: Any) -> str:
        client = new_client()
        login(client, user)
        return str(client.get("/start").headers["Location"])

    assert target(both) == target(leader) == "/inbox"
    assert target(desk) == f"/fairs/{later.fair.slug}/"
    assert target(exhibitor) == "/my"
    assert "/account/login" in new_client().get("/start").headers["Location"]


def test_a_new_installation_goes_to_its_set_up(app: Flask, client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/setup")
    new_office(state=FairState.DRAFT)
    assert client.get("/").status_code == 200
