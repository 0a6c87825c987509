"""What the system itself found about a contract, beside the points that a person checks; other modules add to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.calendar.models import Fair
from fairs.contracts.content import content_hash
from fairs.contracts.models import Confirmation, Contract
from fairs.contracts.states import Answer, ContractKind

#: Headings whose goods mostly need a permit of the convention on endangered species: horn, shell, bone, coral.
CITES_HEADINGS = frozenset({"9601"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about a contract; ``tone`` is good, bad or note; ``page`` where more is to be seen."""

    text: Any
    tone: str = "note"
    page: tuple[str, dict[str, Any]] | None = field(default=None)


#: Called with the contract and its fair, in the order in which they were registered.
FINDINGS: list[Callable[[Contract, Fair], Iterable[Finding]]] = []


def register_findings(find: Callable[[Contract, Fair], Iterable[Finding]]) -> None:
    """Add what a module knows about a contract to its checklist."""
    if find not in FINDINGS:
        FINDINGS.append(find)


def findings(contract: Contract, fair: Fair) -> list[Finding]:
    """Everything that is known, the blocking first."""
    found = [finding for find in FINDINGS for finding in find(contract, fair)]
    return sorted(found, key=lambda finding: ("bad", "note", "good").index(finding.tone))


def answers(contract: Contract) -> dict[str, Confirmation]:
    """The last word of each side about what the contract says now; sides that were not asked are missing."""
    present = content_hash(contract)
    return {c.side: c for c in contract.confirmations if c.content_sha256 == present and c.state is not Answer.LAPSED}


def disputes(contract: Contract) -> list[Confirmation]:
    """The sides that say that the present content is wrong."""
    return [answer for answer in answers(contract).values() if answer.state is Answer.DISPUTED]


def signed_on_screen(contract: Contract) -> bool:
    """Whether both sides drew their signature under what the contract says now: then there need not be a scan."""
    present = content_hash(contract)
    return {s.side for s in contract.signatures if s.content_sha256 == present} >= {"exporter", "importer"}


_SIDES = {"exporter": _l("Exporter"), "importer": _l("Importer")}


def _other_side(contract: Contract, _fair: Fair) -> Iterable[Finding]:
    known = answers(contract)
    for side, label in _SIDES.items():
        answer = known.get(side)
        if answer is None:
            if side != contract.reported_by:
                yield Finding(_l("%(side)s: has not been asked. It is not required.", side=label))
        elif answer.state is Answer.CONFIRMED:
            yield Finding(_l("%(side)s: confirmed by %(name)s.", side=label, name=answer.answered_name or "–"), "good")
        elif answer.state is Answer.DISPUTED:
            yield Finding(
                _l("%(side)s: says that it is wrong: %(remark)s", side=label, remark=answer.remark or "–"), "bad"
            )
        else:
            yield Finding(_l("%(side)s: was asked and has not answered yet.", side=label))


def _framework(contract: Contract, _fair: Fair) -> Iterable[Finding]:
    if contract.kind is not ContractKind.CALL_OFF or contract.parent is None:
        return
    parent = contract.parent
    if parent.is_verified_deal:
        text = _l(
            "Called off from %(reference)s, which is verified: that one counts, this one does not.",
            reference=parent.reference,
        )
    else:
        text = _l(
            "Called off from %(reference)s, which is not verified: until then its call-offs count.",
            reference=parent.reference,
        )
    yield Finding(text)


def _species(contract: Contract, _fair: Fair) -> Iterable[Finding]:
    for line in contract.lines:
        if line.cites:
            yield Finding(_l("Line %(number)s: protected species. Look for the CITES permit.", number=line.position))
        elif line.hs_code[:4] in CITES_HEADINGS:
            yield Finding(
                _l("Line %(number)s: goods of heading %(code)s may need a CITES permit; the line is not marked.",
                   number=line.position, code=line.hs_code[:4])
            )  # fmt: skip


for _find in (_other_side, _framework, _species):
    register_findings(_find)
