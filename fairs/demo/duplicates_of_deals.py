"""Deals of the demonstration that were written down twice: by the other side, at another fair, and one that somebody merged."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.contracts.duplicates import refresh_all
from fairs.contracts.merging import merge_contracts
from fairs.contracts.models import Contract, ContractLine
from fairs.contracts.states import ContractState, Verification
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.sequences import next_reference


def load_duplicates(fair: Fair, other_fair: Fair, users: dict[str, User]) -> int:
    """Two pairs to be decided and one merged, made of contracts of the running fair."""
    signed = db.session.scalars(
        select(Contract)
        .where(Contract.fair_id == fair.id, Contract.state == ContractState.SIGNED)
        .order_by(Contract.id)
        .limit(6)
    ).all()
    if len(signed) < 6:
        return 0
    clerk = users["deals"]
    first, second, third = signed[0], signed[2], signed[5]
    _again(first, fair, clerk, reported_by="importer", number=f"PO-{fair.today.year}-0417", rounded=True)
    _again(second, other_fair, clerk, number=second.number.lower().replace("hd-0", "HĐ "))
    copy = _again(third, fair, clerk, reported_by="importer", number="")
    refresh_all()
    merge_contracts(third, copy, by=Actor(clerk.id, clerk.name), reason="Hai bên cùng báo một hợp đồng")
    return refresh_all()


def _again(contract: Contract, fair: Fair, clerk: User, *, rounded: bool = False, **values: Any) -> Contract:
    """The same deal once more, without its scan and not verified."""
    names = (
        "exporter_id", "importer_id", "signed_on", "incoterm", "incoterm_place", "currency", "payment_terms", "delivery",
        "rate_vnd", "rate_usd_vnd", "rate_on", "rate_source", "state",
    )  # fmt: skip
    value, usd = contract.value_minor, contract.usd_minor
    if rounded:
        value = round(value, -5)
        usd = round((usd or 0) * value / contract.value_minor)
    line = contract.lines[0]
    copy = Contract(
        **{name: getattr(contract, name) for name in names},
        **values,
        fair_id=fair.id,
        reference=next_reference(fair.code, "C"),
        verification=Verification.LOGGED,
        logged_by_id=clerk.id,
        value_minor=value,
        usd_minor=usd,
        lines=[
            ContractLine(
                position=1, hs_code=line.hs_code, description=line.description, quantity=line.quantity, unit=line.unit,
                amount_minor=value, currency=line.currency,
            )
        ],
    )  # fmt: skip
    db.session.add(copy)
    db.session.flush()
    return copy
