"""Lists of others: contacts that were imported, contacts that wait for a decision, support that another office has given."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.contacts.columns import Layout
from fairs.contacts.deciding import decide
from fairs.contacts.importing import carry_on
from fairs.contacts.models import ContactImport
from fairs.contacts.queries import candidates_of, row_by_id, unsure_rows
from fairs.contacts.service import ListSource, check, choose_layout, hand_in, start_import
from fairs.contacts.states import ImportKind
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.storage import Upload
from fairs.demo.names import ORIGINS, Origin
from fairs.importers.models import Importer
from fairs.invitations.states import SourceKind

_COUNTRIES = {
    "JP": "Nhật Bản",
    "CN": "China",
    "TW": "Đài Loan",
    "KR": "Hàn Quốc",
    "DE": "Deutschland",
    "FR": "Pháp",
    "US": "Mỹ",
    "GB": "Anh",
}
_LANDS = tuple(origin for origin in ORIGINS if origin.country == "JP" or not origin.family_first)
_FAMILIES_JA = (("中村", "NAKAMURA"), ("小林", "KOBAYASHI"), ("加藤", "KATO"), ("吉田", "YOSHIDA"))
_HEADS = (
    "STT",
    "Họ và tên",
    "Name in Latin letters",
    "Chức vụ",
    "Công ty",
    "Quốc gia",
    "E-mail",
    "Ngày gặp",
    "Ghi chú",
)


def load_contacts(rng: random.Random, fair: Fair, users: dict[str, User]) -> int:
    """One import that is done, one that waits, one list of another office. Gives how many contacts were imported."""
    by = Actor(users["organiser"].id, users["organiser"].name)
    known = db.session.scalars(
        select(Importer).where(Importer.fair_id == fair.id).options(joinedload(Importer.person), joinedload(Importer.company))
        .order_by(Importer.id).limit(6)
    ).all()  # fmt: skip
    unsure = [_known_row(one, f"private{n}@mail-mau.example") for n, one in enumerate(known)]
    first = _compared(
        fair, ImportKind.CONTACTS, "khach-moi-thuong-vu.csv", _HEADS, [*_rows(rng, fair, 0, 56), *unsure[:2]],
        ListSource("Thương vụ Việt Nam tại nước ngoài", SourceKind.TRADE_OFFICE), by,
    )  # fmt: skip
    for number, row_id in enumerate(unsure_rows(first.id)):
        people, companies = candidates_of(row_by_id(first.id, row_id))
        person = str(people[0][0].id) if people and number == 0 else "new"
        decide(first, row_id, person=person, company=str(companies[0][0].id) if companies else "", by=by)
    start_import(first, by=by)
    imported = carry_on(first.id)
    wrong = ["", "Người chưa rõ", "", "", "Mẫu Chưa Rõ Ltd", "Atlantis", "khong-co-a-cong", "", ""]
    _compared(
        fair, ImportKind.CONTACTS, "doi-tac-gui.csv", _HEADS, [*_rows(rng, fair, 100, 14), *unsure[2:], wrong],
        ListSource("Hiệp hội Xuất khẩu mẫu", SourceKind.PARTNER), by,
    )  # fmt: skip
    _support(fair, known, by)
    return imported


def _rows(rng: random.Random, fair: Fair, begin: int, number: int) -> list[list[Any]]:
    rows: list[list[Any]] = []
    taken: set[str] = set()
    for n in range(begin, begin + number):
        origin = _LANDS[n % len(_LANDS)]
        native, latin = _name(rng, origin)
        while latin in taken:
            native, latin = _name(rng, origin)
        taken.add(latin)
        host = f"nhap-khau-{n:03d}.example"
        met = fair.starts_on - timedelta(days=300 + n)
        mails = f"buyer@{host}" if n % 5 else f"buyer@{host}; office@{host}"
        day = f"{met:%d/%m/%Y}" if n % 2 else met.isoformat()
        country = _COUNTRIES.get(origin.country, origin.country)
        rows.append([n - begin + 1, native, latin, "Buyer", f"Sample House {n:03d}", country, mails, day, ""])
    return rows


def _name(rng: random.Random, origin: Origin) -> tuple[str, str]:
    """A name that the rest of the demonstration does not have: an own family name in Japan, a double one elsewhere."""
    given, latin_given = rng.choice(origin.given)
    if origin.country == "JP":
        family, latin = rng.choice(_FAMILIES_JA)
        return f"{family} {given}", f"{latin} {latin_given}"
    (one, latin_one), (two, latin_two) = rng.sample(origin.family, 2)
    return f"{given} {one}-{two}", f"{latin_one}-{latin_two} {latin_given}"


def _known_row(one: Importer, email: str) -> list[Any]:
    """Somebody whom the directory knows, by another address: a person has to say so."""
    person, company = one.person, one.company
    return [
        "",
        person.native_name,
        person.passport_name,
        person.job_title,
        company.name,
        company.country,
        email,
        "",
        "",
    ]


def _compared(
    fair: Fair,
    kind: ImportKind,
    name: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    source: ListSource,
    by: Actor,
) -> ContactImport:
    out = io.StringIO()
    csv.writer(out).writerows([["DANH SÁCH"], [], heads, *rows])
    found = hand_in(fair, kind, Upload(name, out.getvalue().encode("utf-8-sig")), source, by=by)
    choose_layout(found, Layout.from_json(found.layout), by=by)
    check(found.id)
    return found


def _support(fair: Fair, known: Sequence[Importer], by: Actor) -> None:
    heads = (
        "STT",
        "Họ và tên",
        "Đơn vị",
        "Quốc gia",
        "Số hộ chiếu",
        "Nội dung hỗ trợ",
        "Từ ngày",
        "Đến ngày",
        "Số tiền",
        "Số quyết định",
    )
    rows: list[list[Any]] = []
    for n in range(10):
        begins = fair.starts_on - timedelta(days=200 - 10 * n) if n else fair.starts_on
        told = known[0] if n == 0 and known else None
        name, company, country = (
            (told.person.passport_name, told.company.name, told.company.country)
            if told
            else (f"Khách mẫu {n:02d}", f"Overseas Sample {n:02d} Ltd", "FR")
        )
        rows.append([
            n + 1, name, company, country, f"XM{1000000 + n}", "Vé máy bay, khách sạn", f"{begins:%d/%m/%Y}",
            f"{begins + timedelta(days=3):%d/%m/%Y}", f"{12 + n}.500.000", f"{120 + n}/QĐ-SCT",
        ])  # fmt: skip
    found = _compared(
        fair, ImportKind.SUPPORT, "ho-tro-don-vi-khac.csv", heads, rows, ListSource("Sở Du lịch (mẫu)"), by
    )
    start_import(found, by=by)
    carry_on(found.id)
