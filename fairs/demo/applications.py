"""What the demonstration's applications say: wishes for a place, appraisals."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.exhibitors.appraisal import AppraisalDraft, appraise, checklist_of, score_of
from fairs.exhibitors.models import BoothWish, Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothPrice, Zone

SEED = 2027  # a stream of its own: what is loaded before and after stays as it was


def load_applications(giftshow: Fair, souvenirs: Fair, users: dict[str, User]) -> int:
    """Wishes of all exhibitors of both fairs; at the trade fair half of those who wait are appraised."""
    rng = random.Random(SEED)
    made = _wishes(rng, souvenirs)
    made += _wishes(rng, giftshow)
    _appraisals(rng, giftshow, users)
    return made


def _exhibitors(fair: Fair) -> Sequence[Exhibitor]:
    return db.session.scalars(select(Exhibitor).where(Exhibitor.fair_id == fair.id).order_by(Exhibitor.id)).all()


def _wishes(rng: random.Random, fair: Fair) -> int:
    """First the zone of the own product group, or a certain booth in it; some name a second and a third place."""
    zones = db.session.scalars(select(Zone).where(Zone.fair_id == fair.id).order_by(Zone.id)).all()
    booths: dict[int | None, list[Booth]] = {}
    for booth in db.session.scalars(select(Booth).where(Booth.fair_id == fair.id).order_by(Booth.id)):
        booths.setdefault(booth.zone_id, []).append(booth)
    kind = db.session.scalars(select(BoothPrice.type_id).where(BoothPrice.fair_id == fair.id).limit(1)).first()
    wishes = []
    for exhibitor in _exhibitors(fair):
        exhibitor.booth_count = rng.choices((1, 2, 3), (86, 11, 3))[0]
        exhibitor.wished_open_sides = rng.choices((1, 2), (80, 20))[0]
        exhibitor.wished_type_id = kind if rng.random() < 0.8 else None
        own = next((zone for zone in zones if set(exhibitor.groups) & set(zone.group_codes.split("|"))), zones[0])
        places: list[Zone | Booth] = [own]
        if rng.random() < 0.3 and booths.get(own.id):
            places.insert(0, rng.choice(booths[own.id]))
        other = rng.choice(zones)
        if rng.random() < 0.5 and other is not own:
            places.append(other)
        for position, place in enumerate(places, 1):
            zone_id, booth_id = (place.id, None) if isinstance(place, Zone) else (None, place.id)
            wishes.append(BoothWish(exhibitor_id=exhibitor.id, position=position, zone_id=zone_id, booth_id=booth_id))
    db.session.add_all(wishes)
    db.session.flush()
    return len(wishes)


_NOTES = {
    "accept": "Hồ sơ đầy đủ, sản phẩm đúng nhóm ngành.",
    "waitlist": "Sản phẩm phù hợp nhưng nhóm hàng này đã nhiều gian; chờ còn chỗ.",
    "refuse": "Chủ yếu mua đi bán lại, không có cơ sở sản xuất.",
}


def _appraisals(rng: random.Random, fair: Fair, users: dict[str, User]) -> None:
    by = Actor(users["sales"].id, users["sales"].name)
    points = checklist_of(fair.id)
    waiting = [row for row in _exhibitors(fair) if row.state is ExhibitorState.SUBMITTED]
    for row in waiting[::2]:
        quality = rng.choice((0.95, 0.85, 0.6, 0.4))
        answers = {
            point.key: "yes" if rng.random() < quality else rng.choice(("partly", "no", "na")) for point in points
        }
        score = score_of(points, answers)
        advice = "refuse" if score < 55 else "waitlist" if score < 75 else "accept"
        appraise(row, AppraisalDraft(answers, advice, _NOTES[advice]), by=by)
