"""Requests of people about their data: copy, correction, erasure, consents; who may ask, who may answer."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import JSON, String, select

from fairs.audit.models import AuditEntry
from fairs.badges.states import BadgeState
from fairs.core import crypto
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now, today
from fairs.core.db import db, transaction
from fairs.core.errors import SamePerson
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.directory.filings import file_on_behalf
from fairs.directory.models import Consent, Person
from fairs.hosting.models import Hosting
from fairs.hosting.states import HostingState
from fairs.identity.models import DocumentReading
from fairs.identity.service import PassportDraft, save_passport
from fairs.importers.models import Importer
from fairs.importers.queries import badge_of, consents_of
from fairs.importers.service import approve_importer, link_for, withdraw_importer, working_days_after
from fairs.importers.states import ImporterState
from fairs.invitations.models import MailStop
from fairs.invitations.service import InviteeDraft, add_invitees, stop_writing
from fairs.invitations.states import InviteeState
from fairs.messages.models import OutboxMessage
from fairs.notes.service import NoteDraft, add_note
from fairs.notes.states import NoteKind
from fairs.operations.rotation import rotate_keys
from fairs.privacy.erasure import forget_farewells
from fairs.privacy.errors import StillOpen
from fairs.privacy.holdings import HOLDINGS, columns_to_classify
from fairs.privacy.models import PrivacyRequest
from fairs.privacy.service import (
    carry_out_erasure,
    copy_of,
    propose_erasure,
    receive_request,
    remove_old_copies,
    send_back,
)
from fairs.privacy.states import Channel, RequestKind, RequestState
from tests.factories.guests import granted_guest
from tests.factories.importers import Reception, mails_to, reception
from tests.factories.invitations import Inviting, inviting
from tests.support.client import Client, login
from tests.support.jobs import run_jobs
from tests.support.queries import counted_queries

NAME, LATIN, MAIL, PHONE, NUMBER = (
    "見本 桜子",
    "Zauberhaft Sakurako",
    "sakurako@kesu.example",
    "+819011112222",
    "TR7654321",
)
PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception()


def guest(place: Reception) -> Importer:
    """A Japanese importer about whom there is something everywhere."""
    importer = place.importer(
        native_name=NAME, passport_name=LATIN, email=MAIL, phone=PHONE, looking_for=f"Ask {LATIN}", locale="ja",
        consents=("registration", "sharing"),
    )  # fmt: skip
    approve_importer(importer, by=SYSTEM)
    by = Actor(place.user(Role.ORGANISER).id, "Lê Thị Mẫu")
    save_passport(importer.person, PassportDraft(number=NUMBER, nationality="JP", scan=Upload("p.pdf", PDF)), by=by)
    add_note(importer.person, NoteDraft(NoteKind.NOTE, f"{NAME} called"), by=by)
    file_on_behalf(
        importer, fair_id=place.fair.id, source="paper", by=by, note=f"from {LATIN}", scan=Upload("s.pdf", PDF)
    )
    return importer


def page_of(importer: Importer) -> str:
    with transaction():
        return f"/i/{link_for(importer)}"


def the_request() -> PrivacyRequest:
    return db.session.scalars(select(PrivacyRequest).order_by(PrivacyRequest.id.desc())).first()  # type: ignore[return-value]


def written(text: str) -> dict[str, int]:
    """In how many rows of each table a text stands, in whatever column."""
    found: dict[str, int] = {}
    for table in db.metadata.sorted_tables:
        columns = [c for c in table.c if isinstance(c.type, String | JSON)]
        rows = db.session.execute(select(*columns)).all() if columns else []
        hits = sum(any(text in json.dumps(value, ensure_ascii=False) for value in row if value) for row in rows)
        if hits:
            found[table.name] = hits
    return found


def test_every_record_of_a_person_is_classified(app: Flask) -> None:
    known = {(holding.table, holding.column) for holding in HOLDINGS}
    assert columns_to_classify() - known == set()
    assert known - columns_to_classify() == set()
    for holding in HOLDINGS:
        assert {*holding.blank, *holding.files, *holding.hidden} <= set(holding.rows.c.keys()), holding.table


def test_a_copy_from_the_own_page(place: Reception, app: Flask, client: Client, new_client: Any) -> None:
    importer = guest(place)
    page = page_of(importer)
    text = client.get(page).text
    assert "個人データと同意" in text
    assert client.submit(f"{page}/requests", {"kind": "export"}).status_code == 303
    assert client.submit(f"{page}/requests", {"kind": "export"}).status_code == 303  # pressed twice
    assert the_request().state is RequestState.PREPARING
    assert db.session.query(PrivacyRequest).count() == 1
    run_jobs(app)
    row = the_request()
    assert (row.state, row.due_on) == (RequestState.DONE, working_days_after(place.fair.today, 2))
    [mail] = [mail for mail in mails_to(MAIL) if mail.kind == "privacy/copy"]
    assert mail.subject.startswith("個人データの写し")
    link = re.search(r"http://localhost(/my-data/\S+)", mail.body)
    assert link is not None
    assert link[1] not in client.get(page).text  # the own page may have been shown to others
    stranger = new_client()
    assert "ダウンロード" in stranger.get(link[1], headers={"Accept-Language": "ja"}).text
    answer = stranger.submit(link[1])
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    data = json.loads(archive.read("data.json"))
    assert data["person"][0]["native_name"] == NAME
    assert data["travel_documents"][0]["number"] == NUMBER
    assert data["notes"][0]["text"] == f"{NAME} called"
    assert {row["kind"]: row["given"] for row in data["consents"]}["sharing"] is True
    assert "password" not in json.dumps(data)
    html = archive.read("data.html").decode()
    assert NAME in html
    assert "<script" not in html
    assert sorted(name for name in archive.namelist() if name.startswith("files/")) == [
        "files/01-passport.pdf",
        "files/02-s.pdf",
    ]
    assert archive.read("files/01-passport.pdf") == PDF
    assert {reading.purpose for reading in db.session.scalars(select(DocumentReading))} == {
        "Copy of the person's own data"
    }
    stored = the_request().file
    assert stored is not None
    assert NAME.encode() not in stored.read()  # sealed where it lies
    with time_machine.travel(now() + timedelta(days=8), tick=False):
        assert stranger.get(link[1]).status_code == 410
        assert remove_old_copies() == 1
    assert the_request().file_id is None


def test_a_new_key_seals_waiting_copies_anew_and_a_long_text_stays(
    place: Reception, app: Flask, client: Client
) -> None:
    page = page_of(guest(place))
    long = client.submit(f"{page}/requests", {"kind": "correction", "text": "Tên sai " * 600})
    assert long.status_code == 422 and "Tên sai Tên sai" in long.text
    client.submit(f"{page}/requests", {"kind": "export"})
    run_jobs(app)
    old = app.extensions["fairs_config"].secret("field_key")
    try:
        crypto.configure(f"another key,{old}")
        rotate_keys()
        crypto.configure("another key")
        db.session.expire_all()
        assert copy_of(the_request(), by=SYSTEM)[:2] == b"PK"
    finally:
        crypto.configure(old)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("requests", {}), ("requests", {"kind": "everything"}), ("requests", {"kind": "withdrawal"}), ("requests", {"kind": "correction"}),
        ("requests", {"kind": "correction", "text": " \u200b "}), ("requests", {"kind": "erasure", "text": "x" * 4001}),
        ("consents", {}), ("consents", {"kind": "sharing"}), ("consents", {"kind": "x", "given": "yes"}),
        ("consents", {"kind": "registration", "given": "yes"}), ("consents", {"kind": "sharing", "given": "maybe"}),
    ],
)  # fmt: skip
def test_nonsense_is_refused(place: Reception, client: Client, path: str, data: dict[str, str]) -> None:
    page = page_of(place.importer())
    assert client.submit(f"{page}/{path}", data).status_code == 422
    assert db.session.query(PrivacyRequest).count() == 0


def test_links_open_ones_own_only(place: Reception, client: Client) -> None:
    mine, other = place.importer(), place.importer()
    assert (
        client.submit(f"{page_of(mine)}/requests", {"kind": "erasure", "text": "<script>alert(1)</script>"}).status_code
        == 303
    )
    request_id = the_request().id
    assert client.submit(f"{page_of(other)}/requests/{request_id}/take-back").status_code == 404
    assert client.submit(f"{page_of(other)}/requests/999999/take-back").status_code == 404
    assert client.submit("/i/nonsense-nonsense-nonsense/requests", {"kind": "erasure"}).status_code == 404
    assert client.get("/my-data/nonsense-nonsense-nonsense").status_code == 404
    assert client.submit(f"{page_of(mine)}/requests/{request_id}/take-back").status_code == 303
    assert the_request().state is RequestState.TAKEN_BACK


def test_consents_with_text_version_and_history(place: Reception, client: Client) -> None:
    importer = guest(place)
    page = page_of(importer)
    assert client.submit(f"{page}/consents", {"kind": "sharing", "given": "no"}).status_code == 303
    assert consents_of(importer)["sharing"] is False
    assert client.submit(f"{page}/consents", {"kind": "photos", "given": "yes"}).status_code == 303
    assert consents_of(importer)["photos"] is True
    said = db.session.scalars(
        select(Consent).where(Consent.person_id == importer.person_id, Consent.kind == "sharing")
    ).all()
    assert [(one.given, one.text_version) for one in said] == [(True, "2026-1"), (False, "2026-1")]
    text = client.get(page).text
    assert "出展者が準備のために" in text  # the words themselves
    assert text.count("2026-1") >= 2
    # Without the first consent the registration ends; staff do it within fifteen days.
    assert client.submit(f"{page}/consents", {"kind": "registration", "given": "no"}).status_code == 303
    row = the_request()
    assert (row.kind, row.due_on) == (RequestKind.WITHDRAWAL, place.fair.today + timedelta(days=15))
    login(client, place.user(Role.ORGANISER))
    assert client.submit(f"/data-requests/{row.id}/answer", {"answer": "対応しました"}).status_code == 303
    assert db.session.get_one(Importer, importer.id).state is ImporterState.WITHDRAWN
    assert consents_of(importer)["registration"] is False
    assert [mail.kind for mail in mails_to(MAIL)][-1] == "privacy/answered"


def erasure(place: Reception, importer: Importer) -> PrivacyRequest:
    return receive_request(
        importer.person, place.fair, RequestKind.ERASURE, channel=Channel.OWN_PAGE, text=f"{NAME} please", by=SYSTEM
    )  # fmt: skip


def test_an_erasure_needs_nothing_open_and_two_people(place: Reception) -> None:
    hosting = granted_guest(place)
    importer = hosting.importer
    row = erasure(place, importer)
    first, second = (Actor(place.user(Role.ORGANISER).id, name) for name in ("A", "B"))
    with pytest.raises(StillOpen):
        propose_erasure(row, by=first)
    withdraw_importer(importer, by=SYSTEM)
    with transaction():
        kept = db.session.get_one(Hosting, hosting.id)
        if kept.state is HostingState.GRANTED:
            kept.move_to(HostingState.WITHDRAWN)
    propose_erasure(row, by=first)
    with pytest.raises(SamePerson):
        carry_out_erasure(row, by=first)
    assert send_back(row, by=second).state is RequestState.RECEIVED
    propose_erasure(row, by=second)
    assert carry_out_erasure(row, by=first).state is RequestState.DONE


def test_who_wanted_no_more_mail_gets_none_after_the_erasure_either(place: Reception, app: Flask) -> None:
    importer = guest(place)
    row = erasure(place, importer)
    with transaction():
        [invited] = add_invitees(
            place.fair, [InviteeDraft(importer.person, importer.company)], source=Inviting(place).source(), by=SYSTEM
        )
    stop_writing(invited, by=SYSTEM)
    withdraw_importer(importer, by=SYSTEM)
    propose_erasure(row, by=Actor(place.user(Role.ORGANISER).id, "A"))
    assert carry_out_erasure(row, by=Actor(place.user(Role.ORGANISER).id, "B")).state is RequestState.DONE
    assert db.session.scalars(select(MailStop.email)).one() != MAIL
    assert Inviting(inviting().place).invitee(email=MAIL, name="Somebody New").state is InviteeState.STOPPED


def test_after_an_erasure_nothing_says_who_it_was(place: Reception, app: Flask, client: Client) -> None:
    importer = guest(place)
    page, person_id, badge = page_of(importer), importer.person_id, badge_of(importer)
    row = erasure(place, importer)
    assert written(LATIN)
    assert written(MAIL)
    withdraw_importer(importer, by=SYSTEM)
    with transaction():  # the history of before kept a name in its values
        db.session.add(
            AuditEntry(actor_label=NAME, action="directory.change_person", subject_type="Person", subject_id=person_id,
                       before={"name": [NAME]}, after={"name": f"Dr {LATIN}", "email": MAIL, "count": 3})
        )  # fmt: skip
    propose_erasure(row, by=Actor(place.user(Role.ORGANISER).id, "A"))
    done = carry_out_erasure(row, by=Actor(place.user(Role.ORGANISER).id, "B"))
    assert done.result is not None
    assert done.result["traces"] == {}
    assert done.result["rows"]["importers"] == 1
    with transaction():
        assert forget_farewells() == 0  # the last mail has not gone out yet
    assert mails_to(MAIL)[-1].kind == "privacy/erased"
    with transaction():
        db.session.execute(
            OutboxMessage.__table__.update().where(OutboxMessage.recipient == MAIL).values(state="kept")  # type: ignore[attr-defined]
        )
        assert forget_farewells() == 1
    db.session.expire_all()
    for text in (NAME, LATIN, MAIL, PHONE, NUMBER, "sakurako"):
        assert written(text) == {}, text
    person = db.session.get_one(Person, person_id)
    assert (person.native_name, person.email, person.country) == (f"#{person_id}", "", "JP")
    kept = db.session.get_one(Importer, importer.id)
    assert kept.company.name  # the company's visit counts
    assert badge is not None
    assert badge.state is BadgeState.REVOKED
    [entry] = db.session.scalars(
        select(AuditEntry).where(
            AuditEntry.action == "directory.change_person",
            AuditEntry.subject_id == person_id,
            AuditEntry.actor_label == "[…]",
        )
    )
    assert entry.after == {"name": "Dr […]", "email": "[…]", "count": 3}
    assert client.get(page).status_code == 404
    login(client, place.user(Role.ORGANISER))
    for path in (
        f"/data-requests/{row.id}",
        f"{place.staff}/importers/{importer.reference}",
        f"/directory/people/{person_id}",
        "/data-requests?view=all",
    ):
        assert client.get(path, follow_redirects=True).status_code == 200, path
    assert (
        client.submit(
            f"/data-requests/new/{person_id}",
            {"kind": "export", "channel": "desk", "fair": place.fair.slug, "proof": "x"},
        ).status_code
        == 422
    )


def test_staff_write_down_and_answer(place: Reception, client: Client) -> None:
    importer = place.importer()
    path = f"/data-requests/new/{importer.person_id}"
    login(client, place.user(Role.ORGANISER))
    typed = {
        "kind": "correction",
        "channel": "phone",
        "fair": place.fair.slug,
        "text": "Wrong post",
        "proof": "Called back",
    }
    for field, value in (
        ("kind", "x"),
        ("channel", "own_page"),
        ("fair", "other"),
        ("proof", " "),
        ("proof", "x" * 401),
        ("text", ""),
    ):
        answer = client.submit(path, {**typed, field: value})
        assert answer.status_code == 422, field
        assert f'id="{field}-error"' in answer.text, field
    assert client.submit(path, typed).status_code == 303
    row = the_request()
    show = f"/data-requests/{row.id}"
    assert "Called back" in client.get(show).text
    assert client.submit(f"{show}/answer", {"answer": ""}).status_code == 422
    assert client.submit(f"{show}/refuse", {"reason": ""}).status_code == 422
    assert client.submit(f"{show}/propose").status_code == 404  # no erasure was asked for
    assert client.submit(f"{show}/copy").status_code == 404
    assert client.submit(f"{show}/refuse", {"reason": "The law on accounting"}).status_code == 303
    assert client.submit(f"{show}/answer", {"answer": "Done"}).status_code == 409
    assert "The law on accounting" in client.get(page_of(importer)).text
    assert client.get("/data-requests/999999").status_code == 404
    assert client.get("/data-requests/new/999999").status_code == 404
    assert client.get("/data-requests?view=nonsense&cursor=%00").status_code == 422
    assert client.get("/data-requests/register").status_code == 200


def test_who_may_answer(place: Reception, client: Client) -> None:
    row = erasure(place, place.importer())
    for role in (Role.FRONT_DESK, Role.HOSPITALITY, Role.VIEWER):
        login(client, place.user(role))
        assert client.get("/data-requests").status_code == 403
        assert client.get(f"/data-requests/{row.id}").status_code == 403
    elsewhere = reception()
    login(client, elsewhere.user(Role.ORGANISER))
    assert "native" not in client.get("/data-requests").text
    assert client.get(f"/data-requests/{row.id}").status_code == 404
    assert client.submit(f"/data-requests/{row.id}/refuse", {"reason": "x"}).status_code == 404
    assert client.get(f"/data-requests/new/{row.person_id}").status_code == 404


def test_the_list_asks_as_often_for_three_as_for_one(place: Reception, client: Client) -> None:
    login(client, place.user(Role.ORGANISER))
    erasure(place, place.importer())
    client.get("/data-requests")
    with counted_queries() as one:
        client.get("/data-requests")
    for _ in range(2):
        erasure(place, place.importer())
    with counted_queries() as three:
        assert client.get("/data-requests").text.count("/data-requests/") > 2
    assert len(three) == len(one)
    assert the_request().due_on > today("Asia/Ho_Chi_Minh") - timedelta(days=1)
