"""Acts on many rows: preview, do, undo. The rules are the services' own; here they are only asked one row after another."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from itertools import islice
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, insert, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, Forbidden, InvalidInput, InvalidTransition
from fairs.core.i18n import current_locale
from fairs.core.lists import Args, BulkAction, ListSpec, chosen, list_spec, typed
from fairs.core.sheets import each
from fairs.lists.models import BulkItem, BulkRun
from fairs.lists.queries import item_counts, items_of
from fairs.lists.states import ItemState, RunState

log = logging.getLogger(__name__)

AT_ONCE = 25  # more rows than these are done by the worker: one that writes mail or promises money takes a twentieth of a second
MOST_ROWS = 20_000
MOST_PICKS = 2_000  # ticked one by one; "all that fit" knows no such bound
UNDO_WITHIN = timedelta(hours=1)
_AT_A_TIME = 500  # rows that are checked together
_STEP = 20  # rows in one transaction: gates and desks write in between


def begin(
    spec: ListSpec,
    fair: Fair,
    action: BulkAction,
    args: Args,
    references: Sequence[str] | None,
    query: str,
    *,
    by: Actor,
) -> BulkRun:
    """Ask the rule for each chosen row (all that fit when ``references`` is None) and keep the answers as a preview.

    Raises InvalidInput when nothing is chosen or too much.
    """
    if references is not None and not references:
        raise InvalidInput(_("Tick at least one row first."))
    if by.user_id is None:
        raise Forbidden
    picks = None if references is None else list(dict.fromkeys(references))[:MOST_PICKS]
    found, check = [], action.check_for(fair)
    for rows in _portions(each(chosen(spec, fair, args, picks).limit(MOST_ROWS + 1))):
        with action.together(rows):
            found += [_item(spec, row, _why_not(check, row, {})) for row in rows]
    if len(found) > MOST_ROWS:
        raise InvalidInput(_("At most %(n)s rows at a time. Narrow the list by a filter.", n=MOST_ROWS))
    there = {item["reference"] for item in found}
    gone = [pick for pick in typed(spec, picks or ()) if str(pick) not in there]
    found += [
        {"reference": str(pick)[:60], "name": "", "state": ItemState.SKIPPED, "reason": _("No longer in this list.")}
        for pick in gone
    ]
    if not found:
        raise InvalidInput(_("No row fits."))
    with transaction():
        run = BulkRun(
            user_id=by.user_id, fair_id=fair.id, list_key=spec.key, action=action.key, query=query[:1000], values={},
            state=RunState.PREVIEW, locale=current_locale(), actor_name=by.name[:200], for_user_id=by.for_user_id,
            for_name=by.for_name,
        )  # fmt: skip
        db.session.add(run)
        db.session.flush()
        moment = now()
        db.session.execute(insert(BulkItem), [{**item, "run_id": run.id, "created_at": moment} for item in found])
    return run


def _item(spec: ListSpec, row: Any, reason: str) -> dict[str, Any]:
    state = ItemState.SKIPPED if reason else ItemState.WAITING
    reference = str(getattr(row, spec.reference.key))
    return {"reference": reference, "name": spec.name_of(row)[:300], "state": state, "reason": reason}


def _why_not(check: Callable[[Any, Mapping[str, Any]], None], row: Any, values: Mapping[str, Any]) -> str:
    """The reason for which the service would refuse the row; empty when it would not."""
    try:
        check(row, values)
    except DomainError as error:
        return _in_words(row, error)
    return ""


def _in_words(row: Any, error: DomainError) -> str:
    state = getattr(row, "state", None)
    if isinstance(error, InvalidTransition) and state is not None:
        return f"{state.label}: {error}"[:300]
    return str(error)[:300]


def check_again(run: BulkRun, values: Mapping[str, Any]) -> None:
    """Ask the rules once more, with what was typed for all rows."""
    spec, fair = list_spec(run.list_key), db.session.get_one(Fair, run.fair_id)
    action = spec.action(run.action)
    answers: dict[int, tuple[str, str]] = {}
    check = action.check_for(fair)
    for state in (ItemState.WAITING, ItemState.SKIPPED):
        for items in _batches(items_of(run.id, state), _AT_A_TIME):
            rows = rows_of(spec, fair, [item.reference for item in items])
            with action.together(list(rows.values())):
                for item in items:
                    row = rows.get(item.reference)
                    reason = _("No longer in this list.") if row is None else _why_not(check, row, values)
                    if reason != item.reason:
                        answers[item.id] = ("skipped" if reason else "waiting", reason)
    with transaction():
        row = db.session.get_one(BulkRun, run.id, with_for_update=True, populate_existing=True)
        if row.state is not RunState.PREVIEW:
            return
        row.values = dict(values)
        for item_id, (state_now, reason) in answers.items():
            item = db.session.get_one(BulkItem, item_id)
            if item.state != state_now:
                item.move_to(ItemState(state_now))
            item.reason = reason


def start(run: BulkRun, values: Mapping[str, Any], *, by: Actor) -> bool:
    """From the preview on; False when it was begun already (the button was pressed twice)."""
    with transaction():
        row = db.session.get_one(BulkRun, run.id, with_for_update=True, populate_existing=True)
        if row.state is not RunState.PREVIEW:
            return False
        row.move_to(RunState.RUNNING)
        row.values, row.started_at, row.finished_at = dict(values), now(), None
        row.actor_name, row.for_user_id, row.for_name = by.name[:200], by.for_user_id, by.for_name
    return True


def may_undo(run: BulkRun) -> bool:
    """Whether the act can be taken back: nothing was sent, and it is not long ago."""
    action = list_spec(run.list_key).action(run.action)
    recent = run.finished_at is not None and now() - run.finished_at <= UNDO_WITHIN
    return action.undo is not None and run.state is RunState.DONE and recent


def start_undo(run: BulkRun) -> bool:
    """Begin to take the act back; False when that is not possible, not any more, or begun already."""
    with transaction():
        row = db.session.get_one(BulkRun, run.id, with_for_update=True, populate_existing=True)
        if not may_undo(row):
            return False
        row.move_to(RunState.UNDOING)
        row.started_at, row.finished_at = now(), None
    return True


def carry_on(run_id: int) -> None:
    """Do (or undo) what is left, in steps of a few rows; one that fails leaves the others alone. Bears repetition."""
    run = db.session.get(BulkRun, run_id)
    if run is None or run.state not in {RunState.RUNNING, RunState.UNDOING}:
        return
    spec, fair = list_spec(run.list_key), db.session.get_one(Fair, run.fair_id)
    action = spec.action(run.action)
    by = Actor(run.user_id, run.actor_name, run.for_user_id, run.for_name)
    values, undoing = dict(run.values), run.state is RunState.UNDOING
    source, target = (ItemState.DONE, ItemState.UNDONE) if undoing else (ItemState.WAITING, ItemState.DONE)

    def act(row: Any, item: BulkItem) -> None:
        if undoing and action.undo is not None:
            action.undo(row, item.kept or {}, by)
        else:
            kept = action.act(row, values, by)
            item.kept = dict(kept) if kept is not None else None

    with force_locale(run.locale):
        ids = [item.id for item in items_of(run.id, source)]
        for batch in _batches(ids, _STEP):
            with transaction():
                _step(spec, fair, batch, source, target, act, action.together)
        _finish(run_id, by)


def _step(
    spec: ListSpec, fair: Fair, ids: Sequence[int], source: ItemState, target: ItemState,
    act: Callable[[Any, BulkItem], None], together: Callable[[Sequence[Any]], AbstractContextManager[Any]],
) -> None:  # fmt: skip
    items = db.session.scalars(
        select(BulkItem)
        .where(BulkItem.id.in_(ids), BulkItem.state == source)
        .order_by(BulkItem.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    rows = rows_of(spec, fair, [item.reference for item in items])
    with together(list(rows.values())):
        for item in items:
            problem = _attempt(rows.get(item.reference), item, act)
            if not problem:
                item.move_to(target)
            else:
                # What could not be undone stays done.
                item.state, item.reason = (ItemState.FAILED if source is ItemState.WAITING else source), problem


def _attempt(row: Any, item: BulkItem, act: Callable[[Any, BulkItem], None]) -> str:
    """Do it for one row, in a savepoint; gives what is in its way, empty when it was done."""
    if row is None:
        return str(_("It does not exist any more."))
    try:
        with transaction():
            act(row, item)
    except DomainError as error:
        return _in_words(row, error)
    except Exception:
        log.exception("row %s of a list", item.reference)
        return str(_("Something went wrong on our side. Nothing was changed for this one."))
    return ""


def _finish(run_id: int, by: Actor) -> None:
    with transaction():
        run = db.session.get_one(BulkRun, run_id, with_for_update=True, populate_existing=True)
        if run.state not in {RunState.RUNNING, RunState.UNDOING}:
            return
        run.move_to(RunState.DONE if run.state is RunState.RUNNING else RunState.UNDONE)
        run.finished_at = now()
        counts = {state.value: number for state, number in item_counts(run_id).items() if number}
        record(f"lists.{run.state.value}", run, by=by, after={"list": run.list_key, "act": run.action, **counts})


def documents(run: BulkRun, *, part: int, size: int) -> bytes | None:
    """The PDF of what was done, ``size`` rows a part; None when there is none."""
    spec, fair = list_spec(run.list_key), db.session.get_one(Fair, run.fair_id)
    action = spec.action(run.action)
    items = items_of(run.id, ItemState.DONE, limit=size, offset=part * size)
    if action.document is None or not items:
        return None
    rows = rows_of(spec, fair, [item.reference for item in items])
    return action.document([rows[item.reference] for item in items if item.reference in rows])


def unfinished() -> Sequence[int]:
    """Acts whose worker was ended in the middle: begun ten minutes ago or earlier and not finished."""
    return db.session.scalars(
        select(BulkRun.id).where(
            BulkRun.state.in_([RunState.RUNNING, RunState.UNDOING]), BulkRun.started_at < now() - timedelta(minutes=10)
        )
    ).all()


def forget_previews() -> None:
    """Remove previews of yesterday that led to nothing. Inside transaction()."""
    old = select(BulkRun.id).where(BulkRun.state == RunState.PREVIEW, BulkRun.created_at < now() - timedelta(days=1))
    db.session.execute(delete(BulkItem).where(BulkItem.run_id.in_(old)))
    db.session.execute(
        delete(BulkRun).where(BulkRun.state == RunState.PREVIEW, BulkRun.created_at < now() - timedelta(days=1))
    )


def rows_of(spec: ListSpec, fair: Fair, references: Sequence[str]) -> dict[str, Any]:
    """The rows of a list by their names, with all that a row shows; those that are gone are left out."""
    query = spec.query(fair, {**spec.everything, **spec.fixed}).where(spec.reference.in_(typed(spec, references)))
    return {str(getattr(row, spec.reference.key)): row for row in db.session.scalars(query).unique()}


def _batches(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for begin_at in range(0, len(things), size):
        yield things[begin_at : begin_at + size]


def _portions(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while portion := list(islice(rows, _AT_A_TIME)):
        yield portion
