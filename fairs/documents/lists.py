"""The list of selections and decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from fairs.core.lists import Args, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.documents.kinds import kind_of
from fairs.documents.models import Selection
from fairs.documents.papers import total_of
from fairs.documents.permissions import VIEW_DOCUMENTS
from fairs.documents.queries import SelectionFilter, selections_matching
from fairs.documents.states import SelectionState


def wanted_of(args: Args) -> SelectionFilter:
    """The filter that an address asks for."""
    state = args.get("state", "")
    known = SelectionState(state) if state in set(SelectionState) else None
    return SelectionFilter(args.get("q", "")[:200], known, args.get("kind", "")[:30])


def _keys(args: Args) -> list[tuple[Any, bool]]:
    if args.get("sort") == "due":
        return [(Selection.due_on, False), (Selection.id, True)]
    if args.get("sort") == "reference":
        return [(Selection.reference, False)]
    return [(Selection.reference, True)]


def _sheets(_fair: Any, query: Select[Selection]) -> Sequence[Sheet]:
    heads = [
        _("Reference"), _("Kind"), _("Title"), _("State"), _("Subjects"), _("Sum"), _("Currency"), _("Needed by"),
        _("Number of the submission"), _("Handed in on"), _("Number of the decision"), _("Day of the decision"), _("Signed by"),
    ]  # fmt: skip
    return [Sheet(_("Decisions"), heads, _rows(query.options(selectinload(Selection.items))))]


def _rows(query: Select[Selection]) -> Iterator[list[Any]]:
    for one in each(query):
        total = total_of(one)
        yield [
            one.reference, str(kind_of(one.kind).label), one.title, str(one.state.label), len(one.items), total,
            total.currency, one.due_on, one.submission_number, one.submitted_on, one.decision_number, one.decided_on,
            one.signer,
        ]  # fmt: skip


SELECTIONS = register_list(
    ListSpec(
        "documents", _l("Decisions"), "documents.index", VIEW_DOCUMENTS, ("state", "kind", "q", "sort"),
        query=lambda fair, args: selections_matching(fair.id, wanted_of(args)), keys=_keys,
        reference=Selection.reference, name_of=lambda row: row.title, sheets=_sheets,
        record=("documents.show", "reference"),
    )
)  # fmt: skip
