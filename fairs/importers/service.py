"""Registering importers, confirming their e-mail, deciding about them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.badges.service import issue_badge, revoke_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.errors import FairCancelled
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.events import publish
from fairs.core.links import new_link
from fairs.core.sequences import next_reference
from fairs.core.text import clean, is_latin
from fairs.directory.models import Person
from fairs.directory.service import (
    CompanyDraft,
    PersonDraft,
    check_country,
    check_groups,
    find_or_create_company,
    find_or_create_person,
    record_consent,
    save_person,
)
from fairs.importers.consents import VERSION as CONSENT_TEXTS
from fairs.importers.errors import AlreadyRegistered, RegistrationClosed
from fairs.importers.events import ImporterApproved, ImporterChanged, ImporterEnded, ImporterRegistered
from fairs.importers.models import Importer
from fairs.importers.queries import badge_of, importer_by_email, importer_of_person
from fairs.importers.states import AnnualVolume, BuyerKind, ConsentKind, ImporterState, SupportWish
from fairs.messages.service import Notice, send

CONFIRM_WITHIN = timedelta(days=7)
LINKS_LIVE_AFTER_FAIR = timedelta(days=180)
_PUBLIC = Actor(None, "web")


@dataclass(frozen=True, slots=True)
class Profile:
    """What an importer tells of their business and wishes; see Registration."""

    buyer_kind: str = BuyerKind.IMPORTER.value
    annual_volume: str = ""
    group_codes: Collection[str] = ()
    looking_for: str = ""
    past_customers: str = ""
    meeting_wishes: str = ""
    stays_from: date | None = None
    stays_to: date | None = None
    home_airport: str = ""


@dataclass(frozen=True, slots=True)
class Registration:
    """What an importer tells us. ``country`` is ISO 3166, ``consents`` are values of ConsentKind.

    ``stays_from`` to ``stays_to`` are the days at the fair, ``support_wanted`` is both, travel, hotel or empty,
    ``home_airport`` an IATA code.
    """

    company_name: str
    country: str
    native_name: str
    passport_name: str
    email: str = ""
    phone: str = ""
    website: str = ""
    badge_name: str = ""
    job_title: str = ""
    buyer_kind: str = BuyerKind.IMPORTER.value
    group_codes: Collection[str] = ()
    annual_volume: str = ""
    looking_for: str = ""
    consents: Collection[str] = ()
    locale: str = "en"
    past_customers: str = ""
    stays_from: date | None = None
    stays_to: date | None = None
    meeting_wishes: str = ""
    support_wanted: str = ""
    home_airport: str = ""


def working_days_after(day: date, count: int) -> date:
    """The day ``count`` working days after ``day``; Saturdays and Sundays do not count, public holidays do."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def accepts_registrations(fair: Fair) -> bool:
    """Whether importers and visitors can register: as soon as outsiders know of the fair, until it is over."""
    return fair.state in {FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING} and fair.today <= fair.ends_on


def register_online(fair: Fair, draft: Registration) -> None:
    """Take the public form and send the link that confirms the address.

    Gives nothing back, on purpose: whoever types an address learns nothing about it. An address that is registered
    for the fair already gets its link again. Raises InvalidInput with the field, and RegistrationClosed.
    """
    if not draft.email:
        raise InvalidInput(_l("Please fill this in."), field="email")
    _check(draft, fair)
    with transaction():
        _lock(fair)
        known = importer_by_email(fair.id, normal_email(draft.email))
        if known is not None:
            send_link(known)
            return
        importer = _new(fair, draft, ImporterState.UNCONFIRMED, "web", _PUBLIC)
        _notify(importer, "confirm", now() + CONFIRM_WITHIN)


def register_importer(
    fair: Fair,
    draft: Registration,
    *,
    by: Actor,
    source: str = "desk",
    invited_by: str = "",
    person: Person | None = None,
) -> Importer:
    """Staff, a program or an invited person register an importer: nothing to confirm, the decision is asked for at once.

    The e-mail may be empty. ``person`` is who it is where that is known, ``invited_by`` the name of who brought them.
    Raises InvalidInput with the field, AlreadyRegistered and RegistrationClosed.
    """
    _check(draft, fair)
    with transaction():
        _lock(fair)
        if draft.email and importer_by_email(fair.id, normal_email(draft.email)) is not None:
            raise AlreadyRegistered(field="email")
        importer = _new(fair, draft, ImporterState.SUBMITTED, source, by, invited_by=invited_by, person=person)
        _submit(importer, by)
        _notify(importer, "received")
        return importer


def _lock(fair: Fair) -> None:
    # Two who register the same person at once wait for each other at the fair's row.
    row = db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
    if not accepts_registrations(row):
        raise RegistrationClosed


def offers_support(fair: Fair) -> bool:
    """Whether buyers of this fair may ask for travel and hotel, and are asked for what is needed to decide on that."""
    return fair.kind == "trade"


def _check(draft: Registration, fair: Fair) -> None:
    if not clean(draft.company_name):
        raise InvalidInput(_l("Please fill this in."), field="company_name")
    if not any(letter.isalpha() for letter in draft.native_name):
        raise InvalidInput(_l("Please write a name."), field="native_name")
    if not is_latin(draft.passport_name):
        raise InvalidInput(
            _l("Please use Latin letters only, as in the passport: for example “Tanaka Hanako”."), field="passport_name"
        )
    if any(character.isdigit() for character in draft.passport_name):
        raise InvalidInput(_l("A name has no digits."), field="passport_name")
    check_country(draft.country)
    if not set(draft.consents) <= set(ConsentKind):
        raise InvalidInput(field="consents")
    if ConsentKind.REGISTRATION not in draft.consents:
        raise InvalidInput(_l("Without this we may not keep your registration."), field="consent_registration")
    if draft.support_wanted and draft.support_wanted not in set(SupportWish):
        raise InvalidInput(_l("Please choose from the list."), field="support_wanted")
    check_profile(draft, fair)


def check_profile(draft: Registration | Profile, fair: Fair) -> None:
    """Raise InvalidInput at the field of business, volume, days or airport that cannot be."""
    if draft.buyer_kind not in set(BuyerKind):
        raise InvalidInput(_l("Please choose from the list."), field="buyer_kind")
    if draft.annual_volume and draft.annual_volume not in set(AnnualVolume):
        raise InvalidInput(_l("Please choose from the list."), field="annual_volume")
    airport = draft.home_airport.strip()
    if airport and not (len(airport) == 3 and airport.isascii() and airport.isalpha()):
        raise InvalidInput(_l("Write the three letters of the airport, for example NRT."), field="home_airport")
    for name in ("stays_from", "stays_to"):
        day = getattr(draft, name)
        if day is not None and not fair.starts_on <= day <= fair.ends_on:
            raise InvalidInput(_l("Choose a day of the fair."), field=name)
    if draft.stays_from and draft.stays_to and draft.stays_to < draft.stays_from:
        raise InvalidInput(_l("The last day cannot be before the first."), field="stays_to")


def _person_draft(draft: Registration, company_id: int) -> PersonDraft:
    return PersonDraft(
        native_name=draft.native_name, passport_name=clean(draft.passport_name), badge_name=draft.badge_name,
        email=draft.email, phone=draft.phone, country=draft.country, job_title=draft.job_title, company_id=company_id,
        locale=draft.locale,
    )  # fmt: skip


def _new(
    fair: Fair, draft: Registration, state: ImporterState, source: str, by: Actor, *, invited_by: str = "",
    person: Person | None = None,
) -> Importer:  # fmt: skip
    groups = check_groups(draft.group_codes)
    company = find_or_create_company(
        CompanyDraft(name=draft.company_name, country=draft.country, website=draft.website, group_codes=()), by=by
    )
    told = _person_draft(draft, company.id)
    person = person or find_or_create_person(told, by=by)
    known = importer_of_person(fair.id, person.id)
    if known is not None:
        raise AlreadyRegistered(field="native_name")
    importer = Importer(
        fair_id=fair.id, company_id=company.id, person_id=person.id,
        reference=next_reference(fair.code, "I"), state=state,
        buyer_kind=draft.buyer_kind, group_codes=groups, annual_volume=draft.annual_volume,
        looking_for=clean(draft.looking_for), locale=draft.locale, source=source, invited_by=invited_by[:200],
        past_customers=clean(draft.past_customers), stays_from=draft.stays_from, stays_to=draft.stays_to,
        meeting_wishes=clean(draft.meeting_wishes), support_wanted=draft.support_wanted,
        home_airport=draft.home_airport.strip().upper(),
        answers={"person": asdict(told), "consents": sorted(draft.consents)},
    )  # fmt: skip
    importer.company, importer.person, importer.fair = company, person, fair
    db.session.add(importer)
    db.session.flush()
    record("importers.register", importer, by=by, after={"source": source, "country": company.country})
    return importer


def _submit(importer: Importer, by: Actor) -> None:
    answers: dict[str, Any] = importer.answers or {}
    if answers:
        save_person(PersonDraft(**answers["person"]), by=by, person=importer.person)
        for kind in ConsentKind:
            given = kind in answers["consents"]
            record_consent(importer.person, kind, given, fair_id=importer.fair_id, text_version=CONSENT_TEXTS)
    importer.answers = None
    importer.confirmed_at = now()
    importer.decide_by = working_days_after(importer.fair.today, importer.fair.importer_reply_days)
    db.session.flush()
    publish(ImporterRegistered(importer, by))


def link_for(importer: Importer, expires_at: datetime | None = None) -> str:
    """A new token of the importer's own page, valid until half a year after the fair; inside transaction()."""
    fair = importer.fair
    return new_link(importer, expires_at=expires_at or fair.at(fair.ends_on, time(23, 59)) + LINKS_LIVE_AFTER_FAIR)


def _notify(importer: Importer, template: str, expires_at: datetime | None = None, **context: Any) -> None:
    badge = badge_of(importer)
    valid = badge is not None and badge.state is BadgeState.ACTIVE
    send(
        Notice(
            template=f"importers/{template}",
            name=importer.person.display_name,
            email=importer.person.email or None,
            locale=importer.locale,
            context={"importer": importer, "fair": importer.fair, "token": link_for(importer, expires_at), **context},
            fair_id=importer.fair_id,
            attachments=[("badge", badge.id)] if badge is not None and valid else [],
        )
    )


def send_link(importer: Importer) -> None:
    """Send the importer a link to their page once more, by the state they are in; earlier links stay valid."""
    with transaction():
        # Not locked: the public form comes here with the fair's row locked, and approving locks the other way round.
        row = db.session.get_one(Importer, importer.id, populate_existing=True)
        if row.state is ImporterState.UNCONFIRMED:
            _notify(row, "confirm", now() + CONFIRM_WITHIN)
        else:
            _notify(row, "again")


def _locked(importer: Importer) -> Importer:
    return db.session.get_one(Importer, importer.id, with_for_update=True, populate_existing=True)


def confirm_email(importer: Importer) -> Importer:
    """The address is theirs: ask for the decision. Doing it twice changes nothing; raises InvalidTransition, FairCancelled."""
    with transaction():
        row = _locked(importer)
        if row.state in {ImporterState.SUBMITTED, ImporterState.APPROVED}:
            return row
        if row.fair.is_cancelled:
            raise FairCancelled
        row.move_to(ImporterState.SUBMITTED)
        by = Actor(None, row.reference)
        _submit(row, by)
        record("importers.confirm", row, by=by, after={"decide_by": row.decide_by})
        _notify(row, "received")
        return row


def change_profile(importer: Importer, draft: Profile, *, by: Actor) -> Importer:
    """Correct what an importer told of their business and wishes, as after a call. What is the same is not touched.

    Raises InvalidInput with the field, and InvalidTransition for a registration that has ended.
    """
    check_profile(draft, importer.fair)
    groups = check_groups(draft.group_codes)
    with transaction():
        row = _locked(importer)
        if row.state not in (ImporterState.SUBMITTED, ImporterState.APPROVED):
            raise InvalidTransition(**{"from": str(row.state)})
        told = {
            "buyer_kind": draft.buyer_kind, "annual_volume": draft.annual_volume, "group_codes": groups,
            "looking_for": clean(draft.looking_for), "past_customers": clean(draft.past_customers),
            "meeting_wishes": clean(draft.meeting_wishes), "stays_from": draft.stays_from, "stays_to": draft.stays_to,
            "home_airport": draft.home_airport.strip().upper(),
        }  # fmt: skip
        before = {name: getattr(row, name) for name, value in told.items() if getattr(row, name) != value}
        if before:
            for name in before:
                setattr(row, name, told[name])
            db.session.flush()
            record("importers.change", row, by=by, before=before, after={name: told[name] for name in before})
            publish(ImporterChanged(row, by))
    return row


def approve_importer(importer: Importer, *, by: Actor) -> Importer:
    """Approve: badge, mail with it, page. Doing it twice issues one badge; raises InvalidTransition otherwise."""
    with transaction():
        row = _locked(importer)
        if row.state is ImporterState.APPROVED:
            return row
        row.move_to(ImporterState.APPROVED)
        badge = issue_badge(row.fair, row.person, BadgeCategory.IMPORTER, company=row.company, by=by)
        row.badge_id = badge.id
        row.badge = badge
        row.decided_at, row.decided_by_id = now(), by.user_id
        db.session.flush()
        record("importers.approve", row, by=by, after={"badge": badge.reference})
        _notify(row, "approved")
        publish(ImporterApproved(row, by))
        return row


def refuse_importer(importer: Importer, reason: str, *, by: Actor) -> Importer:
    """Refuse with a reason that the importer reads; raises InvalidInput and InvalidTransition."""
    if not clean(reason):
        raise InvalidInput(_l("Please give the reason: the importer reads it."), field="reason")
    with transaction():
        row = _locked(importer)
        row.move_to(ImporterState.REFUSED)
        row.decision_note = clean(reason)[:2000]
        row.decided_at, row.decided_by_id = now(), by.user_id
        record("importers.refuse", row, by=by, after={"reason": row.decision_note})
        _notify(row, "refused")
        publish(ImporterEnded(row, by, row.decision_note))
        return row


def withdraw_importer(importer: Importer, *, by: Actor | None = None) -> Importer:
    """The importer does not come; a badge that was issued opens nothing any more. Raises InvalidTransition."""
    with transaction():
        row = _locked(importer)
        actor = by or Actor(None, row.reference)
        row.move_to(ImporterState.WITHDRAWN)
        badge = badge_of(row)
        if badge is not None and badge.state is BadgeState.ACTIVE:
            revoke_badge(badge, "Withdrawn", by=actor)
        record("importers.withdraw", row, by=actor)
        publish(ImporterEnded(row, actor, "Withdrawn"))
        return row
