"""Papers and ticket numbers that were used elsewhere: found here, explained by who brings them, decided by a second person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from fairs.audit.service import record
from fairs.claims.errors import Duplicate
from fairs.claims.models import Claim, ClaimClash, ClaimFile, ClaimLine
from fairs.claims.queries import Earlier, locked
from fairs.claims.states import ClaimState, LineKind, Proof
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.text import clean
from fairs.funding.duplicates import Paper
from fairs.funding.external_models import ExternalSupport
from fairs.funding.states import ClashState, Purpose
from fairs.hosting.room import SUBJECT

_NOT_PAID = (ClaimState.REFUSED, ClaimState.EXPIRED, ClaimState.NO_SHOW, ClaimState.RECOVERED)
"""What is asked for and not, or not any more, paid by these: nothing can be paid twice."""


def suspect(claim: Claim, what: str, found: list[Earlier], reason: str, *, by: Actor) -> None:
    """Keep where a paper or number was used before, for a second person to look at.

    Raises Duplicate without a reason. Inside transaction(), with the claim locked.
    """
    known = {(one.what, one.other) for one in claim.clashes}
    new = [one for one in found if (what[:80], one.reference) not in known]
    if not new:
        return
    if not clean(reason):
        if by.user_id is None:  # a guest is not told whose it is
            text = _("We know this paper or number from somewhere else. Say why it is yours, or hand in another one.")
        else:
            text = _("Used before: %(where)s", where="; ".join(f"{one.reference} ({one.name})" for one in new))
        raise Duplicate(text, field="reason")
    for one in new:
        db.session.add(
            ClaimClash(
                fair_id=claim.fair_id, claim_id=claim.id, what=what[:80], other=one.reference, state=ClashState.WAITING,
                reason=clean(reason)[:2000], asked_by_id=by.user_id, asked_for_id=by.for_user_id,
            )
        )  # fmt: skip
        record("claims.suspect", claim, by=by, after={"other": one.reference, "reason": clean(reason)[:400]})
    db.session.flush()
    db.session.expire(claim, ["clashes"])


def kept_papers(receipts: Collection[str], tickets: Collection[str]) -> Iterator[Paper]:
    """Which of these receipts and tickets prove a claim: for the check of grants, two statements at most."""
    if receipts:
        files = select(Claim.hosting_id, ClaimFile.kind, ClaimFile.sha256).join(
            ClaimFile, ClaimFile.claim_id == Claim.id
        )
        for hosting, kind, digest in db.session.execute(files.where(ClaimFile.sha256.in_(receipts))):
            purpose = Purpose.LODGING if kind is Proof.FOLIO else Purpose.TRAVEL
            yield Paper(SUBJECT, hosting, purpose, receipt_sha256=digest)
    if tickets:
        lines = select(Claim.hosting_id, ClaimLine.number).join(ClaimLine, ClaimLine.claim_id == Claim.id)
        rule = (ClaimLine.kind == LineKind.TRAVEL, ClaimLine.number.in_(tickets))
        for hosting, number in db.session.execute(lines.where(*rule)):
            yield Paper(SUBJECT, hosting, Purpose.TRAVEL, ticket_number=number)


def suspect_listed(lines: Sequence[ExternalSupport], *, by: Actor) -> None:
    """Tickets and receipts of a list that came in after the claims: each waits for a second person. Inside transaction()."""
    tickets = {line.ticket_number: line for line in lines if line.ticket_number}
    receipts = {line.receipt_sha256: line for line in lines if line.receipt_sha256}
    found: list[tuple[int, str, ExternalSupport]] = []
    if tickets:
        query = select(ClaimLine.claim_id, ClaimLine.number).where(
            ClaimLine.kind == LineKind.TRAVEL, ClaimLine.number.in_(tickets)
        )
        found += [(claim, number, tickets[number]) for claim, number in db.session.execute(query)]
    if receipts:
        papers = select(ClaimFile.claim_id, ClaimFile.sha256).where(ClaimFile.sha256.in_(receipts))
        found += [(claim, digest, receipts[digest]) for claim, digest in db.session.execute(papers)]
    reason = _("It stands in a list that came in afterwards.")
    for claim_id, what, line in sorted(found, key=lambda one: one[:2]):
        claim = locked(db.session.get_one(Claim, claim_id))
        if claim.state not in _NOT_PAID:
            suspect(claim, what, [Earlier(line.office[:20], what, line.name)], reason, by=by)
