"""A fair that is called off: everything ends, what was received is owed back, everybody is told once, nothing new begins."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.badges.models import Badge
from fairs.badges.service import code_of, issue_badge
from fairs.badges.states import BadgeCategory
from fairs.booths.errors import BookingClosed
from fairs.booths.models import BoothBooking
from fairs.booths.states import LIVE
from fairs.calendar.changes import cancel_fair, preview_cancel
from fairs.calendar.errors import FairCancelled, PreviewOutdated
from fairs.calendar.models import Fair, FairCancellation
from fairs.calendar.service import change_state
from fairs.calendar.states import FairState
from fairs.checkin.models import Gate
from fairs.checkin.service import ScanInput, check_in
from fairs.checkin.states import Verdict
from fairs.core.actor import SYSTEM
from fairs.core.clock import set_to
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.exhibitors.service import accept_application
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.models import Importer
from fairs.importers.service import approve_importer
from fairs.importers.states import ImporterState
from fairs.messages.models import OutboxMessage
from fairs.payments.models import Credit, Invoice
from fairs.payments.service import ReceiptDraft, record_receipt
from fairs.payments.states import InvoiceState
from fairs.visitors.errors import RegistrationClosed
from fairs.visitors.service import VisitorDraft, register_visitor, visit_online
from tests.factories.booths import new_ground
from tests.support.client import Client, login
from tests.support.sheets import read_sheets


def call_off(fair: Fair) -> FairCancellation:
    """Preview and act, as a person does it."""
    _found, seen = preview_cancel(fair, "Dịch bệnh", by=SYSTEM)
    return cancel_fair(fair, reason="Dịch bệnh", decision_number="7/QĐ", typed_code=fair.code, seen=seen, by=SYSTEM)


def test_the_demonstration_called_off(demo: Flask) -> None:
    fair = db.session.scalars(select(Fair).where(Fair.state == FairState.RUNNING)).one()
    badge = db.session.scalars(select(Badge).where(Badge.fair_id == fair.id, Badge.state == "active")).first()
    gate = db.session.scalars(select(Gate).where(Gate.fair_id == fair.id)).first()
    assert badge is not None and gate is not None
    received = db.session.scalar(select(func.sum(Invoice.received_minor)).where(
        Invoice.fair_id == fair.id, Invoice.state != InvoiceState.CANCELLED))  # fmt: skip
    assert received
    waiting = db.session.scalars(select(Importer).where(Importer.fair_id == fair.id)).first()
    assert waiting is not None
    with transaction():
        waiting.state = ImporterState.SUBMITTED
    letters = set(db.session.scalars(select(OutboxMessage.id)))

    done = call_off(fair)

    assert fair.state is FairState.CANCELLED and not fair.accepts_booking
    assert not db.session.scalars(
        select(BoothBooking).where(BoothBooking.fair_id == fair.id, BoothBooking.state.in_(LIVE))
    ).all()
    assert set(db.session.scalars(select(Invoice.state).where(Invoice.fair_id == fair.id))) == {InvoiceState.CANCELLED}
    owed = db.session.scalars(select(Credit).where(Credit.fair_id == fair.id)).all()
    assert sum(credit.amount_minor for credit in owed) == received
    assert {c.company_id for c in owed} == {c.invoice.company_id for c in owed}
    new = [m for m in db.session.scalars(select(OutboxMessage)) if m.id not in letters]
    addresses = [m.recipient for m in new if m.recipient]
    assert done.notices == len(new) and len(addresses) == len(set(addresses))
    assert {m.kind for m in new} == {"calendar/cancelled"}
    with set_to(datetime.combine(fair.starts_on, time(10), ZoneInfo(fair.time_zone))):
        scan = ScanInput("gone", code_of(badge), fair.at(fair.starts_on, time(9)))
        assert [r.verdict for r in check_in(fair, gate, [scan], by=SYSTEM)] == [Verdict.FAIR_CANCELLED]
    visitor = VisitorDraft("Lan", "Công ty Lan", "lan@people.example", consents=("registration",))
    with pytest.raises(RegistrationClosed):
        visit_online(fair, visitor)
    with pytest.raises(RegistrationClosed):
        register_visitor(fair, visitor, by=SYSTEM)
    with pytest.raises(FairCancelled):
        approve_importer(waiting, by=SYSTEM)
    with pytest.raises(FairCancelled):
        issue_badge(fair, badge.person, BadgeCategory.PRESS, by=SYSTEM)


def test_money_received_is_owed_back_and_shown_to_finance_and_to_the_company(app: Flask, client: Client) -> None:
    ground = new_ground()
    fair = ground.fair
    paid, unpaid = ground.reserve(), ground.reserve("A-002")
    invoice = db.session.get_one(Invoice, paid.invoice_id)
    money = Money(1_000_000, "VND")
    record_receipt(invoice, ReceiptDraft(money, date(2026, 1, 2), "transfer", "FT1"), by=SYSTEM)
    waiting = ground.exhibitor(state=ExhibitorState.SUBMITTED)
    login(client, ground.user(Role.ORGANISER))
    page = f"/fairs/{fair.slug}/settings/cancel"
    shown = client.get(page)
    assert shown.status_code == 200 and invoice.number in shown.text and paid.reference in shown.text
    seen = shown.text.split('name="seen" value="')[1].split('"')[0]
    form = {"seen": seen, "reason": "Dịch bệnh", "decision_number": "7/QĐ", "typed_code": "XX"}
    wrong = client.submit(page, form)
    assert wrong.status_code == 422 and 'id="typed_code-error"' in wrong.text and "Dịch bệnh" in wrong.text
    assert client.submit(page, {**form, "typed_code": fair.code, "seen": "x"}).status_code == 409
    assert client.submit(page, {**form, "typed_code": fair.code.lower()}).status_code == 303
    assert client.submit(page, {**form, "typed_code": fair.code}).status_code == 409  # sent twice
    assert client.get(page).status_code == 200

    credit = db.session.scalars(select(Credit)).one()
    assert (credit.amount, credit.company_id, credit.state) == (money, paid.exhibitor.company_id, "open")
    db.session.expire_all()
    assert {invoice.state, db.session.get_one(Invoice, unpaid.invoice_id).state} == {InvoiceState.CANCELLED}
    finance = ground.user(Role.FINANCE)
    login(client, finance)
    assert credit.number in client.get(f"/fairs/{fair.slug}/credits").text
    assert credit.number in client.get(f"/fairs/{fair.slug}/money/{invoice.number}").text
    assert credit.number in client.get(f"/directory/companies/{credit.company_id}").text
    sheet = read_sheets(client.get(f"/fairs/{fair.slug}/credits?format=xlsx").data)[0]
    assert ("text", credit.number) in sheet[1] and "1000000" in [value for _, value in sheet[1]]
    login(client, ground.user(of=paid.exhibitor))
    assert credit.number in client.get(f"/my/invoices/{invoice.number}").text
    assert invoice.number in client.get(f"/my/{fair.slug}").text
    public = app.test_client().get(f"/f/{fair.slug}/").text
    assert "EventCancelled" in public and f"/f/{fair.slug}/visit" not in public and "Dịch bệnh" in public
    with pytest.raises(BookingClosed):
        ground.hold("A-003")
    with pytest.raises(BookingClosed):
        ground.hold("A-003", as_staff=True)
    with pytest.raises(FairCancelled):
        accept_application(waiting, by=SYSTEM)


def test_only_a_known_fair_is_cancelled_and_never_by_a_mere_step(app: Flask) -> None:
    ground = new_ground()
    fair = ground.fair
    with pytest.raises(InvalidTransition):
        change_state(fair, FairState.CANCELLED, by=SYSTEM)
    _found, seen = preview_cancel(fair, "", by=SYSTEM)
    with pytest.raises(InvalidInput) as refused:
        cancel_fair(fair, reason="Bão", typed_code="", seen=seen, by=SYSTEM)
    assert refused.value.field == "typed_code"
    ground.hold()
    with pytest.raises(PreviewOutdated):
        cancel_fair(fair, reason="Bão", typed_code=fair.code, seen=seen, by=SYSTEM)
    call_off(fair)
    for target in FairState:
        with pytest.raises(InvalidTransition):
            change_state(fair, target, by=SYSTEM)
