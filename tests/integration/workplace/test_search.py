"""Search over everything: what finds what, for whom, at which cost, and what hostile text does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import insert

from fairs.accounts.service import grant_role
from fairs.badges.queries import badge_by_reference
from fairs.badges.service import code_of, issue_badge
from fairs.badges.states import BadgeCategory
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.directory.models import Person
from fairs.directory.service import CompanyDraft, PersonDraft, save_company, save_person
from fairs.exhibitors.service import accept_application
from fairs.printing.blanks import BatchDraft, make_batch
from fairs.printing.stations import StationDraft, save_station
from fairs.workplace.terms import KEYS
from tests.factories.checkin import entrance
from tests.factories.deals import office as deals_office
from tests.factories.exhibitors import actor_of, new_office, new_user
from tests.factories.people import end_of, make_fair
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.unit.badges.telex_keyboard import TelexKeyboard


def found(client: Client, text: str, **more: str) -> str:
    answer = client.get(f"/search?{urlencode({'q': text, **more})}")
    assert answer.status_code == 200, (text, answer.status_code)
    return answer.get_data(as_text=True)


def goes_to(client: Client, text: str) -> str:
    answer = client.get(f"/search?{urlencode({'q': text})}")
    assert answer.status_code == 303, text
    return str(answer.headers["Location"])


def test_names_numbers_and_references(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor = office.submitted(
        name="Gốm Đức Phát", name_en="Duc Phat Ceramics", tax_code="0100109106", phone="0912345678"
    )
    accept_application(exhibitor, by=actor_of(office.staff()))
    draft = PersonDraft(
        native_name="Nguyễn Thị Ánh Đào", email="dao@phat.example", phone="0987654321", company_id=exhibitor.company_id
    )
    person = save_person(draft, by=SYSTEM)
    save_company(CompanyDraft(name="Lụa Vạn Phúc", country="VN"), by=SYSTEM)
    login(client, office.staff())
    company_page, person_page = f"/directory/companies/{exhibitor.company_id}", f"/directory/people/{person.id}"
    for text in (
        "gom duc",
        "phat gốm",
        "DUC  ceram",
        "0912 345 678",
        "+84 912345678",
        "84912345678",
        "912345",
        "0084912345678",
    ):
        page = found(client, text)
        assert company_page in page and "Lụa Vạn Phúc" not in page, text
    assert exhibitor.reference in found(client, "phat gom")
    for text in ("dao anh", "Nguyen Thi", "anh dao nguyen", "dao@phat", "0987.654.321", "(+84) 987 654 321"):
        assert person_page in found(client, text), text
    assert goes_to(client, "0100109106") == goes_to(client, "0100 109 106") == company_page
    assert goes_to(client, exhibitor.reference.lower()).endswith(f"/exhibitors/{exhibitor.reference}")


def test_booth_invoice_contract_and_badge(app: Flask, client: Client) -> None:
    office = deals_office()
    invoice, contract = office.invoice(), office.contract(number="HĐ-77/2026")
    organiser = office.user(Role.ORGANISER)
    login(client, organiser)
    base = f"/fairs/{office.fair.slug}"
    page = found(client, "mau bat trang")
    assert f"{base}/money/{invoice.number}" in page and f"{base}/deals/{contract.reference}" in page
    assert (
        goes_to(client, invoice.number)
        == goes_to(client, invoice.payment_reference)
        == f"{base}/money/{invoice.number}"
    )
    assert goes_to(client, contract.reference) == f"{base}/deals/{contract.reference}"
    assert contract.reference in found(client, "hđ-77/2026")


def test_only_what_the_roles_may_see(app: Flask, new_client: Any) -> None:
    office = deals_office()
    invoice, contract = office.invoice(), office.contract()
    person = save_person(PersonDraft(native_name="Trần Bát Tràng", company_id=office.exporter.id), by=SYSTEM)
    marks = {
        "money": invoice.number,
        "deals": contract.reference,
        "company": f"/directory/companies/{office.exporter.id}",
        "person": f"/directory/people/{person.id}",
    }

    def seen(*roles: Role, fair: Any = None) -> set[str]:
        user = office.user()
        for role in roles:
            fair_id = None if role.is_system_wide else (fair or office.fair).id
            grant_role(user, role, fair_id=fair_id, by=SYSTEM, ends_at=end_of(role))
        client = new_client()
        login(client, user)
        page = found(client, "bat trang")
        return {key for key, mark in marks.items() if mark in page}

    assert seen(Role.ADMIN) == seen(Role.ORGANISER) == {"money", "deals", "company", "person"}
    assert seen(Role.FINANCE) == {"money", "company", "person"}
    assert seen(Role.DEALS) == {"deals", "company", "person"}
    assert seen(Role.LEADERSHIP) == {"money"}
    assert seen(Role.PARTNER) == seen(Role.GATE_SUPERVISOR) == seen(Role.JURY) == set()
    # Another fair's organiser sees the register, which is everybody's, and nothing of this fair.
    assert seen(Role.ORGANISER, fair=make_fair()) == {"company", "person"}
    stranger = new_client()
    login(stranger, new_user())
    assert (
        stranger.get("/search?q=bat+trang").status_code
        == stranger.submit("/search/matches", {"q": "bat"}).status_code
        == 403
    )
    assert new_client().get("/search?q=bat+trang").status_code == 302


def telex(code: str) -> str:
    """What a hand scanner types while a Vietnamese keyboard is on."""
    return TelexKeyboard().type(code)


def _badge(fair: Any) -> Any:
    person = save_person(PersonDraft(native_name="Lê Thị Quét"), by=SYSTEM)
    return issue_badge(fair, person, BadgeCategory.TRADE, by=SYSTEM)


def test_a_scanned_badge_opens_its_person(app: Flask, new_client: Any) -> None:
    office = new_office()
    badge = _badge(office.fair)
    code, short = code_of(badge), badge.short_code
    client = new_client()
    login(client, office.staff())
    person_page = f"/directory/people/{badge.person_id}"
    for text in (code, telex(code), code.lower(), short, short.replace("-", "").lower()):
        assert goes_to(client, text) == person_page
        answer = client.submit("/search/matches", {"q": text}).get_data(as_text=True)
        assert f'data-go="{person_page}"' in answer
    # The gate may not open people, but badges of its own fair; nobody else's.
    gate = new_client()
    login(gate, office.staff(Role.GATE_SUPERVISOR))
    assert goes_to(gate, telex(code)) == f"/fairs/{office.fair.slug}/badges/{badge.reference}"
    elsewhere = new_client()
    user = new_user()
    grant_role(user, Role.GATE_SUPERVISOR, fair_id=make_fair().id, by=SYSTEM)
    login(elsewhere, user)
    assert badge.reference not in found(elsewhere, short) + found(elsewhere, code)
    assert badge_by_reference(office.fair.id, badge.reference) is not None


@pytest.mark.parametrize(
    "text",
    ["%", "%%", "__", "a_", "\\%", "'; --", "\x00\x00", "a\x00b", "😀😀", "مرحبا", "\u202eabc", "x" * 5000, "a " * 90, "٠٩١٢", "--", "+84", "000", "GS26-E-", "]Q1" + "A" * 114],
)  # fmt: skip
def test_hostile_text_finds_nothing_and_breaks_nothing(app: Flask, client: Client, text: str) -> None:
    office = new_office()
    company = office.company(name="Một cơ sở")
    login(client, office.staff())
    assert f"/directory/companies/{company.id}" not in found(client, text)
    assert client.submit("/search/matches", {"q": text}).status_code == 200


def test_costs_the_same_for_more_rows_and_nothing_for_a_letter(app: Flask, client: Client) -> None:
    office = new_office()
    login(client, office.staff())
    office.submitted(name="Gốm Một")
    client.get("/search?q=gom")
    with counted_queries() as one:
        found(client, "gom")
    for name in ("Gốm Hai", "Gốm Ba"):
        office.submitted(name=name)
    with counted_queries() as three:
        found(client, "gom")
    with counted_queries() as empty:
        found(client, "g")
    assert len(one) == len(three)
    assert any("folded" in statement for statement in one) and not any("folded" in statement for statement in empty)


def test_more_than_can_be_followed_by_key(app: Flask, client: Client) -> None:
    """Where too many names fit, each kind looks for itself, the newest fairs first, and says that there are more."""
    office, older = new_office(), make_fair("OLD1", in_days=-100)
    namesakes = [
        {"native_name": "Phạm Đông", "folded": f"pham dong {n:04d}", "created_at": now()} for n in range(KEYS + 1)
    ]
    with transaction():
        db.session.execute(insert(Person), namesakes)
    for number in range(4):
        # The last ones by every order: they are not among the first keys.
        person = save_person(PersonDraft(native_name=f"Phạm Đông Zz {number}"), by=SYSTEM)
        issue_badge(older if number % 2 else office.fair, person, BadgeCategory.TRADE, by=SYSTEM)
    admin = new_user()
    grant_role(admin, Role.ADMIN, fair_id=None, by=SYSTEM)
    login(client, admin)
    page = found(client, "dong pham")
    assert f"{KEYS:,}+" in page
    assert page.count("/badges/") == 4
    badges = page[page.index('id="kind-badges"') :]
    assert badges.index(office.fair.name_en) < badges.index(older.name_en)


def test_the_text_is_told_to_nobody(app: Flask, client: Client) -> None:
    office = new_office()
    login(client, office.staff())
    assert client.get("/search?q=nguyen").headers["Referrer-Policy"] == "strict-origin"
    assert 'action="/search"' in client.get("/directory").get_data(as_text=True)


def test_print_stations_and_blanks(app: Flask, client: Client) -> None:
    place = entrance()
    station = save_station(place.fair, StationDraft("Quầy Sen"), by=SYSTEM)
    make_batch(place.fair, BatchDraft(BadgeCategory.TRADE, 3, 417, ""), by=SYSTEM)
    login(client, place.user(Role.ORGANISER))
    base = f"/fairs/{place.fair.slug}/printing"
    assert f"{base}/stations/{station.id}" in found(client, "quay sen")
    page = found(client, "000418")
    assert f"{base}/blanks" in page and "000418" in page
    assert f"{base}/blanks" not in found(client, "000420")
