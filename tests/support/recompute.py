"""The statement of a fair once more, from raw rows: plain SQL and Python, and nothing of the program.

    python -m tests.support.recompute sqlite:////path/to/fairs.db giftshow-2020 [YYYY-MM-DD]

prints as JSON what ``/fairs/<slug>/statement`` says, and the fingerprint that stands at the foot of its pages. Whoever doubts
a figure reads this file, not the program.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

Query = Callable[[str], list[dict[str, Any]]]
SIGNED = {"signed", "part_shipped", "shipped", "paid"}


def connect(url: str) -> Query:
    """Reads all rows of a statement as dictionaries; ``url`` is that of the program's setting FAIRS_DATABASE_URL."""
    if url.startswith("sqlite"):
        database = sqlite3.connect(f"file:{url.partition('///')[2]}?mode=ro", uri=True)
        database.row_factory = sqlite3.Row
        return lambda sql: [dict(row) for row in database.execute(sql)]
    import psycopg
    from psycopg.rows import dict_row

    server = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), row_factory=dict_row)
    return lambda sql: [dict(row) for row in server.execute(sql)]


def _day(value: Any) -> date:
    return value if isinstance(value, date) and not isinstance(value, datetime) else date.fromisoformat(str(value)[:10])


def _moment(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _both(first: Counter[str], second: Counter[str]) -> dict[str, list[int]]:
    return {key: [first[key], second[key]] for key in sorted({*first, *second})}


class Raw:
    """The rows of a fair until a day."""

    def __init__(self, read: Query, slug: str, until: date | None = None) -> None:
        self.read = read
        self.fair = next(row for row in read("select * from fairs") if row["slug"] == slug)
        self.zone = ZoneInfo(self.fair["time_zone"])
        self.last = until or datetime.now(self.zone).date()
        self.companies = {row["id"]: row["country"] for row in read("select id, country from companies")}
        self.exhibitors = {row["id"]: row["company_id"] for row in self.mine("exhibitors")}
        self.booths = {row["id"]: row for row in self.mine("booths")}
        self.types = {row["id"]: row for row in read("select * from booth_types")}
        self.stands = [
            row for row in self.mine("booth_bookings") if row["state"] == "confirmed" and self.is_decided(row)
        ]
        self.came = [row for row in self.mine("visits") if _day(row["day"]) <= self.last]
        self.visits = [row for row in self.came if row["counts"]]
        self.entries = [row for row in self.mine("public_counts") if _day(row["day"]) <= self.last]
        self.by_name = self.fair["kind"] != "public" or not self.entries

    def mine(self, table: str) -> list[dict[str, Any]]:
        """The fair's rows of a table."""
        return [row for row in self.read(f"select * from {table}") if row["fair_id"] == self.fair["id"]]

    def is_decided(self, booking: dict[str, Any]) -> bool:
        """Whether it was confirmed until the day, by the fair's clock."""
        return _moment(booking["confirmed_at"] or booking["created_at"]).astimezone(self.zone).date() <= self.last


def recompute(read: Query, slug: str, until: date | None = None) -> dict[str, Any]:
    """The numbers of the statement until a day (default: today where the fair is)."""
    raw = Raw(read, slug, until)
    equivalents, space = _space(raw)
    main, shared = _exhibitors(raw)
    daily, visits_by, people_by, by_gate = _visits(raw)
    guests, firms_by, staff_by = _importers(raw)
    contracts = _contracts(raw)
    sold, declared, expected = _sales(raw)
    estimated = _estimated(raw)
    figures = {
        "booths": _plain(equivalents),
        "net_space": _plain(sum((area for part in space.values() for area in part.values()), Decimal(0))),
        "exhibitors": str(sum(main.values())), "co_exhibitors": str(sum(shared.values())),
        "visits": str(sum(one[0] for one in daily.values())), "visitors": str(sum(people_by.values())),
        "foreign_importers": str(sum(firms_by.values())), "importer_people": str(guests),
        "contracts_verified": contracts["verified"][1], "contracts_cancelled": contracts["cancelled"][1],
        "mou": contracts["mou"][1], "estimated_orders": estimated[1], "sales": str(sum(one[1] for one in sold.values())),
    }  # fmt: skip
    # What a fair does not have is no figure of it, not a zero.
    some = {
        "contracts_cancelled": contracts["cancelled"][0],
        "mou": contracts["mou"][0],
        "visitors": raw.by_name,
        "estimated_orders": estimated[0],
    }
    if raw.fair["kind"] == "public":
        some |= {"foreign_importers": guests, "importer_people": guests, "contracts_verified": contracts["verified"][0]}
    else:
        some |= {"sales": declared}
    return {
        "fair": slug,
        "until": raw.last.isoformat(),
        "figures": {key: value for key, value in figures.items() if some.get(key, 1)},
        "net_space": {
            basis: {how: _plain(area) for how, area in sorted(part.items())} for basis, part in sorted(space.items())
        },
        "exhibitors_by_country": _both(main, shared),
        "visits_by_day": dict(sorted(daily.items())),
        "visits_by_country": _both(visits_by, people_by),
        "categories": _categories(raw),
        "gates": dict(sorted(by_gate.items())),
        "importers_by_country": _both(firms_by, staff_by),
        "contracts": contracts,
        "sales_by_day": dict(sorted(sold.items())),
        "estimated": estimated,
        "coverage": [declared, expected],
        "international": {
            "exhibitors": [_abroad(main) + _abroad(shared), sum(main.values()) + sum(shared.values())],
            "visits": [_abroad(visits_by), sum(visits_by.values())] if raw.by_name else None,
        },
    }


def _abroad(by_country: Counter[str]) -> int:
    return sum(number for country, number in by_country.items() if country not in {"VN", ""})


def _space(raw: Raw) -> tuple[Decimal, dict[str, dict[str, Decimal]]]:
    """Booths confirmed, and what is shown on theme and not for sale."""
    equivalents = Decimal(0)
    space: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in raw.stands:
        booth = raw.booths[row["booth_id"]]
        area = Decimal(booth["w_cm"] * booth["h_cm"])
        equivalents += (area / 90_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
        kind = raw.types[booth["type_id"]]
        if kind["counts_in_net_space"]:
            basis = "raw" if kind["code"].startswith("RAW") else "shell"
            space[basis]["paid" if row["price_minor"] > row["support_minor"] else "unpaid"] += area / 10_000
    for booth in raw.booths.values():
        kind = raw.types[booth["type_id"]]
        if not kind["is_sold"] and kind["counts_in_net_space"]:
            space["special"]["special"] += Decimal(booth["w_cm"] * booth["h_cm"]) / 10_000
    return equivalents, space


def _exhibitors(raw: Raw) -> tuple[Counter[str], Counter[str]]:
    """Main ones have a stand; co-exhibitors stand on one and have none themselves."""
    main = {row["exhibitor_id"] for row in raw.stands}
    own = {raw.exhibitors[one] for one in main}
    shared = {
        row["company_id"]
        for row in raw.read("select * from stand_companies")
        if row["exhibitor_id"] in main and row["kind"] == "co" and row["company_id"] not in own
    }
    return Counter(raw.companies[raw.exhibitors[one]] for one in main), Counter(raw.companies[one] for one in shared)


def _visits(raw: Raw) -> tuple[dict[str, list[int]], Counter[str], Counter[str], Counter[str]]:
    """One per person and day of categories that count; at a public fair what the counters say."""
    daily: dict[str, list[int]] = defaultdict(lambda: [0, 0] if raw.by_name else [0])
    visits_by, people_by, by_gate = Counter[str](), Counter[str](), Counter[str]()
    if not raw.by_name:
        gates = {row["id"]: row["name_vi"] for row in raw.mine("gates")}
        for row in raw.entries:
            daily[_day(row["day"]).isoformat()][0] += row["entries"]
            by_gate[gates[row["gate_id"]]] += row["entries"]
        return daily, visits_by, people_by, by_gate
    seen = set()
    for row in sorted(raw.visits, key=lambda row: _day(row["day"])):
        day = _day(row["day"]).isoformat()
        daily[day][0] += 1
        visits_by[row["country"]] += 1
        if row["person_id"] not in seen:
            seen.add(row["person_id"])
            daily[day][1] += 1
            people_by[row["country"]] += 1
    return daily, visits_by, people_by, by_gate


def _categories(raw: Raw) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in raw.came:
        found[row["category"]][0 if row["counts"] else 1] += 1
    return dict(sorted(found.items()))


def _importers(raw: Raw) -> tuple[int, Counter[str], Counter[str]]:
    """Approved, from abroad, and somebody of theirs came: people, companies by country, people by country."""
    here = {row["person_id"] for row in raw.visits}
    guests = [
        row["company_id"]
        for row in raw.mine("importers")
        if row["state"] == "approved" and row["person_id"] in here and raw.companies[row["company_id"]] != "VN"
    ]
    firms = Counter(raw.companies[company] for company in set(guests))
    return len(guests), firms, Counter(raw.companies[company] for company in guests)


def _checked(row: dict[str, Any]) -> bool:
    return row["verification"] == "verified" and row["merged_into_id"] is None


def _stands(row: dict[str, Any]) -> bool:
    return row["state"] in SIGNED and _checked(row)


def _stood(row: dict[str, Any]) -> bool:
    return _stands(row) or (_checked(row) and row["state"] == "cancelled" and row["cancelled_from"] in SIGNED)


def _contracts(raw: Raw) -> dict[str, list[Any]]:
    """Number and dollars by standing. A call-off is no deal of its own where its framework (of whatever fair) counts."""
    everywhere = {row["id"]: row for row in raw.read("select * from contracts")}
    deals = [
        row for row in everywhere.values() if row["fair_id"] == raw.fair["id"] and _day(row["signed_on"]) <= raw.last
    ]

    def alone(row: dict[str, Any], rule: Callable[[dict[str, Any]], bool]) -> bool:
        above = everywhere.get(row["parent_id"])
        return rule(row) and not (above is not None and rule(above))

    rated = [row for row in deals if row["usd_minor"] is not None]
    piles = {
        "verified": [row for row in rated if alone(row, _stands)],
        "cancelled": [row for row in rated if row["state"] == "cancelled" and alone(row, _stood)],
        "mou": [row for row in rated if row["state"] == "mou" and _checked(row)],
        "waiting": [
            row
            for row in deals
            if row["merged_into_id"] is None
            and row["state"] in SIGNED
            and row["verification"] in {"logged", "returned"}
        ],
    }
    return {
        key: [len(rows), _plain(Decimal(sum(row["usd_minor"] or 0 for row in rows)).scaleb(-2))]
        for key, rows in piles.items()
    }


def _estimated(raw: Raw) -> list[Any]:
    """Answers to the exit survey whose rate is known: how many, and dollars signed and expected."""
    cents = [
        row["usd_signed"] + row["usd_expected"]
        for row in raw.mine("exit_surveys")
        if row["usd_signed"] is not None
        and row["usd_expected"] is not None
        and _moment(row["answered_at"]).astimezone(raw.zone).date() <= raw.last
    ]
    return [len(cents), _plain(Decimal(sum(cents)).scaleb(-2))]


def _sales(raw: Raw) -> tuple[dict[str, list[int]], int, int]:
    """Declared by day; how many booth-days were declared, and how many there are until the day."""
    returns = [row for row in raw.mine("sales_returns") if _day(row["day"]) <= raw.last and row["currency"] == "VND"]
    sold: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in returns:
        one = sold[_day(row["day"]).isoformat()]
        one[0] += 1
        one[1] += row["amount_minor"]
    first, last = _day(raw.fair["starts_on"]), min(_day(raw.fair["ends_on"]), raw.last)
    return sold, len(returns), len(raw.stands) * max(0, (last - first).days + 1)


def fingerprint(numbers: dict[str, Any]) -> str:
    """SHA-256 of the numbers as JSON with sorted keys and without blanks."""
    text = json.dumps(numbers, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    made = recompute(connect(sys.argv[1]), sys.argv[2], date.fromisoformat(sys.argv[3]) if len(sys.argv) > 3 else None)
    print(json.dumps(made, indent=2, ensure_ascii=False, sort_keys=True))
    print(fingerprint(made))
