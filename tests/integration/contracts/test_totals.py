"""Totals are the sums of their records, through random histories of logging, completing, verifying, merging, cancelling,
correcting, and of framework contracts with their call-offs; and no record counts twice. ``FAIRS_DRILL=200`` runs so many
histories instead of a few."""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from fairs.contracts.content import content_hash
from fairs.contracts.counting import STANDINGS, cancelled_later, headline, verified_once
from fairs.contracts.errors import RateKnown
from fairs.contracts.lists import wanted_of
from fairs.contracts.models import Contract, ContractRevision
from fairs.contracts.queries import ContractFilter, contracts_matching, standings_of, sums
from fairs.contracts.rules import LineDraft
from fairs.contracts.service import correct_contract, edit_contract, move_contract, return_contract, verify_contract
from fairs.contracts.states import ContractState
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError
from fairs.core.money import Money
from fairs.core.permissions import Role
from fairs.reports.measures import export_value
from tests.factories.deals import ALL_CHECKS, Office, acting, office, scan

ACTS = (
    "log", "mou", "lead", "quick", "framework", "call_off", "edit", "verify", "verify", "verify", "return", "correct", "sign", "ship",
    "cancel", "merge", "part",
)  # fmt: skip
DRILL = os.environ.get("FAIRS_DRILL", "")
EXAMPLES = int(DRILL or "8")
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 20), st.integers(1, 900), st.sampled_from(["USD", "EUR", "VND"])),
    min_size=4, max_size=22,
)  # fmt: skip
#: So much of each currency is a right amount, and what a dollar is worth in it.
SCALE = {"USD": 1, "EUR": 1, "VND": 100_000}


class History:
    """A fair at which one thing after the other happens to contracts."""

    def __init__(self) -> None:
        self.place: Office = office()
        with suppress(RateKnown):  # all examples of a run share a database
            self.place.rate("USD", "25000")
            self.place.rate("EUR", "27500")
        self.clerk, self.second = (acting(self.place.user(Role.DEALS)) for _ in range(2))
        self.rows: list[Contract] = []

    def draft(self, amount: int, currency: str, **values: Any) -> Any:
        value = Decimal(amount * SCALE[currency])
        line = LineDraft("6913", "Bình gốm", Decimal(amount), "PCE", None, price=Decimal(SCALE[currency]))
        return self.place.draft(value=value, currency=currency, lines=(line,), **values)

    def act(self, act: str, which: int, amount: int, currency: str) -> None:
        """What is not possible is refused and changes nothing."""
        row = self.rows[which % len(self.rows)] if self.rows else None
        with suppress(DomainError):
            if act in {"log", "mou", "lead", "framework", "call_off", "quick"}:
                self.rows.append(self._new(act, row, amount, currency))
            elif row is not None:
                self._go_on(act, row, amount, currency)

    def _new(self, act: str, row: Contract | None, amount: int, currency: str) -> Contract:
        if act == "quick":
            return self.place.incomplete(currency=currency, value_minor=Money.from_decimal(
                Decimal(amount * SCALE[currency]), currency).amount_minor)  # fmt: skip
        values: dict[str, Any] = {"state": act if act in {"mou", "lead"} else "signed"}
        if act in {"framework", "call_off"}:
            values["kind"] = act
            values["framework"] = row.reference if row is not None else ""
        draft = self.draft(amount, currency, **values)
        return self.place.contract(by=self.clerk, **{name: getattr(draft, name) for name in draft.__dataclass_fields__})

    def _go_on(self, act: str, row: Contract, amount: int, currency: str) -> None:
        fair, today = self.place.fair, self.place.fair.today
        if act == "edit":
            draft = self.draft(amount, currency, state=str(row.state), kind=str(row.kind))
            parent = row.parent.reference if row.parent is not None else ""
            edit_contract(row, fair, replace(draft, framework=parent), by=self.clerk, evidence=scan())
        elif act == "verify":
            verify_contract(row, fair, ALL_CHECKS, by=self.second)
        elif act == "return":
            return_contract(row, "x", by=self.second)
        elif act == "correct":
            parent = row.parent.reference if row.parent is not None else ""
            draft = self.draft(amount, currency, kind=str(row.kind), framework=parent)
            correct_contract(row, fair, draft, "x", by=self.clerk)
        elif act in {"sign", "ship", "part", "cancel"}:
            target = {
                "sign": ContractState.SIGNED, "ship": ContractState.SHIPPED, "part": ContractState.PART_SHIPPED,
                "cancel": ContractState.CANCELLED,
            }[act]  # fmt: skip
            move_contract(row, fair, target, by=self.clerk, signed_on=today, reason="x")
        elif act == "merge":
            other = self.rows[amount % len(self.rows)]
            with transaction():
                is_open = other.id != row.id and other.merged_into_id is None
                copies = db.session.scalar(select(func.count()).where(Contract.merged_into_id == row.id))
                if is_open and not copies:
                    row.merged_into_id = None if row.merged_into_id else other.id
                    db.session.flush()


def counted_by_hand(rows: list[Contract]) -> tuple[set[int], set[int], set[int]]:
    """Ids of what counts, of what was verified once, and of what was cancelled later: by reading the records only."""
    by_id = {row.id: row for row in rows}
    signed = {"signed", "part_shipped", "shipped", "paid"}

    def checked(row: Contract) -> bool:
        return str(row.verification) == "verified" and row.merged_into_id is None

    def stands(row: Contract) -> bool:
        return checked(row) and str(row.state) in signed

    def once(row: Contract) -> bool:
        was = str(row.state) in signed or (str(row.state) == "cancelled" and str(row.cancelled_from) in signed)
        return checked(row) and was

    def alone(row: Contract, rule: Any) -> bool:
        return row.parent_id is None or not rule(by_id[row.parent_id])

    counts = {row.id for row in rows if stands(row) and alone(row, stands)}
    verified = {row.id for row in rows if once(row) and alone(row, once)}
    return counts, verified, {i for i in verified if str(by_id[i].state) == "cancelled"}


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=not DRILL, phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(steps=STEPS)
def test_totals_are_the_sums_of_their_records(app: Flask, steps: list[Any]) -> None:
    history = History()
    for step in steps:
        history.act(*step)
    fair = history.place.fair
    db.session.expire_all()
    rows = list(db.session.scalars(select(Contract).where(Contract.fair_id == fair.id).order_by(Contract.id)))
    cents = {row.id: row.usd_minor or 0 for row in rows}

    counts, once, later = counted_by_hand(rows)
    for condition, expected in ((headline(), counts), (verified_once(), once), (cancelled_later(), later)):
        found = set(db.session.scalars(select(Contract.id).where(Contract.fair_id == fair.id, condition)))
        assert found == expected
    assert {row.id for row in rows if row.counts} == counts

    strip = sums(fair.id, ContractFilter())
    total = Money(sum(cents[i] for i in counts), "USD")
    assert (strip.verified.count, strip.verified.usd) == (len(counts), total)
    measured = export_value([fair], fair.today)
    assert (measured.value if measured is not None else Decimal(0)) == total.decimal

    # Each sum is the sum of exactly the records that it leads to, and each record is in exactly one of them.
    standings = standings_of(rows)
    behind: dict[str, set[int]] = defaultdict(set)
    for name in STANDINGS:
        listed = list(db.session.scalars(contracts_matching(fair.id, wanted_of({"standing": name}))).unique())
        behind[name] = {row.id for row in listed}
        found_sum = getattr(strip, name)
        assert (found_sum.count, found_sum.usd.amount_minor) == (len(listed), sum(cents[row.id] for row in listed)), (
            name
        )
        assert all(standings[row.id] == name for row in listed)
    assert sorted(i for ids in behind.values() for i in ids) == sorted(cents)
    assert behind["verified"] == counts

    # A correction keeps what was verified: one revision for each number before the present one.
    kept = defaultdict(list)
    for revision in db.session.scalars(
        select(ContractRevision).where(ContractRevision.contract_id.in_(cents)).order_by(ContractRevision.number)
    ):
        kept[revision.contract_id].append(revision.number)
    for row in rows:
        assert kept[row.id] == list(range(1, row.revision))
        assert len(content_hash(row)) == 64
        assert sum(line.amount_minor for line in row.lines) == (row.value_minor if row.lines else 0)
