"""Entering figures of the plan by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import today
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.storage import Upload, store_upload
from fairs.programme.errors import NotQuantified
from fairs.programme.models import FigureEntry, PlanItem, Target
from fairs.programme.states import FigureLabel

ZONE = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class FigureDraft:
    """A figure as entered: ``value`` in the target's unit (money in major units), on the day ``as_of``."""

    value: Decimal
    label: FigureLabel
    as_of: date
    evidence: str
    file: Upload | None = None


def enter_figure(target: Target, draft: FigureDraft, *, by: Actor) -> FigureEntry:
    """Add a figure to a target; earlier ones stay. Raises InvalidInput and NotQuantified.

    Refused: labels that only records can earn (counted, verified), a day to come, a figure without evidence.
    """
    if not target.is_quantified:
        raise NotQuantified
    if not draft.label.by_hand:
        raise InvalidInput(_l("A figure entered by hand is announced, estimated or declared."), field="label")
    if draft.value < 0:
        raise InvalidInput(_l("A figure is not negative."), field="value")
    if draft.as_of > today(ZONE):
        raise InvalidInput(_l("This day has not come yet."), field="as_of")
    if not draft.evidence:
        raise InvalidInput(_l("Say where the figure comes from."), field="evidence")
    with transaction():
        stored = store_upload(draft.file) if draft.file is not None else None
        entry = FigureEntry(
            target_id=target.id, value=draft.value, label=draft.label, as_of=draft.as_of, evidence=draft.evidence,
            file_id=stored.id if stored else None, entered_by_id=by.user_id, entered_by=by.label[:250],
        )  # fmt: skip
        db.session.add(entry)
        db.session.flush()
        record(
            "programme.enter_figure",
            entry,
            by=by,
            after={"target": target.id, "value": draft.value, "label": draft.label, "as_of": draft.as_of},
        )
        return entry


def name_owner(item: PlanItem, owner: str, *, by: Actor) -> PlanItem:
    """Say who answers for an item."""
    with transaction():
        row = db.session.get_one(PlanItem, item.id, with_for_update=True, populate_existing=True)
        before, row.owner = row.owner, owner[:200]
        record("programme.name_owner", row, by=by, before={"owner": before}, after={"owner": row.owner})
        return row
