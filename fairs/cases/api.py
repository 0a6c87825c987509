"""GET and POST /api/v1/fairs/<slug>/cases."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from fairs.calendar.context import current_fair
from fairs.cases.models import Case
from fairs.cases.permissions import VIEW_CASES, WORK_CASES
from fairs.cases.queries import CaseFilter, case_by_reference, cases_matching
from fairs.cases.schemas import CaseQuery, CaseSchema, CaseView, draft_of, view_of
from fairs.cases.service import open_case
from fairs.core.rest import ApiBlueprint, idempotent, page_schema
from fairs.core.web import actor, paginate, requires

blp: Blueprint = ApiBlueprint(
    "api-cases", __name__, url_prefix="/api/v1/fairs/<fair_slug>", description="Cases reported at a fair"
)


@blp.get("/cases")
@requires(VIEW_CASES)
@blp.arguments(CaseQuery, location="query")
@blp.response(200, page_schema(CaseView))
def list_cases(query: dict[str, Any]) -> dict[str, Any]:
    """The fair's cases in the order in which they were reported."""
    wanted = CaseFilter(kind=query["kind"], state=query["state"])
    page = paginate(
        cases_matching(current_fair().id, wanted), (Case.id, False), limit=query["limit"], cursor=query["cursor"]
    )
    return {"items": [view_of(case) for case in page.items], "next": page.next}


@blp.post("/cases")
@requires(WORK_CASES)
@idempotent
@blp.arguments(CaseSchema)
@blp.response(201, CaseView)
def post_case(body: dict[str, Any]) -> dict[str, Any]:
    """Report a case. A case's id makes sending it again harmless."""
    fair = current_fair()
    made = open_case(fair, draft_of(body), by=actor())
    return view_of(case_by_reference(made.fair_id, made.reference))
