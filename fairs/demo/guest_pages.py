"""What foreign guests see on their page: programme, contacts, consents, Japanese; and what they ask about their data."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.directory.models import Consent
from fairs.importers.consents import VERSION
from fairs.importers.models import GuestContact, Importer, ProgrammeEntry
from fairs.importers.states import ConsentKind, ImporterState
from fairs.privacy.service import receive_request
from fairs.privacy.states import Channel, RequestKind

_EMBASSIES = (
    "JP: Embassy of Japan (sample), +84 24 0000 0101\nUS: Embassy of the United States (sample), +84 24 0000 0102\n"
    "DE: Embassy of Germany (sample), +84 24 0000 0103"
)


def load_guest_pages(fair: Fair, users: dict[str, User]) -> int:
    """Programme, contacts and consents of the fair that is being booked; gives back the requests about personal data."""
    _programme(fair)
    db.session.add(
        GuestContact(
            fair_id=fair.id, name="Ms Nguyễn Thu Mẫu", phone="+842400000100", email="guests@fairs.example", hours="7:00 – 22:00",
            embassies=_EMBASSIES, changed_at=now(),
        )
    )  # fmt: skip
    guests = db.session.scalars(
        select(Importer)
        .options(joinedload(Importer.person), joinedload(Importer.company))
        .where(Importer.fair_id == fair.id, Importer.state != ImporterState.UNCONFIRMED)
        .order_by(Importer.id)
    ).all()
    for place, guest in enumerate(guests):
        if guest.company.country == "JP":
            guest.locale = guest.person.locale = "ja"
        for kind in ConsentKind:
            given = kind in {ConsentKind.REGISTRATION, ConsentKind.SHARING} or (place + len(kind)) % 3 == 0
            db.session.add(
                Consent(person_id=guest.person_id, fair_id=fair.id, kind=kind, text_version=VERSION, given=given,
                        created_at=guest.confirmed_at or now())
            )  # fmt: skip
    db.session.flush()
    return _requests(fair, [*guests][40:43], Actor(users["organiser"].id, users["organiser"].name))


def _programme(fair: Fair) -> None:
    first, second, last = fair.starts_on, fair.starts_on + timedelta(days=1), fair.ends_on
    entries: tuple[tuple[date, time, time, str, str, str, str, str], ...] = (
        (first, time(8, 30), time(9, 30), "Lễ khai mạc", "Opening ceremony", "開会式", "Sảnh chính", ""),
        (first, time(14, 0), time(16, 30), "Hội thảo quốc tế: thiết kế quà tặng", "International seminar: designing gifts",
         "国際セミナー「ギフトのデザイン」", "Phòng hội thảo 2", "English, with interpreters into Japanese."),
        (second, time(18, 30), time(20, 30), "Tiệc chiêu đãi nhà nhập khẩu", "Reception for importers", "輸入業者歓迎レセプション",
         "Sảnh chính", ""),
        (last, time(8, 0), time(12, 30), "Tham quan làng nghề Bát Tràng và Vạn Phúc", "Tour to the craft villages Bát Tràng and Vạn Phúc",
         "バッチャン・ヴァンフック工芸村見学", "", "The bus leaves from the main entrance at 8:00."),
    )  # fmt: skip
    for day, starts, ends, vi, en, ja, place, note in entries:
        db.session.add(
            ProgrammeEntry(
                fair_id=fair.id, title_vi=vi, title_en=en, title_ja=ja, place=place, note=note, starts_at=fair.at(day, starts),
                ends_at=fair.at(day, ends), changed_at=now(),
            )
        )  # fmt: skip


def _requests(fair: Fair, guests: list[Importer], organiser: Actor) -> int:
    asked = (
        (RequestKind.CORRECTION, Channel.OWN_PAGE, "My position is Head of Buying.", ""),
        (RequestKind.WITHDRAWAL, Channel.OWN_PAGE, "", ""),
        (RequestKind.ERASURE, Channel.MAIL, "Please delete my data, I have left the company.", "Answered from the address that we know."),
    )  # fmt: skip
    for guest, (kind, channel, text, proof) in zip(guests, asked, strict=False):
        by = organiser if proof else Actor(None, guest.reference)
        receive_request(guest.person, fair, kind, channel=channel, text=text, proof=proof, by=by)
    return len(asked)
