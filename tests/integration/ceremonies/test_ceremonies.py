"""Delegations are invited, answer by link, are seated by rank, and greeted when they come in."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.badges.service import code_of
from fairs.badges.states import BadgeCategory
from fairs.calendar.states import FairState
from fairs.ceremonies.errors import CeremonyOver, NoSeat
from fairs.ceremonies.models import Ceremony, CeremonyInvitation, Delegation
from fairs.ceremonies.queries import arrivals, coming_members, delegation_of, seats_of
from fairs.ceremonies.seating import propose_seats, seat
from fairs.ceremonies.service import (
    CeremonyDraft,
    DelegationDraft,
    add_members,
    answer,
    invite,
    save_ceremony,
    save_delegation,
    tell_greeters,
)
from fairs.ceremonies.states import ReplyState
from fairs.checkin.rules import Direction
from fairs.checkin.service import GateDraft, ScanInput, check_in, create_gate
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import Conflict, InvalidInput, InvalidTransition
from fairs.core.permissions import Role
from tests.factories.importers import Reception, deliver, mails_to, reception
from tests.integration.calendar.test_cancelling import call_off
from tests.integration.calendar.test_rescheduling import by, move
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import sheet_rows


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception(days_ahead=0, state=FairState.RUNNING)


@pytest.fixture
def office(place: Reception, client: Client) -> Client:
    login(client, place.user(Role.ORGANISER))
    client.get("/language/en")
    return client


def ceremony(place: Reception, rows: int = 2, seats: int = 5) -> Ceremony:
    draft = CeremonyDraft("Lễ khai mạc", now() + timedelta(hours=3), place.fair.today, rows, seats, name_en="Opening")
    return save_ceremony(place.fair, draft, by=SYSTEM)


def delegation(place: Reception, name: str, people: int = 0, **values: Any) -> Delegation:
    row = save_delegation(place.fair, DelegationDraft(name, **values), by=SYSTEM)
    letters = "ABCDEFGHIJ"
    add_members(row, [f"{name} {letters[n]}" for n in range(people)], by=SYSTEM)
    return delegation_of(place.fair.id, row.id)


def coming(opening: Ceremony, row: Delegation, number: int) -> CeremonyInvitation:
    return answer(invite(opening, row, number, by=SYSTEM), ReplyState.ACCEPTED, coming=number, by=SYSTEM)


def test_invited_by_mail_answered_by_link(place: Reception, app: Flask, client: Client, smtp_server: Any) -> None:
    opening = ceremony(place)
    row = delegation(place, "Đại sứ quán Mẫu", country="JP", language="en", contact_email="embassy@mau.example")
    invite(opening, row, 3, by=SYSTEM)
    deliver(app, smtp_server)
    [mail] = smtp_server.sent_to("embassy@mau.example")
    [path] = re.findall(r"http://localhost(/ceremony/[\w-]+)", mail.get_body().get_content())
    page = client.get(path)
    assert "Opening" in page.text
    assert page.headers["Referrer-Policy"] == "strict-origin"
    found = db.session.scalars(select(CeremonyInvitation)).one()
    assert found.state is ReplyState.INVITED  # looking at it changes nothing
    for wrong in (
        {"reply": "accepted", "coming": "4"}, {"reply": "accepted", "coming": "1", "names": "A\nB"}, {"reply": "invited"},
        {"reply": "accepted", "coming": "2", "names": "12345"}, {"reply": ""}, {"reply": "accepted", "coming": "x"},
    ):  # fmt: skip
        answered = client.submit(path, wrong)
        assert answered.status_code == 422, wrong
    assert client.submit(path, {"reply": "later"}).status_code == 303
    said = {"reply": "accepted", "coming": "2", "names": "Tanaka Hanako\nSato Ken", "note": "Thank you"}
    assert client.submit(path, said).status_code == 303
    db.session.expire_all()
    assert (found.state, found.coming, found.note) == (ReplyState.ACCEPTED, 2, "Thank you")
    members = delegation_of(place.fair.id, row.id).members
    assert [(one.person.native_name, one.badge.category) for one in members if one.badge] == [
        ("Tanaka Hanako", BadgeCategory.VIP), ("Sato Ken", BadgeCategory.VIP),
    ]  # fmt: skip
    [_first, second] = mails_to("embassy@mau.example")
    assert second.kind == "ceremonies/accepted"
    assert client.submit(path, {"reply": "declined"}).status_code == 303
    db.session.expire_all()
    assert (found.state, found.coming) == (ReplyState.DECLINED, 0)
    assert client.get("/ceremony/unknown").status_code == 404


def test_answers_come_to_an_end(place: Reception, time_machine: Any) -> None:
    opening = ceremony(place)
    invitation = invite(opening, delegation(place, "Bộ Mẫu"), 2, by=SYSTEM)
    with pytest.raises(InvalidTransition):
        answer(coming(opening, delegation(place, "Sở Mẫu"), 1), ReplyState.LATER)
    time_machine.move_to(opening.starts_at + timedelta(minutes=1))
    with pytest.raises(CeremonyOver):
        answer(invitation, ReplyState.ACCEPTED, coming=1)


def test_seats_by_rank_with_delegations_together(place: Reception) -> None:
    opening = ceremony(place)
    minister = delegation(place, "Bộ", 2, rank=1)
    embassy = delegation(place, "Sứ quán", 2, rank=5)
    province = delegation(place, "Tỉnh", 3, rank=9)
    for row in (province, minister, embassy):
        coming(opening, row, len(row.members))
    assert [one.delegation.organisation for one in coming_members(opening.id)] == ["Bộ"] * 2 + ["Sứ quán"] * 2 + [
        "Tỉnh"
    ] * 3
    assert propose_seats(opening, by=SYSTEM) == 7
    given = [(one.row, one.number, one.member.delegation.organisation) for one in seats_of(opening.id)]
    assert given == [
        (1, 1, "Bộ"), (1, 2, "Bộ"), (1, 3, "Sứ quán"), (1, 4, "Sứ quán"), (2, 2, "Tỉnh"), (2, 3, "Tỉnh"), (2, 4, "Tỉnh"),
    ]  # fmt: skip
    first, last = minister.members[0], province.members[2]
    seat(opening, last.id, 1, 1, by=SYSTEM)  # they change places
    places = {one.member_id: (one.row, one.number) for one in seats_of(opening.id)}
    assert (places[last.id], places[first.id]) == ((1, 1), (2, 4))
    seat(opening, first.id, 0, 0, by=SYSTEM)
    assert first.id not in {one.member_id for one in seats_of(opening.id)}
    for row_, number in ((3, 1), (1, 6), (1, 0)):
        with pytest.raises(InvalidInput):
            seat(opening, first.id, row_, number, by=SYSTEM)
    draft = CeremonyDraft("Lễ khai mạc", opening.starts_at, opening.reply_by, 1, 5)
    with pytest.raises(Conflict):
        save_ceremony(place.fair, draft, by=SYSTEM, ceremony=opening)
    # Who says no gives the seats back; who comes with fewer gives back the rest.
    invitation = db.session.scalars(
        select(CeremonyInvitation).where(CeremonyInvitation.delegation_id == embassy.id)
    ).one()
    answer(invitation, ReplyState.ACCEPTED, coming=1, by=SYSTEM)
    assert len([one for one in seats_of(opening.id) if one.member.delegation_id == embassy.id]) == 1
    answer(invitation, ReplyState.DECLINED, by=SYSTEM)
    assert not [one for one in seats_of(opening.id) if one.member.delegation_id == embassy.id]
    coming(opening, delegation(place, "Đông", 9, rank=50), 9)
    with pytest.raises(NoSeat):
        propose_seats(opening, by=SYSTEM)


def test_the_greeter_is_alerted_at_the_scan(place: Reception, office: Client, new_client: Any) -> None:
    greeter = place.user(Role.HOSPITALITY)
    row = delegation(place, "Sứ quán", 2, rank=2, country="JP", greeter_id=greeter.id, needs_interpreter=True)
    other = delegation(place, "Tỉnh", 1)
    gate = create_gate(place.fair, "A", GateDraft("Cổng A", "Gate A", "in", True), by=SYSTEM)
    phone = new_client()
    login(phone, greeter)
    phone.get("/language/en")
    path = f"{place.staff}/ceremonies/greeting"
    assert "Nobody of the delegations" in phone.get(path).text
    for n, member in enumerate((row.members[0], other.members[0], row.members[0])):
        assert member.badge is not None
        check_in(
            place.fair, gate, [ScanInput(f"s{n}", code_of(member.badge), now() - timedelta(minutes=3 - n), Direction.IN)], by=SYSTEM
        )  # fmt: skip
    assert [one.member.id for one in arrivals(place.fair)] == [other.members[0].id, row.members[0].id]
    text = phone.get(f"{path}?whose=mine").text
    assert "Sứ quán A" in text
    assert "Gate A" in text
    assert "interpreter" in text
    assert "Tỉnh A" not in text
    [mark] = re.findall(r"mark=([\d.]+)", text)
    asked = {"HX-Request": "true"}
    assert phone.get(f"{path}?whose=mine&mark={mark}", headers=asked).status_code == 204
    assert tell_greeters(place.fair) == 1
    assert tell_greeters(place.fair) == 0
    assert [mail.kind for mail in mails_to(db.session.get_one(User, greeter.id).email)] == ["ceremonies/arrived"]
    assert phone.submit(f"{path}/{row.id}/{row.members[0].id}", {}).status_code == 303
    assert phone.submit(f"{path}/{other.id}/{row.members[0].id}", {}).status_code == 404
    assert phone.get(f"{path}?whose=mine&mark={mark}", headers=asked).status_code == 200
    opening = ceremony(place)
    coming(opening, delegation_of(place.fair.id, row.id), 2)
    with counted_queries() as few:
        assert office.get(f"{place.staff}/ceremonies/{opening.id}").status_code == 200
    for n in range(3):
        coming(opening, delegation(place, f"Đoàn {'abc'[n]}", 2), 2)
    with counted_queries() as many:
        assert "Đoàn c" in office.get(f"{place.staff}/ceremonies/{opening.id}").text
    assert len(many) == len(few)
    assert office.get(f"{place.staff}/ceremonies/{opening.id}?format=xlsx").status_code == 200


def test_pages_from_plan_to_paper(place: Reception, office: Client, new_client: Any) -> None:
    base = f"{place.staff}/ceremonies"
    assert "No ceremony yet" in office.get(base).text
    day = place.fair.ends_on.isoformat()
    typed = {
        "name_vi": "Lễ bế mạc", "name_en": "Closing", "day": day, "hour": "16:00", "reply_by": day, "rows": "3",
        "seats_per_row": "8", "place_vi": "Hội trường", "place_en": "Hall",
    }  # fmt: skip
    for wrong in (
        {"rows": "0"},
        {"rows": "100", "seats_per_row": "60"},
        {"hour": "25:00"},
        {"name_vi": ""},
        {"reply_by": "2099-01-01"},
    ):
        assert office.submit(f"{base}/new", {**typed, **wrong}).status_code == 422, wrong
    assert office.submit(f"{base}/new", typed).status_code == 303
    opening = db.session.scalars(select(Ceremony)).one()
    who = {
        "organisation": "UBND tỉnh Mẫu",
        "country": "VN",
        "rank": "3",
        "category": "vip",
        "language": "vi",
        "greeter_id": "",
    }
    for wrong in (
        {"rank": "0"},
        {"category": "trade"},
        {"contact_email": "x"},
        {"arrives_at": "09:00"},
        {"greeter_id": "9999"},
        {"country": "??"},
    ):
        assert office.submit(f"{base}/delegations/new", {**who, **wrong}).status_code == 422, wrong
    assert office.submit(f"{base}/delegations/new", who).status_code == 303
    assert office.submit(f"{base}/delegations/new", {**who, "organisation": "ubnd TỈNH mẫu"}).status_code == 422
    row = db.session.scalars(select(Delegation)).one()
    assert office.submit(f"{base}/delegations/{row.id}/members", {"names": "Ông Mẫu\n123"}).status_code == 422
    assert office.submit(f"{base}/delegations/{row.id}/members", {"names": "Ông Mẫu\nBà Mẫu"}).status_code == 303
    assert office.submit(f"{base}/delegations/{row.id}/edit", {**who, "rank": "2"}).status_code == 303
    assert office.submit(f"{base}/{opening.id}/invite", {"delegation": "x", "places": "2"}).status_code == 422
    sent = office.submit(f"{base}/{opening.id}/invite", {"delegation": str(row.id), "places": "2"})
    assert sent.status_code == 303, sent.text[sent.text.find("error-summary") :][:600]
    assert (
        office.submit(f"{base}/{opening.id}/answers/{row.id}", {"reply": "accepted", "coming": "3"}).status_code == 422
    )
    assert (
        office.submit(f"{base}/{opening.id}/answers/{row.id}", {"reply": "accepted", "coming": "2"}).status_code == 303
    )
    assert office.get(f"{base}/{opening.id}/seats.pdf").status_code == 404
    assert office.submit(f"{base}/{opening.id}/seats/propose", {}).status_code == 303
    for paper in ("seats", "cards"):
        assert office.get(f"{base}/{opening.id}/{paper}.pdf").data.startswith(b"%PDF-")
    member = delegation_of(place.fair.id, row.id).members[0]
    assert (
        office.submit(f"{base}/{opening.id}/seats", {"member": str(member.id), "row": "9", "number": "1"}).status_code
        == 422
    )
    assert (
        office.submit(f"{base}/{opening.id}/seats", {"member": str(member.id), "row": "3", "number": "1"}).status_code
        == 303
    )
    assert "Ông Mẫu" in office.get(f"{base}/{opening.id}/seats").text
    assert office.submit(f"{base}/delegations/{row.id}/members/{member.id}/remove", {}).status_code == 303
    assert office.submit(f"{base}/{opening.id}/seats/propose", {"do": "clear"}).status_code == 303
    for page in ("", f"/{opening.id}", f"/{opening.id}/edit", f"/delegations/{row.id}", f"/delegations/{row.id}/edit"):
        assert office.get(base + page).status_code == 200
    elsewhere = reception()
    assert office.get(f"{elsewhere.staff}/ceremonies/{opening.id}").status_code in {403, 404}
    stranger = new_client()
    login(stranger, place.user(Role.DEALS))
    assert stranger.get(base).status_code == 403


def test_the_list_of_delegations_filters_sorts_and_exports(place: Reception, office: Client) -> None:
    path = f"{place.staff}/ceremonies"

    def names(query: str) -> list[str]:
        return re.findall(r"<bdi>(Bộ Mẫu|Tỉnh A|Đại sứ quán)</bdi></a>", office.get(f"{path}?{query}").text)

    delegation(place, "Tỉnh A", 1, rank=30)
    with counted_queries() as few:
        assert names("") == ["Tỉnh A"]
    delegation(place, "Đại sứ quán", 2, rank=10, country="JP", arrives_at=now())
    delegation(place, "Bộ Mẫu", rank=20, greeter_id=place.user(Role.HOSPITALITY).id)
    with counted_queries() as many:
        assert names("") == ["Đại sứ quán", "Bộ Mẫu", "Tỉnh A"]
    assert len(many) == len(few)
    assert names("sort=-rank") == ["Tỉnh A", "Bộ Mẫu", "Đại sứ quán"]
    assert names("sort=arrives")[0] == "Đại sứ quán"
    assert names("country=JP") == ["Đại sứ quán"]
    assert names("lacks=people") == ["Bộ Mẫu"]
    assert names("lacks=greeter&q=tinh") == ["Tỉnh A"]
    assert names("q=dai su quan b") == ["Đại sứ quán"], "by somebody who comes with them"
    [_heads, *rows] = sheet_rows(office.get(f"{path}?sort=name&format=xlsx").data)
    assert [row[1] for row in rows] == ["Bộ Mẫu", "Đại sứ quán", "Tỉnh A"]
    assert "Đại sứ quán A, Đại sứ quán B" in rows[1]


def test_a_delegation_from_japan_is_invited_and_answers_in_japanese(place: Reception, new_client: Any) -> None:
    invite(
        ceremony(place),
        delegation(place, "見本大使館", country="JP", language="ja", contact_email="embassy@mihon.example"),
        2,
        by=SYSTEM,
    )
    [mail] = mails_to("embassy@mihon.example")
    assert mail.locale == "ja"
    assert mail.subject == "ご招待：Opening"
    [path] = re.findall(r"http://localhost(/ceremony/[\w-]+)", mail.body)
    guest = new_client()
    assert "主催者より見本大使館様を謹んでご招待申し上げます。" in guest.get(path).text
    assert (
        "お名前の数が出席人数を超えています"
        in guest.submit(path, {"reply": "accepted", "coming": "1", "names": "田中\n佐藤"}).text
    )
    assert guest.submit(path, {"reply": "accepted", "coming": "1", "names": "田中 花子"}).status_code == 303
    [_invited, mail] = mails_to("embassy@mihon.example")
    assert mail.subject == "ご出席をお待ちしております：Opening"


def test_ceremonies_move_with_the_fair_and_end_with_it(client: Client) -> None:
    place = reception(days_ahead=40)
    fair = place.fair
    draft = CeremonyDraft("Lễ khai mạc", fair.at(fair.starts_on, time(9)), fair.starts_on - timedelta(days=3), 2, 5)
    opening = save_ceremony(fair, draft, by=SYSTEM)
    comes = delegation(place, "Đại sứ quán A", 2, contact_email="a@embassy.example", language="en")
    declines = delegation(place, "Đại sứ quán B", contact_email="b@embassy.example")
    invitation = coming(opening, comes, 2)
    answer(invite(opening, declines, 2, by=SYSTEM), ReplyState.DECLINED, by=SYSTEM)
    seat(opening, comes.members[0].id, 1, 1, by=SYSTEM)
    letters = len(mails_to("a@embassy.example")), len(mails_to("b@embassy.example"))

    move(fair, by(fair, 14))

    assert opening.starts_at == draft.starts_at + timedelta(days=14)
    assert invitation.reply_by == opening.reply_by == draft.reply_by + timedelta(days=14)
    assert invitation.state is ReplyState.ACCEPTED and len(seats_of(opening.id)) == 1
    assert len(mails_to("a@embassy.example")) == letters[0] + 1
    assert len(mails_to("b@embassy.example")) == letters[1]  # they do not come, on no day
    path = re.findall(r"http://localhost(/ceremony/[\w-]+)", mails_to("a@embassy.example")[-1].body)[0]
    assert b"We cannot come" in client.get(path).data

    call_off(fair)

    assert "/ceremony/" in mails_to("a@embassy.example")[-1].body
    page = client.get(path)
    assert page.status_code == 200 and b"We cannot come" not in page.data
    with pytest.raises(CeremonyOver):
        answer(invitation, ReplyState.DECLINED)


def test_a_later_day_for_answers_is_every_invitations(place: Reception) -> None:
    opening = ceremony(place)
    invitation = invite(opening, delegation(place, "Bộ Công Thương"), 2, by=SYSTEM)
    tomorrow = place.fair.today + timedelta(days=1)
    later = CeremonyDraft("Lễ khai mạc", now() + timedelta(days=2), tomorrow, 2, 5)
    save_ceremony(place.fair, later, by=SYSTEM, ceremony=opening)
    assert invitation.reply_by == tomorrow
