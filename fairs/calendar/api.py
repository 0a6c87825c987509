"""GET /api/v1/fairs."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from fairs.calendar.models import Fair
from fairs.calendar.queries import public_fairs
from fairs.core.rest import ApiBlueprint, StrictSchema
from fairs.core.web import public

blp: Blueprint = ApiBlueprint("api-fairs", __name__, url_prefix="/api/v1/fairs", description="Fairs")


class FairSchema(StrictSchema):
    """A fair as outsiders may know it."""

    slug = fields.String()
    name = fields.String()
    state = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    time_zone = fields.String()
    currency = fields.String()


class FairList(StrictSchema):
    """All public fairs."""

    items = fields.List(fields.Nested(FairSchema))
    next = fields.String(allow_none=True)


def fair_json(fair: Fair) -> dict[str, Any]:
    """The API's view of a fair."""
    return {
        key: getattr(fair, key) for key in ("slug", "name", "state", "starts_on", "ends_on", "time_zone", "currency")
    }


@blp.get("")
@public
@blp.response(200, FairList)
def list_fairs() -> dict[str, Any]:
    """The public fairs, in order of their days."""
    return {"items": [fair_json(fair) for fair in public_fairs()], "next": None}
