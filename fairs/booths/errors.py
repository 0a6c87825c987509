"""What can go wrong when a booth is booked."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, InvalidInput


class BookingClosed(Conflict):
    """Booths cannot be booked at this fair now."""

    code = "booking_closed"
    message = _l("Booking is closed. The organiser of the fair can still book for you.")


class BoothTaken(Conflict):
    """Somebody was faster. ``nearest`` in the details lists the nearest free booths."""

    code = "booth_taken"
    message = _l("Somebody has just taken this booth.")


class BoothBlocked(Conflict):
    """The booth is not for sale."""

    code = "booth_blocked"
    message = _l("This booth is not for sale.")


class NoPrice(Conflict):
    """The organiser has not set a price for this kind of booth."""

    code = "no_price"
    message = _l("There is no price for this kind of booth yet; the organiser sets it.")


class NotAccepted(Conflict):
    """Only accepted exhibitors book."""

    code = "not_accepted"
    message = _l("Booths can be booked once the application has been accepted.")


class HasBooth(Conflict):
    """One booth per exhibitor; further ones are given by the organiser."""

    code = "has_booth"
    message = _l("You have a booth already. The organiser can give you a second one.")


class NotAdjacent(Conflict):
    """Booths booked together hang together."""

    code = "not_adjacent"
    message = _l("Booths that are booked together stand side by side.")


class HoldExpired(Conflict):
    """The minutes ran out before the booking was finished."""

    code = "hold_expired"
    message = _l("The time to finish ran out, so the booth is free again. Choose it once more, or another one.")


class PriceChanged(Conflict):
    """The organiser changed the price while the booth was held."""

    code = "price_changed"
    message = _l("The price changed while you were here. Please look at it again before you reserve.")


class DecisionMissing(Conflict):
    """A supported exhibitor's decision has no number yet."""

    code = "decision_missing"
    message = _l("The number of the decision on support is missing; the organiser enters it on the application.")


class BoothsInUse(Conflict):
    """The plan cannot change there: booths are booked or have been."""

    code = "booths_in_use"
    message = _l("Booths there are booked. Release them first.")


class TermsNotAccepted(InvalidInput):
    """Nothing is reserved without the terms."""

    code = "terms_not_accepted"
    message = _l("Please read and accept the terms.")


class TooLateToWithdraw(Conflict):
    """The fair's terms no longer allow withdrawal."""

    code = "too_late_to_withdraw"
    message = _l("By the fair's terms it is too late to withdraw. Ask the organiser.")


class AlreadyWaiting(Conflict):
    """One entry on the waiting list per exhibitor."""

    code = "already_waiting"
    message = _l("This exhibitor is on the waiting list already.")


class AlreadyAsked(Conflict):
    """One open request of a kind per booking."""

    code = "already_asked"
    message = _l("This has been asked already; the organiser has not answered yet.")


class NotAgreed(Conflict):
    """The other exhibitor has not agreed."""

    code = "not_agreed"
    message = _l("The other exhibitor has not agreed yet.")
