"""How far the support of an importer has come, and what it covers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class SupportTier(State):
    """What the support covers."""

    BOTH = "both", _l("Travel and hotel"), "green", "luggage"
    TRAVEL = "travel", _l("Travel"), "blue", "plane"
    HOTEL = "hotel", _l("Hotel"), "cyan", "bed"

    @property
    def pays_travel(self) -> bool:
        """Whether the journey is refunded, up to the cap of the region."""
        return self in (SupportTier.BOTH, SupportTier.TRAVEL)

    @property
    def pays_hotel(self) -> bool:
        """Whether nights are paid."""
        return self in (SupportTier.BOTH, SupportTier.HOTEL)


class HostingState(State):
    """Support of one importer: asked for, proposed by one person, approved by another, granted by the signed decision."""

    APPLIED = "applied", _l("Asks for support"), "yellow", "hand-stop"
    PROPOSED = "proposed", _l("Proposed"), "blue", "user-up"
    RESERVE = "reserve", _l("Reserve list"), "orange", "list-numbers"
    APPROVED = "approved", _l("Approved, decision not signed yet"), "cyan", "signature"
    GRANTED = "granted", _l("Granted"), "green", "circle-check"
    CONFIRMED = "confirmed", _l("Confirmed by the guest"), "green", "user-check"
    SETTLED = "settled", _l("Accounted for"), "green", "receipt"
    REFUSED = "refused", _l("No support"), "secondary", "x"
    WITHDRAWN = "withdrawn", _l("Given back"), "secondary", "arrow-back-up"
    EXPIRED = "expired", _l("Expired"), "secondary", "clock-x"


H = HostingState
GRANTED = (H.GRANTED, H.CONFIRMED, H.SETTLED)
"""The signed decision stands: travel and hotel can be arranged."""
PLACED = (H.APPROVED, *GRANTED)
"""A place and money are committed."""
TRANSITIONS: dict[HostingState, frozenset[HostingState]] = {
    H.APPLIED: frozenset({H.PROPOSED, H.RESERVE, H.REFUSED, H.WITHDRAWN}),
    H.PROPOSED: frozenset({H.APPLIED, H.APPROVED, H.RESERVE, H.REFUSED, H.WITHDRAWN}),
    H.RESERVE: frozenset({H.APPLIED, H.PROPOSED, H.REFUSED, H.WITHDRAWN}),
    H.APPROVED: frozenset({H.PROPOSED, H.GRANTED, H.REFUSED, H.WITHDRAWN}),
    H.GRANTED: frozenset({H.CONFIRMED, H.SETTLED, H.WITHDRAWN, H.EXPIRED, H.REFUSED}),
    H.CONFIRMED: frozenset({H.SETTLED, H.WITHDRAWN, H.EXPIRED, H.REFUSED}),
    H.SETTLED: frozenset(),
    H.REFUSED: frozenset({H.APPLIED}),  # looked at again, as after a complaint
    H.WITHDRAWN: frozenset({H.APPLIED}),
    H.EXPIRED: frozenset(),
}
