"""Pages of imported lists: contacts for the invitations, support lists of other offices."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.context import current_fair
from fairs.contacts.deciding import LEAVE, decide
from fairs.contacts.forms import ContactsForm, SupportForm
from fairs.contacts.permissions import IMPORT_SUPPORT
from fairs.contacts.queries import candidates_of, counts_of, imports_of, row_by_id, unsure_rows
from fairs.contacts.reading import in_words
from fairs.contacts.service import ListSource, hand_in
from fairs.contacts.states import ImportKind, ImportState, RowState
from fairs.contacts.views import Pages, act, errors_sheet, show_page
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.web import actor, go, paginate, requires
from fairs.directory.queries import group_names
from fairs.funding.external_models import ExternalSupport
from fairs.funding.external_queries import supports_of
from fairs.funding.permissions import VIEW_FUNDING
from fairs.invitations.permissions import INVITE, VIEW_INVITATIONS
from fairs.lists.tools import may_here

bp = Blueprint("contacts", __name__, url_prefix="/fairs/<fair_slug>/contacts")
external = Blueprint("external", __name__, url_prefix="/fairs/<fair_slug>/support/external")
blueprints = [bp, external]

CONTACTS = Pages(ImportKind.CONTACTS, "contacts", INVITE)
SUPPORT = Pages(ImportKind.SUPPORT, "external", IMPORT_SUPPORT)
WHY = {
    "email": _l("same e-mail"), "name": _l("same name and country"), "phone": _l("same telephone"), "domain": _l("same web or mail domain"),
}  # fmt: skip


# --- contacts ----------------------------------------------------------------------------------------------------


def _index(form: ContactsForm) -> str:
    imports = imports_of(current_fair().id, ImportKind.CONTACTS)
    return render_template(
        "contacts/index.html", form=form, imports=imports, counts=counts_of([one.id for one in imports]), RowState=RowState,
        may=may_here(INVITE), sees_support=may_here(VIEW_FUNDING), pages=CONTACTS,
    )  # fmt: skip


def _contacts_form() -> ContactsForm:
    form = ContactsForm()
    form.offer_kinds()
    return form


@bp.get("")
@requires(VIEW_INVITATIONS)
def index() -> str:
    """The lists that were imported, and the next one."""
    return _index(_contacts_form())


@bp.post("")
@requires(INVITE)
def upload() -> Any:
    """Hand in a list."""
    form = _contacts_form()
    if form.validate_on_submit():
        file = form.file.upload()
        try:
            if file is None:
                raise InvalidInput(_("Please choose a file."), field="file")
            source = ListSource(form.source_name.data or "", form.source_kind.data)
            found = hand_in(current_fair(), ImportKind.CONTACTS, file, source, by=actor())
        except InvalidInput as error:
            form.add_error(error)
        else:
            return go(CONTACTS.url("show", import_id=found.id))
    return _index(form), 422


@bp.get("/<int:import_id>")
@requires(VIEW_INVITATIONS)
def show(import_id: int) -> str:
    """A list: its columns, what would be imported, how far it is, what it brought."""
    return show_page(CONTACTS, CONTACTS.found(import_id))


@bp.post("/<int:import_id>")
@requires(INVITE)
def change(import_id: int) -> Any:
    """What is done with a list: the pressed button says which."""
    return act(CONTACTS, import_id)


@bp.get("/<int:import_id>/errors.xlsx")
@requires(INVITE)
def errors(import_id: int) -> Response:
    """The rows with errors, with the reasons."""
    return errors_sheet(CONTACTS, import_id)


@bp.get("/<int:import_id>/decide")
@requires(INVITE)
def decisions(import_id: int) -> Any:
    """The first row that waits for a decision; back to the list when none does."""
    found = CONTACTS.found(import_id)
    waiting = unsure_rows(found.id)
    if not waiting or found.state not in (ImportState.PREVIEW, ImportState.WAITING):
        return go(CONTACTS.url("show", import_id=found.id))
    return go(CONTACTS.url("decision", import_id=found.id, row_id=waiting[0]))


@bp.get("/<int:import_id>/decide/<int:row_id>")
@requires(INVITE)
def decision(import_id: int, row_id: int) -> str:
    """One row beside those of the directory who it may be."""
    return _decision_page(import_id, row_id)


def _decision_page(import_id: int, row_id: int, error: InvalidInput | None = None) -> str:
    found = CONTACTS.found(import_id)
    row = row_by_id(found.id, row_id)
    waiting = list(unsure_rows(found.id))
    at = waiting.index(row.id) if row.id in waiting else -1
    people, companies = candidates_of(row)
    return render_template(
        "contacts/decide.html", found=found, row=row, people=people, companies=companies, why=WHY, error=error, typed=request.form,
        number=at + 1, many=len(waiting), before=waiting[at - 1] if at > 0 else None, LEAVE=LEAVE,
        after=waiting[at + 1] if 0 <= at < len(waiting) - 1 else None, said=in_words, pages=CONTACTS, group_names=group_names(),
        is_open=found.state in (ImportState.PREVIEW, ImportState.WAITING) and row.state is not RowState.IMPORTED,
    )  # fmt: skip


@bp.post("/<int:import_id>/decide/<int:row_id>")
@requires(INVITE)
def choose(import_id: int, row_id: int) -> Any:
    """Say who a row is, and go on to the next."""
    found = CONTACTS.found(import_id)
    row = row_by_id(found.id, row_id)
    try:
        decide(
            found, row.id, person=request.form.get("person", ""), company=request.form.get("company", ""), by=actor()
        )
    except InvalidInput as error:
        return _decision_page(import_id, row_id, error), 422
    except Conflict as error:
        flash(str(error), "warning")
        return go(CONTACTS.url("show", import_id=found.id))
    waiting = unsure_rows(found.id)
    following = next((one for one in waiting if one > row_id), waiting[0] if waiting else None)
    if following is None:
        flash(_("All rows are decided."), "success")
        return go(CONTACTS.url("show", import_id=found.id))
    return go(CONTACTS.url("decision", import_id=found.id, row_id=following))


# --- support of other offices ------------------------------------------------------------------------------------


def _external(form: SupportForm) -> str:
    fair = current_fair()
    imports = imports_of(fair.id, ImportKind.SUPPORT)
    text = request.args.get("q", "")
    page = paginate(supports_of(fair.id, text), (ExternalSupport.id, True), cursor=request.args.get("cursor"))
    return render_template(
        "contacts/external.html", form=form, imports=imports, counts=counts_of([one.id for one in imports]), RowState=RowState,
        may=may_here(IMPORT_SUPPORT), page=page, is_filtered=bool(text), pages=SUPPORT, sees_contacts=may_here(VIEW_INVITATIONS),
    )  # fmt: skip


@external.get("", endpoint="index")
@requires(VIEW_FUNDING)
def external_index() -> str:
    """What other offices support, the lists it comes from, and the next one."""
    return _external(SupportForm())


@external.post("", endpoint="upload")
@requires(IMPORT_SUPPORT)
def external_upload() -> Any:
    """Hand in a list of another office."""
    form = SupportForm()
    if form.validate_on_submit():
        file = form.file.upload()
        try:
            if file is None:
                raise InvalidInput(_("Please choose a file."), field="file")
            found = hand_in(
                current_fair(), ImportKind.SUPPORT, file, ListSource(form.source_name.data or ""), by=actor()
            )
        except InvalidInput as error:
            form.add_error(error)
        else:
            return go(SUPPORT.url("show", import_id=found.id))
    return _external(form), 422


@external.get("/<int:import_id>", endpoint="show")
@requires(VIEW_FUNDING)
def external_show(import_id: int) -> str:
    """A list of another office: its columns, what would be kept, what it brought."""
    return show_page(SUPPORT, SUPPORT.found(import_id))


@external.post("/<int:import_id>", endpoint="change")
@requires(IMPORT_SUPPORT)
def external_change(import_id: int) -> Any:
    """What is done with a list: the pressed button says which."""
    return act(SUPPORT, import_id)


@external.get("/<int:import_id>/errors.xlsx", endpoint="errors")
@requires(IMPORT_SUPPORT)
def external_errors(import_id: int) -> Response:
    """The rows with errors, with the reasons; without passport numbers."""
    return errors_sheet(SUPPORT, import_id)
