"""GET /api/v1/fairs/<slug>/booths and POST …/booths/<code>/hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l
from flask_smorest import Blueprint
from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.booths.models import BoothBooking
from fairs.booths.permissions import BOOK_BOOTH
from fairs.booths.pricing import PriceBook
from fairs.booths.queries import exhibitor_by_reference, exhibitors_of_user, price_book, states_of
from fairs.booths.service import MOST_BOOTHS, BoothOrder, hold_booths
from fairs.booths.states import BoothState
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.money import Money
from fairs.core.rest import ApiBlueprint, MoneySchema, PageQuery, StrictSchema, idempotent, page_schema
from fairs.core.web import actor, paginate, public, requires
from fairs.directory.queries import is_member
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth
from fairs.floorplans.queries import booth_by_code

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
    neighbours = fields.List(
        fields.String(validate=validate.Length(1, 12)), data_key="with", load_default=list,
        validate=validate.Length(max=MOST_BOOTHS - 1),
        metadata={"description": "Codes of adjacent booths to hold together with it, all or none"},
    )  # fmt: skip


class BookingSchema(StrictSchema):
    """The hold: confirm it in the browser before ``hold_until``."""

    reference = fields.String()
    booth = fields.String()
    booths = fields.List(fields.String(), metadata={"description": "All booths held together"})
    exhibitor = fields.String()
    state = fields.String()
    hold_until = fields.AwareDateTime(allow_none=True)
    price = fields.Nested(MoneySchema, metadata={"description": "Net, all booths"})


@blp.get("")
@public
@blp.arguments(BoothQuery, location="query")
@blp.response(200, page_schema(BoothSchema))
def list_booths(query: dict[str, Any]) -> dict[str, Any]:
    """The booths of a fair by code, with their state now."""
    fair = current_fair()
    wanted = select(Booth).options(joinedload(Booth.type), joinedload(Booth.zone)).where(Booth.fair_id == fair.id)
    page = paginate(wanted, (Booth.code, False), limit=query["limit"], cursor=query["cursor"])
    states, book = states_of(fair.id), price_book(fair)
    items = [booth_json(booth, states.get(booth.code, "free"), book) for booth in page.items]
    return {"items": items, "next": page.next}


def booth_json(booth: Booth, state: str, book: PriceBook) -> dict[str, Any]:
    """The API's view of a booth."""
    price = book.full_price(booth) if booth.type.is_sold else None
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
    booths = [booth_by_code(fair.id, one) for one in [code, *(body or {}).get("neighbours", ())]]
    exhibitor = _exhibitor(fair, (body or {}).get("exhibitor"))
    held = hold_booths(fair, booths, exhibitor, BoothOrder(as_staff=g.grant is not None), by=actor())
    return booking_json(held)


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


def booking_json(held: Sequence[BoothBooking]) -> dict[str, Any]:
    """The API's view of a booking: of the first of several booths held together, with all of them and their sum."""
    booking = held[0]
    price = Money(sum(one.price_minor for one in held), booking.currency)
    return {
        "reference": booking.reference,
        "booth": booking.booth.code,
        "booths": [one.booth.code for one in held],
        "exhibitor": booking.exhibitor.reference,
        "state": booking.state.value,
        "hold_until": booking.hold_until,
        "price": price.as_dict(),
    }
