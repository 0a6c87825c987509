"""Scores follow what an importer tells, until support is proposed."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from fairs.audit.queries import history
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.permissions import Role
from fairs.hosting.queries import hosting_of
from fairs.hosting.service import approve_hosting, put_on_reserve
from fairs.hosting.states import HostingState
from fairs.importers.models import Importer
from fairs.importers.service import Profile, change_profile, register_importer, withdraw_importer
from tests.factories.hosting import fresh, hosting_place
from tests.support.client import login

H = HostingState
MORE = Profile(
    "chain", "over_1m", ("CER",), past_customers="Two department stores in Osaka and a chain of gift shops here"
)


@pytest.mark.parametrize("wish", ["both", "travel", ""])
def test_a_registration_that_asks_for_support_has_an_application_with_a_score(app: Flask, wish: str) -> None:
    place = hosting_place()
    draft = place.reception.registration(buyer_kind="chain", annual_volume="over_1m", support_wanted=wish)
    importer = register_importer(place.fair, draft, by=SYSTEM)
    row = hosting_of(importer.id)
    if not wish:
        assert row is None
        return
    assert row is not None
    assert (row.state, row.tier, row.score_parts["volume"]["points"]) == (H.APPLIED, wish, 100)


def test_a_corrected_profile_gives_another_score_until_support_is_proposed(app: Flask) -> None:
    place = hosting_place()
    low, waiting, proposed = (place.applied(buyer_kind="other", annual_volume="under_50k") for _ in range(3))
    waiting, better = (put_on_reserve(row, by=place.first) for row in (waiting, place.applied(buyer_kind="chain")))
    assert (fresh(waiting).rank, fresh(better).rank) == (2, 1)
    proposed = place.proposed(buyer_kind="other", annual_volume="under_50k")
    approved = approve_hosting(place.proposed(buyer_kind="other", annual_volume="under_50k"), by=place.second)
    scores = {row.id: fresh(row).score for row in (low, waiting, proposed, approved)}
    for row in (low, waiting, proposed, approved):
        change_profile(row.importer, MORE, by=place.first)
    for row in (low, waiting):
        assert fresh(row).score > scores[row.id]
        entry = next(one for one in history(row) if one.action == "hosting.rescore")
        assert entry.after["note"] == f"{scores[row.id]} → {fresh(row).score}"
        assert entry.actor_label == place.first.label
    assert (fresh(waiting).rank, fresh(better).rank) == (1, 2)  # it passes the other one
    for row in (proposed, approved):
        assert fresh(row).score == scores[row.id]
        assert "hosting.rescore" not in {one.action for one in history(row)}
    change_profile(low.importer, MORE, by=place.first)  # the same again is no change
    assert [one.action for one in history(low.importer)].count("importers.change") == 1
    withdraw_importer(low.importer)
    with pytest.raises(InvalidTransition):
        change_profile(low.importer, MORE, by=place.first)
    with pytest.raises(InvalidInput):
        change_profile(waiting.importer, Profile("nonsense"), by=place.first)


def test_staff_correct_a_profile_on_its_page(app: Flask, client: Any) -> None:
    place = hosting_place()
    row = place.applied(buyer_kind="other", annual_volume="under_50k")
    page, before = f"{place.reception.staff}/importers/{row.importer.reference}", row.score
    user = place.reception.user(Role.ORGANISER)
    login(client, user)
    assert f"{page}/edit" in client.get(page).text
    typed = {
        "buyer_kind": "chain",
        "annual_volume": "over_1m",
        "group_codes": ["CER"],
        "looking_for": "Vases",
        "home_airport": "K1X",
    }
    answer = client.submit(f"{page}/edit", typed)
    assert (answer.status_code, "Vases" in answer.text, "K1X" in answer.text) == (422, True, True)
    assert client.submit(f"{page}/edit", {**typed, "home_airport": "kix"}).status_code == 303
    importer = db.session.get_one(Importer, row.importer_id, populate_existing=True)
    assert (importer.home_airport, importer.buyer_kind, fresh(row).score > before) == ("KIX", "chain", True)
    assert f"{before} → {fresh(row).score}" in client.get(f"{place.reception.staff}/hosting/{row.reference}").text
    login(client, place.reception.user(Role.GATE_SUPERVISOR))
    assert client.get(f"{page}/edit").status_code == 403
    assert Actor(user.id, user.name).label in {one.actor_label for one in history(importer)}
