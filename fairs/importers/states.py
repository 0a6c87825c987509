"""States of an importer's registration, and the lists of its form."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.states import State


class ImporterState(State):
    """From the form to the badge."""

    UNCONFIRMED = "unconfirmed", _l("E-mail not confirmed"), "secondary", "mail"
    SUBMITTED = "submitted", _l("Waiting for a decision"), "yellow", "clock"
    APPROVED = "approved", _l("Approved"), "green", "check"
    REFUSED = "refused", _l("Refused"), "red", "x"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "secondary", "arrow-back-up"


S = ImporterState
TRANSITIONS: dict[ImporterState, frozenset[ImporterState]] = {
    S.UNCONFIRMED: frozenset({S.SUBMITTED, S.WITHDRAWN}),
    S.SUBMITTED: frozenset({S.APPROVED, S.REFUSED, S.WITHDRAWN}),
    S.APPROVED: frozenset({S.WITHDRAWN}),
    S.REFUSED: frozenset(),
    S.WITHDRAWN: frozenset(),
}


class BuyerKind(State):
    """What an importer does with the goods."""

    IMPORTER = "importer", _l("Importer"), "secondary", "world"
    WHOLESALER = "wholesaler", _l("Wholesaler or distributor"), "secondary", "building-warehouse"
    RETAILER = "retailer", _l("Retailer or shop"), "secondary", "building-store"
    CHAIN = "chain", _l("Retail chain or department store"), "secondary", "buildings"
    ONLINE = "online", _l("Online seller"), "secondary", "shopping-cart"
    AGENT = "agent", _l("Buying office or agent"), "secondary", "briefcase"
    PROJECT = "project", _l("Hotel, interior or project buyer"), "secondary", "sofa"
    OTHER = "other", _l("Other"), "secondary", "dots"


class AnnualVolume(State):
    """What an importer buys of such goods in a year, in US dollars, anywhere."""

    UNDER_50K = "under_50k", _l("Under 50,000 USD"), "secondary", "coins"
    UNDER_200K = "50k_200k", _l("50,000 to 200,000 USD"), "secondary", "coins"
    UNDER_1M = "200k_1m", _l("200,000 to 1 million USD"), "secondary", "coins"
    OVER_1M = "over_1m", _l("Over 1 million USD"), "secondary", "coins"
    UNKNOWN = "unknown", _l("Not sure yet"), "secondary", "coins"


class SupportWish(State):
    """What an importer asks to be supported with; the values are those of the tiers of hosting."""

    BOTH = "both", _l("Travel and hotel"), "secondary", "luggage"
    TRAVEL = "travel", _l("Travel"), "secondary", "plane"
    HOTEL = "hotel", _l("Hotel"), "secondary", "bed"


class Way(State):
    """How a registration reached us; the values are those of ``Importer.source``, staff's forms taken together."""

    WEB = "web", _l("Public form"), "secondary", "world-www"
    DESK = "desk", _l("Filed by staff"), "secondary", "clipboard-text"
    API = "api", _l("Another program"), "secondary", "plug"
    INVITATION = "invitation", _l("Invitation"), "secondary", "mail-opened"


class ConsentKind(State):
    """Separate consents, none of them given in advance (Law 91/2025/QH15)."""

    REGISTRATION = "registration", _l("Registration"), "secondary", "user-check"
    SHARING = "sharing", _l("Sharing with exhibitors"), "secondary", "share"
    PHOTOS = "photos", _l("Photos"), "secondary", "camera"
    MAILINGS = "mailings", _l("Mailings"), "secondary", "mail"
