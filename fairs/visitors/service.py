"""Registering visitors: the badge is theirs at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import time, timedelta

from flask_babel import lazy_gettext as _l

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.badges.service import issue_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.links import new_link
from fairs.core.sequences import next_reference
from fairs.directory.models import Company, Person
from fairs.directory.service import (
    CompanyDraft,
    PersonDraft,
    check_country,
    find_or_create_company,
    find_or_create_person,
    normal_phone,
    record_consent,
)
from fairs.messages.service import Notice, send
from fairs.visitors.errors import AlreadyRegistered, RegistrationClosed
from fairs.visitors.models import Visitor
from fairs.visitors.queries import badge_in_force, visitor_by_contact, visitor_of_person

CONSENT_TEXTS = "2026-1"
"""Version of the texts beside the check boxes; raise it whenever one of them changes its meaning."""

CONSENTS = ("registration", "sharing", "photos", "mailings")
LINKS_LIVE_AFTER_FAIR = timedelta(days=180)
_PUBLIC = Actor(None, "web")

DESK_CATEGORIES = (
    BadgeCategory.TRADE, BadgeCategory.PRESS, BadgeCategory.VIP, BadgeCategory.SPEAKER, BadgeCategory.PUBLIC,
    BadgeCategory.SERVICE, BadgeCategory.CONTRACTOR, BadgeCategory.ORGANISER,
)  # fmt: skip
"""What the desk gives out. Importers are decided about, exhibitors' staff have a quota: both have ways of their own."""


@dataclass(frozen=True, slots=True)
class VisitorDraft:
    """A visitor as typed. ``consents`` are some of CONSENTS; ``country`` is ISO 3166."""

    name: str
    company_name: str = ""
    email: str = ""
    phone: str = ""
    country: str = "VN"
    category: BadgeCategory = BadgeCategory.TRADE
    consents: Collection[str] = ()
    locale: str = "vi"


def accepts_visitors(fair: Fair) -> bool:
    """Whether visitors can register: as soon as outsiders know of the fair, until it is over."""
    return fair.state in {FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING} and fair.today <= fair.ends_on


def visit_online(fair: Fair, draft: VisitorDraft) -> None:
    """Take the public form: a trade visitor gets the badge by mail, or, with a phone only, at the desk.

    Gives nothing back, on purpose: whoever types an address or a number learns nothing about it. Who is registered
    already gets the badge again. Raises InvalidInput with the field, and RegistrationClosed.
    """
    draft = VisitorDraft(
        draft.name, draft.company_name, draft.email, draft.phone, draft.country, BadgeCategory.TRADE, draft.consents,
        draft.locale,
    )  # fmt: skip
    _check(draft)
    if not draft.email and not draft.phone:
        raise InvalidInput(_l("Please give an e-mail address or a phone number."), field="email")
    if not draft.company_name.strip():
        raise InvalidInput(_l("Please fill this in."), field="company_name")
    if "registration" not in draft.consents:
        raise InvalidInput(_l("Without this we may not keep your registration."), field="consent_registration")
    with transaction():
        _lock(fair)
        known = _known(fair, draft)
        if known is not None:
            send_badge(known, template="again")
            return
        visitor = _new(fair, draft, "web", _PUBLIC)
        send_badge(visitor)


def register_visitor(
    fair: Fair, draft: VisitorDraft, *, by: Actor, source: str = "desk", person: Person | None = None
) -> Visitor:
    """Staff or a program register a visitor, ``person`` when the register has them already.

    Raises InvalidInput with the field, AlreadyRegistered (with the reference) and RegistrationClosed.
    """
    _check(draft)
    with transaction():
        _lock(fair)
        known = visitor_of_person(fair.id, person.id) if person is not None else _known(fair, draft)
        if known is not None:
            raise AlreadyRegistered(field="contact" if person is None else None, reference=known.reference)
        visitor = _new(fair, draft, source, by, person)
        if visitor.person.email:
            send_badge(visitor)
        return visitor


def _lock(fair: Fair) -> None:
    # Two who register the same person at once wait for each other at the fair's row.
    row = db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
    if not accepts_visitors(row):
        raise RegistrationClosed


def _check(draft: VisitorDraft) -> None:
    if not any(letter.isalpha() for letter in draft.name):
        raise InvalidInput(_l("Please write a name."), field="name")
    check_country(draft.country)
    if draft.category not in DESK_CATEGORIES:
        raise InvalidInput(_l("Please choose from the list."), field="category")
    if not set(draft.consents) <= set(CONSENTS):
        raise InvalidInput(field="consents")
    if draft.email:
        normal_email(draft.email)
    normal_phone(draft.phone, draft.country)


def _known(fair: Fair, draft: VisitorDraft) -> Visitor | None:
    email = normal_email(draft.email) if draft.email else ""
    return visitor_by_contact(fair.id, email=email, phone=normal_phone(draft.phone, draft.country))


def _new(fair: Fair, draft: VisitorDraft, source: str, by: Actor, person: Person | None = None) -> Visitor:
    company = _company(draft, by)
    if person is None:
        person = find_or_create_person(
            PersonDraft(
                native_name=draft.name, email=draft.email, phone=draft.phone, country=draft.country,
                company_id=company.id if company else None, locale=draft.locale,
            ),
            by=by,
        )  # fmt: skip
        known = visitor_of_person(fair.id, person.id)
        if known is not None:
            return known
    company = company or person.company
    badge = issue_badge(fair, person, draft.category, company=company, by=by)
    visitor = Visitor(
        fair_id=fair.id, person_id=person.id, company_id=company.id if company else None,
        reference=next_reference(fair.code, "V"), category=draft.category, source=source, badge_id=badge.id,
    )  # fmt: skip
    visitor.fair, visitor.person, visitor.company, visitor.badge = fair, person, company, badge
    db.session.add(visitor)
    db.session.flush()
    for kind in CONSENTS if draft.consents else ():
        record_consent(person, kind, kind in draft.consents, fair_id=fair.id, text_version=CONSENT_TEXTS)
    record("visitors.register", visitor, by=by, after={"source": source, "category": draft.category})
    return visitor


def _company(draft: VisitorDraft, by: Actor) -> Company | None:
    if not draft.company_name.strip():
        return None
    return find_or_create_company(CompanyDraft(name=draft.company_name, country=draft.country), by=by)


def link_for(visitor: Visitor) -> str:
    """A new token of the visitor's own page, valid until half a year after the fair; inside transaction()."""
    fair = visitor.fair
    return new_link(visitor, expires_at=fair.at(fair.ends_on, time(23, 59)) + LINKS_LIVE_AFTER_FAIR)


def send_badge(visitor: Visitor, *, template: str = "registered") -> None:
    """Send badge and link to the visitor's address; without one nothing is sent, the badge waits at the desk."""
    if not visitor.person.email:
        return
    with transaction():
        badge: Badge | None = badge_in_force(visitor.badge)
        valid = badge is not None and badge.state is BadgeState.ACTIVE
        send(
            Notice(
                template=f"visitors/{template}",
                name=visitor.person.display_name,
                email=visitor.person.email,
                locale=visitor.person.locale,
                context={"visitor": visitor, "fair": visitor.fair, "token": link_for(visitor)},
                fair_id=visitor.fair_id,
                attachments=[("badge", badge.id)] if badge is not None and valid else [],
            )
        )
