"""Results of the demonstration's year 2020: contracts, gate counters, sales, and what was entered by hand."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.checkin.models import Gate
from fairs.contracts.models import Contract, ContractLine, ExchangeRate
from fairs.contracts.states import ContractState, Verification
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.demo.closings import load_closings
from fairs.demo.deals import GOODS
from fairs.demo.people import Cast, give_fair_roles
from fairs.demo.sales import load_surveys, returns_of
from fairs.demo.support import load_decision, load_rules_and_lines
from fairs.demo.year2020 import (
    ZONE,
    Year,
    add,
    count_on,
    load_exhibitors,
    load_fairs,
    load_guests,
    reference,
)
from fairs.directory.models import Company
from fairs.programme.models import FigureEntry, PlanItem
from fairs.programme.queries import find_target, programme_of
from fairs.programme.states import FigureLabel
from fairs.sales.models import SalesReturn
from fairs.visitors.models import PublicCount

#: Sample rates of the days of Giftshow 2020, VND for one unit.
RATES = {"USD": Decimal(23_170), "EUR": Decimal(27_130), "JPY": Decimal(220), "GBP": Decimal(29_950)}
SOURCE = "Tỷ giá mẫu / sample rate"
EXHIBITORS = 230
CONTRACTS, MOUS, WAITING, CANCELLED = 118, 26, 5, 3
EXPORT_USD, PUBLIC_VISITS, SALES_VND = 6_182_000, 27_000, 14_640_000_000

#: (item, metric): (figure, label, day, evidence). All samples; some targets are met, some are not.
BY_HAND: dict[tuple[str, str], tuple[int, FigureLabel, date, str]] = {
    ("1", "classes"): (47, FigureLabel.DECLARED, date(2020, 11, 30), "Danh sách lớp (số liệu mẫu)"),
    ("1", "trainees"): (1_612, FigureLabel.DECLARED, date(2020, 11, 30), "Danh sách điểm danh (số liệu mẫu)"),
    ("1", "trainees_placed_in_work"): (83, FigureLabel.ESTIMATED, date(2020, 12, 20), "Xác nhận việc làm (số liệu mẫu)"),
    ("1", "average_income"): (3_800_000, FigureLabel.ESTIMATED, date(2020, 12, 20), "Xác nhận của cơ sở (số liệu mẫu)"),
    ("2", "classes"): (10, FigureLabel.DECLARED, date(2020, 10, 30), "Danh sách lớp (số liệu mẫu)"),
    ("2", "attendances"): (1_024, FigureLabel.DECLARED, date(2020, 10, 30), "Danh sách điểm danh (số liệu mẫu)"),
    ("2", "participants"): (736, FigureLabel.DECLARED, date(2020, 9, 30), "Danh sách điểm danh (số liệu mẫu)"),
    ("2", "conferences"): (1, FigureLabel.DECLARED, date(2020, 9, 18), "Hồ sơ hội nghị (số liệu mẫu)"),
    ("2", "enterprises_attending"): (108, FigureLabel.DECLARED, date(2020, 9, 18), "Danh sách vào cửa (số liệu mẫu)"),
    ("2", "seminars"): (1, FigureLabel.DECLARED, date(2020, 10, 16), "Chương trình hội thảo (số liệu mẫu)"),
    ("3", "establishments"): (14, FigureLabel.DECLARED, date(2020, 12, 15), "Biên bản nghiệm thu (số liệu mẫu)"),
    ("4d", "enterprise_participations"): (31, FigureLabel.DECLARED, date(2020, 12, 10), "Báo cáo chuyến đi (số liệu mẫu)"),
    ("4d", "export_value"): (1_240_000, FigureLabel.DECLARED, date(2020, 12, 10), "Báo cáo của doanh nghiệp (số liệu mẫu)"),
    ("4e", "export_value"): (262_000, FigureLabel.DECLARED, date(2020, 12, 1), "Báo cáo của doanh nghiệp (số liệu mẫu)"),
    ("4f", "managers_trained"): (94, FigureLabel.DECLARED, date(2020, 11, 27), "Danh sách điểm danh (số liệu mẫu)"),
    ("5a", "entrants"): (132, FigureLabel.DECLARED, date(2020, 8, 31), "Phiếu dự thi (số liệu mẫu)"),
    ("5a", "new_designs"): (318, FigureLabel.DECLARED, date(2020, 8, 31), "Phiếu dự thi, ảnh (số liệu mẫu)"),
    ("5a", "prizes"): (92, FigureLabel.DECLARED, date(2020, 9, 25), "Biên bản chấm giải (số liệu mẫu)"),
    ("5b", "showroom"): (1, FigureLabel.DECLARED, date(2020, 12, 31), "Điểm trưng bày hoạt động (số liệu mẫu)"),
    ("5c", "exhibitions"): (1, FigureLabel.DECLARED, date(2020, 10, 15), "Hồ sơ triển lãm (số liệu mẫu)"),
    ("5d", "establishments"): (15, FigureLabel.DECLARED, date(2020, 11, 20), "Hợp đồng tư vấn (số liệu mẫu)"),
    ("5d", "new_designs"): (57, FigureLabel.DECLARED, date(2020, 11, 20), "Biên bản nghiệm thu mẫu (số liệu mẫu)"),
    ("6", "enterprise_participations"): (27, FigureLabel.DECLARED, date(2020, 12, 5), "Hợp đồng gian hàng (số liệu mẫu)"),
    ("6", "fairs"): (3, FigureLabel.DECLARED, date(2020, 12, 5), "Hồ sơ hội chợ (số liệu mẫu)"),
    ("budget", "city_budget"): (26_412_000_000, FigureLabel.DECLARED, date(2020, 12, 31), "Bảng quyết toán (số liệu mẫu)"),
}  # fmt: skip
OWNERS = {
    "1": "Trung tâm Khuyến công (mẫu)", "2": "Phòng Quản lý Công nghiệp (mẫu)", "3": "Trung tâm Khuyến công (mẫu)",
    "4": "Phòng Quản lý Thương mại (mẫu)", "5": "Trung tâm Khuyến công (mẫu)", "6": "Phòng Quản lý Thương mại (mẫu)",
    "7": "Văn phòng Sở (mẫu)", "b": "Phòng Kế hoạch – Tài chính (mẫu)",
}  # fmt: skip


def load_year(rng: random.Random, cast: Cast, users: dict[str, User]) -> dict[str, int]:
    """The whole year in bulk; gives back what was made. Inside transaction()."""
    giftshow, souvenirs = load_fairs(users)
    give_fair_roles(users, [giftshow, souvenirs])
    year = Year(rng, cast, users, giftshow, souvenirs, [])
    load_exhibitors(year, giftshow, cast.exporters[:EXHIBITORS])
    pairs = load_exhibitors(year, souvenirs, cast.exporters[:120])
    load_rules_and_lines(giftshow.starts_on.year, Actor(users["organiser"].id, users["organiser"].name))
    for fair, item in ((giftshow, "4a"), (souvenirs, "4b")):
        load_decision(fair, item, users, settled=True)
    visits = load_guests(year)
    contracts = _contracts(year)
    _counters(year)
    _sales(year, pairs)
    surveys = load_surveys(giftshow) + load_surveys(souvenirs)
    _figures(users["organiser"])
    db.session.flush()
    closed = load_closings([giftshow, souvenirs], users)
    return {
        "visits in 2020": visits,
        "contracts in 2020": contracts,
        "surveys in 2020": surveys,
        "figures kept": closed,
    }


def _shares(rng: random.Random, number: int, total: int, step: int) -> list[int]:
    """``number`` amounts, none alike, that make ``total``; all but the last are multiples of ``step``."""
    weights = [rng.lognormvariate(0, 0.6) for _ in range(number)]
    whole = sum(weights)
    parts = [max(step, int(total * weight / whole) // step * step) for weight in weights]
    parts[-1] += total - sum(parts)
    return parts


def _contracts(year: Year) -> int:
    rng, fair = year.rng, year.giftshow
    db.session.add_all(
        ExchangeRate(currency=currency, day=day, vnd=vnd, source=SOURCE)
        for day in fair.days
        for currency, vnd in RATES.items()
    )
    kinds = ["signed"] * CONTRACTS + ["mou"] * MOUS + ["waiting"] * WAITING + ["cancelled"] * CANCELLED
    values = _shares(rng, CONTRACTS, EXPORT_USD, 100)
    values += [rng.randrange(8_000, 120_000, 500) for _ in range(len(kinds) - CONTRACTS)]
    rows, lines = [], []
    for n, (kind, usd) in enumerate(zip(kinds, values, strict=True)):
        exporter: Company = year.cast.exporters[(n * 7) % EXHIBITORS]
        importer, country = year.importer_companies[(n * 37) % len(year.importer_companies)]
        rows.append(_contract(year, n, kind, usd, exporter.id, importer, country))
        hs_code, description, unit = GOODS[n % len(GOODS)]
        lines.append({
            "position": 1, "hs_code": hs_code, "hs_edition": 2017, "description": description, "unit": unit,
            "quantity": Decimal(400 + 30 * (n % 40)), "amount_minor": rows[-1]["value_minor"], "currency": rows[-1]["currency"],
        })  # fmt: skip
    keys = add(Contract, rows)
    add(ContractLine, [{**line, "contract_id": key} for line, key in zip(lines, keys, strict=True)])
    count_on(fair, "C", len(rows))
    return len(rows)


def _contract(year: Year, n: int, kind: str, usd: int, exporter: int, importer: int, country: str) -> dict[str, Any]:
    fair = year.giftshow
    currency = {"JP": "JPY", "GB": "GBP", "DE": "EUR", "FR": "EUR"}.get(country, "USD")
    exponent = 0 if currency == "JPY" else 2
    value = (Decimal(usd) * RATES["USD"] / RATES[currency]).quantize(Decimal(1).scaleb(-exponent))
    signed_on = fair.days[n % 4]
    verified = kind in {"signed", "mou"}
    states = {"mou": ContractState.MOU, "cancelled": ContractState.CANCELLED}
    return {
        "fair_id": fair.id, "reference": reference(fair, "C", n + 1), "number": f"HD-{n + 1:03d}/2020",
        "exporter_id": exporter, "importer_id": importer, "signed_on": signed_on,
        "state": states.get(kind, ContractState.SIGNED),
        "verification": Verification.VERIFIED if verified else Verification.LOGGED,
        "incoterm": "FOB", "incoterm_place": "Hải Phòng", "currency": currency,
        "value_minor": int(value.scaleb(exponent)), "payment_method": "TT", "payment_terms": "T/T 30 % – 70 %", "delivery": "60 ngày / 60 days",
        "logged_by_id": year.users["deals"].id, "verified_by_id": year.users["organiser"].id if verified else None,
        "verified_at": datetime.combine(signed_on + timedelta(days=3), time(10), ZONE) if verified else None,
        "cancelled_at": datetime.combine(signed_on + timedelta(days=9), time(10), ZONE) if kind == "cancelled" else None,
        "cancelled_from": ContractState.SIGNED if kind == "cancelled" else None,
        "cancel_reason": "Bên mua rút lui / the buyer withdrew" if kind == "cancelled" else "",
        "usd_minor": usd * 100, "rate_vnd": RATES[currency], "rate_usd_vnd": RATES["USD"], "rate_on": signed_on,
        "rate_source": SOURCE,
    }  # fmt: skip


def _counters(year: Year) -> None:
    fair = year.souvenirs
    gates = list(db.session.scalars(select(Gate.id).where(Gate.fair_id == fair.id).order_by(Gate.id)))
    slots = [(day, hour, gate) for day in fair.days for hour in range(9, 18) for gate in gates]
    methods = ("Máy bấm tay tại cổng, sai số khoảng 3 % (mẫu)", "Cảm biến cửa, sai số khoảng 5 % (mẫu)")
    numbers = _shares(year.rng, len(slots), PUBLIC_VISITS, 1)
    add(
        PublicCount,
        [
            {"fair_id": fair.id, "gate_id": gate, "day": day, "hour": hour, "entries": number, "method": methods[gates.index(gate) % 2]}
            for (day, hour, gate), number in zip(slots, numbers, strict=True)
        ],
    )  # fmt: skip


def _sales(year: Year, pairs: list[tuple[int, int]]) -> None:
    """Declarations with gaps: some booths never declare, some forget a day."""
    fair = year.souvenirs
    slots = [
        (booth, exhibitor, day)
        for n, (booth, exhibitor) in enumerate(pairs)
        for d, day in enumerate(fair.days)
        if n % 23 != 11 and (n * 4 + d) % 13 != 6
    ]
    values = _shares(year.rng, len(slots), SALES_VND, 10_000)
    add(SalesReturn, returns_of(fair, slots, values))


def _figures(organiser: User) -> None:
    for (number, metric), (value, label, day, evidence) in BY_HAND.items():
        target = find_target(2020, number, metric)
        if target is None:
            raise LookupError((number, metric))
        # An earlier estimate stays readable under the figure that replaced it.
        if metric == "export_value":
            _entry(target.id, value * 9 // 10, FigureLabel.ESTIMATED, day - timedelta(days=60), evidence, organiser)
        _entry(target.id, value, label, day, evidence, organiser)
    programme = programme_of(2020)
    items = db.session.scalars(select(PlanItem).where(PlanItem.programme_id == (programme.id if programme else 0)))
    for item in items:
        item.owner = OWNERS[item.number[0]]


def _entry(target_id: int, value: int, label: FigureLabel, day: date, evidence: str, organiser: User) -> None:
    db.session.add(
        FigureEntry(
            target_id=target_id, value=Decimal(value), label=label, as_of=day, evidence=evidence,
            entered_by_id=organiser.id, entered_by=organiser.name,
        )
    )  # fmt: skip
