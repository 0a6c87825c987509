"""The form of a contract: logging, changing, correcting, with parties, lines and frameworks chosen on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.contracts import pages
from fairs.contracts.blueprint import bp
from fairs.contracts.drafts import keep_upload, kept_file
from fairs.contracts.forms import ContractForm, whole
from fairs.contracts.frameworks import framework_choices
from fairs.contracts.models import Contract
from fairs.contracts.permissions import LOG_CONTRACT
from fairs.contracts.queries import booths_of, contract_by_reference, find_parties, version
from fairs.contracts.rules import FIRST_STATES, ContractDraft, checked
from fairs.contracts.service import correct_contract, edit_contract, log_contract
from fairs.contracts.states import ContractKind, ContractState, Verification
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.text import clean
from fairs.core.web import actor, go, requires
from fairs.directory.models import Company


def contract_or_404(reference: str) -> Contract:
    """The fair's contract; raises NotFound."""
    contract = contract_by_reference(current_fair().id, reference)
    if contract is None:
        raise NotFound
    return contract


@bp.route("/fairs/<fair_slug>/deals/new", methods=["GET", "POST"])
@requires(LOG_CONTRACT)
def new() -> Any:
    """Log a contract."""
    form = ContractForm(states=FIRST_STATES, data={"signed_on": current_fair().today})
    return _form_page(form, None)


@bp.route("/fairs/<fair_slug>/deals/<reference>/edit", methods=["GET", "POST"])
@requires(LOG_CONTRACT)
def edit(reference: str) -> Any:
    """Change a contract that is not verified."""
    found = contract_or_404(reference)
    if found.state is ContractState.CANCELLED:
        flash(_("This contract is cancelled: its content is fixed."), "warning")
        return go(url_for("contracts.contract", reference=reference))
    if found.verification is Verification.VERIFIED:
        flash(_("This contract is verified: correct it with a reason, and it is verified anew."), "warning")
        return go(url_for("contracts.correct", reference=reference))
    states = [state for state in ContractState if state is found.state or found.may_move_to(state)]
    states = [state for state in states if state is not ContractState.CANCELLED]
    form = ContractForm(states=states, data={**ContractForm.values_of(found), "seen": version(found)})
    return _form_page(form, found)


@bp.route("/fairs/<fair_slug>/deals/<reference>/correct", methods=["GET", "POST"])
@requires(LOG_CONTRACT)
def correct(reference: str) -> Any:
    """Correct a verified contract: what was verified is kept as a revision."""
    found = contract_or_404(reference)
    if found.state is ContractState.CANCELLED or found.merged_into_id is not None:
        flash(_("This contract is cancelled or merged: its content is fixed."), "warning")
        return go(url_for("contracts.contract", reference=reference))
    if found.verification is not Verification.VERIFIED:
        return go(url_for("contracts.edit", reference=reference))
    form = ContractForm(states=[found.state], data={**ContractForm.values_of(found), "seen": version(found)})
    return _form_page(form, found, corrects=True)


def _form_page(form: ContractForm, found: Contract | None, *, corrects: bool = False) -> Any:
    fair = current_fair()
    status = 200
    if request.method == "POST":
        answer = _posted(form, found, corrects)
        if answer is not None:
            return answer
        status = 422 if form.errors else 200
    kept = kept_file(form.kept.data)
    page = render_template(
        "contracts/form.html",
        form=form,
        contract=found,
        corrects=corrects,
        kept=kept,
        parties={side: _party(form, side) for side in ("exporter", "importer")},
        booths=booths_of(fair.id, [whole(form.exporter_id.data)]),
        headings=pages.heading_choices(),
        frameworks=_frameworks(form),
    )
    return page, status


def _posted(form: ContractForm, found: Contract | None, corrects: bool) -> Any:
    """Save, or change the form as its buttons say; None when the form is to be shown again."""
    action = request.form.get("action", "save")
    upload = form.evidence.upload()
    if action == "add_line":
        form.add_line()
    elif action.startswith("remove_line-"):
        form.remove_line(whole(action.removeprefix("remove_line-")) or 0)
    if action != "save":
        _keep(form, upload)
        return None
    is_shaped = form.validate_on_submit()
    draft = form.to_draft()
    try:
        if is_shaped:
            saved = _saved(form, found, draft, upload or kept_file(form.kept.data), corrects)
            text = _("%(reference)s is logged.") if found is None else _("%(reference)s is changed.")
            if corrects:
                text = _("%(reference)s is corrected. A second person verifies it anew; until then it does not count.")
            flash(text % {"reference": saved.reference}, "success")
            return go(url_for("contracts.contract", reference=saved.reference))
    except DomainError as error:
        form.add_error(error)
    if form.errors:
        _add_problems(form, draft, found)
    if "evidence" not in form.errors:
        _keep(form, upload)
    return None


def _saved(form: ContractForm, found: Contract | None, draft: ContractDraft, evidence: Any, corrects: bool) -> Contract:
    fair = current_fair()
    if found is None:
        return log_contract(fair, draft, by=actor(), evidence=evidence)
    seen = whole(form.seen.data) or 0
    if corrects:
        reason = form.reason.data or ""
        return correct_contract(found, fair, draft, reason, by=actor(), seen=seen, evidence=evidence)
    return edit_contract(found, fair, draft, by=actor(), seen=seen, evidence=evidence)


def _add_problems(form: ContractForm, draft: ContractDraft, found: Contract | None) -> None:
    """What cannot be read, or is wrong with the file, is shown together with what the rules say of the rest."""
    try:
        checked(current_fair(), draft, of=found, by=actor())
    except DomainError as error:
        form.add_error(error)


def _keep(form: ContractForm, upload: Any) -> None:
    try:
        token = keep_upload(upload)
    except InvalidInput as error:
        form.add_error(error)
        return
    if token:
        form.kept.data = token


def _party(form: ContractForm, side: str) -> dict[str, Any]:
    query = clean(str(form[f"{side}_query"].data or ""))
    chosen_id = whole(form[f"{side}_id"].data)
    return _choices(side, query, chosen_id)


def _choices(side: str, query: str, chosen_id: int | None) -> dict[str, Any]:
    fair = current_fair()
    chosen = db.session.get(Company, chosen_id) if chosen_id and chosen_id < 2**31 else None
    matches: Sequence[Company] = find_parties(fair.id, query, domestic=side == "exporter") if query else []
    companies = ([chosen] if chosen else []) + [company for company in matches if company is not chosen]
    # One match alone is what a scanned badge gives: it is chosen at once.
    if len(matches) == 1:
        chosen = matches[0]
    return {
        "side": side,
        "query": query,
        "companies": companies,
        "chosen_id": chosen.id if chosen else None,
        "booths": booths_of(fair.id, [company.id for company in companies]),
    }


@bp.get("/fairs/<fair_slug>/deals/parties")
@requires(LOG_CONTRACT)
def parties() -> str:
    """Companies that fit what was scanned or typed, to choose one of."""
    side = request.args.get("side", "")
    if side not in {"exporter", "importer"}:
        raise NotFound
    query = clean(request.args.get(f"{side}_query", ""))[:1000]
    return render_template(
        "contracts/_choices.html", party=_choices(side, query, whole(request.args.get(f"{side}_id")))
    )


def _frameworks(form: ContractForm) -> Sequence[Contract]:
    if form.kind.data != ContractKind.CALL_OFF:
        return []
    return framework_choices(
        "", exporter_id=whole(form.exporter_id.data), importer_id=whole(form.importer_id.data), by=actor()
    )


@bp.get("/fairs/<fair_slug>/deals/frameworks")
@requires(LOG_CONTRACT)
def frameworks() -> str:
    """Framework contracts between the chosen parties, at all fairs that one may see, to choose one of."""
    found = framework_choices(
        clean(request.args.get("framework", ""))[:80],
        exporter_id=whole(request.args.get("exporter_id")),
        importer_id=whole(request.args.get("importer_id")),
        by=actor(),
    )
    return render_template("contracts/_frameworks.html", frameworks=found)


@bp.post("/fairs/<fair_slug>/deals/lines")
@requires(LOG_CONTRACT)
def lines() -> str:
    """The goods with a line more or less."""
    form = ContractForm(states=ContractState)
    action = request.form.get("action", "")
    if action.startswith("remove_line-"):
        form.remove_line(whole(action.removeprefix("remove_line-")) or 0)
    else:
        form.add_line()
    return render_template("contracts/_lines.html", form=form, is_new_line=action == "add_line")
