"""The API keeps what its OpenAPI document promises, whatever a program sends: never a 500, errors as problem+json."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, unsupported_method

from fairs.accounts.queries import user_by_email
from fairs.accounts.service import create_token
from fairs.core.actor import SYSTEM
from tests.support.addresses import Addresses

load_all_checks()
OPERATIONS = [
    ("GET", "/api/v1/fairs"), ("POST", "/api/v1/fairs/{fair_slug}/counts"), ("GET", "/api/v1/fairs/{fair_slug}/booths"), ("POST", "/api/v1/fairs/{fair_slug}/booths/{code}/hold"),
    ("POST", "/api/v1/gate-devices/enrol"), ("GET", "/api/v1/fairs/{fair_slug}/gate-bundle"),
    ("POST", "/api/v1/fairs/{fair_slug}/gate-pulse"), ("POST", "/api/v1/fairs/{fair_slug}/gate-people"),
    ("GET", "/api/v1/fairs/{fair_slug}/gate-conflicts"), ("POST", "/api/v1/fairs/{fair_slug}/gate-conflicts/{conflict_id}/settle"),
    ("GET", "/api/v1/fairs/{fair_slug}/cases"), ("POST", "/api/v1/fairs/{fair_slug}/cases"),
    ("GET", "/api/v1/fairs/{fair_slug}/contracts"), ("POST", "/api/v1/fairs/{fair_slug}/contracts"),
    ("GET", "/api/v1/fairs/{fair_slug}/importers"), ("POST", "/api/v1/fairs/{fair_slug}/importers"),
    ("POST", "/api/v1/fairs/{fair_slug}/print-jobs/lease"), ("POST", "/api/v1/fairs/{fair_slug}/print-jobs/{job_id}/renew"),
    ("POST", "/api/v1/fairs/{fair_slug}/print-jobs/{job_id}/printed"), ("POST", "/api/v1/fairs/{fair_slug}/print-jobs/{job_id}/failed"),
    ("GET", "/api/v1/fairs/{fair_slug}/print-jobs/{job_id}/pdf"),
    ("POST", "/api/v1/fairs/{fair_slug}/scans"), ("GET", "/api/v1/fairs/{fair_slug}/visitors"),
    ("POST", "/api/v1/fairs/{fair_slug}/visitors"), ("GET", "/api/v1/programmes/{year}/kpi"),
]  # fmt: skip
EXAMPLES = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_operation_is_tried(app: Flask) -> None:
    described = app.test_client().get("/api/v1/openapi.json").get_json()["paths"]
    methods = {"get", "post", "put", "patch", "delete"}
    assert sorted((m.upper(), path) for path, item in described.items() for m in item if m in methods) == sorted(
        OPERATIONS, key=lambda one: (one[0], one[1])
    )


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: part)
def test_whatever_is_sent_the_answer_is_as_described(addresses: Addresses, method: str, path: str) -> None:
    admin = user_by_email("admin@fairs.example")
    assert admin is not None
    token = create_token(admin, "fuzz", by=SYSTEM)
    headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
    real = {
        "fair_slug": addresses.fair.slug,
        "code": addresses.values.get("code", "A-001"),
        "year": 2020,
        "job_id": addresses.values["job_id"],
        "conflict_id": addresses.values["conflict_id"],
    }
    operation = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", addresses.app)[path][method]

    def attempt(case: Any) -> None:
        case.path_parameters = {name: real[name] for name in case.path_parameters or {}}
        answer = case.call(headers=headers)
        assert answer.status_code < 500, answer.text
        case.validate_response(
            answer, checks=[not_a_server_error, response_schema_conformance], excluded_checks=[unsupported_method]
        )
        if answer.status_code >= 400:
            assert answer.headers["content-type"][0].startswith("application/problem+json")
            assert answer.json()["code"]

    EXAMPLES(given(case=operation.as_strategy())(attempt))()
