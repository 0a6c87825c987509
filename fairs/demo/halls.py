"""Halls, zones, prices and gates of the demonstration's fairs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.checkin.models import Gate
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.floorplans.difference import compare
from fairs.floorplans.drafting import change_draft
from fairs.floorplans.generator import Layout, lay_out
from fairs.floorplans.geometry import Rect
from fairs.floorplans.models import Booth, BoothPrice, BoothType, Hall, PlanVersion, Zone
from fairs.floorplans.plans import published_plan
from fairs.floorplans.problems import look_at
from fairs.floorplans.publishing import put_in_force
from fairs.floorplans.queries import halls_of, rules_of

GIFTSHOW_ZONES = (
    ("A", "Gốm sứ, sơn mài, khảm", "Ceramics, lacquer, inlay", "CER|LAC|INL|GLS|STN"),
    ("B", "Mây tre đan, nón", "Rattan, bamboo, hats", "RBB|HAT"),
    ("C", "Lụa, thêu, dệt may", "Silk, embroidery, textiles", "SLK|EMB|TEX|LEA"),
    ("D", "Gỗ mỹ nghệ, nội thất", "Wood and furniture", "WDC|FUR|MUS"),
    ("E", "Kim khí, trang sức, quà tặng", "Metal, jewellery, gifts", "MET|JEW|HRN|PAP|TOY|INC|GFT"),
)
SOUVENIR_ZONES = (
    ("A", "Quà lưu niệm làng nghề", "Craft village souvenirs", "CER|LAC|INL|RBB|SLK|EMB|TEX|HAT|GLS"),
    ("B", "Quà tặng và trang trí", "Gifts and decoration", "WDC|FUR|MET|JEW|HRN|PAP|TOY|GFT|LEA|STN|MUS"),
    ("C", "OCOP và ẩm thực", "OCOP and food", "OCP|INC"),
)


def load_giftshow_hall(fair: Fair) -> None:
    """480 shell-scheme booths in five product zones; 12,000,000 VND each is a sample price."""
    hall = Hall(
        fair_id=fair.id,
        code="A",
        name_vi="Nhà triển lãm A",
        name_en="Hall A",
        width_cm=10_400,
        depth_cm=7_700,
        doors=[
            {"x": 4_900, "y": 7_650, "w": 400, "h": 50},
            {"x": 4_900, "y": 0, "w": 400, "h": 50},
            {"x": 0, "y": 3_600, "w": 50, "h": 300},
        ],
    )
    _fill(fair, hall, GIFTSHOW_ZONES, most=480, price=12_000_000, corner_percent=10)
    _gates(fair, (("g1", "Cửa chính", "Main entrance", "both"), ("g2", "Cửa phía Bắc", "North entrance", "in")))


def load_souvenirs_hall(fair: Fair) -> None:
    """180 booths; 6,000,000 VND each is a sample price."""
    hall = Hall(
        fair_id=fair.id,
        code="S",
        name_vi="Sân trưng bày",
        name_en="Exhibition ground",
        width_cm=7_100,
        depth_cm=5_000,
        doors=[{"x": 3_250, "y": 4_950, "w": 400, "h": 50}],
    )
    _fill(fair, hall, SOUVENIR_ZONES, most=180, price=6_000_000, corner_percent=5)
    _gates(fair, (("g1", "Cổng chính", "Main gate", "both"), ("g2", "Cổng phụ", "Side gate", "both")))


def publish_plans(giftshow: Fair, souvenirs: Fair, by: Actor) -> None:
    """The plans as versions. Giftshow's hall has a second one, and a draft after it with two mistakes to be found."""
    for fair in (giftshow, souvenirs):
        hall = halls_of(fair.id)[0]
        plan = published_plan(hall)
        db.session.add(
            PlanVersion(
                fair_id=fair.id, hall_id=hall.id, number=1, published_by=by.label, by_id=by.user_id, plan=plan.as_dict(),
                difference=[change.as_dict() for change in compare(replace(plan, booths={}), plan)],
            )
        )  # fmt: skip
    hall = halls_of(giftshow.id)[0]
    exits = [
        {"x": 10_350, "y": 2_500, "w": 50, "h": 200, "label_vi": "Lối thoát 1", "label_en": "Exit 1", "clear": 200},
        {"x": 10_350, "y": 5_500, "w": 50, "h": 200, "label_vi": "Lối thoát 2", "label_en": "Exit 2", "clear": 200},
    ]
    plan = published_plan(hall)
    last = next(key for key, booth in plan.booths.items() if booth.code == "A-480")
    plan = replace(plan, exits=exits, booths={**plan.booths, last: replace(plan.booths[last], zone="D")})
    put_in_force(hall, plan, look_at(plan, rules_of(hall)), by=by)
    moves = []
    for code, dx, dy in (("A-460", -100, 0), ("A-480", 0, 250)):
        key, booth = _booth(hall, code)
        moves.append({"key": key, "after": {**booth, "x": booth["x"] + dx, "y": booth["y"] + dy}})
    change_draft(hall, moves, revision=0, label="drag", by=by)


def _booth(hall: Hall, code: str) -> tuple[str, dict[str, Any]]:
    found = published_plan(hall).booths.items()
    return next((key, booth.as_dict()) for key, booth in found if booth.code == code)


def _fill(
    fair: Fair, hall: Hall, zones: tuple[tuple[str, str, str, str], ...], *, most: int, price: int, corner_percent: int
) -> None:
    rows = {
        code: Zone(fair_id=fair.id, code=code, name_vi=name_vi, name_en=name_en, tint=tint, group_codes=groups)
        for tint, (code, name_vi, name_en, groups) in enumerate(zones, 1)
    }
    shell = db.session.scalars(select(BoothType).where(BoothType.code == "SHELL9")).one()
    corner = db.session.scalars(select(BoothType).where(BoothType.code == "SHELL9C")).one()
    db.session.add_all([hall, *rows.values()])
    for booth_type in (shell, corner):
        db.session.add(
            BoothPrice(
                fair_id=fair.id,
                type_id=booth_type.id,
                amount_minor=price,
                currency="VND",
                corner_percent=corner_percent,
            )
        )
    db.session.flush()
    layout = Layout(prefix=hall.code, margin=400, most=most, zones=tuple((code, 1) for code in rows))
    doors = [Rect.of(door) for door in hall.doors]
    for planned in lay_out(hall.width_cm, hall.depth_cm, layout, doors=doors):
        zone = rows.get(planned.zone or "")
        db.session.add(
            Booth(
                fair_id=fair.id,
                hall_id=hall.id,
                zone_id=zone.id if zone else None,
                type_id=(corner if planned.open_sides > 1 else shell).id,
                code=planned.code,
                x_cm=planned.rect.x,
                y_cm=planned.rect.y,
                w_cm=planned.rect.w,
                h_cm=planned.rect.h,
                open_sides=planned.open_sides,
            )
        )
    db.session.flush()


def _gates(fair: Fair, gates: tuple[tuple[str, str, str, str], ...]) -> None:
    db.session.add_all(
        Gate(fair_id=fair.id, code=code, name_vi=vi, name_en=en, direction=direction)
        for code, vi, en, direction in gates
    )
