"""The panel "nights" of a guest's screen: the stay, where it could go, what the guest wishes, who pays, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.accounts.queries import matching_grant
from fairs.core.db import db
from fairs.directory.history import entries
from fairs.hosting.queries import hosting_of
from fairs.importers.models import Importer
from fairs.lodging.forms import CancelForm, NoShowForm, PresenceForm, SettleForm, StayDaysForm
from fairs.lodging.models import RoomBlock, Stay
from fairs.lodging.own_forms import WishesForm
from fairs.lodging.payers import costs_of
from fairs.lodging.permissions import ARRANGE_ROOMS
from fairs.lodging.queries import (
    WITH_GUEST,
    WITH_ROOM,
    blocks_of,
    current_stay,
    full_nights,
    nights_of,
    stays_in_room,
)
from fairs.lodging.states import LIVE, StayState

LABELS: dict[str, tuple[Any, str, str]] = {
    "lodging.want": (_l("Room wanted"), "bed-off", "neutral"),
    "lodging.place": (_l("Room given"), "bed", "success"),
    "lodging.change": (_l("Nights changed"), "calendar-event", "info"),
    "lodging.cancel": (_l("Stay cancelled"), "x", "warning"),
    "lodging.release": (_l("Room taken back"), "arrow-back-up", "warning"),
    "lodging.no_show": (_l("Did not come"), "user-x", "warning"),
    "lodging.undo_no_show": (_l("Came after all"), "arrow-back-up", "info"),
    "lodging.settle": (_l("No-show settled with the hotel"), "receipt", "success"),
    "lodging.check_in": (_l("Checked in"), "door-enter", "success"),
    "lodging.undo_check_in": (_l("Check-in taken back"), "arrow-back-up", "warning"),
    "lodging.check_out": (_l("Left"), "door-exit", "success"),
    "lodging.undo_check_out": (_l("Leaving taken back"), "arrow-back-up", "warning"),
    "lodging.wishes": (_l("Wishes written down"), "message", "neutral"),
    "lodging.accept_sharing": (_l("Agreed to share the room"), "users", "info"),
    "lodging.confirm": (_l("Confirmed by the guest"), "user-check", "success"),
    "lodging.issue": (_l("To be looked at"), "alert-triangle", "warning"),
    "lodging.close_issue": (_l("Looked at: the nights stay"), "check", "neutral"),
    "lodging.confirmation": (_l("Confirmation number of the hotel"), "hash", "neutral"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A block in which the guest could stay. ``full``: the nights that keep them from it; ``notes``: what speaks against it."""

    block: RoomBlock
    full: Sequence[date]
    notes: Sequence[Any]
    beside: Stay | None = None
    is_present: bool = False


def nights_panel(importer: Importer, form: Any) -> Mapping[str, Any]:
    """What the panel shows; ``form`` is one that came back with errors."""
    stay = current_stay(importer.id)
    may = matching_grant(g.grants, ARRANGE_ROOMS, importer.fair_id) is not None
    hosting = hosting_of(importer.id)
    context: dict[str, Any] = {
        "importer": importer, "stay": stay, "may": may, "hosting": hosting, "State": StayState, "choices": (), "costs": None,
        "sharers": (), "wished_by": (), "history": (), "is_mutual": False,
    }  # fmt: skip
    forms: dict[str, Any] = {"days": StayDaysForm(formdata=None, prefix="days-", **_days_of(importer, stay, hosting))}
    if stay is not None:
        today = importer.fair.today
        context |= {
            "costs": costs_of([stay]).get(stay.id), "sharers": stays_in_room(stay), "history": entries(stay, LABELS),
            "wished_by": wished_by(stay), "is_mutual": is_mutual(stay),
            "choices": choices_for(stay, hosting) if may and stay.state in (StayState.WANTED, StayState.BOOKED) else (),
        }  # fmt: skip
        share_with = stay.shares_with.importer.reference if stay.shares_with is not None else ""
        near = min(max(today, stay.arrives_on), stay.leaves_on)
        forms |= {
            "no-show": NoShowForm(formdata=None, prefix="no-show-", day=near),
            "cancel": CancelForm(formdata=None, prefix="cancel-"),
            "settle": SettleForm(formdata=None, prefix="settle-"),
            "presence": PresenceForm(formdata=None, prefix="presence-", day=near),
            "wishes": WishesForm(
                formdata=None, prefix="wishes-", smoking=stay.smoking, accessible=stay.accessible, diet=stay.diet,
                wishes=stay.wishes, share_with=share_with,
            ),
        }  # fmt: skip
    if form is not None:
        forms[form.act] = form
    return {**context, "forms": forms, "wrong": form.act if form is not None else ""}


def choices_for(stay: Stay, hosting: Any) -> list[Choice]:
    """Every block with what speaks for and against it; those with a free room on all nights first. Two statements."""
    blocks = blocks_of(stay.fair_id)
    nights = nights_of([block.id for block in blocks])
    partner = stay.shares_with if is_mutual(stay) else None
    found = []
    for block in blocks:
        is_present = block.id == stay.block_id
        beside = partner if partner is not None and partner.block_id == block.id and block.beds > 1 else None
        shared = set(beside.held_nights) if beside is not None else set()
        mine = set(stay.held_nights) if is_present else set()
        full = [
            day for day in full_nights(nights[block.id], stay.arrives_on, stay.leaves_on) if day not in shared | mine
        ]
        found.append(Choice(block, full, _notes(stay, block, hosting), beside, is_present))
    return sorted(found, key=lambda one: (bool(one.full), one.beside is None, len(one.notes), one.block.price_minor))


def is_mutual(stay: Stay) -> bool:
    """Whether both guests name each other."""
    return (
        stay.shares_with is not None and stay.shares_with.shares_with_id == stay.id and stay.shares_with.state in LIVE
    )


def _notes(stay: Stay, block: RoomBlock, hosting: Any) -> list[Any]:
    notes: list[Any] = []
    if stay.smoking and not block.smoking:
        notes.append(_l("no smoking"))
    if not stay.smoking and block.smoking:
        notes.append(_l("smoking rooms"))
    if stay.accessible and not block.accessible:
        notes.append(_l("not for wheelchairs"))
    if hosting is not None and hosting.night_cap_minor and hosting.currency == block.currency:
        over = block.price_minor - hosting.night_cap_minor
        if over > 0:
            notes.append(_l("over the ceiling of a night"))
    return notes


def wished_by(stay: Stay) -> Sequence[Stay]:
    """Who would share a room with this guest and is not named in return."""
    return db.session.scalars(
        select(Stay)
        .options(*WITH_GUEST, *WITH_ROOM)
        .where(Stay.shares_with_id == stay.id, Stay.id != (stay.shares_with_id or 0), Stay.state.in_(LIVE))
        .order_by(Stay.id)
    ).all()


def _days_of(importer: Importer, stay: Stay | None, hosting: Any) -> dict[str, Any]:
    if stay is not None and stay.state in LIVE:
        return {"arrives_on": stay.needs_from or stay.arrives_on, "leaves_on": stay.needs_until or stay.leaves_on}
    if hosting is not None and hosting.funded_nights:
        return {"arrives_on": hosting.funded_from, "leaves_on": hosting.funded_to}
    return {"arrives_on": importer.stays_from, "leaves_on": importer.stays_to}
