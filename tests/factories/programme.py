"""A small year 2020: the plan, a trade fair and a public fair with records, some of which must not count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from fairs.badges.service import issue_badge
from fairs.badges.states import BadgeCategory
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.checkin.models import Gate, Visit
from fairs.contracts.models import Contract
from fairs.contracts.states import ContractState, Verification
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.directory.models import Company, Person
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothType, Hall
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.programme.models import Programme
from fairs.programme.reference import load_plan_2020
from fairs.sales.models import SalesReturn
from fairs.visitors.models import PublicCount

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass
class SmallYear:
    """The plan and its two fairs."""

    programme: Programme
    trade: Fair
    public: Fair


def _fair(code: str, item: str, kind: str, first: date) -> Fair:
    fair = Fair(
        slug=f"{code.lower()}-test", code=code, kind=kind, name_vi=code, name_en=code, state=FairState.REPORTED,
        starts_on=first, ends_on=first + timedelta(days=1), plan_item=item,
    )  # fmt: skip
    db.session.add(fair)
    db.session.flush()
    return fair


def _booths(fair: Fair, sizes: list[tuple[int, BookingState]]) -> list[tuple[Booth, Exhibitor]]:
    kind = BoothType(code=f"T-{fair.code}", name_vi="Gian", name_en="Booth")
    hall = Hall(fair_id=fair.id, code="H", name_vi="Nhà", name_en="Hall", width_cm=5000, depth_cm=5000)
    company = Company(name=f"Cơ sở {fair.code}", country="VN")
    db.session.add_all([kind, hall, company])
    db.session.flush()
    exhibitor = Exhibitor(
        fair_id=fair.id, company_id=company.id, reference=f"{fair.code}-E-0001", state=ExhibitorState.ACCEPTED
    )
    db.session.add(exhibitor)
    db.session.flush()
    made = []
    for n, (width, state) in enumerate(sizes):
        booth = Booth(
            fair_id=fair.id, hall_id=hall.id, type_id=kind.id, code=f"H-{n}", x_cm=0, y_cm=0, w_cm=width, h_cm=300
        )
        db.session.add(booth)
        db.session.flush()
        db.session.add(
            BoothBooking(
                fair_id=fair.id, booth_id=booth.id, exhibitor_id=exhibitor.id, reference=f"{fair.code}-B-{n}",
                state=state, price_minor=0, currency="VND",
                confirmed_at=fair.at(fair.starts_on - timedelta(days=10 - n), time(9)),
            )
        )  # fmt: skip
        made.append((booth, exhibitor))
    return made


def _guest(fair: Fair, name: str, category: BadgeCategory, company: Company | None, days: int) -> None:
    person = Person(native_name=name, country=company.country if company else "VN", company=company)
    db.session.add(person)
    db.session.flush()
    badge = issue_badge(fair, person, category, company=company, by=SYSTEM)
    if company is not None:
        db.session.add(
            Importer(
                fair_id=fair.id, company_id=company.id, person_id=person.id, reference=f"{fair.code}-I-{name}",
                state=ImporterState.APPROVED, badge_id=badge.id,
            )
        )  # fmt: skip
    for n in range(days):
        day = fair.starts_on + timedelta(days=n)
        db.session.add(
            Visit(
                fair_id=fair.id, day=day, person_id=person.id, badge_id=badge.id, category=category,
                counts=category.counts_as_visitor, country=person.country,
                first_in_at=datetime.combine(day, time(10), ZONE),
            )
        )  # fmt: skip


def _contract(fair: Fair, n: int, state: ContractState, verification: Verification, usd: int | None) -> None:
    seller, buyer = Company(name=f"Bán {n}", country="VN"), Company(name=f"Buy {n}", country="FR")
    db.session.add_all([seller, buyer])
    db.session.flush()
    db.session.add(
        Contract(
            fair_id=fair.id, reference=f"{fair.code}-C-{n}", exporter_id=seller.id, importer_id=buyer.id,
            signed_on=fair.starts_on + timedelta(days=n % 2), state=state, verification=verification, incoterm="FOB",
            currency="USD", value_minor=usd or 100, usd_minor=usd, rate_vnd=Decimal(23_000),
        )
    )  # fmt: skip


def small_year() -> SmallYear:
    """Records of every kind, the counted beside those that must not count."""
    confirmed, cancelled, reserved = BookingState.CONFIRMED, BookingState.CANCELLED, BookingState.RESERVED
    signed, mou = ContractState.SIGNED, ContractState.MOU
    verified, logged = Verification.VERIFIED, Verification.LOGGED
    with transaction():
        programme = load_plan_2020()
        trade = _fair("TT20", "4a", "trade", date(2020, 10, 15))
        public = _fair("PP20", "4b", "public", date(2020, 11, 12))
        rehearsal = _fair("RR20", "4a", "trade", date(2020, 10, 1))
        rehearsal.is_rehearsal = True
        _booths(rehearsal, [(300, confirmed)])
        _booths(trade, [(300, confirmed), (1200, confirmed), (300, cancelled), (300, reserved), (400, confirmed)])
        pairs = _booths(public, [(300, confirmed), (300, confirmed), (300, confirmed)])
        french, german = Company(name="Maison", country="FR"), Company(name="Haus", country="DE")
        home, absent = Company(name="Trong nước", country="VN"), Company(name="Absent", country="US")
        db.session.add_all([french, german, home, absent])
        db.session.flush()
        _guest(trade, "A", BadgeCategory.IMPORTER, french, 2)
        _guest(trade, "B", BadgeCategory.IMPORTER, french, 1)
        _guest(trade, "C", BadgeCategory.HOSTED, german, 2)
        _guest(trade, "D", BadgeCategory.IMPORTER, home, 1)
        _guest(trade, "E", BadgeCategory.HOSTED, absent, 0)
        _guest(trade, "F", BadgeCategory.TRADE, None, 2)
        _guest(trade, "G", BadgeCategory.PRESS, None, 2)
        _contract(trade, 1, signed, verified, 1_000_050)
        _contract(trade, 2, ContractState.SHIPPED, verified, 250_000)
        _contract(trade, 3, signed, logged, 900_000)
        _contract(trade, 4, mou, verified, 700_000)
        _contract(trade, 5, ContractState.CANCELLED, verified, 600_000)
        _contract(trade, 6, signed, verified, None)
        gate = Gate(fair_id=public.id, code="g1", name_vi="Cổng", name_en="Gate", direction="both")
        db.session.add(gate)
        db.session.flush()
        for hour, entries in ((9, 120), (10, 240)):
            for day in public.days:
                db.session.add(
                    PublicCount(fair_id=public.id, gate_id=gate.id, day=day, hour=hour, entries=entries, method="tay")
                )
        for (booth, exhibitor), day, amount in (
            (pairs[0], public.days[0], 5_000_000), (pairs[0], public.days[1], 7_500_000), (pairs[1], public.days[0], 2_000_000),
        ):  # fmt: skip
            db.session.add(
                SalesReturn(
                    fair_id=public.id, booth_id=booth.id, exhibitor_id=exhibitor.id, day=day, amount_minor=amount,
                    currency="VND",
                )
            )  # fmt: skip
    return SmallYear(programme, trade, public)
