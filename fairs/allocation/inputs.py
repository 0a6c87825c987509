"""From the records of a fair to the solver's problem: booths, zones, who wants what, and the points of seniority."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.allocation.models import AllocationExclusion, AllocationRules
from fairs.allocation.solver.problem import Applicant, Area, Exclusion, Problem, Quota, Site, Weights, Wish
from fairs.booths.models import BoothBooking
from fairs.booths.queries import is_live_now
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.directory.models import Company, Product
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothType, Zone
from fairs.payments.models import Invoice, Receipt

MOST_WEEKS = 10  # that an early deposit counts
CORNERS = {"SHELL9C": "SHELL9"}  # the same booth; that it is open on two sides is a matter of its own


@dataclass(frozen=True, slots=True)
class Seniority:
    """What an exhibitor's points of seniority come from."""

    years: int
    area_m2: int
    day: date | None
    weeks: int
    points: int

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "day": self.day.isoformat() if self.day else None}


def rules_of(fair: Fair) -> AllocationRules:
    """The fair's rules, or those that stand until somebody changes them (not stored)."""
    found = db.session.scalar(select(AllocationRules).where(AllocationRules.fair_id == fair.id))
    return found or AllocationRules(
        fair_id=fair.id, weights={}, year_points=3, area_points=1, week_points=1, exclusive_zones=[],
        supported_booths=None, supported_area_m2=None, zone_quotas={},
    )  # fmt: skip


def weights_of(rules: AllocationRules) -> Weights:
    """The weights with what is not set left as it is by default."""
    known = {one.name for one in fields(Weights)}
    return Weights(**{key: int(value) for key, value in rules.weights.items() if key in known})


def build_problem(
    fair: Fair, *, locks: Mapping[int, Sequence[int]] | None = None
) -> tuple[Problem, dict[int, Seniority]]:
    """The problem of a fair now, and what each seniority comes from. ``locks``: exhibitor to booths. Reads only."""
    rules = rules_of(fair)
    bookings = _live_bookings(fair)
    sites = _sites(fair, {booking.booth_id for booking in bookings})
    standing: dict[int, list[int]] = defaultdict(list)
    for booking in bookings:
        standing[booking.exhibitor_id].append(booking.booth_id)
    people = _people(fair, standing)
    waiting = [one for one in people if one.id not in standing and one.state is ExhibitorState.ACCEPTED]
    seniority = seniority_of(fair, waiting, rules)
    keys = _rival_keys(people)
    there = {site.id for site in sites}
    kinds = {kind.id: CORNERS.get(kind.code, kind.code) for kind in db.session.scalars(select(BoothType))}
    locks = locks or {}
    applicants = [
        Applicant(
            one.id, count=max(1, one.booth_count), kind=kinds.get(one.wished_type_id or 0, ""),
            wishes=tuple(Wish(zone=wish.zone_id, site=wish.booth_id) for wish in one.booth_wishes),
            open_sides=one.wished_open_sides, groups=tuple(one.groups), village=_village(one),
            seniority=seniority[one.id].points, supported=one.is_supported, rival_keys=keys.get(one.company_id, ()),
            lock=tuple(locks.get(one.id, ())),
        )
        for one in waiting
    ]  # fmt: skip
    applicants += [
        Applicant(
            one.id, count=len(booths), groups=tuple(one.groups), village=_village(one), supported=one.is_supported,
            rival_keys=keys.get(one.company_id, ()), lock=booths, standing=True,
        )
        for one in people
        if (booths := tuple(sorted(b for b in standing.get(one.id, ()) if b in there)))
    ]  # fmt: skip
    problem = Problem(
        sites, _areas(fair, rules), tuple(applicants), weights_of(rules), _exclusions(fair, {a.id for a in applicants}),
        _quotas(rules),
    )  # fmt: skip
    return problem, seniority


def _live_bookings(fair: Fair) -> Sequence[BoothBooking]:
    query = select(BoothBooking).where(BoothBooking.fair_id == fair.id, is_live_now())
    return db.session.scalars(query.order_by(BoothBooking.id)).all()


def _sites(fair: Fair, booked: Collection[int]) -> tuple[Site, ...]:
    query = select(Booth).options(joinedload(Booth.type)).where(Booth.fair_id == fair.id).order_by(Booth.code)
    return tuple(
        Site(
            booth.id, booth.code, booth.hall_id, booth.zone_id, CORNERS.get(booth.type.code, booth.type.code),
            booth.x_cm, booth.y_cm, booth.w_cm, booth.h_cm, booth.open_sides,
            "booked" if booth.id in booked else "blocked" if booth.is_blocked else "",
        )
        for booth in db.session.scalars(query)
        if booth.type.is_sold
    )  # fmt: skip


def _areas(fair: Fair, rules: AllocationRules) -> tuple[Area, ...]:
    zones = db.session.scalars(select(Zone).where(Zone.fair_id == fair.id).order_by(Zone.code))
    return tuple(
        Area(
            zone.id,
            zone.code,
            tuple(code for code in zone.group_codes.split("|") if code),
            zone.id in rules.exclusive_zones,
        )
        for zone in zones
    )


def _people(fair: Fair, standing: Mapping[int, Sequence[int]]) -> list[Exhibitor]:
    query = (
        select(Exhibitor)
        .options(selectinload(Exhibitor.booth_wishes), joinedload(Exhibitor.company))
        .where(Exhibitor.fair_id == fair.id, Exhibitor.state == ExhibitorState.ACCEPTED)
        .order_by(Exhibitor.id)
    )
    found = list(db.session.scalars(query))
    missing = set(standing) - {one.id for one in found}
    if missing:
        found += db.session.scalars(
            select(Exhibitor)
            .options(selectinload(Exhibitor.booth_wishes), joinedload(Exhibitor.company))
            .where(Exhibitor.id.in_(missing))
            .order_by(Exhibitor.id)
        ).all()
    return found


def _village(exhibitor: Exhibitor) -> str:
    return str(exhibitor.company.village_id or "")


def _rival_keys(people: Collection[Exhibitor]) -> dict[int, tuple[str, ...]]:
    """By company the HS codes (six digits) of its products: who sells the same is a direct competitor."""
    companies = {one.company_id for one in people}
    rows = db.session.execute(
        select(Product.company_id, Product.hs_code).distinct().where(Product.company_id.in_(companies))
    )
    found: dict[int, set[str]] = defaultdict(set)
    for company, code in rows:
        digits = "".join(one for one in code if one.isdigit())
        if len(digits) >= 6:
            found[company].add(digits[:6])
    return {company: tuple(sorted(codes)) for company, codes in found.items()}


def _exclusions(fair: Fair, present: Collection[int]) -> tuple[Exclusion, ...]:
    rows = db.session.scalars(
        select(AllocationExclusion).where(AllocationExclusion.fair_id == fair.id).order_by(AllocationExclusion.id)
    )
    return tuple(
        Exclusion(row.first_id, row.second_id, row.same_zone)
        for row in rows
        if row.first_id in present and row.second_id in present
    )


def _quotas(rules: AllocationRules) -> tuple[Quota, ...]:
    found = []
    if rules.supported_booths is not None or rules.supported_area_m2 is not None:
        area = None if rules.supported_area_m2 is None else rules.supported_area_m2 * 10_000
        found.append(Quota(booths=rules.supported_booths, area=area))
    found += [Quota(zone=int(zone), booths=booths) for zone, booths in sorted(rules.zone_quotas.items())]
    return tuple(found)


def seniority_of(fair: Fair, people: Sequence[Exhibitor], rules: AllocationRules) -> dict[int, Seniority]:
    """Points of seniority by exhibitor: earlier fairs, floor taken there, and how early the deposit or application came."""
    companies = {one.company_id for one in people}
    years = _years(fair, companies)
    areas = _areas_before(fair, companies)
    paid = _deposit_days(fair, companies)
    days = {
        one.id: paid.get(one.company_id) or (local_day(one.submitted_at, fair.time_zone) if one.submitted_at else None)
        for one in people
    }
    last = max((day for day in days.values() if day), default=None)
    found = {}
    for one in people:
        day = days[one.id]
        weeks = min(MOST_WEEKS, (last - day).days // 7) if day and last else 0
        area = areas.get(one.company_id, 0) // 10_000
        points = (
            rules.year_points * years.get(one.company_id, 0)
            + rules.area_points * (area // 9)
            + rules.week_points * weeks
        )
        found[one.id] = Seniority(years.get(one.company_id, 0), area, day, weeks, points)
    return found


def _years(fair: Fair, companies: Collection[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Exhibitor.company_id, func.count())
        .join(Fair, Fair.id == Exhibitor.fair_id)
        .where(
            Exhibitor.company_id.in_(companies), Exhibitor.state == ExhibitorState.ACCEPTED,
            Fair.starts_on < fair.starts_on, Fair.id != fair.id,
        )
        .group_by(Exhibitor.company_id)
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def _areas_before(fair: Fair, companies: Collection[int]) -> dict[int, int]:
    """Square centimetres of booths confirmed at earlier fairs."""
    rows = db.session.execute(
        select(Exhibitor.company_id, func.sum(Booth.w_cm * Booth.h_cm))
        .select_from(BoothBooking)
        .join(Exhibitor, Exhibitor.id == BoothBooking.exhibitor_id)
        .join(Booth, Booth.id == BoothBooking.booth_id)
        .join(Fair, Fair.id == BoothBooking.fair_id)
        .where(
            Exhibitor.company_id.in_(companies), BoothBooking.state == BookingState.CONFIRMED,
            Fair.starts_on < fair.starts_on, Fair.id != fair.id,
        )
        .group_by(Exhibitor.company_id)
    )  # fmt: skip
    return {row[0]: int(row[1] or 0) for row in rows}


def _deposit_days(fair: Fair, companies: Collection[int]) -> dict[int, date]:
    """The first day on which money came in at this fair, by company."""
    rows = db.session.execute(
        select(Company.id, func.min(Receipt.received_on))
        .select_from(Receipt)
        .join(Invoice, Invoice.id == Receipt.invoice_id)
        .join(Company, Company.id == Invoice.company_id)
        .where(Invoice.fair_id == fair.id, Company.id.in_(companies))
        .group_by(Company.id)
    )
    return {row[0]: row[1] for row in rows}
