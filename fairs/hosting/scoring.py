"""The score of an application: nine criteria of 0 to 100 points, each with the fair's weight, each explained in words.

What a criterion looked at is kept beside its points, so that the explanation is of that moment and in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from fairs.core.i18n import country_name
from fairs.core.states import State
from fairs.hosting.models import HostingSettings
from fairs.hosting.past import Past
from fairs.importers.models import Importer
from fairs.importers.states import AnnualVolume, BuyerKind


class Criterion(State):
    """What is looked at. The icon stands beside it on the page."""

    BUYER = "buyer", _l("Kind of buyer"), "secondary", "briefcase"
    VOLUME = "volume", _l("Volume in a year"), "secondary", "coins"
    PRODUCTS = "products", _l("Products that the fair shows"), "secondary", "category"
    VISITS = "visits", _l("Came to earlier fairs"), "secondary", "door-enter"
    DEALS = "deals", _l("Contracts at earlier fairs"), "secondary", "contract"
    REFERENCES = "references", _l("References given"), "secondary", "quote"
    MEETINGS = "meetings", _l("Wishes for meetings"), "secondary", "users"
    MARKET = "market", _l("Market wanted most"), "secondary", "world"
    NEW = "new", _l("New buyer"), "secondary", "sparkles"


C = Criterion
WEIGHTS: Mapping[Criterion, int] = {
    C.BUYER: 15, C.VOLUME: 20, C.PRODUCTS: 15, C.VISITS: 10, C.DEALS: 15, C.REFERENCES: 5, C.MEETINGS: 5, C.MARKET: 10, C.NEW: 5,
}  # fmt: skip
"""Where the organiser has set none: what buys counts before what is told."""
MOST = 100
_BUYERS = {
    BuyerKind.IMPORTER: 100, BuyerKind.CHAIN: 100, BuyerKind.WHOLESALER: 90, BuyerKind.AGENT: 70, BuyerKind.PROJECT: 70,
    BuyerKind.ONLINE: 60, BuyerKind.RETAILER: 50, BuyerKind.OTHER: 20,
}  # fmt: skip
_VOLUMES = {
    AnnualVolume.OVER_1M: 100, AnnualVolume.UNDER_1M: 75, AnnualVolume.UNDER_200K: 45, AnnualVolume.UNDER_50K: 20,
    AnnualVolume.UNKNOWN: 10,
}  # fmt: skip
_DEAL_USD = 100_000_00  # cents of earlier deals that give full points


@dataclass(frozen=True, slots=True)
class Part:
    """One criterion of a score as it is shown."""

    criterion: Criterion
    points: int
    weight: int
    why: str

    @property
    def weighted(self) -> int:
        """Points times weight: what it adds to the sum."""
        return self.points * self.weight


def weights_of(settings: HostingSettings) -> dict[Criterion, int]:
    """The fair's weight of each criterion."""
    return {one: int(settings.weights.get(one.value, WEIGHTS[one])) for one in Criterion}


def points_of(importer: Importer, past: Past, settings: HostingSettings) -> dict[str, dict[str, Any]]:
    """Points of each criterion with what they were given for; plain JSON."""
    kind = importer.buyer_kind if importer.buyer_kind in set(BuyerKind) else BuyerKind.OTHER.value
    volume = importer.annual_volume if importer.annual_volume in set(AnnualVolume) else AnnualVolume.UNKNOWN.value
    shown, wanted = {code for code in settings.groups.split("|") if code}, importer.groups
    fit = [code for code in wanted if code in shown] if shown else wanted
    markets = {code for code in settings.countries.split("|") if code}
    country = importer.company.country
    words = len(importer.past_customers.split())
    wishes = len(importer.meeting_wishes.split()) + len(importer.looking_for.split())
    new = not past.attended and not past.deals
    by_usd = min(100, past.usd.amount_minor * 100 // _DEAL_USD)
    return {
        C.BUYER: {"points": _BUYERS[BuyerKind(kind)], "kind": kind},
        C.VOLUME: {"points": _VOLUMES[AnnualVolume(volume)], "volume": volume},
        C.PRODUCTS: {"points": len(fit) * 100 // len(wanted) if wanted else 0, "fit": len(fit), "of": len(wanted)},
        C.VISITS: {
            "points": min(100, past.attended * 40 + past.visits * 10), "fairs": past.attended, "own": past.visits,
            "company": past.company_visits,
        },
        C.DEALS: {
            "points": min(100, max(by_usd, min(past.deals, 4) * 25)), "number": past.deals, "usd": past.usd.amount_minor // 100,
        },
        C.REFERENCES: {"points": min(100, words * 10), "words": words},
        C.MEETINGS: {"points": min(100, wishes * 10), "words": wishes},
        C.MARKET: {"points": 100 if country in markets else (50 if not markets else 30), "country": country, "wanted": country in markets},
        C.NEW: {"points": 100 if new else 0},
    }  # fmt: skip


def total_of(points: Mapping[str, Mapping[str, Any]], weights: Mapping[Criterion, int]) -> int:
    """The weighted mean, 0 to 100, rounded half up; 0 when no criterion weighs anything."""
    sum_of_weights = sum(weights.values())
    if not sum_of_weights:
        return 0
    total = sum(int(points.get(one.value, {}).get("points", 0)) * weight for one, weight in weights.items())
    return int((Decimal(total) / sum_of_weights).quantize(Decimal(1), ROUND_HALF_UP))


def kept(points: Mapping[str, Mapping[str, Any]], weights: Mapping[Criterion, int]) -> dict[str, Any]:
    """What the application keeps: points, reasons, and the weights of the moment."""
    return {str(one.value): {**points[one.value], "weight": weights[one]} for one in Criterion}


def parts_of(score_parts: Mapping[str, Any]) -> Sequence[Part]:
    """The parts as they are shown, those that count most first."""
    found = [
        Part(one, int(part["points"]), int(part.get("weight", 0)), why(one, part))
        for one in Criterion
        if (part := score_parts.get(one.value)) is not None and "points" in part
    ]
    return sorted(found, key=lambda part: (-part.weight, list(Criterion).index(part.criterion)))


def why(criterion: Criterion, part: Mapping[str, Any]) -> Any:
    """In words what the points were given for."""
    match criterion:
        case C.BUYER:
            return str(BuyerKind(part["kind"]).label) if part.get("kind") in set(BuyerKind) else ""
        case C.VOLUME:
            return str(AnnualVolume(part["volume"]).label) if part.get("volume") in set(AnnualVolume) else ""
        case C.PRODUCTS:
            if not part["of"]:
                return _("No product group named.")
            return _("%(fit)s of %(of)s product groups are shown at the fair.", fit=part["fit"], of=part["of"])
        case C.VISITS:
            if not part["fairs"]:
                return _("Never scanned at an earlier fair.")
            text = ngettext("Came to %(num)s earlier fair", "Came to %(num)s earlier fairs", part["fairs"])
            return _(
                "%(came)s: %(own)s days in person, %(all)s with colleagues.",
                came=text,
                own=part["own"],
                all=part["company"],
            )
        case C.DEALS:
            if not part["number"]:
                return _("No verified contract at an earlier fair.")
            text = ngettext("%(num)s verified contract", "%(num)s verified contracts", part["number"])
            return _("%(contracts)s worth about %(usd)s USD.", contracts=text, usd=f"{part['usd']:,}")
        case C.REFERENCES:
            return _("Names whom they buy from.") if part["words"] else _("No references given.")
        case C.MEETINGS:
            return _("Says what they look for and whom to meet.") if part["words"] else _("No wishes written.")
        case C.MARKET:
            name = country_name(part["country"])
            return _("%(country)s is a market wanted most.", country=name) if part["wanted"] else name
        case _:
            return _("Neither visit nor contract before.") if part["points"] else _("Known from earlier fairs.")
