"""Applications to exhibit: drafting, handing in, deciding, withdrawing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.calendar.errors import FairCancelled
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.events import publish
from fairs.core.sequences import next_reference
from fairs.core.text import clean
from fairs.directory import consents
from fairs.directory.models import Company
from fairs.directory.service import (
    PersonDraft,
    check_groups,
    find_or_create_person,
    normal_phone,
    record_consent,
)  # fmt: skip
from fairs.documents.queries import open_item_of
from fairs.exhibitors.errors import (
    AlreadyApplied,
    ApplicationsClosed,
    AppraisalMissing,
    DecisionMissing,
    NotEditable,
    StandsInSelection,
)
from fairs.exhibitors.events import ExhibitorAccepted, ExhibitorWithdrawn
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import SUPPORT_KIND, TRACKS, exhibitor_of, takes_applications
from fairs.exhibitors.questions import lacks_answers, save_answers
from fairs.exhibitors.states import ExhibitorState
from fairs.exhibitors.wishes import PlaceDraft, choose_products, save_place
from fairs.messages.service import Notice, send

S = ExhibitorState
EDITABLE = frozenset({S.DRAFT, S.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class ProductsDraft:
    """What a company wants to show, and where it wishes to stand.

    ``product_ids``: of its catalogue what it brings, none: all of it. None leaves them as they are, as it does ``place``.
    """

    group_codes: Collection[str] = ()
    products: str = ""
    wishes: str = ""
    track: str = "paying"
    product_ids: Collection[int] | None = None
    place: PlaceDraft | None = None


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """Who answers for the application."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Consents:
    """What was agreed to when handing in; the first is needed, the others are free."""

    registration: bool
    sharing: bool = False
    mailings: bool = False


def start_application(fair: Fair, company: Company, *, by: Actor, source: str = "web", locale: str = "vi") -> Exhibitor:
    """The company's application at the fair, a new draft when there is none; raises ApplicationsClosed.

    Contact and product groups are proposed from the company. Staff may file while the fair is not over.
    """
    with transaction():
        known = exhibitor_of(fair.id, company.id)
        if known is not None:
            return known
        if fair.is_over or (source == "web" and not takes_applications(fair)):
            raise ApplicationsClosed
        exhibitor = Exhibitor(
            fair_id=fair.id, company_id=company.id, reference=next_reference(fair.code, "E"),
            state=S.DRAFT, track="paying", source=source, locale=locale, group_codes=company.group_codes,
            contact_name=by.name if source == "web" and by is not SYSTEM else "", contact_email=company.email,
            contact_phone=company.phone,
        )  # fmt: skip
        db.session.add(exhibitor)
        try:
            with transaction():
                db.session.flush()
        except IntegrityError as error:
            # A colleague began at the same moment.
            raise AlreadyApplied from error
        record("exhibitors.start", exhibitor, by=by, after={"company": company.id, "source": source})
    return exhibitor


def save_products(exhibitor: Exhibitor, draft: ProductsDraft, *, by: Actor) -> Exhibitor:
    """Keep the products' part of a draft; raises InvalidInput and NotEditable. Empty parts are allowed until handing in."""
    if draft.track not in TRACKS:
        raise InvalidInput(_l("Please choose from the list."), field="track")
    with transaction():
        row = _editable(exhibitor)
        values = {
            "group_codes": check_groups(draft.group_codes), "products": clean(draft.products),
            "wishes": clean(draft.wishes), "track": draft.track,
        }  # fmt: skip
        _change(row, values, by=by)
        if draft.product_ids is not None:
            choose_products(row, draft.product_ids, by=by)
        if draft.place is not None:
            save_place(row, draft.place, by=by)
    return row


def save_contact(exhibitor: Exhibitor, draft: ContactDraft, *, by: Actor) -> Exhibitor:
    """Keep the contact of a draft; raises InvalidInput and NotEditable. E-mail or telephone is needed, so that we can answer."""
    name = clean(draft.name)
    if not name:
        raise InvalidInput(_l("Please fill this in."), field="contact_name")
    email = normal_email(draft.email, field="contact_email") if clean(draft.email) else ""
    with transaction():
        row = _editable(exhibitor)
        phone = normal_phone(draft.phone, row.company.country, field="contact_phone")
        if not email and not phone and row.source == "web":
            raise InvalidInput(_l("Give an e-mail address or a telephone number."), field="contact_email")
        _change(row, {"contact_name": name, "contact_email": email, "contact_phone": phone}, by=by)
    return row


def answer_questions(exhibitor: Exhibitor, values: Mapping[int, Any], *, by: Actor) -> list[InvalidInput]:
    """Keep answers of a draft to the fair's own questions, as save_answers; raises NotEditable."""
    with transaction():
        return save_answers(_editable(exhibitor), values, by=by)


def missing_parts(exhibitor: Exhibitor) -> list[str]:
    """Parts that must be filled in before handing in: ``products``, ``questions``, ``contact``.

    Whoever files for somebody asks the questions, a list of many households has no place for them.
    """
    parts = []
    if not exhibitor.groups or not exhibitor.products:
        parts.append("products")
    if exhibitor.source == "web" and lacks_answers(exhibitor):
        parts.append("questions")
    reachable = exhibitor.contact_email or exhibitor.contact_phone or exhibitor.source != "web"
    if not exhibitor.contact_name or not reachable:
        parts.append("contact")
    return parts


def submit_application(exhibitor: Exhibitor, given: Consents, *, by: Actor, locale: str | None = None) -> Exhibitor:
    """Hand in. It is accepted at once where the fair does so and no decision on support is needed; else it waits.

    Raises ApplicationsClosed, NotEditable, and InvalidInput when a part or the consent is missing.
    """
    if not given.registration:
        raise InvalidInput(_l("Without this consent we may not keep the application."), field="registration")
    with transaction():
        row = _editable(exhibitor)
        fair = db.session.get_one(Fair, row.fair_id)
        if fair.is_over or (row.source == "web" and not takes_applications(fair)):
            raise ApplicationsClosed
        if missing_parts(row):
            raise InvalidInput(_l("Some parts are not filled in yet."), parts=missing_parts(row))
        if locale in ("vi", "en"):
            row.locale = locale
        _keep_consents(row, given, by=by)
        hand_in(row, by=by)
    return row


def hand_in(row: Exhibitor, *, by: Actor, listed: bool = False) -> None:
    """What handing in does to a checked application (inside transaction()): it waits, or is accepted at once.

    ``listed``: it came in a list of many; who filed that tells them, so nobody prints a letter for each.
    """
    row.move_to(S.SUBMITTED)
    row.submitted_at = now()
    row.decide_by = row.fair.today + timedelta(days=row.fair.importer_reply_days)
    row.decided_at, row.decided_by_id, row.decision_note = None, None, ""
    row.score, row.recommendation = None, ""  # what was appraised has been withdrawn, and perhaps changed
    record("exhibitors.submit", row, by=by, after={"track": row.track})
    if accepts_at_once(row):
        _accept(row, by=SYSTEM, note="")
    elif row.contact_email or not listed:
        _tell(row, "submitted")


def accepts_at_once(row: Exhibitor) -> bool:
    """Whether the fair accepts this application without looking at it: no support to decide on, no appraisal demanded."""
    return row.fair.auto_accept and not row.fair.requires_appraisal and not row.is_supported


def _keep_consents(row: Exhibitor, given: Consents, *, by: Actor) -> None:
    draft = PersonDraft(
        native_name=row.contact_name, email=row.contact_email, phone=row.contact_phone, country=row.company.country,
        company_id=row.company_id, locale=row.locale,
    )  # fmt: skip
    person = find_or_create_person(draft, by=by)
    row.contact_person_id = person.id
    for text in (consents.REGISTRATION, consents.SHARING, consents.MAILINGS):
        record_consent(person, text.kind, getattr(given, text.kind), fair_id=row.fair_id, text_version=consents.VERSION)


def check_decision(row: Exhibitor, target: ExhibitorState) -> None:
    """Raise InvalidTransition, or AppraisalMissing where the fair demands one before any decision."""
    row.require_move(target)
    if row.state is S.SUBMITTED and row.fair.requires_appraisal:
        raise AppraisalMissing


def check_acceptance(row: Exhibitor) -> None:
    """Raise what accept_application would: as check_decision, or DecisionMissing for a supported place."""
    check_decision(row, S.ACCEPTED)
    if row.is_supported:
        raise DecisionMissing


def accept_application(exhibitor: Exhibitor, *, by: Actor, note: str = "") -> Exhibitor:
    """Accept a paying application; raises InvalidTransition, and DecisionMissing for a supported one."""
    with transaction():
        row = _locked(exhibitor)
        check_acceptance(row)
        _accept(row, by=by, note=note)
    return row


def accept_by_decision(exhibitor: Exhibitor, *, number: str, day: date, percent: int, by: Actor) -> Exhibitor:
    """Accept a supported application: ``percent`` of the price is waived by the decision. Raises InvalidTransition."""
    with transaction():
        row = _locked(exhibitor)
        row.decision_number, row.decision_on, row.support_percent = number, day, percent
        _accept(row, by=by, note="")
    return row


def change_support(exhibitor: Exhibitor, *, number: str, day: date, percent: int, by: Actor) -> Exhibitor:
    """Another part of the price by an amending decision; bookings that were made keep their price."""
    with transaction():
        row = _locked(exhibitor)
        before = {"decision": row.decision_number, "percent": row.support_percent}
        row.decision_number, row.decision_on, row.support_percent = number, day, percent
        record("exhibitors.change_support", row, by=by, before=before, after={"decision": number, "percent": percent})
    return row


def require_unselected(row: Exhibitor) -> None:
    """Raise StandsInSelection while a decision on support is being prepared for the application."""
    item = open_item_of(SUPPORT_KIND, "Exhibitor", row.id)
    if item is not None:
        raise StandsInSelection(
            _("Stands in the selection %(reference)s: take it out there first.", reference=item.selection.reference)
        )


def accept_as_paying(exhibitor: Exhibitor, *, by: Actor, note: str = "") -> Exhibitor:
    """Accept an application for a supported place as a paying one; raises InvalidTransition."""
    with transaction():
        row = _locked(exhibitor)
        require_unselected(row)
        if row.is_supported:
            record("exhibitors.change_track", row, by=by, before={"track": row.track}, after={"track": "paying"})
            row.track = "paying"
        _accept(row, by=by, note=note)
    return row


def _accept(row: Exhibitor, *, by: Actor, note: str) -> None:
    _decide(row, S.ACCEPTED, by=by, note=note)
    _tell(row, "accepted")
    publish(ExhibitorAccepted(row, by))


def waitlist_application(exhibitor: Exhibitor, *, by: Actor, note: str = "") -> Exhibitor:
    """Put on the waiting list; raises InvalidTransition."""
    with transaction():
        row = _locked(exhibitor)
        require_unselected(row)
        _decide(row, S.WAITLISTED, by=by, note=note)
        _tell(row, "waitlisted")
    return row


def refuse_application(exhibitor: Exhibitor, *, by: Actor, note: str) -> Exhibitor:
    """Refuse with a reason that the company reads; raises InvalidInput without one, and InvalidTransition."""
    if not clean(note):
        raise InvalidInput(_l("Give the reason: the company reads it."), field="note")
    with transaction():
        row = _locked(exhibitor)
        require_unselected(row)
        _decide(row, S.REFUSED, by=by, note=note)
        _tell(row, "refused")
    return row


def withdraw_application(exhibitor: Exhibitor, *, by: Actor, reason: str = "") -> Exhibitor:
    """Withdraw; a booth that is held ends with it. Raises InvalidTransition."""
    with transaction():
        row = _locked(exhibitor)
        before = row.state
        row.move_to(S.WITHDRAWN)
        record("exhibitors.withdraw", row, by=by, before={"state": before}, after={"reason": clean(reason)[:400]})
        publish(ExhibitorWithdrawn(row, by, clean(reason)[:200]))
        if before is not S.DRAFT:
            _tell(row, "withdrawn")
    return row


def _locked(exhibitor: Exhibitor) -> Exhibitor:
    return db.session.scalars(
        select(Exhibitor)
        .where(Exhibitor.id == exhibitor.id)
        .with_for_update(key_share=True, of=Exhibitor)
        .execution_options(populate_existing=True)
    ).one()


def _editable(exhibitor: Exhibitor) -> Exhibitor:
    row = _locked(exhibitor)
    if row.state not in EDITABLE:
        raise NotEditable
    return row


def _change(row: Exhibitor, values: dict[str, str], *, by: Actor) -> None:
    changed = [key for key, value in values.items() if getattr(row, key) != value]
    for key in changed:
        setattr(row, key, values[key])
    if changed:
        record("exhibitors.change", row, by=by, after={"changed": changed})


def _decide(row: Exhibitor, target: ExhibitorState, *, by: Actor, note: str) -> None:
    if row.fair.is_cancelled:
        raise FairCancelled
    check_decision(row, target)
    before = row.state
    row.move_to(target)
    row.decided_at, row.decided_by_id, row.decision_note = now(), by.user_id, clean(note)
    record(
        f"exhibitors.{target.value}", row, by=by, before={"state": before},
        after={"track": row.track, "decision": row.decision_number, "percent": row.support_percent, "note": row.decision_note},
    )  # fmt: skip


def _tell(row: Exhibitor, template: str) -> None:
    fair = row.fair
    context = {
        "company": row.company.name, "reference": row.reference, "fair": fair, "decide_by": row.answer_by,
        "note": row.decision_note, "track": row.track, "decision_number": row.decision_number,
        "decision_on": row.decision_on, "has_account": row.source == "web",
    }  # fmt: skip
    email = row.contact_email or row.company.email or None
    send(Notice(f"exhibitors/{template}", row.contact_name or row.company.name, email, row.locale, context, fair.id))
