"""Reading ceremonies, delegations, seats, and who has arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from fairs.badges.models import Badge
from fairs.calendar.models import Fair
from fairs.ceremonies.models import Ceremony, CeremonyInvitation, CeremonySeat, Delegation, DelegationMember
from fairs.ceremonies.states import ReplyState
from fairs.checkin.models import Gate, Scan
from fairs.checkin.states import Verdict
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import fold
from fairs.directory.models import Person


def ceremonies_of(fair_id: int) -> Sequence[Ceremony]:
    """The fair's ceremonies in their order."""
    return db.session.scalars(
        select(Ceremony).where(Ceremony.fair_id == fair_id).order_by(Ceremony.starts_at, Ceremony.id)
    ).all()


def ceremony_of(fair_id: int, ceremony_id: int) -> Ceremony:
    """A ceremony of this fair; raises NotFound."""
    found = db.session.get(Ceremony, ceremony_id)
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


_MEMBERS = selectinload(Delegation.members).options(
    joinedload(DelegationMember.person), joinedload(DelegationMember.badge)
)


def delegations_of(fair_id: int) -> Sequence[Delegation]:
    """The fair's delegations in the order of protocol, with their people and greeters."""
    return (
        db.session.scalars(
            select(Delegation)
            .options(_MEMBERS, joinedload(Delegation.greeter))
            .where(Delegation.fair_id == fair_id)
            .order_by(Delegation.rank, Delegation.folded, Delegation.id)
        )
        .unique()
        .all()
    )


@dataclass(frozen=True, slots=True)
class DelegationFilter:
    """What the list is narrowed to; empty means all. ``text`` is part of a name; ``lacks`` is "greeter", "people" or "arrival"."""

    text: str = ""
    country: str = ""
    lacks: str = ""


def delegations_matching(fair_id: int, wanted: DelegationFilter) -> Select[Delegation]:
    """The fair's delegations that fit the filter, with their people and greeters."""
    query = select(Delegation).options(_MEMBERS, joinedload(Delegation.greeter)).where(Delegation.fair_id == fair_id)
    members = select(DelegationMember.delegation_id).where(DelegationMember.delegation_id == Delegation.id)
    if wanted.text:
        folded = fold(wanted.text)
        named = members.join(DelegationMember.person).where(Person.folded.contains(folded, autoescape=True))
        query = query.where(or_(Delegation.folded.contains(folded, autoescape=True), named.exists()))
    if wanted.country:
        query = query.where(Delegation.country == wanted.country)
    if wanted.lacks == "greeter":
        query = query.where(Delegation.greeter_id.is_(None))
    elif wanted.lacks == "people":
        query = query.where(~members.exists())
    elif wanted.lacks == "arrival":
        query = query.where(Delegation.arrives_at.is_(None))
    return query


def countries_of(fair_id: int) -> Sequence[str]:
    """The countries that delegations come from."""
    return db.session.scalars(select(Delegation.country).where(Delegation.fair_id == fair_id).distinct()).all()


def delegation_of(fair_id: int, delegation_id: int) -> Delegation:
    """A delegation of this fair with its people; raises NotFound."""
    found = db.session.scalar(
        select(Delegation)
        .options(_MEMBERS, joinedload(Delegation.greeter))
        .where(Delegation.fair_id == fair_id, Delegation.id == delegation_id)
    )
    if found is None:
        raise NotFound
    return found


def invitations_of(ceremony_id: int) -> Sequence[CeremonyInvitation]:
    """Who is invited, in the order of protocol, with delegations and their people."""
    return db.session.scalars(
        select(CeremonyInvitation)
        .join(CeremonyInvitation.delegation)
        .options(
            contains_eager(CeremonyInvitation.delegation)
            .selectinload(Delegation.members)
            .joinedload(DelegationMember.person)
        )
        .where(CeremonyInvitation.ceremony_id == ceremony_id)
        .order_by(Delegation.rank, Delegation.folded, Delegation.id)
    ).all()


def invitation_of(ceremony_id: int, delegation_id: int) -> CeremonyInvitation:
    """The invitation of a delegation; raises NotFound."""
    found = db.session.scalar(
        select(CeremonyInvitation).where(
            CeremonyInvitation.ceremony_id == ceremony_id, CeremonyInvitation.delegation_id == delegation_id
        )
    )
    if found is None:
        raise NotFound
    return found


def reply_counts(fair_id: int) -> dict[int, dict[str, int]]:
    """For each ceremony of the fair: how many delegations are in each state, and under ``people`` how many people come."""
    rows = db.session.execute(
        select(
            CeremonyInvitation.ceremony_id, CeremonyInvitation.state, func.count(), func.sum(CeremonyInvitation.coming)
        )
        .where(CeremonyInvitation.fair_id == fair_id)
        .group_by(CeremonyInvitation.ceremony_id, CeremonyInvitation.state)
    )
    found: dict[int, dict[str, int]] = {}
    for ceremony_id, state, number, people in rows:
        one = found.setdefault(ceremony_id, {"people": 0})
        one[state] = number
        one["people"] += int(people or 0) if state == ReplyState.ACCEPTED else 0
    return found


def coming_members(ceremony_id: int) -> list[DelegationMember]:
    """The named people of delegations that come, in the order of protocol, heads first; at most as many as were promised."""
    found: list[DelegationMember] = []
    for invitation in invitations_of(ceremony_id):
        if invitation.state is ReplyState.ACCEPTED:
            found += invitation.delegation.members[: invitation.coming]
    return found


def seats_of(ceremony_id: int) -> Sequence[CeremonySeat]:
    """The seats that are given, by row and number, with who sits there."""
    return db.session.scalars(
        select(CeremonySeat)
        .options(
            joinedload(CeremonySeat.member).options(
                joinedload(DelegationMember.person), joinedload(DelegationMember.delegation)
            )
        )
        .where(CeremonySeat.ceremony_id == ceremony_id)
        .order_by(CeremonySeat.row, CeremonySeat.number)
    ).all()


def first_ceremony_day(fair: Fair) -> date | None:
    """The day of the fair's first ceremony; None when none is planned."""
    first = db.session.scalar(select(func.min(Ceremony.starts_at)).where(Ceremony.fair_id == fair.id))
    return local_day(first, fair.time_zone) if first is not None else None


def last_reply_day(fair: Fair) -> date | None:
    """The last day for answers to any ceremony; None when none is planned."""
    return db.session.scalar(select(func.max(Ceremony.reply_by)).where(Ceremony.fair_id == fair.id))


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody of a delegation who came in today: when first, and by which gate."""

    member: DelegationMember
    gate: Gate
    at: datetime
    scan_id: int


def arrivals(fair: Fair, *, limit: int = 200) -> list[Arrival]:
    """Who of the delegations came in today, the latest first. One statement, by the badges of the delegations."""
    begin = fair.at(fair.today, time(0))
    rows = db.session.execute(
        select(DelegationMember, Gate, Scan.scanned_at, Scan.id)
        .join(DelegationMember.delegation)
        .join(Badge, (Badge.person_id == DelegationMember.person_id) & (Badge.fair_id == Delegation.fair_id))
        .join(Scan, (Scan.badge_id == Badge.id) & (Scan.day == fair.today))
        .join(Gate, Gate.id == Scan.gate_id)
        .options(
            contains_eager(DelegationMember.delegation).joinedload(Delegation.greeter),
            joinedload(DelegationMember.person),
        )
        .where(
            Delegation.fair_id == fair.id, Scan.scanned_at >= begin, Scan.verdict == Verdict.WELCOME,
            Scan.is_rehearsal.is_(False),
        )
        .order_by(Scan.scanned_at, Scan.id)
    )  # fmt: skip
    first: dict[int, Arrival] = {}
    for member, gate, at, scan_id in rows:
        first.setdefault(member.id, Arrival(member, gate, at, scan_id))
    return sorted(first.values(), key=lambda one: (one.at, one.scan_id), reverse=True)[:limit]
