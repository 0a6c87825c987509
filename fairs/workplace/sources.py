"""What every feature knows of a company or person: where events of the time line come from, and their words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import and_, false, func, or_, select, union

from fairs.audit.models import AuditEntry
from fairs.badges.models import Badge
from fairs.booths.models import BoothBooking
from fairs.booths.permissions import VIEW_BOOKINGS
from fairs.calendar.permissions import VIEW_FAIR
from fairs.checkin.models import Visit
from fairs.contracts.models import Contract
from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.core.i18n import format_money
from fairs.core.masking import is_masked, mask_values
from fairs.core.money import Money
from fairs.core.permissions import Permission
from fairs.directory.history import LABELS
from fairs.directory.models import Company, Person
from fairs.directory.permissions import VIEW_DIRECTORY
from fairs.dunning.models import DunningStep
from fairs.dunning.permissions import VIEW_REMINDERS
from fairs.dunning.states import StepKind
from fairs.exhibitors.models import Appraisal, Exhibitor
from fairs.exhibitors.permissions import VIEW_EXHIBITORS
from fairs.floorplans.models import Booth
from fairs.importers.models import Importer
from fairs.importers.permissions import VIEW_IMPORTERS
from fairs.messages.models import OutboxMessage
from fairs.notes.models import Note
from fairs.notes.queries import notes_about
from fairs.payments.models import Invoice, Receipt, Refund
from fairs.payments.permissions import VIEW_INVOICES
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import VIEW_VISITORS
from fairs.workplace.scope import Scope

KINDS: dict[str, Any] = {
    "part": _l("Applications and registrations"),
    "booking": _l("Booths"),
    "money": _l("Money"),
    "visit": _l("Visits"),
    "contract": _l("Contracts"),
    "badge": _l("Badges"),
    "letter": _l("Letters"),
    "note": _l("Notes and calls"),
    "change": _l("Changes"),
}
WIDE = {"part", "visit", "badge", "note", "change"}
"""Of these the register tells all fairs to who may see them at one: it is the memory of the years (plan, item 7e)."""
Subject = Company | Person


@dataclass(frozen=True, slots=True)
class Told:
    """An event in words; ``endpoint`` and ``values`` are its page, of the event's fair when it has one."""

    title: str
    icon: str
    text: str = ""
    tone: str = "neutral"
    actor: str = ""
    name: str = ""
    lang: str = ""
    endpoint: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where events of one sort come from; its place in SOURCES breaks ties between events of one moment."""

    kind: str
    permission: Permission
    fair: Any
    at: Any
    key: Any
    about: Callable[[Subject], Any]
    query: Callable[[], Any]
    tell: Callable[[Any], Told]

    @property
    def is_day(self) -> bool:
        """Whether it knows days only."""
        return self.at.type.python_type is date


def _of(company: Any = None, person: Any = None) -> Callable[[Subject], Any]:
    def about(subject: Subject) -> Any:
        column = company if isinstance(subject, Company) else person
        return None if column is None else column == subject.id

    return about


def _simple(*columns: Any) -> Callable[[], Any]:
    return lambda: select(*columns)


def _decided(row: Any) -> Told:
    icon, tone = row.state.icon, {"green": "success", "red": "danger"}.get(row.state.tone, "info")
    endpoint = "exhibitors.show" if "-E-" in row.reference else "importers.show"
    part = _("Exhibitor") if "-E-" in row.reference else _("Importer")
    values = {"reference": row.reference}
    return Told(f"{part}: {row.state.label}", icon, row.decision_note, tone, endpoint=endpoint, values=values)


def _appraisals() -> Any:
    columns = (Exhibitor.reference, Appraisal.score, Appraisal.by_name)
    return select(*columns).select_from(Appraisal).join(Exhibitor, Exhibitor.id == Appraisal.exhibitor_id)


def _appraised(row: Any) -> Told:
    title, values = _("Appraised: %(score)s of 100.", score=row.score), {"reference": row.reference}
    return Told(title, "clipboard-check", row.reference, "info", row.by_name, endpoint="exhibitors.show", values=values)


def _part(title: Any, icon: str, endpoint: str) -> Callable[[Any], Told]:
    return lambda row: Told(str(title), icon, row.reference, endpoint=endpoint, values={"reference": row.reference})


def _bookings() -> Any:
    columns = (BoothBooking.reference, BoothBooking.end_reason, BoothBooking.state, Booth.code)
    return (
        select(*columns)
        .join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .join(Booth, Booth.id == BoothBooking.booth_id)
    )


def _booking(title: Any, icon: str, tone: str = "neutral") -> Callable[[Any], Told]:
    def tell(row: Any) -> Told:
        text = row.end_reason if icon == "x" else row.reference
        values = {"reference": row.reference}
        return Told(str(title) % {"code": row.code}, icon, text, tone, endpoint="bookings.booking", values=values)

    return tell


def _receipts() -> Any:
    columns = (Receipt.amount_minor, Receipt.currency, Invoice.number)
    return select(*columns).join(Invoice, Invoice.id == Receipt.invoice_id)


def _received(row: Any) -> Told:
    title = _("%(amount)s received", amount=format_money(Money(row.amount_minor, row.currency)))
    return Told(title, "cash", row.number, "success", endpoint="payments.invoice", values={"number": row.number})


def _billed(row: Any) -> Told:
    title = _("Invoice over %(amount)s", amount=format_money(Money(row.total_minor, row.currency)))
    return Told(title, "receipt", row.number, endpoint="payments.invoice", values={"number": row.number})


def _released(row: Any) -> Told:
    title = _("Release of the booth proposed") if row.outcome is None else str(row.outcome.label)
    return Told(
        title,
        "bookmark-off",
        row.note or row.number,
        "warning",
        endpoint="dunning.history",
        values={"number": row.number},
    )


def _paid_back(row: Any) -> Told:
    title = _("%(amount)s paid back", amount=format_money(Money(row.amount_minor, row.currency)))
    return Told(title, "receipt-refund", row.number, endpoint="refunds.refund", values={"refund_number": row.number})


def _visits() -> Any:
    wearer = and_(Badge.id == Visit.badge_id, Badge.person_id == Visit.person_id)
    number = func.count().label("number")
    return select(number).join(Badge, wearer).group_by(Visit.day, Visit.fair_id)


def _visited(row: Any) -> Told:
    many = ngettext("%(num)s person was at the fair", "%(num)s people were at the fair", row.number)
    return Told(_("Was at the fair") if row.number == 1 else many, "door-enter", tone="info")


def _signed(row: Any) -> Told:
    title = _("Contract over %(amount)s", amount=format_money(Money(row.value_minor, row.currency)))
    text = f"{row.reference} · {row.state.label} · {row.verification.label}"
    values = {"reference": row.reference}
    return Told(title, "file-certificate", text, "success", endpoint="contracts.contract", values=values)


def _badge_about(subject: Subject) -> Any:
    return Badge.company_id == subject.id if isinstance(subject, Company) else Badge.person_id == subject.id


def _badges() -> Any:
    columns = (Badge.reference, Badge.category, Badge.revoke_reason, Person.native_name, Person.name_language)
    return select(*columns).join(Person, Person.id == Badge.person_id)


def _issued(row: Any) -> Told:
    text, values = f"{row.category.label} · {row.reference}", {"reference": row.reference}
    who = {"name": row.native_name, "lang": row.name_language}
    return Told(_("Badge issued"), "id-badge-2", text, endpoint="badges.show", values=values, **who)


def _revoked(row: Any) -> Told:
    text, values = f"{row.revoke_reason} · {row.reference}".strip(" ·"), {"reference": row.reference}
    who = {"name": row.native_name, "lang": row.name_language}
    return Told(_("Badge revoked"), "ban", text, "danger", endpoint="badges.show", values=values, **who)


def _letters_to(subject: Subject) -> Any:
    if isinstance(subject, Person):
        mail = OutboxMessage.recipient == subject.email if subject.email else false()
    else:
        addresses = union(
            select(Company.email).where(Company.id == subject.id),
            select(Person.email).where(Person.company_id == subject.id),
            select(Exhibitor.contact_email).where(Exhibitor.company_id == subject.id),
        )
        mail = OutboxMessage.recipient.in_(addresses)
    return and_(mail, OutboxMessage.recipient != "")


_LETTERS = {
    "exhibitors": VIEW_EXHIBITORS, "booths": VIEW_BOOKINGS, "payments": VIEW_INVOICES, "dunning": VIEW_REMINDERS, "importers": VIEW_IMPORTERS,
    "visitors": VIEW_VISITORS, "contracts": VIEW_CONTRACTS,
}  # fmt: skip
"""Whose letters stand in the time line. Those about accounts (links to set a password) are nobody else's business."""


def _letter(row: Any) -> Told:
    return Told(row.subject, "mail", f"{row.recipient_name} · {row.state.label}".strip(" ·"))


def _notes_about(subject: Subject) -> Any:
    return Note.id.in_(notes_about(subject).with_only_columns(Note.id))


def _noted(row: Any) -> Told:
    title = " · ".join(str(part) for part in (row.kind.label, row.direction and row.direction.label) if part)
    icon = row.direction.icon if row.direction else row.kind.icon
    values = {"author_id": row.author_id, "written_at": row.written_at}
    return Told(title, icon, row.text, "warning", row.written_as, row.name or "", row.lang or "", values=values)


def _changed_about(subject: Subject) -> Any:
    own = and_(AuditEntry.subject_type == type(subject).__name__, AuditEntry.subject_id == subject.id)
    if isinstance(subject, Person):
        return own
    applications = select(Exhibitor.id).where(Exhibitor.company_id == subject.id)
    of_application = and_(
        AuditEntry.subject_type == "Exhibitor", AuditEntry.subject_id.in_(applications),
        AuditEntry.action.in_(["exhibitors.change", "exhibitors.change_track", "exhibitors.withdraw",
                                 "exhibitors.stand_company", "exhibitors.stand_company_removed"]),
    )  # fmt: skip
    return or_(own, of_application)


_CHANGES: dict[str, tuple[Any, str, str]] = {
    **LABELS,
    "exhibitors.change": (_l("Application changed"), "pencil", "neutral"),
    "exhibitors.change_track": (_l("Changed to the paying track"), "cash", "neutral"),
    "exhibitors.withdraw": (_l("Withdrawn"), "arrow-back-up", "warning"),
    "exhibitors.stand_company": (_l("Company put on the stand"), "users-plus", "neutral"),
    "exhibitors.stand_company_removed": (_l("Company taken off the stand"), "user-minus", "neutral"),
}


def _changed(row: Any) -> Told:
    title, icon, tone = _CHANGES.get(row.action, (row.action, "point", "neutral"))
    after = (mask_values(row.after) if is_masked() else row.after) or {}
    return Told(str(title), icon, str(after.get("note") or after.get("reason") or ""), tone, row.actor_label)


_EXHIBITS = _of(Exhibitor.company_id, Exhibitor.contact_person_id)
_IMPORTS = _of(Importer.company_id, Importer.person_id)
SOURCES = (
    Source("change", VIEW_DIRECTORY, None, AuditEntry.created_at, AuditEntry.id, _changed_about,
           _simple(AuditEntry.action, AuditEntry.after, AuditEntry.actor_label), _changed),
    Source("part", VIEW_EXHIBITORS, Exhibitor.fair_id, Exhibitor.submitted_at, Exhibitor.id, _EXHIBITS,
           _simple(Exhibitor.reference), _part(_l("Applied to exhibit"), "send", "exhibitors.show")),
    Source("part", VIEW_EXHIBITORS, Exhibitor.fair_id, Exhibitor.decided_at, Exhibitor.id, _EXHIBITS,
           _simple(Exhibitor.reference, Exhibitor.state, Exhibitor.decision_note), _decided),
    Source("part", VIEW_IMPORTERS, Importer.fair_id, Importer.created_at, Importer.id, _IMPORTS,
           _simple(Importer.reference), _part(_l("Registered as an importer"), "world", "importers.show")),
    Source("part", VIEW_IMPORTERS, Importer.fair_id, Importer.decided_at, Importer.id, _IMPORTS,
           _simple(Importer.reference, Importer.state, Importer.decision_note), _decided),
    Source("part", VIEW_DIRECTORY, Visitor.fair_id, Visitor.created_at, Visitor.id,
           _of(Visitor.company_id, Visitor.person_id), _simple(Visitor.reference),
           _part(_l("Registered as a visitor"), "user-plus", "visitors.show")),
    Source("booking", VIEW_BOOKINGS, BoothBooking.fair_id, BoothBooking.created_at, BoothBooking.id,
           _of(Exhibitor.company_id), _bookings, _booking(_l("Booth %(code)s taken"), "bookmark", "info")),
    Source("booking", VIEW_BOOKINGS, BoothBooking.fair_id, BoothBooking.confirmed_at, BoothBooking.id,
           _of(Exhibitor.company_id), _bookings, _booking(_l("Booth %(code)s confirmed"), "circle-check", "success")),
    Source("booking", VIEW_BOOKINGS, BoothBooking.fair_id, BoothBooking.ended_at, BoothBooking.id,
           _of(Exhibitor.company_id), _bookings, _booking(_l("Booth %(code)s given back"), "x", "warning")),
    Source("money", VIEW_INVOICES, Invoice.fair_id, Invoice.issued_on, Invoice.id, _of(Invoice.company_id),
           _simple(Invoice.number, Invoice.total_minor, Invoice.currency), _billed),
    Source("money", VIEW_INVOICES, Receipt.fair_id, Receipt.received_on, Receipt.id, _of(Invoice.company_id),
           _receipts, _received),
    Source("money", VIEW_REMINDERS, DunningStep.fair_id, DunningStep.created_at, DunningStep.id, _of(Invoice.company_id),
           lambda: select(DunningStep.outcome, DunningStep.note, Invoice.number)
           .join(Invoice, Invoice.id == DunningStep.invoice_id).where(DunningStep.step == StepKind.RELEASE), _released),
    Source("badge", VIEW_DIRECTORY, Badge.fair_id, Badge.created_at, Badge.id, _badge_about, _badges, _issued),
    Source("badge", VIEW_DIRECTORY, Badge.fair_id, Badge.revoked_at, Badge.id, _badge_about, _badges, _revoked),
    Source("visit", VIEW_DIRECTORY, Visit.fair_id, Visit.day, Visit.fair_id, _badge_about, _visits, _visited),
    Source("contract", VIEW_CONTRACTS, Contract.fair_id, Contract.signed_on, Contract.id,
           lambda subject: or_(Contract.exporter_id == subject.id, Contract.importer_id == subject.id)
           if isinstance(subject, Company) else None,
           _simple(Contract.reference, Contract.value_minor, Contract.currency, Contract.state, Contract.verification),
           _signed),
    Source("letter", VIEW_FAIR, OutboxMessage.fair_id, OutboxMessage.created_at, OutboxMessage.id, _letters_to,
           _simple(OutboxMessage.subject, OutboxMessage.recipient_name, OutboxMessage.state), _letter),
    Source("note", VIEW_DIRECTORY, Note.fair_id, Note.happened_at, Note.id, _notes_about,
           lambda: select(Note.kind, Note.direction, Note.text, Note.written_as, Note.author_id,
                          Note.created_at.label("written_at"), Person.native_name.label("name"), Person.name_language.label("lang"))
           .outerjoin(Person, Person.id == Note.person_id), _noted),
    Source("part", VIEW_EXHIBITORS, Exhibitor.fair_id, Appraisal.created_at, Appraisal.id, _of(Exhibitor.company_id),
           _appraisals, _appraised),
    Source("money", VIEW_INVOICES, Refund.fair_id, Refund.done_on, Refund.id, _of(Refund.company_id),
           _simple(Refund.number, Refund.amount_minor, Refund.currency), _paid_back),
)  # fmt: skip
"""The later of two at the same moment stands further down: what is decided comes after what was handed in."""


def letters_within(scope: Scope) -> Any:
    """Letters that the reader may know of: those of the subjects that their roles let them see."""
    allowed = []
    for section, permission in _LETTERS.items():
        within = scope.within(permission, OutboxMessage.fair_id)
        if within is not None:
            allowed.append(and_(OutboxMessage.kind.startswith(f"{section}/"), within))
    return or_(*allowed) if allowed else None
