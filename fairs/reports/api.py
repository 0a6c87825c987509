"""GET /api/v1/programmes/<year>/kpi."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from fairs.core.rest import ApiBlueprint, StrictSchema
from fairs.core.web import requires
from fairs.programme.permissions import VIEW_PROGRAMME
from fairs.reports.queries import kpi

blp: Blueprint = ApiBlueprint(
    "api-programmes", __name__, url_prefix="/api/v1/programmes", description="The plan of a year"
)


class PlainNumber(fields.Float):
    """A number that stays whole where it is whole."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class TargetSchema(StrictSchema):
    """A target with its figure; ``actual`` is null where the plan quantifies nothing or nobody knows yet."""

    item = fields.String()
    metric = fields.String()
    target_min = PlainNumber(allow_none=True)
    target_max = PlainNumber(allow_none=True)
    unit = fields.String()
    actual = PlainNumber(allow_none=True)
    label = fields.String(allow_none=True)
    records_url = fields.String()


class KpiSchema(StrictSchema):
    """The plan of a year against what happened."""

    year = fields.Integer()
    as_of = fields.String(metadata={"format": "date"})
    targets = fields.List(fields.Nested(TargetSchema))


class KpiQuery(StrictSchema):
    """``?as_of=2020-12-31``."""

    as_of = fields.Date(load_default=None)


@blp.get("/<int:year>/kpi")
@requires(VIEW_PROGRAMME)
@blp.arguments(KpiQuery, location="query")
@blp.response(200, KpiSchema)
def year_kpi(query: dict[str, Any], year: int) -> dict[str, Any]:
    """Each target of the year's plan with its figure, as of today or of a day."""
    return kpi(year, query["as_of"]).as_dict()
