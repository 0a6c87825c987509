"""The timeline of a fair: its dates from the rules, and how each stands by the records. Nothing of it is kept but milestones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.calendar.milestones import KEYS
from fairs.calendar.models import Fair, Milestone
from fairs.calendar.states import FairState
from fairs.core.clock import local_day
from fairs.core.i18n import format_date, format_number
from fairs.hosting.states import GRANTED as HOSTING_GRANTED
from fairs.hosting.states import HostingState
from fairs.workplace.facts import Facts, facts_of
from fairs.workplace.rules import RULES, Rule
from fairs.workplace.states import DateState

#: So long before its day a thing that is not done counts as due.
DUE_WITHIN = timedelta(days=14)
OPEN = frozenset({DateState.LATE, DateState.DUE, DateState.AHEAD})


@dataclass(frozen=True, slots=True)
class Proof:
    """How a date stands by the records. ``day`` replaces the rule's; ``applies`` is False where there is nothing to do."""

    done: bool
    detail: str = ""
    day: date | None = None
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """A date of the fair with its state."""

    rule: Rule
    day: date
    state: DateState
    detail: str = ""
    milestone: Milestone | None = None
    opens_on: date | None = None

    @property
    def label(self) -> str:
        """What it is, in the reader's language."""
        return str(self.rule.label)

    @property
    def is_late(self) -> bool:
        """Whether its day has passed and it is not done."""
        return self.state is DateState.LATE

    @property
    def by_hand(self) -> bool:
        """Whether a person records that it is done."""
        return self.rule.key in KEYS


def _reached(*states: FairState) -> Callable[[Fair, Facts, date], Proof]:
    return lambda fair, facts, day: Proof(fair.state in states)


def _answers(name: str) -> Callable[[Fair, Facts, date], Proof]:
    def proof(fair: Fair, facts: Facts, day: date) -> Proof:
        total, waiting, promised = getattr(facts, name)
        if not waiting:
            return Proof(bool(total), applies=bool(total) or day >= fair.today)
        text = ngettext("%(num)s waits for an answer", "%(num)s wait for an answer", waiting)
        return Proof(False, text, promised or day)

    return proof


def _signed(fair: Fair, facts: Facts, day: date) -> Proof:
    total, still, needed = facts.selections
    if not still:
        return Proof(bool(total), applies=bool(total))
    text = ngettext("%(num)s decision is being prepared", "%(num)s decisions are being prepared", still)
    return Proof(False, text, needed or day)


def _paid(kind: str) -> Callable[[Fair, Facts, date], Proof]:
    def proof(fair: Fair, facts: Facts, day: date) -> Proof:
        if kind not in facts.instalments:
            return Proof(bool(facts.invoices), applies=kind == "balance" and (facts.invoices > 0 or day >= fair.today))
        count, due = facts.instalments[kind]
        text = ngettext("%(num)s is still open", "%(num)s are still open", count)
        return Proof(False, text, due if kind == "deposit" else min(day, due))

    return proof


def _planned(fair: Fair, facts: Facts, day: date) -> Proof:
    total, ready, last = facts.halls
    if total and ready == total:
        return Proof(True, _("Last published on %(day)s", day=format_date(last)) if last is not None else "")
    text = ngettext("%(num)s hall has no published plan", "%(num)s halls have no published plan", total - ready)
    return Proof(False, text if total else "", applies=bool(total) or day >= fair.today)


def _allocated(fair: Fair, facts: Facts, day: date) -> Proof:
    """Only fairs that allocate have this date at all."""
    drafts, until = facts.allocations
    if until is not None:
        last = local_day(until, fair.time_zone)
        return Proof(True, _("offers stand until %(day)s", day=format_date(last)))
    return Proof(False, ngettext("%(num)s draft", "%(num)s drafts", drafts), applies=bool(drafts))


def _flights(fair: Fair, facts: Facts, day: date) -> Proof:
    have, lack = facts.flights
    text = ngettext("%(num)s guest has no flight yet", "%(num)s guests have no flight yet", lack)
    return Proof(bool(have) and not lack, text if lack else "", applies=bool(have or lack))


def _invited(fair: Fair, facts: Facts, day: date) -> Proof:
    """Only fairs that invite have this date at all."""
    has_list, began = facts.invitations
    if began is not None:
        return Proof(True, _("The first campaign began on %(day)s", day=format_date(local_day(began, fair.time_zone))))
    return Proof(False, applies=has_list)


def _contracts(fair: Fair, facts: Facts, day: date) -> Proof:
    """Everything that was signed and MOUs have been looked at by a second person; of a reported fair the figures stand."""
    total, waiting = facts.contracts
    text = ngettext("%(num)s is not verified yet", "%(num)s are not verified yet", waiting)
    done = fair.state is FairState.REPORTED or (bool(total) and not waiting)
    return Proof(done, text if waiting else "", applies=bool(total) or day >= fair.today)


def _letters(fair: Fair, facts: Facts, day: date) -> Proof:
    """Only fairs that support guests have this date at all; after the fair no letter is late any more."""
    have, lack = facts.letters
    text = ngettext("%(num)s guest has no letter", "%(num)s guests have no letter", lack)
    return Proof(not lack or fair.is_over, text if lack and not fair.is_over else "", applies=bool(have or lack))


def _rooming_lists(fair: Fair, facts: Facts, day: date) -> Proof:
    """Only fairs with guests in hotels that want a list have this date at all."""
    count, missing = facts.rooming_lists
    text = ngettext("%(num)s hotel has no rooming list yet", "%(num)s hotels have no rooming list yet", missing)
    return Proof(not missing or fair.is_over, text if missing and not fair.is_over else "", applies=bool(count))


def _supports_decided(fair: Fair, facts: Facts, day: date) -> Proof:
    """Only fairs at which somebody asks for support have these three dates at all; after the fair none is late any more."""
    still = sum(facts.supports[state] for state in (HostingState.APPLIED, HostingState.PROPOSED, HostingState.APPROVED))
    text = ngettext("%(num)s waits for a decision", "%(num)s wait for a decision", still)
    done = not still or fair.is_over
    return Proof(done, "" if done else text, applies=any(facts.supports.values()))


def _supports_confirmed(fair: Fair, facts: Facts, day: date) -> Proof:
    still = facts.supports[HostingState.GRANTED]
    text = ngettext("%(num)s guest has not confirmed", "%(num)s guests have not confirmed", still)
    done = not still or fair.is_over
    return Proof(done, "" if done else text, applies=any(facts.supports[state] for state in HOSTING_GRANTED))


def _reserve(fair: Fair, facts: Facts, day: date) -> Proof:
    waiting = facts.supports[HostingState.RESERVE]
    text = ngettext("%(num)s is on the reserve list", "%(num)s are on the reserve list", waiting)
    return Proof(day < fair.today, text, applies=bool(waiting))


def _claims_paid(fair: Fair, facts: Facts, day: date) -> Proof:
    total, still, _kept = facts.claims
    text = ngettext("%(num)s claim is not paid yet", "%(num)s claims are not paid yet", still)
    # Before the guests may hand in, that nothing waits proves nothing.
    return Proof(fair.is_over and not still, text if still else "", applies=bool(total))


def _cases(fair: Fair, facts: Facts, day: date) -> Proof:
    """Only fairs at which something was reported have this date at all."""
    total, still = facts.cases
    text = ngettext("%(num)s case is not closed", "%(num)s cases are not closed", still)
    # While it runs the next case may come any minute.
    return Proof(fair.is_over and not still, text if still else "", applies=bool(total))


def _surveyed(fair: Fair, facts: Facts, day: date) -> Proof:
    """Only fairs with confirmed booths have this date at all; it passes by itself, and nobody is late who was not answered."""
    total, missing = facts.surveys
    text = ngettext("%(num)s exhibitor has not answered", "%(num)s exhibitors have not answered", missing)
    over = day < fair.today or fair.state is FairState.REPORTED
    return Proof(over or not missing, text if missing and fair.starts_on <= fair.today else "", applies=bool(total))


def _papers_removed(fair: Fair, facts: Facts, day: date) -> Proof:
    total, _still, kept = facts.claims
    text = ngettext("papers of %(num)s guest are kept", "papers of %(num)s guests are kept", kept)
    return Proof(not kept, text if kept and fair.is_over else "", applies=bool(total))


def _transfers(fair: Fair, facts: Facts, day: date) -> Proof:
    total, without = facts.transfers
    text = ngettext("%(num)s guest has no transfer", "%(num)s guests have no transfer", without)
    return Proof(not without or fair.is_over, text if without and not fair.is_over else "", applies=bool(total))


def _printed(fair: Fair, facts: Facts, day: date) -> Proof:
    total, missing = facts.badges
    if not missing:
        return Proof(bool(total), applies=bool(total) or day >= fair.today)
    text = _("%(missing)s of %(total)s are not printed", missing=format_number(missing), total=format_number(total))
    # Who prints at home or shows the phone needs no print: afterwards nothing is late any more.
    return Proof(fair.is_over, "" if fair.is_over else text)


def _reported(fair: Fair, facts: Facts, day: date) -> Proof:
    return Proof(fair.state is FairState.REPORTED or "report" in facts.milestones)


def _figures_kept(fair: Fair, facts: Facts, day: date) -> Proof:
    return Proof(facts.closing[0])


def _archived(fair: Fair, facts: Facts, day: date) -> Proof:
    # Of a fair that was reported long ago the checklist of the closing says it; the calendar does not remind for years.
    return Proof(
        facts.closing[1], applies=facts.closing[1] or fair.state is not FairState.REPORTED or day >= fair.today
    )


F = FairState
#: How each rule is known to be done; ``milestone`` and ``day`` are judged by :func:`_item`.
PROOFS: dict[str, Callable[[Fair, Facts, date], Proof]] = {
    "published": _reached(F.PUBLISHED, F.BOOKING_OPEN, F.RUNNING, F.CLOSED, F.REPORTED, F.CANCELLED),
    "booking_open": _reached(F.BOOKING_OPEN, F.RUNNING, F.CLOSED, F.REPORTED),
    "running": _reached(F.RUNNING, F.CLOSED, F.REPORTED),
    "closed": _reached(F.CLOSED, F.REPORTED),
    "floor_plan": _planned,
    "decisions": _answers("applications"),
    "importers": _answers("importers"),
    "invitations": _invited,
    "support": _signed,
    "deposits": _paid("deposit"),
    "balances": _paid("balance"),
    "allocation": _allocated,
    "flights": _flights,
    "hosting_decide": _supports_decided,
    "hosting_reply": _supports_confirmed,
    "reserve": _reserve,
    "transfers": _transfers,
    "cases": _cases,
    "contracts": _contracts,
    "claims_paid": _claims_paid,
    "papers": _papers_removed,
    "letters": _letters,
    "rooming_lists": _rooming_lists,
    "badges": _printed,
    "survey": _surveyed,
    "report": _reported,
    "figures": _figures_kept,
    "archive": _archived,
}


def timeline(fair: Fair) -> list[Item]:
    """All dates of the fair in their order."""
    facts = facts_of(fair)
    found = [_item(rule, fair, facts) for rule in RULES if not rule.kinds or fair.kind in rule.kinds]
    return sorted((item for item in found if item is not None), key=lambda item: item.day)


def _item(rule: Rule, fair: Fair, facts: Facts) -> Item | None:
    day = rule.day(fair)
    if day is None:
        return None
    milestone = facts.milestones.get(rule.key)
    proof = Proof(False)
    # What ended with a fair that was called off proves nothing: no invoice is open any more, but none was paid either.
    if rule.proof in PROOFS and (not fair.is_cancelled or rule.proof == "published"):
        proof = PROOFS[rule.proof](fair, facts, day)
    if not proof.applies:
        return None
    day, detail = proof.day or day, proof.detail
    done = proof.done or milestone is not None
    if milestone is not None:
        detail = " · ".join(part for part in (format_date(milestone.done_on), milestone.number) if part)
    opens = rule.opens(fair) if rule.opens is not None else None
    return Item(rule, day, _state(rule, fair, day, done), detail, milestone, opens)


def _state(rule: Rule, fair: Fair, day: date, done: bool) -> DateState:
    if done:
        return DateState.DONE
    if fair.is_cancelled:
        happened = rule.proof in {"day", "booking_open"} and day < fair.today
        return DateState.PAST if happened else DateState.DROPPED
    if rule.proof == "day":
        return DateState.PAST if day < fair.today else DateState.DUE if day == fair.today else DateState.AHEAD
    if day < fair.today:
        return DateState.LATE
    return DateState.DUE if day - DUE_WITHIN <= fair.today else DateState.AHEAD


def next_dates(fair: Fair, days: int = 7, *, at_least: int = 0) -> list[Item]:
    """What is late and what falls within the next ``days`` days, the late first: for start pages.

    When that is fewer than ``at_least``, the nearest of the later ones are added.
    """
    last = fair.today + timedelta(days=days)
    items = [item for item in timeline(fair) if item.state in OPEN]
    found = [item for item in items if item.day <= last]
    found += [item for item in items if item.day > last][: max(0, at_least - len(found))]
    return sorted(found, key=lambda item: (not item.is_late, item.day))


def late_milestones(fair: Fair) -> list[Item]:
    """What a person should have recorded by now: for the inbox of the rule's owner."""
    return [item for item in timeline(fair) if item.by_hand and item.is_late]


def by_month(items: Sequence[Item]) -> list[tuple[date, list[Item]]]:
    """The dates under the first day of their month."""
    months: dict[date, list[Item]] = {}
    for item in items:
        months.setdefault(item.day.replace(day=1), []).append(item)
    return list(months.items())
