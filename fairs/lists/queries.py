"""Reading saved views and acts on many rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.permissions import Role
from fairs.lists.models import BulkItem, BulkRun, SavedView, ViewPin
from fairs.lists.states import ItemState, RunState

MOST_PINS = 12


def _visible(user_id: int, roles: Collection[Role], fair_id: int | None) -> ColumnElement[bool]:
    """Own views of this fair or of every fair, and those that are shared with one of the person's roles at it."""
    mine = and_(SavedView.owner_id == user_id, or_(SavedView.fair_id.is_(None), SavedView.fair_id == fair_id))
    shared = and_(SavedView.fair_id == fair_id, SavedView.shared_role.in_(list(roles)))
    return or_(mine, shared)


def views_of(key: str, user_id: int, roles: Collection[Role], fair_id: int | None) -> Sequence[tuple[SavedView, bool]]:
    """The views of a list that a person sees, own ones first, and whether each is pinned by them."""
    rows = db.session.execute(
        select(SavedView, ViewPin.id)
        .outerjoin(ViewPin, and_(ViewPin.view_id == SavedView.id, ViewPin.user_id == user_id))
        .options(joinedload(SavedView.owner))
        .where(SavedView.list_key == key, _visible(user_id, roles, fair_id))
        .order_by(SavedView.owner_id != user_id, SavedView.name, SavedView.id)
        .limit(60)
    )
    return [(view, pin is not None) for view, pin in rows]


def view_for(view_id: int, key: str, user_id: int, roles: Collection[Role], fair_id: int | None) -> SavedView:
    """A view that a person sees; raises NotFound."""
    found = db.session.scalar(
        select(SavedView).where(SavedView.id == view_id, SavedView.list_key == key, _visible(user_id, roles, fair_id))
    )
    if found is None:
        raise NotFound
    return found


def pinned_views(user_id: int, roles: Collection[Role], fair_id: int) -> Sequence[SavedView]:
    """The views that a person has pinned and still sees at this fair, oldest pin first."""
    pins = db.session.scalars(
        select(ViewPin)
        .join(ViewPin.view)
        .options(contains_eager(ViewPin.view))
        .where(ViewPin.user_id == user_id, _visible(user_id, roles, fair_id))
        .order_by(ViewPin.id)
        .limit(MOST_PINS)
    )
    return [pin.view for pin in pins]


def run_for(run_id: int, user_id: int, fair_id: int) -> BulkRun:
    """One's own act on many rows at this fair; raises NotFound."""
    run = db.session.get(BulkRun, run_id)
    if run is None or run.user_id != user_id or run.fair_id != fair_id:
        raise NotFound
    return run


def recent_runs(key: str, user_id: int, fair_id: int, limit: int = 10) -> Sequence[BulkRun]:
    """What a person last did to many rows of this list; previews that led to nothing are left out."""
    return db.session.scalars(
        select(BulkRun)
        .where(
            BulkRun.user_id == user_id, BulkRun.fair_id == fair_id, BulkRun.list_key == key,
            BulkRun.state != RunState.PREVIEW,
        )
        .order_by(BulkRun.id.desc())
        .limit(limit)
    ).all()  # fmt: skip


def item_counts(run_id: int) -> dict[ItemState, int]:
    """How many rows of an act are in each state."""
    rows = db.session.execute(
        select(BulkItem.state, func.count()).where(BulkItem.run_id == run_id).group_by(BulkItem.state)
    )
    counts = dict.fromkeys(ItemState, 0)
    counts.update((state, number) for state, number in rows)
    return counts


def items_of(run_id: int, state: ItemState, *, limit: int | None = None, offset: int = 0) -> Sequence[BulkItem]:
    """The rows of an act in one state, in the list's order."""
    query = select(BulkItem).where(BulkItem.run_id == run_id, BulkItem.state == state).order_by(BulkItem.id)
    return db.session.scalars(query.limit(limit).offset(offset)).all()


def reasons(run_id: int, state: ItemState) -> Sequence[tuple[str, int]]:
    """Why rows were skipped or not done, and how many for each reason, the most frequent first."""
    number = func.count()
    rows = db.session.execute(
        select(BulkItem.reason, number)
        .where(BulkItem.run_id == run_id, BulkItem.state == state)
        .group_by(BulkItem.reason)
        .order_by(number.desc(), BulkItem.reason)
        .limit(30)
    )
    return [(reason, int(count)) for reason, count in rows]
