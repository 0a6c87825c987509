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
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
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

    server = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), row_factory=dict_row)  # type: ignore[arg-type]
    return lambda sql: [dict(row) for row in server.execute(sql)]  # type: ignore[call-overload]


def _day(value: Any) -> date:
    return value if isinstance(value, date) and not isinstance(value, datetime) else date.fromisoformat(str(value)[:10])


def _moment(value: Any) -> datetime:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _both(first: dict[str, int], second: dict[str, int]) -> dict[str, list[int]]:
    return {key: [first.get(key, 0), second.get(key, 0)] for key in sorted({*first, *second})}


def recompute(read: Query, slug: str, until: date | None = None) -> dict[str, Any]:
    """The numbers of the statement until a day (default: today where the fair is)."""
    fair = next(row for row in read("select * from fairs") if row["slug"] == slug)
    zone = ZoneInfo(fair["time_zone"])
    last = until or datetime.now(zone).date()

    def mine(table: str) -> list[dict[str, Any]]:
        return [row for row in read(f"select * from {table}") if row["fair_id"] == fair["id"]]

    companies = {row["id"]: row for row in read("select id, country from companies")}
    types = {row["id"]: row for row in read("select * from booth_types")}
    booths = {row["id"]: row for row in mine("booths")}
    exhibitors = {row["id"]: row for row in mine("exhibitors")}

    # Space: booths confirmed until the day, and what is shown on theme and not for sale.
    stands = [
        row
        for row in mine("booth_bookings")
        if row["state"] == "confirmed"
        and _moment(row["confirmed_at"] or row["created_at"]).astimezone(zone).date() <= last
    ]
    equivalents = Decimal(0)
    space: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in stands:
        booth = booths[row["booth_id"]]
        area = Decimal(booth["w_cm"] * booth["h_cm"])
        equivalents += (area / 90_000).quantize(Decimal("0.01"), ROUND_HALF_UP)
        kind = types[booth["type_id"]]
        if kind["counts_in_net_space"]:
            basis = "raw" if kind["code"].startswith("RAW") else "shell"
            how = "paid" if row["price_minor"] > row["support_minor"] else "unpaid"
            space[basis][how] += area / 10_000
    for booth in booths.values():
        kind = types[booth["type_id"]]
        if not kind["is_sold"] and kind["counts_in_net_space"]:
            space["special"]["special"] += Decimal(booth["w_cm"] * booth["h_cm"]) / 10_000

    # Exhibitors: main ones have a stand; co-exhibitors stand on one and have none themselves.
    main_ids = {row["exhibitor_id"] for row in stands}
    main_companies = {exhibitors[one]["company_id"] for one in main_ids}
    shared = {
        row["company_id"]
        for row in read("select * from stand_companies")
        if row["exhibitor_id"] in main_ids and row["kind"] == "co" and row["company_id"] not in main_companies
    }
    main_by, co_by = defaultdict(int), defaultdict(int)  # type: dict[str, int], dict[str, int]
    for one in main_ids:
        main_by[companies[exhibitors[one]["company_id"]]["country"]] += 1
    for one in shared:
        co_by[companies[one]["country"]] += 1

    # Visits: one per person and day of categories that count; at a public fair what the counters say.
    came = [row for row in mine("visits") if _day(row["day"]) <= last]
    counting = [row for row in came if row["counts"]]
    gates = {row["id"]: row for row in mine("gates")}
    entries = [row for row in mine("public_counts") if _day(row["day"]) <= last]
    by_name = fair["kind"] != "public" or not entries
    categories: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in came:
        categories[row["category"]][0 if row["counts"] else 1] += 1
    first: dict[int, dict[str, Any]] = {}
    for row in sorted(counting, key=lambda row: _day(row["day"])):
        first.setdefault(row["person_id"], row)
    daily: dict[str, list[int]] = defaultdict(lambda: [0, 0] if by_name else [0])
    visits_by, people_by, by_gate = defaultdict(int), defaultdict(int), defaultdict(int)  # type: dict[str, int], dict[str, int], dict[str, int]
    if by_name:
        for row in counting:
            daily[_day(row["day"]).isoformat()][0] += 1
            visits_by[row["country"]] += 1
        for row in first.values():
            daily[_day(row["day"]).isoformat()][1] += 1
            people_by[row["country"]] += 1
    else:
        for row in entries:
            daily[_day(row["day"]).isoformat()][0] += row["entries"]
            by_gate[gates[row["gate_id"]]["name_vi"]] += row["entries"]

    # Importers: approved, from abroad, and somebody of theirs came.
    here = {row["person_id"] for row in counting}
    guests = [
        row
        for row in mine("importers")
        if row["state"] == "approved" and row["person_id"] in here and companies[row["company_id"]]["country"] != "VN"
    ]
    firms_by, staff_by = defaultdict(int), defaultdict(int)  # type: dict[str, int], dict[str, int]
    for company in {row["company_id"] for row in guests}:
        firms_by[companies[company]["country"]] += 1
    for row in guests:
        staff_by[companies[row["company_id"]]["country"]] += 1

    # Contracts, of whatever fair their framework is.
    everywhere = {row["id"]: row for row in read("select * from contracts")}
    deals = [row for row in everywhere.values() if row["fair_id"] == fair["id"] and _day(row["signed_on"]) <= last]

    def checked(row: dict[str, Any]) -> bool:
        return row["verification"] == "verified" and row["merged_into_id"] is None

    def stands_now(row: dict[str, Any]) -> bool:
        return row["state"] in SIGNED and checked(row)

    def stood_once(row: dict[str, Any]) -> bool:
        return checked(row) and (
            row["state"] in SIGNED or (row["state"] == "cancelled" and row["cancelled_from"] in SIGNED)
        )

    def parent(row: dict[str, Any]) -> dict[str, Any] | None:
        return everywhere.get(row["parent_id"]) if row["parent_id"] else None

    def alone(row: dict[str, Any], rule: Callable[[dict[str, Any]], bool]) -> bool:
        above = parent(row)
        return rule(row) and not (above is not None and rule(above))

    piles: dict[str, list[dict[str, Any]]] = {
        "verified": [row for row in deals if alone(row, stands_now) and row["usd_minor"] is not None],
        "cancelled": [
            row
            for row in deals
            if row["state"] == "cancelled" and alone(row, stood_once) and row["usd_minor"] is not None
        ],
        "mou": [row for row in deals if row["state"] == "mou" and checked(row) and row["usd_minor"] is not None],
        "waiting": [
            row
            for row in deals
            if row["merged_into_id"] is None
            and row["state"] in SIGNED
            and row["verification"] in {"logged", "returned"}
        ],
    }
    contracts: dict[str, list[Any]] = {
        key: [len(rows), _plain(Decimal(sum(row["usd_minor"] or 0 for row in rows)).scaleb(-2))]
        for key, rows in piles.items()
    }

    # Sales, as declared.
    returns = [row for row in mine("sales_returns") if _day(row["day"]) <= last and row["currency"] == "VND"]
    sold: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in returns:
        sold[_day(row["day"]).isoformat()][0] += 1
        sold[_day(row["day"]).isoformat()][1] += row["amount_minor"]
    starts, ends = _day(fair["starts_on"]), _day(fair["ends_on"])
    days = [starts + timedelta(days=n) for n in range((ends - starts).days + 1)]
    begun = [day for day in days if day <= last]

    net = sum((area for part in space.values() for area in part.values()), Decimal(0))
    figures = {
        "booths": _plain(equivalents), "net_space": _plain(net), "exhibitors": str(len(main_ids)),
        "co_exhibitors": str(len(shared)), "visits": str(sum(one[0] for one in daily.values())),
        "visitors": str(len(first)), "foreign_importers": str(len({row["company_id"] for row in guests})),
        "importer_people": str(len(guests)), "contracts_verified": contracts["verified"][1],
        "contracts_cancelled": contracts["cancelled"][1], "mou": contracts["mou"][1],
        "sales": str(sum(one[1] for one in sold.values())),
    }  # fmt: skip
    some = {"contracts_cancelled": contracts["cancelled"][0], "mou": contracts["mou"][0]}
    if fair["kind"] == "public":
        some |= {
            "foreign_importers": len(guests),
            "importer_people": len(guests),
            "contracts_verified": contracts["verified"][0],
        }
    else:
        some |= {"sales": len(returns)}
    if not by_name:
        del figures["visitors"]
    abroad = sum(n for by in (main_by, co_by) for country, n in by.items() if country not in {"VN", ""})
    foreign = sum(n for country, n in visits_by.items() if country not in {"VN", ""})
    return {
        "fair": slug,
        "until": last.isoformat(),
        "figures": {key: value for key, value in figures.items() if some.get(key, 1)},
        "net_space": {
            basis: {how: _plain(area) for how, area in sorted(part.items())} for basis, part in sorted(space.items())
        },
        "exhibitors_by_country": _both(main_by, co_by),
        "visits_by_day": dict(sorted(daily.items())),
        "visits_by_country": _both(visits_by, people_by),
        "categories": dict(sorted(categories.items())),
        "gates": dict(sorted(by_gate.items())),
        "importers_by_country": _both(firms_by, staff_by),
        "contracts": contracts,
        "sales_by_day": dict(sorted(sold.items())),
        "coverage": [len(returns), len(stands) * len(begun)],
        "international": {
            "exhibitors": [abroad, len(main_ids) + len(shared)],
            "visits": [foreign, len(counting)] if by_name else None,
        },
    }


def fingerprint(numbers: dict[str, Any]) -> str:
    """SHA-256 of the numbers as JSON with sorted keys and without blanks."""
    text = json.dumps(numbers, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    made = recompute(connect(sys.argv[1]), sys.argv[2], date.fromisoformat(sys.argv[3]) if len(sys.argv) > 3 else None)
    print(json.dumps(made, indent=2, ensure_ascii=False, sort_keys=True))
    print(fingerprint(made))
