"""The list of bookings: its address, its order, its spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.booths.models import BoothBooking
from fairs.booths.permissions import VIEW_BOOKINGS
from fairs.booths.queries import bookings_matching
from fairs.booths.sales_models import WaitingEntry
from fairs.booths.waiting import entries_matching
from fairs.calendar.models import Fair
from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.directory.models import Company
from fairs.floorplans.models import Booth
from fairs.floorplans.queries import zones_of

SORTS: dict[str, Any] = {
    "reference": None,
    "booth": Booth.code,
    "company": Company.folded,
    "price": BoothBooking.price_minor,
}


def _query(fair: Fair, args: Args) -> Select[BoothBooking]:
    wanted = args.get("zone")
    zone = next((zone.id for zone in zones_of(fair.id) if zone.code == wanted), None) if wanted else None
    return bookings_matching(fair, text=args.get("q", "")[:100], state=args.get("state", "live"), zone_id=zone)


def _keys(args: Args) -> list[tuple[Any, bool]]:
    sort = args.get("sort", "-reference")
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key not in SORTS:
        key, descending = "reference", True
    keys: list[tuple[Any, bool]] = [(BoothBooking.id, descending)]
    return [(SORTS[key], descending), *keys] if SORTS[key] is not None else keys


def _sheets(_fair: Fair, query: Select[BoothBooking]) -> Sequence[Sheet]:
    heads = [
        _("Booking"), _("Booth"), _("Hall"), _("Zone"), _("Area (m²)"), _("Open sides"), _("Company"), _("Tax code"),
        _("Country"), _("Name on the fascia board"), _("State"), _("Price (net)"), _("Support (net)"), _("Currency"),
        _("Decision number"), _("Deposit due"), _("Booked at"), _("Confirmed at"), _("Reason"),
    ]  # fmt: skip
    return [Sheet(_("Bookings"), heads, _rows(each(query)))]


def _rows(bookings: Iterator[BoothBooking]) -> Iterator[list[Any]]:
    for one in bookings:
        booth, company = one.booth, one.exhibitor.company
        yield [
            one.reference, booth.code, booth.hall.name, booth.zone.name if booth.zone else "", booth.area_m2,
            booth.open_sides, company.name, company.tax_code, company.country, one.fascia_name, str(one.state.label),
            one.price, one.support, one.currency, one.decision_number, one.deposit_due_on, one.created_at,
            one.confirmed_at, one.end_reason if one.ended_at else "",
        ]  # fmt: skip


def _waiting_sheets(_fair: Fair, query: Select[WaitingEntry]) -> Sequence[Sheet]:
    heads = [
        _("Entered at"), _("Exhibitor"), _("Company"), _("State"), _("Booths side by side"), _("Open sides"), _("Zone"),
        _("Kind of booth"), _("Offer"),
    ]  # fmt: skip
    return [Sheet(_("Waiting list"), heads, _waiting_rows(each(query)))]


def _waiting_rows(entries: Iterator[WaitingEntry]) -> Iterator[list[Any]]:
    for one in entries:
        yield [
            one.created_at, one.exhibitor.reference, one.exhibitor.company.name, str(one.state.label), one.booth_count,
            one.open_sides, one.zone.name if one.zone else "", one.type.name if one.type else "",
            one.booking.booth.code if one.booking else "",
        ]  # fmt: skip


WAITING = register_list(
    ListSpec(
        "booth-waiting", _l("Waiting list"), "booth_sales.waiting", VIEW_BOOKINGS, ("state", "q", "zone"),
        query=lambda fair, args: entries_matching(
            fair.id, text=args.get("q", "")[:100], state=args.get("state", "live"), zone=args.get("zone", "")[:10]
        ),
        keys=lambda _args: [(WaitingEntry.id, False)], reference=WaitingEntry.id,
        name_of=lambda row: row.exhibitor.company.name, sheets=_waiting_sheets, record=("booth_sales.entry", "entry_id"),
        panel=True, everything={"state": "all"},
    )
)  # fmt: skip

BOOKINGS = register_list(
    ListSpec(
        "bookings", _l("Bookings"), "bookings.index", VIEW_BOOKINGS, ("state", "q", "zone", "sort"),
        query=_query, keys=_keys, reference=BoothBooking.reference,
        name_of=lambda row: f"{row.booth.code} – {row.exhibitor.company.name}", sheets=_sheets,
        record=("bookings.booking", "reference"), panel=True, everything={"state": "all"},
    )
)  # fmt: skip
