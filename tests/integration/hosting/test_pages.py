"""The pages of the support of importers: who sees them, bulk approval, the guest's own page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from fairs.core.db import transaction
from fairs.core.permissions import Role
from fairs.hosting.states import HostingState
from fairs.importers.service import link_for
from tests.factories.hosting import fresh, hosting_place
from tests.support.client import login
from tests.support.queries import counted_queries

H = HostingState


def test_pages_and_their_people(app: Flask, client: Any) -> None:
    place = hosting_place()
    row, other = place.proposed(), place.approved()
    base = f"{place.reception.staff}/hosting"
    login(client, place.reception.user(Role.ORGANISER))
    pages = [
        "",
        "/room?pick=" + row.reference,
        "/reserve",
        "/board",
        f"/{row.reference}",
        f"/{other.reference}",
        "-settings",
        "-settings/weights",
    ]
    for page in pages:
        assert client.get(base + page).status_code == 200, page
    assert other.selection is not None
    decision = client.get(f"{place.reception.staff}/documents/{other.selection.reference}")
    assert decision.status_code == 200
    assert other.person.passport_name in decision.text
    login(client, place.reception.user(Role.GATE_SUPERVISOR))
    assert client.get(base).status_code == 403


def test_a_list_costs_the_same_for_one_and_three(app: Flask, client: Any) -> None:
    place = hosting_place()
    login(client, place.reception.user(Role.ORGANISER))
    numbers = []
    for more in (1, 2):
        for _ in range(more):
            place.applied()
        client.get(f"{place.reception.staff}/hosting")
        with counted_queries() as seen:
            assert client.get(f"{place.reception.staff}/hosting").status_code == 200
        numbers.append(len(seen))
    assert numbers[0] == numbers[1]


def test_the_decision_on_its_page(app: Flask, client: Any) -> None:
    place = hosting_place()
    selection = place.granted().selection
    assert selection is not None
    login(client, place.reception.user(Role.ORGANISER))
    page = f"{place.reception.staff}/documents/{selection.reference}"
    assert "Sample Imports" in client.get(page).text


def test_every_button_of_an_application(app: Flask, client: Any, new_client: Any) -> None:
    place = hosting_place()
    row, second = place.applied(), new_client()
    login(client, place.reception.user(Role.ORGANISER))
    login(second, place.reception.user(Role.FINANCE))
    page = f"{place.reception.staff}/hosting/{row.reference}"
    wrong = client.submit(f"{page}/move", {"do": "propose", "tier": "first class", "reason": "Kept"})
    assert (wrong.status_code, "Kept" in wrong.text) == (422, True)
    way = [
        (client, "/move", {"do": "rescore"}, H.APPLIED), (client, "/move", {"do": "reserve", "reason": "Later"}, H.RESERVE),
        (client, "/move", {"do": "promote"}, H.PROPOSED), (client, "/move", {"do": "back"}, H.APPLIED),
        (client, "/move", {"do": "propose", "tier": "hotel"}, H.PROPOSED), (second, "/approve", {"do": "approve"}, H.APPROVED),
        (second, "/approve", {"do": "undo"}, H.PROPOSED), (second, "/approve", {"do": "approve"}, H.APPROVED),
    ]  # fmt: skip
    for browser, path, typed, state in way:
        answer = browser.submit(page + path, typed)
        assert (answer.status_code, fresh(row).state) == (303, state), (typed, answer.text[-2000:])
    place.sign(row)
    for typed, state in [
        ({"do": "confirm"}, H.CONFIRMED),
        ({"do": "withdraw"}, H.WITHDRAWN),
        ({"do": "reopen"}, H.APPLIED),
    ]:
        assert (client.submit(f"{page}/move", typed).status_code, fresh(row).state) == (303, state), typed
    assert client.submit(f"{page}/move", {"do": "refuse"}).status_code == 422
    assert client.submit(f"{page}/move", {"do": "refuse", "reason": "Other goods"}).status_code == 303
    assert fresh(row).tier == "hotel"


def test_a_preview_without_weights_shows_the_order_of_now(app: Flask, client: Any) -> None:
    place = hosting_place()
    row = place.applied()
    login(client, place.reception.user(Role.ORGANISER))
    preview = f"{place.reception.staff}/hosting-settings/weights/preview"
    assert row.reference in client.get(preview).text
    assert client.get(f"{preview}?buyer=x").status_code == 422


@pytest.mark.parametrize("answer", ["confirm", "decline"])
def test_the_guest_answers_by_a_button(app: Flask, client: Any, answer: str) -> None:
    place = hosting_place()
    row = place.granted()
    with transaction():
        token = link_for(row.importer)
    assert client.get(f"/i/{token}").status_code == 200
    assert client.get(f"/i/{token}/support/{answer}").status_code == 405
    assert fresh(row).state is H.GRANTED
    assert client.submit(f"/i/{token}/support/{answer}", {}).status_code == 303
    assert fresh(row).state is (H.CONFIRMED if answer == "confirm" else H.WITHDRAWN)
