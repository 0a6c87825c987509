"""A fair moved to other days: all that hangs on its days follows, everybody is told once, printed badges open the gates."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.badges.models import Badge
from fairs.badges.service import code_of, mark_printed
from fairs.badges.states import BadgeState
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.changes import check_reschedulable, move_of, preview_move, reschedule_fair
from fairs.calendar.effects import Move
from fairs.calendar.errors import CannotReschedule, PreviewOutdated
from fairs.calendar.models import Fair, FairRescheduling
from fairs.calendar.service import change_settings
from fairs.calendar.states import FairState
from fairs.checkin.models import Gate
from fairs.checkin.service import ScanInput, check_in
from fairs.checkin.states import Verdict
from fairs.core.actor import SYSTEM
from fairs.core.clock import set_to
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.permissions import Role
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.messages.models import OutboxMessage
from fairs.payments.models import Instalment, Invoice
from fairs.payments.queries import OWED, coverage
from tests.factories.booths import new_ground
from tests.factories.people import make_fair
from tests.support.client import Client, login
from tests.support.sheets import read_sheets

FORTNIGHT = timedelta(days=14)


def by(fair: Fair, days: int) -> Move:
    """The same fair some days later."""
    step = timedelta(days=days)
    return replace(move_of(fair), starts_on=fair.starts_on + step, ends_on=fair.ends_on + step)


def move(fair: Fair, to: Move) -> FairRescheduling:
    """Preview and act, as a person does it."""
    _found, seen = preview_move(fair, to, by=SYSTEM)
    return reschedule_fair(fair, to, reason="Bão lớn", decision_number="99/QĐ-SCT", seen=seen, by=SYSTEM)


def instalments(fair: Fair) -> dict[int, tuple[date, bool]]:
    """Each instalment's day, and whether it is still to be paid and not overdue."""
    found = {}
    for invoice in db.session.scalars(select(Invoice).where(Invoice.fair_id == fair.id)):
        for part in coverage(invoice, fair.today):
            is_open = invoice.state in OWED and not part.is_paid and part.instalment.due_on >= fair.today
            found[part.instalment.id] = part.instalment.due_on, is_open
    return found


def test_two_weeks_later_everything_is_right_and_everybody_was_told_once(demo: Flask) -> None:
    fair = db.session.scalars(select(Fair).where(Fair.state == FairState.BOOKING_OPEN)).one()
    with transaction():
        fair.booking_closes_at = fair.at(fair.starts_on - timedelta(days=10), time(17))
    printed = list(db.session.scalars(select(Badge).where(Badge.fair_id == fair.id, Badge.state == BadgeState.ACTIVE)))
    mark_printed(printed, by=SYSTEM)
    codes = {badge.id: code_of(badge) for badge in printed[:3]}
    old, days, before = move_of(fair), fair.days, instalments(fair)
    deposits = {b.id: b.deposit_due_on for b in db.session.scalars(select(BoothBooking).where(
        BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.RESERVED))}  # fmt: skip
    waiting = {i.id: i.decide_by for i in db.session.scalars(select(Importer).where(
        Importer.fair_id == fair.id, Importer.state == ImporterState.SUBMITTED))}  # fmt: skip
    letters = db.session.scalars(select(OutboxMessage.id)).all()
    balance_due_on, closes_at = fair.balance_due_on, fair.booking_closes_at
    assert any(is_open for _, is_open in before.values()) and not all(is_open for _, is_open in before.values())
    assert deposits and waiting and balance_due_on and closes_at

    found, _seen = preview_move(fair, by(fair, 14), by=SYSTEM)
    done = move(fair, by(fair, 14))

    assert (fair.starts_on, fair.ends_on) == (old.starts_on + FORTNIGHT, old.ends_on + FORTNIGHT)
    assert fair.balance_due_on == balance_due_on + FORTNIGHT
    assert fair.booking_closes_at == closes_at + FORTNIGHT
    assert {key: day for key, (day, _) in instalments(fair).items()} == {
        key: day + FORTNIGHT if is_open else day for key, (day, is_open) in before.items()
    }
    for booking_id, day in deposits.items():
        assert day is not None
        later = day + FORTNIGHT if day >= fair.today else day
        assert db.session.get_one(BoothBooking, booking_id).deposit_due_on == later
    for importer_id, day in waiting.items():
        assert day is not None
        later = day + FORTNIGHT if day >= fair.today else day
        assert db.session.get_one(Importer, importer_id).decide_by == later

    # What the preview said is what became true, effect by effect.
    changed = {(e.key, e.subject): e.new for e in found.items if e.act is not None and e.key.startswith("Instalment")}
    assert len(changed) == len({(e.key, e.subject) for e in found.items if e.key.startswith("Instalment")})

    new = [m for m in db.session.scalars(select(OutboxMessage)) if m.id not in set(letters)]
    told = Counter(message.recipient or f"{message.recipient_name}:{message.id}" for message in new)
    assert done.notices == len(new) == len(found.people) and set(told.values()) == {1}
    expected = {
        (e.contact_email or e.company.email).lower()
        for e in db.session.scalars(select(Exhibitor).where(Exhibitor.fair_id == fair.id, Exhibitor.state.in_(
            [ExhibitorState.SUBMITTED, ExhibitorState.WAITLISTED, ExhibitorState.ACCEPTED])))
    } | {
        i.person.email.lower()
        for i in db.session.scalars(select(Importer).where(Importer.fair_id == fair.id, Importer.state.in_(
            [ImporterState.SUBMITTED, ImporterState.APPROVED])))
    }  # fmt: skip
    assert expected - {""} <= set(told)
    assert {m.locale for m in new} == {"vi", "en", "ja"}
    vietnamese = next(m for m in new if m.locale == "vi")
    assert f"{old.starts_on:%d/%m/%Y}" in vietnamese.body and f"{fair.starts_on:%d/%m/%Y}" in vietnamese.body
    assert "Bão lớn" in vietnamese.body

    gate = db.session.scalars(select(Gate).where(Gate.fair_id == fair.id)).first() or _gate(fair)
    for number, (day, verdict) in enumerate([(fair.days[0], Verdict.WELCOME), (days[0], Verdict.WRONG_DAY)]):
        with set_to(datetime.combine(day, time(10), ZoneInfo(fair.time_zone))):
            results = check_in(fair, gate, [
                ScanInput(f"s-{number}-{badge_id}", code, fair.at(day, time(9, 30))) for badge_id, code in codes.items()
            ], by=SYSTEM)  # fmt: skip
        assert {result.verdict for result in results} == {verdict}


def _gate(fair: Fair) -> Gate:
    with transaction():
        gate = Gate(fair_id=fair.id, code="T1", name_vi="Cổng", name_en="Gate")
        db.session.add(gate)
    return gate


def test_a_longer_fair_and_an_earlier_fair(app: Flask) -> None:
    ground = new_ground()
    fair = ground.fair
    reserved = ground.reserve()
    invoice = db.session.get_one(Invoice, reserved.invoice_id)
    due = {part.kind: part.due_on for part in invoice.instalments}
    longer = replace(move_of(fair), ends_on=fair.ends_on + timedelta(days=2))
    found, _ = preview_move(fair, longer, by=SYSTEM)
    assert [(e.old, e.new) for e in found.items if e.part == "badges"][-1] == (None, longer.ends_on)
    move(fair, longer)
    assert {part.kind: part.due_on for part in invoice.instalments} == due  # the first day stayed
    move(fair, by(fair, -38))  # it opens in four days: nobody is late at once
    today = fair.today
    assert {part.due_on for part in db.session.scalars(select(Instalment))} == {today + timedelta(days=7)}


def test_what_cannot_be_moved_says_why(app: Flask) -> None:
    fair = make_fair("RS1")
    for days in (0, -100):
        with pytest.raises(InvalidInput) as refused:
            preview_move(fair, by(fair, days), by=SYSTEM)
        assert refused.value.field == "starts_on"
    with pytest.raises(InvalidInput) as refused:
        preview_move(fair, replace(move_of(fair), ends_on=fair.starts_on - timedelta(days=1)), by=SYSTEM)
    assert refused.value.field == "ends_on"
    with pytest.raises(InvalidInput) as refused:
        change_settings(fair, {"starts_on": fair.starts_on - timedelta(days=1)}, by=SYSTEM)
    assert refused.value.field == "starts_on"
    for state in (FairState.CLOSED, FairState.REPORTED):
        with pytest.raises(CannotReschedule):
            check_reschedulable(make_fair(f"RS{state[0].upper()}", state))
    change_settings(fair, {"is_rehearsal": True}, by=SYSTEM)
    with pytest.raises(CannotReschedule):
        preview_move(fair, by(fair, 14), by=SYSTEM)


def test_the_page_previews_filters_exports_and_notices_what_changed_meanwhile(app: Flask, client: Client) -> None:
    ground = new_ground()
    fair = ground.fair
    exhibitor = ground.exhibitor(contact_email="xuong@people.example")
    booking = ground.reserve(exhibitor=exhibitor)
    login(client, ground.user(Role.ORGANISER))
    page = f"/fairs/{fair.slug}/settings/reschedule"
    assert client.get(page).status_code == 200
    query = {
        "starts_on": (fair.starts_on + FORTNIGHT).isoformat(), "ends_on": (fair.ends_on + FORTNIGHT).isoformat(), "opens_at": "09:00",
        "closes_at": "18:00", "venue_vi": "Cung mới", "venue_en": "New hall",
    }  # fmt: skip
    assert client.get(page, query_string={**query, "ends_on": "31/02/2027"}).status_code == 422
    shown = client.get(page, query_string=query)
    assert shown.status_code == 200 and booking.reference in shown.text and "xuong@people.example" in shown.text
    assert booking.reference not in client.get(page, query_string={**query, "part": "money"}).text
    sheets = read_sheets(client.get(page, query_string={**query, "format": "xlsx"}).data)
    assert len(sheets) == 2 and ("text", booking.reference) in [cell for row in sheets[0] for cell in row]

    def seen(text: str) -> str:
        return text.split('name="seen" value="')[1].split('"', maxsplit=1)[0]

    old_mark = seen(shown.text)
    missing = client.submit(page, {"seen": old_mark, "reason": "", "decision_number": "12/QĐ"}, query_string=query)
    assert missing.status_code == 422 and 'id="reason-error"' in missing.text and "12/QĐ" in missing.text
    ground.reserve("A-002")
    outdated = client.submit(page, {"seen": old_mark, "reason": "Bão"}, query_string=query)
    assert outdated.status_code == 409 and seen(outdated.text) != old_mark and "Bão" in outdated.text
    assert db.session.scalars(select(FairRescheduling)).all() == []
    form = {"seen": seen(outdated.text), "reason": "Bão", "decision_number": "12/QĐ"}
    assert client.submit(page, form, query_string=query).status_code == 303
    assert client.submit(page, form, query_string=query).status_code == 409  # sent twice
    one = db.session.scalars(select(FairRescheduling)).one()
    assert (one.reason, one.decision_number, one.new_venue) == ("Bão", "12/QĐ", "Cung mới")
    public = client.application.test_client().get(f"/f/{fair.slug}/").text
    assert "EventRescheduled" in public and "previousStartDate" in public
    assert "12/QĐ" in client.get(f"/fairs/{fair.slug}/settings").text
    login(client, ground.user(Role.BOOTH_SALES))
    assert client.get(page).status_code == 403 and client.submit(page, form, query_string=query).status_code == 403


def test_the_preview_costs_the_same_however_much_moves(app: Flask, client: Client) -> None:
    from tests.support.queries import counted_queries

    ground = new_ground()
    counts = []
    for number in (1, 3):
        while ground.count < 4 * number:
            exhibitor = ground.exhibitor(contact_email=f"e{ground.count}@people.example")
            ground.reserve(f"A-{ground.count:03d}", exhibitor)
        db.session.expire_all()
        fair = ground.fair
        target = by(fair, 14)
        with counted_queries() as statements:
            preview_move(fair, target, by=SYSTEM)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_two_who_confirm_at_once_move_the_fair_once(real_app: Flask) -> None:
    with real_app.app_context():
        ground = new_ground()
        ground.reserve(exhibitor=ground.exhibitor(contact_email="mot@people.example"))
        fair_id, target = ground.fair.id, by(ground.fair, 14)
        _, seen = preview_move(ground.fair, target, by=SYSTEM)
        before = len(db.session.scalars(select(OutboxMessage.id)).all())
    together = Barrier(4)

    def confirm(_: int) -> str:
        together.wait(30)
        with real_app.app_context():
            try:
                reschedule_fair(db.session.get_one(Fair, fair_id), target, reason="Bão", seen=seen, by=SYSTEM)
            except PreviewOutdated:
                return "outdated"
            return "moved"

    with ThreadPoolExecutor(4) as pool:
        told = Counter(pool.map(confirm, range(4)))
    assert told == {"moved": 1, "outdated": 3}
    with real_app.app_context():
        assert len(db.session.scalars(select(FairRescheduling)).all()) == 1
        assert len(db.session.scalars(select(OutboxMessage.id)).all()) == before + 1
