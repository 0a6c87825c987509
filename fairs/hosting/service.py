"""Support of importers: proposed by one person, approved by another, granted by the decision, accounted for, or ended.

Every act that gives out or takes back places and money begins with ``locked_settings``: the order of locks stands in
``funding.ceilings``.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.funding.duplicates import digest_of
from fairs.funding.errors import TooMuch
from fairs.funding.models import Grant
from fairs.funding.queries import live_grants_of
from fairs.funding.service import (
    commit_grants,
    propose_grant,
    recover_grant,
    release_grant,
    settle_grant,
    take_back,
)
from fairs.funding.states import GrantState, Purpose
from fairs.hosting.errors import AlreadySupported, DecidedSingly, NotConcerned, TooLate
from fairs.hosting.events import HostingEnded, HostingGranted
from fairs.hosting.models import Hosting, HostingSettings, ReserveMove
from fairs.hosting.notices import tell
from fairs.hosting.proposing import TAKEN, check_proposing, drafts_of, other_support, window_of
from fairs.hosting.reserve import next_that_fits, rerank, reserve_of
from fairs.hosting.room import SUBJECT, Room
from fairs.hosting.selection import add_to_draft, take_out
from fairs.hosting.settings import locked_settings, settings_of
from fairs.hosting.states import HostingState, SupportTier
from fairs.importers.states import ImporterState

H = HostingState


def begin(hosting: Hosting) -> tuple[Hosting, HostingSettings]:
    """The support and the fair's settings under their locks. Inside transaction()."""
    settings = locked_settings(hosting.fair)
    row = db.session.get_one(Hosting, hosting.id, with_for_update={"of": Hosting}, populate_existing=True)
    return row, settings


# --- proposing ---------------------------------------------------------------------------------------------------


def propose_hosting(
    hosting: Hosting, tier: SupportTier, *, by: Actor, reason: str = "", second_reason: str = ""
) -> Hosting:
    """The first of two people proposes support of a tier, with the amounts that the settings give now.

    ``reason`` answers a suspected duplicate, which a second person then looks at; ``second_reason`` says why a company gets a
    second support. Raises InvalidTransition, NotConcerned, SettingsMissing, AlreadySupported, DuplicateSupport, RuleNotUsable.
    """
    with transaction():
        row, settings = begin(hosting)
        check_proposing(row, tier, settings, reason=reason, second_reason=second_reason)
        before = row.state
        row.is_second = other_support(row) is not None
        row.second_reason = clean(second_reason)[:400] if row.is_second else ""
        drafts = drafts_of(row, tier, settings)
        _fix_terms(row, tier, settings)
        row.move_to(H.PROPOSED)
        if by.user_id is not None:
            row.proposed_by_id, row.proposed_for_id = by.user_id, by.for_user_id
        row.proposed_at, row.rank, row.reason = now(), None, ""
        try:
            with transaction():
                db.session.flush()
        except IntegrityError as error:
            raise AlreadySupported(_("The company has just been proposed for another guest.")) from error
        for draft in drafts:
            propose_grant(row.fair, draft, by=by, reason=reason)
        if before is H.RESERVE:
            rerank(row.fair_id)
        after = {"tier": tier, "amount": row.amount, "second": row.second_reason, "score": row.score}
        record("hosting.propose", row, by=by, before={"state": before}, after=after)
    return row


def _fix_terms(row: Hosting, tier: SupportTier, settings: HostingSettings) -> None:
    row.tier, row.currency = tier, settings.currency
    row.travel_cap_minor = settings.cap_of(row.region) if tier.pays_travel else 0
    row.night_cap_minor = settings.night_cap_minor if tier.pays_hotel else 0
    row.funded_from, row.funded_to = window_of(row.fair, settings)
    row.terms = {
        "decision": settings.decision_number, "travel_cap": settings.cap_of(row.region), "night_cap": settings.night_cap_minor,
        "nights": settings.nights, "travel_rule": settings.travel_rule.code if settings.travel_rule else "",
        "lodging_rule": settings.lodging_rule.code if settings.lodging_rule else "",
    }  # fmt: skip


def put_back(hosting: Hosting, *, by: Actor, reason: str = "") -> Hosting:
    """A proposal, or a place on the reserve list, is taken back: an application again. Raises InvalidTransition."""
    return _set_aside(hosting, H.APPLIED, reason, by=by)


def put_on_reserve(hosting: Hosting, *, by: Actor, reason: str = "") -> Hosting:
    """Put an application or proposal on the reserve list; whoever does it answers as the first of two people."""
    return _set_aside(hosting, H.RESERVE, reason, by=by)


def _set_aside(hosting: Hosting, target: HostingState, reason: str, *, by: Actor) -> Hosting:
    with transaction():
        row, settings = begin(hosting)
        before = row.state
        row.require_move(target)
        if before is H.PROPOSED:
            _release(row, reason or _("The proposal was taken back."), by=by)
        row.move_to(target)
        row.rank, row.reason = None, clean(reason)[:400]
        row.proposed_by_id = by.user_id if target is H.RESERVE else None
        row.proposed_for_id = by.for_user_id if target is H.RESERVE else None
        row.is_second, row.second_reason = False, ""
        rerank(row.fair_id)
        record(f"hosting.{target.value}", row, by=by, before={"state": before}, after={"reason": row.reason})
        if before is H.PROPOSED and target is not H.RESERVE:
            promote_next(row.fair, settings, row)
    return row


# --- approving ---------------------------------------------------------------------------------------------------


def check_approving(hosting: Hosting, by: Actor | None = None) -> None:
    """Raise for what keeps a proposal from being approved, apart from money and duplicates."""
    hosting.require_move(H.APPROVED)
    if by is not None:
        require_second_person(by, hosting.proposed_by_id, hosting.proposed_for_id)
    if hosting.importer.state is not ImporterState.APPROVED:
        raise NotConcerned(_l("The registration is not approved yet: decide on it first."))


def approve_hosting(hosting: Hosting, *, by: Actor, second_allowed: bool = False) -> Hosting:
    """The second person approves: place and money are committed, and the guest stands in the draft of the decision.

    ``second_allowed``: the approver has read why the company gets a second support. Raises SamePerson, InvalidTransition,
    NotConcerned, DecidedSingly, CeilingReached, BudgetExceeded, ClashWaits, DuplicateSupport.
    """
    with transaction():
        row, _settings = begin(hosting)
        check_approving(row, by)
        if row.is_second and not second_allowed:
            raise DecidedSingly
        grants = _grants(row, GrantState.PROPOSED)
        for grant in grants:
            grant.passport_digest = grant.passport_digest or digest_of(row.person_id)
        db.session.flush()
        commit_grants(grants, number="", day=None, by=by)
        row.move_to(H.APPROVED)
        row.approved_by_id, row.approved_at = by.user_id, now()
        row.selection = add_to_draft(row, by=by)
        for grant in grants:
            grant.selection_id = row.selection.id
        db.session.flush()
        record("hosting.approve", row, by=by, after={"amount": row.amount, "selection": row.selection.reference})
    return row


def undo_approval(hosting: Hosting, *, by: Actor, reason: str = "") -> Hosting:
    """Take an approval back before its decision is handed in: proposed again, money and place are free.

    Raises InvalidTransition, SelectionClosed.
    """
    with transaction():
        row, _settings = begin(hosting)
        if row.state is not H.APPROVED:
            row.require_move(H.APPROVED)
            raise InvalidInput(_l("Nothing was approved."))
        to_proposal(row, reason or _("The approval was taken back."), by=by)
        take_out(row, by=by)
    return row


def to_proposal(row: Hosting, reason: str, *, by: Actor) -> None:
    """An approved support becomes a proposal again. Inside transaction(), with the locks of ``begin``."""
    for grant in _grants(row, GrantState.COMMITTED):
        take_back(grant, reason=reason, by=by)
    row.move_to(H.PROPOSED)
    row.approved_by_id = row.approved_at = row.selection_id = None
    row.reason = clean(reason)[:400]
    record("hosting.undo_approval", row, by=by, after={"reason": row.reason})


def grant_hosting(row: Hosting, *, number: str, day: date, by: Actor) -> None:
    """The decision is signed: the guest is told and confirms until a day. Inside transaction(), with the locks of ``begin``."""
    settings = settings_of(row.fair)
    for grant in _grants(row, GrantState.COMMITTED):
        grant.decision_number, grant.decision_on = number, day
    row.move_to(H.GRANTED)
    row.granted_at = now()
    last = max(row.fair.today, row.fair.starts_on - timedelta(days=1))
    row.reply_by = min(row.fair.today + timedelta(days=settings.reply_days), last)
    db.session.flush()
    record("hosting.grant", row, by=by, after={"decision": number, "reply_by": row.reply_by})
    publish(HostingGranted(row, by))
    tell(row, "granted")


# --- the guest, and endings ----------------------------------------------------------------------------------------


def confirm_hosting(hosting: Hosting, *, by: Actor) -> Hosting:
    """The guest accepts; doing it twice changes nothing. Raises TooLate, InvalidTransition."""
    with transaction():
        row, _settings = begin(hosting)
        if row.state is H.CONFIRMED:
            return row
        row.require_move(H.CONFIRMED)
        if row.reply_by is not None and row.fair.today > row.reply_by:
            raise TooLate
        row.move_to(H.CONFIRMED)
        row.confirmed_at = now()
        record("hosting.confirm", row, by=by)
    return row


def withdraw_hosting(hosting: Hosting, *, by: Actor, reason: str = "") -> Hosting:
    """The guest gives the support back, or staff does so for them; what was committed is free. Raises InvalidTransition."""
    return end_hosting(hosting, H.WITHDRAWN, reason or _("Given back by the guest."), by=by)


def refuse_hosting(hosting: Hosting, reason: str, *, by: Actor) -> Hosting:
    """No support, with a reason that the importer reads. Raises InvalidInput, InvalidTransition."""
    if not clean(reason):
        raise InvalidInput(_l("Please give the reason: the importer reads it."), field="reason")
    return end_hosting(hosting, H.REFUSED, reason, by=by)


def end_hosting(
    hosting: Hosting, target: HostingState, reason: str, *, by: Actor, promote: bool = True, quiet: bool = False
) -> Hosting:
    """End a support before it was accounted for: released, told, and the next of the reserve list moves up."""
    with transaction():
        row, settings = begin(hosting)
        before = row.state
        row.require_move(target)
        was_granted = row.is_granted
        _release(row, reason, by=by)
        row.move_to(target)
        row.ended_at, row.reason, row.rank = now(), clean(reason)[:400], None
        if before is H.APPROVED:
            take_out(row, by=by, quietly=True)
        rerank(row.fair_id)
        record(f"hosting.{target.value}", row, by=by, before={"state": before}, after={"reason": row.reason})
        if was_granted:
            publish(HostingEnded(row, by, row.reason))
        if not quiet and (was_granted or target is H.REFUSED):
            tell(row, "ended" if was_granted else "refused")
        if promote and before in TAKEN:
            promote_next(row.fair, settings, row)
    return row


def expire_due() -> int:
    """Granted supports that nobody confirmed in time expire; gives their number. Each in a transaction of its own."""
    rows = db.session.scalars(
        select(Hosting).where(Hosting.state == H.GRANTED, Hosting.reply_by.is_not(None)).order_by(Hosting.id)
    ).all()
    number = 0
    for row in rows:
        if row.reply_by is None or row.reply_by >= row.fair.today:
            continue
        with transaction():
            found, _settings = begin(row)
            if found.state is H.GRANTED and found.reply_by is not None and found.reply_by < found.fair.today:
                end_hosting(
                    found, H.EXPIRED, _("Not confirmed until %(day)s.", day=found.reply_by.isoformat()), by=SYSTEM
                )
                number += 1
    return number


def _grants(row: Hosting, *states: GrantState) -> list[Grant]:
    return [grant for grant in live_grants_of(SUBJECT, row.id) if grant.state in states]


def _release(row: Hosting, reason: str, *, by: Actor) -> None:
    for grant in _grants(row, GrantState.PROPOSED, GrantState.COMMITTED):
        release_grant(grant, reason=reason, by=by)


# --- the reserve list ----------------------------------------------------------------------------------------------


def promote_next(fair: Fair, settings: HostingSettings, freed: Hosting | None) -> Hosting | None:
    """Propose the next of the reserve list for whom there is room, where the fair lets that happen by itself.

    Inside transaction(), with the fair's lock. Who is passed over and why is kept.
    """
    if not settings.auto_promote or fair.is_cancelled or fair.today > fair.ends_on:
        return None  # nobody is wanted any more
    waiting = list(reserve_of(fair.id))
    while waiting:
        row, passed = next_that_fits(settings, waiting, Room.of(fair, settings))
        for one in passed:
            _log(
                one, freed, automatic=True, outcome="skipped", reason=_("No room for this tier and region."), by=SYSTEM
            )
        if row is None:
            return None
        rank = row.rank
        try:
            with transaction():
                moved = propose_hosting(row, row.tier, by=SYSTEM)
        except DomainError as error:
            _log(row, freed, automatic=True, outcome="skipped", reason=str(error), by=SYSTEM)
            waiting = waiting[waiting.index(row) + 1 :]
            continue
        _log(moved, freed, automatic=True, outcome="moved", reason=_ended(freed), by=SYSTEM, rank=rank)
        return moved
    return None


def promote(hosting: Hosting, *, by: Actor, reason: str = "", second_reason: str = "") -> Hosting:
    """Move somebody up from the reserve list by hand; raises as propose_hosting."""
    with transaction():
        rank = hosting.rank
        row = propose_hosting(hosting, hosting.tier, by=by, reason=reason, second_reason=second_reason)
        _log(row, None, automatic=False, outcome="moved", reason=reason or _("Moved up by hand."), by=by, rank=rank)
    return row


def _ended(freed: Hosting | None) -> str:
    return _("%(reference)s: %(state)s", reference=freed.reference, state=str(freed.state.label)) if freed else ""


def _log(
    row: Hosting, freed: Hosting | None, *, automatic: bool, outcome: str, reason: str, by: Actor, rank: int | None = None
) -> None:  # fmt: skip
    db.session.add(
        ReserveMove(
            fair_id=row.fair_id, hosting_id=row.id, freed_id=freed.id if freed else None, rank=rank or row.rank,
            is_automatic=automatic, outcome=outcome, reason=reason[:400], by_name=by.label[:250],
        )
    )  # fmt: skip
    db.session.flush()


# --- accounting ----------------------------------------------------------------------------------------------------


def settle_hosting(
    hosting: Hosting, travel_actual: Money | None, lodging_actual: Money | None, *, by: Actor
) -> Hosting:
    """Account for a support by what travel and rooms cost; None: nothing was paid for it. The rest is free again.

    The ceilings get what it cost; the place stays taken. Raises TooMuch above what was committed or for what the tier does not
    pay, ClashWaits, InvalidTransition.
    """
    with transaction():
        row, _settings = begin(hosting)
        row.require_move(H.SETTLED)
        actual: dict[Any, Money | None] = {Purpose.TRAVEL: travel_actual, Purpose.LODGING: lodging_actual}
        grants = _grants(row, GrantState.COMMITTED)
        paid = {grant.purpose for grant in grants}
        for purpose, money in actual.items():
            if grants and purpose not in paid and money is not None and money.amount_minor:
                raise TooMuch(_l("The tier of this guest does not pay for it."), field=purpose.value)
        for grant in grants:
            settle_grant(grant, actual.get(grant.purpose) or Money(0, grant.currency), by=by)
        row.move_to(H.SETTLED)
        record("hosting.settle", row, by=by, after={"travel": travel_actual, "lodging": lodging_actual})
    return row


def recover_hosting(hosting: Hosting, amount: Money, reason: str, by: Actor) -> Hosting:
    """Note that money of an accounted support came back: of travel first, then of rooms. Raises TooMuch, InvalidInput."""
    with transaction():
        row, _settings = begin(hosting)
        grants = sorted(_grants(row, GrantState.SETTLED), key=lambda one: (one.purpose is not Purpose.TRAVEL, one.id))
        there = sum((grant.actual_minor or 0) for grant in grants)
        if amount.amount_minor <= 0 or amount.amount_minor > there or amount.currency != row.currency:
            raise TooMuch(_l("More than was settled."), field="amount")
        left = amount.amount_minor
        for grant in grants:
            part = min(left, grant.actual_minor or 0)
            if part:
                recover_grant(grant, reason=reason, by=by, amount=Money(part, grant.currency))
                left -= part
        record("hosting.recover", row, by=by, after={"amount": amount, "reason": clean(reason)[:400]})
    return row
