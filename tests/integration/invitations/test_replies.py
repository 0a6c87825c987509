"""Answers by the link of a mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.audit.models import AuditEntry
from fairs.calendar.changes import move_of, preview_move, reschedule_fair
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import InvalidInput
from fairs.importers.models import Importer
from fairs.importers.service import confirm_email, register_online
from fairs.importers.states import ImporterState
from fairs.invitations.campaigns import send_portion
from fairs.invitations.errors import NewerMail, TooManyDelegates
from fairs.invitations.mails import invite
from fairs.invitations.models import Invitee, MailStop
from fairs.invitations.replies import accept, bring_colleague, decline, delegate, invitee_by_token
from fairs.invitations.service import TermsDraft, save_terms, stop_writing
from fairs.invitations.states import InviteeState, SourceKind
from tests.factories.importers import Reception
from tests.factories.invitations import Inviting, inviting
from tests.support.client import Client

S = InviteeState


def again(row: Invitee) -> Invitee:
    """The row as it is in the database."""
    db.session.expire_all()
    return db.session.get_one(Invitee, row.id)


def everything() -> tuple[Any, ...]:
    """What a look at a page must not change."""
    rows = db.session.execute(select(Invitee.state, Invitee.token_hash, Invitee.replied_at).order_by(Invitee.id)).all()
    return (*rows, db.session.scalar(select(func.count()).select_from(AuditEntry)))


@pytest.mark.parametrize("page", ["", "/register"])
def test_a_look_changes_nothing(app: Flask, client: Client, page: str) -> None:
    place = inviting()
    _row, token = place.invited()
    before = everything()
    assert client.get(f"/rsvp/{token}{page}").status_code == 200
    for act in ("accept", "decline", "delegate", "bring", "stop"):
        assert client.get(f"/rsvp/{token}/{act}").status_code == 405
    db.session.expire_all()
    assert everything() == before


def test_links_are_kept_as_hashes_and_rotate(app: Flask, client: Client) -> None:
    place = inviting()
    row, first = place.invited()
    assert first not in str(row.token_hash)
    invite(row, by=SYSTEM)
    second = place.token_of(row)
    assert second != first
    with pytest.raises(NewerMail):
        invitee_by_token(first)
    old = client.get(f"/rsvp/{first}", headers={"Accept-Language": "en"})
    assert old.status_code == 410
    assert "A newer mail of ours has the valid link" in old.text
    assert client.submit(f"/rsvp/{first}/accept").status_code == 410
    assert client.get(f"/rsvp/{second}").status_code == 200
    assert client.get("/rsvp/nonsense").status_code == 404
    assert again(row).state is S.INVITED
    assert client.submit(f"/rsvp/{first}/stop").status_code == 200  # an earlier link can still stop
    assert again(row).state is S.STOPPED


def test_links_end(app: Flask, client: Client, time_machine: Any) -> None:
    place = inviting()
    row = place.invitee()
    campaign = place.running(reply_by=place.fair.today + timedelta(days=3))
    send_portion(campaign.id)
    token = place.token_of(row)
    time_machine.move_to(now() + timedelta(days=3), tick=False)
    assert client.get(f"/rsvp/{token}").status_code == 200
    time_machine.move_to(now() + timedelta(days=1), tick=False)
    assert client.get(f"/rsvp/{token}").status_code == 410
    assert client.submit(f"/rsvp/{token}/accept").status_code == 410


def test_from_yes_to_the_registration(app: Flask, client: Client) -> None:
    place = inviting()
    embassy = place.source(SourceKind.EMBASSY, "Đại sứ quán mẫu")
    row = place.invitee(embassy, country="DE", groups=("CER",), passport_name="Mihon Hanako")
    invite(row, by=SYSTEM)
    token = place.token_of(row)
    yes = client.submit(f"/rsvp/{token}/accept")
    assert yes.headers["Location"].endswith(f"/rsvp/{token}/register")
    assert again(row).state is S.ACCEPTED
    form = client.get(yes.headers["Location"]).text
    assert row.company.name in form
    assert "Mihon Hanako" in form
    typed = {
        **place.place.form(company_name=row.company.name, country="DE", native_name=row.person.native_name),
        "email": "somebody@else.example", "stays_from": str(place.fair.starts_on), "stays_to": str(place.fair.ends_on),
        "past_customers": "Sample Supplier", "support_wanted": "both", "home_airport": "fra", "meeting_wishes": "Bát Tràng",
    }  # fmt: skip
    bad = client.submit(f"/rsvp/{token}/register", {**typed, "home_airport": "12", "support_wanted": "all"})
    assert bad.status_code == 422
    done = client.submit(f"/rsvp/{token}/register", typed)
    assert "/i/" in done.headers["Location"]
    importer = db.session.scalars(select(Importer)).one()
    assert importer.state is ImporterState.SUBMITTED
    assert importer.person_id == row.person_id
    assert importer.person.email == row.person.email  # the address of the mail, whatever was sent along
    assert (importer.source, importer.invited_by) == ("invitation", "Đại sứ quán mẫu")
    assert (importer.support_wanted, importer.home_airport) == ("both", "FRA")
    assert again(row).state is S.REGISTERED
    assert again(row).importer_id == importer.id
    assert "Đại sứ quán mẫu" in client.get(done.headers["Location"]).text  # the card of the own page
    client.submit(f"/rsvp/{token}/register", typed)
    assert db.session.scalar(select(func.count()).select_from(Importer)) == 1


def test_who_registers_alone_is_known_as_invited(app: Flask) -> None:
    place = inviting()
    row = place.invitee(place.source(SourceKind.PARTNER, "Hiệp hội mẫu"))
    register_online(place.fair, place.place.registration(email=row.person.email))
    importer = db.session.scalars(select(Importer)).one()
    assert again(row).state is S.NEW  # nobody confirmed the address yet
    confirm_email(importer)
    assert again(row).state is S.REGISTERED
    assert db.session.get_one(Importer, importer.id).invited_by == "Hiệp hội mẫu"


def test_no_with_a_reason_and_yes_after_all(app: Flask, client: Client) -> None:
    place = inviting()
    row, token = place.invited()
    assert client.submit(f"/rsvp/{token}/decline", {"kind": "bored"}).status_code == 422
    assert client.submit(f"/rsvp/{token}/decline", {}).status_code == 422
    client.submit(f"/rsvp/{token}/decline", {"kind": "dates", "reason": "Canton"})
    assert (again(row).state, again(row).decline_kind, again(row).decline_reason) == (S.DECLINED, "dates", "Canton")
    client.submit(f"/rsvp/{token}/accept")
    assert (again(row).state, again(row).decline_kind) == (S.ACCEPTED, "")


def test_a_chain_of_colleagues(app: Flask, client: Client) -> None:
    place = inviting()
    row, token = place.invited()
    own = client.submit(f"/rsvp/{token}/delegate", {"instead-name": "Anna", "instead-email": row.person.email})
    assert own.status_code == 422
    client.submit(f"/rsvp/{token}/delegate", {"instead-name": "Anna Muster", "instead-email": "anna@buyer.example"})
    assert again(row).state is S.DELEGATED
    second = db.session.scalars(select(Invitee).where(Invitee.delegated_from_id == row.id)).one()
    assert (second.state, second.company_id, second.source_id) == (S.INVITED, row.company_id, row.source_id)
    assert row.person.display_name in place.mails(second)[-1].body
    delegate(place.token_of(second), "Berta Muster", "berta@buyer.example")
    third = db.session.scalars(select(Invitee).where(Invitee.delegated_from_id == second.id)).one()
    accept(place.token_of(third))
    assert [again(one).state for one in (row, second, third)] == [S.DELEGATED, S.DELEGATED, S.ACCEPTED]


def test_as_many_colleagues_as_the_fair_allows(app: Flask) -> None:
    place = inviting()
    save_terms(place.fair, TermsDraft(60, 2, 5, False), by=SYSTEM)
    row, token = place.invited()
    accept(token)
    for n in range(2):
        bring_colleague(token, f"Kollege {'ab'[n]}", f"k{n}@buyer.example")
    with pytest.raises(TooManyDelegates):
        bring_colleague(token, "Kollege c", "k9@buyer.example")
    assert again(row).state is S.ACCEPTED
    # a colleague's own link does not begin to count anew
    other = db.session.scalars(select(Invitee).where(Invitee.delegated_from_id == row.id)).first()
    assert other is not None
    with pytest.raises(TooManyDelegates):
        bring_colleague(place.token_of(other), "Kollege d", "k8@buyer.example")


def test_stop_holds_for_all_fairs(app: Flask, client: Client) -> None:
    first, second = inviting(), Inviting(inviting().place)
    row, token = first.invited()
    elsewhere = second.invitee(email=row.person.email, name=row.person.native_name)
    client.submit(f"/rsvp/{token}/stop")
    client.submit(f"/rsvp/{token}/stop")
    assert [again(row).state, again(elsewhere).state] == [S.STOPPED, S.STOPPED]
    assert db.session.scalar(select(func.count()).select_from(MailStop)) == 1
    later = Inviting(inviting().place).invitee(email=row.person.email, name=row.person.native_name)
    assert later.state is S.STOPPED  # on every list to come as well


def test_stopped_ones_may_still_come(app: Flask) -> None:
    place = inviting()
    row, _token = place.invited()
    stop_writing(row, by=SYSTEM)
    Reception(place.fair).importer(email=row.person.email)
    assert again(row).state is S.REGISTERED


def test_a_decline_by_an_unknown_reason(app: Flask) -> None:
    _row, token = inviting().invited()
    with pytest.raises(InvalidInput):
        decline(token, "no such", "")


def test_days_for_answers_and_links_move_with_the_fair(app: Flask, client: Client, time_machine: Any) -> None:
    place = inviting()
    row = place.invitee()
    campaign = place.running(reply_by=place.fair.today + timedelta(days=3))
    send_portion(campaign.id)
    token = place.token_of(row)
    two_weeks = timedelta(days=14)
    move = replace(
        move_of(place.fair), starts_on=place.fair.starts_on + two_weeks, ends_on=place.fair.ends_on + two_weeks
    )
    _found, mark = preview_move(place.fair, move, by=SYSTEM)
    reschedule_fair(place.fair, move, seen=mark, reason="Bão", by=SYSTEM)
    db.session.expire_all()
    assert campaign.reply_by == place.fair.today + timedelta(days=17)
    assert again(row).reply_by == campaign.reply_by
    time_machine.move_to(now() + timedelta(days=10), tick=False)
    assert client.get(f"/rsvp/{token}").status_code == 200
