"""Pages of the follow-up for staff: the list to call from, one contract with both sides, and the answer by telephone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.context import current_fair
from fairs.contracts.models import Contract
from fairs.contracts.permissions import LOG_CONTRACT, VIEW_CONTRACTS
from fairs.contracts.queries import contract_by_reference
from fairs.contracts.service import move_contract
from fairs.contracts.states import ContractState
from fairs.core.errors import DomainError, NotFound
from fairs.core.lists import download, known, page_of
from fairs.core.sections import Part, section
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.followups import own_pages, realised_pages
from fairs.followups.answering import forms_of, posted
from fairs.followups.answers import decide, is_open, look_at
from fairs.followups.errors import NotAsked
from fairs.followups.forms import DecideForm
from fairs.followups.lists import FOLLOW_UPS, wanted_of
from fairs.followups.models import FollowUp
from fairs.followups.permissions import VIEW_REALISED
from fairs.followups.queries import (
    FollowUpFilter,
    contacts_of,
    counted,
    decisions_of,
    follow_ups_of,
    suggested_state,
)
from fairs.followups.states import LEFT_OUT, MONTHS, OUTCOMES, REASONS, SIDES, WAYS, FollowUpState

bp = Blueprint("followups", __name__, url_prefix="/fairs/<fair_slug>/deals")
blueprints = [bp, own_pages.bp, own_pages.my, realised_pages.bp]


@bp.get("/follow-ups")
@requires(VIEW_CONTRACTS)
def index() -> str | Response:
    """Who is asked when, who answered, and whom to call."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(FOLLOW_UPS, fair, known(FOLLOW_UPS, request.args))
    page = page_of(FOLLOW_UPS, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "followups/index.html", page=page, contacts=contacts_of(page.items), sides=SIDES, outcomes=OUTCOMES, ways=WAYS,
        left_out=LEFT_OUT, LOG_CONTRACT=LOG_CONTRACT, is_filtered=wanted_of(request.args) != FollowUpFilter(),
        states=[(str(state), state.label) for state in FollowUpState],
        months=[(str(month), _("%(number)s months", number=month)) for month in MONTHS], side_choices=list(SIDES.items()),
    )  # fmt: skip


def _contract(reference: str) -> Contract:
    found = contract_by_reference(current_fair().id, reference)
    if found is None:
        raise NotFound
    return found


@bp.get("/<reference>/follow-up")
@requires(VIEW_CONTRACTS)
def contract(reference: str) -> Any:
    """Both sides of one contract, side by side."""
    return _page(_contract(reference))


def _page(found: Contract, errors: dict[str, str] | None = None, *, form: Any = None, month: int = 0) -> Any:
    rows, decisions = follow_ups_of(found.id), decisions_of(found.id)
    blocks = []
    for one in MONTHS:
        sides = {row.side: row for row in rows if row.month == one}
        if not sides:
            continue
        counts = counted(sides.values(), decisions.get(one))
        blocks.append(
            {
                "month": one, "sides": sides, "counts": counts, "decision": decisions.get(one),
                "form": form if one == month and form is not None else _decide_form(one, counts, found),
                "unseen": any(row.state is FollowUpState.ANSWERED and row.looked_at is None for row in sides.values()),
            }
        )  # fmt: skip
    latest = next((block["counts"] for block in reversed(blocks) if block["counts"].answers), counted((), None))
    page = render_template(
        "followups/contract.html", contract=found, blocks=blocks, contacts=contacts_of(rows), sides=SIDES, outcomes=OUTCOMES,
        reasons=REASONS, ways=WAYS, left_out=LEFT_OUT, errors=errors or {}, LOG_CONTRACT=LOG_CONTRACT,
        suggested=suggested_state(found, latest), is_open=is_open(rows[0]) if rows else True,
    )  # fmt: skip
    return page, 422 if errors or (form is not None and form.errors) else 200


def _decide_form(month: int, counts: Any, found: Contract) -> DecideForm:
    form = DecideForm(formdata=None, prefix=f"m{month}-")
    exponent = found.value.exponent
    if counts.answers:
        form.shipped.data = _major(counts.shipped_minor, exponent)
        form.paid.data = _major(counts.paid_minor, exponent)
    return form


def _major(minor: int | None, exponent: int) -> Any:
    return None if minor is None else Decimal(minor).scaleb(-exponent)


@bp.post("/<reference>/follow-up/<int:month>/decide")
@requires(LOG_CONTRACT)
def decision(reference: str, month: int) -> Any:
    """Which of two answers counts, with the reason."""
    found = _contract(reference)
    if month not in MONTHS:
        raise NotFound
    form = DecideForm(prefix=f"m{month}-")
    if form.validate():
        try:
            decide(found, month, form.shipped.data, form.paid.data, form.reason.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The decision is kept with its reason."), "success")
            return go(url_for(".contract", reference=reference))
    return _page(_contract(reference), form=form, month=month)


@bp.post("/<reference>/follow-up/<int:month>/seen")
@requires(LOG_CONTRACT)
def seen(reference: str, month: int) -> Any:
    """The answers of this month were looked at: nothing more is to be done."""
    found = _contract(reference)
    if month not in MONTHS:
        raise NotFound
    look_at(found, month, by=actor())
    flash(_("The answers after %(month)s months count as seen.", month=month), "success")
    return go(url_for(".contract", reference=reference))


@bp.post("/<reference>/follow-up/move")
@requires(LOG_CONTRACT)
def move(reference: str) -> Any:
    """Follow the contract on as the answers say."""
    found = _contract(reference)
    target = request.form.get("target", "")
    if target not in {ContractState.PART_SHIPPED, ContractState.SHIPPED, ContractState.PAID, ContractState.CANCELLED}:
        raise NotFound
    try:
        move_contract(
            found, current_fair(), ContractState(target), by=actor(), reason=request.form.get("cancel_reason", "")
        )
    except DomainError as error:
        return _page(_contract(reference), {error.field or "target": str(error)})
    flash(_("%(reference)s: the new status is kept.", reference=reference), "success")
    return go(url_for(".contract", reference=reference))


@bp.get("/<reference>/follow-up/<int:month>/<side>")
@requires(VIEW_CONTRACTS)
def call(reference: str, month: int, side: str) -> Any:
    """The form for a call: whom to ask, what was asked, what is known."""
    found, row = _row(reference, month, side)
    return _call(found, row, forms_of(row))


@bp.post("/<reference>/follow-up/<int:month>/<side>")
@requires(LOG_CONTRACT)
def typed(reference: str, month: int, side: str) -> Any:
    """What a party said on the telephone."""
    found, row = _row(reference, month, side)
    try:
        forms = posted(row, by=actor(), way="phone")
    except NotAsked as problem:
        flash(str(problem), "warning")
        return go(url_for(".contract", reference=reference))
    if forms is not None:
        return _call(found, row, forms, 422)
    flash(_("The answer is kept."), "success")
    return go(url_for(".contract", reference=reference))


def _row(reference: str, month: int, side: str) -> tuple[Contract, FollowUp]:
    found = _contract(reference)
    row = next((one for one in follow_ups_of(found.id) if one.month == month and one.side == side), None)
    if row is None:
        raise NotFound
    return found, row


def _call(found: Contract, row: FollowUp, forms: Any, status: int = 200) -> Any:
    page = render_template(
        "followups/call.html", contract=found, row=row, forms=forms, contact=contacts_of([row])[row.id], sides=SIDES,
        is_open=is_open(row), LOG_CONTRACT=LOG_CONTRACT, reasons=REASONS, outcomes=OUTCOMES,
    )  # fmt: skip
    return page, status


section(
    _l("Follow-up"),
    (
        Part("followups.index", _l("Questions to the parties"), "message-question", VIEW_CONTRACTS),
        Part("realised.fair", _l("Realised and signed"), "chart-bar", VIEW_REALISED),
        Part("realised.years", _l("Over the years"), "calendar-stats", VIEW_REALISED),
    ),
    (bp, realised_pages.bp),
)

register_nav(
    NavItem(
        "followups", _l("Follow-up"), "message-question", "realised.fair", VIEW_REALISED, 72,
        pages=("followups", "realised"),
    )
)  # fmt: skip
