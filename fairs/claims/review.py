"""Looking a claim over, line by line, and the second person's approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.claims.errors import DuplicateWaits, Incomplete, NotReviewed, RateMissing
from fairs.claims.models import Claim, ClaimLine
from fairs.claims.queries import locked, rules_of
from fairs.claims.service import close, hotel_cost, notify, statement_of, table_rate
from fairs.claims.states import ClaimState, Decision, LineKind, Proof, WaiverState
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.money import Money
from fairs.core.text import clean
from fairs.funding.states import ClashState

S = ClaimState


@dataclass(frozen=True, slots=True)
class LineReview:
    """What the reviewer says of a line. ``rate_vnd`` with ``rate_source`` where the table has no rate: dong for one unit."""

    decision: Decision
    accepted: Money | None = None
    reason: str = ""
    rate_vnd: Decimal | None = None
    rate_source: str = ""


def review(claim: Claim, lines: Mapping[int, LineReview], *, note: str = "", by: Actor) -> Claim:
    """Decide each line and freeze its rate; the claim then waits for a second person.

    ``lines`` by the line's key. Raises NotReviewed, RateMissing, InvalidInput (the field names the line: ``line-3-reason``),
    DuplicateWaits, InvalidTransition.
    """
    with transaction():
        row = locked(claim)
        row.require_move(S.REVIEWED)
        require_no_questions(row)
        duplicates = _duplicates(row)
        for line in row.lines:
            said = lines.get(line.id)
            if line.id in duplicates:
                said = LineReview(Decision.STRUCK, reason=duplicates[line.id])
            if said is None or said.decision is Decision.OPEN:
                raise NotReviewed(field=f"line-{line.id}-decision")
            _decide(line, said)
            _freeze(line, row.currency, said)
        db.session.flush()
        result = statement_of(row)
        row.travel_minor, row.lodging_minor = result.travel.amount_minor, result.lodging.amount_minor
        row.hotel_minor = hotel_cost(row).amount_minor
        row.reviewed_by_id, row.reviewed_for_id, row.reviewed_at = by.user_id, by.for_user_id, now()
        row.review_note = clean(note)[:2000]
        row.reason = ""
        row.move_to(S.REVIEWED)
        after = {"travel": result.travel, "lodging": result.lodging, "hotel": Money(row.hotel_minor, row.currency)}
        record("claims.review", row, by=by, after={**after, "note": row.review_note})
    return row


def require_no_questions(claim: Claim) -> None:
    """Raise DuplicateWaits or Incomplete while a second person has to look at something."""
    if any(one.state is ClashState.WAITING for one in claim.clashes):
        raise DuplicateWaits
    if any(one.state is WaiverState.ASKED for one in claim.waivers):
        raise Incomplete(_l("A second person has to decide first whether a proof is waived."))


def _duplicates(claim: Claim) -> dict[int, str]:
    """Lines of which nothing is paid because a second person found them paid elsewhere: why, by key."""
    found: dict[int, str] = {}
    kinds = {file.sha256: file.kind for file in claim.files}
    for clash in claim.clashes:
        if clash.state is not ClashState.CONFIRMED:
            continue
        by_file = {Proof.TICKET: LineKind.TRAVEL, Proof.FOLIO: LineKind.NIGHT}.get(kinds.get(clash.what, Proof.SURVEY))
        for line in claim.lines:
            if line.number == clash.what or line.kind is by_file:
                found[line.id] = _("Handed in with %(other)s already.", other=clash.other)
    return found


def _decide(line: ClaimLine, said: LineReview) -> None:
    reason = clean(said.reason)[:400]
    if said.decision is not Decision.ACCEPTED and not reason:
        raise InvalidInput(_l("Please give the reason."), field=f"line-{line.id}-reason")
    if said.decision is Decision.REDUCED:
        less = said.accepted
        if less is None or less.currency != line.currency or not 0 < less.amount_minor < line.amount_minor:
            raise InvalidInput(_l("Write less than was asked for, and more than zero."), field=f"line-{line.id}-amount")
        line.accepted_minor = less.amount_minor
    else:
        line.accepted_minor = line.amount_minor if said.decision is Decision.ACCEPTED else 0
    line.decision, line.reason = said.decision, reason


def _freeze(line: ClaimLine, currency: str, said: LineReview) -> None:
    line.rate_vnd = line.rate_base_vnd = line.rate_on = None
    line.rate_source = ""
    if line.currency == currency or not line.accepted_minor:
        return
    if said.rate_vnd is not None:
        source = clean(said.rate_source)[:120]
        if not 0 < said.rate_vnd <= 1_000_000:
            raise InvalidInput(_l("Write how many dong one unit costs, above 0."), field=f"line-{line.id}-rate")
        if not source:
            raise InvalidInput(_l("Say where the rate was published."), field=f"line-{line.id}-source")
        base = table_rate(currency, "VND", line.paid_on)
        if base is None:
            raise RateMissing(field=f"line-{line.id}-rate")
        line.rate_vnd, line.rate_base_vnd = said.rate_vnd, base.vnd
        line.rate_on, line.rate_source = line.paid_on, source
        return
    found = table_rate(line.currency, currency, line.paid_on)
    if found is None:
        raise RateMissing(field=f"line-{line.id}-rate")
    line.rate_vnd, line.rate_base_vnd, line.rate_on, line.rate_source = (
        found.vnd,
        found.base_vnd,
        found.on,
        found.source,
    )


def send_back(claim: Claim, *, reason: str, by: Actor) -> Claim:
    """Ask the guest for more, with a reason that the guest reads; the last day is at least ten days ahead.

    Raises InvalidInput, InvalidTransition.
    """
    text = _reason(reason)
    with transaction():
        row = locked(claim)
        row.move_to(S.RETURNED)
        give_time(row)
        row.reason = text
        record("claims.return", row, by=by, after={"reason": text})
        notify(row, "returned")
    return row


def give_time(claim: Claim) -> None:
    """Who has to hand something in again has as many days for it as we take for a review."""
    least = claim.fair.today + timedelta(days=rules_of(claim.fair_id).review_days)
    claim.due_on, claim.reminded_on = max(claim.due_on, least), None


def check_approval(claim: Claim, by: Actor | None = None) -> None:
    """Raise what approve() would: InvalidTransition, SamePerson, DuplicateWaits, Incomplete."""
    claim.require_move(S.APPROVED)
    require_no_questions(claim)
    if by is not None:
        require_second_person(
            by, claim.reviewed_by_id, claim.reviewed_for_id, claim.submitted_by_id, *claim.entered_by_ids
        )


def approve(claim: Claim, *, by: Actor) -> Claim:
    """A second person agrees with the review. With nothing to pay the claim is accounted for at once.

    Raises SamePerson for who reviewed it, handed it in or typed in its papers, DuplicateWaits, Incomplete without an account, InvalidTransition.
    """
    with transaction():
        row = locked(claim)
        check_approval(row, by)
        payable = row.payable
        if payable and not row.account:
            raise Incomplete(_l("The guest has given no bank account yet: send the claim back."))
        row.move_to(S.APPROVED)
        row.approved_by_id, row.approved_for_id, row.approved_at = by.user_id, by.for_user_id, now()
        record("claims.approve", row, by=by, after={"amount": payable})
        if payable:
            notify(row, "approved")
        else:
            row.move_to(S.CLOSED)
            record("claims.close", row, by=by)
            close(row, by=by)
            notify(row, "closed")
    return row


def reject_review(claim: Claim, *, reason: str, by: Actor) -> Claim:
    """The second person wants the review done again. Raises InvalidInput, InvalidTransition."""
    text = _reason(reason)
    with transaction():
        row = locked(claim)
        row.move_to(S.SUBMITTED)
        row.reason, row.approved_by_id, row.approved_at = text, None, None
        record("claims.reject", row, by=by, after={"reason": text})
    return row


def _reason(text: str) -> str:
    found = clean(text)[:2000]
    if not found:
        raise InvalidInput(_l("Please give the reason."), field="reason")
    return found
