"""Exhibitor staff: people named within the quota of the booths, badges once the booth is confirmed.

UFI: exhibitor staff are no visitors; their badge category says so (badges.states.BadgeCategory.counts_as_visitor).
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.badges.service import in_force, issue_badge, name_successor, revoke_badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition, NotFound
from fairs.core.text import clean, name_language
from fairs.directory.service import PersonDraft, find_or_create_person
from fairs.exhibitors.models import Exhibitor
from fairs.sitework.errors import NoBooth, QuotaFull, TooManyContractors
from fairs.sitework.models import BuildPermit, StaffPlace
from fairs.sitework.standing import quota, settings_of, standing_of
from fairs.sitework.states import PermitState, StaffState

STANDING = (StaffState.REQUESTED, StaffState.NAMED)
MOST_REQUESTS = 30  # open at once


def staff_of(exhibitor_id: int) -> Sequence[StaffPlace]:
    """Everybody who was named or asked for, those taken off left out."""
    return db.session.scalars(
        select(StaffPlace)
        .where(StaffPlace.exhibitor_id == exhibitor_id, StaffPlace.state != StaffState.REMOVED)
        .options(joinedload(StaffPlace.person), joinedload(StaffPlace.badge))
        .order_by(StaffPlace.id)
    ).all()


def place_of(exhibitor: Exhibitor, place_id: int) -> StaffPlace:
    """One of the exhibitor's people; raises NotFound."""
    found = db.session.get(StaffPlace, place_id) if place_id < 2**63 else None
    if found is None or found.exhibitor_id != exhibitor.id:
        raise NotFound
    return found


def taken(places: Sequence[StaffPlace]) -> int:
    """How many of the quota are used: people beyond it, and those who build, do not count."""
    return sum(one.state is StaffState.NAMED and not one.is_extra and not one.is_contractor for one in places)


def name_person(
    exhibitor: Exhibitor, draft: PersonDraft, *, by: Actor, extra_reason: str = "", is_contractor: bool = False
) -> StaffPlace:
    """Name somebody for the booths. With ``extra_reason`` one beyond the quota is asked for, for the organiser to decide.

    A contractor builds the stand: outside the quota, and with a badge once there is a build-up permit. Raises NoBooth, QuotaFull
    (without a reason), TooManyContractors, InvalidInput (a name or address, or somebody who is named already).
    """
    with transaction():
        # The fair first, as booking does: a badge locks it (its key), and the other order could deadlock.
        db.session.get_one(Fair, exhibitor.fair_id, with_for_update=True, populate_existing=True)
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
        standing = standing_of(row)
        if not standing.bookings:
            raise NoBooth
        places = staff_of(row.id)
        rules = settings_of(row.fair_id)
        if is_contractor and sum(one.is_contractor for one in places) >= rules.most_contractors:
            raise TooManyContractors(
                _l("At most %(n)s contractors for each exhibitor.", n=rules.most_contractors), field="is_contractor"
            )
        full = not is_contractor and taken(places) >= quota(standing, rules)
        reason = clean(extra_reason)[:400]
        if full and not reason:
            raise QuotaFull(field="reason")
        if full and sum(one.state is StaffState.REQUESTED for one in places) >= MOST_REQUESTS:
            raise InvalidInput(_l("Too many requests are open already."), field="reason")
        person = find_or_create_person(_with_company(draft, row), by=by)
        place = StaffPlace(
            fair_id=row.fair_id, exhibitor_id=row.id, person_id=person.id, is_extra=full, is_contractor=is_contractor,
            reason=reason if full else "", state=StaffState.REQUESTED if full else StaffState.NAMED,
        )  # fmt: skip
        _keep(place)
        record("sitework.name_staff", place, by=by, after={"person": person.id, "state": place.state})
        if _is_due(place, is_confirmed=standing.is_confirmed):
            _give_badge(place, by)
        return place


def _keep(place: StaffPlace) -> None:
    try:
        with transaction():
            db.session.add(place)
            db.session.flush()
    except IntegrityError as error:
        raise InvalidInput(_l("This person is named already."), field="native_name") from error


def swap_person(place: StaffPlace, draft: PersonDraft, *, by: Actor) -> StaffPlace:
    """A colleague takes somebody's place: the quota stays, gates say of the old badge when it was replaced.

    Raises InvalidTransition (not named any more), InvalidInput (the name, or somebody who is named already).
    """
    with transaction():
        db.session.get_one(Fair, place.fair_id, with_for_update=True, populate_existing=True)
        exhibitor = db.session.get_one(Exhibitor, place.exhibitor_id, with_for_update=True, populate_existing=True)
        row = db.session.get_one(StaffPlace, place.id, with_for_update=True, populate_existing=True)
        person = find_or_create_person(_with_company(draft, exhibitor), by=by)
        if person.id == row.person_id:
            raise InvalidInput(_l("This is the same person."), field="native_name")
        row.require_move(StaffState.REMOVED)
        if row.state is not StaffState.NAMED:
            raise InvalidTransition
        old = db.session.get(Badge, row.badge_id) if row.badge_id is not None else None
        old = in_force(old) if old is not None else None
        remove_person(row, by=by)
        new = StaffPlace(
            fair_id=row.fair_id, exhibitor_id=row.exhibitor_id, person_id=person.id, is_extra=row.is_extra,
            is_contractor=row.is_contractor, reason=row.reason, state=StaffState.NAMED,
        )  # fmt: skip
        _keep(new)
        after = {"person": person.id, "instead_of": row.person_id}
        record("sitework.swap_staff", new, by=by, after=after)
        if _is_due(new, is_confirmed=standing_of(exhibitor).is_confirmed):
            _give_badge(new, by)
            if old is not None and old.state is BadgeState.REVOKED:
                name_successor(old, db.session.get_one(Badge, new.badge_id), by=by)
        return new


def place_of_badge(badge: Badge) -> StaffPlace | None:
    """Whose place a badge stands for; None for one that is no exhibitor's."""
    return db.session.scalar(
        select(StaffPlace)
        .where(StaffPlace.badge_id == badge.id, StaffPlace.state == StaffState.NAMED)
        .options(joinedload(StaffPlace.exhibitor).joinedload(Exhibitor.company), joinedload(StaffPlace.person))
        .order_by(StaffPlace.id)
        .limit(1)
    )


def _is_due(place: StaffPlace, *, is_confirmed: bool) -> bool:
    """Whether a badge is to be given: staff once a booth is confirmed, contractors while there is a build-up permit."""
    if not place.is_contractor:
        return is_confirmed
    permit = select(BuildPermit.id).where(
        BuildPermit.exhibitor_id == place.exhibitor_id, BuildPermit.state == PermitState.ISSUED
    )
    return db.session.scalar(permit.limit(1)) is not None


def follow_permit(exhibitor_id: int, *, by: Actor) -> None:
    """Give contractors their badges when there is a build-up permit, and take them when it has ended. Inside transaction()."""
    for place in db.session.scalars(
        select(StaffPlace)
        .where(
            StaffPlace.exhibitor_id == exhibitor_id, StaffPlace.state == StaffState.NAMED,
            StaffPlace.is_contractor.is_(True),
        )
        .options(joinedload(StaffPlace.exhibitor))
        .order_by(StaffPlace.id)
    ).all():  # fmt: skip
        if _is_due(place, is_confirmed=True):
            _give_badge(place, by)
        else:
            _take_badge(place, str(_l("The build-up permit has ended")), by)


def _with_company(draft: PersonDraft, exhibitor: Exhibitor) -> PersonDraft:
    language = name_language(draft.native_name, draft.country)
    return PersonDraft(
        native_name=draft.native_name, passport_name=draft.passport_name, name_language=language, email=draft.email,
        phone=draft.phone, country=draft.country, job_title=draft.job_title, company_id=exhibitor.company_id,
        locale=exhibitor.locale,
    )  # fmt: skip


def _give_badge(place: StaffPlace, by: Actor) -> None:
    if place.state is not StaffState.NAMED:
        return
    fair = db.session.get_one(Fair, place.fair_id)
    category = BadgeCategory.CONTRACTOR if place.is_contractor else BadgeCategory.EXHIBITOR
    badge = issue_badge(fair, place.person, category, company=place.exhibitor.company, by=by)
    place.badge_id = badge.id
    db.session.flush()


def _take_badge(place: StaffPlace, reason: str, by: Actor) -> None:
    badge = db.session.get(Badge, place.badge_id) if place.badge_id is not None else None
    badge = in_force(badge) if badge is not None else None  # reissued at the desk
    if badge is None or badge.state is not BadgeState.ACTIVE:
        return
    # Who also works for another exhibitor of the fair keeps the one badge that serves both.
    other = select(StaffPlace.id).where(
        StaffPlace.person_id == place.person_id, StaffPlace.fair_id == place.fair_id, StaffPlace.id != place.id,
        StaffPlace.state == StaffState.NAMED, StaffPlace.badge_id.is_not(None),
        StaffPlace.is_contractor == place.is_contractor,
    )  # fmt: skip
    if db.session.scalar(other.limit(1)) is None:
        revoke_badge(badge, reason, by=by)


def remove_person(place: StaffPlace, *, by: Actor) -> StaffPlace:
    """Take somebody off; the badge opens nothing any more and the place is free for another. Raises InvalidTransition."""
    with transaction():
        row = db.session.get_one(StaffPlace, place.id, with_for_update=True, populate_existing=True)
        row.move_to(StaffState.REMOVED)
        _take_badge(row, str(_l("No longer at the booth")), by)
        record("sitework.remove_staff", row, by=by, before={"person": row.person_id})
        return row


def decide_request(place: StaffPlace, *, allow: bool, reason: str, by: Actor) -> StaffPlace:
    """Allow somebody beyond the quota, or refuse with a reason. Raises InvalidInput and InvalidTransition."""
    if not allow and not clean(reason):
        raise InvalidInput(_l("Say why: the exhibitor reads it."), field="reason")
    with transaction():
        row = db.session.get_one(StaffPlace, place.id, with_for_update=True, populate_existing=True)
        if row.state is StaffState.NAMED and allow:
            return row
        row.move_to(StaffState.NAMED if allow else StaffState.REFUSED)
        if not allow:
            row.reason = clean(reason)[:400]
        record("sitework.decide_staff", row, by=by, after={"state": row.state, "reason": clean(reason)[:400]})
        if allow and _is_due(row, is_confirmed=standing_of(row.exhibitor).is_confirmed):
            _give_badge(row, by)
        return row


def requests_of(fair_id: int) -> Sequence[StaffPlace]:
    """Requests beyond the quota that wait for a decision."""
    return db.session.scalars(
        select(StaffPlace)
        .where(StaffPlace.fair_id == fair_id, StaffPlace.state == StaffState.REQUESTED)
        .options(joinedload(StaffPlace.person), joinedload(StaffPlace.exhibitor).joinedload(Exhibitor.company))
        .order_by(StaffPlace.id)
    ).all()


def badges_of(exhibitor: Exhibitor) -> list[int]:
    """The valid badges of the exhibitor's people, by key."""
    found = [one.badge for one in staff_of(exhibitor.id) if one.badge is not None]
    return [badge.id for badge in found if badge.state is BadgeState.ACTIVE]


def follow_booths(exhibitor_ids: Sequence[int], *, by: Actor) -> None:
    """Give badges to people whose exhibitor has a confirmed booth now, and revoke those whose exhibitor has none at all."""
    with transaction():
        for place in db.session.scalars(
            select(StaffPlace)
            .where(StaffPlace.exhibitor_id.in_(exhibitor_ids), StaffPlace.state == StaffState.NAMED)
            .options(joinedload(StaffPlace.exhibitor), joinedload(StaffPlace.badge))
            .order_by(StaffPlace.id)
        ).all():
            standing = standing_of(place.exhibitor)
            if place.badge_id is None and _is_due(place, is_confirmed=standing.is_confirmed):
                _give_badge(place, by)
            elif place.badge_id is not None and not standing.bookings:
                _take_badge(place, str(_l("The booth was given back")), by)
