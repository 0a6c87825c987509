"""The pages of a company and a person: what stands on top, the time line over the years, and what each reader sees."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Flask

from fairs.accounts.service import grant_role
from fairs.badges.service import issue_badge
from fairs.badges.states import BadgeCategory
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.directory.models import Company
from fairs.directory.service import CompanyDraft, PersonDraft, record_consent, save_company, save_person
from fairs.exhibitors.service import accept_application
from fairs.notes.service import NoteDraft, add_note
from fairs.notes.states import NoteKind
from fairs.workplace.scope import Scope
from fairs.workplace.story import PAGE, story
from tests.factories.deals import office as deals_office
from tests.factories.exhibitors import actor_of, new_office, new_user
from tests.factories.importers import Reception
from tests.factories.people import make_fair
from tests.support.client import Client, login
from tests.support.queries import counted_queries


def shown(client: Client, subject: Any, query: str = "") -> str:
    section = "companies" if isinstance(subject, Company) else "people"
    answer = client.get(f"/directory/{section}/{subject.id}{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_debts_next_step_and_contracts(app: Flask, new_client: Any, time_machine: Any) -> None:
    office = deals_office()
    invoice, contract = office.invoice(12_000_000), office.contract()
    users = {role: office.user(role) for role in (Role.FINANCE, Role.DEALS, Role.FRONT_DESK)}
    pages = {}
    for moment in ("in time", "late"):
        if moment == "late":
            time_machine.move_to(now() + timedelta(days=10))
        for role, user in users.items():
            client = new_client()
            login(client, user)
            client.get("/language/en")
            pages[moment, role] = shown(client, office.exporter)
    assert "due on" in pages["in time", Role.FINANCE] and "Overdue since" not in pages["in time", Role.FINANCE]
    late = pages["late", Role.FINANCE]
    assert "Overdue since" in late and "Open the invoice" in late and "₫6,480,000" in late
    assert contract.reference in pages["late", Role.DEALS] and "Open the contract" in pages["late", Role.DEALS]
    # Who may not see invoices or contracts reads of neither, in the cards nor in the time line.
    for page in (pages["late", Role.DEALS], pages["late", Role.FRONT_DESK]):
        assert invoice.number not in page and "Debts" not in page
    assert contract.reference not in pages["late", Role.FRONT_DESK] + late


def test_a_waiting_application_is_the_next_step(app: Flask, new_client: Any) -> None:
    office = new_office()
    exhibitor = office.submitted()
    company = exhibitor.company
    for role, sees in ((Role.ORGANISER, True), (Role.HOSPITALITY, False)):
        client = new_client()
        login(client, office.staff(role))
        assert ("waits for a decision" in shown(client, company)) is sees
        assert (exhibitor.reference in shown(client, company)) is sees
    accept_application(exhibitor, by=actor_of(office.staff()))
    client = new_client()
    login(client, office.staff())
    page = shown(client, company)
    assert "without a booth yet" in page and "Exhibitor: Accepted" in page


def test_importers_and_visitors_took_part_too(app: Flask, client: Client) -> None:
    office = new_office()
    reception = Reception(office.fair)
    importer, visitor = reception.importer(), reception.visitor()
    record_consent(visitor.person, "photos", False, fair_id=office.fair.id, text_version="1")
    login(client, office.staff())
    for subject in (importer.person, importer.company):
        assert importer.reference in shown(client, subject) and "Registered as an importer" in shown(client, subject)
    page = shown(client, visitor.person)
    assert (
        visitor.reference in page
        and "Registered as a visitor" in page
        and "Photographs" in page
        and "not agreed" in page
    )


def test_the_time_line_shows_everything_once_page_by_page(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor = office.submitted()
    company, by = exhibitor.company, actor_of(office.staff())
    for number in range(PAGE + 5):
        # All at one moment: the order must hold nevertheless.
        add_note(
            company,
            NoteDraft(NoteKind.NOTE, f"Lần {number:03d}", happened_at=now().replace(minute=0, second=0, microsecond=0)),
            by=by,
        )
    add_note(company, NoteDraft(NoteKind.NOTE, "Năm xưa", happened_at=now() - timedelta(days=1500)), by=by)
    login(client, office.staff())
    seen: list[str] = []
    address, pages = "?show=note", 0
    while address and pages < 5:
        page = shown(client, company, address)
        line = page[page.index('id="time-line"') :]
        seen += re.findall(r"Lần \d{3}|Năm xưa", line)
        following = re.search(r'rel="next" href="[^"?]*([^"#]*)#', line)
        address, pages = following[1].replace("&amp;", "&") if following else "", pages + 1
    assert sorted(seen) == sorted([*(f"Lần {number:03d}" for number in range(PAGE + 5)), "Năm xưa"])
    assert seen[-1] == "Năm xưa"
    assert str((now() - timedelta(days=1500)).year) in page
    assert client.get(f"/directory/companies/{company.id}?cursor=nonsense").status_code == 422


def test_pages_join_without_gap_over_all_sources(app: Flask) -> None:
    office = deals_office()
    organiser = office.user(Role.ORGANISER)
    company = office.exporter
    for _ in range(16):
        office.invoice()
        office.contract()
    person = save_person(PersonDraft(native_name="Người mẫu", company_id=company.id), by=SYSTEM)
    issue_badge(office.fair, person, BadgeCategory.EXHIBITOR, company=company, by=SYSTEM)
    scope, fairs = Scope.of(organiser.grants), {office.fair.id: office.fair}
    with app.test_request_context():
        whole, cursor = [], ""
        while True:
            page = story(company, scope, fairs, cursor=cursor)
            whole += [event.order for event in page.events]
            if page.next is None:
                break
            cursor = page.next
    assert len(whole) > PAGE
    assert whole == sorted(set(whole), reverse=True)
    told = {rank for _, rank, _ in whole}
    assert len(told) >= 4, "accounts, money, contracts and badges each tell of something"


def test_duplicates_are_named(app: Flask, client: Client) -> None:
    office = new_office()
    first = office.company(name="Gốm Đức Phát", phone="0912345678")
    same_name = save_company(CompanyDraft(name="Gom Duc Phat", country="VN"), by=SYSTEM)
    same_phone = save_company(CompanyDraft(name="Khác hẳn", country="VN", phone="+84912345678"), by=SYSTEM)
    other = save_company(CompanyDraft(name="Lụa Vạn Phúc", country="VN"), by=SYSTEM)
    login(client, office.staff())
    page = shown(client, first)
    assert "Perhaps registered twice" in page
    assert f"/companies/{same_name.id}" in page and f"/companies/{same_phone.id}" in page
    assert f"/companies/{other.id}" not in page and "Perhaps registered twice" not in shown(client, other)


def test_other_fairs_money_stays_theirs(app: Flask, client: Client) -> None:
    office = deals_office()
    invoice = office.invoice()
    elsewhere = new_user()
    grant_role(elsewhere, Role.ORGANISER, fair_id=make_fair().id, by=SYSTEM)
    login(client, elsewhere)
    assert invoice.number not in shown(client, office.exporter)


def test_pages_cost_the_same_for_longer_histories(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor = office.submitted()
    company, by = exhibitor.company, actor_of(office.staff())
    login(client, office.staff())

    def more(number: int) -> None:
        person = save_person(PersonDraft(native_name=f"Người {number}", company_id=company.id), by=SYSTEM)
        issue_badge(
            office.fair, person, BadgeCategory.EXHIBITOR, company=db.session.get_one(Company, company.id), by=SYSTEM
        )
        draft = NoteDraft(NoteKind.NOTE, "Gọi lại", follow_up_on=office.fair.today)
        add_note(person, draft, by=by)

    address = f"/directory/companies/{company.id}"
    more(0)
    client.get(address)
    with counted_queries() as one:
        client.get(address)
    more(1)
    more(2)
    with counted_queries() as three:
        client.get(address)
    assert len(one) == len(three)
