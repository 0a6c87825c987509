"""The list of guests: who has support or flights, with what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.core.db import db
from fairs.core.i18n import country_name
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet
from fairs.core.text import clean
from fairs.hospitality.guests import GuestFilter, guest_order, guests_matching
from fairs.hospitality.hotels import hotels_of
from fairs.hospitality.permissions import VIEW_GUESTS
from fairs.hospitality.queries import flights_by_guest, seats_by_way
from fairs.hospitality.states import Direction
from fairs.hosting.queries import hostings_of
from fairs.importers.models import Importer


def day_in(args: Args, name: str = "day") -> date | None:
    """The day of an address; None for what is no day."""
    try:
        return date.fromisoformat(args.get(name, ""))
    except ValueError:
        return None


def wanted_of(args: Args) -> GuestFilter:
    """The filter that an address asks for."""
    return GuestFilter(
        text=clean(args.get("q", ""))[:200], tier=args.get("tier", "")[:10], day=day_in(args), flight=args.get("flight", "")[:10],
        changed=args.get("changed") == "yes", country=args.get("country", "")[:2],
    )  # fmt: skip


def _sheets(fair: Any, query: Select[Importer]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Name"), _("Name in the passport"), _("Company"), _("Country"), _("Telephone"), _("E-mail"), _("Support"),
        _("Arrival"), _("From airport"), _("Lands at"), _("Departure"), _("To airport"), _("Takes off at"), _("Hotel"), _("Transfer from the airport"),
        _("Transfer to the airport"),
    ]  # fmt: skip
    rows = list(db.session.scalars(query))
    ids = [row.id for row in rows]
    flights, hostings, seats, hotels = flights_by_guest(ids), hostings_of(ids), seats_by_way(ids), hotels_of(ids)

    def cells(row: Importer) -> list[Any]:
        mine = flights.get(row.id, {})
        come, go = mine.get(Direction.ARRIVAL), mine.get(Direction.DEPARTURE)
        hosting = hostings.get(row.id)
        ways = [seats.get((row.id, direction.value)) for direction in Direction]
        return [
            row.reference, row.person.native_name, row.person.passport_name, row.company.name, country_name(row.company.country),
            row.person.phone, row.person.email, str(hosting.tier.label) if hosting is not None and hosting.is_granted else "",
            come.number if come else "", come.from_airport if come else "", come.arrives_at if come else None,
            go.number if go else "", go.to_airport if go else "", go.departs_at if go else None, hotels.get(row.id, ""),
            *(one.run.reference if one is not None and one.run is not None else str(one.state.label) if one is not None else "" for one in ways),
        ]  # fmt: skip

    return [Sheet(_("Guests"), heads, (cells(row) for row in rows))]


GUESTS = register_list(
    ListSpec(
        "guests", _l("Guests"), "guests.index", VIEW_GUESTS, ("tier", "day", "flight", "changed", "country", "q", "sort"),
        query=lambda fair, args: guests_matching(fair, wanted_of(args)),
        keys=lambda args: guest_order(args.get("sort", "")),
        reference=Importer.reference, name_of=lambda row: row.person.display_name, sheets=_sheets,
        record=("guests.show", "reference"), panel=False,
    )
)  # fmt: skip
