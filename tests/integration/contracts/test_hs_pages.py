"""The HS catalogue's page, and what is offered while a code is typed."""

from __future__ import annotations

import pytest
from flask import Flask

from fairs.core.permissions import Role
from tests.factories.deals import Office, office
from tests.support.client import Client, login
from tests.support.queries import counted_queries


@pytest.fixture
def place(app: Flask) -> Office:
    return office()


def test_both_editions_and_search(place: Office, client: Client) -> None:
    login(client, place.user(Role.AUDITOR))
    client.get("/language/en")
    url = f"/fairs/{place.fair.slug}/deals/hs"
    now, before = client.get(url).text, client.get(f"{url}?edition=2017").text
    assert "4420.11" in now
    assert "9405.42" in now
    assert "4420.10" in before
    found = client.get(f"{url}?q=hop+son+mai").text
    assert "4420.90" in found
    assert "6913.10" not in found
    assert "No code has these words" in client.get(f"{url}?q=zzzz").text
    assert client.get(f"{url}?edition=nonsense&q=%00").status_code == 200
    with counted_queries() as few:
        client.get(url)
    with counted_queries() as many:
        client.get(f"{url}?q=6913")
    assert len(many) == len(few)


def test_options_while_typing(place: Office, client: Client) -> None:
    login(client, place.user(Role.DEALS))
    url = f"/fairs/{place.fair.slug}/deals/hs/search"
    assert '<option value="4420.11">' in client.get(f"{url}?lines-0-hs_code=4420.1").text
    assert '<option value="4420.10">' in client.get(f"{url}?lines-0-hs_code=4420.1&signed_on=2021-05-01").text
    assert client.get(f"{url}?q=lược&format=json").get_json()[0]["code"] == "9615"
    assert client.get(f"{url}?q=9601.90&format=json").get_json()[0]["cites"]
    assert client.get(url).text.strip() == ""
    login(client, place.user(Role.AUDITOR))
    assert client.get(url).status_code == 403
