"""The list of delegations: its address, its order (that of protocol unless asked otherwise) and its spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.ceremonies.models import Delegation
from fairs.ceremonies.permissions import VIEW_CEREMONIES
from fairs.ceremonies.queries import DelegationFilter, delegations_matching
from fairs.core.i18n import LANGUAGE_NAMES, country_name
from fairs.core.lists import Args, Key, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean

LACKING = {
    "greeter": _l("Nobody greets them yet"),
    "people": _l("Nobody is named yet"),
    "arrival": _l("Arrival not known"),
}
_ORDERS: dict[str, tuple[Key, ...]] = {
    "rank": ((Delegation.rank, False), (Delegation.folded, False), (Delegation.id, False)),
    "-rank": ((Delegation.rank, True), (Delegation.folded, True), (Delegation.id, True)),
    "name": ((Delegation.folded, False), (Delegation.id, False)),
    "-name": ((Delegation.folded, True), (Delegation.id, True)),
    "arrives": ((Delegation.arrives_at, False), (Delegation.id, False)),
    "-arrives": ((Delegation.arrives_at, True), (Delegation.id, True)),
}


def wanted_of(args: Args) -> DelegationFilter:
    """The filter that an address asks for."""
    country, lacks = args.get("country", ""), args.get("lacks", "")
    return DelegationFilter(clean(args.get("q", ""))[:100], country[:2], lacks if lacks in LACKING else "")


def _sheets(_fair: Any, query: Select[Delegation]) -> Sequence[Sheet]:
    heads = [
        _("Rank"), _("Delegation"), _("Country"), _("Head"), _("People"), _("Names"), _("Language"), _("Interpreter"), _("Arrives"),
        _("Greeter"), _("Contact"), _("E-mail"), _("Telephone"), _("Note"),
    ]  # fmt: skip
    rows = (
        [
            row.rank, row.organisation, country_name(row.country), row.members[0].person.display_name if row.members else "",
            len(row.members), ", ".join(one.person.display_name for one in row.members), LANGUAGE_NAMES.get(row.language, row.language),
            _("yes") if row.needs_interpreter else "", row.arrives_at,
            (row.greeter.name or row.greeter.email) if row.greeter else "", row.contact_name, row.contact_email, row.contact_phone,
            row.note,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Delegations"), heads, rows)]


DELEGATIONS = register_list(
    ListSpec(
        "delegations", _l("Delegations"), "ceremonies.index", VIEW_CEREMONIES, ("q", "country", "lacks", "sort"),
        query=lambda fair, args: delegations_matching(fair.id, wanted_of(args)),
        keys=lambda args: _ORDERS.get(args.get("sort", ""), _ORDERS["rank"]), reference=Delegation.id,
        name_of=lambda row: row.organisation, sheets=_sheets, record=("ceremonies.delegation", "delegation_id"),
    )
)  # fmt: skip
