"""The list of contracts: its address, its order, its spreadsheet. Each contract is verified by itself, by a second person."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from fairs.contracts.counting import STANDINGS
from fairs.contracts.forms import whole
from fairs.contracts.models import Contract
from fairs.contracts.permissions import VIEW_CONTRACTS
from fairs.contracts.queries import ContractFilter, contracts_matching, order_of
from fairs.contracts.sheet import contract_sheets
from fairs.contracts.states import ContractKind, ContractState, Verification
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import each


def wanted_of(args: Args) -> ContractFilter:
    """The filter that an address asks for."""
    state, verification, country = args.get("state", ""), args.get("verification", ""), args.get("country", "")
    kind, wanted_standing = args.get("kind", ""), args.get("standing", "")
    return ContractFilter(
        state=ContractState(state) if state in set(ContractState) else None,
        verification=Verification(verification) if verification in set(Verification) else None,
        country=country.upper() if len(country) == 2 and country.isascii() else "",
        exporter_id=whole(args.get("exporter")),
        text=args.get("q", "")[:200],
        kind=ContractKind(kind) if kind in set(ContractKind) else None,
        standing=wanted_standing if wanted_standing in STANDINGS else "",
        signed_from=_day(args.get("from", "")),
        signed_to=_day(args.get("to", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _sheets(_fair: Any, query: Any) -> Any:
    return contract_sheets(each(query), each(query.options(selectinload(Contract.lines))))


CONTRACTS = register_list(
    ListSpec(
        "contracts", _l("Contracts"), "contracts.index", VIEW_CONTRACTS,
        ("state", "q", "verification", "kind", "country", "exporter", "from", "to", "standing", "sort"),
        query=lambda fair, args: contracts_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_of(args.get("sort", "-reference")),
        reference=Contract.reference, name_of=lambda row: f"{row.exporter.name} – {row.importer.name}", sheets=_sheets,
        record=("contracts.contract", "reference"), panel=True,
    )
)  # fmt: skip
