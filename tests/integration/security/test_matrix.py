"""Every address × every role: allowed or refused exactly as the view's permission says, and never an error of ours."""

from __future__ import annotations

from typing import Any

import pytest

from fairs.accounts.queries import user_by_email
from fairs.accounts.service import create_user, grant_role
from fairs.core.actor import SYSTEM
from fairs.core.permissions import Permission, Role
from fairs.demo.people import ACCOUNTS
from tests.factories.people import bearer, end_of, make_fair
from tests.support.addresses import Addresses, grants_of
from tests.support.client import login
from tests.support.databases import Kind

ROLES = {key: role for key, _name, role in ACCOUNTS}
# There for the person, and yet with nothing to show for the sample: why.
EMPTY_HANDED = {
    "funding.receipt_file": "the sample grant has no receipt",
    "booth_sales.letter": "nobody has withdrawn from the sample booking",
    "directory.slip_file": "token and PIN are known only where the slip has just been made",
    "lists.views": "the list's own permission says who may open it",
    "lists.run": "it is the organiser's own",
    "lists.document": "the sample is a preview",
    "messages.dev_attachment": "the sample letter carries no file",
    "planner.picture": "no picture lies under the sample's plan",
    "programme.document": "the sample figure has no document",
    "timeline.milestone": "deals and hospitality record the steps that they answer for, the organiser all of them",
}


def language_of(database: Any) -> str:
    """Each database looks at the other language, so that both are looked at."""
    return "vi" if database is Kind.SQLITE else "en"


# At a kiosk the language is the visitor's, not the browser's: it stands in the address.
OWN_LANGUAGE = {"kiosks.screen"}
# Only the status counts: a part of a page is refused by the same words as the page, without its frame. `test_every_page` sees that.
PART = {"HX-Request": "true"}


def submit_part(client: Any, path: str) -> Any:
    """POST an empty form as htmx does."""
    return client.submit(path, headers=PART)


def has(permission: Permission, role: Role | None) -> bool:
    return role is not None and role in permission.roles


def expected(permission: Permission | None, role: Role | None, signed_in: bool) -> str:
    if permission is None:
        return "open"
    if not signed_in:
        return "sign in"
    if permission.own_company or permission.signed_in:
        return "own only"  # whose the object is decides
    return "allowed" if has(permission, role) else "refused"


FITTING = {
    "open": lambda status: status < 500 and status not in {401, 403},
    "sign in": lambda status: status in {302, 401},
    "allowed": lambda status: status < 400,
    "own only": lambda status: status < 500 and status != 401,
    "refused": lambda status: status == 403,
}


# Who may do what does not depend on the database, what the pages ask of it does: these four see all pages there are.
ALL_PAGES = ("admin", "organiser", "exhibitor", "nobody")
WHO_WHERE = [*((Kind.SQLITE, key) for key in (*ROLES, "nobody")), *((Kind.POSTGRES, key) for key in ALL_PAGES)]


@pytest.mark.parametrize(("database", "key"), WHO_WHERE, indirect=["database"])
def test_every_page(addresses: Addresses, database: Any, key: str) -> None:
    client: Any = addresses.app.test_client()
    headers: dict[str, str] = {}
    if key != "nobody":
        user = user_by_email(f"{key}@fairs.example")
        assert user is not None
        login(client, user)
        headers = bearer(user)
    client.get(f"/language/{language_of(database)}")
    wrong = []
    for rule in addresses.rules("GET"):
        if rule.endpoint in {"accounts.language", "security.logout"}:
            continue
        permission = addresses.permission(rule)
        wanted = expected(permission, ROLES.get(key), key != "nobody")
        api = rule.rule.startswith("/api/")
        answer = client.get(addresses.path(rule), headers=headers if api else {})
        fits = FITTING[wanted](answer.status_code) or (
            wanted == "allowed" and answer.status_code == 404 and rule.endpoint in EMPTY_HANDED
        )
        if not fits:
            wrong.append(
                f"{rule.rule}: {answer.status_code}, but {permission.name if permission else 'public'} means {wanted}"
            )
        elif answer.status_code == 200 and answer.mimetype == "text/html" and "<html" in answer.text:
            if rule.endpoint not in OWN_LANGUAGE and f'<html lang="{language_of(database)}">' not in answer.text:
                wrong.append(f"{rule.rule}: in another language")
            if "unsafe-inline" in answer.headers["Content-Security-Policy"]:
                wrong.append(f"{rule.rule}: policy")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("database", "key"), WHO_WHERE, indirect=["database"])
def test_every_change_by_who_may_not(addresses: Addresses, key: str) -> None:
    """What a person may not do is refused before anything is looked at, whatever the form holds."""
    client: Any = addresses.app.test_client()
    headers: dict[str, str] = {}
    if key != "nobody":
        user = user_by_email(f"{key}@fairs.example")
        assert user is not None
        login(client, user)
        headers = bearer(user)
    wrong = []
    for rule in addresses.rules("POST"):
        permission = addresses.permission(rule)
        wanted = expected(permission, ROLES.get(key), key != "nobody")
        if wanted not in {"sign in", "refused"}:
            continue
        path = addresses.path(rule)
        answer = client.post(path, json={}, headers=headers) if path.startswith("/api/") else submit_part(client, path)
        if not FITTING[wanted](answer.status_code):
            wrong.append(f"{rule.rule}: {answer.status_code}, but {permission and permission.name} means {wanted}")
    assert wrong == []


def test_the_organiser_of_another_fair_is_a_stranger_here(addresses: Addresses) -> None:
    elsewhere = create_user("elsewhere@people.example", "Elsewhere", by=SYSTEM, confirmed=True)
    fair = make_fair("EW1")
    for role in Role:
        if not role.is_system_wide:
            grant_role(elsewhere, role, fair_id=fair.id, by=SYSTEM, ends_at=end_of(role))
    assert len(grants_of(elsewhere)) == len(Role) - 2
    client: Any = addresses.app.test_client()
    login(client, elsewhere)
    headers = bearer(elsewhere)
    seen = {}
    for method in ("GET", "POST"):
        for rule in addresses.rules(method):
            permission = addresses.permission(rule)
            if (
                permission is None
                or "fair_slug" not in rule.arguments
                or permission.own_company
                or permission.signed_in
            ):
                continue
            path = addresses.path(rule)
            if method == "GET":
                answer = client.get(path, headers=headers if path.startswith("/api/") else PART)
            else:
                answer = (
                    client.post(path, json={}, headers=headers)
                    if path.startswith("/api/")
                    else submit_part(client, path)
                )
            seen[f"{method} {rule.rule}"] = answer.status_code
    assert len(seen) > 80
    assert {address: status for address, status in seen.items() if status != 403} == {}


@pytest.mark.parametrize("who", ["importer", "stranger"])
def test_what_belongs_to_a_company_is_unknown_to_everybody_else(addresses: Addresses, who: str) -> None:
    """Strangers learn nothing: not found, as if it did not exist; an address without an object leads to their own pages."""
    if who == "importer":
        user = user_by_email("importer@fairs.example")
    else:
        user = create_user("stranger@people.example", "Người lạ", by=SYSTEM, confirmed=True)
    assert user is not None
    client: Any = addresses.app.test_client()
    login(client, user)
    told = {}
    names = {"company_id", "reference", "number", "invitation_id", "membership_id"}
    for method in ("GET", "POST"):
        for rule in addresses.rules(method):
            permission = addresses.permission(rule)
            if (
                permission is None
                or not (permission.own_company or permission.signed_in)
                or not (set(rule.arguments) & names)
            ):
                continue
            if rule.rule.startswith("/api/"):
                continue
            path = addresses.path(rule)
            answer = client.get(path) if method == "GET" else client.submit(path)
            if answer.status_code != 404:
                told[f"{method} {rule.rule}"] = answer.status_code
    assert told == {}
