"""The guest's own page, the staff's pages, who may open what, hostile files, sealed accounts."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from fairs.audit.models import AuditEntry
from fairs.claims.lists import CLAIMS
from fairs.claims.models import Claim, ClaimFile, ClaimPayment
from fairs.claims.proofs import read_file
from fairs.claims.review import LineReview, approve, review
from fairs.claims.service import submit
from fairs.claims.states import ClaimState, Decision, Proof
from fairs.claims.transfers import finish_payment, make_transfer, transfer_rows
from fairs.core import crypto
from fairs.core.db import db, transaction
from fairs.core.lists import page_of
from fairs.core.permissions import Role
from fairs.operations.rotation import rotate_keys
from tests.factories.claims import IBAN, claims_desk, picture
from tests.support.client import login
from tests.support.queries import counted_queries

S = ClaimState


def fresh(claim: Claim) -> Claim:
    return db.session.get_one(Claim, claim.id, populate_existing=True)


def test_the_guest_does_all_on_the_own_page_and_keeps_what_was_typed_on_errors(app: Flask, client: Any) -> None:
    desk = claims_desk()
    claim = desk.claim()
    desk.rate("USD", desk.fair.starts_on - timedelta(days=20), 25_000)
    page = desk.page(claim)
    assert client.get(page).status_code == 200
    assert fresh(claim).state is S.LOCKED
    refused = client.submit(f"{page}/survey", {"satisfaction": "9", "placed": "abc", "missing": "More lacquer"})
    assert refused.status_code == 422
    assert "More lacquer" in refused.text and "abc" in refused.text
    survey = {"satisfaction": "5", "placed": "1,000", "expected": "0", "currency": "USD", "come_again": "y"}
    assert client.submit(f"{page}/survey", survey).status_code == 303
    day = desk.fair.starts_on.isoformat()
    assert client.submit(f"{page}/meetings", {"held_on": day, "with_whom": "Hợp tác xã"}).status_code == 303
    assert fresh(claim).state is S.LOCKED  # staff confirm it first
    user = desk.user(Role.HOSPITALITY)
    staff = app.test_client()
    login(staff, user)
    base = f"{desk.place.staff}/claims/{claim.reference}"
    meeting = fresh(claim).meetings[0]
    assert staff.submit(f"{base}/meetings/{meeting.id}/yes").status_code == 303
    assert fresh(claim).state is S.OPEN
    ticket = {"number": "131 2345678901", "amount": "700", "currency": "USD",
              "paid_on": (desk.fair.starts_on - timedelta(days=20)).isoformat()}  # fmt: skip
    assert client.submit(f"{page}/tickets", ticket).status_code == 303
    assert "17.500.000" in client.get(page).text or "17,500,000" in client.get(page).text
    for mark, kind in enumerate((Proof.BOARDING_IN, Proof.BOARDING_OUT, Proof.TICKET)):
        data = {"kind": str(kind), "file": (io.BytesIO(picture(mark + 40)), "x.png")}
        assert client.submit(f"{page}/files", data).status_code == 303
    wrong = client.submit(f"{page}/account", {"holder": "Mihon", "number": "DE00 3704", "bank": "B", "bic": "DEUTDEFF"})
    assert wrong.status_code == 422 and "DE00 3704" in wrong.text
    assert client.submit(f"{page}/submit").status_code == 422
    account = {"holder": "Mihon", "number": IBAN, "bank": "Muster", "bic": "DEUTDEFF"}
    assert client.submit(f"{page}/account", account).status_code == 303
    shown = client.get(page).text
    assert IBAN not in shown and "3000" in shown
    assert client.submit(f"{page}/submit").status_code == 303
    assert fresh(claim).state is S.SUBMITTED
    assert client.submit(f"{page}/tickets", {**ticket, "number": "9999999"}).status_code == 422


def test_hostile_files_are_refused_by_content(app: Flask, client: Any) -> None:
    desk = claims_desk()
    claim = desk.opened()
    page = desk.page(claim)
    hostile = [b"", b"<html><script>", b"%PDF-1.4\n/JavaScript (x)", b"\x89PNG\r\n\x1a\nnonsense"]
    for content in hostile:
        data = {"kind": "ticket", "file": (io.BytesIO(content), "ticket.png")}
        assert client.submit(f"{page}/files", data).status_code == 422
    assert client.submit(f"{page}/files", {"kind": "survey"}).status_code == 422
    assert fresh(claim).files == []


def test_own_token_other_token_strangers_and_roles(app: Flask, client: Any, new_client: Any) -> None:
    desk = claims_desk()
    claim, other = desk.submitted(), desk.claim()
    file = fresh(claim).files[0]
    assert client.get(f"/i/{'x' * 43}/claim").status_code == 404
    assert client.submit(f"{desk.page(other)}/files/{file.id}/remove").status_code == 404
    base = f"{desk.place.staff}/claims/{claim.reference}"
    for role, sees, opens, reads in (
        (Role.HOSPITALITY, 200, 200, 403), (Role.FINANCE, 200, 200, 200), (Role.AUDITOR, 200, 200, 403),
        (Role.LEADERSHIP, 200, 403, 403), (Role.FRONT_DESK, 403, 403, 403),
    ):  # fmt: skip
        staff = new_client()
        login(staff, desk.user(role))
        assert staff.get(base).status_code == sees, role
        assert staff.submit(f"{base}/files/{file.id}").status_code == opens, role
        answer = staff.submit(f"{base}/account")
        assert answer.status_code == reads, role
        assert (IBAN in answer.text) is (reads == 200)
    told = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == claim.id)))
    assert {"claims.read_file", "claims.read_account"} <= told


def test_the_staff_pages_from_the_review_to_the_bank(app: Flask, new_client: Any) -> None:
    desk = claims_desk()
    claim = desk.submitted()
    base = f"{desk.place.staff}/claims"
    reviewer, boss = new_client(), new_client()
    login(reviewer, desk.user(Role.HOSPITALITY))
    login(boss, desk.user(Role.FINANCE))
    [line] = fresh(claim).lines
    wrong = reviewer.submit(f"{base}/{claim.reference}/review", {f"line-{line.id}-decision": "reduced",
                                                                 f"line-{line.id}-amount": "12x", "note": "Giữ lại"})  # fmt: skip
    assert wrong.status_code == 422 and "12x" in wrong.text and "Giữ lại" in wrong.text
    assert (
        reviewer.submit(f"{base}/{claim.reference}/review", {f"line-{line.id}-decision": "accepted"}).status_code == 303
    )
    assert boss.submit(f"{base}/{claim.reference}/approve").status_code == 303
    assert boss.get(f"{base}/transfers").status_code == 200
    sent = boss.submit(f"{base}/transfers", {"pick": claim.reference, "key": "one"})
    assert sent.status_code == 303
    assert boss.submit(f"{base}/transfers", {"pick": claim.reference, "key": "one"}).location == sent.location
    file = boss.submit(f"{sent.location}/file.xlsx")
    assert file.status_code == 200 and file.data[:2] == b"PK"
    done = {"reference": "FT77", "done_on": desk.fair.today.isoformat()}
    assert boss.submit(f"{sent.location}/done", done).status_code == 303
    row = fresh(claim)
    assert row.state is S.PAID
    for paper in ("evidence.pdf", "receipt.pdf", "evidence.xlsx"):
        assert boss.get(f"{base}/{claim.reference}/{paper}").status_code == 200
    assert boss.get(f"{base}/{claim.reference}/charge.pdf").status_code == 404
    receipt = app.test_client().get(f"{desk.page(row)}/receipt.pdf")
    assert receipt.data[:4] == b"%PDF"
    assert boss.get(base).status_code == 200
    assert boss.get(f"{desk.place.staff}/guests/{row.importer.reference}").status_code == 200


def test_staff_type_in_what_a_guest_hands_over_on_paper_and_do_not_approve_it(app: Flask, new_client: Any) -> None:
    desk = claims_desk()
    claim = desk.claim()
    base = f"{desk.place.staff}/claims/{claim.reference}"
    helper = desk.user(Role.ORGANISER)
    staff, auditor = new_client(), new_client()
    login(staff, helper)
    login(auditor, desk.user(Role.AUDITOR))
    assert auditor.get(f"{base}/entry").status_code == 403
    early = staff.submit(f"{base}/entry/files", {"kind": "ticket", "file": (io.BytesIO(picture(1)), "x.png")})
    assert early.status_code == 409  # the obligations at the fair come first
    survey = {"satisfaction": "4", "placed": "0", "expected": "0", "currency": "USD"}
    assert staff.submit(f"{base}/entry/survey", survey).status_code == 303
    for number in range(5):
        meeting = {"held_on": desk.fair.starts_on.isoformat(), "with_whom": f"Xưởng {number}"}
        assert staff.submit(f"{base}/meetings", meeting).status_code == 303
    ticket = {"number": "131 2345678901", "amount": "700x", "currency": "VND", "text": "NRT–HAN",
              "paid_on": (desk.fair.starts_on - timedelta(days=20)).isoformat()}  # fmt: skip
    wrong = staff.submit(f"{base}/entry/tickets", ticket)
    assert wrong.status_code == 422 and "700x" in wrong.text and "NRT–HAN" in wrong.text
    assert staff.submit(f"{base}/entry/tickets", {**ticket, "amount": "7000000"}).status_code == 303
    fake = staff.submit(f"{base}/entry/files", {"kind": "ticket", "file": (io.BytesIO(b"<svg/>"), "x.png")})
    assert fake.status_code == 422
    for mark, kind in enumerate((Proof.BOARDING_IN, Proof.BOARDING_OUT, Proof.TICKET, Proof.FOLIO)):
        data = {"kind": str(kind), "file": (io.BytesIO(picture(mark + 90)), f"{kind}.png")}
        assert staff.submit(f"{base}/entry/files", data).status_code == 303
    dropped = next(one for one in fresh(claim).files if one.kind is Proof.FOLIO)
    assert staff.submit(f"{base}/entry/files/{dropped.id}/remove").status_code == 303
    account = {"holder": "MIHON HANAKO", "number": IBAN, "bic": "DEUTDEFF", "bank": "Muster Bank"}
    assert staff.submit(f"{base}/entry/account", account).status_code == 303
    assert IBAN not in staff.get(f"{base}/entry").text
    other = desk.person(Role.HOSPITALITY)
    submit(fresh(claim), by=other)
    [line] = fresh(claim).lines
    review(fresh(claim), {line.id: LineReview(Decision.ACCEPTED)}, by=desk.person(Role.HOSPITALITY, "B"))
    refused = staff.submit(f"{base}/approve")
    assert refused.status_code == 403 and fresh(claim).state is S.REVIEWED
    assert staff.submit(f"{base}/entry/account", account).status_code == 409
    approve(fresh(claim), by=desk.person(Role.FINANCE))


def test_the_list_is_sorted_by_what_is_payable(app: Flask, client: Any) -> None:
    desk = claims_desk()
    bare, more, less = desk.claim(), desk.claim(), desk.claim()
    for claim, amount in ((more, 900), (less, 100)):
        with transaction():
            claim.travel_minor, claim.lodging_minor = amount, 50
    login(client, desk.user(Role.ORGANISER))

    def shown(sort: str) -> list[str]:
        return re.findall(r'data-row="([^"]+)"', client.get(f"{desk.place.staff}/claims?sort={sort}").text)

    assert shown("payable") == [less.reference, more.reference, bare.reference]
    assert shown("-payable") == [more.reference, less.reference, bare.reference]
    first = page_of(CLAIMS, desk.fair, {"sort": "-payable"}, limit=1)
    second = page_of(CLAIMS, desk.fair, {"sort": "-payable"}, limit=1, cursor=first.next)
    assert [row.reference for row in second.items] == [less.reference]


def test_the_list_asks_as_much_for_three_claims_as_for_one(app: Flask, client: Any) -> None:
    desk = claims_desk()
    desk.claim()
    login(client, desk.user(Role.ORGANISER))
    address = f"{desk.place.staff}/claims"
    client.get(address)
    with counted_queries() as one:
        client.get(address)
    desk.claim()
    desk.claim()
    with counted_queries() as three:
        client.get(address)
    assert len(three) == len(one)


def test_papers_and_accounts_are_sealed_and_follow_a_new_key(app: Flask) -> None:
    desk = claims_desk()
    payment = desk.sent()
    claim = fresh(payment.claim)
    file = claim.files[0]
    before, plain = claim.account, read_file(file, by=desk.person())
    assert file.sealed is not None and plain not in {None, file.sealed.read()}
    assert IBAN.encode() not in (claim.account_sealed or b"")
    old = app.extensions["fairs_config"].secret("field_key")
    try:
        crypto.configure(f"a new key,{old}")
        rotate_keys()
        crypto.configure("a new key")
        db.session.expire_all()
        assert db.session.get_one(Claim, claim.id).account == before
        assert db.session.get_one(ClaimPayment, payment.id).account == before
        assert read_file(db.session.get_one(ClaimFile, file.id), by=desk.person()) == plain
    finally:
        crypto.configure(old)


def test_the_file_for_the_bank_has_the_fields_of_a_swift_transfer(app: Flask) -> None:
    desk = claims_desk()
    claim = desk.approved()
    by = desk.person(Role.FINANCE)
    made = make_transfer(desk.fair, [claim.reference], key="k", by=by)
    [row] = transfer_rows(made)
    assert row[1:7] == [claim.reference, "MIHON HANAKO", "", IBAN, "DEUTDEFF", "MUSTER BANK"]
    assert row[9:11] == ["VND", f"REIMBURSEMENT {claim.reference.replace('-', ' ')}"]
    finish_payment(made.payments[0], reference="A1", on=desk.fair.today, by=by)
    assert finish_payment(made.payments[0], reference="A1", on=desk.fair.today, by=by).state is S.PAID
