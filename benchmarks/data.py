"""Badges on top of the demonstration, made in bulk by the program's own models: 12,000, or as many as BENCH_BADGES says."""

from __future__ import annotations

import json
import os
import sys

from sqlalchemy import insert, select, update

from fairs.accounts.queries import user_by_email
from fairs.accounts.service import create_token
from fairs.app import create_app
from fairs.badges.codes import fingerprint, new_serial, short_code, sign
from fairs.badges.models import Badge
from fairs.badges.service import private_key, signing_key
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.checkin.models import AccessZone
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.demo.names import GIVEN_VI
from fairs.directory.models import Person
from fairs.visitors.models import Visitor

BADGES = int(os.environ.get("BENCH_BADGES", "12000"))
ABROAD = (
    ("佐藤 美咲", "ja", "JP"), ("王晓明", "zh-Hans", "CN"), ("陳怡君", "zh-Hant", "TW"), ("김민준", "ko", "KR"),
    ("محمد الفارسي", "ar", "AE"), ("สมศักดิ์ ศรีสุวรรณ", "th", "TH"), ("Анна Кузнецова", "ru", "RU"), ("Jürgen Müller", "de", "DE"),
)  # fmt: skip


def main() -> None:
    """Make the badges; print slug, token and codes as JSON."""
    app = create_app()
    with app.app_context():
        fair = db.session.scalars(select(Fair).where(Fair.state == FairState.RUNNING)).one()
        codes = _badges(fair)
        if db.engine.dialect.name == "postgresql":  # at once what the database does by itself within a minute
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(db.text("ANALYZE"))
        user = user_by_email("organiser@fairs.example")
        if user is None:
            raise SystemExit("the demonstration is not loaded")
        token = create_token(user, "bench", by=SYSTEM)
        giftshow = db.session.scalars(select(Fair).where(Fair.state == FairState.BOOKING_OPEN)).one()
        json.dump({"fair": fair.slug, "giftshow": giftshow.slug, "token": token, "codes": codes}, sys.stdout)


def _badges(fair: Fair) -> list[str]:
    with transaction():
        # Halls that take everybody: a gate that refuses nearly all of them has less to do.
        db.session.execute(update(AccessZone).where(AccessZone.fair_id == fair.id).values(capacity=1_000_000))
        key = signing_key(fair)
        private = private_key(key)
        first = db.session.scalar(select(Person.id).order_by(Person.id.desc())) or 0
        people, badges, visitors, codes = [], [], [], []
        for number in range(BADGES):
            person_id = first + 1 + number
            serial = new_serial()
            code = sign(serial, private)
            codes.append(code)
            name = f"Nguyễn Văn {GIVEN_VI[number % len(GIVEN_VI)]} {number:05d}"
            language, country = "vi", "VN"
            if number % 10 == 9:  # one in ten comes from abroad, and writes as people do there
                native, language, country = ABROAD[number // 10 % len(ABROAD)]
                name = f"{native} {number:05d}"
            people.append({"id": person_id, "native_name": name, "folded": f"nguyen van {number:05d}", "name_language": language,
                           "passport_name": f"NGUYEN VAN {number:05d}", "phone": f"+849{number:08d}", "country": country,
                           "created_at": now()})  # fmt: skip
            badges.append({"fair_id": fair.id, "person_id": person_id, "reference": f"BN-P-{number:05d}",
                           "category": BadgeCategory.TRADE, "state": BadgeState.ACTIVE, "serial": serial, "created_at": now(),
                           "short_code": short_code(serial), "fingerprint": fingerprint(code), "key_id": key.id})  # fmt: skip
            visitors.append({"fair_id": fair.id, "person_id": person_id, "reference": f"BN-V-{number:05d}",
                             "category": BadgeCategory.TRADE, "source": "web", "created_at": now()})  # fmt: skip
        for model, rows in ((Person, people), (Badge, badges), (Visitor, visitors)):
            for start in range(0, len(rows), 1000):
                db.session.execute(insert(model), rows[start : start + 1000])
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(db.text("SELECT setval('people_id_seq', (SELECT max(id) FROM people))"))
    return codes


if __name__ == "__main__":
    main()
