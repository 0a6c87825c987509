"""Pages of contracts: list, form, record with verification, evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.context import current_fair
from fairs.contracts import confirm_pages, my_pages, own_cards, pages, quick_pages, sales_pages, sign_pages
from fairs.contracts.drafts import keep_upload, kept_file
from fairs.contracts.forms import ContractForm, MoveForm, whole
from fairs.contracts.lists import CONTRACTS, wanted_of
from fairs.contracts.models import Contract
from fairs.contracts.permissions import LOG_CONTRACT, VERIFY_CONTRACT, VIEW_CONTRACTS
from fairs.contracts.preview import page_picture
from fairs.contracts.queries import (
    ContractFilter,
    booths_of,
    contract_by_reference,
    exporters,
    find_parties,
    importer_countries,
    sums,
    version,
)
from fairs.contracts.rate_routes import bp as rate_bp
from fairs.contracts.rules import FIRST_STATES, checked
from fairs.contracts.service import (
    CHECKS,
    edit_contract,
    log_contract,
    move_contract,
    return_contract,
    verify_contract,
)
from fairs.contracts.states import ContractState, Verification
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.files import stored_file
from fairs.core.i18n import country_name
from fairs.core.lists import download, known, page_of
from fairs.core.text import clean
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.models import Company

bp = Blueprint("contracts", __name__)
blueprints = [
    rate_bp, bp, sales_pages.staff, sales_pages.my, quick_pages.bp, confirm_pages.staff, confirm_pages.by_token,
    sign_pages.bp, my_pages.my, my_pages.guest,
]  # fmt: skip


@bp.get("/fairs/<fair_slug>/deals")
@requires(VIEW_CONTRACTS)
def index() -> str | Response:
    """The fair's contracts."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(CONTRACTS, fair, known(CONTRACTS, request.args))
    return render_template(
        "contracts/list.html",
        page=page_of(CONTRACTS, fair, request.args, cursor=request.args.get("cursor")),
        sums=sums(fair.id, wanted),
        is_filtered=wanted != ContractFilter(),
        states=[(str(state), state.label) for state in ContractState],
        verifications=[(str(state), state.label) for state in Verification],
        countries=sorted(((c, country_name(c)) for c in importer_countries(fair.id)), key=lambda pair: pair[1]),
        exporters=[(str(company.id), company.name) for company in exporters(fair.id)],
        LOG_CONTRACT=LOG_CONTRACT,
    )


def _found(reference: str) -> Contract:
    contract = contract_by_reference(current_fair().id, reference)
    if contract is None:
        raise NotFound
    return contract


@bp.get("/fairs/<fair_slug>/deals/<reference>")
@requires(VIEW_CONTRACTS)
def contract(reference: str) -> str:
    """One contract: content, evidence, verification, history."""
    return _record(_found(reference))


def _record(found: Contract, errors: dict[str, str] | None = None) -> str:
    context = pages.record_page(found, current_fair(), actor())
    return render_template("contracts/contract.html", **context, errors=errors or {}, typed=request.form)


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
    found = _found(reference)
    if found.verification is Verification.VERIFIED or found.state is ContractState.CANCELLED:
        flash(_("This contract is verified or cancelled: its content is fixed."), "warning")
        return go(url_for("contracts.contract", reference=reference))
    states = [state for state in ContractState if state is found.state or found.may_move_to(state)]
    states = [state for state in states if state is not ContractState.CANCELLED]
    form = ContractForm(states=states, data={**ContractForm.values_of(found), "seen": version(found)})
    return _form_page(form, found)


def _form_page(form: ContractForm, found: Contract | None) -> Any:
    fair = current_fair()
    status = 200
    if request.method == "POST":
        answer = _posted(form, found)
        if answer is not None:
            return answer
        status = 422 if form.errors else 200
    kept = kept_file(form.kept.data)
    page = render_template(
        "contracts/form.html",
        form=form,
        contract=found,
        kept=kept,
        parties={side: _party(form, side) for side in ("exporter", "importer")},
        booths=booths_of(fair.id, [whole(form.exporter_id.data)]),
        headings=pages.heading_choices(),
    )
    return page, status


def _posted(form: ContractForm, found: Contract | None) -> Any:
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
        evidence = upload or kept_file(form.kept.data)
        if found is None:
            saved = log_contract(current_fair(), draft, by=actor(), evidence=evidence) if is_shaped else None
        else:
            seen = whole(form.seen.data) or 0
            saved = (
                edit_contract(found, current_fair(), draft, by=actor(), seen=seen, evidence=evidence)
                if is_shaped
                else None
            )
        if saved is not None:
            text = _("%(reference)s is logged.") if found is None else _("%(reference)s is changed.")
            flash(text % {"reference": saved.reference}, "success")
            return go(url_for("contracts.contract", reference=saved.reference))
        checked(current_fair(), draft)  # what cannot be read is shown together with what the rules say of the rest
    except DomainError as error:
        form.add_error(error)
    if "evidence" not in form.errors:
        _keep(form, upload)
    return None


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


@bp.post("/fairs/<fair_slug>/deals/<reference>/verify")
@requires(VERIFY_CONTRACT)
def verify(reference: str) -> Any:
    """Confirm a contract as the second person."""
    found = _found(reference)
    checks = {name: request.form.get(name) == "y" for name in CHECKS}
    return _act(
        found,
        lambda: verify_contract(
            found, current_fair(), checks, by=actor(), note=request.form.get("note", "")[:400], seen=_seen()
        ),
        _("%(reference)s is verified."),
    )


@bp.post("/fairs/<fair_slug>/deals/<reference>/return")
@requires(VERIFY_CONTRACT)
def send_back(reference: str) -> Any:
    """Send a contract back with a reason."""
    found = _found(reference)
    reason = request.form.get("reason", "")
    return _act(
        found,
        lambda: return_contract(found, reason, by=actor(), seen=_seen()),
        _("%(reference)s went back to who logged it."),
    )


@bp.post("/fairs/<fair_slug>/deals/<reference>/move")
@requires(LOG_CONTRACT)
def move(reference: str) -> Any:
    """Follow a contract on."""
    found = _found(reference)
    form = MoveForm()
    if not form.validate_on_submit():
        return _record(found, {name: str(messages[0]) for name, messages in form.errors.items()}), 422
    return _act(
        found,
        lambda: move_contract(
            found,
            current_fair(),
            ContractState(form.target.data),
            by=actor(),
            signed_on=form.signed_on.data,
            reason=form.cancel_reason.data or "",
        ),
        _("%(reference)s: the new status is kept."),
    )


def _seen() -> int:
    return whole(request.form.get("seen")) or 0


def _act(found: Contract, act: Any, text: str) -> Any:
    """Do it and show the contract again; what is wrong stands at its field."""
    try:
        act()
    except DomainError as error:
        return _record(_found(found.reference), {error.field or "": str(error)}), error.status
    flash(text % {"reference": found.reference}, "success")
    return go(url_for("contracts.contract", reference=found.reference))


@bp.get("/fairs/<fair_slug>/deals/<reference>/evidence")
@requires(VIEW_CONTRACTS)
def evidence(reference: str) -> Response:
    """The scan as it was handed in, to keep."""
    file = _found(reference).evidence
    return stored_file(file, name=f"{reference}.{file.name.rsplit('.', 1)[-1]}" if file is not None else "")


@bp.get("/fairs/<fair_slug>/deals/<reference>/evidence/<int:page>.jpg")
@requires(VIEW_CONTRACTS)
def evidence_page(reference: str, page: int) -> Response:
    """A page of the scan as a picture."""
    file = _found(reference).evidence
    if file is None:
        raise NotFound
    return Response(page_picture(file, page), mimetype="image/jpeg", headers={"Cache-Control": "private, max-age=600"})


register_nav(NavItem("deals", _l("Deals"), "file-certificate", "contracts.index", VIEW_CONTRACTS, 70, bottom=True))
own_cards.register()
