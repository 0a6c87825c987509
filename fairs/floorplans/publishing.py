"""Making a plan the published one: the rows of the booths follow it, bookings are asked first, a version is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.core.actor import Actor, involved_columns
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.events import publish
from fairs.floorplans import geometry
from fairs.floorplans.difference import Change, compare, counts
from fairs.floorplans.errors import DraftChanged, NothingChanged, PlanHasErrors, StillNamed
from fairs.floorplans.events import BoothMove, BoothPlace, BoothsOpened, BoothsWillChange
from fairs.floorplans.models import Booth, BoothType, Hall, PlanStep, PlanVersion, Zone
from fairs.floorplans.plans import Plan, PlannedPlace, draft_of, drafted_plan, published_plan
from fairs.floorplans.problems import Findings, look_at
from fairs.floorplans.queries import rules_of


def publish_draft(hall: Hall, *, revision: int, accept_warnings: bool = False, by: Actor) -> PlanVersion:
    """Publish what is drafted for a hall; returns the new version.

    Raises DraftChanged when the draft is not at ``revision`` any more, NothingChanged, PlanHasErrors (each problem names its
    booth), InvalidInput while there are warnings that were not accepted, and what features above raise to protect a booth that
    is held, sold or allocated. Whoever has a booth that moves keeps it and is told.
    """
    with transaction():
        row = lock_hall(hall)
        draft = draft_of(row, lock=True)
        if draft is None or draft.revision != revision:
            raise DraftChanged
        plan = drafted_plan(row, draft)
        findings = look_at(plan, rules_of(row))
        if findings.errors:
            raise PlanHasErrors(problems=[one.text for one in findings.errors])
        if findings.warnings and not accept_warnings:
            raise InvalidInput(_l("Look at the warnings and accept them, or mend the plan."), field="accept")
        version = put_in_force(row, plan, findings, by=by)
        clear_draft(row)
        return version


def lock_hall(hall: Hall) -> Hall:
    """The hall's row, locked: one publication at a time."""
    return db.session.get_one(Hall, hall.id, with_for_update=True, populate_existing=True)


def clear_draft(hall: Hall) -> None:
    """Let the draft be as the published plan again; inside transaction(). Its background picture stays."""
    draft = draft_of(hall, lock=True)
    if draft is None:
        return
    db.session.execute(delete(PlanStep).where(PlanStep.draft_id == draft.id))
    draft.booths = draft.doors = draft.columns = draft.exits = None
    draft.revision += 1
    db.session.flush()


def put_in_force(hall: Hall, plan: Plan, findings: Findings, *, by: Actor) -> PlanVersion:
    """Make the booths of a locked hall those of ``plan``; inside transaction(). Raises NothingChanged and as features above do.

    The rows of the hall's booths are locked in the order of their keys. Whoever holds a booth locks its row as well: either the
    hold comes first, and the booth is protected, or the plan does, and the hold sees the new one.
    """
    rows = {
        str(booth.id): booth
        for booth in db.session.scalars(
            select(Booth).where(Booth.hall_id == hall.id).order_by(Booth.id).with_for_update()
            .execution_options(populate_existing=True)
        )
    }  # fmt: skip
    before = published_plan(hall)
    changes = compare(before, plan)
    if not changes and not _room_differs(before, plan):
        raise NothingChanged
    number = _next_number(hall, before)
    _ask(hall, before, plan, changes, by)
    for change in changes:
        _record(change, rows.get(change.key), by)
    keys = _write(hall, rows, plan, findings, changes)
    hall.doors, hall.columns, hall.exits = plan.doors, plan.columns, plan.exits
    kept = {keys.get(key, key): booth.as_dict() for key, booth in plan.booths.items()}
    version = PlanVersion(
        fair_id=hall.fair_id, hall_id=hall.id, number=number, published_by=by.label[:250], **involved_columns(by),
        plan={**plan.as_dict(), "booths": kept}, difference=[change.as_dict() for change in changes],
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    record("floorplans.publish", hall, by=by, after={"version": number, "booths": len(plan.booths), **counts(changes)})
    publish(BoothsOpened(hall.fair_id))
    return version


def _next_number(hall: Hall, before: Plan) -> int:
    """The number of the next version; a plan of before versions were kept becomes the first one."""
    latest = latest_version(hall)
    if latest or not before.booths:
        return latest + 1
    first = PlanVersion(
        fair_id=hall.fair_id, hall_id=hall.id, number=1, published_by="", plan=before.as_dict(), difference=[]
    )
    db.session.add(first)
    return 2


def latest_version(hall: Hall) -> int:
    """The number of the hall's latest published version; 0 when there is none."""
    return db.session.scalar(select(func.max(PlanVersion.number)).where(PlanVersion.hall_id == hall.id)) or 0


def _room_differs(before: Plan, after: Plan) -> bool:
    return (before.doors, before.columns, before.exits) != (after.doors, after.columns, after.exits)


def _ask(hall: Hall, before: Plan, after: Plan, changes: Sequence[Change], by: Actor) -> None:
    """Tell the features above what will change with booths that are there; they refuse or tell whom it concerns."""

    def of_kind(kind: str) -> list[int]:
        return [int(change.key) for change in changes if kind in change.kinds]

    moved = [change for change in changes if "moved" in change.kinds and change.before and change.after]
    beside = [geometry.neighbours(plan.rects) if moved else {} for plan in (before, after)]
    publish(
        BoothsWillChange(
            hall.fair_id,
            by,
            dropped=of_kind("dropped"),
            shrunk=[int(change.key) for change in changes if change.shrinks],
            renumbered=of_kind("renumbered"),
            retyped=of_kind("type"),
            blocked=of_kind("blocked"),
            moved=[
                BoothMove(int(change.key), _place(change, before, beside[0]), _place(change, after, beside[1]))
                for change in moved
            ],
        )
    )


def _place(change: Change, plan: Plan, beside: dict[str, set[str]]) -> BoothPlace:
    booth = plan.booths[change.key]
    codes = tuple(sorted(plan.booths[key].code for key in beside[change.key]))
    return BoothPlace(booth.x, booth.y, booth.w, booth.h, codes)


def _record(change: Change, row: Booth | None, by: Actor) -> None:
    """The history of one booth; that it was added is said with the hall."""
    if row is None:
        return
    verb = next((verb for verb in ("dropped", "renumbered", "moved", "resized") if verb in change.kinds), "changed")
    before, after = change.before, change.after
    record(
        f"floorplans.{_VERBS[verb]}", row, by=by,
        before=before.as_dict() if before is not None else None,
        after=after.as_dict() if after is not None else None,
    )  # fmt: skip


_VERBS = {"dropped": "drop", "renumbered": "renumber", "moved": "move", "resized": "resize", "changed": "change_booth"}


def _write(
    hall: Hall, rows: dict[str, Booth], plan: Plan, findings: Findings, changes: Sequence[Change]
) -> dict[str, str]:
    """Write the rows; returns the new ids of keys that had none. Numbers that change places go by a detour: they are unique."""
    types = {kind.code: kind.id for kind in db.session.scalars(select(BoothType))}
    zones = {zone.code: zone.id for zone in db.session.scalars(select(Zone).where(Zone.fair_id == hall.fair_id))}
    gone = [int(change.key) for change in changes if change.after is None]
    if gone:
        try:
            with transaction():
                db.session.execute(delete(Booth).where(Booth.id.in_(gone)))
        except IntegrityError as error:
            codes = ", ".join(change.code for change in changes if change.after is None)
            raise StillNamed(
                _l("Other records speak of %(booths)s: block instead of dropping.", booths=codes)
            ) from error
    for change in changes:
        if "renumbered" in change.kinds:
            rows[change.key].code = f"~{change.key}"
    db.session.flush()
    added: dict[str, Booth] = {}
    for key, place in plan.booths.items():
        booth = rows.get(key)
        if booth is None:
            booth = added[key] = Booth(fair_id=hall.fair_id, hall_id=hall.id)
        _fill(booth, place, types, zones, findings.sides.count(key))
    db.session.add_all(added.values())
    try:
        with transaction():
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(_l("Another hall numbers its booths like this already.")) from error
    return {key: str(booth.id) for key, booth in added.items()}


def _fill(booth: Booth, place: PlannedPlace, types: dict[str, int], zones: dict[str, int], open_sides: int) -> None:
    values: dict[str, Any] = {
        "code": place.code, "x_cm": place.x, "y_cm": place.y, "w_cm": place.w, "h_cm": place.h,
        "type_id": types[place.type], "zone_id": zones.get(place.zone), "open_sides": max(1, open_sides),
        "is_blocked": place.blocked, "block_reason": place.reason,
    }  # fmt: skip
    for name, value in values.items():
        if getattr(booth, name) != value:
            setattr(booth, name, value)
