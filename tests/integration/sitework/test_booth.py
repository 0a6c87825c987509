"""At the booth: people within the quota, the manual and its reminders, permits, hand-over, the gate out."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.booths.service import cancel_booking
from fairs.booths.states import BookingState
from fairs.calendar.changes import cancel_fair, move_of, preview_cancel, preview_move, reschedule_fair
from fairs.calendar.errors import FairCancelled
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.exhibitors.journey import journey, present_step
from fairs.floorplans.models import Booth
from fairs.messages.models import OutboxMessage
from fairs.payments.invoicing import InvoiceDraft, LineDraft, issue_invoice
from fairs.payments.models import Credit, Invoice
from fairs.sitework import manual
from fairs.sitework.errors import NotPaid, QuotaFull
from fairs.sitework.handover import VisitDraft, record_visit, states_of
from fairs.sitework.models import BuildPermit, GateOut, Handover, HandoverPhoto, ServiceOrder, StaffPlace
from fairs.sitework.permits import check_code, code_of, issue_permit, leaving, let_out, permit_of, slots
from fairs.sitework.settling import settle
from fairs.sitework.staff import decide_request, remove_person
from fairs.sitework.standing import quota, settings_of, standing_of
from fairs.sitework.states import HandoverState, OrderState, PermitState, StaffState
from tests.factories.sitework import Site, drawing, new_site, pay_invoice, photo
from tests.support.client import Client, login
from tests.support.jobs import run_jobs
from tests.support.queries import counted_queries


@pytest.fixture
def site(app: Flask) -> Site:
    return new_site()


def _badge(place: StaffPlace) -> Badge:
    row = db.session.get_one(StaffPlace, place.id, populate_existing=True)
    assert row.badge_id is not None
    return db.session.get_one(Badge, row.badge_id, populate_existing=True)


# --- people ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("widths", "badges"), [((300,), 2), ((300, 300), 4), ((400,), 3), ((600,), 4), ((100,), 1)])
def test_the_quota_is_for_all_booths_together(site: Site, widths: tuple[int, ...], badges: int) -> None:
    """2 for each 9 m², rounded up: booths of 3 m depth."""
    booths = [site.booking.booth]
    if len(widths) > 1:
        other = site.ground.hold("A-003", site.exhibitor, as_staff=True)
        with transaction():
            other.move_to(BookingState.RESERVED)
        booths.append(other.booth)
    with transaction():
        for booth, width in zip(booths, widths, strict=True):
            db.session.get_one(Booth, booth.id).w_cm = width
    assert quota(standing_of(site.exhibitor), settings_of(site.fair.id)) == badges


def test_badges_within_the_quota_and_beyond_it(site: Site) -> None:
    first, second = site.person("Trần Thị Một"), site.person("Trần Thị Hai")
    assert _badge(first).category is BadgeCategory.EXHIBITOR
    assert not _badge(first).category.counts_as_visitor
    with pytest.raises(QuotaFull):
        site.person("Trần Thị Ba")
    third = site.person("Trần Thị Ba", extra_reason="Phiên dịch tiếng Nhật")
    assert (third.state, third.badge_id) == (StaffState.REQUESTED, None)
    with pytest.raises(InvalidInput):
        decide_request(third, allow=False, reason=" ", by=SYSTEM)
    decide_request(third, allow=True, reason="", by=SYSTEM)
    assert _badge(third).state is BadgeState.ACTIVE
    remove_person(second, by=SYSTEM)  # replaced within the quota
    assert _badge(second).state is BadgeState.REVOKED
    assert site.person("Trần Thị Tư").state is StaffState.NAMED
    with pytest.raises(InvalidTransition):
        remove_person(second, by=SYSTEM)


def test_badges_wait_for_the_confirmed_booth_and_end_with_it(app: Flask) -> None:
    site = new_site(confirmed=False)
    place = site.person("Trần Thị Một")
    assert place.badge_id is None
    pay_invoice(site.booking.invoice_id)
    run_jobs(app)
    assert _badge(place).state is BadgeState.ACTIVE
    booking = db.session.get_one(type(site.booking), site.booking.id)
    cancel_booking(booking, reason="Rút", by=SYSTEM)
    settle(site.fair)
    assert _badge(place).state is BadgeState.REVOKED


def test_naming_people_on_the_page(site: Site, client: Client, new_client: Any) -> None:
    login(client, site.ground.user(of=site.exhibitor))
    path = f"/my/{site.fair.slug}/site/{site.exhibitor.reference}"
    for name in ("Một", "Hai"):
        assert client.submit(f"{path}/staff", {"native_name": name}).status_code == 303
    page = client.submit(f"{path}/staff", {"native_name": "Ba", "phone": "0912345678"})
    assert page.status_code == 422
    assert 'value="Ba"' in page.text
    assert (
        client.submit(f"{path}/staff", {"native_name": "Ba", "phone": "0912", "reason": "Phiên dịch"}).status_code
        == 422
    )
    assert client.get(f"{path}/badges.pdf").data.startswith(b"%PDF")
    place = db.session.scalars(select(StaffPlace)).first()
    stranger = new_client()
    login(stranger, site.ground.user())
    assert stranger.submit(f"{path}/staff/{place.id}/remove").status_code == 404
    assert stranger.get(f"{path}/badges.pdf").status_code == 404
    assert client.submit(f"{path}/staff/{place.id}/remove").status_code == 303


# --- the manual -----------------------------------------------------------------------------------------------------


def _item(site: Site, **values: Any) -> Any:
    draft = manual.ItemDraft("An toàn", "Safety", values.pop("title", "Cam kết"), "Commitment", **values)
    return manual.save_item(site.fair, draft, by=SYSTEM)


def test_items_concern_those_whom_they_concern(site: Site) -> None:
    for audience in manual.AUDIENCES:
        _item(site, title=audience, audience=audience)
    titles = lambda: {entry.item.title_vi for entry in manual.checklist(site.exhibitor)}  # noqa: E731
    assert titles() == {"all", "shell"}
    site.order()
    with transaction():
        site.exhibitor.group_codes = "OCP"
    assert titles() == {"all", "shell", "power", "food"}


def test_a_file_is_handed_in_where_one_is_asked_for(site: Site) -> None:
    item = _item(site, needs_file=True)
    with pytest.raises(InvalidInput):
        manual.tick(site.exhibitor, item, by=SYSTEM)
    with pytest.raises(InvalidInput):
        manual.tick(site.exhibitor, item, by=SYSTEM, upload=Upload("a.exe", b"MZ"))
    first = manual.tick(site.exhibitor, item, by=SYSTEM, upload=photo())
    second = manual.tick(site.exhibitor, item, by=SYSTEM, upload=photo(300))
    assert first.id == second.id
    manual.untick(site.exhibitor, item, by=SYSTEM)
    assert not manual.checklist(site.exhibitor)[0].is_done


def test_each_reminder_comes_once(site: Site) -> None:
    soon, later, done = _item(site, due_days=38), _item(site, due_days=10), _item(site, due_days=38)
    manual.tick(site.exhibitor, done, by=SYSTEM)
    assert manual.remind(site.fair) == 1
    assert manual.remind(site.fair) == 0
    letter = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "sitework/reminder")).one()
    assert letter.body.count("Cam kết") == 1
    with time_machine.travel(now() + timedelta(days=6), tick=False):
        assert manual.remind(site.fair) == 1  # late by now
        assert manual.remind(site.fair) == 0
    assert soon.id != later.id


# --- permits --------------------------------------------------------------------------------------------------------


def _permit(site: Site) -> BuildPermit:
    return issue_permit(site.exhibitor, slot=slots(site.fair)[0].key, vehicles="29C-123.45", by=SYSTEM)


def _owe(site: Site) -> None:
    """An invoice that is not paid."""
    fair = site.fair
    issue_invoice(InvoiceDraft(
        fair.id, fair.code, site.exhibitor.company_id, "Test", 1,
        [LineDraft("service", "Phí", "Fee", site.item.price, 0)], 0, fair.today, fair.today, fair.today,
    ), by=SYSTEM)  # fmt: skip


def test_a_permit_only_when_everything_is_paid(app: Flask) -> None:
    site = new_site(confirmed=False)
    with pytest.raises(NotPaid):
        _permit(site)
    pay_invoice(site.booking.invoice_id)
    order = site.order()
    with pytest.raises(NotPaid):
        _permit(site)
    site.pay(order)
    permit = _permit(site)
    assert issue_permit(site.exhibitor, slot=slots(site.fair)[1].key, vehicles="", by=SYSTEM).id == permit.id
    for text in (code_of(permit), permit.short_code.lower(), permit.reference):
        assert check_code(site.fair, text).is_valid, text
    for text in ("nonsense", "", "x" * 2000, code_of(permit)[:-1]):
        assert check_code(site.fair, text).permit is None
    other = new_site()
    assert check_code(other.fair, code_of(permit)).permit is None


@pytest.mark.parametrize("how", ["owes", "gives back"])
def test_a_permit_ends_by_itself(site: Site, how: str) -> None:
    permit = _permit(site)
    if how == "owes":
        _owe(site)
    else:
        cancel_booking(site.booking, reason="Rút", by=SYSTEM)
    assert not check_code(site.fair, permit.reference).is_valid  # at once, before any job
    settle(site.fair)
    row = db.session.get_one(BuildPermit, permit.id)
    assert row.state is PermitState.REVOKED
    assert row.revoke_reason
    assert permit_of(site.exhibitor.id) is None


def test_permit_and_gate_on_their_pages(site: Site, client: Client, new_client: Any) -> None:
    exhibitor, gate = client, new_client()
    login(exhibitor, site.ground.user(of=site.exhibitor))
    login(gate, site.ground.user(Role.GATE_SUPERVISOR))
    path = f"/my/{site.fair.slug}/site/{site.exhibitor.reference}/permit"
    assert exhibitor.submit(path, {"slot": "nonsense"}).status_code == 422
    assert exhibitor.submit(path, {"slot": slots(site.fair)[0].key, "vehicles": "29C-1"}).status_code == 303
    assert exhibitor.get(f"{path}.pdf").data.startswith(b"%PDF")
    permit = permit_of(site.exhibitor.id)
    assert permit is not None
    checks = f"/fairs/{site.fair.slug}/site/permits"
    assert "is-good" in gate.submit(checks, {"code": code_of(permit)}).text
    _owe(site)
    page = gate.submit(checks, {"code": code_of(permit)}).text
    assert "is-bad" in page
    assert "100.000" in page
    assert exhibitor.get(f"{path}.pdf").status_code == 303
    assert gate.submit(checks, {"code": " "}).status_code == 422


# --- hand-over ------------------------------------------------------------------------------------------------------


def test_a_booth_from_defects_to_its_return(site: Site) -> None:
    row = site.visit({"lights": "Một đèn không sáng"}, photos=2)
    assert row.state is HandoverState.DEFECTS
    assert db.session.scalar(select(func.count()).select_from(HandoverPhoto)) == 2
    assert site.visit({}).state is HandoverState.HANDED_OVER
    assert states_of(site.fair.id) == {site.booking.booth_id: HandoverState.HANDED_OVER}
    assert site.visit({"walls": "Thủng"}, returns=True).state is HandoverState.DAMAGED
    with pytest.raises(InvalidTransition):
        site.visit({})  # it is not handed over a second time
    assert site.visit({}, returns=True).state is HandoverState.RETURNED
    with pytest.raises(InvalidTransition):
        site.visit({}, returns=True)


def test_a_form_sent_twice_counts_once(site: Site) -> None:
    draft = VisitDraft(False, "one", {}, signer="Hà", signature=drawing())
    for _ in range(2):
        row = record_visit(site.booking.booth, draft, by=SYSTEM)
    assert len(row.visits) == 1
    assert row.visits[0].signature_id is not None


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (VisitDraft(True, "t", {}, signer="Hà"), Conflict),
        (VisitDraft(False, "t", {}, signer=" "), InvalidInput),
        (VisitDraft(False, "t", {"roof": "x"}, signer="Hà"), InvalidInput),
        (VisitDraft(False, "t", {}, signer="Hà", signature="data:text/html;base64,PGI+"), InvalidInput),
        (VisitDraft(False, "t", {}, signer="Hà", photos=[Upload("a.jpg", b"MZ")]), InvalidInput),
    ],
    ids=["taken back first", "nobody signs", "unknown point", "no drawing", "no photo"],
)
def test_what_cannot_be_a_hand_over(site: Site, draft: VisitDraft, error: type[Exception]) -> None:
    with pytest.raises(error):
        record_visit(site.booking.booth, draft, by=SYSTEM)
    assert db.session.scalar(select(func.count()).select_from(Handover)) == 0


def test_a_booth_nobody_has_is_not_handed_over(site: Site) -> None:
    with pytest.raises(NotFound):
        record_visit(site.ground.booth("A-009"), VisitDraft(False, "t", {}, signer="Hà"), by=SYSTEM)


def test_the_phone_and_the_plan(site: Site, client: Client) -> None:
    login(client, site.ground.user(Role.GATE_SUPERVISOR))
    base = f"/fairs/{site.fair.slug}/site"
    typed = {
        "token": "abc",
        "note_lights": "Không sáng",
        "signer": "Hà",
        "note": "Đã báo thợ điện",
        "signature": drawing(),
    }
    bad = client.submit(f"{base}/handover/A-002", {**typed, "signer": ""})
    assert bad.status_code == 422
    assert "Đã báo thợ điện" in bad.text
    sent = {**typed, "photos": (io.BytesIO(photo().content), "anh.jpg")}
    assert client.submit(f"{base}/handover/A-002", sent).status_code == 303
    page = client.get(f"{base}/handover/A-002").text
    assert "Không sáng" in page
    shown = db.session.scalars(select(HandoverPhoto)).one()
    assert client.get(f"{base}/photos/{shown.id}/thumb.webp").mimetype == "image/webp"
    assert client.get(f"{base}/photos/{shown.id}/huge.webp").status_code == 404
    assert 'class="booth state-defects"' in client.get(f"{base}/handover").text
    other = new_site()
    login(client, other.ground.user(Role.ORGANISER))
    assert client.get(f"/fairs/{other.fair.slug}/site/photos/{shown.id}/thumb.webp").status_code == 404


def test_the_plan_costs_the_same_for_one_and_three(site: Site, client: Client) -> None:
    login(client, site.ground.user(Role.ORGANISER))
    path = f"/fairs/{site.fair.slug}/site/handover"
    site.visit({})
    client.get(path)
    with counted_queries() as one:
        client.get(path)
    for code in ("A-004", "A-006"):
        booking = site.ground.reserve(code)
        pay_invoice(booking.invoice_id)
        record_visit(booking.booth, VisitDraft(False, code, {}, signer="Hà"), by=SYSTEM)
    with counted_queries() as three:
        client.get(path)
    assert len(three) == len(one)


# --- the gate out ---------------------------------------------------------------------------------------------------


def test_nobody_leaves_who_owes(site: Site, client: Client, new_client: Any) -> None:
    gate, organiser = client, new_client()
    login(gate, site.ground.user(Role.GATE_SUPERVISOR))
    login(organiser, site.ground.user(Role.ORGANISER))
    path = f"/fairs/{site.fair.slug}/site/gate-out"
    assert "is-good" in gate.submit(path, {"code": "a-002"}).text
    _owe(site)
    page = gate.submit(path, {"code": "A-002"}).text
    assert "100.000" in page
    out = {"act": "out", "code": site.exhibitor.reference, "vehicle": "29C-1", "reason": "Cam kết nộp ngày mai"}
    assert gate.submit(path, out).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(GateOut)) == 0
    assert organiser.submit(path, {**out, "reason": ""}).status_code == 422
    assert organiser.submit(path, out).status_code == 303
    db.session.expire_all()
    row = db.session.scalars(select(GateOut)).one()
    assert (row.override_reason, row.vehicle) == ("Cam kết nộp ngày mai", "29C-1")
    assert "100.000" in row.owed
    assert "is-bad" in gate.submit(path, {"code": "Z-999"}).text


def test_money_for_a_booth_that_was_given_up_is_not_asked_for(site: Site) -> None:
    other = site.ground.hold("A-005", site.exhibitor, as_staff=True)
    from fairs.booths.service import reserve

    other = reserve(other, fascia_name="B", terms_accepted=True, by=SYSTEM)
    invoice = db.session.get_one(Invoice, other.invoice_id)
    assert [one.id for one in standing_of(site.exhibitor).owed] == [invoice.id]
    pay_part = invoice.instalments[0].amount
    from fairs.payments.service import ReceiptDraft, record_receipt

    record_receipt(invoice, ReceiptDraft(pay_part, site.fair.today, "cash"), by=SYSTEM)
    cancel_booking(db.session.get_one(type(other), other.id), reason="Rút một gian", by=SYSTEM)
    assert standing_of(site.exhibitor).is_clear
    assert let_out(site.exhibitor, vehicle="", by=SYSTEM).owed == ""
    assert leaving(site.fair, "A-002") is not None
    assert leaving(site.fair, "A-005") is None


# --- a fair that moves or does not take place -----------------------------------------------------------------------


def test_slots_move_with_the_fair(site: Site) -> None:
    permit = _permit(site)
    before, fair = permit.slot_from, site.fair
    week = timedelta(days=7)
    move = replace(move_of(fair), starts_on=fair.starts_on + week, ends_on=fair.ends_on + week)
    _found, seen = preview_move(fair, move, by=SYSTEM)
    reschedule_fair(fair, move, reason="Bão", decision_number="1", seen=seen, by=SYSTEM)
    row = db.session.get_one(BuildPermit, permit.id, populate_existing=True)
    assert row.slot_from == before + week
    assert check_code(site.fair, row.short_code).is_valid
    assert row.slot_from in {slot.begins for slot in slots(site.fair)}


def test_everything_ends_with_the_fair(site: Site) -> None:
    permit = _permit(site)
    order = site.pay(site.order(2))
    _found, seen = preview_cancel(site.fair, "Dịch", by=SYSTEM)
    cancel_fair(site.fair, reason="Dịch", typed_code=site.fair.code, seen=seen, by=SYSTEM)
    assert db.session.get_one(BuildPermit, permit.id).state is PermitState.REVOKED
    assert db.session.get_one(ServiceOrder, order.id).state is OrderState.CANCELLED
    assert (
        db.session.scalar(select(func.sum(Credit.amount_minor)).where(Credit.fair_id == site.fair.id))
        == 12_960_000 + 216_000
    )
    with pytest.raises(FairCancelled):
        _permit(site)


# --- the portal -----------------------------------------------------------------------------------------------------


def test_the_way_is_in_the_order_of_its_days(app: Flask, site: Site) -> None:
    _item(site, due_days=38)
    with app.test_request_context():
        steps = journey(site.exhibitor)
    days = [step.when for step in steps if step.state != "done" and step.when is not None]
    assert days == sorted(days)
    with time_machine.travel(now() + timedelta(days=10), tick=False), app.test_request_context():
        late = present_step(journey(site.exhibitor))
        assert late is not None
        assert (late.state, str(late.label)) == ("problem", "Cẩm nang tham gia")
