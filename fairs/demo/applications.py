"""What the demonstration's applications say: wishes, answers, shared stands, appraisals; and a partner's list."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db
from fairs.directory.models import CraftVillage
from fairs.directory.service import CompanyDraft
from fairs.exhibitors.appraisal import AppraisalDraft, appraise, checklist_of, score_of
from fairs.exhibitors.households import file_households
from fairs.exhibitors.models import Answer, BoothWish, Exhibitor, HouseholdFiling, HouseholdRow, Question
from fairs.exhibitors.questions import QuestionDraft, save_question
from fairs.exhibitors.sharing import CO, REPRESENTED, StandDraft, add_company
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothPrice, Zone

SEED = 2027  # a stream of its own: what is loaded before and after stays as it was


def load_applications(giftshow: Fair, souvenirs: Fair, users: dict[str, User]) -> int:
    """Wishes of all exhibitors of both fairs; at the trade fair questions with answers, shared stands, appraisals, a list."""
    rng = random.Random(SEED)
    made = _wishes(rng, souvenirs)
    made += _wishes(rng, giftshow)
    _answers(rng, giftshow, users)
    _appraisals(rng, giftshow, users)
    _shared_stands(giftshow)
    _households(giftshow, users)
    return made


QUESTIONS = (
    QuestionDraft(
        "one", "Gian hàng cần nguồn điện nào?", "Which power does your booth need?",
        choices=[("Chỉ đèn và ổ cắm", "Lights and a socket only"), ("Đến 2 kW", "Up to 2 kW"), ("Trên 2 kW", "More than 2 kW")],
        help_vi="Để bố trí điện trước khi dựng gian.", help_en="So that power is laid before the build-up.", is_required=True,
    ),
    QuestionDraft(
        "number", "Số người trực gian hàng mỗi ngày", "People at the booth each day", least=Decimal(1), most=Decimal(20),
        unit="người",
    ),
    QuestionDraft(
        "consent", "Đồng ý cho ban tổ chức chụp ảnh gian hàng và sản phẩm để giới thiệu hội chợ",
        "The organiser may take pictures of booth and products to present the fair",
    ),
)  # fmt: skip


def _answers(rng: random.Random, fair: Fair, users: dict[str, User]) -> None:
    """Three questions of the organiser; whoever applied lately has answered them."""
    by = Actor(users["organiser"].id, users["organiser"].name)
    power, people, pictures = (save_question(fair.id, draft, by=by) for draft in QUESTIONS)
    # Nothing is brought as a file here: the demonstration loads fast and keeps no papers of anybody.
    for row in _exhibitors(fair)[-30:]:
        common = {"exhibitor_id": row.id}
        choice = rng.choice(power.choices)
        db.session.add_all(
            [
                Answer(**common, **_asked(power), chosen=[choice]),
                Answer(**common, **_asked(people), number=Decimal(rng.choice((1, 2, 2, 3, 4))), unit=people.unit),
                Answer(**common, **_asked(pictures), agreed=rng.random() < 0.8),
            ]
        )
    db.session.flush()


def _asked(question: Question) -> dict[str, Any]:
    return {
        "question_id": question.id, "kind": question.kind, "label_vi": question.label_vi, "label_en": question.label_en,
    }  # fmt: skip


def _shared_stands(fair: Fair) -> None:
    """Two co-exhibitors and a represented company on accepted stands."""
    accepted = [row for row in _exhibitors(fair) if row.state is ExhibitorState.ACCEPTED][1:4]
    for row, (name, kind, products) in zip(accepted, SHARED, strict=True):
        company = CompanyDraft(name=name, country="VN", group_codes=tuple(row.groups), is_craft=True)
        add_company(row, StandDraft(company, kind, products, "Đại diện mẫu", "", "0912000900"), by=SYSTEM)


SHARED = (
    ("Hộ Mẫu 901 cùng gian", CO, "Đồ gốm nhỏ, quà tặng"),
    ("Hộ Mẫu 902 cùng gian", CO, "Túi vải, khăn thêu tay"),
    ("Cơ sở Mẫu 903 được giới thiệu", REPRESENTED, "Tranh dân gian"),
)


def _households(fair: Fair, users: dict[str, User]) -> None:
    """A list of twelve households, filed by the partner's account, and what was typed wrong in it."""
    by = Actor(users["partner"].id, users["partner"].name)
    known = db.session.scalars(select(CraftVillage).order_by(CraftVillage.id)).all()
    filing = HouseholdFiling(
        fair_id=fair.id, by_id=users["partner"].id, organisation="UBND xã (đơn vị mẫu)", file_name="danh-sach-ho.xlsx"
    )
    for number in range(1, 14):
        village = known[(number * 5) % len(known)]
        texts = {
            "name": f"Hộ Mẫu {910 + number} {village.name}", "contact": f"Chủ hộ mẫu {number}",
            "phone": f"09120009{number:02d}", "groups": village.group_code, "products": village.craft_vi,
            "village": village.name, "commune": village.commune_2025.split("|")[0], "booths": "1",
            "support": "có" if number % 3 else "không",
        }  # fmt: skip
        if number == 13:
            texts["groups"] = "Chưa rõ"
        filing.rows.append(HouseholdRow(line=number + 1, texts=texts))
    db.session.add(filing)
    db.session.flush()
    file_households(filing, agreed=True, by=by)


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
