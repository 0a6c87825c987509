"""Pages of a hotel and its room blocks."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.core.errors import DomainError
from fairs.core.web import actor, go, requires
from fairs.lists.tools import may_here
from fairs.lodging.blocks import give_back, save_block, save_hotel, set_nights
from fairs.lodging.forms import BlockForm, HotelForm, NightsForm
from fairs.lodging.matrix import matrix_of
from fairs.lodging.models import Hotel, RoomBlock
from fairs.lodging.permissions import ARRANGE_ROOMS, VIEW_LODGING
from fairs.lodging.queries import block_by_id, hotel_by_id, lists_of, nights_of

_AS_KEPT = (
    "room_type", "beds", "smoking", "accessible", "contract_number", "currency", "vat_included", "breakfast_included",
    "release_on", "attrition_percent",
)  # fmt: skip
bp = Blueprint("hotels", __name__, url_prefix="/fairs/<fair_slug>/hotels")


@bp.route("/new", methods=["GET", "POST"])
@requires(ARRANGE_ROOMS)
def new() -> Any:
    """Add a hotel."""
    form = HotelForm(check_in_from=time(14, 0), check_out_until=time(12, 0))
    return _hotel_form(form, None)


@bp.route("/<int:hotel_id>/edit", methods=["GET", "POST"])
@requires(ARRANGE_ROOMS)
def edit(hotel_id: int) -> Any:
    """Change what is known of a hotel."""
    hotel = hotel_by_id(current_fair().id, hotel_id)
    return _hotel_form(HotelForm(obj=hotel), hotel)


def _hotel_form(form: HotelForm, hotel: Hotel | None) -> Any:
    if form.validate_on_submit():
        try:
            saved = save_hotel(current_fair(), form.draft(), by=actor(), hotel=hotel)
            return go(url_for(".show", hotel_id=saved.id))
        except DomainError as error:
            form.add_error(error)
    return render_template("lodging/hotel_form.html", form=form, hotel=hotel), 422 if form.errors else 200


@bp.get("/<int:hotel_id>")
@requires(VIEW_LODGING)
def show(hotel_id: int) -> Any:
    """A hotel: its blocks with what is taken, when the rest goes back, what falls due; its rooming lists."""
    fair = current_fair()
    hotel = hotel_by_id(fair.id, hotel_id)
    return render_template(
        "lodging/hotel.html",
        hotel=hotel,
        matrix=matrix_of(fair, hotel.id),
        lists=lists_of(hotel.id),
        may=may_here(ARRANGE_ROOMS),
    )


@bp.route("/<int:hotel_id>/blocks/new", methods=["GET", "POST"])
@requires(ARRANGE_ROOMS)
def new_block(hotel_id: int) -> Any:
    """Add a room type."""
    hotel = hotel_by_id(current_fair().id, hotel_id)
    form = BlockForm(beds=2, vat_included=True, breakfast_included=True, attrition_percent=10)
    return _block_form(form, hotel, None)


@bp.route("/blocks/<int:block_id>/edit", methods=["GET", "POST"])
@requires(ARRANGE_ROOMS)
def edit_block(block_id: int) -> Any:
    """Change what the contract says of a room type."""
    block = block_by_id(current_fair().id, block_id)
    columns = {name: getattr(block, name) for name in _AS_KEPT}
    return _block_form(BlockForm(data={**columns, "price": block.price.decimal}), block.hotel, block)


def _block_form(form: BlockForm, hotel: Hotel, block: RoomBlock | None) -> Any:
    if form.validate_on_submit():
        try:
            saved = save_block(hotel, form.draft(), by=actor(), block=block)
            return go(url_for(".block", block_id=saved.id))
        except DomainError as error:
            form.add_error(error)
    return render_template("lodging/block_form.html", form=form, hotel=hotel, block=block), 422 if form.errors else 200


@bp.get("/blocks/<int:block_id>")
@requires(VIEW_LODGING)
def block(block_id: int) -> Any:
    """A block: its nights, what is kept, taken and given back."""
    return _block_page(block_by_id(current_fair().id, block_id), None)


def _block_page(found: RoomBlock, form: NightsForm | None) -> Any:
    fair = current_fair()
    line = next(one for one in matrix_of(fair, found.hotel_id).lines if one.block.id == found.id)
    if form is None:
        first = fair.starts_on - timedelta(days=1)
        form = NightsForm(formdata=None, first=first, until=fair.ends_on + timedelta(days=1))
    page = render_template(
        "lodging/block.html", block=found, line=line, form=form, nights=nights_of([found.id])[found.id], may=may_here(ARRANGE_ROOMS),
        is_released=found.release_on is not None and fair.today > found.release_on,
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.post("/blocks/<int:block_id>/nights")
@requires(ARRANGE_ROOMS)
def change_nights(block_id: int) -> Any:
    """Set the rooms of nights in a row."""
    found, form = block_by_id(current_fair().id, block_id), NightsForm()
    if form.validate():
        try:
            set_nights(found, form.nights(found.currency), by=actor())
            flash(_("The nights are set."), "success")
            return go(url_for(".block", block_id=found.id))
        except DomainError as error:
            form.add_error(error)
    return _block_page(found, form)


@bp.post("/blocks/<int:block_id>/release")
@requires(ARRANGE_ROOMS)
def release(block_id: int) -> Any:
    """Give the rooms that nobody has back to the hotel."""
    found = block_by_id(current_fair().id, block_id)
    try:
        flash(_("%(n)s room nights went back to the hotel.", n=give_back(found, by=actor())), "success")
    except DomainError as error:
        flash(str(error), "danger")
    return go(url_for(".block", block_id=found.id))
