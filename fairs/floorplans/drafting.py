"""Changing the draft of a hall's plan: step by step, each of which can be taken back. The published plan stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import clean
from fairs.floorplans.errors import DraftChanged, NothingFits, NothingToUndo
from fairs.floorplans.generator import PlannedBooth
from fairs.floorplans.geometry import Nearby
from fairs.floorplans.models import BoothType, Hall, PlanDraft, PlanStep, PlanVersion, Zone
from fairs.floorplans.plans import (
    MOST_BOOTHS,
    ROOM,
    Plan,
    PlannedPlace,
    base36,
    draft_of,
    drafted_plan,
    is_key,
    published_plan,
    things_of,
)
from fairs.floorplans.publishing import clear_draft, lock_hall

MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class DraftState:
    """A draft after a change: its revision, and what is different by key (None: no longer there)."""

    revision: int
    changes: list[dict[str, Any]]


def _begin(hall: Hall) -> tuple[Hall, PlanDraft]:
    """The hall's row and its draft, both locked; a draft is begun where there is none."""
    row = lock_hall(hall)
    draft = draft_of(row, lock=True)
    if draft is None:
        draft = PlanDraft(hall_id=row.id, revision=0, changed_by="", backdrop={})
        db.session.add(draft)
        db.session.flush()
    return row, draft


def change_draft(hall: Hall, changes: Sequence[Any], *, revision: int, label: str, by: Actor) -> DraftState:
    """Change booths (``{key, after}``; None takes one away) or the room (key ``doors``, ``columns`` or ``exits``) in one step.

    Raises DraftChanged when the draft is not at ``revision`` any more, InvalidInput for values that make no sense. What is
    merely unwise (overlaps, two booths with one number) is kept: the list of problems names it.
    """
    with transaction():
        row, draft = _begin(hall)
        if draft.revision != revision:
            raise DraftChanged(revision=draft.revision)
        plan = drafted_plan(row, draft)
        return _step(row, draft, plan, _wanted(row, changes), label, by)


def _wanted(hall: Hall, changes: Sequence[Any]) -> dict[str, Any]:
    types, zones = _codes(hall)
    wanted: dict[str, Any] = {}
    for change in changes:
        if not isinstance(change, Mapping):
            raise InvalidInput
        key, after = change.get("key"), change.get("after")
        if isinstance(key, str) and key in ROOM:
            wanted[key] = things_of(after, key)
        elif not isinstance(key, str) or not is_key(key):
            raise InvalidInput
        elif after is None:
            wanted[key] = None
        else:
            place = PlannedPlace.of(after)
            if place.type not in types:
                raise InvalidInput(_l("There is no such kind of booth."), field="type")
            if place.zone and place.zone not in zones:
                raise InvalidInput(_l("This fair has no such zone."), field="zone")
            wanted[key] = place
    return wanted


def _codes(hall: Hall) -> tuple[set[str], set[str]]:
    return (
        set(db.session.scalars(select(BoothType.code))),
        set(db.session.scalars(select(Zone.code).where(Zone.fair_id == hall.fair_id))),
    )


def _step(hall: Hall, draft: PlanDraft, plan: Plan, wanted: Mapping[str, Any], label: str, by: Actor) -> DraftState:
    """Write one step: only what is really different, with what was there before."""
    known = published_plan(hall).booths if any(key.isdigit() and key not in plan.booths for key in wanted) else {}
    changes, booths = [], dict(plan.booths)
    room: dict[str, Any] = {}
    for key, after in wanted.items():
        if key in ROOM:
            if (before := getattr(plan, key)) != after:
                changes.append({"key": key, "before": before, "after": after})
                room[key] = after
            continue
        old = booths.get(key)
        if old == after:
            continue
        if old is None and key.isdigit() and key not in known:
            raise InvalidInput(_l("This booth is no longer on the plan."))
        changes.append({"key": key, "before": old and old.as_dict(), "after": after and after.as_dict()})
        if after is None:
            del booths[key]
        else:
            booths[key] = after
    if len(booths) > MOST_BOOTHS:
        raise InvalidInput(_l("A hall has at most %(count)s booths.", count=MOST_BOOTHS))
    if not changes:
        return DraftState(draft.revision, [])
    db.session.execute(delete(PlanStep).where(PlanStep.draft_id == draft.id, PlanStep.is_undone.is_(True)))
    db.session.add(PlanStep(draft_id=draft.id, label=clean(label)[:40] or "change", changes=changes))
    _store(draft, replace(plan, booths=booths, **room), by)
    _forget_old_steps(draft)
    after_audit = {"step": clean(label)[:40], "things": len(changes), "revision": draft.revision}
    record("floorplans.draft", draft, by=by, fair_id=hall.fair_id, after=after_audit)
    return DraftState(draft.revision, [{"key": one["key"], "after": one["after"]} for one in changes])


def _store(draft: PlanDraft, plan: Plan, by: Actor) -> None:
    draft.booths = {key: booth.as_dict() for key, booth in plan.booths.items()}
    draft.doors, draft.columns, draft.exits = plan.doors, plan.columns, plan.exits
    draft.revision += 1
    draft.changed_by = by.label[:250]
    db.session.flush()


def _forget_old_steps(draft: PlanDraft) -> None:
    newest = select(PlanStep.id).where(PlanStep.draft_id == draft.id).order_by(PlanStep.id.desc())
    oldest_kept = db.session.scalar(newest.offset(MOST_STEPS - 1).limit(1))
    if oldest_kept is not None:
        db.session.execute(delete(PlanStep).where(PlanStep.draft_id == draft.id, PlanStep.id < oldest_kept))


def undo_step(hall: Hall, *, revision: int, by: Actor) -> DraftState:
    """Take the latest step back. Raises DraftChanged and NothingToUndo."""
    return _walk(hall, revision, by, undo=True)


def redo_step(hall: Hall, *, revision: int, by: Actor) -> DraftState:
    """Do the step again that was taken back last. Raises DraftChanged and NothingToUndo."""
    return _walk(hall, revision, by, undo=False)


def _walk(hall: Hall, revision: int, by: Actor, *, undo: bool) -> DraftState:
    with transaction():
        row, draft = _begin(hall)
        if draft.revision != revision:
            raise DraftChanged(revision=draft.revision)
        steps = select(PlanStep).where(PlanStep.draft_id == draft.id, PlanStep.is_undone.is_(not undo))
        step = db.session.scalar(steps.order_by(PlanStep.id.desc() if undo else PlanStep.id).limit(1))
        if step is None:
            raise NothingToUndo
        plan = drafted_plan(row, draft)
        booths, room = dict(plan.booths), {}
        side = "before" if undo else "after"
        for change in step.changes:
            key, value = change["key"], change[side]
            if key in ROOM:
                room[key] = value
            elif value is None:
                booths.pop(key, None)
            else:
                booths[key] = PlannedPlace(**value)
        step.is_undone = undo
        _store(draft, replace(plan, booths=booths, **room), by)
        action = "floorplans.undo" if undo else "floorplans.redo"
        record(action, draft, by=by, fair_id=row.fair_id, after={"step": step.label, "revision": draft.revision})
        return DraftState(draft.revision, [{"key": one["key"], "after": one[side]} for one in step.changes])


def steps_left(draft: PlanDraft | None) -> tuple[bool, bool]:
    """Whether there is a step to take back, and one to do again."""
    if draft is None:
        return False, False
    found = set(db.session.scalars(select(PlanStep.is_undone).where(PlanStep.draft_id == draft.id).distinct()))
    return False in found, True in found


def draft_layout(
    hall: Hall, planned: Sequence[PlannedBooth], *, kind: str, corner_kind: str, replace_all: bool, by: Actor
) -> int:
    """Put generated booths into the draft; returns how many. Booths with two open sides or more are of ``corner_kind``.

    With ``replace_all`` in place of those that stand there (booths whose number stays keep their record), else where there
    is room beside them, numbered on. Raises NothingFits when there is none.
    """
    with transaction():
        row, draft = _begin(hall)
        plan = drafted_plan(row, draft)
        if not replace_all:
            planned = _beside(plan, row.code, planned)
        keys = {booth.code: key for key, booth in plan.booths.items()}
        wanted: dict[str, Any] = dict.fromkeys(plan.booths) if replace_all else {}
        counter = _new_keys(plan)
        for new in planned:
            rect, of_kind = new.rect, corner_kind if new.open_sides > 1 else kind
            place = PlannedPlace(new.code, rect.x, rect.y, rect.w, rect.h, of_kind, new.zone or "")
            key = keys.get(new.code) or next(counter)
            old = plan.booths.get(key)
            wanted[key] = replace(place, blocked=old.blocked, reason=old.reason) if old is not None else place
        _step(row, draft, plan, wanted, "generate", by)
        return len(planned)


def _beside(plan: Plan, prefix: str, planned: Sequence[PlannedBooth]) -> list[PlannedBooth]:
    """The generated booths that stand on no present one, numbered after the highest number in use."""
    rects = plan.rects
    near = Nearby(rects)
    fits = [new for new in planned if not any(new.rect.overlaps(rects[key]) for key in near.around(new.rect))]
    if not fits:
        raise NothingFits
    numbers = [code.removeprefix(f"{prefix}-") for code in (booth.code for booth in plan.booths.values())]
    first = max((int(number) for number in numbers if number.isdecimal()), default=0) + 1
    return [replace(new, code=f"{prefix}-{number:03d}") for number, new in enumerate(fits, first)]


def _new_keys(plan: Plan) -> Iterator[str]:
    """Keys for booths that are not published yet, none of them taken."""
    taken = max((int(key[1:], 36) for key in plan.booths if key.startswith("n")), default=0)
    for number in count(taken + 1):
        yield f"n{base36(number)}"


def draft_places(hall: Hall, wanted: Mapping[str, PlannedPlace | None], *, label: str, by: Actor) -> DraftState:
    """Set booths of the draft by number, new ones too; None takes one away. For sheets that are read in, already checked."""
    with transaction():
        row, draft = _begin(hall)
        plan = drafted_plan(row, draft)
        keys = {booth.code: key for key, booth in plan.booths.items()}
        counter = _new_keys(plan)
        changes: dict[str, Any] = {}
        for code, place in wanted.items():
            if place is None and code not in keys:
                continue
            changes[keys.get(code) or next(counter)] = place
        return _step(row, draft, plan, changes, label, by)


def restore_version(hall: Hall, version: PlanVersion, *, by: Actor) -> DraftState:
    """Bring a former version back into the draft. Booths that are still there keep their record, by key or else by number."""
    with transaction():
        row, draft = _begin(hall)
        plan, published = drafted_plan(row, draft), published_plan(row)
        types, zones = _codes(row)
        former = {key: PlannedPlace(**values) for key, values in version.plan["booths"].items()}
        by_code = {booth.code: key for key, booth in published.booths.items()}
        free = {key for key in published.booths if key not in former}
        wanted: dict[str, Any] = dict.fromkeys(plan.booths)
        counter = _new_keys(plan)
        for former_key, place in former.items():
            key = former_key
            if key not in published.booths:
                same = by_code.get(place.code)
                key = same if same is not None and same in free else next(counter)
            kept = place if place.zone in zones or not place.zone else replace(place, zone="")
            if kept.type in types:
                wanted[key] = kept
        wanted |= {name: version.plan[name] for name in ROOM}
        return _step(row, draft, plan, wanted, f"version {version.number}", by)


def discard_draft(hall: Hall, *, by: Actor) -> None:
    """Throw the draft away: the plan is again as published."""
    with transaction():
        row = lock_hall(hall)
        clear_draft(row)
        record("floorplans.discard", row, by=by)


def follow(hall_id: int, booth_ids: Iterable[int], **values: Any) -> None:
    """Let the draft follow a change that was made to published booths directly; inside transaction()."""
    draft = db.session.scalar(select(PlanDraft).where(PlanDraft.hall_id == hall_id).with_for_update())
    if draft is None or draft.booths is None:
        return
    keys = {str(booth_id) for booth_id in booth_ids} & draft.booths.keys()
    draft.booths = draft.booths | {key: {**draft.booths[key], **values} for key in keys}
    draft.revision += 1
    db.session.flush()
