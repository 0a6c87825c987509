"""A list of 5,000 contacts: handed in, compared with the directory, imported. Prints one JSON object."""

from __future__ import annotations

import json
import time

from sqlalchemy import func, select

from fairs.accounts.models import User
from fairs.app import create_app
from fairs.calendar.models import Fair
from fairs.contacts.columns import Layout
from fairs.contacts.importing import carry_on
from fairs.contacts.service import ListSource, check, choose_layout, hand_in, start_import
from fairs.contacts.states import ImportKind
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.directory.models import Person
from fairs.invitations.states import SourceKind
from tests.factories.contacts import many_contacts

ROWS = 5_000


def main() -> None:
    """Measure in the database of the environment."""
    app = create_app()
    with app.app_context():
        fair = db.session.scalars(select(Fair).order_by(Fair.id)).first()
        user = db.session.scalars(select(User).where(User.email == "organiser@fairs.example")).one()
        if fair is None:
            raise RuntimeError("the demonstration is missing")
        by = Actor(user.id, user.name)
        known = db.session.scalar(select(func.count()).select_from(Person))
        upload = many_contacts(ROWS)
        begun = time.perf_counter()
        found = hand_in(fair, ImportKind.CONTACTS, upload, ListSource("Measurement", SourceKind.ORGANISER), by=by)
        choose_layout(found, Layout.from_json(found.layout), by=by)
        check(found.id)
        compared = time.perf_counter()
        start_import(found, by=by)
        rows = carry_on(found.id)
        ended = time.perf_counter()
        print(json.dumps({
            "rows": rows, "people_known": known, "read_and_compared_seconds": round(compared - begun, 2),
            "imported_seconds": round(ended - compared, 2), "all_seconds": round(ended - begun, 2),
        }))  # fmt: skip


if __name__ == "__main__":
    main()
