"""GET /api/v1/fairs/<slug>/booths and POST …/booths/<code>/hold."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l
from flask_smorest import Blueprint
from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.booths.models import BoothBooking
from fairs.booths.permissions import BOOK_BOOTH
from fairs.booths.pricing import full_price
from fairs.booths.queries import exhibitor_by_reference, exhibitors_of_user, states_of
from fairs.booths.service import BoothOrder, hold_booth
from fairs.booths.states import BoothState
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.rest import ApiBlueprint, MoneySchema, PageQuery, StrictSchema, idempotent, page_schema
from fairs.core.web import actor, paginate, public, requires
from fairs.directory.queries import is_member
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothPrice
from fairs.floorplans.queries import booth_by_code, prices_of

blp: Blueprint = ApiBlueprint(
    "api-booths", __name__, url_prefix="/api/v1/fairs/<fair_slug>/booths", description="Booths and holds"
)


class BoothSchema(StrictSchema):
    """A booth on the plan. Lengths in metres from the hall's upper left corner; the price is net, corner included."""

    code = fields.String(metadata={"description": "Hall and number, such as A-017"})
    state = fields.String(validate=validate.OneOf([state.value for state in BoothState]))
    type = fields.String()
    zone = fields.String(allow_none=True)
    area_m2 = fields.Float()
    open_sides = fields.Integer()
    price = fields.Nested(MoneySchema, allow_none=True)
    x = fields.Float()
    y = fields.Float()
    w = fields.Float()
    h = fields.Float()


class BoothQuery(PageQuery):
    """Filter of the list; pages may be as large as the largest hall."""

    limit = fields.Integer(load_default=200, validate=validate.Range(1, 1000))


class HoldSchema(StrictSchema):
    """Body of a hold. Only those who sell booths may name an exhibitor that is not their own."""

    exhibitor = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 20))


class BookingSchema(StrictSchema):
    """The hold: confirm it in the browser before ``hold_until``."""

    reference = fields.String()
    booth = fields.String()
    exhibitor = fields.String()
    state = fields.String()
    hold_until = fields.AwareDateTime(allow_none=True)
    price = fields.Nested(MoneySchema)


@blp.get("")
@public
@blp.arguments(BoothQuery, location="query")
@blp.response(200, page_schema(BoothSchema))
def list_booths(query: dict[str, Any]) -> dict[str, Any]:
    """The booths of a fair by code, with their state now."""
    fair = current_fair()
    wanted = select(Booth).options(joinedload(Booth.type), joinedload(Booth.zone)).where(Booth.fair_id == fair.id)
    page = paginate(wanted, (Booth.code, False), limit=query["limit"], cursor=query["cursor"])
    states, prices = states_of(fair.id), prices_of(fair.id)
    items = [booth_json(booth, states.get(booth.code, "free"), prices) for booth in page.items]
    return {"items": items, "next": page.next}


def booth_json(booth: Booth, state: str, prices: dict[int, BoothPrice]) -> dict[str, Any]:
    """The API's view of a booth."""
    price = full_price(booth, prices.get(booth.type_id)) if booth.type.is_sold else None
    return {
        "code": booth.code,
        "state": state,
        "type": booth.type.code,
        "zone": booth.zone.code if booth.zone else None,
        "area_m2": booth.area_m2,
        "open_sides": booth.open_sides,
        "price": price.as_dict() if price is not None else None,
        "x": booth.x_cm / 100,
        "y": booth.y_cm / 100,
        "w": booth.w_cm / 100,
        "h": booth.h_cm / 100,
    }


@blp.post("/<code>/hold")
@requires(BOOK_BOOTH)
@idempotent
@blp.arguments(HoldSchema, required=False)
@blp.response(201, BookingSchema)
def hold(body: dict[str, Any] | None, code: str) -> dict[str, Any]:
    """Hold a booth for the fair's hold minutes; 409 ``booth_taken`` names the nearest free booths."""
    fair = current_fair()
    booth = booth_by_code(fair.id, code)
    exhibitor = _exhibitor(fair, (body or {}).get("exhibitor"))
    return booking_json(hold_booth(fair, booth, exhibitor, BoothOrder(as_staff=g.grant is not None), by=actor()))


def _exhibitor(fair: Fair, reference: str | None) -> Exhibitor:
    """The one named, if the caller sells booths or works there; else the caller's own accepted one."""
    if reference:
        named = exhibitor_by_reference(fair.id, reference)
        if g.grant is None and not is_member(g.user.id, named.company_id):
            raise NotFound
        return named
    mine = exhibitors_of_user(fair.id, g.user.id)
    accepted = [one for one in mine if one.state is ExhibitorState.ACCEPTED] or list(mine)
    if len(accepted) != 1:
        raise InvalidInput(_l("Name the exhibitor by its reference."), field="exhibitor")
    return accepted[0]


def booking_json(booking: BoothBooking) -> dict[str, Any]:
    """The API's view of a booking."""
    return {
        "reference": booking.reference,
        "booth": booking.booth.code,
        "exhibitor": booking.exhibitor.reference,
        "state": booking.state.value,
        "hold_until": booking.hold_until,
        "price": booking.price.as_dict(),
    }
