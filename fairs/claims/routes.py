"""Staff pages of claims: the list with its figures, one claim with its steps, the fair's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.audit.queries import history
from fairs.calendar.context import current_fair
from fairs.claims import act_pages, entry_pages, own_pages, paper_pages, transfer_pages
from fairs.claims.charges import proposal_for
from fairs.claims.checklist import checklist
from fairs.claims.forms import (
    BecauseForm,
    ChargeForm,
    DoneForm,
    ExtendForm,
    MeetingForm,
    NoteForm,
    ReasonForm,
    RulesForm,
    SubmitForm,
    WaiverForm,
)
from fairs.claims.lists import CLAIMS, wanted_of
from fairs.claims.models import Claim
from fairs.claims.permissions import (
    APPROVE_CLAIMS,
    PAY_CLAIMS,
    READ_PROOFS,
    REVIEW_CLAIMS,
    SET_CLAIMS,
    VIEW_CLAIMS,
)
from fairs.claims.presentation import cap_text, sums_of
from fairs.claims.queries import (
    check_in_days,
    claim_by_reference,
    countries_of,
    figures_of,
    rules_of,
    state_counts,
    waiting_count,
)
from fairs.claims.service import save_rules
from fairs.claims.states import EDITABLE, ENDED, WITH_GUEST, ChargeKind, ClaimState, Decision
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.i18n import country_name
from fairs.core.lists import count, download, known, page_of
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.hosting.states import SupportTier

bp = Blueprint("claims", __name__)
blueprints = (bp, act_pages.bp, entry_pages.bp, paper_pages.bp, transfer_pages.bp, own_pages.bp)

ACTS: Mapping[str, tuple[Any, str, str]] = {
    "claims.make": (_l("Made with the support"), "plus", ""),
    "claims.open": (_l("Obligations met: open"), "lock-open", "success"),
    "claims.file": (_l("Paper handed in"), "paperclip", ""),
    "claims.remove_file": (_l("Paper taken back"), "trash", ""),
    "claims.read_file": (_l("Paper opened"), "eye", "warning"),
    "claims.line": (_l("Amount noted"), "plus", ""),
    "claims.remove_line": (_l("Amount taken back"), "trash", ""),
    "claims.meeting": (_l("Meeting noted"), "users", ""),
    "claims.confirm_meeting": (_l("Meeting confirmed"), "check", "success"),
    "claims.remove_meeting": (_l("Meeting taken back"), "trash", ""),
    "claims.survey": (_l("Survey answered"), "clipboard-check", "success"),
    "claims.account": (_l("Account given"), "building-bank", ""),
    "claims.read_account": (_l("Account read in full"), "eye", "warning"),
    "claims.suspect": (_l("Suspected duplicate"), "alert-triangle", "warning"),
    "claims.decide_clash": (_l("Duplicate decided"), "scale", ""),
    "claims.ask_waiver": (_l("Waiver proposed"), "hand-stop", ""),
    "claims.decide_waiver": (_l("Waiver decided"), "scale", ""),
    "claims.submit": (_l("Handed in"), "inbox", "info"),
    "claims.remind": (_l("Guest reminded"), "bell", ""),
    "claims.extend": (_l("Last day moved"), "calendar-plus", ""),
    "claims.review": (_l("Reviewed"), "user-check", "info"),
    "claims.return": (_l("Sent back for more"), "arrow-back-up", "warning"),
    "claims.reject": (_l("Not approved: to be reviewed again"), "arrow-back-up", "warning"),
    "claims.approve": (_l("Approved"), "circle-check", "success"),
    "claims.close": (_l("Accounted for, nothing to pay"), "check", "success"),
    "claims.send": (_l("Put on a list for the bank"), "building-bank", ""),
    "claims.pay": (_l("Paid out"), "cash", "success"),
    "claims.fail": (_l("Came back from the bank"), "alert-triangle", "danger"),
    "claims.refused": (_l("Refused"), "x", "danger"),
    "claims.expired": (_l("Expired"), "clock-x", "warning"),
    "claims.propose_charge": (_l("Charge proposed"), "receipt", "warning"),
    "claims.decide_charge": (_l("Charge decided"), "scale", "warning"),
    "claims.recover": (_l("Charge recovered"), "cash", "success"),
    "claims.write_off": (_l("Charge written off"), "eraser", ""),
    "claims.remove_papers": (_l("Papers and account removed"), "shredder", ""),
    "claims.transfer": (_l("Transfer list made"), "list", ""),
    "claims.read_transfer": (_l("File for the bank fetched"), "download", "warning"),
}


@bp.get("/fairs/<fair_slug>/claims")
@requires(VIEW_CLAIMS)
def index() -> str | Response:
    """All claims with the figures of the fair; as a sheet with ``?format=xlsx``."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(CLAIMS, fair, known(CLAIMS, request.args))
    return render_template(
        "claims/index.html", page=page_of(CLAIMS, fair, request.args, cursor=request.args.get("cursor")),
        total=count(CLAIMS, fair, request.args), counts=state_counts(fair.id), states=list(ClaimState), wanted=wanted,
        countries=sorted(((code, country_name(code)) for code in countries_of(fair.id)), key=lambda pair: pair[1]),
        tiers=[(str(tier), tier.label) for tier in SupportTier], figures=figures_of(fair.id), WITH_GUEST=WITH_GUEST,
        SET_CLAIMS=SET_CLAIMS,
    )  # fmt: skip


@bp.get("/fairs/<fair_slug>/claims/<reference>")
@requires(VIEW_CLAIMS)
def show(reference: str) -> str:
    """One claim: proofs, arithmetic, what can be done now."""
    return claim_page(claim_by_reference(current_fair().id, reference), {})


def claim_page(claim: Claim, forms: Mapping[str, Any]) -> str:
    """The page of a claim; ``forms`` are those that came back with errors, by name."""
    sums, by = sums_of(claim), actor()
    entries = list(history(claim))
    took_part = {claim.reviewed_by_id, claim.reviewed_for_id, claim.submitted_by_id, *claim.entered_by_ids} - {None}
    people = {
        claim.reviewed_by_id, claim.approved_by_id, claim.submitted_by_id, *(one.asked_by_id for one in claim.waivers),
        *(one.asked_by_id for one in claim.clashes), *(one.proposed_by_id for one in claim.charges),
        *(one.confirmed_by_id for one in claim.meetings),
    } - {None}  # fmt: skip
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(people))).all())
    charge: dict[str, Any] = {}
    kind = ChargeKind.RECOVERY if claim.state is ClaimState.PAID else ChargeKind.NO_SHOW
    if claim.state in {ClaimState.LOCKED, ClaimState.OPEN}:
        charge = {"amount": _suggested(claim)}

    def form(name: str, made: Callable[..., Any], data: Any = None) -> Any:
        return forms.get(name) or made(formdata=None, data=data)

    return render_template(
        "claims/show.html", claim=claim, items=checklist(claim), sums=sums, caps=cap_text(claim, sums.statement),
        S=ClaimState, D=Decision, EDITABLE=EDITABLE, ENDED=ENDED, WITH_GUEST=WITH_GUEST, names=names, involved=by.involved,
        is_mine=bool(by.involved & took_part), typed=forms.get("review") or {}, review_errors=forms.get("review_errors") or {},
        full=forms.get("account"), charge_kind=kind, was_here=bool(check_in_days(claim)),
        entries=[_entry(entry, claim) for entry in entries],
        reason_form=form("return", ReasonForm), refuse_form=form("refuse", ReasonForm), reject_form=form("reject", ReasonForm),
        extend_form=form("extend", ExtendForm, {"until": claim.due_on}), waiver_form=form("waive", WaiverForm),
        note_form=form("clash", NoteForm), submit_form=form("submit", SubmitForm),
        meeting_form=form("meeting", MeetingForm, {"held_on": min(claim.fair.today, claim.fair.ends_on)}),
        charge_form=form("charge", ChargeForm, charge), write_off_form=form("write_off", ReasonForm),
        recover_form=form("recover", DoneForm, {"done_on": claim.fair.today}),
        done_form=form("done", DoneForm, {"done_on": claim.fair.today}), because_form=form("because", BecauseForm),
        problem=forms.get("problem", ""), opened=set(forms), READ_PROOFS=READ_PROOFS, REVIEW_CLAIMS=REVIEW_CLAIMS,
        APPROVE_CLAIMS=APPROVE_CLAIMS, PAY_CLAIMS=PAY_CLAIMS,
    )  # fmt: skip


def _suggested(claim: Claim) -> Any:
    try:
        return proposal_for(claim).decimal or None
    except DomainError:
        return None


def _entry(entry: Any, claim: Claim) -> dict[str, Any]:
    title, icon, tone = ACTS.get(entry.action, (entry.action, "point", ""))
    after = entry.after or {}
    text = str(after.get("reason") or after.get("because") or after.get("note") or "")
    guest = entry.actor_label == claim.importer.reference
    return {
        "at": entry.at, "title": title, "text": text, "actor": _("the guest") if guest else entry.actor_label,
        "icon": icon, "tone": tone,
    }  # fmt: skip


@bp.route("/fairs/<fair_slug>/claims/rules", methods=["GET", "POST"])
@requires(SET_CLAIMS)
def rules() -> Any:
    """What the fair asks of its guests."""
    fair = current_fair()
    form = RulesForm(obj=rules_of(fair.id))
    if form.validate_on_submit():
        values = {name: int(getattr(form, name).data) for name in ("check_in_days", "meetings", "days_to_claim",
                                                                  "remind_before", "review_days")}  # fmt: skip
        save_rules(fair, values, by=actor())
        flash(_("Saved."), "success")
        return go(url_for("claims.index"))
    return render_template("claims/rules.html", form=form), 422 if form.errors else 200


act_pages.configure(claim_page)
register_nav(
    NavItem(
        "claims", _l("Reimbursement"), "receipt-refund", "claims.index", VIEW_CLAIMS, 48,
        badge=lambda: waiting_count(g.fair.id),
    )
)  # fmt: skip
