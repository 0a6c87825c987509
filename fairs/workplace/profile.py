"""What stands on top of a company's or a person's page: where things stand, what is owed, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.badges.models import Badge
from fairs.booths.models import BoothBooking
from fairs.booths.permissions import VIEW_BOOKINGS, VIEW_PLAN
from fairs.booths.states import LIVE, BookingState
from fairs.calendar.models import Fair
from fairs.contracts.models import Contract
from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.contracts.states import Verification
from fairs.core.db import db
from fairs.core.i18n import format_date, format_money
from fairs.core.states import State
from fairs.directory.models import Company, Consent, Person
from fairs.exhibitors.models import Exhibitor, StandCompany
from fairs.exhibitors.permissions import VIEW_EXHIBITORS
from fairs.exhibitors.sharing import STAND_KINDS
from fairs.exhibitors.states import ExhibitorState
from fairs.funding.duplicates import same_companies
from fairs.funding.models import Grant
from fairs.funding.permissions import VIEW_FUNDING
from fairs.funding.queries import grants_of_companies
from fairs.importers.models import Importer
from fairs.importers.permissions import VIEW_IMPORTERS
from fairs.importers.states import ImporterState
from fairs.notes.models import Note
from fairs.notes.queries import open_follow_ups_about
from fairs.payments.models import Credit, Invoice
from fairs.payments.permissions import VIEW_INVOICES
from fairs.payments.queries import OWED, Covered, next_open
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import VIEW_VISITORS
from fairs.workplace.scope import Scope

Subject = Company | Person
MOST = 30


@dataclass(frozen=True, slots=True)
class Part:
    """A company or person at one fair: as what, how far, and who."""

    fair: Fair
    label: str
    reference: str
    state: State
    endpoint: str
    who: str = ""
    record: Any = None
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Debt:
    """An invoice that is not paid in full, with the instalment that is next."""

    invoice: Invoice
    fair: Fair
    next: Covered | None

    @property
    def is_overdue(self) -> bool:
        """Whether the next instalment's day has passed."""
        return self.next is not None and self.next.is_overdue


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done next: in words, and the one button for it."""

    text: str
    button: str = ""
    endpoint: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """All that the page shows besides the record itself and its time line."""

    parts: Sequence[Part]
    debts: Sequence[Debt]
    credits: Sequence[Credit]
    bookings: Sequence[BoothBooking]
    contracts: Sequence[Contract]
    badges: Sequence[Badge]
    follow_ups: Sequence[Note]
    duplicates: Sequence[Any]
    consents: Sequence[Consent] = ()
    grants: Sequence[Grant] = ()
    step: Step | None = None


def profile(subject: Subject, scope: Scope, fairs: dict[int, Fair]) -> Profile:
    """Everything for the page in a constant number of statements, only what the reader may see."""
    parts = _parts(subject, scope, fairs)
    debts = _debts(subject, scope, fairs) if isinstance(subject, Company) else []
    owed_back = _credits(subject, scope) if isinstance(subject, Company) else []
    bookings = _bookings(subject, scope) if isinstance(subject, Company) else []
    contracts = _contracts(subject, scope) if isinstance(subject, Company) else []
    follow_ups = open_follow_ups_about(subject)
    badges = _badges(subject)
    return Profile(
        parts, debts, owed_back, bookings, contracts, badges, follow_ups, duplicates(subject),
        _consents(subject) if isinstance(subject, Person) else (), _grants(subject, scope),
        _next_step(scope, parts, debts, bookings, contracts, follow_ups, fairs),
    )  # fmt: skip


def _parts(subject: Subject, scope: Scope, fairs: dict[int, Fair]) -> list[Part]:
    """At which fairs it was, as what: the register's memory, so all fairs for who may see this kind at one."""
    found: list[Part] = []
    if scope.has(VIEW_EXHIBITORS):
        mine = Exhibitor.company_id if isinstance(subject, Company) else Exhibitor.contact_person_id
        for row in _newest(Exhibitor, and_(mine == subject.id, Exhibitor.state != ExhibitorState.DRAFT)):
            found.append(_part(fairs, row, _("Exhibitor"), row.state, "exhibitors.show", row.contact_name))
        if isinstance(subject, Company):
            stands = joinedload(StandCompany.exhibitor).joinedload(Exhibitor.company)
            for shared in _newest(StandCompany, StandCompany.company_id == subject.id, stands):
                main = shared.exhibitor
                label = str(STAND_KINDS[shared.kind])
                found.append(_part(fairs, main, label, main.state, "exhibitors.show", main.company.name))
    if scope.has(VIEW_IMPORTERS):
        mine = Importer.company_id if isinstance(subject, Company) else Importer.person_id
        for row in _newest(Importer, mine == subject.id, joinedload(Importer.person)):
            found.append(_part(fairs, row, _("Importer"), row.state, "importers.show", _who(row, subject)))
    mine = Visitor.company_id if isinstance(subject, Company) else Visitor.person_id
    for row in _newest(Visitor, mine == subject.id, joinedload(Visitor.person)):
        found.append(_part(fairs, row, _("Visitor"), row.category, "visitors.show", _who(row, subject)))
    return sorted(found, key=lambda part: (part.fair.starts_on, part.reference), reverse=True)


def _part(fairs: dict[int, Fair], row: Any, label: str, state: State, endpoint: str, who: str) -> Part:
    lang = row.person.name_language if who and hasattr(row, "person") else ""
    return Part(fairs[row.fair_id], label, row.reference, state, endpoint, who, row, lang)


def _who(row: Any, subject: Subject) -> str:
    return str(row.person.native_name) if isinstance(subject, Company) else ""


def _newest(model: Any, where: Any, *options: Any) -> Sequence[Any]:
    return db.session.scalars(select(model).options(*options).where(where).order_by(model.id.desc()).limit(MOST)).all()


def _debts(company: Company, scope: Scope, fairs: dict[int, Fair]) -> list[Debt]:
    within = scope.within(VIEW_INVOICES, Invoice.fair_id)
    if within is None:
        return []
    invoices = db.session.scalars(
        select(Invoice)
        .options(selectinload(Invoice.instalments))
        .where(Invoice.company_id == company.id, Invoice.state.in_(OWED), within)
        .order_by(Invoice.id)
    ).all()
    found = [Debt(one, fairs[one.fair_id], next_open(one, fairs[one.fair_id].today)) for one in invoices]
    return sorted(found, key=lambda debt: debt.next.instalment.due_on if debt.next else date.max)


def _credits(company: Company, scope: Scope) -> Sequence[Credit]:
    within = scope.within(VIEW_INVOICES, Credit.fair_id)
    if within is None:
        return []
    return _newest(Credit, and_(Credit.company_id == company.id, within), joinedload(Credit.invoice))


def _grants(subject: Subject, scope: Scope) -> Sequence[Grant]:
    """All support that it ever had, under whatever record: who may see it at one fair sees it at all, or doubles pass."""
    if not isinstance(subject, Company) or not scope.has(VIEW_FUNDING):
        return ()
    return grants_of_companies(same_companies(subject))


def _bookings(company: Company, scope: Scope) -> Sequence[BoothBooking]:
    within = scope.within(VIEW_BOOKINGS, BoothBooking.fair_id)
    if within is None:
        return []
    return db.session.scalars(
        select(BoothBooking)
        .join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .join(Fair, Fair.id == BoothBooking.fair_id)
        .options(joinedload(BoothBooking.booth))
        .where(Exhibitor.company_id == company.id, within)
        .order_by(Fair.starts_on.desc(), BoothBooking.id.desc())
        .limit(MOST)
    ).all()


def _contracts(company: Company, scope: Scope) -> Sequence[Contract]:
    within = scope.within(VIEW_CONTRACTS, Contract.fair_id)
    if within is None:
        return []
    mine = or_(Contract.exporter_id == company.id, Contract.importer_id == company.id)
    return _newest(Contract, and_(mine, within), joinedload(Contract.exporter), joinedload(Contract.importer))


def _badges(subject: Subject) -> Sequence[Badge]:
    mine = Badge.company_id if isinstance(subject, Company) else Badge.person_id
    return _newest(Badge, mine == subject.id, joinedload(Badge.person))


def _consents(person: Person) -> Sequence[Consent]:
    return _newest(Consent, Consent.person_id == person.id)


def duplicates(subject: Subject, limit: int = 5) -> Sequence[Any]:
    """Others in the register that may be the same: by name without accents, telephone, e-mail or tax code.

    Many people share a name, so a person of the same name counts only with the same employer or country of a foreigner.
    """
    same: list[Any] = []
    model: Any = type(subject)
    if subject.phone:
        same.append(model.phone == subject.phone)
    if isinstance(subject, Company):
        same.append(model.folded == subject.folded)
        if subject.tax_code and len(subject.tax_code) >= 10:
            # A branch's code begins with that of its head office: worth a look, too.
            same.append(model.tax_code.startswith(subject.tax_code[:10], autoescape=True))
    else:
        if subject.email:
            same.append(model.email == subject.email)
        if subject.company_id is not None:
            same.append(and_(model.folded == subject.folded, model.company_id == subject.company_id))
    if not same:
        return []
    return db.session.scalars(
        select(model).where(or_(*same), model.id != subject.id).order_by(model.id).limit(limit)
    ).all()  # fmt: skip


def _next_step(
    scope: Scope, parts: Sequence[Part], debts: Sequence[Debt], bookings: Sequence[BoothBooking],
    contracts: Sequence[Contract], follow_ups: Sequence[Note], fairs: dict[int, Fair],
) -> Step | None:  # fmt: skip
    """The most urgent thing that somebody has to do for them, with the page where it is done."""
    late = next((debt for debt in debts if debt.is_overdue and debt.next), None)
    if late is not None and late.next is not None:
        text = _("%(amount)s are overdue since %(day)s.", amount=format_money(late.next.open),
                 day=format_date(late.next.instalment.due_on))  # fmt: skip
        return Step(text, _("Open the invoice"), "payments.invoice", _at(late.fair, number=late.invoice.number), True)
    for part in parts:
        step = _decision(part, scope)
        if step is not None:
            return step
    if follow_ups:
        note = follow_ups[0]
        day = note.follow_up_on
        today = max((fair.today for fair in fairs.values()), default=date.max)
        text = _("Call back on %(day)s: %(text)s", day=format_date(day), text=note.text[:120])
        return Step(text, _("To the notes"), is_late=day is not None and day < today)
    return _booth_step(scope, parts, bookings, fairs) or _contract_step(contracts, fairs)


def _at(fair: Fair, **values: Any) -> dict[str, Any]:
    return {"fair_slug": fair.slug, **values}


def _decision(part: Part, scope: Scope) -> Step | None:
    waits = {
        ExhibitorState.SUBMITTED: VIEW_EXHIBITORS, ExhibitorState.APPRAISED: VIEW_EXHIBITORS,
        ImporterState.SUBMITTED: VIEW_IMPORTERS,
    }.get(part.state)  # fmt: skip
    if waits is None or part.fair.is_over or not scope.at(waits, part.fair.id):
        return None
    due = part.record.decide_by
    text = _("%(part)s at %(fair)s: waits for a decision.", part=part.label, fair=part.fair.name)
    if due is not None:
        text = _("%(part)s at %(fair)s: waits for a decision until %(day)s.", part=part.label, fair=part.fair.name,
                 day=format_date(due))  # fmt: skip
    late = due is not None and due < part.fair.today
    return Step(text, _("Open the application"), part.endpoint, _at(part.fair, reference=part.reference), late)


def _booth_step(
    scope: Scope, parts: Sequence[Part], bookings: Sequence[BoothBooking], fairs: dict[int, Fair]
) -> Step | None:
    reserved = next((b for b in bookings if b.state is BookingState.RESERVED and b.is_live), None)
    if reserved is not None:
        fair = fairs[reserved.fair_id]
        text = _("Booth %(code)s is reserved until the deposit comes.", code=reserved.booth.code)
        return Step(text, _("Open the booking"), "bookings.booking", _at(fair, reference=reserved.reference))
    for part in parts:
        if part.state is not ExhibitorState.ACCEPTED or not part.fair.accepts_booking:
            continue
        has_booth = any(b.exhibitor_id == part.record.id and b.state in LIVE for b in bookings)
        if not has_booth and scope.at(VIEW_BOOKINGS, part.fair.id) and scope.at(VIEW_PLAN, part.fair.id):
            text = _("Accepted at %(fair)s, without a booth yet.", fair=part.fair.name)
            return Step(text, _("Choose a booth on the plan"), "booths.staff_plan", _at(part.fair))
    return None


def _contract_step(contracts: Sequence[Contract], fairs: dict[int, Fair]) -> Step | None:
    waiting = next((c for c in contracts if c.verification is not Verification.VERIFIED), None)
    if waiting is None:
        return None
    text = _("Contract %(reference)s: %(state)s.", reference=waiting.reference, state=waiting.verification.label)
    values = _at(fairs[waiting.fair_id], reference=waiting.reference)
    return Step(text, _("Open the contract"), "contracts.contract", values)


LINKS = {
    "exhibitors.show": VIEW_EXHIBITORS, "importers.show": VIEW_IMPORTERS, "visitors.show": VIEW_VISITORS,
    "bookings.booking": VIEW_BOOKINGS, "payments.invoice": VIEW_INVOICES, "refunds.credit": VIEW_INVOICES, "refunds.refund": VIEW_INVOICES,
    "contracts.contract": VIEW_CONTRACTS,
    "funding.show": VIEW_FUNDING,
}  # fmt: skip
"""Which permission opens the page of a thing: what may be read of here need not be a link."""
