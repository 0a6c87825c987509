"""Adding invitees and their sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import clean, one_line
from fairs.directory.models import Company, Person
from fairs.directory.service import (
    CompanyDraft,
    PersonDraft,
    check_groups,
    find_or_create_company,
    find_or_create_person,
    record_consent,
)
from fairs.importers.consents import VERSION as CONSENT_TEXTS
from fairs.importers.states import ConsentKind
from fairs.invitations.errors import NotInvitable
from fairs.invitations.models import MOST_A_MINUTE, InvitationTerms, Invitee, MailStop, Source
from fairs.invitations.queries import invitee_with, stopped_people, terms_of
from fairs.invitations.rows import locked_invitee
from fairs.invitations.states import InviteeState, SourceKind
from fairs.invitations.texts import LANGUAGES


@dataclass(frozen=True, slots=True)
class InviteeDraft:
    """Somebody to be invited, known to the directory already."""

    person: Person
    company: Company
    group_codes: str = ""
    locale: str = "en"
    note: str = ""


def source_named(fair: Fair, kind: SourceKind, name: str, *, company: Company | None = None, by: Actor) -> Source:
    """The source of this kind and name at the fair, made when there is none yet."""
    name = one_line(name)[:200]
    with transaction():
        # Two who name the same new source at once wait for each other at the fair's row.
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        query = select(Source).where(Source.fair_id == fair.id, Source.kind == kind, Source.name == name)
        row = db.session.scalar(query)
        if row is None:
            row = Source(fair_id=fair.id, kind=kind, name=name, company_id=company.id if company else None)
            db.session.add(row)
            db.session.flush()
            record("invitations.source", row, by=by, after={"kind": kind, "name": name})
    return row


def add_invitees(
    fair: Fair, drafts: Sequence[InviteeDraft], *, source: Source, by: Actor, import_id: int | None = None
) -> list[Invitee]:
    """Add people to those who are to be invited; one who is there already stays as they are and is not given back.

    Whoever does not want to be written to any more is added as such. A constant number of statements for each call, one line
    in the history for all.
    """
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        wanted = {draft.person.id: draft for draft in drafts}
        known = set(
            db.session.scalars(
                select(Invitee.person_id).where(Invitee.fair_id == fair.id, Invitee.person_id.in_(wanted))
            )
        )
        stopped = stopped_people([person_id for person_id in wanted if person_id not in known])
        rows = [
            Invitee(
                fair_id=fair.id, person_id=draft.person.id, company_id=draft.company.id, source_id=source.id,
                state=InviteeState.STOPPED if person_id in stopped else InviteeState.NEW,
                is_nominated=source.kind is not SourceKind.ORGANISER, country=draft.company.country, group_codes=draft.group_codes, locale=draft.locale,
                note=draft.note, import_id=import_id,
            )
            for person_id, draft in wanted.items() if person_id not in known
        ]  # fmt: skip
        db.session.add_all(rows)
        db.session.flush()
        record("invitations.add", source, by=by, after={"number": len(rows), "import": import_id})
    return rows


@dataclass(frozen=True, slots=True)
class NewInvitee:
    """Somebody as typed, known to the directory or not. ``country`` is ISO 3166."""

    name: str
    company: str
    country: str
    email: str
    passport_name: str = ""
    job_title: str = ""
    groups: Sequence[str] = ()
    locale: str = "en"
    note: str = ""


def draft_of(typed: NewInvitee, *, by: Actor) -> InviteeDraft:
    """Person and company of the directory for somebody who was typed, made when there are none. Raises InvalidInput.

    Inside transaction().
    """
    if not any(letter.isalpha() for letter in typed.name):
        raise InvalidInput(_l("Please write a name."), field="name")
    if not clean(typed.company):
        raise InvalidInput(_l("Please fill this in."), field="company")
    if not typed.email:
        raise InvalidInput(_l("Please fill this in."), field="email")
    locale = typed.locale if typed.locale in LANGUAGES else "en"
    groups = check_groups(typed.groups, field="groups")
    company = find_or_create_company(CompanyDraft(name=typed.company, country=typed.country), by=by)
    person = find_or_create_person(
        PersonDraft(
            native_name=typed.name, passport_name=typed.passport_name, email=typed.email, country=typed.country,
            job_title=typed.job_title, company_id=company.id, locale=locale,
        ), by=by,
    )  # fmt: skip
    return InviteeDraft(person, company, groups, locale, clean(typed.note))


def add_by_hand(fair: Fair, typed: NewInvitee, *, source: Source, by: Actor) -> Invitee:
    """Add one person; raises InvalidInput with the field, also for one who is on the list already."""
    with transaction():
        address = normal_email(typed.email) if typed.email else ""
        known = invitee_with(fair.id, email=address) if address else None
        rows = [] if known else add_invitees(fair, [draft_of(typed, by=by)], source=source, by=by)
        if not rows:
            raise InvalidInput(_l("This person is on the list already."), field="email")
        record("invitations.added", rows[0], by=by, after={"source": source.name})
        return rows[0]


def correct_address(invitee: Invitee, email: str, *, by: Actor) -> Invitee:
    """Set the e-mail address of an invitee; what was undeliverable can be invited again. Raises InvalidInput."""
    with transaction():
        row = locked_invitee(invitee.id)
        address = normal_email(email) if email else ""
        if not address:
            raise InvalidInput(_l("Please fill this in."), field="email")
        person = db.session.get_one(Person, row.person_id, with_for_update=MINE, populate_existing=True)
        before, person.email = person.email, address
        row.problem = ""
        db.session.flush()
        record("invitations.address", row, by=by, before={"email": before}, after={"email": address})
        return row


def mark_unreachable(invitee: Invitee, reason: str, *, by: Actor) -> bool:
    """Mail to an invitee does not arrive; False when that changes nothing (answered meanwhile, or known). Inside transaction()."""
    row = locked_invitee(invitee.id)
    if not row.may_move_to(InviteeState.UNREACHABLE):
        return False
    row.move_to(InviteeState.UNREACHABLE)
    row.problem, row.problem_at = one_line(reason)[:300], now()
    record("invitations.unreachable", row, by=by, after={"reason": row.problem})
    return True


def stop_writing(invitee: Invitee, *, by: Actor, outsider: bool = False) -> Invitee:
    """Never invite this person again, to any fair: on each list where they stand they are marked. Doing it twice changes nothing."""
    with transaction():
        row = locked_invitee(invitee.id)
        person = row.person
        email = person.email or f"person-{person.id}"
        known = db.session.scalar(select(MailStop.id).where(MailStop.email == email))
        if known is None:
            stop = MailStop(email=email, person_id=person.id, fair_id=row.fair_id, by_name=by.label[:250])
            db.session.add(stop)
            db.session.flush()
            if outsider:
                record_consent(person, ConsentKind.MAILINGS, False, fair_id=row.fair_id, text_version=CONSENT_TEXTS)
        same = [person.id]
        if person.email:
            same += db.session.scalars(select(Person.id).where(Person.email == person.email)).all()
        others = db.session.scalars(
            select(Invitee)
            .where(Invitee.person_id.in_(same), Invitee.state.notin_((InviteeState.REGISTERED, InviteeState.STOPPED)))
            .order_by(Invitee.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        ).all()
        for other in others:
            other.move_to(InviteeState.STOPPED)
            record("invitations.stop", other, by=by)
        return row


def require_stoppable(invitee: Invitee) -> None:
    """Raise NotInvitable for one who is registered: they came, and are not on the list any more."""
    if invitee.state in {InviteeState.REGISTERED, InviteeState.STOPPED}:
        raise NotInvitable(_l("There is nothing to stop: registered, or stopped already."))


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """How a fair invites: mails in a minute, colleagues of a company, buyers that an exhibitor may name for each booth."""

    per_minute: int
    delegates_most: int
    exhibitor_quota: int
    exhibitors_at_once: bool


def save_terms(fair: Fair, draft: TermsDraft, *, by: Actor) -> InvitationTerms:
    """Set how the fair invites. Raises InvalidInput with the field."""
    for name, least, most in (("per_minute", 1, MOST_A_MINUTE), ("delegates_most", 0, 20), ("exhibitor_quota", 0, 100)):
        if not least <= getattr(draft, name) <= most:
            raise InvalidInput(_l("Between %(min)s and %(max)s.", min=least, max=most), field=name)
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=MINE, populate_existing=True)
        row = terms_of(fair.id)
        after = {
            "per_minute": draft.per_minute, "delegates_most": draft.delegates_most,
            "exhibitor_quota": draft.exhibitor_quota, "exhibitors_at_once": draft.exhibitors_at_once,
        }  # fmt: skip
        for name, value in after.items():
            setattr(row, name, value)
        db.session.add(row)
        db.session.flush()
        record("invitations.terms", row, by=by, after=after)
        return row
