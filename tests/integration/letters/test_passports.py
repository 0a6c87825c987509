"""Passports: sealed, read by few and each time written down, rotated, removed; uploads judged by what they are."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from fairs.audit.models import AuditEntry
from fairs.claims.service import open_claim
from fairs.core import crypto, storage
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import today
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.core.storage import Upload
from fairs.hospitality.models import Flight
from fairs.hospitality.states import Direction
from fairs.identity.models import DocumentReading, TravelDocument
from fairs.identity.service import (
    PassportDraft,
    document_of,
    passport_digest,
    read_passport,
    read_passports,
    read_scan,
    remove_after,
    remove_due,
    save_passport,
)
from fairs.importers.models import Importer
from fairs.importers.service import link_for
from fairs.letters.errors import LetterRemoved
from fairs.letters.models import Letter
from fairs.letters.paper import letter_pdf
from fairs.letters.removal import let_go
from fairs.letters.service import unseal
from fairs.letters.states import LetterKind
from fairs.operations.rotation import rotate_keys
from tests.factories.guests import approved_importer
from tests.factories.importers import rows_of
from tests.factories.letters import NUMBER, Registry, registry
from tests.support.client import Client, login
from tests.support.queries import counted_queries

SCAN = b"%PDF-1.4\nscan of a passport\n%%EOF"


@pytest.fixture
def office(app: Flask) -> Registry:
    return registry()


@pytest.fixture
def own_keys(app: Flask) -> Iterator[None]:
    """Other keys than those of the installation, given back afterwards."""
    yield
    crypto.configure(app.extensions["fairs_config"].secret("field_key"))


def readings() -> list[tuple[str, str, str]]:
    rows = db.session.scalars(select(DocumentReading).order_by(DocumentReading.id)).all()
    return [(row.part, row.purpose, row.by_name) for row in rows]


def own_page(guest: Importer) -> str:
    with transaction():
        return f"/i/{link_for(guest)}"


def typed(**changes: Any) -> dict[str, Any]:
    values = {
        "name": "Mihon Hanako", "number": "tk 001-2345", "birth_date": "1980-03-02", "nationality": "JP",
        "expires_on": "2034-01-01", "sex": "F",
    }  # fmt: skip
    return {**values, **changes}


def post(
    client: Client, path: str, values: dict[str, Any], scan: bytes | None = None, name: str = "passport.pdf"
) -> Any:
    sent = {**values, **({"scan": (io.BytesIO(scan), name)} if scan is not None else {})}
    return client.submit(path, sent, content_type="multipart/form-data")


# --- entering ---------------------------------------------------------------------------------------------------------


def test_the_importer_types_it_and_never_sees_the_number_again(office: Registry, client: Client) -> None:
    guest = approved_importer(office.place)
    page = own_page(guest)
    assert f"{page}/passport" in client.get(page).text  # the card leads there
    assert post(client, f"{page}/passport", typed(), SCAN).status_code == 303
    passport = read_passport(guest.person, purpose="test", by=SYSTEM)
    assert passport is not None
    assert (passport.number, passport.birth_date, passport.nationality, passport.sex, passport.name) == (
        "TK0012345", date(1980, 3, 2), "JP", "F", "Mihon Hanako",
    )  # fmt: skip
    for path in (page, f"{page}/passport"):
        seen = client.get(path).text
        assert NUMBER not in seen and "1980" not in seen and NUMBER[-3:] in seen
    # What is left empty stays.
    assert post(client, f"{page}/passport", typed(number="", birth_date="", expires_on="2035-01-01")).status_code == 303
    passport = read_passport(guest.person, purpose="test", by=SYSTEM)
    assert passport is not None and (passport.number, passport.expires_on) == (NUMBER, date(2035, 1, 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", ""), ("number", "1"), ("number", "ĐẶNG12345"), ("number", "A" * 60), ("birth_date", "2999-01-01"),
        ("birth_date", "31/02/1980"), ("nationality", "XX"), ("expires_on", "2001-01-01"), ("name", "山田"),
        ("name", "Hanako 2"), ("sex", "?"),
    ],
)  # fmt: skip
def test_wrong_input_stands_at_its_field(office: Registry, client: Client, field: str, value: str) -> None:
    guest = approved_importer(office.place)
    answer = post(client, f"{own_page(guest)}/passport", typed(**{field: value}))
    assert answer.status_code == 422 and f'id="{field}-error"' in answer.text
    assert document_of(guest.person_id) is None


def png(width: int, height: int) -> bytes:
    """A PNG that says it is very large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("passport.png", png(60_000, 60_000)),
        ("passport.pdf", b"%PDF-1.4\n1 0 obj<</S /JavaScript /JS (app.alert(1))>>endobj\n%%EOF"),
        ("passport.pdf", b"%PDF-1.4\n1 0 obj<</S /Java#53cript>>endobj\n%%EOF"),
        ("passport.jpg", b"<html><script>alert(1)</script></html>"),
        ("passport.png", b"MZ\x90\x00" + b"\0" * 300),
        ("passport.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("passport.png", b""),
        ("passport.png", png(20, 20)[:60]),
    ],
)
def test_hostile_files_are_refused_by_what_they_are(
    office: Registry, client: Client, name: str, content: bytes
) -> None:
    guest = approved_importer(office.place)
    answer = post(client, f"{own_page(guest)}/passport", typed(), content, name)
    assert answer.status_code == 422 and 'id="scan-error"' in answer.text
    assert document_of(guest.person_id) is None


def test_only_approved_importers_have_the_page(office: Registry, client: Client) -> None:
    waiting = office.place.importer()
    assert client.get(f"{own_page(waiting)}/passport").status_code == 404
    assert client.get("/i/wrong/passport").status_code == 404


# --- reading ----------------------------------------------------------------------------------------------------------


def test_staff_read_it_by_a_button_and_the_log_says_who(office: Registry, client: Client) -> None:
    guest = office.guest()
    screen = f"{office.place.staff}/guests/{guest.reference}"
    user = office.place.user(Role.HOSPITALITY)
    login(client, user)
    save_passport(guest.person, PassportDraft(scan=Upload("passport.pdf", SCAN)), by=SYSTEM)
    before = readings()
    shown = client.get(screen).text
    assert NUMBER not in shown and NUMBER[-3:] in shown and readings() == before
    assert client.get(f"{screen}/passport/read").status_code == 405
    assert NUMBER in client.submit(f"{screen}/passport/read").text
    scan = client.submit(f"{screen}/passport/scan")
    assert scan.data == SCAN and "attachment" in scan.headers["Content-Disposition"]
    assert scan.headers["X-Content-Type-Options"] == "nosniff" and scan.headers["Cache-Control"] == "no-store"
    assert "sandbox" in scan.headers["Content-Security-Policy"]
    assert readings()[len(before) :] == [
        ("number", "guest's screen", user.name), ("scan", "guest's screen", user.name),
    ]  # fmt: skip
    assert user.name in client.get(screen).text
    for role in (Role.FINANCE, Role.AUDITOR, Role.LEADERSHIP):
        login(client, office.place.user(role))
        assert "panel-identity" not in client.get(screen).text
        assert client.submit(f"{screen}/passport/read").status_code == 403
        assert client.submit(f"{screen}/passport/scan").status_code == 403
    assert post(client, f"{screen}/passport", typed()).status_code == 403


def test_staff_enter_it_and_wrong_input_stays_in_the_panel(office: Registry, client: Client) -> None:
    guest = approved_importer(office.place)
    screen = f"{office.place.staff}/guests/{guest.reference}"
    login(client, office.place.user(Role.ORGANISER))
    wrong = post(client, f"{screen}/passport", typed(number="?"))
    assert wrong.status_code == 422 and 'id="identity-number-error"' in wrong.text
    assert post(client, f"{screen}/passport", typed()).status_code == 303
    assert client.submit(f"{screen}/passport/remove").status_code == 303
    document = document_of(guest.person_id)
    assert document is not None and not document.has_number and document.purged_at is not None


def test_reading_many_costs_the_same_and_writes_a_line_for_each(office: Registry) -> None:
    guests = [office.guest(number=f"EF{n:06d}") for n in range(3)]
    people = [one.person for one in [*guests, approved_importer(office.place)]]
    counts = []
    for many in (1, 4):
        with counted_queries() as statements:
            found = read_passports(people[:many], purpose="list", by=Actor(None, "Bình"))
        counts.append(len(statements))
    assert counts[0] == counts[1] and len(found) == 3
    assert [line for line in readings() if line[1] == "list"] == [("number", "list", "Bình")] * 4


def test_the_list_for_immigration(office: Registry, client: Client) -> None:
    guest, other = office.guest(), office.guest(number="GH0007777")
    fair = office.place.fair
    with transaction():
        for direction, day in ((Direction.ARRIVAL, fair.starts_on), (Direction.DEPARTURE, fair.ends_on)):
            at = fair.at(day, fair.opens_at)
            db.session.add(Flight(
                fair_id=fair.id, importer_id=guest.id, direction=direction, number="VN311", from_airport="NRT",
                to_airport="DAD" if direction is Direction.ARRIVAL else "NRT", departs_at=at, arrives_at=at,
            ))  # fmt: skip
    letter = office.letter(guest)
    office.letter(other)
    login(client, office.place.user(Role.HOSPITALITY))
    url = f"{office.place.staff}/letters/group-list"
    form = {"who": "visa", "gate": "Nội Bài", "purpose": "Tham dự hội chợ", "unit": "Sở Công Thương Hà Nội"}
    before = len(readings())
    got = client.submit(url, form)
    rows = rows_of(got.data)
    assert len(readings()) == before + 2
    mine = next(row for row in rows if row["Số hộ chiếu"] == NUMBER)
    assert mine["Họ và tên (như trong hộ chiếu)"] == letter.name.upper()
    assert mine["Cửa khẩu nhập cảnh"] == "Cửa khẩu Cảng hàng không quốc tế Đà Nẵng"
    assert mine["Đơn vị mời, bảo lãnh"] == "Sở Công Thương Hà Nội" and mine["Số thư mời"] == letter.number
    assert next(row for row in rows if row["Số hộ chiếu"] != NUMBER)["Cửa khẩu nhập cảnh"] == "Nội Bài"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "letters.group_list")).one()
    assert entry.after == {"who": "visa", "guests": 2, "passports": 2}
    assert client.submit(url, {**form, "who": "granted"}).status_code == 422
    assert client.submit(url, {**form, "who": "x", "gate": ""}).status_code == 422
    login(client, office.place.user(Role.AUDITOR))
    assert client.get(url).status_code == 403


# --- keeping and removing ---------------------------------------------------------------------------------------------


def test_a_new_key_seals_passports_scans_and_letters_anew(office: Registry, own_keys: None) -> None:
    crypto.configure("the old key")
    guest = office.guest()
    save_passport(guest.person, PassportDraft(scan=Upload("passport.pdf", SCAN)), by=SYSTEM)
    letter = office.letter(guest)
    crypto.configure("the new key, the old key")
    assert rotate_keys() >= 2
    crypto.configure("the new key")
    db.session.expire_all()
    document = db.session.scalars(select(TravelDocument)).one()
    passport = read_passport(guest.person, purpose="test", by=SYSTEM)
    assert passport is not None and (passport.number, passport.birth_date) == (NUMBER, date(1980, 3, 2))
    assert document.number_digest == passport_digest(NUMBER)
    assert read_scan(document, purpose="test", by=SYSTEM) == (SCAN, "application/pdf")
    assert unseal(letter).number == NUMBER


def test_what_is_kept_is_sealed(office: Registry) -> None:
    guest = office.guest()
    save_passport(guest.person, PassportDraft(scan=Upload("passport.pdf", SCAN)), by=SYSTEM)
    office.letter(guest)
    for table in ("travel_documents", "letters", "document_readings", "audit_entries", "outbox_messages", "people"):
        for row in db.session.execute(text(f"SELECT * FROM {table}")):
            assert NUMBER not in str(row) and "1980-03-02" not in str(row)
    document = db.session.scalars(select(TravelDocument)).one()
    assert document.scan is not None and SCAN not in document.scan.read()
    for key in storage.stored_keys():
        with storage.open_key(key) as source:
            assert SCAN not in source.read()


def test_a_closed_claim_takes_no_passport_from_a_guest_of_the_next_fair(office: Registry, time_machine: Any) -> None:
    guest = office.guest()
    save_passport(guest.person, PassportDraft(scan=Upload("passport.pdf", SCAN)), by=SYSTEM)
    with transaction():
        remove_after(guest.person_id, today("Asia/Ho_Chi_Minh"))  # the claim of an earlier fair closed a month ago
    assert remove_due() == 0
    time_machine.move_to(office.place.fair.ends_on + timedelta(days=31))
    assert remove_due() == 1


def test_passports_go_thirty_days_after_the_fair_and_letters_with_them(office: Registry, time_machine: Any) -> None:
    guest, hosting = office.guest(), office.hosted()
    claimant = hosting.importer
    with transaction():
        open_claim(hosting)
    save_passport(guest.person, PassportDraft(scan=Upload("passport.pdf", SCAN)), by=SYSTEM)
    letter = office.letter(guest)
    ends = office.place.fair.ends_on
    time_machine.move_to(ends + timedelta(days=29))
    let_go()
    assert remove_due() == 0
    time_machine.move_to(ends + timedelta(days=31))
    let_go()
    assert remove_due() == 1
    db.session.expire_all()
    document = document_of(guest.person_id)
    assert document is not None and document.scan_id is None and document.number_digest == ""
    kept = db.session.get_one(Letter, letter.id)
    assert (kept.number, kept.sealed) == ("1/SCT-QLTM", None)
    with pytest.raises(LetterRemoved):
        letter_pdf([kept], purpose="test", by=SYSTEM)
    assert document_of(claimant.person_id).has_number  # type: ignore[union-attr]
    assert kept.kind is LetterKind.VISA and len(readings()) >= 1
