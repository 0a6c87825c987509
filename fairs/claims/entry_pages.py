"""Staff type in what a guest hands over on paper: boarding passes, receipts, folio, account, the answers of the survey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, flash, render_template, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.claims.checklist import checklist, is_unlocked
from fairs.claims.entering import enter_account, enter_file, enter_nights, enter_survey, enter_ticket, entry_forms
from fairs.claims.forms import AccountForm, FileForm, NightsForm, SurveyForm, TicketForm
from fairs.claims.models import Claim
from fairs.claims.permissions import REVIEW_CLAIMS
from fairs.claims.presentation import cap_text, sums_of
from fairs.claims.proofs import remove_file, remove_line
from fairs.claims.queries import claim_by_reference, mine
from fairs.claims.states import EDITABLE, WITH_GUEST, ClaimState
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import actor, go, requires

bp = Blueprint("claim_entry", __name__, url_prefix="/fairs/<fair_slug>/claims/<reference>/entry")
Enter = Callable[[Claim, Any, Any], None]


def _claim(reference: str) -> Claim:
    return claim_by_reference(current_fair().id, reference)


def _page(claim: Claim, problem: str = "", **forms: Any) -> str:
    items, sums = checklist(claim), sums_of(claim)
    is_open = claim.state in EDITABLE or (claim.state is ClaimState.LOCKED and is_unlocked(items))
    return render_template(
        "claims/entry.html", claim=claim, items=items, sums=sums, caps=cap_text(claim, sums.statement), is_open=is_open,
        with_guest=claim.state in WITH_GUEST, errors=set(forms), problem=problem, **entry_forms(claim, forms),
        max_mb=current_app.extensions["fairs_config"].max_upload_mb,
    )  # fmt: skip


def _act(reference: str, key: str, form: Any, enter: Enter, done: str) -> Any:
    claim = _claim(reference)
    if form.validate_on_submit():
        try:
            enter(claim, form, actor())
        except DomainError as error:
            db.session.expire_all()
            if error.field in form:
                form.add_error(error)
                return _page(_claim(reference), **{key: form}), 422
            return _page(_claim(reference), str(error), **{key: form}), error.status
        flash(done, "success")
        return go(url_for(".show", reference=reference, _anchor=key))
    return _page(_claim(reference), **{key: form}), 422


@bp.get("")
@requires(REVIEW_CLAIMS)
def show(reference: str) -> str:
    """The forms for one guest."""
    return _page(_claim(reference))


@bp.post("/files")
@requires(REVIEW_CLAIMS)
def file(reference: str) -> Any:
    """A paper, photographed or scanned."""
    return _act(reference, "file", FileForm(), enter_file, _("The paper is kept, encrypted."))


@bp.post("/tickets")
@requires(REVIEW_CLAIMS)
def ticket(reference: str) -> Any:
    """A ticket by its receipt."""
    return _act(reference, "ticket", TicketForm(), enter_ticket, _("The ticket is noted."))


@bp.post("/nights")
@requires(REVIEW_CLAIMS)
def nights(reference: str) -> Any:
    """Nights of the folio."""
    return _act(reference, "nights", NightsForm(), enter_nights, _("The nights are noted."))


@bp.post("/survey")
@requires(REVIEW_CLAIMS)
def survey(reference: str) -> Any:
    """The answers of a survey on paper."""
    return _act(reference, "survey", SurveyForm(), enter_survey, _("The answers are noted."))


@bp.post("/account")
@requires(REVIEW_CLAIMS)
def account(reference: str) -> Any:
    """The account as the guest wrote it down."""
    return _act(reference, "account", AccountForm(), enter_account, _("The account is kept, encrypted."))


def _drop(reference: str, remove: Callable[[Claim], None], anchor: str) -> Any:
    try:
        remove(_claim(reference))
    except NotFound:
        raise
    except DomainError as error:
        db.session.expire_all()
        return _page(_claim(reference), str(error)), error.status
    return go(url_for(".show", reference=reference, _anchor=anchor))


@bp.post("/files/<int:file_id>/remove")
@requires(REVIEW_CLAIMS)
def drop_file(reference: str, file_id: int) -> Any:
    """A paper that was the wrong one."""
    return _drop(reference, lambda claim: remove_file(claim, mine(claim.files, file_id), by=actor()), "file")


@bp.post("/lines/<int:claim_line_id>/remove")
@requires(REVIEW_CLAIMS)
def drop_line(reference: str, claim_line_id: int) -> Any:
    """An amount that was typed wrongly."""
    return _drop(reference, lambda claim: remove_line(claim, mine(claim.lines, claim_line_id), by=actor()), "sums")
