"""How many repeated contracts are found, and how many of those named are repeated: on labelled ones that nobody tunes against.

Prints one JSON object. ``recall`` counts deals told again (a split is found when each part is linked to the whole, directly or
through another part); ``precision`` counts pairs. ``missed`` and ``false`` say which kinds they were. ``BENCH_CONTRACTS`` (3000)
and ``BENCH_SEED`` (2026) make another set; ``BENCH_EXAMPLES=5`` prints so many pairs of each kind that went wrong.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from benchmarks.labelled_contracts import FAIRS, Labelled, Record, generate
from fairs.app import create_app
from fairs.calendar.models import Fair
from fairs.contracts.models import Contract, ContractLine, ExchangeRate
from fairs.contracts.rates import set_usd
from fairs.contracts.states import ContractKind, ContractState, Verification
from fairs.core.clock import today
from fairs.core.db import db, transaction
from fairs.core.money import Money
from fairs.directory.models import Company
from tests.factories.checkin import new_fair


def main() -> None:
    """Measure in the database of the environment."""
    app = create_app()
    with app.app_context():
        from fairs.contracts.duplicates import candidates

        labelled = generate(
            int(os.environ.get("BENCH_SEED", "2026")),
            int(os.environ.get("BENCH_CONTRACTS", "3000")),
            today("Asia/Ho_Chi_Minh"),
        )
        fairs, references = load(labelled)
        begun, cpu = time.perf_counter(), time.process_time()
        pairs: set[tuple[int, int]] = set()
        for fair in fairs:
            for found in candidates(fair, all_years=True):
                one, other = _key(found.a, references), _key(found.b, references)
                if one is not None and other is not None:  # the demonstration has contracts of its own
                    pairs.add((min(one, other), max(one, other)))
        seconds, spent = time.perf_counter() - begun, time.process_time() - cpu
        result = judge(labelled, pairs)
        print(json.dumps({**result, "seconds": round(seconds, 2), "cpu_seconds": round(spent, 2)}))
        examples = int(os.environ.get("BENCH_EXAMPLES", "0"))
        if examples:
            explain(labelled, pairs, examples)


def load(labelled: Labelled) -> tuple[list[Fair], dict[str | int, int]]:
    """Write everything as rows; gives the fairs, and the key of each record by its reference and by its id."""
    with transaction():
        day = today("Asia/Ho_Chi_Minh")
        fairs = [new_fair(starts_on=day - timedelta(days=back)) for back in FAIRS]
        known = {(one.currency, one.day) for one in db.session.scalars(select(ExchangeRate))}
        rates = [
            {"currency": currency, "day": on, "vnd": vnd, "source": "Bench"}
            for (currency, on), vnd in labelled.rates.items()
            if (currency, on) not in known
        ]
        db.session.execute(insert(ExchangeRate), rates)
        firms = [
            Company(name=firm.name, name_en=firm.name_en, country=firm.country, tax_code=firm.tax_code or None)
            for firm in labelled.firms
        ]
        db.session.add_all(firms)
        db.session.flush()
        made: list[Contract] = []
        for record in labelled.records:
            fair = fairs[record.fair]
            value = Money.from_decimal(record.value, record.currency)
            contract = Contract(
                fair_id=fair.id, reference=f"{fair.code}-C-{record.key:06d}", number=record.number, exporter_id=firms[record.exporter].id,
                importer_id=firms[record.importer].id, kind=ContractKind(record.form),
                parent_id=made[record.parent].id if record.parent is not None else None, signed_on=record.day,
                state=ContractState.SIGNED, verification=Verification.LOGGED, incoterm=record.incoterm, incoterm_place="Hải Phòng",
                currency=record.currency, value_minor=value.amount_minor, reported_by=record.reported_by,
                lines=[
                    ContractLine(
                        position=1, hs_code=record.hs_code, description=record.goods, quantity=100, unit="PCE",
                        amount_minor=value.amount_minor, currency=record.currency,
                    )
                ],
            )  # fmt: skip
            set_usd(contract)
            db.session.add(contract)
            made.append(contract)
            if record.form == "framework":
                db.session.flush()  # its call-offs need its key
        db.session.flush()
        keys: dict[str | int, int] = {}
        for record, contract in zip(labelled.records, made, strict=True):
            keys[contract.reference] = keys[contract.id] = record.key
        return fairs, keys


def _key(told: Any, keys: dict[str | int, int]) -> int | None:
    if isinstance(told, Contract):
        told = told.id
    return keys.get(told)


def judge(labelled: Labelled, pairs: Iterable[tuple[int, int]]) -> dict[str, Any]:
    """Recall and precision of the pairs, by kind."""
    records = labelled.records
    named = set(pairs)
    right = {pair for pair in named if records[pair[0]].deal == records[pair[1]].deal}
    wrong = named - right
    missed: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for whole, copies in _deals(records):
        joined = _joined(whole.key, right)
        kind = copies[0].kind
        told[kind] += 1
        missed[kind] += any(copy.key not in joined for copy in copies)
    false = Counter(_hardest(records[one], records[other]) for one, other in wrong)
    again = sum(told.values())
    return {
        "contracts": len(records), "told_again": again, "hard_negatives": sum(_is_hard(record) for record in records),
        "pairs_named": len(named), "recall": round(1 - sum(missed.values()) / again, 4) if again else None,
        "precision": round(len(right) / len(named), 4) if named else None,
        "missed": {kind: f"{many} of {told[kind]}" for kind, many in sorted(missed.items()) if many},
        "false": dict(sorted(false.items())),
    }  # fmt: skip


def _deals(records: list[Record]) -> list[tuple[Record, list[Record]]]:
    """Each deal told more than once: its first record, and the others."""
    deals: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        deals[record.deal].append(record)
    return [(deal[0], deal[1:]) for deal in deals.values() if len(deal) > 1]


def _joined(start: int, pairs: set[tuple[int, int]]) -> set[int]:
    reached, waiting = {start}, [start]
    beside = _beside(frozenset(pairs))
    while waiting:
        for other in beside.get(waiting.pop(), ()):
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached


_NEIGHBOURS: dict[frozenset[tuple[int, int]], dict[int, set[int]]] = {}


def _beside(pairs: frozenset[tuple[int, int]]) -> dict[int, set[int]]:
    if pairs not in _NEIGHBOURS:
        beside: dict[int, set[int]] = defaultdict(set)
        for one, other in pairs:
            beside[one].add(other)
            beside[other].add(one)
        _NEIGHBOURS[pairs] = beside
    return _NEIGHBOURS[pairs]


_REPEATED = {"plain", "typo", "legal_form", "currency", "rounded", "split", "other_side", "other_fair", "number"}


def _is_hard(record: Record) -> bool:
    return record.kind not in _REPEATED


def _hardest(one: Record, other: Record) -> str:
    return next((record.kind for record in (one, other) if _is_hard(record)), "unrelated")


def explain(labelled: Labelled, pairs: set[tuple[int, int]], most: int) -> None:
    """Print pairs that were missed or named wrongly, to standard error."""
    records = labelled.records
    right = {pair for pair in pairs if records[pair[0]].deal == records[pair[1]].deal}
    seen: Counter[str] = Counter()
    for whole, copies in _deals(records):
        joined = _joined(whole.key, right)
        for copy in copies:
            if copy.key not in joined:
                _show(labelled, f"missed {copy.kind}", whole, copy, seen, most)
    for first, second in sorted(pairs - right):
        _show(
            labelled, f"false {_hardest(records[first], records[second])}", records[first], records[second], seen, most
        )


def _show(labelled: Labelled, title: str, one: Record, other: Record, seen: Counter[str], most: int) -> None:
    seen[title] += 1
    if seen[title] <= most:
        print(f"{title}:", *(_said(labelled, record) for record in (one, other)), sep="\n   ", file=sys.stderr)


def _said(labelled: Labelled, record: Record) -> str:
    exporter, importer = labelled.firms[record.exporter], labelled.firms[record.importer]
    return (
        f"{record.day} {exporter.name} → {importer.name} ({importer.country}) {record.value} {record.currency} "
        f"“{record.number}” {record.hs_code} {record.kind} fair {record.fair}"
    )


if __name__ == "__main__":
    main()
