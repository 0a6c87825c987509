"""Colleagues of a company: invited by an owner, joined by the link of a mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import InvalidInput, NotFound
from fairs.directory.errors import InvitationOver, LastOwner, OwnersOnly
from fairs.directory.models import Invitation, Membership
from fairs.directory.queries import is_member
from fairs.directory.team import (
    accept_invitation,
    invitation_by_token,
    invite_colleague,
    membership_of,
    open_invitations,
    remove_member,
    take_back_invitation,
)
from fairs.messages.models import OutboxMessage
from tests.factories.exhibitors import actor_of, new_office, new_user
from tests.support.client import Client, login


def membership(user: User, company_id: int) -> Membership:
    """The user's membership, which must exist."""
    found = membership_of(user.id, company_id)
    assert found is not None
    return found


def test_from_invitation_to_the_companys_pages(app: Flask, client: Client) -> None:
    owner, colleague = new_user(), new_user()
    company = new_office().company(owner)
    login(client, owner)
    answer = client.submit(f"/my/companies/{company.id}/team", {"email": colleague.email.upper()})
    assert answer.status_code == 303
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == colleague.email)).one()
    link = re.search(r"/join/[\w-]+", mail.body)
    assert link is not None

    login(client, colleague)
    assert client.get(f"/my/companies/{company.id}").status_code == 404
    assert company.name in client.get(link[0]).get_data(as_text=True)
    assert client.submit(link[0]).status_code == 303
    assert client.get(f"/my/companies/{company.id}").status_code == 200
    assert not membership(colleague, company.id).is_owner
    assert client.get(link[0]).status_code == 409


def test_an_invitation_waits_on_the_start_page(app: Flask, client: Client) -> None:
    owner, colleague, stranger = new_user(), new_user(), new_user()
    company = new_office().company(owner)
    invite_colleague(company, colleague.email, by=actor_of(owner))
    invitation = db.session.scalars(select(Invitation)).one()
    login(client, stranger)
    assert client.submit(f"/my/invitations/{invitation.id}/accept").status_code == 404
    login(client, colleague)
    assert company.name in client.get("/my").get_data(as_text=True)
    assert client.submit(f"/my/invitations/{invitation.id}/accept").status_code == 303
    assert is_member(colleague.id, company.id)


def test_the_link_needs_an_account(app: Flask, client: Client) -> None:
    owner = new_user()
    token = invite_colleague(new_office().company(owner), "new@example.com", by=actor_of(owner))
    answer = client.get(f"/join/{token}")
    assert answer.status_code == 302
    assert "/account/login" in answer.headers["Location"]


def test_a_link_works_once_and_not_for_ever(app: Flask) -> None:
    owner = new_user()
    company = new_office().company(owner)
    token = invite_colleague(company, "one@example.com", by=actor_of(owner))
    invitation = invitation_by_token(token)
    accept_invitation(invitation, by=actor_of(new_user()))
    with pytest.raises(InvitationOver):
        accept_invitation(invitation, by=actor_of(new_user()))
    late = invite_colleague(company, "two@example.com", by=actor_of(owner))
    with time_machine.travel(now() + timedelta(days=15)), pytest.raises(InvitationOver):
        invitation_by_token(late)
    with pytest.raises(InvitationOver):
        invitation_by_token("no such token")


def test_a_second_invitation_ends_the_first(app: Flask) -> None:
    owner = new_user()
    company = new_office().company(owner)
    first = invite_colleague(company, "one@example.com", by=actor_of(owner))
    invite_colleague(company, "one@example.com", by=actor_of(owner))
    assert len(open_invitations(company)) == 1
    with pytest.raises(InvitationOver):
        invitation_by_token(first)


def test_only_owners_decide_who_joins(app: Flask) -> None:
    owner, mate, stranger = new_user(), new_user(), new_user()
    company = new_office().company(owner)
    token = invite_colleague(company, mate.email, by=actor_of(owner))
    invitation = invitation_by_token(token)
    accept_invitation(invitation, by=actor_of(mate))
    for person in (mate, stranger):
        with pytest.raises(OwnersOnly):
            invite_colleague(company, "more@example.com", by=actor_of(person))
        with pytest.raises(OwnersOnly):
            take_back_invitation(company, invitation.id, by=actor_of(person))
        with pytest.raises(OwnersOnly):
            remove_member(company, membership(owner, company.id).id, by=actor_of(person))


def test_a_mate_may_leave_but_not_the_last_owner(app: Flask, client: Client) -> None:
    owner, mate = new_user(), new_user()
    company = new_office().company(owner)
    accept_invitation(invitation_by_token(invite_colleague(company, mate.email, by=actor_of(owner))), by=actor_of(mate))
    with pytest.raises(LastOwner):
        remove_member(company, membership(owner, company.id).id, by=actor_of(owner))
    login(client, mate)
    left = membership(mate, company.id).id
    assert client.submit(f"/my/companies/{company.id}/team/{left}/remove").headers["Location"] == "/my"
    assert not is_member(mate.id, company.id)
    assert client.get(f"/my/companies/{company.id}/team").status_code == 404


def test_members_and_invitations_of_others_are_not_found(app: Flask) -> None:
    owner, other = new_user(), new_user()
    company, another = new_office().company(owner), new_office().company(other)
    invite_colleague(another, "x@example.com", by=actor_of(other))
    foreign = open_invitations(another)[0]
    with pytest.raises(NotFound):
        take_back_invitation(company, foreign.id, by=actor_of(owner))
    with pytest.raises(NotFound):
        remove_member(company, membership(other, another.id).id, by=actor_of(owner))


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "x" * 300 + "@example.com", "<script>@example.com"])
def test_a_wrong_address_is_said_at_its_field(app: Flask, client: Client, address: str) -> None:
    owner = new_user()
    company = new_office().company(owner)
    login(client, owner)
    answer = client.submit(f"/my/companies/{company.id}/team", {"email": address})
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.get_data(as_text=True)


def test_members_are_not_invited_again(app: Flask) -> None:
    owner = new_user()
    company = new_office().company(owner)
    with pytest.raises(InvalidInput) as refused:
        invite_colleague(company, owner.email, by=actor_of(owner))
    assert refused.value.field == "email"
