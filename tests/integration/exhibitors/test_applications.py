"""Applications through the services: drafts, handing in, deciding, withdrawing, filing for somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, InvalidTransition
from fairs.core.lists import neighbours
from fairs.directory.models import Company, Consent, Filing, Person
from fairs.directory.service import CompanyDraft, save_company
from fairs.documents.service import submit_selection
from fairs.exhibitors.errors import AlreadyApplied, ApplicationsClosed, DecisionMissing, NotEditable
from fairs.exhibitors.filing import file_application
from fairs.exhibitors.lists import EXHIBITORS
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import ExhibitorFilter, page_of_exhibitors, public_exhibitors
from fairs.exhibitors.service import (
    Consents,
    ContactDraft,
    ProductsDraft,
    accept_application,
    accept_as_paying,
    refuse_application,
    save_contact,
    save_products,
    start_application,
    submit_application,
    waitlist_application,
    withdraw_application,
)
from fairs.exhibitors.states import ExhibitorState
from fairs.messages.models import OutboxMessage
from tests.factories.exhibitors import AGREED, Office, actor_of, new_office, new_user
from tests.factories.support import support_place

S = ExhibitorState
YESTERDAY = timedelta(days=1)


def mails(kind: str) -> list[OutboxMessage]:
    """What was written to somebody."""
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.id)))


def test_a_draft_is_kept_and_handed_in(app: Flask) -> None:
    office, user = new_office(), new_user()
    exhibitor = office.draft(user)
    assert (exhibitor.state, exhibitor.submitted_at) == (S.DRAFT, None)

    done = submit_application(exhibitor, AGREED, by=actor_of(user), locale="en")

    assert done.state is S.SUBMITTED
    assert done.decide_by == office.fair.today + timedelta(days=office.fair.importer_reply_days)
    [mail] = mails("exhibitors/submitted")
    assert (mail.recipient, mail.locale) == (user.email, "en")
    assert done.reference in mail.subject


def test_starting_twice_gives_the_same_draft(app: Flask) -> None:
    office, user = new_office(), new_user()
    company = office.company(user)
    first = start_application(office.fair, company, by=actor_of(user))
    assert start_application(office.fair, company, by=actor_of(user)).id == first.id


def test_paying_exhibitors_are_accepted_at_once_where_the_fair_does_so(app: Flask) -> None:
    office = new_office(auto_accept=True)
    assert office.submitted().state is S.ACCEPTED
    assert office.submitted(track="supported").state is S.SUBMITTED
    assert len(mails("exhibitors/accepted")) == 1


def test_consents_are_kept_one_by_one_with_their_version(app: Flask) -> None:
    office, user = new_office(), new_user()
    submit_application(office.draft(user), Consents(True, sharing=False, mailings=True), by=actor_of(user))
    kept = {consent.kind: consent.given for consent in db.session.scalars(select(Consent))}
    assert kept == {"registration": True, "sharing": False, "mailings": True}


def test_nothing_is_kept_without_consent(app: Flask) -> None:
    office, user = new_office(), new_user()
    exhibitor = office.draft(user)
    with pytest.raises(InvalidInput) as refused:
        submit_application(exhibitor, Consents(False), by=actor_of(user))
    assert refused.value.field == "registration"
    assert db.session.get_one(Exhibitor, exhibitor.id).state is S.DRAFT


def test_an_unfinished_draft_is_not_handed_in(app: Flask) -> None:
    office, user = new_office(), new_user()
    exhibitor = start_application(office.fair, office.company(user), by=actor_of(user))
    with pytest.raises(InvalidInput) as refused:
        submit_application(exhibitor, AGREED, by=actor_of(user))
    assert refused.value.details["parts"] == ["products", "contact"]


@pytest.mark.parametrize("state", [FairState.PUBLISHED, FairState.CLOSED])
def test_a_fair_takes_applications_only_while_booking_is_open(app: Flask, state: FairState) -> None:
    office, user = new_office(state=state), new_user()
    with pytest.raises(ApplicationsClosed):
        start_application(office.fair, office.company(user), by=actor_of(user))


def test_what_was_handed_in_is_not_changed(app: Flask) -> None:
    office, user = new_office(), new_user()
    exhibitor = office.submitted(user)
    with pytest.raises(NotEditable):
        save_products(exhibitor, ProductsDraft(("LAC",), "Sơn mài"), by=actor_of(user))
    with pytest.raises(NotEditable):
        submit_application(exhibitor, AGREED, by=actor_of(user))


def test_a_withdrawn_application_can_be_handed_in_again(app: Flask) -> None:
    office, user = new_office(), new_user()
    exhibitor = withdraw_application(office.submitted(user), by=actor_of(user), reason="Bận việc")
    assert exhibitor.state is S.WITHDRAWN
    save_products(exhibitor, ProductsDraft(("LAC",), "Sơn mài"), by=actor_of(user))
    assert submit_application(exhibitor, AGREED, by=actor_of(user)).state is S.SUBMITTED


def test_a_supported_place_comes_by_a_signed_decision(app: Flask) -> None:
    place = support_place()
    exhibitor = place.supported()
    with pytest.raises(DecisionMissing):
        accept_application(exhibitor, by=place.by)
    selection = place.proposed(exhibitor).selection
    place.sign(submit_selection(selection, by=place.by), "12/QĐ-SCT")
    row = db.session.get_one(Exhibitor, exhibitor.id)
    assert (row.state, row.decision_number, row.decision_on) == (S.ACCEPTED, "12/QĐ-SCT", place.fair.today)
    assert "12/QĐ-SCT" in mails("exhibitors/accepted")[0].body


def test_a_supported_application_can_be_accepted_as_paying(app: Flask) -> None:
    office = new_office()
    done = accept_as_paying(office.submitted(track="supported"), by=actor_of(office.staff()))
    assert (done.state, done.track) == (S.ACCEPTED, "paying")


def test_a_refusal_needs_a_reason_which_the_company_reads(app: Flask) -> None:
    office = new_office()
    by = actor_of(office.staff())
    exhibitor = office.submitted()
    with pytest.raises(InvalidInput) as refused:
        refuse_application(exhibitor, by=by, note="   ")
    assert refused.value.field == "note"
    assert refuse_application(exhibitor, by=by, note="Không đúng nhóm hàng").state is S.REFUSED
    assert "Không đúng nhóm hàng" in mails("exhibitors/refused")[0].body


def test_a_decision_is_not_taken_twice(app: Flask) -> None:
    office = new_office()
    by = actor_of(office.staff())
    exhibitor = refuse_application(office.submitted(), by=by, note="Không đúng nhóm hàng")
    for decide in (accept_application, waitlist_application):
        with pytest.raises(InvalidTransition):
            decide(exhibitor, by=by)


def test_the_waiting_list_leads_to_acceptance(app: Flask) -> None:
    office = new_office()
    by = actor_of(office.staff())
    exhibitor = waitlist_application(office.submitted(), by=by)
    assert exhibitor.state is S.WAITLISTED
    assert accept_application(exhibitor, by=by).state is S.ACCEPTED
    assert len(mails("exhibitors/waitlisted")) == 1


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_mails_speak_the_readers_language(app: Flask, locale: str) -> None:
    office, user = new_office(), new_user()
    submit_application(office.draft(user), AGREED, by=actor_of(user), locale=locale)
    [mail] = mails("exhibitors/submitted")
    expected = {"vi": office.fair.name_vi, "en": office.fair.name_en}
    assert expected[locale] in mail.body


HOUSEHOLD = CompanyDraft(name="Hộ bà Mẫu làm nón", country="VN", commune="Xã Dân Hòa, Hà Nội", is_craft=True)


def file(office: Office, company: CompanyDraft = HOUSEHOLD, **values: Any) -> Any:
    """A household's paper form, typed by the front desk."""
    given: dict[str, Any] = {"source": "paper", "by": actor_of(office.staff()), **values}
    products = ProductsDraft(("HAT",), "Nón lá làng Chuông")
    return file_application(office.fair, company, products, ContactDraft("Bà Mẫu", "", ""), AGREED, **given)


def test_staff_file_for_somebody_without_mail_or_telephone(app: Flask) -> None:
    office = new_office()
    exhibitor, slip = file(office, note="Nhận tại UBND xã")
    assert (exhibitor.state, exhibitor.source) == (S.SUBMITTED, "paper")
    filing = db.session.scalars(select(Filing)).one()
    assert (filing.typed_by_id, filing.source, filing.subject_id) == (office.staff().id, "paper", exhibitor.id)
    assert slip.token not in (filing.token_hash, filing.pin_hash)
    [letter] = mails("exhibitors/submitted")
    assert (letter.channel, letter.recipient) == ("print", "")


def test_a_known_company_is_found_and_only_its_gaps_are_filled(app: Flask) -> None:
    office = new_office()
    known = office.company(name="Hộ bà Mẫu làm nón", phone="0912345678", group_codes=())
    exhibitor, _slip = file(
        office, CompanyDraft(name="ho ba mau LAM NON", country="VN", phone="0987654321", commune="Dân Hòa")
    )
    assert exhibitor.company_id == known.id
    company = db.session.get_one(Company, known.id)
    assert (company.name, company.phone, company.commune) == ("Hộ bà Mẫu làm nón", "+84912345678", "Dân Hòa")


def test_a_second_filing_for_the_same_company_is_refused(app: Flask) -> None:
    office = new_office()
    file(office)
    with pytest.raises(AlreadyApplied):
        file(office)
    assert len(db.session.scalars(select(Filing)).all()) == 1


def test_a_filing_that_fails_leaves_nothing_behind(app: Flask) -> None:
    office = new_office()
    with pytest.raises(InvalidInput) as refused:
        file(office, source="hearsay")
    assert refused.value.field == "source"
    assert db.session.scalars(select(Exhibitor)).all() == []
    assert db.session.scalars(select(Person)).all() == []


def test_staff_may_file_before_booking_opens_but_not_after_the_end(app: Flask) -> None:
    assert file(new_office(state=FairState.PUBLISHED))[0].state is S.SUBMITTED
    with pytest.raises(ApplicationsClosed):
        file(new_office(state=FairState.CLOSED))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda e, by: save_products(e, ProductsDraft(("XXX",), "Hoa"), by=by), "group_codes"),
        (lambda e, by: save_products(e, ProductsDraft(("CER",), "Hoa", "", "free"), by=by), "track"),
        (lambda e, by: save_contact(e, ContactDraft("  ", "a@example.com"), by=by), "contact_name"),
        (lambda e, by: save_contact(e, ContactDraft("Mẫu", "not an address"), by=by), "contact_email"),
        (lambda e, by: save_contact(e, ContactDraft("Mẫu", "", "12"), by=by), "contact_phone"),
        (lambda e, by: save_contact(e, ContactDraft("Mẫu", "", ""), by=by), "contact_email"),
    ],
)
def test_wrong_values_name_their_field(app: Flask, change: Callable[..., Any], field: str) -> None:
    office, user = new_office(), new_user()
    exhibitor = office.draft(user)
    with pytest.raises(DomainError) as refused:
        change(exhibitor, actor_of(user))
    assert refused.value.field == field


def test_the_list_is_filtered_searched_and_paged(app: Flask) -> None:
    office = new_office()
    names = ["Gốm Đông", "Lụa Đức", "Nón Hạ"]
    made = [office.submitted(name=name) for name in names]
    waiting = office.submitted(name="Mây Tre", track="supported")
    office.draft(name="Chưa nộp")
    fair_id = office.fair.id

    def found(wanted: ExhibitorFilter, **values: Any) -> list[str]:
        return [e.company.name for e in page_of_exhibitors(fair_id, wanted, **values).items]

    assert found(ExhibitorFilter()) == ["Mây Tre", *names[::-1]]
    assert found(ExhibitorFilter(), sort="name") == ["Gốm Đông", "Lụa Đức", "Mây Tre", "Nón Hạ"]
    assert found(ExhibitorFilter(), sort="-reference") == ["Mây Tre", *names[::-1]]
    assert found(ExhibitorFilter(text="lua duc")) == ["Lụa Đức"]
    assert found(ExhibitorFilter(text=made[0].reference.lower())) == ["Gốm Đông"]
    assert found(ExhibitorFilter(track="supported")) == [waiting.company.name]
    assert found(ExhibitorFilter(group="CE")) == []
    assert found(ExhibitorFilter(state=S.DRAFT)) == ["Chưa nộp"]
    assert found(ExhibitorFilter(text="%")) == []
    nearest = neighbours(EXHIBITORS, office.fair, {}, made[1].reference)
    assert nearest == (made[2].reference, made[0].reference)

    for sort in ("name", "-name", "reference", "submitted", "-submitted"):
        seen, cursor = [], None
        for _page in range(4):
            page = page_of_exhibitors(fair_id, ExhibitorFilter(), sort=sort, cursor=cursor, limit=1)
            seen += [e.company.name for e in page.items]
            cursor = page.next
        assert (seen, cursor) == (found(ExhibitorFilter(), sort=sort), None), sort


def test_only_accepted_exhibitors_are_public(app: Flask) -> None:
    office = new_office()
    accepted = accept_application(office.submitted(name="Gốm Đông"), by=actor_of(office.staff()))
    office.submitted(name="Lụa Đức")
    assert [e.id for e in public_exhibitors(office.fair.id).items] == [accepted.id]
    assert [e.id for e in public_exhibitors(office.fair.id, text="gom dong", group="CER").items] == [accepted.id]
    assert list(public_exhibitors(office.fair.id, group="LAC").items) == []


def test_the_tax_code_belongs_to_one_company(app: Flask) -> None:
    office = new_office()
    office.company(tax_code="0100109106")
    with pytest.raises(DomainError) as refused:
        save_company(CompanyDraft(name="Khác", country="VN", tax_code="0100109106"), by=SYSTEM)
    assert (refused.value.code, refused.value.field) == ("company_exists", "tax_code")
