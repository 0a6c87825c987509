"""What is unusual about contracts, as questions to a person. Nothing is refused, and nothing is left out of a figure for it.

What is compared: the exporter's own earlier contracts (median and median deviation of the logarithms, at least 3), the other contracts of
the fair (more than 10 times their median), the prices of the same heading and unit, round and very large values, and the days on which
the importer was at the fair. For a whole fair: the ratios of the plan of 2020 (brief, section 5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import exp, log
from statistics import median
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.audit.service import record
from fairs.badges.models import Badge
from fairs.calendar.models import Fair
from fairs.checkin.models import Visit
from fairs.contracts.content import content_hash, fingerprint
from fairs.contracts.counting import BEFORE_SIGNING
from fairs.contracts.models import Contract, ContractLine
from fairs.contracts.question_models import ANSWERS, ContractQuestion
from fairs.contracts.ratios import fair_findings
from fairs.contracts.states import QuestionState, Verification
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.text import clean

S = QuestionState
#: From this value in USD on somebody looks twice.
LARGE = 500_000
#: A value of one digit and zeros (300,000) is asked about from here on.
ROUND_FROM = 100_000
TIMES_MEDIAN = 10
FEWEST_AT_FAIR, FEWEST_EARLIER, FEWEST_PRICES = 5, 3, 5
#: Deviations beyond 3.5 robust standard deviations are outliers (Iglewicz and Hoaglin); a factor below 3 never is.
DEVIATIONS, LEAST_FACTOR, PRICE_FACTOR = 3.5, 3.0, 5.0
_TO_SIGMA = 1.4826


class AlreadyAnswered(Conflict):
    """Somebody else was quicker."""

    code = "question_answered"
    message = _l("This question is answered already, or the figures changed.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One unusual thing: its kind and the numbers of its text, as plain JSON."""

    kind: str
    facts: dict[str, Any]


@dataclass(slots=True)
class _Known:
    """What the contracts are compared with."""

    values: dict[int, list[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )  # fair: (contract, cents)
    earlier: dict[int, list[tuple[int, date, int]]] = field(default_factory=lambda: defaultdict(list))  # by exporter
    prices: dict[tuple[str, str], list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    present: dict[int, date] = field(default_factory=dict)  # importer: the first day on which somebody of it came
    days: set[date] = field(default_factory=set)  # days with visits at all


def refresh(fair: Fair, contract_ids: Collection[int] | None = None) -> int:
    """Ask what is unusual about these contracts of the fair (all of them, and the fair's ratios, when none are named).

    Questions whose ground is gone lapse; an answered one is asked again only when the contract says something else. The number
    of queries does not depend on that of the contracts. Returns how many questions are new or open again.
    """
    with transaction():
        query = select(Contract).where(Contract.fair_id == fair.id).options(selectinload(Contract.lines))
        query = query.options(
            joinedload(Contract.exporter), joinedload(Contract.importer), joinedload(Contract.parent)
        ).order_by(Contract.id)
        if contract_ids is not None:
            query = query.where(Contract.id.in_(contract_ids))
        # The fair's row is the lock: two that refresh at once do not write one question twice. Rows that only name the
        # fair (scans, visits) do not wait for it.
        db.session.execute(select(Fair.id).where(Fair.id == fair.id).with_for_update(key_share=True))
        contracts = db.session.scalars(query).all()
        known = _known(fair, contracts)
        wanted: dict[tuple[str, str], tuple[int | None, Finding, str]] = {}
        for contract in contracts:
            for finding in findings(contract, known):
                wanted[f"contract:{contract.id}", finding.kind] = (contract.id, finding, content_hash(contract))
        if contract_ids is None:
            for kind, facts in fair_findings(fair):
                finding = Finding(kind, facts)
                wanted[f"fair:{fair.id}", kind] = (None, finding, fingerprint({"ratio": facts["rough"]}))
        subjects = {f"contract:{contract.id}" for contract in contracts}
        if contract_ids is None:
            subjects.add(f"fair:{fair.id}")
        return _keep(fair, wanted, subjects, everything=contract_ids is None)


def _keep(fair: Fair, wanted: Mapping[tuple[str, str], Any], subjects: set[str], *, everything: bool) -> int:
    query = select(ContractQuestion).where(ContractQuestion.fair_id == fair.id)
    if not everything:
        query = query.where(ContractQuestion.subject.in_(subjects))
    rows = {(row.subject, row.kind): row for row in db.session.scalars(query)}
    asked = 0
    for key, (contract_id, finding, sha256) in wanted.items():
        row = rows.pop(key, None)
        if row is None:
            db.session.add(
                ContractQuestion(
                    fair_id=fair.id, contract_id=contract_id, subject=key[0], kind=key[1], facts=finding.facts,
                    content_sha256=sha256, state=S.OPEN, asked_at=now(),
                )
            )  # fmt: skip
            asked += 1
        elif row.state is S.OPEN:
            row.facts, row.content_sha256 = finding.facts, sha256
        elif row.state is S.LAPSED or row.content_sha256 != sha256:
            row.move_to(S.OPEN)
            row.facts, row.content_sha256, row.asked_at = finding.facts, sha256, now()
            row.answer, row.note, row.answered_by_id, row.answered_at = "", "", None, None
            asked += 1
    for row in rows.values():
        if row.state is S.OPEN:
            row.move_to(S.LAPSED)
    db.session.flush()
    return asked


def refresh_contract(contract: Contract) -> int:
    """As :func:`refresh`, for one contract that was just written or changed."""
    return refresh(db.session.get_one(Fair, contract.fair_id), [contract.id])


def _known(fair: Fair, contracts: Sequence[Contract]) -> _Known:
    """Everything that the contracts are compared with, in five queries."""
    known = _Known()
    if not contracts:
        return known
    real = (Contract.state.not_in(BEFORE_SIGNING), Contract.merged_into_id.is_(None), Contract.usd_minor > 0)
    rows = db.session.execute(
        select(Contract.id, Contract.usd_minor).where(
            Contract.fair_id == fair.id, *real, Contract.verification != Verification.INCOMPLETE
        )
    )
    known.values[fair.id] = [(key, int(usd or 0)) for key, usd in rows]
    earlier = select(Contract.exporter_id, Contract.id, Contract.signed_on, Contract.usd_minor).where(
        *real,
        Contract.verification == Verification.VERIFIED,
        Contract.exporter_id.in_({contract.exporter_id for contract in contracts}),
    )
    for exporter, key, day, usd in db.session.execute(earlier):
        known.earlier[exporter].append((key, day, int(usd or 0)))
    _know_prices(known, contracts, real)
    importers = {contract.importer_id for contract in contracts}
    days = {contract.signed_on for contract in contracts}
    came = select(Badge.company_id, func.min(Visit.day)).join(Badge, Badge.id == Visit.badge_id)
    came = came.where(Visit.fair_id == fair.id, Badge.company_id.in_(importers)).group_by(Badge.company_id)
    known.present = {company: day for company, day in db.session.execute(came) if company is not None}
    counted = select(Visit.day).where(Visit.fair_id == fair.id, Visit.day.in_(days)).distinct()
    known.days = set(db.session.scalars(counted))
    return known


def _know_prices(known: _Known, contracts: Iterable[Contract], real: Sequence[Any]) -> None:
    heading = func.substr(ContractLine.hs_code, 1, 4)
    wanted = {line.hs_code[:4] for contract in contracts for line in contract.lines}
    rows = db.session.execute(
        select(
            Contract.id, heading, ContractLine.unit, ContractLine.amount_minor, ContractLine.quantity,
            Contract.value_minor, Contract.usd_minor,
        )
        .join(Contract, Contract.id == ContractLine.contract_id)
        .where(heading.in_(wanted), *real, Contract.verification != Verification.INCOMPLETE)
    )  # fmt: skip
    for key, head, unit, amount, quantity, value, usd in rows:
        price = _price(amount, quantity, value, usd)
        if price:
            known.prices[head, unit].append((key, price))


def _price(amount: int, quantity: Decimal, value: int, usd: int | None) -> float:
    """US cents of one unit, by the contract's own rate; 0 when it cannot be told."""
    if not usd or not value or not quantity or not amount:
        return 0.0
    return float(Decimal(amount) * usd / value / Decimal(quantity))


def findings(contract: Contract, known: _Known) -> list[Finding]:
    """What is unusual about one contract; nothing for a lead, a memorandum, a cancelled one or a copy."""
    if contract.state in BEFORE_SIGNING or contract.merged_into_id is not None or not contract.usd_minor:
        return []
    usd = contract.usd_minor
    found: list[Finding] = []
    before = [
        value for key, day, value in known.earlier[contract.exporter_id]
        if key != contract.id and day <= contract.signed_on
    ]  # fmt: skip
    if len(before) >= FEWEST_EARLIER and _is_far(usd, before):
        middle = int(median(before))
        found.append(Finding("history", {"usd": usd, "median": middle, "earlier": len(before)}))
    others = [value for key, value in known.values[contract.fair_id] if key != contract.id]
    if len(others) >= FEWEST_AT_FAIR and usd > TIMES_MEDIAN * (middle := int(median(others))):
        found.append(Finding("fair", {"usd": usd, "median": middle, "times": round(usd / max(middle, 1))}))
    found += _unusual_price(contract, known)
    if usd > LARGE * 100:
        found.append(Finding("large", {"usd": usd}))
    elif usd >= ROUND_FROM * 100 and len(str(contract.value_minor).rstrip("0")) == 1:
        found.append(Finding("round", {"usd": usd}))
    day = contract.signed_on
    if day in known.days and known.present.get(contract.importer_id, date.max) > day:
        found.append(Finding("no_visit", {"day": day.isoformat()}))
    return found


def _is_far(value: int, others: Sequence[int]) -> bool:
    """By the logarithms, since values of contracts spread by factors, not by amounts."""
    logs = [log(other) for other in others]
    middle = median(logs)
    spread = _TO_SIGMA * median(abs(one - middle) for one in logs)
    return abs(log(value) - middle) > max(DEVIATIONS * spread, log(LEAST_FACTOR))


def _unusual_price(contract: Contract, known: _Known) -> list[Finding]:
    """The line whose price is furthest from that of its heading, if it is far."""
    worst: tuple[float, dict[str, Any]] | None = None
    for line in contract.lines:
        price = _price(line.amount_minor, line.quantity, contract.value_minor, contract.usd_minor)
        others = [one for key, one in known.prices[line.hs_code[:4], line.unit] if key != contract.id]
        if not price or len(others) < FEWEST_PRICES:
            continue
        middle = median(others)
        away = abs(log(price / middle))
        if away > log(PRICE_FACTOR) and (worst is None or away > worst[0]):
            worst = (
                away,
                {
                    "line": line.position, "heading": line.hs_code[:4], "unit": line.unit, "price": round(price),
                    "median": round(middle), "prices": len(others), "times": round(exp(away), 1), "less": price < middle,
                },
            )  # fmt: skip
    return [Finding("price", worst[1])] if worst is not None else []


def open_questions(contract_id: int) -> Sequence[ContractQuestion]:
    """What nobody has answered yet about a contract: asked before it is verified."""
    return db.session.scalars(
        select(ContractQuestion)
        .where(ContractQuestion.contract_id == contract_id, ContractQuestion.state == S.OPEN)
        .order_by(ContractQuestion.id)
    ).all()


def questions_of(contract_id: int) -> Sequence[ContractQuestion]:
    """Open and answered questions about a contract, the open ones first."""
    return db.session.scalars(
        select(ContractQuestion)
        .where(ContractQuestion.contract_id == contract_id, ContractQuestion.state != S.LAPSED)
        .order_by(ContractQuestion.state != S.OPEN, ContractQuestion.id)
    ).all()


def answer_question(question: ContractQuestion, answer: str, note: str, *, by: Actor) -> ContractQuestion:
    """A person says that it is right, or what was done about it, with a note. Raises InvalidInput, AlreadyAnswered."""
    text = clean(note)
    if answer not in ANSWERS:
        raise InvalidInput(_l("Please choose from the list."), field="answer")
    if not text:
        raise InvalidInput(_l("Write how you know: the paper, the party, the day you asked."), field="note")
    if len(text) > 400:
        raise InvalidInput(_l("At most %(max)d characters.", max=400), field="note")
    with transaction():
        row = db.session.get_one(ContractQuestion, question.id, with_for_update=True, populate_existing=True)
        if row.state is not S.OPEN:
            raise AlreadyAnswered
        row.move_to(S.ANSWERED)
        row.answer, row.note, row.answered_by_id, row.answered_at = answer, text, by.user_id, now()
        db.session.flush()
        record(
            "contracts.answer_question",
            row,
            by=by,
            after={"kind": row.kind, "answer": answer, "note": text, **row.facts},
        )
        return row


def refresh_all() -> int:
    """Every fair that has contracts, by night; returns how many questions are new."""
    fairs = db.session.scalars(select(Fair).where(select(Contract.id).where(Contract.fair_id == Fair.id).exists()))
    return sum(refresh(fair) for fair in list(fairs))
