"""POST and GET /api/v1/fairs/<slug>/contracts."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError

from fairs.calendar.context import current_fair
from fairs.contracts.models import Contract
from fairs.contracts.parties import find_party
from fairs.contracts.permissions import LOG_CONTRACT, VIEW_CONTRACTS
from fairs.contracts.queries import contract_by_reference, contracts_page, standings_of
from fairs.contracts.reconsidering import reconsider_together
from fairs.contracts.schemas import (
    MOST_CONTRACTS,
    BatchSchema,
    ContractSchema,
    ContractView,
    ResultsSchema,
    draft_of,
    view_of,
)
from fairs.contracts.service import log_contract
from fairs.core.errors import DomainError, InvalidInput
from fairs.core.rest import ApiBlueprint, PageQuery, idempotent, json_response, page_schema
from fairs.core.web import actor, requires

blp: Blueprint = ApiBlueprint(
    "api-contracts", __name__, url_prefix="/api/v1/fairs/<fair_slug>", description="Export contracts of a fair"
)


@blp.get("/contracts")
@requires(VIEW_CONTRACTS)
@blp.arguments(PageQuery, location="query")
@blp.response(200, page_schema(ContractView))
def list_contracts(query: dict[str, Any]) -> dict[str, Any]:
    """The fair's contracts in the order in which they were logged."""
    page = contracts_page(current_fair().id, cursor=query["cursor"], limit=query["limit"])
    standings = standings_of(page.items)
    return {"items": [view_of(contract, standings[contract.id]) for contract in page.items], "next": page.next}


@blp.post("/contracts")
@requires(LOG_CONTRACT)
@idempotent
@blp.doc(
    requestBody={
        "required": True,
        "content": {"application/json": {"schema": {"oneOf": [ContractSchema, BatchSchema]}}},
    }
)
@blp.response(201, ContractView, description="One contract was logged.")
@blp.alt_response(207, schema=ResultsSchema, description="One result per contract of a batch.")
def post_contracts() -> Any:
    """Log one contract, or up to 100 as ``{"contracts": […]}``: each is logged or refused by itself."""
    body = request.get_json()
    if isinstance(body, dict) and "contracts" in body:
        return _batch(body)
    logged = _log(_loaded(ContractSchema(), body))
    return json_response(ContractView().dump(view_of(logged, standings_of([logged])[logged.id])), 201)


def _batch(body: dict[str, Any]) -> Any:
    items = body["contracts"]
    if set(body) != {"contracts"} or not isinstance(items, list) or not 1 <= len(items) <= MOST_CONTRACTS:
        raise InvalidInput(_l("Send a list of 1 to %(most)s contracts.", most=MOST_CONTRACTS), field="contracts")
    with reconsider_together():
        results = [_result(index, item) for index, item in enumerate(items)]
    return json_response({"results": results}, 207)


def _result(index: int, item: Any) -> dict[str, Any]:
    try:
        logged = _log(_loaded(ContractSchema(), item))
    except DomainError as error:
        errors = error.details.get("errors") or [{"field": error.field, "title": str(error)}]
        return {
            "index": index, "status": error.status, "code": error.code, "title": str(error), "errors": errors,
        }  # fmt: skip
    return {"index": index, "status": 201, "reference": logged.reference}


def _loaded(schema: Schema, body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise InvalidInput(_l("Send a JSON object."))
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        errors = _flat(error.messages, "")
        raise InvalidInput(_l("Please check what was sent."), field=errors[0]["field"], errors=errors) from error
    return loaded


def _flat(messages: Any, path: str) -> list[dict[str, str]]:
    if isinstance(messages, dict):
        return [
            found
            for key, value in messages.items()
            for found in _flat(value, path if key == "_schema" else f"{path}-{key}".lstrip("-"))
        ]
    return [{"field": path, "title": str(message)} for message in messages]


def _log(values: dict[str, Any]) -> Contract:
    fair = current_fair()
    parties = [find_party(fair, values[side], side, domestic=side == "exporter") for side in ("exporter", "importer")]
    contract = log_contract(fair, draft_of(values, *parties), by=actor())
    return contract_by_reference(fair.id, contract.reference) or contract
