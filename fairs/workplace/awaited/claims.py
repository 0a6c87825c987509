"""Reimbursement of guests: to review, approve and pay, what a second person decides, who did not come."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.claims.models import Charge, Claim, ClaimClash, ClaimWaiver
from fairs.claims.permissions import APPROVE_CLAIMS, PAY_CLAIMS, REVIEW_CLAIMS
from fairs.claims.queries import CAME
from fairs.claims.states import ChargeState, ClaimState, WaiverState
from fairs.core.i18n import format_money
from fairs.funding.states import ClashState
from fairs.workplace.inbox import INVOLVED, TODAY, Kind, Why, always

S = ClaimState
_PERSON = (joinedload(Claim.person),)
_OF_CLAIM = (joinedload(ClaimWaiver.claim).joinedload(Claim.person),)


def _who(claim: Claim) -> str:
    return claim.person.display_name


def _what(claim: Claim) -> str:
    return f"{format_money(claim.payable)} · {claim.reference}" if claim.payable is not None else claim.reference


def _page(claim: Claim) -> tuple[str, dict[str, Any]]:
    return "claims.show", {"reference": claim.reference}


def _not_by(column: Any) -> Any:
    """Nobody seconds their own act."""
    return func.coalesce(column, 0).not_in(INVOLVED)


_ended = select(Fair.id).where(Fair.id == Claim.fair_id, Fair.ends_on < TODAY).exists()

KINDS = (
    Kind(
        key="claim-review", states=(S.SUBMITTED,), model=Claim, where=(Claim.state == S.SUBMITTED,),
        permission=REVIEW_CLAIMS, counts_from=Claim.submitted_at, days=10, icon="inbox", reason=_l("Claim to review"),
        title=lambda n: ngettext("%(num)s claim waits to be reviewed", "%(num)s claims wait to be reviewed", n),
        who=_who, what=_what, button=_l("Review"), page=_page, list_page=("claims.index", {"state": "submitted"}),
        at=always, load=_PERSON,
    ),
    Kind(
        key="claim-approval", states=(S.REVIEWED,), model=Claim,
        where=(Claim.state == S.REVIEWED, _not_by(Claim.reviewed_by_id), _not_by(Claim.reviewed_for_id),
               _not_by(Claim.submitted_by_id)),
        permission=APPROVE_CLAIMS, counts_from=Claim.reviewed_at, days=3, icon="circle-check", reason=_l("Claim to approve"),
        title=lambda n: ngettext("%(num)s claim waits for approval", "%(num)s claims wait for approval", n),
        who=_who, what=_what, button=_l("Approve"), page=_page, list_page=("claims.index", {"state": "reviewed"}),
        at=always, load=_PERSON,
    ),
    Kind(
        key="claim-payment", states=(S.APPROVED,), model=Claim, where=(Claim.state == S.APPROVED,),
        permission=PAY_CLAIMS, counts_from=Claim.approved_at, days=3, icon="building-bank", reason=_l("Claim to pay"),
        title=lambda n: ngettext("%(num)s approved claim is to be paid", "%(num)s approved claims are to be paid", n),
        who=_who, what=_what, button=_l("Make a transfer list"), page=lambda _one: ("claim_transfers.index", {}),
        list_page=("claim_transfers.index", {}), at=always, load=_PERSON,
    ),
    Kind(
        key="claim-returned", states=(S.RETURNED,), model=Claim,
        where=(Claim.state == S.RETURNED, Claim.due_on < TODAY), permission=REVIEW_CLAIMS, counts_from=Claim.due_on, days=0,
        icon="clock-x", reason=_l("Guest has not answered"),
        title=lambda n: ngettext("%(num)s claim was sent back and not handed in again",
                                 "%(num)s claims were sent back and not handed in again", n),
        who=_who, what=_what, button=_l("Extend or refuse"), page=_page, list_page=("claims.index", {"state": "returned"}),
        at=always, load=_PERSON,
    ),
    Kind(
        key="claim-no-show", states=(S.LOCKED,), model=Claim, where=(Claim.state == S.LOCKED, _ended, ~CAME),
        permission=REVIEW_CLAIMS, counts_from=Claim.due_on, days=0, icon="user-x", reason=_l("Guest did not come"),
        title=lambda n: ngettext("%(num)s supported guest did not come", "%(num)s supported guests did not come", n),
        who=_who, what=_what, button=_l("Charge or refuse"), page=_page, list_page=("claims.index", {"state": "locked"}),
        at=always, load=_PERSON,
    ),
    Kind(
        key="claim-waiver", states=(WaiverState.ASKED,), model=ClaimWaiver,
        where=(ClaimWaiver.state == WaiverState.ASKED, _not_by(ClaimWaiver.asked_by_id), _not_by(ClaimWaiver.asked_for_id)),
        permission=APPROVE_CLAIMS, counts_from=ClaimWaiver.created_at, days=3, icon="hand-stop", reason=_l("Waiver to decide"),
        title=lambda n: ngettext("%(num)s waiver waits for a second person", "%(num)s waivers wait for a second person", n),
        who=lambda one: _who(one.claim), what=lambda one: f"{one.item.label} · {one.claim.reference}", button=_l("Decide"),
        page=lambda one: _page(one.claim), list_page=("claims.index", {}), at=always, load=_OF_CLAIM,
    ),
    Kind(
        key="claim-duplicate", states=(ClashState.WAITING,), model=ClaimClash,
        where=(ClaimClash.state == ClashState.WAITING, _not_by(ClaimClash.asked_by_id), _not_by(ClaimClash.asked_for_id)),
        permission=APPROVE_CLAIMS, counts_from=ClaimClash.created_at, days=3, icon="alert-triangle",
        reason=_l("Paper used before?"),
        title=lambda n: ngettext("%(num)s suspected duplicate of a claim", "%(num)s suspected duplicates of claims", n),
        who=lambda one: _who(one.claim), what=lambda one: f"{one.other} · {one.claim.reference}", button=_l("Decide"),
        page=lambda one: _page(one.claim), list_page=("claims.index", {}), at=always,
        load=(joinedload(ClaimClash.claim).joinedload(Claim.person),),
    ),
    Kind(
        key="claim-charge", states=(ChargeState.PROPOSED,), model=Charge,
        where=(Charge.state == ChargeState.PROPOSED, _not_by(Charge.proposed_by_id), _not_by(Charge.proposed_for_id)),
        permission=APPROVE_CLAIMS, counts_from=Charge.created_at, days=3, icon="receipt", reason=_l("Charge to decide"),
        title=lambda n: ngettext("%(num)s charge waits for a second person", "%(num)s charges wait for a second person", n),
        who=lambda one: _who(one.claim), what=lambda one: f"{format_money(one.amount)} · {one.claim.reference}",
        button=_l("Decide"), page=lambda one: _page(one.claim), list_page=("claims.index", {}), at=always,
        load=(joinedload(Charge.claim).joinedload(Claim.person),),
    ),
    Kind(
        key="claim-owed", states=(ChargeState.OWED,), model=Charge,
        where=(Charge.state == ChargeState.OWED, Charge.due_on < TODAY), permission=PAY_CLAIMS, counts_from=Charge.due_on,
        days=0, icon="hourglass", reason=_l("Guest has not paid"),
        title=lambda n: ngettext("%(num)s charge is overdue", "%(num)s charges are overdue", n),
        who=lambda one: _who(one.claim), what=lambda one: f"{format_money(one.amount)} · {one.claim.reference}",
        button=_l("Record it or write it off"), page=lambda one: _page(one.claim), list_page=("claims.index", {}), at=always,
        load=(joinedload(Charge.claim).joinedload(Claim.person),),
    ),
)  # fmt: skip

NOBODY = {
    ClaimState: {
        S.OPEN: Why.IMPORTER,
        S.IN_TRANSFER: Why.AUTOMATIC,  # the bank pays within days; finance records its statement
        S.PAID: Why.FINAL,
        S.CLOSED: Why.FINAL,
        S.REFUSED: Why.FINAL,
        S.EXPIRED: Why.FINAL,
        S.NO_SHOW: Why.FINAL,
        S.RECOVERED: Why.FINAL,
    },
    WaiverState: {WaiverState.WAIVED: Why.FINAL, WaiverState.KEPT: Why.FINAL},
    ChargeState: {
        ChargeState.RECOVERED: Why.FINAL,
        ChargeState.WRITTEN_OFF: Why.FINAL,
        ChargeState.DROPPED: Why.FINAL,
    },
}
