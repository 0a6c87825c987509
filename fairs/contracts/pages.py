"""What the page of a contract shows: evidence, checklist, who may do what and why not, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.audit.models import AuditEntry
from fairs.audit.queries import history
from fairs.calendar.models import Fair
from fairs.contracts.content import content_hash
from fairs.contracts.differences import revisions_with_differences
from fairs.contracts.findings import answers, disputes, findings, signed_on_screen
from fairs.contracts.frameworks import call_offs, merged_into, places_of
from fairs.contracts.models import Contract
from fairs.contracts.party_acts import PARTY_ACTS
from fairs.contracts.permissions import EDIT_RATES, LOG_CONTRACT, VERIFY_CONTRACT
from fairs.contracts.preview import page_count
from fairs.contracts.queries import WINDOW, authors, booths_of, facts, revisions_of, standings_of, version
from fairs.contracts.rates import convert
from fairs.contracts.service import CHECKS, obstacle_to_verification
from fairs.contracts.states import ContractKind, ContractState, Verification
from fairs.contracts.terms import PAYMENT_METHODS, REPORTERS
from fairs.core import hs
from fairs.core.actor import Actor
from fairs.core.i18n import format_money
from fairs.core.incoterms import INCOTERMS
from fairs.core.money import Money

#: What the sums of the list are called; each is a list of its own.
STANDING_LABELS = {
    "verified": _l("Signed and verified"),
    "waiting": _l("Signed, to be verified"),
    "incomplete": _l("Incomplete"),
    "mou": _l("MOU, verified"),
    "mou_waiting": _l("MOU, to be verified"),
    "leads": _l("Leads"),
    "cancelled_later": _l("Verified, cancelled later"),
    "cancelled": _l("Cancelled before verification"),
    "part": _l("Part of another record"),
}
_SIDES = {"exporter": _l("Exporter"), "importer": _l("Importer")}
_TITLES = {
    "contracts.log": (_l("Logged"), "file-plus", None),
    "contracts.edit": (_l("Changed"), "pencil", None),
    "contracts.correct": (_l("Corrected"), "edit", "warning"),
    "contracts.verify": (_l("Verified"), "rosette-discount-check", "success"),
    "contracts.return": (_l("Sent back"), "arrow-back-up", "danger"),
    "contracts.move": (_l("New status"), "arrow-right", "info"),
    **PARTY_ACTS,
}


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the history as the page shows it."""

    at: datetime
    title: Any
    text: str
    actor: str
    icon: str
    tone: str | None


@dataclass(frozen=True, slots=True)
class Check:
    """A point of the checklist with what the system itself found."""

    name: str
    label: Any
    finding: str
    fits: bool | None


def record_page(contract: Contract, fair: Fair, by: Actor) -> dict[str, Any]:
    """Everything that the page of one contract needs."""
    entries = history(contract)
    called_off = call_offs(contract) if contract.kind is ContractKind.FRAMEWORK else []
    rate = convert(contract.value, contract.signed_on)
    return {
        "contract": contract,
        "entries": [_event(entry) for entry in entries],
        "checklist": checklist(contract, fair),
        "findings": findings(contract, fair),
        "disputed": bool(disputes(contract)),
        "said": [(side, label, answers(contract).get(side)) for side, label in _SIDES.items()],
        "revisions": revisions_with_differences(contract, revisions_of(contract)),
        "call_offs": called_off,
        "call_off_places": places_of([*called_off, *([contract.parent] if contract.parent is not None else [])]),
        "called_off_usd": Money(sum(c.usd_minor or 0 for c in called_off if c.is_verified_deal), "USD"),
        "merged_into": merged_into(contract),
        "standing": standings_of([contract]).get(contract.id, ""),
        "standings": STANDING_LABELS,
        "payment_methods": PAYMENT_METHODS,
        "signed_by_both": signed_on_screen(contract),
        "present": content_hash(contract),
        "sides": _SIDES,
        "confirmed": _confirmed(contract, list(entries)),
        "pages": page_count(contract.evidence) if contract.evidence else 0,
        "seen": version(contract),
        "missing": rate.missing if contract.usd_minor is None else (),
        "why_not": _why_not(contract, by),
        "targets": sorted(
            contract.TRANSITIONS[contract.state] - {ContractState.CANCELLED}, key=list(ContractState).index
        ),
        "may_cancel": contract.may_move_to(ContractState.CANCELLED),
        "exporter_booths": booths_of(fair.id, [contract.exporter_id]).get(contract.exporter_id, []),
        "hs": hs,
        "incoterms": INCOTERMS,
        "reporters": REPORTERS,
        "window_days": WINDOW.days,
        "LOG_CONTRACT": LOG_CONTRACT,
        "VERIFY_CONTRACT": VERIFY_CONTRACT,
        "EDIT_RATES": EDIT_RATES,
    }


def _why_not(contract: Contract, by: Actor) -> str:
    """Why this person cannot verify now; empty when they can."""
    if matching_grant(g.grants, VERIFY_CONTRACT, contract.fair_id) is None:
        return str(_("The organiser or somebody of Deals verifies contracts."))
    if contract.verification is Verification.VERIFIED:
        return str(_("It is verified already."))
    if by.involved & authors(contract):
        return str(
            _("You logged or changed this contract, or somebody did in your place: a second person verifies it.")
        )
    obstacle = obstacle_to_verification(contract)
    return str(obstacle) if obstacle is not None else ""


def checklist(contract: Contract, fair: Fair) -> list[Check]:
    """The points that the second person confirms, each with what is known."""
    known = facts(contract, fair)
    absent = [
        str(side)
        for side, here in ((_("exporter"), known.exporter_here), (_("importer"), known.importer_here))
        if not here
    ]
    drawn = signed_on_screen(contract)
    found = {
        "signed_both": (
            _("The scan is here.") if contract.evidence_id else _("Both signed on the screen.") if drawn else _("The scan is missing."),
            None if contract.evidence_id else drawn,
        ),
        "parties": (
            _("Not registered at this fair: %(who)s.", who=", ".join(absent)) if absent else _("Both are at this fair."),
            not absent,
        ),
        "value": (_("The lines come to %(sum)s.", sum=format_money(known.lines)), known.sum_fits),
        "date": (
            _("Within %(days)s days of the fair.", days=WINDOW.days)
            if known.in_window
            else _("More than %(days)s days from the fair: a note is needed.", days=WINDOW.days),
            known.in_window,
        ),
    }  # fmt: skip
    return [Check(name, label, *found[name]) for name, label in CHECKS.items()]


def _confirmed(contract: Contract, entries: list[AuditEntry]) -> AuditEntry | None:
    if contract.verification is not Verification.VERIFIED:
        return None
    return next((entry for entry in entries if entry.action == "contracts.verify"), None)


def _event(entry: AuditEntry) -> Event:
    title, icon, tone = _TITLES.get(entry.action, (entry.action, "point", None))
    before, after = entry.before or {}, entry.after or {}
    parts: list[str] = []
    if entry.action in {"contracts.edit", "contracts.correct"}:
        changed = [str(_NAMES[key]) for key in _NAMES if before.get(key) != after.get(key)]
        parts.append(", ".join(changed))
    elif entry.action == "contracts.move":
        parts.append(f"{_label(before.get('state'))} → {_label(after.get('state'))}")
    money = after.get("value") or after.get("usd")
    if money and entry.action in {"contracts.log", "contracts.verify"}:
        parts.append(format_money(Money(money["amount_minor"], money["currency"])))
    parts += [str(after[key]) for key in ("reason", "note") if after.get(key) and entry.action != "contracts.log"]
    return Event(entry.at, title, "\n".join(part for part in parts if part), entry.actor_label, icon, tone)


def _label(state: Any) -> str:
    return str(ContractState(state).label) if state in set(ContractState) else str(state or "")


_NAMES = {
    "exporter_id": _l("Exporter"), "importer_id": _l("Importer"), "booth_code": _l("Booth"), "lines": _l("Lines"),
    "value": _l("Value"), "state": _l("Status"), "signed_on": _l("Signed on"), "number": _l("Number of the contract"),
    "incoterm": _l("Incoterm 2020"), "incoterm_place": _l("Named place"), "payment_terms": _l("Payment terms"),
    "payment_method": _l("Payment method"), "kind": _l("Kind of contract"), "parent_id": _l("Framework contract"),
    "delivery": _l("Delivery"), "reported_by": _l("Reported by"), "evidence": _l("Evidence"),
}  # fmt: skip


def heading_choices() -> list[tuple[str, str]]:
    """HS headings for the list that a browser offers while typing."""
    return [(heading.code, heading.name) for heading in hs.headings().values()]
