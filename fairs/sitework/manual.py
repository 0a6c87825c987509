"""The exhibitor manual: a checklist for each exhibitor whom an item concerns, with reminders, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.accounts.queries import user_by_email
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import format_date
from fairs.core.storage import Upload, discard, store_upload
from fairs.core.text import clean
from fairs.exhibitors.models import Exhibitor
from fairs.messages.service import Notice, send
from fairs.sitework.models import ManualItem, ManualReminder, ManualTick, ServiceItem, ServiceLine, ServiceOrder
from fairs.sitework.standing import Standing, booked_exhibitors, standings
from fairs.sitework.states import OrderState

AUDIENCES = {
    "all": _l("Everybody"), "shell": _l("Standard booths"), "raw": _l("Raw space"), "food": _l("Food and OCOP"),
    "power": _l("Who ordered power"),
}  # fmt: skip
FOOD = {"OCP"}  # product groups that show food
SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item as typed; ``due_days`` before the opening."""

    section_vi: str
    section_en: str
    title_vi: str
    title_en: str
    text_vi: str = ""
    text_en: str = ""
    due_days: int = 14
    audience: str = "all"
    needs_file: bool = False
    is_active: bool = True
    position: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """An item on one exhibitor's list."""

    item: ManualItem
    tick: ManualTick | None
    due_on: date
    is_late: bool

    @property
    def is_done(self) -> bool:
        """Whether it is ticked, or the file is there."""
        return self.tick is not None


def items_of(fair_id: int, *, active: bool = False) -> Sequence[ManualItem]:
    """The fair's items in their order."""
    query = select(ManualItem).where(ManualItem.fair_id == fair_id)
    if active:
        query = query.where(ManualItem.is_active.is_(True))
    return db.session.scalars(query.order_by(ManualItem.position, ManualItem.id)).all()


def item_of(fair_id: int, item_id: int) -> ManualItem:
    """One item of the fair; raises NotFound."""
    found = db.session.get(ManualItem, item_id) if item_id < 2**63 else None
    if found is None or found.fair_id != fair_id:
        raise NotFound
    return found


def save_item(fair: Fair, draft: ItemDraft, *, by: Actor, item: ManualItem | None = None) -> ManualItem:
    """Add an item or change it; what is ticked stays ticked. Raises InvalidInput."""
    if draft.audience not in AUDIENCES:
        raise InvalidInput(_l("Please choose from the list."), field="audience")
    values = {
        name: clean(getattr(draft, name))
        for name in ("section_vi", "section_en", "title_vi", "title_en", "text_vi", "text_en")
    }
    rest = {name: getattr(draft, name) for name in ("due_days", "audience", "needs_file", "is_active", "position")}
    with transaction():
        if item is None:
            item = ManualItem(fair_id=fair.id, **values, **rest)
            db.session.add(item)
        else:
            item = db.session.get_one(ManualItem, item.id, with_for_update=True, populate_existing=True)
            for name, value in {**values, **rest}.items():
                setattr(item, name, value)
        db.session.flush()
        record("sitework.save_manual", item, by=by, after={"title": item.title_vi, "due_days": item.due_days})
        return item


def checklists(fair: Fair, exhibitors: Collection[Exhibitor]) -> dict[int, list[Entry]]:
    """The list of each exhibitor: the items that concern them. A constant number of statements."""
    items = items_of(fair.id, active=True)
    ids = [one.id for one in exhibitors]
    stands, powered = standings(fair.id, ids), _powered(ids)
    ticks = {
        (tick.item_id, tick.exhibitor_id): tick
        for tick in db.session.scalars(
            select(ManualTick).where(ManualTick.exhibitor_id.in_(ids)).options(joinedload(ManualTick.file))
        )
    }
    found: dict[int, list[Entry]] = {}
    for exhibitor in exhibitors:
        audiences = _audiences(exhibitor, stands[exhibitor.id], powered)
        found[exhibitor.id] = [
            Entry(
                item, tick := ticks.get((item.id, exhibitor.id)), item.due_on(fair),
                tick is None and item.due_on(fair) < fair.today,
            )
            for item in items
            if item.audience in audiences
        ]  # fmt: skip
    return found


def checklist(exhibitor: Exhibitor) -> list[Entry]:
    """One exhibitor's list."""
    return checklists(exhibitor.fair, [exhibitor])[exhibitor.id]


def _powered(ids: Sequence[int]) -> set[int]:
    return set(
        db.session.scalars(
            select(ServiceOrder.exhibitor_id)
            .join(ServiceLine, ServiceLine.order_id == ServiceOrder.id)
            .join(ServiceItem, ServiceItem.id == ServiceLine.item_id)
            .where(
                ServiceOrder.exhibitor_id.in_(ids),
                ServiceOrder.state != OrderState.CANCELLED,
                ServiceItem.kind == "power",
            )
            .distinct()
        )
    )


def _audiences(exhibitor: Exhibitor, standing: Standing, powered: Collection[int]) -> set[str]:
    kinds = {"raw" if one.booth.type.code.startswith("RAW") else "shell" for one in standing.bookings}
    found = {"all", *kinds} if kinds else set()
    if kinds and FOOD & set(exhibitor.groups):
        found.add("food")
    if exhibitor.id in powered:
        found.add("power")
    return found


def tick(exhibitor: Exhibitor, item: ManualItem, *, by: Actor, upload: Upload | None = None) -> ManualTick:
    """Mark an item as done; where a file is asked for, it has to come with it. A new file takes the earlier one's place.

    Raises InvalidInput, and NotFound for an item that does not concern the exhibitor.
    """
    if item.id not in {entry.item.id for entry in checklist(exhibitor)}:
        raise NotFound
    with transaction():
        db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
        row = _tick_of(exhibitor, item)
        if item.needs_file and upload is None and (row is None or row.file_id is None):
            raise InvalidInput(_l("Please choose the file."), field="file")
        stored = store_upload(upload) if upload is not None else None
        if row is None:
            row = ManualTick(item_id=item.id, exhibitor_id=exhibitor.id, done_by=by.label[:250])
            db.session.add(row)
        if stored is not None:
            before, row.file_id = row.file, stored.id
            db.session.flush()
            if before is not None:
                discard(before)
        db.session.flush()
        db.session.refresh(row, ["file"])
        record("sitework.tick", exhibitor, by=by, after={"note": item.title_vi, "item": item.id})
        return row


def untick(exhibitor: Exhibitor, item: ManualItem, *, by: Actor) -> None:
    """Take back that an item is done, with its file; raises NotFound when it is not."""
    with transaction():
        row = _tick_of(exhibitor, item)
        if row is None:
            raise NotFound
        file = row.file
        db.session.delete(row)
        db.session.flush()
        if file is not None:
            discard(file)
        record("sitework.untick", exhibitor, by=by, before={"item": item.id}, after={"note": item.title_vi})


def _tick_of(exhibitor: Exhibitor, item: ManualItem) -> ManualTick | None:
    return db.session.scalar(
        select(ManualTick)
        .where(ManualTick.item_id == item.id, ManualTick.exhibitor_id == exhibitor.id)
        .with_for_update()
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an exhibitor is."""

    exhibitor: Exhibitor
    done: int
    total: int
    late: int


def progress(fair: Fair) -> list[Progress]:
    """How far everybody with a booth is, the latest first."""
    exhibitors = _exhibitors(fair)
    found = [
        Progress(one, sum(e.is_done for e in entries), len(entries), sum(e.is_late for e in entries))
        for one, entries in ((one, lists[one.id]) for lists in [checklists(fair, exhibitors)] for one in exhibitors)
    ]
    return sorted(found, key=lambda one: (-one.late, one.done - one.total, one.exhibitor.company.folded))


def _exhibitors(fair: Fair) -> Sequence[Exhibitor]:
    return db.session.scalars(
        select(Exhibitor)
        .where(Exhibitor.id.in_(booked_exhibitors(fair.id)))
        .options(joinedload(Exhibitor.company), joinedload(Exhibitor.fair))
        .order_by(Exhibitor.id)
    ).all()


def remind(fair: Fair) -> int:
    """Write to everybody who has something open that is due within a week or late; gives back how many letters.

    One letter tells of all items of an exhibitor; each item is told of once when it is due soon and once when it is late.
    """
    exhibitors = _exhibitors(fair)
    lists = checklists(fair, exhibitors)
    said = {
        (row.item_id, row.exhibitor_id, row.stage)
        for row in db.session.scalars(
            select(ManualReminder).where(ManualReminder.exhibitor_id.in_([one.id for one in exhibitors]))
        )
    }
    letters = 0
    for exhibitor in exhibitors:
        stages: dict[str, list[Entry]] = defaultdict(list)
        for entry in lists[exhibitor.id]:
            stage = "late" if entry.is_late else "soon" if entry.due_on <= fair.today + SOON else ""
            if stage and not entry.is_done and (entry.item.id, exhibitor.id, stage) not in said:
                stages[stage].append(entry)
        if stages:
            _write(fair, exhibitor, stages)
            letters += 1
    return letters


def _write(fair: Fair, exhibitor: Exhibitor, stages: Mapping[str, Sequence[Entry]]) -> None:
    user = user_by_email(exhibitor.contact_email) if exhibitor.contact_email else None
    locale = (user.locale if user is not None else None) or exhibitor.locale
    lines = [
        f"- {entry.item.title_vi if locale == 'vi' else entry.item.title_en}: {format_date(entry.due_on, locale)}"
        for entries in stages.values()
        for entry in sorted(entries, key=lambda one: one.due_on)
    ]
    with transaction():
        for stage, entries in stages.items():
            db.session.add_all(
                ManualReminder(item_id=entry.item.id, exhibitor_id=exhibitor.id, stage=stage) for entry in entries
            )
        db.session.flush()
        send(Notice(
            "sitework/reminder", exhibitor.contact_name or exhibitor.company.name,
            exhibitor.contact_email or exhibitor.company.email or None, locale,
            {"fair_name": fair.name_vi if locale == "vi" else fair.name_en, "lines": "\n".join(lines),
             "is_late": "late" in stages, "page": f"/my/{fair.slug}/site/{exhibitor.reference}/manual"},
            fair.id,
        ))  # fmt: skip
