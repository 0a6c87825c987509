"""What a claim needs and what of it is there, for guest and staff alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.claims.models import Claim
from fairs.claims.queries import check_in_days, rules_of
from fairs.claims.states import UNLOCKING, LineKind, Proof, WaiverState
from fairs.core.i18n import format_date
from fairs.hospitality.queries import flights_of
from fairs.hospitality.states import Direction


@dataclass(frozen=True, slots=True)
class Item:
    """One proof: whether it is needed, done or waived, and what is there of it, in the reader's language."""

    proof: Proof
    done: bool
    detail: str
    waiver: WaiverState | None = None

    @property
    def is_met(self) -> bool:
        """Done, or not asked for by two people's decision."""
        return self.done or self.waiver is WaiverState.WAIVED

    @property
    def state(self) -> str:
        """done, waived, asked or missing."""
        if self.done:
            return "done"
        return {WaiverState.WAIVED: "waived", WaiverState.ASKED: "asked"}.get(self.waiver, "missing")  # type: ignore[arg-type]


def checklist(claim: Claim) -> list[Item]:
    """The proofs that this claim needs, in their order."""
    waivers = {one.item: one.state for one in claim.waivers}  # a later one replaces an earlier one
    return [
        Item(proof, done, detail, waivers.get(proof)) for proof, done, detail in (*_unlocking(claim), *_papers(claim))
    ]


def _unlocking(claim: Claim) -> list[tuple[Proof, bool, str]]:
    rules, found = rules_of(claim.fair_id), []
    days = check_in_days(claim)
    wanted = min(rules.check_in_days, len(claim.fair.days))
    if wanted:
        text = ngettext("%(have)s of %(num)s day", "%(have)s of %(num)s days", wanted, have=len(days))
        if days:
            text = f"{text}: {', '.join(format_date(day) for day in days)}"
        found.append((Proof.CHECK_INS, len(days) >= wanted, text))
    if rules.meetings:
        confirmed = [one for one in claim.meetings if one.confirmed_at is not None]
        waits = len(claim.meetings) - len(confirmed)
        text = _("%(have)s of %(wanted)s confirmed", have=len(confirmed), wanted=rules.meetings)
        if waits:
            text += " · " + ngettext("%(num)s to be confirmed by us", "%(num)s to be confirmed by us", waits)
        found.append((Proof.MEETINGS, len(confirmed) >= rules.meetings, text))
    found.append((Proof.SURVEY, claim.survey is not None, ""))
    return found


def _papers(claim: Claim) -> list[tuple[Proof, bool, str]]:
    if claim.nothing_to_claim:
        return []
    found: list[tuple[Proof, bool, str]] = []
    names = {kind: [one.name for one in claim.files if one.kind is kind] for kind in Proof}
    travel = [line for line in claim.lines if line.kind is LineKind.TRAVEL]
    if claim.hosting.tier.pays_travel:
        flights = {one.direction: one for one in flights_of(claim.importer_id)}
        for proof, direction in ((Proof.BOARDING_IN, Direction.ARRIVAL), (Proof.BOARDING_OUT, Direction.DEPARTURE)):
            flight = flights.get(direction)
            files = names[proof]
            words = [flight.number] if flight is not None else []
            found.append((proof, bool(files), " · ".join([*words, *files])))
        numbers = [line.number for line in travel if line.number]
        found.append(
            (Proof.TICKET, bool(names[Proof.TICKET] and numbers), " · ".join([*numbers, *names[Proof.TICKET]]))
        )
    nights = [line for line in claim.lines if line.kind is LineKind.NIGHT]
    if nights or names[Proof.FOLIO] or not claim.hosting.tier.pays_travel:
        text = ngettext("%(num)s night", "%(num)s nights", len(nights)) if nights else ""
        files = names[Proof.FOLIO]
        found.append(
            (Proof.FOLIO, bool(files and nights), " · ".join(part for part in (text, *files) if part))
        )  # fmt: skip
    found.append((Proof.ACCOUNT, claim.account_sealed is not None, claim.account_shown))
    return found


def missing(items: Sequence[Item], *, only: Sequence[Proof] = ()) -> list[Item]:
    """The items that are neither done nor waived; ``only`` those of these proofs."""
    return [item for item in items if not item.is_met and (not only or item.proof in only)]


def is_unlocked(items: Sequence[Item]) -> bool:
    """Whether the obligations at the fair are met."""
    return not missing(items, only=UNLOCKING)


def flight_facts(claim: Claim, proof: Proof) -> str:
    """What is known of the flight of a boarding pass without the paper."""
    wanted = Direction.ARRIVAL if proof is Proof.BOARDING_IN else Direction.DEPARTURE
    for flight in flights_of(claim.importer_id):
        if flight.direction is wanted:
            day: date = flight.departs_at.date()
            return f"{flight.number} {flight.from_airport}–{flight.to_airport} {day.isoformat()}"
    return ""
