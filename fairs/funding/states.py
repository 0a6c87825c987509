"""How far a grant has come, and what became of a suspected duplicate."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class GrantState(State):
    """A grant: proposed in a selection, committed by the signed decision, settled by what it cost."""

    PROPOSED = "proposed", _l("Proposed"), "yellow", "clock"
    COMMITTED = "committed", _l("Committed"), "blue", "lock"
    SETTLED = "settled", _l("Accounted for"), "green", "circle-check"
    RELEASED = "released", _l("Released"), "secondary", "arrow-back-up"
    RECOVERED = "recovered", _l("Recovered"), "orange", "receipt-refund"


G = GrantState
LIVE = (G.PROPOSED, G.COMMITTED, G.SETTLED)
TRANSITIONS: dict[GrantState, frozenset[GrantState]] = {
    G.PROPOSED: frozenset({G.COMMITTED, G.RELEASED}),
    G.COMMITTED: frozenset({G.SETTLED, G.RELEASED, G.PROPOSED}),  # back: an approval is taken back before its decision
    G.SETTLED: frozenset({G.RECOVERED}),
    G.RELEASED: frozenset(),
    G.RECOVERED: frozenset(),
}


class ClashState(State):
    """What a second person said of a suspected duplicate."""

    WAITING = "waiting", _l("Waits for a second person"), "orange", "alert-triangle"
    CLEARED = "cleared", _l("No duplicate"), "green", "circle-check"
    CONFIRMED = "confirmed", _l("Duplicate support"), "red", "ban"


C = ClashState
CLASH_TRANSITIONS: dict[ClashState, frozenset[ClashState]] = {
    C.WAITING: frozenset({C.CLEARED, C.CONFIRMED}),
    C.CLEARED: frozenset(),
    C.CONFIRMED: frozenset(),
}


class ClashKind(State):
    """Why two grants may be for the same thing."""

    SAME_FAIR = "same_fair", _l("the same item at the same fair"), "red", "copy"
    SAME_COST = "same_cost", _l("the same cost from another fund at the same time"), "red", "coins"
    SAME_TIME = "same_time", _l("the same item at the same time"), "red", "calendar-event"
    RECEIPT = "receipt", _l("the same receipt"), "red", "receipt"
    TICKET = "ticket", _l("the same ticket number"), "red", "ticket"
    PASSPORT = "passport", _l("the same passport under another name"), "red", "id-badge-2"
    EXTERNAL = "external", _l("on another office's list"), "red", "building"


class Purpose(State):
    """What kind of cost a rule pays for: two funds may not pay the same one."""

    BOOTH = "booth", _l("Booth"), "secondary", "layout-grid"
    TRAVEL = "travel", _l("Travel"), "secondary", "plane"
    LODGING = "lodging", _l("Rooms and meals"), "secondary", "bed"
    FAIR = "fair", _l("Organising a fair"), "secondary", "flag"
    EQUIPMENT = "equipment", _l("Equipment and models"), "secondary", "tools"
    OTHER = "other", _l("Other"), "secondary", "dots"
