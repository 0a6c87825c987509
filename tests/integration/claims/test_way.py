"""From the grant to the receipt: proof, review by one, approval by another, the bank, the end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.claims.checklist import checklist, missing
from fairs.claims.errors import DuplicateWaits, Incomplete, NotReviewed, RateMissing
from fairs.claims.models import Claim
from fairs.claims.proofs import LineDraft, add_line, add_meeting, confirm_meeting, give_account, remove_meeting
from fairs.claims.review import LineReview, approve, reject_review, review, send_back
from fairs.claims.seconds import ask_waiver, decide_clash, decide_waiver
from fairs.claims.service import (
    expire_due,
    extend,
    guest_actor,
    open_claim,
    open_missing_claims,
    purge_due,
    refuse,
    remind_due,
    statement_of,
    submit,
    unlock_all,
)
from fairs.claims.states import ClaimState, Decision, LineKind, Proof
from fairs.claims.transfers import fail_payment, finish_payment
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, SamePerson
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.funding.states import ClashState
from fairs.hosting.states import HostingState, SupportTier
from fairs.identity.service import PassportDraft, document_of, remove_due, save_passport
from tests.factories.claims import account, claims_desk, vnd
from tests.factories.importers import mails_to

S = ClaimState


def fresh(claim: Claim) -> Claim:
    return db.session.get_one(Claim, claim.id, populate_existing=True)


def test_each_granted_support_has_one_claim_locked_until_the_guest_has_done_their_part(app: Flask) -> None:
    desk = claims_desk()
    hosting = desk.guest()
    assert open_missing_claims() == 1
    assert open_missing_claims() == 0
    claim = open_claim(hosting)
    assert (claim.state, claim.due_on) == (S.LOCKED, desk.fair.ends_on + timedelta(days=30))
    assert claim.reference == f"{desk.fair.code}-K-0001"
    assert [item.proof for item in missing(checklist(claim))][:3] == [Proof.CHECK_INS, Proof.MEETINGS, Proof.SURVEY]
    with pytest.raises(InvalidTransition):
        add_line(claim, LineDraft(LineKind.TRAVEL, vnd(1), desk.fair.starts_on, "1234"), by=guest_actor(claim))
    desk.visits(hosting, 2)
    unlock_all()
    assert fresh(claim).state is S.LOCKED


def test_the_last_proof_opens_the_claim_a_meeting_of_the_guest_only_when_staff_confirm_it(app: Flask) -> None:
    desk = claims_desk()
    claim = desk.opened()
    assert claim.state is S.OPEN
    other = desk.claim()
    meeting = add_meeting(other, desk.fair.starts_on, "Gốm Bát Tràng", by=guest_actor(other))
    assert not next(item for item in checklist(other) if item.proof is Proof.MEETINGS).is_met
    confirm_meeting(other, meeting, by=desk.person())
    assert next(item for item in checklist(other) if item.proof is Proof.MEETINGS).is_met
    with pytest.raises(InvalidTransition):
        remove_meeting(other, meeting, by=guest_actor(other))


def test_a_claim_is_handed_in_whole_or_says_what_is_missing(app: Flask) -> None:
    desk = claims_desk()
    claim = desk.opened()
    desk.ticket(claim)
    with pytest.raises(Incomplete, match=r"(?s)(Boarding|lên máy bay)"):
        submit(claim, by=guest_actor(claim))
    desk.papers(claim)
    give_account(claim, account(), by=guest_actor(claim))
    submit(claim, by=guest_actor(claim))
    assert fresh(claim).state is S.SUBMITTED
    [mail] = [one for one in mails_to(claim.person.email) if one.kind == "claims/submitted"]
    assert claim.reference in mail.subject and "10" in mail.body and "/i/" in mail.body


def test_who_paid_nothing_needs_no_papers(app: Flask) -> None:
    desk = claims_desk()
    claim = desk.opened(tier=SupportTier.HOTEL)
    submit(claim, nothing=True, by=guest_actor(claim))
    review(claim, {}, by=desk.person())
    approve(claim, by=desk.person(Role.FINANCE))
    row = fresh(claim)
    assert (row.state, row.payable) == (S.CLOSED, vnd(0))
    assert row.hosting.state is HostingState.SETTLED


def test_the_whole_way_with_a_receipt_in_dollars_above_the_cap(app: Flask) -> None:
    desk = claims_desk()
    claim = desk.opened()
    day = desk.fair.starts_on - timedelta(days=20)
    desk.rate("USD", day - timedelta(days=2), "25410.5")
    desk.ticket(claim, Money(99_900, "USD"), paid_on=day)
    desk.papers(claim)
    give_account(claim, account(), by=guest_actor(claim))
    before = statement_of(claim)
    assert (before.converted, before.total) == (vnd(25_385_090), vnd(25_000_000))
    submit(claim, by=guest_actor(claim))
    desk.accept(claim)
    row = fresh(claim)
    [line] = row.lines
    assert (line.rate_vnd, line.rate_on, line.rate_source) == (
        Decimal("25410.5"),
        day - timedelta(days=2),
        "Vietcombank",
    )
    desk.rate("USD", day, 30_000)  # a later correction of the table changes nothing
    assert statement_of(row).converted == vnd(25_385_090)
    approve(claim, by=desk.person(Role.FINANCE))
    finish_payment(desk.sent(claim), reference="ft 1", on=desk.fair.today, by=desk.person(Role.FINANCE))
    row = fresh(claim)
    assert (row.state, row.payable, row.bank_reference) == (S.PAID, vnd(25_000_000), "FT1")
    assert row.receipt_number is not None
    assert row.hosting.state is HostingState.SETTLED
    assert mails_to(claim.person.email)[-1].attachments == [["claim-receipt", row.id]]


def test_the_reviewer_reduces_and_strikes_with_reasons_and_gives_a_rate_where_there_is_none(app: Flask) -> None:
    desk = claims_desk()
    claim = desk.opened()
    desk.ticket(claim, Money(50_000, "EUR"))
    desk.ticket(claim, vnd(4_000_000))
    desk.ticket(claim, vnd(1_000_000))
    desk.papers(claim)
    give_account(claim, account(), by=guest_actor(claim))
    submit(claim, by=guest_actor(claim))
    euro, second, third = fresh(claim).lines
    by = desk.person()
    rate = {"rate_vnd": Decimal(28_000), "rate_source": "ECB"}
    good = {
        euro.id: LineReview(Decision.ACCEPTED, **rate),  # type: ignore[arg-type]
        second.id: LineReview(Decision.REDUCED, vnd(3_000_000), "Hành lý"),
        third.id: LineReview(Decision.STRUCK, reason="Bảo hiểm"),
    }
    cases: list[tuple[Any, str, dict[int, LineReview]]] = [
        (NotReviewed, f"line-{third.id}-decision", {key: value for key, value in good.items() if key != third.id}),
        (RateMissing, f"line-{euro.id}-rate", {**good, euro.id: LineReview(Decision.ACCEPTED)}),
        (InvalidInput, f"line-{euro.id}-source", {**good, euro.id: LineReview(Decision.ACCEPTED, rate_vnd=Decimal(1))}),
        (InvalidInput, f"line-{third.id}-reason", {**good, third.id: LineReview(Decision.STRUCK)}),
        (InvalidInput, f"line-{second.id}-amount", {**good, second.id: LineReview(Decision.REDUCED, vnd(4_000_000), "x")}),
    ]  # fmt: skip
    for error, field, said in cases:
        with pytest.raises(error) as found:
            review(claim, said, by=by)
        assert found.value.field == field
        assert fresh(claim).state is S.SUBMITTED
    review(claim, good, by=by)
    assert fresh(claim).payable == vnd(17_000_000)


def test_nobody_approves_what_they_reviewed_or_handed_in(app: Flask) -> None:
    desk = claims_desk()
    claim = desk.complete()
    submit(claim, by=desk.person(Role.FINANCE))
    desk.accept(claim)
    for same in (desk.person(), desk.person(Role.FINANCE)):
        with pytest.raises(SamePerson):
            approve(claim, by=same)
    reject_review(claim, reason="Xem lại vé", by=desk.person(Role.ORGANISER))
    assert (fresh(claim).state, fresh(claim).reason) == (S.SUBMITTED, "Xem lại vé")


def test_a_proof_is_waived_by_two(app: Flask) -> None:
    desk = claims_desk()
    claim = desk.claim(days=1)
    waiver = ask_waiver(claim, Proof.CHECK_INS, reason="Cổng B mất mạng", by=desk.person())
    with pytest.raises(SamePerson):
        decide_waiver(waiver, waive=True, by=desk.person())
    decide_waiver(waiver, waive=True, by=desk.person(Role.ORGANISER))
    assert next(item for item in checklist(fresh(claim)) if item.proof is Proof.CHECK_INS).state == "waived"
    with pytest.raises(InvalidInput):
        ask_waiver(claim, Proof.CHECK_INS, reason="Lại", by=desk.person())


def test_a_known_ticket_or_file_needs_a_reason_and_a_second_person(app: Flask) -> None:
    desk = claims_desk()
    first, second = desk.complete(), desk.opened()
    number = first.lines[0].number
    draft = LineDraft(LineKind.TRAVEL, vnd(9_000_000), desk.fair.starts_on, f" {number[:3]} {number[3:]}")
    with pytest.raises(InvalidInput) as found:
        add_line(second, draft, by=guest_actor(second))
    assert (found.value.code, found.value.field) == ("suspected_duplicate", "reason")
    assert first.reference not in str(found.value)  # a guest does not learn whose it is
    add_line(second, draft, reason="Our agent paid for both", by=guest_actor(second))
    desk.papers(second)
    give_account(second, account(), by=guest_actor(second))
    submit(second, by=guest_actor(second))
    with pytest.raises(DuplicateWaits):
        desk.accept(second)
    [clash] = fresh(second).clashes
    assert (clash.other, clash.state) == (first.reference, ClashState.WAITING)
    decide_clash(clash, is_duplicate=True, note="Cùng một vé", by=desk.person(Role.ORGANISER))
    desk.accept(second)
    row = fresh(second)
    assert (row.payable, row.lines[0].decision) == (vnd(0), Decision.STRUCK)


def test_a_failed_transfer_goes_back_to_the_guest_and_needs_two_people_again(app: Flask) -> None:
    desk = claims_desk()
    payment = desk.sent()
    claim = payment.claim
    fail_payment(payment, because="Sai số tài khoản", by=desk.person(Role.FINANCE))
    row = fresh(claim)
    assert (row.state, row.reason, row.approved_by_id) == (S.RETURNED, "Sai số tài khoản", None)
    give_account(row, account(number="0011223344"), by=guest_actor(row))
    submit(row, by=guest_actor(row))
    desk.accept(row)
    approve(row, by=desk.person(Role.FINANCE))
    again = desk.sent_again(row)
    assert (again.account["number"], payment.account["number"]) == ("0011223344", "DE89370400440532013000")


def test_the_last_day_is_announced_once_and_ends_the_claim_with_a_reason(app: Flask, time_machine: Any) -> None:
    desk = claims_desk(ended=25)
    claim, longer = desk.opened(), desk.opened()
    extend(longer, desk.fair.today + timedelta(days=60), reason="Nằm viện", by=desk.person())
    assert (remind_due(), remind_due()) == (1, 0)
    time_machine.move_to(desk.fair.at(desk.fair.ends_on + timedelta(days=31), desk.fair.opens_at))
    assert expire_due() == 1
    row = fresh(claim)
    assert (row.state, fresh(longer).state) == (S.EXPIRED, S.OPEN)
    assert row.due_on.strftime("%d/%m/%Y") in row.reason
    assert row.hosting.state is HostingState.SETTLED


def test_who_came_and_left_without_survey_is_reminded_and_ends_who_did_not_come_waits_for_us(
    app: Flask, time_machine: Any
) -> None:
    desk = claims_desk(ended=25)
    came, absent = desk.claim(days=1), desk.claim(days=0)
    assert remind_due() == 1
    time_machine.move_to(desk.fair.at(desk.fair.ends_on + timedelta(days=31), desk.fair.opens_at))
    assert expire_due() == 1
    row = fresh(came)
    assert (row.state, fresh(absent).state) == (S.EXPIRED, S.LOCKED)
    assert row.hosting.state is HostingState.SETTLED and row.purge_on is not None


def test_papers_and_passport_go_thirty_days_after_the_end_hashes_and_amounts_stay(
    app: Flask, time_machine: Any
) -> None:
    desk = claims_desk()
    claim = desk.submitted()
    save_passport(claim.person, PassportDraft("TK1234567"), by=desk.person())
    refuse(claim, reason="Vé của chuyến khác", by=desk.person())
    assert purge_due() == 0
    time_machine.move_to(desk.fair.at(desk.fair.today + timedelta(days=31), desk.fair.opens_at))
    assert (purge_due(), purge_due()) == (1, 0)
    remove_due()
    row = fresh(claim)
    assert {file.sealed_id for file in row.files} == {None}
    assert all(len(file.sha256) == 64 for file in row.files)
    assert (row.account_sealed, row.lines[0].amount) == (None, vnd(18_000_000))
    document = document_of(row.person_id)
    assert document is not None and not document.has_number


def test_sent_back_claims_are_mended_and_come_again(app: Flask) -> None:
    desk = claims_desk(ended=29)
    claim = desk.submitted()
    send_back(claim, reason="The folio is not itemised", by=desk.person())
    row = fresh(claim)
    assert row.due_on == desk.fair.today + timedelta(days=10)
    assert "not itemised" in mails_to(row.person.email)[-1].body
    desk.night(row, desk.fair.starts_on, vnd(2_000_000))
    desk.papers(row, Proof.FOLIO)
    submit(row, by=guest_actor(row))
    desk.accept(row)
    assert fresh(row).payable == vnd(18_000_000 + 1_900_000)


def test_every_step_is_in_the_history(app: Flask) -> None:
    desk = claims_desk()
    payment = desk.sent()
    finish_payment(payment, reference="FT9", on=desk.fair.today, by=desk.person(Role.FINANCE))
    with transaction():
        rows = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == payment.claim_id,
                                                                  AuditEntry.subject_type == "Claim"))  # fmt: skip
    told = set(rows)
    assert {"claims.make", "claims.open", "claims.line", "claims.file", "claims.account", "claims.submit", "claims.review",
            "claims.approve", "claims.send", "claims.pay"} <= told  # fmt: skip
