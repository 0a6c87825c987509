"""Selections on their way to a signed decision: list, page, papers, signature."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.models import User
from fairs.core.clock import today
from fairs.core.db import db
from fairs.core.errors import DomainError, Forbidden, NotFound
from fairs.core.files import stored_file
from fairs.core.forms import Form
from fairs.core.lists import download, known, page_of
from fairs.core.sheets import XLSX
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.history import entries
from fairs.documents import text_pages
from fairs.documents.errors import NumberLooksAlike
from fairs.documents.forms import AmountForm, HeadForm, ReasonForm, SignatureForm, SubmitForm
from fairs.documents.kinds import all_kinds, kind_of
from fairs.documents.lists import SELECTIONS, wanted_of
from fairs.documents.models import Selection, SelectionItem
from fairs.documents.official import DOCX
from fairs.documents.papers import annex_sheet, paper_of, total_of
from fairs.documents.permissions import MANAGE_DOCUMENTS, VIEW_DOCUMENTS
from fairs.documents.queries import corrections_of, counts_of, selection_by_reference
from fairs.documents.service import (
    ZONE,
    Signature,
    cancel_selection,
    change_amount,
    change_selection,
    enter_signature,
    remove_subject,
    return_selection,
    start_correction,
    submit_selection,
)
from fairs.documents.states import SelectionState

bp = Blueprint("documents", __name__, url_prefix="/fairs/<fair_slug>/documents")
blueprints = [bp, text_pages.bp]

HISTORY: dict[str, tuple[Any, str, str]] = {
    "documents.open": (_l("Draft begun"), "pencil", "neutral"),
    "documents.change": (_l("Title or day changed"), "pencil", "neutral"),
    "documents.add": (_l("Subject added"), "plus", "neutral"),
    "documents.remove": (_l("Subject taken out"), "minus", "warning"),
    "documents.change_amount": (_l("Amount changed"), "coins", "neutral"),
    "documents.submit": (_l("Handed in for signature"), "send", "info"),
    "documents.return": (_l("Returned"), "arrow-back-up", "warning"),
    "documents.cancel": (_l("Cancelled"), "x", "danger"),
    "documents.sign": (_l("Signature entered"), "signature", "success"),
    "documents.correct": (_l("Correction begun"), "file-diff", "neutral"),
}
_FILES = {
    "submission": ("submission_file", "docx"),
    "decision": ("decision_file", "docx"),
    "annex": ("annex_file", "xlsx"),
}


@bp.get("")
@requires(VIEW_DOCUMENTS)
def index() -> str | Response:
    """All selections of the fair; as a sheet with ``?format=xlsx``."""
    if request.args.get("format") == "xlsx":
        return download(SELECTIONS, g.fair, known(SELECTIONS, request.args))
    page = page_of(SELECTIONS, g.fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "documents/index.html", page=page, counts=counts_of(page.items), states=list(SelectionState), kind_choices=[(kind.key, kind.label) for kind in all_kinds()],
        kind_of=kind_of, shown_state=wanted_of(request.args).state, SelectionState=SelectionState, today=today(ZONE),
        VIEW_DOCUMENTS=VIEW_DOCUMENTS, MANAGE_DOCUMENTS=MANAGE_DOCUMENTS,
    )  # fmt: skip


def _selection(reference: str) -> Selection:
    return selection_by_reference(g.fair.id, reference)


@bp.get("/<reference>")
@requires(VIEW_DOCUMENTS)
def show(reference: str) -> str:
    """One selection: what is next, its papers, its subjects, its history."""
    return _show(_selection(reference))


def _show(selection: Selection, form: Form | None = None, *, item_id: int | None = None) -> str:
    kind = kind_of(selection.kind)
    forms: dict[str, Any] = {
        "head": HeadForm(formdata=None, obj=selection), "submit": SubmitForm(formdata=None),
        "sign": SignatureForm(formdata=None), "back": ReasonForm(formdata=None), "amount": AmountForm(formdata=None),
    }  # fmt: skip
    names = {HeadForm: "head", SubmitForm: "submit", SignatureForm: "sign", ReasonForm: "back", AmountForm: "amount"}
    if form is not None:
        forms[names[type(form)]] = form
    people = {selection.submitted_by_id, selection.signed_by_id, selection.opened_by_id} - {None}
    return render_template(
        "documents/show.html", selection=selection, kind=kind, forms=forms, typed=form, typed_item=item_id,
        items=selection.items, total=total_of(selection), remarks=kind.remarks(selection), facts=kind.facts(selection),
        problem=_problem(selection), corrections=corrections_of(selection), events=entries(selection, HISTORY),
        page_of_item=lambda item: url_for(kind.page(item)[0], **kind.page(item)[1]),
        add_url=url_for(kind.add[0], **kind.add[1]), State=SelectionState, MANAGE_DOCUMENTS=MANAGE_DOCUMENTS,
        names={one: user.name or user.email for one in people if (user := db.session.get(User, one)) is not None},
        today=today(ZONE),
    )  # fmt: skip


def _problem(selection: Selection) -> str:
    """What keeps it from being handed in or signed, in words; empty when nothing does."""
    if selection.state not in {SelectionState.DRAFT, SelectionState.RETURNED, SelectionState.SUBMITTED}:
        return ""
    try:
        kind_of(selection.kind).check(selection)
    except DomainError as error:
        return str(error)
    return ""


def _done(reference: str, form: Form, act: Callable[[], object], message: str, *, item_id: int | None = None) -> Any:
    """Do what a form of the page asks for; what is refused stands at its field, with what was typed."""
    if form.validate_on_submit():
        try:
            act()
        except DomainError as error:
            if isinstance(error, Forbidden | NotFound):
                raise
            db.session.rollback()
            form.add_error(error)
        else:
            flash(message, "success")
            return go(url_for("documents.show", reference=reference))
    return _show(_selection(reference), form, item_id=item_id), 422


@bp.post("/<reference>/head")
@requires(MANAGE_DOCUMENTS)
def head(reference: str) -> Any:
    """Change title and day."""
    selection, form = _selection(reference), HeadForm()
    return _done(
        selection.reference, form,
        lambda: change_selection(selection, title=form.title.data or "", due_on=form.due_on.data, by=actor()), _("Saved."),
    )  # fmt: skip


@bp.post("/<reference>/submit")
@requires(MANAGE_DOCUMENTS)
def submit(reference: str) -> Any:
    """Hand in for signature."""
    selection, form = _selection(reference), SubmitForm()
    number = form.submission_number.data or ""
    return _done(
        selection.reference, form,
        lambda: submit_selection(selection, number=number, day=form.submitted_on.data, by=actor()),
        _("Handed in. The papers are kept as they are now."),
    )  # fmt: skip


@bp.post("/<reference>/sign")
@requires(MANAGE_DOCUMENTS)
def sign(reference: str) -> Any:
    """Enter number, day and scan of the signed decision: now it counts."""
    selection, form = _selection(reference), SignatureForm()

    def act() -> None:
        try:
            enter_signature(
                selection,
                Signature(form.number.data, form.day.data, form.signer.data or "", form.scan.upload(), bool(form.confirmed.data)),
                by=actor(),
            )  # fmt: skip
        except NumberLooksAlike:
            g.number_looks_alike = True
            raise

    return _done(selection.reference, form, act, _("The decision is entered. Those selected have been told."))


@bp.post("/<reference>/end")
@requires(MANAGE_DOCUMENTS)
def end(reference: str) -> Any:
    """It came back unsigned, or nothing comes of it: the pressed button says which."""
    selection, form = _selection(reference), ReasonForm()
    act = return_selection if request.form.get("do") == "return" else cancel_selection
    message = _("Returned: it can be mended now.") if act is return_selection else _("Cancelled.")
    return _done(selection.reference, form, lambda: act(selection, reason=form.reason.data or "", by=actor()), message)


@bp.post("/<reference>/correct")
@requires(MANAGE_DOCUMENTS)
def correct(reference: str) -> Any:
    """Begin a decision that amends or revokes this one, for the ticked subjects."""
    selection = _selection(reference)
    chosen = [int(one) for one in request.form.getlist("item") if one.isascii() and one.isdigit() and len(one) < 19]
    if not chosen:
        flash(_("Tick those whom the correction is about."), "warning")
        return go(url_for("documents.show", reference=selection.reference))
    try:
        row = start_correction(
            selection, request.form.get("correction", ""), code=g.fair.code, items=chosen, by=actor()
        )
    except DomainError as error:
        flash(str(error), "danger")
        return go(url_for("documents.show", reference=selection.reference))
    flash(_("The draft of the correction is made."), "success")
    return go(url_for("documents.show", reference=row.reference))


def _item(selection: Selection, item_id: int) -> SelectionItem:
    found = next((item for item in selection.items if item.id == item_id), None)
    if found is None:
        raise NotFound
    return found


@bp.post("/<reference>/items/<int:item_id>/remove")
@requires(MANAGE_DOCUMENTS)
def remove(reference: str, item_id: int) -> Any:
    """Take a subject out."""
    selection = _selection(reference)
    try:
        remove_subject(_item(selection, item_id), by=actor())
        flash(_("Taken out."), "success")
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        flash(str(error), "danger")
    return go(url_for("documents.show", reference=selection.reference))


@bp.post("/<reference>/items/<int:item_id>/amount")
@requires(MANAGE_DOCUMENTS)
def amount(reference: str, item_id: int) -> Any:
    """Another amount in an amending decision."""
    selection, form = _selection(reference), AmountForm()
    item = _item(selection, item_id)
    return _done(
        selection.reference, form, lambda: change_amount(item, form.amount.money(item.currency), by=actor()),
        _("Saved."), item_id=item_id,
    )  # fmt: skip


@bp.get("/<reference>/files/<part>")
@requires(VIEW_DOCUMENTS)
def file(reference: str, part: str) -> Any:
    """A paper: as it was handed in, else as it would be now; ``?translation=en`` a working translation; ``scan`` the scan."""
    selection = _selection(reference)
    if part == "scan":
        return stored_file(selection.scan)
    if part not in _FILES:
        raise NotFound
    name, ending = _FILES[part]
    translation = request.args.get("translation") == "en"
    kept = getattr(selection, name)
    if kept is not None and not translation and not selection.is_editable:
        return stored_file(kept)
    locale = "en" if translation else "vi"
    file_name = f"{selection.reference}-{part}{'-en' if translation else ''}.{ending}"
    if part == "annex":
        return _send(annex_sheet(selection, locale), XLSX, file_name)
    return _send(paper_of(selection, part, locale), DOCX, file_name)


def _send(content: bytes, content_type: str, name: str) -> Any:
    return send_file(io.BytesIO(content), content_type, as_attachment=True, download_name=name)


register_nav(NavItem("documents", _l("Decisions"), "signature", "documents.index", VIEW_DOCUMENTS, 36))
