"""API tokens, the fair's team, all users, one's own account; and the commands."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import ApiToken, User
from fairs.accounts.queries import active_grants, may, user_by_email
from fairs.audit.models import AuditEntry
from fairs.calendar.models import Fair
from fairs.calendar.permissions import EDIT_FAIR
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.messages.models import OutboxMessage
from tests.factories.people import PASSWORD, bearer, make_fair, make_user
from tests.support.client import Client, login


@pytest.fixture
def fair(app: Flask) -> Fair:
    """A fair."""
    return make_fair("TM1")


@pytest.fixture
def organiser(client: Client, fair: Fair) -> User:
    """The fair's organiser, signed in."""
    user = make_user("Ha", Role.ORGANISER, fair)
    login(client, user)
    return user


def test_a_token_is_seen_once_kept_as_a_hash_and_opens_what_its_owner_may(
    client: Client, fair: Fair, organiser: User
) -> None:
    assert client.submit("/account/tokens", {"name": "Máy in thẻ"}).status_code == 303
    shown = re.search(r"fairs_[\w-]{40,}", client.get("/account/me").text)
    assert shown is not None
    token = shown[0]
    assert token not in client.get("/account/me").text
    row = db.session.scalars(select(ApiToken)).one()
    assert (row.token_hash, row.name) == (hashlib.sha256(token.encode()).hexdigest(), "Máy in thẻ")
    address = f"/api/v1/fairs/{fair.slug}/visitors"
    program = client.application.test_client()
    assert program.get(address, headers={"Authorization": f"Bearer {token}"}).status_code == 200
    assert (
        program.get(
            f"/api/v1/fairs/{make_fair().slug}/visitors", headers={"Authorization": f"Bearer {token}"}
        ).status_code
        == 403
    )
    assert client.submit(f"/account/tokens/{row.id}/revoke").status_code == 303
    assert program.get(address, headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "bearer fairs_x",
        "Bearer \xff\xfe",
        "Bearer " + "x" * 5_000,
        "Bearer a b",
    ],
)
def test_what_is_no_token_opens_nothing(client: Client, fair: Fair, organiser: User, value: str) -> None:
    answer = client.get(f"/api/v1/fairs/{fair.slug}/visitors", headers={"Authorization": value})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_token_of_a_closed_account_opens_nothing_and_its_session_ends(
    app: Flask, client: Client, fair: Fair, organiser: User
) -> None:
    headers = bearer(organiser)
    address = f"/api/v1/fairs/{fair.slug}/visitors"
    assert client.get(address, headers=headers).status_code == 200
    admin: Any = app.test_client()
    login(admin, make_user("An", Role.ADMIN))
    assert admin.submit(f"/admin/users/{organiser.id}/active", {"active": "0"}).status_code == 303
    assert client.get(address, headers=headers).status_code == 401
    assert client.get(f"/fairs/{fair.slug}/").status_code == 302
    assert admin.submit(f"/admin/users/{organiser.id}/active", {"active": "1"}).status_code == 303
    assert client.get(address, headers=headers).status_code == 200
    assert client.get(f"/fairs/{fair.slug}/").status_code == 302, "the old session does not come back"


def test_a_token_remembers_when_it_was_used_and_writes_rarely(
    client: Client, fair: Fair, organiser: User, time_machine: Any
) -> None:
    headers = bearer(organiser)
    start = now()
    time_machine.move_to(start, tick=False)
    for minutes in (0, 5, 11):
        time_machine.move_to(start + timedelta(minutes=minutes), tick=False)
        client.get(f"/api/v1/fairs/{fair.slug}/visitors", headers=headers)
        used = db.session.scalars(select(ApiToken.last_used_at)).one()
        assert used == start + timedelta(minutes=11 if minutes == 11 else 0)


def test_tokens_of_others_are_unknown(client: Client, organiser: User) -> None:
    bearer(make_user())
    other = db.session.scalars(select(ApiToken)).one()
    for token_id in (other.id, 987654):
        assert client.submit(f"/account/tokens/{token_id}/revoke").status_code == 404
    assert client.submit("/account/tokens", {"name": ""}).status_code == 422
    assert client.submit("/account/tokens", {"name": "x" * 101}).status_code == 422


def test_a_newcomer_to_the_team_gets_a_mail_with_a_link_and_signs_in(
    app: Flask, client: Client, fair: Fair, organiser: User
) -> None:
    form = {"email": "Moi@People.example", "name": "Người Mới", "role": "booth_sales"}
    assert client.submit(f"/fairs/{fair.slug}/team", form).status_code == 303
    mail = db.session.scalars(select(OutboxMessage)).one()
    assert mail.recipient == "moi@people.example" and fair.name_vi in mail.body and "Ha" in mail.body
    link = re.search(r"http://localhost(/account/reset/\S+)", mail.body)
    assert link is not None
    newcomer: Any = app.test_client()
    chosen = {"password": PASSWORD, "password_confirm": PASSWORD}
    assert newcomer.submit(link[1], chosen).status_code == 302
    assert newcomer.submit("/account/login", {"email": "moi@people.example", "password": PASSWORD}).status_code == 302
    assert newcomer.get(f"/fairs/{fair.slug}/").status_code == 200
    assert newcomer.get(f"/fairs/{fair.slug}/team").status_code == 403
    assert client.submit(f"/fairs/{fair.slug}/team", form).status_code == 303
    assert (
        len(db.session.scalars(select(OutboxMessage.id).where(OutboxMessage.kind == "accounts/invitation")).all()) == 1
    )


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"email": "no address", "role": "deals"}, "email"), ({"email": "", "role": "deals"}, "email"), ({"email": "a@b.example", "role": ""}, "role"),
        ({"email": "a@b.example", "role": "admin"}, "role"), ({"email": "a@b.example", "role": "king"}, "role"),
        ({"email": "a@b.example", "role": "deals", "name": "x" * 201}, "name"), ({"email": f"{'x' * 250}@b.example", "role": "deals"}, "email"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_team_is_told(
    client: Client, fair: Fair, organiser: User, form: dict[str, str], field: str
) -> None:
    answer = client.submit(f"/fairs/{fair.slug}/team", form)
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert db.session.scalars(select(User.email)).all() == [organiser.email]


def test_a_role_is_ended_by_the_organiser_of_that_fair_only(client: Client, fair: Fair, organiser: User) -> None:
    other_fair = make_fair()
    here, there = make_user(role=Role.DEALS, fair=fair), make_user(role=Role.DEALS, fair=other_fair)
    ids = [active_grants(user.id)[0].id for user in (here, there)]
    assert client.submit(f"/fairs/{fair.slug}/team/{ids[1]}/end").status_code == 404
    assert client.submit(f"/fairs/{other_fair.slug}/team/{ids[1]}/end").status_code == 403
    assert client.submit(f"/fairs/{fair.slug}/team/{ids[0]}/end").status_code == 303
    assert not active_grants(here.id) and active_grants(there.id)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and (entry.action, entry.actor_id, entry.fair_id) == (
        "accounts.end_grant",
        organiser.id,
        fair.id,
    )


def test_administrators_see_all_users_and_never_lock_themselves_out(client: Client, fair: Fair) -> None:
    admin = make_user("An", Role.ADMIN)
    for n in range(55):
        make_user(f"Someone {n:02d}")
    login(client, admin)
    first = client.get("/admin/users")
    cursor = re.search(r'href="[^"]*[?&;]cursor=([^"&]+)', first.text)
    assert cursor is not None and "Someone 54" not in first.text
    assert "Someone 54" in client.get(f"/admin/users?cursor={cursor[1]}").text
    found = client.get("/admin/users?q=SOMEONE 07").text
    assert "Someone 07" in found and "Someone 08" not in found
    assert client.get("/admin/users?q=%25").text.count("@people.example") < 5, (
        "a per cent sign is a letter like any other"
    )
    assert client.get("/admin/users?cursor=rubbish").status_code == 422
    assert client.submit(f"/admin/users/{admin.id}/active", {"active": "0"}).status_code == 303
    assert db.session.get_one(User, admin.id).active
    assert client.submit("/admin/users/987654321/active", {"active": "0"}).status_code == 404
    form = {"email": "chief@people.example", "name": "Trưởng phòng", "role": "leadership"}
    assert client.submit("/admin/users", form).status_code == 303
    chief = user_by_email("chief@people.example")
    assert chief is not None and active_grants(chief.id)[0].role is Role.LEADERSHIP
    assert client.submit("/admin/users", form | {"role": "organiser"}).status_code == 422


def test_ones_own_name_and_language(client: Client, organiser: User) -> None:
    assert client.submit("/account/me", {"name": "Nguyễn Thu Hà", "locale": "en"}).status_code == 303
    page = client.get("/account/me")
    assert "Your account" in page.text and "Nguyễn Thu Hà" in page.text
    for form in ({"name": "", "locale": "en"}, {"name": "x" * 201, "locale": "en"}, {"name": "A", "locale": "fr"}):
        assert client.submit("/account/me", form).status_code == 422
    user = db.session.get_one(User, organiser.id)
    assert (user.name, user.locale) == ("Nguyễn Thu Hà", "en")


def test_commands_make_users_and_tokens(app: Flask, fair: Fair) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(args=["accounts", "create", "boss@people.example", "--role", "admin", "--name", "Boss"])
    assert made.exit_code == 0 and made.output.strip().startswith("http://localhost/account/reset/")
    made = runner.invoke(args=["accounts", "create", "ha@people.example", "--role", "organiser", "--fair", fair.slug])
    assert made.exit_code == 0
    user = user_by_email("ha@people.example")
    assert user is not None and may(user, EDIT_FAIR, fair.id)
    for arguments in (
        ["x@people.example", "--role", "organiser"], ["x@people.example", "--role", "admin", "--fair", fair.slug], ["no address", "--role", "admin"],
        ["x@people.example", "--role", "organiser", "--fair", "nowhere"], ["x@people.example", "--role", "king"],
    ):  # fmt: skip
        assert runner.invoke(args=["accounts", "create", *arguments]).exit_code != 0
    assert user_by_email("x@people.example") is None, "nothing half done is left"
    made = runner.invoke(args=["accounts", "token", "HA@people.example"])
    token = made.output.strip().splitlines()[-1]
    answer = app.test_client().get(f"/api/v1/fairs/{fair.slug}/visitors", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert runner.invoke(args=["accounts", "token", "nobody@people.example"]).exit_code != 0
