"""Exhibitors of Giftshow who were accepted late and wait for a booth, and a draft that says who could stand where."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.allocation.computing import carry_out
from fairs.allocation.models import AllocationPlace, AllocationRun
from fairs.allocation.service import begin
from fairs.allocation.states import AllocationState
from fairs.booths.models import BoothBooking
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.sequences import next_references
from fairs.demo.people import Cast
from fairs.exhibitors.models import BoothWish, Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, Zone

LATE = 24
REMEMBERED = Path(__file__).with_suffix(".json")
_FIGURES = ("points", "rivals", "orphans", "unplaced", "bound", "steps", "rounds", "anchors", "findings")


def load_waiting(rng: random.Random, fair: Fair, cast: Cast, *, scale: int = 1) -> int:
    """Accepted exhibitors without a booth, most of them with wishes; several wish for the same corner."""
    zones = list(db.session.scalars(select(Zone).where(Zone.fair_id == fair.id).order_by(Zone.code)))
    taken = select(BoothBooking.booth_id).where(BoothBooking.fair_id == fair.id)
    free = list(
        db.session.scalars(select(Booth).where(Booth.fair_id == fair.id, Booth.id.not_in(taken)).order_by(Booth.code))
    )
    companies = cast.exporters[200 * scale : 200 * scale + LATE]  # those who are not at this fair yet
    references = next_references(fair.code, "E", len(companies))
    made = []
    for number, company in enumerate(companies):
        exhibitor = Exhibitor(
            fair_id=fair.id, company=company, reference=references[number], state=ExhibitorState.ACCEPTED, track="paying",
            group_codes=company.group_codes, products=company.description_vi, contact_name="Đại diện mẫu",
            contact_email=company.email, contact_phone=company.phone, source="web",
            submitted_at=now() - timedelta(days=60 - 2 * number), decided_at=now() - timedelta(days=3),
            decided_by_id=cast.users["organiser"].id, booth_count=2 if number % 6 == 5 else 1,
            wished_open_sides=2 if number % 5 == 0 else 1,
        )  # fmt: skip
        home = next((z for z in zones if company.group_codes in z.group_codes.split("|")), zones[number % len(zones)])
        near = [booth for booth in free if booth.zone_id == home.id] or free
        wished = [near[0], rng.choice(near)] if number % 3 else [rng.choice(near)]
        places = [BoothWish(booth_id=booth.id) for booth in dict.fromkeys(wished)] + [BoothWish(zone_id=home.id)]
        for position, wish in enumerate(places if number % 8 != 7 else [], 1):
            wish.position = position
            exhibitor.booth_wishes.append(wish)
        made.append(exhibitor)
    db.session.add_all(made)
    db.session.flush()
    return len(made)


def load_run(fair: Fair, users: dict[str, User]) -> None:
    """One finished run that waits for its publication. A few steps are enough here, and always the same.

    What comes of it is remembered beside this file, for the solver takes seconds to load; it is computed anew when the
    input is another one. ``flask demo remember-allocation`` writes the file.
    """
    organiser = users["organiser"]
    run = begin(fair, by=Actor(organiser.id, organiser.name), seed=1, steps=4, rounds=2)
    kept = json.loads(REMEMBERED.read_text(encoding="utf-8")) if REMEMBERED.exists() else {}
    if kept.get("mark") != run.mark:
        carry_out(run.id)
        return
    run.move_to(AllocationState.RUNNING)
    for name, value in kept["run"].items():
        setattr(run, name, value)
    run.started_at = run.finished_at = now()
    run.places = [AllocationPlace(**place) for place in kept["places"]]
    run.move_to(AllocationState.DONE)
    db.session.flush()


def remember(run: AllocationRun) -> None:
    """Keep what came of the demonstration's run."""
    kept = {
        "mark": run.mark,
        "run": {name: getattr(run, name) for name in _FIGURES},
        "places": [
            {name: getattr(place, name) for name in ("exhibitor_id", "booth_ids", "rank", "parts", "reason")}
            for place in sorted(run.places, key=lambda place: place.exhibitor_id)
        ],
    }
    REMEMBERED.write_text(json.dumps(kept, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
