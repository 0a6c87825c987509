"""The pages of staff: list, figures, bulk acts, campaigns, sources, settings."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.invitations.models import Campaign, Invitee, Source
from fairs.invitations.states import CampaignState, InviteeState, SourceKind
from fairs.invitations.texts import INVITATION
from fairs.messages.models import OutboxMessage
from tests.factories.importers import rows_of
from tests.factories.invitations import Inviting, inviting
from tests.support.client import Client, login
from tests.support.jobs import run_jobs
from tests.support.queries import counted_queries

TEXTS = {
    f"{part}_{code}": text[part] for code, text in INVITATION.items() if code != "ja" for part in ("subject", "body")
}


@pytest.fixture
def place(app: Flask, client: Client) -> Inviting:
    """A fair with an organiser signed in."""
    made = inviting()
    login(client, made.place.user(Role.ORGANISER))
    return made


def test_the_list_is_filtered_sorted_and_exported(place: Inviting, client: Client) -> None:
    german = place.invitee(country="DE", groups=("CER",), name="Anna Muster")
    named = place.invitee(place.source(SourceKind.PARTNER, "Hiệp hội mẫu"), country="JP", name="Sato Yuko")

    def names(query: str) -> list[str]:
        sheet = client.get(f"{place.staff}?format=xlsx&{query}")
        assert sheet.status_code == 200
        return [next(v for v in row.values() if v in {"Anna Muster", "Sato Yuko"}) for row in rows_of(sheet.data)]

    assert names("sort=name") == ["Anna Muster", "Sato Yuko"]
    assert names("sort=-name") == ["Sato Yuko", "Anna Muster"]
    assert names("country=DE") == names("group=CER") == names(f"source={german.source_id}") == ["Anna Muster"]
    assert names("source=nominated") == names("source=partner") == names("q=sato") == ["Sato Yuko"]
    assert names("past=never") == ["Sato Yuko", "Anna Muster"]
    for nonsense in ("state=x", "source=x", "past=x", "import=x", "country=x", "group=x"):
        assert client.get(f"{place.staff}?{nonsense}").status_code == 200
        assert names(nonsense) == []
    assert named.source.name in client.get(place.staff).text


def test_as_many_statements_for_three_as_for_one(place: Inviting, client: Client) -> None:
    def look() -> int:
        with counted_queries() as found:
            assert client.get(place.staff).status_code == 200
            assert client.get(f"{place.staff}/campaigns").status_code == 200
            assert client.get(f"{place.staff}/sources").status_code == 200
        return len(found)

    place.invited()
    place.embassy()
    place.campaign()
    look()
    first = look()
    for _ in range(2):
        place.invited()
        place.embassy()
        place.campaign()
    assert look() <= first


def test_many_are_invited_at_once(place: Inviting, client: Client, app: Flask) -> None:
    rows = [place.invitee() for _ in range(3)]
    started = client.submit(
        f"/fairs/{place.fair.slug}/lists/invitees/act", {"action": "invite", "pick": [str(row.id) for row in rows]}
    )
    assert started.status_code == 303
    assert client.submit(f"{started.headers['Location']}/do").status_code == 303
    run_jobs(app)
    db.session.expire_all()
    assert {row.state for row in db.session.scalars(select(Invitee))} == {InviteeState.INVITED}
    times = list(db.session.scalars(select(OutboxMessage.next_try_at)))
    assert len(set(times)) == 3  # they leave at the fair's pace


def test_adding_by_hand(place: Inviting, client: Client) -> None:
    form = {"name": "Anna Muster", "company": "Sample", "country": "DE", "email": "anna@buyer.example", "locale": "en"}
    assert client.submit(f"{place.staff}/new", {**form, "email": "nobody"}).status_code == 422
    assert client.submit(f"{place.staff}/new", {**form, "country": "XX"}).status_code == 422
    done = client.submit(f"{place.staff}/new", form)
    assert client.get(done.headers["Location"]).status_code == 200
    assert client.submit(f"{place.staff}/new", form).status_code == 422  # on the list already


def test_a_campaign_by_pages(place: Inviting, client: Client, app: Flask) -> None:
    rows = [place.invitee(locale=locale) for locale in ("en", "ja")]
    path = f"{place.staff}/campaigns"
    form = {"name": "Đợt 1", "states": ["new"], "per_minute": "60", **TEXTS}
    assert client.get(f"{path}/new").status_code == 200
    assert client.submit(f"{path}/new", {**form, "body_en": "{nobody} {link}"}).status_code == 422
    assert "{nobody}" in client.submit(f"{path}/new", {**form, "body_en": "{nobody} {link}"}).text
    counted = client.get(f"{path}/count?states=new&countries=JP", headers={"HX-Request": "true"})
    assert "0" in counted.text
    for nonsense in ("silent_days=x", "past=x", "sources=x", "states=x"):
        assert client.get(f"{path}/count?{nonsense}").status_code == 200
    shown = client.submit(f"{path}/new", form).headers["Location"]
    page = client.get(shown).text
    assert rows[0].person.display_name in page
    assert "日本語" in page  # one reader of Japanese gets the English text
    client.submit(f"{shown}/test", {"language": "vi"})
    assert db.session.scalars(select(OutboxMessage)).one().subject.startswith("[")
    assert client.submit(f"{shown}/start").status_code == 303
    client.submit(f"{shown}/start")
    run_jobs(app)
    db.session.expire_all()
    campaign = db.session.scalars(select(Campaign)).one()
    assert campaign.state is CampaignState.DONE
    assert [len(place.mails(row)) for row in rows] == [1, 1]
    assert client.get(shown).status_code == 200
    assert client.get(f"{shown}/progress").status_code == 200
    assert client.submit(f"{shown}/edit", form).status_code in (409, 422)


def test_sources_by_pages(place: Inviting, client: Client) -> None:
    path = f"{place.staff}/sources"
    form = {"kind": "embassy", "name": "Đại sứ quán", "email": "a@embassy.example", "locale": "ja", "quota": "5"}
    assert client.submit(f"{path}/new", {**form, "quota": "0"}).status_code == 422
    assert client.submit(f"{path}/new", {**form, "kind": "organiser"}).status_code == 422
    shown = client.submit(f"{path}/new", form).headers["Location"]
    assert client.submit(f"{path}/new", form).status_code == 422  # twice the same name
    for act in ("link", "close", "open"):
        assert client.submit(f"{shown}/{act}").status_code == 303
    assert client.get(shown).status_code == 200
    assert db.session.scalars(select(Source)).one().token_hash


def test_settings(place: Inviting, client: Client) -> None:
    form = {"per_minute": "30", "delegates_most": "2", "exhibitor_quota": "4"}
    assert client.submit(f"{place.staff}/settings", {**form, "per_minute": "0"}).status_code == 422
    assert client.submit(f"{place.staff}/settings", form).status_code == 303
    assert 'value="30"' in client.get(f"{place.staff}/settings").text


def test_who_may(place: Inviting, new_client: Any) -> None:
    row = place.invitee()
    for role, look, act in ((Role.HOSPITALITY, 200, 303), (Role.AUDITOR, 200, 403), (Role.FINANCE, 403, 403)):
        client = new_client()
        login(client, place.place.user(role))
        assert client.get(f"{place.staff}/{row.id}").status_code == look
        assert client.submit(f"{place.staff}/{row.id}/invite").status_code == act
    stranger = Inviting(inviting().place)
    client = new_client()
    login(client, stranger.place.user(Role.ORGANISER))
    assert client.get(f"{stranger.staff}/{row.id}").status_code == 404  # an invitee of another fair
    assert place.mails(row)[0].state.value == "queued"
    assert SYSTEM.user_id is None
