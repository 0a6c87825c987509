"""The gate bundle of 30,000 badges with names and companies as long as real ones: seconds of building, bytes, and what has changed."""

from __future__ import annotations

import json
import secrets
import sys
import time
from datetime import timedelta

from sqlalchemy import insert, select, update

from fairs.app import create_app
from fairs.badges.models import Badge
from fairs.badges.service import signing_key
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.checkin.bundle import gate_bundle
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.text import fold
from fairs.demo.names import GIVEN_VI
from fairs.directory.models import Company, Person

COUNT, CHANGED = 30_000, 500
_COMPANIES = 4000


def main() -> None:
    """Make the badges in a transaction that is taken back, and print one JSON object."""
    app = create_app()
    with app.app_context():
        fair = db.session.scalars(select(Fair).where(Fair.state == FairState.RUNNING)).one()
        with transaction():
            _badges(fair)
            first = time.perf_counter()
            whole = gate_bundle(fair)
            built = time.perf_counter()
            gate_bundle(fair)
            kept = time.perf_counter()
            newest = select(Badge.id).where(Badge.fair_id == fair.id).order_by(Badge.id.desc()).limit(CHANGED)
            db.session.execute(update(Badge).where(Badge.id.in_(newest)).values(changed_at=now()))
            begun = time.perf_counter()
            changes = gate_bundle(fair, since=now() - timedelta(minutes=1))
            done = time.perf_counter()
            db.session.rollback()
    json.dump(
        {
            "badges": COUNT, "bytes": len(whole), "build_seconds": round(built - first, 2),
            "again_seconds": round(kept - built, 4), "changes": CHANGED, "changes_bytes": len(changes),
            "changes_seconds": round(done - begun, 4),
        },
        sys.stdout,
    )  # fmt: skip


def _badges(fair: Fair) -> None:
    key = signing_key(fair)
    company = (db.session.scalar(select(Company.id).order_by(Company.id.desc())) or 0) + 1
    person = (db.session.scalar(select(Person.id).order_by(Person.id.desc())) or 0) + 1
    made = now() - timedelta(days=1)
    companies, people, badges = [], [], []
    for number in range(_COMPANIES):
        name = f"Công ty TNHH Thủ công mỹ nghệ {number:04d}"
        companies.append(
            {"id": company + number, "name": name, "folded": fold(name), "country": "VN", "created_at": made}
        )
    for number in range(COUNT):
        name = f"Nguyễn Thị {GIVEN_VI[number % len(GIVEN_VI)]} {number % 100}"
        people.append({"id": person + number, "native_name": name, "folded": fold(name), "passport_name": fold(name).upper(),
                       "name_language": "vi", "country": "VN", "created_at": made})  # fmt: skip
        badges.append(
            {"fair_id": fair.id, "person_id": person + number, "company_id": company + number % _COMPANIES,
             "reference": f"BU-P-{number:05d}", "category": BadgeCategory.TRADE, "state": BadgeState.ACTIVE,
             "serial": secrets.token_bytes(12), "short_code": f"B{number:06d}", "fingerprint": secrets.token_hex(16),
             "typed_digest": secrets.token_bytes(8), "changed_at": made, "key_id": key.id, "created_at": made}
        )  # fmt: skip
    for model, rows in ((Company, companies), (Person, people), (Badge, badges)):
        db.session.execute(insert(model), rows)


if __name__ == "__main__":
    main()
