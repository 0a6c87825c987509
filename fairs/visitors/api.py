"""POST and GET /api/v1/fairs/<fair_slug>/visitors."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from fairs.badges.states import BadgeCategory
from fairs.calendar.context import current_fair
from fairs.core.rest import ApiBlueprint, PageQuery, StrictSchema, idempotent, page_schema
from fairs.core.text import clean
from fairs.core.web import actor, requires
from fairs.visitors.consents import CONSENTS
from fairs.visitors.models import Visitor
from fairs.visitors.permissions import REGISTER_VISITOR, VIEW_VISITORS
from fairs.visitors.queries import VisitorFilter, badge_in_force, page_of_visitors
from fairs.visitors.service import DESK_CATEGORIES, VisitorDraft, register_visitor

blp: Blueprint = ApiBlueprint(
    "api-visitors", __name__, url_prefix="/api/v1/fairs/<fair_slug>/visitors", description="Visitors"
)

_CATEGORIES = [category.value for category in DESK_CATEGORIES]


class NewVisitorSchema(StrictSchema):
    """A visitor; the badge is issued at once and mailed when there is an address."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    company = fields.String(load_default="", validate=validate.Length(max=250))
    country = fields.String(load_default="VN", validate=validate.Length(equal=2), metadata={"description": "ISO 3166"})
    email = fields.String(load_default="", validate=validate.Length(max=255))
    phone = fields.String(load_default="", validate=validate.Length(max=40))
    category = fields.String(load_default=BadgeCategory.TRADE.value, validate=validate.OneOf(_CATEGORIES))
    locale = fields.String(load_default="vi", validate=validate.OneOf(["vi", "en"]))
    consents = fields.List(
        fields.String(validate=validate.OneOf(CONSENTS)), load_default=list, validate=validate.Length(max=4)
    )


class VisitorSchema(StrictSchema):
    """A visitor as staff see them."""

    reference = fields.String()
    name = fields.String()
    company = fields.String()
    country = fields.String()
    email = fields.String()
    phone = fields.String()
    category = fields.String()
    badge = fields.String(allow_none=True)
    short_code = fields.String(allow_none=True)
    created_at = fields.AwareDateTime()


class VisitorQuery(PageQuery):
    """What the list is narrowed to."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    category = fields.String(load_default="", validate=validate.OneOf(["", *(c.value for c in BadgeCategory)]))


def visitor_json(visitor: Visitor) -> dict[str, Any]:
    """The API's view of a visitor."""
    person, badge = visitor.person, badge_in_force(visitor.badge)
    return {
        "reference": visitor.reference,
        "name": person.native_name,
        "company": visitor.company.name if visitor.company else "",
        "country": (visitor.company or person).country,
        "email": person.email,
        "phone": person.phone,
        "category": visitor.category,
        "badge": badge.reference if badge else None,
        "short_code": badge.short_code if badge else None,
        "created_at": visitor.created_at,
    }


@blp.post("")
@requires(REGISTER_VISITOR)
@idempotent
@blp.arguments(NewVisitorSchema)
@blp.response(201, VisitorSchema)
def create(body: dict[str, Any]) -> dict[str, Any]:
    """Register a visitor."""
    draft = VisitorDraft(
        name=body["name"], company_name=body["company"], country=body["country"], email=body["email"],
        phone=body["phone"], category=BadgeCategory(body["category"]), consents=tuple(body["consents"]),
        locale=body["locale"],
    )  # fmt: skip
    return visitor_json(register_visitor(current_fair(), draft, by=actor(), source="api"))


@blp.get("")
@requires(VIEW_VISITORS)
@blp.arguments(VisitorQuery, location="query")
@blp.response(200, page_schema(VisitorSchema))
def list_visitors(query: dict[str, Any]) -> dict[str, Any]:
    """The fair's visitors, newest first."""
    wanted = VisitorFilter(clean(query["q"]), query["category"])
    page = page_of_visitors(current_fair().id, wanted, cursor=query["cursor"], limit=query["limit"])
    return {"items": [visitor_json(visitor) for visitor in page.items], "next": page.next}
