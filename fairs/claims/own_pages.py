"""The guest's own page of the claim: papers, amounts, account, survey. Opening it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import flask_babel
from flask import Blueprint, Response, current_app, flash, g, render_template, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from fairs.claims.checklist import checklist, is_unlocked
from fairs.claims.entering import enter_account, enter_file, enter_nights, enter_survey, enter_ticket, entry_forms
from fairs.claims.forms import AccountForm, FileForm, MeetingForm, NightsForm, SubmitForm, SurveyForm, TicketForm
from fairs.claims.models import Claim
from fairs.claims.presentation import cap_text, sums_of
from fairs.claims.proofs import add_meeting, remove_file, remove_line, remove_meeting
from fairs.claims.queries import claim_of, mine, rules_of
from fairs.claims.service import guest_actor, submit
from fairs.claims.states import EDITABLE, WITH_GUEST, ClaimState, Proof
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.links import linked
from fairs.core.web import go, private_page, public
from fairs.importers.models import Importer
from fairs.messages.render import render_attachment

bp = Blueprint("own_claim", __name__)


def _claim(token: str) -> Claim:
    """The claim that the link of the guest's page opens; raises NotFound, LinkExpired."""
    importer = linked(token, Importer)
    g.fair = importer.fair
    if "locale" not in session:
        g.locale = importer.locale
    flask_babel.refresh()
    found = claim_of(importer.id)
    if found is None:
        raise NotFound
    return found


def _page(claim: Claim, token: str, **forms: Any) -> str:
    sums, day = sums_of(claim), min(claim.fair.today, claim.fair.ends_on)
    items = checklist(claim)
    is_open = claim.state in EDITABLE or (claim.state is ClaimState.LOCKED and is_unlocked(items))
    return render_template(
        "claims/own.html", claim=claim, token=token, items=items, sums=sums, caps=cap_text(claim, sums.statement),
        is_open=is_open, with_guest=claim.state in WITH_GUEST, decide_by=decide_by(claim), S=ClaimState, Proof=Proof,
        meeting_form=forms.get("meeting") or MeetingForm(formdata=None, data={"held_on": day}),
        problem=forms.get("problem", ""), **entry_forms(claim, forms),
        submit_form=SubmitForm(formdata=None), errors=set(forms),
        max_mb=current_app.extensions["fairs_config"].max_upload_mb,
    )  # fmt: skip


def decide_by(claim: Claim) -> Any:
    """The day by which staff have promised to look at it; None before it is handed in."""
    if claim.submitted_at is None:
        return None
    return claim.submitted_at.date() + timedelta(days=rules_of(claim.fair_id).review_days)


@bp.get("/i/<token>/claim")
@public
def show(token: str) -> Response:
    """How the reimbursement stands, what is missing, the arithmetic."""
    return private_page(_page(_claim(token), token), "drop")


def _act(token: str, key: str, form: Any, act: Callable[[Claim], Any], done: str) -> Any:
    claim = _claim(token)
    if form.validate_on_submit():
        try:
            act(claim)
        except DomainError as error:
            # What was tried is taken back, the claim is read again as it is.
            db.session.expire_all()
            form.add_error(error)
        else:
            flash(done, "success")
            return go(url_for("own_claim.show", token=token, _anchor=key))
    answer = private_page(_page(_claim(token), token, **{key: form}), "drop")
    answer.status_code = 422
    return answer


def _enter(token: str, key: str, form: Any, enter: Callable[[Claim, Any, Any], None], done: str) -> Any:
    return _act(token, key, form, lambda claim: enter(claim, form, guest_actor(claim)), done)


@bp.post("/i/<token>/claim/files")
@public
def file(token: str) -> Any:
    """A paper is handed in."""
    return _enter(token, "file", FileForm(), enter_file, _("The paper is kept, encrypted."))


@bp.post("/i/<token>/claim/tickets")
@public
def ticket(token: str) -> Any:
    """A ticket that the guest paid."""
    return _enter(token, "ticket", TicketForm(), enter_ticket, _("The ticket is noted."))


@bp.post("/i/<token>/claim/nights")
@public
def nights(token: str) -> Any:
    """Nights that the guest paid: a line for each."""
    return _enter(token, "nights", NightsForm(), enter_nights, _("The nights are noted."))


@bp.post("/i/<token>/claim/survey")
@public
def survey(token: str) -> Any:
    """The answers after the fair."""
    return _enter(token, "survey", SurveyForm(), enter_survey, _("Thank you for your answers."))


@bp.post("/i/<token>/claim/meetings")
@public
def meeting(token: str) -> Any:
    """A meeting that the guest held."""
    form = MeetingForm()
    return _act(
        token, "meeting", form,
        lambda claim: add_meeting(
            claim, form.held_on.data, form.with_whom.data or "", form.about.data or "", by=guest_actor(claim)
        ), _("The meeting is noted. We confirm it."),
    )  # fmt: skip


@bp.post("/i/<token>/claim/account")
@public
def account(token: str) -> Any:
    """The account to which the money goes."""
    return _enter(
        token, "account", AccountForm(), enter_account,
        _("Your account is kept, encrypted. From now on only its last digits are shown."),
    )  # fmt: skip


@bp.post("/i/<token>/claim/submit")
@public
def hand_in(token: str) -> Any:
    """The claim is handed in."""
    claim, form = _claim(token), SubmitForm()
    problem = _("This page has expired. Please try again.")
    if form.validate_on_submit():
        try:
            submit(claim, nothing=bool(form.nothing.data), by=guest_actor(claim))
            flash(_("Handed in. We look at it and write to you."), "success")
            return go(url_for("own_claim.show", token=token))
        except DomainError as error:
            problem = str(error)
            db.session.expire_all()
    answer = private_page(_page(_claim(token), token, problem=problem), "drop")
    answer.status_code = 422
    return answer


@bp.post("/i/<token>/claim/files/<int:file_id>/remove")
@public
def drop_file(token: str, file_id: int) -> BaseResponse:
    """A paper is taken back."""
    claim = _claim(token)
    remove_file(claim, mine(claim.files, file_id), by=guest_actor(claim))
    return go(url_for("own_claim.show", token=token, _anchor="file"))


@bp.post("/i/<token>/claim/lines/<int:claim_line_id>/remove")
@public
def drop_line(token: str, claim_line_id: int) -> BaseResponse:
    """An amount is taken back."""
    claim = _claim(token)
    remove_line(claim, mine(claim.lines, claim_line_id), by=guest_actor(claim))
    return go(url_for("own_claim.show", token=token, _anchor="sums"))


@bp.post("/i/<token>/claim/meetings/<int:meeting_id>/remove")
@public
def drop_meeting(token: str, meeting_id: int) -> BaseResponse:
    """A meeting is taken back."""
    claim = _claim(token)
    remove_meeting(claim, mine(claim.meetings, meeting_id), by=guest_actor(claim))
    return go(url_for("own_claim.show", token=token, _anchor="meeting"))


@bp.get("/i/<token>/claim/receipt.pdf")
@public
def receipt(token: str) -> Response:
    """The receipt of what was paid."""
    claim = _claim(token)
    if claim.receipt_number is None:
        raise NotFound
    made = render_attachment("claim-receipt", claim.id)
    answer = Response(made.content, mimetype=made.content_type)
    answer.headers.set("Content-Disposition", "inline", filename=made.name)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
