"""Pages of hotels: the matrix of nights, hotels and blocks, stays, placing many guests, rooming lists."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import Conflict, DomainError, NotFound
from fairs.core.lists import download, known, page_of
from fairs.core.sheets import XLSX, sheet_response
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.lists.tools import may_here
from fairs.lodging import guest_pages, own_pages
from fairs.lodging.block_pages import bp
from fairs.lodging.lists import PAYERS, STAYS, WISHES, day_of
from fairs.lodging.matrix import matrix_of, sheets_of
from fairs.lodging.models import Stay
from fairs.lodging.payers import costs_of
from fairs.lodging.permissions import ARRANGE_ROOMS, VIEW_LODGING
from fairs.lodging.placing import placing_by_id, placings_of, plan_placing, run_placing, undo_placing
from fairs.lodging.queries import hotel_by_id, hotels_of, lists_of, sharers_of
from fairs.lodging.rooming import Version, list_by_id, next_version, send_list, sent_version
from fairs.lodging.rooming_files import cell, changed_words, document, file_name, kind_label, spreadsheet
from fairs.lodging.states import HOLDING, StayState
from fairs.lodging.using import note_confirmations

blueprints = [bp, guest_pages.bp, own_pages.own]


@bp.get("")
@requires(VIEW_LODGING)
def index() -> Any:
    """The matrix of nights."""
    fair = current_fair()
    matrix = matrix_of(fair)
    if request.args.get("format") == "xlsx":
        return sheet_response(sheets_of(matrix), f"{fair.slug}-nights", time_zone=fair.time_zone)
    if request.args.get("part") == "matrix":
        if request.args.get("mark") == matrix.mark:
            return "", 204
        return render_template("lodging/_matrix.html", matrix=matrix)
    return render_template("lodging/index.html", matrix=matrix, hotels=hotels_of(fair.id), may=may_here(ARRANGE_ROOMS))


@bp.get("/stays")
@requires(VIEW_LODGING)
def stays() -> Any:
    """All stays, by hotel, state, day, payer and wish."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(STAYS, fair, known(STAYS, request.args))
    page = page_of(STAYS, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "lodging/stays.html", page=page, costs=costs_of(page.items), sharers=sharers_of(page.items),
        hotels=[(one.id, one.name) for one in hotels_of(fair.id)], counts=_state_counts(fair.id), states=list(StayState),
        payers=list(PAYERS.items()), wishes=list(WISHES.items()), arrives=day_of(request.args.get("arrives", "")),
        leaves=day_of(request.args.get("leaves", "")), night=day_of(request.args.get("night", "")),
        is_filtered=any(request.args.get(name) for name in STAYS.params if name != "sort"),
    )  # fmt: skip


def _state_counts(fair_id: int) -> dict[StayState, int]:
    rows = db.session.execute(
        select(Stay.state, func.count()).where(Stay.fair_id == fair_id).group_by(Stay.state)
    ).all()
    found = dict(rows)
    return {state: found.get(state, 0) for state in StayState}


# --- placing many guests -----------------------------------------------------------------------------------------------


@bp.get("/placing")
@requires(ARRANGE_ROOMS)
def placing() -> Any:
    """Who of the waiting guests would go where, and who cannot and why. Nothing is done yet."""
    fair = current_fair()
    return render_template("lodging/placing.html", plan=plan_placing(fair), placings=placings_of(fair.id))


@bp.post("/placing")
@requires(ARRANGE_ROOMS)
def place_all() -> Any:
    """Do what the plan showed."""
    try:
        done = run_placing(current_fair(), request.form.get("mark", ""), by=actor())
        flash(_("%(n)s guests have a room.", n=len(done.items)), "success")
    except Conflict as error:
        flash(str(error), "warning")
    return go(url_for(".placing"))


@bp.post("/placing/<int:placing_id>/undo")
@requires(ARRANGE_ROOMS)
def undo(placing_id: int) -> Any:
    """Take the rooms back that were given at once."""
    try:
        back, kept = undo_placing(placing_by_id(current_fair().id, placing_id), by=actor())
        text = _("%(n)s guests wait for a room again.", n=back)
        flash(
            text + (" " + _("%(n)s keep theirs: they have agreed or were changed since.", n=kept) if kept else ""),
            "success",
        )
    except Conflict as error:
        flash(str(error), "warning")
    return go(url_for(".placing"))


# --- rooming lists -----------------------------------------------------------------------------------------------------


@bp.get("/<int:hotel_id>/rooming")
@requires(VIEW_LODGING)
def rooming(hotel_id: int) -> Any:
    """What the hotel would be sent now, what it was sent, and its confirmation numbers."""
    hotel = hotel_by_id(current_fair().id, hotel_id)
    version = next_version(hotel)
    own = select(Stay.id, Stay.confirmation).where(Stay.hotel_id == hotel.id, Stay.state.in_(HOLDING))
    numbers: dict[int, str] = {row[0]: row[1] for row in db.session.execute(own)}
    return render_template(
        "lodging/rooming.html", hotel=hotel, version=version, sent=lists_of(hotel.id), cell=cell, kind_label=kind_label,
        changed_words=changed_words, numbers=numbers, may=may_here(ARRANGE_ROOMS),
    )  # fmt: skip


@bp.post("/<int:hotel_id>/rooming")
@requires(ARRANGE_ROOMS)
def send_rooming(hotel_id: int) -> Any:
    """Keep the list as a version and send it."""
    hotel = hotel_by_id(current_fair().id, hotel_id)
    try:
        kept = send_list(hotel, request.form.get("mark", ""), by=actor())
        if kept.sent_to:
            flash(_("Version %(n)s is on its way to %(address)s.", n=kept.number, address=kept.sent_to), "success")
        else:
            flash(
                _("Version %(n)s is kept. The hotel has no e-mail: print its letter in Messages.", n=kept.number),
                "warning",
            )
    except Conflict as error:
        flash(str(error), "warning")
    return go(url_for(".rooming", hotel_id=hotel.id))


@bp.get("/<int:hotel_id>/rooming/next.<form>")
@requires(VIEW_LODGING)
def next_list(hotel_id: int, form: str) -> Response:
    """The list as it would be sent now, marked as a draft."""
    return _file(next_version(hotel_by_id(current_fair().id, hotel_id)), form)


@bp.get("/rooming/<int:list_id>.<form>")
@requires(VIEW_LODGING)
def sent_list(list_id: int, form: str) -> Response:
    """A list as it was sent."""
    return _file(sent_version(list_by_id(current_fair().id, list_id)), form)


def _file(version: Version, form: str) -> Response:
    if form == "pdf":
        answer = Response(document(version), mimetype="application/pdf")
    elif form == "xlsx":
        answer = Response(spreadsheet(version), mimetype=XLSX)
    else:
        raise NotFound
    answer.headers.set("Content-Disposition", "attachment", filename=file_name(version, form))
    return answer


@bp.post("/<int:hotel_id>/confirmations")
@requires(ARRANGE_ROOMS)
def confirmations(hotel_id: int) -> Any:
    """The hotel's own numbers, as it sent them back."""
    hotel = hotel_by_id(current_fair().id, hotel_id)
    rows = db.session.scalars(
        select(Stay).where(Stay.hotel_id == hotel.id, Stay.state.in_(HOLDING)).order_by(Stay.id)
    ).all()
    typed = [(row, request.form[f"number-{row.id}"]) for row in rows if f"number-{row.id}" in request.form]
    try:
        changed = note_confirmations(typed, by=actor())
        flash(_("%(n)s numbers are written down.", n=changed), "success")
    except DomainError as error:
        flash(str(error), "danger")
    return go(url_for(".rooming", hotel_id=hotel.id, _anchor="guests"))


def waiting_for_rooms() -> int:
    """How many guests wait for a room, for the menu."""
    query = select(func.count()).select_from(Stay)
    return db.session.scalar(query.where(Stay.fair_id == current_fair().id, Stay.state == StayState.WANTED)) or 0


register_nav(NavItem("hotels", _l("Hotels"), "bed", "hotels.index", VIEW_LODGING, 47, badge=waiting_for_rooms))
