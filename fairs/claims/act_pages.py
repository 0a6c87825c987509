"""What staff do with a claim: each act a POST that goes back to its page, or shows it again with what was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.claims.charges import decide_charge, propose_charge, recover_charge, write_off
from fairs.claims.forms import (
    BecauseForm,
    ChargeForm,
    DoneForm,
    ExtendForm,
    MeetingForm,
    NoteForm,
    ReasonForm,
    SubmitForm,
    WaiverForm,
)
from fairs.claims.models import Claim
from fairs.claims.permissions import APPROVE_CLAIMS, PAY_CLAIMS, READ_PROOFS, REVIEW_CLAIMS
from fairs.claims.proofs import add_meeting, confirm_meeting, read_account, read_file, remove_meeting
from fairs.claims.queries import claim_by_reference, mine
from fairs.claims.review import LineReview, approve, reject_review, review, send_back
from fairs.claims.seconds import ask_waiver, decide_clash, decide_waiver
from fairs.claims.service import extend, refuse, submit
from fairs.claims.states import ChargeKind, ClaimState, Decision, Proof
from fairs.claims.transfers import fail_payment, finish_payment
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.money import Money, parse_decimal
from fairs.core.text import clean
from fairs.core.web import actor, go, requires
from fairs.importers.panels import guest_page

bp = Blueprint("claim_acts", __name__, url_prefix="/fairs/<fair_slug>/claims/<reference>")
_pages: dict[str, Callable[[Claim, Mapping[str, Any]], str]] = {}


def configure(page: Callable[[Claim, Mapping[str, Any]], str]) -> None:
    """Say how the page of a claim is drawn; called once."""
    _pages["claim"] = page


def _claim(reference: str) -> Claim:
    return claim_by_reference(current_fair().id, reference)


def _again(reference: str, forms: Mapping[str, Any], status: int = 422) -> Any:
    db.session.expire_all()
    return _pages["claim"](_claim(reference), forms), status


def _act(reference: str, name: str, form: Any, act: Callable[[Claim], Any], done: str) -> Any:
    """Do it by the form; with errors the page again with what was typed."""
    if form.validate_on_submit():
        try:
            act(_claim(reference))
        except DomainError as error:
            form.add_error(error)
            status = error.status if error.status in {403, 409} else 422
            return _again(reference, {name: form, "problem": "" if error.field in form else str(error)}, status)
        flash(done, "success")
        return go(url_for("claims.show", reference=reference))
    return _again(reference, {name: form})


def _press(reference: str, act: Callable[[Claim], Any], done: str, anchor: str | None = None) -> Any:
    """Do what a button without fields asks for."""
    try:
        act(_claim(reference))
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        return _again(reference, {"problem": str(error)}, error.status)
    flash(done, "success")
    return go(url_for("claims.show", reference=reference, _anchor=anchor))


# --- review and approval ---------------------------------------------------------------------------------------------


@bp.post("/review")
@requires(REVIEW_CLAIMS)
def review_it(reference: str) -> Any:
    """Each line is decided, the rates are frozen."""
    claim = _claim(reference)
    typed = {name: clean(value)[:2000] for name, value in request.form.items() if name.startswith(("line-", "note"))}
    try:
        said = {line.id: _said(line.id, line.currency, typed) for line in claim.lines}
        review(claim, said, note=typed.get("note", ""), by=actor())
    except DomainError as error:
        errors = {error.field: str(error)} if error.field else {}
        problem = "" if errors else str(error)
        status = error.status if error.status in {403, 409} else 422
        return _again(reference, {"review": typed, "review_errors": errors, "problem": problem}, status)
    flash(_("Reviewed. A second person approves it now."), "success")
    return go(url_for("claims.show", reference=reference))


def _said(key: int, currency: str, typed: Mapping[str, str]) -> LineReview:
    def text(name: str) -> str:
        return typed.get(f"line-{key}-{name}", "")

    def number(name: str) -> Decimal | None:
        try:
            return parse_decimal(text(name)) if text(name) else None
        except InvalidInput as error:
            error.field = f"line-{key}-{name}"
            raise

    decision = Decision(text("decision")) if text("decision") in set(Decision) else Decision.OPEN
    accepted = None
    if decision is Decision.REDUCED and (amount := number("amount")) is not None:
        try:
            accepted = Money.from_decimal(amount, currency)
        except InvalidInput as error:
            error.field = f"line-{key}-amount"
            raise
    return LineReview(decision, accepted, text("reason"), number("rate"), text("source"))


@bp.post("/return")
@requires(REVIEW_CLAIMS)
def send_it_back(reference: str) -> Any:
    """The guest has to add something."""
    form = ReasonForm()
    return _act(
        reference, "return", form, lambda claim: send_back(claim, reason=form.reason.data or "", by=actor()),
        _("Sent back. The guest reads the reason."),
    )  # fmt: skip


@bp.post("/refuse")
@requires(REVIEW_CLAIMS)
def refuse_it(reference: str) -> Any:
    """Nothing is paid."""
    form = ReasonForm()
    return _act(
        reference, "refuse", form, lambda claim: refuse(claim, reason=form.reason.data or "", by=actor()),
        _("Refused. The guest reads the reason."),
    )  # fmt: skip


@bp.post("/approve")
@requires(APPROVE_CLAIMS)
def approve_it(reference: str) -> Any:
    """A second person agrees."""
    return _press(reference, lambda claim: approve(claim, by=actor()), _("Approved."))


@bp.post("/reject")
@requires(APPROVE_CLAIMS)
def reject_it(reference: str) -> Any:
    """The second person wants another review."""
    form = ReasonForm()
    return _act(
        reference, "reject", form, lambda claim: reject_review(claim, reason=form.reason.data or "", by=actor()),
        _("Back to the review."),
    )  # fmt: skip


@bp.post("/submit")
@requires(REVIEW_CLAIMS)
def submit_it(reference: str) -> Any:
    """Staff hand it in for the guest."""
    form = SubmitForm()
    return _act(
        reference, "submit", form, lambda claim: submit(claim, nothing=bool(form.nothing.data), by=actor()),
        _("Handed in for the guest."),
    )  # fmt: skip


@bp.post("/extend")
@requires(REVIEW_CLAIMS)
def extend_it(reference: str) -> Any:
    """The guest gets longer."""
    form = ExtendForm()
    return _act(
        reference, "extend", form,
        lambda claim: extend(claim, form.until.data, reason=form.reason.data or "", by=actor()), _("The last day is moved."),
    )  # fmt: skip


# --- proofs ----------------------------------------------------------------------------------------------------------


@bp.post("/waivers")
@requires(REVIEW_CLAIMS)
def waive(reference: str) -> Any:
    """A proof shall not be asked for."""
    form = WaiverForm()
    return _act(
        reference, "waive", form,
        lambda claim: ask_waiver(claim, Proof(form.item.data), reason=form.reason.data or "", by=actor()),
        _("Proposed. A second person decides."),
    )  # fmt: skip


@bp.post("/waivers/<int:waiver_id>/<claim_answer>")
@requires(APPROVE_CLAIMS)
def waiver(reference: str, waiver_id: int, claim_answer: str) -> Any:
    """A second person decides on a waiver."""
    if claim_answer not in {"yes", "no"}:
        raise NotFound
    return _press(
        reference, lambda claim: decide_waiver(mine(claim.waivers, waiver_id), waive=claim_answer == "yes", by=actor()),
        _("Decided."), "proofs",
    )  # fmt: skip


@bp.post("/duplicates/<int:duplicate_id>/<claim_answer>")
@requires(APPROVE_CLAIMS)
def duplicate(reference: str, duplicate_id: int, claim_answer: str) -> Any:
    """A second person decides on a suspected duplicate."""
    if claim_answer not in {"yes", "no"}:
        raise NotFound
    form = NoteForm()
    return _act(
        reference, "clash", form,
        lambda claim: decide_clash(
            mine(claim.clashes, duplicate_id), is_duplicate=claim_answer == "yes", note=form.note.data or "", by=actor()
        ), _("Decided."),
    )  # fmt: skip


@bp.post("/meetings")
@requires(REVIEW_CLAIMS)
def meeting(reference: str) -> Any:
    """Staff note a meeting; from the guest's screen it goes back there."""
    form = MeetingForm()

    def act(claim: Claim) -> None:
        add_meeting(claim, form.held_on.data, form.with_whom.data or "", form.about.data or "", by=actor())

    if "from_guest" not in request.form:
        return _act(reference, "meeting", form, act, _("The meeting is noted."))
    claim = _claim(reference)
    if form.validate_on_submit():
        try:
            act(claim)
            return go(url_for("guests.show", reference=claim.importer.reference, _anchor="panel-claim"))
        except DomainError as error:
            db.session.expire_all()
            form.add_error(error)
    return guest_page(_claim(reference).importer, "claim", form)


@bp.post("/meetings/<int:meeting_id>/<claim_answer>")
@requires(REVIEW_CLAIMS)
def meeting_answer(reference: str, meeting_id: int, claim_answer: str) -> Any:
    """A meeting of the guest is confirmed (yes), or taken out (no)."""
    if claim_answer not in {"yes", "no"}:
        raise NotFound
    act = confirm_meeting if claim_answer == "yes" else remove_meeting
    return _press(
        reference, lambda claim: act(claim, mine(claim.meetings, meeting_id), by=actor()), _("Saved."), "meetings"
    )


@bp.post("/files/<int:file_id>")
@requires(READ_PROOFS)
def file(reference: str, file_id: int) -> Response:
    """A paper is opened, which the history says."""
    found = mine(_claim(reference).files, file_id)
    content = read_file(found, by=actor())
    if content is None:
        raise NotFound
    answer = Response(content, mimetype=found.content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.post("/account")
@requires(PAY_CLAIMS)
def account(reference: str) -> Any:
    """The account in full, which the history says."""
    claim = _claim(reference)
    if not claim.account_sealed:
        raise NotFound
    full = read_account(claim, by=actor())
    return _pages["claim"](_claim(reference), {"account": full})


# --- money -----------------------------------------------------------------------------------------------------------


@bp.post("/paid")
@requires(PAY_CLAIMS)
def paid(reference: str) -> Any:
    """The bank has paid this one."""
    form = DoneForm()
    return _act(
        reference, "done", form,
        lambda claim: finish_payment(_order(claim), reference=form.reference.data or "", on=form.done_on.data, by=actor()),
        _("Recorded as paid. The guest gets the receipt."),
    )  # fmt: skip


@bp.post("/failed")
@requires(PAY_CLAIMS)
def failed(reference: str) -> Any:
    """The transfer came back."""
    form = BecauseForm()
    return _act(
        reference, "because", form, lambda claim: fail_payment(_order(claim), because=form.because.data or "", by=actor()),
        _("Back to the guest, with the bank's reason."),
    )  # fmt: skip


def _order(claim: Claim) -> Any:
    found = next((one for one in claim.payments if one.failed_at is None), None)
    if found is None:
        claim.require_move(ClaimState.PAID)
        raise NotFound
    return found


@bp.post("/charges")
@requires(REVIEW_CLAIMS)
def charge(reference: str) -> Any:
    """A charge is proposed."""
    form = ChargeForm()

    def act(claim: Claim) -> None:
        kind = ChargeKind.RECOVERY if claim.state is ClaimState.PAID else ChargeKind.NO_SHOW
        propose_charge(
            claim, kind, form.amount.money(claim.currency), reason=form.reason.data or "", by=actor()
        )  # fmt: skip

    return _act(reference, "charge", form, act, _("Proposed. A second person decides."))


@bp.post("/charges/<int:charge_id>/<claim_answer>")
@requires(APPROVE_CLAIMS)
def charge_answer(reference: str, charge_id: int, claim_answer: str) -> Any:
    """A second person decides on a charge."""
    if claim_answer not in {"yes", "no"}:
        raise NotFound
    return _press(
        reference, lambda claim: decide_charge(mine(claim.charges, charge_id), approve=claim_answer == "yes", by=actor()),
        _("Decided."), "charges",
    )  # fmt: skip


@bp.post("/charges/<int:charge_id>/recovered")
@requires(PAY_CLAIMS)
def charge_recovered(reference: str, charge_id: int) -> Any:
    """The guest has paid."""
    form = DoneForm()
    return _act(
        reference, "recover", form,
        lambda claim: recover_charge(
            mine(claim.charges, charge_id), reference=form.reference.data or "", on=form.done_on.data, by=actor()
        ), _("Recorded as recovered."),
    )  # fmt: skip


@bp.post("/charges/<int:charge_id>/written-off")
@requires(APPROVE_CLAIMS)
def charge_written_off(reference: str, charge_id: int) -> Any:
    """The money will not come."""
    form = ReasonForm()
    return _act(
        reference, "write_off", form,
        lambda claim: write_off(mine(claim.charges, charge_id), reason=form.reason.data or "", by=actor()), _("Written off."),
    )  # fmt: skip
