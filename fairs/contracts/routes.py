"""Pages of contracts: list, form, record with verification, evidence."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.context import current_fair
from fairs.contracts import (
    confirm_pages,
    duplicate_pages,
    hs_pages,
    import_pages,
    my_pages,
    outlier_pages,
    own_cards,
    pages,
    quick_pages,
    sign_pages,
)
from fairs.contracts.blueprint import bp
from fairs.contracts.form_pages import contract_or_404
from fairs.contracts.forms import MoveForm, whole
from fairs.contracts.lists import CONTRACTS, wanted_of
from fairs.contracts.models import Contract
from fairs.contracts.permissions import EDIT_RATES, LOG_CONTRACT, VERIFY_CONTRACT, VIEW_CONTRACTS
from fairs.contracts.preview import page_picture
from fairs.contracts.queries import (
    ContractFilter,
    exporters,
    importer_countries,
    revision_of,
    sums,
)
from fairs.contracts.rate_routes import bp as rate_bp
from fairs.contracts.service import CHECKS, CLEARED, move_contract, return_contract, verify_contract
from fairs.contracts.states import ContractKind, ContractState, Verification
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.i18n import country_name
from fairs.core.lists import download, known, page_of
from fairs.core.sections import Part, section
from fairs.core.web import NavItem, actor, go, register_nav, requires

blueprints = [
    rate_bp, hs_pages.bp, import_pages.bp, bp, outlier_pages.bp, quick_pages.bp, confirm_pages.staff, confirm_pages.by_token, sign_pages.bp, my_pages.my,
    my_pages.guest,
]  # fmt: skip
bp.app_template_global()(duplicate_pages.pairs_on_page)


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
        wanted=wanted,
        standings=pages.STANDING_LABELS,
        kinds=[(str(kind), kind.label) for kind in ContractKind],
        is_filtered=wanted != ContractFilter(),
        states=[(str(state), state.label) for state in ContractState],
        verifications=[(str(state), state.label) for state in Verification],
        countries=sorted(((c, country_name(c)) for c in importer_countries(fair.id)), key=lambda pair: pair[1]),
        exporters=[(str(company.id), company.name) for company in exporters(fair.id)],
        LOG_CONTRACT=LOG_CONTRACT,
    )


@bp.get("/fairs/<fair_slug>/deals/<reference>")
@requires(VIEW_CONTRACTS)
def contract(reference: str) -> str:
    """One contract: content, evidence, verification, history."""
    return _record(contract_or_404(reference))


def _record(found: Contract, errors: dict[str, str] | None = None) -> str:
    context = pages.record_page(found, current_fair(), actor())
    return render_template("contracts/contract.html", **context, errors=errors or {}, typed=request.form)


@bp.post("/fairs/<fair_slug>/deals/<reference>/verify")
@requires(VERIFY_CONTRACT)
def verify(reference: str) -> Any:
    """Confirm a contract as the second person."""
    found = contract_or_404(reference)
    checks = {name: request.form.get(name) == "y" for name in (*CHECKS, CLEARED)}
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
    found = contract_or_404(reference)
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
    found = contract_or_404(reference)
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
            seen=_seen() if "seen" in request.form else None,
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
        return _record(contract_or_404(found.reference), {error.field or "": str(error)}), error.status
    flash(text % {"reference": found.reference}, "success")
    return go(url_for("contracts.contract", reference=found.reference))


@bp.get("/fairs/<fair_slug>/deals/<reference>/evidence")
@requires(VIEW_CONTRACTS)
def evidence(reference: str) -> Response:
    """The scan as it was handed in, to keep."""
    file = contract_or_404(reference).evidence
    return stored_file(file, name=f"{reference}.{file.name.rsplit('.', 1)[-1]}" if file is not None else "")


@bp.get("/fairs/<fair_slug>/deals/<reference>/revisions/<int:number>/evidence")
@requires(VIEW_CONTRACTS)
def revision_evidence(reference: str, number: int) -> Response:
    """The scan that a revision was verified by."""
    revision = revision_of(contract_or_404(reference), number)
    if revision is None or revision.evidence is None:
        raise NotFound
    extension = revision.evidence.name.rsplit(".", 1)[-1]
    return stored_file(revision.evidence, name=f"{reference}-r{number}.{extension}")


@bp.get("/fairs/<fair_slug>/deals/<reference>/evidence/<int:page>.jpg")
@requires(VIEW_CONTRACTS)
def evidence_page(reference: str, page: int) -> Response:
    """A page of the scan as a picture."""
    file = contract_or_404(reference).evidence
    if file is None:
        raise NotFound
    return Response(page_picture(file, page), mimetype="image/jpeg", headers={"Cache-Control": "private, max-age=600"})


register_nav(NavItem("deals", _l("Deals"), "file-certificate", "contracts.index", VIEW_CONTRACTS, 70, bottom=True))
own_cards.register()
section(
    _l("Deals"),
    (
        Part("contracts.index", _l("Contracts"), "file-certificate", VIEW_CONTRACTS),
        Part("contracts.duplicates", _l("Possible duplicates"), "copy-check", VIEW_CONTRACTS),
        Part("contract_questions.index", _l("Questions"), "help-circle", VIEW_CONTRACTS),
        Part("contract_imports.index", _l("Import"), "table-import", LOG_CONTRACT),
        Part("rates.index", _l("Exchange rates"), "currency-dollar", EDIT_RATES),
        Part("hs.catalogue", _l("HS codes"), "list-search", VIEW_CONTRACTS),
    ),
    (bp, outlier_pages.bp, import_pages.bp, rate_bp, hs_pages.bp),
)
