"""A claim's way: made with the grant, opened by proof, handed in, refused, expired, closed; what it comes to."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.claims.arithmetic import ONE, Paid, Rate, Statement, Terms, convert, state_claim
from fairs.claims.checklist import checklist, is_unlocked, missing
from fairs.claims.errors import Incomplete, RateMissing
from fairs.claims.models import Claim, ClaimLine, ClaimRules
from fairs.claims.queries import CAME, locked, rules_of
from fairs.claims.states import WITH_GUEST, ClaimState
from fairs.contracts.rates import rate_for
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.money import Money
from fairs.core.sequences import next_reference
from fairs.core.text import clean
from fairs.hosting.models import Hosting
from fairs.hosting.service import begin, settle_hosting
from fairs.hosting.states import GRANTED, HostingState
from fairs.identity.service import remove_after
from fairs.importers.service import link_for
from fairs.lodging.payers import costs_of
from fairs.lodging.queries import current_stay, nights_used
from fairs.lodging.states import StayState
from fairs.messages.service import Notice, send

S = ClaimState
log = logging.getLogger(__name__)
_RUNNING = or_(Claim.state.in_((S.OPEN, S.RETURNED)), and_(Claim.state == S.LOCKED, CAME))
"""Claims that their guests still have to do something about."""
KEEP_PAPERS = timedelta(days=30)
"""How long papers and passport are kept after a claim has closed (``domain/BRIEF.md`` section 7)."""


def guest_actor(claim: Claim) -> Actor:
    """The guest, who acts by the link of the own page."""
    return Actor(None, claim.importer.reference)


def notify(claim: Claim, template: str, *, attachments: Sequence[tuple[str, Any]] = (), **context: Any) -> None:
    """Write to the guest, in the guest's language, with a link to the own page; inside transaction()."""
    importer = claim.importer
    send(
        Notice(
            template=f"claims/{template}", name=importer.person.display_name, email=importer.person.email or None,
            locale=importer.locale, fair_id=claim.fair_id, attachments=attachments,
            context={"claim": claim, "fair": claim.fair, "token": link_for(importer), **context},
        )
    )  # fmt: skip


# --- making and opening ----------------------------------------------------------------------------------------------


def open_claim(hosting: Hosting, *, by: Actor = SYSTEM) -> Claim:
    """The claim of a granted support, made when there is none; locked until the obligations are met. Inside or outside
    transaction()."""
    with transaction():
        # Two who come at once wait for each other at the support.
        row = db.session.get_one(Hosting, hosting.id, with_for_update={"of": Hosting}, populate_existing=True)
        found = db.session.scalar(select(Claim).where(Claim.hosting_id == row.id))
        if found is not None:
            return found
        fair = row.fair
        claim = Claim(
            fair_id=row.fair_id, hosting_id=row.id, importer_id=row.importer_id, company_id=row.company_id,
            person_id=row.person_id, reference=next_reference(fair.code, "K"), state=S.LOCKED, currency=row.currency,
            due_on=fair.ends_on + timedelta(days=rules_of(fair.id).days_to_claim),
        )  # fmt: skip
        db.session.add(claim)
        db.session.flush()
        record("claims.make", claim, by=by, after={"hosting": row.reference})
    return claim


def open_missing_claims() -> int:
    """Make the claims of granted supports that have none yet; gives back how many."""
    have = select(Claim.id).where(Claim.hosting_id == Hosting.id).exists()
    rows = db.session.scalars(select(Hosting).where(Hosting.state.in_(GRANTED), ~have).order_by(Hosting.id)).all()
    for row in rows:
        open_claim(row)
    return len(rows)


def unlock(claim: Claim, *, by: Actor = SYSTEM) -> Claim:
    """Open a locked claim whose obligations are met; any other stays as it is."""
    if claim.state is not S.LOCKED or not is_unlocked(checklist(claim)):
        return claim
    with transaction():
        row = locked(claim)
        if row.state is S.LOCKED and is_unlocked(checklist(row)):
            row.move_to(S.OPEN)
            record("claims.open", row, by=by)
            notify(row, "open")
    return claim


def unlock_all() -> int:
    """Open every locked claim of a fair that has begun and whose obligations are met; gives back how many."""
    query = select(Claim).join(Fair, Fair.id == Claim.fair_id).where(Claim.state == S.LOCKED).order_by(Claim.id)
    rows = [row for row in db.session.scalars(query) if row.fair.starts_on <= row.fair.today]
    return sum(unlock(row).state is S.OPEN for row in rows)


def save_rules(fair: Fair, values: dict[str, int], *, by: Actor) -> ClaimRules:
    """Set what the fair asks for; the last day of claims that are with their guests moves along."""
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update={"key_share": True})
        row = db.session.scalar(select(ClaimRules).where(ClaimRules.fair_id == fair.id))
        if row is None:
            row = ClaimRules(fair_id=fair.id)
            db.session.add(row)
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        db.session.flush()
        day = fair.ends_on + timedelta(days=row.days_to_claim)
        waiting = select(Claim).where(Claim.fair_id == fair.id, Claim.state.in_(WITH_GUEST)).with_for_update()
        for claim in db.session.scalars(waiting.order_by(Claim.id)):
            claim.due_on = max(claim.due_on, day)
        record("claims.rules", row, by=by, before=before, after=values)
    return row


def extend(claim: Claim, until: date, *, reason: str, by: Actor) -> Claim:
    """Give the guest until ``until``, with a reason. Raises InvalidInput, InvalidTransition for one that is not with the guest."""
    if not clean(reason):
        raise InvalidInput(_l("Please give the reason."), field="reason")
    with transaction():
        row = locked(claim)
        if row.state not in WITH_GUEST:
            row.require_move(S.OPEN)
        if until <= row.fair.today:
            raise InvalidInput(_l("Choose a day after today."), field="until")
        before, row.due_on, row.reminded_on = row.due_on, until, None
        record(
            "claims.extend",
            row,
            by=by,
            before={"due_on": before},
            after={"due_on": until, "reason": clean(reason)[:400]},
        )
    return row


# --- handing in ------------------------------------------------------------------------------------------------------


def submit(claim: Claim, *, nothing: bool = False, by: Actor) -> Claim:
    """Hand the claim in for review. ``nothing``: the guest has paid nothing that is refunded, so no papers are needed.

    Raises Incomplete naming what is missing, InvalidTransition.
    """
    unlock(claim)
    with transaction():
        row = locked(claim)
        row.require_move(S.SUBMITTED)
        row.nothing_to_claim = nothing and not row.lines
        gaps = missing(checklist(row))
        if gaps:
            raise Incomplete(
                _("Still missing: %(what)s", what=", ".join(str(item.proof.label) for item in gaps)), field="submit"
            )
        if not row.lines and not row.nothing_to_claim:
            raise Incomplete(_("Write down what you paid, or say that there is nothing to refund."), field="submit")
        row.move_to(S.SUBMITTED)
        row.submitted_at, row.submitted_by_id, row.reason = now(), by.user_id, ""
        record("claims.submit", row, by=by, after={"nothing": row.nothing_to_claim})
        notify(row, "submitted", days=rules_of(row.fair_id).review_days)
    return row


def refuse(claim: Claim, *, reason: str, by: Actor) -> Claim:
    """Pay nothing, for a reason that the guest reads. Raises InvalidInput, InvalidTransition."""
    return _end(claim, S.REFUSED, reason, by=by)


def _end(claim: Claim, target: ClaimState, reason: str, *, by: Actor) -> Claim:
    text = clean(reason)[:2000]
    if not text:
        raise InvalidInput(_l("Please give the reason."), field="reason")
    with transaction():
        row = locked_to_end(claim)
        row.require_move(target)
        row.reason = text
        row.hotel_minor = hotel_cost(row).amount_minor
        row.travel_minor = row.lodging_minor = 0
        row.move_to(target)
        record(f"claims.{target.value}", row, by=by, after={"reason": text})
        close(row, by=by)
        notify(row, target.value)
    return row


def expire_due() -> int:
    """End the claims whose guests did not hand in, or did not do their part at the fair, by the last day; gives back how many. One
    who did not come at all waits for the staff: a room may have to be charged. So does one for which a rate is missing."""
    ended = 0
    for row in db.session.scalars(select(Claim).where(_RUNNING).order_by(Claim.id)).all():
        if row.due_on >= row.fair.today:
            continue
        day = row.due_on.strftime("%d/%m/%Y")
        if row.state is S.LOCKED:
            reason = _("Check-ins, meetings or the survey were still missing on %(day)s.", day=day)
        else:
            reason = _("It was not handed in by %(day)s.", day=day)
        try:
            _end(row, S.EXPIRED, reason, by=SYSTEM)
            ended += 1
        except DomainError as error:
            log.warning("claim %s does not end: %s", row.reference, error.code)
    return ended


def end_with_support(hosting: Hosting, reason: str, *, by: Actor) -> None:
    """The support has ended before it was accounted for: its claim ends too. Inside transaction()."""
    claim = db.session.scalar(select(Claim).where(Claim.hosting_id == hosting.id))
    if claim is not None and claim.may_move_to(S.EXPIRED):
        row = locked(claim)
        row.move_to(S.EXPIRED)
        row.reason = clean(reason)[:2000] or str(_l("The support has ended."))
        record("claims.expired", row, by=by, after={"reason": row.reason})
        close(row, by=by)


def remind_due() -> int:
    """Write to guests whose last day is near, once; gives back how many."""
    number = 0
    rows = db.session.scalars(select(Claim).where(_RUNNING, Claim.reminded_on.is_(None)).order_by(Claim.id)).all()
    for claim in rows:
        today = claim.fair.today
        if not today <= claim.due_on <= today + timedelta(days=rules_of(claim.fair_id).remind_before):
            continue
        with transaction():
            row = locked(claim)
            if row.state in WITH_GUEST and row.reminded_on is None:
                row.reminded_on = today
                record("claims.remind", row, by=SYSTEM)
                notify(row, "reminder", items=missing(checklist(row)))
                number += 1
    return number


def locked_to_end(claim: Claim) -> Claim:
    """The claim's row under its lock, after those of its support: whoever ends a support takes them in this order, too. Inside
    transaction()."""
    begin(claim.hosting)
    return locked(claim)


# --- what it comes to ------------------------------------------------------------------------------------------------


def look_up(line: ClaimLine, currency: str) -> Rate | None:
    """The rate of the receipt's day: frozen at the review, else by the table, the last one of the week before; None where
    there is none."""
    if line.currency == currency:
        return ONE
    if line.rate_vnd is not None:
        return Rate(line.rate_vnd, line.rate_base_vnd or ONE.vnd, line.rate_on, line.rate_source)
    return table_rate(line.currency, currency, line.paid_on)


def table_rate(own: str, base: str, day: date) -> Rate | None:
    """The rate of one day by the table of exchange rates; through the dong where neither currency is it."""
    if own == base:
        return ONE
    first = None if own == "VND" else rate_for(own, day)
    second = None if base == "VND" else rate_for(base, day)
    if (own != "VND" and first is None) or (base != "VND" and second is None):
        return None
    used = [rate for rate in (first, second) if rate is not None]
    sources = "; ".join(dict.fromkeys(rate.source for rate in used))[:120]
    return Rate(
        first.vnd if first else ONE.vnd, second.vnd if second else ONE.vnd, min(rate.day for rate in used), sources
    )  # fmt: skip


def statement_of(claim: Claim) -> Statement:
    """The arithmetic of the claim as it stands: by the frozen rates after the review, by the table before."""
    hosting = claim.hosting
    nights: list[date] = []
    if hosting.funded_from is not None:
        nights = [hosting.funded_from + timedelta(days=n) for n in range(hosting.funded_nights)]
    ours = [one.night for one in nights_used(claim.importer_id) if one.is_funded]
    terms = Terms(hosting.travel_cap, hosting.night_cap, hosting.tier.pays_travel, nights, ours)
    lines = [Paid(line.id, line.kind, line.accepted, look_up(line, claim.currency), line.night) for line in claim.lines]
    return state_claim(lines, terms)


def hotel_cost(claim: Claim) -> Money:
    """What the organiser pays the hotel for this guest: the funded nights that were slept, each up to the cap of a night;
    of who did not come, the funded nights that the room was held. In the claim's currency; raises RateMissing."""
    used = [(one.night, one.price) for one in nights_used(claim.importer_id) if one.is_funded]
    if not used:
        used = _held_in_vain(claim)
    whole = 0
    for night, price in used:
        own = _in_own(price, night, claim.currency).amount_minor
        whole += min(own, claim.hosting.night_cap_minor or own)
    return Money(whole, claim.currency)


def _held_in_vain(claim: Claim) -> list[tuple[date, Money]]:
    stay = current_stay(claim.importer_id)
    if stay is None or stay.state is not StayState.NO_SHOW:
        return []
    costs = costs_of([stay]).get(stay.id)
    return [(one.night, one.organiser) for one in costs.nights if one.is_funded] if costs is not None else []


def _in_own(price: Money, day: date, currency: str) -> Money:
    if price.currency == currency:
        return price
    rate = table_rate(price.currency, currency, day)
    if rate is None:
        raise RateMissing
    return convert(price, rate, currency)


# --- closing ---------------------------------------------------------------------------------------------------------


def close(claim: Claim, *, by: Actor) -> None:
    """A claim has ended: its support is accounted for, and papers and passport go 30 days later. Inside transaction()."""
    claim.closed_on = claim.fair.today
    claim.purge_on = claim.closed_on + KEEP_PAPERS
    remove_after(claim.person_id, claim.purge_on)
    hosting = claim.hosting
    if hosting.state in GRANTED and hosting.state is not HostingState.SETTLED:
        travel = Money(claim.travel_minor or 0, claim.currency) if hosting.tier.pays_travel else None
        lodging = None
        if hosting.tier.pays_hotel:
            lodging = Money((claim.lodging_minor or 0) + (claim.hotel_minor or 0), claim.currency)
        settle_hosting(hosting, travel, lodging, by=by)


def purge_due() -> int:
    """Remove the papers and bank accounts of claims that closed 30 days ago; hashes, facts and amounts stay."""
    from fairs.claims.proofs import remove_papers

    rows = db.session.scalars(
        select(Claim).where(Claim.purge_on.is_not(None), Claim.purged_at.is_(None)).order_by(Claim.id)
    ).all()
    due = [row for row in rows if row.purge_on is not None and row.purge_on <= row.fair.today]
    for row in due:
        remove_papers(row, by=SYSTEM)
    return len(due)
