"""Approved guests in the draft of a decision, and what becomes of them with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import Conflict
from fairs.core.i18n import country_name
from fairs.documents.models import Selection, SelectionItem
from fairs.documents.queries import open_item_of
from fairs.documents.service import Subject, add_subject, open_selection, remove_subject
from fairs.documents.states import EDITABLE
from fairs.hosting.models import Hosting
from fairs.hosting.room import SUBJECT

KIND = "hosting"
_DAYS_TO_DECIDE = 30  # before the opening: afterwards nobody gets a visa in time, a custom of the department


def add_to_draft(row: Hosting, *, by: Actor) -> Selection:
    """Put an approved guest into the open draft of the fair, a new one when there is none. Inside transaction()."""
    # A draft that a colleague is handing in at this moment is left alone: nobody waits for a selection here.
    chosen = db.session.scalars(
        select(Selection)
        .where(
            Selection.fair_id == row.fair_id, Selection.kind == KIND, Selection.state.in_(EDITABLE),
            Selection.amends_id.is_(None),
        )
        .order_by(Selection.id.desc())
        .limit(1)
        .with_for_update(of=Selection, skip_locked=True)
    ).first() or _new_draft(row.fair, by=by)  # fmt: skip
    add_subject(chosen, subject_of(row), by=by)
    return chosen


def _new_draft(fair: Fair, *, by: Actor) -> Selection:
    title = f"Hỗ trợ nhà nhập khẩu nước ngoài tham dự {fair.name_vi}"
    due = max(fair.today, fair.starts_on - timedelta(days=_DAYS_TO_DECIDE))
    return open_selection(KIND, fair_id=fair.id, code=fair.code, title=title, due_on=due, by=by)


def take_out(row: Hosting, *, by: Actor, quietly: bool = False) -> None:
    """Take a guest out of the draft. Inside transaction(). Raises SelectionClosed, and Conflict while it is being handed in.

    ``quietly``: one that was handed in already keeps the row; it cannot be signed before somebody takes it out.
    """
    item = open_item_of(KIND, SUBJECT, row.id)
    if item is None:
        return
    free = db.session.scalars(
        select(Selection).where(Selection.id == item.selection_id).with_for_update(of=Selection, skip_locked=True)
    ).first()
    if quietly and (free is None or not free.is_editable):
        return
    if free is None:
        raise Conflict
    remove_subject(item, by=by)


def subject_of(row: Hosting) -> Subject:
    """A guest as the annex names them."""
    details = {
        "reference": row.reference, "company": row.company.name, "country": country_name(row.company.country, "vi"),
        "tier": {"both": "Vé máy bay và lưu trú", "travel": "Vé máy bay", "hotel": "Lưu trú"}[row.tier.value],
        "nights": row.funded_nights or "", "travel": row.travel_amount.amount_minor, "lodging": row.lodging_amount.amount_minor,
        "full": row.amount.amount_minor,
    }  # fmt: skip
    name = row.person.passport_name or row.person.display_name
    return Subject(SUBJECT, row.id, name, row.company_id, row.person_id, row.amount, details)


def hostings_in(items: Sequence[SelectionItem]) -> dict[int, Hosting]:
    """The supports that items of a selection are about, by their keys."""
    keys = [item.subject_id for item in items]
    return {row.id: row for row in db.session.scalars(select(Hosting).where(Hosting.id.in_(keys)).order_by(Hosting.id))}


LABEL = _l("Supported importers")
