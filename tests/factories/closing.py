"""A fair that is over, with verified contracts and their papers, for tests of closing."""

from __future__ import annotations

from contextlib import suppress

from fairs.calendar.service import change_state
from fairs.calendar.states import FairState
from fairs.contracts.errors import RateKnown
from fairs.core.actor import SYSTEM
from fairs.core.permissions import Role
from tests.factories.deals import Office, acting, office


def closed_office(contracts: int = 3) -> Office:
    """An office whose fair is closed, with so many verified contracts and one that nobody has verified."""
    place = office()
    with suppress(RateKnown):  # another fair of the test has it already
        place.rate()
    deals = acting(place.user(Role.DEALS))
    for number in range(contracts):
        place.verified(by=deals, number=f"HD-{number}")
    place.contract(number="HD-X")
    place.fair = change_state(place.fair, FairState.CLOSED, by=SYSTEM)
    return place
