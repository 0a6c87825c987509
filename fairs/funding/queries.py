"""Reading rules, grants and suspected duplicates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.money import Money
from fairs.core.text import clean, fold
from fairs.funding.models import Grant, SupportClash, SupportRule
from fairs.funding.states import LIVE, ClashState, GrantState
from fairs.programme.models import BudgetLine, PlanItem


@dataclass(frozen=True, slots=True)
class GrantFilter:
    """What the list of grants shows. ``text`` matches the name, the reference and the decision."""

    text: str = ""
    state: GrantState | None = None
    rule: str = ""
    line_id: int | None = None


def grants_matching(fair_id: int, wanted: GrantFilter) -> Select[Grant]:
    """The grants of a fair that fit, with what a row shows."""
    query = (
        select(Grant)
        .options(joinedload(Grant.line).joinedload(BudgetLine.item).joinedload(PlanItem.programme), joinedload(Grant.selection))
        .where(Grant.fair_id == fair_id)
    )  # fmt: skip
    text = fold(clean(wanted.text)[:100])
    if text:
        query = query.where(
            or_(Grant.folded.contains(text, autoescape=True), Grant.decision_number == clean(wanted.text)[:60])
        )
    if wanted.state is not None:
        query = query.where(Grant.state == wanted.state)
    if wanted.rule:
        query = query.where(Grant.rule_code == wanted.rule)
    if wanted.line_id is not None:
        query = query.where(Grant.budget_line_id == wanted.line_id)
    return query


def order_of(sort: str) -> list[tuple[Any, bool]]:
    """Keys for ``name``, ``amount`` or ``reference`` (``-`` before it: descending)."""
    key, descending = sort.removeprefix("-"), sort.startswith("-")
    if key == "name":
        return [(Grant.folded, descending), (Grant.id, descending)]
    if key == "amount":
        return [(Grant.amount_minor, descending), (Grant.id, descending)]
    return [(Grant.reference, descending or key != "reference")]


def grant_by_reference(fair_id: int, reference: str) -> Grant:
    """The grant with this reference at this fair; raises NotFound."""
    found = db.session.scalar(
        select(Grant)
        .options(
            joinedload(Grant.company), joinedload(Grant.person), joinedload(Grant.selection), joinedload(Grant.fair),
            joinedload(Grant.line).joinedload(BudgetLine.item).joinedload(PlanItem.programme),
        )
        .where(Grant.fair_id == fair_id, Grant.reference == reference.strip().upper()[:20])
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


def live_grants_of(subject_type: str, subject_id: int) -> Sequence[Grant]:
    """The subject's grants that are not released or recovered."""
    return db.session.scalars(
        select(Grant)
        .where(Grant.subject_type == subject_type, Grant.subject_id == subject_id, Grant.state.in_(LIVE))
        .order_by(Grant.id)
    ).all()


def grants_of_companies(company_ids: Sequence[int]) -> Sequence[Grant]:
    """All support that companies ever had, the newest first."""
    return db.session.scalars(
        select(Grant)
        .options(joinedload(Grant.fair), joinedload(Grant.selection))
        .where(Grant.company_id.in_(company_ids))
        .order_by(Grant.id.desc())
        .limit(200)
    ).all()


def grants_of_selection(selection_id: int, *states: GrantState) -> Sequence[Grant]:
    """The grants that a selection is about, all or those in the given states."""
    query = select(Grant).where(Grant.selection_id == selection_id).order_by(Grant.id)
    return db.session.scalars(query.where(Grant.state.in_(states)) if states else query).all()


def with_parties(grants: Sequence[Grant]) -> Sequence[Grant]:
    """The same grants in their order, with their fairs and companies read in one statement."""
    rows = db.session.scalars(
        select(Grant)
        .options(joinedload(Grant.fair), joinedload(Grant.company))
        .where(Grant.id.in_([grant.id for grant in grants]))
    )
    known = {row.id: row for row in rows}
    return [known[grant.id] for grant in grants]


def sums_of(fair_id: int) -> dict[GrantState, tuple[int, list[Money]]]:
    """Number and sums (one for each currency) of a fair's grants by state; what is settled counts as it came out."""
    amount = func.coalesce(Grant.actual_minor, Grant.amount_minor)
    rows = db.session.execute(
        select(Grant.state, Grant.currency, func.count(), func.sum(amount))
        .where(Grant.fair_id == fair_id)
        .group_by(Grant.state, Grant.currency)
    )
    found: dict[GrantState, tuple[int, list[Money]]] = {}
    for state, currency, number, total in rows:
        known, sums = found.get(state, (0, []))
        found[state] = (known + number, [*sums, Money(int(total), currency)])
    return found


def clashes_of(grant_ids: Sequence[int]) -> Sequence[SupportClash]:
    """Suspected duplicates of grants, with both sides."""
    return db.session.scalars(
        select(SupportClash)
        .options(
            joinedload(SupportClash.other).joinedload(Grant.fair), joinedload(SupportClash.grant).joinedload(Grant.fair)
        )
        .where(SupportClash.grant_id.in_(grant_ids))
        .order_by(SupportClash.id)
    ).all()


def waiting_clashes(fair_id: int) -> Sequence[SupportClash]:
    """Suspected duplicates at a fair that wait for a second person."""
    return db.session.scalars(
        select(SupportClash)
        .options(joinedload(SupportClash.other).joinedload(Grant.fair), joinedload(SupportClash.grant))
        .where(SupportClash.fair_id == fair_id, SupportClash.state == ClashState.WAITING)
        .order_by(SupportClash.id)
    ).all()


def rules(*, everything: bool = False) -> Sequence[SupportRule]:
    """The newest version of each rule; ``everything``: all versions."""
    query = select(SupportRule).order_by(SupportRule.code, SupportRule.version.desc())
    return db.session.scalars(query if everything else query.where(SupportRule.is_newest)).all()


def rules_in_force(day: date) -> Sequence[SupportRule]:
    """The rules by which something can be granted on a day: in force and with a rate."""
    return [rule for rule in rules() if rule.rate_percent is not None and rule.is_in_force(day)]


def rule_versions(code: str) -> Sequence[SupportRule]:
    """All versions of a rule, the newest first; raises NotFound."""
    found = db.session.scalars(
        select(SupportRule).where(SupportRule.code == code[:30]).order_by(SupportRule.version.desc())
    ).all()
    if not found:
        raise NotFound
    return found


def uses_of(rule_ids: Sequence[int]) -> dict[int, int]:
    """How many grants were made by each of these versions of rules."""
    rows = db.session.execute(
        select(Grant.rule_id, func.count()).where(Grant.rule_id.in_(rule_ids)).group_by(Grant.rule_id)
    )
    return {key: int(number) for key, number in rows}
