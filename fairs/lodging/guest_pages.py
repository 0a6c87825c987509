"""Acts of the panel "nights" on a guest's screen; each goes back to the panel, with the message where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, flash, request, url_for

from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.forms import Form
from fairs.core.web import actor, go, requires
from fairs.importers.models import Importer
from fairs.importers.panels import guest_page
from fairs.importers.queries import importer_by_reference
from fairs.lodging.forms import CancelForm, NoShowForm, PresenceForm, SettleForm, StayDaysForm
from fairs.lodging.models import Stay
from fairs.lodging.own_forms import WishesForm
from fairs.lodging.permissions import ARRANGE_ROOMS
from fairs.lodging.queries import block_by_id, current_stay
from fairs.lodging.service import cancel_stay, change_stay, place_stay, release_room, want_room
from fairs.lodging.states import LIVE
from fairs.lodging.using import (
    check_in,
    check_out,
    mark_no_show,
    settle_no_show,
    undo_check_in,
    undo_check_out,
    undo_no_show,
)
from fairs.lodging.wishes import accept_sharing, close_issue, save_wishes

bp = Blueprint("nights", __name__, url_prefix="/fairs/<fair_slug>/guests/<reference>/nights")
Act = Callable[[Importer, Stay, Any], Any]


def _days(importer: Importer, stay: Stay | None, form: StayDaysForm) -> None:
    first, until = form.arrives_on.data, form.leaves_on.data
    if stay is None or stay.state not in LIVE:
        want_room(importer, first, until, by=actor())
    else:
        change_stay(stay, first, until, by=actor())


def _presence(_importer: Importer, stay: Stay, form: PresenceForm) -> None:
    act = check_in if request.form.get("what") != "out" else check_out
    act(stay, form.day.data, by=actor())


#: Acts with something to fill in, and those that are a button.
_FORMS: Mapping[str, tuple[type[Form], Act]] = {
    "days": (StayDaysForm, _days),
    "no-show": (NoShowForm, lambda _i, stay, f: mark_no_show(stay, f.day.data, f.reason.data or "", by=actor())),
    "cancel": (CancelForm, lambda _i, stay, f: cancel_stay(stay, f.reason.data or "", by=actor())),
    "settle": (SettleForm, lambda _i, stay, f: settle_no_show(stay, f.note.data or "", by=actor())),
    "presence": (PresenceForm, _presence),
    "wishes": (WishesForm, lambda _i, stay, f: save_wishes(stay, f.wanted(), by=actor())),
}
_BUTTONS: Mapping[str, Callable[[Stay], Any]] = {
    "release": lambda stay: release_room(stay, by=actor()),
    "undo-no-show": lambda stay: undo_no_show(stay, by=actor()),
    "undo-arrival": lambda stay: undo_check_in(stay, by=actor()),
    "undo-departure": lambda stay: undo_check_out(stay, by=actor()),
    "looked": lambda stay: close_issue(stay, by=actor()),
}


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _place(stay: Stay) -> Any:
    block = block_by_id(stay.fair_id, _number("block"))
    beside = db.session.get(Stay, _number("beside")) if request.form.get("beside") else None
    if beside is not None and beside.fair_id != stay.fair_id:
        raise NotFound
    return place_stay(stay, block, by=actor(), with_stay=beside)


def _share(stay: Stay) -> Any:
    other = db.session.get(Stay, _number("stay"))
    if other is None or other.fair_id != stay.fair_id:
        raise NotFound
    return accept_sharing(stay, other, by=actor())


@bp.post("/<act>")
@requires(ARRANGE_ROOMS)
def act(reference: str, act: str) -> Any:
    """One act of the panel."""
    importer = importer_by_reference(current_fair().id, reference)
    stay = current_stay(importer.id)
    back = url_for("guests.show", reference=importer.reference, _anchor="panel-nights")
    if act in _FORMS:
        kind, do = _FORMS[act]
        if stay is None and act != "days":
            raise NotFound
        form = kind(prefix=f"{act}-")
        if form.validate():
            try:
                do(importer, stay, form)  # type: ignore[arg-type]
                return go(back)
            except DomainError as error:
                form.add_error(error)
        return guest_page(importer, "nights", form)
    buttons = {**_BUTTONS, "place": _place, "share": _share}
    if act not in buttons or stay is None:
        raise NotFound
    try:
        buttons[act](stay)
    except NotFound:
        raise
    except DomainError as error:
        flash(str(error), "danger")
    return go(back)
