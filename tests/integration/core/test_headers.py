"""Security headers on every answer, whatever it is."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from fairs.app import create_app
from fairs.core.permissions import Role
from tests.factories.people import make_fair, make_user
from tests.support.client import Client, login
from tests.support.databases import make_config

PAGES = [
    "/",
    "/account/login",
    "/no/such/thing",
    "/healthz",
    "/api/v1/fairs",
    "/api/v1/openapi.json",
    "/static/images/mark.svg",
    "/privacy",
]


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_allows_no_code_of_strangers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert "unsafe-inline" not in str(policy) and "unsafe-eval" not in str(policy) and "*" not in str(policy)
    assert (
        policy["default-src"] == "'none'" and policy["frame-ancestors"] == "'none'" and policy["base-uri"] == "'none'"
    )
    assert policy["style-src"] == policy["form-action"] == "'self'"
    assert re.fullmatch(r"'self' 'nonce-[\w-]{20,}'", policy["script-src"])
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


def test_the_nonce_is_new_each_time_and_the_one_in_the_page(client: Client) -> None:
    nonces = set()
    for _ in range(3):
        answer = client.get("/account/login")
        found = re.search(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])
        assert found is not None
        assert set(re.findall(r'<script[^>]*nonce="([^"]*)"', answer.text)) == {found[1]}
        nonces.add(found[1])
    assert len(nonces) == 3


def test_what_one_person_sees_is_kept_by_nobody_and_pictures_are(app: Flask, client: Client) -> None:
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/static/images/mark.svg").headers["Cache-Control"] == "public, max-age=3600"
    login(client, make_user(role=Role.ORGANISER, fair=make_fair("HD1")))
    assert client.get("/fairs/fair-hd1/").headers["Cache-Control"] == "no-store"


def test_cookies_are_closed_to_scripts_and_to_other_sites(tmp_path, app: Flask, client: Client) -> None:  # type: ignore[no-untyped-def]
    cookie = client.get("/account/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    from dataclasses import replace

    secure = create_app(replace(make_config(tmp_path, "sqlite://"), secure_cookies=True))
    headers = secure.test_client().get("/healthz").headers
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert secure.config["SESSION_COOKIE_SECURE"] and secure.config["REMEMBER_COOKIE_SECURE"]


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "/\t/evil.example", "//[", "/ok\r\nX: y"]
)
def test_no_address_parameter_leads_away(client: Client, target: str) -> None:
    answer = client.get("/language/en", query_string={"next": target})
    assert answer.status_code == 303 and answer.headers["Location"] == "/"
    answer = client.get("/language/en", query_string={"next": target}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/"


def test_an_address_with_accents_is_followed_by_htmx_as_well(client: Client) -> None:
    answer = client.get("/language/en", query_string={"next": "/?q=gốm"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/?q=g%E1%BB%91m"


def test_going_to_another_place_of_the_same_page_loads_it_anew(client: Client) -> None:
    for shown, refreshed in (
        ("http://localhost/about?q=1", True),
        ("http://localhost/about", False),
        ("http://[", False),
    ):
        headers = {"HX-Request": "true", "HX-Current-URL": shown}
        answer = client.get("/language/en", query_string={"next": "/about?q=1#place"}, headers=headers)
        assert ("HX-Refresh" in answer.headers, "HX-Redirect" in answer.headers) == (refreshed, not refreshed)
