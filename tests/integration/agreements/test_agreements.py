"""Agreements: the text in versions, the PDF kept as it was, acceptance by the owner or on paper, and what makes a new one due."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.agreements.errors import NothingBooked, Outdated, OwnersOnly
from fairs.agreements.issuing import issue_agreement, issue_due
from fairs.agreements.models import Agreement
from fairs.agreements.queries import agreement_by_hash, current_agreement, due_exhibitors
from fairs.agreements.service import TemplateDraft, accept, enter_scan, publish_template, save_template
from fairs.agreements.states import AgreementState
from fairs.agreements.wording import BODY_EN, BODY_VI
from fairs.booths.models import BoothBooking
from fairs.booths.service import cancel_booking
from fairs.calendar.service import change_settings
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.directory.models import Membership
from fairs.directory.service import join_company
from fairs.exhibitors.models import Exhibitor
from fairs.messages.models import OutboxMessage
from tests.factories.booths import Ground, new_ground
from tests.support.client import Client, login
from tests.support.jobs import run_jobs
from tests.support.queries import counted_queries


@dataclass
class Office:
    """A fair with a published text, an exhibitor with a reserved booth, and the person in charge of it."""

    ground: Ground
    exhibitor: Exhibitor
    booking: BoothBooking
    owner: User

    @property
    def by(self) -> Actor:
        """The owner as an actor."""
        return Actor(self.owner.id, self.owner.name)

    def issue(self) -> Agreement:
        """The agreement as things stand."""
        return issue_agreement(self.exhibitor, by=SYSTEM)

    def accept(self, agreement: Agreement) -> Agreement:
        """Accepted by the owner."""
        return accept(agreement, seen_sha256=agreement.pdf_sha256, by=self.by)

    def path(self, rest: str = "") -> str:
        """The exhibitor's own page."""
        return f"/my/{self.ground.fair.slug}/agreement/{self.exhibitor.reference}{rest}"


def _publish(ground: Ground, extra: str = "") -> None:
    save_template(ground.fair, TemplateDraft(BODY_VI + extra, BODY_EN), by=SYSTEM)
    publish_template(ground.fair, by=SYSTEM)


@pytest.fixture
def office(app: Flask) -> Office:
    ground = new_ground(terms_vi="1. Không hoàn lại.", terms_en="1. No refund.")
    _publish(ground)
    exhibitor = ground.exhibitor(contact_email="ha@lang-nghe.example")
    return Office(ground, exhibitor, ground.reserve("A-001", exhibitor), ground.user(of=exhibitor))


def _text(agreement: Agreement) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(agreement.file.read()))
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()


def test_the_pdf_says_everything_in_both_languages(office: Office) -> None:
    text = _text(office.issue())
    # A corner of 9 m² at 12,000,000 and 10 % more, with 8 % VAT.
    for part in ("HỢP ĐỒNG THAM GIA", office.exhibitor.company.name, "A-001", "14.256.000", "₫14,256,000", "Không hoàn lại",
                 "No refund", "Đặt cọc", "Deposit", "7.128.000", "Bên A", "Party B"):  # fmt: skip
        assert part in text, part
    assert "{" not in text


def test_what_was_issued_is_mailed_once_and_kept(office: Office) -> None:
    first = office.issue()
    assert office.issue().id == first.id  # nothing has changed
    assert hashlib.sha256(first.file.read()).hexdigest() == first.pdf_sha256
    letters = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "agreements/issued")).all()
    assert [letter.recipient for letter in letters] == ["ha@lang-nghe.example"]
    assert first.number in letters[0].subject


def test_only_the_owner_accepts_and_only_what_was_read(office: Office) -> None:
    agreement = office.issue()
    colleague = office.ground.user()
    join_company(colleague.id, office.exhibitor.company, by=SYSTEM, is_owner=False)
    for stranger in (colleague, office.ground.user(Role.ORGANISER)):
        with pytest.raises(OwnersOnly):
            accept(agreement, seen_sha256=agreement.pdf_sha256, by=Actor(stranger.id, stranger.name))
    with pytest.raises(Outdated):
        accept(agreement, seen_sha256="0" * 64, by=office.by)
    done = office.accept(agreement)
    assert (done.state, done.accepted_by_id) == (AgreementState.ACCEPTED, office.owner.id)
    assert office.accept(done).accepted_at == done.accepted_at  # once
    with pytest.raises(InvalidTransition):
        enter_scan(
            done,
            Upload("a.pdf", b"%PDF-1.4"),
            signed_on=office.ground.fair.today,
            today=office.ground.fair.today,
            by=SYSTEM,
        )


@pytest.mark.parametrize("change", ["terms", "text", "booth"])
def test_a_change_needs_a_new_acceptance_and_the_old_stays_readable(office: Office, change: str) -> None:
    first = office.accept(office.issue())
    before, kept = first.pdf_sha256, first.file.read()
    if change == "terms":
        change_settings(office.ground.fair, {"terms_vi": "1. Hoàn lại 50 %."}, by=SYSTEM)
    elif change == "text":
        _publish(office.ground, "\n\nĐiều bổ sung.")
    else:
        office.ground.hold("A-002", office.exhibitor, as_staff=True)
        from fairs.booths.service import reserve

        held = db.session.scalar(select(BoothBooking).where(BoothBooking.state == "held"))
        reserve(held, fascia_name="B", terms_accepted=True, by=SYSTEM)
    assert due_exhibitors(office.ground.fair)[0] == [office.exhibitor.id]
    assert issue_due(office.ground.fair, by=SYSTEM) == 1
    second = current_agreement(office.exhibitor.id)
    assert second is not None
    assert (second.version, second.state) == (2, AgreementState.ISSUED)
    old = db.session.get_one(Agreement, first.id)
    assert (old.state, old.pdf_sha256, old.file.read()) == (AgreementState.SUPERSEDED, before, kept)
    assert old.number in _text(second)  # what it replaces
    with pytest.raises(InvalidTransition):
        accept(old, seen_sha256="0" * 64, by=office.by)


def test_the_outdated_cannot_be_accepted(office: Office) -> None:
    agreement = office.issue()
    change_settings(office.ground.fair, {"terms_vi": "1. Khác."}, by=SYSTEM)
    with pytest.raises(Outdated):
        office.accept(agreement)


def test_paper_that_was_signed(office: Office) -> None:
    agreement, today = office.issue(), office.ground.fair.today
    paper = Upload("ky.pdf", b"%PDF-1.4 signed")
    with pytest.raises(InvalidInput):
        enter_scan(agreement, paper, signed_on=today + timedelta(days=1), today=today, by=SYSTEM)
    done = enter_scan(agreement, paper, signed_on=today, today=today, by=SYSTEM)
    assert done.state is AgreementState.SCANNED
    found = agreement_by_hash(hashlib.sha256(paper.content).hexdigest().upper())
    assert found is not None
    assert (found[0].id, found[1]) == (agreement.id, True)


def test_it_ends_with_the_booth(office: Office) -> None:
    agreement = office.accept(office.issue())
    cancel_booking(office.booking, reason="Không đặt cọc", by=SYSTEM)
    issue_due(office.ground.fair, by=SYSTEM)
    assert db.session.get_one(Agreement, agreement.id).state is AgreementState.CANCELLED
    with pytest.raises(NothingBooked):
        office.issue()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (BODY_VI + " {rubbish}", "body_vi"),
        (BODY_VI.replace("{booths}", "Gian {booths} và"), "body_vi"),
        (BODY_VI.replace("{payments}", ""), "body_vi"),
        ("x" * 40_001, "body_vi"),
    ],
    ids=["unknown", "within a line", "missing", "too long"],
)
def test_a_text_that_cannot_be(office: Office, body: str, field: str) -> None:
    with pytest.raises(InvalidInput) as error:
        save_template(office.ground.fair, TemplateDraft(body, BODY_EN), by=SYSTEM)
    assert error.value.field == field


def test_code_in_a_text_or_a_name_stays_text(office: Office) -> None:
    save_template(office.ground.fair, TemplateDraft(BODY_VI + "\n\n{{7*7}} $(x) <b>{company.name}", BODY_EN), by=SYSTEM)
    publish_template(office.ground.fair, by=SYSTEM)
    text = _text(office.issue())
    assert "{{7*7}} $(x) <b>{company.name}" in text


def test_the_exhibitor_reads_and_accepts(office: Office, client: Client, new_client: Any) -> None:
    login(client, office.owner)
    assert "chưa được lập" in client.get(office.path()).text
    client.submit(office.path("/prepare"))
    agreement = current_agreement(office.exhibitor.id)
    assert agreement is not None
    assert agreement.pdf_sha256 in client.get(office.path()).text
    assert client.get(office.path(f"/{agreement.number}.pdf")).data == agreement.file.read()
    answer = client.submit(office.path("/accept"), {"sha256": agreement.pdf_sha256})
    assert answer.status_code == 422  # not agreed
    answer = client.submit(office.path("/accept"), {"sha256": agreement.pdf_sha256, "agreed": "y"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Agreement, agreement.id).state is AgreementState.ACCEPTED
    stranger = new_client()
    login(stranger, office.ground.user())
    assert stranger.get(office.path()).status_code == 404
    assert stranger.get(office.path(f"/{agreement.number}.pdf")).status_code == 404


def test_anybody_checks_a_document(office: Office, client: Client) -> None:
    agreement = office.accept(office.issue())
    content = agreement.file.read()
    answer = client.submit("/verify", {"file": (io.BytesIO(content), "a.pdf")})
    assert answer.status_code == 200
    assert agreement.number in answer.text
    assert agreement.number not in client.submit("/verify", {"file": (io.BytesIO(content + b" "), "a.pdf")}).text
    assert agreement.number in client.submit("/verify", {"sha256": agreement.pdf_sha256}).text
    assert client.submit("/verify", {"sha256": "nonsense"}).status_code == 422


def test_the_organiser_previews_and_publishes(office: Office, client: Client) -> None:
    login(client, office.ground.user(Role.ORGANISER))
    path = f"/fairs/{office.ground.fair.slug}/agreements/text"
    assert client.submit(path, {"body_vi": BODY_VI + " {sai}", "body_en": BODY_EN}).status_code == 422
    assert client.submit(path, {"body_vi": BODY_VI + " Bổ sung.", "body_en": BODY_EN}).status_code == 303
    assert client.get(f"{path}/preview.pdf?exhibitor={office.exhibitor.reference}").data.startswith(b"%PDF")
    assert client.get(f"{path}/preview.pdf?exhibitor=nonsense").status_code == 303
    assert client.submit(f"{path}/publish").status_code == 303
    run_jobs(client.application)
    found = current_agreement(office.exhibitor.id)
    assert found is not None
    assert found.template.version == 2


def test_the_staff_list_costs_the_same_for_one_and_three(office: Office, client: Client) -> None:
    office.issue()
    login(client, office.ground.user(Role.ORGANISER))
    path = f"/fairs/{office.ground.fair.slug}/agreements"
    client.get(path)
    with counted_queries() as one:
        client.get(path)
    for code in ("A-003", "A-005"):
        exhibitor = office.ground.exhibitor()
        office.ground.reserve(code, exhibitor)
        issue_agreement(exhibitor, by=SYSTEM)
    with counted_queries() as three:
        assert client.get(path).status_code == 200
    assert len(three) == len(one)
    assert db.session.scalar(select(Membership.id).limit(1)) is not None
