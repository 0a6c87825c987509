"""For each kind of the inbox a record that awaits a person, and the act after which it does so no longer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import current_app
from sqlalchemy import select

from fairs.accounts.models import RoleGrant
from fairs.allocation.models import AllocationRun
from fairs.allocation.service import discard
from fairs.allocation.service import publish as publish_allocation
from fairs.allocation.states import AllocationState
from fairs.badges.service import mark_printed as print_badges
from fairs.badges.states import BadgeCategory
from fairs.banking.desk import match_line, second_line, set_aside
from fairs.banking.models import BankLine
from fairs.banking.recording import Share
from fairs.banking.service import account_of, read_at_once
from fairs.booths.models import BoothBooking
from fairs.booths.requests import answer_request, ask_extension
from fairs.booths.service import offer_booths, release_hold
from fairs.booths.states import BookingState
from fairs.budgets.closing import close_day, closings, note_due_days
from fairs.budgets.service import ask_overrun, decide_overrun, submit_budget
from fairs.budgets.spending import approve_voucher, pay_voucher, submit_voucher
from fairs.budgets.sponsoring import agree, invoice_instalment
from fairs.calendar.models import Fair
from fairs.calendar.service import change_settings, change_state
from fairs.calendar.states import FairState
from fairs.cards.inbox import close_event, try_event_again
from fairs.cards.models import WebhookEvent
from fairs.cards.states import EventState
from fairs.cases.models import Violation
from fairs.cases.service import close, reopen, solve, take
from fairs.cases.states import PENDING, CaseKind, CaseState
from fairs.cases.violations import ask, state
from fairs.cases.violations import decide as decide_violation
from fairs.cashdesk.service import Count, agree_to_difference, count_shift, open_new_shift, take_over
from fairs.ceremonies.service import CeremonyDraft, DelegationDraft, answer, save_ceremony, save_delegation
from fairs.ceremonies.service import invite as invite_delegation
from fairs.ceremonies.states import ReplyState
from fairs.checkin.devices import DeviceDraft, add_device, enrol_device, new_enrolment
from fairs.checkin.models import GateDevice, ScanConflict
from fairs.checkin.service import check_in
from fairs.checkin.settling import settle_conflict
from fairs.checkin.states import DeviceState
from fairs.claims.charges import decide_charge, propose_charge, write_off
from fairs.claims.proofs import LineDraft, add_line
from fairs.claims.review import approve as approve_claim
from fairs.claims.review import send_back
from fairs.claims.seconds import ask_waiver, decide_waiver
from fairs.claims.seconds import decide_clash as decide_claim_clash
from fairs.claims.service import refuse as refuse_claim
from fairs.claims.states import ChargeKind, LineKind, Proof
from fairs.closing.models import ClosingWork
from fairs.closing.snapshots import take_snapshot
from fairs.closing.states import WorkState
from fairs.closing.works import ask_archive
from fairs.closing.works import try_again as make_again
from fairs.contacts.columns import Layout
from fairs.contacts.deciding import decide
from fairs.contacts.importing import carry_on
from fairs.contacts.models import ContactImport
from fairs.contacts.queries import unsure_rows
from fairs.contacts.service import ListSource, choose_layout, hand_in, start_import
from fairs.contacts.service import check as check_list
from fairs.contacts.states import ImportKind
from fairs.contracts.merging import pair_of, set_apart
from fairs.contracts.models import Contract
from fairs.contracts.outliers import answer_question, questions_of
from fairs.contracts.rules import LineDraft as GoodsDraft
from fairs.contracts.service import correct_contract, edit_contract, return_contract, verify_contract
from fairs.contracts.states import Answer
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now, today
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.directory.service import CompanyDraft, save_company
from fairs.documents.service import return_selection, submit_selection
from fairs.dunning.models import DunningStep
from fairs.dunning.service import CallDraft, record_call, release
from fairs.dunning.states import Outcome, StepKind, StepState
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.service import accept_application, refuse_application, waitlist_application
from fairs.followups.answers import AnswerDraft, all_done, look_at
from fairs.followups.answers import answer as answer_follow_up
from fairs.followups.answers import decide as decide_follow_up
from fairs.followups.queries import follow_ups_of
from fairs.followups.service import plan
from fairs.funding.queries import clashes_of
from fairs.funding.service import decide_clash, settle_grant
from fairs.hospitality.manifests import issue_version
from fairs.hospitality.queries import seats_of
from fairs.hospitality.service import mark_flights, save_flight
from fairs.hospitality.states import FlightState, RunKind, SeatState
from fairs.hospitality.transfers import give_place, mark_seat, want_seat
from fairs.hosting.service import approve_hosting, confirm_hosting, put_on_reserve
from fairs.importers.service import approve_importer, withdraw_importer
from fairs.invitations.campaigns import pause_campaign, resume_campaign, send_portion, start_campaign
from fairs.invitations.mails import invite
from fairs.invitations.service import mark_unreachable
from fairs.invitations.states import SourceKind
from fairs.letters.service import wish_letter
from fairs.lodging.service import place_stay
from fairs.lodging.using import mark_no_show, settle_no_show
from fairs.messages.models import OutboxMessage
from fairs.messages.service import Notice, mark_printed, send, try_again
from fairs.messages.states import MessageState
from fairs.payments.invoicing import cancel_with_credit
from fairs.payments.models import Credit, Invoice, Refund
from fairs.payments.refunds import RefundDraft, approve_refund, fail_refund, finish_refund, request_refund, send_refund
from fairs.printing.leases import Lease, lease_next, report_failed
from fairs.printing.models import PrintStation
from fairs.printing.service import cancel_job, enqueue, settle_printed
from fairs.printing.stations import StationDraft, close_station, open_station, save_station
from fairs.privacy.service import carry_out_erasure, finish_request, propose_erasure, receive_request
from fairs.privacy.states import Channel, RequestKind
from fairs.sitework.orders import deliver
from fairs.sitework.staff import decide_request
from fairs.surveys.service import SurveyDraft, answer_survey
from fairs.visitors.service import VisitorDraft, approve_press, visit_online
from fairs.workplace.awaited import KINDS
from fairs.workplace.inbox import Inbox, Reader
from tests.factories.booths import new_ground
from tests.factories.budgets import MILLION, Treasury, treasury
from tests.factories.cards import card_event
from tests.factories.cases import new_scene
from tests.factories.checkin import Entrance, entrance, new_fair, scan_of
from tests.factories.claims import Desk as ClaimDesk
from tests.factories.claims import claims_desk
from tests.factories.contacts import contact, csv_list
from tests.factories.deals import ALL_CHECKS, acting, office, scan, vnd
from tests.factories.deals import Office as Deals
from tests.factories.exhibitors import new_office
from tests.factories.hosting import hosting_place
from tests.factories.importers import ZONE, reception
from tests.factories.invitations import inviting
from tests.factories.letters import registry as letters_registry
from tests.factories.lodging import inn
from tests.factories.sitework import new_site
from tests.factories.statements import Row, csv_file, grid
from tests.factories.support import support_place
from tests.factories.travel import flying, landing
from tests.factories.travel import run as travel_run

LONG = timedelta(days=8)


@dataclass
class Awaiting:
    """A record, its fair, and the main act. ``later``: it awaits somebody only after so long."""

    fair: Fair
    record: Any
    act: Callable[[], Any]
    later: timedelta = timedelta()


def reader(fair: Fair, role: Role, *, user: int = 999_999, lent_by: int | None = None) -> Reader:
    """Somebody with this role at the fair."""
    fair_id = None if role.is_system_wide else fair.id
    return Reader(user, [RoleGrant(user_id=user, role=role, fair_id=fair_id, lent_by_id=lent_by)], [fair])


def items_of(someone: Reader, record: Any) -> list[str]:
    """The kinds under which a reader is shown the record, by counts and by items alike."""
    box = Inbox(someone, KINDS)
    shown = [item for kind in KINDS for item in box.items(kind, limit=100)[0]]
    assert box.total.total == len(shown)
    assert box.total.late == sum(item.is_late for item in shown)
    return [item.kind.key for item in shown if item.kind.model is type(record) and item.record_id == record.id]


def gate_device() -> Awaiting:
    place = entrance()
    first = place.fair.starts_on
    record = add_device(place.fair, DeviceDraft("A 1", (), first, first), by=SYSTEM)
    return Awaiting(place.fair, record, lambda: enrol_device(new_enrolment(record, by=SYSTEM), {}))


def data_request() -> Awaiting:
    importer = reception().importer()
    record = receive_request(
        importer.person, importer.fair, RequestKind.CORRECTION, channel=Channel.DESK, text="Sai tên", proof="Hộ chiếu", by=SYSTEM
    )  # fmt: skip
    return Awaiting(importer.fair, record, lambda: finish_request(record, "Đã sửa", by=SYSTEM))


def data_erasure() -> Awaiting:
    importer = withdraw_importer(reception().importer(), by=SYSTEM)
    record = receive_request(
        importer.person, importer.fair, RequestKind.ERASURE, channel=Channel.MAIL, proof="Gọi lại", by=SYSTEM
    )  # fmt: skip
    propose_erasure(record, by=SYSTEM)
    return Awaiting(importer.fair, record, lambda: carry_out_erasure(record, by=SYSTEM))


def _at_a_station() -> tuple[Fair, Lease, PrintStation]:
    place = entrance()
    station = open_station(save_station(place.fair, StationDraft("Quầy 1"), by=SYSTEM), by=SYSTEM)
    enqueue([place.badge()], by=SYSTEM)
    lease = lease_next(station, by=SYSTEM)
    assert lease is not None
    return place.fair, lease, station


def print_failed() -> Awaiting:
    fair, lease, station = _at_a_station()
    record = report_failed(station, lease.job, lease.number, reason="jam", by=SYSTEM)
    return Awaiting(fair, record, lambda: cancel_job(record, by=SYSTEM))


def print_unsure() -> Awaiting:
    fair, lease, _station = _at_a_station()
    return Awaiting(fair, lease.job, lambda: settle_printed(lease.job, by=SYSTEM), later=timedelta(minutes=2))


def print_station() -> Awaiting:
    place = entrance()
    record = open_station(save_station(place.fair, StationDraft("Quầy 1", categories=("trade",)), by=SYSTEM), by=SYSTEM)
    # Silent as well, but nothing waits that it would print: nobody has to look after it.
    open_station(save_station(place.fair, StationDraft("Quầy 2", categories=("press",)), by=SYSTEM), by=SYSTEM)
    enqueue([place.badge()], by=SYSTEM)
    return Awaiting(place.fair, record, lambda: close_station(record, by=SYSTEM), later=timedelta(minutes=4))


def unanswered_survey() -> Awaiting:
    ground = new_ground()
    with transaction():
        fair = db.session.get_one(Fair, ground.fair.id)
        fair.starts_on = fair.ends_on = fair.today
    booking = ground.hold("A-002")
    with transaction():
        db.session.get_one(BoothBooking, booking.id).state = BookingState.CONFIRMED
    record = db.session.get_one(Exhibitor, booking.exhibitor_id)
    return Awaiting(ground.fair, record, lambda: answer_survey(record, SurveyDraft(4), by=SYSTEM, source="paper"))


def room_wanted() -> Awaiting:
    house = inn()
    block, record = house.block(), house.stay()
    return Awaiting(house.fair, record, lambda: place_stay(record, block, by=SYSTEM))


def no_show() -> Awaiting:
    house = inn()
    stay = house.placed(house.block())
    record = mark_no_show(stay, stay.arrives_on, "Không đến", by=SYSTEM)
    return Awaiting(house.fair, record, lambda: settle_no_show(record, "Khách trả", by=SYSTEM))


def application() -> Awaiting:
    place = new_office()
    record = place.submitted()
    return Awaiting(place.fair, record, lambda: place.appraised(record))


def appraised() -> Awaiting:
    place = new_office()
    record = place.appraised()
    return Awaiting(place.fair, record, lambda: accept_application(record, by=SYSTEM))


def selection() -> Awaiting:
    place = support_place()
    record = place.proposed().selection
    return Awaiting(place.fair, record, lambda: submit_selection(record, by=place.by))


def returned_selection() -> Awaiting:
    place = support_place()
    record = return_selection(place.submitted(), reason="Thiếu chữ ký nháy", by=place.by)
    return Awaiting(place.fair, record, lambda: submit_selection(record, by=place.by))


def signature() -> Awaiting:
    place = support_place()
    record = place.submitted()
    return Awaiting(place.fair, record, lambda: place.sign(record))


def clash() -> Awaiting:
    place = support_place()
    exhibitor = place.supported()
    place.other_grant(exhibitor)
    item = place.proposed(exhibitor, reason="Khoản kia cho chuyến đi")
    [record] = clashes_of([place.grant(item.selection).id])
    return Awaiting(place.fair, record, lambda: decide_clash(record, is_duplicate=False, note="Đã xem", by=SYSTEM))


def settlement() -> Awaiting:
    place = support_place()
    record = place.grant(place.signed())
    with transaction():
        place.fair.starts_on = place.fair.ends_on = place.fair.today - timedelta(days=1)
    return Awaiting(place.fair, record, lambda: settle_grant(record, record.amount, by=SYSTEM))


def waiting_list() -> Awaiting:
    place = new_office()
    record = waitlist_application(place.submitted(), by=SYSTEM)
    fair = change_settings(place.fair, {"booking_closes_at": now() - timedelta(days=2)}, by=SYSTEM)
    return Awaiting(fair, record, lambda: refuse_application(record, by=SYSTEM, note="Hết chỗ"))


def importer() -> Awaiting:
    place = reception()
    record = place.importer()
    return Awaiting(place.fair, record, lambda: approve_importer(record, by=SYSTEM))


def letter_wish() -> Awaiting:
    office = letters_registry()
    wish = wish_letter(office.guest(), embassy="Tokyo", by=SYSTEM)
    return Awaiting(office.place.fair, wish, lambda: office.letter(wish.importer))


def badge() -> Awaiting:
    fair = new_fair(starts_on=today(ZONE) + timedelta(days=5))
    record = Entrance(fair, None).badge(BadgeCategory.VIP)  # type: ignore[arg-type]
    return Awaiting(fair, record, lambda: print_badges([record], by=SYSTEM))


def _asking(kind: StepKind, act: Callable[[DunningStep, Actor], Any]) -> Callable[[], Awaiting]:
    """A step for a deposit that is overdue in eight days, and rests until then."""

    def made() -> Awaiting:
        ground = new_ground()
        invoice = db.session.get_one(Invoice, ground.reserve().invoice_id)
        deposit, user = invoice.instalments[0], ground.user(Role.BOOTH_SALES)
        with transaction():
            record = DunningStep(
                fair_id=ground.fair.id, invoice_id=invoice.id, instalment_id=deposit.id, step=kind, state=StepState.OPEN,
                due_on=deposit.due_on, open_minor=deposit.amount_minor, currency="VND", begun_on=ground.fair.today,
                pause_until=deposit.due_on,
            )  # fmt: skip
            db.session.add(record)
        return Awaiting(ground.fair, record, lambda: act(record, Actor(user.id, user.name)), LONG)

    return made


def _till(counted: int | None) -> Callable[[], Awaiting]:
    """A till with 500,000 VND in it: counted or, with None, open since the day before."""

    def made() -> Awaiting:
        place = office()
        user, boss = place.user(Role.FRONT_DESK), place.user(Role.FINANCE)
        by, other = Actor(user.id, user.name), Actor(boss.id, boss.name)
        record = open_new_shift(place.fair, Money(500_000, "VND"), by=by)
        if counted is None:
            count = {"VND": Count({500_000: 1})}
            return Awaiting(place.fair, record, lambda: count_shift(record, count, by=by), timedelta(days=1))
        count_shift(record, {"VND": Count({1_000: counted // 1_000}, reason="Thiếu")}, by=by)
        if record.waits_for_agreement:
            return Awaiting(place.fair, record, lambda: agree_to_difference(record, by=other))
        return Awaiting(place.fair, record, lambda: take_over(record, {"VND": Money(counted, "VND")}, by=other))

    return made


def offer() -> Awaiting:
    ground = new_ground()
    until = now() + timedelta(minutes=1)
    record = offer_booths(ground.fair, ground.exhibitor(), [ground.booth()], until=until, origin="offer", by=SYSTEM)[0]
    return Awaiting(ground.fair, record, lambda: release_hold(record, by=SYSTEM))


def booth_request() -> Awaiting:
    ground = new_ground()
    until = ground.fair.today + timedelta(days=20)
    record = ask_extension(ground.reserve(), until, reason="Chờ ngân hàng", by=SYSTEM)
    return Awaiting(ground.fair, record, lambda: answer_request(record, True, answer="", by=SYSTEM))


def invoice() -> Awaiting:
    ground = new_ground()
    record = db.session.get_one(Invoice, ground.reserve().invoice_id)
    deals = Deals(ground.fair, record.company, record.company)
    return Awaiting(ground.fair, record, lambda: deals.receipt(record, record.instalments[0].amount_minor), LONG)


def partly_paid() -> Awaiting:
    place = office()
    record = place.invoice()
    place.receipt(record, record.instalments[0].amount_minor)
    return Awaiting(place.fair, record, lambda: place.receipt(record, record.open_amount.amount_minor), LONG * 4)


def _card_message(state: EventState, act: Callable[[WebhookEvent], Any]) -> Callable[[], Awaiting]:
    def situation() -> Awaiting:
        fair = new_fair()
        event = card_event(fair.id, state)
        return Awaiting(fair, event, lambda: act(event))

    return situation


ACCOUNT = {"holder": "Công ty Gốm Bát Tràng mẫu", "number": "0011223344", "bank": "Vietcombank Hà Nội"}


def _credit(place: Deals) -> Credit:
    invoice = place.invoice()
    place.receipt(invoice, invoice.instalments[0].amount_minor)
    made = cancel_with_credit(invoice, by=SYSTEM, reason="Bão")
    assert made is not None
    return made


def credit() -> Awaiting:
    place = office()
    record = _credit(place)
    ask = RefundDraft(record.free, "transfer", "Bão", ACCOUNT)
    return Awaiting(place.fair, record, lambda: request_refund(record, ask, by=SYSTEM))


def _refund(*acts: Callable[[Refund], Any], act: Callable[[Refund], Any], later: timedelta = timedelta()) -> Any:
    def make() -> Awaiting:
        place = office()
        credit = _credit(place)
        record = request_refund(credit, RefundDraft(credit.free, "transfer", "Bão", ACCOUNT), by=SYSTEM)
        for step in acts:
            step(record)
        return Awaiting(place.fair, record, lambda: act(record), later)

    return make


def _approve(refund: Refund) -> Refund:
    return approve_refund(refund, by=SYSTEM)


def _send(refund: Refund) -> Refund:
    return send_refund(refund, by=SYSTEM)


def _done(refund: Refund) -> Refund:
    return finish_refund(refund, reference="FT123", on=refund.created_at.date(), by=SYSTEM)


def bank_line(*, above: bool = False) -> Callable[[], Awaiting]:
    """A line that names no invoice; ``above``: so large that a second person has to agree to what one proposed."""

    def make() -> Awaiting:
        place = office()
        person = acting(place.user(Role.FINANCE))
        account = account_of(place.fair.id, None, current_app.extensions["fairs_config"])
        row = Row(place.fair.today, 200_000_000 if above else 1_000_000, "nop tien", "", "FT00000001")
        statement = read_at_once(place.fair, csv_file(grid([row], "bidv")), account, by=person)
        record = db.session.scalars(select(BankLine).where(BankLine.statement_id == statement.id)).one()
        if not above:
            return Awaiting(place.fair, record, lambda: set_aside(record, reason="Lãi", by=SYSTEM))
        record = match_line(record, [Share(place.invoice().id)], by=person)
        return Awaiting(place.fair, record, lambda: second_line(record, by=acting(place.user(Role.FINANCE))))

    return make


def list_waiting() -> Awaiting:
    """A list that was imported but for a row of a company that the directory may know."""
    place = reception()
    known = save_company(CompanyDraft("Bohemia Imports", "CZ"), by=SYSTEM)
    record = compared_list(
        place.fair, ImportKind.CONTACTS, contact("New Person", "Bohemia Imports", "Czechia", "new@new.cz.example"),
        contact("Another Person", "New Firm", "France", "new@new.fr.example"),
    )  # fmt: skip
    start_import(record, by=SYSTEM)
    carry_on(record.id)

    def decided() -> None:
        for row_id in unsure_rows(record.id):
            decide(record, row_id, person="new", company=str(known.id), by=SYSTEM)
        start_import(record, by=SYSTEM)

    return Awaiting(place.fair, db.session.get_one(ContactImport, record.id, populate_existing=True), decided)


def compared_list(fair: Fair, kind: ImportKind, *rows: list[Any]) -> ContactImport:
    """A list that was compared with the directory."""
    found = hand_in(
        fair, kind, csv_list(list(rows)), ListSource("Thương vụ tại Paris", SourceKind.TRADE_OFFICE), by=SYSTEM
    )
    choose_layout(found, Layout.from_json(found.layout), by=SYSTEM)
    check_list(found.id)
    return db.session.get_one(ContactImport, found.id, populate_existing=True)


def list_to_decide(kind: ImportKind) -> Callable[[], Awaiting]:
    """A list that was compared with the directory and waits to be imported."""

    def make() -> Awaiting:
        place = reception()
        row = contact("New Person", "New Firm", "France", "new@new.fr.example")
        record = compared_list(place.fair, kind, row)
        return Awaiting(place.fair, record, lambda: start_import(record, by=SYSTEM))

    return make


def delivery() -> Awaiting:
    place = new_site(opens_in=2)
    record = place.pay(place.order())
    return Awaiting(place.fair, record, lambda: deliver(record, by=SYSTEM))


def scan_conflict() -> Awaiting:
    place = entrance()
    check_in(place.fair, place.gate, [scan_of("9" * 114)], by=SYSTEM)
    record = db.session.scalars(select(ScanConflict).where(ScanConflict.fair_id == place.fair.id)).one()
    return Awaiting(place.fair, record, lambda: settle_conflict(place.fair, record, "keep", "Vé xem phim", by=SYSTEM))


def extra_badge() -> Awaiting:
    place = new_site()
    for n in range(2):
        place.person(f"Người {n}")
    record = place.person("Người thứ ba", extra_reason="Phiên dịch")
    return Awaiting(place.fair, record, lambda: decide_request(record, allow=True, reason="", by=SYSTEM))


def _defect(*, returns: bool) -> Callable[[], Awaiting]:
    def make() -> Awaiting:
        place = new_site()
        record = place.visit({"lights": "Không sáng"})
        if returns:
            record = place.visit({"walls": "Thủng vách"}, returns=True)
        return Awaiting(place.fair, record, lambda: place.visit({}, returns=returns))

    return make


def _case(state: CaseState) -> Callable[[], Awaiting]:
    def make() -> Awaiting:
        scene = new_scene()
        record = scene.case()
        if state is CaseState.IN_WORK:
            take(record, by=SYSTEM, mark="t")
        if state is CaseState.REOPENED:
            solve(record, "Đã thay ghế.", by=SYSTEM, mark="s1")
            reopen(record, "Lại gãy.", by=SYSTEM, mark="r")
        return Awaiting(scene.site.fair, record, lambda: solve(record, "Đã thay ghế.", by=SYSTEM, mark="s2"))

    return make


def case_solved() -> Awaiting:
    scene = new_scene()
    record = scene.case()
    solve(record, "Đã thay ghế.", by=SYSTEM, mark="s")
    return Awaiting(scene.site.fair, record, lambda: close(record, by=SYSTEM, mark="c"))


def violation_suspected() -> Awaiting:
    scene = new_scene()
    case = scene.case(CaseKind.VIOLATION)
    record = db.session.scalars(select(Violation).where(Violation.case_id == case.id)).one()
    return Awaiting(scene.site.fair, record, lambda: ask(case, by=SYSTEM, mark="a"))


def _violation(*, answers: bool) -> Callable[[], Awaiting]:
    def make() -> Awaiting:
        scene = new_scene()
        case = scene.case(CaseKind.VIOLATION)
        record = ask(case, by=SYSTEM, mark="a")
        if answers:
            state(case, "Không đúng.", speaker="Bà Lan", by=SYSTEM, mark="s", as_staff=False)
        else:
            with transaction():
                row = db.session.get_one(Violation, record.id)
                row.answer_by = scene.site.fair.today - timedelta(days=1)
        other = scene.actor(Role.ORGANISER)
        return Awaiting(
            scene.site.fair,
            record,
            lambda: decide_violation(case, confirmed=True, reason="Đã xác minh.", by=other, mark="d"),
        )

    return make


def silent_device() -> Awaiting:
    place = new_scene()
    fair = place.site.fair
    with transaction():
        record = GateDevice(
            fair_id=fair.id, name="Máy 1", state=DeviceState.ACTIVE, valid_from=fair.starts_on, valid_to=fair.ends_on,
            backlog=7, last_seen_at=now() - timedelta(minutes=40),
        )  # fmt: skip
        db.session.add(record)

    def is_back() -> None:
        with transaction():
            db.session.get_one(GateDevice, record.id).backlog = 0

    return Awaiting(fair, record, is_back)


def contract() -> Awaiting:
    place = office()
    place.rate()
    record = place.contract()
    other = acting(place.user(Role.DEALS))
    return Awaiting(place.fair, record, lambda: verify_contract(record, place.fair, ALL_CHECKS, by=other))


def without_scan() -> Awaiting:
    place = office()
    place.rate()
    record = place.contract()
    with transaction():
        record.evidence_id = None
    act = lambda: edit_contract(record, place.fair, place.draft(), by=SYSTEM, evidence=scan())  # noqa: E731
    return Awaiting(place.fair, record, act)


def without_rate() -> Awaiting:
    place = office()
    place.rate()
    return Awaiting(place.fair, place.contract(currency="EUR"), lambda: place.rate("EUR", "27000"))


def returned() -> Awaiting:
    place = office()
    place.rate()
    record = place.contract()
    return_contract(record, "Thiếu chữ ký", by=acting(place.user(Role.DEALS)))
    return Awaiting(place.fair, record, lambda: edit_contract(record, place.fair, place.draft(), by=SYSTEM))


def duplicate() -> Awaiting:
    place = office()
    place.rate()
    one, other = place.contract(number="HD-07/2026"), place.contract(number="HĐ 7/26", reported_by="importer")
    pair = pair_of(one.id, other.id)
    return Awaiting(place.fair, pair, lambda: set_apart(one, other, by=SYSTEM, reason="Hai lần giao hàng"))


def corrected() -> Awaiting:
    place = office()
    place.rate()
    other, third = (acting(place.user(Role.DEALS)) for _ in range(2))
    record = place.verified(by=other)
    correct_contract(record, place.fair, place.draft(number="HD-02"), "Số hợp đồng sai", by=SYSTEM)
    return Awaiting(place.fair, record, lambda: verify_contract(record, place.fair, ALL_CHECKS, by=third))


def incomplete() -> Awaiting:
    place = office()
    place.rate()
    record = place.incomplete()
    return Awaiting(
        place.fair, record, lambda: edit_contract(record, place.fair, place.draft(), by=SYSTEM, evidence=scan())
    )


def disputed() -> Awaiting:
    place = office()
    place.rate()
    record = place.contract()
    place.answer(record, "importer", Answer.DISPUTED, "Trị giá sai")
    return Awaiting(
        place.fair, record, lambda: edit_contract(record, place.fair, place.draft(number="HD-02"), by=SYSTEM)
    )


def _followed_up(*sides: str, shipped: str = "500") -> tuple[Deals, Contract]:
    """A contract of three months ago; these sides have answered, the importer always that all was shipped."""
    place = office()
    place.rate()
    record = place.verified(by=acting(place.user(Role.DEALS)))
    with transaction():
        record.signed_on = place.fair.today - timedelta(days=100)
    plan()
    for row in follow_ups_of(record.id):
        if row.month == 3 and row.side in sides:
            draft = AnswerDraft("partly", Decimal(shipped), Decimal(0)) if row.side == "exporter" else all_done(row)
            answer_follow_up(row, draft, by=SYSTEM, way="link")
    return place, record


def party_to_call() -> Awaiting:
    place, record = _followed_up("importer")
    look_at(record, 3, by=SYSTEM)
    row = next(row for row in follow_ups_of(record.id) if row.month == 3 and row.side == "exporter")
    return Awaiting(place.fair, row, lambda: answer_follow_up(row, all_done(row), by=SYSTEM, way="phone"))


def new_answer() -> Awaiting:
    place, record = _followed_up("exporter")
    row = next(row for row in follow_ups_of(record.id) if row.month == 3 and row.side == "exporter")
    return Awaiting(place.fair, row, lambda: look_at(record, 3, by=SYSTEM))


def answers_differ() -> Awaiting:
    place, record = _followed_up("exporter", "importer")
    look_at(record, 3, by=SYSTEM)
    row = next(row for row in follow_ups_of(record.id) if row.month == 3 and row.side == "exporter")
    return Awaiting(
        place.fair,
        row,
        lambda: decide_follow_up(record, 3, Decimal(500), Decimal(0), "Theo tờ khai hải quan", by=SYSTEM),
    )


def unusual_contract() -> Awaiting:
    place = office()
    place.rate()
    line = GoodsDraft("6913", "Bình gốm", Decimal(1000), "PCE", Decimal(750_123))
    contract = place.contract(value=Decimal(750_123), lines=(line,))
    [row] = questions_of(contract.id)
    return Awaiting(place.fair, row, lambda: answer_question(row, "right", "Đã đọc lại bản gốc", by=SYSTEM))


def _allocation(state: AllocationState, act: Callable[[AllocationRun], Any]) -> Callable[[], Awaiting]:
    def make() -> Awaiting:
        place = new_ground()
        with transaction():
            record = AllocationRun(
                fair_id=place.fair.id, number=1, state=state, seed=1, inputs={}, facts={}, mark="0", finished_at=now()
            )
            db.session.add(record)
        return Awaiting(place.fair, record, lambda: act(record))

    return make


def hosting_application() -> Awaiting:
    place = hosting_place()
    row = place.applied()
    return Awaiting(place.fair, row, lambda: put_on_reserve(row, by=place.first))


def hosting_proposal() -> Awaiting:
    place = hosting_place()
    row = place.proposed()
    return Awaiting(place.fair, row, lambda: approve_hosting(row, by=place.second))


def hosting_paper() -> Awaiting:
    place = hosting_place()
    row = place.approved()
    return Awaiting(place.fair, row, lambda: place.sign(row))


def hosting_reply() -> Awaiting:
    place = hosting_place()
    row = place.granted()
    with transaction():
        row.reply_by = place.fair.today
    return Awaiting(place.fair, row, lambda: confirm_hosting(row, by=SYSTEM))


def press_badge() -> Awaiting:
    place = reception()
    draft = VisitorDraft(
        "Nhà Báo",
        "Báo Mẫu",
        "bao@mau.example",
        category=BadgeCategory.PRESS,
        consents=("registration",),
        press_card="1",
    )
    record = visit_online(place.fair, draft)
    assert record is not None
    return Awaiting(place.fair, record, lambda: approve_press(record, by=SYSTEM))


def _ceremony(answered: ReplyState | None) -> Callable[[], Awaiting]:
    def make() -> Awaiting:
        fair = reception().fair
        opening = save_ceremony(
            fair, CeremonyDraft("Lễ khai mạc", fair.at(fair.starts_on, fair.opens_at), fair.today, 2, 5), by=SYSTEM
        )
        record = invite_delegation(opening, save_delegation(fair, DelegationDraft("Bộ Mẫu"), by=SYSTEM), 2, by=SYSTEM)
        if answered is not None:
            answer(record, answered, by=SYSTEM)
        return Awaiting(fair, record, lambda: answer(record, ReplyState.DECLINED, by=SYSTEM), later=timedelta(days=1))

    return make


def letter() -> Awaiting:
    fair = new_fair()
    with transaction():
        record = send(Notice("accounts/test", "Hà", None, "vi", {}, fair.id, ()))
    return Awaiting(fair, record, lambda: mark_printed(record, by=SYSTEM))


def failed_mail() -> Awaiting:
    fair = new_fair()
    with transaction():
        record: OutboxMessage = send(Notice("accounts/test", "Hà", "ha@nowhere.example", "vi", {}, fair.id, ()))
        record.move_to(MessageState.FAILED)
    return Awaiting(fair, record, lambda: try_again(record, by=SYSTEM))


def reported_fair() -> Awaiting:
    """A closed fair whose figures are kept."""
    fair = _fair(-40, FairState.CLOSED, FairState.REPORTED)().fair
    take_snapshot(fair, kind="closing", by=SYSTEM)
    return Awaiting(fair, fair, lambda: change_state(fair, FairState.REPORTED, by=SYSTEM))


def closed_fair() -> Awaiting:
    """A fair that is over and whose figures are not kept."""
    fair = _fair(-10, FairState.CLOSED, FairState.REPORTED)().fair
    return Awaiting(fair, fair, lambda: take_snapshot(fair, kind="closing", by=SYSTEM))


def failed_archive() -> Awaiting:
    """An archive that could not be made."""
    fair = _fair(-10, FairState.CLOSED, FairState.REPORTED)().fair
    work = ask_archive(fair, by=SYSTEM)
    with transaction():
        db.session.get_one(ClosingWork, work.id).move_to(WorkState.FAILED)
    return Awaiting(fair, work, lambda: make_again(work, by=SYSTEM))


def _fair(first_in: int, state: FairState, following: FairState) -> Callable[[], Awaiting]:
    def make() -> Awaiting:
        fair = new_fair(starts_on=today(ZONE) + timedelta(days=first_in), is_draft=True)
        way = [FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING, FairState.CLOSED]
        for step in way[: way.index(state) + 1] if state in way else []:
            fair = change_state(fair, step, by=SYSTEM)
        return Awaiting(fair, fair, lambda: change_state(fair, following, by=SYSTEM))

    return make


def nominated() -> Awaiting:
    place = inviting()
    record = place.invitee(place.source(SourceKind.PARTNER, "Hiệp hội mẫu"))
    return Awaiting(place.fair, record, lambda: invite(record, by=SYSTEM))


def unreachable() -> Awaiting:
    place = inviting()
    record, _token = place.invited()
    with transaction():
        mark_unreachable(record, "550 5.1.1 User unknown", by=SYSTEM)
    return Awaiting(place.fair, record, lambda: invite(record, by=SYSTEM))


def campaign_draft() -> Awaiting:
    place = inviting()
    place.invitee()
    record = place.campaign()
    return Awaiting(place.fair, record, lambda: start_campaign(record, by=SYSTEM))


def campaign_paused() -> Awaiting:
    place = inviting()
    place.invitee()
    record = pause_campaign(place.running(), by=SYSTEM)
    return Awaiting(place.fair, record, lambda: resume_campaign(record, by=SYSTEM))


def campaign_stuck() -> Awaiting:
    place = inviting()
    place.invitee()
    record = place.running()
    return Awaiting(place.fair, record, lambda: send_portion(record.id), timedelta(days=1))


def _claim(
    made: Callable[[ClaimDesk], Any], act: Callable[[ClaimDesk, Any], Any], later: timedelta = timedelta()
) -> Any:
    """Something of a claim at a fair that has ended."""

    def situation() -> Awaiting:
        desk = claims_desk()
        record = made(desk)
        return Awaiting(desk.fair, record, lambda: act(desk, record), later)

    return situation


def _returned_claim(desk: ClaimDesk) -> Any:
    return send_back(desk.submitted(), reason="Thiếu bản kê", by=desk.person())


def _clash_of_claim(desk: ClaimDesk) -> Any:
    first, second = desk.complete(), desk.opened()
    draft = LineDraft(LineKind.TRAVEL, vnd(MILLION), desk.fair.starts_on, first.lines[0].number)
    add_line(second, draft, reason="Đại lý mua chung", by=SYSTEM)
    return second.clashes[0]


def _charge_of(desk: ClaimDesk) -> Any:
    return propose_charge(desk.claim(days=0), ChargeKind.NO_SHOW, vnd(MILLION), reason="Không đến", by=SYSTEM)


def _owed(desk: ClaimDesk) -> Any:
    return decide_charge(_charge_of(desk), approve=True, by=SYSTEM)


#: By kind; a kind of several states has one for each.
def _rich() -> Treasury:
    place = treasury()
    place.approved()
    return place


def budget_draft() -> Awaiting:
    place = treasury()
    record = place.draft()
    return Awaiting(place.fair, record, lambda: submit_budget(record, by=place.finance))


def budget() -> Awaiting:
    place = treasury()
    record = place.submitted()
    return Awaiting(place.fair, record, lambda: place.approve(record))


def overrun() -> Awaiting:
    place = _rich()
    record = ask_overrun(place.line(), vnd(MILLION), reason="Giá tăng", by=place.finance)
    return Awaiting(place.fair, record, lambda: decide_overrun(record, grant=True, by=place.organiser))


def voucher_draft() -> Awaiting:
    place = _rich()
    record = place.voucher(1)
    return Awaiting(place.fair, record, lambda: submit_voucher(record, by=place.finance))


def voucher() -> Awaiting:
    place = _rich()
    record = place.waiting(1)
    return Awaiting(place.fair, record, lambda: approve_voucher(record, by=place.organiser))


def voucher_payment() -> Awaiting:
    place = _rich()
    record = place.agreed(1)
    return Awaiting(
        place.fair, record, lambda: pay_voucher(record, on=record.written_on, reference="FT", by=place.finance)
    )


def sponsor() -> Awaiting:
    place = treasury()
    record = place.sponsor(in_kind=True, agreed=False)
    return Awaiting(place.fair, record, lambda: agree(record, number="1", on=place.fair.today, scan=None, by=SYSTEM))


def sponsor_invoice() -> Awaiting:
    place = treasury()
    record = place.sponsor()
    return Awaiting(place.fair, record, lambda: invoice_instalment(record, record.instalments[0].id, by=SYSTEM))


def sponsor_partly_invoiced() -> Awaiting:
    place = treasury()
    record = place.sponsor(30, parts=2)
    first, last = (part.id for part in record.instalments)
    invoice_instalment(record, first, by=SYSTEM)
    return Awaiting(place.fair, record, lambda: invoice_instalment(record, last, by=SYSTEM))


def closing() -> Awaiting:
    place = _rich()
    yesterday = place.fair.today - timedelta(days=1)
    place.paid(1, on=yesterday)
    note_due_days(place.fair)
    [record] = closings(place.fair.id)
    return Awaiting(place.fair, record, lambda: close_day(place.fair, yesterday, by=place.finance))


def _seat(run_for_it: bool) -> Any:
    place = reception(days_ahead=10)
    hosting, _flight = flying(place)
    if run_for_it:
        travel_run(place.fair)
        want_seat(hosting.importer, RunKind.ARRIVAL, by=SYSTEM)
    return place, hosting, seats_of(hosting.importer_id)[0]


def transfer_place() -> Awaiting:
    place, hosting, record = _seat(False)
    return Awaiting(place.fair, record, lambda: give_place(hosting.importer, travel_run(place.fair), by=SYSTEM))


def not_found() -> Awaiting:
    place, _hosting, record = _seat(True)
    mark_seat(record, SeatState.NOT_FOUND, by=SYSTEM)
    return Awaiting(place.fair, record, lambda: mark_seat(record, SeatState.MET, by=SYSTEM))


def missed_flight() -> Awaiting:
    place = reception(days_ahead=10)
    hosting, record = flying(place)
    mark_flights([record], FlightState.MISSED, by=SYSTEM)
    later = landing(place.fair, "18:00", number="VN313")
    return Awaiting(place.fair, record, lambda: save_flight(hosting.importer, later, by=SYSTEM))


def drivers_list() -> Awaiting:
    place = reception(days_ahead=10)
    hosting, _flight = flying(place)
    record = travel_run(place.fair)
    issue_version(record, by=SYSTEM)
    give_place(hosting.importer, record, by=SYSTEM)
    return Awaiting(place.fair, record, lambda: issue_version(record, by=SYSTEM))


SITUATIONS: dict[str, tuple[Callable[[], Awaiting], ...]] = {
    "claim-review": (_claim(lambda desk: desk.submitted(), lambda desk, one: desk.accept(one)),),
    "claim-approval": (_claim(lambda desk: desk.reviewed(), lambda desk, one: approve_claim(one, by=SYSTEM)),),
    "claim-payment": (_claim(lambda desk: desk.approved(), lambda desk, one: desk.sent(one)),),
    "claim-returned": (
        _claim(_returned_claim, lambda desk, one: refuse_claim(one, reason="Quá hạn", by=SYSTEM), timedelta(days=40)),
    ),
    "claim-no-show": (
        _claim(lambda desk: desk.claim(days=0), lambda desk, one: refuse_claim(one, reason="Không đến", by=SYSTEM)),
    ),
    "claim-waiver": (
        _claim(
            lambda desk: ask_waiver(desk.claim(), Proof.SURVEY, reason="Ốm", by=SYSTEM),
            lambda desk, one: decide_waiver(one, waive=True, by=SYSTEM),
        ),
    ),
    "claim-duplicate": (
        _claim(
            _clash_of_claim, lambda desk, one: decide_claim_clash(one, is_duplicate=False, note="Đã xem", by=SYSTEM)
        ),
    ),
    "claim-charge": (_claim(_charge_of, lambda desk, one: decide_charge(one, approve=True, by=SYSTEM)),),
    "claim-owed": (
        _claim(_owed, lambda desk, one: write_off(one, reason="Không đòi được", by=SYSTEM), timedelta(days=40)),
    ),
    "draft": (_fair(60, FairState.DRAFT, FairState.PUBLISHED),),
    "booking": (_fair(60, FairState.PUBLISHED, FairState.BOOKING_OPEN),),
    "open": (_fair(1, FairState.BOOKING_OPEN, FairState.RUNNING),),
    "close": (_fair(-4, FairState.RUNNING, FairState.CLOSED),),
    "report": (reported_fair,),
    "figures": (closed_fair,),
    "closing-work": (failed_archive,),
    "application": (application,),
    "appraised": (appraised,),
    "selection": (selection, returned_selection),
    "signature": (signature,),
    "clash": (clash,),
    "settlement": (settlement,),
    "waiting-list": (waiting_list,),
    "importer": (importer,),
    "press": (press_badge,),
    "ceremony-reply": (_ceremony(None), _ceremony(ReplyState.LATER)),
    "letter-wanted": (letter_wish,),
    "letter-too-short": (),
    "letter-outdated": (),
    "letter-failures": (),  # no states of their own; tests of letters look at them
    "nominated": (nominated,),
    "unreachable": (unreachable,),
    "campaign": (campaign_draft, campaign_paused),
    "campaign-stuck": (campaign_stuck,),
    "badge": (badge,),
    "payment-call": (_asking(StepKind.CALL, lambda step, by: record_call(step, CallDraft(Outcome.TALKED), by=by)),),
    "release": (_asking(StepKind.RELEASE, lambda step, by: release(step, reason="Chưa đặt cọc", by=by)),),
    "cash-shift": (_till(None),),
    "cash-difference": (_till(100_000),),
    "cash-handover": (_till(500_000),),
    "offer": (offer,),
    "booth-request": (booth_request,),
    "fascia": (),  # no state of its own; tests of selling look at it
    "invoice": (invoice, partly_paid),
    "credit": (credit,),
    "card-failure": (_card_message(EventState.FAILED, lambda event: try_event_again(event, by=SYSTEM)),),
    "card-attention": (_card_message(EventState.ATTENTION, lambda event: close_event(event, "Đã trả lời", by=SYSTEM)),),
    "refund-approval": (_refund(act=lambda one: fail_refund(one, because="Sai số", by=SYSTEM)),),
    "refund-sending": (_refund(_approve, act=_send),),
    "refund-transit": (_refund(_approve, _send, act=_done, later=LONG),),
    "books": (),  # no state of its own; tests of the books look at it
    "contacts-decide": (list_to_decide(ImportKind.CONTACTS), list_waiting),
    "support-list": (list_to_decide(ImportKind.SUPPORT),),
    "bank-line": (bank_line(),),
    "bank-line-second": (bank_line(above=True),),
    "budget-draft": (budget_draft,),
    "budget": (budget,),
    "overrun": (overrun,),
    "voucher-draft": (voucher_draft,),
    "voucher": (voucher,),
    "voucher-payment": (voucher_payment,),
    "sponsor": (sponsor,),
    "sponsor-invoice": (sponsor_invoice, sponsor_partly_invoiced),
    "closing": (closing,),
    "delivery": (delivery,),
    "scan-conflict": (scan_conflict,),
    "extra-badge": (extra_badge,),
    "defect": (_defect(returns=False), _defect(returns=True)),
    "case": tuple(_case(state) for state in PENDING),
    "case-solved": (case_solved,),
    "violation-ask": (violation_suspected,),
    "violation-decide": (_violation(answers=True), _violation(answers=False)),
    "silent-device": (silent_device,),
    "contract": (contract,),
    "corrected": (corrected,),
    "incomplete": (incomplete,),
    "disputed": (disputed,),
    "scan": (without_scan,),
    "rate": (without_rate,),
    "returned": (returned,),
    "duplicate": (duplicate,),
    "followup-call": (party_to_call,),
    "followup-answer": (new_answer,),
    "followup-difference": (answers_differ,),
    "contract-question": (unusual_contract,),
    "flight-missing": (),  # of the states of hosting; tests of travel look at it
    "transfer-place": (transfer_place,),
    "not-found": (not_found,),
    "missed-flight": (missed_flight,),
    "drivers-list": (drivers_list,),
    "call-back": (),  # notes have no states; tests of notes look at it
    "allocation": (
        _allocation(
            AllocationState.DONE, lambda run: publish_allocation(run, until=now() + timedelta(days=5), by=SYSTEM)
        ),
    ),
    "allocation-stuck": tuple(
        _allocation(state, lambda run: discard(run, by=SYSTEM))
        for state in (AllocationState.INFEASIBLE, AllocationState.FAILED)
    ),
    "gate-device": (gate_device,),
    "print-failed": (print_failed,),
    "print-unsure": (print_unsure,),
    "print-station": (print_station,),
    "data-request": (data_request,),
    "data-erasure": (data_erasure,),
    "hosting_application": (hosting_application,),
    "hosting_proposal": (hosting_proposal,),
    "hosting_paper": (hosting_paper,),
    "hosting_reply": (hosting_reply,),
    "room-wanted": (room_wanted,),
    "survey-missing": (),  # no state of its own; tests of the survey look at it
    "nights-issue": (),
    "no-show": (no_show,),
    "room-release": (),  # no states of their own; tests of rooms look at them
    "letter": (letter,),
    "mail": (failed_mail,),
}
