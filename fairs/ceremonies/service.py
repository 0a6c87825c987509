"""Ceremonies: delegations, their people and badges, invitations and answers. Seats are in ``seating.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update

from fairs.accounts.models import User
from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.badges.service import issue_badges
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.ceremonies.errors import CeremonyOver
from fairs.ceremonies.models import Ceremony, CeremonyInvitation, CeremonySeat, Delegation, DelegationMember
from fairs.ceremonies.queries import arrivals
from fairs.ceremonies.states import ReplyState
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import local_day, now
from fairs.core.db import MINE, db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.links import linked, new_link
from fairs.core.text import fold, one_line
from fairs.directory.service import PersonDraft, check_country, find_or_create_person, normal_phone
from fairs.messages.service import Notice, send

CATEGORIES = (BadgeCategory.VIP, BadgeCategory.HOSTED, BadgeCategory.SPEAKER)
LANGUAGES = ("vi", "en", "ja")
MOST_SEATS = 2000
MOST_PLACES = 60
LINKS_LIVE_AFTER_CEREMONY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CeremonyDraft:
    """A ceremony as typed; ``starts_at`` with its offset, rows are counted from the front."""

    name_vi: str
    starts_at: datetime
    reply_by: date
    rows: int
    seats_per_row: int
    name_en: str = ""
    place_vi: str = ""
    place_en: str = ""


@dataclass(frozen=True, slots=True)
class DelegationDraft:
    """A delegation as typed; ``rank`` 1 comes before all others."""

    organisation: str
    country: str = "VN"
    category: BadgeCategory = BadgeCategory.VIP
    rank: int = 100
    language: str = "vi"
    needs_interpreter: bool = False
    arrives_at: datetime | None = None
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    note: str = ""
    greeter_id: int | None = None


def save_ceremony(fair: Fair, draft: CeremonyDraft, *, by: Actor, ceremony: Ceremony | None = None) -> Ceremony:
    """Plan a ceremony, or change it. Raises InvalidInput with the field, and Conflict when seats that are given would go."""
    if not one_line(draft.name_vi):
        raise InvalidInput(_l("Please fill this in."), field="name_vi")
    if draft.rows < 1 or draft.seats_per_row < 1 or draft.rows * draft.seats_per_row > MOST_SEATS:
        raise InvalidInput(_l("At most %(n)s seats in all.", n=MOST_SEATS), field="rows")
    if draft.reply_by > local_day(draft.starts_at, fair.time_zone):
        raise InvalidInput(_l("Answers are due before the ceremony."), field="reply_by")
    with transaction():
        if ceremony is None:
            row = Ceremony(fair_id=fair.id, **_values(draft))
            db.session.add(row)
        else:
            row = locked_ceremony(ceremony)
            outside = select(func.count()).where(
                CeremonySeat.ceremony_id == row.id,
                (CeremonySeat.row > draft.rows) | (CeremonySeat.number > draft.seats_per_row),
            )
            if db.session.scalar(outside):
                raise Conflict(_l("Somebody sits where there would be no seat any more. Move them first."))
            for key, value in _values(draft).items():
                setattr(row, key, value)
            let_answer_until(row, row.reply_by)
        db.session.flush()
        record("ceremonies.save", row, by=by, fair_id=fair.id, after={"name": row.name_vi})
        return row


def _values(draft: Any) -> dict[str, Any]:
    found = {one.name: getattr(draft, one.name) for one in fields(draft)}
    return {key: one_line(value) if type(value) is str else value for key, value in found.items()}


def locked_ceremony(ceremony: Ceremony) -> Ceremony:
    """The ceremony's row, locked: seats and answers take turns. Inside transaction()."""
    return db.session.get_one(Ceremony, ceremony.id, with_for_update=MINE, populate_existing=True)


def let_answer_until(ceremony: Ceremony, day: date) -> None:
    """The last day for answers, on the ceremony and on each of its invitations. Inside transaction()."""
    ceremony.reply_by = day
    mine = update(CeremonyInvitation).where(CeremonyInvitation.ceremony_id == ceremony.id)
    db.session.execute(mine.values(reply_by=day))


def save_delegation(
    fair: Fair, draft: DelegationDraft, *, by: Actor, delegation: Delegation | None = None
) -> Delegation:
    """Add a delegation, or change it. Raises InvalidInput with the field, also for a name that the fair has already."""
    values = _values(draft)
    if not any(letter.isalpha() for letter in values["organisation"]):
        raise InvalidInput(_l("Please fill this in."), field="organisation")
    check_country(draft.country)
    if draft.category not in CATEGORIES:
        raise InvalidInput(_l("Please choose from the list."), field="category")
    if draft.language not in LANGUAGES:
        raise InvalidInput(_l("Please choose from the list."), field="language")
    if not 1 <= draft.rank <= 999:
        raise InvalidInput(_l("Between %(least)s and %(most)s.", least=1, most=999), field="rank")
    if draft.contact_email:
        values["contact_email"] = normal_email(draft.contact_email, field="contact_email")
    values["contact_phone"] = normal_phone(draft.contact_phone, draft.country, field="contact_phone")
    if draft.greeter_id is not None and db.session.get(User, draft.greeter_id) is None:
        raise InvalidInput(_l("Please choose from the list."), field="greeter_id")
    values["folded"] = fold(values["organisation"])[:250]
    with transaction():
        # Two who add the same one at once wait at the fair's row.
        db.session.get_one(Fair, fair.id, with_for_update=MINE, populate_existing=True)
        twin = db.session.scalar(
            select(Delegation).where(Delegation.fair_id == fair.id, Delegation.folded == values["folded"])
        )
        if twin is not None and (delegation is None or twin.id != delegation.id):
            raise InvalidInput(_l("This delegation stands there already."), field="organisation")
        row = delegation or Delegation(fair_id=fair.id)
        for key, value in values.items():
            setattr(row, key, value)
        db.session.add(row)
        db.session.flush()
        record("ceremonies.delegation", row, by=by, fair_id=fair.id, after={"organisation": row.organisation})
        return row


def add_members(delegation: Delegation, names: Sequence[str], *, by: Actor) -> list[DelegationMember]:
    """Name people of a delegation; each gets a badge in its category at once. Who is named already stays.

    Raises InvalidInput (``names``) for a line without a name, and for too many.
    """
    clean = [name for name in (one_line(line) for line in names) if name]
    for name in clean:
        if not any(letter.isalpha() for letter in name) or len(name) > 200:
            raise InvalidInput(_l("“%(text)s” is no name.", text=name[:60]), field="names")
    with transaction():
        row = db.session.get_one(Delegation, delegation.id, with_for_update=MINE, populate_existing=True)
        known = {fold(member.person.native_name) for member in row.members}
        position = max((member.position for member in row.members), default=0)
        made = []
        for name in clean:
            if fold(name) in known:
                continue
            known.add(fold(name))
            position += 1
            person = find_or_create_person(
                PersonDraft(native_name=name, country=row.country, locale="vi" if row.country == "VN" else "en"), by=by
            )
            made.append(DelegationMember(delegation_id=row.id, person_id=person.id, position=position))
            made[-1].person = person
        if len(row.members) + len(made) > MOST_PLACES:
            raise InvalidInput(_l("A delegation has at most %(n)s people.", n=MOST_PLACES), field="names")
        db.session.add_all(made)
        badges = issue_badges(row.fair, [(member.person, row.category, None) for member in made], by=by) if made else []
        for member, badge in zip(made, badges, strict=True):
            member.badge_id = badge.id
        db.session.flush()
        if made:
            record("ceremonies.members", row, by=by, fair_id=row.fair_id, after={"added": len(made)})
        db.session.expire(row, ["members"])
        return made


def remove_member(delegation: Delegation, member_id: int, *, by: Actor) -> None:
    """Take somebody off a delegation and off their seats; the badge stays theirs until it is revoked. Raises NotFound."""
    with transaction():
        row = db.session.get_one(Delegation, delegation.id, with_for_update=MINE, populate_existing=True)
        member = next((one for one in row.members if one.id == member_id), None)
        if member is None:
            raise NotFound
        db.session.execute(delete(CeremonySeat).where(CeremonySeat.member_id == member.id))
        record("ceremonies.member_off", row, by=by, fair_id=row.fair_id, after={"member": member.id})
        db.session.delete(member)
        db.session.flush()
        db.session.expire(row, ["members"])


# --- invitations --------------------------------------------------------------------------------------------------


def invite(ceremony: Ceremony, delegation: Delegation, places: int, *, by: Actor) -> CeremonyInvitation:
    """Invite a delegation with so many places, by mail where it has an address; doing it again writes again.

    Raises InvalidInput (``places``) and CeremonyOver.
    """
    if not 1 <= places <= MOST_PLACES:
        raise InvalidInput(_l("Between %(least)s and %(most)s.", least=1, most=MOST_PLACES), field="places")
    with transaction():
        row = locked_ceremony(ceremony)
        _check_open(row)
        found = db.session.scalar(
            select(CeremonyInvitation).where(
                CeremonyInvitation.ceremony_id == row.id, CeremonyInvitation.delegation_id == delegation.id
            )
        )
        if found is None:
            found = CeremonyInvitation(
                fair_id=row.fair_id, ceremony_id=row.id, delegation_id=delegation.id, state=ReplyState.DRAFT,
                places=places, coming=0, reply_by=row.reply_by,
            )  # fmt: skip
            found.ceremony, found.delegation = row, delegation
            db.session.add(found)
        elif found.coming > places:
            raise InvalidInput(_l("%(n)s have said that they come.", n=found.coming), field="places")
        found.places = places
        if found.state is ReplyState.DRAFT:
            found.move_to(ReplyState.INVITED)
        found.invited_at = now()
        db.session.flush()
        record("ceremonies.invite", found, by=by, fair_id=row.fair_id, after={"places": places})
        _write(found, "invited")
        return found


def is_over(ceremony: Ceremony) -> bool:
    """Whether it has begun, or does not take place because its fair is called off: no answers any more."""
    return ceremony.starts_at <= now() or ceremony.fair.state is FairState.CANCELLED


def _check_open(ceremony: Ceremony) -> None:
    if is_over(ceremony):
        raise CeremonyOver


def link_for(invitation: CeremonyInvitation) -> str:
    """A new token of the invitation's page, which opens it until the day after the ceremony. Inside transaction()."""
    return new_link(invitation, expires_at=invitation.ceremony.starts_at + LINKS_LIVE_AFTER_CEREMONY)


def _write(invitation: CeremonyInvitation, template: str, **context: Any) -> None:
    delegation, ceremony = invitation.delegation, invitation.ceremony
    if not delegation.contact_email:
        return
    token = link_for(invitation)
    badges = [member.badge_id for member in delegation.members if member.badge_id] if template == "accepted" else []
    send(
        Notice(
            template=f"ceremonies/{template}",
            name=delegation.contact_name or delegation.organisation,
            email=delegation.contact_email,
            locale=delegation.language,
            context={
                "invitation": invitation, "ceremony": ceremony, "delegation": delegation, "fair": ceremony.fair,
                "token": token, **context,
            },
            fair_id=invitation.fair_id,
            attachments=[("badge", badge_id) for badge_id in badges[:20]],
        )
    )  # fmt: skip


def invitation_by_token(token: str) -> CeremonyInvitation:
    """Whose link it is; raises NotFound and LinkExpired. Opening it changes nothing: mail scanners open links, too."""
    return linked(token, CeremonyInvitation)


def answer(
    invitation: CeremonyInvitation,
    reply: ReplyState,
    *,
    coming: int = 0,
    names: Sequence[str] = (),
    note: str = "",
    by: Actor | None = None,
) -> CeremonyInvitation:
    """Yes with a number and names, no, or later; by the delegation itself, or (``by``) by staff who were told.

    Those who are named get their badges, and the delegation a mail with them. Who says no, or comes with fewer, gives the
    seats back. Raises InvalidInput (``coming``, ``names``, ``reply``), InvalidTransition and CeremonyOver.
    """  # fmt: skip
    if reply not in {ReplyState.ACCEPTED, ReplyState.DECLINED, ReplyState.LATER}:
        raise InvalidInput(_l("Please choose one of the buttons."), field="reply")
    with transaction():
        ceremony = locked_ceremony(invitation.ceremony)
        row = db.session.get_one(CeremonyInvitation, invitation.id, with_for_update=MINE, populate_existing=True)
        _check_open(ceremony)
        who = by or Actor(None, row.delegation.organisation[:200])
        named = [name for name in names if one_line(name)]
        if reply is ReplyState.ACCEPTED:
            if not 1 <= coming <= row.places:
                raise InvalidInput(_l("Between %(least)s and %(most)s.", least=1, most=row.places), field="coming")
            if len(named) > coming:
                raise InvalidInput(_l("There are more names than people who come."), field="names")
            add_members(row.delegation, named, by=who)
        if row.state is not reply:
            row.move_to(reply)
        row.coming = coming if reply is ReplyState.ACCEPTED else 0
        row.replied_at, row.note = now(), one_line(note)[:400]
        stay = {member.id for member in row.delegation.members[: row.coming]}
        gone = [member.id for member in row.delegation.members if member.id not in stay]
        db.session.execute(
            delete(CeremonySeat).where(CeremonySeat.ceremony_id == ceremony.id, CeremonySeat.member_id.in_(gone))
        )
        record("ceremonies.answer", row, by=who, fair_id=row.fair_id, after={"reply": reply, "coming": row.coming})
        if reply is ReplyState.ACCEPTED:
            _write(row, "accepted")
        return row


# --- greeting -----------------------------------------------------------------------------------------------------


def greet(delegation: Delegation, member_id: int, *, by: Actor) -> DelegationMember:
    """Somebody said welcome. Doing it twice changes nothing. Raises NotFound."""
    with transaction():
        member = db.session.get(DelegationMember, member_id, with_for_update=MINE, populate_existing=True)
        if member is None or member.delegation_id != delegation.id:
            raise NotFound
        today = delegation.fair.today
        if member.greeted_at is None or local_day(member.greeted_at, delegation.fair.time_zone) != today:
            member.greeted_at, member.greeted_by_id = now(), by.user_id
            record("ceremonies.greet", member, by=by, fair_id=delegation.fair_id)
        return member


def tell_greeters(fair: Fair) -> int:
    """Write to the greeters of those who have arrived today and whom nobody was told of; gives back how many mails."""
    with transaction():
        told = 0
        for arrival in arrivals(fair):
            member, delegation = arrival.member, arrival.member.delegation
            greeter = delegation.greeter
            is_told = member.told_at is not None and local_day(member.told_at, fair.time_zone) == fair.today
            if greeter is None or is_told or not greeter.email:
                continue
            member.told_at = now()
            told += 1
            send(
                Notice(
                    template="ceremonies/arrived", name=greeter.name or greeter.email, email=greeter.email, locale="vi",
                    context={"member": member, "delegation": delegation, "gate": arrival.gate, "at": arrival.at, "fair": fair},
                    fair_id=fair.id,
                )
            )  # fmt: skip
        if told:
            record("ceremonies.tell", fair, by=SYSTEM, fair_id=fair.id, after={"greeters": told})
        return told
