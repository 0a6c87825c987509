"""100,000 people with a badge each (and a company for every fifth) on top of the other figures' data, for the search over everything."""

from __future__ import annotations

import json
import secrets
import sys

from sqlalchemy import func, insert, select

from fairs.app import create_app
from fairs.badges.codes import short_code
from fairs.badges.models import Badge, BadgeKey
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.core.clock import now
from fairs.core.db import Record, db, transaction
from fairs.core.text import fold
from fairs.demo.names import FAMILY_VI, GIVEN_VI, MIDDLE_VI
from fairs.directory.models import Company, Person

PEOPLE, PER_COMPANY = 100_000, 5
VILLAGES = ("Bát Tràng", "Vạn Phúc", "Hạ Thái", "Phú Vinh", "Quất Động", "Chuyên Mỹ")
TEXTS = {
    "name": "dung hoang 09", "common": "nguyen", "nobody": "khong co ai", "company": "gom van phuc 12",
    "telephone": "0987 012 345", "reference": "GS20-P-00123", "mail": "p54321@",
}  # fmt: skip


def main() -> None:
    """Fill up the register; print what is looked for."""
    app = create_app()
    with app.app_context(), transaction():
        missing = PEOPLE - (db.session.scalar(select(func.count()).select_from(Person)) or 0)
        _add(Company, [_company(n) for n in range(max(0, missing) // PER_COMPANY)])
        companies = list(
            db.session.scalars(select(Company.id).order_by(Company.id.desc()).limit(PEOPLE // PER_COMPANY))
        )
        last = db.session.scalar(select(func.max(Person.id))) or 0
        _add(Person, [_person(n, companies[n % len(companies)]) for n in range(max(0, missing))])
        key = db.session.scalars(select(BadgeKey).order_by(BadgeKey.id.desc())).first()
        if key is not None:
            people = db.session.scalars(select(Person.id).where(Person.id > last)).all()
            _add(Badge, [_badge(n, person, key) for n, person in enumerate(people)])
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
    json.dump(TEXTS, sys.stdout)


def _company(n: int) -> dict[str, object]:
    name = f"Công ty TNHH Gốm {VILLAGES[n % len(VILLAGES)]} {n:05d}"
    return {"name": name, "folded": fold(name), "country": "VN", "phone": f"+8424{n:08d}",
            "email": f"c{n}@cong-ty.example", "created_at": now()}  # fmt: skip


def _person(n: int, company_id: int) -> dict[str, object]:
    family, middle, given = (
        FAMILY_VI[n % len(FAMILY_VI)],
        MIDDLE_VI[n // 7 % len(MIDDLE_VI)],
        GIVEN_VI[n // 3 % len(GIVEN_VI)],
    )
    name = f"{family} {middle} {given} {n:05d}"
    return {"native_name": name, "folded": fold(name), "name_language": "vi", "country": "VN", "company_id": company_id,
            "phone": f"+84987{n:06d}", "email": f"p{n}@nguoi.example", "created_at": now()}  # fmt: skip


def _badge(n: int, person_id: int, key: BadgeKey) -> dict[str, object]:
    serial = secrets.token_bytes(12)
    return {"fair_id": key.fair_id, "person_id": person_id, "reference": f"BX-P-{n:06d}", "category": BadgeCategory.TRADE,
            "state": BadgeState.ACTIVE, "serial": serial, "short_code": short_code(serial),
            "fingerprint": secrets.token_hex(16), "key_id": key.id, "created_at": now()}  # fmt: skip


def _add(model: type[Record], rows: list[dict[str, object]]) -> None:
    for start in range(0, len(rows), 1000):
        db.session.execute(insert(model), rows[start : start + 1000])


if __name__ == "__main__":
    main()
