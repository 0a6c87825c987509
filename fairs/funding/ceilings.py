"""Ceilings of places and money: in all, of a tier, of a region. Never exceeded, however many approve at once.

Order of locks, for whoever moves grants that count against ceilings: first the feature's own row of the fair, then the
budget lines by their keys, then the feature's records, then grants by their keys, then the ceilings of the fair by their
keys (``_locked``). Nobody waits for a selection while holding one of these: documents lock it first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, in_transaction, transaction
from fairs.core.errors import InvalidInput
from fairs.core.i18n import format_money
from fairs.core.money import Money
from fairs.funding.errors import CeilingReached
from fairs.funding.models import Grant, SupportCeiling
from fairs.funding.states import GrantState

_names: dict[str, Callable[[str], Any]] = {}
_HOLDS_PLACE = (GrantState.COMMITTED, GrantState.SETTLED, GrantState.RECOVERED)  # who paid back was there all the same


def register_names(scope: str, name: Callable[[str], Any]) -> None:
    """Say what the keys of a scope (tier, region) are called; by the feature that uses them."""
    _names[scope] = name


def name_of(ceiling: SupportCeiling) -> str:
    """What a ceiling is for, in the reader's language."""
    return str(_names[ceiling.scope](ceiling.key)) if ceiling.scope in _names else _("In all")


def ceilings_of(fair_id: int) -> Sequence[SupportCeiling]:
    """The ceilings of a fair, the one of all first."""
    return db.session.scalars(
        select(SupportCeiling).where(SupportCeiling.fair_id == fair_id).order_by(SupportCeiling.id)
    ).all()


def concerns(ceiling: SupportCeiling, tier: str, region: str) -> bool:
    """Whether a grant of this tier and region counts against the ceiling."""
    return {"all": "", "tier": tier, "region": region}.get(ceiling.scope) == ceiling.key


def ensure_ceilings(fair_id: int, currency: str, keys: Iterable[tuple[str, str]]) -> None:
    """Make what is missing of these (scope, key), without a bound. Inside transaction(), under the feature's own lock."""
    there = {(one.scope, one.key) for one in ceilings_of(fair_id)}
    for scope, key in keys:
        if (scope, key) not in there:
            row = SupportCeiling(
                fair_id=fair_id,
                scope=scope,
                key=key,
                currency=currency,
                places_used=0,
                committed_minor=0,
                spent_minor=0,
            )
            _count(row)
            db.session.add(row)
            db.session.flush()


def _count(row: SupportCeiling) -> None:
    """What the grants use of it now."""
    query = select(Grant.state, func.sum(Grant.places), func.sum(Grant.amount_minor), func.sum(Grant.actual_minor))
    query = query.where(Grant.fair_id == row.fair_id, Grant.tier != "").group_by(Grant.state)
    if row.scope != "all":
        query = query.where((Grant.tier if row.scope == "tier" else Grant.region) == row.key)
    for state, places, amount, actual in db.session.execute(query):
        row.places_used += int(places) if state in _HOLDS_PLACE else 0
        row.committed_minor += int(amount) if state is GrantState.COMMITTED else 0
        row.spent_minor += int(actual or 0) if state is GrantState.SETTLED else 0


@dataclass(frozen=True, slots=True)
class Bound:
    """A ceiling as entered; None: no bound."""

    ceiling_id: int
    places: int | None
    money: Money | None


def save_ceilings(fair_id: int, bounds: Iterable[Bound], *, decision_number: str, by: Actor) -> None:
    """Other ceilings, all at once. Raises InvalidInput at ``places-<key>`` or ``money-<key>`` below what is used."""
    with transaction():
        rows = {row.id: row for row in _locked(fair_id)}
        for bound in bounds:
            row = rows[bound.ceiling_id]
            if bound.places is not None and bound.places < row.places_used:
                text = _("%(number)s places are used already.", number=row.places_used)
                raise InvalidInput(text, field=f"places-{row.id}")
            if bound.money is not None and bound.money.amount_minor < row.used.amount_minor:
                text = _("%(used)s of it are committed or spent already.", used=format_money(row.used))
                raise InvalidInput(text, field=f"money-{row.id}")
            money = bound.money.amount_minor if bound.money is not None else None
            if (row.places, row.money_minor, row.decision_number) == (bound.places, money, decision_number):
                continue
            before = {"places": row.places, "money": row.money}
            row.places, row.money_minor, row.decision_number = bound.places, money, decision_number
            after = {
                "places": row.places,
                "money": row.money,
                "name": f"{row.scope} {row.key}",
                "decision": decision_number,
            }
            record("funding.ceiling", row, by=by, before=before, after=after)
        db.session.flush()


def commit_ceilings(grants: Sequence[Grant]) -> None:
    """Promise places and money of these grants. Inside transaction(). Raises CeilingReached saying which and what is left."""
    managed = [grant for grant in grants if grant.is_managed]
    if not managed:
        return
    for row in _locked(managed[0].fair_id):
        mine = [grant for grant in managed if concerns(row, grant.tier, grant.region)]
        places, money = sum(grant.places for grant in mine), sum(grant.amount_minor for grant in mine)
        check_room(row, places, money)
        row.places_used += places
        row.committed_minor += money
    db.session.flush()


def check_room(row: SupportCeiling, places: int, money_minor: int) -> None:
    """Raise CeilingReached when a ceiling has not so much left."""
    if row.places_left is not None and places > row.places_left:
        raise CeilingReached(
            _(
                "%(name)s: %(left)s of %(places)s places are left.",
                name=name_of(row),
                left=row.places_left,
                places=row.places,
            )
        )
    if row.left is not None and money_minor > row.left.amount_minor:
        raise CeilingReached(
            _(
                "%(name)s: %(left)s are left of the ceiling, %(amount)s are needed.", name=name_of(row),
                left=format_money(row.left), amount=format_money(Money(money_minor, row.currency)),
            )
        )  # fmt: skip


def copies_of(fair_id: int) -> list[SupportCeiling]:
    """Copies of a fair's ceilings, of which nothing is kept: to try how far places and money go."""
    names = (
        "id", "fair_id", "scope", "key", "places", "places_used", "money_minor", "committed_minor", "spent_minor", "currency",
        "decision_number",
    )  # fmt: skip
    return [SupportCeiling(**{name: getattr(row, name) for name in names}) for row in ceilings_of(fair_id)]


def release_ceilings(grant: Grant) -> None:
    """Take a promise back. Inside transaction()."""
    for row in _concerned(grant):
        row.places_used -= grant.places
        row.committed_minor -= grant.amount_minor
    db.session.flush()


def settle_ceilings(grant: Grant, actual: Money) -> None:
    """What was promised is settled by what it cost; the place stays taken. Inside transaction()."""
    for row in _concerned(grant):
        row.committed_minor -= grant.amount_minor
        row.spent_minor += actual.amount_minor
    db.session.flush()


def recover_ceilings(grant: Grant, amount: Money) -> None:
    """What was spent came back. Inside transaction()."""
    for row in _concerned(grant):
        row.spent_minor -= amount.amount_minor
    db.session.flush()


def _concerned(grant: Grant) -> list[SupportCeiling]:
    if not grant.is_managed:
        return []
    return [row for row in _locked(grant.fair_id) if concerns(row, grant.tier, grant.region)]


def _locked(fair_id: int) -> Sequence[SupportCeiling]:
    if not in_transaction():
        raise RuntimeError("ceilings are changed inside transaction()")
    return db.session.scalars(
        select(SupportCeiling)
        .where(SupportCeiling.fair_id == fair_id)
        .order_by(SupportCeiling.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
