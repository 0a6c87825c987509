"""How far an invitation has come, and where an invitee comes from."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class InviteeState(State):
    """Somebody who is to be invited to a fair."""

    NEW = "new", _l("Not invited yet"), "secondary", "user-plus"
    INVITED = "invited", _l("Invited"), "blue", "mail"
    ACCEPTED = "accepted", _l("Wants to come"), "cyan", "thumb-up"
    REGISTERED = "registered", _l("Registered"), "green", "user-check"
    DECLINED = "declined", _l("Declined"), "secondary", "x"
    DELEGATED = "delegated", _l("Sends a colleague"), "secondary", "user-share"
    UNREACHABLE = "unreachable", _l("Cannot be reached"), "orange", "mail-off"
    STOPPED = "stopped", _l("Not to be written to"), "secondary", "ban"


S = InviteeState
TRANSITIONS: dict[InviteeState, frozenset[InviteeState]] = {
    S.NEW: frozenset({S.INVITED, S.REGISTERED, S.UNREACHABLE, S.STOPPED}),
    S.INVITED: frozenset({S.ACCEPTED, S.REGISTERED, S.DECLINED, S.DELEGATED, S.UNREACHABLE, S.STOPPED}),
    S.ACCEPTED: frozenset({S.REGISTERED, S.DECLINED, S.DELEGATED, S.STOPPED}),
    S.DECLINED: frozenset({S.INVITED, S.ACCEPTED, S.REGISTERED, S.STOPPED}),
    S.DELEGATED: frozenset({S.ACCEPTED, S.REGISTERED, S.STOPPED}),
    S.UNREACHABLE: frozenset({S.INVITED, S.ACCEPTED, S.DECLINED, S.DELEGATED, S.REGISTERED, S.STOPPED}),
    S.REGISTERED: frozenset(),
    S.STOPPED: frozenset({S.REGISTERED}),  # whoever registers by themselves comes all the same
}


class CampaignState(State):
    """A campaign, from the draft to the last mail."""

    DRAFT = "draft", _l("Draft"), "secondary", "pencil"
    RUNNING = "running", _l("Going out"), "blue", "send"
    PAUSED = "paused", _l("Paused"), "orange", "player-pause"
    DONE = "done", _l("Sent"), "green", "check"
    CANCELLED = "cancelled", _l("Cancelled"), "secondary", "x"


C = CampaignState
CAMPAIGN_TRANSITIONS: dict[CampaignState, frozenset[CampaignState]] = {
    C.DRAFT: frozenset({C.RUNNING, C.CANCELLED}),
    C.RUNNING: frozenset({C.PAUSED, C.DONE, C.CANCELLED}),
    C.PAUSED: frozenset({C.RUNNING, C.CANCELLED}),
    C.DONE: frozenset(),
    C.CANCELLED: frozenset(),
}


class DeclineReason(State):
    """Why an invitee does not come."""

    DATES = "dates", _l("The days do not suit us"), "secondary", "calendar-x"
    COST = "cost", _l("The journey costs too much"), "secondary", "coins"
    NO_NEED = "no_need", _l("We do not buy such goods now"), "secondary", "basket-off"
    OTHER_FAIR = "other_fair", _l("We go to another fair"), "secondary", "flag"
    GONE = "gone", _l("I am not in charge of this any more"), "secondary", "user-off"
    OTHER = "other", _l("Another reason"), "secondary", "dots"


class PastAttendance(State):
    """What our records say of earlier fairs, of the person or the company."""

    ATTENDED = "attended", _l("Came to an earlier fair"), "secondary", "door-enter"
    REGISTERED = "registered", _l("Registered for an earlier fair"), "secondary", "user-check"
    NEVER = "never", _l("Never registered before"), "secondary", "user-plus"


class SourceKind(State):
    """Who brings an importer: every importer's source is known."""

    ORGANISER = "organiser", _l("Own list"), "secondary", "address-book"
    EMBASSY = "embassy", _l("Embassy"), "secondary", "building-monument"
    TRADE_OFFICE = "trade_office", _l("Trade office abroad"), "secondary", "building-bank"
    PARTNER = "partner", _l("Partner"), "secondary", "users-group"
    EXHIBITOR = "exhibitor", _l("Exhibitor"), "secondary", "building-store"
