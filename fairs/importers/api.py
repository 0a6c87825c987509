"""POST and GET /api/v1/fairs/<fair_slug>/importers."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from fairs.calendar.context import current_fair
from fairs.core.i18n import PUBLIC_LOCALES
from fairs.core.rest import ApiBlueprint, PageQuery, StrictSchema, idempotent, page_schema
from fairs.core.text import clean
from fairs.core.web import actor, requires
from fairs.importers.models import Importer
from fairs.importers.permissions import REGISTER_IMPORTER, VIEW_IMPORTERS
from fairs.importers.queries import ImporterFilter, page_of_importers
from fairs.importers.service import Registration, register_importer
from fairs.importers.states import AnnualVolume, BuyerKind, ConsentKind, ImporterState, SupportWish

blp: Blueprint = ApiBlueprint(
    "api-importers", __name__, url_prefix="/api/v1/fairs/<fair_slug>/importers", description="Importers"
)

_REQUIRED = validate.Length(min=1, max=200)


class NewImporterSchema(StrictSchema):
    """A registration. ``consents`` says what the person agreed to; without ``registration`` nothing may be kept."""

    company = fields.String(required=True, validate=validate.Length(min=1, max=250))
    country = fields.String(required=True, validate=validate.Length(equal=2), metadata={"description": "ISO 3166"})
    website = fields.String(load_default="", validate=validate.Length(max=255))
    name = fields.String(required=True, validate=_REQUIRED, metadata={"description": "in the person's own script"})
    passport_name = fields.String(required=True, validate=_REQUIRED, metadata={"description": "in Latin letters"})
    badge_name = fields.String(load_default="", validate=validate.Length(max=200))
    job_title = fields.String(load_default="", validate=validate.Length(max=120))
    email = fields.String(load_default="", validate=validate.Length(max=255))
    phone = fields.String(load_default="", validate=validate.Length(max=40))
    buyer_kind = fields.String(
        load_default=BuyerKind.IMPORTER.value, validate=validate.OneOf([kind.value for kind in BuyerKind])
    )
    groups = fields.List(
        fields.String(validate=validate.Length(min=1, max=10)), load_default=list, validate=validate.Length(max=30)
    )
    annual_volume = fields.String(load_default="", validate=validate.OneOf(["", *(v.value for v in AnnualVolume)]))
    looking_for = fields.String(load_default="", validate=validate.Length(max=2000))
    stays_from = fields.Date(load_default=None, allow_none=True, metadata={"description": "first day at the fair"})
    stays_to = fields.Date(load_default=None, allow_none=True)
    past_customers = fields.String(load_default="", validate=validate.Length(max=2000))
    meeting_wishes = fields.String(load_default="", validate=validate.Length(max=2000))
    support_wanted = fields.String(
        load_default="", validate=validate.OneOf(["", *(wish.value for wish in SupportWish)])
    )
    home_airport = fields.String(load_default="", validate=validate.Length(max=3), metadata={"description": "IATA"})
    locale = fields.String(load_default="en", validate=validate.OneOf(PUBLIC_LOCALES))
    consents = fields.List(
        fields.String(validate=validate.OneOf([kind.value for kind in ConsentKind])),
        required=True,
        validate=validate.Length(min=1, max=4),
    )


class ImporterSchema(StrictSchema):
    """A registration as staff see it."""

    reference = fields.String()
    state = fields.String()
    company = fields.String()
    country = fields.String()
    name = fields.String()
    passport_name = fields.String()
    email = fields.String()
    phone = fields.String()
    buyer_kind = fields.String()
    source = fields.String(metadata={"description": "web, desk, api or invitation"})
    invited_by = fields.String()
    groups = fields.List(fields.String())
    decide_by = fields.Date(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    badge = fields.String(allow_none=True)
    created_at = fields.AwareDateTime()


class ImporterQuery(PageQuery):
    """What the list is narrowed to."""

    q = fields.String(load_default="", validate=validate.Length(max=200))
    state = fields.String(load_default="", validate=validate.OneOf(["", *(state.value for state in ImporterState)]))
    country = fields.String(load_default="", validate=validate.Length(max=2))
    group = fields.String(load_default="", validate=validate.Length(max=10))


def importer_json(importer: Importer) -> dict[str, Any]:
    """The API's view of a registration."""
    person = importer.person
    return {
        "reference": importer.reference,
        "state": importer.state,
        "company": importer.company.name,
        "country": importer.company.country,
        "name": person.native_name,
        "passport_name": person.passport_name,
        "email": person.email,
        "phone": person.phone,
        "buyer_kind": importer.buyer_kind,
        "source": importer.way,
        "invited_by": importer.invited_by,
        "groups": importer.groups,
        "decide_by": importer.decide_by,
        "decided_at": importer.decided_at,
        "badge": importer.badge.reference if importer.badge else None,
        "created_at": importer.created_at,
    }


@blp.post("")
@requires(REGISTER_IMPORTER)
@idempotent
@blp.arguments(NewImporterSchema)
@blp.response(201, ImporterSchema)
def create(body: dict[str, Any]) -> dict[str, Any]:
    """Register an importer; the decision is asked for at once."""
    draft = Registration(
        company_name=body["company"], country=body["country"], website=body["website"], native_name=body["name"],
        passport_name=body["passport_name"], badge_name=body["badge_name"], job_title=body["job_title"],
        email=body["email"], phone=body["phone"], buyer_kind=body["buyer_kind"], group_codes=tuple(body["groups"]),
        annual_volume=body["annual_volume"], looking_for=body["looking_for"], locale=body["locale"],
        consents=tuple(body["consents"]), stays_from=body["stays_from"], stays_to=body["stays_to"],
        past_customers=body["past_customers"], meeting_wishes=body["meeting_wishes"],
        support_wanted=body["support_wanted"], home_airport=body["home_airport"],
    )  # fmt: skip
    return importer_json(register_importer(current_fair(), draft, by=actor(), source="api"))


@blp.get("")
@requires(VIEW_IMPORTERS)
@blp.arguments(ImporterQuery, location="query")
@blp.response(200, page_schema(ImporterSchema))
def list_importers(query: dict[str, Any]) -> dict[str, Any]:
    """The fair's importers, newest first."""
    wanted = ImporterFilter(clean(query["q"]), query["state"], query["country"], query["group"])
    page = page_of_importers(current_fair().id, wanted, cursor=query["cursor"], limit=query["limit"])
    return {"items": [importer_json(importer) for importer in page.items], "next": page.next}
