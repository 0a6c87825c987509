"""Grants of a fair: list, record, receipts, settlement, suspected duplicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.models import User
from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, Forbidden, InvalidInput, NotFound, SamePerson
from fairs.core.files import stored_file
from fairs.core.forms import Form
from fairs.core.lists import download, known, page_of
from fairs.core.storage import StoredFile
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.history import entries
from fairs.funding import rule_pages
from fairs.funding.forms import ClashForm, EndForm, ReceiptForm, SettleForm
from fairs.funding.lists import GRANTS, wanted_of
from fairs.funding.models import Grant, SupportClash
from fairs.funding.permissions import CLEAR_CLASHES, SETTLE_GRANTS, VIEW_FUNDING
from fairs.funding.queries import clashes_of, grant_by_reference, rules, sums_of, waiting_clashes
from fairs.funding.service import add_receipt, decide_clash, recover_grant, release_grant, settle_grant
from fairs.funding.states import ClashState, GrantState

bp = Blueprint("funding", __name__, url_prefix="/fairs/<fair_slug>/support")
blueprints = [bp, rule_pages.bp]

HISTORY: dict[str, tuple[Any, str, str]] = {
    "funding.propose": (_l("Proposed"), "clock", "neutral"),
    "funding.change_proposal": (_l("Proposed amount changed"), "pencil", "neutral"),
    "funding.commit": (_l("Committed by the decision"), "lock", "info"),
    "funding.change_amount": (_l("Amount changed by an amending decision"), "file-diff", "info"),
    "funding.receipt": (_l("Receipt kept"), "receipt", "neutral"),
    "funding.settle": (_l("Accounted for"), "circle-check", "success"),
    "funding.released": (_l("Released"), "arrow-back-up", "warning"),
    "funding.recovered": (_l("Recovered"), "receipt-refund", "warning"),
    "funding.take_back": (_l("Taken back"), "arrow-back-up", "warning"),
}


@bp.get("")
@requires(VIEW_FUNDING)
def index() -> str | Response:
    """All grants of the fair; as a sheet with ``?format=xlsx``."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(GRANTS, fair, known(GRANTS, request.args))
    wanted = wanted_of(request.args)
    return render_template(
        "funding/index.html", page=page_of(GRANTS, fair, request.args, cursor=request.args.get("cursor")),
        sums=sums_of(fair.id), states=list(GrantState), shown_state=wanted.state, clashes=waiting_clashes(fair.id),
        rules=[(rule.code, f"{rule.code} · {rule.item}"[:80]) for rule in rules()], GrantState=GrantState,
    )  # fmt: skip


def _grant(reference: str) -> Grant:
    return grant_by_reference(current_fair().id, reference)


@bp.get("/<reference>")
@requires(VIEW_FUNDING)
def show(reference: str) -> str:
    """One grant: rule, money, receipts, suspected duplicates, history."""
    return _show(_grant(reference))


def _show(grant: Grant, form: Form | None = None, clash_id: int | None = None) -> str:
    forms: dict[str, Any] = {
        "settle": SettleForm(formdata=None), "receipt": ReceiptForm(formdata=None), "end": EndForm(formdata=None),
        "clash": ClashForm(formdata=None),
    }  # fmt: skip
    if form is not None:
        names = {SettleForm: "settle", ReceiptForm: "receipt", EndForm: "end", ClashForm: "clash"}
        forms[names[type(form)]] = form
    clashes = clashes_of([grant.id])
    people = {one for clash in clashes for one in (clash.asked_by_id, clash.decided_by_id)} - {None}
    return render_template(
        "funding/show.html", grant=grant, forms=forms, clash_typed=clash_id, clashes=clashes, State=GrantState,
        events=entries(grant, HISTORY), receipt=db.session.get(StoredFile, grant.receipt_id) if grant.receipt_id else None,
        ClashState=ClashState, SETTLE_GRANTS=SETTLE_GRANTS, CLEAR_CLASHES=CLEAR_CLASHES, involved=actor().involved,
        names={one: user.name or user.email for one in people if (user := db.session.get(User, one)) is not None},
    )  # fmt: skip


def _done(grant: Grant, form: Form, act: Callable[[], Any], clash_id: int | None = None) -> Any:
    reference = grant.reference
    if form.validate_on_submit():
        try:
            message = act()
        except DomainError as error:
            if isinstance(error, Forbidden | NotFound | SamePerson):
                raise
            form.add_error(error)
        else:
            flash(message, "success")
            return go(url_for("funding.show", reference=reference))
    return _show(_grant(reference), form, clash_id), 422


@bp.post("/<reference>/receipt")
@requires(SETTLE_GRANTS)
def receipt(reference: str) -> Any:
    """Keep a receipt or ticket number; one that was used before waits for a second person."""
    grant, form = _grant(reference), ReceiptForm()

    def act() -> Any:
        found = add_receipt(
            grant, scan=form.receipt.upload(), ticket=form.ticket.data or "", reason=form.reason.data or "", by=actor()
        )
        return (
            _("Kept. A second person has to look at it before it is settled.") if found else _("The receipt is kept.")
        )

    return _done(grant, form, act)


@bp.post("/<reference>/settle")
@requires(SETTLE_GRANTS)
def settle(reference: str) -> Any:
    """Settle by what it really cost."""
    grant, form = _grant(reference), SettleForm()

    def act() -> Any:
        _by_hand(grant)
        settle_grant(grant, form.actual.money(grant.currency), by=actor())
        return _("Settled.")

    return _done(grant, form, act)


@bp.post("/<reference>/end")
@requires(SETTLE_GRANTS)
def end(reference: str) -> Any:
    """Release what was promised, or note that what was settled came back."""
    grant, form = _grant(reference), EndForm()

    def act() -> Any:
        _by_hand(grant)
        if grant.state is GrantState.SETTLED:
            recover_grant(grant, reason=form.reason.data or "", by=actor())
            return _("Recovered: the money is back on its budget line.")
        release_grant(grant, reason=form.reason.data or "", by=actor())
        return _("Released: the money is free again.")

    return _done(grant, form, act)


def _by_hand(grant: Grant) -> None:
    if grant.is_managed:
        raise InvalidInput(_("The support of an importer is settled and ended with its other parts, not by hand."))


@bp.get("/<reference>/receipt")
@requires(VIEW_FUNDING)
def receipt_file(reference: str) -> Any:
    """The receipt."""
    grant = _grant(reference)
    return stored_file(db.session.get(StoredFile, grant.receipt_id) if grant.receipt_id else None)


@bp.post("/<reference>/clashes/<int:clash_id>")
@requires(CLEAR_CLASHES)
def clash(reference: str, clash_id: int) -> Any:
    """A second person says whether it is a duplicate: the pressed button says what."""
    grant, form = _grant(reference), ClashForm()
    row = db.session.get(SupportClash, clash_id) if clash_id < 2**31 else None
    if row is None or row.grant_id != grant.id:
        raise NotFound

    def act() -> Any:
        is_duplicate = request.form.get("do") == "duplicate"
        decide_clash(row, is_duplicate=is_duplicate, note=form.note.data or "", by=actor())
        return _("A duplicate: it is released.") if is_duplicate else _("Cleared: it is no duplicate.")

    return _done(grant, form, act, clash_id)


register_nav(NavItem("funding", _l("Support"), "coins", "funding.index", VIEW_FUNDING, 119))
