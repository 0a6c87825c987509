"""Buyers named by sources outside and by exhibitors, within their quota."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.directory.service import join_company
from fairs.exhibitors.service import accept_application
from fairs.invitations.errors import NotInvitable, QuotaUsedUp
from fairs.invitations.mails import invite
from fairs.invitations.models import Invitee, Nomination, Source
from fairs.invitations.nominations import (
    close_source,
    nominate,
    remove_nomination,
    send_source_link,
    source_of_exhibitor,
)
from fairs.invitations.service import TermsDraft, save_terms
from fairs.invitations.states import InviteeState
from fairs.messages.models import OutboxMessage
from tests.factories.exhibitors import new_office
from tests.factories.invitations import Inviting, inviting, token_in
from tests.support.client import Client, login


def row(place: Inviting, number: int, **changes: str) -> dict[str, str]:
    one = place.nominee(**changes)
    values = {"name": one.name, "company": one.company, "country": one.country, "email": one.email, "why": one.why}
    return {f"rows-{number}-{key}": value for key, value in values.items()}


def test_a_source_names_by_its_link(app: Flask, client: Client) -> None:
    place = inviting()
    embassy = place.embassy(quota=3)
    link = f"/nominate/{token_in(place.mails(embassy)[-1].body)}"
    before = db.session.scalar(select(func.count()).select_from(Invitee))
    assert client.get(link).status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Invitee)) == before
    assert client.submit(link, {}).status_code == 422
    assert client.submit(link, row(place, 0, country="")).status_code == 422
    assert client.submit(link, row(place, 0) | row(place, 1)).status_code == 303
    rows = db.session.scalars(select(Invitee).order_by(Invitee.id)).all()
    assert [(one.state, one.source_id, one.is_nominated) for one in rows] == [(InviteeState.NEW, embassy.id, True)] * 2
    over = client.submit(link, row(place, 0) | row(place, 1))
    assert over.status_code == 422
    assert "1 are left" in over.text or "còn 1" in over.text
    nomination = db.session.scalars(select(Nomination).order_by(Nomination.id)).first()
    assert nomination is not None
    assert client.submit(f"{link}/{nomination.id}/remove").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Invitee)) == 1
    # nothing was mailed but the link
    assert {mail.kind for mail in db.session.scalars(select(OutboxMessage))} == {"invitations/source"}


def test_links_of_sources_rotate_and_close(app: Flask, client: Client) -> None:
    place = inviting()
    embassy = place.embassy()
    first = f"/nominate/{token_in(place.mails(embassy)[-1].body)}"
    send_source_link(embassy, by=SYSTEM)
    second = f"/nominate/{token_in(place.mails(embassy)[-1].body)}"
    assert [client.get(first).status_code, client.get(second).status_code] == [410, 200]
    close_source(embassy, by=SYSTEM)
    assert client.get(second).status_code == 410
    close_source(embassy, by=SYSTEM, closed=False)
    assert client.get(second).status_code == 200
    assert client.get("/nominate/nonsense").status_code == 404


def test_two_may_name_the_same_person(app: Flask) -> None:
    place = inviting()
    first, second = place.embassy(), place.embassy()
    buyer = place.nominee()
    [one] = nominate(first, [buyer], by=SYSTEM)
    [other] = nominate(second, [buyer], by=SYSTEM)
    assert one.invitee_id == other.invitee_id
    assert nominate(first, [buyer], by=SYSTEM) == []  # twice is once
    remove_nomination(first, one.id, by=SYSTEM)
    invitee = db.session.get_one(Invitee, other.invitee_id)
    assert invitee.source_id == second.id
    invite(invitee, by=SYSTEM)
    with pytest.raises(NotInvitable):
        remove_nomination(second, other.id, by=SYSTEM)


def test_the_quota_holds_when_all_name_at_once(real_app: Flask) -> None:
    with real_app.app_context():
        place = inviting()
        source_id = place.embassy(quota=4).id
        buyers = [place.nominee() for _ in range(8)]
    together = Barrier(8)

    def name(number: int) -> None:
        with real_app.app_context():
            source = db.session.get_one(Source, source_id)
            together.wait(30)
            with suppress(QuotaUsedUp):
                nominate(source, [buyers[number]], by=SYSTEM)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(name, range(8)))
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Nomination)) == 4
        assert db.session.scalar(select(func.count()).select_from(Invitee)) == 4


def test_exhibitors_invite_their_buyers(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor = office.submitted()
    place = inviting()
    place.place.fair = office.fair
    owner, stranger = place.place.user(), place.place.user()
    join_company(owner.id, exhibitor.company, by=SYSTEM)
    path = f"/my/{office.fair.slug}/buyers"
    login(client, stranger)
    assert client.get(path).status_code == 404
    login(client, owner)
    assert client.submit(path, row(place, 0)).status_code == 422  # not accepted yet
    accept_application(exhibitor, by=SYSTEM)
    assert client.get(path).status_code == 200
    assert client.submit(path, row(place, 0)).status_code == 303
    assert db.session.scalars(select(Invitee)).one().state is InviteeState.NEW
    save_terms(office.fair, TermsDraft(60, 3, 2, True), by=SYSTEM)
    assert client.submit(path, row(place, 0)).status_code == 303  # now at once
    newest = db.session.scalars(select(Invitee).order_by(Invitee.id.desc())).first()
    assert newest is not None
    assert newest.state is InviteeState.INVITED
    assert client.submit(path, row(place, 0)).status_code == 422  # two for each booth
    assert source_of_exhibitor(exhibitor, by=SYSTEM).name == exhibitor.company.name
