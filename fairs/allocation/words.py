"""Reasons and findings in words. Nothing is said here that the run did not look up or compute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.allocation.solver.problem import Applicant, Wish
from fairs.core.i18n import format_number

MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Names:
    """What exhibitors, booths and zones are called."""

    people: Mapping[int, str]
    sites: Mapping[int, str]
    zones: Mapping[int, str]

    def person(self, key: int) -> str:
        """A company's name."""
        return self.people.get(key, "—")

    def booths(self, keys: Sequence[int]) -> str:
        """Numbers of booths."""
        return ", ".join(sorted(self.sites.get(key, "—") for key in keys))

    def some(self, keys: Sequence[int]) -> str:
        """A few names, and how many more there are."""
        shown = [self.person(key) for key in keys[:MOST_NAMES]]
        more = len(keys) - len(shown)
        if more:
            return str(
                ngettext("%(names)s and %(num)s more", "%(names)s and %(num)s more", more, names="; ".join(shown))
            )
        return "; ".join(shown)

    def wish(self, wish: Wish) -> str:
        """A wish: a zone or a booth."""
        if wish.zone is not None:
            return str(_("zone %(zone)s", zone=self.zones.get(wish.zone, "—")))
        return str(_("booth %(code)s", code=self.sites.get(wish.site or 0, "—")))


def rank_text(rank: int, applicant: Applicant, names: Names) -> str:
    """Which wish was met."""
    if not applicant.wishes:
        return str(_("No wish stated"))
    if rank == 0:
        return str(_("No wish met"))
    return str(_("Wish %(n)s met: %(what)s", n=rank, what=names.wish(applicant.wishes[rank - 1])))


def reason_text(reason: Mapping[str, Any], applicant: Applicant, names: Names) -> str:
    """Why the first wish was not met; empty when it was, or when there was none."""
    kind = reason.get("kind", "")
    wish = names.wish(applicant.wishes[0]) if applicant.wishes else ""
    plain = {
        "first": "",
        "none": "",
        "locked": _("Fixed by the organiser before the run."),
        "moved": _("Moved by the organiser."),
        "unplaced": _("No place was found in this run."),
        "booked": _("First wish (%(wish)s): it is booked already.", wish=wish),
        "blocked": _("First wish (%(wish)s): it is not for sale.", wish=wish),
        "gone": _("First wish (%(wish)s): it is not on the plan.", wish=wish),
        "kind": _("First wish (%(wish)s): it is of another type than asked for.", wish=wish),
        "exclusive": _("First wish (%(wish)s): that zone takes its own products only.", wish=wish),
        "size": _("First wish (%(wish)s): so many booths side by side are not free there.", wish=wish),
        "unfound": _("First wish (%(wish)s): nothing was found that gives it, whoever around it moves.", wish=wish),
    }
    if kind in plain:
        return str(plain[kind])
    if kind == "displaced":
        return str(_("Gave way to %(name)s, whom the organiser moved.", name=names.person(reason["holder"])))
    if kind == "seniority":
        return _seniority(reason, applicant, names, wish)
    if kind == "cost":
        return _cost(reason, names, wish)
    return ""


def _seniority(reason: Mapping[str, Any], applicant: Applicant, names: Names, wish: str) -> str:
    facts = {"wish": wish, "name": names.person(reason["holder"]), "theirs": reason["theirs"], "own": reason["own"]}
    if applicant.wishes[0].zone is not None:
        return str(
            _(
                "First wish (%(wish)s): those who stand there have more seniority; %(name)s has the least of it, "
                "%(theirs)s points over %(own)s.",
                **facts,
            )
        )
    return str(_("First wish (%(wish)s) went to %(name)s by seniority: %(theirs)s points over %(own)s.", **facts))


def _cost(reason: Mapping[str, Any], names: Names, wish: str) -> str:
    cost = reason["cost"]
    moved = [one["applicant"] for one in reason["moves"] if one["sites"]]
    gone = [one["applicant"] for one in reason["moves"] if not one["sites"]]
    if cost == 0:
        parts = [_("Giving the first wish (%(wish)s) would gain nothing on the whole.", wish=wish)]
    else:
        parts = [
            ngettext(
                "Giving the first wish (%(wish)s) would cost %(points)s point.",
                "Giving the first wish (%(wish)s) would cost %(points)s points.",
                cost, wish=wish, points=format_number(cost),
            )
        ]  # fmt: skip
    if moved:
        parts.append(_("It would move: %(names)s.", names=names.some(moved)))
    if gone:
        parts.append(_("It would leave without a place: %(names)s.", names=names.some(gone)))
    return " ".join(parts)


def finding_text(finding: Mapping[str, Any], names: Names) -> str:
    """Why not everybody can be placed, and what could be done."""
    people = names.some(finding["people"])
    zones = ", ".join(names.zones.get(zone, "—") for zone in finding.get("zones", ()))
    numbers = {"wanted": format_number(finding["wanted"]), "there": format_number(finding["there"])}
    count = format_number(len(finding["people"]))
    match finding["kind"]:
        case "nowhere":
            return str(
                _(
                    "No booth fits: %(people)s. Ask them for another type, or for fewer booths side by side.",
                    people=people,
                )
            )
        case "capacity":
            return str(_(
                "%(count)s exhibitors need %(wanted)s booths in %(zones)s, but only %(there)s are free there. Add booths, "
                "open further zones to them, or put some on the waiting list: %(people)s",
                count=count, zones=zones or _("the fair"), people=people, **numbers,
            ))  # fmt: skip
        case "together":
            return str(_(
                "%(wanted)s exhibitors need %(size)s booths side by side in %(zones)s; at most %(there)s such groups fit: "
                "%(people)s",
                size=finding["size"], zones=zones or _("the fair"), people=people, **numbers,
            ))  # fmt: skip
        case "locks":
            return str(_("These locks cannot all be kept: %(people)s. Let go of one of them.", people=people))
    dropped = {
        "kind": _("%(people)s has a place when it takes another type of booth.", people=people),
        "exclusive": _("%(people)s has a place when it may stand in a zone of other products.", people=people),
        "together": _("%(people)s has a place when its booths may lie apart.", people=people),
    }
    return str(dropped.get(finding.get("what", ""), people))
