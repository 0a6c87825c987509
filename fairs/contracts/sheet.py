"""The list of contracts as a spreadsheet: one sheet of contracts, one of their lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from fairs.contracts.models import Contract
from fairs.core.hs import name_of
from fairs.core.sheets import Sheet


def contract_sheets(contracts: Iterable[Contract], with_lines: Iterable[Contract]) -> list[Sheet]:
    """Both sheets; the contracts are read twice, so that none of them is kept in memory."""
    heads = [
        _("Reference"), _("Number of the contract"), _("Signed on"), _("Status"), _("Verification"), _("Exporter"),
        _("Tax code"), _("Importer"), _("Country"), _("Booth"), _("Value"), _("Currency"), _("Value in USD"),
        _("VND per unit"), _("VND per USD"), _("Rate of"), _("Source of the rate"), _("Incoterm 2020"),
        _("Named place"), _("Payment method"), _("Payment terms"), _("Delivery"), _("Reported by"), _("Counts in the headline"), _("Note"),
        _("Kind of contract"), _("Framework contract"), _("Revision"), _("Cancelled because"),
    ]  # fmt: skip
    goods = [
        _("Reference"), _("Line"), _("HS code"), _("Heading"), _("Goods"), _("Quantity"), _("Unit"), _("Price per unit"),
        _("Value"), _("Currency"), _("HS edition"), _("CITES"),
    ]  # fmt: skip
    return [Sheet(_("Contracts"), heads, _rows(contracts)), Sheet(_("Lines"), goods, _lines(with_lines))]


def _rows(contracts: Iterable[Contract]) -> Iterator[list[Any]]:
    for c in contracts:
        yield [
            c.reference, c.number, c.signed_on, str(c.state.label), str(c.verification.label), c.exporter.name,
            c.exporter.tax_code, c.importer.name, c.importer.country, c.booth_code, c.value, c.currency, c.usd,
            c.rate_vnd, c.rate_usd_vnd, c.rate_on, c.rate_source, c.incoterm, c.incoterm_place, c.payment_method, c.payment_terms,
            c.delivery, c.reported_by, _("yes") if c.counts else _("no"), c.note,
            str(c.kind.label), c.parent.reference if c.parent is not None else "", c.revision, c.cancel_reason,
        ]  # fmt: skip


def _lines(contracts: Iterable[Contract]) -> Iterator[list[Any]]:
    for c in contracts:
        for line in c.lines:
            yield [
                c.reference, line.position, line.hs_code, name_of(line.hs_code), line.description, line.quantity,
                line.unit, line.price, line.amount, line.currency, line.hs_edition, _("yes") if line.cites else _("no"),
            ]  # fmt: skip
