"""What a second person decides besides the approval: waived proofs and suspected duplicates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.claims.models import Claim, ClaimClash, ClaimWaiver
from fairs.claims.queries import locked
from fairs.claims.service import unlock
from fairs.claims.states import ENDED, Proof, WaiverState
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.text import clean
from fairs.funding.states import ClashState


def ask_waiver(claim: Claim, item: Proof, *, reason: str, by: Actor) -> ClaimWaiver:
    """Propose that a proof is not asked for. Raises InvalidInput without a reason or for one that is proposed already."""
    text = clean(reason)[:400]
    if not text:
        raise InvalidInput(_l("Please give the reason."), field="reason")
    with transaction():
        row = locked(claim)
        if row.state in ENDED:
            raise InvalidTransition
        if any(one.item is item and one.state is not WaiverState.KEPT for one in row.waivers):
            raise InvalidInput(_l("This is waived or proposed already."), field="item")
        made = ClaimWaiver(
            fair_id=row.fair_id, claim_id=row.id, item=item, state=WaiverState.ASKED, reason=text,
            asked_by_id=by.user_id, asked_for_id=by.for_user_id,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        db.session.expire(row, ["waivers"])
        record("claims.ask_waiver", row, by=by, after={"item": item, "reason": text})
    return made


def decide_waiver(waiver: ClaimWaiver, *, waive: bool, by: Actor) -> ClaimWaiver:
    """A second person agrees or not. Raises SamePerson, InvalidTransition."""
    with transaction():
        locked(waiver.claim)
        row = db.session.get_one(ClaimWaiver, waiver.id, with_for_update={"of": ClaimWaiver}, populate_existing=True)
        require_second_person(by, row.asked_by_id, row.asked_for_id)
        row.move_to(WaiverState.WAIVED if waive else WaiverState.KEPT)
        row.decided_by_id, row.decided_at = by.user_id, now()
        record("claims.decide_waiver", row.claim, by=by, after={"item": row.item, "state": row.state})
    unlock(waiver.claim)
    return row


def decide_clash(clash: ClaimClash, *, is_duplicate: bool, note: str, by: Actor) -> ClaimClash:
    """A second person says whether it is a duplicate: then nothing of it is paid. Raises SamePerson, InvalidTransition,
    and InvalidInput without a reason."""
    text = clean(note)[:2000]
    if not text:
        raise InvalidInput(_l("Say what you looked at: the reason is kept."), field="note")
    with transaction():
        locked(clash.claim)
        row = db.session.get_one(ClaimClash, clash.id, with_for_update={"of": ClaimClash}, populate_existing=True)
        require_second_person(by, row.asked_by_id, row.asked_for_id)
        row.move_to(ClashState.CONFIRMED if is_duplicate else ClashState.CLEARED)
        row.decided_by_id, row.decided_at, row.note = by.user_id, now(), text
        record("claims.decide_clash", row.claim, by=by, after={"other": row.other, "state": row.state, "note": text})
    return row
