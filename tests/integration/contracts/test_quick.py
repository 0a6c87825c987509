"""The quick log: two badges, a value and a photo in one go; once, incomplete, and nothing lost when something is wrong."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.badges.models import Badge
from fairs.badges.service import code_of, issue_badge
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.contracts.counting import headline
from fairs.contracts.errors import EvidenceKnown, InvalidContract
from fairs.contracts.models import Contract
from fairs.contracts.quick import QuickDraft, quick_log
from fairs.contracts.service import edit_contract
from fairs.contracts.states import Verification
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.directory.models import Company
from fairs.directory.service import PersonDraft, save_person
from tests.factories.checkin import new_fair
from tests.factories.deals import Office, acting, office, scan
from tests.support.client import Client, login


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def badge(fair: Fair, company: Company) -> Badge:
    person = save_person(
        PersonDraft(native_name=f"Người của {company.name}", country=company.country, company_id=company.id), by=SYSTEM
    )
    kind = BadgeCategory.EXHIBITOR if company.is_domestic else BadgeCategory.IMPORTER
    return issue_badge(fair, person, kind, company=company, by=SYSTEM)


def draft(place: Office, **values: Any) -> QuickDraft:
    right: dict[str, Any] = {
        "exporter_id": place.exporter.id, "importer_id": place.importer.id, "currency": "USD", "value": Decimal(12500),
    }  # fmt: skip
    return QuickDraft(**{**right, **values})


def clerk(client: Client, place: Office) -> Any:
    user = place.user(Role.DEALS)
    login(client, user)
    client.get("/language/en")
    return user


def page(place: Office, rest: str = "") -> str:
    return f"/fairs/{place.fair.slug}/deals/quick{rest}"


def photo() -> tuple[io.BytesIO, str]:
    return io.BytesIO(scan().content), "photo.png"


def typed(place: Office, **values: Any) -> dict[str, Any]:
    right = {
        "exporter_id": place.exporter.id, "importer_id": place.importer.id, "value": "12.500", "currency": "USD",
        "state": "signed", "nonce": "n-1", "action": "save",
    }  # fmt: skip
    return {key: value for key, value in {**right, **values}.items() if value is not None}


def count() -> int:
    return int(db.session.scalar(select(func.count(Contract.id))) or 0)


def only() -> Contract:
    return db.session.scalars(select(Contract)).one()


# --- the service -----------------------------------------------------------------------------------------------------


def test_it_is_incomplete_and_counts_nowhere_until_a_clerk_has_finished_it(place: Office) -> None:
    place.rate()
    by = acting(place.user(Role.DEALS))
    logged = quick_log(place.fair, draft(place), by=by, photo=scan())
    assert (logged.verification, str(logged.state), logged.incoterm, logged.lines) == (
        Verification.INCOMPLETE,
        "signed",
        "",
        [],
    )
    assert (logged.signed_on, logged.value.decimal, logged.logged_by_id) == (
        place.fair.today,
        Decimal(12500),
        by.user_id,
    )
    assert db.session.scalars(select(Contract).where(headline())).all() == []
    done = edit_contract(logged, place.fair, place.draft(), by=by)
    assert (done.verification, done.evidence_id) == (Verification.LOGGED, logged.evidence_id)


def test_the_same_form_is_logged_once(place: Office) -> None:
    by = acting(place.user(Role.DEALS))
    first = quick_log(place.fair, draft(place, nonce="form-1"), by=by, photo=(paper := scan()))
    again = quick_log(place.fair, draft(place, nonce="form-1"), by=by, photo=paper)
    assert (again.id, count()) == (first.id, 1)
    other = quick_log(place.fair, draft(place, nonce="form-1"), by=acting(place.user(Role.DEALS)))
    assert (other.id != first.id, count()) == (True, 2)


def problems(place: Office, photo_: Any = None, **values: Any) -> dict[str, str]:
    with pytest.raises(InvalidContract) as caught:
        quick_log(place.fair, draft(place, **values), by=SYSTEM, photo=photo_)
    return {str(one.field): str(one) for one in caught.value.problems}


@pytest.mark.parametrize("value", [Decimal(0), Decimal(-5), Decimal(10**12), Decimal("0.001"), None])
def test_values_that_cannot_be(place: Office, value: Decimal | None) -> None:
    assert set(problems(place, value=value)) == {"value"}
    assert count() == 0


def test_every_problem_stands_at_its_field(place: Office) -> None:
    fake = Upload("photo.jpg", b"MZ\x90 a program")
    found = problems(place, fake, exporter_id=None, importer_id=place.exporter.id, currency="XXX", state="paid")
    assert set(found) == {"exporter", "importer", "currency", "state", "evidence"}
    assert set(problems(place, Upload("p.pdf", b"%PDF-1.4\n%%EOF"))) == {"evidence"}
    same = problems(place, importer_id=place.exporter.id)
    assert set(same) == {"importer"}


def test_a_photo_belongs_to_one_contract(place: Office) -> None:
    paper = scan()
    first = quick_log(place.fair, draft(place), by=SYSTEM, photo=paper)
    with pytest.raises(EvidenceKnown) as caught:
        quick_log(place.fair, draft(place), by=SYSTEM, photo=paper)
    assert (first.reference in str(caught.value), caught.value.field, count()) == (True, "evidence", 1)


# --- the page --------------------------------------------------------------------------------------------------------


def test_badges_choose_their_sides_in_any_order(place: Office, client: Client) -> None:
    clerk(client, place)
    codes = [code_of(badge(place.fair, company)) for company in (place.importer, place.exporter)]
    found = [client.get(page(place, "/party"), query_string={"code": code}).get_json()["parties"] for code in codes]
    assert [(one["name"], one["side"], one["country"]) for [one] in found] == [
        (place.importer.name, "importer", "Japan"), (place.exporter.name, "exporter", "Vietnam"),
    ]  # fmt: skip
    assert found[0][0]["flag"] == "🇯🇵"
    # Without a script: one after the other through the form itself.
    first = client.submit(
        page(place), {"code": codes[0], "action": "find", "value": "77", "currency": "EUR", "nonce": "a"}
    )
    assert (
        f'id="importer_id" name="importer_id" type="hidden" value="{place.importer.id}"' in first.text,
        'value="77"' in first.text,
    ) == (True, True)


def test_codes_that_open_nothing(place: Office, client: Client) -> None:
    clerk(client, place)
    elsewhere = badge(new_fair(), place.importer)
    answers = {
        name: client.get(page(place, "/party"), query_string={"code": code})
        for name, code in (("other fair", code_of(elsewhere)), ("unknown", "zzz-nobody"), ("empty", ""))
    }  # fmt: skip
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == {"other fair": 404, "unknown": 404, "empty": 200}
    assert "another fair" in answers["other fair"].get_json()["message"]
    assert "Register the company" in answers["unknown"].get_json()["message"]
    shown = client.submit(page(place), {**typed(place, action="find"), "code": code_of(elsewhere)})
    assert (shown.status_code, "another fair" in shown.text) == (422, True)


def test_the_same_party_or_the_same_side_twice(place: Office, client: Client) -> None:
    clerk(client, place)
    own, second = badge(place.fair, place.exporter), badge(place.fair, place.company("Mây tre Phú Vinh"))
    same = client.submit(page(place), typed(place, action="find", code=code_of(own), importer_id=""))
    assert (same.status_code, "same company again" in same.text) == (422, True)
    two = client.submit(page(place), typed(place, action="find", code=code_of(second), importer_id=""))
    assert (two.status_code, "Both badges are of companies in Viet Nam" in two.text) == (422, True)


def test_a_company_that_nobody_registered(place: Office, client: Client) -> None:
    clerk(client, place)
    answer = client.submit(page(place, "/company"), {"company_name": "Neu GmbH", "company_country": "DE"})
    [made] = answer.get_json()["parties"]
    assert (made["name"], made["side"], db.session.get_one(Company, made["id"]).country) == (
        "Neu GmbH",
        "importer",
        "DE",
    )
    again = client.submit(page(place, "/company"), {"company_name": "neu gmbh", "company_country": "DE"})
    assert again.get_json()["parties"][0]["id"] == made["id"]
    bad = client.submit(page(place, "/company"), {"company_name": "", "company_country": "DE"})
    assert (bad.status_code, bad.get_json()["field"]) == (422, "company_name")


def test_saved_with_photo_and_the_number_to_read_out(place: Office, client: Client) -> None:
    clerk(client, place)
    answer = client.submit(page(place), {**typed(place, currency="EUR"), "evidence": photo()})
    logged = only()
    assert (answer.status_code, answer.headers["Location"]) == (303, page(place, f"/{logged.reference}"))
    done = client.get(answer.headers["Location"]).text
    assert (logged.reference in done, "€12,500" in done, "The photo is here" in done) == (True, True, True)
    fresh = client.get(page(place)).text
    assert '<option selected value="EUR">' in fresh


def test_a_second_send_of_the_browser_logs_nothing_new(place: Office, client: Client) -> None:
    clerk(client, place)
    codes = "\n".join(code_of(badge(place.fair, company)) for company in (place.exporter, place.importer))
    sent = {**typed(place, exporter_id="", importer_id=""), "scanned": codes}
    answers = [client.submit(page(place), dict(sent), headers={"Fairs-Quick": "1"}) for _ in range(2)]
    logged = only()
    assert [(one.status_code, one.get_json()["reference"]) for one in answers] == [(200, logged.reference)] * 2
    assert (logged.exporter_id, logged.importer_id) == (place.exporter.id, place.importer.id)


def test_what_was_typed_stays_with_the_photo(place: Office, client: Client) -> None:
    clerk(client, place)
    answer = client.submit(page(place), {**typed(place, value="0", importer_id=""), "evidence": photo()})
    assert (answer.status_code, "Write an amount above 0" in answer.text, "Choose the importer" in answer.text) == (
        422,
        True,
        True,
    )
    assert ("photo.png is kept" in answer.text, place.exporter.name in answer.text) == (True, True)
    kept = answer.text.split('name="kept" type="hidden" value="')[1].split('"')[0]
    client.submit(page(place), typed(place, kept=kept))
    assert only().evidence_id is not None
    wrong = client.submit(
        page(place),
        {**typed(place, nonce="n-2"), "evidence": (io.BytesIO(b"%PDF-1.4\n%%EOF"), "x.jpg")},
        headers={"Fairs-Quick": "1"},
    )
    assert (wrong.status_code, set(wrong.get_json()["errors"])) == (422, {"evidence"})


def test_only_who_logs_contracts(place: Office, client: Client) -> None:
    for role, status in ((Role.AUDITOR, 403), (Role.LEADERSHIP, 403), (Role.DEALS, 200), (Role.ORGANISER, 200)):
        login(client, place.user(role))
        assert client.get(page(place)).status_code == status, role
