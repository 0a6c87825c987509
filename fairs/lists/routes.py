"""Views of lists and acts on many rows; and what the pages of lists and records show of both."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from fairs.calendar.context import current_fair
from fairs.core.compression import vary
from fairs.core.errors import DomainError, Forbidden, InvalidInput, NotFound
from fairs.core.files import LOCKED
from fairs.core.i18n import current_locale
from fairs.core.lists import (
    BulkAction,
    ListSpec,
    all_lists,
    download,
    field_values,
    known,
    list_spec,
)
from fairs.core.web import actor, go, requires, wants_fragment
from fairs.lists import bulk, bundles
from fairs.lists.models import BulkRun
from fairs.lists.permissions import USE_LISTS
from fairs.lists.queries import item_counts, items_of, reasons, recent_runs, run_for, view_for, views_of
from fairs.lists.service import change_view, delete_view, may_share_with, pin_view, save_view
from fairs.lists.states import ItemState, RunState
from fairs.lists.tasks import carry_on_later
from fairs.lists.tools import (
    PANEL,
    ViewLink,
    address_of,
    address_to,
    fair_id_here,
    list_tools,
    may_here,
    pinned_counts,
    query_of,
    record_place,
    roles_here,
)

bp = Blueprint("lists", __name__)

PER_PDF = 2000
SHOWN = 200  # rows of one kind on the page of an act


# --- what other pages show ---------------------------------------------------------------------------------------


@bp.app_context_processor
def tools() -> dict[str, Any]:
    """For the templates of lists and records, and for the layout."""
    return {
        "list_tools": list_tools,
        "record_place": record_place,
        "pinned_counts": pinned_counts,
        "record_layout": "layouts/panel.html" if PANEL in request.headers else "layouts/staff.html",
    }


@bp.after_app_request
def keep_place(response: Response) -> Response:
    """After a form of a record one is back at the record with the filter of the list that one came from."""
    if PANEL in request.headers:
        vary(response, PANEL)
    if request.method != "POST" or response.status_code != 303 or not request.referrer:
        return response
    came, goes = urlsplit(request.referrer), urlsplit(response.headers.get("Location", ""))
    if came.path != goes.path or goes.query or not came.query:
        return response
    try:
        endpoint, _args = current_app.url_map.bind("").match(goes.path)
    except HTTPException:
        return response
    spec = next((spec for spec in all_lists() if spec.record and spec.record[0] == endpoint), None)
    query = query_of(spec, dict(parse_qsl(came.query))) if spec is not None else ""
    if query:
        response.headers["Location"] = f"{goes.path}?{query}"
    return response


# --- views -------------------------------------------------------------------------------------------------------


def _spec(key: str) -> ListSpec:
    """The list, when it belongs to this address and the reader may open it; else there is none (NotFound)."""
    spec = list_spec(key)
    if spec.for_fair != (g.get("fair") is not None) or not may_here(spec.permission):
        raise NotFound
    return spec


@bp.get("/views/<key>")
@bp.get("/fairs/<fair_slug>/lists/<key>/views")
@requires(USE_LISTS)
def views(key: str) -> str:
    """The views of a list: rename, share, pin, remove; and what one last did to many rows."""
    return _views_page(_spec(key))


def _views_page(spec: ListSpec, error: DomainError | None = None, at: int | None = None) -> str:
    shown = [
        ViewLink(view, address_of(spec, view.query), view.query, False, view.owner_id == g.user.id, pinned)
        for view, pinned in views_of(spec.key, g.user.id, roles_here(), fair_id_here())
    ]
    fair_id = fair_id_here()
    return render_template(
        "lists/views.html",
        spec=spec,
        views=shown,
        list_url=address_to(spec.endpoint, spec.fixed),
        roles=may_share_with(roles_here()) if spec.for_fair else [],
        runs=[(run, spec.action(run.action), item_counts(run.id)) for run in recent_runs(spec.key, g.user.id, fair_id)]
        if fair_id is not None
        else [],
        ItemState=ItemState,
        error=error,
        error_at=at,
        typed=request.form,
        query=request.form.get("query", query_of(spec, request.args)),
    )


@bp.post("/views/<key>")
@bp.post("/fairs/<fair_slug>/lists/<key>/views")
@requires(USE_LISTS)
def save(key: str) -> Any:
    """Keep the present address under a name."""
    spec = _spec(key)
    here = spec.for_fair and not request.form.get("everywhere")
    try:
        view = save_view(
            spec, fair_id=fair_id_here() if here else None, name=request.form.get("name", ""),
            query=request.form.get("query", ""), role=request.form.get("role", ""), roles=roles_here(), by=actor(),
        )  # fmt: skip
        if request.form.get("pinned"):
            pin_view(view, True, by=actor())
    except DomainError as error:
        return _views_page(spec, error), 422
    flash(_("The view “%(name)s” is saved.", name=view.name), "success")
    return go(address_of(spec, view.query))


@bp.post("/views/<key>/<int:view_id>")
@bp.post("/fairs/<fair_slug>/lists/<key>/views/<int:view_id>")
@requires(USE_LISTS)
def change(key: str, view_id: int) -> Any:
    """Rename, share, pin or remove a view: the pressed button says which."""
    spec = _spec(key)
    view = view_for(view_id, key, g.user.id, roles_here(), fair_id_here())
    try:
        match request.form.get("do", ""):
            case "delete":
                delete_view(view, by=actor())
                flash(_("The view is removed."), "success")
            case "pin" | "unpin" as wish:
                pin_view(view, wish == "pin", by=actor())
                flash(_("Pinned to the start page.") if wish == "pin" else _("No longer on the start page."), "success")
            case "save":
                change_view(
                    view,
                    name=request.form.get("name", ""),
                    role=request.form.get("role", ""),
                    roles=roles_here(),
                    by=actor(),
                )
                flash(_("Saved."), "success")
            case _:
                raise InvalidInput(_("Please choose one of the buttons."))
    except InvalidInput as error:
        return _views_page(spec, error, view_id), 422
    return go(url_for("lists.views", key=key))


# --- many rows ---------------------------------------------------------------------------------------------------


def _picks() -> list[str] | None:
    return None if request.form.get("all") == "1" else request.form.getlist("pick")[: bulk.MOST_PICKS]


@bp.post("/views/<key>/export")
@bp.post("/fairs/<fair_slug>/lists/<key>/export")
@requires(USE_LISTS)
def export(key: str) -> Any:
    """The ticked rows, or all that fit, as a spreadsheet."""
    spec = _spec(key)
    picks = _picks()
    if picks is not None and not picks:
        flash(_("Tick at least one row first."), "warning")
        return go(address_of(spec, query_of(spec, request.args)))
    return download(spec, g.get("fair"), known(spec, request.args), picks)


@bp.post("/fairs/<fair_slug>/lists/<key>/act")
@requires(USE_LISTS)
def act(key: str) -> Any:
    """Preview an act on the ticked rows, or on all that fit."""
    spec = _spec(key)
    action = _action(spec, request.form.get("action", ""))
    query = query_of(spec, request.args)
    try:
        run = bulk.begin(spec, current_fair(), action, known(spec, request.args), _picks(), query, by=actor())
    except InvalidInput as error:
        flash(str(error), "warning")
        return go(address_of(spec, query))
    return go(url_for("lists.run", run_id=run.id))


def _action(spec: ListSpec, key: str) -> BulkAction:
    action = spec.action(key)
    if not may_here(action.permission):
        raise Forbidden
    return action


def _run(run_id: int) -> tuple[BulkRun, ListSpec, BulkAction]:
    run = run_for(run_id, g.user.id, current_fair().id)
    spec = _spec(run.list_key)
    return run, spec, _action(spec, run.action)


@bp.get("/fairs/<fair_slug>/runs/<int:run_id>")
@requires(USE_LISTS)
def run(run_id: int) -> str:
    """An act on many rows: its preview, how far it is, or its result."""
    return _run_page(*_run(run_id))


def _run_page(run: BulkRun, spec: ListSpec, action: BulkAction, error: DomainError | None = None) -> str:
    counts = item_counts(run.id)
    shown = {
        state: items_of(run.id, state, limit=SHOWN)
        for state in (ItemState.WAITING, ItemState.SKIPPED, ItemState.DONE, ItemState.FAILED)
        if counts[state]
    }
    parts = -(-counts[ItemState.DONE] // PER_PDF) if action.document is not None else 0
    return render_template(
        "lists/_progress.html" if wants_fragment() else "lists/run.html",
        run=run,
        spec=spec,
        action=action,
        counts=counts,
        shown=shown,
        reasons=reasons(run.id, ItemState.SKIPPED) if counts[ItemState.SKIPPED] else [],
        total=sum(counts.values()),
        parts=parts,
        record_url=lambda reference: address_to(spec.record[0], {spec.record[1]: reference}) if spec.record else None,
        bundles={one.kind: one for one in bundles.files_of(run)} if action.bundle is not None else {},
        bundle_kinds=bundles.KINDS if action.bundle is not None else {},
        back=address_of(spec, run.query),
        may_undo=bulk.may_undo(run),
        undo_until=run.finished_at + bulk.UNDO_WITHIN if run.finished_at else None,
        ItemState=ItemState,
        RunState=RunState,
        typed={**run.values, **request.form},
        error=error,
        language=current_locale(),
    )


@bp.post("/fairs/<fair_slug>/runs/<int:run_id>/check")
@requires(USE_LISTS)
def check(run_id: int) -> Any:
    """Preview again with what was typed for all rows."""
    found, spec, action = _run(run_id)
    try:
        values = field_values(action, request.form, partly=True)
        bulk.check_again(found, values)
    except InvalidInput as error:
        return _run_page(found, spec, action, error), 422
    return go(url_for("lists.run", run_id=run_id))


@bp.post("/fairs/<fair_slug>/runs/<int:run_id>/do")
@requires(USE_LISTS)
def do(run_id: int) -> Any:
    """Do it. Pressed twice, it is done once."""
    found, spec, action = _run(run_id)
    try:
        values = field_values(action, request.form)
    except InvalidInput as error:
        return _run_page(found, spec, action, error), 422
    if found.state is RunState.PREVIEW and values != found.values and action.fields:
        bulk.check_again(found, values)
    if bulk.start(found, values, by=actor()):
        _carry_on(found, ItemState.WAITING)
    return go(url_for("lists.run", run_id=run_id))


@bp.post("/fairs/<fair_slug>/runs/<int:run_id>/undo")
@requires(USE_LISTS)
def undo(run_id: int) -> Any:
    """Take it back where nothing was sent."""
    found, _list, _act = _run(run_id)
    if bulk.start_undo(found):
        _carry_on(found, ItemState.DONE)
    else:
        flash(_("This cannot be undone any more."), "warning")
    return go(url_for("lists.run", run_id=run_id))


def _carry_on(found: BulkRun, left: ItemState) -> None:
    if item_counts(found.id)[left] <= bulk.AT_ONCE:
        bulk.carry_on(found.id)
    else:
        carry_on_later(found.id)


@bp.get("/fairs/<fair_slug>/runs/<int:run_id>/document.pdf")
@requires(USE_LISTS)
def document(run_id: int) -> BaseResponse:
    """What was done, on paper: badges to print."""
    found, spec, _act = _run(run_id)
    part = request.args.get("part", "1")
    number = int(part) - 1 if part.isascii() and part.isdigit() and 0 < len(part) < 4 else 0
    content = bulk.documents(found, part=max(number, 0), size=PER_PDF)
    if content is None:
        raise NotFound
    answer = Response(content, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{current_fair().slug}-{spec.key}-{number + 1}.pdf")
    return answer


@bp.post("/fairs/<fair_slug>/runs/<int:run_id>/files")
@requires(USE_LISTS)
def ask_file(run_id: int) -> BaseResponse:
    """Have what was done made into a file by the worker."""
    found, _list, _act = _run(run_id)
    bundles.ask_file(found, request.form.get("kind", ""))
    return go(url_for("lists.run", run_id=run_id, _anchor="progress"))


@bp.post("/fairs/<fair_slug>/runs/<int:run_id>/files/<bundle_kind>")
@requires(USE_LISTS)
def fetch_file(run_id: int, bundle_kind: str) -> BaseResponse:
    """A file that was made, sent as it is read. It may hold personal data: who fetches it is written down."""
    found, spec, _act = _run(run_id)
    file, pieces = bundles.fetch_file(found, bundle_kind, by=actor())
    answer = Response(pieces, mimetype=bundles.KINDS[file.kind][0])
    answer.content_length = file.size
    answer.headers.set("Content-Disposition", "attachment", filename=f"{current_fair().slug}-{spec.key}.{file.kind}")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Content-Security-Policy"] = LOCKED
    return answer
