"""The list of stays: its address, its order, its spreadsheet, and what can be done for many guests at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import InvalidInput, InvalidTransition
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, BulkField, Key, ListSpec, register_list
from fairs.core.sheets import Sheet
from fairs.core.text import clean, fold
from fairs.directory.models import Company, Person
from fairs.hosting.models import Hosting
from fairs.hosting.states import GRANTED, SupportTier
from fairs.importers.models import Importer
from fairs.lodging.models import Hotel, Stay
from fairs.lodging.payers import costs_of
from fairs.lodging.permissions import ARRANGE_ROOMS, VIEW_LODGING
from fairs.lodging.queries import WITH_ROOM, sharers_of
from fairs.lodging.service import tell_guest
from fairs.lodging.states import HOLDING, StayIssue, StayState
from fairs.lodging.using import check_in, check_out, mark_no_show, undo_check_in, undo_check_out, undo_no_show

WISHES: Mapping[str, Any] = {
    "share": _l("wishes to share"), "smoking": _l("Smoking"), "accessible": _l("Accessible room"), "food": _l("Food"),
    "other": _l("Other wishes"),
}  # fmt: skip
PAYERS: Mapping[str, Any] = {"organiser": _l("Organiser pays all nights"), "guest": _l("Guest pays some nights")}
SORTS: Mapping[str, Any] = {
    "arrives": Stay.arrives_on, "leaves": Stay.leaves_on, "name": Person.folded, "hotel": Stay.hotel_id, "state": Stay.state
}  # fmt: skip
PARAMS = ("hotel", "state", "arrives", "leaves", "payer", "wish", "block", "night", "q", "issue", "sort")


def day_of(text: str) -> date | None:
    """A day of an address; None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def stays_matching(fair_id: int, args: Args) -> Select[Stay]:
    """The fair's stays that fit the address, with guest and hotel; cancelled ones only when they are asked for."""
    query = (
        select(Stay)
        .join(Stay.importer)
        .join(Importer.person)
        .join(Importer.company)
        .options(
            contains_eager(Stay.importer).contains_eager(Importer.person),
            contains_eager(Stay.importer).contains_eager(Importer.company),
            contains_eager(Stay.importer).joinedload(Importer.fair), *WITH_ROOM, joinedload(Stay.shares_with),
        )
        .where(Stay.fair_id == fair_id)
    )  # fmt: skip
    state = args.get("state", "")
    if state in set(StayState):
        query = query.where(Stay.state == StayState(state))
    elif state != "all":
        query = query.where(Stay.state != StayState.CANCELLED)
    for name, column in (("hotel", Stay.hotel_id), ("block", Stay.block_id)):
        if args.get(name):
            query = query.where(column == _number(args[name]))
    for name, day in (("arrives", Stay.arrives_on), ("leaves", func.coalesce(Stay.released_from, Stay.leaves_on))):
        if args.get(name):
            wanted = day_of(args[name])
            query = query.where(day == wanted if wanted else false())
    if args.get("night"):
        night = day_of(args["night"])
        until = func.coalesce(Stay.released_from, Stay.leaves_on)
        there = and_(Stay.state.in_(HOLDING), Stay.arrives_on <= night, until > night) if night else false()
        query = query.where(there)
    if args.get("issue"):
        query = query.where(Stay.issue != StayIssue.NONE)
    if args.get("q"):
        query = _search(query, clean(args["q"])[:100])
    return _wished(_paid(query, args.get("payer", "")), args.get("wish", ""))


def _search(query: Select[Stay], text: str) -> Select[Stay]:
    folded = fold(text)
    return query.where(
        or_(
            Person.folded.contains(folded, autoescape=True), Company.folded.contains(folded, autoescape=True),
            Importer.reference.startswith(text.upper(), autoescape=True), Stay.confirmation == text,
            Stay.hotel_id.in_(select(Hotel.id).where(Hotel.folded.contains(folded, autoescape=True))),
        )
    )  # fmt: skip


def _paid(query: Select[Stay], payer: str) -> Select[Stay]:
    if payer not in PAYERS:
        return query
    covered = (
        select(Hosting.id)
        .where(
            Hosting.importer_id == Stay.importer_id, Hosting.state.in_(GRANTED), Hosting.tier != SupportTier.TRAVEL,
            Hosting.funded_from <= Stay.arrives_on, Hosting.funded_to >= Stay.leaves_on,
        )
        .exists()
    )  # fmt: skip
    return query.where(covered if payer == "organiser" else ~covered)


def _wished(query: Select[Stay], wish: str) -> Select[Stay]:
    conditions = {
        "share": Stay.shares_with_id.is_not(None), "smoking": Stay.smoking, "accessible": Stay.accessible,
        "food": Stay.diet != "", "other": Stay.wishes != "",
    }  # fmt: skip
    return query.where(conditions[wish]) if wish in conditions else query


def keys_of(args: Args) -> list[Key]:
    """The order of the list."""
    sort = args.get("sort", "")
    column = SORTS.get(sort.removeprefix("-"), Stay.arrives_on)
    return [(column, sort.startswith("-")), (Stay.id, False)]


def _sheets(_fair: Any, query: Select[Stay]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("Name"), _("Name in the passport"), _("Company"), _("Country"), _("State"), _("Hotel"), _("Room type"),
        _("Shares with"), _("Arrival"), _("Departure"), _("Nights"), _("Organiser pays"), _("Guest pays"), _("Currency"),
        _("Smoking"), _("Accessible room"), _("Food"), _("Other wishes"), _("Confirmation of the hotel"),
    ]  # fmt: skip
    # Costs and sharers come for all rows at once; a fair has some hundreds of stays.
    stays = db.session.scalars(query).unique().all()
    costs, sharers = costs_of(stays), sharers_of(stays)
    rows = []
    for one in stays:
        person, cost = one.importer.person, costs.get(one.id)
        rows.append([
            one.importer.reference, person.native_name, person.passport_name, one.importer.company.name,
            country_name(one.importer.company.country), str(one.state.label), one.hotel.name if one.hotel else "", one.room_type,
            ", ".join(other.importer.person.display_name for other in sharers[one.id]), one.arrives_on, one.leaves_on, one.nights,
            cost.organiser if cost else None, cost.guest if cost else None, cost.currency if cost else "",
            _("yes") if one.smoking else "", _("yes") if one.accessible else "", one.diet, one.wishes, one.confirmation,
        ])  # fmt: skip
    return [Sheet(_("Stays in hotels"), heads, rows)]


def _day(values: Mapping[str, Any]) -> date | None:
    value = values.get("day")
    return day_of(str(value)) if value else None


def _needed(values: Mapping[str, Any]) -> date:
    day = _day(values)
    if day is None:
        raise InvalidInput(_("Write a day as 31/12/2026."), field="day")
    return day


def _may_arrive(row: Stay, values: Mapping[str, Any]) -> None:
    row.require_move(StayState.CHECKED_IN)
    if (day := _day(values)) is not None and not row.arrives_on <= day < row.leaves_on:
        raise InvalidInput(_("This day is not one of the stay."))


def _may_leave(row: Stay, values: Mapping[str, Any]) -> None:
    row.require_move(StayState.LEFT)
    if (day := _day(values)) is not None and not (row.arrived_on or row.arrives_on) <= day <= row.leaves_on:
        raise InvalidInput(_("This day is not one of the stay."))


def _may_be_missing(row: Stay, values: Mapping[str, Any]) -> None:
    row.require_move(StayState.NO_SHOW)
    if (day := _day(values)) is not None and not row.arrives_on <= day <= row.leaves_on:
        raise InvalidInput(_("This day is not one of the stay."))


def _may_be_told(row: Stay, _values: Mapping[str, Any]) -> None:
    if row.state is not StayState.BOOKED:
        raise InvalidTransition


def _arrived(row: Stay, values: Mapping[str, Any], by: Actor) -> None:
    check_in(row, _needed(values), by=by)


def _left(row: Stay, values: Mapping[str, Any], by: Actor) -> None:
    check_out(row, _needed(values), by=by)


def _missing(row: Stay, values: Mapping[str, Any], by: Actor) -> None:
    mark_no_show(row, _needed(values), values["reason"], by=by)


def _tell(row: Stay, _values: Mapping[str, Any], _by: Actor) -> None:
    tell_guest(row, "placed")


def _undo_check_in(row: Stay, _kept: Mapping[str, Any], by: Actor) -> None:
    undo_check_in(row, by=by)


def _undo_check_out(row: Stay, _kept: Mapping[str, Any], by: Actor) -> None:
    undo_check_out(row, by=by)


def _undo_no_show(row: Stay, _kept: Mapping[str, Any], by: Actor) -> None:
    undo_no_show(row, by=by)


_DAY = BulkField("day", _l("Day"), "date", required=True)
STAYS = register_list(
    ListSpec(
        "stays", _l("Stays in hotels"), "hotels.stays", VIEW_LODGING, PARAMS,
        query=lambda fair, args: stays_matching(fair.id, args), keys=keys_of, reference=Stay.id,
        name_of=lambda row: row.importer.person.display_name, sheets=_sheets, everything={"state": "all"},
        actions=(
            BulkAction(
                "arrived", _l("Arrived"), "door-enter", ARRANGE_ROOMS, _may_arrive, _arrived,
                undo=_undo_check_in, fields=(_DAY,), tone="primary",
            ),
            BulkAction(
                "left", _l("Left"), "door-exit", ARRANGE_ROOMS, _may_leave, _left,
                undo=_undo_check_out, fields=(_DAY,),
            ),
            BulkAction(
                "no_show", _l("Did not come"), "user-x", ARRANGE_ROOMS, _may_be_missing, _missing,
                undo=_undo_no_show, tone="danger",
                fields=(
                    BulkField("day", _l("Nights are free from"), "date", required=True),
                    BulkField("reason", _l("Reason"), "text", required=True),
                ),
            ),
            BulkAction(
                "tell", _l("Write to the guests"), "mail", ARRANGE_ROOMS, _may_be_told, _tell,
                tells=_l("Each guest gets hotel, nights and who pays them, with the link to their page."),
            ),
        ),
    )
)  # fmt: skip
