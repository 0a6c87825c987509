"""Passports (invented ones), who signs, and letters to most of the guests: issued, a few replaced and revoked.

No PDF is drawn: a letter is drawn from what is kept of it when somebody opens it.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.crypto import encrypt, keyed_digest
from fairs.core.db import db
from fairs.hosting.models import Hosting
from fairs.hosting.states import GRANTED
from fairs.identity.models import TravelDocument
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.letters.models import LetterWish
from fairs.letters.service import LetterDraft, issue_letter, revoke_letter, wish_letter
from fairs.letters.states import LetterKind
from fairs.letters.texts import STANDARD
from fairs.letters.wording import SignatoryDraft, save_signatory, save_wording

LETTERS, WITHOUT_PASSPORT = 28, 6


def load_letters(rng: random.Random, fair: Fair, users: dict[str, User]) -> int:
    """Letters of the fair that is being booked; some guests have not given their passport yet."""
    organiser = Actor(users["organiser"].id, users["organiser"].name)
    signers = [
        save_signatory(fair, SignatoryDraft("Nguyễn Thị Mẫu", "KT. Giám đốc, Phó Giám đốc", "Deputy Director, for the Director"), by=organiser),
        save_signatory(fair, SignatoryDraft("Trần Văn Mẫu", "TL. Giám đốc, Trưởng phòng Quản lý Thương mại", "Head of Trade Management, by order of the Director"), by=organiser),
    ]  # fmt: skip
    for kind, wording in STANDARD.items():
        save_wording(fair, kind, wording, by=organiser)
    guests = db.session.scalars(
        select(Importer)
        .join(Hosting, Hosting.importer_id == Importer.id)
        .where(Importer.fair_id == fair.id, Hosting.state.in_(GRANTED))
        .order_by(Importer.id)
    ).all()
    ready = guests[: max(len(guests) - WITHOUT_PASSPORT, 0)]
    for place, guest in enumerate(ready):
        db.session.add(_passport(rng, guest, place, fair))
    db.session.flush()
    letters = []
    for place, guest in enumerate(ready[:LETTERS]):
        kind = LetterKind.VISA if place % 3 else LetterKind.INVITATION
        letters.append(issue_letter(guest, LetterDraft(kind, signers[place % 2].id), by=organiser, tell=False))
    for letter in letters[4:6]:
        draft = LetterDraft(letter.kind, signers[0].id, reason="Sửa họ tên theo hộ chiếu")
        issue_letter(letter.importer, draft, by=organiser, tell=False)
    for letter in letters[8:10]:
        revoke_letter(letter, reason="Khách không tham dự hội chợ", by=organiser, tell=False)
    _wishes(fair)
    return len(letters) + 2


def _passport(rng: random.Random, guest: Importer, place: int, fair: Fair) -> TravelDocument:
    """A passport whose number nobody has: MAU, and the place in the list."""
    number = f"MAU{place:06d}"
    birth = date(1960 + rng.randrange(40), 1 + rng.randrange(12), 1 + rng.randrange(28))
    years = 1 if place % 11 == 10 else rng.randint(2, 9)
    expires = fair.ends_on + timedelta(days=60) if years == 1 else date(fair.ends_on.year + years, 6, 30)
    return TravelDocument(
        person_id=guest.person_id, number_sealed=encrypt(number.encode()), number_digest=keyed_digest(number),
        birth_sealed=encrypt(birth.isoformat().encode()), nationality=guest.company.country, expires_on=expires,
        sex=rng.choice(("M", "F")),
    )  # fmt: skip


def _wishes(fair: Fair) -> None:
    """Two approved importers without support ask for a letter."""
    others = db.session.scalars(
        select(Importer)
        .where(
            Importer.fair_id == fair.id, Importer.state == ImporterState.APPROVED,
            Importer.id.not_in(select(Hosting.importer_id)), Importer.id.not_in(select(LetterWish.importer_id)),
        )
        .order_by(Importer.id)
        .limit(2)
    ).all()  # fmt: skip
    for guest in others:
        wish_letter(guest, embassy="Tokyo", by=SYSTEM)
