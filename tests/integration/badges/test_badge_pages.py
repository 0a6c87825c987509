"""The list of badges, printing, revoking, replacing; the command and the attachment of mail."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from flask import Flask
from sqlalchemy import select

from fairs.badges.models import Badge
from fairs.badges.service import revoke_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.checkin.service import check_in
from fairs.checkin.states import Verdict
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.messages.render import render_attachment
from tests.factories.checkin import Entrance, entrance, scan_of
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Entrance:
    return entrance()


def address(place: Entrance, rest: str = "") -> str:
    return f"/fairs/{place.fair.slug}/badges{rest}"


def listed(client: Client, place: Entrance, query: str = "") -> set[str]:
    page = client.get(address(place, f"?{query}")).get_data(as_text=True)
    return set(re.findall(r"/badges/(F\w+-P-\d+)", page))


def pages(pdf: bytes) -> list[str]:
    document = pdfium.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


PRINTS = {Role.ORGANISER, Role.FRONT_DESK, Role.GATE_SUPERVISOR, Role.HOSPITALITY, Role.ADMIN}
REVOKES = PRINTS - {Role.HOSPITALITY}


@pytest.mark.parametrize("role", [*Role, None])
def test_each_role_reaches_what_is_its_own(place: Entrance, client: Client, role: Role | None) -> None:
    badge = place.badge()
    login(client, place.user(*([role] if role else [])))
    for page in ("", f"/{badge.reference}"):
        assert client.get(address(place, page)).status_code == (200 if role in PRINTS else 403)
    printed = client.submit(address(place, "/print"), {"badge": badge.id})
    assert printed.status_code == (200 if role in PRINTS else 403)
    ended = client.submit(address(place, f"/{badge.reference}/revoke"), {"reason": "Lost"})
    assert ended.status_code == (303 if role in REVOKES else 403)
    db.session.refresh(badge)
    assert badge.state is (BadgeState.REVOKED if role in REVOKES else BadgeState.ACTIVE)


def test_badges_of_another_fair_are_not_found(place: Entrance, client: Client) -> None:
    other = entrance().badge()
    login(client, place.user(Role.ORGANISER))
    assert client.get(address(place, f"/{other.reference}")).status_code == 404
    assert client.submit(address(place, f"/{other.reference}/revoke"), {"reason": "x"}).status_code == 404
    answer = client.submit(address(place, "/print"), {"badge": other.id})
    assert (answer.status_code, answer.mimetype) == (303, "text/html")


def test_search_and_filters(place: Entrance, client: Client) -> None:
    company = place.company("Cơ sở gốm Bát Tràng")
    one = place.badge(person=place.person("Đỗ Thị Hương"), company=company)
    japan = place.badge(
        BadgeCategory.HOSTED,
        person=place.person("見本 花子", passport_name="MIHON HANAKO"),
        company=place.company("KK", "JP"),
    )
    gone = place.badge(BadgeCategory.PRESS)
    revoke_badge(gone, "Lost", by=SYSTEM)
    login(client, place.user(Role.FRONT_DESK))
    expected = {
        "": {one, japan, gone}, "q=do thi": {one}, "q=gom bat trang": {one}, "q=見本": {japan}, "q=hanako": {japan},
        f"q={one.reference.lower()}": {one}, f"q={one.short_code}": {one},
        f"q={one.short_code.replace('-', '').lower()}": {one}, "q=nobody": set(), "q=%25": set(), "category=press": {gone},
        "category=importer": {japan}, "state=revoked": {gone}, "state=active": {one, japan}, "printed=yes": set(),
        "category=nonsense&state=x&printed=maybe": {one, japan, gone},
    }  # fmt: skip
    found = {query: listed(client, place, query) for query in expected}
    assert found == {query: {badge.reference for badge in badges} for query, badges in expected.items()}


def test_the_list_has_pages_at_constant_cost(place: Entrance, client: Client) -> None:
    login(client, place.user(Role.FRONT_DESK))
    costs = []
    for count in (1, 54):
        for _ in range(count):
            place.badge(company=place.company())
        with counted_queries() as statements:
            page = client.get(address(place)).get_data(as_text=True)
        costs.append(len(statements))
    assert costs[0] == costs[1]
    cursor = re.search(r"cursor=([\w-]+)", page)
    assert cursor
    first, second = listed(client, place), listed(client, place, f"cursor={cursor[1]}")
    assert (len(first), len(second), len(first | second)) == (50, 5, 55)


def test_print_the_chosen_and_all(place: Entrance, client: Client) -> None:
    badges = [place.badge(person=place.person(f"Person {n}")) for n in range(3)]
    revoked = place.badge()
    revoke_badge(revoked, "Lost", by=SYSTEM)
    login(client, place.user(Role.FRONT_DESK))
    chosen = client.submit(address(place, "/print"), {"badge": [badges[0].id, badges[1].id, revoked.id]})
    assert (chosen.status_code, chosen.mimetype) == (200, "application/pdf")
    assert len(pages(chosen.data)) == 2
    assert badges[0].short_code in pages(chosen.data)[0]
    db.session.expire_all()
    assert [badge.printed_at is not None for badge in (*badges, revoked)] == [True, True, False, False]
    rest = client.submit(address(place, "/print"), {"all": "1", "printed": "no"})
    assert [badges[2].short_code in page for page in pages(rest.data)] == [True]
    again = client.submit(address(place, "/print"), {"all": "1"}, follow_redirects=True)
    assert "vì sao in lại" in again.text
    assert client.submit(address(place, "/print"), {"badge": badges[0].id, "reason": "x"}).status_code == 303
    assert len(pages(client.submit(address(place, "/print"), {"all": "1", "reason": "bad_print"}).data)) == 3


@pytest.mark.parametrize(
    "data", [{}, {"badge": "x"}, {"badge": "-1"}, {"badge": "9" * 30}, {"badge": "²"}, {"all": "1", "q": "zzz"}]
)
def test_printing_nothing_says_so(place: Entrance, client: Client, data: dict[str, str]) -> None:
    place.badge()
    login(client, place.user(Role.FRONT_DESK))
    answer = client.submit(address(place, "/print"), data, follow_redirects=True)
    assert "Hãy chọn ít nhất một thẻ" in answer.get_data(as_text=True)


def test_replacing_gives_a_new_code_and_ends_the_old_one(place: Entrance, client: Client) -> None:
    old = place.badge()
    login(client, place.user(Role.GATE_SUPERVISOR))
    answer = client.submit(address(place, f"/{old.reference}/replace"), {"reason": "Wrong name"})
    new = db.session.scalars(select(Badge).where(Badge.fair_id == place.fair.id, Badge.id != old.id)).one()
    assert answer.location.endswith(new.reference)
    db.session.refresh(old)
    assert (old.state, old.revoke_reason, old.replaced_by_id) == (BadgeState.REVOKED, "Wrong name", new.id)
    results = check_in(place.fair, place.gate, [scan_of(old), scan_of(new)], by=SYSTEM)
    assert [result.verdict for result in results] == [Verdict.REPLACED, Verdict.WELCOME]
    page = client.get(address(place, f"/{old.reference}")).get_data(as_text=True)
    assert f"/badges/{new.reference}" in page
    again = client.submit(address(place, f"/{old.reference}/replace"), {"reason": "x"})
    assert again.status_code == 303
    assert db.session.query(Badge).filter(Badge.fair_id == place.fair.id).count() == 2


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_ending_a_badge_needs_a_reason(place: Entrance, client: Client, reason: str) -> None:
    badge = place.badge()
    login(client, place.user(Role.FRONT_DESK))
    for act in ("revoke", "replace"):
        answer = client.submit(address(place, f"/{badge.reference}/{act}"), {"reason": reason})
        assert answer.status_code == 422
        assert "field-error" in answer.get_data(as_text=True)
    db.session.refresh(badge)
    assert badge.state is BadgeState.ACTIVE


def test_what_people_wrote_stays_plain_text(place: Entrance, client: Client) -> None:
    name = "<script>alert(1)</script>{{7*7}}"
    badge = place.badge(person=place.person(name), company=place.company(name))
    login(client, place.user(Role.FRONT_DESK))
    for page in ("", f"/{badge.reference}"):
        text = client.get(address(place, page)).get_data(as_text=True)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in text
    assert client.submit(address(place, "/print"), {"badge": badge.id}).status_code == 200


def test_the_command_prints_a_category(place: Entrance, app: Flask, tmp_path: Path) -> None:
    people = {
        category: place.badge(category)
        for category in (BadgeCategory.IMPORTER, BadgeCategory.HOSTED, BadgeCategory.TRADE)
    }
    run = app.test_cli_runner()
    out = tmp_path / "badges.pdf"
    done = run.invoke(args=["badges", "print", place.fair.slug, "--category", "importer", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert len(pages(out.read_bytes())) == 2
    db.session.expire_all()
    assert [badge.printed_at is not None for badge in people.values()] == [True, True, False]
    done = run.invoke(args=["badges", "print", place.fair.slug, "--unprinted", "--out", str(out)])
    assert (done.exit_code, len(pages(out.read_bytes()))) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "no fair"), (["{slug}", "--category", "vip"], "no badges"),
        (["{slug}", "--category", "x"], "Invalid value"), (["{slug}", "--out", "/nowhere/b.pdf"], "cannot be written"),
    ],
)  # fmt: skip
def test_the_command_says_what_is_wrong(
    place: Entrance, app: Flask, tmp_path: Path, arguments: list[str], words: str
) -> None:
    place.badge()
    given = [argument.format(slug=place.fair.slug) for argument in arguments]
    if "--out" not in given:
        given += ["--out", str(tmp_path / "b.pdf")]
    done = app.test_cli_runner().invoke(args=["badges", "print", *given])
    assert done.exit_code != 0
    assert words in done.output


def test_the_badge_goes_with_the_mail(place: Entrance) -> None:
    badge = place.badge()
    attachment: Any = render_attachment("badge", badge.id)
    assert (attachment.name, attachment.content_type) == (f"{badge.reference}.pdf", "application/pdf")
    assert badge.short_code in pages(attachment.content)[0]
