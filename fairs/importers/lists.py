"""The list of importers: its address, its order, its spreadsheet, and what can be decided for many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.core.actor import Actor
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, BulkField, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean
from fairs.directory.forms import group_choices
from fairs.importers.models import Importer
from fairs.importers.permissions import DECIDE_IMPORTER, VIEW_IMPORTERS
from fairs.importers.queries import ImporterFilter, importers_matching, order_of
from fairs.importers.service import approve_importer, refuse_importer
from fairs.importers.states import AnnualVolume, BuyerKind, ImporterState


def wanted_of(args: Args) -> ImporterFilter:
    """The filter that an address asks for."""
    return ImporterFilter(
        text=clean(args.get("q", ""))[:200], state=args.get("state", ""), country=args.get("country", "")[:2],
        group=args.get("group", "")[:10], source=args.get("source", "")[:203],
    )  # fmt: skip


def label_of(kind: Any, value: str) -> str:
    """The word for a stored choice."""
    return str(kind(value).label) if value in set(kind) else value


def _sheets(_fair: Any, query: Select[Importer]) -> Sequence[Sheet]:
    names = dict(group_choices())
    heads = [
        _("Number"), _("State"), _("Name"), _("Name in the passport"), _("Position"), _("Company"), _("Country"),
        _("E-mail"), _("Telephone"), _("Web page"), _("Business"), _("Product groups"), _("Volume in a year"),
        _("Looking for"), _("Came by"), _("Invited by"), _("Registered on"), _("Decision by"), _("Decided on"),
    ]  # fmt: skip
    rows = (
        [
            row.reference, str(row.state.label), row.person.native_name, row.person.passport_name, row.person.job_title,
            row.company.name, country_name(row.company.country), row.person.email, row.person.phone, row.company.website,
            label_of(BuyerKind, row.buyer_kind), ", ".join(names.get(code, code) for code in row.groups),
            label_of(AnnualVolume, row.annual_volume), row.looking_for, str(row.way.label), row.invited_by, row.created_at, row.decide_by, row.decided_at,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Importers"), heads, rows)]


def _approve(row: Importer, _values: Mapping[str, Any], by: Actor) -> None:
    approve_importer(row, by=by)


def _refuse(row: Importer, values: Mapping[str, Any], by: Actor) -> None:
    refuse_importer(row, values["reason"], by=by)


IMPORTERS = register_list(
    ListSpec(
        "importers", _l("Importers"), "importers.index", VIEW_IMPORTERS, ("state", "q", "country", "group", "source", "sort"),
        query=lambda fair, args: importers_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_of(args.get("sort", "")),
        reference=Importer.reference, name_of=lambda row: row.person.display_name, sheets=_sheets,
        record=("importers.show", "reference"), panel=True,
        actions=(
            BulkAction(
                "approve", _l("Approve"), "check", DECIDE_IMPORTER,
                lambda row, _values: row.require_move(ImporterState.APPROVED), _approve, tone="primary",
                tells=_l("Each importer gets the badge by e-mail; for those without an address a letter waits in Messages."),
            ),
            BulkAction(
                "refuse", _l("Refuse"), "x", DECIDE_IMPORTER,
                lambda row, _values: row.require_move(ImporterState.REFUSED), _refuse, tone="danger",
                tells=_l("Each importer gets the reason."),
                fields=(
                    BulkField(
                        "reason", _l("Reason"), "lines",
                        _l("The importer reads it word for word, in the language you write in."), True, 2000,
                    ),
                ),
            ),
        ),
    )
)  # fmt: skip
