"""What would print badly: the page, its filters and sheet, and the count at the print button."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from fairs.badges.layout_service import change_layout, create_layout, publish
from fairs.badges.layouts import Layout
from fairs.badges.service import mark_printed
from fairs.badges.standard import standard_layout
from fairs.core.actor import SYSTEM
from fairs.core.permissions import Role
from tests.factories.checkin import Entrance, entrance
from tests.support.client import Client, login
from tests.support.queries import counted_queries

#: Old Italic: no font of ours has it.
UNKNOWN = "𐌀𐌁𐌂"


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


@pytest.fixture
def desk(place: Entrance, client: Client) -> Client:
    login(client, place.user(Role.FRONT_DESK))
    client.get("/language/en")
    return client


def rows(client: Client, place: Entrance, query: str = "") -> list[str]:
    """The numbers of the badges in the list."""
    page = client.get(f"/fairs/{place.fair.slug}/badges/preflight?{query}")
    assert page.status_code == 200
    return re.findall(r"/badges/(F\w+-P-\d+)", page.text)


def test_what_prints_badly_is_found_filtered_and_exported(place: Entrance, desk: Client) -> None:
    place.badge(company=place.company("Cơ sở gốm Bát Tràng"))
    strange = place.badge(person=place.person(f"{UNKNOWN} An"))
    long = place.badge(company=place.company("Công ty trách nhiệm hữu hạn một thành viên " * 4))
    found = rows(desk, place)
    assert set(found) == {strange.reference, long.reference}
    assert rows(desk, place, "kind=missing_glyphs") == [strange.reference]
    assert rows(desk, place, "kind=missing_photo") == []
    assert rows(desk, place, "category=press") == []
    assert rows(desk, place, "kind=nothing&category=kings&layout=x&printed=perhaps") == found

    answer = desk.get(f"/fairs/{place.fair.slug}/badges/preflight?kind=missing_glyphs&format=xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [line[0] for line in sheet[1:]] == [strange.reference]

    # The print button says so, and nothing stops printing.
    count = desk.get(f"/fairs/{place.fair.slug}/badges/preflight/count").text
    assert "2 of them would print badly" in count
    printed = desk.submit(f"/fairs/{place.fair.slug}/badges/print", {"badge": strange.id})
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    assert rows(desk, place) == [long.reference]
    assert set(rows(desk, place, "printed=all")) == {strange.reference, long.reference}


def test_a_draft_is_checked_before_it_prints(place: Entrance, desk: Client) -> None:
    badge = place.badge()
    content = standard_layout(photo=True).as_json()
    layout = create_layout(place.fair, "With photo", content=content, by=SYSTEM)
    assert rows(desk, place) == []
    assert rows(desk, place, f"layout={layout.id}") == [badge.reference]
    publish(layout, based_on="1.1", by=SYSTEM)
    change_layout(layout, "With photo", categories=["trade"], is_default=False, by=SYSTEM)
    assert rows(desk, place, "kind=missing_photo") == [badge.reference]
    theirs = create_layout(entrance().fair, "Other", by=SYSTEM)
    assert desk.get(f"/fairs/{place.fair.slug}/badges/preflight?layout={theirs.id}").status_code == 404
    assert Layout.from_json(content).shows_photo


def test_who_may_look(place: Entrance, client: Client) -> None:
    for role, status in ((Role.HOSPITALITY, 200), (Role.FINANCE, 403), (None, 403)):
        login(client, place.user(*([role] if role else [])))
        for page in ("", "/count"):
            assert client.get(f"/fairs/{place.fair.slug}/badges/preflight{page}").status_code == status


def test_as_many_statements_for_three_badges_as_for_one(place: Entrance, desk: Client) -> None:
    place.badge(person=place.person(f"{UNKNOWN} 1"))

    def count() -> int:
        rows(desk, place)
        with counted_queries() as statements:
            assert rows(desk, place)
        return len(statements)

    one = count()
    for n in (2, 3):
        place.badge(person=place.person(f"{UNKNOWN} {n}"))
    mark_printed([place.badge()], by=SYSTEM)
    assert count() == one
