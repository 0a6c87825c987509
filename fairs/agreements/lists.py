"""The list of agreements: its address, its order, its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.agreements.models import Agreement
from fairs.agreements.permissions import VIEW_AGREEMENTS
from fairs.agreements.queries import AgreementFilter, agreements_matching
from fairs.calendar.models import Fair
from fairs.core.lists import Args, Key, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.directory.models import Company


def wanted_of(args: Args) -> AgreementFilter:
    """The filter that an address asks for."""
    return AgreementFilter(args.get("q", ""), args.get("state", ""))


def _keys(args: Args) -> Sequence[Key]:
    sort = args.get("sort", "-number")
    down = sort.startswith("-")
    if sort.removeprefix("-") == "company":
        return [(Company.folded, down), (Agreement.id, down)]
    return [(Agreement.number, down)]


def _sheets(_fair: Fair, query: Select[Agreement]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Version"), _("Company"), _("Tax code"), _("Booths"), _("State"), _("Version of the text"), _("Issued at"),
        _("Accepted at"), _("Accepted by"), _("Signed on"), "SHA-256", _("SHA-256 of the scan"), _("Reason"),
    ]  # fmt: skip
    return [Sheet(_("Agreements"), heads, _rows(query))]


def _rows(query: Select[Agreement]) -> Iterator[list[Any]]:
    for one in each(query):
        company = one.exhibitor.company
        yield [
            one.number, one.version, company.name, company.tax_code, one.booths, str(one.state.label), one.template.version,
            one.created_at, one.accepted_at, one.accepted_by, one.signed_on, one.pdf_sha256, one.scan_sha256, one.end_reason,
        ]  # fmt: skip


AGREEMENTS = register_list(
    ListSpec(
        "agreements", _l("Agreements"), "agreements.index", VIEW_AGREEMENTS, ("state", "q", "sort"),
        query=lambda fair, args: agreements_matching(fair.id, wanted_of(args)), keys=_keys, reference=Agreement.number,
        name_of=lambda row: row.exhibitor.company.name, sheets=_sheets, record=("agreements.show", "number"), panel=True,
        everything={"state": "all"},
    )
)  # fmt: skip
