"""Roles are held per fair, may be lent until a day, and end; everything that was done in somebody's place says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.errors import NotYoursToLend
from fairs.accounts.models import RoleGrant, User
from fairs.accounts.queries import active_grants, actor_for, holders, matching_grant, may, team
from fairs.accounts.service import end_grant, grant_role, lend_role, set_active
from fairs.audit.models import AuditEntry
from fairs.calendar.models import Fair
from fairs.calendar.permissions import CREATE_FAIR, EDIT_FAIR, VIEW_FAIR
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.core.permissions import Role
from tests.factories.people import acting, end_of, make_fair, make_user
from tests.support.client import Client, login

DAY = timedelta(days=1)


@pytest.fixture
def fairs(app: Flask) -> tuple[Fair, Fair]:
    """Two fairs that everybody may know of."""
    return make_fair("AA1"), make_fair("BB1")


def own_grant(user: User) -> RoleGrant:
    return active_grants(user.id)[0]


def lend(lender: User, to: User, days: int = 3) -> RoleGrant:
    return lend_role(own_grant(lender), to, until=now() + days * DAY, by=acting(lender))


def test_a_role_at_one_fair_opens_nothing_at_another(client: Client, fairs: tuple[Fair, Fair]) -> None:
    here, there = fairs
    login(client, make_user(role=Role.ORGANISER, fair=here))
    assert client.get(f"/fairs/{here.slug}/settings").status_code == 200
    assert client.get(f"/fairs/{there.slug}/settings").status_code == 403
    assert client.get(f"/fairs/{there.slug}/").status_code == 403
    assert client.submit(f"/fairs/{there.slug}/state/draft").status_code == 403


@pytest.mark.parametrize("role", [Role.ADMIN, Role.LEADERSHIP])
def test_system_wide_roles_hold_at_every_fair(client: Client, fairs: tuple[Fair, Fair], role: Role) -> None:
    login(client, make_user(role=role))
    for fair in fairs:
        assert client.get(f"/fairs/{fair.slug}/").status_code == 200
        assert client.get(f"/fairs/{fair.slug}/settings").status_code == (200 if role is Role.ADMIN else 403)


def test_only_admin_and_leadership_are_held_for_the_whole_system(fairs: tuple[Fair, Fair]) -> None:
    user = make_user()
    for role in Role:
        wrong = fairs[0].id if role.is_system_wide else None
        with pytest.raises(InvalidInput) as refused:
            grant_role(user, role, fair_id=wrong, by=SYSTEM)
        assert refused.value.field == "role"
        grant = grant_role(
            user, role, fair_id=None if role.is_system_wide else fairs[0].id, by=SYSTEM, ends_at=end_of(role)
        )
        assert grant_role(user, role, fair_id=grant.fair_id, by=SYSTEM, ends_at=end_of(role)).id == grant.id, (
            "given twice is given once"
        )


def test_an_ended_role_opens_nothing_and_may_be_given_again(
    client: Client, fairs: tuple[Fair, Fair], time_machine: Any
) -> None:
    here, _there = fairs
    user = make_user()
    grant_role(user, Role.VIEWER, fair_id=here.id, by=SYSTEM, ends_at=now() + DAY)
    login(client, user)
    assert client.get(f"/fairs/{here.slug}/").status_code == 200
    time_machine.move_to(now() + DAY)
    assert client.get(f"/fairs/{here.slug}/").status_code == 403
    assert not may(user, VIEW_FAIR, here.id)
    grant_role(user, Role.VIEWER, fair_id=here.id, by=SYSTEM)
    assert may(user, VIEW_FAIR, here.id)


def test_a_stranger_learns_nothing_of_a_draft(client: Client, fairs: tuple[Fair, Fair]) -> None:
    draft = make_fair("CC1", FairState.DRAFT)
    insider, outsider, nobody = (
        make_user(role=Role.VIEWER, fair=draft),
        make_user(role=Role.ORGANISER, fair=fairs[0]),
        make_user(),
    )
    paths = ("/fairs/{}/", "/fairs/{}/settings", "/f/{}/", "/api/v1/fairs/{}/booths", "/fairs/{}/history")
    for user in (outsider, nobody, None):
        if user is None:
            client.submit("/account/logout")
        else:
            login(client, user)
        for path in paths:
            seen = [client.get(path.format(slug)) for slug in (draft.slug, "no-such-fair")]
            assert seen[0].status_code == seen[1].status_code, path
            assert draft.name_en not in seen[0].text and draft.name_vi not in seen[0].text
    login(client, insider)
    assert client.get(f"/fairs/{draft.slug}/").status_code == 200
    assert client.get(f"/fairs/{draft.slug}/settings").status_code == 403
    assert draft.slug not in client.get("/").text and draft.slug not in str(client.get("/api/v1/fairs").get_json())


def test_what_is_done_in_somebodys_place_says_so(client: Client, fairs: tuple[Fair, Fair]) -> None:
    here, _there = fairs
    ha, long = make_user("Ha", Role.ORGANISER, here), make_user("Long")
    lend(ha, long)
    login(client, long)
    page = client.get(f"/fairs/{here.slug}/settings")
    assert page.status_code == 200 and "Long → Ha" in page.text
    assert client.submit(f"/fairs/{here.slug}/state/running").status_code == 303
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.actor_id, entry.for_id, entry.actor_label, entry.action) == (
        long.id,
        ha.id,
        "Long → Ha",
        "calendar.change_state",
    )
    assert entry.before == {"state": "booking_open"} and entry.after == {"state": "running"}
    login(client, ha)
    assert "Long → Ha" in client.get(f"/fairs/{here.slug}/history").text


def test_ones_own_role_goes_before_a_lent_one(fairs: tuple[Fair, Fair]) -> None:
    here, _there = fairs
    ha, long = make_user("Ha", Role.ORGANISER, here), make_user("Long", Role.ORGANISER, here)
    lend(ha, long)
    grant = matching_grant(active_grants(long.id), EDIT_FAIR, here.id)
    assert grant is not None and actor_for(long, grant).for_user_id is None


def test_a_lent_role_ends_on_its_day(client: Client, fairs: tuple[Fair, Fair], time_machine: Any) -> None:
    here, _there = fairs
    ha, long = make_user("Ha", Role.ORGANISER, here), make_user("Long")
    login(client, ha)
    form = {
        "grant": own_grant(ha).id,
        "email": " LONG@people.example ",
        "until": (here.today + DAY).isoformat(),
        "note": "Nghỉ phép",
    }
    assert client.submit("/account/lend", form).status_code == 303
    login(client, long)
    time_machine.move_to(datetime.combine(here.today + DAY, datetime.min.time(), UTC) + timedelta(hours=16, minutes=59))
    login(client, long)
    assert client.get(f"/fairs/{here.slug}/settings").status_code == 200, "until the end of the day in Hanoi"
    time_machine.shift(timedelta(minutes=2))
    login(client, long)
    assert client.get(f"/fairs/{here.slug}/settings").status_code == 403
    assert holders(Role.ORGANISER, here.id) == [ha]


def test_a_role_is_never_lent_on_and_never_longer_than_it_is_held(fairs: tuple[Fair, Fair]) -> None:
    here, _there = fairs
    ha, long, binh = make_user("Ha", Role.ORGANISER, here), make_user("Long"), make_user("Binh")
    lent = lend(ha, long)
    with pytest.raises(NotYoursToLend):
        lend_role(lent, binh, until=now() + DAY, by=acting(long))
    with pytest.raises(NotYoursToLend):
        lend_role(own_grant(ha), binh, until=now() + DAY, by=acting(long))
    with pytest.raises(InvalidInput):
        lend_role(own_grant(ha), ha, until=now() + DAY, by=acting(ha))
    with pytest.raises(InvalidInput):
        lend_role(own_grant(ha), long, until=now() - DAY, by=acting(ha))
    set_active(binh, False, by=SYSTEM)
    with pytest.raises(InvalidInput):
        lend_role(own_grant(ha), binh, until=now() + DAY, by=acting(ha))
    short = grant_role(long, Role.DEALS, fair_id=here.id, by=SYSTEM, ends_at=now() + DAY)
    with pytest.raises(InvalidInput) as refused:
        lend_role(short, ha, until=now() + 2 * DAY, by=acting(long))
    assert refused.value.field == "until"


def test_who_loses_a_role_loses_what_they_lent_of_it(fairs: tuple[Fair, Fair]) -> None:
    here, _there = fairs
    ha, long = make_user("Ha", Role.ORGANISER, here), make_user("Long")
    lend(ha, long)
    end_grant(own_grant(ha), by=SYSTEM)
    assert not may(long, EDIT_FAIR, here.id) and not may(ha, EDIT_FAIR, here.id)
    grant_role(ha, Role.ORGANISER, fair_id=here.id, by=SYSTEM)
    lend(ha, long)
    set_active(ha, False, by=SYSTEM)
    assert not may(long, EDIT_FAIR, here.id)
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "accounts.end_grant")).all()
    assert len(actions) == 3


def test_the_lender_takes_back_and_nobody_else(client: Client, fairs: tuple[Fair, Fair]) -> None:
    here, _there = fairs
    ha, long, binh = make_user("Ha", Role.ORGANISER, here), make_user("Long"), make_user("Binh", Role.ORGANISER, here)
    lent = lend(ha, long)
    for other in (long, binh):
        login(client, other)
        assert client.submit(f"/account/grants/{lent.id}/end").status_code == 404
    login(client, ha)
    assert client.submit(f"/account/grants/{own_grant(ha).id}/end").status_code == 404, (
        "one's own role is not given up so"
    )
    assert client.submit("/account/grants/987654321/end").status_code == 404
    assert client.submit(f"/account/grants/{lent.id}/end").status_code == 303
    assert [grant.user_id for grant in team(here.id)] == [ha.id, binh.id]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody@people.example"}, "email"), ({"email": "ha@people.example"}, "email"), ({"email": ""}, "email"),
        ({"until": "2020-01-01"}, "until"), ({"until": "2026-02-30"}, "until"), ({"until": "2099-01-01"}, "until"), ({"until": ""}, "until"),
        ({"grant": "x"}, "grant"), ({"grant": "987654"}, "grant"), ({"grant": "9" * 30}, "grant"), ({"note": "x" * 201}, "note"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_lending_is_told_and_what_was_typed_stays(
    client: Client, fairs: tuple[Fair, Fair], changes: dict[str, str], field: str
) -> None:
    here, _there = fairs
    ha, _long = make_user("Ha", Role.ORGANISER, here), make_user("Long")
    login(client, ha)
    form = {
        "grant": str(own_grant(ha).id),
        "email": "long@people.example",
        "until": (here.today + DAY).isoformat(),
        "note": "Nghỉ phép",
    }
    answer = client.submit("/account/lend", form | changes)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    if field != "note":
        assert "Nghỉ phép" in answer.text
    if field != "email":
        assert "long@people.example" in answer.text
    assert db.session.scalars(select(RoleGrant.lent_by_id)).all() == [None]


def test_who_has_no_role_cannot_lend(client: Client, fairs: tuple[Fair, Fair]) -> None:
    login(client, make_user())
    assert (
        client.submit("/account/lend", {"grant": "1", "email": "a@b.example", "until": "2030-01-01"}).status_code == 422
    )
    assert not may(None, CREATE_FAIR)
