"""What an invitee answers with the link of a mail. Opening the link changes nothing: mail scanners open links, too."""

from __future__ import annotations

from dataclasses import replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.links import AccessLink
from fairs.core.text import clean
from fairs.core.tokens import digest
from fairs.directory.service import PersonDraft, find_or_create_person
from fairs.importers.errors import AlreadyRegistered
from fairs.importers.models import Importer
from fairs.importers.queries import importer_by_email, importer_of_person
from fairs.importers.service import (
    Registration,
    accepts_registrations,
    confirm_email,
    register_importer,
    send_link,
)
from fairs.importers.states import ImporterState
from fairs.invitations.errors import InvitationExpired, InvitationsClosed, NewerMail, TooManyDelegates
from fairs.invitations.mails import invite
from fairs.invitations.models import Invitee
from fairs.invitations.queries import invitee_with, terms_of
from fairs.invitations.rows import locked_invitee
from fairs.invitations.service import InviteeDraft, add_invitees, stop_writing
from fairs.invitations.states import DeclineReason, InviteeState

S = InviteeState
MOST_HANDOVERS = 5
"""How often an invitation may be handed on within a company."""


def invitee_by_token(token: str, *, any_age: bool = False) -> Invitee:
    """Whose link it is. Raises NotFound, NewerMail and InvitationExpired; with ``any_age`` an earlier link will do."""
    link = db.session.scalar(select(AccessLink).where(AccessLink.token_hash == digest(token)))
    found = db.session.get(Invitee, link.subject_id) if link is not None and link.subject_type == "Invitee" else None
    if link is None or found is None:
        raise NotFound
    if any_age:
        return found
    if found.token_hash != link.token_hash:
        raise NewerMail
    if link.expires_at <= now():
        raise InvitationExpired
    return found


def _by(invitee: Invitee) -> Actor:
    return Actor(None, invitee.person.display_name[:200])


def _open(token: str) -> Invitee:
    """The invitee, locked, at a fair that takes registrations. Inside transaction()."""
    row = locked_invitee(invitee_by_token(token).id)
    if not accepts_registrations(row.fair):
        raise InvitationsClosed
    return row


def accept(token: str) -> Invitee:
    """They want to come; the registration follows. Doing it twice changes nothing."""
    with transaction():
        row = _open(token)
        if row.state not in {S.ACCEPTED, S.REGISTERED, S.STOPPED}:
            row.move_to(S.ACCEPTED)
            row.replied_at, row.decline_kind, row.decline_reason = now(), "", ""
            record("invitations.accept", row, by=_by(row))
        return row


def decline(token: str, kind: str, reason: str) -> Invitee:
    """They do not come. Raises InvalidInput for an unknown kind, InvalidTransition for one who is registered."""
    if kind not in set(DeclineReason):
        raise InvalidInput(_l("Please choose from the list."), field="kind")
    with transaction():
        row = _open(token)
        if row.state is not S.DECLINED:
            row.move_to(S.DECLINED)
        row.replied_at, row.decline_kind, row.decline_reason = now(), kind, clean(reason)[:400]
        record("invitations.decline", row, by=_by(row), after={"kind": kind, "reason": row.decline_reason})
        return row


def delegate(token: str, name: str, email: str) -> Invitee:
    """A colleague comes instead and is written to with a link of their own. Raises InvalidInput, TooManyDelegates."""
    with transaction():
        first, colleague = _named(token, name, email, is_delegate=False)
        if first.state is not S.DELEGATED:
            first.move_to(S.DELEGATED)
        first.replied_at = now()
        record("invitations.delegate", first, by=_by(first), after={"to": colleague.id})
        return first


def bring_colleague(token: str, name: str, email: str) -> Invitee:
    """A colleague comes as well. Raises InvalidInput, TooManyDelegates."""
    with transaction():
        first, colleague = _named(token, name, email, is_delegate=True)
        record("invitations.bring", first, by=_by(first), after={"whom": colleague.id})
        return first


def _named(token: str, name: str, email: str, *, is_delegate: bool) -> tuple[Invitee, Invitee]:
    opened = invitee_by_token(token)
    # Two who name at once wait here; adding to the list asks for the same lock.
    db.session.get_one(Fair, opened.fair_id, with_for_update=True, populate_existing=True)
    row = _open(token)
    if row.state is S.STOPPED:
        raise InvitationsClosed
    if not any(letter.isalpha() for letter in name):
        raise InvalidInput(_l("Please write a name."), field="name")
    if not email:
        raise InvalidInput(_l("Please fill this in."), field="email")
    address = normal_email(email)
    if address == row.person.email:
        raise InvalidInput(_l("This is your own address."), field="email")
    known = invitee_with(row.fair_id, email=address)
    if known is not None:
        if known.state is S.NEW:
            invite(known, by=_by(row), notice="invitations/delegated" if known.delegated_from_id else "")
        return row, known
    _check_number(row, is_delegate)
    person = find_or_create_person(
        PersonDraft(
            native_name=name, email=address, country=row.company.country, company_id=row.company_id, locale=row.locale
        ), by=_by(row),
    )  # fmt: skip
    draft = InviteeDraft(person, row.company, row.group_codes, row.locale)
    [colleague] = add_invitees(row.fair, [draft], source=row.source, by=_by(row))
    colleague.delegated_from_id, colleague.is_delegate, colleague.is_nominated = row.id, is_delegate, False
    db.session.flush()
    db.session.refresh(colleague, ["delegated_from"])
    if colleague.state is S.NEW:
        invite(colleague, by=_by(row), notice="invitations/delegated")
    return row, colleague


def _check_number(row: Invitee, is_delegate: bool) -> None:
    named = db.session.scalar(
        select(func.count()).where(
            Invitee.fair_id == row.fair_id, Invitee.company_id == row.company_id,
            Invitee.delegated_from_id.is_not(None), Invitee.is_delegate.is_(is_delegate),
        )
    ) or 0  # fmt: skip
    if named >= (terms_of(row.fair_id).delegates_most if is_delegate else MOST_HANDOVERS):
        raise TooManyDelegates


def stop(token: str) -> Invitee:
    """Never again, to no fair; also with an earlier link."""
    found = invitee_by_token(token, any_age=True)
    return stop_writing(found, by=_by(found), outsider=True)


def register_invited(token: str, draft: Registration) -> Importer:
    """Register the invitee: the address is proven by the mail, so that the decision is asked for at once.

    Whoever is registered already gets their link again. Raises InvalidInput, RegistrationClosed, InvitationExpired.
    """
    invitee = invitee_by_token(token)
    fair, person = invitee.fair, invitee.person
    told = replace(draft, email=person.email, locale=invitee.locale)
    try:
        known = importer_of_person(fair.id, person.id) or importer_by_email(fair.id, person.email)
        if known is None:
            return register_importer(
                fair, told, by=_by(invitee), source="invitation", invited_by=invitee.source.name, person=person
            )
    except AlreadyRegistered:  # pressed twice at once
        known = importer_of_person(fair.id, person.id) or importer_by_email(fair.id, person.email)
        if known is None:
            raise
    if known.state is ImporterState.UNCONFIRMED:
        return confirm_email(known)
    send_link(known)
    return known
