"""Assembles /api/v1: the description of security and errors that all features share."""

from __future__ import annotations

from fairs.core.rest import RestApi


def init_app(api: RestApi) -> None:
    """Describe bearer tokens in the OpenAPI document."""
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"bearer": []}]
    api.spec.options.setdefault("info", {})["description"] = (
        "Bearer token from `flask accounts token EMAIL`. Errors are application/problem+json with a `code`. "
        "`Idempotency-Key` is honoured on every POST."
    )
