"""Buyers named by embassies, trade offices, partners and exhibitors: each within a quota, by a link or an account of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.booths.models import BoothBooking
from fairs.booths.queries import is_live_now
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.links import AccessLink, new_link
from fairs.core.text import clean, one_line
from fairs.core.tokens import digest
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.service import accepts_registrations
from fairs.invitations.errors import InvitationExpired, InvitationsClosed, NewerMail, NotInvitable, QuotaUsedUp
from fairs.invitations.mails import invite
from fairs.invitations.models import InvitationMail, Nomination, Source
from fairs.invitations.queries import LINKED, exhibitor_source, invitee_with, named_by, terms_of
from fairs.invitations.rows import kept_fair, locked_invitee
from fairs.invitations.service import NewInvitee, add_invitees, draft_of
from fairs.invitations.states import InviteeState, SourceKind
from fairs.invitations.texts import LANGUAGES, name_of
from fairs.messages.service import Notice, send


@dataclass(frozen=True, slots=True)
class SourceDraft:
    """A source as typed; ``quota`` is how many buyers it may name, until the end of ``expires_on``."""

    kind: str
    name: str
    contact_name: str = ""
    email: str = ""
    locale: str = "en"
    quota: int = 10
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Nominee:
    """A buyer as somebody outside names them. ``country`` is ISO 3166."""

    name: str
    company: str
    country: str
    email: str
    why: str = ""


def save_source(fair: Fair, draft: SourceDraft, *, by: Actor, source: Source | None = None) -> Source:
    """Add or change an embassy, trade office or partner. Raises InvalidInput with the field."""
    name = one_line(draft.name)[:200]
    if draft.kind not in {kind.value for kind in LINKED}:
        raise InvalidInput(_l("Please choose from the list."), field="kind")
    if not name:
        raise InvalidInput(_l("Please fill this in."), field="name")
    if not 1 <= draft.quota <= 1000:
        raise InvalidInput(_l("Between %(min)s and %(max)s.", min=1, max=1000), field="quota")
    if draft.expires_on is not None and not fair.today <= draft.expires_on <= fair.ends_on:
        raise InvalidInput(_l("Choose a day from today to the end of the fair."), field="expires_on")
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        same = db.session.scalar(
            select(Source.id).where(Source.fair_id == fair.id, Source.kind == draft.kind, Source.name == name)
        )
        if same is not None and (source is None or same != source.id):
            raise InvalidInput(_l("There is a source of this name already."), field="name")
        if source is None:
            row = Source(fair_id=fair.id, by_id=by.user_id)
        else:
            row = db.session.get_one(Source, source.id, with_for_update=MINE, populate_existing=True)
        row.kind, row.name = SourceKind(draft.kind), name
        row.contact_name = one_line(draft.contact_name)[:200]
        row.email = normal_email(draft.email) if draft.email else ""
        row.locale = draft.locale if draft.locale in LANGUAGES else "en"
        row.quota = draft.quota
        row.expires_at = fair.at(draft.expires_on, time(23, 59, 59)) if draft.expires_on else None
        db.session.add(row)
        db.session.flush()
        after = {"kind": row.kind, "name": name, "quota": row.quota, "until": draft.expires_on}
        record("invitations.source", row, by=by, after=after)
        return row


def _locked_source(source: Source) -> Source:
    kept_fair(source.fair_id)
    return db.session.get_one(Source, source.id, with_for_update=MINE, populate_existing=True)


def send_source_link(source: Source, *, by: Actor) -> Source:
    """Mail the source a new link; the earlier ones open nothing any more. Raises InvalidInput and InvitationsClosed."""
    with transaction():
        row = _locked_source(source)
        fair = row.fair
        if row.kind not in LINKED or row.closed_at is not None or not accepts_registrations(fair):
            raise InvitationsClosed
        if not row.email:
            raise InvalidInput(_l("There is no e-mail address. Add one first."), field="email")
        ends = row.expires_at or fair.at(fair.starts_on, fair.opens_at)
        token = new_link(row, expires_at=ends)
        row.token_hash = digest(token)
        send(
            Notice(
                template="invitations/source", name=row.contact_name or row.name, email=row.email, locale=row.locale,
                fair_id=fair.id,
                context={"source": row, "fair": fair, "fair_name": name_of(fair, row.locale), "token": token, "ends": row.expires_at},
            )
        )  # fmt: skip
        record("invitations.source_link", row, by=by)
        return row


def close_source(source: Source, *, by: Actor, closed: bool = True) -> Source:
    """End its link, or let it be used again."""
    with transaction():
        row = _locked_source(source)
        row.closed_at = now() if closed else None
        record("invitations.source_closed" if closed else "invitations.source_opened", row, by=by)
        return row


def source_by_token(token: str) -> Source:
    """Whose link it is; raises NotFound, NewerMail and InvitationExpired (also for a source that is closed)."""
    link = db.session.scalar(select(AccessLink).where(AccessLink.token_hash == digest(token)))
    found = db.session.get(Source, link.subject_id) if link is not None and link.subject_type == "Source" else None
    if link is None or found is None:
        raise NotFound
    if found.token_hash != link.token_hash:
        raise NewerMail
    ends = found.expires_at or link.expires_at
    if found.closed_at is not None or ends <= now():
        raise InvitationExpired
    return found


def quota_of(source: Source) -> int | None:
    """How many a source may name; None: any number."""
    if source.kind is SourceKind.EXHIBITOR and source.company_id is not None:
        return exhibitor_quota(source.fair_id, source.company_id)
    return source.quota


def exhibitor_quota(fair_id: int, company_id: int) -> int:
    """How many buyers an exhibitor may name: so many for each booth, of one at least."""
    booths = db.session.scalar(
        select(func.count())
        .select_from(BoothBooking)
        .join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .where(Exhibitor.fair_id == fair_id, Exhibitor.company_id == company_id, is_live_now())
    )
    return terms_of(fair_id).exhibitor_quota * max(1, booths or 0)


def source_of_exhibitor(exhibitor: Exhibitor, *, by: Actor) -> Source:
    """The exhibitor as a source, made when there is none yet. Raises InvitationsClosed unless it is accepted."""
    if exhibitor.state is not ExhibitorState.ACCEPTED:
        raise InvitationsClosed(_l("Buyers can be invited once your application is accepted."))
    fair_id, company = exhibitor.fair_id, exhibitor.company
    with transaction():
        db.session.get_one(Fair, fair_id, with_for_update=True, populate_existing=True)
        row = exhibitor_source(fair_id, company.id)
        if row is None:
            same = select(Source.id).where(
                Source.fair_id == fair_id, Source.kind == SourceKind.EXHIBITOR, Source.name == company.name[:200]
            )
            taken = db.session.scalar(same) is not None
            name = f"{company.name[:170]} ({exhibitor.reference})" if taken else company.name[:200]
            row = Source(fair_id=fair_id, kind=SourceKind.EXHIBITOR, name=name, company_id=company.id)
            db.session.add(row)
            db.session.flush()
            record("invitations.source", row, by=by, after={"kind": row.kind, "name": name})
        return row


def nominate(source: Source, nominees: Sequence[Nominee], *, by: Actor) -> list[Nomination]:
    """Name buyers, all of them or none; somebody who is on the list already is noted as named by this source, too.

    Raises InvalidInput with the field ``rows-<n>-<name>``, QuotaUsedUp and InvitationsClosed.
    """
    with transaction():
        # All who name for this fair wait for each other: so the quota holds, and nobody is added twice.
        fair = db.session.get_one(Fair, source.fair_id, with_for_update=True, populate_existing=True)
        row = db.session.get_one(Source, source.id, with_for_update=MINE, populate_existing=True)
        if not accepts_registrations(fair) or row.closed_at is not None:
            raise InvitationsClosed
        made = [
            nomination
            for place, one in enumerate(nominees)
            if (nomination := _named(fair, row, one, place, by)) is not None
        ]
        quota = quota_of(row)
        if quota is not None and (named := named_by(row.id)) > quota:
            left = max(0, quota - (named - len(made)))
            raise QuotaUsedUp(_("You may name %(quota)s buyers; %(left)s are left.", quota=quota, left=left))
        if row.kind is SourceKind.EXHIBITOR and terms_of(fair.id).exhibitors_at_once:
            for nomination in made:
                if nomination.invitee.state is InviteeState.NEW:
                    invite(nomination.invitee, by=by)
        return made


def _named(fair: Fair, source: Source, one: Nominee, place: int, by: Actor) -> Nomination | None:
    try:
        typed = NewInvitee(one.name, one.company, one.country, one.email, locale=source.locale)
        address = normal_email(one.email) if one.email else ""
        invitee = invitee_with(fair.id, email=address) if address else None
        if invitee is None:
            draft = draft_of(typed, by=by)
            invitee = invitee_with(fair.id, person_id=draft.person.id)
        if invitee is None:
            [invitee] = add_invitees(fair, [draft], source=source, by=by)
    except DomainError as error:
        names = {"native_name": "name"}
        error.field = f"rows-{place}-{names.get(error.field or '', error.field)}"
        raise
    known = select(Nomination.id).where(Nomination.source_id == source.id, Nomination.invitee_id == invitee.id)
    if db.session.scalar(known) is not None:
        return None
    nomination = Nomination(fair_id=fair.id, source_id=source.id, invitee_id=invitee.id, why=clean(one.why)[:400])
    nomination.invitee = invitee
    db.session.add(nomination)
    db.session.flush()
    record("invitations.nominate", invitee, by=by, after={"source": source.name, "note": nomination.why})
    return nomination


def remove_nomination(source: Source, nomination_id: int, *, by: Actor) -> None:
    """Take somebody back whom the source named. Raises NotFound, and NotInvitable for one who is invited already."""
    with transaction():
        found = db.session.get(Nomination, nomination_id)
        if found is None or found.source_id != source.id:
            raise NotFound
        invitee = locked_invitee(found.invitee_id)
        if invitee.state is not InviteeState.NEW:
            raise NotInvitable(_l("This person has been invited already."))
        record("invitations.nomination_removed", invitee, by=by, after={"source": source.name})
        db.session.delete(found)
        db.session.flush()
        if invitee.source_id != source.id or invitee.import_id is not None:
            return  # on the list by another way, too
        other = db.session.scalar(
            select(Nomination).where(Nomination.invitee_id == invitee.id).order_by(Nomination.id).limit(1)
        )
        if other is not None:
            invitee.source_id = other.source_id
            return
        db.session.execute(delete(InvitationMail).where(InvitationMail.invitee_id == invitee.id))
        db.session.delete(invitee)
