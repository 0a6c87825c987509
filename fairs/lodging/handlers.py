"""What rooms do when others speak: support is granted or ends, a flight changes, the fair moves or is called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.effects import moved_day, shift
from fairs.calendar.events import FairCalledOff, FairRescheduled
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.events import subscribe
from fairs.hospitality.events import TravelChanged
from fairs.hosting.events import HostingEnded, HostingGranted
from fairs.importers.journey import register_card
from fairs.importers.panels import Panel, register_panel
from fairs.lodging.blocks import set_release
from fairs.lodging.models import Stay
from fairs.lodging.own_pages import hotel_card
from fairs.lodging.panel import nights_panel
from fairs.lodging.permissions import VIEW_LODGING
from fairs.lodging.queries import blocks_of, current_stay, hotels_of
from fairs.lodging.rooming_files import attached_pdf, attached_xlsx
from fairs.lodging.service import cancel_stay, change_stay, funded_window, want_room
from fairs.lodging.states import LIVE, StayIssue, StayState
from fairs.lodging.wishes import close_issue, raise_issue
from fairs.messages.render import register_renderer

_BEFORE = (StayState.WANTED, StayState.BOOKED)


@subscribe(HostingGranted)
def want_nights(event: HostingGranted) -> None:
    """Who is granted a hotel needs a room for the funded nights."""
    importer = event.hosting.importer
    window, stay = funded_window(importer), current_stay(importer.id)
    if window is not None and (stay is None or stay.state not in LIVE):
        want_room(importer, *window, by=event.by)


@subscribe(HostingEnded)
def free_nights(event: HostingEnded) -> None:
    """Without support no room: its nights are free in the same transaction. Who sleeps there already is looked at by a person."""
    stay = current_stay(event.hosting.importer_id)
    if stay is None:
        return
    if stay.state in _BEFORE:
        cancel_stay(stay, event.reason or _("The support has ended."), by=event.by)
    elif stay.state is StayState.CHECKED_IN:
        raise_issue(stay, StayIssue.SUPPORT, by=event.by)


@subscribe(TravelChanged)
def follow_flight(event: TravelChanged) -> None:
    """The nights follow the flight where rooms are free; else they stay, and somebody is asked to look."""
    stay = current_stay(event.importer.id)
    if stay is None or stay.state not in LIVE:
        return
    first = stay.arrives_on if stay.state is StayState.CHECKED_IN else event.arrives_on or stay.arrives_on
    until = event.leaves_on or stay.leaves_on
    if (first, until) == (stay.arrives_on, stay.leaves_on):
        if stay.issue is StayIssue.FLIGHT:
            close_issue(stay, by=event.by)
        return
    try:
        change_stay(stay, first, until, by=event.by)
    except DomainError:
        raise_issue(stay, StayIssue.FLIGHT, first, until, by=event.by)


@subscribe(FairRescheduled)
def look_at_nights(event: FairRescheduled) -> None:
    """Nights that are only wanted move with the fair; those that a hotel has promised are looked at by a person."""
    by = shift(event.fair, event.move)
    for stay in _expected(event.fair.id):
        if stay.state is StayState.WANTED:
            event.found.add(
                "applications", "Stay.arrives_on", _l("Room wanted from"), stay.importer.reference, stay.arrives_on,
                stay.arrives_on + by, act=lambda row=stay: _move_wish(row, by),
            )  # fmt: skip
        elif by:
            event.found.add(
                "applications", "Stay.issue", _l("Hotel nights"), stay.importer.reference, stay.issue.label,
                StayIssue.FAIR.label, act=lambda row=stay: raise_issue(row, StayIssue.FAIR, by=event.by),
            )  # fmt: skip


@subscribe(FairRescheduled)
def move_dates(event: FairRescheduled) -> None:
    """What a hotel was promised before the fair is asked of it for the new days: release dates, rooming lists."""
    fair, move = event.fair, event.move
    for block in blocks_of(fair.id):
        if block.release_on is not None:
            day = moved_day(fair, move, block.release_on)
            event.found.add(
                "applications", "RoomBlock.release_on", _l("Release date of rooms, to be agreed with the hotel"), block.name,
                block.release_on, day, act=lambda row=block, day=day: set_release(row, day),
            )  # fmt: skip
    for hotel in hotels_of(fair.id):
        if hotel.list_due_on is not None:
            day = moved_day(fair, move, hotel.list_due_on)
            event.found.set("applications", _l("Rooming list until"), hotel.name, hotel, "list_due_on", day)


@subscribe(FairCalledOff)
def cancel_nights(event: FairCalledOff) -> None:
    """Nobody needs a room any more; the guests are told by the letter about the fair."""
    for stay in _expected(event.fair.id):
        event.found.add(
            "applications", "Stay.state", _l("Hotel nights"), stay.importer.reference, stay.state.label,
            StayState.CANCELLED.label,
            act=lambda row=stay: cancel_stay(row, event.reason or _("The fair is cancelled."), by=event.by, tell=False),
        )  # fmt: skip


def _expected(fair_id: int) -> Sequence[Stay]:
    return db.session.scalars(
        select(Stay)
        .options(joinedload(Stay.importer))
        .where(Stay.fair_id == fair_id, Stay.state.in_(_BEFORE))
        .order_by(Stay.importer_id, Stay.id)
    ).all()


def _move_wish(stay: Stay, by: timedelta) -> None:
    days: tuple[date, date] = (stay.arrives_on + by, stay.leaves_on + by)
    stay.arrives_on, stay.leaves_on = days
    stay.changed_at = now()


register_renderer("rooming_list_pdf", attached_pdf)
register_renderer("rooming_list_xlsx", attached_xlsx)
register_panel(Panel("nights", 40, "lodging/_nights_panel.html", nights_panel, VIEW_LODGING))
register_card("hotel", 60, hotel_card)
