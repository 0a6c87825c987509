"""700 letters as one job: issued with number, seal and mail, then drawn as one PDF to print and as a ZIP of single ones. A process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date, timedelta

from sqlalchemy import insert, select

from fairs.accounts.queries import actor_for, user_by_email
from fairs.app import create_app
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.clock import now
from fairs.core.crypto import encrypt, keyed_digest
from fairs.core.db import db, transaction
from fairs.core.sequences import next_references
from fairs.directory.models import Company, Person
from fairs.identity.models import TravelDocument
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.letters.lists import GUESTS
from fairs.letters.queries import signatories_of
from fairs.lists.bulk import begin, carry_on, start
from fairs.lists.bundles import ask_file, make_file
from fairs.lists.models import BulkItem
from fairs.lists.states import ItemState

COUNT = 700


def main() -> None:
    """Issue and draw 700 letters and print the figures."""
    app = create_app()
    with app.test_request_context():
        fair = db.session.scalars(select(Fair).where(Fair.state == FairState.BOOKING_OPEN)).one()
        references = _guests(fair)
        user = user_by_email("organiser@fairs.example")
        if user is None:
            raise SystemExit("the demonstration is not loaded")
        by = actor_for(user)
        values = {"kind": "visa", "signatory": str(signatories_of(fair.id)[0].id), "valid_until": ""}
        began = time.perf_counter()
        run = begin(GUESTS, fair, GUESTS.action("issue"), {}, references, "", by=by)
        start(run, values, by=by)
        carry_on(run.id)
        issued = time.perf_counter()
        items = select(BulkItem).where(BulkItem.run_id == run.id, BulkItem.state == ItemState.DONE)
        done = len(db.session.scalars(items).all())
        sizes = {}
        moments = [issued]
        for kind in ("pdf", "zip"):
            file = ask_file(run, kind)
            make_file(file.id)
            db.session.refresh(file)
            sizes[kind] = file.size
            moments.append(time.perf_counter())
    json.dump(
        {
            "letters": done, "seconds": round(moments[1] - began, 1), "issue_seconds": round(issued - began, 1),
            "pdf_seconds": round(moments[1] - issued, 1), "bytes": sizes["pdf"],
            "zip_seconds": round(moments[2] - moments[1], 1), "zip_bytes": sizes["zip"],
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        },
        sys.stdout,
    )  # fmt: skip


def _guests(fair: Fair) -> list[str]:
    """700 approved importers with passports nobody has."""
    with transaction():
        company = db.session.scalars(select(Company).where(Company.country == "JP").order_by(Company.id)).first()
        if company is None:
            raise SystemExit("the demonstration is not loaded")
        first = (db.session.scalar(select(Person.id).order_by(Person.id.desc())) or 0) + 1
        references = next_references(fair.code, "I", COUNT)
        people, importers, passports = [], [], []
        for place, reference in enumerate(references):
            number = f"BEN{place:06d}"
            person = {"native_name": f"見本 花子 {place:04d}", "passport_name": f"Mihon Hanako {'ABCDEFGHIJ'[place % 10]}",
                      "email": f"guest{place}@bench.example", "country": "JP", "created_at": now()}  # fmt: skip
            people.append({"id": first + place, **person})
            importers.append({"fair_id": fair.id, "company_id": company.id, "person_id": first + place,
                              "reference": reference, "state": ImporterState.APPROVED, "created_at": now()})  # fmt: skip
            passports.append({
                "person_id": first + place, "number_sealed": encrypt(number.encode()),
                "number_digest": keyed_digest(number), "birth_sealed": encrypt(date(1980, 1, 1).isoformat().encode()),
                "nationality": "JP", "expires_on": fair.ends_on + timedelta(days=900), "created_at": now(),
            })  # fmt: skip
        for model, rows in ((Person, people), (Importer, importers), (TravelDocument, passports)):
            db.session.execute(insert(model), rows)
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(db.text("SELECT setval('people_id_seq', (SELECT max(id) FROM people))"))
    return references


if __name__ == "__main__":
    main()
