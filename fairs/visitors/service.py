"""Registering visitors: the badge is theirs at once, save to press, which the organiser approves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.badges.queries import active_badge
from fairs.badges.service import issue_badge, revoke_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.links import new_link
from fairs.core.sequences import next_reference
from fairs.core.storage import Upload, judge, store_upload
from fairs.core.text import fold, name_language, one_line
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
from fairs.questions.service import check_answer
from fairs.visitors.asking import asked_of, keep_answers
from fairs.visitors.consents import CONSENT_TEXTS, CONSENTS
from fairs.visitors.errors import AlreadyRegistered, RegistrationClosed
from fairs.visitors.models import Visitor, VisitorGroup, VisitorKiosk
from fairs.visitors.queries import badge_in_force, visitor_by_contact, visitor_of_person
from fairs.visitors.states import VisitorState

LINKS_LIVE_AFTER_FAIR = timedelta(days=180)
PUBLIC = Actor(None, "web")

DESK_CATEGORIES = (
    BadgeCategory.TRADE, BadgeCategory.PRESS, BadgeCategory.VIP, BadgeCategory.SPEAKER, BadgeCategory.PUBLIC,
    BadgeCategory.SERVICE, BadgeCategory.CONTRACTOR, BadgeCategory.ORGANISER,
)  # fmt: skip
"""What the desk gives out. Importers are decided about, exhibitors' staff have a quota: both have ways of their own."""


@dataclass(frozen=True, slots=True)
class VisitorDraft:
    """A visitor as typed. ``consents`` are some of CONSENTS; ``country`` is ISO 3166; the company of press is its outlet.

    ``answers``: by question of the fair, as ``questions.service`` takes them.
    """

    name: str
    company_name: str = ""
    email: str = ""
    phone: str = ""
    country: str = "VN"
    category: BadgeCategory = BadgeCategory.TRADE
    consents: Collection[str] = ()
    locale: str = "vi"
    press_card: str = ""
    press_file: Upload | None = None
    answers: Mapping[int, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a registration came from: ``source`` as in lists.SOURCES, with the group or kiosk."""

    source: str = "desk"
    group: VisitorGroup | None = None
    kiosk: VisitorKiosk | None = None

    @property
    def is_own_word(self) -> bool:
        """Whether nobody of the staff has seen the person: press then waits for approval."""
        return self.source in {"web", "group", "kiosk"}


def accepts_visitors(fair: Fair) -> bool:
    """Whether visitors can register: as soon as outsiders know of the fair, until it is over."""
    return fair.state in {FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING} and fair.today <= fair.ends_on


def visit_online(fair: Fair, draft: VisitorDraft, *, origin: Origin | None = None) -> Visitor | None:
    """Take the public form: a trade visitor gets the badge by mail, or, with a phone only, at the desk; press is approved first.

    Gives the new registration, or None for who was registered already and gets the badge again by mail: a page never says
    which, since whoever types an address or a number shall learn nothing about it. Raises InvalidInput with the field,
    and RegistrationClosed.
    """
    if draft.category is not BadgeCategory.PRESS:
        draft = replace(draft, category=BadgeCategory.TRADE, press_card="", press_file=None)
    _check(draft)
    check_public(draft)
    questions = asked_of(fair.id, draft.category)
    for question in questions:
        check_answer(question, draft.answers.get(question.id))
    with transaction():
        lock_fair(fair)
        known = known_by_contact(fair, draft)
        if known is not None:
            come_back(known, draft)
            return None
        visitor = add_visitor(fair, draft, origin or Origin("web"), PUBLIC)
        greet(visitor)
        return visitor


def check_public(draft: VisitorDraft) -> None:
    """Raise InvalidInput for what a form without staff must hold: a way to reach them, a company, the consent, a press card."""
    if not draft.email and (not draft.phone or draft.category is BadgeCategory.PRESS):
        if draft.category is BadgeCategory.PRESS:
            raise InvalidInput(_l("The answer comes by e-mail: please give an address."), field="email")
        raise InvalidInput(_l("Please give an e-mail address or a phone number."), field="email")
    if not draft.company_name.strip():
        raise InvalidInput(_l("Please fill this in."), field="company_name")
    if draft.category is BadgeCategory.PRESS and not draft.press_card.strip() and draft.press_file is None:
        raise InvalidInput(_l("Give the number of your press card, or a picture of it."), field="press_card")
    if "registration" not in draft.consents:
        raise InvalidInput(_l("Without this we may not keep your registration."), field="consent_registration")


def come_back(known: Visitor, draft: VisitorDraft) -> None:
    """Who is registered gets the badge again; who was refused or withdrew begins anew. Inside transaction()."""
    if known.state is VisitorState.REFUSED and draft.category is BadgeCategory.PRESS:
        known.move_to(VisitorState.PENDING)
        _keep_press(known, draft)
        record("visitors.apply_again", known, by=PUBLIC)
        greet(known)
    elif known.state is VisitorState.WITHDRAWN:
        known.move_to(VisitorState.REGISTERED)
        _give_badge(known, PUBLIC)
        _keep_consents(known, draft)
        record("visitors.come_back", known, by=PUBLIC)
        greet(known)
    elif known.state is VisitorState.REGISTERED:
        send_badge(known, template="again")
    else:
        greet(known)


def register_visitor(
    fair: Fair,
    draft: VisitorDraft,
    *,
    by: Actor,
    source: str = "desk",
    person: Person | None = None,
    is_another: bool = False,
) -> Visitor:
    """Staff or a program register a visitor, ``person`` when the register has them already.

    ``is_another``: the desk has looked, it is another person with the same phone or e-mail; who has the same name as well
    stays the same person. Raises InvalidInput with the field, AlreadyRegistered (with the reference) and RegistrationClosed.
    """  # fmt: skip
    _check(draft)
    with transaction():
        lock_fair(fair)
        known = visitor_of_person(fair.id, person.id) if person is not None else known_by_contact(fair, draft)
        if known is not None and is_another and fold(known.person.native_name) != fold(draft.name):
            known = None
        if known is not None and known.state in {VisitorState.WITHDRAWN, VisitorState.REFUSED, VisitorState.PENDING}:
            # Staff see the person: whatever was asked for before, they are registered now.
            known.move_to(VisitorState.REGISTERED)
            known.category, known.decided_at = draft.category, now()
            _give_badge(known, by)
            record("visitors.register", known, by=by, after={"source": source, "category": draft.category})
            return known
        if known is not None:
            raise AlreadyRegistered(field="contact" if person is None else None, reference=known.reference)
        visitor = add_visitor(fair, draft, Origin(source), by, person)
        if visitor.person.email:
            send_badge(visitor)
        return visitor


def lock_fair(fair: Fair) -> Fair:
    """The fair's row, locked: two who register the same person at once wait here. Raises RegistrationClosed."""
    row = db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
    if not accepts_visitors(row):
        raise RegistrationClosed
    return row


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
    if len(draft.press_card) > 60:
        raise InvalidInput(_l("At most %(max)d characters.", max=60), field="press_card")
    if draft.press_file is not None:
        judge(draft.press_file, field="press_file")


def known_by_contact(fair: Fair, draft: VisitorDraft) -> Visitor | None:
    """Who is registered with the e-mail, else the phone, of a draft."""
    email = normal_email(draft.email) if draft.email else ""
    return visitor_by_contact(fair.id, email=email, phone=normal_phone(draft.phone, draft.country))


def add_visitor(fair: Fair, draft: VisitorDraft, origin: Origin, by: Actor, person: Person | None = None) -> Visitor:
    """Write a checked registration; press that nobody of the staff has seen waits for approval. Inside transaction()."""
    company = _company(draft, by)
    if person is None:
        person = find_or_create_person(
            PersonDraft(
                native_name=draft.name, email=draft.email, phone=draft.phone, country=draft.country,
                company_id=company.id if company else None, locale=draft.locale,
                # Who registers in Japanese, at a kiosk that asks for no country, has their name in Japanese glyphs.
                name_language=name_language(draft.name, "JP") if draft.locale == "ja" else "",
            ),
            by=by,
        )  # fmt: skip
        known = visitor_of_person(fair.id, person.id)
        if known is not None:
            return known
    company = company or person.company
    waits = draft.category is BadgeCategory.PRESS and origin.is_own_word
    visitor = Visitor(
        fair_id=fair.id, person_id=person.id, company_id=company.id if company else None,
        reference=next_reference(fair.code, "V"), category=draft.category, source=origin.source,
        state=VisitorState.PENDING if waits else VisitorState.REGISTERED,
        group_id=origin.group.id if origin.group else None, kiosk_id=origin.kiosk.id if origin.kiosk else None,
    )  # fmt: skip
    visitor.fair, visitor.person, visitor.company, visitor.group = fair, person, company, origin.group
    _keep_press(visitor, draft)
    db.session.add(visitor)
    db.session.flush()
    if not waits:
        _give_badge(visitor, by)
    _keep_consents(visitor, draft)
    keep_answers(visitor, draft.answers)
    record("visitors.register", visitor, by=by, after={"source": origin.source, "category": draft.category})
    return visitor


def _keep_press(visitor: Visitor, draft: VisitorDraft) -> None:
    visitor.press_card = one_line(draft.press_card)
    if draft.press_file is not None:
        visitor.press_file = store_upload(draft.press_file, field="press_file")


def _keep_consents(visitor: Visitor, draft: VisitorDraft) -> None:
    for kind in CONSENTS if draft.consents else ():
        record_consent(
            visitor.person, kind, kind in draft.consents, fair_id=visitor.fair_id, text_version=CONSENT_TEXTS
        )


def _give_badge(visitor: Visitor, by: Actor) -> None:
    badge = active_badge(visitor.fair_id, visitor.person_id)
    if badge is None:
        badge = issue_badge(visitor.fair, visitor.person, visitor.category, company=visitor.company, by=by)
    visitor.badge_id, visitor.badge = badge.id, badge


def approve_press(visitor: Visitor, *, by: Actor) -> Visitor:
    """Press is who they say: the badge goes out. Raises InvalidTransition."""
    with transaction():
        row = _locked(visitor)
        row.move_to(VisitorState.REGISTERED)
        row.decided_at, row.decision_note = now(), ""
        _give_badge(row, by)
        record("visitors.approve", row, by=by)
        send_badge(row)
        return row


def refuse_press(visitor: Visitor, reason: str, *, by: Actor) -> Visitor:
    """No press badge; the reason goes out with the mail. Raises InvalidInput (``reason``) and InvalidTransition."""
    reason = one_line(reason)[:400]
    if not reason:
        raise InvalidInput(_l("Please say why: they read it."), field="reason")
    with transaction():
        row = _locked(visitor)
        row.move_to(VisitorState.REFUSED)
        row.decided_at, row.decision_note = now(), reason
        record("visitors.refuse", row, by=by, after={"reason": reason})
        _write(row, "press_refused", reason=reason)
        return row


def withdraw_visitor(visitor: Visitor, *, by: Actor) -> Visitor:
    """They do not want to be registered any more: the badge opens nothing. Raises InvalidTransition."""
    with transaction():
        row = _locked(visitor)
        row.move_to(VisitorState.WITHDRAWN)
        badge = badge_in_force(row.badge)
        if badge is not None and badge.state is BadgeState.ACTIVE:
            revoke_badge(badge, str(_l("Registration withdrawn")), by=by)
        record("visitors.withdraw", row, by=by)
        return row


def _locked(visitor: Visitor) -> Visitor:
    return db.session.get_one(Visitor, visitor.id, with_for_update=MINE, populate_existing=True)


def _company(draft: VisitorDraft, by: Actor) -> Company | None:
    if not draft.company_name.strip():
        return None
    return find_or_create_company(CompanyDraft(name=draft.company_name, country=draft.country), by=by)


def greet(visitor: Visitor) -> None:
    """The first mail: the badge, or that the press card is looked at."""
    if visitor.state is VisitorState.PENDING:
        _write(visitor, "press_received")
    else:
        send_badge(visitor)


def link_for(visitor: Visitor) -> str:
    """A new token of the visitor's own page, valid until half a year after the fair; inside transaction()."""
    return new_link(visitor, expires_at=links_end(visitor.fair))


def links_end(fair: Fair) -> datetime:
    """Until when links of visitors and groups open their pages."""
    return fair.at(fair.ends_on, time(23, 59)) + LINKS_LIVE_AFTER_FAIR


def send_badge(visitor: Visitor, *, template: str = "registered") -> None:
    """Send badge and link to the visitor's address; without one nothing is sent, the badge waits at the desk."""
    badge: Badge | None = badge_in_force(visitor.badge)
    valid = badge is not None and badge.state is BadgeState.ACTIVE
    _write(visitor, template, attachments=[("badge", badge.id)] if badge is not None and valid else [])


def _write(visitor: Visitor, template: str, *, attachments: Sequence[tuple[str, int]] = (), **context: Any) -> None:
    if not visitor.person.email:
        return
    with transaction():
        send(
            Notice(
                template=f"visitors/{template}",
                name=visitor.person.display_name,
                email=visitor.person.email,
                locale=visitor.person.locale,
                context={"visitor": visitor, "fair": visitor.fair, "token": link_for(visitor), **context},
                fair_id=visitor.fair_id,
                attachments=list(attachments),
            )
        )
