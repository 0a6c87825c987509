"""What claims do when others speak, the card on the guest's own page, the panel on the guest's screen, and attachments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.calendar.effects import moved_day
from fairs.calendar.events import FairRescheduled
from fairs.claims.checklist import checklist, is_unlocked, missing
from fairs.claims.forms import MeetingForm
from fairs.claims.models import Charge, Claim
from fairs.claims.own_pages import decide_by
from fairs.claims.permissions import REVIEW_CLAIMS, VIEW_CLAIMS
from fairs.claims.queries import claim_of
from fairs.claims.service import end_with_support, open_claim
from fairs.claims.states import ENDED, WITH_GUEST, ChargeState, ClaimState
from fairs.claims.suspicion import kept_papers, suspect_listed
from fairs.core.db import db
from fairs.core.events import subscribe
from fairs.core.i18n import format_date, format_money
from fairs.funding.duplicates import register_papers
from fairs.funding.events import SupportListed
from fairs.hosting.events import HostingEnded, HostingGranted
from fairs.hosting.queries import hosting_of
from fairs.importers.journey import Action, Card, register_card
from fairs.importers.models import Importer
from fairs.importers.panels import Panel, register_panel
from fairs.messages.render import Attachment, register_renderer

S = ClaimState


@subscribe(SupportListed)
def compare(event: SupportListed) -> None:
    """Papers of claims are compared with a list of another office that comes in afterwards."""
    suspect_listed(event.lines, by=event.by)


@subscribe(HostingGranted)
def make_claim(event: HostingGranted) -> None:
    """With the support comes its claim, locked."""
    open_claim(event.hosting, by=event.by)


@subscribe(HostingEnded)
def end_claim(event: HostingEnded) -> None:
    """Without the support there is nothing to claim."""
    end_with_support(event.hosting, event.reason, by=event.by)


@subscribe(FairRescheduled)
def move_last_days(event: FairRescheduled) -> None:
    """The last day of a claim moves with the fair."""
    query = select(Claim).where(Claim.fair_id == event.fair.id, Claim.state.in_(WITH_GUEST)).order_by(Claim.id)
    for claim in db.session.scalars(query).all():
        day = moved_day(event.fair, event.move, claim.due_on)
        event.found.set("applications", _l("Claim of a guest until"), claim.reference, claim, "due_on", day)


# --- the guest's own page --------------------------------------------------------------------------------------------


def claim_card(importer: Importer, token: str) -> Card | None:
    """The last step of the journey: what is missing, who decides by when, what is paid."""
    claim = claim_of(importer.id)
    if claim is None:
        hosting = hosting_of(importer.id)
        if hosting is None or not hosting.is_granted:
            return None
        return Card("claim", _("Reimbursement"), "receipt-refund", "later", _("After the fair"))
    page = url_for("own_claim.show", token=token)
    items = checklist(claim) if claim.state in WITH_GUEST else []
    gaps = missing(items)
    tone, text, due, decider, label = "waiting", "", None, "", _("See how it stands")
    if claim.state in WITH_GUEST:
        begun = claim.fair.today >= claim.fair.starts_on
        is_open = claim.state is not S.LOCKED or is_unlocked(items)
        tone = ("now" if is_open else "waiting") if begun else "later"
        due, label = claim.due_on, _("Hand in your claim") if is_open else _("See what is needed")
        if claim.state is S.RETURNED:
            tone, text = "problem", claim.reason
        elif gaps:
            text = _("Still missing: %(what)s", what=", ".join(str(item.proof.label) for item in gaps))
    elif claim.state in {S.SUBMITTED, S.REVIEWED}:
        due, decider = decide_by(claim), claim.fair.importer_decider or _("The organiser")
    elif claim.state in {S.PAID, S.CLOSED}:
        tone = "done"
    elif claim.state in ENDED:
        tone, text = "problem", claim.reason
    facts = []
    if claim.payable and claim.state in {S.APPROVED, S.IN_TRANSFER, S.PAID}:
        facts.append((_("Amount"), format_money(claim.payable)))
    if claim.paid_on is not None:
        facts.append((_("Paid on"), format_date(claim.paid_on)))
    owed = [one for one in claim.charges if one.state is ChargeState.OWED]
    if owed:
        facts.append((_("You owe"), format_money(owed[0].amount)))
    return Card(
        "claim", _("Reimbursement"), "receipt-refund", tone, str(claim.state.label), text=text, decider=decider, due=due,
        facts=facts, action=Action(label, page),
    )  # fmt: skip


# --- the guest's screen ----------------------------------------------------------------------------------------------


def claim_panel(importer: Importer, form: Any) -> Mapping[str, Any] | None:
    """The claim in short, with a form for a meeting."""
    claim = claim_of(importer.id)
    if claim is None:
        hosting = hosting_of(importer.id)
        return {"claim": None} if hosting is not None and hosting.is_granted else None
    day = min(claim.fair.today, claim.fair.ends_on)
    return {
        "claim": claim, "items": checklist(claim), "is_open": claim.state in WITH_GUEST,
        "form": form or MeetingForm(formdata=None, data={"held_on": day}), "REVIEW_CLAIMS": REVIEW_CLAIMS,
        "had_form": form is not None,
    }  # fmt: skip


register_papers(kept_papers)
register_card("claim", 100, claim_card)
register_panel(Panel("claim", 60, "claims/_panel.html", claim_panel, VIEW_CLAIMS))


# --- attachments -----------------------------------------------------------------------------------------------------


def _receipt(claim_id: int) -> Attachment:
    from fairs.claims.pdf import receipt_pdf  # heavy: loaded by who sends

    claim = db.session.get_one(Claim, claim_id)
    return Attachment(f"{claim.receipt_number}.pdf", receipt_pdf(claim), "application/pdf")


def _letter(charge_id: int) -> Attachment:
    from fairs.claims.pdf import charge_pdf  # heavy: loaded by who sends

    charge = db.session.get_one(Charge, charge_id)
    return Attachment(f"{charge.number}.pdf", charge_pdf(charge.claim), "application/pdf")


register_renderer("claim-receipt", _receipt)
register_renderer("claim-charge", _letter)
