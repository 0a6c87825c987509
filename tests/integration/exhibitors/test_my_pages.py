"""An exhibitor's own pages: from describing the company to acceptance; bad input; owner, team mate, stranger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select

from fairs.core.db import db
from fairs.directory.models import Company
from fairs.directory.queries import companies_of
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.service import accept_application
from fairs.exhibitors.states import ExhibitorState
from tests.factories.exhibitors import actor_of, new_office, new_user
from tests.support.client import Client, login
from tests.support.queries import counted_queries

S = ExhibitorState
COMPANY = {"name": "Hợp tác xã gốm Mẫu", "country": "VN", "tax_code": "0100109106", "group_codes": ["CER", "LAC"]}
PRODUCTS = {"group_codes": ["CER"], "products": "Bình hoa men rạn", "track": "paying", "wishes": "Gần cửa"}
CONTACT = {"contact_name": "Nguyễn Thị Mẫu", "contact_email": "", "contact_phone": "0912 345 678"}


def walk(client: Client, slug: str) -> Any:
    """All four steps of an application, from nothing."""
    for step, data in (("company", COMPANY), ("products", PRODUCTS), ("contact", CONTACT)):
        answer = client.submit(f"/my/{slug}/apply/{step}", data)
        assert answer.status_code == 303, answer.get_data(as_text=True)
    return client.submit(f"/my/{slug}/apply/review", {"registration": "y"})


def test_from_nothing_to_handed_in(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    login(client, user)
    assert client.get(f"/my/{office.fair.slug}/apply").headers["Location"].endswith("/apply/company")

    answer = walk(client, office.fair.slug)

    assert answer.status_code == 303
    [company] = companies_of(user.id)
    assert (company.name, company.tax_code, company.groups) == ("Hợp tác xã gốm Mẫu", "0100109106", ["CER", "LAC"])
    exhibitor = db.session.scalars(select(Exhibitor)).one()
    assert (exhibitor.state, exhibitor.contact_phone, exhibitor.locale) == (S.SUBMITTED, "+84912345678", "en")
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "The organiser decides by" in page.get_data(as_text=True)


def test_auto_accept_leads_straight_to_the_booth(app: Flask, client: Client) -> None:
    office = new_office(auto_accept=True)
    login(client, new_user())
    answer = walk(client, office.fair.slug)
    text = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Choose a free booth on the plan." in text


def test_a_draft_is_there_again_after_signing_in_again(
    app: Flask, client: Client, new_client: Callable[[], Client]
) -> None:
    office, user = new_office(), new_user()
    login(client, user)
    client.submit(f"/my/{office.fair.slug}/apply/company", COMPANY)
    client.submit(f"/my/{office.fair.slug}/apply/products", PRODUCTS)

    later = new_client()
    login(later, user)
    assert "Continue the application" in later.get("/my").get_data(as_text=True)
    assert "/apply/contact" in later.get(f"/my/{office.fair.slug}/apply").headers["Location"]
    assert "Bình hoa men rạn" in later.get(f"/my/{office.fair.slug}/apply/products").get_data(as_text=True)


def test_steps_cannot_be_jumped_over(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    login(client, user)
    slug = office.fair.slug
    for step in ("products", "contact", "review"):
        assert client.get(f"/my/{slug}/apply/{step}").headers["Location"].endswith("/apply/company"), step
    client.submit(f"/my/{slug}/apply/company", COMPANY)
    assert "/apply/products" in client.get(f"/my/{slug}/apply/review").headers["Location"]
    assert client.submit(f"/my/{slug}/apply/review", {"registration": "y"}).status_code == 302
    assert db.session.scalars(select(Exhibitor)).one().state is S.DRAFT


def test_without_consent_the_page_says_so(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    office.draft(user)
    login(client, user)
    answer = client.submit(f"/my/{office.fair.slug}/apply/review", {"sharing": "y"})
    assert answer.status_code == 422
    assert "Without this consent" in answer.get_data(as_text=True)


def test_withdrawing(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    exhibitor = office.submitted(user)
    login(client, user)
    assert client.submit(f"/my/{office.fair.slug}/withdraw", {"reason": "Bận"}).status_code == 303
    assert db.session.get_one(Exhibitor, exhibitor.id).state is S.WITHDRAWN
    assert "Apply again" in client.get("/my").get_data(as_text=True)
    assert client.submit(f"/my/{office.fair.slug}/withdraw", {}).status_code == 409


def test_a_closed_fair_takes_no_application(app: Flask, client: Client) -> None:
    office = new_office()
    login(client, new_user())
    from fairs.calendar.service import change_state
    from fairs.calendar.states import FairState
    from fairs.core.actor import SYSTEM

    change_state(office.fair, FairState.PUBLISHED, by=SYSTEM)
    answer = client.submit(f"/my/{office.fair.slug}/apply/company", COMPANY)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/my")
    assert db.session.scalars(select(Company)).all() == []


# --- who may see what ---------------------------------------------------------------------------------------------


def own_addresses(company_id: int, slug: str) -> list[str]:
    """Pages of one company."""
    return [
        f"/my/companies/{company_id}",
        f"/my/companies/{company_id}/team",
        f"/my/{slug}?company={company_id}",
        f"/my/{slug}/apply/company?company={company_id}",
    ]


def test_owner_team_mate_stranger_nobody(app: Flask, new_client: Callable[[], Client]) -> None:
    from fairs.directory.service import join_company

    office, owner, mate, stranger = new_office(), new_user(), new_user(), new_user()
    exhibitor = office.draft(owner)
    join_company(mate.id, exhibitor.company, by=actor_of(owner), is_owner=False)
    addresses = own_addresses(exhibitor.company_id, office.fair.slug)

    for person, expected in ((owner, {200, 302}), (mate, {200, 302}), (stranger, {404})):
        client = new_client()
        login(client, person)
        assert {client.get(address).status_code for address in addresses} <= expected, person.name
    nobody = new_client()
    assert {nobody.get(address).status_code for address in addresses} == {302}


def test_a_stranger_changes_nothing(app: Flask, client: Client) -> None:
    office, owner = new_office(), new_user()
    exhibitor = office.submitted(owner)
    login(client, new_user())
    slug, company = office.fair.slug, exhibitor.company_id
    posts = [
        f"/my/companies/{company}",
        f"/my/companies/{company}/team",
        f"/my/{slug}/withdraw?company={company}",
        f"/my/{slug}/apply/company?company={company}",
        f"/my/{slug}/apply/review?company={company}",
    ]
    assert {
        client.submit(path, {**COMPANY, "email": "x@example.com", "registration": "y"}).status_code for path in posts
    } == {404}
    assert db.session.get_one(Exhibitor, exhibitor.id).state is S.SUBMITTED


def test_a_draft_of_a_fair_is_not_there(app: Flask, client: Client) -> None:
    from fairs.calendar.states import FairState

    office = new_office(state=FairState.DRAFT)
    login(client, new_user())
    for path in (f"/my/{office.fair.slug}", f"/my/{office.fair.slug}/apply", f"/f/{office.fair.slug}/"):
        assert client.get(path).status_code == 404, path


# --- bad input ----------------------------------------------------------------------------------------------------

NASTY = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    '=HYPERLINK("http://example.com")',
    "Tên \u202egnoul\u202c ngược",
    "Ω" * 90,
    "' OR 1=1 --",
    "\x00\x07null",
]


@pytest.mark.parametrize("text", NASTY)
def test_odd_names_come_out_as_plain_text(app: Flask, client: Client, text: str) -> None:
    user = new_user()
    login(client, user)
    answer = client.submit("/my/company", {"name": text, "country": "VN"})
    assert answer.status_code == 303
    page = client.get("/my").get_data(as_text=True)
    [company] = companies_of(user.id)
    assert str(escape(company.name)) in page
    assert "<script>alert" not in page
    assert "\u202e" not in company.name
    assert "\x00" not in company.name


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Please fill this in."),
        ("name", "   ", "Please fill this in."),
        ("name", "\u202e", "Please fill this in."),
        ("name", "x" * 251, "At most 250 characters."),
        ("name_en", "x" * 251, "At most 250 characters."),
        ("country", "", "Please fill this in."),
        ("country", "XX", "Please choose a country."),
        ("country", "Việt Nam", "Please choose a country."),
        ("tax_code", "0100109107", "This tax code is not right"),
        ("tax_code", "một hai ba", "This tax code is not right"),
        ("tax_code", "-" * 21, "At most 20 characters."),
        ("village_id", "999999", "Please choose from the list."),
        ("village_id", "9" * 40, "Please choose from the list."),
        ("village_id", "abc", "Please choose from the list."),
        ("group_codes", "NOPE", "Please choose from the list of product groups."),
        ("phone", "call me", "Write a phone number"),
        ("phone", "1" * 41, "At most 40 characters."),
        ("email", "not an address", "This is not an e-mail address."),
        ("email", "a@" + "b" * 260 + ".vn", "At most 255 characters."),
        ("website", "javascript:alert(1)", "Write a web address"),
        ("website", "x" * 256, "At most 255 characters."),
        ("address", "x" * 401, "At most 400 characters."),
        ("commune", "x" * 121, "At most 120 characters."),
        ("description_vi", "x" * 2001, "At most 2000 characters."),
        ("description_en", "x" * 2001, "At most 2000 characters."),
    ],
)
def test_a_wrong_value_is_said_at_its_field_and_the_rest_is_kept(
    app: Flask, client: Client, field: str, value: str, message: str
) -> None:
    new_office()
    login(client, new_user())
    data = {**COMPANY, "address": "Số 1 phố Mẫu", "commune": "Xã Bát Tràng, Hà Nội", field: value}
    answer = client.submit("/my/company", data)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in text
    assert message in text
    kept = "Số 1 phố Mẫu" if field != "address" else "Xã Bát Tràng, Hà Nội"
    assert f'value="{kept}"' in text
    if value.strip() and field not in {"country", "village_id", "group_codes"} and value.isprintable():
        assert str(escape(value)) in text
    assert db.session.scalars(select(Company)).all() == []


@pytest.mark.parametrize(
    ("step", "change", "field"),
    [
        ("products", {"group_codes": []}, "group_codes"),
        ("products", {"group_codes": ["NOPE"]}, "group_codes"),
        ("products", {"products": ""}, "products"),
        ("products", {"products": " \u200b "}, "products"),
        ("products", {"products": "x" * 2001}, "products"),
        ("products", {"wishes": "x" * 1001}, "wishes"),
        ("products", {"track": "free"}, "track"),
        ("contact", {"contact_name": ""}, "contact_name"),
        ("contact", {"contact_name": "x" * 201}, "contact_name"),
        ("contact", {"contact_email": "nobody"}, "contact_email"),
        ("contact", {"contact_phone": "９９"}, "contact_phone"),
        ("contact", {"contact_phone": ""}, "contact_email"),
    ],
)
def test_wrong_steps_keep_what_was_typed(
    app: Flask, client: Client, step: str, change: dict[str, Any], field: str
) -> None:
    office, user = new_office(), new_user()
    office.draft(user)
    login(client, user)
    data = {**(PRODUCTS if step == "products" else CONTACT), **change}
    answer = client.submit(f"/my/{office.fair.slug}/apply/{step}", data)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in text
    kept = "Gần cửa" if step == "products" else "Nguyễn Thị Mẫu"
    if kept in data.values():
        assert kept in text


@pytest.mark.parametrize(
    "path",
    ["/my/companies/0", "/my/companies/99999999999999999999", "/my/nowhere", "/my/nowhere/apply", "/my/companies/-1"],
)
def test_addresses_of_nothing(app: Flask, client: Client, path: str) -> None:
    login(client, new_user())
    assert client.get(path).status_code in {404, 422}


@pytest.mark.parametrize("company", ["0", "-1", "abc", "9" * 5000, "1' OR '1'='1"])
def test_an_odd_company_in_the_address(app: Flask, client: Client, company: str) -> None:
    office, user = new_office(), new_user()
    office.draft(user)
    login(client, user)
    assert client.get(f"/my/{office.fair.slug}/apply/products?company={company}").status_code in {200, 404}


def test_the_start_page_costs_the_same_for_many_fairs(app: Flask, client: Client) -> None:
    user = new_user()
    login(client, user)
    first = new_office()
    company = first.company(user)
    from fairs.exhibitors.service import start_application

    start_application(first.fair, company, by=actor_of(user))
    with counted_queries() as one:
        assert client.get("/my").status_code == 200
    start_application(new_office().fair, company, by=actor_of(user))
    with counted_queries() as two:
        assert client.get("/my").status_code == 200
    # Each fair asks for its own booking, nothing else.
    assert len(two) - len(one) <= 2


def test_an_accepted_exhibitor_is_shown_the_way(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    accept_application(office.submitted(user), by=actor_of(office.staff()), note="Mời đến sớm")
    login(client, user)
    text = client.get(f"/my/{office.fair.slug}").get_data(as_text=True)
    assert "Mời đến sớm" in text
    assert "Accepted on" in text
