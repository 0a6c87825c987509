"""What a correction changed, from the contents that were kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.contracts.content import content_of
from fairs.contracts.models import Contract, ContractRevision
from fairs.contracts.states import ContractKind
from fairs.contracts.terms import PAYMENT_METHODS
from fairs.core.hs import unit_name
from fairs.core.i18n import format_money, format_number
from fairs.core.money import Money

_NAMES = {
    "kind": _l("Kind of contract"), "framework": _l("Framework contract"), "number": _l("Number of the contract"),
    "exporter": _l("Exporter"), "importer": _l("Importer"), "booth": _l("Booth"), "is_mou": _l("MOU"),
    "signed_on": _l("Signed on"), "incoterm": _l("Incoterm 2020"), "incoterm_place": _l("Named place"),
    "payment_method": _l("Payment method"), "payment_terms": _l("Payment terms"), "delivery": _l("Delivery"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not what it was; empty where there was or is none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class KeptRevision:
    """A revision with what the correction after it changed."""

    revision: ContractRevision
    value: str
    differences: Sequence[Difference]
    is_same_file: bool


def revisions_with_differences(contract: Contract, revisions: Sequence[ContractRevision]) -> list[KeptRevision]:
    """The revisions as given (newest first), each compared with what came after it."""
    found = []
    newer, newer_file = content_of(contract), contract.evidence_id
    for revision in revisions:
        older = revision.content
        differences = list(compared(older, newer))
        found.append(KeptRevision(revision, _value(older), differences, revision.evidence_id == newer_file))
        newer, newer_file = older, revision.evidence_id
    return found


def compared(older: dict[str, Any], newer: dict[str, Any]) -> Iterator[Difference]:
    """What differs between two contents of a contract, in the words of the page."""
    if (older["value_minor"], older["currency"]) != (newer["value_minor"], newer["currency"]):
        yield Difference(_("Value"), _value(older), _value(newer))
    for key, label in _NAMES.items():
        if older.get(key) != newer.get(key):
            yield Difference(str(label), _text(key, older.get(key)), _text(key, newer.get(key)))
    pairs = zip_longest(older["lines"], newer["lines"])
    for number, (before, after) in enumerate(pairs, 1):
        if before != after or older["currency"] != newer["currency"]:
            yield Difference(
                _("Line %(number)s", number=number), _line(before, older["currency"]), _line(after, newer["currency"])
            )


def _value(content: dict[str, Any]) -> str:
    return format_money(Money(content["value_minor"], content["currency"]))


def _text(key: str, value: Any) -> str:
    if key in {"exporter", "importer"} and isinstance(value, dict):
        return str(value["name"])
    if key == "kind" and value in set(ContractKind):
        return str(ContractKind(value).label)
    if key == "payment_method" and value in PAYMENT_METHODS:
        return str(PAYMENT_METHODS[value])
    if key == "is_mou":
        return str(_("yes") if value else _("no"))
    return str(value or "")


def _line(line: dict[str, Any] | None, currency: str) -> str:
    if line is None:
        return ""
    parts = [
        line["hs_code"], line["description"], f"{format_number(Decimal(line['quantity']))} {unit_name(line['unit'])}",
        format_money(Money(line["amount_minor"], currency)),
    ]  # fmt: skip
    if line.get("price"):
        parts.insert(3, f"× {format_number(Decimal(line['price']))}")
    return " · ".join(str(part) for part in parts) + (" · CITES" if line.get("cites") else "")
