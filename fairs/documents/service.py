"""Writing selections: open, add, take out, hand in, return, cancel, enter the signature, correct; and the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now, today
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.core.sequences import next_reference
from fairs.core.sheets import XLSX
from fairs.core.storage import StoredFile, Upload, keep, store_upload
from fairs.core.text import clean, fold, one_line
from fairs.documents.errors import (
    AlreadySelected,
    NothingSelected,
    NotSignedYet,
    SelectionClosed,
)
from fairs.documents.events import DecisionSigned, SelectionCancelled, SubjectRemoved
from fairs.documents.kinds import COMMON, LOCALES, PARTS, SelectionKind, Texts, kind_of
from fairs.documents.models import DocumentTemplate, RegisteredNumber, Selection, SelectionItem
from fairs.documents.official import DOCX
from fairs.documents.papers import annex_sheet, paper_of, texts_part
from fairs.documents.queries import open_item_of, texts_of
from fairs.documents.register import register_number
from fairs.documents.states import SelectionState

S = SelectionState
ZONE = "Asia/Ho_Chi_Minh"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what is selected: the record, whom it concerns, what is granted, and its values for the annex."""

    type: str
    id: int
    title: str
    company_id: int | None = None
    person_id: int | None = None
    amount: Money | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signature:
    """What stands on the signed decision. ``confirmed``: the number is right though it looks like another one."""

    number: str
    day: date
    signer: str
    scan: Upload | None
    confirmed: bool = False


def open_selection(
    kind: str, *, fair_id: int, code: str, title: str, by: Actor, terms: Mapping[str, Any] | None = None,
    due_on: date | None = None,
) -> Selection:  # fmt: skip
    """A new draft; ``code`` is the fair's, for the reference. Inside transaction() or by itself."""
    kind_of(kind)
    with transaction():
        row = Selection(
            fair_id=fair_id, kind=kind, reference=next_reference(code, "D"), title=one_line(title)[:300],
            terms=dict(terms or {}), due_on=due_on, opened_by_id=by.user_id,
        )  # fmt: skip
        _name(row)
        db.session.add(row)
        db.session.flush()
        record("documents.open", row, by=by, after={"kind": kind, "title": row.title})
    return row


def _name(row: Selection) -> None:
    row.folded = fold(f"{row.title} {row.reference} {row.decision_number} {row.submission_number}")[:400]


def change_selection(selection: Selection, *, title: str, due_on: date | None, by: Actor) -> Selection:
    """Another title or day by which the decision is needed; raises SelectionClosed and InvalidInput."""
    if not one_line(title):
        raise InvalidInput(_l("Please fill this in."), field="title")
    with transaction():
        row = editable(selection)
        row.title, row.due_on = one_line(title)[:300], due_on
        _name(row)
        record("documents.change", row, by=by, after={"title": row.title, "due_on": due_on})
    return row


def add_subject(selection: Selection, subject: Subject, *, by: Actor) -> SelectionItem:
    """Add a subject. Raises SelectionClosed, and AlreadySelected naming the other selection."""
    with transaction():
        row = editable(selection)
        _refuse_twice(row, subject)
        last = db.session.scalar(select(func.max(SelectionItem.position)).where(SelectionItem.selection_id == row.id))
        item = _item(row, subject, (last or 0) + 1)
        db.session.add(item)
        try:
            with transaction():
                db.session.flush()
        except IntegrityError as error:
            # A colleague added it to another selection at the same moment.
            raise AlreadySelected(_l("It has just been added to another selection.")) from error
        record("documents.add", row, by=by, after={"note": subject.title, "subject_id": subject.id})
    db.session.expire(row, ["items"])
    return item


def _refuse_twice(row: Selection, subject: Subject) -> None:
    other = open_item_of(row.kind, subject.type, subject.id)
    if other is None:
        return
    if other.selection_id == row.id:
        raise AlreadySelected(_("%(name)s stands in this selection already.", name=subject.title))
    raise AlreadySelected(
        _(
            "%(name)s stands in the selection %(reference)s (%(title)s) already.",
            name=subject.title, reference=other.selection.reference, title=other.selection.title,
        ),
        reference=other.selection.reference,
    )  # fmt: skip


def _item(row: Selection, subject: Subject, position: int) -> SelectionItem:
    return SelectionItem(
        selection_id=row.id, kind=row.kind, position=position, subject_type=subject.type, subject_id=subject.id,
        company_id=subject.company_id, person_id=subject.person_id, title=subject.title[:300],
        amount_minor=subject.amount.amount_minor if subject.amount is not None else None,
        currency=subject.amount.currency if subject.amount is not None else "VND", details=dict(subject.details),
    )  # fmt: skip


def remove_subject(item: SelectionItem, *, by: Actor, reason: str = "") -> None:
    """Take a subject out before the selection is handed in; raises SelectionClosed."""
    with transaction():
        row = editable(item.selection)
        item = db.session.get_one(SelectionItem, item.id, populate_existing=True)
        record(
            "documents.remove",
            row,
            by=by,
            before={"subject": item.title},
            after={"note": f"{item.title} {clean(reason)[:400]}".strip()},
        )
        publish(SubjectRemoved(row, item, by))
        db.session.delete(item)
        db.session.flush()
    db.session.expire(row, ["items"])


def change_amount(item: SelectionItem, amount: Money, *, by: Actor) -> SelectionItem:
    """Another amount for a subject of an amending draft; raises SelectionClosed, InvalidInput."""
    if amount.amount_minor < 0:
        raise InvalidInput(_l("An amount is not negative."), field="amount")
    with transaction():
        selection = editable(item.selection)
        if selection.correction != "amends":
            raise SelectionClosed(_l("Amounts are changed by an amending decision only."))
        row = db.session.get_one(SelectionItem, item.id, populate_existing=True)
        full = row.details.get("full")
        if full is not None and amount.amount_minor > int(full):
            raise InvalidInput(_l("More than the whole cost."), field="amount")
        before, row.amount_minor = row.amount_minor, amount.amount_minor
        if full:
            row.details = {**row.details, "rate": f"{amount.amount_minor * 100 // int(full)}%"}
        after = {"subject": row.title, "amount": row.amount_minor}
        record("documents.change_amount", selection, by=by, before={"amount": before}, after=after)
    return row


def submit_selection(selection: Selection, *, number: str = "", day: date | None = None, by: Actor) -> Selection:
    """Hand in for signature: the papers are made and kept, subjects and texts are fixed.

    Raises InvalidTransition, NothingSelected, NumberTaken, InvalidInput, and what the kind's own rule says.
    """
    with transaction():
        row = locked(selection)
        row.require_move(S.SUBMITTED)
        if not row.items:
            raise NothingSelected
        kind = kind_of(row.kind)
        kind.check(row)
        row.submitted_on = _past(day or today(ZONE), "submitted_on")
        # Handed in again after it came back: the number that it had then is free again.
        db.session.execute(delete(RegisteredNumber).where(RegisteredNumber.selection_id == row.id))
        row.submission_number = ""
        if one_line(number):
            row.submission_number = register_number(
                row, "submission", number, row.submitted_on, "submission_number", True
            )
        row.move_to(S.SUBMITTED)
        row.submitted_at, row.submitted_by_id, row.reason = now(), by.user_id, ""
        _name(row)
        _keep_papers(row, kind)
        record("documents.submit", row, by=by, after={"number": row.submission_number, "subjects": len(row.items)})
    return row


def _keep_papers(row: Selection, kind: SelectionKind) -> None:
    used = {part: texts_part(row, part) for part in ("submission", "decision")}
    versions = {part: texts_of(kind, text, "vi", row.fair_id)[0] for part, text in used.items()}
    row.submission_file_id = keep(f"{row.reference}-to-trinh.docx", paper_of(row, "submission", "vi"), DOCX).id
    row.decision_file_id = keep(f"{row.reference}-quyet-dinh.docx", paper_of(row, "decision", "vi"), DOCX).id
    row.annex_file_id = keep(f"{row.reference}-phu-luc.xlsx", annex_sheet(row, "vi"), XLSX).id
    row.template_versions = versions


def return_selection(selection: Selection, *, reason: str, by: Actor) -> Selection:
    """Note that it came back unsigned: it can be changed and handed in again. Raises InvalidInput, InvalidTransition."""
    if not clean(reason):
        raise InvalidInput(_l("Say why it came back."), field="reason")
    with transaction():
        row = locked(selection)
        row.move_to(S.RETURNED)
        row.reason = clean(reason)[:2000]
        record("documents.return", row, by=by, after={"reason": row.reason})
    return row


def cancel_selection(selection: Selection, *, reason: str, by: Actor) -> Selection:
    """End it without a decision; its subjects are free again. Raises InvalidInput, InvalidTransition."""
    if not clean(reason):
        raise InvalidInput(_l("Say why it is cancelled."), field="reason")
    with transaction():
        row = locked(selection)
        row.move_to(S.CANCELLED)
        row.reason = clean(reason)[:2000]
        _close(row)
        record("documents.cancel", row, by=by, after={"reason": row.reason})
        publish(SelectionCancelled(row, list(row.items), by, row.reason))
    return row


def enter_signature(selection: Selection, signature: Signature, *, by: Actor) -> Selection:
    """Enter number, day and signed scan: the decision counts from now, and its subjects move in the same transaction.

    Raises InvalidTransition, InvalidInput (day, scan), NumberTaken, NumberLooksAlike unless confirmed, and what the
    features above say when a subject cannot move.
    """
    if not one_line(signature.number):
        raise InvalidInput(_l("Please fill this in."), field="number")
    day = _past(signature.day, "day")
    if signature.scan is None:
        raise InvalidInput(_l("Hand in the scan of the signed decision."), field="scan")
    with transaction():
        row = locked(selection)
        row.require_move(S.SIGNED)
        if row.submitted_on is not None and day < row.submitted_on:
            raise InvalidInput(_l("The decision cannot be older than its submission."), field="day")
        kind_of(row.kind).check(row)
        scan = store_upload(signature.scan, field="scan")
        _refuse_same_scan(row, scan.sha256)
        row.decision_number = register_number(row, "decision", signature.number, day, "number", signature.confirmed)
        row.move_to(S.SIGNED)
        row.decided_on, row.signer, row.scan_id = day, one_line(signature.signer)[:200], scan.id
        row.signed_at, row.signed_by_id = now(), by.user_id
        _name(row)
        _close(row)
        record(
            "documents.sign", row, by=by,
            after={"number": row.decision_number, "day": day, "signer": row.signer, "sha256": scan.sha256},
        )  # fmt: skip
        publish(DecisionSigned(row, list(row.items), day, by))
    return row


def _refuse_same_scan(row: Selection, sha256: str) -> None:
    other = db.session.scalar(
        select(Selection).join(StoredFile, StoredFile.id == Selection.scan_id).where(StoredFile.sha256 == sha256)
    )
    if other is not None:
        raise InvalidInput(
            _("This file is the scan of decision %(number)s already.", number=other.decision_number), field="scan"
        )


def _close(row: Selection) -> None:
    db.session.execute(update(SelectionItem).where(SelectionItem.selection_id == row.id).values(is_open=False))
    for item in row.items:
        db.session.refresh(item)


def _past(day: date, field_name: str) -> date:
    if day > today(ZONE):
        raise InvalidInput(_l("This day lies in the future."), field=field_name)
    return day


def start_correction(
    selection: Selection, correction: str, *, code: str, by: Actor, items: Sequence[int] = ()
) -> Selection:
    """A new draft that amends or revokes a signed decision, for the named items or all. Raises NotSignedYet, InvalidInput."""
    if correction not in {"amends", "revokes"}:
        raise InvalidInput(_l("Please choose one of the buttons."))
    with transaction():
        before = locked(selection)
        if before.state is not S.SIGNED:
            raise NotSignedYet
        words = {
            "amends": _("Amendment of %(number)s", number=before.decision_number),
            "revokes": _("Revocation of %(number)s", number=before.decision_number),
        }
        row = open_selection(
            before.kind, fair_id=before.fair_id, code=code, title=words[correction], terms=before.terms, by=by
        )
        row.amends_id, row.correction = before.id, correction
        chosen = [item for item in before.items if not items or item.id in items]
        for place, item in enumerate(chosen, 1):
            subject = Subject(
                item.subject_type, item.subject_id, item.title, item.company_id, item.person_id, item.amount,
                item.details,
            )  # fmt: skip
            _refuse_twice(row, subject)
            db.session.add(_item(row, subject, place))
        db.session.flush()
        record("documents.correct", before, by=by, after={"correction": correction, "reference": row.reference})
    return row


def save_texts(
    kind: SelectionKind, part: str, locale: str, texts: Texts, *, fair_id: int, by: Actor
) -> DocumentTemplate:
    """A new version of a paper's texts at a fair; raises InvalidInput for an unknown placeholder or an empty text."""
    if part not in PARTS or locale not in LOCALES:
        raise InvalidInput
    unknown = texts.placeholders() - set(COMMON) - set(kind.placeholders)
    if unknown:
        field_name = next(k for k, v in texts.as_dict().items() if any(f"{{{name}}}" in v for name in unknown))
        names = ", ".join(f"{{{name}}}" for name in sorted(unknown))
        raise InvalidInput(_("There is no such placeholder: %(names)s", names=names), field=field_name)
    for name in ("organisation", "symbol", "heading", "body", "signer"):
        if not getattr(texts, name).strip():
            raise InvalidInput(_l("Please fill this in."), field=name)
    with transaction():
        version, _texts = texts_of(kind, part, locale, fair_id)
        row = DocumentTemplate(
            fair_id=fair_id, kind=kind.key, part=part, locale=locale, version=version + 1, texts=texts.as_dict(),
            by_id=by.user_id, by_name=by.label[:250],
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        record("documents.save_texts", row, by=by, after={"kind": kind.key, "part": part, "version": row.version})
    return row


def locked(selection: Selection) -> Selection:
    """The selection's row, read again under its lock. Inside transaction()."""
    row = db.session.scalars(
        select(Selection)
        .where(Selection.id == selection.id)
        .with_for_update(of=Selection)
        .execution_options(populate_existing=True)
    ).one()
    db.session.expire(row, ["items"])
    return row


def editable(selection: Selection) -> Selection:
    """The same for one whose subjects may change; raises SelectionClosed."""
    row = locked(selection)
    if not row.is_editable:
        raise SelectionClosed
    return row
