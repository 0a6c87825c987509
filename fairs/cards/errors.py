"""What can go wrong with cards."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, DomainError


class CardsUnavailable(DomainError):
    """The card company cannot be reached, is busy, or does not know our key: what was asked may be asked again."""

    code = "cards_unavailable"
    status = 503
    message = _l(
        "The card company cannot be reached at the moment. Nothing was charged: try again later, or pay by transfer."
    )

    def __init__(self, reason: str = "") -> None:
        self.reason = reason
        super().__init__()


class CardsRefused(DomainError):
    """The card company refuses what was asked, however often it is asked; ``reason`` is its own code."""

    code = "cards_refused"
    status = 422
    message = _l("The card company does not take this payment. Nothing was charged: please pay by transfer.")

    def __init__(self, reason: str = "") -> None:
        self.reason = reason
        super().__init__()


class UnknownThere(CardsRefused):
    """The card company knows no such thing."""


class AttemptUnderWay(Conflict):
    """Another window has begun to pay this invoice by card."""

    code = "attempt_under_way"
    message = _l("A payment by card was begun in another window. Finish or cancel it there first.")
