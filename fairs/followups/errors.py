"""What can go wrong with an answer of the follow-up."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, DomainError, InvalidInput


class AboveValue(InvalidInput):
    """More than the contract's value: kept when the person says that it is right."""

    code = "above_value"
    message = _l("This is more than the value of the contract. Tick below that it is right.")


class NotAsked(Conflict):
    """The contract is cancelled or merged: nobody is asked about it."""

    code = "follow_up_left_out"
    message = _l("There is nothing to answer any more: the contract is cancelled, or it was written down twice.")


class LinkOver(DomainError):
    """The link of the mail was ours, but its time is over."""

    code = "link_expired"
    status = 410
    message = _l("This link is no longer valid. The next mail about the contract has a new one.")


class NothingToDecide(Conflict):
    """No party has answered yet."""

    code = "nothing_to_decide"
    message = _l("Nobody has answered yet: there is nothing to decide.")
