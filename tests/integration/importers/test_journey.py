"""An importer's way from the form to the badge, with a real SMTP server and a real PDF."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from fairs.audit.models import AuditEntry
from fairs.badges.models import Badge
from fairs.badges.service import replace_badge, revoke_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.links import AccessLink
from fairs.core.permissions import Role
from fairs.core.tokens import digest
from fairs.directory.models import Company, Consent, Person
from fairs.directory.service import PersonDraft, save_person
from fairs.importers.models import Importer
from fairs.importers.queries import badge_of
from fairs.importers.service import approve_importer, refuse_importer, working_days_after
from fairs.importers.states import ImporterState
from fairs.messages.models import OutboxMessage
from tests.factories.importers import Reception, deliver, link_in, mails_to, reception
from tests.support.client import Client, login


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def only() -> Importer:
    return db.session.scalars(select(Importer)).one()


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def register(place: Reception, client: Client, **changes: Any) -> tuple[dict[str, Any], str]:
    """Send the form; gives back what was sent and the path of the page in the mail."""
    form = place.form(**changes)
    answer = client.submit(f"{place.public}/importers/register", form)
    assert answer.status_code == 303, answer.text
    return form, link_in(mails_to(form["email"])[-1].body)


def test_from_the_form_to_the_badge(
    place: Reception, app: Flask, client: Client, new_client: Any, smtp_server: Any
) -> None:
    form, page = register(place, client)
    assert "Check your mail" in client.get(f"{place.public}/importers/check-mail").text
    importer = only()
    assert importer.state is ImporterState.UNCONFIRMED
    assert importer.decide_by is None
    assert count(Consent) == 0

    phone = new_client()
    assert "Confirm" in phone.get(page).text
    assert phone.submit(f"{page}/confirm").status_code == 303
    importer = only()
    assert importer.state is ImporterState.SUBMITTED
    assert importer.decide_by == working_days_after(place.fair.today, 5)
    assert {row.kind: row.given for row in db.session.scalars(select(Consent))} == {
        "registration": True, "sharing": True, "photos": False, "mailings": False,
    }  # fmt: skip
    text = phone.get(page).text
    assert "Phòng Quản lý Thương mại" in text

    organiser = new_client()
    login(organiser, place.user(Role.ORGANISER))
    answer = organiser.submit(f"{place.staff}/importers/{importer.reference}/approve")
    assert answer.status_code == 303
    importer = only()
    badge = db.session.scalars(select(Badge)).one()
    assert importer.state is ImporterState.APPROVED
    assert (importer.badge_id, badge.category, badge.company_id) == (
        badge.id,
        BadgeCategory.IMPORTER,
        importer.company_id,
    )

    assert deliver(app, smtp_server) == 3
    subjects = [str(mail["Subject"]) for mail in smtp_server.sent_to(form["email"])]
    assert subjects == [
        "Please confirm your registration: Test fair", "We have your registration: Test fair", "Your badge: Test fair",
    ]  # fmt: skip
    last = smtp_server.sent_to(form["email"])[-1]
    [pdf] = list(last.iter_attachments())
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_filename() == f"{badge.reference}.pdf"
    assert pdf.get_content().startswith(b"%PDF-")
    link = link_in(last.get_body().get_content())  # type: ignore[union-attr]
    text = phone.get(link).text
    assert badge.short_code in text
    assert 'lang="ja"' in text
    assert "田中花子" in text
    assert phone.get(f"{link}/badge.pdf").data.startswith(b"%PDF-")
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject_type == "Importer").order_by(AuditEntry.id)
    ).all()
    assert actions == ["importers.register", "importers.confirm", "importers.approve"]


def test_opening_the_link_changes_nothing(place: Reception, client: Client) -> None:
    _, page = register(place, client)
    for _ in range(3):
        assert client.get(page).status_code == 200
        assert client.head(page).status_code == 200
    assert only().state is ImporterState.UNCONFIRMED
    assert client.get(f"{page}/confirm").status_code == 405
    assert client.post(f"{page}/confirm").status_code == 400  # without the page's token against forged requests
    assert only().state is ImporterState.UNCONFIRMED


def test_confirming_twice_is_as_once(place: Reception, client: Client) -> None:
    form, page = register(place, client)
    for _ in range(2):
        assert client.submit(f"{page}/confirm").status_code == 303
    assert [mail.kind for mail in mails_to(form["email"])] == ["importers/confirm", "importers/received"]


def test_the_same_address_twice_gets_its_link_again_and_nobody_learns_it(place: Reception, client: Client) -> None:
    form, page = register(place, client)
    first = client.get(f"{place.public}/importers/check-mail").text
    answer = client.submit(
        f"{place.public}/importers/register", {**form, "native_name": "Someone Else", "email": form["email"].upper()}
    )
    assert answer.status_code == 303
    assert client.get(f"{place.public}/importers/check-mail").text.count("Check your mail") == first.count(
        "Check your mail"
    )
    assert only().person.native_name == "田中花子"
    mails = mails_to(form["email"])
    assert [mail.kind for mail in mails] == ["importers/confirm", "importers/confirm"]
    second = link_in(mails[1].body)
    assert second != page
    assert client.submit(f"{second}/confirm").status_code == 303
    assert client.get(page).status_code == 200  # the earlier mail may be the one that is kept
    client.submit(f"{place.public}/importers/register", form)
    assert mails_to(form["email"])[-1].kind == "importers/again"
    assert count(Importer) == 1


def test_a_stranger_who_types_my_address_changes_nothing_of_mine(place: Reception, client: Client) -> None:
    me = save_person(
        PersonDraft(
            "田中花子", "Tanaka Hanako", email="me@mihon.example", phone="+81312345678", country="JP", job_title="Owner"
        ),
        by=SYSTEM,
    )
    _, page = register(place, client, email="me@mihon.example", job_title="Thief", badge_name="Mallory")
    assert only().person_id == me.id
    assert (me.job_title, me.badge_name, me.phone) == ("Owner", "", "+81312345678")
    assert count(Consent) == 0
    client.submit(f"{page}/confirm")
    mine = db.session.get_one(Person, me.id)
    assert (mine.job_title, mine.badge_name, mine.phone) == ("Thief", "Mallory", "+819012345678")


def test_only_the_hash_of_a_token_is_kept(place: Reception, client: Client) -> None:
    _, page = register(place, client)
    token = page.removeprefix("/i/")
    assert db.session.scalars(select(AccessLink.token_hash)).one() == digest(token)


@pytest.mark.parametrize("token", ["x", "0" * 32, "../../etc/passwd", "%00", "田中", "a" * 3000])
def test_foreign_tokens_open_nothing(place: Reception, client: Client, token: str) -> None:
    for path in (f"/i/{token}", f"/v/{token}", f"/i/{token}/badge.pdf"):
        assert client.get(path).status_code in {404, 308}, path
    assert client.submit(f"/i/{'0' * 32}/confirm").status_code == 404


def test_a_visitors_link_opens_no_importers_page(place: Reception, client: Client) -> None:
    place.visitor(email="khach@mau.example")
    link = link_in(mails_to("khach@mau.example")[0].body)
    assert client.get(link).status_code == 200
    assert client.get(link.replace("/v/", "/i/")).status_code == 404
    assert client.submit(link.replace("/v/", "/i/") + "/withdraw").status_code == 404


def test_links_expire(place: Reception, client: Client) -> None:
    form, page = register(place, client)
    with time_machine.travel(now() + timedelta(days=7, minutes=1), tick=False):
        answer = client.get(page)
        assert answer.status_code == 410
        assert "no longer valid" in answer.text or "không còn hiệu lực" in answer.text
        assert client.submit(f"{page}/confirm").status_code == 410
        client.submit(f"{place.public}/importers/register", form)
        assert client.get(link_in(mails_to(form["email"])[-1].body)).status_code == 200
    assert only().state is ImporterState.UNCONFIRMED


def test_headers_of_the_own_page(place: Reception, client: Client) -> None:
    _, page = register(place, client)
    headers = client.get(page).headers
    assert headers["Referrer-Policy"] == "strict-origin"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["X-Fairs-Offline"] == f"until={place.fair.ends_on.isoformat()}"


def test_refused_with_the_reason(place: Reception, client: Client) -> None:
    importer = place.importer()
    login(client, place.user(Role.ORGANISER))
    path = f"{place.staff}/importers/{importer.reference}/refuse"
    assert client.submit(path, {"reason": "   "}).status_code == 422
    assert client.submit(path, {"reason": "Only for <b>importers</b>"}).status_code == 303
    assert only().state is ImporterState.REFUSED
    mail = mails_to(importer.person.email)[-1]
    assert mail.kind == "importers/refused"
    assert "Only for <b>importers</b>" in mail.body
    page = client.get(link_in(mail.body))
    assert "Only for &lt;b&gt;importers&lt;/b&gt;" in page.text
    assert page.headers["X-Fairs-Offline"] == "drop"
    assert count(Badge) == 0


def test_withdrawing_revokes_the_badge(place: Reception, client: Client) -> None:
    importer = approve_importer(place.importer(), by=SYSTEM)
    page = link_in(mails_to(importer.person.email)[-1].body)
    assert client.get(f"{page}/withdraw").status_code == 405
    assert client.submit(f"{page}/withdraw").status_code == 303
    assert only().state is ImporterState.WITHDRAWN
    assert db.session.scalars(select(Badge)).one().state is BadgeState.REVOKED
    answer = client.get(page)
    assert answer.headers["X-Fairs-Offline"] == "drop"
    assert client.get(f"{page}/badge.pdf").status_code == 404
    assert client.submit(f"{page}/withdraw").status_code == 409


def test_a_revoked_badge_leaves_the_phone_and_a_new_one_takes_its_place(place: Reception, client: Client) -> None:
    importer = approve_importer(place.importer(), by=SYSTEM)
    page = link_in(mails_to(importer.person.email)[-1].body)
    assert badge_of(importer) is not None
    new = replace_badge(badge_of(importer), "Lost", by=SYSTEM)  # type: ignore[arg-type]
    answer = client.get(page)
    assert new.short_code in answer.text
    assert answer.headers["X-Fairs-Offline"].startswith("until=")
    revoke_badge(new, "Given to somebody else", by=SYSTEM)
    answer = client.get(page)
    assert new.short_code not in answer.text
    assert answer.headers["X-Fairs-Offline"] == "drop"


def test_the_page_speaks_the_importers_language_until_they_choose(place: Reception, new_client: Any) -> None:
    approve_importer(place.importer(locale="en"), by=SYSTEM)
    page = link_in(mails_to(only().person.email)[-1].body)
    phone = new_client()
    assert "You are welcome" in phone.get(page, headers={"Accept-Language": "ja"}).text
    phone.get("/language/vi")
    assert "Hân hạnh đón tiếp" in phone.get(page).text


def test_approving_twice_issues_one_badge(place: Reception) -> None:
    importer = place.importer()
    for _ in range(2):
        approve_importer(importer, by=SYSTEM)
    assert count(Badge) == 1
    kinds = db.session.scalars(select(OutboxMessage.kind)).all()
    assert sorted(kinds) == ["importers/approved", "importers/received"]


def test_what_is_decided_stays_decided(place: Reception, client: Client) -> None:
    login(client, place.user(Role.ORGANISER))
    refused = refuse_importer(place.importer(), "no", by=SYSTEM)
    answer = client.submit(f"{place.staff}/importers/{refused.reference}/approve")
    assert answer.status_code == 409
    approved = approve_importer(place.importer(), by=SYSTEM)
    assert client.submit(f"{place.staff}/importers/{approved.reference}/refuse", {"reason": "no"}).status_code == 409
    assert count(Badge) == 1


def test_a_company_is_found_again(place: Reception) -> None:
    place.importer(company_name="Sample Imports KK")
    place.importer(company_name="SAMPLE  imports kk")
    assert count(Company) == 1
