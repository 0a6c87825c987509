"""Every address of the application with real arguments of the demonstration: for sweeps over all pages and forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.routing import Rule

from fairs.accounts.models import ApiToken, RoleGrant, User
from fairs.accounts.service import create_token, create_user, grant_role
from fairs.agreements.models import Agreement
from fairs.allocation.inputs import build_problem
from fairs.allocation.models import AllocationExclusion, AllocationPlace, AllocationRun
from fairs.allocation.states import AllocationState
from fairs.badges.layout_service import create_layout, set_photo
from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory
from fairs.banking.models import BankLine
from fairs.banking.service import account_of, hand_in, read_at_once
from fairs.booths.models import BookingRequest, BoothBooking
from fairs.booths.sales_models import PriceRule, WaitingEntry
from fairs.booths.states import BookingState
from fairs.budgets.closing_models import DayClosing
from fairs.budgets.models import Commitment, Overrun, SponsorInstalment, Sponsorship, Voucher
from fairs.calendar.milestones import MilestoneDraft, record_milestone
from fairs.calendar.models import Fair
from fairs.cards.states import EventState
from fairs.cases.models import Case, CasePhoto, Violation
from fairs.cashdesk.models import CashEntry, CashShift
from fairs.ceremonies.seating import propose_seats
from fairs.ceremonies.service import CeremonyDraft, DelegationDraft, answer, save_ceremony, save_delegation
from fairs.ceremonies.service import add_members as add_delegates
from fairs.ceremonies.service import invite as invite_delegation
from fairs.ceremonies.states import ReplyState
from fairs.checkin.board import open_screen
from fairs.checkin.devices import DeviceDraft, add_device
from fairs.checkin.models import Gate, ScanConflict
from fairs.checkin.setup import ZoneDraft, create_zone
from fairs.checkin.states import ConflictKind
from fairs.claims.models import Claim, ClaimTransfer
from fairs.closing.models import ClosingWork
from fairs.closing.samples import draw_sample
from fairs.closing.sampling import Wish
from fairs.closing.snapshots import take_snapshot
from fairs.closing.states import WorkState
from fairs.contacts.columns import Layout
from fairs.contacts.models import ContactRow
from fairs.contacts.service import ListSource, choose_layout
from fairs.contacts.service import check as check_list
from fairs.contacts.service import hand_in as hand_in_list
from fairs.contacts.states import ImportKind, RowState
from fairs.contracts.confirming import ask_confirmation, token_of
from fairs.contracts.content import content_hash
from fairs.contracts.importing import check as check_contracts
from fairs.contracts.importing import hand_in as hand_in_contracts
from fairs.contracts.models import Contract, ContractRevision
from fairs.contracts.outliers import refresh_contract
from fairs.contracts.pair_models import ContractPair
from fairs.contracts.question_models import ContractQuestion
from fairs.contracts.quick import QuickDraft, quick_log
from fairs.contracts.rules import ContractDraft
from fairs.contracts.rules import LineDraft as DealLine
from fairs.contracts.service import edit_contract
from fairs.contracts.signing import sign_contract
from fairs.contracts.states import ContractState, Verification
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.links import new_link
from fairs.core.lists import list_spec
from fairs.core.money import Money
from fairs.core.permissions import Permission, Role
from fairs.core.sequences import next_reference
from fairs.core.storage import Upload, store_upload
from fairs.core.tokens import digest
from fairs.core.web import MARK
from fairs.directory.filings import file_on_behalf
from fairs.directory.models import Company, Invitation, Membership, Person, Product
from fairs.directory.service import CompanyDraft, PersonDraft
from fairs.directory.team import invite_colleague
from fairs.documents.models import Selection, SelectionItem
from fairs.dunning.models import DunningStep
from fairs.dunning.states import StepKind, StepState
from fairs.exhibitors.models import Answer, Exhibitor, HouseholdFiling, HouseholdRow
from fairs.exhibitors.questions import QuestionDraft, save_answers, save_question
from fairs.exhibitors.sharing import StandDraft, add_company
from fairs.floorplans.models import Booth, Hall, PlanImport
from fairs.followups.answers import all_done
from fairs.followups.answers import answer as answer_follow_up
from fairs.followups.queries import follow_ups_of
from fairs.followups.service import plan
from fairs.funding.models import Grant, SupportClash
from fairs.hospitality.manifests import issue_version
from fairs.hospitality.runs import new_drive_link
from fairs.hospitality.service import save_flight
from fairs.hospitality.transfers import give_place
from fairs.hosting.models import Hosting
from fairs.identity.service import PassportDraft, save_passport
from fairs.importers.models import Importer
from fairs.importers.programme import EntryDraft, save_entry
from fairs.importers.service import link_for as importer_link
from fairs.importers.states import ImporterState
from fairs.invitations.mails import new_token
from fairs.invitations.models import Campaign, Nomination, Source
from fairs.invitations.queries import exhibitor_source
from fairs.invitations.segments import Segment
from fairs.invitations.service import NewInvitee, add_by_hand
from fairs.invitations.states import SourceKind
from fairs.invitations.texts import INVITATION
from fairs.letters.models import Letter
from fairs.letters.service import LetterDraft, issue_letter, shown_code, unseal
from fairs.letters.states import LetterKind
from fairs.letters.wording import SignatoryDraft, save_signatory
from fairs.lists.models import BulkRun
from fairs.lists.service import save_view
from fairs.lists.states import RunState
from fairs.lodging.models import Hotel, Placing, RoomBlock, RoomingList
from fairs.messages.service import Notice, send
from fairs.notes.service import NoteDraft, add_note
from fairs.notes.states import NoteKind
from fairs.payments.account_models import Bank
from fairs.payments.accounts import AccountDraft, save_account
from fairs.payments.einvoice import Wanted, make_export
from fairs.payments.invoicing import LineDraft, cancel_with_credit, issue_credit_note
from fairs.payments.models import Credit, Instalment, Invoice, Payment, Refund
from fairs.payments.refunds import RefundDraft, approve_refund, request_refund
from fairs.payments.states import InvoiceState
from fairs.payments.transfers import make_transfer_list
from fairs.payments.vat import add_rate
from fairs.printing.blanks import BatchDraft, make_batch
from fairs.printing.leases import lease_next
from fairs.printing.service import enqueue
from fairs.printing.stations import StationDraft, enrol_station, open_station, save_station
from fairs.privacy.service import prepare_copy, receive_request
from fairs.privacy.states import Channel, RequestKind
from fairs.programme.models import BudgetLine, FigureEntry, Target
from fairs.questions.service import QuestionDraft as VisitorQuestionDraft
from fairs.sitework.manual import checklist, tick
from fairs.sitework.models import (
    Handover,
    HandoverPhoto,
    HandoverVisit,
    ManualItem,
    ServiceItem,
    ServiceOrder,
    StaffPlace,
)
from fairs.sitework.staff import decide_request, name_person
from fairs.sitework.states import StaffState
from fairs.surveys.queries import asked as asked_of_survey
from fairs.surveys.reminding import card_links
from fairs.visitors.asking import REGISTRATION, keep_answers
from fairs.visitors.groups import GroupDraft, members_of, register_group
from fairs.visitors.kiosks import create_kiosk
from fairs.visitors.models import Visitor, VisitorAnswer
from fairs.visitors.service import link_for as visitor_link
from tests.factories.cards import card_attempt, card_event
from tests.factories.contacts import contact, csv_list
from tests.factories.importers import Reception
from tests.factories.lodging import Inn
from tests.factories.sitework import photo
from tests.factories.statements import Row, csv_file, grid
from tests.factories.travel import landing
from tests.factories.travel import run as travel_run

# Not pages of ours, or ways out.
LEFT_OUT = {"static", "bootstrap.static", "security.static"}
BY_REFERENCE = {
    "bookings": BoothBooking,
    "exhibitors": Exhibitor,
    "importers": Importer,
    "guests": Importer,
    "letters": Letter,
    "deals": Contract,
    "badges": Badge,
    "services": ServiceOrder,
    "documents": Selection,
    "support": Grant,
    "hosting": Hosting,
    "cases": Case,
}


@dataclass
class Addresses:
    """Real arguments for each rule of the URL map; made in the demonstration, inside rolled_back()."""

    app: Flask
    fair: Fair
    values: dict[str, Any] = field(default_factory=dict)
    queries: dict[str, dict[str, str]] = field(default_factory=dict)

    def rules(self, method: str) -> Iterator[Rule]:
        """The rules that take ``method``."""
        for rule in sorted(self.app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if method in (rule.methods or ()) and rule.endpoint not in LEFT_OUT:
                yield rule

    def permission(self, rule: Rule) -> Permission | None:
        """What the view asks for; None for one that is open to everybody."""
        mark = getattr(self.app.view_functions[rule.endpoint], MARK)
        return mark if isinstance(mark, Permission) else None

    def path(self, rule: Rule) -> str:
        """The rule's address with arguments that exist."""
        arguments = {name: self.argument(rule, name) for name in rule.arguments}
        with self.app.test_request_context():
            path = self.app.url_map.bind("localhost").build(rule.endpoint, arguments, method=None)
        query = self.queries.get(rule.endpoint)
        return f"{path}?{urlencode(query)}" if query else path

    def argument(self, rule: Rule, name: str) -> Any:
        """A value for one argument of a rule."""
        for key in (f"{rule.endpoint}.{name}", self._section(rule, name), name):
            if key in self.values:
                return self.values[key]
        raise LookupError(f"no sample for <{name}> of {rule.rule}: add one to tests/support/addresses.py")

    def _section(self, rule: Rule, name: str) -> str:
        parts = rule.rule.split("/")
        place = next(index for index, part in enumerate(parts) if f"{name}>" in part)
        return f"{parts[place - 1]}/{name}" if not parts[place - 1].startswith("<") else f"{parts[place - 2]}/{name}"


def _first(model: Any, *where: Any) -> Any:
    found = db.session.scalars(select(model).where(*where).order_by(model.id)).first()
    assert found is not None, f"the demonstration has no {model.__name__} for {[str(part) for part in where]}"
    return found


def addresses_of(app: Flask, *, running: bool = True) -> Addresses:
    """The addresses of the fair that runs (or, else, of the one that is being booked), with what they need made."""
    fairs = db.session.scalars(select(Fair).order_by(Fair.id)).all()
    fair = fairs[1] if running else fairs[0]
    organiser, exhibitor = (
        _first(User, User.email == "organiser@fairs.example"),
        _first(User, User.email == "exhibitor@fairs.example"),
    )
    own_company = _first(Membership, Membership.user_id == exhibitor.id).company_id
    own_booking = db.session.scalars(
        select(BoothBooking).join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .where(Exhibitor.company_id == own_company).order_by(BoothBooking.id)
    ).first()  # fmt: skip
    colleague = create_user("colleague@people.example", "Đồng nghiệp", by=SYSTEM, confirmed=True)
    staff = create_user("newcomer@people.example", "Người mới", by=SYSTEM, confirmed=True)
    grant = grant_role(staff, Role.VIEWER, fair_id=fair.id, by=SYSTEM)
    create_token(staff, "sample", by=SYSTEM)
    by = Actor(organiser.id, organiser.name)
    company = db.session.get_one(Company, own_company)
    importer, visitor = _first(Importer, Importer.fair_id == fair.id), _first(Visitor, Visitor.fair_id == fairs[1].id)
    slip = file_on_behalf(
        importer, fair_id=fair.id, source="paper", by=by, note="typed", scan=Upload("scan.pdf", b"%PDF-1.4\n%%EOF")
    )
    report = MilestoneDraft(fair.today, "1", scan=Upload("report.pdf", b"%PDF-1.4\n%%EOF"))
    record_milestone(fair, "report", report, by=by)
    invitation = invite_colleague(company, colleague.email, by=Actor(exhibitor.id, exhibitor.name))
    paid = _first(Invoice, Invoice.fair_id == fair.id, Invoice.received_minor > 0, Invoice.company_id != own_company)
    credit = cancel_with_credit(paid, by=by, reason="Mẫu")
    assert credit is not None
    lowered = issue_credit_note(
        _first(Invoice, Invoice.fair_id == fair.id, Invoice.state == InvoiceState.PAID, Invoice.id != paid.id),
        [LineDraft("discount", "Mẫu", "Sample", Money(1000, fair.currency), 8)], reason="Mẫu", by=by,
    )  # fmt: skip
    rate = add_rate("service", 5, fair.today + timedelta(days=9), "Mẫu", by=by)
    handed = make_export(fair, Wanted(date(2000, 1, 1), date(2100, 1, 1)), by=by)
    half, account = (
        Money(credit.amount_minor // 2, credit.currency),
        {"holder": "Mẫu", "number": "0123456789", "bank": "Mẫu"},
    )
    refund = approve_refund(request_refund(credit, RefundDraft(half, "transfer", "Mẫu", account), by=by), by=SYSTEM)
    transfers = make_transfer_list(fair, [refund.number], key="sample", by=by)
    note = add_note(company, NoteDraft(NoteKind.NOTE, "Ghi chú mẫu"), by=by)
    copied = receive_request(importer.person, fair, RequestKind.EXPORT, channel=Channel.OWN_PAGE, by=by)
    prepare_copy(copied)
    wrong = receive_request(
        importer.person, fair, RequestKind.CORRECTION, channel=Channel.OWN_PAGE, text="Mẫu", by=by
    )  # fmt: skip
    opening = save_entry(fair, EntryDraft("Khai mạc", "Opening", day=fair.starts_on, starts="8:30", ends="9:30"), by=by)
    with transaction():
        message = send(Notice("accounts/test", "Hà", None, "vi", {}, fair.id, ()))
        data_link = new_link(copied, expires_at=now() + timedelta(days=7))
        tokens = {
            "my-data/token": data_link,
            "i/token": importer_link(importer),
            "v/token": visitor_link(visitor),
            **_invitations(fair, company, by),
            **_receptions(fair, by),
        }
        db.session.add(Membership(user_id=colleague.id, company_id=own_company))
    held_by = _first(BoothBooking, BoothBooking.fair_id == fair.id)
    with transaction():
        price_rule = PriceRule(fair_id=fair.id, position=1, text_vi="Mẫu", text_en="Sample", percent=5)
        waiting = WaitingEntry(fair_id=fair.id, exhibitor_id=held_by.exhibitor_id)
        asked = BookingRequest(
            fair_id=held_by.fair_id, booking_id=held_by.id, kind="extension", reason="Mẫu", until=fair.starts_on
        )
        db.session.add_all([price_rule, waiting, asked])
    invoice = db.session.get(Invoice, own_booking.invoice_id) if own_booking and own_booking.invoice_id else None
    view = save_view(
        list_spec("importers"), fair_id=fair.id, name="Sample", query="state=submitted", role="", roles=(), by=by
    )
    run = BulkRun(
        user_id=organiser.id, fair_id=fair.id, list_key="importers", action="approve", query="", values={},
        state=RunState.PREVIEW, locale="vi", actor_name=organiser.name,
    )  # fmt: skip
    sheet = PlanImport(fair_id=fair.id, name="booths.csv", rows=[[2, {"code": "Z-1"}]], problems=[])
    with transaction():
        db.session.add_all([run, sheet])
    allocation, apart = _allocation(fair)
    shown = _first(Exhibitor, Exhibitor.fair_id == fair.id)
    stand = add_company(shown, StandDraft(CompanyDraft("Mẫu cùng gian", "VN"), "co"), by=by)
    question = save_question(fair.id, QuestionDraft("file", "Giấy phép"), by=by)
    with transaction():
        save_answers(shown, {question.id: Upload("paper.pdf", b"%PDF-1.4\n%%EOF")}, by=by)
    paper = _paper(fair, by)
    followed = _followed(fair, own_company, by)
    paid_for = _first(Invoice, Invoice.fair_id == fair.id, Invoice.id != paid.id)
    made = Addresses(app, fair)
    made.values = {
        "fair_slug": fair.slug, "locale": "en", "state": "published", "filename": "app.css", "index": 0, "page": 1,
        "year": 2020, "timeline/key": "report", "target_id": _first(Target).id, "entry_id": _first(FigureEntry).id, "item": "4a", "metric": "booths",
        "data-requests/request_id": wrong.id, "own_data.retract.request_id": wrong.id, "programme/entry_id": opening.id, "new/person_id": importer.person_id,
        "note_id": note.id, "credit_number": credit.number, "message_id": message.id, "user_id": staff.id, "grant_id": grant.id, "token_id": _first(ApiToken).id,
        "company_id": own_company, "person_id": _first(Person).id, "filing_id": slip.filing.id, "r/token": slip.token, "files/number": 0,
        **_cases(fair, by), **_revision(fair),
        "lists/key": "importers", "figures/key": "booths", "views/key": "people", "view_id": view.id, "import_id": sheet.id, "versions/number": 1, "run_id": run.id,
        **_asked_visitors(fair, visitor, by),
        **followed,
        "question_id": question.id, "answer_id": _first(Answer, Answer.question_id == question.id).id, "stand_id": stand.id,
        "households/filing_id": _households(fair, shown), "applications/reference": shown.reference,
        "invitation_id": _first(Invitation).id, "membership_id": _first(Membership, Membership.user_id == colleague.id).id, **tokens,
        "join/token": invitation, "confirm/token": "nonsense", "reset/token": "nonsense", "tf-setup/token": "nonsense",
        "booths/code": _first(Booth, Booth.fair_id == fair.id).code, "halls/code": _first(Hall, Hall.fair_id == fair.id).code,
        "sales/code": _confirmed_booth(fair), "survey/reference": _surveyed(fair)[0], "x/token": _surveyed(fair)[1], "products/product_id": _first(Product, Product.company_id == own_company).id,
        "photos/token": "nonsense", "photos/size": "thumb", "token/size": "thumb",
        "agreements/number": _of_fair(Agreement, fair, "number"), "agreement/reference": _exhibitor_of(Agreement, fair),
        "my_agreement.pdf.number": _of_fair(Agreement, fair, "number"), "kind": "agreement",
        "site/reference": _exhibitor_of(ServiceOrder, fair), "services/order": _of_fair(ServiceOrder, fair, "reference"),
        "catalogue/item_id": _of_fair(ServiceItem, fair, "id"), "manual/item_id": _of_fair(ManualItem, fair, "id"),
        "reference/item_id": _of_fair(ManualItem, fair, "id"), "of/reference": paper[0], "of/item_id": paper[1],
        "staff/place_id": _of_fair(StaffPlace, fair, "id"),
        "handover/code": _handed_over(fair), "photos/photo_id": _look(fair, HandoverPhoto), "signatures/visit_id": _look(fair, HandoverVisit),
        "card/part": "all", "card-payments/token": card_attempt(invoice or _first(Invoice)).token, "messages/event_id": card_event(fair.id, EventState.FAILED).id,
        "rule_id": price_rule.id, "waiting/entry_id": waiting.id, "request_id": asked.id, "requests/answer": "agree",
        "conflict_id": _conflict(fair).id,
        "gates/code": _first(Gate, Gate.fair_id == fair.id).code, "gates/gate_code": _first(Gate, Gate.fair_id == fair.id).code,
        "halls/zone_code": create_zone(fair, "mau", ZoneDraft("Nhà mẫu", "Sample hall", 100), by=by).code,
        "gate-devices/device_id": add_device(fair, DeviceDraft("Mẫu", (), fair.starts_on, fair.ends_on), by=by).id,
        "item_id": _first(SelectionItem, SelectionItem.selection_id == _first(Selection, Selection.fair_id == fair.id).id).id,
        "clash_id": _first(SupportClash).id, "line_id": _first(BudgetLine).id, "rule_code": "KC-DOM-JOIN",
        "documents.file.part": "decision", "document_texts.edit.kind": "exhibitor_support", "document_texts.edit.part": "decision",
        "paper_locale": "vi", **_travel(fair, by), **_printing(fair, by), **_budgets(fair),
        **_hotels(fair, by),
        "claims/reference": _of_fair(Claim, fair, "reference") or "GS00-K-0000", "claim_list": _of_fair(ClaimTransfer, fair, "number") or "GS00-KL00-00001",
        "bundle_kind": "pdf", "claim_paper": "evidence", "claim_answer": "yes", "waiver_id": 1, "duplicate_id": 1, "charge_id": 1, "claim_line_id": 1,
        "meetings/meeting_id": 1, "files/file_id": 1,
        "note_number": lowered.number, "rate_id": rate.id, "export_id": handed.id, "einvoices.download.form": "xlsx",
        "payment_id": _first(Payment, Payment.fair_id == fair.id).id, "instalment": "balance",
        "payments.instalment_document.number": lowered.invoice.number, "payments.my_instalment.number": lowered.invoice.number,
        "voucher_number": _first(CashEntry, CashEntry.fair_id == fair.id).number if running else "GS00-CI00-00001",
        "shift_number": _first(CashShift, CashShift.fair_id == fair.id).number if running else "GS00-CS00-00001",
        "pay-out/refund_number": _cash_refund(credit, by).number, "step_id": _asked(paid_for.id).id,
        "take/number": paid_for.number, "dunning.history.number": paid_for.number,
        "refund_number": refund.number, "list_number": transfers.number,
        "money/number": _first(Invoice, Invoice.fair_id == fair.id, Invoice.id != paid.id).number,
        "invoices/number": (invoice or _first(Invoice)).number,
        "layout_id": create_layout(fair, "Mẫu thẻ", by=by).id, "element_id": "code",
        **_bank(app, fair, by), **_letter(fair, by), **_lists(fair, by), **_closing(fair, by),
        "booth/reference": own_booking.reference if own_booking else _first(BoothBooking).reference,
        "allocation/number": allocation.number, "compare/other": allocation.number, "allocation/form": "docx",
        **_deal(fair, own_company, importer, by),
        "pair_id": _pair(fair), "apart/exclusion_id": apart.id, "places/reference": allocation.places[0].exhibitor.reference,
        **{f"{section}/reference": _reference(model, fair) for section, model in BY_REFERENCE.items()},
    }  # fmt: skip
    made.queries = {
        "api-printing.pdf": {"station": made.values["station_id"]},
        "contracts.frameworks": {"framework": "HDK"},
        "contracts.parties": {"side": "exporter", "exporter_query": "Mẫu"},
        "checkin.rehearse": {"gate": made.values["gates/code"], "rehearsal": fair.starts_on.isoformat()},
    }
    return made


def _deal(fair: Fair, own_company: int, importer: Importer, by: Actor) -> dict[str, Any]:
    """A deal of the exhibitor and the importer: logged in a hurry, completed, asked for, signed by one side; another in a hurry."""
    quick = QuickDraft(own_company, importer.company_id, "USD", Decimal(900))
    hurried = quick_log(fair, quick, by=by)
    line = DealLine("4420.11", "Mẫu", Decimal(1), "PCE", Decimal(900))
    whole = ContractDraft(own_company, importer.company_id, "signed", fair.today, "FOB", "USD", Decimal(900), (line,))
    deal = edit_contract(quick_log(fair, quick, by=by), fair, whole, by=by)
    asked = ask_confirmation(deal, "importer", by=by)
    sign_contract(deal, "exporter", name="Mẫu", typed=True, seen=content_hash(deal), by=by)
    return {
        "quick_log.done.reference": hurried.reference, "c/token": token_of(asked), "check/sha256": content_hash(deal),
        "parties/side": "importer", "sign/side": "importer",
        **{
            f"{endpoint}.reference": deal.reference
            for endpoint in (
                "deal_sign.page", "deal_sign.sign", "deal_sign.paper", "deal_parties.show", "deal_parties.ask",
                *(f"{pages}.{name}" for pages in ("my_deals", "guest_deals") for name in ("show", "reply", "ask", "sign")),
            )
        },
    }  # fmt: skip


def _revision(fair: Fair) -> dict[str, Any]:
    """A revision of a contract with the scan that it was verified by."""
    found = db.session.scalars(
        select(ContractRevision)
        .join(Contract, Contract.id == ContractRevision.contract_id)
        .where(Contract.fair_id == fair.id, ContractRevision.evidence_id.is_not(None))
        .order_by(ContractRevision.id)
    ).first()
    contract = db.session.get_one(Contract, found.contract_id) if found is not None else None
    return {
        "contracts.revision_evidence.reference": contract.reference if contract is not None else "GS00-C-000001",
        "revisions/number": found.number if found is not None else 1,
    }


def _closing(fair: Fair, by: Actor) -> dict[str, Any]:
    """Kept figures, an archive and a sample."""
    snapshot = take_snapshot(fair, kind="closing", by=by)
    sample = draw_sample(fair, Wish(("contracts",), "number", 1, 1), snapshot, by=by)
    with transaction():
        work = ClosingWork(
            fair_id=fair.id,
            kind="archive",
            state=WorkState.DONE,
            touched_at=now(),
            finished_at=now(),
            file_id=sample.file_id,
        )
        db.session.add(work)
        db.session.flush()
    return {
        "snapshot_id": snapshot.id, "work_id": work.id, "sample_id": sample.id, "points/key": "deals",
        "closing.changes.key": snapshot.figures[0]["key"],
    }  # fmt: skip


def _followed(fair: Fair, own_company: int, by: Actor) -> dict[str, Any]:
    """A contract of the own company that its importer answered about, a link of a mail, and a question about it."""
    buyer = _first(Company, Company.country != "VN")
    with transaction():
        deal = Contract(
            fair_id=fair.id, reference=next_reference(fair.code, "C"), exporter_id=own_company, importer_id=buyer.id,
            signed_on=fair.today - timedelta(days=100), state=ContractState.SIGNED, verification=Verification.VERIFIED,
            incoterm="FOB", currency="USD", value_minor=30_000_000, usd_minor=30_000_000,
        )  # fmt: skip
        db.session.add(deal)
    plan(fair_ids=[fair.id])
    refresh_contract(deal)
    rows = {(row.month, row.side): row for row in follow_ups_of(deal.id)}
    seller, partner = rows[3, "exporter"], rows[3, "importer"]
    for row in (seller, partner):
        answer_follow_up(row, all_done(row), by=by, way="phone")
    question = _first(ContractQuestion, ContractQuestion.contract_id == deal.id)
    with transaction():
        link = new_link(partner, expires_at=now() + timedelta(days=60))
    return {
        "u/token": link, "follow-ups/follow_up_id": seller.id, "follow-up/month": 3, "follow-up/side": "exporter",
        **{f"contract_questions.{view}.question_id": question.id for view in ("show", "answer")},
        **{f"followups.{view}.reference": deal.reference for view in ("contract", "decision", "seen", "move", "call", "typed")},
    }  # fmt: skip


def _conflict(fair: Fair) -> ScanConflict:
    """Something that the gates noted."""
    row = ScanConflict(
        fair_id=fair.id, kind=ConflictKind.NOT_TAKEN, entry_id="not_taken:sample", detail={"problem": "bad_time"}
    )
    with transaction():
        db.session.add(row)
    return row


def _pair(fair: Fair) -> int:
    """Two contracts of the fair that a person compares."""
    key: int = _first(ContractPair, ContractPair.fair_id == fair.id).id
    return key


def _printing(fair: Fair, by: Actor) -> dict[str, Any]:
    """A station with an enrolled computer that has a badge, blanks, a key, and the badge of an exhibitor's person."""
    station = open_station(save_station(fair, StationDraft("Sample"), by=by), by=by)
    badge = _first(Badge, Badge.fair_id == fair.id, Badge.state == "active", Badge.printed_at.is_(None))
    enqueue([badge], station=station, by=by)
    lease = lease_next(station, by=by)
    assert lease is not None
    booking = _first(BoothBooking, BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
    staff = name_person(booking.exhibitor, PersonDraft("Mẫu đổi thẻ"), by=by, extra_reason="Mẫu")
    if staff.state is StaffState.REQUESTED:
        staff = decide_request(staff, allow=True, reason="", by=by)
    return {
        "station_id": station.id, "job_id": lease.job.id, "print/token": enrol_station(station, by=by),
        "batch_id": make_batch(fair, BatchDraft(BadgeCategory.TRADE, 2), by=by).id, "key_id": badge.key_id,
        "replace/reference": set_photo(badge, photo(), by=by).reference,
        "swap/reference": db.session.get_one(Badge, staff.badge_id).reference,
    }  # fmt: skip


def _invitations(fair: Fair, company: Company, by: Actor) -> dict[str, Any]:
    """An invitee with a link, a campaign, a source with its link and somebody whom it named; the exhibitor's own buyer."""
    embassy = Source(
        fair_id=fair.id, kind=SourceKind.EMBASSY, name="Sample embassy", email="embassy@people.example", quota=9
    )
    own = exhibitor_source(fair.id, company.id)
    own = own or Source(fair_id=fair.id, kind=SourceKind.EXHIBITOR, name=company.name, company_id=company.id)
    db.session.add_all([embassy, own])
    db.session.flush()
    token = new_link(embassy, expires_at=fair.at(fair.ends_on, fair.closes_at))
    embassy.token_hash = digest(token)
    found = []
    for source in (embassy, own):
        typed = NewInvitee(f"Sample {source.kind}", "Sample Imports", "JP", f"{source.kind}@people.example")
        row = add_by_hand(fair, typed, source=source, by=by)
        nomination = Nomination(fair_id=fair.id, source_id=source.id, invitee_id=row.id)
        db.session.add(nomination)
        found.append((row, nomination))
    campaign = Campaign(fair_id=fair.id, name="Sample", segment=Segment().as_json(), texts=INVITATION)
    db.session.add(campaign)
    db.session.flush()
    return {
        "invitee_id": found[0][0].id, "campaign_id": campaign.id, "source_id": embassy.id, "nominate/token": token,
        "nominate/nomination_id": found[0][1].id, "buyers/nomination_id": found[1][1].id,
        "rsvp/token": new_token(found[0][0], None),
    }  # fmt: skip


def _cash_refund(credit: Credit, by: Actor) -> Refund:
    """A refund of one unit in cash that somebody asked for."""
    return request_refund(credit, RefundDraft(Money(1, credit.currency), "cash", "Mẫu"), by=by)


def _asked(invoice_id: int) -> DunningStep:
    """A call about an invoice."""
    invoice = db.session.get_one(Invoice, invoice_id)
    with transaction():
        deposit = _first(Instalment, Instalment.invoice_id == invoice.id)
        step = DunningStep(
            fair_id=invoice.fair_id, invoice_id=invoice.id, instalment_id=deposit.id, step=StepKind.CALL,
            state=StepState.OPEN, due_on=deposit.due_on, open_minor=1, currency="VND", begun_on=deposit.due_on,
        )  # fmt: skip
        db.session.add(step)
    return step


def _cases(fair: Fair, by: Actor) -> dict[str, Any]:
    """A case with a photo, something handed over, a violation that was put to its exhibitor, and a big screen."""
    screen, token = open_screen(fair, "Mẫu", by=by)
    found = _of_fair(Case, fair, "reference") or "GS00-N-0000"
    signed = db.session.scalars(select(Case).where(Case.fair_id == fair.id, Case.signature_id.is_not(None))).first()
    asked = db.session.scalars(
        select(Violation).where(Violation.fair_id == fair.id, Violation.asked_at.is_not(None))
    ).first()
    photo = db.session.scalars(select(CasePhoto).order_by(CasePhoto.id)).first()
    seen = [one for entry in asked.case.entries for one in entry.photos] if asked is not None else []
    own = asked.case.reference if asked is not None else found
    return {
        "board/token": token, "screen_id": screen.id, "match/other": found, "case_photo_id": photo.id if photo else 0,
        "cases.signature.reference": signed.reference if signed is not None else found, "my_cases.show.reference": own, "cases.ask.reference": own, "cases.state.reference": own, "cases.decide.reference": own,
        "my_cases.photo.reference": own, "my_cases.photo.case_photo_id": seen[0].id if seen else 0,
    }  # fmt: skip


def _budgets(fair: Fair) -> dict[str, Any]:
    """What the pages of budgets, vouchers, sponsors and closings ask for."""
    spent = _first(Voucher, Voucher.fair_id == fair.id)
    return {
        "versions/version": 1, "line_code": spent.lines[0].line.code, "overrun_id": _of_fair(Overrun, fair, "id"),
        "vouchers/number": spent.number, "commitment_number": _of_fair(Commitment, fair, "number"),
        "sponsor_number": _of_fair(Sponsorship, fair, "number"), "instalment_id": _first(SponsorInstalment).id,
        "closings/day": _of_fair(DayClosing, fair, "day"), "account_kind": "revenue",
    }  # fmt: skip


def _of_fair(model: Any, fair: Fair, name: str) -> Any:
    found = db.session.scalars(select(model).where(model.fair_id == fair.id).order_by(model.id)).first()
    return getattr(found, name) if found is not None else 0


def _exhibitor_of(model: Any, fair: Fair) -> str:
    """The exhibitor of the fair's first row of this kind."""
    found = db.session.scalars(select(model).where(model.fair_id == fair.id).order_by(model.id)).first()
    return str(found.exhibitor.reference) if found is not None else _reference(Exhibitor, fair)


def _letter(fair: Fair, by: Actor) -> dict[str, Any]:
    """A letter to an approved importer, with who signs it."""
    guest = _first(Importer, Importer.fair_id == fair.id, Importer.state == ImporterState.APPROVED)
    save_passport(guest.person, PassportDraft("MAU999999", None, "JP", fair.ends_on + timedelta(days=900)), by=by)
    picture = BytesIO()
    Image.new("RGBA", (30, 10)).save(picture, "PNG")
    signature = Upload("chu-ky.png", picture.getvalue())
    signer = save_signatory(fair, SignatoryDraft("Mẫu", "Giám đốc", "Director", signature), by=by)
    draft = LetterDraft(LetterKind.INVITATION, signer.id, reason="Mẫu")
    letter = issue_letter(guest, draft, by=by, tell=False)
    return {
        "signatory_id": signer.id, "letter_reference": letter.reference, "letter_kind": "invitation",
        "verify/code": shown_code(unseal(letter).code), "versions/version": 1,
    }  # fmt: skip


def _bank(app: Flask, fair: Fair, by: Actor) -> dict[str, int]:
    """A line of a bank statement at the desk, a file that is looked over, and a bank account."""
    account = account_of(fair.id, None, app.extensions["fairs_config"])
    upload = csv_file(grid([Row(fair.today, 1_000_000, "nop tien", "", "FT00000001")], "bidv"))
    read_at_once(fair, upload, account, by=by)
    bank = _first(Bank)
    own = save_account(AccountDraft(fair.id, bank.id, "0011", "Mau", "VND"), by=by)
    line = _first(BankLine, BankLine.fair_id == fair.id).id
    return {
        "banking.line.line_id": line, "banking.act.line_id": line, "accounts/account_id": own.id,
        "files/statement_id": hand_in(fair, upload, account, by=by).id,
    }  # fmt: skip


def _hotels(fair: Fair, by: Actor) -> dict[str, Any]:
    """A hotel with a block, a list that it was sent, and guests placed at once."""
    if not _of_fair(Hotel, fair, "id"):
        hotel = Inn(Reception(fair)).block().hotel
        with transaction():
            db.session.add(
                RoomingList(
                    fair_id=fair.id, hotel_id=hotel.id, number=1, rows=[], changes=[], sha256="0" * 64, sent_to="", by_id=by.user_id,
                    by_name=by.name,
                )
            )  # fmt: skip
    listed, placed = _of_fair(RoomingList, fair, "id"), _of_fair(Placing, fair, "id")
    return {
        "hotel_id": _of_fair(Hotel, fair, "id"), "block_id": _of_fair(RoomBlock, fair, "id"), "placing_id": placed,
        "hotels.sent_list.list_id": listed, "hotels.sent_list.form": "xlsx", "hotels.next_list.form": "pdf",
        "nights.act.act": "days",
    }  # fmt: skip


def _travel(fair: Fair, by: Actor) -> dict[str, Any]:
    """A guest with a flight and a place in a run, whose driver has a link and a list."""
    guest = _first(Importer, Importer.fair_id == fair.id, Importer.state == ImporterState.APPROVED)
    save_flight(guest, landing(fair), by=by)
    vehicle = travel_run(fair)
    seat = give_place(guest, vehicle, by=by)
    issue_version(vehicle, by=by)
    return {
        "drive/token": new_drive_link(vehicle, by=by), "seat_id": seat.id, "transfers/reference": vehicle.reference,
        "direction": "arrival", "runs.manifest.kind": "pdf", "runs.manifests.kind": "xlsx",
    }  # fmt: skip


def _lists(fair: Fair, by: Actor) -> dict[str, Any]:
    """A list of contacts with somebody who may be known, and one of another office; both wait to be imported."""
    known = _first(Person, Person.folded != "", Person.email != "")
    upload = csv_list([contact(known.native_name, "Trading Sample", known.country, "somebody@trading-sample.example")])
    keys = {}
    for kind in ImportKind:
        found = hand_in_list(fair, kind, upload, ListSource("Sample", "embassy"), by=by)
        choose_layout(found, Layout.from_json(found.layout), by=by)
        check_list(found.id)
        keys[kind] = found.id
    row = _first(ContactRow, ContactRow.import_id == keys[ImportKind.CONTACTS], ContactRow.state == RowState.UNSURE)
    deals = "Exporter;Importer;Signed on;Value;HS code\r\nNobody;Nobody;1/1/2020;5;4420.10\r\n"
    contracts = hand_in_contracts(fair, Upload("contracts.csv", deals.encode()), by=by)
    check_contracts(contracts.id)
    return {
        "contract_import_id": contracts.id,
        "contacts/import_id": keys[ImportKind.CONTACTS],
        "external/import_id": keys[ImportKind.SUPPORT],
        "decide/row_id": row.id,
    }


def _handed_over(fair: Fair) -> str:
    found = db.session.scalars(select(Handover).where(Handover.fair_id == fair.id).order_by(Handover.id)).first()
    return str(found.booth.code) if found is not None else _confirmed_booth(fair)


def _paper(fair: Fair, by: Actor) -> tuple[str, int]:
    """An exhibitor who has handed in a file that the manual asks for."""
    exhibitor = _first(ServiceOrder, ServiceOrder.fair_id == fair.id).exhibitor
    item = next(entry.item for entry in checklist(exhibitor) if entry.item.needs_file)
    tick(exhibitor, item, by=by, upload=Upload("paper.pdf", b"%PDF-1.4\n%%EOF"))
    return exhibitor.reference, item.id


def _look(fair: Fair, model: Any) -> int:
    """The first photo of a hand-over at the fair, or the first look at a booth that was signed on the screen."""
    query = select(HandoverPhoto.id).join(HandoverVisit) if model is HandoverPhoto else select(HandoverVisit.id)
    query = query.join(Handover).where(Handover.fair_id == fair.id, HandoverVisit.signature_id.is_not(None))
    return db.session.scalar(query.order_by(model.id)) or 0


def _allocation(fair: Fair) -> tuple[AllocationRun, AllocationExclusion]:
    """A draft with one place, and two who are kept apart."""
    problem, _ = build_problem(fair)
    first, second = db.session.scalars(
        select(Exhibitor).where(Exhibitor.fair_id == fair.id).order_by(Exhibitor.id).limit(2)
    )
    person = problem.applicants[0]
    with transaction():
        run = AllocationRun(
            fair_id=fair.id, number=77, state=AllocationState.DONE, seed=1, inputs=problem.as_json(), facts={},
            mark=problem.mark, bound=0, finished_at=now(),
        )  # fmt: skip
        run.places.append(AllocationPlace(exhibitor_id=person.id, booth_ids=[], reason={"kind": "unplaced"}))
        apart = AllocationExclusion(fair_id=fair.id, first_id=first.id, second_id=second.id)
        db.session.add_all([run, apart])
    return run, apart


def _households(fair: Fair, shown: Exhibitor) -> int:
    """A sheet of a partner that is looked over, and another by which an application came."""
    partner = _first(User, User.email == "partner@fairs.example")
    filed, open_ = (
        HouseholdFiling(fair_id=fair.id, by_id=partner.id, organisation="Mẫu", file_name="mau.csv") for _n in range(2)
    )
    filed.filed_at = now()
    filed.rows.append(HouseholdRow(line=2, exhibitor_id=shown.id))
    open_.rows.append(HouseholdRow(line=2, texts={"name": "Hộ mẫu", "groups": "CER"}))
    with transaction():
        db.session.add_all([filed, open_])
    return open_.id


def _surveyed(fair: Fair) -> tuple[str, str]:
    """An exhibitor who is asked by the exit survey, and the link of a card."""
    exhibitor = db.session.scalars(asked_of_survey(fair.id).order_by(Exhibitor.id)).first()
    assert exhibitor is not None
    [(one, path)] = card_links(fair, [exhibitor])
    return one.reference, path.removeprefix("/x/")


def _confirmed_booth(fair: Fair) -> str:
    booking = _first(BoothBooking, BoothBooking.fair_id == fair.id, BoothBooking.state == BookingState.CONFIRMED)
    return str(booking.booth.code)


def _reference(model: Any, fair: Fair) -> str:
    found = db.session.scalars(select(model).where(model.fair_id == fair.id).order_by(model.id)).first()
    return str(found.reference) if found is not None else "GS00-X-00000"


def grants_of(user: User) -> list[RoleGrant]:
    """The roles that a user holds."""
    return list(db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)))


def _receptions(fair: Fair, by: Actor) -> dict[str, Any]:
    """A group with a link, a kiosk, a ceremony with a delegation that is invited. Inside transaction()."""
    group = register_group(
        fair,
        GroupDraft(
            "Đoàn mẫu", "Trưởng đoàn", "leader@people.example", people="Thành Viên\nThành Viên Hai", agreed=True
        ),
    )
    kiosk, token = create_kiosk(fair, "Cửa mẫu", None, by=by)
    end = fair.at(fair.ends_on, fair.closes_at) + timedelta(days=9)
    opening = save_ceremony(fair, CeremonyDraft("Lễ mẫu", end, fair.ends_on, 2, 5, "Sample"), by=by)
    delegation = save_delegation(fair, DelegationDraft("Sứ quán mẫu", contact_email="guest@people.example"), by=by)
    member = add_delegates(delegation, ["Đại Sứ Mẫu"], by=by)[0]
    invitation = answer(invite_delegation(opening, delegation, 2, by=by), ReplyState.ACCEPTED, coming=1, by=by)
    propose_seats(opening, by=by)
    return {
        "groups/reference": group.reference, "vg/token": new_link(group, expires_at=end),
        "vg/reference": members_of(group.id)[0].reference, "kiosk/token": token, "kiosk_id": kiosk.id,
        "ceremony_id": opening.id, "delegation_id": delegation.id, "member_id": member.id,
        "ceremony/token": new_link(invitation, expires_at=end),
    }  # fmt: skip


def _asked_visitors(fair: Fair, visitor: Visitor, by: Actor) -> dict[str, Any]:
    """A question to visitors that asks for a file, and one that was handed in; a press card."""
    row = _first(Visitor, Visitor.fair_id == fair.id) if fair.id != visitor.fair_id else visitor
    question = REGISTRATION.save_question(fair.id, VisitorQuestionDraft("file", "Giấy giới thiệu"), by=by)
    paper = Upload("paper.pdf", b"%PDF-1.4\n%%EOF")
    with transaction():
        keep_answers(row, {question.id: paper})
        db.session.get_one(Visitor, row.id).press_file_id = store_upload(paper).id
    found = _first(VisitorAnswer, VisitorAnswer.question_id == question.id)
    return {
        "visitor_questions.edit.question_id": question.id, "visitor_questions.act.question_id": question.id,
        "visitors.answer_file.answer_id": found.id, "visitors/reference": row.reference,
    }  # fmt: skip
