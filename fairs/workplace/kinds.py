"""What belongs to a fair and can be searched: each kind with its permission, its statement and the page it opens."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from fairs.agreements.models import Agreement
from fairs.agreements.permissions import VIEW_AGREEMENTS
from fairs.badges.models import Badge
from fairs.badges.permissions import PRINT_BADGES
from fairs.booths.models import BoothBooking
from fairs.booths.permissions import VIEW_BOOKINGS, VIEW_PLAN
from fairs.booths.queries import is_live_now
from fairs.booths.sales_models import WaitingEntry
from fairs.budgets.models import Sponsorship, Voucher
from fairs.budgets.permissions import VIEW_FAIR_BUDGET, VIEW_SPONSORS
from fairs.cases.models import Case
from fairs.cases.permissions import VIEW_CASES
from fairs.ceremonies.models import Delegation
from fairs.ceremonies.permissions import VIEW_CEREMONIES
from fairs.claims.models import Claim
from fairs.claims.permissions import VIEW_CLAIMS
from fairs.contracts.models import Contract
from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.core.errors import InvalidInput
from fairs.core.permissions import Permission
from fairs.directory.models import Company, Person
from fairs.documents.models import Selection
from fairs.documents.permissions import VIEW_DOCUMENTS
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.permissions import VIEW_EXHIBITORS
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, Hall
from fairs.funding.external import normal_ticket
from fairs.funding.models import Grant
from fairs.funding.permissions import VIEW_FUNDING
from fairs.hospitality.models import Flight, TransferRun
from fairs.hospitality.permissions import VIEW_GUESTS
from fairs.hospitality.rules import flight_number
from fairs.hospitality.states import FlightState
from fairs.hosting.models import Hosting
from fairs.hosting.permissions import VIEW_HOSTING
from fairs.importers.models import Importer
from fairs.importers.permissions import VIEW_IMPORTERS
from fairs.invitations.models import Invitee, Source
from fairs.invitations.permissions import VIEW_INVITATIONS
from fairs.letters.models import Letter
from fairs.letters.permissions import VIEW_LETTERS
from fairs.lodging.models import Hotel, Stay
from fairs.lodging.permissions import VIEW_LODGING
from fairs.payments.models import Credit, CreditNote, Instalment, Invoice, Payment, Refund
from fairs.payments.permissions import VIEW_INVOICES
from fairs.printing.models import Blank, BlankBatch, PrintStation
from fairs.printing.permissions import MANAGE_BLANKS, MANAGE_STATIONS
from fairs.sitework.models import ServiceOrder
from fairs.sitework.permissions import VIEW_SITEWORK
from fairs.visitors.models import Visitor, VisitorGroup
from fairs.visitors.permissions import VIEW_VISITORS
from fairs.workplace.hits import (
    agreement_hit,
    blank_hit,
    booking_hit,
    booth_hit,
    case_hit,
    contract_hit,
    delegation_hit,
    document_hit,
    exhibitor_hit,
    flight_hit,
    grant_hit,
    group_hit,
    hosting_hit,
    hotel_hit,
    invitee_hit,
    invoice_hit,
    letter_hit,
    money_back_hit,
    note_hit,
    order_hit,
    payment_hit,
    person_hit,
    sponsor_hit,
    station_hit,
    stay_hit,
    transfer_hit,
    voucher_hit,
    waiting_hit,
)
from fairs.workplace.terms import Hit, Names, Wanted, all_words

Conditions = Sequence[ColumnElement[bool] | None]
_Importer = aliased(Company)


#: Blanks are printed with so many digits.
_BLANK_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing. ``letter`` stands in its references; ``matches`` gives what may fit, to be joined by OR."""

    key: str
    label: Any
    icon: str
    letter: str
    permission: Permission
    model: Any
    reference: Any
    query: Callable[[], Any]  # a SELECT; each kind has columns of its own
    matches: Callable[[Wanted, Names, Names], Conditions]
    hit: Callable[[Any], Hit]


def _booth_query() -> Any:
    live = and_(BoothBooking.booth_id == Booth.id, is_live_now())
    return (
        select(Booth.code, Booth.is_blocked, BoothBooking.state, Company.name.label("company"), Hall)
        .join(Hall, Hall.id == Booth.hall_id)
        .outerjoin(BoothBooking, live)
        .outerjoin(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .outerjoin(Company, Company.id == Exhibitor.company_id)
    )


def _blank_query() -> Any:
    return (
        select(Blank.number, Blank.state, BlankBatch.category, Person.native_name.label("wearer"))
        .join(BlankBatch, BlankBatch.id == Blank.batch_id)
        .outerjoin(Badge, Badge.id == Blank.badge_id)
        .outerjoin(Person, Person.id == Badge.person_id)
    )


def _blank(wanted: Wanted) -> ColumnElement[bool] | None:
    """A blank by the number that is printed on it (000123), or by its short code."""
    if wanted.code.isascii() and wanted.code.isdigit() and len(wanted.code) == _BLANK_DIGITS:
        return Blank.number == int(wanted.code)
    return Blank.short_code == wanted.code if wanted.looks_like_code and "-" in wanted.code else None


def _flight(wanted: Wanted) -> ColumnElement[bool] | None:
    """Everybody on a flight, by its number as it is written or spoken: VN310, vn 0310; or by the number of a ticket."""
    try:
        number = flight_number(wanted.code)
    except InvalidInput:
        return Flight.ticket_number == wanted.code if wanted.code.isdigit() and len(wanted.code) > 9 else None
    return Flight.number == number


def _person_query(model: Any, state: Any) -> Callable[[], Any]:
    def query() -> Any:
        return (
            select(model.reference, state.label("state"), Person.native_name.label("name"),
                   Person.name_language.label("language"), Company.name.label("company"))
            .join(Person, Person.id == model.person_id)
            .outerjoin(Company, Company.id == model.company_id)
        )  # fmt: skip

    return query


def _by_company(model: Any) -> Callable[[Wanted, Names, Names], Conditions]:
    def matches(wanted: Wanted, companies: Names, people: Names) -> Conditions:
        return [companies.of(model.company_id)]

    return matches


def _code(column: Any, wanted: Wanted) -> ColumnElement[bool] | None:
    return column.contains(wanted.code, autoescape=True) if wanted.looks_like_code else None


def _part(wanted: Wanted) -> ColumnElement[bool] | None:
    """An invoice by the number of its deposit's or balance's document."""
    fits = _code(Instalment.number, wanted) if "-PR" in wanted.code else None
    return Invoice.id.in_(select(Instalment.invoice_id).where(fits)) if fits is not None else None


def _ticket(wanted: Wanted) -> ColumnElement[bool] | None:
    """A grant by the number of its ticket, however it is written."""
    number = normal_ticket(wanted.code)
    fits = wanted.looks_like_code and len(number) > 3
    return Grant.ticket_number.contains(number, autoescape=True) if fits else None


def _start(column: Any, wanted: Wanted) -> ColumnElement[bool] | None:
    # Of what there are very many, only the beginning of a reference is looked for.
    fits = wanted.looks_like_code and "-" in wanted.code
    return column.startswith(wanted.code, autoescape=True) if fits else None


def _exhibitor_matches(wanted: Wanted, companies: Names, people: Names) -> Conditions:
    return [
        companies.of(Exhibitor.company_id),
        _code(Exhibitor.reference, wanted),
        Exhibitor.contact_phone.contains(wanted.phone) if wanted.phone else None,
        func.lower(Exhibitor.contact_email).contains(wanted.email, autoescape=True) if wanted.email else None,
    ]


def _booth_matches(wanted: Wanted, companies: Names, people: Names) -> Conditions:
    short = wanted.code.replace("-", "")
    is_code = wanted.looks_like_code and 2 <= len(short) <= 10
    of_company = companies.of(Exhibitor.company_id)
    taken = select(BoothBooking.booth_id).join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
    return [
        Booth.id.in_(taken.where(is_live_now(), of_company)) if of_company is not None else None,
        func.replace(Booth.code, "-", "").contains(short, autoescape=True) if is_code else None,
    ]


KINDS = (
    Kind("exhibitors", _l("Exhibitors"), "building-store", "E", VIEW_EXHIBITORS, Exhibitor, Exhibitor.reference,
         lambda: select(Exhibitor.reference, Exhibitor.state, Company.name)
         .join(Company, Company.id == Exhibitor.company_id).where(Exhibitor.state != ExhibitorState.DRAFT),
         _exhibitor_matches, exhibitor_hit),
    Kind("importers", _l("Importers"), "world", "I", VIEW_IMPORTERS, Importer, Importer.reference,
         _person_query(Importer, Importer.state),
         lambda wanted, companies, people: [companies.of(Importer.company_id), people.of(Importer.person_id),
                                            _code(Importer.reference, wanted)],
         person_hit("importers.show")),
    Kind("invitees", _l("Invitees"), "mail-opened", "", VIEW_INVITATIONS, Invitee, None,
         lambda: select(Invitee.id.label("invitee_id"), Invitee.state, Person.native_name.label("name"),
                        Company.name.label("company"), Source.name.label("source"))
         .join(Invitee.person).join(Invitee.company).join(Invitee.source),
         lambda wanted, companies, people: [companies.of(Invitee.company_id), people.of(Invitee.person_id)], invitee_hit),
    Kind("booths", _l("Booths"), "layout-grid", "", VIEW_PLAN, Booth, None, _booth_query, _booth_matches, booth_hit),
    Kind("bookings", _l("Bookings"), "bookmark", "B", VIEW_BOOKINGS, BoothBooking, BoothBooking.reference,
         lambda: select(BoothBooking.reference, BoothBooking.state, Booth.code, Company.name)
         .join(Booth, Booth.id == BoothBooking.booth_id).join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
         .join(Company, Company.id == Exhibitor.company_id),
         lambda wanted, companies, people: [_start(BoothBooking.reference, wanted)], booking_hit),
    Kind("booth-waiting", _l("Waiting list"), "list-numbers", "", VIEW_BOOKINGS, WaitingEntry, None,
         lambda: select(WaitingEntry.id.label("entry_id"), WaitingEntry.state, WaitingEntry.booth_count, Exhibitor.reference,
                        Company.name)
         .join(Exhibitor, Exhibitor.id == WaitingEntry.exhibitor_id).join(Company, Company.id == Exhibitor.company_id),
         lambda wanted, companies, people: [
             WaitingEntry.exhibitor_id.in_(select(Exhibitor.id).where(of_company))
             if (of_company := companies.of(Exhibitor.company_id)) is not None else None],
         waiting_hit),
    Kind("agreements", _l("Agreements"), "file-text", "A", VIEW_AGREEMENTS, Agreement, Agreement.number,
         lambda: select(Agreement.number, Agreement.booths, Agreement.state, Company.name)
         .join(Exhibitor, Exhibitor.id == Agreement.exhibitor_id).join(Company, Company.id == Exhibitor.company_id),
         lambda wanted, companies, people: [_start(Agreement.number, wanted)], agreement_hit),
    Kind("services", _l("Service orders"), "truck-delivery", "S", VIEW_SITEWORK, ServiceOrder, ServiceOrder.reference,
         lambda: select(ServiceOrder.reference, ServiceOrder.state, Booth.code, Company.name)
         .join(Booth, Booth.id == ServiceOrder.booth_id).join(Exhibitor, Exhibitor.id == ServiceOrder.exhibitor_id)
         .join(Company, Company.id == Exhibitor.company_id),
         lambda wanted, companies, people: [_start(ServiceOrder.reference, wanted)], order_hit),
    Kind("cases", _l("Cases"), "alert-hexagon", "N", VIEW_CASES, Case, Case.reference,
         lambda: select(Case.reference, Case.state, Case.title, Case.kind),
         lambda wanted, companies, people: [all_words(Case.folded, wanted), _code(Case.reference, wanted)], case_hit),
    Kind("invoices", _l("Invoices"), "receipt", "INV", VIEW_INVOICES, Invoice, Invoice.number,
         lambda: select(Invoice.number, Invoice.payment_reference, Invoice.state, Invoice.total_minor, Invoice.currency,
                        Company.name).join(Company, Company.id == Invoice.company_id),
         lambda wanted, companies, people: [companies.of(Invoice.company_id), _code(Invoice.number, wanted),
                                            _code(Invoice.payment_reference, wanted), _part(wanted)],
         invoice_hit),
    Kind("credits", _l("Credits"), "receipt-refund", "CR", VIEW_INVOICES, Credit, Credit.number,
         lambda: select(Credit.number, Credit.state, Credit.amount_minor, Credit.currency, Company.name)
         .join(Company, Company.id == Credit.company_id),
         lambda wanted, companies, people: [_code(Credit.number, wanted)],
         money_back_hit("refunds.credit", "credit_number")),
    Kind("refunds", _l("Refunds"), "arrow-back-up", "RF", VIEW_INVOICES, Refund, Refund.number,
         lambda: select(Refund.number, Refund.state, Refund.amount_minor, Refund.currency, Company.name)
         .join(Company, Company.id == Refund.company_id),
         lambda wanted, companies, people: [_code(Refund.number, wanted)],
         money_back_hit("refunds.refund", "refund_number")),
    Kind("payments", _l("Payments"), "cash", "R", VIEW_INVOICES, Payment, Payment.number,
         lambda: select(Payment.id.label("payment_id"), Payment.number, Payment.state, Payment.amount_minor, Payment.currency,
                        Company.name).join(Company, Company.id == Payment.company_id).where(Payment.number.is_not(None)),
         lambda wanted, companies, people: [_code(Payment.number, wanted), _code(Payment.external_reference, wanted)],
         payment_hit),
    Kind("credit_notes", _l("Credit notes"), "file-minus", "CN", VIEW_INVOICES, CreditNote, CreditNote.number,
         lambda: select(CreditNote.number, CreditNote.total_minor, CreditNote.currency, Company.name)
         .join(Company, Company.id == CreditNote.company_id),
         lambda wanted, companies, people: [_code(CreditNote.number, wanted)], note_hit),
    Kind("vouchers", _l("Vouchers"), "file-dollar", "PV", VIEW_FAIR_BUDGET, Voucher, Voucher.number,
         lambda: select(Voucher.number, Voucher.payee, Voucher.state, Voucher.total_minor, Voucher.currency,
                        Voucher.external_number),
         lambda wanted, companies, people: [companies.of(Voucher.company_id), _code(Voucher.number, wanted),
                                            _code(func.upper(Voucher.external_number), wanted)],
         voucher_hit),
    Kind("sponsors", _l("Sponsors"), "award", "SP", VIEW_SPONSORS, Sponsorship, Sponsorship.number,
         lambda: select(Sponsorship.number, Sponsorship.state, Sponsorship.package, Company.name)
         .join(Company, Company.id == Sponsorship.company_id),
         lambda wanted, companies, people: [companies.of(Sponsorship.company_id), _code(Sponsorship.number, wanted)],
         sponsor_hit),
    Kind("contracts", _l("Contracts"), "file-certificate", "C", VIEW_CONTRACTS, Contract, Contract.reference,
         lambda: select(Contract.reference, Contract.verification, Contract.value_minor, Contract.currency,
                        Company.name.label("exporter"), _Importer.name.label("importer"))
         .join(Company, Company.id == Contract.exporter_id).join(_Importer, _Importer.id == Contract.importer_id),
         lambda wanted, companies, people: [companies.of(Contract.exporter_id), companies.of(Contract.importer_id),
                                            _code(Contract.reference, wanted), _code(func.upper(Contract.number), wanted)],
         contract_hit),
    Kind("documents", _l("Decisions"), "signature", "D", VIEW_DOCUMENTS, Selection, Selection.reference,
         lambda: select(Selection.reference, Selection.title, Selection.state, Selection.decision_number),
         lambda wanted, companies, people: [all_words(Selection.folded, wanted)], document_hit),
    Kind("flights", _l("Flights"), "plane", "", VIEW_GUESTS, Flight, None,
         lambda: select(Flight.number, Flight.from_airport, Flight.to_airport, Flight.state, Importer.reference,
                        Person.native_name.label("name"), Person.name_language.label("language"))
         .join(Importer, Importer.id == Flight.importer_id).join(Person, Person.id == Importer.person_id)
         .where(Flight.state != FlightState.CANCELLED),
         lambda wanted, companies, people: [_flight(wanted)], flight_hit),
    Kind("transfers", _l("Transfers"), "bus", "T", VIEW_GUESTS, TransferRun, TransferRun.reference,
         lambda: select(TransferRun.reference, TransferRun.driver_name, TransferRun.plate, TransferRun.state),
         lambda wanted, companies, people: [_start(TransferRun.reference, wanted), _code(TransferRun.plate, wanted)], transfer_hit),
    Kind("hostings", _l("Support of importers"), "luggage", "H", VIEW_HOSTING, Hosting, Hosting.reference,
         lambda: select(Hosting.reference, Hosting.state, Person.passport_name.label("name"), Company.name.label("company"))
         .join(Company, Company.id == Hosting.company_id).join(Person, Person.id == Hosting.person_id),
         lambda wanted, companies, people: [companies.of(Hosting.company_id), people.of(Hosting.person_id),
                                            _start(Hosting.reference, wanted)], hosting_hit),
    Kind("letters", _l("Invitation letters"), "mail-opened", "L", VIEW_LETTERS, Letter, Letter.reference,
         lambda: select(Letter.reference, Letter.number, Letter.name, Letter.state),
         lambda wanted, companies, people: [people.of(Letter.person_id), _start(Letter.reference, wanted),
                                            _code(func.upper(Letter.number), wanted)], letter_hit),
    Kind("stays", _l("Stays in hotels"), "bed", "", VIEW_LODGING, Stay, None,
         lambda: select(Importer.reference, Person.native_name.label("name"), Person.name_language.label("language"),
                        Hotel.name.label("hotel"), Stay.state)
         .join(Importer, Importer.id == Stay.importer_id).join(Person, Person.id == Importer.person_id)
         .outerjoin(Hotel, Hotel.id == Stay.hotel_id),
         lambda wanted, companies, people: [
             Stay.importer_id.in_(select(Importer.id).where(of_guest))
             if (of_guest := people.of(Importer.person_id)) is not None else None],
         stay_hit),
    Kind("hotels", _l("Hotels"), "building", "", VIEW_LODGING, Hotel, None,
         lambda: select(Hotel.id.label("hotel_id"), Hotel.name, Hotel.address_vi),
         lambda wanted, companies, people: [all_words(Hotel.folded, wanted)], hotel_hit),
    Kind("grants", _l("Support"), "coins", "G", VIEW_FUNDING, Grant, Grant.reference,
         lambda: select(Grant.reference, Grant.title, Grant.state, Grant.amount_minor, Grant.currency),
         lambda wanted, companies, people: [_code(Grant.reference, wanted), _ticket(wanted)], grant_hit),
    Kind("claims", _l("Claims"), "receipt-refund", "K", VIEW_CLAIMS, Claim, Claim.reference, _person_query(Claim, Claim.state),
         lambda wanted, companies, people: [companies.of(Claim.company_id), people.of(Claim.person_id),
                                            _code(Claim.reference, wanted)],
         person_hit("claims.show")),
    Kind("badges", _l("Badges"), "id-badge-2", "P", PRINT_BADGES, Badge, Badge.reference,
         _person_query(Badge, Badge.state),
         lambda wanted, companies, people: [people.of(Badge.person_id), _start(Badge.reference, wanted)],
         person_hit("badges.show")),
    Kind("visitors", _l("Visitors"), "users", "V", VIEW_VISITORS, Visitor, Visitor.reference,
         _person_query(Visitor, Visitor.category),
         lambda wanted, companies, people: [people.of(Visitor.person_id), _start(Visitor.reference, wanted)],
         person_hit("visitors.show")),
    Kind("visitor_groups", _l("Groups of visitors"), "users-group", "M", VIEW_VISITORS, VisitorGroup, VisitorGroup.reference,
         lambda: select(VisitorGroup.reference, VisitorGroup.name, VisitorGroup.leader_name),
         lambda wanted, companies, people: [all_words(VisitorGroup.folded, wanted), _start(VisitorGroup.reference, wanted)],
         group_hit),
    Kind("delegations", _l("Delegations of ceremonies"), "confetti", "", VIEW_CEREMONIES, Delegation, None,
         lambda: select(Delegation.id.label("delegation_id"), Delegation.organisation, Delegation.contact_name),
         lambda wanted, companies, people: [all_words(Delegation.folded, wanted)], delegation_hit),
    Kind("print_stations", _l("Print stations"), "printer", "", MANAGE_STATIONS, PrintStation, None,
         lambda: select(PrintStation.id.label("station_id"), PrintStation.name, PrintStation.place, PrintStation.state),
         lambda wanted, companies, people: [all_words(PrintStation.folded, wanted)], station_hit),
    Kind("blanks", _l("Blank badges"), "square-dashed", "", MANAGE_BLANKS, Blank, None, _blank_query,
         lambda wanted, companies, people: [_blank(wanted)], blank_hit),
)  # fmt: skip
