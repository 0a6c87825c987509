"""The closed year 2020 of the demonstration, written in bulk: its two fairs, who exhibited, who came.

All companies, people and results are samples; only the plan's targets, the decision and the move of Great Souvenirs
from April to November are real.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from fairs.accounts.models import User
from fairs.badges.codes import fingerprint, new_serial, short_code, sign
from fairs.badges.models import Badge
from fairs.badges.service import private_key, signing_key
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.checkin.models import Gate, Scan, Visit
from fairs.checkin.recounting import recount_tallies
from fairs.checkin.states import Verdict
from fairs.core.db import Record, db
from fairs.core.sequences import WIDTHS, NumberSeries
from fairs.core.text import fold
from fairs.demo.halls import load_giftshow_hall, load_souvenirs_hall
from fairs.demo.milestones import load_milestones, load_move_of_2020
from fairs.demo.names import vietnamese
from fairs.demo.people import Cast
from fairs.demo.support import decision_of
from fairs.demo.texts import GIFTSHOW, SOUVENIRS, TERMS_EN, TERMS_VI
from fairs.directory.models import Company, Person
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth, BoothPrice, BoothType
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.programme.reference import load_plan_2020
from fairs.visitors.models import Visitor

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
IMPORTERS, SECOND_DELEGATES, HOSTED, TRADE, PRESS, VISITS = 680, 62, 187, 4_300, 60, 11_600
#: Country and weight: 45 of them, the old markets of craft first.
COUNTRIES = {
    "US": 60, "JP": 58, "DE": 44, "FR": 42, "KR": 40, "GB": 34, "AU": 32, "IT": 28, "ES": 26, "NL": 26, "CN": 26,
    "TW": 22, "HK": 20, "CA": 20, "SE": 16, "DK": 14, "BE": 14, "PL": 12, "CZ": 12, "RU": 12, "SG": 12, "TH": 12, "MY": 10,
    "IN": 10, "AE": 8, "IL": 8, "CH": 8, "AT": 8, "NO": 8, "FI": 6, "IE": 6, "PT": 6, "GR": 4, "HU": 4, "RO": 4, "TR": 4,
    "BR": 4, "MX": 4, "CL": 4, "ZA": 4, "NZ": 4, "ID": 4, "PH": 4, "KW": 2, "SA": 2,
}  # fmt: skip


@dataclass
class Year:
    """What the parts of the year hand on."""

    rng: random.Random
    cast: Cast
    users: dict[str, User]
    giftshow: Fair
    souvenirs: Fair
    importer_companies: list[tuple[int, str]]


def add(model: type[Record], rows: list[dict[str, Any]]) -> list[int]:
    """Insert in bulk; gives back the keys in the order of the rows."""
    # Asked for the keys in their order, SQLite would insert row by row. Nobody else writes here meanwhile, so they are what is new.
    last = db.session.scalar(select(func.max(model.id))) or 0
    db.session.execute(insert(model.__table__), rows)  # type: ignore[arg-type]
    return list(db.session.scalars(select(model.id).where(model.id > last).order_by(model.id)))


def count_on(fair: Fair, letter: str, last: int) -> None:
    """Let the fair's references go on after those given out here."""
    db.session.add(NumberSeries(name=f"{fair.code}-{letter}", last=last))
    db.session.flush()


def reference(fair: Fair, letter: str, number: int) -> str:
    """As core.sequences gives them out."""
    return f"{fair.code}-{letter}-{number:0{WIDTHS[letter]}d}"


def load_fairs(users: dict[str, User]) -> tuple[Fair, Fair]:
    """The two fairs of the year, closed, as items 4a and 4b of the plan."""
    load_plan_2020()
    common: dict[str, Any] = {
        "terms_vi": TERMS_VI,
        "terms_en": TERMS_EN,
        "vat_percent": 10,
        "state": FairState.REPORTED,
    }
    giftshow = Fair(
        slug="giftshow-2020", code="GS20", kind="trade", starts_on=date(2020, 10, 15), ends_on=date(2020, 10, 18),
        plan_item="4a", **common, **GIFTSHOW,
    )  # fmt: skip
    souvenirs = Fair(
        slug="great-souvenirs-2020", code="GR20", kind="public", starts_on=date(2020, 11, 12),
        ends_on=date(2020, 11, 15), plan_item="4b", **common, **SOUVENIRS,
    )  # fmt: skip
    for fair in (giftshow, souvenirs):
        fair.name_vi, fair.name_en = f"{fair.name_vi} 2020", f"{fair.name_en} 2020"
    db.session.add_all([giftshow, souvenirs])
    db.session.flush()
    load_move_of_2020(souvenirs)
    load_milestones([giftshow, souvenirs], users, finished=True)
    load_giftshow_hall(giftshow)
    load_souvenirs_hall(souvenirs)
    return giftshow, souvenirs


def load_exhibitors(year: Year, fair: Fair, companies: list[Company]) -> list[tuple[int, int]]:
    """Every booth of the fair booked and confirmed; gives back (booth, exhibitor) of each."""
    organiser, (number, day) = year.users["organiser"].id, decision_of(fair)
    decided = fair.at(fair.starts_on - timedelta(days=60), time(10))
    exhibitors = add(
        Exhibitor,
        [
            {
                "fair_id": fair.id, "company_id": company.id, "reference": reference(fair, "E", n),
                "state": ExhibitorState.ACCEPTED, "track": "supported", "group_codes": company.group_codes,
                "products": company.description_vi, "contact_name": "Đại diện mẫu", "contact_email": company.email,
                "contact_phone": company.phone, "source": "commune", "decision_number": number,
                "decision_on": day, "submitted_at": decided - timedelta(days=20), "decided_at": decided,
                "decided_by_id": organiser,
            }
            for n, company in enumerate(companies, 1)
        ],
    )  # fmt: skip
    prices = {
        price.type_id: price for price in db.session.scalars(select(BoothPrice).where(BoothPrice.fair_id == fair.id))
    }
    booths = db.session.execute(
        select(Booth.id, BoothType.id).join(BoothType).where(Booth.fair_id == fair.id).order_by(Booth.id)
    ).all()
    pairs, rows = [], []
    for n, (booth_id, type_id) in enumerate(booths):
        exhibitor = n * len(exhibitors) // len(booths)
        price = prices[type_id]
        confirmed = fair.at(fair.starts_on - timedelta(days=55 - n * 40 // len(booths)), time(9 + n % 8))
        pairs.append((booth_id, exhibitors[exhibitor]))
        rows.append({
            "fair_id": fair.id, "booth_id": booth_id, "exhibitor_id": exhibitors[exhibitor],
            "reference": reference(fair, "B", n + 1), "state": BookingState.CONFIRMED, "price_minor": price.amount_minor,
            "support_minor": price.amount_minor, "currency": price.currency, "decision_number": number,
            "fascia_name": companies[exhibitor].name[:120], "terms_accepted_at": confirmed, "confirmed_at": confirmed,
            "created_at": confirmed - timedelta(hours=1),
        })  # fmt: skip
    add(BoothBooking, rows)
    count_on(fair, "E", len(exhibitors))
    count_on(fair, "B", len(rows))
    return pairs


@dataclass(frozen=True)
class Guest:
    """A person who comes to the fair."""

    person: dict[str, Any]
    company: int | None
    country: str
    category: BadgeCategory


def load_guests(year: Year) -> int:
    """Importers, trade visitors and press of Giftshow with their badges and visits; gives back the counted visits."""
    fair, rng = year.giftshow, year.rng
    year.importer_companies = _importer_companies()
    guests = [*_delegates(year), *_trade(rng)]
    people = add(Person, [guest.person for guest in guests])
    badges = _badges(fair, guests, people)
    _registrations(year, guests, people, badges)
    return _visits(rng, fair, guests, people, badges)


def _importer_companies() -> list[tuple[int, str]]:
    total = sum(COUNTRIES.values())
    numbers = {code: max(1, weight * IMPORTERS // total) for code, weight in COUNTRIES.items()}
    numbers["US"] += IMPORTERS - sum(numbers.values())
    countries = [code for code, number in numbers.items() for _ in range(number)]
    names = [f"Sample Craft Import {code} {n:03d}" for n, code in enumerate(countries, 1)]
    keys = add(
        Company,
        [
            {"name": name, "country": code, "email": f"office{n:03d}@import-2020.example", "folded": fold(name)}
            for n, (name, code) in enumerate(zip(names, countries, strict=True), 1)
        ],
    )
    return list(zip(keys, countries, strict=True))


def _delegates(year: Year) -> list[Guest]:
    chosen = [*year.importer_companies, *year.importer_companies[::11][:SECOND_DELEGATES]]
    hosted = set(range(0, HOSTED * 3, 3))
    guests = []
    for n, (company, country) in enumerate(chosen):
        name = f"Sample Buyer {n + 1:03d}"
        category = BadgeCategory.HOSTED if n in hosted else BadgeCategory.IMPORTER
        person = {
            "native_name": name, "passport_name": f"BUYER SAMPLE {n + 1:03d}", "name_language": "en", "country": country,
            "email": f"buyer{n + 1:03d}@import-2020.example", "company_id": company, "job_title": "Buyer", "locale": "en", "phone": "",
            "folded": fold(f"{name} BUYER SAMPLE {n + 1:03d}"),
        }  # fmt: skip
        guests.append(Guest(person, company, country, category))
    return guests


def _trade(rng: random.Random) -> list[Guest]:
    guests = []
    for n in range(TRADE + PRESS):
        name = vietnamese(rng)
        person = {
            "native_name": name, "name_language": "vi", "country": "VN", "phone": f"+84904{n:06d}",
            "email": f"khach{n + 1:04d}@tham-quan.example", "folded": fold(name), "company_id": None, "passport_name": "",
            "job_title": "", "locale": "vi",
        }  # fmt: skip
        guests.append(Guest(person, None, "VN", BadgeCategory.TRADE if n < TRADE else BadgeCategory.PRESS))
    return guests


def _badges(fair: Fair, guests: list[Guest], people: list[int]) -> list[int]:
    key = signing_key(fair)
    private = private_key(key)
    issued = fair.at(fair.starts_on - timedelta(days=24), time(9))
    rows = []
    for n, (guest, person) in enumerate(zip(guests, people, strict=True), 1):
        # Nobody prints these again, so the serial need not be one that survives a Telex keyboard.
        serial = new_serial()
        rows.append({
            "fair_id": fair.id, "person_id": person, "company_id": guest.company, "reference": reference(fair, "P", n),
            "category": guest.category, "state": BadgeState.ACTIVE, "serial": serial, "short_code": short_code(serial),
            "fingerprint": fingerprint(sign(serial, private)), "key_id": key.id,
            "created_at": issued,
        })  # fmt: skip
    count_on(fair, "P", len(rows))
    return add(Badge, rows)


def _registrations(year: Year, guests: list[Guest], people: list[int], badges: list[int]) -> None:
    fair, organiser = year.giftshow, year.users["organiser"].id
    decided = fair.at(fair.starts_on - timedelta(days=25), time(15))
    groups = ("CER", "LAC", "RBB", "SLK", "EMB", "WDC", "MET", "JEW", "GFT")
    importers: list[dict[str, Any]] = []
    visitors: list[dict[str, Any]] = []
    for n, (guest, person, badge) in enumerate(zip(guests, people, badges, strict=True)):
        if guest.category in {BadgeCategory.IMPORTER, BadgeCategory.HOSTED}:
            importers.append({
                "fair_id": fair.id, "company_id": guest.company, "person_id": person, "badge_id": badge,
                "reference": reference(fair, "I", len(importers) + 1), "state": ImporterState.APPROVED,
                "group_codes": "|".join(sorted({groups[n % 9], groups[(n * 5 + 2) % 9]})), "source": "web", "locale": "en",
                "confirmed_at": decided - timedelta(days=3), "decided_at": decided, "decided_by_id": organiser,
                "created_at": decided - timedelta(days=4),
            })  # fmt: skip
        else:
            visitors.append({
                "fair_id": fair.id, "person_id": person, "badge_id": badge, "source": "web", "category": guest.category,
                "reference": reference(fair, "V", len(visitors) + 1), "created_at": decided + timedelta(days=1),
            })  # fmt: skip
    add(Importer, importers)
    add(Visitor, visitors)
    count_on(fair, "I", len(importers))
    count_on(fair, "V", len(visitors))


def _visits(rng: random.Random, fair: Fair, guests: list[Guest], people: list[int], badges: list[int]) -> int:
    gates = list(db.session.scalars(select(Gate.id).where(Gate.fair_id == fair.id).order_by(Gate.id)))
    days = fair.days
    chosen: list[tuple[int, date]] = []
    spare: list[tuple[int, date]] = []
    counted = 0
    for n, guest in enumerate(guests):
        mine = rng.sample(days, 4)
        first = sorted(mine[: 1 + (n % 3 == 0)])
        chosen += [(n, day) for day in first]
        counted += len(first) if guest.category.counts_as_visitor else 0
        if guest.category.counts_as_visitor:
            spare += [(n, day) for day in mine[len(first) :]]
    rng.shuffle(spare)
    chosen += spare[: VISITS - counted]
    chosen.sort(key=lambda pair: (pair[1], pair[0]))
    scans: list[dict[str, Any]] = []
    visits: list[dict[str, Any]] = []
    for n, day in chosen:
        guest = guests[n]
        hour = rng.choice((9, 9, 10, 10, 10, 11, 13, 14, 14, 15, 16))
        moment = datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60), tzinfo=ZONE)
        scans.append({
            "scan_id": f"2020-{badges[n]}-{day:%m%d}", "fair_id": fair.id, "gate_id": gates[n % len(gates)],
            "badge_id": badges[n], "code_digest": "", "device": "2020", "seq": 0, "method": "scanner", "direction": "in",
            "day": day, "scanned_at": moment, "verdict": Verdict.WELCOME, "counted": guest.category.counts_as_visitor,
        })  # fmt: skip
        visits.append({
            "fair_id": fair.id, "day": day, "person_id": people[n], "badge_id": badges[n], "category": guest.category,
            "counts": guest.category.counts_as_visitor, "country": guest.country, "first_in_at": moment,
        })  # fmt: skip
    add(Scan, scans)
    add(Visit, visits)
    recount_tallies(fair)
    return sum(visit["counts"] for visit in visits)
