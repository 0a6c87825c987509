"""A part of the list of invitees: by country, product group, source, state and what they did at earlier fairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select

from fairs.calendar.models import Fair
from fairs.checkin.models import Visit
from fairs.core.clock import now
from fairs.core.db import db
from fairs.directory.models import Person
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.invitations.models import Invitee, Source
from fairs.invitations.states import InviteeState, PastAttendance, SourceKind

#: Those who can be written to by a campaign; whoever registered, delegated, cannot be reached or said stop is left alone.
CAMPAIGN_STATES = (InviteeState.NEW, InviteeState.INVITED, InviteeState.ACCEPTED, InviteeState.DECLINED)


@dataclass(frozen=True, slots=True)
class Segment:
    """Whom a campaign is for; an empty part means all. ``silent_days`` makes it a reminder: invited, no answer for so long."""

    countries: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    past: str = ""
    sources: tuple[int, ...] = ()
    states: tuple[str, ...] = (InviteeState.NEW.value,)
    silent_days: int | None = None

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Segment:
        """As it was kept with a campaign."""
        return cls(
            tuple(kept.get("countries", ())), tuple(kept.get("groups", ())), kept.get("past", ""),
            tuple(kept.get("sources", ())), tuple(kept.get("states", (InviteeState.NEW.value,))), kept.get("silent_days"),
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "countries": list(self.countries), "groups": list(self.groups), "past": self.past, "sources": list(self.sources),
            "states": list(self.states), "silent_days": self.silent_days,
        }  # fmt: skip

    @property
    def live_states(self) -> tuple[InviteeState, ...]:
        """The states of those it is for."""
        if self.silent_days is not None:
            return (InviteeState.INVITED,)
        return tuple(state for state in CAMPAIGN_STATES if state.value in self.states)


def in_segment(fair: Fair, segment: Segment) -> Select[Invitee]:
    """The invitees it is for now, unordered."""
    query = select(Invitee).where(Invitee.fair_id == fair.id, Invitee.state.in_(segment.live_states))
    if segment.countries:
        query = query.where(Invitee.country.in_(segment.countries))
    if segment.groups:
        query = query.where(or_(*(in_group(code) for code in segment.groups)))
    if segment.sources:
        query = query.where(Invitee.source_id.in_(segment.sources))
    if segment.past:
        query = query.where(in_the_past(fair, segment.past))
    if segment.silent_days is not None:
        query = query.where(Invitee.mailed_at <= now() - timedelta(days=segment.silent_days))
    return query


def size_of(fair: Fair, segment: Segment) -> int:
    """How many it is for now."""
    return db.session.scalar(select(func.count()).select_from(in_segment(fair, segment).subquery())) or 0


def languages_of(fair: Fair, segment: Segment) -> dict[str, int]:
    """How many of them read which language."""
    some = in_segment(fair, segment).subquery()
    rows = db.session.execute(select(some.c.locale, func.count()).group_by(some.c.locale)).all()
    return dict(rows)


def without_address(fair: Fair, segment: Segment) -> int:
    """How many of them have no e-mail address."""
    some = in_segment(fair, segment).join(Person, Person.id == Invitee.person_id).where(Person.email == "")
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def in_group(code: str) -> ColumnElement[bool]:
    """The invitee looks for this product group."""
    return (literal("|") + Invitee.group_codes + "|").contains(f"|{code}|", autoescape=True)


def from_source(value: str) -> ColumnElement[bool]:
    """The invitee comes from this source: its number, a kind of sources, or all that are not our own."""
    if value == "nominated":
        return Invitee.is_nominated.is_(True)
    if value in set(SourceKind):
        of_kind = select(Source.id).where(Source.fair_id == Invitee.fair_id, Source.kind == value)
        return Invitee.source_id.in_(of_kind.correlate(Invitee))
    if value.isascii() and value.isdigit() and len(value) < 19:
        return Invitee.source_id == int(value)
    return false()


def in_the_past(fair: Fair, value: str) -> ColumnElement[bool]:
    """What the person, or another of the company, did at fairs that were over before this one begins."""
    earlier = select(Fair.id).where(Fair.ends_on < fair.starts_on, Fair.id != fair.id)
    took_part = and_(
        Importer.fair_id.in_(earlier), Importer.state.in_((ImporterState.SUBMITTED, ImporterState.APPROVED))
    )
    registered = or_(
        Invitee.person_id.in_(select(Importer.person_id).where(took_part)),
        Invitee.company_id.in_(select(Importer.company_id).where(took_part)),
    )
    if value == PastAttendance.REGISTERED:
        return registered
    if value == PastAttendance.NEVER:
        return ~registered
    if value == PastAttendance.ATTENDED:
        came = select(Visit.person_id).where(Visit.fair_id.in_(earlier))
        theirs = select(Importer.company_id).where(took_part, Importer.person_id.in_(came))
        return or_(Invitee.person_id.in_(came), Invitee.company_id.in_(theirs))
    return false()
