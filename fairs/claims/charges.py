"""Guests who owe: a room or ticket that was not used, or money that was paid and not due."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.claims.errors import WasHere
from fairs.claims.models import Charge, Claim
from fairs.claims.queries import check_in_days, locked
from fairs.claims.service import close, hotel_cost, locked_to_end, notify
from fairs.claims.states import ChargeKind, ChargeState, ClaimState
from fairs.claims.transfers import LETTER, bank_number
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.funding.queries import live_grants_of
from fairs.funding.states import GrantState
from fairs.hosting.service import recover_hosting
from fairs.hosting.states import HostingState
from fairs.payments.credits import day_of_money
from fairs.payments.numbers import document_number

TIME_TO_PAY = timedelta(days=30)
S, H = ClaimState, ChargeState


def propose_charge(claim: Claim, kind: ChargeKind, amount: Money, *, reason: str, by: Actor) -> Charge:
    """Propose what a guest owes us: for not coming (a locked or open claim, no check-in, after the first day), or of what
    was paid. Raises InvalidInput, WasHere, InvalidTransition, and InvalidInput while another charge is open."""
    text = clean(reason)[:2000]
    if not text:
        raise InvalidInput(_l("Please give the reason."), field="reason")
    if amount.currency != claim.currency or amount.amount_minor <= 0:
        raise InvalidInput(_l("Write an amount above zero."), field="amount")
    with transaction():
        row = locked(claim)
        _check(row, kind, amount)
        if any(one.state in {H.PROPOSED, H.OWED} for one in row.charges):
            raise InvalidInput(_l("A charge is proposed or owed already."), field="amount")
        made = Charge(
            fair_id=row.fair_id, claim_id=row.id, kind=kind, state=H.PROPOSED, amount_minor=amount.amount_minor,
            currency=amount.currency, reason=text, proposed_by_id=by.user_id, proposed_for_id=by.for_user_id,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        db.session.expire(row, ["charges"])
        record("claims.propose_charge", row, by=by, after={"kind": kind, "amount": amount, "reason": text})
    return made


def _check(claim: Claim, kind: ChargeKind, amount: Money) -> None:
    if kind is ChargeKind.RECOVERY:
        claim.require_move(S.RECOVERED)
        if claim.payable is not None and amount.amount_minor > claim.payable.amount_minor:
            raise InvalidInput(_l("This is more than was paid."), field="amount")
        return
    claim.require_move(S.NO_SHOW)
    if check_in_days(claim):
        raise WasHere
    if claim.fair.today <= claim.fair.starts_on:
        raise InvalidInput(_l("The fair has only begun: the guest may still come."), field="amount")


def proposal_for(claim: Claim) -> Money:
    """What a no-show has cost us: the funded nights that the hotel charges."""
    return hotel_cost(claim)


def decide_charge(charge: Charge, *, approve: bool, by: Actor) -> Charge:
    """A second person approves it: the guest gets a letter. A claim of a guest who did not come ends with it.

    Raises SamePerson, WasHere, InvalidTransition.
    """
    with transaction():
        claim = locked_to_end(charge.claim)
        row = db.session.get_one(Charge, charge.id, with_for_update={"of": Charge}, populate_existing=True)
        require_second_person(by, row.proposed_by_id, row.proposed_for_id)
        row.move_to(H.OWED if approve else H.DROPPED)
        row.decided_by_id, row.decided_at = by.user_id, now()
        if approve:
            _check(claim, row.kind, row.amount)
            row.due_on = claim.fair.today + TIME_TO_PAY
            row.number = document_number(claim.fair.code, LETTER, day_of_money())
            if row.kind is ChargeKind.NO_SHOW:
                claim.hotel_minor = hotel_cost(claim).amount_minor
                claim.travel_minor = claim.lodging_minor = 0
                claim.move_to(S.NO_SHOW)
                claim.reason = row.reason
                close(claim, by=by)
            db.session.flush()
            notify(claim, "charge", charge=row, attachments=[("claim-charge", row.id)])
        record("claims.decide_charge", claim, by=by, after={"state": row.state, "amount": row.amount})
    return row


def recover_charge(charge: Charge, *, reference: str, on: date, by: Actor) -> Charge:
    """The guest has paid it back. Raises InvalidInput, InvalidTransition."""
    known = bank_number(reference, on)
    with transaction():
        claim = locked_to_end(charge.claim)
        row = db.session.get_one(Charge, charge.id, with_for_update={"of": Charge}, populate_existing=True)
        row.move_to(H.RECOVERED)
        row.ended_on, row.bank_reference = on, known
        if row.kind is ChargeKind.RECOVERY:
            claim.move_to(S.RECOVERED)
        record("claims.recover", claim, by=by, after={"amount": row.amount, "reference": known})
        back = min(row.amount_minor, _settled(claim))  # what others paid, as a ticket, is no money of the support
        if back:
            recover_hosting(claim.hosting, Money(back, row.currency), row.reason, by=by)
    return row


def _settled(claim: Claim) -> int:
    """What the support was settled with and has not come back yet, in minor units."""
    if claim.hosting.state is not HostingState.SETTLED:
        return 0
    grants = live_grants_of("Hosting", claim.hosting_id)
    return sum(one.actual_minor or 0 for one in grants if one.state is GrantState.SETTLED)


def write_off(charge: Charge, *, reason: str, by: Actor) -> Charge:
    """The money will not come, with a reason; not by who proposed the charge. Raises InvalidInput,
    SamePerson, InvalidTransition."""
    text = clean(reason)[:400]
    if not text:
        raise InvalidInput(_l("Please give the reason."), field="reason")
    with transaction():
        claim = locked(charge.claim)
        row = db.session.get_one(Charge, charge.id, with_for_update={"of": Charge}, populate_existing=True)
        require_second_person(by, row.proposed_by_id, row.proposed_for_id)
        row.move_to(H.WRITTEN_OFF)
        row.ended_on, row.end_reason = claim.fair.today, text
        record("claims.write_off", claim, by=by, after={"amount": row.amount, "reason": text})
    return row
