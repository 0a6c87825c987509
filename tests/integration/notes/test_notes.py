"""Notes and calls: who writes, corrects, deletes and sees them, and whom to call back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from time_machine import TimeMachineFixture

from fairs.accounts.models import User
from fairs.accounts.service import grant_role
from fairs.audit.models import AuditEntry
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.directory.service import PersonDraft, save_person
from fairs.notes.models import Note
from fairs.notes.queries import open_follow_ups, open_follow_ups_about
from fairs.notes.service import NoteDraft, add_note
from fairs.notes.states import NoteKind
from tests.factories.awaiting import items_of, reader
from tests.factories.exhibitors import Office, actor_of, new_office, new_user
from tests.factories.people import end_of, make_fair
from tests.support.client import Client, login


def colleague(office: Office, role: Role = Role.BOOTH_SALES) -> User:
    """Another person with a role at the fair."""
    user = new_user("Đồng nghiệp")
    grant_role(user, role, fair_id=office.fair.id, by=SYSTEM, ends_at=end_of(role))
    return user


def test_write_a_call_and_call_back(app: Flask, client: Client) -> None:
    office = new_office()
    company, sales = office.company(), office.staff(Role.BOOTH_SALES)
    day = office.fair.today + timedelta(days=3)
    login(client, sales)
    data = {
        "kind": "call",
        "direction": "in",
        "text": "Hỏi giá gian góc",
        "follow_up_on": day.isoformat(),
        "fair_id": str(office.fair.id),
    }
    assert client.submit(f"/directory/companies/{company.id}/notes", data).status_code == 303
    page = client.get(f"/directory/companies/{company.id}").get_data(as_text=True)
    assert page.count("Hỏi giá gian góc") >= 2 and "They called" in page
    [note] = open_follow_ups(author_id=sales.id)
    assert open_follow_ups(fair_id=office.fair.id) == [note] == list(open_follow_ups_about(company))
    assert open_follow_ups(fair_id=make_fair().id) == open_follow_ups(author_id=office.staff().id) == []
    mine = reader(office.fair, Role.BOOTH_SALES, user=sales.id)
    assert items_of(mine, note) == ["call-back"]
    assert items_of(reader(office.fair, Role.ADMIN), note) == []
    assert client.submit(f"/notes/{note.id}/done").status_code == 303
    assert items_of(mine, note) == []
    assert open_follow_ups(author_id=sales.id) == []
    assert db.session.get_one(Note, note.id).done_by_id == sales.id


def test_a_call_with_a_person_stands_on_the_company_too(app: Flask, client: Client) -> None:
    office = new_office()
    company = office.company()
    person = save_person(PersonDraft(native_name="Nguyễn Văn Mẫu", company_id=company.id), by=SYSTEM)
    add_note(person, NoteDraft(NoteKind.NOTE, "Muốn gian gần cửa"), by=actor_of(office.staff()))
    login(client, office.staff(Role.AUDITOR))
    for path in (f"companies/{company.id}", f"people/{person.id}"):
        assert "Muốn gian gần cửa" in client.get(f"/directory/{path}").get_data(as_text=True)


def test_author_team_mate_organiser_stranger(app: Flask, new_client: Any) -> None:
    office = new_office()
    company, author = office.company(), office.staff(Role.BOOTH_SALES)
    other_organiser = new_user()
    grant_role(other_organiser, Role.ORGANISER, fair_id=make_fair().id, by=SYSTEM)
    mate, organiser, auditor, stranger = colleague(office), office.staff(), office.staff(Role.AUDITOR), new_user()
    clients = {}
    for key, user in (
        ("author", author),
        ("mate", mate),
        ("organiser", organiser),
        ("auditor", auditor),
        ("stranger", stranger),
        ("elsewhere", other_organiser),
    ):
        clients[key] = new_client()
        login(clients[key], user)

    def write() -> Note:
        draft = NoteDraft(NoteKind.NOTE, "Ghi chú mẫu", fair_id=office.fair.id)
        return add_note(company, draft, by=actor_of(author))

    note = write()
    edit = {"kind": "note", "text": "Ghi chú đã sửa", "fair_id": str(office.fair.id)}
    assert {key: client.submit(f"/notes/{note.id}", edit).status_code for key, client in clients.items()} == {
        "author": 303, "mate": 403, "organiser": 403, "auditor": 403, "stranger": 403, "elsewhere": 403,
    }  # fmt: skip
    assert db.session.get_one(Note, note.id).text == "Ghi chú đã sửa"
    for key in ("mate", "auditor", "stranger", "elsewhere"):
        assert clients[key].submit(f"/notes/{note.id}/delete").status_code == 403, key
    assert clients["organiser"].submit(f"/notes/{note.id}/delete").status_code == 303
    assert clients["author"].submit(f"/notes/{write().id}/delete").status_code == 303
    assert db.session.scalars(select(Note)).all() == []
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "notes.delete")).all()
    assert [entry.actor_id for entry in entries] == [organiser.id, author.id]
    assert "Ghi chú" not in str([entry.before for entry in entries])
    assert clients["author"].get("/notes/999999").status_code == 404


def test_a_note_is_corrected_for_a_day(app: Flask, client: Client, time_machine: TimeMachineFixture) -> None:
    office = new_office()
    login(client, office.staff())
    note = add_note(office.company(), NoteDraft(NoteKind.NOTE, "Sớm"), by=actor_of(office.staff()))
    assert client.get(f"/notes/{note.id}").status_code == 200
    time_machine.move_to(now() + timedelta(days=1, minutes=1))
    login(client, office.staff())
    assert client.get(f"/notes/{note.id}").headers["Location"].startswith("/directory/companies/")
    assert client.submit(f"/notes/{note.id}", {"kind": "note", "text": "Muộn"}).status_code == 409
    assert db.session.get_one(Note, note.id).text == "Sớm"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"text": ""}, "text"), ({"text": "\u202e \x00"}, "text"), ({"text": "x" * 4001}, "text"), ({"kind": "shout"}, "kind"),
        ({"kind": "call", "direction": ""}, "direction"), ({"direction": "up"}, "direction"), ({"happened_on": "soon"}, "happened_on"),
        ({"happened_on": "2099-01-01"}, "happened_on"), ({"follow_up_on": "2001-01-01"}, "follow_up_on"), ({"fair_id": "x"}, "fair_id"),
        ({"fair_id": "99999"}, "fair_id"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(app: Flask, client: Client, data: dict[str, str], field: str) -> None:
    office = new_office()
    login(client, office.staff())
    typed = {"kind": "note", "text": "Giữ lại câu này", **data}
    answer = client.submit(f"/directory/companies/{office.company().id}/notes", typed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    if field != "text":
        assert "Giữ lại câu này" in answer.get_data(as_text=True)


def test_only_fairs_of_ones_own_can_be_named(app: Flask, client: Client) -> None:
    office, other = new_office(), make_fair()
    login(client, office.staff())
    data = {"kind": "note", "text": "Về hội chợ khác", "fair_id": str(other.id)}
    assert client.submit(f"/directory/companies/{office.company().id}/notes", data).status_code == 422
