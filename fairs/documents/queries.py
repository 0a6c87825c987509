"""Reading selections, numbers and texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import clean, fold
from fairs.documents.kinds import SelectionKind, Texts
from fairs.documents.models import DocumentTemplate, RegisteredNumber, Selection, SelectionItem
from fairs.documents.states import SelectionState


@dataclass(frozen=True, slots=True)
class SelectionFilter:
    """What the list shows. ``text`` matches the title, the reference and both numbers."""

    text: str = ""
    state: SelectionState | None = None
    kind: str = ""


def selections_matching(fair_id: int, wanted: SelectionFilter) -> Select[Selection]:
    """The selections of a fair that fit."""
    query = select(Selection).where(Selection.fair_id == fair_id)
    text = fold(clean(wanted.text)[:100])
    if text:
        query = query.where(Selection.folded.contains(text, autoescape=True))
    if wanted.state is not None:
        query = query.where(Selection.state == wanted.state)
    if wanted.kind:
        query = query.where(Selection.kind == wanted.kind)
    return query


def selection_by_reference(fair_id: int, reference: str) -> Selection:
    """The selection with this reference at this fair, with all that its page shows; raises NotFound."""
    found = db.session.scalar(
        select(Selection)
        .options(
            selectinload(Selection.items), joinedload(Selection.amends), joinedload(Selection.scan),
            joinedload(Selection.submission_file), joinedload(Selection.decision_file), joinedload(Selection.annex_file),
        )
        .where(Selection.fair_id == fair_id, Selection.reference == reference.strip().upper()[:20])
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


def corrections_of(selection: Selection) -> Sequence[Selection]:
    """Later decisions that amend or revoke this one, in their order."""
    return db.session.scalars(select(Selection).where(Selection.amends_id == selection.id).order_by(Selection.id)).all()


def open_item_of(kind: str, subject_type: str, subject_id: int) -> SelectionItem | None:
    """The subject's place in an open selection of the kind."""
    return db.session.scalar(
        select(SelectionItem)
        .options(joinedload(SelectionItem.selection))
        .where(
            SelectionItem.kind == kind, SelectionItem.is_open, SelectionItem.subject_type == subject_type,
            SelectionItem.subject_id == subject_id,
        )
    )  # fmt: skip


def items_about(subject_type: str, subject_id: int) -> Sequence[SelectionItem]:
    """Every selection that a subject stands or stood in, the newest first."""
    return db.session.scalars(
        select(SelectionItem)
        .options(joinedload(SelectionItem.selection))
        .where(SelectionItem.subject_type == subject_type, SelectionItem.subject_id == subject_id)
        .order_by(SelectionItem.id.desc())
    ).all()


def counts_of(selections: Sequence[Selection]) -> dict[int, tuple[int, int]]:
    """Number of subjects and sum of their amounts (minor units), by selection."""
    rows = db.session.execute(
        select(SelectionItem.selection_id, func.count(), func.coalesce(func.sum(SelectionItem.amount_minor), 0))
        .where(SelectionItem.selection_id.in_([one.id for one in selections]))
        .group_by(SelectionItem.selection_id)
    )
    return {key: (number, int(total or 0)) for key, number, total in rows}


def texts_of(kind: SelectionKind, part: str, locale: str, fair_id: int) -> tuple[int, Texts]:
    """The version that counts now at a fair and its texts; version 0 is the standard text."""
    row = db.session.scalar(
        select(DocumentTemplate)
        .where(
            DocumentTemplate.fair_id == fair_id, DocumentTemplate.kind == kind.key, DocumentTemplate.part == part,
            DocumentTemplate.locale == locale,
        )
        .order_by(DocumentTemplate.version.desc())
        .limit(1)
    )  # fmt: skip
    return (0, kind.texts[part, locale]) if row is None else (row.version, Texts.of(row.texts))


def versions_of(kind: str, part: str, locale: str, fair_id: int) -> Sequence[DocumentTemplate]:
    """All versions at a fair, the newest first."""
    return db.session.scalars(
        select(DocumentTemplate)
        .where(
            DocumentTemplate.fair_id == fair_id, DocumentTemplate.kind == kind, DocumentTemplate.part == part,
            DocumentTemplate.locale == locale,
        )
        .order_by(DocumentTemplate.version.desc())
    ).all()  # fmt: skip


def registered(part: str, year: int, *, key: str = "", serial: int | None = None) -> Sequence[RegisteredNumber]:
    """Numbers of a part and year with this key, or with this running number."""
    query = select(RegisteredNumber).options(joinedload(RegisteredNumber.selection))
    query = query.where(RegisteredNumber.part == part, RegisteredNumber.year == year)
    condition: Any = RegisteredNumber.key == key if serial is None else RegisteredNumber.serial == serial
    return db.session.scalars(query.where(condition)).all()
