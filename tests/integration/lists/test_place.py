"""A record in its list: the ones before and after by the list's own filter and order; the panel; the way back."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.lists import all_lists, chosen, count, list_spec, neighbours
from fairs.core.permissions import Role
from fairs.importers.lists import IMPORTERS
from fairs.importers.service import approve_importer
from tests.factories.importers import Reception, reception
from tests.support.client import Client, login


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def walk(place: Reception, args: dict[str, str]) -> tuple[list[str], list[str]]:
    """The list as it stands, and as one walks it by next from its first row, checking previous on the way."""
    listed = [row.reference for row in db.session.scalars(chosen(IMPORTERS, place.fair, args, None)).unique()]
    walked, before = [listed[0]], None
    while True:
        previous, following = neighbours(IMPORTERS, place.fair, args, walked[-1])
        assert previous == before
        if following is None:
            return listed, walked
        before = walked[-1]
        walked.append(following)


@pytest.mark.parametrize(
    "args", [{}, {"sort": "-name"}, {"sort": "company"}, {"sort": "-company", "country": "DE"}, {"sort": "reference"}]
)
def test_next_and_previous_walk_the_list_in_its_own_order(place: Reception, args: dict[str, str]) -> None:
    for country in ("DE", "JP", "DE", "FR", "DE"):
        place.importer(country=country, company_name="Same Company")
    listed, walked = walk(place, args)
    assert walked == listed and len(listed) == (3 if "country" in args else 5) == count(IMPORTERS, place.fair, args)


def test_a_decided_record_keeps_its_place_in_the_list_that_it_left(place: Reception) -> None:
    first, second, third = place.importer(), place.importer(), place.importer()
    approve_importer(second, by=SYSTEM)
    args = {"state": "submitted"}
    assert neighbours(IMPORTERS, place.fair, args, second.reference) == (third.reference, first.reference)
    assert neighbours(IMPORTERS, place.fair, args, "nonsense") == (None, None)


def test_the_panel_is_the_page_without_its_frame_and_keeps_the_lists_filter(place: Reception, client: Client) -> None:
    first, second, third = (place.importer(country=code) for code in ("JP", "DE", "JP"))
    login(client, place.user(Role.ORGANISER))
    page = f"{place.staff}/importers/{third.reference}"
    whole, part = client.get(f"{page}?country=JP"), client.get(page, headers={"Fairs-Panel": "country=JP&open=x"})
    assert "<html" in whole.text and "<html" not in part.text and "data-record" in part.text
    for answer in (whole, part):
        assert re.findall(r'rel="(prev|next)" href="([^"]+)"', answer.text) == [
            ("next", f"{place.staff}/importers/{first.reference}?country=JP")
        ]
    assert "Fairs-Panel" in part.headers["Vary"]
    assert second.reference not in part.text
    done = client.submit(f"{page}/approve", headers={"Referer": f"http://localhost{page}?country=JP&x=1"})
    assert done.headers["Location"] == f"{page}?country=JP", "back with the filter"


def test_every_list_stands_on_its_page(place: Reception, client: Client) -> None:
    """Each description fits its page: the count is that of the page, and the address of the view opens it."""
    place.importer()
    place.visitor()
    login(client, place.user(Role.ADMIN))
    client.get("/language/en")
    seen = set()
    for spec in all_lists():
        fair = place.fair if spec.for_fair else None
        base = f"{place.staff}/lists/{spec.key}/views" if spec.for_fair else f"/views/{spec.key}"
        answer = client.get(base)
        assert answer.status_code == 200, spec.key
        with client.application.test_request_context():
            assert count(spec, fair, {}) >= 0
        if spec.sheets is not None:
            path = f"{base.removesuffix('/views')}/export"
            assert client.submit(path, {"all": "1"}).data[:2] == b"PK", spec.key
        seen.add(spec.key)
    assert seen >= {
        "exhibitors",
        "importers",
        "visitors",
        "badges",
        "bookings",
        "invoices",
        "contracts",
        "messages",
        "scans",
    }
    assert list_spec("importers") is IMPORTERS
