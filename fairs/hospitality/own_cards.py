"""What guests see of their journey on their own page: flights, and who meets them."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from fairs.core.i18n import format_date
from fairs.hospitality.airports import local_time
from fairs.hospitality.queries import flights_of, seats_of
from fairs.hospitality.rules import warnings
from fairs.hospitality.states import Direction, RunKind, SeatState
from fairs.hosting.queries import hosting_of
from fairs.importers.journey import Action, Card
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState


def flights_card(importer: Importer, token: str) -> Card | None:
    """The flights: missing, or as we have them."""
    if importer.state is not ImporterState.APPROVED or importer.fair.is_cancelled:
        return None
    flights = {one.direction: one for one in flights_of(importer.id)}
    hosting = hosting_of(importer.id)
    if not flights and (hosting is None or not hosting.is_granted):
        return None
    facts = []
    for way in Direction:
        one = flights.get(way)
        if one is None:
            continue
        out, back = local_time(one.departs_at, one.from_airport), local_time(one.arrives_at, one.to_airport)
        facts.append(
            (way.label, f"{one.number} · {one.from_airport} {out:%H:%M} → {one.to_airport} {back:%H:%M} · {format_date(back.date() if way is Direction.ARRIVAL else out.date(), weekday=True)}")
        )  # fmt: skip
    missing = [way for way in Direction if way not in flights]
    unusual = warnings(list(flights.values()), importer.fair)
    over = importer.fair.is_over
    state = (
        _("We need your flights")
        if len(missing) == 2
        else _("One flight is missing")
        if missing
        else _("We have your flights")
    )
    return Card(
        "flights", _("Flights"), "plane", "problem" if unusual else "now" if missing else "done", state,
        text=" ".join(unusual) or (_("With them we plan your hotel nights and fetch you from the airport.") if missing else ""),
        facts=facts,
        action=None if over else Action(_("Tell us your flights") if missing else _("Change flights"), url_for("own_travel.flights", token=token), icon="plane"),
    )  # fmt: skip


def transfer_card(importer: Importer, token: str) -> Card | None:
    """When and where the guest is met, by whom."""
    seats = [one for one in seats_of(importer.id) if one.state is not SeatState.MET or one.kind is not RunKind.SHUTTLE]
    if importer.state is not ImporterState.APPROVED or not seats or importer.fair.is_cancelled:
        return None
    waiting = [one for one in seats if one.run is None]
    return Card(
        "transfer", _("Airport transfer"), "bus", "waiting" if waiting else "done",
        _("We are planning your transfer") if waiting else _("Your transfer is planned"),
        text=_("You need not do anything: the vehicle and the hour appear here.") if waiting else "",
        template="hospitality/_card_transfer.html", context={"seats": seats},
    )  # fmt: skip
