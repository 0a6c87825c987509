"""The dates of a fair: when each falls, who answers for it, where the rule comes from, how it is known to be done.

Days are whole days at the fair, counted from the opening (``before`` it) or from the last day (``after`` it).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.booths.withdrawal import last_day_to_withdraw, last_early_day
from fairs.calendar.models import Fair
from fairs.ceremonies.queries import first_ceremony_day, last_reply_day
from fairs.claims.queries import rules_of as claim_rules_of
from fairs.claims.service import KEEP_PAPERS
from fairs.core.clock import local_day
from fairs.core.permissions import Role
from fairs.hosting.settings import settings_of as hosting_settings_of
from fairs.invitations.queries import last_day_for_answers
from fairs.lodging.queries import first_list_due, release_days
from fairs.sitework.catalogue import items_of as services_of
from fairs.sitework.manual import items_of as manual_of

DECREE = _l("Decree 81/2018")
CUSTOM = _l("Custom of the department")
FAIR = _l("Settings of the fair")
TERMS = _l("Terms for exhibitors")
RECORDS = _l("Records of the fair")

Day = Callable[[Fair], date | None]


def before(days: int) -> Day:
    """So many days before the opening."""
    return lambda fair: fair.starts_on - timedelta(days=days)


def after(days: int) -> Day:
    """So many days after the last day."""
    return lambda fair: fair.ends_on + timedelta(days=days)


def _booking_closes(fair: Fair) -> date | None:
    if fair.booking_closes_at is None:
        return fair.starts_on - timedelta(days=14)
    return local_day(fair.booking_closes_at, fair.time_zone)


def _services_close(fair: Fair) -> date:
    """The first day after which a service costs more; by custom where the fair has no services yet."""
    days = [item.due_days for item in services_of(fair.id, active=True)]
    return fair.starts_on - timedelta(days=max(days, default=21))


def _manual_due(fair: Fair) -> date | None:
    """The day of the last item of the manual; none where there is no manual."""
    days = [item.due_days for item in manual_of(fair.id, active=True)]
    return fair.starts_on - timedelta(days=min(days)) if days else None


def _build_up(fair: Fair) -> date:
    return fair.starts_on - timedelta(days=fair.build_up_days)


def _claims_close(fair: Fair) -> date:
    """The last day on which guests hand in their claims."""
    return fair.ends_on + timedelta(days=claim_rules_of(fair.id).days_to_claim)


def _claims_decided(fair: Fair) -> date:
    """Each claim is decided within the fair's days of review."""
    return _claims_close(fair) + timedelta(days=claim_rules_of(fair.id).review_days)


def _papers_removed(fair: Fair) -> date:
    """So long after its claim a guest's passport and papers are kept (``claims.service``)."""
    return _claims_decided(fair) + KEEP_PAPERS


def _reserve_ends(fair: Fair) -> date:
    """Who moves up later no longer has the full time to confirm before the opening."""
    return fair.starts_on - timedelta(days=1 + hosting_settings_of(fair).reply_days)


def _rooms_released(fair: Fair) -> date:
    """The first release date of the fair's room blocks that is still to come, else the last one; by custom where there is none."""
    days = release_days(fair.id)
    return next((day for day in days if day >= fair.today), days[-1] if days else fair.starts_on - timedelta(days=30))


@dataclass(frozen=True, slots=True)
class Rule:
    """One date. ``proof``: ``milestone`` a person records it, ``day`` it happens by itself, else a key of ``timeline.PROOFS``.

    ``opens``: the first day on which it can be done, where the rule gives one.
    """

    key: str
    label: Any
    day: Day
    owner: Role
    source: Any
    proof: str = "milestone"
    endpoint: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    opens: Day | None = None
    kinds: tuple[str, ...] = ()


def _permit_day(fair: Fair) -> date:
    return fair.starts_on - timedelta(days=45 if fair.kind == "overseas" else 30)


RULES: tuple[Rule, ...] = (
    Rule("permit", _l("Permit of the fair registered"), _permit_day, Role.ORGANISER, DECREE, opens=before(365)),
    Rule("plan", _l("Detailed plan of the fair approved"), before(60), Role.ORGANISER, CUSTOM),
    Rule("published", _l("The fair is published"), before(180), Role.ORGANISER, CUSTOM, "published", "calendar.settings"),
    Rule("floor_plan", _l("The plan of every hall is published"), before(155), Role.ORGANISER, RECORDS, "floor_plan",
         "floorplans.index"),
    Rule("booking_opens", _l("Booking opens"), before(150), Role.ORGANISER, CUSTOM, "booking_open", "calendar.settings"),
    Rule("early_bird", _l("Last day of early-bird prices"), last_early_day, Role.BOOTH_SALES, FAIR, "day", "prices.index"),
    Rule("withdrawal", _l("Last day to withdraw in writing"), last_day_to_withdraw, Role.BOOTH_SALES, TERMS, "day", "exhibitors.index"),
    Rule("decisions", _l("All applications are decided"), before(45), Role.ORGANISER, CUSTOM, "decisions",
         "exhibitors.index", {"state": "submitted"}),
    Rule("support", _l("Decisions on support are signed"), before(45), Role.ORGANISER, CUSTOM, "support", "documents.index"),
    Rule("allocation", _l("Booths are allocated"), before(40), Role.ORGANISER, CUSTOM, "allocation", "allocation.index"),
    Rule("invitations", _l("The invitations go out"), before(120), Role.HOSPITALITY, CUSTOM, "invitations", "campaigns.index",
         kinds=("trade",)),
    Rule("replies", _l("Last day for answers to invitations"), last_day_for_answers, Role.HOSPITALITY, RECORDS, "day",
         "invitations.index", {"state": "invited"}),
    Rule("hosting_apply", _l("Last day to ask for support"), lambda fair: hosting_settings_of(fair).apply_by, Role.ORGANISER, FAIR,
         "day", "hosting_settings.index", kinds=("trade",)),
    Rule("hosting_decide", _l("Support of importers is decided"),
         lambda fair: hosting_settings_of(fair).decide_by or fair.starts_on - timedelta(days=30), Role.ORGANISER, FAIR,
         "hosting_decide", "hosting.index", kinds=("trade",)),
    Rule("hosting_reply", _l("Supported guests have confirmed"), before(1), Role.ORGANISER, RECORDS, "hosting_reply",
         "hosting.index", {"state": "granted"}, kinds=("trade",)),
    Rule("reserve", _l("Last day on which the reserve list moves up"), _reserve_ends, Role.ORGANISER, FAIR, "reserve",
         "hosting.reserve", kinds=("trade",)),
    Rule("rooms", _l("Rooms that nobody needs are released"), _rooms_released, Role.HOSPITALITY, CUSTOM, endpoint="hotels.index",
         kinds=("trade",)),
    Rule("rooming_lists", _l("The hotels have their rooming lists"), first_list_due, Role.HOSPITALITY, RECORDS, "rooming_lists",
         "hotels.index"),
    Rule("importers", _l("All importers have an answer"), before(30), Role.ORGANISER, RECORDS, "importers",
         "importers.index", {"state": "submitted"}),
    Rule("letters", _l("Letters to supported guests are out"), before(30), Role.ORGANISER, CUSTOM, "letters", "letters.guests",
         {"who": "granted", "letter": "none"}, kinds=("trade",)),
    Rule("services", _l("Orders of extra services close"), _services_close, Role.BOOTH_SALES, FAIR, "day", "services.items"),
    Rule("manual", _l("The exhibitor manual is done"), _manual_due, Role.BOOTH_SALES, FAIR, "day", "sitework.manual"),
    Rule("deposits", _l("Deposits are paid"), before(30), Role.FINANCE, RECORDS, "deposits", "payments.index"),
    Rule("balance", _l("Balance of the booths is paid"), lambda fair: fair.balance_due_on or fair.starts_on - timedelta(days=30),
         Role.FINANCE, FAIR, "balances", "payments.index", {"due": "overdue"}),
    Rule("booking_closes", _l("Booking closes"), _booking_closes, Role.BOOTH_SALES, FAIR, "day", "booths.staff_plan"),
    Rule("flights", _l("Flights of supported guests are known"), before(21), Role.HOSPITALITY, CUSTOM, "flights", "guests.index",
         {"flight": "arrival"}, kinds=("trade",)),
    Rule("transfers", _l("Every arrival has a transfer"), before(3), Role.HOSPITALITY, CUSTOM, "transfers", "runs.index",
         kinds=("trade",)),
    Rule("ceremony_replies", _l("Last day for answers to ceremonies"), last_reply_day, Role.HOSPITALITY, RECORDS, "day", "ceremonies.index"),
    Rule("ceremony", _l("The opening ceremony"), first_ceremony_day, Role.HOSPITALITY, RECORDS, "day", "ceremonies.index"),
    Rule("badges", _l("Badges are printed"), before(3), Role.FRONT_DESK, CUSTOM, "badges", "badges.index", {"printed": "no"}),
    Rule("build_up", _l("Build-up of the booths begins"), _build_up, Role.ORGANISER, FAIR, "day", "onsite.plan"),
    Rule("opening", _l("The fair opens"), before(0), Role.ORGANISER, FAIR, "running", "calendar.settings"),
    Rule("last_day", _l("Last day of the fair"), after(0), Role.ORGANISER, FAIR, "day", "checkin.gates"),
    Rule("closing", _l("The fair is closed"), after(1), Role.ORGANISER, CUSTOM, "closed", "calendar.settings"),
    Rule("contracts", _l("Contracts of the fair are verified"), after(7), Role.DEALS, CUSTOM, "contracts", "contracts.index",
         {"standing": "waiting"}, kinds=("trade",)),
    Rule("cases", _l("Cases on site are closed"), after(7), Role.ORGANISER, CUSTOM, "cases", "cases.index"),
    Rule("report", _l("Report on the results is handed in"), after(30), Role.ORGANISER, DECREE, "report", "reports.programmes"),
    Rule("claims", _l("Guests have handed in their claims"), _claims_close, Role.HOSPITALITY, FAIR, "day", "claims.index",
         kinds=("trade",)),
    Rule("claims_paid", _l("Claims are decided and paid"), _claims_decided, Role.HOSPITALITY, FAIR, "claims_paid", "claims.index",
         kinds=("trade",)),
    Rule("papers", _l("Passports and papers of guests are removed"), _papers_removed, Role.HOSPITALITY, RECORDS, "papers",
         "claims.index", {"state": "closed"}, kinds=("trade",)),
    Rule("follow_up_3", _l("Contracts followed up after 3 months"), after(91), Role.DEALS, CUSTOM, "milestone",
         "contracts.index", kinds=("trade",)),
    Rule("follow_up_6", _l("Contracts followed up after 6 months"), after(182), Role.DEALS, CUSTOM, "milestone",
         "contracts.index", kinds=("trade",)),
    Rule("follow_up_12", _l("Contracts followed up after 12 months"), after(365), Role.DEALS, CUSTOM, "milestone",
         "contracts.index", kinds=("trade",)),
)  # fmt: skip
BY_KEY = {rule.key: rule for rule in RULES}
