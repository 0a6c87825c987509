"""The chosen booth beside the plan: what it is, what it costs, and the one thing to do, or why not and who can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from fairs.booths.errors import NoPrice
from fairs.booths.models import BoothBooking
from fairs.booths.pricing import Quote
from fairs.booths.queries import (
    booth_state,
    current_booking,
    exhibitors_of_user,
    free_beside,
    free_with,
    live_booking,
    nearest_free,
    neighbours,
    search_accepted,
)
from fairs.booths.service import MOST_BOOTHS, may_book_now, quote
from fairs.booths.states import BookingState, BoothState
from fairs.calendar.models import Fair
from fairs.core.i18n import format_date, format_datetime, format_time
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.floorplans.models import Booth


def _(text: str, **values: Any) -> str:
    return str(gettext(text, **values))


@dataclass(frozen=True, slots=True)
class Guest:
    """Who uses the plan. ``exhibitor`` is the participation they act for, with its live booking."""

    is_signed_in: bool = False
    is_staff: bool = False
    can_manage: bool = False
    exhibitor: Exhibitor | None = None
    others: Sequence[Exhibitor] = ()
    booking: BoothBooking | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether their company was accepted."""
        return self.exhibitor is not None and self.exhibitor.state is ExhibitorState.ACCEPTED


def guest_of(fair: Fair, user_id: int | None, wanted: str = "") -> Guest:
    """A visitor of the public plan; with several companies the accepted one, or the one whose reference is ``wanted``."""
    mine = exhibitors_of_user(fair.id, user_id)
    ranked = sorted(mine, key=lambda one: (one.reference != wanted, one.state is not ExhibitorState.ACCEPTED, one.id))
    acting = ranked[0] if ranked else None
    booking = current_booking(acting.id) if acting is not None else None
    return Guest(user_id is not None, exhibitor=acting, others=ranked[1:], booking=booking)


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel shows. ``action`` names the one button; where ``why`` is set it cannot be pressed, and why says why."""

    booth: Booth
    state: BoothState
    booking: BoothBooking | None
    name: str
    offer: Quote | None
    neighbours: Sequence[tuple[Booth, str]]
    nearest: Sequence[Booth]
    action: str
    why: str = ""
    found: Sequence[Exhibitor] = ()
    search: str = ""
    is_mine: bool = False
    together: Sequence[Booth] = ()
    beside: Sequence[Booth] = ()

    @property
    def codes(self) -> str:
        """All booths chosen together."""
        return ", ".join(booth.code for booth in self.together)

    def with_more(self, code: str) -> str:
        """The value of ``with`` when a booth is added, or taken away if it is chosen already."""
        chosen = [one.code for one in self.together[1:]]
        return ",".join([one for one in chosen if one != code] + ([code] if code not in chosen else []))

    @property
    def invoice_id(self) -> int | None:
        """The invoice of its booking."""
        return self.booking.invoice_id if self.booking is not None else None


def build_panel(fair: Fair, booth: Booth, guest: Guest, *, search: str = "", beside: Sequence[str] = ()) -> Panel:
    """The panel of a booth for this guest; ``search`` is what a clerk typed to find the caller's company.

    ``beside`` are codes of further booths to take together with it.
    """
    booking = live_booking(booth.id)
    state = booth_state(booth, booking)
    is_mine = booking is not None and guest.exhibitor is not None and booking.exhibitor_id == guest.exhibitor.id
    named = booking is not None and (guest.is_staff or is_mine or state is BoothState.CONFIRMED)
    action, why = (
        _staff_action(fair, booth, state, guest) if guest.is_staff else _own_action(fair, booth, booking, guest)
    )
    can_take = action in {"choose", "change", "book"} and not why and state is BoothState.FREE
    together = free_with(booth, beside[: MOST_BOOTHS - 1]) if can_take else [booth]
    found: Sequence[Exhibitor] = (
        search_accepted(fair.id, search) if action == "book" and not why and search.strip() else ()
    )
    return Panel(
        booth, state, booking if guest.is_staff or is_mine else None,
        booking.exhibitor.company.name if named and booking is not None else "", _offer(fair, together, guest, state),
        neighbours(booth), nearest_free(booth) if state is not BoothState.FREE and not is_mine else (),
        action, why, found, search, is_mine, together, free_beside(together) if can_take else (),
    )  # fmt: skip


def _offer(fair: Fair, booths: Sequence[Booth], guest: Guest, state: BoothState) -> Quote | None:
    if state is BoothState.BLOCKED or not all(booth.type.is_sold for booth in booths):
        return None
    try:
        return quote(fair, booths, guest.exhibitor if guest.is_accepted else None)
    except NoPrice:
        return None


def _own_action(fair: Fair, booth: Booth, booking: BoothBooking | None, guest: Guest) -> tuple[str, str]:
    if booking is not None and guest.exhibitor is not None and booking.exhibitor_id == guest.exhibitor.id:
        return ("continue" if booking.state is BookingState.HELD else "mine"), ""
    why = _why_not_free(booth, booking)
    if why:
        return "choose", why
    if not may_book_now(fair):
        return "choose", _when_closed(fair)
    if not guest.is_signed_in:
        return "sign_in", ""
    if guest.exhibitor is None or guest.exhibitor.state in {ExhibitorState.DRAFT, ExhibitorState.WITHDRAWN}:
        return "apply", ""
    if not guest.is_accepted:
        return "choose", _(
            "Your application is not accepted yet (%(state)s). The organiser decides.",
            state=guest.exhibitor.state.label,
        )
    if guest.booking is not None and guest.booking.state is not BookingState.HELD:
        text = _(
            "You have booth %(code)s already. For a second or another one ask the organiser.",
            code=guest.booking.booth.code,
        )
        return "choose", text
    if not booth_has_price(fair, booth, guest):
        return "choose", _("There is no price for this kind of booth yet. The organiser sets it.")
    return ("change" if guest.booking is not None else "choose"), ""


def booth_has_price(fair: Fair, booth: Booth, guest: Guest) -> bool:
    """Whether a price is set for this kind of booth."""
    return _offer(fair, [booth], guest, BoothState.FREE) is not None


def _why_not_free(booth: Booth, booking: BoothBooking | None) -> str:
    if booking is None:
        return _("This booth is not for sale.") if booth.is_blocked or not booth.type.is_sold else ""
    if booking.is_offer:
        return _("It is offered to another exhibitor until %(moment)s.", moment=format_datetime(booking.hold_until))
    if booking.state is BookingState.HELD:
        return _(
            "Another exhibitor is booking it. It is free again at %(time)s unless they finish.",
            time=format_time(booking.hold_until),
        )
    if booking.state is BookingState.RESERVED:
        return _("Another exhibitor has reserved it and pays by %(day)s.", day=format_date(booking.deposit_due_on))
    return _("This booth is sold.")


def _when_closed(fair: Fair) -> str:
    if fair.is_cancelled:
        return _("The fair is cancelled.")
    if fair.is_over:
        return _("The fair is over.")
    if not fair.accepts_booking:
        return _("Booking has not opened yet. The organiser opens it.")
    return _("Booking has closed. The organiser can still book for you.")


def _staff_action(fair: Fair, booth: Booth, state: BoothState, guest: Guest) -> tuple[str, str]:
    only_sales = "" if guest.can_manage else _("Booth sales or the organiser of this fair can do this.")
    if state is BoothState.BLOCKED:
        return "unblock", only_sales
    if state is not BoothState.FREE:
        return "open", ""
    if only_sales:
        return "book", only_sales
    if not booth.type.is_sold:
        return "book", _("This kind of booth is a special area and not for sale.")
    if not may_book_now(fair, as_staff=True):
        return "book", _("The fair is over or still a draft.")
    if _offer(fair, [booth], guest, state) is None:
        return "book", _("There is no price for this kind of booth yet: set one on the floor plan's page.")
    return "book", ""


def action_words() -> dict[str, Any]:
    """The words on the button of each action."""
    return {
        "choose": _("Choose this booth"),
        "change": _("Change to this booth"),
        "continue": _("Review and reserve"),
        "mine": _("Your booking"),
        "sign_in": _("Sign in to book"),
        "apply": _("Apply to exhibit"),
        "book": _("Book for an exhibitor"),
        "open": _("Open the booking"),
        "unblock": _("Put on sale again"),
    }
